"""Who may see what: the one stream of an entry, the streams of a seat, and the meeting as a seat sees it."""

from msgspec import Struct

from moderation.meeting.entries import AnyEntry, SeatGiven, Told, ToldYou
from moderation.meeting.format import Phase
from moderation.meeting.state import AwayHand, Meeting

ROOM = 0
CHAIR = -1


def audience(entry: AnyEntry) -> int:
    """The one stream an entry belongs to: ROOM, CHAIR, or the number of the only seat that sees it."""
    match entry:
        case Told():
            return CHAIR
        case ToldYou(owner=owner):
            return owner
        case SeatGiven(seat=seat):
            return seat
        case _:
            return ROOM


def streams(meeting: Meeting, seat: int) -> dict[int, int]:
    """The streams that `seat` may read, each with the first number it may ever read back.

    Empty for somebody who has no seat, or was removed.
    """
    if not meeting.sits(seat):
        return {}
    place = meeting.seats[seat]
    theirs = {ROOM: place.since, seat: 1}
    if place.role == "facilitator":
        theirs[CHAIR] = place.since_chair
    return theirs


class SeatView(Struct, frozen=True, omit_defaults=True):
    """A seat as everybody in the room sees it."""

    seat: int
    role: str
    name: str | None = None
    muted_until: float | None = None
    removed: bool = False


class Snapshot(Struct, frozen=True, tag="meeting", tag_field="kind"):
    """The meeting as one seat sees it, in one frame (FC-04). `hands` is in the order of the queue."""

    format: str
    phases: tuple[Phase, ...]
    phase: int
    opened_at: float | None
    phase_began_at: float | None
    turn_began_at: float | None
    turn_paused: float
    away_since: float | None
    closed_at: float | None
    epoch: int
    turn: int
    turns: int
    holder: int | None
    away_until: float | None
    invited: int | None
    hands: tuple[int, ...]
    seats: tuple[SeatView, ...]
    hands_away: tuple[AwayHand, ...] = ()


def snapshot(meeting: Meeting, seat: int) -> Snapshot:
    """What a fresh client of `seat` is sent: what the room's stream tells everybody.

    Of those who were removed before `seat` came, it has no name.
    """
    since = meeting.seats[seat].since if seat in meeting.seats else 0
    return Snapshot(
        format=meeting.format,
        phases=meeting.phases,
        phase=meeting.phase,
        opened_at=meeting.opened_at,
        phase_began_at=meeting.phase_began_at,
        turn_began_at=meeting.turn_began_at,
        turn_paused=meeting.turn_paused,
        away_since=meeting.away_since,
        closed_at=meeting.closed_at,
        epoch=meeting.epoch,
        turn=meeting.turn,
        turns=meeting.turns,
        holder=meeting.holder,
        away_until=meeting.away_until,
        invited=meeting.invited,
        hands=meeting.hands,
        seats=tuple(
            SeatView(
                number,
                place.role,
                None if 0 < place.removed < since else place.name,
                place.muted_until,
                place.removed > 0,
            )
            for number, place in sorted(meeting.seats.items())
        ),
        hands_away=meeting.hands_away,
    )
