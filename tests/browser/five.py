"""What the meetings of the panel and of five browsers need besides the stage: rooms of any format, time, a raid."""

from __future__ import annotations

import asyncio
import os
import re
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from chatroom import settings
from chatroom.accounts import Accounts
from chatroom.client import Refused, enter
from chatroom.secret import secret_key
from chatroom.store import database, rooms
from moderation.meeting.commands import NextPhase, Open
from tests.browser.stage import DESK, PHONE, ROLES, SCREENS, SIZES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator, WebSocketRoute

    from chatroom.client import Seat
    from tests.browser.stage import Person, Stage


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
        await holder.send(Open())
    await holder.until(lambda: holder.meeting.opened_at is not None)
    while holder.meeting.phases[holder.meeting.phase].id != phase:
        was = holder.meeting.phase
        await holder.send(NextPhase(holder.meeting.epoch))
        await holder.until(lambda was=was: holder.meeting.phase > was)  # type: ignore[misc]


@asynccontextmanager
async def seats(link: str, *names: str) -> AsyncIterator[list[Seat]]:
    """Members who need no page of their own for what is told."""
    async with AsyncExitStack() as held:
        yield [await held.enter_async_context(enter(link, name=name)) for name in names]


# The panel


def panel(person: Person) -> Locator:
    """What is on the screen of whoever holds the meeting at all times."""
    return person.page.get_by_role("region", name="Holding the meeting")


def notice(person: Person, text: str | re.Pattern[str]) -> Locator:
    return panel(person).get_by_role("listitem").filter(has_text=text)


def line(person: Person) -> Locator:
    """What came of an act, where it is not to be seen."""
    return person.page.locator(".chair-line").filter(visible=True)


async def hand_acts(person: Person, name: str) -> Locator:
    """What can be done about a hand, unfolded."""
    row = person.waiting.filter(has_text=name)
    fold = row.get_by_role("group").first
    if not await fold.evaluate("(fold) => fold.open"):
        await row.get_by_text(f"Acts for the hand of {name}").click()
    return fold


async def room_acts(person: Person) -> Locator:
    """What concerns the whole room, unfolded."""
    fold = person.page.locator(".chair-room")
    if not await fold.evaluate("(fold) => fold.open"):
        await fold.locator("summary").click()
    return fold


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
            socket.send(frame)

    def hold(self) -> None:
        self._held = True

    def let_go(self) -> None:
        self._held = False
        for socket, frame in self._waiting:
            socket.send(frame)
        self._waiting.clear()

    async def holds(self, word: str) -> None:
        """Returns once a frame with that word waits."""
        deadline = asyncio.get_running_loop().time() + 10
        while not any(word in str(frame) for _, frame in self._waiting):
            assert asyncio.get_running_loop().time() < deadline, f"no {word} in {self._waiting}"
            await asyncio.sleep(0.01)


# A raid


class Raid:
    """Some who came through an open door to write what nobody asked for, as fast as they can."""

    def __init__(self, raiders: list[Seat]) -> None:
        self.raiders = raiders
        self.refusals: list[str] = []
        self.numbers: list[int] = []

    async def write(self, until: asyncio.Event) -> None:
        """Each goes on whatever they are told."""
        await asyncio.gather(*(self._write(raider, until) for raider in self.raiders))

    async def _write(self, raider: Seat, until: asyncio.Event) -> None:
        count = 0
        while not until.is_set():
            count += 1
            try:
                receipt = await raider.say(f"Noise {count}")
            except Refused as refused:
                self.refusals.append(refused.code)
            else:
                assert receipt.number is not None, "a line has a number"
                self.numbers.append(receipt.number)
            await asyncio.sleep(0.05)


async def all_are(people: list[Person], words: str) -> None:
    """Everybody's floor card says so."""
    await asyncio.gather(*(expect(person.floor).to_contain_text(words) for person in people))
