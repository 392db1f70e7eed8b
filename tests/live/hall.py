"""A hub behind a journal, and sockets that keep what they are given."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from chatroom.live.hub import Hub
from chatroom.live.lane import Subscriber
from chatroom.live.presence import Presence
from chatroom.live.rules import MEETING
from chatroom.live.transport import Frames, Receiver, Write
from tests.journal.stage import EVENING, Office


class Recorder(Frames):
    """A socket that keeps what it is given; it can stand still, and it can stop draining."""

    def __init__(self) -> None:
        self.given: list[bytes] = []
        self.drains = True
        self.deflates = False
        self.aborted = 0
        self.closed: list[int] = []
        self.changed: Callable[[], None] | None = None
        self.held = False
        self.receiver: Receiver | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    @property
    def fast(self) -> Write | None:
        return self.given.append if self.drains and not self.closed else None

    def may_deflate(self) -> None:
        self.deflates = True

    def hand_over(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def hold(self, held: bool) -> None:
        self.held = held

    def offer(self, frame: bytes) -> bool:
        if self.drains and not self.closed:
            self.given.append(frame)
        return self.drains

    @property
    def writable(self) -> asyncio.Event:
        return self._writable

    def close(self, code: int) -> None:
        self.closed.append(code)
        self._tell()

    def stall(self) -> None:
        """It takes no more, as its transport tells whoever listens."""
        self.drains = False
        self._tell()

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()

    def abort(self) -> None:
        self.aborted += 1

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(payload) for data in self.given for payload in unframed(data)]

    def numbers(self, stream: str = "room") -> list[int]:
        return [entry["number"] for entry in self.entries(stream)]

    def entries(self, stream: str = "room") -> list[dict[str, Any]]:
        return [
            entry
            for frame in self.frames
            if frame["type"] == "entries" and frame["stream"] == stream
            for entry in frame["entries"]
        ]

    def present(self) -> list[list[int]]:
        return [frame["here"] for frame in self.frames if frame["type"] == "presence"]


def unframed(data: bytes) -> Iterable[bytes]:
    """The payloads of the text frames that stand one behind the other in `data`."""
    while data:
        assert data[0] == 0x81, "a whole text frame"
        size, start = data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        yield data[start : start + size]
        data = data[start + size :]


class Hall:
    """A hub behind a journal, and sockets that come and go."""

    def __init__(self, office: Office, presence: Presence | None = None) -> None:
        self.office = office
        self.wanted: set[int] = set()
        self.presence = presence or Presence(None, office.clock.now)
        self.hub = Hub(self.wanted.add, self.wanted.discard, self.presence)
        self.books: list[Any] = []
        office.audience = self.hub.publish

    async def join(
        self, seat: int, at: dict[int, int] | None = None, session: bytes = b""
    ) -> Subscriber:
        member = await self.knock(seat, at, session)
        assert await self.catch_up(member)
        return member

    async def knock(
        self, seat: int, at: dict[int, int] | None = None, session: bytes = b""
    ) -> Subscriber:
        """In the door, and lacking everything."""
        book = await self.office.book()
        self.books.append(book)
        member = Subscriber(Recorder(), seat, session or b"session of %d" % seat)
        self.hub.enter(EVENING, member)
        member.at = at or dict.fromkeys(MEETING.streams(book.fold.state, seat), 0)
        return member

    async def catch_up(self, member: Subscriber) -> bool:
        return await self.hub.catch_up(self.office.journal, await self.office.book(), member)


def recorded(member: Subscriber) -> Recorder:
    assert isinstance(member.frames, Recorder)
    return member.frames
