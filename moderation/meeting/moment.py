"""A moment: the holder's clock stands still while they change a line that came back (CM-15)."""

from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.clocks import run_turn, stop_turn
from moderation.meeting.state import Meeting, Stamp
from moderation.meeting.turn import turn_until

MOMENT = 60.0
"""Seconds that it takes at most; once a line."""


def give_moment(meeting: Meeting, command: ask.GiveMoment, now: float) -> list[happened.AnyEntry]:
    """Only where a clock runs that could stand still, and is not over."""
    until, _ = turn_until(meeting)
    if until is None or until <= now or meeting.frozen_at is not None:
        return []
    if meeting.holder != command.seat or meeting.had_moment or meeting.turn_stopped_at is not None:
        return []
    return [happened.MomentGiven(command.seat, until=now + MOMENT)]


def ended_by_line(meeting: Meeting, seat: int) -> list[happened.AnyEntry]:
    is_theirs = meeting.moment_until is not None and seat == meeting.holder
    return [happened.MomentEnded(seat)] if is_theirs else []


def tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    if meeting.holder is None or meeting.moment_until is None or meeting.moment_until > now:
        return []
    return [happened.MomentEnded(meeting.holder)]


def moment_given(meeting: Meeting, entry: happened.MomentGiven, stamp: Stamp) -> Meeting:
    return stop_turn(replace(meeting, moment_until=entry.until, had_moment=True), stamp.at)


def moment_ended(meeting: Meeting, stamp: Stamp) -> Meeting:
    return run_turn(replace(meeting, moment_until=None), stamp.at)
