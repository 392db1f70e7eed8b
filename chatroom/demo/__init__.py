"""A scripted meeting, played through the public protocol into a room of its own.

The scripts are data, one for each format that is shipped (script.py). Every act waits until its actor
has read what came before, as a person does. A no that the script does not expect ends the play.
"""

import asyncio
import contextlib
import random
import re
import string
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Literal, cast
from urllib.parse import urlsplit

import httpx2

from chatroom.client import LineEnded, Refused, Seat, enter
from chatroom.demo.script import FORMAT, HOST, Step, formats, read_script
from moderation.meeting import commands as ask
from moderation.meeting import cues
from moderation.meeting.cues import Cue
from moderation.meeting.format import Reaction

__all__ = ["ACTS", "FORMAT", "HOST", "ROLES", "Play", "Step", "Stopped", "formats", "read_script"]

ROLES: tuple[Literal["member", "facilitator"], ...] = ("member", "facilitator")
"""Whom it takes a link for."""
KEEPS_UP_WITHIN = 60.0
"""Seconds an actor may take to read what came before: a process may be killed under the play."""
CUSTOMS = ("!", "done", "[done]", "pass")

Sleep = Callable[[float], Awaitable[None]]


class Stopped(Exception):
    """Why there is no play: one sentence."""


def room_name(format: str) -> str:
    """What the demo's own room is called."""
    return "Demo meeting" if format == FORMAT else f"Demo {format}"


def room(format: str) -> str:
    """What it is called in URLs and commands."""
    return room_name(format).lower().replace(" ", "-")


def require_own_room(slug: str) -> None:
    """Made-up people have no business in a room of real ones."""
    own = "|".join(map(room, formats()))
    if not re.fullmatch(rf"({own})(-[1-9][0-9]*)?", slug):
        raise Stopped(f"The demo plays in rooms of its own alone; {slug} is for people.")


class Play:
    """One performance of a meeting of `format`.

    `links` are a member's and a facilitator's; `say` tells the operator.
    """

    def __init__(
        self,
        links: tuple[str, str],
        speed: float,
        pause: Sleep,
        say: Callable[[str], None],
        format: str = FORMAT,
    ) -> None:
        self._links = links
        self._speed = speed
        self._pause = pause
        self._say = say
        self._format = format
        self._stage = contextlib.AsyncExitStack()
        self._reached = 0
        self._door = ""
        self.seats: dict[str, Seat] = {}
        self.lines: dict[str, int] = {}
        """The number of the last line of each."""

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
        if step.refused:
            await self._be_refused(seat, step)
        elif step.act.startswith("moves on from "):
            await self._move_on(seat, step.act.removeprefix("moves on from "))
        else:
            await self._act(seat, step)

    async def _act(self, seat: Seat, step: Step) -> None:
        try:
            receipt = await seat.send(self._command(seat, step))
        except Refused as refused:
            raise Stopped(f"The server refused ({refused.code}) what {step}") from None
        if receipt.stream == "room" and receipt.number is not None:
            self._reached = receipt.number
            if step.act.partition(" ")[0] in WRITTEN and step.words not in CUSTOMS:
                self.lines[step.who] = receipt.number

    async def _be_refused(self, seat: Seat, step: Step) -> None:
        try:
            await seat.send(self._command(seat, step))
        except Refused as refused:
            if refused.code != step.refused:
                raise Stopped(f"Not {step.refused} but {refused.code} is said to {step}") from None
        else:
            raise Stopped(f"The server did not refuse ({step.refused}) what {step}")

    def _command(self, seat: Seat, step: Step) -> ask.SeatCommand:
        return ACTS[step.act.partition(" ")[0]](self, seat, step)

    async def _move_on(self, seat: Seat, phase: str) -> None:
        """Ends a phase that ends by time too: whichever is first."""
        if _phase(seat) == phase:
            try:
                await seat.send(ask.NextPhase(seat.meeting.epoch))
            except Refused as refused:
                if refused.code != "stale_epoch":
                    raise
        await seat.until(lambda: _phase(seat) != phase, within=KEEPS_UP_WITHIN)
        self._reached = _place(seat)

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
            self._begin(door, seat)
        self.seats[name] = seat
        self._reached = max(self._reached, _place(seat))

    def _begin(self, door: str, seat: Seat) -> None:
        path = urlsplit(door).path
        if seat.meeting.format != self._format:
            held = f"{path} holds meetings of {seat.meeting.format}"
            raise Stopped(f"{held}; the script is of {self._format}.")
        self._say(f"Playing in {path}.")

    async def _clear(self, door: str, session: str) -> None:
        """A play that was broken off is closed; one that is on is left alone."""
        # Another name each time: whoever looked in before may still have theirs.
        name = f"Stagehand {''.join(random.choices(string.ascii_uppercase, k=3))}"
        async with _seated(door, name, session) as hand:
            await hand.until(lambda: hand.seat in hand.here)
            host = next(shown for shown in hand.meeting.seats if shown.name == HOST)
            if host.seat in hand.here:
                raise Stopped("A demo is playing there already, or was just now; wait a minute.")
            await hand.send(ask.Open())
            await hand.send(ask.Close())


# Acts: what an actor sends, by the first word in the brackets


def _tell(play: Play, seat: Seat, step: Step) -> ask.Tell:
    whom = step.act.removeprefix("to ")
    return ask.Tell(step.words, None if whom == "the facilitators" else play.seats[whom].seat)


def _call(play: Play, seat: Seat, step: Step) -> ask.Invite:
    whom = step.act.removeprefix("calls ")
    return ask.Invite(seat.meeting.epoch, None if whom == "the next" else play.seats[whom].seat)


def _name(play: Play, seat: Seat, step: Step) -> ask.Tag:
    return ask.Tag(seat.meeting.epoch, play.seats[step.act.removeprefix("names ")].seat)


def _post(play: Play, seat: Seat, step: Step) -> ask.Post:
    """`posts the card ID`, or `posts the topic` and its like with words of their own."""
    what = step.act.split()[-1]
    if "card" in step.act.split():
        return ask.Post("cue", _cards()[what].text)
    return ask.Post(cast("ask.Kind", what), step.words)


def _appoint(play: Play, seat: Seat, step: Step) -> ask.Appoint:
    _, whom, service = step.act.split()
    return ask.Appoint(play.seats[whom].seat, cast("ask.Service", service))


def _react(kind: Reaction) -> "Act":
    def react(play: Play, seat: Seat, step: Step) -> ask.React:
        return ask.React(play.lines[step.act.split()[-1]], kind)

    return react


@cache
def _cards() -> dict[str, Cue]:
    return cues.parse((files("moderation.meeting") / "cues.toml").read_text("utf-8"))


Act = Callable[[Play, Seat, Step], ask.SeatCommand]

ACTS: dict[str, Act] = {
    "": lambda play, seat, step: ask.Say(step.words, seat.meeting.epoch),
    "to": _tell,
    "posts": _post,
    "reads": lambda play, seat, step: ask.Post("reading", step.words),
    # The agenda and the people
    "opens": lambda play, seat, step: ask.Open(),
    "moves": lambda play, seat, step: ask.NextPhase(seat.meeting.epoch),
    "closes": lambda play, seat, step: ask.Close(),
    "appoints": _appoint,
    "listens": lambda play, seat, step: ask.Listen(on=True),
    # The queue
    "raises": lambda play, seat, step: ask.RaiseHand(urgent="urgent" in step.act),
    "lowers": lambda play, seat, step: ask.LowerHand(),
    "shuts": lambda play, seat, step: ask.CloseQueue(),
    "reopens": lambda play, seat, step: ask.OpenQueue(),
    # The floor
    "calls": _call,
    "goes": lambda play, seat, step: ask.Next(seat.meeting.epoch),
    "takes": lambda play, seat, step: ask.Accept(seat.meeting.epoch),
    "waits": lambda play, seat, step: ask.NotYet(seat.meeting.epoch),
    "ends": lambda play, seat, step: ask.Done(seat.meeting.epoch),
    "passes": lambda play, seat, step: ask.Pass(seat.meeting.epoch),
    "names": _name,
    "returns": lambda play, seat, step: ask.GiveBack(seat.meeting.epoch),
    "extends": lambda play, seat, step: ask.Extend(seat.meeting.epoch, int(step.act.split()[-1])),
    "pauses": lambda play, seat, step: ask.Pause(),
    "resumes": lambda play, seat, step: ask.Resume(),
    # Words under a line
    "thanks": _react("thank_you"),
    "supports": _react("with_you"),
    "welcomes": _react("welcome"),
    "congratulates": _react("congratulations"),
}
WRITTEN = ("", "posts", "reads")
"""Acts that leave words in the room."""


def _seated(door: str, name: str, session: str) -> contextlib.AbstractAsyncContextManager[Seat]:
    return enter(door, name=name, session=session, keep_entries=False)


def _place(seat: Seat) -> int:
    return int(seat.cursor.get("room", "0.").partition(".")[0])


def _phase(seat: Seat) -> str:
    """The id of the phase that this actor sees; none before the opening."""
    meeting = seat.meeting
    return meeting.phases[meeting.phase].id if meeting.phase >= 0 else ""


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
                    await seats[HOST].send(ask.Close())
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
