"""Claims are leases: who has a case and is connected nowhere is missed, at whichever process they were."""

import contextlib
from collections.abc import Callable
from typing import NamedTuple

from chatroom.care.cases import log_of
from chatroom.live.book import Book
from chatroom.live.books import Unreadable
from chatroom.live.journal import Journal
from chatroom.live.presence import GRACE, Presence
from moderation.case.case import Case
from moderation.case.commands import ClaimerAway, ClaimerBack
from moderation.case.desk import Desk
from moderation.case.state import Lease

AWAY_AFTER = 30.0
"""Seconds without a socket at the desk or on the line after which a claim holds no more (CE-12)."""
WAITING = ("raised", "unanswered")


class Told(NamedTuple):
    """What was looked at for a case: how far its log was, and who is at the desk, or was lately."""

    position: int
    there: frozenset[int]
    lately: frozenset[int]


class Claims:
    """Every process looks after all claims, by the desk's list: the claimer's may be the one that died.

    The decider of the case has the last word, so that many who propose do no harm.
    """

    def __init__(
        self,
        journal: Journal,
        presence: Presence,
        now: Callable[[], float],
        desk: Callable[[], int],
        tell: Callable[[str, frozenset[int], frozenset[int]], None],
    ) -> None:
        """`tell` hears of a case that waits, of the seats that are at the desk, and that were lately."""
        self._journal = journal
        self._presence = presence
        self._now = now
        self._desk = desk
        self._tell = tell
        self._books: dict[int, Book] = {}
        self._known_since: float | None = None
        self._seen: dict[int, float] = {}  # By seat at the desk: when it was connected last.
        self._told: dict[str, Told] = {}
        self._missed: dict[
            int, tuple[int, float]
        ] = {}  # By case: the seat at the desk, since when.

    def logs(self) -> list[int]:
        """The desk and every case that somebody has or is away from: read though nobody here is in it."""
        return [self._desk(), *self._books]

    async def mind(self) -> None:
        """After a look at presence: proposes who is away, and who is back."""
        desk = await self._journal.book(self._desk())
        assert desk is not None, "the desk is opened at start"
        state: Desk = desk.fold.state
        wanted = {
            log_of(listed.case)
            for listed in state.cases.values()
            if listed.status == "claimed" or listed.lapsed == "away"
        }
        for log in wanted - self._books.keys():
            with contextlib.suppress(Unreadable):  # For a newer version to mind.
                book = await self._journal.book(log)
                if book is not None:
                    self._books[log] = book
        for log in self._books.keys() - wanted:
            del self._books[log]
            self._missed.pop(log, None)
        for book in self._books.values():
            self._mind(book)
        self._mind_desk(state)

    def _mind_desk(self, desk: Desk) -> None:
        """Who waits is told once whenever somebody comes to the desk, or goes for longer than a moment (CE-10)."""
        log, now = self._desk(), self._now()
        if not self._presence.knows(log):
            return
        self._known_since = now if self._known_since is None else self._known_since
        there = frozenset(self._presence.connected(log))
        self._seen |= dict.fromkeys(there, now)
        self._seen = {seat: at for seat, at in self._seen.items() if now - at < GRACE}
        if not self._seen and now - self._known_since < GRACE:
            return  # We have just begun: they are on their way back.
        lately = frozenset(self._seen)
        told = {
            case: Told(listed.position, there, lately)
            for case, listed in desk.cases.items()
            if listed.status in WAITING
        }
        for case, what in told.items():
            if self._told.get(case) != what:
                self._tell(case, there, lately)
        self._told = told

    def _mind(self, book: Book) -> None:
        case: Case = book.fold.state
        lease, places = case.lease, self._places(book)
        if lease is None or not all(self._presence.knows(log) for log, _ in places):
            return
        if any(seat in self._presence.connected(log) for log, seat in places):
            self._missed.pop(book.log, None)
            if lease.lapsed == "away":
                self._journal.submit(book.log, 0, ClaimerBack(lease.desk_seat))
        elif case.is_held and self._is_missed(book.log, lease, places):
            self._journal.submit(book.log, 0, ClaimerAway(lease.desk_seat))

    def _places(self, book: Book) -> list[tuple[int, int]]:
        """Where whoever has the case may be: at the desk, or on the line."""
        lease = book.fold.state.lease
        return [] if lease is None else [(self._desk(), lease.desk_seat), (book.log, lease.seat)]

    def _is_missed(self, log: int, lease: Lease, places: list[tuple[int, int]]) -> bool:
        """For long enough; whoever was lost with their process was so for as long as its lease ran out."""
        now = self._now()
        seat, since = self._missed.get(log, (lease.desk_seat, now))
        if seat != lease.desk_seat:
            since = now
        self._missed[log] = lease.desk_seat, since
        vanished = any(self._presence.vanished(log, seat) for log, seat in places)
        return vanished or now - since >= AWAY_AFTER
