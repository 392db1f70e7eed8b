"""Decides a command into entries, and folds entries into the meeting."""

from typing import assert_never

from msgspec.structs import replace

from moderation.content.verdict import ALLOW, Verdict
from moderation.meeting import agenda, conduct, floor, talking
from moderation.meeting.audience import CHAIR, audience
from moderation.meeting.commands import (
    Accept,
    AnyCommand,
    Close,
    Convene,
    Done,
    EndTurn,
    HandAway,
    HandBack,
    HolderAway,
    HolderBack,
    Invite,
    LowerHand,
    Mute,
    NextPhase,
    Open,
    Pass,
    RaiseHand,
    Redact,
    Remove,
    Say,
    SeatCommand,
    ServerCommand,
    TakeSeat,
    Tell,
    Tick,
    Unmute,
)
from moderation.meeting.entries import (
    AnyEntry,
    Closed,
    Convened,
    FloorTaken,
    HandCameBack,
    HandLowered,
    HandRaised,
    HandWentAway,
    HolderCameBack,
    HolderWentAway,
    Invited,
    InviteEnded,
    Muted,
    Opened,
    PhaseBegan,
    Redacted,
    Removed,
    Said,
    SeatGiven,
    SeatTaken,
    Told,
    ToldYou,
    TurnEnded,
    Unmuted,
)
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

NEW = Meeting()


def decide(
    meeting: Meeting, command: AnyCommand, seat: int, now: float, verdict: Verdict = ALLOW
) -> list[AnyEntry]:
    """The entries that `command` of `seat` (0: the server) leaves; none where all is so already.

    `now` is in seconds since 1970. Raises `Refused` where a rule says no.
    """
    match command:
        case (
            Convene() | TakeSeat() | HolderAway() | HolderBack() | HandAway() | HandBack() | Tick()
        ):
            assert seat == 0, "a seat can't ask for what only the server proposes"
            return _decide_for_server(meeting, command, now, verdict)
        case _:
            if not meeting.sits(seat):
                raise Refused("removed" if seat in meeting.seats else "no_seat")
            return _decide_for_seat(meeting, command, seat, now, verdict)


def _decide_for_server(
    meeting: Meeting, command: ServerCommand, now: float, verdict: Verdict
) -> list[AnyEntry]:
    match command:
        case Convene():
            return agenda.convene(meeting, command)
        case TakeSeat():
            return conduct.take_seat(meeting, command, verdict)
        case HolderAway():
            return floor.holder_away(meeting, command, now)
        case HolderBack():
            return floor.holder_back(meeting, command)
        case HandAway():
            return floor.hand_away(meeting, command, now)
        case HandBack():
            return floor.hand_back(meeting, command)
        case Tick():
            return _tick(meeting, now)
        case _:
            assert_never(command)


def _tick(meeting: Meeting, now: float) -> list[AnyEntry]:
    """All that is due: one tick proposed twice leaves its entries once (P12)."""
    at = due(meeting)
    if at is None or at > now:
        return []
    closing = agenda.tick(meeting, now)
    if closing:
        return closing
    left = [*floor.tick(meeting, now), *conduct.tick(meeting, now)]
    ended = any(isinstance(entry, TurnEnded) for entry in left)
    if meeting.holder is None or ended:
        left.extend(agenda.phase_over(meeting, now))
    return left


def _decide_for_seat(
    meeting: Meeting, command: SeatCommand, seat: int, now: float, verdict: Verdict
) -> list[AnyEntry]:
    match command:
        case Open():
            return agenda.open_(meeting, command, seat)
        case Close():
            return agenda.close(meeting, command, seat)
        case NextPhase():
            return agenda.next_phase(meeting, command, seat)
        case Say():
            return talking.say(meeting, command, seat, now, verdict)
        case Tell():
            return talking.tell(meeting, command, seat, verdict)
        case Redact():
            return talking.redact(meeting, command, seat)
        case RaiseHand():
            return floor.raise_hand(meeting, command, seat)
        case LowerHand():
            return floor.lower_hand(meeting, command, seat)
        case Invite():
            return floor.invite(meeting, command, seat, now)
        case Accept():
            return floor.accept(meeting, command, seat)
        case Pass():
            return floor.pass_(meeting, command, seat)
        case Done():
            return floor.done(meeting, command, seat)
        case EndTurn():
            return floor.end_turn(meeting, command, seat)
        case Mute():
            return conduct.mute(meeting, command, seat, now)
        case Unmute():
            return conduct.unmute(meeting, command, seat)
        case Remove():
            return conduct.remove(meeting, command, seat)
        case _:
            assert_never(command)


def evolve(meeting: Meeting, entry: AnyEntry, stamp: Stamp) -> Meeting:
    """The meeting after `entry`. Every entry that was ever stored folds, whatever the rules are today."""
    if audience(entry) == CHAIR:
        meeting = replace(meeting, chair_number=stamp.number)
    match entry:
        case Convened():
            return agenda.convened(meeting, entry, stamp)
        case Opened():
            return agenda.opened(meeting, stamp)
        case PhaseBegan():
            return agenda.phase_began(meeting, entry, stamp)
        case Closed():
            return agenda.closed(meeting, stamp)
        case SeatTaken():
            return conduct.seat_taken(meeting, entry, stamp)
        case SeatGiven():
            return conduct.seat_given(meeting, entry)
        case Said():
            return talking.said(meeting, entry, stamp)
        case Told() | ToldYou():
            return meeting
        case Redacted():
            return talking.redacted(meeting, entry)
        case HandRaised():
            return floor.hand_raised(meeting, entry)
        case HandLowered():
            return floor.hand_lowered(meeting, entry)
        case Invited():
            return floor.invited(meeting, entry)
        case InviteEnded():
            return floor.invite_ended(meeting, entry)
        case FloorTaken():
            return floor.floor_taken(meeting, entry, stamp)
        case TurnEnded():
            return floor.turn_ended(meeting, entry, stamp)
        case HandWentAway():
            return floor.hand_went_away(meeting, entry)
        case HandCameBack():
            return floor.hand_came_back(meeting, entry)
        case HolderWentAway():
            return floor.holder_went_away(meeting, entry, stamp)
        case HolderCameBack():
            return floor.holder_came_back(meeting, entry, stamp)
        case Muted():
            return conduct.muted(meeting, entry)
        case Unmuted():
            return conduct.unmuted(meeting, entry)
        case Removed():
            return conduct.removed(meeting, entry, stamp)
        case _:
            assert_never(entry)


def due(meeting: Meeting) -> float | None:
    """When the next `Tick` has something to do, in seconds since 1970."""
    if meeting.closed_at is not None or meeting.convened_at is None:
        return None
    hands = [away.until for away in meeting.hands_away]
    holder = floor.turn_until(meeting)[0] if meeting.holder is not None else meeting.phase_until
    ends = [agenda.left_open_until(meeting), *meeting.mutes.values(), *hands]
    return min(ends if holder is None else [*ends, holder])
