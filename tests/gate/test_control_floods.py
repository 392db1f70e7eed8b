"""Floods of frames on real sockets while a meeting is on: receipts come, health is answered (A25)."""

import asyncio
import json
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

import pytest

from chatroom.client import Seat, enter
from moderation.meeting import commands as ask
from tests.chance import FULL
from tests.gate.wire import PING, PONG, get, resident, seconds_for, upgrade
from tests.processes import HOUSE, SLOW, ServerProcess

FLOODERS = 50 if FULL else 5
SECONDS = 6.0
KERNEL_AND_HELD = 64 * 2**20
"""How much the server may grow by."""


@asynccontextmanager
async def flood(server: ServerProcess, path: str, hello: bytes, some: bytes) -> AsyncIterator[None]:
    """In a process of its own: here it would delay the clock that measures."""
    said = (upgrade(path, f"127.0.0.1:{server.port}"), hello, some)
    words = [
        "-m",
        "tests.gate.flooder",
        str(server.port),
        str(FLOODERS),
        *(one.hex() for one in said),
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=HOUSE, stdout=subprocess.PIPE
    )
    try:
        yield
    finally:
        process.terminate()
        out, _ = await process.communicate()
    assert int(out) > 2**20, "need a flood"


def framed(frame: dict[str, str]) -> bytes:
    """A short text frame, masked with nothing."""
    text = json.dumps(frame).encode()
    assert 125 < len(text) < 65536 or len(text) <= 125
    size = (
        bytes((0x80 | len(text),)) if len(text) <= 125 else b"\xfe" + len(text).to_bytes(2, "big")
    )
    return b"\x81" + size + bytes(4) + text


@pytest.fixture
async def ada(server: ServerProcess) -> AsyncIterator[tuple[Seat, str]]:
    """She has a meeting; and where its socket is."""
    room = await server.new_room(f"Room {secrets.token_hex(4)}")
    async with enter(room.facilitator, name="Ada") as seat:
        await seat.send(ask.Open())
        yield seat, f"/rooms/{room.slug}/socket"


@pytest.mark.parametrize("kind", ["pongs before hello", "pings before hello", "pongs after hello"])
async def test_a25_a_flood_of_control_frames_delays_nobody(
    server: ServerProcess, ada: tuple[Seat, str], kind: str
):
    (seat, room), path, hello = ada, "/desk/socket", b""
    if kind == "pongs after hello":
        path, hello = room, framed({"type": "hello", "bearer": seat.session})
    before = resident(server.pid)
    receipts, health = [], []
    async with flood(server, path, hello, PING if "pings" in kind else PONG):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            receipts.append(await seconds_for(lambda: seat.say("Still here.")))
            health.append(await seconds_for(lambda: get(server.port, "/healthz")))
            await asyncio.sleep(0.3)
    assert median(receipts) < 1.0 * SLOW
    assert median(health) < 1.0 * SLOW
    assert resident(server.pid) - before < KERNEL_AND_HELD
