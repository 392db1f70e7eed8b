"""A crowd: of a meeting of hundreds everybody is told how many sit, and only of those who matter who."""

from msgspec.structs import replace

from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting

CROWD = 200
"""With more people than this, a list of all is a count and those who matter."""
QUEUE = 100
"""So much of the queue is listed, from the front."""
LATELY = 50
"""So many who wrote are remembered, the last of them last."""

NAMING = (
    happened.Said | happened.Posted | happened.HandRaised | happened.Invited | happened.FloorTaken
    | happened.Muted | happened.Appointed | happened.ChairOffered | happened.ChairTaken
)  # fmt: skip
"""Entries of the room that everybody is shown with a name."""


def is_arrival(entry: happened.AnyEntry) -> bool:
    """Whether a snapshot says all that this entry does: no timeline shows that somebody came."""
    return isinstance(entry, happened.SeatTaken)


def is_crowd(meeting: Meeting) -> bool:
    return meeting.sitting > CROWD


def listed(meeting: Meeting) -> list[int]:
    """The seats that are shown of a crowd, in order. It costs what they are, not what the crowd is."""
    floor = (one.seat for one in (meeting.last_turn, meeting.offer) if one is not None)
    seats: set[int | None] = {meeting.holder, meeting.invited, *floor}
    seats.update(meeting.in_service, meeting.mutes, meeting.lately)
    seats.update(meeting.hands[:QUEUE], meeting.urgent)
    return sorted(seat for seat in seats if seat is not None and seat in meeting.seats)


def wrote(meeting: Meeting, seat: int) -> Meeting:
    """The meeting in which `seat` wrote last of all."""
    if seat in meeting.lately[-1:]:
        return meeting
    others = tuple(other for other in meeting.lately if other != seat)
    return replace(meeting, lately=(*others, seat)[-LATELY:])
