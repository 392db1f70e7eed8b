"""Peers that read nothing, or are gone without a word, cost one descriptor for a while and nobody else anything."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.client import connect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.faults.catalogue import FULL
from tests.faults.deployment import PROGRAM, deployment, descriptors
from tests.faults.mutants import program
from tests.faults.recorder import until
from tests.processes import SOON

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection

    from chatroom.client import Seat
    from tests.faults.deployment import Deployment

pytestmark = pytest.mark.faults

LINES = 500
"""Of 900 letters: more than the 256 KiB that wait for a reader, and the buffers on the way."""
FREED_WITHIN = 46.0 if FULL else 12.0
AT_ONCE = 20


async def test_a96_who_reads_nothing_and_who_is_gone_are_let_go(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """F22, F23, P14: their descriptors are free after 20 s + 20 s (in CI 2 s + 2 s); the room goes on."""
    place = deployment("a", tmp_path, chance)
    patience = PROGRAM if FULL else program("impatient")
    async with place.up(patience), AsyncExitStack() as lines:
        server = place.servers[0]
        room = await place.new_room()
        ada = await lines.enter_async_context(enter(room.facilitator, name="Ada"))
        ben = await lines.enter_async_context(enter(room.member, name="Ben"))
        await ada.send(ask.Open())
        await ben.until(lambda: ben.meeting.phase == 0)
        before = descriptors(server.pid)
        half_open = await _silent(place, ben, place.front.port)
        place.front.links[-1].swallows = True
        stalled = [await _silent(place, ben, server.port) for _ in range(3)]
        await until(lambda: descriptors(server.pid) >= before + 4, within=SOON)
        began = asyncio.get_running_loop().time()
        await _flood(ada)
        flooded = asyncio.get_running_loop().time() - began
        await until(lambda: descriptors(server.pid) <= before, within=FREED_WITHIN)
        freed = asyncio.get_running_loop().time() - began
        await ben.until(lambda: _number(ben) >= LINES)
        assert ben.connections == 1, "who reads is not sent away"
        for one in (half_open, *stalled):
            one.transport.abort()
    tell(
        f"{LINES} lines in {flooded:.1f} s beside four who read nothing; freed after {freed:.1f} s"
    )


async def _silent(place: Deployment, seat: Seat, port: int) -> ClientConnection:
    """One more socket of a seat; it says hello and reads nothing."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.setblocking(False)
    await asyncio.get_running_loop().sock_connect(opened, ("127.0.0.1", port))
    connection = await connect(
        seat._door.socket,
        sock=opened,
        compression=None,
        proxy=None,
        max_queue=1,
        ping_interval=None,
    )
    await connection.send(json.dumps({"type": "hello", "bearer": seat.session}))
    return connection


async def _flood(ada: Seat) -> None:
    for start in range(0, LINES, AT_ONCE):
        await asyncio.gather(
            *(
                ada.say(f"{number} " + "so it goes " * 80)
                for number in range(start, start + AT_ONCE)
            )
        )


def _number(seat: Seat) -> int:
    return int(seat.cursor["room"].partition(".")[0])
