"""A scripted meeting, played through the public protocol into a room of its own.

The script is data, evening.txt: who says or does what, after how long a pause. Every act waits until
its actor has read what came before, as a person does.
"""

import asyncio
import contextlib
import random
import re
import string
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from importlib.resources import files
from typing import Literal
from urllib.parse import urlsplit

import httpx2
from msgspec import Struct

from chatroom.client import LineEnded, Refused, Seat, enter
from moderation.meeting.commands import (
    Accept,
    Close,
    Done,
    Invite,
    LowerHand,
    NextPhase,
    Open,
    Pass,
    RaiseHand,
    Say,
    SeatCommand,
    Tell,
)

ROOM_NAME, ROOM, FORMAT = "Demo meeting", "demo-meeting", "small-discussion"
ROLES: tuple[Literal["member", "facilitator"], ...] = ("member", "facilitator")
"""Whom it takes a link for."""
OWN_ROOM = re.compile(rf"{ROOM}(-[1-9][0-9]*)?")
HOST = "Ada"
KEEPS_UP_WITHIN = 60.0
"""Seconds an actor may take to read what came before: a process may be killed under the play."""
LINE = re.compile(r"(?P<wait>\d+) (?P<who>\w+)(?: \((?P<act>[^)]+)\))?(?:: (?P<words>.+))?")

Pause = Callable[[float], Awaitable[None]]


class Stopped(Exception):
    """Why there is no play: one sentence."""


class Step(Struct, frozen=True):
    """`who` does `act`, after a pause of `wait` seconds; without an act it is a line to the room."""

    wait: float
    who: str
    act: str
    words: str


def read_script() -> list[Step]:
    """The script that is shipped."""
    text = (files("chatroom.demo") / "evening.txt").read_text("utf-8")
    return [_step(line) for line in text.splitlines() if line and not line.startswith("#")]


def _step(line: str) -> Step:
    found = LINE.fullmatch(line)
    assert found is not None, f"no line of a script: {line}"
    return Step(float(found["wait"]), found["who"], found["act"] or "", found["words"] or "")


def require_own_room(slug: str) -> None:
    """Made-up people have no business in a room of real ones."""
    if not OWN_ROOM.fullmatch(slug):
        raise Stopped(f"The demo plays in {ROOM} alone; {slug} is for people.")


class Play:
    """One performance. `links` are a member's and a facilitator's; `say` tells the operator."""

    def __init__(
        self, links: tuple[str, str], speed: float, pause: Pause, say: Callable[[str], None]
    ) -> None:
        self._links = links
        self._speed = speed
        self._pause = pause
        self._say = say
        self._stage = contextlib.AsyncExitStack()
        self._reached = 0
        self._door = ""
        self.seats: dict[str, Seat] = {}

    async def perform(self, script: Iterable[Step]) -> None:
        """From the first who comes in to the close. Broken off, it closes the meeting it began."""
        with _in_a_sentence():
            async with self._stage, _closed_by(self.seats):
                for step in script:
                    await self._pause(step.wait / self._speed)
                    await self._do(step)

    async def _do(self, step: Step) -> None:
        if step.act == "comes in":
            await self._come_in(step.who)
            return
        seat = self.seats[step.who]
        await seat.until(lambda: _place(seat) >= self._reached, within=KEEPS_UP_WITHIN)
        if step.act == "is sent back":
            await _sent_back(seat, step.words)
        else:
            await self._act(seat, step)

    async def _act(self, seat: Seat, step: Step) -> None:
        command = ACTS[step.act.partition(" ")[0]](self, seat, step)
        receipt = await seat.send(command)
        if receipt.stream == "room" and receipt.number is not None:
            self._reached = receipt.number

    async def _come_in(self, name: str) -> None:
        door, session = await _admitted(self._links[name == HOST])
        self._door = self._door or door
        if door != self._door:
            raise Stopped("The two links lead to different rooms.")
        try:
            seat = await self._stage.enter_async_context(_seated(door, name, session))
        except Refused as refused:
            if refused.code != "name_taken" or self.seats:
                raise
            await self._clear(door, session)
            seat = await self._stage.enter_async_context(_seated(door, name, session))
        if not self.seats:
            self._say(f"Playing in {urlsplit(door).path}.")
        self.seats[name] = seat
        self._reached = max(self._reached, _place(seat))

    async def _clear(self, door: str, session: str) -> None:
        """A play that was broken off is closed; one that is on is left alone."""
        # Another name each time: whoever looked in before may still have theirs.
        name = f"Stagehand {''.join(random.choices(string.ascii_uppercase, k=3))}"
        async with _seated(door, name, session) as hand:
            await hand.until(lambda: hand.seat in hand.here)
            host = next(shown for shown in hand.meeting.seats if shown.name == HOST)
            if host.seat in hand.here:
                raise Stopped("A demo is playing there already, or was just now; wait a minute.")
            await hand.send(Open())
            await hand.send(Close())


# Acts: what an actor sends, by the first word in the brackets


def _tell(play: Play, seat: Seat, step: Step) -> Tell:
    whom = step.act.removeprefix("to ")
    return Tell(step.words, None if whom == "the facilitators" else play.seats[whom].seat)


def _call(play: Play, seat: Seat, step: Step) -> Invite:
    return Invite(seat.meeting.epoch, play.seats[step.act.removeprefix("calls ")].seat)


ACTS: dict[str, Callable[[Play, Seat, Step], SeatCommand]] = {
    "": lambda play, seat, step: Say(step.words, seat.meeting.epoch),
    "to": _tell,
    "opens": lambda play, seat, step: Open(),
    "moves": lambda play, seat, step: NextPhase(seat.meeting.epoch),
    "closes": lambda play, seat, step: Close(),
    "raises": lambda play, seat, step: RaiseHand(),
    "lowers": lambda play, seat, step: LowerHand(),
    "calls": _call,
    "takes": lambda play, seat, step: Accept(seat.meeting.epoch),
    "ends": lambda play, seat, step: Done(seat.meeting.epoch),
    "passes": lambda play, seat, step: Pass(seat.meeting.epoch),
}


def _seated(door: str, name: str, session: str) -> contextlib.AbstractAsyncContextManager[Seat]:
    return enter(door, name=name, session=session, keep_entries=False)


def _place(seat: Seat) -> int:
    return int(seat.cursor.get("room", "0.").partition(".")[0])


async def _sent_back(seat: Seat, words: str) -> None:
    try:
        await seat.say(words)
    except Refused as refused:
        if refused.code != "contact_details":
            raise
    else:
        raise Stopped("The review let a phone number pass.")


async def _admitted(link: str) -> tuple[str, str]:
    """Through an invitation: the address of the room, which has to be the demo's, and a session."""
    parts = urlsplit(link)
    origin = f"{parts.scheme}://{parts.netloc}"
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{origin}/invitations/exchange", json={"secret": parts.fragment})
    if not answer.is_success:
        raise Stopped(f"{origin} answers {answer.status_code}; is it one of the server's ORIGINS?")
    entered = answer.json()
    require_own_room(entered["url"].rpartition("/")[2])
    return origin + entered["url"], entered["session"]


@contextlib.asynccontextmanager
async def _closed_by(seats: dict[str, Seat]) -> AsyncIterator[None]:
    """Leaves no meeting open whose people are gone."""
    try:
        yield
    except BaseException:
        if HOST in seats:
            with contextlib.suppress(Refused, LineEnded, TimeoutError):
                async with asyncio.timeout(2):
                    await seats[HOST].send(Close())
        raise


@contextlib.contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except (httpx2.TransportError, TimeoutError) as error:
        raise Stopped(f"The server does not answer ({type(error).__name__}).") from None
    except LineEnded as ended:
        raise Stopped(f"The server ended a line: {ended.words}") from None
    except Refused as refused:
        raise Stopped(f"The server refused: {refused.words}") from None
