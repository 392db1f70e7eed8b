"""The server is killed in the middle of a burst, again and again, and nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

import pytest

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.faults.checker import faults_of, read_log
from tests.faults.recorder import Recorder, recording, until
from tests.processes import SOON, ServerProcess, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.faults

KILLS = 20
SENDERS = ("Ben", "Chidi", "Dana", "Eli", "Femi", "Gwen", "Hana", "Ivo")
AT_ONCE = 3
"""Lines of one sender that wait for their receipts at the same time."""
BACK_WITHIN = 5.0


async def test_kill_9_in_the_middle_of_a_burst_loses_doubles_and_reorders_nothing(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P1, P2, P3, P4, P5, P7: 8 senders, 20 kills; all are back by themselves, 5 s after a restart."""
    async with serving(tmp_path) as server, AsyncExitStack() as lines:
        room = await server.new_room()
        ada = Recorder("Ada", await lines.enter_async_context(enter(room.facilitator, name="Ada")))
        senders = [
            Recorder(name, await lines.enter_async_context(enter(room.member, name=name)))
            for name in SENDERS
        ]
        everybody = [ada, *senders]
        async with recording(*everybody, within=2 * BACK_WITHIN):
            await ada.send(ask.Open())
            await until(lambda: all(one.seat.meeting.phase == 0 for one in senders), within=SOON)
            bursting = asyncio.Event()
            bursting.set()
            async with asyncio.TaskGroup() as bursts:
                for one in senders:
                    for part in range(AT_ONCE):
                        bursts.create_task(
                            _burst(one, part, bursting, random.Random(chance.random()))
                        )
                back = [await _kill(server, everybody, chance) for _ in range(KILLS)]
                bursting.clear()
        clients = [one.close() for one in everybody]
        await lines.aclose()
        await server.stop()
        faults = faults_of(clients, read_log(server.database))
    receipts = _receipts(everybody)
    worst = max(one.after_ready for one in back)
    slowest = max(one.to_ready for one in back)
    tell(
        f"{KILLS} kills, {receipts} receipts; at worst the server was ready in {slowest:.2f} s"
        f" and all were back {worst:.2f} s later"
    )
    assert not faults, "\n".join(faults[:20])
    assert receipts > KILLS * len(SENDERS), "the burst has to be one"
    assert worst <= BACK_WITHIN


class Return(NamedTuple):
    """How long a restart took, and how long after it everybody had caught up."""

    to_ready: float
    after_ready: float


async def _burst(one: Recorder, part: int, bursting: asyncio.Event, chance: random.Random) -> None:
    count = 0
    while bursting.is_set():
        count += 1
        attempt = await one.say(f"{one.client.name} {part}.{count}")
        assert attempt.outcome == "receipt", attempt
        await asyncio.sleep(chance.uniform(0.0, 0.01))


async def _kill(server: ServerProcess, everybody: list[Recorder], chance: random.Random) -> Return:
    """Kills it in the middle, starts it again, and waits until all have caught up."""
    before = _receipts(everybody)
    await until(lambda: _receipts(everybody) >= before + 2 * len(SENDERS), within=SOON)
    await asyncio.sleep(chance.uniform(0.0, 0.05))
    await until(lambda: any(one.seat.unanswered for one in everybody), within=SOON)
    lives = [one.seat.connections for one in everybody]
    server.kill9()
    spawned = time.monotonic()
    await server.start()
    ready = time.monotonic()
    await until(
        lambda: all(
            one.seat.caught_up and one.seat.connections > life
            for one, life in zip(everybody, lives, strict=True)
        ),
        within=2 * BACK_WITHIN,
    )
    back = time.monotonic()
    return Return(ready - spawned, back - ready)


def _receipts(everybody: list[Recorder]) -> int:
    return sum(one.receipts for one in everybody)
