"""One socket: hello, then commands in and streams out, from the cursor on; no task once it is in."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Coroutine
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket

from chatroom.care.cases import case_id
from chatroom.live import wire
from chatroom.live.hub import TYPING
from chatroom.live.lane import Subscriber
from chatroom.live.presence import is_of_a_crowd, people_frame
from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.rules import stream_name
from chatroom.live.timekeeper import pause
from chatroom.live.transport import EXTENSION, Frames
from chatroom.people.accounts import Session
from chatroom.people.audit import Act, Deed
from chatroom.store.logs import OutcomeUnknown
from chatroom.web.commands import Commands, Sitter
from chatroom.web.cursors import Reader
from chatroom.web.house import House
from chatroom.web.pace import Pace
from moderation.case.case import MEMBER, Case
from moderation.refused import Refused

HELLO_WITHIN = 5.0
"""Seconds a socket has to say who it is (A9)."""
OUTSTANDING = 8
"""Commands of one socket that may wait for their answers before it is read no further (P15)."""
NOBODY = ("no_session", "no_seat")
"""Why a socket is closed that is nobody's here."""
TYPED_AT_MOST = 30
"""Hints within 3 s that are passed over at no cost to what comes behind them; a page sends one."""
LAST_ANSWERS = 1.0
"""Seconds in which a socket that we close still gets the answers to what was taken from it."""


_log = structlog.get_logger()


class Ended(Exception):
    """The socket is to be closed, for a reason of the catalogue."""


async def converse(
    house: House, socket: WebSocket, log: int, token: str | None, room: str | None = None
) -> None:
    """Lets one socket into a log; from then on it is called as messages come, and no task waits for it.

    `token` is the session's, of the cookie; `room` the slug of the room that a meeting is held in.
    """
    await socket.accept()
    frames: Frames = socket.scope["extensions"][EXTENSION]
    try:
        hello = await _hello(socket)
        session = await _session(house, token or hello.bearer)
        with contextlib.suppress(OutcomeUnknown, SQLAlchemyError):  # It lasts for now (P17).
            await house.accounts.seen(session, house.now())
        connection = await _seated(house, frames, log, session, room)
        connection.may_come_in()
        await connection.tell_of_reading()
        await connection.come_in(hello)
    except Refused as no:
        _stay_away(frames, no)
    except Ended as ended:
        _let_go(house, socket, frames, str(ended))
    except (OutcomeUnknown, SQLAlchemyError):  # The database is away: come back, with the cursor.
        frames.close(CLOSE_CODES["restart"].code)


def _let_go(house: House, socket: WebSocket, frames: Frames, why: str) -> None:
    """Who belongs to nobody here may be guessing, and then is told to stay away (A57)."""
    if why in NOBODY and (no := house.tried(socket.scope)) is not None:
        return _stay_away(frames, no)
    return frames.close(CLOSE_CODES[why].code)


def _stay_away(frames: Frames, no: Refused) -> None:
    """With how long."""
    frames.offer(wire.encode(wire.refusal(None, no)))
    code = "rate_limited" if no.code == "rate_limited" else "restart"
    frames.close(CLOSE_CODES[code].code)


async def _hello(socket: WebSocket) -> wire.Hello:
    try:
        async with asyncio.timeout(HELLO_WITHIN):
            frame = await _next(socket)
    except TimeoutError:
        raise Ended("no_session") from None
    if not isinstance(frame, wire.Hello) or frame.protocol != wire.PROTOCOL:
        raise Ended("leaving" if frame is None else "bad_frame")
    return frame


async def _next(socket: WebSocket) -> wire.InboundFrame | None:
    """The next frame, None where the client has gone."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        if message["code"] == CLOSE_CODES["restart"].code:
            raise Ended("restart")  # Ours: the server lets everybody go.
        return None
    text = message.get("text")
    if text is None:
        raise Ended("not_text")
    try:
        return wire.decode(text)
    except wire.NO_FRAME:
        raise Ended("bad_frame") from None


async def _session(house: House, token: str | None) -> Session:
    session = await house.accounts.session(token, house.now()) if token else None
    if session is None:
        raise Ended("no_session")
    return session


async def _seated(
    house: House, frames: Frames, log: int, session: Session, room: str | None
) -> "Connection":
    book = await house.journal.book(log)
    if book is None:
        raise Ended("no_seat")
    digest = house.accounts.digest(log, session)
    seat = book.rules.seat_of(book.fold.state, digest)
    if seat is None:
        await house.journal.catch_up(log)  # It may have been taken at another process just now.
        seat = book.rules.seat_of(book.fold.state, digest)
    if seat is None:
        raise Ended("no_seat")
    if not book.rules.streams(book.fold.state, seat):
        raise Ended("removed")
    return Connection(house, frames, Sitter(book, session, seat, room))


class Connection:
    """A socket with a seat."""

    __slots__ = (
        *("_book", "_commands", "_ends", "_frames", "_house", "_inbox", "_is_busy", "_pace"),
        *("_reader", "_seat", "_session", "_subscriber", "_typed", "_typed_at"),
    )

    def __init__(self, house: House, frames: Frames, sitter: Sitter) -> None:
        self._house = house
        self._frames = frames
        self._book = sitter.book
        self._seat = sitter.seat
        self._session = sitter.session
        self._subscriber = Subscriber(frames, sitter.seat, sitter.session.id)
        self._inbox: deque[str] | None = None
        self._is_busy = False
        self._ends: str | None = None
        self._typed_at: float | None = None
        self._typed = 0
        self._pace = Pace(house.limits, sitter.book.log, sitter.seat, house.monotonic)
        self._reader = Reader(house, sitter.book, sitter.seat)
        self._commands = Commands(
            house, sitter, self._subscriber, self._pace, self._slowly, self._go_on
        )

    def may_come_in(self) -> None:
        """Nobody is put out for a new socket: it is the new one that is one too many (A64)."""
        house = self._house
        if house.hub.sockets_of(self._book.log, self._seat) >= house.limits.open_at_once:
            raise Ended("too_many_sockets")
        self._pace.come_in()

    async def tell_of_reading(self) -> None:
        """Whoever of staff opens a case reads nothing of it before the audit says so (P24)."""
        book, session = self._book, self._session
        if isinstance(book.fold.state, Case) and self._seat != MEMBER:
            # What the review noticed is quoted in the case; what a member wrote there was meant for staff.
            act: Act = "excerpt_read" if book.fold.state.noticed else "case_read"
            case = case_id(book.log)
            deed = Deed(session.actor, act, "case", case, case=case)
            await self._house.accounts.audit.before(deed, self._house.now())

    async def come_in(self, hello: wire.Hello) -> None:
        """From the hello to where it has everything and is called for whatever comes."""
        hub, log = self._house.hub, self._book.log
        hub.enter(log, self._subscriber)
        self._subscriber.gather()
        is_in = False
        try:
            # While the database is away, what is in memory is all there is (P17).
            with contextlib.suppress(OutcomeUnknown):
                await hub.read_to_head(self._house.journal, log, self._house.monotonic)
            if not self._reader.streams():
                raise Ended("removed")
            if hub.awaits(log, self._subscriber):
                await self._welcome(hello)
            is_in = await hub.catch_up(self._house.journal, self._book, self._subscriber)
        finally:
            if not is_in:
                hub.leave(log, self._subscriber)
        if is_in:
            self._frames.hand_over(self)

    # Streams out

    async def _welcome(self, hello: wire.Hello) -> None:
        """Resumes at the cursor, or starts afresh and says why: never a hole (P7)."""
        reason = await self._reader.why_fresh(hello.cursor)
        if not self._house.hub.awaits(self._book.log, self._subscriber):
            return  # They were let go meanwhile.
        if reason is not None or self._reader.is_far_behind(hello.cursor or {}):
            self._pace.start()
        fold, now = self._book.fold, self._house.now()
        since = self._reader.streams()
        heads = {stream_name(audience): wire.cursor(*fold.head(audience)) for audience in since}
        if reason is None:
            places = self._reader.places(hello.cursor or {})
            assert places is not None, "a cursor that holds can be read"
            self._subscriber.at = {audience: number for audience, (number, _) in places.items()}
            crowd = is_of_a_crowd(fold.state)
            self._subscriber.send(wire.Resumed(seat=self._seat, cursor=heads, now=now, crowd=crowd))
            return
        self._subscriber.at = self._reader.starts()
        self._subscriber.send(
            wire.Fresh(
                reason=reason,
                seat=self._seat,
                snapshot=self._book.shared.snapshot(fold.state, self._seat),
                cursor=heads,
                starts={
                    stream_name(audience): number
                    for audience, number in self._subscriber.at.items()
                },
                now=now,
            )
        )

    # Messages in

    def received(self, text: str) -> None:
        """In order, and never more at a time than may wait for their answers (P15)."""
        if self._is_full() or self._inbox:
            self._inbox = self._inbox or deque()
            self._inbox.append(text)
            self._frames.hold(True)
        else:
            self._hear(text)

    def _is_full(self) -> bool:
        return self._is_busy or self._commands.outstanding >= OUTSTANDING

    def _hear(self, text: str) -> None:
        if self._ends is not None:
            return
        try:
            frame = wire.decode(text)
            if isinstance(frame, wire.Typing):
                if not self._typing():
                    self._slowly(self._pace.look(pause))
            elif isinstance(frame, wire.Command):
                self._commands.take(frame)
            elif isinstance(frame, wire.Who):
                self._introduce(frame)
            else:
                raise Ended("bad_frame")
        except wire.NO_FRAME:
            self._slowly(self._not_understood(text))
        except Ended as ended:
            self._end(str(ended))
        except Exception as error:  # A bug must end no more than this socket, and log no words.
            _log.error("socket_failed", error=type(error).__name__)
            self._end("restart")

    async def _not_understood(self, text: str) -> None:
        """The socket lives: a page may be newer than this process, and has words on their way (A32)."""
        await self._pace.look(pause)
        self._subscriber.send(wire.refusal(wire.id_in(text), Refused("bad_json")))

    def _go_on(self) -> None:
        """Something was answered: what waited behind it is heard now."""
        if self._ends is not None and self._commands.outstanding == 0:
            return self._frames.close(CLOSE_CODES[self._ends].code)
        while self._inbox and not self._is_full():
            self._hear(self._inbox.popleft())
        if self._inbox is not None and not self._inbox:
            self._inbox = None
            self._frames.hold(False)
        return None

    def not_text(self) -> None:
        self._end("not_text")

    def let_go(self) -> None:
        self._end("restart")

    def _end(self, why: str) -> None:
        """Nothing more is heard; the goodbye waits a moment for the answers to what was taken (P16)."""
        if self._ends is not None:
            return None
        self._ends, self._inbox = why, None
        code = CLOSE_CODES[why].code
        if self._commands.outstanding == 0:
            return self._frames.close(code)
        asyncio.get_running_loop().call_later(LAST_ANSWERS, self._frames.close, code)
        return None

    def lost(self) -> None:
        """Its seat is free for another socket."""
        self._ends, self._inbox = self._ends or "leaving", None
        self._house.hub.leave(self._book.log, self._subscriber)

    def _typing(self) -> bool:
        """More than the others can see is passed over, and so is what they must not see.

        False where it is a flood.
        """
        now = self._house.monotonic()
        if self._typed_at is not None and now - self._typed_at < TYPING:
            self._typed += 1
            return self._typed <= TYPED_AT_MOST
        self._typed_at, self._typed = now, 0
        self._house.hub.typing(self._book, self._seat, now)
        return True

    def _introduce(self, frame: wire.Who) -> None:
        """As they are after all that this socket was sent: what waits to be written is written before."""
        if self._pace.may_ask():
            self._subscriber.send(people_frame(self._book.fold.state, self._seat, frame.seats))
        else:
            self._slowly(self._introduce_later(frame))

    async def _introduce_later(self, frame: wire.Who) -> None:
        await self._pace.ask(pause)
        if self._reader.streams():
            self._subscriber.send(people_frame(self._book.fold.state, self._seat, frame.seats))

    def _slowly(self, answering: Coroutine[Any, Any, None]) -> None:
        """What has to be stored elsewhere first: nothing of this socket overtakes it."""
        self._is_busy = True
        self._house.begin(self._done_slowly(answering))

    async def _done_slowly(self, answering: Coroutine[Any, Any, None]) -> None:
        try:
            await answering
        except Exception as error:  # A bug must end no more than this socket, and log no words.
            _log.error("socket_failed", error=type(error).__name__)
            self._end("restart")
        finally:
            self._is_busy = False
            self._go_on()
