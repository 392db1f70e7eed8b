"""Where a socket goes on: at its cursor, or afresh, with the reason; never a hole (P7)."""

from chatroom.live import wire
from chatroom.live.book import Book
from chatroom.live.presence import is_of_a_crowd
from chatroom.live.rules import stream_name
from chatroom.web.house import House
from moderation.meeting.audience import CHAIR, ROOM

TOO_FAR = 5000
"""Entries of one stream that a refill carries at most (W24)."""
FAR = 100
"""Entries of one stream that a cursor may lie behind and still cost next to nothing."""


class Reader:
    """A seat that reads a log, and what it may read of it."""

    __slots__ = ("_book", "_house", "_seat")

    def __init__(self, house: House, book: Book, seat: int) -> None:
        self._house = house
        self._book = book
        self._seat = seat

    async def why_fresh(self, cursor: "dict[wire.Stream, str] | None") -> wire.Reason | None:
        """Why it has to start afresh; None where the cursor holds."""
        if cursor is None:
            return "new"
        if ("chair" in cursor) != (CHAIR in self.streams()):
            return "streams"  # They were a facilitator, or became one since (A48).
        places = self.places(cursor)
        if places is None:
            return "bad"
        if self._is_ahead(places):
            # Another process was quicker, or the past was put back; one read for all who wonder.
            house = self._house
            await house.hub.read_to_head(house.journal, self._book.log, house.monotonic)
        for audience, first in self.streams().items():
            if audience not in places:
                return "streams"
            reason = await self._why_not_from(audience, first, *places[audience])
            if reason is not None:
                return reason
        return None

    def streams(self) -> dict[int, int]:
        """What this seat reads now, each with the first number it may read back."""
        return self._book.rules.streams(self._book.fold.state, self._seat)

    def starts(self) -> dict[int, int]:
        """The numbers behind which a fresh start begins to read.

        In a crowd thousands have come since; who is here the snapshot says.
        """
        head, firsts = self._book.fold.head, self.streams()
        if ROOM in firsts and is_of_a_crowd(self._book.fold.state):
            firsts[ROOM] = self._book.behind_arrivals(firsts[ROOM])
            firsts[self._seat] += min(1, head(self._seat)[0])  # It begins with that it was given.
        return {
            audience: max(first - 1, head(audience)[0] - TOO_FAR)
            for audience, first in firsts.items()
        }

    def places(self, cursor: "dict[wire.Stream, str]") -> dict[int, tuple[int, str]] | None:
        """What the client saw last in each of its streams; None where that can't be read."""
        since = self.streams()
        places = {
            audience: wire.parse_cursor(cursor.get(stream_name(audience), "")) for audience in since
        }
        found = {audience: place for audience, place in places.items() if place is not None}
        return found if len(found) == len(since) else None

    def is_far_behind(self, cursor: "dict[wire.Stream, str]") -> bool:
        """Whether so much is missing that to ask for it in a loop would cost as much as a fresh start (A95)."""
        fold, places = self._book.fold, self.places(cursor) or {}
        return any(fold.head(one)[0] - number > FAR for one, (number, _) in places.items())

    def _is_ahead(self, places: dict[int, tuple[int, str]]) -> bool:
        fold = self._book.fold
        return any(number > fold.head(audience)[0] for audience, (number, _) in places.items())

    async def _why_not_from(
        self, audience: int, first: int, number: int, id: str
    ) -> wire.Reason | None:
        head, head_id = self._book.fold.head(audience)
        if number > head:
            return "ahead"
        if number < first - 1:
            return "bad"
        if head - number > TOO_FAR:
            return "too_far"
        if number >= first:
            there = head_id if number == head else await self._id_at(audience, number)
            return None if there == id else "diverged"
        return None

    async def _id_at(self, audience: int, number: int) -> str | None:
        records = await self._house.journal.stream(self._book, audience, number - 1, 1)
        return records[0].id if records else None
