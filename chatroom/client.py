"""The Python client of the protocol: through the door, onto the socket, back by itself.

    async with enter(link, name="Ben") as seat:
        receipt = await seat.say("hello")       # Receipt(number, ...); raises Refused(code, words)
        await seat.send(RaiseHand())            # any command of moderation/meeting/commands.py
        async for seen in seat.entries(): ...   # every entry once, in order, across reconnects
        seat.meeting                            # the folded state, as a browser has it

`come_to_desk` is the same for staff, `case_line` for the private line of a case. The three faces
`Seat`, `DeskSeat` and `CaseLine` stand on `Line`, which keeps one socket up: `Copy` knows where the
client is in each stream and what the meeting looks like there, `Outbox` which commands have no
answer yet. Both are free of I/O.

What may happen on the way, and what it looks like from outside:

    Refused       a "no" of the server, to a command or at the door; nothing was stored
    LineEnded     the server closed the line for good (CLOSE_CODES), or the context was left
    an OSError    or the like of httpx2: the door can't be reached for `PATIENCE` seconds
    AssertionError  the server broke a promise: a number was left out, doubled or given twice

Anything else that goes wrong with the network is nobody's business outside: the line comes back
with its cursor and sends again, under the same ids, what had no answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import random
import secrets
from collections import deque
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack, assert_never, cast
from urllib.parse import urlsplit

import httpx2
import msgspec
from msgspec import Struct
from rpds import HashTrieMap
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from chatroom.refusals import CLOSE_CODES
from chatroom.wire import (
    WINDOW,
    Care,
    Command,
    Entries,
    Fresh,
    Heartbeat,
    Hello,
    Numbered,
    OutboundFrame,
    Presence,
    Receipt,
    Refusal,
    Resumed,
    Retry,
    SeatTyping,
    Stream,
    cursor,
    parse_cursor,
)
from moderation.case import case as case_rules
from moderation.case import desk as desk_rules
from moderation.case.case import Case, CaseView
from moderation.case.commands import CaseSeatCommand, CloseCase, Outcome, Write
from moderation.case.desk import Desk, DeskView, StaffSeat
from moderation.case.entries import CaseEntry, DeskEntry
from moderation.meeting import audience, decider
from moderation.meeting.audience import Snapshot
from moderation.meeting.commands import Say, SeatCommand
from moderation.meeting.entries import AnyEntry
from moderation.meeting.state import Meeting, Stamp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

__all__ = [
    "CaseLine",
    "Copy",
    "DeskSeat",
    "HelpGiven",
    "Line",
    "LineEnded",
    "Outbox",
    "Receipt",
    "Refused",
    "Seat",
    "Seen",
    "case_line",
    "come_to_desk",
    "enter",
]

PATIENCE = 10.0
"""Seconds for which a door that can't be reached is tried again."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two tries to come back: doubled each time, jittered."""
BEHIND = 2.0
"""Seconds after a heartbeat that names a later head, until the line comes back to ask for the rest."""
LEFT = CLOSE_CODES["leaving"]
LARGEST_FRAME = 64 * 2**20

State = Meeting | Case | Desk
View = Snapshot | CaseView | DeskView
AnySeatCommand = SeatCommand | CaseSeatCommand
L = TypeVar("L", bound="Line")


class Refused(Exception):
    """A "no": `code` and `words` as in chatroom/refusals.py, `next` what may be done about it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code, refusal.words)
        self.code = refusal.code
        self.words = refusal.words
        self.next = refusal.next
        self.spans = refusal.spans
        self.facts = refusal.facts


class LineEnded(Exception):
    """The line does not come back; `name` is that of the close code, or `http_403` and its like."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(name, words)
        self.name = name
        self.words = words


class Seen(Struct, frozen=True):
    """An entry where it stands: its stream, gapless number there, id, seconds since 1970."""

    stream: Stream
    number: int
    id: str
    at: float
    entry: AnyEntry | CaseEntry | DeskEntry


class HelpGiven(Struct, frozen=True):
    """The answer to Help: the case, whether anybody is at the desk, and whom else to turn to."""

    case: str
    attended: bool
    words: str
    helplines: list[dict[str, str | None]] = []


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


# In by a door.


@contextlib.asynccontextmanager
async def enter(
    link: str, *, name: str | None = None, session: str | None = None, **options: Unpack[Options]
) -> AsyncIterator[Seat]:
    """A seat in the meeting that an invitation's link leads to, taken under `name`.

    With a `session` the link is that of the room itself (`http://host/rooms/<slug>`); without a
    name the session must have its seat already.
    """
    door = await _door(link, session)
    if name is not None:
        await door.take_seat(name, options.get("ids", new_id)())
    async with _kept_up(Seat(door, **options)) as seat:
        yield seat


@contextlib.asynccontextmanager
async def come_to_desk(
    link: str, *, name: str | None = None, session: str | None = None, **options: Unpack[Options]
) -> AsyncIterator[DeskSeat]:
    """A place at the desk, by a link for staff, or with a `session` by the address of the desk."""
    door = await _door(link, session)
    if name is not None:
        await door.take_seat(name, options.get("ids", new_id)())
    async with _kept_up(DeskSeat(door, **options)) as seat:
        yield seat


@contextlib.asynccontextmanager
async def case_line(
    origin: str, case: str, *, session: str, **options: Unpack[Options]
) -> AsyncIterator[CaseLine]:
    """The private line of a case, for the session that raised or claimed it."""
    door = Door(origin, f"/cases/{case}", session)
    async with _kept_up(CaseLine(door, **options)) as line:
        yield line


class Door(Struct, frozen=True):
    """Where a line is: server, path of the page it belongs to, and the session that may go there."""

    origin: str
    path: str
    session: str

    async def take_seat(self, name: str, id: str) -> int:
        answer = await self.post(f"{self.path}/seats", {"id": id, "name": name})
        return int(answer["seat"])

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Sent again, under the id in `body`, for as long as nobody answers."""
        return await _post(self.origin + path, body, session=self.session, repeat=True)

    @property
    def socket(self) -> str:
        return self.origin.replace("http", "ws", 1) + f"{self.path}/socket"


async def _door(link: str, session: str | None) -> Door:
    parts = urlsplit(link)
    origin = f"{parts.scheme}://{parts.netloc}"
    if session is not None:
        return Door(origin, parts.path, session)
    # An exchange has no id: sent twice, it might use up an invitation twice.
    answer = await _post(f"{origin}/invitations/exchange", {"secret": parts.fragment}, repeat=False)
    return Door(origin, answer["url"], answer["session"])


async def _post(
    url: str, body: dict[str, Any], *, session: str | None = None, repeat: bool
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {session}"} if session is not None else {}
    pauses = _pauses(random.uniform)
    async with (
        asyncio.timeout(PATIENCE),
        # Without TLS there is nothing to verify, and reading the certificates takes 20 ms.
        httpx2.AsyncClient(trust_env=False, verify=url.startswith("https:")) as http,
    ):
        while True:
            try:
                answer = await http.post(url, json=body, headers=headers)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                pass  # It never got there.
            except httpx2.TransportError:
                if not repeat:
                    raise
            else:
                if answer.status_code not in (429, 502, 503, 504):
                    return _answered(answer)
            await asyncio.sleep(next(pauses))


def _answered(answer: httpx2.Response) -> dict[str, Any]:
    if answer.is_success:
        return cast("dict[str, Any]", answer.json())
    try:
        refusal = msgspec.json.decode(answer.content, type=Refusal)
    except msgspec.DecodeError:
        answer.raise_for_status()
        raise
    raise Refused(refusal)


def _pauses(jitter: Callable[[float, float], float]) -> Iterator[float]:
    longest = SHORTEST_PAUSE
    while True:
        longest = min(2 * longest, LONGEST_PAUSE)
        yield jitter(SHORTEST_PAUSE, longest)


@contextlib.asynccontextmanager
async def _kept_up(line: L) -> AsyncIterator[L]:
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


# The faces.


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
        self._socket: ClientConnection | None = None
        self._answered = False
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
        pauses = _pauses(self._jitter)
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
                pauses = _pauses(self._jitter)
            if self.ended is None:
                await asyncio.sleep(next(pauses))

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
                while (frame := self._outbox.next(self._clock())) is not None:
                    await socket.send(frame, text=True)
                await _wait(self._to_send, self._outbox.pause(self._clock()))

    def _take(self, frame: OutboundFrame) -> None:
        match frame:
            case Entries():
                self._arrived.extend(self._copy.take(frame))
            case Receipt() | Refusal():
                self._outbox.settle(frame)
                self._to_send.set()
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


class Seat(Line):
    """A seat in a meeting."""

    @property
    def meeting(self) -> Snapshot:
        """The meeting as far as this client has read."""
        return cast("Snapshot", self._copy.view)

    async def say(self, text: str, *, epoch: int | None = None, id: str | None = None) -> Receipt:
        """A line to the room; `epoch` is the one this client sees, unless given."""
        return await self.submit_line(text, epoch=epoch, id=id)

    def submit_line(
        self, text: str, *, epoch: int | None = None, id: str | None = None
    ) -> asyncio.Future[Receipt]:
        """`say` without waiting."""
        return self.submit(Say(text, self.meeting.epoch if epoch is None else epoch), id=id)

    def another_socket(
        self, **options: Unpack[Options]
    ) -> contextlib.AbstractAsyncContextManager[Seat]:
        """The same seat again, as in a second tab: a cursor and an outbox of its own."""
        return _kept_up(Seat(self._door, **options))

    async def help(self) -> HelpGiven:
        """Presses Help; pressed again while the case is open, it is the same case."""
        slug = self._door.path.rpartition("/")[2]
        answer = await self._door.post("/help", {"id": self._ids(), "room": slug})
        return msgspec.convert(answer, HelpGiven)

    def case_line(
        self, case: str, **options: Unpack[Options]
    ) -> contextlib.AbstractAsyncContextManager[CaseLine]:
        """The member's end of a case's line."""
        return case_line(self._door.origin, case, session=self.session, **options)


class DeskSeat(Line):
    """A place at the desk. It has no commands; cases are claimed by a request of their own."""

    @property
    def desk(self) -> DeskView:
        """Who is here, and the open cases."""
        return cast("DeskView", self._copy.view)

    async def claim(self, case: str) -> None:
        """Takes a case; raises `Refused` where somebody else has it."""
        await self._door.post(f"/cases/{case}/claims", {"id": self._ids()})

    def case_line(
        self, case: str, **options: Unpack[Options]
    ) -> contextlib.AbstractAsyncContextManager[CaseLine]:
        """The end of the line of a case that was claimed here."""
        return case_line(self._door.origin, case, session=self.session, **options)


class CaseLine(Line):
    """One end of the private line of a case."""

    @property
    def case(self) -> CaseView:
        """How the case stands."""
        return cast("CaseView", self._copy.view)

    async def write(self, text: str) -> Receipt:
        return await self.send(Write(text))

    async def close(self, outcome: Outcome) -> Receipt:
        """Closes the case; for the member the outcome is `left`."""
        return await self.send(CloseCase(outcome))


# Where the client is, and what it looks like there.


class Copy:
    """The place in each stream and the state there. A broken promise of the server is an `AssertionError`."""

    def __init__(self) -> None:
        self.seat = 0
        self.resets: list[str] = []
        self._state: State | None = None
        self._places: dict[Stream, tuple[int, str]] = {}
        self._heads: dict[Stream, tuple[int, str]] = {}
        self._start: _Start | None = None

    @property
    def cursor(self) -> dict[Stream, str] | None:
        """What hello says: None before the first fresh start is complete."""
        if self._state is None:
            return None
        return {stream: cursor(*place) for stream, place in self._places.items()}

    @property
    def view(self) -> View:
        assert self._state is not None, "nothing is known before the first fresh start"
        return view(self._state, self.seat)

    @property
    def caught_up(self) -> bool:
        return (
            self._start is None
            and self._state is not None
            and all(self._number(stream) >= head for stream, (head, _) in self._heads.items())
        )

    def is_behind(self, head: str) -> bool:
        """Whether the room has an entry that is not here, or another one than is here."""
        number, id = _place_of(head)
        mine, mine_id = self._places.get("room", (0, ""))
        return mine < number or (mine == number and mine_id != id)

    def start(self, frame: Fresh) -> list[Seen]:
        """A fresh start. Its entries are kept back until all are here, so that it counts as a whole:
        if the socket goes in the middle, the old cursor still holds."""
        places: dict[Stream, tuple[int, str]] = {
            stream: (number, "") for stream, number in frame.starts.items()
        }
        self._start = _Start(frame, places, [])
        return self._complete(self._start)

    def resume(self, frame: Resumed) -> None:
        """The cursor holds."""
        assert self._state is not None, "resumed without a cursor"
        assert frame.seat == self.seat, f"resumed as seat {frame.seat}, not {self.seat}"
        self._start = None
        self._heads = _places(frame.cursor)
        for stream, place in self._places.items():
            head = self._heads.get(stream, (0, ""))
            assert place[0] < head[0] or place == head, f"{stream}: resumed at {place}, head {head}"

    def take(self, frame: Entries) -> list[Seen]:
        """The entries that are now to be seen, folded into the state."""
        places = self._places if self._start is None else self._start.places
        seen = [_step(places, frame.stream, numbered) for numbered in frame.entries]
        if self._start is not None:
            self._start.seen += seen
            return self._complete(self._start)
        for one in seen:
            self._fold(one)
        return seen

    def _complete(self, start: _Start) -> list[Seen]:
        heads = _places(start.frame.cursor)
        if any(start.places.get(stream, (0, ""))[0] < head for stream, (head, _) in heads.items()):
            return []
        if self._state is not None:
            self.resets.append(start.frame.reason)
        self.seat = start.frame.seat
        self._start, self._heads, self._places = None, heads, heads | start.places_with_id
        self._state = thaw(start.frame.snapshot)
        for one in start.seen:
            head, id = heads.get(one.stream, (0, ""))
            assert one.number != head or one.id == id, f"{one.stream}: {head} is {one.id}, not {id}"
            if one.number > head:
                self._fold(one)
        return start.seen

    def _fold(self, one: Seen) -> None:
        assert self._state is not None
        self._state = fold(self._state, one.entry, Stamp(one.number, one.at))

    def _number(self, stream: Stream) -> int:
        return self._places.get(stream, (0, ""))[0]


class _Start(Struct):
    """A fresh start whose entries are still on their way."""

    frame: Fresh
    places: dict[Stream, tuple[int, str]]
    seen: list[Seen]

    @property
    def places_with_id(self) -> dict[Stream, tuple[int, str]]:
        return {stream: place for stream, place in self.places.items() if place[1]}


def _places(cursors: dict[Stream, str]) -> dict[Stream, tuple[int, str]]:
    return {stream: _place_of(text) for stream, text in cursors.items()}


def _place_of(cursor: str) -> tuple[int, str]:
    place = parse_cursor(cursor)
    assert place is not None, f"expected a cursor from the server, got {cursor}"
    return place


def _step(places: dict[Stream, tuple[int, str]], stream: Stream, numbered: Numbered) -> Seen:
    last = places.get(stream, (0, ""))[0]
    assert numbered.number == last + 1, f"{stream}: {numbered.number} came after {last}"
    places[stream] = (numbered.number, numbered.id)
    return Seen(stream, numbered.number, numbered.id, numbered.at, numbered.entry)


# The fold: a view is thawed into the state that the rules fold, and shown as a view again.


def thaw(view: View) -> State:
    """A state that looks like `view` and goes on from there; what no view shows is left empty."""
    match view:
        case Snapshot():
            return audience.from_snapshot(view)
        case CaseView():
            return Case(
                source=view.source,
                triage=view.triage,
                room=view.room,
                member=view.member,
                raised_at=view.raised_at,
                told=view.told,
                claimed_at=view.claimed_at,
                claimer=view.claimer,
                closed_at=view.closed_at,
            )
        case DeskView():
            return Desk(
                seats=HashTrieMap({shown.seat: StaffSeat(shown.name, 1) for shown in view.seats}),
                cases=HashTrieMap({listed.case: listed for listed in view.cases}),
                chairs=HashTrieMap({listed.meeting: listed for listed in view.chairs}),
            )
        case _:
            assert_never(view)


def fold(state: State, entry: AnyEntry | CaseEntry | DeskEntry, stamp: Stamp) -> State:
    """The state after `entry`.

    A view shows only what everybody is told, and facilitators the lobby. The other streams are left
    out: their order against the first is not promised, and a seat may be given before it is seen to
    be taken.
    """
    match state:
        case Meeting():
            known = cast("AnyEntry", entry)
            is_shown = audience.audience(known) in (audience.ROOM, audience.CHAIR)
            return decider.evolve(state, known, stamp) if is_shown else state
        case Case():
            of_case = cast("CaseEntry", entry)
            return (
                state if case_rules.audience(of_case) else case_rules.evolve(state, of_case, stamp)
            )
        case Desk():
            of_desk = cast("DeskEntry", entry)
            return (
                state if desk_rules.audience(of_desk) else desk_rules.evolve(state, of_desk, stamp)
            )
        case _:
            assert_never(state)


def view(state: State, seat: int) -> View:
    """What `seat` sees of it."""
    match state:
        case Meeting():
            return audience.snapshot(state, seat)
        case Case():
            return case_rules.snapshot(state, seat)
        case Desk():
            return desk_rules.snapshot(state, seat)
        case _:
            assert_never(state)


# What has no answer yet.


class Outbox:
    """Commands in the order of their intent, each until its receipt or refusal."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._unsent: list[tuple[int, str]] = []
        self._on_the_way: set[str] = set()
        self._added = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, id: str, command: AnySeatCommand) -> asyncio.Future[Receipt]:
        """The future of its answer; the same command added twice has one future."""
        encoded = msgspec.json.encode(command)
        known = self._waiting.get(id)
        if known is not None:
            assert known.command == encoded, f"two commands wait under the id {id}"
            return known.answer
        answer = asyncio.get_running_loop().create_future()
        self._added += 1
        self._waiting[id] = _Waiting(self._added, encoded, answer)
        self._unsent.append((self._added, id))  # The largest yet: the heap stays one.
        return answer

    def next(self, now: float) -> bytes | None:
        """The first unsent frame, which now counts as sent; None while it has to wait, and those behind it.

        No more than `WINDOW` are on the way at once: so many can be named as what followed another.
        """
        while self._unsent and len(self._on_the_way) < WINDOW:
            _, id = self._unsent[0]
            waiting = self._waiting.get(id)
            if waiting is not None and not waiting.answer.cancelled():
                if waiting.not_before > now:
                    return None
                heapq.heappop(self._unsent)
                self._on_the_way.add(id)
                return self._frame(id, waiting)
            heapq.heappop(self._unsent)
            self._waiting.pop(id, None)
        return None

    def _frame(self, id: str, waiting: _Waiting) -> bytes:
        """Sent again, it names what was sent behind it: none of that is to be overtaken (P5)."""
        behind: tuple[str, ...] = ()
        if waiting.tried:
            behind = tuple(
                other
                for other, later in self._waiting.items()
                if later.tried and later.order > waiting.order
            )
        waiting.tried = True
        return msgspec.json.encode(Command(id, msgspec.Raw(waiting.command), behind))

    def pause(self, now: float) -> float | None:
        """Seconds until `next` has something; None: not before another command, or an answer."""
        if not self._unsent or len(self._on_the_way) >= WINDOW:
            return None
        return max(0.0, self._waiting[self._unsent[0][1]].not_before - now)

    def unsend(self) -> None:
        """The socket is a new one: whatever has no answer is sent again."""
        for id in [id for id, waiting in self._waiting.items() if waiting.answer.cancelled()]:
            del self._waiting[id]
        self._unsent = [(waiting.order, id) for id, waiting in self._waiting.items()]
        self._on_the_way.clear()

    def retry(self, frame: Retry, now: float) -> None:
        waiting = self._waiting.get(frame.id)
        if waiting is not None:
            waiting.not_before = now + frame.after_ms / 1000
            if frame.id in self._on_the_way:
                self._on_the_way.remove(frame.id)
                heapq.heappush(self._unsent, (waiting.order, frame.id))

    def settle(self, frame: Receipt | Refusal) -> None:
        waiting = self._waiting.pop(frame.id or "", None)
        self._on_the_way.discard(frame.id or "")
        if waiting is None or waiting.answer.done():
            return
        if isinstance(frame, Receipt):
            waiting.answer.set_result(frame)
        else:
            waiting.answer.set_exception(Refused(frame))

    def abandon(self, why: LineEnded) -> None:
        """Nothing is sent any more. Whoever waits is told; who does not is not complained about."""
        for waiting in self._waiting.values():
            if not waiting.answer.done():
                waiting.answer.set_exception(why)
                waiting.answer.exception()
        self._waiting.clear()
        self._unsent.clear()
        self._on_the_way.clear()


class _Waiting(Struct):
    order: int
    command: bytes
    answer: asyncio.Future[Receipt]
    tried: bool = False
    not_before: float = 0.0
