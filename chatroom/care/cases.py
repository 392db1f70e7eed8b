"""Cases: raising, claiming, and keeping the desk in step with every case's own log, and every chair's."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.live.book import Book, Record
from chatroom.live.journal import Journal, RetryLater
from chatroom.people.accounts import Accounts, Session
from chatroom.store import cases as store
from chatroom.store.database import new_id
from chatroom.store.logs import OutcomeUnknown
from moderation.case.case import Case
from moderation.case.commands import (
    Chair,
    Claim,
    ComeToDesk,
    ListCase,
    ListChair,
    Raise,
    Source,
    Triage,
)
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
        attended: Callable[[int], bool],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._accounts = accounts
        self._keep = keep
        self._now = now
        self._random_bytes = random_bytes
        self._attended = attended
        self._changed: asyncio.Queue[int] = asyncio.Queue()
        self.desk = 0

    async def open_desk(self) -> None:
        """Finds the desk's log, and lists every open case and lost chair again.

        A crash may have come in between what happened and the desk's hearing of it.
        """
        self.desk = await store.desk_log(self._engine, new_id(self._random_bytes))
        for case in await store.open_cases(self._engine):
            await self._journal.book(case.log)
            self._changed.put_nowait(case.log)
        for log in await store.meetings_without_chair(self._engine):
            self._changed.put_nowait(log)

    async def of(self, session: Session) -> str | None:
        """The open case of a session."""
        log = await store.case_of(self._engine, session.id)
        return None if log is None else case_id(log)

    def is_attended(self) -> bool:
        """Whether anybody is at the desk now."""
        return self._attended(self.desk)

    async def help(
        self, session: Session, id: bytes, room: int | None, slug: str | None, name: str | None
    ) -> str:
        """A member asks for help: one case, however often it is pressed (CE-01)."""
        return await self._raise(session, id, room, slug, name, source="help", triage="urgent")

    async def signal(
        self,
        session: Session,
        id: bytes,
        slug: str | None,
        name: str | None,
        words: str,
        triage: Triage,
    ) -> str:
        """The review noticed words: a case under an id that follows from the command's (CE-06)."""
        derived = hashlib.blake2b(b"signal" + id, digest_size=16).digest()
        return await self._raise(
            session, derived, None, slug, name, source="signal", triage=triage, excerpt=words
        )

    async def _raise(
        self,
        session: Session,
        id: bytes,
        room: int | None,
        slug: str | None,
        name: str | None,
        *,
        source: Source,
        triage: Triage,
        excerpt: str | None = None,
    ) -> str:
        payload = f"{source} {excerpt}".encode()
        while True:
            fresh = new_id(self._random_bytes)
            log = await store.open_case_file(
                self._engine, fresh, session.id, room, self._now(), self._keep
            )
            digest = self._accounts.digest(log, session)
            command = Raise(source, triage, digest, slug, name, excerpt, self.is_attended())
            try:
                await self._journal.submit(log, 0, command, id=id, payload=payload)
                return case_id(log)
            except Refused as no:
                if no.code != "already_closed":
                    raise
                # Its file is closed only once the desk has heard, and Help is never refused (A99).
                await store.close_case_file(self._engine, log)

    async def claim(self, session: Session, case: str, id: bytes) -> int:
        """One of staff takes a case; raises `Refused("already_claimed")` for all but the first (CE-11)."""
        book = await self._journal.book(log_of(case))
        if book is None or not isinstance(book.fold.state, Case):
            raise Refused("no_such_case")
        desk = await self._journal.book(self.desk)
        assert desk is not None
        seat = desk.rules.seat_of(desk.fold.state, self._accounts.digest(self.desk, session))
        if seat is None:
            raise Refused("no_seat")
        name = desk.fold.state.seats[seat].name or "Staff"
        digest = self._accounts.digest(book.log, session)
        await self._journal.submit(
            book.log, 0, Claim(digest, name, seat), id=id, payload=digest.encode()
        )
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

    # The desk's list

    def changed(self, book: Book, records: Iterable[Record]) -> None:
        """Something happened in a log; the desk is told of all in a case, and of a meeting's chair."""
        is_case = book.rules.kind == "case"
        if is_case or any(isinstance(record.entry, OF_THE_CHAIR) for record in records):
            self._changed.put_nowait(book.log)

    async def run(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Lists what changed, each until it is listed."""
        while True:
            log = await self._changed.get()
            try:
                await self._list(log)
            except Exception as error:
                # The database is away; or it is a bug, and then it must not end the server.
                if not isinstance(error, RetryLater | OutcomeUnknown | SQLAlchemyError):
                    _log.error("listing_failed", error=type(error).__name__)
                self._changed.put_nowait(log)
                await pause(0.2)

    async def _list(self, log: int) -> None:
        book = await self._journal.book(log)
        if book is not None and isinstance(book.fold.state, Meeting):
            await self._list_chair(book)
        elif book is not None and book.fold.state.raised_at is not None:
            await self._list_case(book)

    async def _list_case(self, book: Book) -> None:
        case, log = book.fold.state, book.log
        listed = ListCase(
            case_id(log), case.status, case.source, case.triage, case.raised_at or 0.0, case.room,
            case.desk_seat,
        )  # fmt: skip
        await self._journal.submit(self.desk, 0, listed)
        if case.closed_at is not None:
            await store.close_case_file(self._engine, log)

    async def _list_chair(self, book: Book) -> None:
        room = await store.room_of(self._engine, book.log)
        assert room is not None, "a meeting is held in a room"
        fold = book.fold
        listed = ListChair(
            case_id(book.log), room, chair_of(fold.state), _lost_at(book), fold.position
        )
        await self._journal.submit(self.desk, 0, listed)
