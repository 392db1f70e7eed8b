"""What is held, decided about at two processes at once: one decision, and the other is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatroom.client import Refused, Seat
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests.races.stage import meeting_in, pair_in, raced

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.races.stage import Pair

LINE = "anyone need percs? I can drop them off tonight, good price"
POLICY = """
[[phrases]]
kind = "sourcing"
then = "hold"
words = ["percs"]
"""
ROUNDS, STEP = 20, 0.001
"""Of a race at most; and the seconds by which the head start of one or the other grows in each."""


@pytest.fixture
async def pair(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    policy = folder / "policy.toml"
    policy.write_text(POLICY)
    async with pair_in(folder, ("-m", "chatroom.cli"), POLICY=str(policy)) as both:
        yield both


async def test_cm_16_of_two_who_decide_at_once_one_does_and_the_other_hears_what(pair: Pair):
    won, released = set(), 0
    async with meeting_in(pair) as meeting:
        await meeting.has_the_floor(meeting.ben)
        for n in range(ROUNDS):
            await meeting.ben.send(ask.Say(f"{LINE} {n}", await meeting.seen_epoch()))
            for seat in (meeting.ada, meeting.mo):
                await seat.until(lambda seat=seat: len(seat.meeting.held) == 1)  # type: ignore[misc]
            number = meeting.ada.meeting.held[0].number
            asked: list[tuple[Seat, ask.SeatCommand]] = [
                (meeting.ada, ask.Release(number)),
                (meeting.mo, ask.GiveBackHeld(number)),
            ]
            asked = asked if n % 2 else asked[::-1]
            answers = await raced(*asked, start=STEP * (n // 2))
            (no,) = [answer for answer in answers if isinstance(answer, Refused)]
            assert no.code == "already_decided"
            winner = asked[1 - answers.index(no)][0]
            facts = no.facts or {}
            assert facts["seat"] == winner.seat
            what = "released" if winner is meeting.ada else "given_back"
            assert (facts["by"], facts["what"]) == ("facilitator", what)
            won.add(winner.seat)
            await meeting.settled()
            released += what == "released"
            said = [one for one in meeting.entries() if isinstance(one, happened.Said)]
            assert len(said) == released
            if len(won) == 2:
                return
    raise AssertionError("need both to win once for this test to mean anything")
