"""One turn's time: its limit, more of it, a pause, its last line."""

from typing import Literal

from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import floor
from moderation.meeting.clocks import go_on, stop_turn
from moderation.meeting.needs import needs_epoch, needs_facilitator, needs_open
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

LAST_LINE = 5.0
"""Seconds after the hard end in which one line that was announced may still come (FC-14)."""


def extend(meeting: Meeting, command: ask.Extend, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_epoch(meeting, command.epoch)
    if meeting.holder is None:
        raise Refused("floor_free")
    if meeting.current is None or not meeting.current.turn:
        raise Refused("no_limit")
    return [happened.TurnExtended(meeting.holder, command.minutes)]


def pause(meeting: Meeting, command: ask.Pause, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    return [] if meeting.paused_at is not None else [happened.PauseBegan()]


def resume(meeting: Meeting, command: ask.Resume, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    return [] if meeting.paused_at is None else [happened.PauseEnded()]


def announce_draft(
    meeting: Meeting, command: ask.AnnounceDraft, seat: int
) -> list[happened.AnyEntry]:
    needs_epoch(meeting, command.epoch)
    if seat != meeting.holder:
        raise Refused("not_your_turn")
    return [] if meeting.draft else [happened.DraftAnnounced(seat)]


def tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    """Who did not come back in time, or took too long, loses the turn, once (P11)."""
    until, reason = turn_until(meeting)
    if meeting.holder is None or until is None or until > now:
        return []
    if reason == "time" and meeting.draft and meeting.last_line_until is None:
        return [happened.LastLineGranted(meeting.holder, until=now + LAST_LINE)]
    return [
        happened.TurnEnded(meeting.holder, reason),
        *floor.passed_on(meeting, meeting.holder, now),
    ]


def turn_until(meeting: Meeting) -> tuple[float | None, Literal["away", "time"]]:
    """When the running turn is over if nobody ends it, in seconds since 1970, and why.

    Its limit is stretched by a minute (FC-14), and stands still while the holder is away (FC-16), in a
    pause (FC-15) and in a moment (CM-15).
    """
    if meeting.away_until is not None:
        return meeting.away_until, "away"
    phase = meeting.current
    if phase is None or meeting.turn_began_at is None or meeting.turn_stopped_at is not None:
        return None, "time"
    if meeting.last_line_until is not None:
        return meeting.last_line_until, "time"
    if not phase.turn:
        return None, "time"
    limit = 60.0 * phase.turn + phase.grace + meeting.turn_extra
    return meeting.turn_began_at + meeting.turn_paused + limit, "time"


def turn_extended(meeting: Meeting, entry: happened.TurnExtended) -> Meeting:
    extra = meeting.turn_extra + 60.0 * entry.minutes
    return replace(meeting, turn_extra=extra, last_line_until=None)


def last_line_granted(meeting: Meeting, entry: happened.LastLineGranted) -> Meeting:
    return replace(meeting, last_line_until=entry.until)


def draft_announced(meeting: Meeting) -> Meeting:
    return replace(meeting, draft=True)


def paused(meeting: Meeting, stamp: Stamp) -> Meeting:
    return stop_turn(replace(meeting, paused_at=stamp.at), stamp.at)


def resumed(meeting: Meeting, stamp: Stamp) -> Meeting:
    assert meeting.paused_at is not None, "only what was paused goes on"
    total = meeting.total_pause + stamp.at - meeting.paused_at
    return go_on(meeting, replace(meeting, paused_at=None, total_pause=total), stamp.at)
