"""A disk that is full: nothing is acknowledged, nobody dies of it, and it is over by itself."""

from __future__ import annotations

import asyncio
import resource
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import httpx2
import pytest

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.faults.catalogue import limit_files
from tests.faults.checker import faults_of, read_log
from tests.faults.export import sqlite_head
from tests.faults.recorder import Recorder, recording, until
from tests.processes import SOON, ServerProcess, serving

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.faults

SENDERS = ("Ben", "Chidi", "Dana")
FULL_FOR = 2.0
RED_WITHIN = FULL_FOR
"""Seconds until the balancer is told."""
NORMAL_WITHIN = 5.0
"""Seconds after space returns, with no operator."""


async def test_p18_on_a_full_disk_nothing_is_acknowledged_and_with_space_all_goes_on(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P18 on SQLite: no file of the process can grow for 2 s, its log file neither (RLIMIT_FSIZE)."""
    async with serving(tmp_path) as server, AsyncExitStack() as lines:
        pid = server.pid
        everybody = await _met(server, lines)
        async with recording(*everybody), _talking(everybody, chance):
            await _each_is_answered(everybody)
            assert await _status(server) == (200, "ok")
            limit_files(pid, 1)
            red = await _stays_red(server, everybody)
            limit_files(pid, resource.RLIM_INFINITY)
            normal = await _back_to_normal(server, everybody)
        assert server.running
        assert server.pid == pid
        clients = [one.close() for one in everybody]
        await lines.aclose()
        await server.stop()
        faults = faults_of(clients, read_log(server.database))
    tell(f"/readyz red after {red:.2f} s; {normal:.2f} s after space returned all was normal")
    assert not faults, "\n".join(faults[:20])
    assert red <= RED_WITHIN
    assert normal <= NORMAL_WITHIN


async def _met(server: ServerProcess, lines: AsyncExitStack) -> list[Recorder]:
    room = await server.new_room()
    ada = Recorder("Ada", await lines.enter_async_context(enter(room.facilitator, name="Ada")))
    senders = [
        Recorder(name, await lines.enter_async_context(enter(room.member, name=name)))
        for name in SENDERS
    ]
    await ada.seat.send(ask.Open())
    await until(lambda: all(one.seat.meeting.phase == 0 for one in senders), within=SOON)
    return [ada, *senders]


@asynccontextmanager
async def _talking(everybody: list[Recorder], chance: random.Random) -> AsyncIterator[None]:
    going = asyncio.Event()
    going.set()
    async with asyncio.TaskGroup() as tasks:
        for one in everybody:
            tasks.create_task(_talk(one, going, chance))
        yield
        going.clear()


async def _talk(one: Recorder, going: asyncio.Event, chance: random.Random) -> None:
    count = 0
    while going.is_set():
        count += 1
        attempt = await one.say(f"{one.client.name} {count}")
        assert attempt.outcome == "receipt", attempt
        await asyncio.sleep(chance.uniform(0.0, 0.02))


async def _each_is_answered(everybody: list[Recorder]) -> None:
    before = [one.receipts for one in everybody]
    await until(
        lambda: all(one.receipts > had + 1 for one, had in zip(everybody, before, strict=True)),
        within=SOON,
    )


async def _stays_red(server: ServerProcess, everybody: list[Recorder]) -> float:
    """After how many seconds it said so, and kept to it; from then on nothing is stored or acknowledged.

    What had been written before the disk was full may still be committed until then.
    """
    began = time.monotonic()
    while (await _status(server))[0] == 200:
        await asyncio.sleep(0.05)
        assert time.monotonic() < began + FULL_FOR, "nobody is told"
    red, head = time.monotonic() - began, sqlite_head(server.database)
    while time.monotonic() < began + FULL_FOR:
        assert await _status(server) == (503, "not storing")
        await asyncio.sleep(0.1)
    assert sqlite_head(server.database) == head
    assert max(number for one in everybody for number in _acknowledged(one)) <= head
    assert all(one.seat.unanswered and one.seat.connected for one in everybody)
    return red


def _acknowledged(one: Recorder) -> list[int]:
    return [attempt.number or 0 for attempt in one.client.attempts]


async def _back_to_normal(server: ServerProcess, everybody: list[Recorder]) -> float:
    """Seconds until everybody had receipts again, and the balancer was told."""
    began = time.monotonic()
    await _each_is_answered(everybody)
    assert await _status(server) == (200, "ok")
    return time.monotonic() - began


async def _status(server: ServerProcess) -> tuple[int, str]:
    async with httpx2.AsyncClient(trust_env=False) as probe:
        answer = await probe.get(f"{server.origin}/readyz")
    return answer.status_code, answer.json()["status"]
