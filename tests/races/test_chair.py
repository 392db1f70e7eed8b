"""The chair and the room, at two processes at once: a handover, and a room that stands still."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from chatroom.client import Refused
from chatroom.wire import Receipt
from moderation.meeting.commands import (
    Accept,
    AcceptChair,
    Appoint,
    Freeze,
    Handover,
    Invite,
    Mute,
    RaiseHand,
    Remove,
    Say,
    Tell,
    Thaw,
)
from moderation.meeting.entries import ChairTaken, Frozen, HandRaised, Said, Thawed
from tests.races.stage import codes, meeting_in, raced

if TYPE_CHECKING:
    from tests.races.stage import Pair


async def test_fc_21_after_the_freeze_nothing_moves_at_either_process_and_thaw_restores_all(
    pair: Pair,
):
    async with meeting_in(pair) as meeting:
        await meeting.chidi.send(RaiseHand())
        await meeting.has_the_floor(meeting.ben)
        flood = [
            seat.submit(command)
            for n in range(15)
            for seat, command in (
                (meeting.ben, Say(f"line {n}", meeting.epoch)),
                (meeting.dana, RaiseHand()),
            )
        ]
        await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
        frozen = await meeting.ada.send(Freeze())
        assert frozen.number is not None
        answers = await asyncio.gather(*flood, return_exceptions=True)
        late = [answer.code for answer in answers if isinstance(answer, Refused)]
        assert set(late) <= {"frozen"}
        await meeting.settled()
        before = meeting.ben.meeting
        assert before.frozen_at is not None
        refused = await raced(
            (meeting.ben, Say("now?", meeting.epoch)),
            (meeting.dana, RaiseHand()),
            (meeting.mo, Invite(meeting.epoch, meeting.chidi.seat)),
        )
        assert codes(refused) == ["frozen"] * 3
        assert (await meeting.ben.send(Tell("all well?"))).stream == "own"
        assert (await meeting.ben.help()).case, "need help to be there (FC-21)"
        thawed = await meeting.mo.send(Thaw())
        assert thawed.number == frozen.number + 1, "nothing of the room between the two"
        await meeting.settled()
        after = meeting.ben.meeting
        for name in ("phase", "epoch", "holder", "turn", "hands", "invited", "queue_open", "seats"):
            assert getattr(after, name) == getattr(before, name), name
        assert after.turn_began_at is not None
        assert before.turn_began_at is not None
        assert after.turn_began_at > before.turn_began_at, "the clock stood still"
        assert isinstance(await meeting.ben.say("and on"), Receipt)
        kinds = [type(entry) for entry in meeting.entries()[frozen.number - 1 :]]
        assert kinds == [Frozen, Thawed, Said]
        assert sum(isinstance(entry, HandRaised) for entry in meeting.entries()) <= 3


async def test_fc_23_a_handover_changes_nothing_until_it_is_accepted_and_nothing_but_the_chair(
    pair: Pair,
):
    async with meeting_in(pair) as meeting:
        await raced((meeting.ben, RaiseHand()), (meeting.dana, RaiseHand()))
        await meeting.ada.send(Handover(meeting.dana.seat))
        offers = await raced(
            (meeting.ada, Handover(meeting.mo.seat)), (meeting.mo, Handover(meeting.chidi.seat))
        )
        assert codes(offers) == ["offer_open", "chair_acts"]
        await meeting.settled()
        assert {seat.meeting.chair for seat in meeting.all} == {meeting.ada.seat}
        with pytest.raises(Refused, match="facilitators_act"):
            await meeting.dana.send(Invite(meeting.epoch, meeting.ben.seat))
        before, connections = meeting.epoch, meeting.dana.connections
        answers = await raced(
            (meeting.dana, AcceptChair()),
            (meeting.mo, Invite(before, meeting.ben.seat)),
            (meeting.ada, Tell("over to you", to=meeting.dana.seat)),
        )
        assert codes(answers) == [""] * 3
        await meeting.settled()
        await meeting.dana.until(lambda: meeting.dana.connections > connections)
        assert meeting.dana.resets == ["streams"], "she comes back for what facilitators read"
        assert "chair" in meeting.dana.cursor
        for seat in meeting.all:
            shown = seat.meeting
            roles = {one.seat: one.role for one in shown.seats}
            assert (shown.chair, shown.invited) == (meeting.dana.seat, meeting.ben.seat)
            assert (roles[meeting.ada.seat], roles[meeting.dana.seat]) == ("facilitator",) * 2
            assert (shown.epoch, shown.offer) == (before + 1, None)
        taken = [entry for entry in meeting.entries() if isinstance(entry, ChairTaken)]
        assert taken == [ChairTaken(meeting.dana.seat)]
        # Ada is a co-chair now: she acts on members, and not on who has the chair.
        await meeting.ben.send(Accept(meeting.epoch))
        assert isinstance(await meeting.ada.send(Mute(meeting.chidi.seat)), Receipt)
        refused = await raced(
            (meeting.ada, Remove(meeting.dana.seat)),
            (meeting.ada, Appoint(meeting.chidi.seat, "co_chair")),
        )
        assert codes(refused) == ["not_on_a_facilitator", "chair_acts"]
