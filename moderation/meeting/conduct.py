"""Seats and conduct: coming in, muting for a time, removing."""

from unicodedata import category

from msgspec.structs import replace

from moderation.content.text import shadow
from moderation.content.verdict import Verdict
from moderation.masks import masked
from moderation.meeting import floor
from moderation.meeting.commands import Mute, Remove, TakeSeat, Unmute
from moderation.meeting.entries import (
    AnyEntry,
    HandLowered,
    Muted,
    Removed,
    SeatGiven,
    SeatTaken,
    Unmuted,
)
from moderation.meeting.state import Meeting, Seat, Stamp
from moderation.refused import Refused

UNSEEN = {"Cc", "Cf"}
"""Categories of Unicode that a name is shown without: control and format characters."""


def take_seat(meeting: Meeting, command: TakeSeat, verdict: Verdict) -> list[AnyEntry]:
    """A session has one seat in a meeting; who was removed does not get back in with it (P9)."""
    theirs = meeting.sessions.get(command.session)
    if theirs is not None and meeting.seats[theirs].removed:
        raise Refused("removed")
    if theirs is not None:
        return []
    if meeting.closed_at is not None:
        raise Refused("meeting_closed")
    name = _name(meeting, command.name, verdict)
    seat = len(meeting.seats) + 1
    return [SeatTaken(seat=seat, role=command.role, words=name), SeatGiven(seat, command.session)]


def _name(meeting: Meeting, name: str, verdict: Verdict) -> str:
    if verdict.outcome == "bounce":
        spans = [(finding.start, finding.end) for finding in verdict.findings]
        raise Refused(verdict.findings[0].code, spans=spans)
    seen = (letter for letter in masked(name, verdict.masks) if category(letter) not in UNSEEN)
    name = " ".join("".join(seen).split())
    if not shadow(name).text:
        raise Refused("no_name")
    if any(_alike(name, other.name) for other in meeting.seats.values() if not other.removed):
        raise Refused("name_taken")
    return name


def _alike(name: str, other: str | None) -> bool:
    """Whether two names look the same: letters of another alphabet and invisible ones deceive nobody."""
    return other is not None and shadow(name).text == shadow(other).text


def mute(meeting: Meeting, command: Mute, seat: int, now: float) -> list[AnyEntry]:
    """From its entry on nothing of the muted seat reaches the room, on any socket (P8)."""
    _may_act_on(meeting, command.seat, by=seat)
    until = now + 60.0 * command.minutes
    return [*_silence(meeting, command.seat, "muted"), Muted(command.seat, until)]


def unmute(meeting: Meeting, command: Unmute, seat: int) -> list[AnyEntry]:
    _may_act_on(meeting, command.seat, by=seat)
    if not meeting.is_muted(command.seat):
        return []
    return [Unmuted(command.seat, by="facilitator")]


def remove(meeting: Meeting, command: Remove, seat: int) -> list[AnyEntry]:
    _may_act_on(meeting, command.seat, by=seat)
    return [*_silence(meeting, command.seat, "removed"), Removed(command.seat)]


def _may_act_on(meeting: Meeting, target: int, *, by: int) -> None:
    if not meeting.is_facilitator(by):
        raise Refused("facilitators_act")
    if not meeting.sits(target):
        raise Refused("no_such_seat")
    if meeting.is_facilitator(target):
        raise Refused("not_on_a_facilitator")  # FC-22


def _silence(meeting: Meeting, seat: int, reason: floor.Reason) -> list[AnyEntry]:
    """The turn or invitation ends, and the hand comes down with it."""
    ended = floor.vacate(meeting, (seat,), reason)
    if seat in meeting.hands and not ended:
        return [HandLowered(seat, by="facilitator")]
    return ended


def tick(meeting: Meeting, now: float) -> list[AnyEntry]:
    """Every mute has an end."""
    over = sorted(seat for seat, until in meeting.mutes.items() if until <= now)
    return [Unmuted(seat, by="time") for seat in over]


def seat_taken(meeting: Meeting, entry: SeatTaken, stamp: Stamp) -> Meeting:
    place = Seat(entry.role, stamp.number, meeting.chair_number + 1, name=entry.words)
    return replace(meeting, seats=meeting.seats.insert(entry.seat, place))


def seat_given(meeting: Meeting, entry: SeatGiven) -> Meeting:
    meeting = meeting.with_seat(entry.seat, session=entry.session)
    return replace(meeting, sessions=meeting.sessions.insert(entry.session, entry.seat))


def muted(meeting: Meeting, entry: Muted) -> Meeting:
    meeting = meeting.with_seat(entry.seat, muted_until=entry.until)
    return replace(meeting, mutes=meeting.mutes.insert(entry.seat, entry.until))


def unmuted(meeting: Meeting, entry: Unmuted) -> Meeting:
    return _not_muted(meeting, entry.seat)


def removed(meeting: Meeting, entry: Removed, stamp: Stamp) -> Meeting:
    return _not_muted(meeting, entry.seat).with_seat(entry.seat, removed=stamp.number)


def _not_muted(meeting: Meeting, seat: int) -> Meeting:
    meeting = meeting.with_seat(seat, muted_until=None)
    return replace(meeting, mutes=meeting.mutes.discard(seat))
