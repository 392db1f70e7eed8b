"""The sockets in one log: who is in, who is coming in, and who reads what."""

import asyncio
import math
from collections.abc import Iterable

from chatroom.live import wire
from chatroom.live.book import Book
from chatroom.live.deflate import deflated
from chatroom.live.lane import Lane, Subscriber
from moderation.meeting.crowd import LATELY

EACH = 100e-6
"""Seconds for each socket; to write to one takes 5 to 10 millionths."""


class Circle:
    """Those who are live have everything and get what comes; the joining are still catching up."""

    def __init__(self, log: int) -> None:
        self.log = log
        self.joining: dict[Subscriber, None] = {}
        self._plain, self._compressed = Lane(), Lane()
        self._of_seat: dict[int, list[Subscriber]] = {}
        self._readers: dict[int, list[Subscriber]] = {}
        self.reading = asyncio.Lock()
        self.read_at = -math.inf
        self.is_read = True
        """Whether the last read of what others had stored, begun at `read_at`, came to something."""
        self.book: Book | None = None
        self.presence_timer: asyncio.TimerHandle | None = None
        self.shown: wire.Presence | None = None
        self.crowd: bytes | None = None
        """The same as a frame: in a crowd whoever comes is told that, and what has changed a little later."""
        self.typing: dict[int, float] = {}
        self._introduced: dict[int, None] = {}

    @property
    def empty(self) -> bool:
        return not self._of_seat

    @property
    def is_crowd(self) -> bool:
        return self.shown is not None and self.shown.count is not None

    def has(self, seat: int) -> bool:
        return seat in self._of_seat

    def all(self) -> list[Subscriber]:
        return [one for of_one in self._of_seat.values() for one in of_one]

    def of(self, seat: int) -> list[Subscriber]:
        """Every socket of a seat, live or joining."""
        return list(self._of_seat.get(seat, ()))

    def readers(self, audience: int) -> Iterable[Subscriber]:
        """The live ones that read a stream which is not everybody's: a seat's own bears its number."""
        found = self._of_seat if audience > 0 else self._readers
        return [
            one for one in found.get(audience, ()) if one.lane is not None and audience in one.at
        ]

    def introduce(self, seats: list[int]) -> list[int]:
        """Those of them that were not named here of late."""
        new = [seat for seat in dict.fromkeys(seats) if seat not in self._introduced]
        for seat in seats:
            self._introduced.pop(seat, None)
            self._introduced[seat] = None
        while len(self._introduced) > LATELY:
            del self._introduced[next(iter(self._introduced))]
        return new

    # Coming and going

    def enter(self, subscriber: Subscriber) -> None:
        self.joining[subscriber] = None
        self._of_seat.setdefault(subscriber.seat, []).append(subscriber)

    def go_live(self, subscriber: Subscriber) -> None:
        """It has all that was published, and gets what is published from now on."""
        del self.joining[subscriber]
        (self._compressed if subscriber.frames.deflates else self._plain).add(subscriber)
        for audience in subscriber.at:
            if audience < 0:
                self._readers.setdefault(audience, []).append(subscriber)

    def leave(self, subscriber: Subscriber) -> bool:
        """False where it had left already."""
        theirs = self._of_seat.get(subscriber.seat, [])
        if subscriber not in theirs:
            return False
        _without(self._of_seat, subscriber.seat, subscriber)
        if subscriber.lane is None:
            del self.joining[subscriber]
            return True
        subscriber.lane.remove(subscriber)
        for audience in subscriber.at:
            if audience < 0:
                _without(self._readers, audience, subscriber)
        return True

    def last_words(self, subscriber: Subscriber) -> None:
        """Whatever waits for it is written at once, and nothing after it: it leaves."""
        if subscriber.lane is not None:
            subscriber.lane.write_what_waits(subscriber)
        self.leave(subscriber)

    @property
    def patience(self) -> float:
        """Seconds in which news that nobody waits for is gathered: to tell it is a tenth of a core at most."""
        return EACH * (self._plain.size + self._compressed.size)

    def to_all(self, frame: bytes, wait: float = 0.0) -> None:
        """The same bytes to each, so many seconds later at most; compressed once for those who take it so."""
        self._plain.to_all(frame, wait)
        if self._compressed.size:
            self._compressed.to_all(deflated(frame), wait)


def _without(index: dict[int, list[Subscriber]], key: int, subscriber: Subscriber) -> None:
    index[key].remove(subscriber)
    if not index[key]:
        del index[key]
