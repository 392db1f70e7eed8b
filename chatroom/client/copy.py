"""Where a client is in each stream, and what the meeting looks like there. Free of I/O."""

from __future__ import annotations

from typing import assert_never, cast

from msgspec import Struct
from msgspec.structs import replace
from rpds import HashTrieMap

from chatroom.client.answers import Seen
from chatroom.live.wire import (
    Entries,
    Fresh,
    Numbered,
    People,
    Resumed,
    Stream,
    cursor,
    parse_cursor,
)
from moderation.case import case as case_rules
from moderation.case import desk as desk_rules
from moderation.case.case import Case, CaseView
from moderation.case.desk import Desk, DeskView, StaffSeat
from moderation.case.entries import CaseEntry, DeskEntry, Touched
from moderation.case.state import Lease
from moderation.meeting import audience, decider
from moderation.meeting import entries as happened
from moderation.meeting.audience import SeatView, Snapshot
from moderation.meeting.state import Meeting, Seat, Stamp

State = Meeting | Case | Desk
View = Snapshot | CaseView | DeskView


class Copy:
    """The place in each stream and the state there. A broken promise of the server is an `AssertionError`."""

    def __init__(self) -> None:
        self.seat = 0
        self.resets: list[str] = []
        self._state: State | None = None
        self._places: dict[Stream, tuple[int, str]] = {}
        self._heads: dict[Stream, tuple[int, str]] = {}
        self._start: _Start | None = None

    @property
    def cursor(self) -> dict[Stream, str] | None:
        """What hello says: None before the first fresh start is complete."""
        if self._state is None:
            return None
        return {stream: cursor(*place) for stream, place in self._places.items()}

    @property
    def view(self) -> View:
        assert self._state is not None, "nothing is known before the first fresh start"
        return view(self._state, self.seat)

    def person(self, seat: int) -> SeatView | None:
        """Somebody in the meeting; None for whoever is not known here, as in a crowd most are."""
        assert isinstance(self._state, Meeting), "only a meeting has people"
        return next(iter(audience.people(self._state, self.seat, [seat])), None)

    @property
    def caught_up(self) -> bool:
        return (
            self._start is None
            and self._state is not None
            and all(self._number(stream) >= head for stream, (head, _) in self._heads.items())
        )

    def is_behind(self, head: str) -> bool:
        """Whether the room has an entry that is not here, or another one than is here."""
        number, id = _place_of(head)
        mine, mine_id = self._places.get("room", (0, ""))
        return mine < number or (mine == number and mine_id != id)

    def start(self, frame: Fresh) -> list[Seen]:
        """A fresh start. Its entries are kept back until all are here, so that it counts as a whole:
        if the socket goes in the middle, the old cursor still holds."""
        places: dict[Stream, tuple[int, str]] = {
            stream: (number, "") for stream, number in frame.starts.items()
        }
        self._start = _Start(frame, places, [])
        return self._complete(self._start)

    def resume(self, frame: Resumed) -> None:
        """The cursor holds."""
        assert self._state is not None, "resumed without a cursor"
        assert frame.seat == self.seat, f"resumed as seat {frame.seat}, not {self.seat}"
        self._start = None
        self._heads = _places(frame.cursor)
        for stream, place in self._places.items():
            head = self._heads.get(stream, (0, ""))
            assert place[0] < head[0] or place == head, f"{stream}: resumed at {place}, head {head}"

    def take(self, frame: Entries) -> list[Seen]:
        """The entries that are now to be seen, folded into the state."""
        places = self._places if self._start is None else self._start.places
        seen = [_step(places, frame.stream, numbered) for numbered in frame.entries]
        if self._start is not None:
            self._start.seen += seen
            return self._complete(self._start)
        for one in seen:
            self._fold(one)
        return seen

    def meet(self, frame: People) -> None:
        """Those of a crowd who were asked for, as they are at this place."""
        assert isinstance(self._state, Meeting), "only a meeting has people"
        self._state = audience.with_people(self._state, frame.seats, frame.crowd)

    def _complete(self, start: _Start) -> list[Seen]:
        heads = _places(start.frame.cursor)
        if any(start.places.get(stream, (0, ""))[0] < head for stream, (head, _) in heads.items()):
            return []
        if self._state is not None:
            self.resets.append(start.frame.reason)
        self.seat = start.frame.seat
        self._start, self._heads, self._places = None, heads, heads | start.places_with_id
        self._state = thaw(start.frame.snapshot)
        for one in start.seen:
            head, id = heads.get(one.stream, (0, ""))
            assert one.number != head or one.id == id, f"{one.stream}: {head} is {one.id}, not {id}"
            if one.number > head:
                self._fold(one)
        return start.seen

    def _fold(self, one: Seen) -> None:
        assert self._state is not None
        self._state = fold(self._state, one.entry, Stamp(one.number, one.at))

    def _number(self, stream: Stream) -> int:
        return self._places.get(stream, (0, ""))[0]


class _Start(Struct):
    """A fresh start whose entries are still on their way."""

    frame: Fresh
    places: dict[Stream, tuple[int, str]]
    seen: list[Seen]

    @property
    def places_with_id(self) -> dict[Stream, tuple[int, str]]:
        return {stream: place for stream, place in self.places.items() if place[1]}


def _places(cursors: dict[Stream, str]) -> dict[Stream, tuple[int, str]]:
    return {stream: _place_of(text) for stream, text in cursors.items()}


def _place_of(cursor: str) -> tuple[int, str]:
    place = parse_cursor(cursor)
    assert place is not None, f"expected a cursor from the server, got {cursor}"
    return place


def _step(places: dict[Stream, tuple[int, str]], stream: Stream, numbered: Numbered) -> Seen:
    last = places.get(stream, (0, ""))[0]
    assert numbered.number == last + 1, f"{stream}: {numbered.number} came after {last}"
    places[stream] = (numbered.number, numbered.id)
    return Seen(stream, numbered.number, numbered.id, numbered.at, numbered.entry)


# The fold: a view is thawed into the state that the rules fold, and shown as a view again.


def thaw(view: View) -> State:
    """A state that looks like `view` and goes on from there; what no view shows is left empty."""
    match view:
        case Snapshot():
            return audience.from_snapshot(view)
        case CaseView():
            return Case(
                source=view.source,
                triage=view.triage,
                room=view.room,
                member=view.member,
                raised_at=view.raised_at,
                meeting=view.meeting,
                seat=view.seat,
                pressed_at=view.pressed_at,
                told=view.told,
                lease=_lease(view),
                read=view.read,
                closed_at=view.closed_at,
            )
        case DeskView():
            return Desk(
                seats=HashTrieMap({shown.seat: StaffSeat(shown.name, 1) for shown in view.seats}),
                cases=HashTrieMap({listed.case: listed for listed in view.cases}),
                chairs=HashTrieMap({listed.meeting: listed for listed in view.chairs}),
            )
        case _:
            assert_never(view)


def _lease(view: CaseView) -> Lease | None:
    if view.claimed_at is None:
        return None
    return Lease(
        view.claimed_seat,
        0,
        view.claimer,
        view.claimed_at,
        view.touched_at or view.claimed_at,
        view.has_word,
        view.lapsed,
        view.lapsed_at,
    )


def fold(state: State, entry: happened.AnyEntry | CaseEntry | DeskEntry, stamp: Stamp) -> State:
    """The state after `entry`.

    A view shows only what everybody is told, facilitators the lobby and what is held, and an author what
    waits. All else in the other streams is left out: their order against the first is not promised, and a
    seat may be given before it is seen to be taken.
    """
    match state:
        case Meeting():
            known = cast("happened.AnyEntry", entry)
            waits = isinstance(known, happened.HeldYours | happened.HeldYoursEnded)
            is_shown = waits or audience.audience(known) in (audience.ROOM, audience.CHAIR)
            return _fold_meeting(state, known, stamp) if is_shown else state
        case Case():
            of_case = cast("CaseEntry", entry)
            is_shown = not case_rules.audience(of_case) or isinstance(of_case, Touched)
            return case_rules.evolve(state, of_case, stamp) if is_shown else state
        case Desk():
            of_desk = cast("DeskEntry", entry)
            return (
                state if desk_rules.audience(of_desk) else desk_rules.evolve(state, of_desk, stamp)
            )
        case _:
            assert_never(state)


def _fold_meeting(meeting: Meeting, entry: happened.AnyEntry, stamp: Stamp) -> Meeting:
    """Of a crowd not everybody is known: what an entry says of somebody else changes all but them."""
    seat: int = getattr(entry, "seat", 0)
    if seat == 0 or seat in meeting.seats or isinstance(entry, happened.SeatTaken):
        return decider.evolve(meeting, entry, stamp)
    stand_in = replace(meeting, seats=meeting.seats.insert(seat, Seat("member", 1, 1)))
    after = decider.evolve(stand_in, entry, stamp)
    return replace(
        after,
        seats=after.seats.discard(seat),
        mutes=after.mutes.discard(seat),
        in_service=after.in_service.discard(seat),
    )


def view(state: State, seat: int) -> View:
    """What `seat` sees of it."""
    match state:
        case Meeting():
            return audience.snapshot(state, seat)
        case Case():
            return case_rules.snapshot(state, seat)
        case Desk():
            return desk_rules.snapshot(state, seat)
        case _:
            assert_never(state)
