"""A socket, and the lane it is written to in: one flush for all who are there, the same bytes to each."""

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass

from chatroom.live import wire
from chatroom.live.transport import Frames, Write

IN_A_TURN = 500
"""Sockets that one turn of the loop writes to, about 5 ms: a huge room holds up no other one for longer."""
TICK = 0.005
"""Seconds that a large room waits for more before it flushes, once many speak at a time."""
LARGE = 100
"""Sockets from which on that pays: below, a flush costs less than what joining would save."""
GATHERED = 64 * 1024
"""Bytes that who comes in is sent in one write at most."""


class Subscriber:
    """One socket in a log: its seat, its session, and per stream the last number it was refilled to."""

    __slots__ = ("_behind", "_gathered", "at", "frames", "lane", "place", "seat", "session")

    def __init__(self, frames: Frames, seat: int, session: bytes) -> None:
        self.frames = frames
        self.seat = seat
        self.session = session
        self.at: dict[int, int] = {}
        self.lane: Lane | None = None
        """Where it is live, at `place`."""
        self.place = 0
        self._behind: tuple[tuple[int, bytes], ...] = ()
        self._gathered: bytes | None = None

    def send(self, frame: wire.OutboundFrame) -> None:
        """A frame for this socket alone."""
        self.write(wire.encode(frame))

    def write(self, data: bytes) -> None:
        """Bytes for this socket alone, behind whatever waits to be written to it with the others."""
        flush = None if self.lane is None else self.lane.flush_before(self)
        if self.lane is None or flush is None:
            return self.write_now(data)
        self._behind = (*self._behind, (flush, data))
        return self.lane.refresh(self)

    def write_now(self, data: bytes) -> None:
        """One that does not drain is let go, and resumes by cursor (P14)."""
        if self._gathered is not None:
            self._gathered += data
            if len(self._gathered) < GATHERED:
                return
            data, self._gathered = self._gathered, b""
        if not self.frames.offer(data):
            self.frames.abort()

    def gather(self) -> None:
        """What it is told while it comes in goes in few writes: each costs as much as the rest of it."""
        self._gathered = b""

    def write_what_was_gathered(self) -> None:
        """It is in, and everything is written at once from now on."""
        data, self._gathered = self._gathered, None
        if data:
            self.write_now(data)

    def writer(self) -> Write:
        """What takes the bytes of a flush: the bare transport, where nothing speaks against it."""
        if self._behind:
            return self._write_with_what_is_behind
        return self.frames.fast or self.write_now

    def _write_with_what_is_behind(self, data: bytes) -> None:
        assert self.lane is not None
        self.write_now(data + self.what_is_behind(self.lane.flush))
        self.lane.refresh(self)

    def what_is_behind(self, flush: float) -> bytes:
        """Takes what was to come behind this flush, or an earlier one."""
        due = b"".join(data for number, data in self._behind if number <= flush)
        self._behind = tuple((number, data) for number, data in self._behind if number > flush)
        return due

    def changed(self) -> None:
        """It drains, or it does not any more."""
        if self.lane is not None:
            self.lane.refresh(self)


@dataclass
class Flight:
    """A flush under way. `at` is the next place; each part is for the places up to its end."""

    parts: list[tuple[bytes, int]]
    at: int = 0

    def data_for(self, place: int) -> bytes:
        """What this place has still to get."""
        if place < self.at:
            return b""
        return next((data for data, end in self.parts if place < end), b"")


class Lane:
    """Sockets that take the same bytes, and what waits to be written to them.

    A place is an index of `_live` and of `_writers`, which holds one bound call for each socket.
    Whoever comes while frames wait has had them: `_cuts` says from which place on they are not
    for, as (place, index of the first frame that is). A place that is left is filled at once, or
    stays a hole while something counts by places.
    """

    def __init__(self) -> None:
        self.flush = 0
        """How many flushes have begun."""
        self._live: list[Subscriber | None] = []
        self._writers: list[Write] = []
        self._holes = 0
        self._pending: list[bytes] = []
        self._wait = math.inf
        self._begins: asyncio.Handle | None = None
        self._begins_late = False
        self._cuts: list[tuple[int, int]] = []
        self._flight: Flight | None = None
        self._is_hot = False

    @property
    def size(self) -> int:
        """How many sockets a flush is written to, about."""
        return len(self._live)

    # Coming and going

    def add(self, subscriber: Subscriber) -> None:
        """It has all that was published, and gets what is published from now on."""
        if self._pending and self._first_for(len(self._live)) < len(self._pending):
            self._cuts.append((len(self._live), len(self._pending)))
        subscriber.lane, subscriber.place = self, len(self._live)
        subscriber.frames.changed = subscriber.changed
        self._live.append(subscriber)
        self._writers.append(subscriber.writer())

    def remove(self, subscriber: Subscriber) -> None:
        subscriber.lane = subscriber.frames.changed = None
        if self._flight is not None or self._cuts:
            self._live[subscriber.place], self._writers[subscriber.place] = None, _nothing
            self._holes += 1
        else:
            self._fill(subscriber.place)

    def _fill(self, place: int) -> None:
        last, writer = self._live.pop(), self._writers.pop()
        if place < len(self._live):
            assert last is not None, "there are holes only while something counts by places"
            self._live[place], self._writers[place], last.place = last, writer, place

    def refresh(self, subscriber: Subscriber) -> None:
        """How it is written to has changed."""
        if subscriber.lane is self:
            self._writers[subscriber.place] = subscriber.writer()

    def write_what_waits(self, subscriber: Subscriber) -> None:
        """At once: nothing comes after it."""
        place = subscriber.place
        data = b"" if self._flight is None else self._flight.data_for(place)
        data += b"".join(self._pending[self._first_for(place) :])
        data += subscriber.what_is_behind(math.inf)
        if data:
            subscriber.write_now(data)

    # Writing

    def to_all(self, frame: bytes, wait: float = 0.0) -> None:
        """One flush joins what is waiting: at the next turn of the loop, or a tick later where many speak.

        With `wait` it may be so many seconds later, unless something comes that may not.
        """
        if not self._live:
            return
        self._pending.append(frame)
        self._wait = min(self._wait, wait)
        if self._flight is None:
            self._begin_soon()

    def _begin_soon(self) -> None:
        """Once for all that waits; sooner where the newest can't wait for as long as the others."""
        if self._begins is not None and (self._wait or not self._begins_late):
            return
        if self._begins is not None:
            self._begins.cancel()
        loop, self._begins_late = asyncio.get_running_loop(), self._wait > 0.0
        wait = self._wait or (TICK if self._is_hot and len(self._live) >= LARGE else 0.0)
        self._begins = loop.call_later(wait, self._begin) if wait else loop.call_soon(self._begin)

    def flush_before(self, subscriber: Subscriber) -> int | None:
        """The flush that what is for this one alone must come behind; None where nothing waits for it."""
        if self._first_for(subscriber.place) < len(self._pending):
            return self.flush + 1
        if self._flight is not None and self._flight.data_for(subscriber.place):
            return self.flush
        return None

    def _first_for(self, place: int) -> int:
        """The first of the waiting frames that is for this place."""
        return next((first for start, first in reversed(self._cuts) if start <= place), 0)

    def _begin(self) -> None:
        frames, cuts = self._pending, self._cuts
        self._pending, self._cuts = [], []
        self._begins, self._wait = None, math.inf
        self._is_hot = len(frames) > 1
        self.flush += 1
        starts = [0, *(first for _, first in cuts)]
        ends = [*(place for place, _ in cuts), len(self._live)]
        parts = [(b"".join(frames[start:]), end) for start, end in zip(starts, ends, strict=True)]
        self._flight = Flight(parts)
        self._go_on()

    def _go_on(self) -> None:
        """Writes to some, and lets the others of the loop have their turn before it goes on."""
        flight = self._flight
        assert flight is not None
        left = IN_A_TURN
        for data, end in flight.parts:
            start, stop = flight.at, min(end, flight.at + left)
            if start < stop:
                flight.at, left = stop, left - (stop - start)
                _write_to_each(self._writers[start:stop], data)
        loop = asyncio.get_running_loop()
        if flight.at < flight.parts[-1][1]:
            loop.call_soon(self._go_on)
            return
        self._flight = None
        self._close_holes()
        if self._pending:
            self._begin_soon()

    def _close_holes(self) -> None:
        if not self._holes:
            return
        places = [0]
        for one in self._live:
            places.append(places[-1] + (one is not None))
        self._cuts = [(places[start], first) for start, first in self._cuts]
        self._live = [one for one in self._live if one is not None]
        self._writers = [subscriber.writer() for subscriber in self._those_live()]
        for place, subscriber in enumerate(self._those_live()):
            subscriber.place = place
        self._holes = 0

    def _those_live(self) -> Iterator[Subscriber]:
        return (one for one in self._live if one is not None)


def _nothing(data: bytes) -> None:
    """Where a socket was."""


def _write_to_each(writers: list[Write], data: bytes) -> None:
    """Nothing else is in this loop: it is what a room of a thousand costs. One that is closing raises."""
    if not data:
        return
    each = iter(writers)
    while True:
        try:
            for write in each:
                write(data)
        except (RuntimeError, OSError):
            continue
        return
