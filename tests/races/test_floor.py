"""The floor, asked for and taken at two processes at once: one order, one holder, one change at a time."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING

import pytest

from chatroom.client import Refused, Seat, enter
from chatroom.live.wire import Receipt
from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.state import Stamp
from tests.races.stage import PASSED_ON, codes, meeting_in, raced, turns_in

if TYPE_CHECKING:
    from tests.races.stage import Meeting, Pair


ROUNDS, STEP = 60, 0.0005
"""Of a race at most, with another one first each time; and the seconds by which that start grows in
each, so that on a busy machine too each has won before it ends."""


async def test_fc_01_hands_are_shown_to_all_in_the_order_in_which_they_were_committed(pair: Pair):
    seen = set()
    async with meeting_in(pair) as meeting:
        for n in range(8):
            asking = [meeting.ben, meeting.chidi, meeting.dana, meeting.mo]
            random.Random(n).shuffle(asking)
            before = len(meeting.entries())
            await raced(*((seat, ask.RaiseHand()) for seat in (*asking, *asking)))
            await meeting.settled()
            committed = tuple(
                entry.seat
                for entry in meeting.entries()[before:]
                if isinstance(entry, happened.HandRaised)
            )
            assert sorted(committed) == sorted(seat.seat for seat in asking), (
                "one hand each (FC-02)"
            )
            assert {seat.meeting.hands for seat in meeting.all} == {committed}
            seen.add(committed)
            if n < 7:
                await meeting.ada.send(ask.LowerHands())
        assert len(seen) > 1, "need more than one order for this test to mean anything"
        link = meeting.room.member
        for name, late_link in (("Eve", link), ("Sam", pair.there_(link))):
            async with enter(late_link, name=name) as late:
                assert late.meeting.hands == committed


async def test_fc_06_for_any_interleaving_the_lines_of_a_turn_are_one_members(pair: Pair):
    """Accept, done, revoke, a lost socket, and lines in between, by five people at two processes."""
    async with meeting_in(pair) as meeting:
        over = asyncio.Event()
        members = (meeting.ben, meeting.chidi, meeting.dana)
        work = [shares(seat, random.Random(seat.seat), over) for seat in members]
        work += [calls(seat, random.Random(seat.seat), over) for seat in (meeting.ada, meeting.mo)]
        await asyncio.gather(*work, revokes(meeting, over))
        await meeting.settled()
        entries = meeting.entries()
        turns = turns_in(entries)
        assert len([lines for lines in turns.values() if lines]) >= 3, "need turns with lines"
        assert len({lines[0] for lines in turns.values() if lines}) >= 2, "need several holders"
        assert set(ended(meeting)) >= {"done", "revoked"}, "need two ways to lose the floor"
        assert all(len(seats) == 1 for seats in shares_by_epoch(entries).values())
        views = {(one.meeting.epoch, one.meeting.holder, one.meeting.hands) for one in meeting.all}
        assert len(views) == 1


async def shares(seat: Seat, chance: random.Random, over: asyncio.Event) -> None:
    """Takes part with more haste than manners, and over a bad line."""
    n = 0
    while not over.is_set():
        n, shown, act = n + 1, seat.meeting, chance.random()
        if n % 25 == 0:
            seat.cut()
        elif shown.holder == seat.seat and act < 0.2:
            await tried(seat, ask.Done(shown.epoch))
        elif shown.invited == seat.seat and act < 0.7:
            await tried(seat, ask.Accept(shown.epoch))
        elif act < 0.3:
            await tried(seat, ask.RaiseHand())
        else:
            await tried(seat, ask.Say(f"line {n} of {seat.seat}", shown.epoch))


async def calls(seat: Seat, chance: random.Random, over: asyncio.Event) -> None:
    while not over.is_set():
        command = ask.Invite if chance.random() < 0.9 else ask.Next
        await tried(seat, command(seat.meeting.epoch))
        await asyncio.sleep(chance.uniform(0, 0.02))


async def revokes(meeting: Meeting, over: asyncio.Event) -> None:
    """Mutes who has the floor now and then, until there were turns enough."""
    mo = meeting.mo
    try:
        while ended(meeting).count("revoked") < 2 or mo.meeting.turns < 8:
            turn = mo.meeting.turns + 3
            await mo.until(lambda n=turn: mo.meeting.turns >= n and bool(mo.meeting.holder))  # type: ignore[misc]
            holder = mo.meeting.holder or 0
            await tried(mo, ask.Mute(holder))
            await tried(mo, ask.Unmute(holder))
    finally:
        over.set()


def ended(meeting: Meeting) -> list[str]:
    return [entry.reason for entry in meeting.entries() if isinstance(entry, happened.TurnEnded)]


async def tried(seat: Seat, command: object) -> None:
    """A no is an answer like any other here."""
    with contextlib.suppress(Refused):
        assert isinstance(await seat.send(command), Receipt)  # type: ignore[arg-type]


def shares_by_epoch(entries: list[happened.AnyEntry]) -> dict[int, set[int]]:
    """Whose lines were accepted as shares under each epoch."""
    state = decider.NEW
    found: dict[int, set[int]] = {}
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, happened.Said) and entry.turn:
            found.setdefault(state.epoch, set()).add(entry.seat)
        state = decider.evolve(state, entry, Stamp(number, float(number)))
    return found


async def test_fc_07_done_and_next_at_once_move_the_floor_once(pair: Pair):
    async with meeting_in(pair, PASSED_ON) as meeting:
        for seat in (meeting.ben, meeting.dana, meeting.chidi):
            await seat.send(ask.RaiseHand())
        await meeting.ada.send(ask.Invite(await meeting.seen_epoch()))
        dones: set[str] = set()
        for n in range(ROUNDS):
            if n >= 10 and len(dones) == 2:
                break
            await meeting.settled()
            holder = meeting.by_number(meeting.ada.meeting.invited)
            await holder.send(ask.Accept(holder.meeting.epoch))
            await meeting.settled()
            epoch, before = meeting.epoch, len(meeting.entries())
            asked = [(holder, ask.Done(epoch)), (meeting.ada, ask.Next(epoch))]
            answers = await raced(*(asked if n % 2 else reversed(asked)), start=n * STEP)
            assert sorted(codes(answers)) == ["", "stale_epoch"]
            dones.add(codes(answers)[0] if n % 2 else codes(answers)[1])
            await meeting.settled()
            assert {seat.meeting.epoch for seat in meeting.all} == {epoch + 1}
            new = meeting.entries()[before:]
            assert [type(entry) for entry in new] == [happened.TurnEnded, happened.Invited]
            assert {seat.meeting.invited for seat in meeting.all} == {new[1].seat}  # type: ignore[union-attr]
            await holder.send(ask.RaiseHand())
        assert dones == {"", "stale_epoch"}, "need each to win for this test to mean anything"


@pytest.mark.parametrize("whom", ["the next", "two different people"])
async def test_fc_08_a45_of_two_facilitators_who_invite_at_once_one_does(pair: Pair, whom: str):
    async with meeting_in(pair) as meeting:
        await raced((meeting.ben, ask.RaiseHand()), (meeting.chidi, ask.RaiseHand()))
        winners: set[int] = set()
        for n in range(ROUNDS):
            if n >= 10 and len(winners) == 2:
                break
            epoch = await meeting.seen_epoch()
            seats = (None, None) if whom == "the next" else (meeting.ben.seat, meeting.chidi.seat)
            asked = [
                (meeting.ada, ask.Invite(epoch, seats[0])),
                (meeting.mo, ask.Invite(epoch, seats[1])),
            ]
            answers = await raced(*(asked if n % 2 else reversed(asked)), start=n * STEP)
            if not n % 2:
                answers.reverse()
            assert sorted(codes(answers)) == ["", "floor_busy"]
            loser = next(answer for answer in answers if isinstance(answer, Refused))
            await meeting.settled()
            (invited,) = {seat.meeting.invited for seat in meeting.all}
            won = answers.index(loser) ^ 1
            by = (meeting.ada, meeting.mo)[won].seat
            assert loser.facts == {"seat": invited, "by": by}
            assert meeting.epoch == epoch + 1
            winners.add(by)
            await meeting.ada.send(ask.EndTurn(meeting.epoch))
        assert len(winners) == 2, "need each to win for this test to mean anything"


async def test_fc_19_a_holder_who_is_muted_says_nothing_after_the_number_at_either_process(
    pair: Pair,
):
    """Lines of the holder are in flight on two sockets, at two processes (P8)."""
    async with meeting_in(pair) as meeting, meeting.back(meeting.ben, pair.here) as second:
        for n in range(5):
            await meeting.has_the_floor(meeting.ben)
            await second.until(lambda: second.meeting.holder == second.seat)
            epoch = meeting.epoch
            flood = [
                seat.submit(ask.Say(f"round {n} line {line}", epoch))
                for line in range(12)
                for seat in (meeting.ben, second)
            ]
            await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
            muted = await meeting.ada.send(ask.Mute(meeting.ben.seat, until="phase"))
            answers = await asyncio.gather(*flood, return_exceptions=True)
            assert muted.number is not None
            said = [answer.number for answer in answers if isinstance(answer, Receipt)]
            assert all(number and number < muted.number for number in said)
            late = [answer.code for answer in answers if isinstance(answer, Refused)]
            assert set(late) <= {"muted"}
            await meeting.settled()
            entries = meeting.entries()
            before, entry = entries[muted.number - 2 : muted.number]
            assert before == happened.TurnEnded(meeting.ben.seat, reason="revoked")
            assert isinstance(entry, happened.Muted)
            assert not any(
                isinstance(one, happened.Said) and one.seat == meeting.ben.seat
                for one in entries[muted.number :]
            )
            assert meeting.ben.seat not in meeting.ada.meeting.hands
            with pytest.raises(Refused, match="muted"):
                await second.send(ask.RaiseHand())
            assert (await meeting.ben.send(ask.Tell("may I?"))).stream == "own"
            await meeting.ada.send(ask.Unmute(meeting.ben.seat))
