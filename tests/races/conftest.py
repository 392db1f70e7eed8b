"""Two pairs of processes for all races: one as it is in life, and one in a hurry."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.races.stage import Pair, pair_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SPEED = 30.0
"""Seconds of a meeting in a second, for those in a hurry."""


@pytest.fixture(scope="package")
async def pair(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    folder = tmp_path_factory.mktemp("races")
    async with pair_in(folder, ("-m", "chatroom.cli")) as pair:
        yield pair


@pytest.fixture(scope="package")
async def swift(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    folder = tmp_path_factory.mktemp("swift")
    environ = {"TIME_SPEED": str(SPEED), "ORIGIN": str(time.time())}
    async with pair_in(folder, ("-m", "tests.races.hasty"), **environ) as pair:
        yield pair
