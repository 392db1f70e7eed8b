"""Leaving for good, and coming back as the same person, if a facilitator says so."""

from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import floor, holding
from moderation.meeting.door import waiting
from moderation.meeting.naming import told_apart, with_look
from moderation.meeting.needs import needs_facilitator
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused


def leave(meeting: Meeting, command: ask.Leave, now: float) -> list[happened.AnyEntry]:
    """Whose session has ended holds neither a name nor the floor; of the removed all is said already."""
    seat, knock = meeting.sessions.get(command.session), meeting.knockers.get(command.session)
    if meeting.closed_at is not None:
        return []
    if seat is not None and meeting.sits(seat):
        gone = holding.ended(meeting, (seat,), "left")
        return [*gone, *_hands_over(meeting, seat, now), happened.SeatLeft(seat)]
    if knock is not None and knock in meeting.lobby:
        return [happened.KnockAnswered(knock, "withdrawn", by=0)]
    return []


def _hands_over(meeting: Meeting, seat: int, now: float) -> list[happened.AnyEntry]:
    """Their turn or invitation ends, and their hand comes down."""
    ended = floor.vacate(meeting, (seat,), "left")
    if ended:
        return [*ended, *floor.passed_on(meeting, seat, now)]
    return [happened.HandLowered(seat, by="self")] if seat in meeting.hands else []


def reseat(meeting: Meeting, command: ask.Reseat, seat: int) -> list[happened.AnyEntry]:
    """The seat is theirs with all that was: what they may read, their lines, and a mute.

    Nobody who was removed comes back so, and no seat of a facilitator is given by one tap.
    """
    needs_facilitator(meeting, seat)
    knock = waiting(meeting, command.knock)
    place = meeting.seats.get(command.seat)
    if place is None or place.removed or place.role != "member":
        raise Refused("no_such_seat")
    name = None if place.name is None else told_apart(meeting, place.name, besides=command.seat)
    left: list[happened.AnyEntry] = [
        happened.KnockAnswered(command.knock, "admitted", by=seat),
        happened.CameBack(seat=command.seat, words=name),
        happened.SeatGiven(command.seat, knock.session),
    ]
    return [*left, happened.CameBy(command.seat, knock.invitation)] if knock.invitation else left


def seat_left(meeting: Meeting, entry: happened.SeatLeft, stamp: Stamp) -> Meeting:
    """A mute of theirs stays, and so does the invitation that they came by."""
    place = meeting.seats[entry.seat]
    chair = None if meeting.chair == entry.seat else meeting.chair
    offer = meeting.offer
    if offer is not None and offer.seat == entry.seat:
        offer = None
    left = _forgotten(meeting, place.session)
    left = left.with_seat(entry.seat, left=stamp.number, session="", services=())
    return replace(left, chair=chair, offer=offer)


def came_back(meeting: Meeting, entry: happened.CameBack, stamp: Stamp) -> Meeting:
    """Whatever session had the seat has it no longer; the one that was let in comes next."""
    place = meeting.seats[entry.seat]
    named_at = (*place.named_at, stamp.number)
    back = _forgotten(meeting, place.session)
    back = back.with_seat(entry.seat, left=0, session="", name=entry.words, named_at=named_at)
    return with_look(back, entry.seat)


def _forgotten(meeting: Meeting, session: str) -> Meeting:
    """The session has neither a seat nor ever knocked."""
    return replace(
        meeting,
        sessions=meeting.sessions.discard(session),
        knockers=meeting.knockers.discard(session),
    )
