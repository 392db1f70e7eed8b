"""The floor: who is invited, and who has it. At most one at any time (FC-06, P11)."""

from collections.abc import Container, Iterable
from typing import Literal

from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import queue
from moderation.meeting.clocks import in_room, run_turn, stop_turn
from moderation.meeting.needs import (
    needs_epoch,
    needs_facilitator,
    needs_running,
    needs_seat,
    needs_turns,
)
from moderation.meeting.state import Meeting, Stamp, Turn
from moderation.refused import Refused

CONSENT = 45.0
"""Seconds in which an invitation waits for its answer (FC-05)."""
HOLDER_GRACE = 90.0
"""Seconds a holder who lost connection keeps the floor (FC-16)."""
GIVEN_BACK = 120.0
"""Seconds after a turn's end in which it may be given back (FC-10)."""
CHOOSING = 30.0
"""Seconds in which whoever had the floor names the next in a tag phase; then the chair does (FC-28)."""

Vacating = Literal["removed", "left", "phase", "revoked"]


def invite(meeting: Meeting, command: ask.Invite, seat: int, now: float) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_turns(meeting)
    needs_running(meeting)
    _needs_free(meeting)
    needs_epoch(meeting, command.epoch)
    _needs_time(meeting, now)
    _needs_chosen(meeting, now)
    invited = command.seat or next(iter(queue.waiting(meeting)), None)
    if invited is None:
        raise Refused("no_hands")
    _may_be_invited(meeting, invited, by=seat)
    return [happened.Invited(invited, by=seat, until=now + CONSENT)]


def next_(meeting: Meeting, command: ask.Next, seat: int, now: float) -> list[happened.AnyEntry]:
    """The running turn ends and the next hand is invited, in one change of the floor (FC-07)."""
    needs_facilitator(meeting, seat)
    if meeting.holder is None:
        if meeting.invited_by == 0:
            needs_epoch(meeting, command.epoch)  # The floor has passed on by itself meanwhile.
        return invite(meeting, ask.Invite(command.epoch), seat, now)
    needs_running(meeting)
    needs_epoch(meeting, command.epoch)
    ended = happened.TurnEnded(meeting.holder, reason="ended")
    invited = next(iter(queue.waiting(meeting)), None)
    if invited is None or meeting.speak == "tag" or is_phase_over(meeting, now):
        return [ended]
    return [ended, happened.Invited(invited, by=seat, until=now + CONSENT, at_once=True)]


def _needs_free(meeting: Meeting) -> None:
    busy = meeting.holder or meeting.invited
    if busy is not None:
        by = meeting.invited_by if meeting.holder is None else 0
        raise Refused("floor_busy", seat=busy, by=by)


def _needs_time(meeting: Meeting, now: float) -> None:
    if is_phase_over(meeting, now):
        raise Refused("phase_over")


def is_phase_over(meeting: Meeting, now: float) -> bool:
    """Whether the time of the phase is over: nobody is invited any more (FC-29)."""
    return meeting.phase_until is not None and meeting.phase_until <= now


def _needs_chosen(meeting: Meeting, now: float) -> None:
    """In a tag phase whoever had the floor names the next first (FC-28)."""
    if meeting.speak == "tag" and _chooser(meeting, now) is not None:
        raise Refused("tag_first")


def _chooser(meeting: Meeting, now: float) -> int | None:
    last, began = meeting.last_turn, meeting.phase_began_at
    if last is None or began is None or last.at <= began:
        return None  # The turn that the phase before ended with names nobody in this one.
    if not meeting.sits(last.seat) or meeting.is_muted(last.seat):
        return None
    return last.seat if now - last.at < CHOOSING else None


def _may_be_invited(meeting: Meeting, invited: int, *, by: int) -> None:
    needs_seat(meeting, invited)
    if meeting.is_muted(invited):
        raise Refused("they_are_muted")
    if meeting.is_listening(invited) and invited not in meeting.hands:
        raise Refused("they_listen")
    if invited == by and next(iter(queue.waiting(meeting, besides=by)), by) != by:
        raise Refused("not_first")  # FC-25: nobody calls on themselves ahead of others.


def accept(meeting: Meeting, command: ask.Accept, seat: int) -> list[happened.AnyEntry]:
    if seat != meeting.invited:
        raise Refused("not_invited")
    needs_epoch(meeting, command.epoch)
    needs_running(meeting)
    return [happened.FloorTaken(seat, turn=meeting.turns + 1)]


def pass_(meeting: Meeting, command: ask.Pass, seat: int, now: float) -> list[happened.AnyEntry]:
    _needs_own_turn(meeting, command.epoch, seat, meeting.holder, meeting.invited)
    if seat == meeting.invited:
        return [happened.InviteEnded(seat, reason="passed"), *passed_on(meeting, seat, now)]
    return [happened.TurnEnded(seat, reason="passed"), *passed_on(meeting, seat, now)]


def not_yet(
    meeting: Meeting, command: ask.NotYet, seat: int, now: float
) -> list[happened.AnyEntry]:
    _needs_own_turn(meeting, command.epoch, seat, meeting.invited)
    return [happened.InviteEnded(seat, reason="not_yet"), *passed_on(meeting, seat, now)]


def done(meeting: Meeting, command: ask.Done, seat: int, now: float) -> list[happened.AnyEntry]:
    _needs_own_turn(meeting, command.epoch, seat, meeting.holder)
    return [happened.TurnEnded(seat, reason="done"), *passed_on(meeting, seat, now)]


def tag(meeting: Meeting, command: ask.Tag, seat: int, now: float) -> list[happened.AnyEntry]:
    """Names who is next; it ends the namer's own turn (FC-28)."""
    if meeting.speak != "tag":
        raise Refused("no_tag_now")
    needs_epoch(meeting, command.epoch)
    needs_running(meeting)
    if seat not in (meeting.holder, _chooser(meeting, now)):
        raise Refused("not_your_turn")
    if meeting.invited is not None or meeting.holder not in (None, seat):
        raise Refused("floor_busy", seat=meeting.holder or meeting.invited, by=meeting.invited_by)
    _needs_time(meeting, now)
    _may_be_tagged(meeting, command.seat, by=seat)
    invited = happened.Invited(
        command.seat, by=seat, until=now + CONSENT, at_once=meeting.holder is not None
    )
    return (
        [invited] if meeting.holder is None else [happened.TurnEnded(seat, reason="done"), invited]
    )


def _may_be_tagged(meeting: Meeting, target: int, *, by: int) -> None:
    needs_seat(meeting, target)
    if target == by or target in meeting.shared:
        raise Refused("they_shared_already")
    if meeting.is_listening(target):
        raise Refused("they_listen")
    if meeting.is_muted(target):
        raise Refused("they_are_muted")
    if meeting.is_hand_away(target):
        raise Refused("they_are_away")


def end_turn(meeting: Meeting, command: ask.EndTurn, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_epoch(meeting, command.epoch)
    if meeting.holder is not None:
        return [happened.TurnEnded(meeting.holder, reason="ended")]
    if meeting.invited is not None:
        return [happened.InviteEnded(meeting.invited, reason="withdrawn")]
    raise Refused("floor_free")


def give_back(
    meeting: Meeting, command: ask.GiveBack, seat: int, now: float
) -> list[happened.AnyEntry]:
    """Whoever was invited meanwhile keeps the first place (FC-10)."""
    needs_facilitator(meeting, seat)
    needs_turns(meeting)
    needs_running(meeting)
    needs_epoch(meeting, command.epoch)
    if meeting.holder is not None:
        raise Refused("floor_busy", seat=meeting.holder, by=0)
    last = meeting.last_turn
    if last is None or now - last.at > GIVEN_BACK:
        raise Refused("too_late")
    needs_seat(meeting, last.seat)
    if meeting.is_muted(last.seat):
        raise Refused("they_are_muted")
    taken = happened.FloorTaken(last.seat, turn=meeting.turns + 1)
    if meeting.invited is None or meeting.invited == last.seat:
        return [taken]
    return [happened.InviteEnded(meeting.invited, reason="given_back"), taken]


def passed_on(meeting: Meeting, seat: int, now: float) -> list[happened.AnyEntry]:
    """The next hand after the turn or invitation of `seat`, where the floor passes on by itself (FC-07)."""
    phase = meeting.current
    if phase is None or not (phase.calls == "next" or phase.speak == "round"):
        return []
    if phase.speak == "tag" or is_phase_over(meeting, now):
        return []
    if meeting.is_quiet or meeting.stopped_at is not None or meeting.frozen_at is not None:
        return []
    put_off = {*meeting.put_off, seat}
    called = (
        hand
        for hand in queue.waiting(meeting)
        if hand not in put_off and not meeting.is_muted(hand)
    )
    first = next(called, None)
    if first is None:
        return []
    return [happened.Invited(first, by=0, until=now + CONSENT, at_once=True)]


def holder_away(meeting: Meeting, command: ask.HolderAway, now: float) -> list[happened.AnyEntry]:
    if command.seat != meeting.holder or meeting.away_until is not None:
        return []
    if meeting.frozen_at is not None:
        return []
    return [happened.HolderWentAway(command.seat, until=now + HOLDER_GRACE)]


def holder_back(meeting: Meeting, command: ask.HolderBack) -> list[happened.AnyEntry]:
    """The same turn goes on; or, where it was lost meanwhile, they are next (FC-16)."""
    if meeting.frozen_at is not None:
        return []
    if command.seat == meeting.holder and meeting.away_until is not None:
        return [happened.HolderCameBack(command.seat)]
    return queue.owed_hand(meeting, command.seat) if command.seat in meeting.owed else []


def tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    """An invitation that nobody answered is over, once (FC-05)."""
    until = meeting.invite_until
    if meeting.invited is None or until is None or until > now or meeting.stopped_at is not None:
        return []
    seat = meeting.invited
    return [happened.InviteEnded(seat, reason="expired"), *passed_on(meeting, seat, now)]


def vacate(meeting: Meeting, seats: Container[int], reason: Vacating) -> list[happened.AnyEntry]:
    """Ends whatever `seats` have of the floor: a turn, an open invitation."""
    if meeting.holder is not None and meeting.holder in seats:
        return [happened.TurnEnded(meeting.holder, reason)]
    if meeting.invited is not None and meeting.invited in seats:
        return [happened.InviteEnded(meeting.invited, "muted" if reason == "revoked" else reason)]
    return []


def ends_in(entries: Iterable[happened.AnyEntry]) -> bool:
    """Whether a turn or an invitation ends by these."""
    return any(isinstance(entry, happened.TurnEnded | happened.InviteEnded) for entry in entries)


def _needs_own_turn(meeting: Meeting, epoch: int, seat: int, *theirs: int | None) -> None:
    """The epoch is looked at first: after a race the loser is shown the new state, not a fault (FC-07)."""
    needs_epoch(meeting, epoch)
    if seat not in theirs:
        raise Refused("not_your_turn")


def invited(meeting: Meeting, entry: happened.Invited) -> Meeting:
    return replace(
        queue.not_away(meeting, entry.seat),
        invited=entry.seat,
        invited_by=entry.by,
        invite_until=entry.until or None,
        epoch=meeting.epoch + (0 if entry.at_once else 1),
    )


def invite_ended(meeting: Meeting, entry: happened.InviteEnded) -> Meeting:
    meeting = replace(
        meeting, invited=None, invited_by=0, invite_until=None, epoch=meeting.epoch + 1
    )
    match entry.reason:
        case "withdrawn" | "phase" | "quiet":
            return meeting  # Not of their own doing: the hand stays where it was.
        case "given_back":
            return queue.to_the_front(meeting, entry.seat)
        case "expired":
            return queue.to_the_end(meeting, entry.seat)
        case "not_yet":
            return queue.to_the_end(meeting, entry.seat, is_new=True)
        case _:
            return queue.without_hand(meeting, entry.seat)


def floor_taken(meeting: Meeting, entry: happened.FloorTaken, stamp: Stamp) -> Meeting:
    return replace(
        queue.without_hand(meeting, entry.seat),
        invited=None,
        invited_by=0,
        invite_until=None,
        holder=entry.seat,
        turns=entry.turn,
        turn_began_at=stamp.at,
        owed=tuple(owed for owed in meeting.owed if owed != entry.seat),
        epoch=meeting.epoch + 1,
    )


def turn_ended(meeting: Meeting, entry: happened.TurnEnded, stamp: Stamp) -> Meeting:
    owed = meeting.owed
    if entry.reason == "away":
        owed = (*owed, entry.seat)
    return replace(
        meeting,
        holder=None,
        turn_began_at=None,
        turn_paused=0.0,
        turn_stopped_at=None,
        turn_extra=0.0,
        draft=False,
        last_line_until=None,
        away_until=None,
        moment_until=None,
        had_moment=False,
        owed=owed,
        last_turn=Turn(entry.seat, in_room(meeting, stamp, stamp.at)),
        epoch=meeting.epoch + 1,
    )


def holder_went_away(meeting: Meeting, entry: happened.HolderWentAway, stamp: Stamp) -> Meeting:
    return stop_turn(replace(meeting, away_until=entry.until), stamp.at)


def holder_came_back(meeting: Meeting, entry: happened.HolderCameBack, stamp: Stamp) -> Meeting:
    return run_turn(replace(meeting, away_until=None), stamp.at)
