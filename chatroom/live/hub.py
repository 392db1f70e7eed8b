"""The sockets of this process by log: one frame per audience and commit, the same bytes to every socket."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from chatroom.live import wire
from chatroom.live.book import Book, Record
from chatroom.live.circle import Circle
from chatroom.live.journal import Journal
from chatroom.live.lane import Subscriber
from chatroom.live.presence import (
    Presence,
    introduction,
    is_of_a_crowd,
    presence_frame,
    shows_typing,
)
from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.rules import Entry, let_go_by, stream_name
from chatroom.store.logs import OutcomeUnknown
from moderation.content.markup import marks
from moderation.meeting import entries as happened
from moderation.meeting.audience import NOBODY
from moderation.meeting.crowd import NAMING

REFILL = 500
"""Entries in one frame of a refill."""
REFILL_WORDS = 40_000
"""Characters of words in one: as JSON at most 240 KB, so that a socket that stalls costs little (P14)."""
SETTLE = 0.3
"""Seconds in which comings and goings are gathered into one presence frame."""
TYPING = 3.0
"""Seconds between two frames that say of one seat that it is typing."""


class Hub:
    """Where entries become frames. `listen` and `unlisten` tell the bus which logs are wanted here."""

    def __init__(
        self,
        listen: Callable[[int], None],
        unlisten: Callable[[int], None],
        presence: Presence,
    ) -> None:
        self._circles: dict[int, Circle] = {}
        self._listen = listen
        self._unlisten = unlisten
        self._presence = presence

    def logs(self) -> list[int]:
        """The logs that somebody here is connected to."""
        return list(self._circles)

    # Coming and going

    def enter(self, log: int, subscriber: Subscriber) -> None:
        """Makes a socket known, before it has caught up: from now on the bus is heard for its log."""
        if log not in self._circles:
            self._circles[log] = Circle(log)
            self._listen(log)
        self._circles[log].enter(subscriber)
        self._presence.came(log, subscriber.seat)

    def awaits(self, log: int, subscriber: Subscriber) -> bool:
        """Whether a socket is still coming in; it may have been let go since it knocked."""
        circle = self._circles.get(log)
        return circle is not None and subscriber in circle.joining

    async def read_to_head(self, journal: Journal, log: int, now: Callable[[], float]) -> None:
        """Knows what others had stored before this call (P19); one read is for all who called before it.

        Where that one fails it fails for all of them: nobody waits to fail by themselves (P17).
        """
        asked, circle = now(), self._circles[log]
        async with circle.reading:
            if circle.read_at < asked:
                begun = now()
                try:
                    await journal.catch_up(log)
                except OutcomeUnknown:
                    circle.read_at, circle.is_read = begun, False
                    raise
                circle.read_at, circle.is_read = begun, True
            elif not circle.is_read:
                raise OutcomeUnknown

    async def catch_up(self, journal: Journal, book: Book, subscriber: Subscriber) -> bool:
        """Sends a socket all that it lacks, then makes it live; False where it is gone meanwhile.

        Entries that come during the refill are read by its next round, so nothing is buffered twice.
        """
        if not self.awaits(book.log, subscriber):
            return False
        circle = self._circles[book.log]
        circle.book = book
        while subscriber in circle.joining:
            behind = [
                audience
                for audience, number in subscriber.at.items()
                if number < book.fold.head(audience)[0]
            ]
            if not behind and not subscriber.frames.writable.is_set():
                # Among the others what has not drained counts as stalled, and this is our own doing.
                await subscriber.frames.writable.wait()
            elif not behind:
                circle.go_live(subscriber)
                self._welcome(circle, subscriber)
                subscriber.write_what_was_gathered()
                return True
            for audience in behind:
                await self._refill(journal, book, circle, subscriber, audience)
        return False

    async def _refill(
        self, journal: Journal, book: Book, circle: Circle, subscriber: Subscriber, audience: int
    ) -> None:
        """The next frame of a stream, up to what was published: a removal must come before what follows.

        It is read once it can be written: words that are taken back meanwhile must not be in it (P19).
        """
        await subscriber.frames.writable.wait()
        after, pages = subscriber.at[audience], book.pages
        page = await (
            self._page(journal, book, after)
            if audience == 0
            else self._part(journal, book, audience, after)
        )
        if book.pages is not pages or subscriber not in circle.joining:
            return  # Swept meanwhile: what was read is not to be kept, nor sent.
        if page is None:
            raise OutcomeUnknown("memory has more than the database")
        frame, subscriber.at[audience] = page
        subscriber.write(frame)

    async def _page(self, journal: Journal, book: Book, after: int) -> tuple[bytes, int] | None:
        """Of the room's stream, which everybody is sent: encoded once for all."""
        page = book.pages.cut(after)
        if page is None:
            pages = book.pages
            known = await self._known(journal, book, 0, after)
            pages.keep(map(numbered, known))
            page = pages.cut(after)
            if page is None and known:  # Too old to be kept by now, and asked for all the same.
                first = list(_fitting(known))
                page = entries_frame(0, first), first[-1].number
        return page

    async def _part(
        self, journal: Journal, book: Book, audience: int, after: int
    ) -> tuple[bytes, int] | None:
        known = list(_fitting(await self._known(journal, book, audience, after)))
        return (entries_frame(audience, known), known[-1].number) if known else None

    async def _known(self, journal: Journal, book: Book, audience: int, after: int) -> list[Record]:
        records = await journal.stream(book, audience, after, REFILL)
        head = book.fold.head(audience)[0]
        return [record for record in records if record.number <= head]

    def leave(self, log: int, subscriber: Subscriber) -> None:
        """Forgets a socket; twice is once."""
        circle = self._circles.get(log)
        if circle is None:
            return
        if circle.leave(subscriber) and not circle.has(subscriber.seat):
            self._presence.left(log, subscriber.seat)
        if circle.empty:
            del self._circles[log]
            self._unlisten(log)

    def sockets_of(self, log: int, seat: int) -> int:
        """How many sockets a seat has at this process."""
        circle = self._circles.get(log)
        return 0 if circle is None else len(circle.of(seat))

    def is_here(self, log: int, seat: int) -> bool:
        """Whether a seat has a socket at any process, as far as this one knows."""
        return seat in self._presence.connected(log) or not self._presence.knows(log)

    # What happened

    def publish(self, book: Book, records: list[Record]) -> None:
        """Takes the next entries of a log, in order, to everybody who may see them."""
        circle = self._circles.get(book.log)
        if circle is None:
            return
        in_a_crowd = is_of_a_crowd(book.fold.state)
        for part, let_go in _parts(records):
            self._publish_part(circle, part, book.rules.is_arrival if in_a_crowd else _urgent)
            if let_go is not None:
                self._let_go(circle, *let_go)
        if in_a_crowd:
            self._introduce(circle, book, records)

    def _introduce(self, circle: Circle, book: Book, records: list[Record]) -> None:
        """Whoever is named to a crowd after a while is told to all at once: many do not know them."""
        named = [record.entry.seat for record in records if isinstance(record.entry, NAMING)]
        frame = introduction(book.fold.state, circle.introduce(named))
        if frame is not None:
            circle.to_all(wire.encode(frame))

    def _publish_part(
        self, circle: Circle, records: list[Record], may_wait: Callable[[Entry], bool]
    ) -> None:
        by_audience: dict[int, list[Record]] = {}
        for record in records:
            if record.audience != NOBODY:
                by_audience.setdefault(record.audience, []).append(record)
        for audience, of_one in by_audience.items():
            frame = entries_frame(audience, of_one)
            if audience == 0:
                is_patient = all(may_wait(record.entry) for record in of_one)
                circle.to_all(frame, circle.patience if is_patient else 0.0)
            else:
                for subscriber in circle.readers(audience):
                    subscriber.write(frame)

    def _let_go(self, circle: Circle, seat: int, why: str) -> None:
        """A seat reads up to its removal, or to the end of what it was, and nothing after it (P9, A48).

        Whose streams have changed comes back for those that are theirs now.
        """
        theirs = circle.of(seat)
        for subscriber in theirs:
            circle.last_words(subscriber)
            subscriber.frames.close(CLOSE_CODES[why].code)
        if theirs:
            self._presence.left(circle.log, seat)

    def to_all(self, log: int, frame: wire.OutboundFrame) -> None:
        """A frame that is no entry, the same bytes for all sockets in a log."""
        circle = self._circles.get(log)
        if circle is not None:
            circle.to_all(wire.encode(frame))

    def end_sessions(self, codes: Mapping[bytes, int]) -> None:
        """Closes every socket of these sessions, each with its code."""
        for circle in list(self._circles.values()):
            for subscriber in circle.all():
                if (code := codes.get(subscriber.session)) is not None:
                    subscriber.frames.close(code)

    def sessions(self) -> list[bytes]:
        """The sessions that have a socket here, each once."""
        circles = self._circles.values()
        return list({one.session for circle in circles for one in circle.all()})

    def count(self, log: int) -> int | None:
        """How many are connected to a log, at any process; None where that is not known yet."""
        return len(self._presence.connected(log)) if self._presence.knows(log) else None

    def close(self, code: int) -> None:
        """Says goodbye to everybody."""
        for circle in list(self._circles.values()):
            for subscriber in circle.all():
                circle.last_words(subscriber)
                subscriber.frames.close(code)

    # Presence and typing

    def tell_presence(self) -> None:
        """After a look at presence: whatever has changed is told, log by log."""
        for circle in self._circles.values():
            if self._frame(circle) != circle.shown:
                self._tell_soon(circle)

    def _welcome(self, circle: Circle, subscriber: Subscriber) -> None:
        """Who comes is told at once who is here, and the others a little later who came."""
        if self._presence.knows(circle.log):
            told = circle.crowd if circle.is_crowd else None  # To count a crowd for each costs.
            subscriber.write(told or wire.encode(self._frame(circle)))
        self._tell_soon(circle)

    def _tell_soon(self, circle: Circle) -> None:
        """At most every 0.3 s, and in a crowd of thousands every second."""
        if circle.presence_timer is None:
            loop, wait = asyncio.get_running_loop(), max(SETTLE, circle.patience)
            circle.presence_timer = loop.call_later(wait, self._tell_presence, circle)

    def _tell_presence(self, circle: Circle) -> None:
        circle.presence_timer = None
        frame = self._frame(circle)
        if frame != circle.shown and self._presence.knows(circle.log):
            circle.shown, circle.crowd = frame, wire.encode(frame)
            circle.to_all(circle.crowd)

    def _frame(self, circle: Circle) -> wire.Presence:
        state = circle.book.fold.state if circle.book is not None else None
        return presence_frame(self._presence.here(circle.log), state)

    def typing(self, book: Book, seat: int, now: float) -> None:
        """Tells those at this process that a seat is typing, at most every 3 s however many its sockets.

        `now` is monotonic. The other processes are not told: a hint is not worth a round trip.
        """
        circle = self._circles.get(book.log)
        if circle is None or now - circle.typing.get(seat, now - TYPING) < TYPING:
            return
        if shows_typing(book.fold.state, seat, in_a_crowd=circle.is_crowd):
            circle.typing[seat] = now
            circle.to_all(wire.encode(wire.SeatTyping(seat)))


def _urgent(_: Entry) -> bool:
    """Of few people, everybody is told at once who came."""
    return False


def entries_frame(audience: int, records: Iterable[Record]) -> bytes:
    """The frame of one audience: encoded once, the same for everybody it is for."""
    entries = wire.Entries(stream_name(audience), tuple(map(numbered, records)))
    return wire.encode(entries)


def numbered(record: Record) -> wire.Numbered:
    """A record as its stream shows it; of what is posted, whoever holds the meeting may mark words up."""
    entry = record.entry
    marked = isinstance(entry, happened.Posted) and entry.kind != "topic" and entry.words
    return wire.Numbered(
        record.number, record.id, record.at, entry, marks(marked) if marked else ()
    )


def _fitting(records: list[Record]) -> Iterable[Record]:
    """The first of them, as many as make one frame."""
    room = REFILL_WORDS
    for record in records:
        yield record
        room -= len(getattr(record.entry, "words", None) or "")
        if room <= 0:
            return


def _parts(records: list[Record]) -> Iterable[tuple[list[Record], tuple[int, str] | None]]:
    """The records up to and with each that lets a seat go, with the seat and the reason."""
    part: list[Record] = []
    for record in records:
        part.append(record)
        let_go = let_go_by(record.entry)
        if let_go is not None:
            yield part, let_go
            part = []
    if part:
        yield part, None
