"""The door of a room: who may come in and how, its current meeting, and a seat in it."""

import asyncio
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.care.cases import Cases, Place
from chatroom.groups.formats import Formats
from chatroom.groups.ways import changed
from chatroom.live.book import Book
from chatroom.live.journal import Journal
from chatroom.live.lobby import Lobby
from chatroom.live.reviewing import Reviewer
from chatroom.people.accounts import Accounts, Session
from chatroom.store import rooms
from chatroom.store.audit import Telling
from chatroom.store.database import new_id
from chatroom.store.gathered import Gathered
from chatroom.store.rooms import Room
from moderation.content.verdict import Verdict
from moderation.meeting import commands as ask
from moderation.meeting.cues import Cue
from moderation.meeting.door import must_knock
from moderation.meeting.format import Flags, Format
from moderation.meeting.state import Meeting
from moderation.refused import Refused

NOWHERE = Room(0, "", "", "", 0.0)
"""Is looked up in the place of a room that is not there."""
CLOSED = Meeting(flags=Flags(door="invitation"))
"""What stands before a room whose ways nobody understands."""
AGAIN = 2500
"""Milliseconds after which who waits in the lobby asks again."""
HELD = 10.0
"""Seconds for which a meeting that somebody asked for stays in memory: who waits asks again sooner."""


class Waiting(Struct, frozen=True):
    """In the lobby: who is told of it, and nothing of who else waits or is in the room (A103).

    The name that they knocked with, and since when they wait, in seconds since 1970.
    """

    holders: tuple[str, ...]
    name: str | None
    since: float


@dataclass(frozen=True)
class Visit:
    """Somebody before a door that is not closed to them.

    `role` is what they take a seat as. `known` says that the group let them in before, by an
    invitation, and `leads` that they hold its meetings by one, and not this one only. `meeting` is
    the one that is on, or what the next one begins as; `book` is its log. `invitation` is the one
    that gave them the right.
    """

    room: Room
    session: Session | None
    role: ask.Role
    known: bool
    leads: bool
    seat: int | None
    meeting: Meeting
    book: Book | None
    invitation: int | None = None


@dataclass(frozen=True)
class Held:
    """A meeting that was asked for a moment ago."""

    room: Room
    book: Book
    until: asyncio.TimerHandle


class Meetings:
    """Convenes meetings, and seats people in them."""

    def __init__(
        self,
        engine: AsyncEngine,
        journal: Journal,
        accounts: Accounts,
        cases: Cases,
        reviewer: Reviewer,
        formats: Formats,
        lobby: Lobby,
        keep: Callable[[], float],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._accounts = accounts
        self._cases = cases
        self._reviewer = reviewer
        self._formats = formats
        self._lobby = lobby
        self._keep = keep
        self._random_bytes = random_bytes
        self._held: dict[str, Held] = {}
        # Of a storm that comes to one door at once, one asks for all.
        self._rooms = Gathered[str, Room](partial(rooms.rooms_by_slug, engine))
        self._current = Gathered[int, rooms.Meeting](partial(rooms.current_meetings, engine))

    async def room(self, slug: str) -> Room | None:
        return await self._rooms.of(slug)

    async def visit(self, slug: str, session: Session | None) -> Visit | None:
        """None where the door is closed to them, or where there is no such room.

        For both there are the same look-ups, so that not even the time tells (A54, A107).
        """
        waiting = await self._still_waiting(slug, session)
        if waiting is not None:
            return waiting
        room = await self.room(slug)
        where = room or NOWHERE
        held = await self._accounts.rights(session, where.id) if session else {}
        upcoming = await self._next(where)
        is_guess = not held and upcoming.flags.door == "invitation"
        book = await self._on(where, from_memory=is_guess)
        meeting: Meeting = book.fold.state if book else upcoming
        seat, waits = self._place_of(session, book)
        role = meeting.seats[seat].role if seat else _role(held, meeting, is_on=book is not None)
        if room is None or not (role or waits):
            return None
        known = seat is not None or bool(held.keys() & {"member", "facilitator"})
        leads, role = "facilitator" in held, role or "member"
        return Visit(room, session, role, known, leads, seat, meeting, book, held.get(role))

    async def _still_waiting(self, slug: str, session: Session | None) -> Visit | None:
        """Who waits asks every few seconds: for them only what is new in the log is read.

        Whoever got a facilitator's link meanwhile waits no longer.
        """
        held = self._held.get(slug)
        if held is None or session is None or not self._place_of(session, held.book)[1]:
            return None
        rights = await self._accounts.rights(session, held.room.id)
        if "facilitator" in rights:
            return None
        self._hold(held.room, held.book)
        await self._journal.catch_up(held.book.log)
        meeting: Meeting = held.book.fold.state
        if meeting.closed_at is not None or not self._place_of(session, held.book)[1]:
            return None
        by, known = rights.get("member"), "member" in rights
        return Visit(held.room, session, "member", known, False, None, meeting, held.book, by)

    def _place_of(self, session: Session | None, book: Book | None) -> tuple[int | None, bool]:
        """The seat of who has been let in, and whether they wait, whatever the door is by now."""
        if book is None or session is None:
            return None, False
        meeting: Meeting = book.fold.state
        digest = self._accounts.digest(book.log, session)
        seat = meeting.sessions.get(digest)
        if seat is not None:
            return (seat if meeting.sits(seat) else None), False
        return None, meeting.knockers.get(digest) in meeting.lobby

    async def _next(self, room: Room) -> Meeting:
        """What the room's next meeting begins as."""
        try:
            format = await self._formats.of(room)
        except Refused:
            return CLOSED
        return Meeting(phases=format.phases, flags=format.flags)

    def cards(self, meeting: Meeting) -> list[Cue]:
        """The cue cards of a meeting's agenda, for who holds it."""
        return self._formats.cards(meeting.phases)

    async def format(self, room: Room) -> Format:
        """What the next meeting of a room is held by; raises `Refused` where there is no such thing."""
        return await self._formats.of(room)

    async def formats(self) -> list[tuple[str, str]]:
        """Every format that a room can have: its id, and its title."""
        return [(id, title) for id, _, title in await self._formats.listed()]

    async def ways_of(self, format: str, changes: dict[str, Any]) -> dict[str, Any]:
        """The ways of a new room; raises `Refused` where they don't fit its format, or there is none."""
        found = await self._formats.get(format)
        if found is None:
            raise Refused("no_such_way", why=format)
        try:
            return changed(found, {}, changes)
        except ValueError as wrong:
            raise Refused("no_such_way", why=str(wrong)) from None

    async def change_ways(self, room: Room, changes: dict[str, Any], tell: Telling) -> Room:
        """The room with ways that hold from the next meeting on; a meeting keeps those it began with."""
        found = await self._formats.base(room)

        def change(ways: dict[str, Any]) -> dict[str, Any]:
            try:
                return changed(found, ways, changes)
            except ValueError as wrong:
                raise Refused("no_such_way", why=str(wrong)) from None

        ways = await rooms.change_ways(self._engine, room.id, change, tell)
        return replace(room, ways=ways)

    async def is_group_facilitator(self, session: Session, room: Room | None) -> bool:
        """Whether somebody holds this room's meetings, by an invitation, and not for today only."""
        held = await self._accounts.rights(session, (room or NOWHERE).id)
        return "facilitator" in held

    async def _on(self, room: Room, *, from_memory: bool) -> Book | None:
        """The current meeting, once it has its agenda; as it is now, whoever else writes in it.

        No log is read for who guesses at rooms: that takes its time, and only where there is one.
        """
        meeting = await self._current.of(room.id)
        if meeting is None or meeting.ended_at is not None:
            return None
        if from_memory:
            book = self._journal.known(meeting.log)
        elif (book := await self._journal.book(meeting.log)) is not None:
            self._hold(room, book)
            await self._journal.catch_up(book.log)
        return book if book is not None and book.fold.state.phases else None

    def _hold(self, room: Room, book: Book) -> None:
        """Keeps a book in memory: its log would be read again from the start for all who wait."""
        held = self._held.pop(room.slug, None)
        if held is not None:
            held.until.cancel()
        until = asyncio.get_running_loop().call_later(HELD, self._held.pop, room.slug, None)
        self._held[room.slug] = Held(room, book, until)

    async def latest(self, room: Room) -> Book | None:
        """The current meeting, or the one that has just ended."""
        meeting = await self._current.of(room.id)
        return None if meeting is None else await self._journal.book(meeting.log)

    async def rehearse(self, visit: Visit, name: str) -> None:
        """Raises `Refused` where a stranger would hear no: before anything is kept of them.

        Not where the name is a cry for help: that is kept first, whatever the door says.
        """
        verdict = self._reviewer.name(name)
        if verdict.signal is None:
            book = visit.book or await self._convened(visit.room)
            command = ask.TakeSeat("nobody", visit.role, name, visit.known)
            book.rules.decide(book.fold.state, command, 0, 0.0, verdict)

    def must_knock(self, visit: Visit) -> bool:
        """Whether the lobby comes first. A locked door is told apart from that."""
        if visit.seat is not None or visit.role != "member":
            return False
        link = self._accounts.link(visit.book.log, visit.invitation) if visit.book else ""
        try:
            return must_knock(visit.meeting, known=visit.known, invitation=link)
        except Refused:
            return False

    def waiting(self, visit: Visit) -> Waiting | None:
        """Their place in the lobby, if they wait."""
        if visit.session is None or visit.book is None or visit.seat is not None:
            return None
        digest = self._accounts.digest(visit.book.log, visit.session)
        return _waiting(visit.book.fold.state, digest)

    def stands_against(self, visit: Visit) -> Refused | None:
        """The no that this meeting has for them until it ends: they were taken out, or turned away."""
        if visit.session is None or visit.book is None:
            return None
        try:
            _place(visit.book.fold.state, self._accounts.digest(visit.book.log, visit.session))
        except Refused as no:
            return no
        return None

    def is_new(self, visit: Visit) -> bool:
        """Whether they are a stranger for whom there is neither a seat, nor a place in the lobby, nor a no."""
        if visit.known or visit.role != "member" or self.waiting(visit) is not None:
            return False
        return self.stands_against(visit) is None

    def is_cry(self, name: str) -> bool:
        """Whether somebody who calls themselves so may be in danger."""
        return self._reviewer.name(name).signal is not None

    def is_there(self, visit: Visit) -> None:
        """Whoever waits, and asks for something, is at the door still."""
        if visit.session is not None and visit.book is not None:
            self._stands(visit.book, self._accounts.digest(visit.book.log, visit.session))

    def _stands(self, book: Book, digest: str) -> None:
        meeting: Meeting = book.fold.state
        knock = meeting.knockers.get(digest, 0)
        if knock in meeting.lobby:
            self._lobby.asks(book.log, knock)

    def goes(self, visit: Visit) -> None:
        """Their page is closed, or loaded again: in that case they ask again soon."""
        if self.waiting(visit) is not None and visit.session and visit.book:
            digest = self._accounts.digest(visit.book.log, visit.session)
            self._lobby.leaves(visit.book.log, visit.book.fold.state.knockers[digest])

    async def stop_waiting(self, visit: Visit) -> None:
        """They are in the lobby no more, and may knock again."""
        if self.waiting(visit) is not None and visit.session and visit.book:
            digest = self._accounts.digest(visit.book.log, visit.session)
            await self._journal.submit(visit.book.log, 0, ask.Leave(digest))

    async def take_seat(
        self, visit: Visit, session: Session, name: str, id: bytes, *, back: bool = False
    ) -> int | Waiting:
        """A seat in the room's meeting, the same one however often it is asked for; or the lobby.

        A name can be a cry for help too: it opens a case, under an id that follows from `id`. `back`:
        they say that they were here under it.

        Raises `Refused`, or `RetryLater` where nobody knows whether it was stored.
        """
        no = await self.waits_for_next(visit)
        if no is not None:
            raise no
        book = visit.book or await self._convened(visit.room)
        digest = self._accounts.digest(book.log, session)
        place = _place(book.fold.state, digest)
        self._stands(book, digest)
        if isinstance(place, int) or (place is not None and _asks_the_same(place, visit, name)):
            return place  # Who waits asks every few seconds: no log is touched.
        verdict = await self._reviewed(visit.room, session, name, id)
        link = self._accounts.link(book.log, visit.invitation)
        command = ask.TakeSeat(digest, visit.role, name, visit.known, link, back)
        await self._journal.submit(book.log, 0, command, verdict=verdict)
        place = _place(book.fold.state, digest)
        assert place is not None, "the entry is folded before its answer is given"
        self._stands(book, digest)
        if isinstance(place, int):
            self._cases.named(session, book.log, visit.room.slug)
        return place

    async def waits_for_next(self, visit: Visit) -> Refused | None:
        """The no for who knocked at the last meeting and never came in, until the next one is begun.

        Nor does a page that still waits when the meeting is over begin another one.
        """
        if visit.book is not None or visit.role != "member" or visit.session is None:
            return None
        last = await self.latest(visit.room)
        if last is None:
            return None
        self._hold(visit.room, last)
        digest = self._accounts.digest(last.log, visit.session)
        meeting: Meeting = last.fold.state
        has_knocked = digest in meeting.knockers and digest not in meeting.sessions
        return Refused("next_not_begun") if has_knocked else None

    async def _reviewed(self, room: Room, session: Session, name: str, id: bytes) -> Verdict:
        verdict = self._reviewer.name(name)
        if verdict.signal is not None:
            place = Place(room.id, room.slug)
            await self._cases.signal(session, id, place, name, verdict.signal)
        return verdict

    async def _convened(self, room: Room) -> Book:
        """The current meeting, begun now if there is none. Of many who begin it at once, one does.

        Its number follows from the very reading that found none: by a later one it would be the
        meeting that somebody else has begun meanwhile, and a second one would begin.
        """
        format = await self._formats.of(room)
        found = await self._current.of(room.id)
        if found is None or found.ended_at is not None:
            number = 1 if found is None else found.n + 1
            log = new_id(self._random_bytes)
            await rooms.add_meeting(self._engine, room.id, number, log, self._keep())
        book = await self.latest(room)
        assert book is not None, "it was begun, here or elsewhere"
        self._hold(room, book)
        command = ask.Convene(format.id, format.phases, format.flags)
        await self._journal.submit(book.log, 0, command)
        return book


def holders(meeting: Meeting) -> tuple[str, ...]:
    """The names of those who hold the meeting, in the order in which they came."""
    places = (meeting.seats[seat] for seat in sorted(meeting.in_service))
    return tuple(one.name for one in places if one.role != "member" and one.name)


def _role(held: Container[str], meeting: Meeting, *, is_on: bool) -> ask.Role | None:
    """What somebody takes a seat as; a stranger is a member where the door lets them ask.

    Staff have a desk, and come in only where nobody holds the meeting (FC-24); never unseen, as
    one of the members (A111).
    """
    if "facilitator" in held:
        return "facilitator"
    if "member" in held:
        return "member"
    if "staff" in held:
        return "staff" if is_on and _lacks_chair(meeting) else None
    return None if meeting.flags.door == "invitation" else "member"


def _lacks_chair(meeting: Meeting) -> bool:
    if meeting.is_quiet or meeting.chair_away_until is not None:
        return True
    return not any(map(meeting.is_facilitator, meeting.in_service))


def _place(meeting: Meeting, digest: str) -> int | Waiting | None:
    """Where a session is already; what is said here of it holds until the meeting ends."""
    seat = meeting.sessions.get(digest)
    if seat is not None:
        if not meeting.sits(seat):
            raise Refused("removed")
        return seat
    if meeting.knockers.get(digest, 0) and _waiting(meeting, digest) is None:
        raise Refused("turned_away")
    return _waiting(meeting, digest)


def _waiting(meeting: Meeting, digest: str) -> Waiting | None:
    knock = meeting.lobby.get(meeting.knockers.get(digest, 0))
    return None if knock is None else Waiting(holders(meeting), knock.name, knock.since)


def _asks_the_same(place: Waiting, visit: Visit, name: str) -> bool:
    """Who waits under that very name; a corrected one is an entry of the log."""
    return visit.role == "member" and place.name == " ".join(name.split())
