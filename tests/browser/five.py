"""What the meetings of the panel and of five browsers need besides the stage: rooms of any format, time, a raid."""

from __future__ import annotations

import asyncio
import os
import re
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import httpx2
from playwright.async_api import expect

from chatroom import settings
from chatroom.client import Refused, enter, new_id
from chatroom.people.accounts import Accounts
from chatroom.people.secret import secret_key
from chatroom.store import database, rooms
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests.browser.stage import DESK, PHONE, ROLES, SCREENS, SIZES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from playwright.async_api import Locator, WebSocketRoute

    from chatroom.client import Seat
    from tests.browser.stage import Person, Stage

E = TypeVar("E")


async def room_of(
    stage: Stage, name: str, format: str = "small-discussion", **ways: Any
) -> dict[str, str]:
    """A new room of a format, with its own ways: its slug, its address, and a link for each role."""
    house = settings.load({"DATABASE_URL": f"sqlite:///{stage.server.database}"})
    engine = database.open_engine(house)
    try:
        now = time.time()
        room = await rooms.create_room(engine, name, format, now, os.urandom, ways)
        accounts = Accounts(engine, secret_key(house.secret_file, os.urandom), os.urandom)
        # A server whose time runs faster is soon ahead of this clock.
        until = now + 30 * 24 * 3600
        secrets = {role: await accounts.invite(room.id, role, None, until, now) for role in ROLES}
    finally:
        await engine.dispose()
    links: dict[str, str] = {
        role: f"{stage.origin}/enter#{secret}" for role, secret in secrets.items()
    }
    return {"slug": room.slug, "address": f"{stage.origin}/rooms/{room.slug}", **links}


async def go_to(holder: Seat, phase: str) -> None:
    """Opens the meeting where it is not yet, and moves on to a phase."""
    if holder.meeting.opened_at is None:
        await holder.send(ask.Open())
    await holder.until(lambda: holder.meeting.opened_at is not None)
    while holder.meeting.phases[holder.meeting.phase].id != phase:
        was = holder.meeting.phase
        await holder.send(ask.NextPhase(holder.meeting.epoch))
        await holder.until(lambda was=was: holder.meeting.phase > was)  # type: ignore[misc]


@asynccontextmanager
async def seats(link: str, *names: str) -> AsyncIterator[list[Seat]]:
    """Members who need no page of their own for what is told."""
    async with AsyncExitStack() as held:
        yield [await held.enter_async_context(enter(link, name=name)) for name in names]


async def knock(person: Person, address: str) -> None:
    await person.open(address)
    await person.page.get_by_role("textbox", name="Your name for this meeting").fill(person.name)
    await person.page.get_by_role(
        "button", name=re.compile("^(Come in|Knock|Ask to come in)")
    ).click()


# The panel


def panel(person: Person) -> Locator:
    """What is on the screen of whoever holds the meeting at all times."""
    return person.page.get_by_role("region", name="Holding the meeting")


def notice(person: Person, text: str | re.Pattern[str]) -> Locator:
    return panel(person).get_by_role("listitem").filter(has_text=text)


def line(person: Person) -> Locator:
    """What came of an act, where it is not to be seen."""
    return person.page.locator(".chair-line").filter(visible=True)


@asynccontextmanager
async def wrong(person: Person) -> AsyncIterator[Locator]:
    """What there is where something is wrong in the room; on a phone within `people`."""
    await person.button("Something is wrong in the room").click()
    sheet = person.page.get_by_role("dialog", name="Something is wrong in the room")
    await expect(sheet).to_be_visible()
    yield sheet
    if await sheet.is_visible():
        await sheet.get_by_role("button", name="Back", exact=True).click()
    await expect(sheet).to_be_hidden()


async def close_meeting(person: Person) -> None:
    """Where the next part stood, once there is none; before that the act is folded away."""
    close = person.button("Close the meeting for everyone")
    if not await close.is_visible():
        await person.page.get_by_text("End the meeting now").click()
    await person.press_twice("Close the meeting for everyone")


async def press_both(within: Locator, act: str) -> None:
    """What is grave, in a sheet."""
    await within.get_by_role("button", name=act, exact=True).click()
    await within.get_by_role("button", name=f"Yes, {act[0].lower()}{act[1:]}", exact=True).click()


async def moment(person: Person, station: str) -> None:
    """The page at a desk and on a phone, in its own colours; it has to fit in both."""
    before = person.page.viewport_size
    for size, viewport in SIZES.items():
        await person.page.set_viewport_size(viewport)
        name = f"{station}-{person.name.lower()}-{size}.png"
        await person.page.screenshot(path=SCREENS / name, animations="disabled")
        await person.fits()
    await person.page.set_viewport_size(before or (PHONE if person.phone else DESK))


# The wire


class Wire:
    """A page's socket, held up on purpose: what the server sends waits until it is let through."""

    def __init__(self) -> None:
        self._waiting: list[tuple[WebSocketRoute, str | bytes]] = []
        self._held = False
        self._passed: list[str] = []

    async def put_on(self, person: Person) -> None:
        """Before the page opens its socket."""
        await person.page.route_web_socket(re.compile("/socket"), self._carry)

    def _carry(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda frame: server.send(frame))
        server.on_message(lambda frame: self._pass(socket, frame))

    def _pass(self, socket: WebSocketRoute, frame: str | bytes) -> None:
        if self._held:
            self._waiting.append((socket, frame))
        else:
            self._passed.append(str(frame))
            socket.send(frame)

    def hold(self) -> None:
        self._held = True

    def let_go(self) -> None:
        self._held = False
        for socket, frame in self._waiting:
            socket.send(frame)
        self._waiting.clear()

    def drop(self) -> None:
        """What waits is lost; the next socket is held up no more."""
        self._waiting.clear()
        self._held = False

    async def passed(self, word: str) -> None:
        """Returns once a frame with that word went through."""
        deadline = asyncio.get_running_loop().time() + 10
        while not any(word in frame for frame in self._passed):
            assert asyncio.get_running_loop().time() < deadline, f"no {word} came through"
            await asyncio.sleep(0.01)

    async def holds(self, *words: str) -> None:
        """Returns once a frame with one of those words waits."""
        deadline = asyncio.get_running_loop().time() + 10
        while not any(word in str(frame) for word in words for _, frame in self._waiting):
            assert asyncio.get_running_loop().time() < deadline, f"no {words} in {self._waiting}"
            await asyncio.sleep(0.01)


# A raid


class Raid:
    """Some who came through an open door to write what nobody asked for, two lines a second each."""

    def __init__(self, raiders: list[Seat]) -> None:
        self.raiders = raiders
        self.refusals: list[str] = []
        self.lines: dict[int, str] = {}
        """What came in, by its number in the room."""
        self._over = False
        self._writing: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._writing = asyncio.create_task(self._write_all())

    async def end(self) -> None:
        self._over = True
        assert self._writing is not None, "the raid has begun"
        await self._writing

    async def _write_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for raider in self.raiders:
                group.create_task(self._write(raider))

    async def _write(self, raider: Seat) -> None:
        """Goes on whatever it is told."""
        count = 0
        while not self._over:
            count += 1
            text = f"Noise {count} of {raider.seat}"
            try:
                receipt = await raider.say(text)
            except Refused as refused:
                self.refusals.append(refused.code)
            else:
                assert receipt.number is not None, "a line has a number"
                self.lines[receipt.number] = text
            await asyncio.sleep(0.5)  # A tenth of the full figure, as all floods in CI (abuse.md).


@asynccontextmanager
async def raid(room: dict[str, str], size: int) -> AsyncIterator[Raid]:
    """As many strangers, each by a session of their own, in through the open door."""
    async with AsyncExitStack() as held:
        names = [f"Guest {number}" for number in range(size)]
        sessions = await asyncio.gather(*(stranger(room, name) for name in names))
        entered = [enter(room["address"], session=session) for session in sessions]
        yield Raid([await held.enter_async_context(line) for line in entered])


async def stranger(room: dict[str, str], name: str) -> str:
    """Takes a seat without an invitation; the session it was given."""
    answer = await at_the_door(room, name)
    assert "seat" in answer, f"the door is not open: {answer}"
    return str(answer["session"])


async def at_the_door(room: dict[str, str], name: str) -> dict[str, Any]:
    """What the door answers somebody whom nobody invited."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        body = {"id": new_id(), "name": name}
        answer = await http.post(f"{room['address']}/seats", json=body)
        return dict(answer.json())


class Record:
    """The log as somebody reads it who only listens."""

    def __init__(self, listener: Seat) -> None:
        self._listener = listener
        self.entries: list[tuple[int, happened.AnyEntry]] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for seen in self._listener.entries():
            if seen.stream == "room":
                self.entries.append((seen.number, cast("happened.AnyEntry", seen.entry)))

    def of(self, kind: type[E]) -> list[E]:
        return [entry for _, entry in self.entries if isinstance(entry, kind)]

    def number_of(self, kind: type[happened.AnyEntry]) -> int:
        """The number of the last of a kind."""
        return [number for number, entry in self.entries if isinstance(entry, kind)][-1]

    async def until(self, holds: Callable[[], bool]) -> None:
        deadline = asyncio.get_running_loop().time() + 10
        while not holds():
            assert asyncio.get_running_loop().time() < deadline, self.entries[-5:]
            await asyncio.sleep(0.02)

    def close(self) -> None:
        self._reading.cancel()


async def all_are(people: list[Person], words: str) -> None:
    """Everybody's floor card says so."""
    await asyncio.gather(*(expect(person.floor).to_contain_text(words) for person in people))
