"""The chair and the room, at two processes at once: a handover, and a room that stands still."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from chatroom.client import Refused, enter
from chatroom.live.wire import Receipt
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests.races.stage import codes, meeting_in, raced
from tests.servers import asked

if TYPE_CHECKING:
    from tests.races.stage import Meeting, Pair


async def test_fc_21_after_the_freeze_nothing_moves_at_either_process_and_thaw_restores_all(
    pair: Pair,
):
    async with meeting_in(pair) as meeting:
        await meeting.chidi.send(ask.RaiseHand())
        await meeting.has_the_floor(meeting.ben)
        flood = [
            seat.submit(command)
            for n in range(15)
            for seat, command in (
                (meeting.ben, ask.Say(f"line {n}", meeting.epoch)),
                (meeting.dana, ask.RaiseHand()),
            )
        ]
        await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
        frozen = await meeting.ada.send(ask.Freeze())
        assert frozen.number is not None
        answers = await asyncio.gather(*flood, return_exceptions=True)
        late = [answer.code for answer in answers if isinstance(answer, Refused)]
        assert set(late) <= {"frozen"}
        await meeting.settled()
        before = meeting.ben.meeting
        assert before.frozen_at is not None
        refused = await raced(
            (meeting.ben, ask.Say("now?", meeting.epoch)),
            (meeting.dana, ask.RaiseHand()),
            (meeting.mo, ask.Invite(meeting.epoch, meeting.chidi.seat)),
        )
        assert codes(refused) == ["frozen"] * 3
        assert (await meeting.ben.send(ask.Tell("all well?"))).stream == "own"
        assert (await meeting.ben.help()).case, "need help to be there (FC-21)"
        thawed = await meeting.mo.send(ask.Thaw())
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
        assert kinds == [happened.Frozen, happened.Thawed, happened.Said]
        assert sum(isinstance(entry, happened.HandRaised) for entry in meeting.entries()) <= 3


async def test_fc_23_a_handover_changes_nothing_until_it_is_accepted_and_nothing_but_the_chair(
    pair: Pair,
):
    async with meeting_in(pair) as meeting:
        await raced((meeting.ben, ask.RaiseHand()), (meeting.dana, ask.RaiseHand()))
        await meeting.ada.send(ask.Handover(meeting.dana.seat))
        offers = await raced(
            (meeting.ada, ask.Handover(meeting.mo.seat)),
            (meeting.mo, ask.Handover(meeting.chidi.seat)),
        )
        assert codes(offers) == ["offer_open", "chair_acts"]
        await meeting.settled()
        assert {seat.meeting.chair for seat in meeting.all} == {meeting.ada.seat}
        with pytest.raises(Refused, match="facilitators_act"):
            await meeting.dana.send(ask.Invite(meeting.epoch, meeting.ben.seat))
        before, connections = meeting.epoch, meeting.dana.connections
        answers = await raced(
            (meeting.dana, ask.AcceptChair()),
            (meeting.mo, ask.Invite(before, meeting.ben.seat)),
            (meeting.ada, ask.Tell("over to you", to=meeting.dana.seat)),
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
        taken = [entry for entry in meeting.entries() if isinstance(entry, happened.ChairTaken)]
        assert taken == [happened.ChairTaken(meeting.dana.seat)]
        # Ada is a co-chair now: she acts on members, and not on who has the chair.
        await meeting.ben.send(ask.Accept(meeting.epoch))
        assert isinstance(await meeting.ada.send(ask.Mute(meeting.chidi.seat)), Receipt)
        refused = await raced(
            (meeting.ada, ask.Remove(meeting.dana.seat)),
            (meeting.ada, ask.Appoint(meeting.chidi.seat, "co_chair")),
        )
        assert codes(refused) == ["not_on_a_facilitator", "chair_acts"]


async def test_a48_a_facilitator_who_is_one_no_more_reads_nothing_private_behind_the_number(
    pair: Pair,
):
    """Private lines are in flight at both processes while the chair takes the seat of service back."""
    async with meeting_in(pair) as meeting:
        heard: list[int] = []

        def listen(payload: bytes) -> None:
            frame: dict[str, Any] = msgspec.json.decode(payload)
            if frame["type"] == "entries" and frame["stream"] == "chair":
                heard.extend(entry["number"] for entry in frame["entries"])

        async with meeting.mo.another_socket(on_frame=listen) as mo:
            told = [
                seat.submit(ask.Tell(f"between us {n}"))
                for n in range(40)
                for seat in (meeting.ben, meeting.chidi)
            ]
            await asyncio.wait(told, return_when=asyncio.FIRST_COMPLETED)
            dismissed = await meeting.ada.send(ask.Dismiss(mo.seat, "co_chair"))
            await asyncio.gather(*told)
            await meeting.ben.send(ask.Tell("and now?"))
            await mo.until(lambda: mo.resets == ["streams"])
            assert set(mo.cursor) == {"room", "own"}
            refused = await raced((mo, ask.Invite(meeting.epoch)), (mo, ask.Mute(meeting.ben.seat)))
            assert codes(refused) == ["facilitators_act"] * 2
        before, behind = chair_around(meeting, dismissed.number)
        assert before, "need private lines that he may read"
        assert len(behind) > 1, "need private lines that he may not"
        assert set(heard) <= set(before)


def chair_around(meeting: Meeting, number: int | None) -> tuple[list[int], list[int]]:
    """The numbers of the facilitators' stream before and behind this one of the room."""
    entries = """
        FROM entry e JOIN meeting m USING (log) JOIN room r ON r.id = m.room WHERE r.slug = ?
    """
    where = f"SELECT e.position {entries} AND e.audience = 0 AND e.number = ?"
    ((position,),) = asked(meeting.pair.url, where, meeting.room.slug, number)
    chair = f"SELECT e.position, e.number {entries} AND e.audience = -1"
    rows = asked(meeting.pair.url, chair, meeting.room.slug)
    return [n for at, n in rows if at < position], [n for at, n in rows if at > position]


async def test_of_two_facilitators_who_answer_a_knock_at_once_one_does(pair: Pair):
    """Whoever knocks at the one process is let in at the other, under one seat."""
    room = await pair.here.new_room(door="knock")
    async with (
        enter(room.facilitator, name="Ada") as ada,
        enter(pair.there_(room.facilitator), name="Mo") as mo,
    ):
        waiting = asyncio.ensure_future(seat_of(pair.there_(room.member)))
        await asyncio.gather(
            *(seat.until(lambda s=seat: len(s.meeting.lobby) == 1) for seat in (ada, mo))  # type: ignore[misc]
        )
        (knock,) = ada.meeting.lobby
        assert knock.name == "Ben"
        answers = await raced((ada, ask.Admit(knock.knock)), (mo, ask.Admit(knock.knock)))
        assert sorted(codes(answers)) == ["", "no_such_knock"]
        seat = await asyncio.wait_for(waiting, 10.0)
        for facilitator in (ada, mo):
            await facilitator.until(lambda f=facilitator: not f.meeting.lobby)  # type: ignore[misc]
            names = {one.seat: one.name for one in facilitator.meeting.seats}
            assert names == {ada.seat: "Ada", mo.seat: "Mo", seat: "Ben"}


async def seat_of(link: str) -> int:
    async with enter(link, name="Ben") as ben:
        assert not ben.meeting.lobby, "who waits is nobody's business but the facilitators'"
        return ben.seat
