"""The floor: who is waiting, who is invited, and who has it. At most one at any time (FC-06, P11)."""

from collections.abc import Container
from typing import Literal

from msgspec.structs import replace

from moderation.meeting.commands import (
    Accept,
    Done,
    EndTurn,
    HandAway,
    HandBack,
    HolderAway,
    HolderBack,
    Invite,
    LowerHand,
    Pass,
    RaiseHand,
    Say,
)
from moderation.meeting.entries import (
    AnyEntry,
    FloorTaken,
    HandCameBack,
    HandLowered,
    HandRaised,
    HandWentAway,
    HolderCameBack,
    HolderWentAway,
    Invited,
    InviteEnded,
    TurnEnded,
)
from moderation.meeting.state import AwayHand, Meeting, Stamp, Turn
from moderation.refused import Refused

HOLDER_GRACE = 90.0
"""Seconds a holder who lost connection keeps the floor (FC-16)."""
HARD_END = 60.0
"""Seconds after its limit at which a turn is ended (FC-14)."""
HAND_KEPT = 120.0
"""Seconds that the place of a hand is kept for a member who lost connection (FC-17)."""

Reason = Literal["muted", "removed", "phase"]


def typed_custom(meeting: Meeting, command: Say, seat: int) -> list[AnyEntry] | None:
    """What an exact `!`, `done`, `[done]` or `pass` asks for; None for a line like any other (FC-13)."""
    if meeting.speak != "queue":
        return None
    typed = command.text.strip().casefold()
    if typed == "!":
        return raise_hand(meeting, RaiseHand(), seat)
    if typed in ("done", "[done]") and seat == meeting.holder:
        return done(meeting, Done(command.epoch), seat)
    if typed == "pass" and seat in (meeting.holder, meeting.invited):
        return pass_(meeting, Pass(command.epoch), seat)
    return None


def raise_hand(meeting: Meeting, command: RaiseHand, seat: int) -> list[AnyEntry]:
    _needs_queue(meeting)
    if meeting.is_muted(seat):
        raise Refused("muted")
    if seat in meeting.hands or seat in (meeting.invited, meeting.holder):
        return []  # A second press is not an error (FC-02).
    return [HandRaised(seat)]


def lower_hand(meeting: Meeting, command: LowerHand, seat: int) -> list[AnyEntry]:
    whose = command.seat or seat
    if whose != seat:
        _needs_facilitator(meeting, seat)
    if whose not in meeting.hands:
        return []
    return [HandLowered(whose, by="self" if whose == seat else "facilitator")]


def invite(meeting: Meeting, command: Invite, seat: int, now: float) -> list[AnyEntry]:
    _needs_facilitator(meeting, seat)
    _needs_queue(meeting)
    if meeting.holder is not None or meeting.invited is not None:
        raise Refused("floor_busy", seat=meeting.holder or meeting.invited)
    _needs_epoch(meeting, command.epoch)
    if meeting.phase_until is not None and meeting.phase_until <= now:
        raise Refused("phase_over")
    invited = command.seat or next(iter(_here(meeting)), None)
    if invited is None:
        raise Refused("no_hands")
    _may_be_invited(meeting, invited, by=seat)
    return [Invited(invited, by=seat)]


def _may_be_invited(meeting: Meeting, invited: int, *, by: int) -> None:
    if not meeting.sits(invited):
        raise Refused("no_such_seat")
    if meeting.is_muted(invited):
        raise Refused("they_are_muted")
    if invited == by and next(iter(_here(meeting, besides=by)), by) != by:
        raise Refused("not_first")  # FC-25: nobody calls on themselves ahead of others.


def _here(meeting: Meeting, besides: int | None = None) -> list[int]:
    """The queue without those who are away: they are passed over, and keep their place (FC-17)."""
    return [hand for hand in meeting.hands if hand == besides or not meeting.is_hand_away(hand)]


def accept(meeting: Meeting, command: Accept, seat: int) -> list[AnyEntry]:
    if seat != meeting.invited:
        raise Refused("not_invited")
    _needs_epoch(meeting, command.epoch)
    return [FloorTaken(seat, turn=meeting.turns + 1)]


def pass_(meeting: Meeting, command: Pass, seat: int) -> list[AnyEntry]:
    _needs_own_turn(meeting, command.epoch, seat, meeting.holder, meeting.invited)
    if seat == meeting.invited:
        return [InviteEnded(seat, reason="passed")]
    return [TurnEnded(seat, reason="passed")]


def done(meeting: Meeting, command: Done, seat: int) -> list[AnyEntry]:
    _needs_own_turn(meeting, command.epoch, seat, meeting.holder)
    return [TurnEnded(seat, reason="done")]


def end_turn(meeting: Meeting, command: EndTurn, seat: int) -> list[AnyEntry]:
    _needs_facilitator(meeting, seat)
    _needs_epoch(meeting, command.epoch)
    if meeting.holder is not None:
        return [TurnEnded(meeting.holder, reason="ended")]
    if meeting.invited is not None:
        return [InviteEnded(meeting.invited, reason="withdrawn")]
    raise Refused("floor_free")


def holder_away(meeting: Meeting, command: HolderAway, now: float) -> list[AnyEntry]:
    if command.seat != meeting.holder or meeting.away_until is not None:
        return []
    return [HolderWentAway(command.seat, until=now + HOLDER_GRACE)]


def holder_back(meeting: Meeting, command: HolderBack) -> list[AnyEntry]:
    if command.seat != meeting.holder or meeting.away_until is None:
        return []
    return [HolderCameBack(command.seat)]


def hand_away(meeting: Meeting, command: HandAway, now: float) -> list[AnyEntry]:
    """The place of an invited seat is the invitation; nothing runs out for it."""
    seat = command.seat
    if seat not in meeting.hands or seat == meeting.invited or meeting.is_hand_away(seat):
        return []
    return [HandWentAway(seat, until=now + HAND_KEPT)]


def hand_back(meeting: Meeting, command: HandBack) -> list[AnyEntry]:
    if not meeting.is_hand_away(command.seat):
        return []
    return [HandCameBack(command.seat)]


def tick(meeting: Meeting, now: float) -> list[AnyEntry]:
    """Who did not come back in time, or took too long, loses the turn, or the place in the queue, once (P11)."""
    lowered = [
        HandLowered(away.seat, by="away") for away in meeting.hands_away if away.until <= now
    ]
    return [*_turn_over(meeting, now), *lowered]


def _turn_over(meeting: Meeting, now: float) -> list[AnyEntry]:
    until, reason = turn_until(meeting)
    if meeting.holder is None or until is None or until > now:
        return []
    return [TurnEnded(meeting.holder, reason)]


def turn_until(meeting: Meeting) -> tuple[float | None, Literal["away", "time"]]:
    """When the running turn is over if nobody ends it, in seconds since 1970, and why.

    Its limit is stretched by a minute (FC-14), and stands still while the holder is away (FC-16).
    """
    if meeting.away_until is not None:
        return meeting.away_until, "away"
    phase = meeting.current
    if phase is None or not phase.turn or meeting.turn_began_at is None:
        return None, "time"
    limit = 60.0 * phase.turn + HARD_END
    return meeting.turn_began_at + meeting.turn_paused + limit, "time"


def vacate(meeting: Meeting, seats: Container[int], reason: Reason) -> list[AnyEntry]:
    """Ends whatever `seats` have of the floor: a turn, an open invitation."""
    if meeting.holder is not None and meeting.holder in seats:
        return [TurnEnded(meeting.holder, reason)]
    if meeting.invited is not None and meeting.invited in seats:
        return [InviteEnded(meeting.invited, reason)]
    return []


def _needs_facilitator(meeting: Meeting, seat: int) -> None:
    if not meeting.is_facilitator(seat):
        raise Refused("facilitators_act")


def _needs_queue(meeting: Meeting) -> None:
    if meeting.speak != "queue":
        raise Refused("no_queue_now")


def _needs_epoch(meeting: Meeting, epoch: int) -> None:
    if epoch != meeting.epoch:
        raise Refused("stale_epoch")


def _needs_own_turn(meeting: Meeting, epoch: int, seat: int, *theirs: int | None) -> None:
    """The epoch is looked at first: after a race the loser is shown the new state, not a fault (FC-07)."""
    _needs_epoch(meeting, epoch)
    if seat not in theirs:
        raise Refused("not_your_turn")


def hand_raised(meeting: Meeting, entry: HandRaised) -> Meeting:
    return replace(meeting, hands=(*meeting.hands, entry.seat))


def hand_lowered(meeting: Meeting, entry: HandLowered) -> Meeting:
    return _not_away(replace(meeting, hands=_without(meeting.hands, entry.seat)), entry.seat)


def hand_went_away(meeting: Meeting, entry: HandWentAway) -> Meeting:
    away = AwayHand(entry.seat, entry.until)
    return replace(meeting, hands_away=(*meeting.hands_away, away))


def hand_came_back(meeting: Meeting, entry: HandCameBack) -> Meeting:
    return _not_away(meeting, entry.seat)


def invited(meeting: Meeting, entry: Invited) -> Meeting:
    meeting = _not_away(meeting, entry.seat)
    return replace(meeting, invited=entry.seat, epoch=meeting.epoch + 1)


def invite_ended(meeting: Meeting, entry: InviteEnded) -> Meeting:
    hands = _without(meeting.hands, entry.seat)
    if entry.reason in ("withdrawn", "phase"):
        hands = meeting.hands  # Not of their own doing: the hand stays where it was.
    return replace(meeting, invited=None, hands=hands, epoch=meeting.epoch + 1)


def floor_taken(meeting: Meeting, entry: FloorTaken, stamp: Stamp) -> Meeting:
    hands = _without(meeting.hands, entry.seat)
    return replace(
        meeting,
        hands=hands,
        invited=None,
        holder=entry.seat,
        turns=entry.turn,
        turn_began_at=stamp.at,
        epoch=meeting.epoch + 1,
    )


def turn_ended(meeting: Meeting, entry: TurnEnded, stamp: Stamp) -> Meeting:
    return replace(
        meeting,
        holder=None,
        turn_began_at=None,
        turn_paused=0.0,
        away_until=None,
        away_since=None,
        last_turn=Turn(entry.seat, stamp.at),
        epoch=meeting.epoch + 1,
    )


def holder_went_away(meeting: Meeting, entry: HolderWentAway, stamp: Stamp) -> Meeting:
    return replace(meeting, away_until=entry.until, away_since=stamp.at)


def holder_came_back(meeting: Meeting, entry: HolderCameBack, stamp: Stamp) -> Meeting:
    paused = stamp.at - (meeting.away_since or stamp.at)
    return replace(
        meeting, away_until=None, away_since=None, turn_paused=meeting.turn_paused + paused
    )


def _not_away(meeting: Meeting, seat: int) -> Meeting:
    away = tuple(away for away in meeting.hands_away if away.seat != seat)
    return replace(meeting, hands_away=away)


def _without(hands: tuple[int, ...], seat: int) -> tuple[int, ...]:
    return tuple(hand for hand in hands if hand != seat)
