"""One socket that is kept up: it comes back with its cursor, and sends again what had no answer."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections import deque
from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack, assert_never

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from chatroom.client.answers import LineEnded, Seen, retry_after
from chatroom.client.copy import Copy
from chatroom.client.door import Door, growing_pauses
from chatroom.client.outbox import AnySeatCommand, Outbox
from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.wire import (
    Care,
    Entries,
    Fresh,
    Heartbeat,
    Hello,
    OutboundFrame,
    People,
    Presence,
    Receipt,
    Refusal,
    Resumed,
    Retry,
    SeatTyping,
    Stream,
    Who,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

BEHIND = 2.0
"""Seconds after a heartbeat that names a later head, until the line comes back to ask for the rest."""
LEFT = CLOSE_CODES["leaving"]
LARGEST_FRAME = 64 * 2**20

L = TypeVar("L", bound="Line")


class Options(TypedDict, total=False):
    """What a test may hold in its hand, for every way in.

    `on_frame` is called with the bytes of each frame as they came; `ids` gives command ids, `jitter`
    a number between two, `clock` seconds that never go back. `keep_entries=False` is for a load
    without readers: nothing is kept for `entries()`.
    """

    on_frame: Callable[[bytes], None]
    ids: Callable[[], str]
    jitter: Callable[[float, float], float]
    clock: Callable[[], float]
    keep_entries: bool


def new_id() -> str:
    """128 random bits: the id of one command."""
    return secrets.token_hex(16)


class Line:
    """One socket that is kept up, the copy of its streams, and the commands without an answer."""

    def __init__(self, door: Door, **options: Unpack[Options]) -> None:
        self._door = door
        self._copy = Copy()
        self._outbox = Outbox()
        self._arrived: deque[Seen] = deque(maxlen=None if options.get("keep_entries", True) else 0)
        self._on_frame = options.get("on_frame")
        self._ids = options.get("ids", new_id)
        self._jitter = options.get("jitter", random.uniform)
        self._clock = options.get("clock") or asyncio.get_running_loop().time
        self._news = asyncio.Event()
        self._to_send = asyncio.Event()
        self._to_ask: set[int] = set()
        self._socket: ClientConnection | None = None
        self._answered = False
        self._away = 0.0
        self.ended: LineEnded | None = None
        self.connections = 0
        """How often hello was answered."""
        self.here: tuple[int, ...] = ()
        """The seats that are connected now: a hint."""
        self.cares: list[str] = []
        """The cases that own words opened."""

    # Sending

    def submit(self, command: AnySeatCommand, *, id: str | None = None) -> asyncio.Future[Receipt]:
        """Sends without waiting: the answer comes to the future, whatever happens on the way.

        Commands reach the server in this order. Cancelling the future stops sending the command
        again; it may have been stored.
        """
        if self.ended is not None:
            raise self.ended
        answer = self._outbox.add(id or self._ids(), command)
        self._to_send.set()
        return answer

    async def send(self, command: AnySeatCommand, *, id: str | None = None) -> Receipt:
        """The receipt of `command`, once it is stored; raises `Refused` for a no."""
        return await self.submit(command, id=id)

    def ask_who(self, *seats: int) -> None:
        """Asks for those of a crowd who are not known, at most 200; lost with the socket."""
        self._to_ask.update(seats)
        self._to_send.set()

    # Reading

    async def entries(self) -> AsyncIterator[Seen]:
        """Every entry once, in the order of its stream, from the first that the seat may read.

        After a reset (see `resets`) it goes on with what the fresh start holds. Ends with the line,
        and raises `LineEnded` where that is neither over nor left nor removed.
        """
        while True:
            while self._arrived:
                yield self._arrived.popleft()
            if self.ended is not None:
                if self.ended.name in ("leaving", "removed"):
                    return
                raise self.ended
            await self._news.wait()

    async def until(self, holds: Callable[[], bool], *, within: float = 10.0) -> None:
        """Waits for something that is looked at again whenever a frame came or a connection went."""
        async with asyncio.timeout(within):
            while not holds():
                await self._news.wait()

    @property
    def seat(self) -> int:
        """The number of the seat; 0 where the server has not said yet."""
        return self._copy.seat

    @property
    def session(self) -> str:
        """The session's token: whoever has it is this person."""
        return self._door.session

    @property
    def cursor(self) -> dict[Stream, str]:
        """The last entry of each stream that this client has."""
        return self._copy.cursor or {}

    @property
    def resets(self) -> list[str]:
        """Why the server could not go on from the cursor, one reason for each fresh start after the first."""
        return self._copy.resets

    @property
    def connected(self) -> bool:
        """Whether the server has answered hello on the present socket."""
        return self._answered

    @property
    def caught_up(self) -> bool:
        """Whether all is here that was missing when the server answered hello."""
        return self._answered and self._copy.caught_up

    @property
    def unanswered(self) -> int:
        """How many commands have neither receipt nor refusal."""
        return len(self._outbox)

    def cut(self) -> None:
        """Drops the present socket on the floor, as a network does; the line comes back by itself."""
        if self._socket is not None:
            self._socket.transport.abort()

    # Staying

    async def ready(self) -> None:
        """Waits for the first fresh start."""
        while not self.caught_up:
            if self.ended is not None:
                raise self.ended
            await self._news.wait()

    async def stay(self) -> None:
        """Keeps the socket up until the server ends the line or this is cancelled."""
        pauses = growing_pauses(self._jitter)
        while self.ended is None:
            before = self.connections
            try:
                await self._converse()
            except InvalidStatus as error:
                status = error.response.status_code
                if status < 500 and status not in (408, 429):
                    self.end(LineEnded(f"http_{status}", "The server does not open this socket."))
            except (OSError, InvalidHandshake, ConnectionClosed):
                pass  # Away; come back.
            if self.connections > before:
                pauses = growing_pauses(self._jitter)
            if self.ended is None:
                away, self._away = self._away, 0.0
                await asyncio.sleep(max(next(pauses), away))

    def end(self, ended: LineEnded) -> None:
        """The line is over: nothing more comes, and what is unanswered stays so."""
        if self.ended is None:
            self.ended = ended
            self._outbox.abandon(ended)
            self._tell()

    async def _converse(self) -> None:
        """One connection from hello to its end."""
        async with connect(
            self._door.socket,
            compression=None,
            open_timeout=5,
            close_timeout=1,
            max_size=LARGEST_FRAME,
            proxy=None,
        ) as socket:
            self._socket = socket
            try:
                async with asyncio.TaskGroup() as tasks:
                    writing = tasks.create_task(self._write(socket))
                    code = await self._read(socket)
                    writing.cancel()
            finally:
                self._socket = None
                self._answered = False
                self._tell()
        for name, known in CLOSE_CODES.items():
            if known.code == code and not known.again:
                self.end(LineEnded(name, known.words))

    async def _read(self, socket: ClientConnection) -> int | None:
        """Takes frames until the socket is closed, and with which code by the server."""
        try:
            while True:
                payload = await socket.recv(decode=False)
                assert isinstance(payload, bytes)
                if self._on_frame is not None:
                    self._on_frame(payload)
                self._take(_frames.decode(payload))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else None

    async def _write(self, socket: ClientConnection) -> None:
        """Says hello, then sends what is unsent, in order; that the socket is gone, the reader notices."""
        hello = Hello(bearer=self._door.session, cursor=self._copy.cursor)
        with contextlib.suppress(ConnectionClosed):
            await socket.send(msgspec.json.encode(hello), text=True)
            while not self._answered:
                await self._news.wait()
            self._outbox.unsend()
            while True:
                self._to_send.clear()
                if self._to_ask:
                    asked, self._to_ask = tuple(sorted(self._to_ask)), set()
                    await socket.send(msgspec.json.encode(Who(asked)), text=True)
                while (frame := self._outbox.next(self._clock())) is not None:
                    await socket.send(frame, text=True)
                await _wait(self._to_send, self._outbox.pause(self._clock()))

    def _take(self, frame: OutboundFrame) -> None:
        match frame:
            case Entries():
                self._arrived.extend(self._copy.take(frame))
            case Receipt() | Refusal():
                self._outbox.settle(frame, self._clock())
                self._to_send.set()
                if isinstance(frame, Refusal) and frame.id is None:
                    self._away = retry_after(frame) or 0.0
            case Retry():
                self._outbox.retry(frame, self._clock())
                self._to_send.set()
            case Fresh():
                self._arrived.extend(self._copy.start(frame))
                self._welcome()
            case Resumed():
                self._copy.resume(frame)
                self._welcome()
            case Heartbeat(head=head):
                self._listen_to(head)
            case Presence(here=here):
                self.here = here
            case SeatTyping():
                pass
            case Care(case=case):
                self.cares.append(case)
            case People():
                self._copy.meet(frame)
            case _:
                assert_never(frame)
        self._tell()

    def _welcome(self) -> None:
        self._answered = True
        self.connections += 1

    def _listen_to(self, head: str) -> None:
        """Behind the database's head for longer than a frame needs: comes back to ask for the rest."""
        socket = self._socket
        if socket is None or not self._copy.is_behind(head):
            return

        def look_again() -> None:
            if socket is self._socket and self._copy.is_behind(head):
                self.cut()

        asyncio.get_running_loop().call_later(BEHIND, look_again)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


_frames: msgspec.json.Decoder[OutboundFrame] = msgspec.json.Decoder(OutboundFrame)


async def _wait(event: asyncio.Event, at_most: float | None) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most):
            await event.wait()


@contextlib.asynccontextmanager
async def kept_up(line: L) -> AsyncIterator[L]:
    """The line while the context lasts, ready to be used. What is raised in the body comes out bare."""
    try:
        async with asyncio.TaskGroup() as tasks:
            staying = tasks.create_task(line.stay())
            try:
                await line.ready()
                yield line
            finally:
                staying.cancel()
                line.end(LineEnded("leaving", LEFT.words))
    except BaseExceptionGroup as group:
        raise _bare(group) from None


def _bare(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
