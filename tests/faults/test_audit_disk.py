"""A disk that is full, and the audit: whoever has a case reads nothing of it that could not be written down."""

from __future__ import annotations

import json
import resource
import secrets
import sqlite3
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.faults.catalogue import limit_files
from tests.processes import ServerProcess, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.faults

CANARY = "the blue lamp at the bridge"


async def test_p24_on_a_full_disk_a_case_stays_closed_and_with_space_it_opens(tmp_path: Path):
    """Sam has claimed it before. The words are in memory: only the audit stands before them (RLIMIT_FSIZE)."""
    async with serving(tmp_path) as server, httpx2.AsyncClient(trust_env=False) as http:
        room = await server.new_room()
        case = (await _post(http, server, "/help", {"words": CANARY})).json()["case"]
        secret = room.staff.partition("#")[2]
        entered = await http.post(f"{server.origin}/invitations/exchange", json={"secret": secret})
        sam = entered.json()["session"]
        await _post(http, server, "/desk/seats", {"name": "Sam"}, sam)
        assert (await _post(http, server, f"/cases/{case}/claims", {}, sam)).status_code == 200
        assert CANARY in await _read(server, case, sam)
        before = _rows(server)
        limit_files(server.pid, 1)
        for _ in range(3):
            answered = await _read(server, case, sam)
            assert "not_recorded" in answered
            assert CANARY not in answered
        claimed = await _post(http, server, f"/cases/{case}/claims", {"reason": "agreed"}, sam)
        assert claimed.status_code == 503
        assert CANARY not in claimed.text
        limit_files(server.pid, resource.RLIM_INFINITY)
        assert _rows(server) == before
        assert CANARY in await _read(server, case, sam)
        assert _rows(server) == before + 1
        assert server.running


async def _post(
    http: httpx2.AsyncClient,
    server: ServerProcess,
    path: str,
    body: dict[str, Any],
    token: str | None = None,
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"id": secrets.token_hex(16), **body}
    return await http.post(server.origin + path, json=body, headers=headers)


async def _read(server: ServerProcess, case: str, token: str) -> str:
    """All that a socket brings until it has the words, or is closed."""
    frames = ""
    async with _socket(server, f"/cases/{case}/socket") as socket:
        await socket.send(json.dumps({"type": "hello", "bearer": token}))
        try:
            while CANARY not in frames:
                frames += str(await socket.recv())
        except ConnectionClosed:
            pass
    return frames


@asynccontextmanager
async def _socket(server: ServerProcess, path: str) -> AsyncIterator[ClientConnection]:
    url = server.origin.replace("http", "ws") + path
    async with connect(url, compression=None, proxy=None, close_timeout=1) as socket:
        yield socket


def _rows(server: ServerProcess) -> int:
    with closing(sqlite3.connect(server.database)) as database:
        found: int = database.execute("SELECT count(*) FROM audit").fetchone()[0]
        return found
