"""One member as fast as it goes, against a server of its own process: what is stored, and what the others notice.

A tenth of the time in CI; in full with FULL=1.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chatroom.client import Seat, enter
from chatroom.client.door import find_door
from chatroom.people.limits import BUDGETS, Kind
from moderation.meeting import commands as ask
from tests.gate.wire import resident
from tests.processes import SLOW, ServerProcess, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

FULL = bool(os.environ.get("FULL"))
SECONDS = 6.0 if FULL else 1.5
# Two hundred are the benchmark's (tests/load): a client in Python reads what sixty write to sixty.
RAIDERS, A_SECOND = 60 if FULL else 20, 20
SYLLABLES = ("ba", "de", "fo", "gu", "la", "me", "no", "ru", "sa", "te")


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    async with serving(tmp_path_factory.mktemp("floods"), LIMITS="1") as process:
        yield process


def words() -> str:
    return " ".join(random.choices(SYLLABLES, k=9))


def lines() -> Iterator[dict[str, Any]]:
    while True:
        yield {"type": "say", "text": words(), "epoch": 1}


def names() -> Iterator[dict[str, Any]]:
    while True:
        yield {"type": "rename", "name": f"Ben {''.join(random.choices(SYLLABLES, k=3))}"}


def hands() -> Iterator[dict[str, Any]]:
    return itertools.cycle([{"type": "raise_hand"}, {"type": "lower_hand"}])


def reactions() -> Iterator[dict[str, Any]]:
    react = {"type": "react", "number": 3, "kind": "with_you"}
    return itertools.cycle([{**react, "on": True}, {**react, "on": False}])


class Flooder:
    """A socket of Ben's by hand, and what it was answered."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.receipts = 0
        self.limited = 0

    async def flood(self, commands: Iterator[dict[str, Any]], seconds: float, pause: float) -> int:
        """How many were taken from us; each with an id of its own."""
        sent = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for command in commands:
                    frame = {"type": "command", "id": secrets.token_hex(16), "command": command}
                    await self._socket.send(json.dumps(frame))
                    await asyncio.sleep(pause)
                    sent += 1
        return sent

    async def read(self) -> None:
        """What comes, until it is cancelled; that it is closed is for the test to see."""
        while True:
            data = await self._socket.recv(decode=False)
            assert isinstance(data, bytes)
            self.receipts += data.startswith(b'{"type":"receipt"')
            self.limited += b'"code":"rate_limited"' in data[:120]

    @property
    def is_open(self) -> bool:
        return self._socket.close_code is None


@contextlib.asynccontextmanager
async def flooding(server: ServerProcess, slug: str, session: str) -> AsyncIterator[Flooder]:
    url = f"{server.origin.replace('http', 'ws')}/rooms/{slug}/socket"
    async with connect(url, compression=None, ping_timeout=None, close_timeout=0.2) as socket:
        await socket.send(json.dumps({"type": "hello", "bearer": session}))
        flooder = Flooder(socket)
        reading = asyncio.create_task(flooder.read())
        try:
            yield flooder
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await reading


async def usual_wait(seat: Seat, seconds: float) -> float:
    """For an honest one's receipts; nineteen of twenty came sooner."""
    loop, waits = asyncio.get_running_loop(), list[float]()
    end = loop.time() + seconds
    while (begin := loop.time()) < end:
        await seat.send(ask.Listen(len(waits) % 2 == 0))
        waits.append(loop.time() - begin)
        await asyncio.sleep(0.02)
    return sorted(waits)[len(waits) * 19 // 20]


@pytest.mark.parametrize(
    ("kind", "commands"),
    [("lines", lines), ("names", names), ("hands", hands), ("reactions", reactions)],
)
async def test_a91_a94_one_member_as_fast_as_it_goes_stores_a_budget_and_slows_nobody_else(
    server: ServerProcess, kind: Kind, commands: Any
):
    room = await server.new_room()
    async with (
        enter(room.facilitator, name="Ada") as ada,
        enter(room.member, name="Ben") as ben,
        enter(room.facilitator, name="Chidi") as chidi,
    ):
        await ada.send(ask.Open())
        await ada.say("Welcome")
        control = await usual_wait(chidi, SECONDS)
        before = resident(server.pid)
        async with flooding(server, room.slug, ben.session) as flooder:
            flood = asyncio.create_task(flooder.flood(commands(), SECONDS, 0.002))
            waited = await usual_wait(chidi, SECONDS)
            sent = await flood
            assert sent > 2 * BUDGETS[kind].amount, "need a flood"
            assert flooder.is_open
            assert flooder.limited > 0
        assert flooder.receipts <= BUDGETS[kind].amount
        assert waited < max(1.5 * control, 1.0 * SLOW), (waited, control)
        assert resident(server.pid) - before < 10 * 2**20
        assert ben.connected, "nobody is put out for it, on no socket"
        assert (await ben.help()).case


async def test_a91_raiders_by_the_dozen_leave_the_room_usable(server: ServerProcess):
    room = await server.new_room()
    async with (
        contextlib.AsyncExitStack() as raid,
        enter(room.facilitator, name="Ada") as ada,
    ):
        await ada.send(ask.Open())
        flooders = []
        for number in range(RAIDERS):
            if number % 50 == 0:
                link = await server.new_link(room.slug)
            name = f"{SYLLABLES[number % 10]} {SYLLABLES[number // 10 % 10]}{'' if number < 100 else 'x'}"
            door = await find_door(link, None)
            await door.take_seat(name, secrets.token_hex(16))
            flooders.append(
                await raid.enter_async_context(flooding(server, room.slug, door.session))
            )
        control = await usual_wait(ada, 1.0)
        floods = [
            asyncio.create_task(one.flood(lines(), SECONDS * 4, 1 / A_SECOND)) for one in flooders
        ]
        waited = await usual_wait(ada, SECONDS * 4)
        await asyncio.gather(*floods)
        most = BUDGETS["lines"].amount
        assert all(one.receipts <= most for one in flooders)
        assert all(one.is_open for one in flooders)
        assert sum(one.limited for one in flooders) > 0
        assert (await ada.send(ask.RaiseShield())).number is not None
        assert waited < max(1.5 * control, 1.0 * SLOW), (waited, control)
