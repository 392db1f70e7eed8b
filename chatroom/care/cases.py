"""Cases: raising, claiming, and keeping the desk in step with every case's own log, and every chair's."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Iterable
from functools import partial

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.live.book import Book, Record
from chatroom.live.journal import Journal
from chatroom.live.proposals import RetryLater
from chatroom.people.accounts import Accounts, Session, someone
from chatroom.people.audit import Deed
from chatroom.store import cases as store
from chatroom.store import rooms
from chatroom.store.database import new_id
from chatroom.store.logs import OutcomeUnknown
from moderation.case.case import MEMBER, Case
from moderation.case.commands import (
    Chair,
    Claim,
    ComeToDesk,
    DeskAttended,
    DeskEmpty,
    ListCase,
    ListChair,
    NameMember,
    Raise,
    SessionOver,
    Source,
    TakeOver,
    Triage,
    Write,
)
from moderation.case.desk import Desk
from moderation.case.entries import ClaimLapsed
from moderation.meeting import entries as happened
from moderation.meeting.chair import QUIET_AFTER
from moderation.meeting.state import Meeting
from moderation.refused import Refused

_log = structlog.get_logger()


def case_id(log: int) -> str:
    """How a case is named outside: 16 hex digits, from which nothing follows."""
    return f"{log:016x}"


def log_of(case: str) -> int:
    return int(case, 16)


OF_THE_CHAIR = (
    happened.ChairWentAway,
    happened.WentQuiet,
    happened.ChairCameBack,
    happened.ChairTaken,
    happened.Closed,
)
"""Entries of a meeting behind which its chair may stand otherwise than before (FC-24)."""


def _lost_at(book: Book) -> float:
    """When it was seen that nobody is in the chair; of a quiet meeting as far as memory reaches back."""
    until: float | None = book.fold.state.chair_away_until
    if until is not None:
        return until - QUIET_AFTER
    quiet = (
        record.at for record in reversed(book.ring) if isinstance(record.entry, happened.WentQuiet)
    )
    return next(quiet, book.fold.at) - QUIET_AFTER


def chair_of(meeting: Meeting) -> Chair:
    """How it stands; in a meeting that is over nobody needs to have it."""
    if not meeting.is_open:
        return "held"
    if meeting.is_quiet:
        return "quiet"
    return "held" if meeting.chair_away_until is None else "lost"


class Place(msgspec.Struct, frozen=True):
    """Where a member is known: the room, and in its meeting a seat and a name."""

    room: int | None = None
    slug: str | None = None
    meeting: str | None = None
    seat: int = 0
    name: str | None = None


NOWHERE = Place()


def place_in(room: int | None, slug: str | None, book: Book, seat: int | None) -> Place:
    """The place of a seat in the meeting of `book`."""
    if seat is None:
        return Place(room, slug)
    return Place(room, slug, case_id(book.log), seat, book.fold.state.seats[seat].name)


class Cases:
    """`run` lives in the caller's TaskGroup and lists at the desk whatever changed."""

    def __init__(
        self,
        engine: AsyncEngine,
        journal: Journal,
        accounts: Accounts,
        keep: float,
        now: Callable[[], float],
        random_bytes: Callable[[int], bytes],
        connected: Callable[[int], Collection[int]],
    ) -> None:
        """`connected`: the seats of a log that have a socket now, at any process."""
        self._engine = engine
        self._journal = journal
        self._accounts = accounts
        self._keep = keep
        self._now = now
        self._random_bytes = random_bytes
        self._connected = connected
        self._to_do: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._book: Book | None = None
        self.desk = 0

    async def open_desk(self) -> None:
        """Finds the desk's log, and lists every open case and lost chair again.

        A crash may have come in between what happened and the desk's hearing of it.
        """
        self.desk = await store.desk_log(self._engine, new_id(self._random_bytes))
        self._book = await self._journal.book(
            self.desk
        )  # Held: claims are minded by it everywhere.
        for case in await store.open_cases(self._engine):
            await self._journal.book(case.log)
            self._to_do.put_nowait(partial(self._list, case.log))
        for log in await store.meetings_without_chair(self._engine):
            self._to_do.put_nowait(partial(self._list, log))

    async def of(self, session: Session) -> str | None:
        """The open case of a session."""
        log = await store.case_of(self._engine, session.who)
        return None if log is None else case_id(log)

    def is_attended(self, but: Session | None = None, but_seat: int = 0) -> bool:
        """Whether anybody is at the desk now; who of staff asks for help themselves does not count."""
        there = set(self._connected(self.desk)) - {but_seat, self._seat_at_desk(but)}
        return bool(there)

    def _seat_at_desk(self, session: Session | None) -> int:
        """0 for somebody who has none."""
        if session is None or self._book is None:
            return 0
        digest = self._accounts.digest(self.desk, session)
        return self._book.rules.seat_of(self._book.fold.state, digest) or 0

    async def help(
        self, session: Session, id: bytes, place: Place = NOWHERE, words: str | None = None
    ) -> str:
        """A member asks for help: one case, however often it is pressed (CE-01). `words` are its first line."""
        case = await self._raise(session, id, place, source="help", triage="urgent")
        if words is not None:
            derived = hashlib.blake2b(b"words" + id, digest_size=16).digest()
            command, payload = Write(words), words.encode()
            await self._journal.submit(log_of(case), MEMBER, command, id=derived, payload=payload)
        return case

    async def signal(
        self, session: Session, id: bytes, place: Place, words: str, triage: Triage
    ) -> str:
        """The review noticed words: a case under an id that follows from the command's (CE-06)."""
        derived = hashlib.blake2b(b"signal" + id, digest_size=16).digest()
        return await self._raise(
            session, derived, place, source="signal", triage=triage, excerpt=words
        )

    async def _raise(
        self,
        session: Session,
        id: bytes,
        place: Place,
        *,
        source: Source,
        triage: Triage,
        excerpt: str | None = None,
    ) -> str:
        payload = f"{source} {excerpt}".encode()
        room = place.room if source == "help" else None
        while True:
            fresh = new_id(self._random_bytes)
            log = await store.open_case_file(
                self._engine, fresh, session.who, room, self._now(), self._keep
            )
            command = Raise(
                source,
                triage,
                self._accounts.digest(log, session),
                place.slug,
                place.name,
                excerpt,
                self.is_attended(but=session),
                place.meeting,
                place.seat,
            )
            try:
                await self._journal.submit(log, 0, command, id=id, payload=payload)
                return case_id(log)
            except Refused as no:
                if no.code != "already_closed":
                    raise
                # Its file is closed only once the desk has heard, and Help is never refused (A99), not
                # even where the audit takes no row.
                try:
                    await self._close_file(log)
                except SQLAlchemyError as error:
                    _log.error("audit_not_written", error=type(error).__name__, act="case_closed")
                    await store.close_case_file(self._engine, log)

    async def state(self, case: str) -> Case:
        """How a case stands, as far as this process knows."""
        state: Case = (await self._case(case)).fold.state
        return state

    async def _case(self, case: str) -> Book:
        book = await self._journal.book(log_of(case))
        if book is None or not isinstance(book.fold.state, Case):
            raise Refused("no_such_case")
        return book

    def named(self, session: Session, meeting: int, slug: str) -> None:
        """Somebody has a seat in a meeting, or another name in it: their open case is told soon."""
        self._to_do.put_nowait(partial(self._name, session, meeting, slug))

    async def _name(self, session: Session, meeting: int, slug: str) -> None:
        log = await store.case_of(self._engine, session.who)
        book = await self._journal.book(meeting)
        if log is None or book is None:
            return
        seat = book.rules.seat_of(book.fold.state, self._accounts.digest(meeting, session))
        place = place_in(None, slug, book, seat)
        if place.name:
            command = NameMember(place.name, slug, case_id(meeting), place.seat)
            await self._journal.submit(log, 0, command)

    async def claim(
        self, session: Session, case: str, id: bytes, reason: TakeOver | None = None
    ) -> int:
        """One of staff takes a case; raises `Refused("already_claimed")` for all but the first (CE-11).

        With a reason they take it over from whoever has it. Nobody has it before the audit says so (P24).
        """
        book = await self._case(case)
        desk = await self._journal.book(self.desk)
        assert desk is not None
        seat = desk.rules.seat_of(desk.fold.state, self._accounts.digest(self.desk, session))
        if seat is None:
            raise Refused("no_seat")
        name = desk.fold.state.seats[seat].name or "Staff"
        digest = self._accounts.digest(book.log, session)
        command = Claim(digest, name, seat, reason)
        deed = Deed(session.actor, "case_opened", "case", case, reason or "", case)
        await self._accounts.audit.before(deed, self._now())
        try:
            await self._journal.submit(
                book.log, 0, command, id=id, payload=f"{digest} {reason or ''}".encode()
            )
        except Refused as no:
            untaken = msgspec.structs.replace(deed, reason=no.code, result="refused")
            await self._accounts.audit.before(untaken, self._now())
            raise
        claimed = await self._journal.seat_of(book.log, digest)
        assert claimed is not None, "the entry is folded before its answer is given"
        return claimed

    async def come_to_desk(self, session: Session, name: str) -> int:
        """A seat at the desk, the same one however often it is asked for."""
        digest = self._accounts.digest(self.desk, session)
        await self._journal.submit(self.desk, 0, ComeToDesk(digest, name))
        seat = await self._journal.seat_of(self.desk, digest)
        assert seat is not None, "the entry is folded before its answer is given"
        return seat

    async def over(self, session: Session) -> None:
        """A session has ended: its own line can't reach it any more, and what it had of others' is put back."""
        mine = await store.case_of(self._engine, session.who)
        logs = [] if mine is None else [mine]
        seat = self._seat_at_desk(session)
        if seat and self._book is not None:
            await self._journal.catch_up(self.desk)
            desk: Desk = self._book.fold.state
            logs += [log_of(id) for id, case in desk.cases.items() if case.claimed_by == seat]
        for log in logs:
            command = SessionOver(self._accounts.digest(log, session))
            await self._journal.submit(log, 0, command)

    async def _tell_if_empty(self, log: int) -> None:
        """Whoever waits again reads that nobody is there to come, where that is so (CE-10)."""
        book = await self._journal.book(log)
        session = await store.session_of(self._engine, log)
        if book is None or session is None:
            return
        lease = book.fold.state.lease
        if not self.is_attended(someone(session), lease.desk_seat if lease else 0):
            await self._journal.submit(log, 0, DeskEmpty())

    def tell_of_desk(self, case: str, there: frozenset[int], lately: frozenset[int]) -> None:
        """Who was told that nobody is at the desk, or that somebody is, reads soon what is so now (CE-10).

        Of somebody who was there a moment ago nobody can say either.
        """
        self._to_do.put_nowait(partial(self._tell_of_desk, log_of(case), there, lately))

    async def _tell_of_desk(self, log: int, there: frozenset[int], lately: frozenset[int]) -> None:
        book = await self._journal.book(log)
        session = await store.session_of(self._engine, log)
        if book is None or session is None:
            return
        lease = book.fold.state.lease
        theirs = {self._seat_at_desk(someone(session)), lease.desk_seat if lease else 0}
        if there - theirs:
            await self._journal.submit(log, 0, DeskAttended())
        elif not lately - theirs:
            await self._journal.submit(log, 0, DeskEmpty())

    def soon(self, do: Callable[[], Awaitable[None]]) -> None:
        """Is done once what came before it is, and again until it is done."""
        self._to_do.put_nowait(do)

    # The desk's list

    def changed(self, book: Book, records: Iterable[Record]) -> None:
        """Something happened in a log; the desk is told of all in a case, and of a meeting's chair."""
        records = list(records)
        if any(isinstance(record.entry, ClaimLapsed) for record in records):
            self._to_do.put_nowait(partial(self._tell_if_empty, book.log))
        is_case = book.rules.kind == "case"
        if is_case or any(isinstance(record.entry, OF_THE_CHAIR) for record in records):
            self._to_do.put_nowait(partial(self._list, book.log))

    async def run(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Lists what changed, each until it is listed."""
        while True:
            do = await self._to_do.get()
            try:
                await do()
            except Exception as error:
                # The database is away; or it is a bug, and then it must not end the server.
                if not isinstance(error, RetryLater | OutcomeUnknown | SQLAlchemyError):
                    _log.error("listing_failed", error=type(error).__name__)
                self._to_do.put_nowait(do)
                await pause(0.2)

    async def room_names(self) -> dict[str, str]:
        """What the rooms are called, by the slugs under which the desk lists them."""
        return {room.slug: room.name for room in await rooms.list_rooms(self._engine)}

    async def _list(self, log: int) -> None:
        book = await self._journal.book(log)
        if book is not None and isinstance(book.fold.state, Meeting):
            await self._list_chair(book)
        elif book is not None and book.fold.state.raised_at is not None:
            await self._list_case(book)

    async def _list_case(self, book: Book) -> None:
        await self._journal.submit(self.desk, 0, listing(book))
        if book.fold.state.closed_at is not None:
            await self._close_file(book.log)

    async def _close_file(self, log: int) -> None:
        """From now on the session may have another case, and what happened in this one is sealed in the audit."""

        async def tell(connection: AsyncConnection, _log: object) -> None:
            seal = await store.seal_of(connection, log)
            await self._accounts.audit.seal(connection, case_id(log), seal, self._now())

        await store.close_case_file(self._engine, log, tell)

    async def _list_chair(self, book: Book) -> None:
        room = await store.room_of(self._engine, book.log)
        assert room is not None, "a meeting is held in a room"
        fold = book.fold
        listed = ListChair(
            case_id(book.log), room, chair_of(fold.state), _lost_at(book), fold.position
        )
        await self._journal.submit(self.desk, 0, listed)


def listing(book: Book) -> ListCase:
    """How a case stands, in the words of the desk."""
    case: Case = book.fold.state
    lease = case.lease
    since = None if lease is None else lease.lapsed_at if lease.lapsed else lease.at
    return ListCase(
        case=case_id(book.log),
        status=case.status,
        source=case.source,
        triage=case.triage,
        raised_at=case.raised_at or 0.0,
        room=case.room,
        claimed_by=lease.desk_seat if lease else 0,
        position=book.fold.position,
        seat=case.seat,
        lapsed=lease.lapsed if lease else None,
        since=since,
        has_word=lease is not None and lease.has_word,
        unread=len(case.unread),
        unread_since=case.unread[0].at if case.unread else None,
        pressed_at=case.pressed_at,
        noticed=case.noticed,
        left=case.left_at is not None,
        meeting=case.meeting,
    )
