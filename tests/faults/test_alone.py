"""A meeting that everybody leaves and comes back to while something is being stored."""

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


async def test_who_is_alone_and_loses_the_connection_sees_nothing_twice(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P4: nobody else is connected, so the server may forget the log between two sockets of Ada."""
    async with serving(tmp_path) as server, AsyncExitStack() as lines:
        room = await server.new_room()
        ada = Recorder(
            "Ada",
            await lines.enter_async_context(enter(room.facilitator, name="Ada", jitter=_at_once)),
        )
        async with recording(ada):
            await ada.send(ask.Open())
            await until(lambda: ada.seat.meeting.phase == 0, within=SOON)
            for count in range(ROUNDS):
                sending = asyncio.gather(*(ada.say(f"{_letters(count)} {part}") for part in "abcd"))
                await asyncio.sleep(chance.uniform(0.0, 0.006))
                ada.seat.cut()
                await sending
        history = ada.close()
        await lines.aclose()
        await server.stop()
        faults = faults_of([history], read_log(server.database))
    tell(f"{ada.seat.connections} connections")
    assert not faults, "\n".join(faults[:20])


def _letters(count: int) -> str:
    """A number that the review can't take for part of a telephone number."""
    return "".join("abcdefghij"[int(digit)] for digit in str(count))


def _at_once(shortest: float, longest: float) -> float:
    return 0.0
