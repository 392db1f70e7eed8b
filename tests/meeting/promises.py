"""What floor.md promises, said of one command and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.format import TURNS
from moderation.meeting.state import Meeting, Stamp
from moderation.meeting.talking import why_silent
from tests.cast import NAMES
from tests.meeting.spec import NEXT, NOON

if TYPE_CHECKING:
    from collections.abc import Callable


class Broken(AssertionError):
    """A promise was not kept."""


@dataclass(frozen=True)
class Moment:
    """One command and what came of it: the meeting before and after, and the time of both."""

    before: Meeting
    seat: int
    command: ask.AnyCommand
    left: tuple[happened.AnyEntry, ...]
    refused: str | None
    after: Meeting
    now: float

    def of(self, *types: type[Any]) -> list[Any]:
        return [entry for entry in self.left if isinstance(entry, types)]


# The promises. Each says what it saw, so that none holds only because nothing ever happened, and
# breaks with what should have come instead.

Kept = bool
PROMISES: dict[str, Callable[[Moment], Kept]] = {}


def promise(keeps: Callable[[Moment], Kept]) -> Callable[[Moment], Kept]:
    PROMISES[keeps.__name__] = keeps
    return keeps


def must(so: bool, what: str, instead: str) -> None:
    if not so:
        raise Broken(what, instead)


def no(code: str) -> str:
    return f'.refused("{code}")'


@promise
def fc_05_the_floor_is_taken_by_consent(moment: Moment) -> Kept:
    for taken in moment.of(happened.FloorTaken):
        accepted = isinstance(moment.command, ask.Accept | ask.Say) and moment.seat == taken.seat
        accepted = accepted and moment.before.invited == taken.seat
        returned = isinstance(moment.command, ask.GiveBack)
        must(accepted or returned, "somebody has the floor who did not accept", no("not_invited"))
        if isinstance(moment.command, ask.Say):
            said = moment.of(happened.Said, happened.Held)
            first = len(said) == 1 and said[0].turn == taken.turn == moment.after.turns
            must(first, "a line took the floor and is not the first of the turn", ".allowed()")
    return bool(moment.of(happened.FloorTaken))


@promise
def fc_05_an_invitation_runs_out_once_and_keeps_the_hand(moment: Moment) -> Kept:
    ends = [end for end in moment.of(happened.InviteEnded) if end.reason == "expired"]
    for end in ends:
        until, before = moment.before.invite_until, moment.before
        must(until is not None and moment.now >= until, "it ran out too early", ".nothing()")
        stands = before.stopped_at is None and before.frozen_at is None
        must(stands, "it ran out while its clock stood still", ".nothing()")
        if end.seat in before.hands:
            at_end = moment.after.hands[-1:] == (end.seat,)
            then = f".allowed()\n    assert story.state.hands[-1:] == ({seat_name(end.seat)},)"
            must(at_end, "its hand is not at the end", then)
    return bool(ends)


@promise
def fc_05_an_invitation_waits_for_45_seconds(moment: Moment) -> Kept:
    for invited in moment.of(happened.Invited):
        then = f".allowed()\n    assert story.state.invite_until == NOON + {moment.now + 45 - NOON}"
        must(invited.until == moment.now + 45, "another time than 45 s", then)
    return bool(moment.of(happened.Invited))


@promise
def fc_06_one_holder_at_most(moment: Moment) -> Kept:
    holder = moment.before.holder
    for entry in moment.of(happened.FloorTaken, happened.TurnEnded):
        if isinstance(entry, happened.FloorTaken):
            must(holder is None, "two have the floor", no("floor_busy"))
            holder = entry.seat
        else:
            must(holder == entry.seat, "a turn ended that was not running", ".nothing()")
            holder = None
    must(holder == moment.after.holder, "the floor is another's than the log says", ".nothing()")
    return bool(moment.of(happened.FloorTaken, happened.TurnEnded))


@promise
def fc_07_a_stale_epoch_moves_nothing(moment: Moment) -> Kept:
    epoch = getattr(moment.command, "epoch", None)
    if epoch is None or epoch == moment.before.epoch:
        return False
    if isinstance(moment.command, ask.Say) and moment.command.text == "!":
        return False  # A raised hand names no state of the floor.
    must(not moment.left, "a command of another epoch left something", no("stale_epoch"))
    return moment.refused == "stale_epoch"


ONE_STEP = (ask.Invite, ask.Next, ask.Accept, ask.Pass, ask.NotYet, ask.Done, ask.Tag, ask.EndTurn)


@promise
def fc_07_the_floor_moves_one_step_and_one_is_invited(moment: Moment) -> Kept:
    if not isinstance(moment.command, ONE_STEP) or not moment.left:
        return False
    steps = moment.after.epoch - moment.before.epoch
    then = ".allowed()\n    assert story.state.epoch == before.state.epoch + 1"
    must(steps == 1, f"{steps} steps of the epoch at once", then)
    must(len(moment.of(happened.Invited)) <= 1, "two are invited", ".nothing()")
    return len(moment.left) > 1


@promise
def fc_11_nobody_elses_words_stand_in_a_turn(moment: Moment) -> Kept:
    holder, runs = moment.before.holder, moment.before.stopped_at is None
    if holder is None or not runs:
        return False
    for said in moment.of(happened.Said, happened.Posted):
        own = (
            isinstance(said, happened.Said)
            and said.seat == holder
            and said.turn == moment.before.turns
        )
        leads = moment.before.is_facilitator(said.seat)
        code = "turn_running" if leads else "not_your_turn"
        own = own or said.late  # Shown by itself, behind the turn (CM-16).
        must(own, "words of another in a running turn", no(code))
    return bool(moment.of(happened.Said))


@promise
def fc_12_text_out_of_turn_is_refused(moment: Moment) -> Kept:
    if moment.before.speak not in TURNS:
        return False
    for said in moment.of(happened.Said):
        have = (moment.before.holder, moment.before.invited)  # FC-05
        theirs = said.seat in have or moment.before.is_facilitator(said.seat) or said.late
        last = moment.before.last_turn
        is_late = last is not None and last.seat == said.seat and moment.now - last.at <= 5
        code = "turn_ended" if is_late else "not_your_turn"  # FC-09
        must(theirs, "a member's words out of turn", no(code))
    return moment.refused == "not_your_turn"


@promise
def fc_16_who_comes_back_in_time_goes_on(moment: Moment) -> Kept:
    for back in moment.of(happened.HolderCameBack):
        same = (moment.before.turn, moment.before.epoch) == (moment.after.turn, moment.after.epoch)
        must(same and moment.after.holder == back.seat, "another turn goes on", ".nothing()")
    for away in moment.of(happened.HolderWentAway):
        then = f".allowed()\n    assert story.state.away_until == NOON + {moment.now + 90 - NOON}"
        must(away.until == moment.now + 90, "another time than 90 s", then)
    return bool(moment.of(happened.HolderCameBack))


@promise
def fc_16_who_stays_away_is_next_on_return(moment: Moment) -> Kept:
    for ended in moment.of(happened.TurnEnded):
        if ended.reason == "away":
            until = moment.before.away_until
            must(until is not None and moment.now >= until, "taken too early", ".nothing()")
    raised = [hand for hand in moment.of(happened.HandRaised) if hand.by == "server"]
    for hand in raised:
        must(moment.after.hands[:1] == (hand.seat,), "not at the first place", ".nothing()")
        must(hand.seat in moment.before.owed, "nothing was owed", ".nothing()")
    return bool(raised)


@promise
def fc_19_the_muted_are_silent_and_have_no_part_in_the_floor(moment: Moment) -> Kept:
    for spoken in moment.of(happened.Said, happened.Posted, happened.Reacted, happened.Renamed):
        must(not moment.before.is_muted(spoken.seat), "speech of the muted", no("muted"))
    meeting = moment.after
    for seat in meeting.mutes:
        part = (meeting.holder, meeting.invited, *meeting.hands)
        must(seat not in part, "a muted seat has a part in the floor", ".allowed()")
    for muted in moment.of(happened.Muted):
        if muted.seat == moment.before.holder:
            revoked = happened.TurnEnded(muted.seat, "revoked")
            must(revoked in moment.left, "the turn of the muted was not revoked", ".allowed()")
    return moment.refused == "muted"


@promise
def fc_19_a_mute_has_its_end(moment: Moment) -> Kept:
    for unmuted in moment.of(happened.Unmuted):
        mute = moment.before.seats[unmuted.seat].mute
        assert mute is not None
        if unmuted.by == "time":
            must(moment.now >= mute.until, "unmuted too early", ".nothing()")
        if unmuted.by == "phase":
            must(mute.scope == "phase", "unmuted before the end of the scope", ".nothing()")
    phases = {mute.scope for at in moment.after.seats.values() if (mute := at.mute) is not None}
    began = [began for began in moment.of(happened.PhaseBegan) if began.phase > 0]
    must(not began or "phase" not in phases, "a mute outlived its phase", ".allowed()")
    return any(unmuted.by != "facilitator" for unmuted in moment.of(happened.Unmuted))


@promise
def fc_20_rights_are_those_of_a_fresh_joiner(moment: Moment) -> Kept:
    meeting = moment.after
    if not moment.left:
        return False
    fresh = len(meeting.seats) + 1
    rights: dict[str, str | None] = {}
    for seat, place in meeting.seats.items():
        assigned = meeting.speak in place.services
        said = meeting.speak == "self_id" and seat in meeting.said
        if not meeting.sits(seat) or seat == meeting.holder or assigned or said:
            continue
        if place.role not in rights:
            arrival = happened.SeatTaken(seat=fresh, role=place.role, words="Fresh")
            joined = decider.evolve(meeting, arrival, Stamp(10**6, moment.now))
            rights[place.role] = why_silent(joined, fresh)
        why = "muted" if meeting.is_muted(seat) and meeting.is_open else rights[place.role]
        who = seat_name(seat)
        says = f'when({who}, Say(text="Hello", epoch=CURRENT))'
        then = f".allowed().{says}" + (
            no(why) if why else f'.then(Said(seat={who}, words="Hello"))'
        )
        must(why_silent(meeting, seat) == why, f"rights of {who} alone", then)
    return True


@promise
def cm_16_what_is_held_is_decided_about_once(moment: Moment) -> Kept:
    for ended in moment.of(happened.HeldEnded):
        must(ended.number in moment.before.held, "it was decided already", no("already_decided"))
        must(ended.number not in moment.after.held, "it is held still", ".allowed()")
    done = moment.before.decided
    if isinstance(moment.command, ask.Release | ask.GiveBackHeld):
        must(
            not (moment.left and (0, moment.command.number) in done), "twice", no("already_decided")
        )
    return moment.refused == "already_decided"


@promise
def cm_01_what_is_held_is_read_by_nobody_before_its_release(moment: Moment) -> Kept:
    if moment.of(happened.Held):
        must(not moment.of(happened.Said, happened.Posted), "it was published", ".nothing()")
    for said in moment.of(happened.Said, happened.Posted):
        released = isinstance(moment.command, ask.Release)
        must(released or not said.late, "late, and not released", ".nothing()")
    return bool(moment.of(happened.Held))


@promise
def cm_14_a_line_is_changed_by_its_author_and_no_fold_is_lost(moment: Moment) -> Kept:
    for edited in moment.of(happened.Edited):
        before, after = moment.before.lines[edited.number], moment.after.lines[edited.number]
        must(moment.seat == edited.seat == before.seat, "another's words", no("not_your_line"))
        must(not before.fold or after.fold == before.fold, "its fold is lost", ".allowed()")
        old = [entry.words for entry in moment.of(happened.Replaced)]
        must(old == [before.words], "facilitators read something else", ".allowed()")
        must(before.words != after.words == edited.words, "not its words", ".nothing()")
    return bool(moment.of(happened.Edited))


HELD = (
    "phase",
    "phase_began_at",
    "queue_open",
    "paused_at",
    "shield_at",
    "all_muted_until",
    "owed",
)
TALK = (
    happened.Said,
    happened.Edited,
    happened.Posted,
    happened.Reacted,
    happened.Renamed,
    happened.HandRaised,
    happened.Invited,
    happened.FloorTaken,
    happened.PhaseBegan,
)


@promise
def fc_21_a_frozen_room_stands_still(moment: Moment) -> Kept:
    before, after = moment.before, moment.after
    if before.frozen_at is None or moment.of(happened.Thawed) or after.closed_at is not None:
        return False
    must(not moment.of(*TALK), "words or hands in a frozen room", no("frozen"))
    for name in HELD:
        same = getattr(before, name) == getattr(after, name)
        must(same, f"{name} changed in a frozen room", no("frozen"))
    acted = isinstance(moment.command, ask.Mute | ask.Remove) or after.is_quiet
    hands = after.hands[: len(before.hands)]  # Who comes late to a round is last in it.
    still = (before.holder, before.invited, before.hands) == (after.holder, after.invited, hands)
    must(acted or still, "the floor moved in a frozen room", no("frozen"))
    return moment.refused == "frozen"


@promise
def fc_21_a_thaw_takes_no_time_from_anybody(moment: Moment) -> Kept:
    since = moment.before.frozen_at
    if since is None or not isinstance(moment.command, ask.Thaw) or not moment.left:
        return False
    left = [one - since for one in deadlines(moment.before)]
    now = [one - moment.now for one in deadlines(moment.after)]
    until = ", ".join(f"NOON + {one + moment.now - NOON}" for one in left)
    then = f".allowed()\n    assert deadlines(story.state) == pytest.approx([{until}], abs=1e-3)"
    must(left == pytest.approx(now, abs=1e-3), "a clock did not stand still", then)
    floors = [(m.holder, m.hands, m.phase, m.epoch) for m in (moment.before, moment.after)]
    must(floors[0] == floors[1], "the floor is another's", ".allowed()")
    return bool(left)


def deadlines(meeting: Meeting) -> list[float]:
    until = (meeting.phase_until, meeting.away_until, meeting.last_line_until)
    stopped = meeting.stopped_at is not None
    invite = None if stopped else meeting.invite_until
    began = None if meeting.turn_stopped_at else meeting.turn_began_at
    some = (*until, invite, began and began + meeting.turn_paused)
    hands = (away.until for away in meeting.hands_away)
    return [*(at for at in some if at is not None), *hands, *sorted(meeting.mutes.values())]


@promise
def fc_29_when_the_phase_is_over_a_turn_may_finish_and_nobody_is_invited(moment: Moment) -> Kept:
    before = moment.before
    until, phase = before.phase_until, before.phase
    is_over = until is not None and until <= moment.now and before.frozen_at is None
    for entry in moment.left:
        if isinstance(entry, happened.PhaseBegan):
            must(entry.phase == phase + 1, "a phase began twice", ".nothing()")
            phase = entry.phase
            if entry.by == "time":
                must(is_over, "the phase was not over", ".nothing()")
        if isinstance(entry, happened.Invited):
            must(not is_over or phase != before.phase, "invited after the end", no("phase_over"))
        if isinstance(entry, happened.TurnEnded) and entry.reason == "phase":
            by = isinstance(moment.command, ask.NextPhase | ask.Close)
            left_open = before.opened_at is not None and moment.now >= before.opened_at + 12 * 3600
            must(by or left_open, "time cut a turn short", ".nothing()")
    return is_over and before.holder is not None


def seat_name(seat: int) -> str:
    return NAMES[seat].lower() if seat in NAMES else "NEXT" if seat == NEXT else str(seat)
