"""Conduct: muting one or all for a time, removing, freezing the room, the shield."""

from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import floor, holding, reporting
from moderation.meeting.agenda import left_open_until
from moderation.meeting.clocks import go_on, in_room, stop_turn, thawed
from moderation.meeting.needs import may_act_on, needs_facilitator, needs_open, needs_thawed
from moderation.meeting.state import Meeting, Stamp
from moderation.meeting.state import Mute as Muting

STRANGER = 15 * 60.0
"""Seconds after coming in for which somebody counts as a stranger to the shield."""
FOLDED = 60.0
"""Seconds of strangers' lines that the shield folds."""
MOST_FOLDED = 500
"""Lines that it folds, the newest: one entry has to hold their numbers."""


def mute(meeting: Meeting, command: ask.Mute, seat: int, now: float) -> list[happened.AnyEntry]:
    """From its entry on nothing of the muted seat reaches the room, on any socket (P8)."""
    may_act_on(meeting, command.seat, by=seat)
    until = now + 60.0 * command.minutes
    if command.until != "time":
        until = left_open_until(meeting)  # Every mute has an end (W12).
    muted = happened.Muted(command.seat, until, command.until, command.reason)
    back = holding.ended(meeting, (command.seat,), "muted", seat)
    return [*back, *_silence(meeting, command.seat, "revoked", now), muted]


def unmute(meeting: Meeting, command: ask.Unmute, seat: int) -> list[happened.AnyEntry]:
    may_act_on(meeting, command.seat, by=seat, gone=True)
    if not meeting.is_muted(command.seat):
        return []
    return [happened.Unmuted(command.seat, by="facilitator")]


def mute_all(
    meeting: Meeting, command: ask.MuteAll, seat: int, now: float
) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    return [happened.AllMuted(until=now + 60.0 * command.minutes)]


def unmute_all(meeting: Meeting, command: ask.UnmuteAll, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    return [] if meeting.all_muted_at is None else [happened.AllUnmuted(by="facilitator")]


def remove(meeting: Meeting, command: ask.Remove, seat: int, now: float) -> list[happened.AnyEntry]:
    may_act_on(meeting, command.seat, by=seat)
    gone = holding.ended(meeting, (command.seat,), "removed", seat)
    silenced = _silence(meeting, command.seat, "removed", now)
    return [*gone, *silenced, happened.Removed(command.seat)]


def _silence(
    meeting: Meeting, seat: int, reason: floor.Vacating, now: float
) -> list[happened.AnyEntry]:
    """The turn or invitation ends, and the hand comes down with it."""
    ended = floor.vacate(meeting, (seat,), reason)
    if ended:
        return [*ended, *floor.passed_on(meeting, seat, now)]
    return [happened.HandLowered(seat, by="facilitator")] if seat in meeting.hands else []


def freeze(meeting: Meeting, command: ask.Freeze, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    return [] if meeting.frozen_at is not None else [happened.Frozen()]


def thaw(meeting: Meeting, command: ask.Thaw, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    return [] if meeting.frozen_at is None else [happened.Thawed()]


def raise_shield(
    meeting: Meeting, command: ask.RaiseShield, seat: int, now: float
) -> list[happened.AnyEntry]:
    """One command against a raid; a frozen room is thawed by it, as it holds more than the freeze."""
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    if meeting.shield_at is not None:
        return []
    thaw: list[happened.AnyEntry] = [] if meeting.frozen_at is None else [happened.Thawed()]
    return [*thaw, happened.ShieldRaised(folded=_of_strangers(meeting, now))]


def _of_strangers(meeting: Meeting, now: float) -> tuple[int, ...]:
    """The last lines of those who came in lately: they stay readable to who unfolds them.

    Whoever tells of a need in the middle of a raid is read all the same (CM-20).
    """
    numbers = [
        number
        for number, line in meeting.lines.items()
        if not line.need
        and now - line.written_at <= FOLDED
        and _is_stranger(meeting, line.seat, now)
    ]
    return tuple(sorted(numbers)[-MOST_FOLDED:])


def _is_stranger(meeting: Meeting, seat: int, now: float) -> bool:
    place = meeting.seats[seat]
    return place.role == "member" and now - place.came_at <= STRANGER


def lower_shield(meeting: Meeting, command: ask.LowerShield, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_thawed(meeting)
    return [] if meeting.shield_at is None else [happened.ShieldLowered()]


def tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    """Every mute has an end."""
    over = sorted(seat for seat, until in meeting.mutes.items() if until <= now)
    left: list[happened.AnyEntry] = [happened.Unmuted(seat, by="time") for seat in over]
    if meeting.all_muted_until is not None and meeting.all_muted_until <= now:
        left.append(happened.AllUnmuted(by="time"))
    return left


def muted(meeting: Meeting, entry: happened.Muted, stamp: Stamp) -> Meeting:
    until = in_room(meeting, stamp, entry.until)
    mute = Muting(until, entry.scope, entry.reason)
    meeting = meeting.with_seat(entry.seat, mute=mute)
    return replace(meeting, mutes=meeting.mutes.insert(entry.seat, until))


def unmuted(meeting: Meeting, entry: happened.Unmuted) -> Meeting:
    return _not_muted(meeting, entry.seat)


def all_muted(meeting: Meeting, entry: happened.AllMuted, stamp: Stamp) -> Meeting:
    at = stamp.at if meeting.all_muted_at is None else meeting.all_muted_at
    meeting = replace(meeting, all_muted_at=at, all_muted_until=entry.until)
    return stop_turn(meeting, stamp.at)


def all_unmuted(meeting: Meeting, stamp: Stamp) -> Meeting:
    after = replace(meeting, all_muted_at=None, all_muted_until=None)
    return go_on(meeting, after, stamp.at)


def removed(meeting: Meeting, entry: happened.Removed, stamp: Stamp) -> Meeting:
    meeting = _not_muted(meeting, entry.seat).with_seat(
        entry.seat, removed=stamp.number, services=()
    )
    chair = None if meeting.chair == entry.seat else meeting.chair
    offer = meeting.offer
    if offer is not None and offer.seat == entry.seat:
        offer = None
    by, theirs = meeting.removed_by, meeting.seats[entry.seat].invitation
    return replace(
        meeting,
        removals=meeting.removals + 1,
        removed_by=by.insert(theirs) if theirs else by,
        chair=chair,
        offer=offer,
    )


def frozen(meeting: Meeting, stamp: Stamp) -> Meeting:
    return replace(meeting, frozen_at=stamp.at)


def thaw_all(meeting: Meeting, stamp: Stamp) -> Meeting:
    assert meeting.frozen_at is not None, "only what was frozen thaws"
    return thawed(meeting, stamp.at - meeting.frozen_at)


def shield_raised(meeting: Meeting, entry: happened.ShieldRaised, stamp: Stamp) -> Meeting:
    meeting = reporting.folded_by_shield(meeting, entry)
    return stop_turn(replace(meeting, shield_at=stamp.at), stamp.at)


def shield_lowered(meeting: Meeting, stamp: Stamp) -> Meeting:
    return go_on(meeting, replace(meeting, shield_at=None), stamp.at)


def _not_muted(meeting: Meeting, seat: int) -> Meeting:
    meeting = meeting.with_seat(seat, mute=None)
    return replace(meeting, mutes=meeting.mutes.discard(seat))
