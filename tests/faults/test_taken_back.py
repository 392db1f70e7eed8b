"""Words that were taken back are given to nobody by any process, also not by one that has not heard of it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.faults.deployment import deployment

if TYPE_CHECKING:
    import random
    from pathlib import Path

pytestmark = pytest.mark.faults

ROUNDS = 4


async def test_a_socket_at_another_process_is_not_given_what_was_taken_back_before_it_came(
    tmp_path: Path, chance: random.Random
):
    """P19 on (b): the other process knows the line, and of its end only by its next poll."""
    place = deployment("b", tmp_path, chance)
    async with place.up(), AsyncExitStack() as lines:
        room = await place.new_room()
        here, there, _ = place.servers
        place.only = here
        ada = await lines.enter_async_context(enter(room.facilitator, name="Ada"))
        ben = await lines.enter_async_context(enter(room.member, name="Ben"))
        await ada.send(ask.Open())
        place.only = there
        twin = await lines.enter_async_context(ben.another_socket())
        given: list[bytes] = []
        for count in range(ROUNDS):
            words = f"line {count} to be taken back"
            number = (await ada.say(words)).number or 0
            await twin.until(lambda: _number(twin.cursor["room"]) >= number)  # noqa: B023
            await ada.send(ask.Redact(number))
            frames: list[bytes] = []
            async with ben.another_socket(on_frame=frames.append):
                given += [frame for frame in frames if words.encode() in frame]
    assert not given


def _number(cursor: str) -> int:
    return int(cursor.partition(".")[0])
