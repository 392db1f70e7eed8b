"""A mute is a barrier: after its receipt nothing of the muted seat reaches the room, whatever is in flight."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.faults.checker import faults_of, read_log
from tests.faults.recorder import Recorder, recording, until
from tests.processes import SOON, serving

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.faults

ROUNDS = 200
SOCKETS = 4
AT_ONCE = 4
"""Lines that wait for their answers on one socket; the server reads no more than 8."""


async def test_nothing_of_a_muted_member_is_stored_after_the_receipt_of_the_mute(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P8: Ben floods over 4 sockets, Ada mutes and unmutes him 200 times with random delays."""
    async with serving(tmp_path) as server, AsyncExitStack() as lines:
        room = await server.new_room()
        ada = Recorder("Ada", await lines.enter_async_context(enter(room.facilitator, name="Ada")))
        seat = await lines.enter_async_context(enter(room.member, name="Ben"))
        others = [
            await lines.enter_async_context(seat.another_socket()) for _ in range(SOCKETS - 1)
        ]
        bens = [Recorder(f"Ben {n}", one) for n, one in enumerate([seat, *others])]
        async with recording(ada, *bens):
            await ada.send(ask.Open())
            await until(lambda: all(one.seat.meeting.phase == 0 for one in bens), within=SOON)
            flooding = asyncio.Event()
            flooding.set()
            async with asyncio.TaskGroup() as floods:
                for one in bens:
                    for part in range(AT_ONCE):
                        floods.create_task(_flood(one, part, flooding, chance))
                caught = [await _round(ada, bens, chance) for _ in range(ROUNDS)]
                flooding.clear()
        clients = [one.close() for one in (ada, *bens)]
        await lines.aclose()
        await server.stop()
        faults = faults_of(clients, read_log(server.database))
    tell(f"{ROUNDS} rounds, {sum(caught)} of them with lines in flight at the receipt")
    assert not faults, "\n".join(faults[:20])
    codes = {one.code for client in clients for one in client.attempts if one.outcome == "refusal"}
    assert codes == {"muted"}
    assert sum(caught) > ROUNDS / 2, "the mute has to come while lines are in flight"


async def _flood(one: Recorder, part: int, flooding: asyncio.Event, chance: random.Random) -> None:
    count = 0
    while flooding.is_set():
        count += 1
        await one.say(f"{one.client.name} {part}.{count}")
        await asyncio.sleep(chance.uniform(0.0, 0.004))


async def _round(ada: Recorder, bens: list[Recorder], chance: random.Random) -> bool:
    """One mute and its end; whether lines were in flight when its receipt came."""
    number = bens[0].client.seat
    spoken, refused = _count(bens, "receipts"), _count(bens, "refusals")
    await until(lambda: _count(bens, "receipts") >= spoken + SOCKETS, within=SOON)
    await asyncio.sleep(chance.uniform(0.0, 0.01))
    mute = await ada.send(ask.Mute(number, minutes=60))
    assert mute.outcome == "receipt", mute
    in_flight = sum(one.seat.unanswered for one in bens)
    await until(lambda: _count(bens, "refusals") >= refused + SOCKETS * AT_ONCE, within=SOON)
    await asyncio.sleep(chance.uniform(0.0, 0.01))
    unmute = await ada.send(ask.Unmute(number))
    assert unmute.outcome == "receipt", unmute
    return in_flight > 0


def _count(recorders: list[Recorder], what: str) -> int:
    return sum(getattr(one, what) for one in recorders)
