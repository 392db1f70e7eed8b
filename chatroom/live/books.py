"""The logs that are in memory here, folded, and how they keep up with what others append."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from weakref import WeakValueDictionary

import msgspec
import structlog
from msgspec.structs import replace

from chatroom.live.book import Book, Record
from chatroom.live.rules import RULES, Rules
from chatroom.store.logs import Head, Logs, OutcomeUnknown, Row
from chatroom.store.together import Together

_log = structlog.get_logger()


class Unreadable(OutcomeUnknown):
    """A log holds what this version does not know, or says so: nothing in it is decided here (W10)."""


class Books:
    """The books of this process. `follow` lives in the caller's TaskGroup."""

    def __init__(self, logs: Logs, published: Callable[[Book, list[Record]], None]) -> None:
        """`published` hears of every entry once, in order, however it came to be known here."""
        self._logs = logs
        self._published = published
        # Weak: two books of one log would publish its entries twice (P4).
        self._books: WeakValueDictionary[int, Book] = WeakValueDictionary()
        self._loading = Together(self._read)
        self._heard: set[int] = set()
        self._hearing = asyncio.Event()

    async def book(self, log: int) -> Book | None:
        """The log folded up to its head, from memory where it is there; None where there is no such log."""
        return self._books.get(log) or await self._loading.of(log)

    async def _read(self, log: int) -> Book | None:
        head = await self._logs.head(log)
        if head is None:
            return None
        book = self._books[log] = await self._load(head)
        return book

    async def _load(self, head: Head) -> Book:
        book = Book(head.log, RULES[head.kind])
        book.min_reader, book.swept_at = head.min_reader, head.swept_at
        book.advance(record_of(book.rules, row) for row in await self._logs.tail(head.log, 0))
        return book

    async def seat_of(self, log: int, session: str) -> int | None:
        """The seat that a session's digest has in a log."""
        book = await self.book(log)
        return None if book is None else book.rules.seat_of(book.fold.state, session)

    def known(self, log: int) -> Book | None:
        """The book in memory, None where there is none."""
        return self._books.get(log)

    async def reread(self, log: int, swept_at: float) -> None:
        """Folds a log afresh, in the book that is held: what was swept is gone from memory, too (P20)."""
        while (book := self._books.get(log)) is not None:
            head = Head(log, book.rules.kind, book.fold.position, book.min_reader, swept_at)
            fresh = await self._load(head)
            if fresh.fold.position == book.fold.position:
                book.fold, book.ring, book.pages = fresh.fold, fresh.ring, fresh.pages
                book.swept_at = swept_at
                return
            await self.catch_up(log)  # What is new has to be published.

    async def catch_up(self, *logs: int) -> None:
        """Reads what others have appended in these logs, in one query, and publishes it.

        One that can't be read keeps nobody from the others; then it is raised.
        """
        books = [book for log in logs if (book := self._books.get(log)) is not None]
        if not books:
            return
        tails: dict[int, list[Row]] = {}
        for row in await self._logs.tails({book.log: book.fold.position for book in books}):
            tails.setdefault(row.log, []).append(row)
        unreadable = None
        for book in books:
            try:
                self._publish(book, [record_of(book.rules, row) for row in tails.get(book.log, ())])
            except Unreadable as error:
                unreadable = error
        if unreadable is not None:
            raise unreadable

    async def notice(self, heads: Iterable[Head]) -> None:
        """Where logs stand by now: what is new is read, what is not for this reader is known.

        What another process has swept is read again, once (P20).
        """
        behind, swept = [], []
        for head in heads:
            book = self._books.get(head.log)
            if book is not None:
                book.min_reader = head.min_reader
                if book.fold.position < head.position:
                    behind.append(head.log)
                if head.swept_at is not None and head.swept_at != book.swept_at:
                    swept.append((head.log, head.swept_at))
        for log, swept_at in swept:
            with contextlib.suppress(Unreadable):  # The other logs go on.
                await self.reread(log, swept_at)
        await self.catch_up(*behind)

    def logs(self) -> list[int]:
        """The logs that are in memory here."""
        return list(self._books)

    def heard(self, log: int, position: int) -> None:
        """An announcement: somebody may have appended. It only says: read the tail (W26)."""
        book = self._books.get(log)
        if book is not None and book.fold.position < position:
            self._heard.add(log)
            self._hearing.set()

    async def follow(self) -> None:
        """Reads the tails that were announced, once for all of a loop turn, until cancelled."""
        while True:
            await self._hearing.wait()
            self._hearing.clear()
            logs, self._heard = self._heard, set()
            with contextlib.suppress(OutcomeUnknown):  # The head poll comes back to it.
                await self.catch_up(*logs)

    async def stream(self, book: Book, audience: int, after: int, limit: int) -> list[Record]:
        """The next entries of a stream behind number `after`, at most `limit`."""
        kept = book.since(audience, after)
        if kept is not None:
            return kept[:limit]
        position = book.fold.position
        rows = await self._logs.stream(book.log, audience, after, limit)
        gone = book.erased_since(position)
        return [
            record_of(
                book.rules, row._replace(words=None) if (audience, row.number) in gone else row
            )
            for row in rows
        ]

    def _publish(self, book: Book, records: list[Record]) -> None:
        new = book.advance(records)
        if new:
            self._published(book, new)


def record_of(rules: Rules, row: Row) -> Record:
    try:
        entry = rules.entries.decode(row.data)
    except msgspec.MsgspecError:
        _log.error("log_unreadable", kind=rules.kind, type=row.type)
        raise Unreadable from None
    if row.words is not None:
        entry = replace(entry, words=row.words.decode())
    return Record(
        row.position,
        row.audience,
        row.number,
        row.entry_id,
        row.at,
        entry,
        row.command_id,
        row.seat,
    )
