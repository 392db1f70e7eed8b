"""Servers of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.load._contestants import Open

PEERS: dict[str, Open] = {}
