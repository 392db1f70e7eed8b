"""One socket: hello, then commands in and streams out, from the cursor on; no task once it is in."""

import asyncio
import contextlib
import hashlib
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket

from chatroom.care.cases import Cases, place_in
from chatroom.live import wire
from chatroom.live.addresses import Addresses
from chatroom.live.book import Book
from chatroom.live.circle import Subscriber
from chatroom.live.hub import TYPING, Hub
from chatroom.live.journal import Answer, Journal, RetryLater
from chatroom.live.presence import is_of_a_crowd, people_frame
from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.reviewing import Reviewer
from chatroom.live.rules import Command, State, as_written, stream_name, words_of
from chatroom.live.timekeeper import pause
from chatroom.live.transport import EXTENSION, Frames
from chatroom.people.accounts import Accounts, Session
from chatroom.people.limits import Kind, Limits
from chatroom.people.strangers import Strangers
from chatroom.store.logs import OutcomeUnknown
from chatroom.web.pace import Pace, budget_of
from moderation.content.verdict import ALLOW, Verdict
from moderation.content.written import Written
from moderation.meeting import commands as ask
from moderation.meeting.audience import CHAIR
from moderation.meeting.state import Meeting
from moderation.refused import Refused

HELLO_WITHIN = 5.0
"""Seconds a socket has to say who it is (A9)."""
OUTSTANDING = 8
"""Commands of one socket that may wait for their answers before it is read no further (P15)."""
TOO_FAR = 5000
"""Entries of one stream that a refill carries at most (W24)."""
NOBODY = ("no_session", "no_seat")
"""Why a socket is closed that is nobody's here."""
FAR = 100
"""Entries of one stream that a cursor may lie behind and still cost next to nothing."""
RETRY_AFTER = 250
"""Milliseconds."""
OWED = 10.0
"""Seconds in which a command that got `retry` comes before all that were behind it (P5).

A client that has given one up by then is not held up any longer by it.
"""
OWED_AT_MOST = 256
TYPED_AT_MOST = 30
"""Hints within 3 s that are passed over at no cost to what comes behind them; a page sends one."""
LAST_ANSWERS = 1.0
"""Seconds in which a socket that we close still gets the answers to what was taken from it."""


_log = structlog.get_logger()


class Ended(Exception):
    """The socket is to be closed, for a reason of the catalogue."""


@dataclass(frozen=True)
class House:
    """What a socket needs of the server."""

    journal: Journal
    hub: Hub
    accounts: Accounts
    addresses: Addresses
    reviewer: Reviewer
    cases: Cases
    limits: Limits
    strangers: Strangers
    now: Callable[[], float]
    monotonic: Callable[[], float]
    begin: Callable[[Coroutine[Any, Any, None]], object]
    """Runs what a socket asked for and must not wait for; its task ends with the server."""

    def tried(self, scope: Mapping[str, Any]) -> Refused | None:
        """Somebody without a session or a seat was at a door; a no to say instead, if there were too many (A57)."""
        return self.strangers.tried("strangers", self.addresses.of(scope))


def noticed(id: str) -> bytes:
    """The id of the facilitators' cue, which follows from the command's: the same words are one cue."""
    return hashlib.blake2b(b"noticed" + bytes.fromhex(id), digest_size=16).digest()


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
    frames.close(CLOSE_CODES["rate_limited"].code)


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
    return _decoded(text)


def _decoded(text: str) -> wire.InboundFrame:
    try:
        return wire.decode(text)
    except (msgspec.DecodeError, RecursionError):
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
    return Connection(house, frames, book, session, seat, room)


@dataclass(frozen=True)
class Taken:
    """A command that was understood, as it was sent and as it is kept, with what the review says of it."""

    command: Command
    sent: Command
    written: Written | None
    kind: Kind
    verdict: Verdict
    review: "Callable[[State], Verdict] | None"


class Connection:
    """A socket with a seat."""

    __slots__ = (
        *("_book", "_ends", "_frames", "_house", "_inbox", "_is_busy", "_outstanding", "_owed"),
        *("_owed_until", "_pace", "_room", "_seat", "_session", "_subscriber", "_typed"),
        "_typed_at",
    )

    def __init__(
        self,
        house: House,
        frames: Frames,
        book: Book,
        session: Session,
        seat: int,
        room: str | None,
    ) -> None:
        self._house = house
        self._frames = frames
        self._book = book
        self._session = session
        self._seat = seat
        self._room = room
        self._subscriber = Subscriber(frames, seat, session.id)
        self._inbox: deque[str] | None = None
        self._outstanding = 0
        self._is_busy = False
        self._ends: str | None = None
        self._owed: dict[str, bool] | None = None
        self._owed_until = 0.0
        self._typed_at: float | None = None
        self._typed = 0
        self._pace = Pace(house.limits, f"{book.log}/{seat}", house.monotonic)

    def may_come_in(self) -> None:
        """Nobody is put out for a new socket: it is the new one that is one too many (A64)."""
        house = self._house
        if house.hub.sockets_of(self._book.log, self._seat) >= house.limits.open_at_once:
            raise Ended("too_many_sockets")
        self._pace.come_in()

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
            if not self._streams():
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
        reason = await self._why_fresh(hello.cursor)
        if not self._house.hub.awaits(self._book.log, self._subscriber):
            return  # They were let go meanwhile.
        if reason is not None or self._is_far_behind(hello.cursor or {}):
            self._pace.start()
        fold, now = self._book.fold, self._house.now()
        since = self._streams()
        heads = {stream_name(audience): wire.cursor(*fold.head(audience)) for audience in since}
        if reason is None:
            places = self._places(hello.cursor or {})
            assert places is not None, "a cursor that holds can be read"
            self._subscriber.at = {audience: number for audience, (number, _) in places.items()}
            crowd = is_of_a_crowd(fold.state)
            self._subscriber.send(wire.Resumed(seat=self._seat, cursor=heads, now=now, crowd=crowd))
            return
        self._subscriber.at = {
            audience: max(first - 1, fold.head(audience)[0] - TOO_FAR)
            for audience, first in since.items()
        }
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

    async def _why_fresh(self, cursor: "dict[wire.Stream, str] | None") -> wire.Reason | None:
        if cursor is None:
            return "new"
        if ("chair" in cursor) != (CHAIR in self._streams()):
            return "streams"  # They were a facilitator, or became one since (A48).
        places = self._places(cursor)
        if places is None:
            return "bad"
        if self._is_ahead(places):
            # Another process was quicker, or the past was put back; one read for all who wonder.
            async with self._house.hub.reading(self._book.log):
                if self._is_ahead(places):
                    await self._house.journal.catch_up(self._book.log)
        for audience, first in self._streams().items():
            if audience not in places:
                return "streams"
            reason = await self._why_not_from(audience, first, *places[audience])
            if reason is not None:
                return reason
        return None

    def _streams(self) -> dict[int, int]:
        """What this seat reads now, each with the first number it may read back."""
        return self._book.rules.streams(self._book.fold.state, self._seat)

    def _places(self, cursor: "dict[wire.Stream, str]") -> dict[int, tuple[int, str]] | None:
        """What the client saw last in each of its streams; None where that can't be read."""
        since = self._streams()
        places = {
            audience: wire.parse_cursor(cursor.get(stream_name(audience), "")) for audience in since
        }
        found = {audience: place for audience, place in places.items() if place is not None}
        return found if len(found) == len(since) else None

    def _is_far_behind(self, cursor: "dict[wire.Stream, str]") -> bool:
        """Whether so much is missing that to ask for it in a loop would cost as much as a fresh start (A95)."""
        fold, places = self._book.fold, self._places(cursor) or {}
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
        return self._is_busy or self._outstanding >= OUTSTANDING

    def _hear(self, text: str) -> None:
        if self._ends is not None:
            return
        try:
            frame = _decoded(text)
            if isinstance(frame, wire.Typing):
                if not self._typing():
                    self._slowly(self._pace.look(pause))
            elif isinstance(frame, wire.Command):
                self._outstanding += 1
                self._take(frame)
            elif isinstance(frame, wire.Who):
                self._introduce(frame)
            else:
                raise Ended("bad_frame")
        except Ended as ended:
            self._end(str(ended))
        except Exception as error:  # A bug must end no more than this socket, and log no words.
            _log.error("socket_failed", error=type(error).__name__)
            self._end("restart")

    def _go_on(self) -> None:
        """Something was answered: what waited behind it is heard now."""
        if self._ends is not None and self._outstanding == 0:
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
        if self._outstanding == 0:
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
        if self._streams():
            self._subscriber.send(people_frame(self._book.fold.state, self._seat, frame.seats))

    # Commands

    def _take(self, frame: wire.Command) -> None:
        """Reviews and queues a command; its answer is written when there is one."""
        if self._must_wait(frame.id):
            self._outstanding -= 1
            return self._subscriber.send(wire.Retry(frame.id, RETRY_AFTER))
        try:
            taken = self._understood(frame)
        except Refused as no:
            return self._slowly(self._refuse(frame, no))
        if taken.verdict.signal is not None:
            return self._slowly(self._submit_after_signal(frame, taken))
        return self._submit(frame, taken)

    def _understood(self, frame: wire.Command) -> Taken:
        sent = wire.decode_command(self._book.rules.commands, frame.command)
        command, written = as_written(sent)
        kind = budget_of(command, self._book.fold.state, self._seat)
        again = self._book.stored_lately(bytes.fromhex(frame.id))
        if (wait := self._pace.spend(frame.id, kind, again=again)) is not None:
            raise Refused("rate_limited", retry_ms=wait)
        self._needs_them_here(command)
        return Taken(command, sent, written, kind, *self._review(frame.id, command))

    def _submit(self, frame: wire.Command, taken: Taken) -> None:
        command = taken.command
        answer = self._house.journal.submit(
            self._book.log,
            self._seat,
            command,
            id=bytes.fromhex(frame.id),
            # As it was sent, whatever is kept of it: sent again, it is the same.
            payload=msgspec.json.encode(taken.sent),
            followed_by=[bytes.fromhex(id) for id in frame.followed_by],
            verdict=taken.verdict,
            review=taken.review,
        )
        answer.add_done_callback(lambda done: self._answered(frame.id, done, taken))
        if isinstance(command, ask.Say | ask.Post):
            self._book.on_their_way[self._seat, frame.id] = command.text
        if isinstance(command, ask.Rename):
            answer.add_done_callback(self._renamed)

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

    async def _submit_after_signal(self, frame: wire.Command, taken: Taken) -> None:
        words = words_of(taken.command) or ""
        try:
            await self._raise_signal(frame.id, words, taken.verdict)
        except Refused as no:
            return self._answer(frame.id, await self._heard(frame, no))
        except (RetryLater, OutcomeUnknown, SQLAlchemyError) as no:
            self._pace.unspent(taken.kind)
            return self._answer(frame.id, no)
        return self._submit(frame, taken)

    def _renamed(self, done: "asyncio.Future[Answer]") -> None:
        """An open case of theirs goes by the name that the room knows."""
        if done.exception() is None and self._room is not None:
            self._house.cases.named(self._session, self._book.log, self._room)

    def _needs_them_here(self, command: Command) -> None:
        """Nobody is named to be next who is not connected (FC-28): of that the rules know nothing.

        After a race the rules have the first word: the floor may have moved by this very command.
        """
        meeting = self._book.fold.state
        if isinstance(command, ask.Reseat) and meeting.sits(command.seat):
            if self._house.hub.is_here(self._book.log, command.seat):
                raise Refused("they_are_here")
            return
        if not isinstance(command, ask.Tag) or command.epoch != meeting.epoch:
            return
        if meeting.sits(command.seat) and not self._house.hub.is_here(self._book.log, command.seat):
            raise Refused("they_are_away")

    def _review(
        self, id: str, command: Command
    ) -> "tuple[Verdict, Callable[[State], Verdict] | None]":
        """The verdict under the floor as it is now, and how to come to another should it move."""
        words, state = words_of(command), self._book.fold.state
        if words is None or not isinstance(state, Meeting):
            return ALLOW, None

        def review(meeting: Meeting) -> Verdict:
            if isinstance(command, ask.Rename):
                return self._house.reviewer.name(words, meeting.epoch)
            return self._house.reviewer.line(words, self._book, self._seat, meeting, id)

        return review(state), review

    async def _refuse(self, frame: wire.Command, no: Refused) -> None:
        """What becomes of a command that goes no further; the socket is not read meanwhile (A91).

        Few of a seat's are looked at in a second, so that a flood of them costs little, and in order,
        so that a cry for help in the middle of one is heard, a little later.
        """
        await self._pace.look(pause)
        if no.code == "rate_limited":
            try:
                first = await self._stored_before(frame)
            except (OutcomeUnknown, SQLAlchemyError):
                return self._answer(frame.id, RetryLater())
            if first is not None:
                return self._answer(frame.id, first)
        return self._answer(frame.id, await self._heard(frame, no))

    async def _stored_before(self, frame: wire.Command) -> Answer | Refused | None:
        """The first answer of a command that is sent again: that one costs nothing (P2)."""
        sent = wire.decode_command(self._book.rules.commands, frame.command)
        first = await self._house.journal.first(
            self._book.log, self._seat, bytes.fromhex(frame.id), msgspec.json.encode(sent)
        )
        if first is not None:
            kind = budget_of(as_written(sent)[0], self._book.fold.state, self._seat)
            self._pace.settled(frame.id, kind)
        return first

    async def _heard(self, frame: wire.Command, no: Refused) -> Refused | RetryLater:
        """A cry for help in what can't be taken, because it is too long, is heard all the same."""
        words, meeting = wire.words_in(frame.command), self._book.fold.state
        if words is None or not isinstance(meeting, Meeting):
            return no
        reviewer = self._house.reviewer
        verdict = reviewer.line(words, self._book, self._seat, meeting, frame.id)
        if verdict.signal is not None:
            await self._pace.cry(pause)
            try:
                await self._raise_signal(frame.id, words, verdict)
            except (Refused, RetryLater, OutcomeUnknown, SQLAlchemyError):
                return RetryLater()
            no.facts["signal"] = True
        return no

    async def _raise_signal(self, id: str, words: str, verdict: Verdict) -> None:
        """A crisis signal opens its case first, whatever becomes of the command (CE-06)."""
        case = await self._house.cases.signal(
            self._session,
            bytes.fromhex(id),
            place_in(None, self._room, self._book, self._seat),
            words,
            "urgent" if verdict.signal == "urgent" else "support",
        )
        self._subscriber.send(wire.Care(case))
        if self._pace.tells_facilitators():
            cue = ask.NoticeCare(self._seat)
            self._house.journal.submit(self._book.log, 0, cue, id=noticed(id), payload=id.encode())

    def _answered(self, id: str, done: "asyncio.Future[Answer]", taken: Taken) -> None:
        self._book.on_their_way.pop((self._seat, id), None)
        error, written = done.exception(), taken.written
        if not isinstance(error, Refused | None):
            self._pace.unspent(taken.kind)
        if isinstance(error, Refused):
            if taken.verdict.signal is not None:
                error.facts["signal"] = True
            if written is not None and "spans" in error.facts:
                error.facts["spans"] = [written.as_sent(*span) for span in error.facts["spans"]]
        self._answer(id, done.result() if error is None else error)
        self._go_on()

    def _answer(self, id: str, outcome: Answer | BaseException) -> None:
        self._outstanding -= 1
        if not isinstance(outcome, Answer | Refused):
            self._owed = self._owed or {}
            self._owed[id] = False  # It keeps the place that it had.
            self._owed_until = self._house.monotonic() + OWED
            return self._subscriber.send(wire.Retry(id, RETRY_AFTER))
        if self._owed:
            self._owed.pop(id, None)
        if isinstance(outcome, Refused):
            return self._subscriber.send(wire.refusal(id, outcome))
        stream = None if outcome.audience is None else stream_name(outcome.audience)
        return self._subscriber.send(wire.Receipt(id, stream, outcome.number))

    def _must_wait(self, id: str) -> bool:
        """After a retry, what was behind it on this socket must not overtake it (P5).

        `_owed` holds in the order of sending what has to come again, and whether it is on its way.
        """
        if not self._owed or self._house.monotonic() > self._owed_until:
            self._owed = None
            return False
        for owed, on_its_way in self._owed.items():
            if owed == id:
                break
            if not on_its_way:
                if len(self._owed) < OWED_AT_MOST:
                    self._owed.setdefault(id, False)
                return True
        if id in self._owed:
            self._owed[id] = True
        return False
