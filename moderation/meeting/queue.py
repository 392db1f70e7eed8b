"""The queue: who asked for the floor, and in which order they are called."""

from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.needs import needs_facilitator, needs_open, needs_turns
from moderation.meeting.state import AwayHand, Meeting
from moderation.refused import Refused

HAND_KEPT = 120.0
"""Seconds that the place of a hand is kept for a member who lost connection (FC-17)."""


def raise_hand(meeting: Meeting, command: ask.RaiseHand, seat: int) -> list[happened.AnyEntry]:
    """One hand, however often it is raised, at the number of the first time (FC-02)."""
    needs_turns(meeting)
    _may_raise(meeting, seat)
    urgent = _lane(meeting, urgent=command.urgent)
    if seat in (meeting.invited, meeting.holder):
        return []
    if seat in meeting.hands:
        return _more_urgent(meeting, seat) if command.urgent else []
    if not meeting.queue_open and not urgent:
        raise Refused("queue_closed")
    if meeting.flags.single_share and seat in meeting.shared and not urgent:
        raise Refused("shared_already")
    heard: list[happened.AnyEntry] = (
        [happened.ListeningChosen(seat, on=False)] if meeting.is_listening(seat) else []
    )
    return [*heard, happened.HandRaised(seat, _place(meeting, seat, urgent=urgent), urgent)]


def _more_urgent(meeting: Meeting, seat: int) -> list[happened.AnyEntry]:
    """A burning desire does not wait for the hand that was raised without one."""
    if seat in meeting.urgent:
        return []
    place = _place(without_hand(meeting, seat), seat, urgent=True)
    return [happened.HandLowered(seat, by="self"), happened.HandRaised(seat, place, urgent=True)]


def _may_raise(meeting: Meeting, seat: int) -> None:
    if meeting.is_muted(seat):
        raise Refused("muted")
    if meeting.is_hushed and not meeting.is_facilitator(seat):
        raise Refused("all_muted")


def _lane(meeting: Meeting, *, urgent: bool) -> bool:
    """Whether a hand goes up in the lane of burning desire; where there is only that, all do."""
    phase = meeting.current
    assert phase is not None, "there is a queue"
    if urgent and phase.urgent == "off":
        raise Refused("no_urgent_lane")
    return urgent or phase.urgent == "only"


def _place(meeting: Meeting, seat: int, *, urgent: bool) -> int:
    """Behind the last hand that goes before it; 0 where that is the end of the queue (FC-27).

    A hand at the end because it let an invitation go by holds nobody of its lane back there.
    Who lost a turn by being away is next, whoever is the first to notice that they are back (FC-16).
    """
    if seat in meeting.owed:
        return 1
    lane, put_off = {*meeting.urgent}, {*meeting.put_off}
    mine = _class(meeting, seat, urgent=urgent)
    first = [_class(meeting, hand, urgent=hand in lane) <= mine for hand in meeting.hands]
    held = [
        place
        for place, (hand, goes_first) in enumerate(zip(meeting.hands, first, strict=True), 1)
        if goes_first and hand not in put_off
    ]
    place = max(held, default=0) + 1
    while place <= len(first) and first[place - 1]:
        place += (
            1  # Who let an invitation go by is behind all others then, and not before who comes.
        )
    return 0 if place > len(meeting.hands) else place


def _class(meeting: Meeting, seat: int, *, urgent: bool) -> int:
    """Burning desire goes first, then, where the group wishes it, who has not shared yet."""
    if urgent:
        return 0
    return 2 if is_fair(meeting) and seat in meeting.shared else 1


def is_fair(meeting: Meeting) -> bool:
    """Whether new voices go first now."""
    phase = meeting.current
    return meeting.flags.fairness or (phase is not None and phase.fairness)


def lower_hand(meeting: Meeting, command: ask.LowerHand, seat: int) -> list[happened.AnyEntry]:
    whose = command.seat or seat
    if whose != seat:
        needs_facilitator(meeting, seat)
    if whose not in meeting.hands:
        return []
    return [happened.HandLowered(whose, by="self" if whose == seat else "facilitator")]


def lower_hands(meeting: Meeting, command: ask.LowerHands, seat: int) -> list[happened.AnyEntry]:
    """All but the hand that is invited: it is asked already."""
    needs_facilitator(meeting, seat)
    return [
        happened.HandLowered(hand, by="facilitator")
        for hand in meeting.hands
        if hand != meeting.invited
    ]


def move_hand(meeting: Meeting, command: ask.MoveHand, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    if command.seat not in meeting.hands:
        raise Refused("no_such_hand")
    if command.seat == seat and command.place <= meeting.hands.index(seat):
        raise Refused("not_first")  # FC-25: nobody puts themselves ahead of others.
    place = min(command.place, len(meeting.hands))
    if meeting.hands.index(command.seat) + 1 == place:
        return []
    return [happened.HandMoved(command.seat, place)]


def close_queue(meeting: Meeting, command: ask.CloseQueue, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    needs_turns(meeting)
    return [happened.QueueClosed()] if meeting.queue_open else []


def open_queue(meeting: Meeting, command: ask.OpenQueue, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    needs_turns(meeting)
    return [] if meeting.queue_open else [happened.QueueOpened()]


def hand_away(meeting: Meeting, command: ask.HandAway, now: float) -> list[happened.AnyEntry]:
    """The place of an invited seat is the invitation, which runs out by itself."""
    seat = command.seat
    if meeting.frozen_at is not None or seat not in meeting.hands:
        return []
    if seat == meeting.invited or meeting.is_hand_away(seat):
        return []
    return [happened.HandWentAway(seat, until=now + HAND_KEPT)]


def hand_back(meeting: Meeting, command: ask.HandBack) -> list[happened.AnyEntry]:
    if meeting.frozen_at is not None or not meeting.is_hand_away(command.seat):
        return []
    return [happened.HandCameBack(command.seat)]


def owed_hand(meeting: Meeting, seat: int) -> list[happened.AnyEntry]:
    """Who lost a turn by being away is next, once back in a phase with a queue (FC-16).

    Who came back only to listen is asked for nothing.
    """
    asks = seat in meeting.hands or seat in (meeting.invited, meeting.holder)
    if not meeting.has_turns or asks or not meeting.sits(seat):
        return []
    if meeting.is_muted(seat) or meeting.is_listening(seat):
        return []
    return [happened.HandRaised(seat, place=1, by="server")]


def tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    """A hand whose member did not come back in time is down (FC-17)."""
    return [
        happened.HandLowered(away.seat, by="away")
        for away in meeting.hands_away
        if away.until <= now
    ]


def waiting(meeting: Meeting, besides: int | None = None) -> list[int]:
    """The queue without those who are away: they are passed over, and keep their place (FC-17)."""
    away = {hand.seat for hand in meeting.hands_away}
    return [hand for hand in meeting.hands if hand == besides or hand not in away]


def hand_raised(meeting: Meeting, entry: happened.HandRaised) -> Meeting:
    hands = _inserted(meeting.hands, entry.seat, entry.place)
    urgent = (*meeting.urgent, entry.seat) if entry.urgent else meeting.urgent
    owed = _without(meeting.owed, entry.seat)
    return replace(meeting, hands=hands, urgent=urgent, owed=owed)


def hand_moved(meeting: Meeting, entry: happened.HandMoved) -> Meeting:
    others = _without(meeting.hands, entry.seat)
    return replace(meeting, hands=_inserted(others, entry.seat, entry.place))


def hand_lowered(meeting: Meeting, entry: happened.HandLowered) -> Meeting:
    return without_hand(meeting, entry.seat)


def hand_went_away(meeting: Meeting, entry: happened.HandWentAway) -> Meeting:
    away = AwayHand(entry.seat, entry.until)
    return replace(meeting, hands_away=(*meeting.hands_away, away))


def hand_came_back(meeting: Meeting, entry: happened.HandCameBack) -> Meeting:
    return not_away(meeting, entry.seat)


def queue_set(meeting: Meeting, *, is_open: bool) -> Meeting:
    return replace(meeting, queue_open=is_open)


def without_hand(meeting: Meeting, seat: int) -> Meeting:
    """A hand is down, and nothing of it is left."""
    return replace(
        not_away(meeting, seat),
        hands=_without(meeting.hands, seat),
        urgent=_without(meeting.urgent, seat),
        put_off=_without(meeting.put_off, seat),
    )


def to_the_end(meeting: Meeting, seat: int, *, is_new: bool = False) -> Meeting:
    """A hand that let an invitation go by waits behind all others; `is_new` where none was up."""
    if seat not in meeting.hands and not is_new:
        return meeting
    hands = (*_without(meeting.hands, seat), seat)
    return replace(meeting, hands=hands, put_off=(*_without(meeting.put_off, seat), seat))


def to_the_front(meeting: Meeting, seat: int) -> Meeting:
    return replace(meeting, hands=(seat, *_without(meeting.hands, seat)))


def not_away(meeting: Meeting, seat: int) -> Meeting:
    away = tuple(away for away in meeting.hands_away if away.seat != seat)
    return replace(meeting, hands_away=away)


def _inserted(hands: tuple[int, ...], seat: int, place: int) -> tuple[int, ...]:
    at = place - 1 if place else len(hands)
    return (*hands[:at], seat, *hands[at:])


def _without(hands: tuple[int, ...], seat: int) -> tuple[int, ...]:
    return tuple(hand for hand in hands if hand != seat)
