"""The agenda: convening, opening, moving through the phases, closing."""

from collections.abc import Container

from msgspec.structs import replace
from rpds import HashTrieMap

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import floor, holding
from moderation.meeting.needs import needs_epoch, needs_facilitator, needs_open, needs_thawed
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

LEFT_OPEN = 12 * 3600.0
"""Seconds after which a meeting that nobody closed is closed, so that its words are swept (P20)."""


def convene(meeting: Meeting, command: ask.Convene) -> list[happened.AnyEntry]:
    if meeting.phases:
        return []
    return [happened.Convened(command.format, command.phases, command.flags)]


def open_(meeting: Meeting, command: ask.Open, seat: int, now: float) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    if meeting.opened_at is not None:
        return []
    return [happened.Opened(by=seat), *_begin(meeting, 0, now)]


def next_phase(
    meeting: Meeting, command: ask.NextPhase, seat: int, now: float
) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    needs_thawed(meeting)
    needs_epoch(meeting, command.epoch)
    if meeting.phase + 1 == len(meeting.phases):
        raise Refused("last_phase")
    ended = _unmuted(meeting)
    heard = {entry.seat for entry in ended}
    return [*_clear_floor(meeting), *ended, *_begin(meeting, meeting.phase + 1, now, heard)]


def close(meeting: Meeting, command: ask.Close, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    back = holding.ended(meeting, None, "closed", seat)
    return [*back, *_clear_floor(meeting), happened.Closed(by="facilitator")]


def tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    """Closes a meeting that was left open, or never opened."""
    if now < left_open_until(meeting):
        return []
    back = holding.ended(meeting, None, "closed")
    return [*back, *_clear_floor(meeting), happened.Closed(by="time")]


def phase_over(
    meeting: Meeting, now: float, cleared: list[happened.AnyEntry]
) -> list[happened.AnyEntry]:
    """The next phase begins when the time of this one is over, once nobody has the floor (FC-29).

    `cleared` are the entries that this tick leaves before: whose mute they end is not unmuted twice.
    """
    until = meeting.phase_until
    if until is None or until > now:
        return []
    if meeting.phase + 1 == len(meeting.phases):
        back = holding.ended(meeting, None, "closed", before=cleared)
        return [*back, *_vacated(meeting, cleared), happened.Closed(by="time")]
    unmuted = {entry.seat for entry in cleared if isinstance(entry, happened.Unmuted)}
    ended = [entry for entry in _unmuted(meeting) if entry.seat not in unmuted]
    heard = unmuted | {entry.seat for entry in ended}
    return [
        *_vacated(meeting, cleared),
        *ended,
        *_begin(meeting, meeting.phase + 1, now, heard, by_time=True),
    ]


def _vacated(meeting: Meeting, cleared: list[happened.AnyEntry]) -> list[happened.AnyEntry]:
    """An open invitation ends with the phase, unless this tick has ended it already."""
    if meeting.holder is not None or floor.ends_in(cleared):
        return []
    return _clear_floor(meeting)


def left_open_until(meeting: Meeting) -> float:
    """When the meeting is closed by time, in seconds since 1970."""
    began = meeting.opened_at if meeting.opened_at is not None else meeting.convened_at
    assert began is not None
    return began + LEFT_OPEN


def _clear_floor(meeting: Meeting) -> list[happened.AnyEntry]:
    return floor.vacate(meeting, meeting.seats, "phase")


def _unmuted(meeting: Meeting) -> list[happened.Unmuted]:
    """Mutes that were for the phase end with it (FC-19)."""
    return [
        happened.Unmuted(seat, by="phase")
        for seat in sorted(meeting.mutes)
        if (mute := meeting.seats[seat].mute) is not None and mute.scope == "phase"
    ]


def _begin(
    meeting: Meeting,
    number: int,
    now: float,
    unmuted: Container[int] = (),
    *,
    by_time: bool = False,
) -> list[happened.AnyEntry]:
    """What happens on entering a phase; those of `unmuted` are heard again just before it."""
    phase = meeting.phases[number]
    order = _round(meeting, unmuted) if phase.speak == "round" else ()
    began = happened.PhaseBegan(number, by="time" if by_time else "facilitator", order=order)
    left: list[happened.AnyEntry] = [began]
    if "lock" in phase.on_enter and not meeting.locked:
        left.append(happened.Locked())
    if "unlock" in phase.on_enter and meeting.locked:
        left.append(happened.Unlocked())
    if "close_queue" in phase.on_enter:
        left.append(happened.QueueClosed())
    first = next(iter(order), None)
    if first is not None and meeting.stopped_at is None and not meeting.is_quiet:
        until = now + floor.CONSENT
        left.append(happened.Invited(first, by=0, until=until, at_once=True))
    return left


def _round(meeting: Meeting, unmuted: Container[int]) -> tuple[int, ...]:
    """Everybody in the order in which they came, facilitators last; who listens is passed over (FC-28)."""
    asked = [
        seat
        for seat, place in meeting.seats.items()
        if meeting.sits(seat) and not place.listening and (place.mute is None or seat in unmuted)
    ]
    return tuple(sorted(asked, key=lambda seat: (meeting.is_facilitator(seat), seat)))


def convened(meeting: Meeting, entry: happened.Convened, stamp: Stamp) -> Meeting:
    return replace(
        meeting,
        format=entry.format,
        phases=entry.phases,
        flags=entry.flags,
        convened_at=stamp.at,
    )


def opened(meeting: Meeting, entry: happened.Opened, stamp: Stamp) -> Meeting:
    return replace(meeting, opened_at=stamp.at, chair=entry.by or None)


def phase_began(meeting: Meeting, entry: happened.PhaseBegan, stamp: Stamp) -> Meeting:
    """Hands go along from one queue to the next; the order of a round is nobody's wish and does not."""
    was_round = meeting.phase >= 0 and meeting.phases[meeting.phase].speak == "round"
    meeting = replace(
        meeting,
        phase=entry.phase,
        phase_began_at=stamp.at,
        epoch=meeting.epoch + 1,
        queue_open=True,
        put_off=(),
        said=HashTrieMap(),
    )
    if meeting.speak not in ("queue", "tag"):
        return replace(meeting, hands=entry.order, urgent=(), hands_away=())
    if meeting.phases[entry.phase].urgent != "only" and not was_round:
        return meeting
    away = tuple(away for away in meeting.hands_away if away.seat in meeting.urgent)
    hands = tuple(hand for hand in meeting.hands if hand in meeting.urgent)
    return replace(meeting, hands=hands, hands_away=away)


def closed(meeting: Meeting, stamp: Stamp) -> Meeting:
    return replace(
        meeting,
        closed_at=stamp.at,
        hands=(),
        urgent=(),
        hands_away=(),
        owed=(),
        offer=None,
        lobby=HashTrieMap(),
        epoch=meeting.epoch + 1,
    )
