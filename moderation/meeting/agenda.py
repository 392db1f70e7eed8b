"""The agenda: convening, opening, moving through the phases, closing."""

from msgspec.structs import replace

from moderation.meeting import floor
from moderation.meeting.commands import Close, Convene, NextPhase, Open
from moderation.meeting.entries import AnyEntry, Closed, Convened, Opened, PhaseBegan
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

LEFT_OPEN = 12 * 3600.0
"""Seconds after which a meeting that nobody closed is closed, so that its words are swept (P20)."""


def convene(meeting: Meeting, command: Convene) -> list[AnyEntry]:
    if meeting.phases:
        return []
    return [Convened(command.format, command.phases)]


def open_(meeting: Meeting, command: Open, seat: int) -> list[AnyEntry]:
    _needs_facilitator(meeting, seat)
    if meeting.closed_at is not None:
        raise Refused("meeting_closed")
    if meeting.opened_at is not None:
        return []
    return [Opened(), PhaseBegan(0)]


def next_phase(meeting: Meeting, command: NextPhase, seat: int) -> list[AnyEntry]:
    _needs_facilitator(meeting, seat)
    _needs_open(meeting)
    if command.epoch != meeting.epoch:
        raise Refused("stale_epoch")
    if meeting.phase + 1 == len(meeting.phases):
        raise Refused("last_phase")
    return [*_clear_floor(meeting), PhaseBegan(meeting.phase + 1)]


def close(meeting: Meeting, command: Close, seat: int) -> list[AnyEntry]:
    _needs_facilitator(meeting, seat)
    _needs_open(meeting)
    return [*_clear_floor(meeting), Closed(by="facilitator")]


def tick(meeting: Meeting, now: float) -> list[AnyEntry]:
    """Closes a meeting that was left open, or never opened."""
    if now < left_open_until(meeting):
        return []
    return [*_clear_floor(meeting), Closed(by="time")]


def phase_over(meeting: Meeting, now: float) -> list[AnyEntry]:
    """The next phase begins when the time of this one is over, once nobody has the floor (FC-29)."""
    until = meeting.phase_until
    if until is None or until > now:
        return []
    cleared = _clear_floor(meeting) if meeting.holder is None else []
    if meeting.phase + 1 == len(meeting.phases):
        return [*cleared, Closed(by="time")]
    return [*cleared, PhaseBegan(meeting.phase + 1, by="time")]


def left_open_until(meeting: Meeting) -> float:
    """When the meeting is closed by time, in seconds since 1970."""
    began = meeting.opened_at if meeting.opened_at is not None else meeting.convened_at
    assert began is not None
    return began + LEFT_OPEN


def _clear_floor(meeting: Meeting) -> list[AnyEntry]:
    return floor.vacate(meeting, meeting.seats, "phase")


def _needs_facilitator(meeting: Meeting, seat: int) -> None:
    if not meeting.is_facilitator(seat):
        raise Refused("facilitators_act")


def _needs_open(meeting: Meeting) -> None:
    if meeting.closed_at is not None:
        raise Refused("meeting_closed")
    if meeting.opened_at is None:
        raise Refused("not_open")


def convened(meeting: Meeting, entry: Convened, stamp: Stamp) -> Meeting:
    return replace(meeting, format=entry.format, phases=entry.phases, convened_at=stamp.at)


def opened(meeting: Meeting, stamp: Stamp) -> Meeting:
    return replace(meeting, opened_at=stamp.at)


def phase_began(meeting: Meeting, entry: PhaseBegan, stamp: Stamp) -> Meeting:
    meeting = replace(meeting, phase=entry.phase, phase_began_at=stamp.at, epoch=meeting.epoch + 1)
    return meeting if meeting.speak == "queue" else replace(meeting, hands=(), hands_away=())


def closed(meeting: Meeting, stamp: Stamp) -> Meeting:
    return replace(meeting, closed_at=stamp.at, hands=(), hands_away=(), epoch=meeting.epoch + 1)
