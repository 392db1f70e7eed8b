"""The wall clock of a running process jumps by an hour: deadlines are kept, and no time in the log goes back."""

from __future__ import annotations

import asyncio
import time
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.faults.deployment import deployment
from tests.processes import SLOW, SOON

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from chatroom.client import Seat
    from tests.faults.deployment import Deployment
    from tests.processes import ServerProcess

HERE = find_spec("libfaketime")
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(HERE is None, reason="libfaketime has a wheel for Linux on x86-64 alone"),
]

HOUR = 3600
JUMPS = (HOUR, -HOUR)
SPEED = 30.0
"""On SQLite a minute takes 2 s. Several processes must have real time: each counts from its own start."""
LATE = 5.0 * SLOW
"""Real seconds that a deadline may pass by (P12: 2 on a machine that nobody else uses)."""


async def test_p12_a_mute_ends_in_time_while_the_clock_of_the_one_process_jumps(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """F25 on SQLite: an hour ahead, then an hour behind, each in the middle of a mute."""
    place = deployment("a", tmp_path, chance)
    clock = _Clock(tmp_path)
    async with place.up(TIME_SPEED=str(SPEED), **clock.environ):
        took, rows = await _mutes_of_a_minute(place, clock, 60 / SPEED)
    tell(f"mutes of {60 / SPEED:.0f} s took {', '.join(f'{one:.2f}' for one in took)} s")
    _judge(took, rows, 60 / SPEED, SPEED)


@pytest.mark.full
async def test_p12_a_mute_ends_in_time_while_the_clock_of_one_of_three_processes_jumps(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """F25 on PostgreSQL, in real time: the database's clock is the one that counts (W22)."""
    place = deployment("b", tmp_path, chance)
    clock = _Clock(tmp_path)
    async with place.up():
        await _started_under(place, clock)
        took, rows = await _mutes_of_a_minute(place, clock, 60.0)
    tell(f"mutes of 60 s took {', '.join(f'{one:.2f}' for one in took)} s")
    _judge(took, rows, 60.0, 1.0)


@pytest.mark.full
async def test_p12_nothing_is_due_for_a_process_alone_whose_clock_jumps(
    tmp_path: Path, chance: random.Random
):
    """F25 on PostgreSQL: what it writes bears the database's time, and no mute of half an hour is over."""
    place = deployment("b", tmp_path, chance)
    clock = _Clock(tmp_path)
    async with place.up():
        server = await _started_under(place, clock)
        room = await place.new_room()
        place.only = server
        async with (
            enter(room.facilitator, name="Ada") as ada,
            enter(room.member, name="Ben") as ben,
        ):
            await ada.send(ask.Open())
            await ada.send(ask.Mute(ben.seat, minutes=30))
            for jump in JUMPS:
                await clock.jump(jump, server)
                await ada.say(f"{jump} s off")
                await asyncio.sleep(2.0 if jump > 0 else 0.0)
                assert _is_muted(ben)
        await place.stop()
        rows = await place.rows()
    assert "unmuted" not in [row["type"] for row in rows]
    assert all(later["at"] >= earlier["at"] for earlier, later in pairwise(rows))
    assert rows[-1]["at"] - rows[0]["at"] < SOON * 3


class _Clock:
    """The wall clock of the processes that are started with `environ`: so many seconds off, from any moment on."""

    def __init__(self, folder: Path) -> None:
        assert HERE is not None
        assert HERE.origin is not None
        self._off = folder / "off"
        self._write(0)
        library = Path(HERE.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"
        self.environ = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._off),
            "FAKETIME_CACHE_DURATION": "1",  # Read at each look, it makes a start last ten seconds.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def _write(self, off: int) -> None:
        new = self._off.with_suffix(".new")
        new.write_text(f"{off:+d}\n")
        new.replace(self._off)

    async def jump(self, off: int, server: ServerProcess) -> None:
        """Returns once the process shows the other time, in the head of an answer."""
        self._write(off)
        async with asyncio.timeout(SOON), httpx2.AsyncClient(trust_env=False) as http:
            while abs(await _shown(http, server) - time.time() - off) > 60:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def _shown(http: httpx2.AsyncClient, server: ServerProcess) -> float:
    answer = await http.get(f"http://127.0.0.1:{server.port}/healthz")
    return parsedate_to_datetime(answer.headers["date"]).timestamp()


async def _started_under(place: Deployment, clock: _Clock) -> ServerProcess:
    """The first of the processes, started again with a wall clock that can be moved."""
    server = place.servers[0]
    server.change(**clock.environ)
    await server.stop()
    await server.start()
    return server


async def _mutes_of_a_minute(
    place: Deployment, clock: _Clock, lasts: float
) -> tuple[list[float], list[dict[str, Any]]]:
    """How many real seconds each took, by a clock that nobody moves, and the log."""
    room, took = await place.new_room(), []
    place.only = place.servers[0]
    async with enter(room.facilitator, name="Ada") as ada, enter(room.member, name="Ben") as ben:
        await ada.send(ask.Open())
        for jump in JUMPS:
            began = time.monotonic()
            await ada.send(ask.Mute(ben.seat, minutes=1))
            await ben.until(lambda: _is_muted(ben))
            await clock.jump(jump, place.servers[0])
            await ben.until(lambda: not _is_muted(ben), within=lasts + SOON)
            took.append(time.monotonic() - began)
    await place.stop()
    return took, await place.rows()


def _is_muted(seat: Seat) -> bool:
    return any(shown.muted_until is not None for shown in seat.meeting.seats)


def _judge(took: list[float], rows: list[dict[str, Any]], lasts: float, speed: float) -> None:
    mutes = [row for row in rows if row["type"] == "muted"]
    ends = [row for row in rows if row["type"] == "unmuted"]
    assert len(mutes) == len(ends) == len(JUMPS), "each mute has one end"
    for mute, end in zip(mutes, ends, strict=True):
        assert end["data"]["by"] == "time"
        assert 0.0 <= end["at"] - mute["data"]["until"] <= LATE * speed
    assert all(lasts - 0.1 <= one <= lasts + LATE for one in took), took
    assert all(later["at"] >= earlier["at"] for earlier, later in pairwise(rows))
