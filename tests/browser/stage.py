"""The stage of the browser tests: people, each with a browser context of their own.

A person finds things as a screen reader does, by role and name. What every page must keep at all
times is watched from its first byte, and asserted when the stage closes: nothing goes wrong in the
console, no policy is violated, and nobody but our server is asked for anything.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, expect
from playwright.async_api import TimeoutError as TookTooLong

from chatroom import settings
from chatroom.people.accounts import Accounts
from chatroom.people.secret import secret_key
from chatroom.store import database, rooms
from tests.browser.taps import AT_REST, TELL_HELD_BACK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        ViewportSize,
    )

    from chatroom.store.accounts import Role
    from tests.processes import ServerProcess

SCREENS = Path(__file__).parent.parent / "artifacts" / "screens"
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 320, "height": 640}
SIZES = {"desk": DESK, "phone": PHONE}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TARGET = 44
# Chromium says so of a page that is left while it connects, which anybody may do.
LEFT_EARLY = re.compile("WebSocket is closed before the connection is established")
ROLES: tuple[Role, ...] = ("member", "facilitator", "staff")

expect.set_options(timeout=10_000)

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
  console.error("policy violated:", violatedDirective, blockedURI, sample))
"""

# Targets that stand out of the window, or are too small for a finger; links in a sentence may be. And
# choices that have no room for their longest words.
TARGETS = """(least) => {
  const wrong = []
  const scrolls = (e) => e !== null && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement))
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  const pen = document.createElement("canvas").getContext("2d")
  const arrow = 20
  const cut = (e) => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(e)
    pen.font = font
    const room = e.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - arrow
    return [...e.options].map(({ text }) => text).filter((text) => pen.measureText(text).width > room)
  }
  for (const e of document.querySelectorAll("button, textarea, input, select, summary, a.button")) {
    // The words of a box to tick are part of it.
    const aimed = e.matches("[type=checkbox], [type=radio]") ? (e.closest("label") ?? e) : e
    const { left, right, width, height } = aimed.getBoundingClientRect()
    if (!shown(e)) continue
    const name = e.getAttribute("aria-label") ?? e.textContent?.trim() ?? e.id
    const out = left < -0.5 || right > innerWidth + 0.5
    if (out && !scrolls(e.parentElement)) wrong.push(`${name} stands out: ${left}..${right}`)
    if (e.localName === "select") wrong.push(...cut(e).map((words) => `#${e.id} cuts “${words}”`))
    if (width < least - 0.5 || height < least - 0.5) wrong.push(`${name} is small: ${width} x ${height}`)
  }
  return wrong
}"""

# What lies over an element: over its middle, or a little inside its corners.
COVERED = """(element) => {
  const { left, top, right, bottom } = element.getBoundingClientRect()
  const [x, y] = [(left + right) / 2, (top + bottom) / 2]
  const points = [[x, y], [left + 8, y], [right - 8, y], [x, top + 4], [x, bottom - 4]]
  return points
    .map(([x, y]) => document.elementFromPoint(x, y))
    .filter((over) => !element.contains(over))
    .map((over) => over?.outerHTML.slice(0, 80) ?? "nothing, it is outside")[0]
}"""

BEGINS = """(element) => {
  const { left, top } = element.getBoundingClientRect()
  const over = document.elementFromPoint(left + 8, top + 8)
  return element.contains(over) ? null : (over?.outerHTML.slice(0, 80) ?? "nothing, it is outside")
}"""


class Stage:
    """The people of one test on one server."""

    def __init__(self, browser: Browser, server: ServerProcess) -> None:
        self.server = server
        self._browser = browser
        self._people: list[Person] = []

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server.port}"

    async def room(self, name: str) -> dict[str, str]:
        """A new room's slug, and a link for each role."""
        # As `chatroom room create` and `chatroom invite`, without four processes for each test.
        house = settings.load({"DATABASE_URL": f"sqlite:///{self.server.database}"})
        engine = database.open_engine(house)
        try:
            now = time.time()
            room = await rooms.create_room(engine, name, "small-discussion", now, os.urandom)
            key = secret_key(house.secret_file, os.urandom)
            accounts = Accounts(engine, key, os.urandom)
            secrets = {
                role: await accounts.invite(room.id, role, None, now + 3600, now) for role in ROLES
            }
        finally:
            await engine.dispose()
        links: dict[str, str] = {
            role: f"{self.origin}/enter#{secret}" for role, secret in secrets.items()
        }
        return {"slug": room.slug, **links}

    async def person(
        self,
        name: str,
        *,
        phone: bool = False,
        scheme: Literal["light", "dark"] = "light",
        keyboard: bool = False,
    ) -> Person:
        """Somebody with a browser: at a desk, or with a phone in the hand."""
        context = await self._browser.new_context(
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            color_scheme=scheme,
            locale="en-GB",
            reduced_motion="no-preference",
        )
        return await self.person_in(context, name, phone=phone)

    async def person_in(self, context: BrowserContext, name: str, *, phone: bool = False) -> Person:
        """Somebody in a context that may hold others."""
        page = await context.new_page()
        await page.add_init_script(TELL_VIOLATIONS)
        await page.add_init_script(TELL_HELD_BACK)
        person = Person(name, page, phone=phone)
        self._people.append(person)
        return person

    async def close(self) -> None:
        """Takes everybody off the stage, and asks what their pages complained of."""
        wrong = [f"{person.name}: {what}" for person in self._people for what in person.wrong]
        for context in {person.page.context for person in self._people}:
            await context.close()
        self._people.clear()
        assert not wrong, "\n".join(wrong)


class Person:
    """Somebody at a page, who finds things by what they are and how they are called."""

    def __init__(self, name: str, page: Page, *, phone: bool = False) -> None:
        self.name = name
        self.page = page
        self.phone = phone
        self.wrong: list[str] = []
        self._forgiven = [LEFT_EARLY]
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.wrong.append(f"threw {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))

    def forgive(self, *patterns: str) -> None:
        """Complaints that belong to the story: the browser itself reports refused requests."""
        self._forgiven += map(re.compile, patterns)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        text = f"{message.text} {message.location.get('url', '')}"
        if not any(pattern.search(text) for pattern in self._forgiven):
            self.wrong.append(f"console {message.type}: {text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        ours = {"localhost", "127.0.0.1", "::1", "staff.localhost"}
        if parts.scheme != "data" and parts.hostname not in ours:
            self.wrong.append(f"asked another host: {url}")

    # Places

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Meeting")

    @property
    def floor(self) -> Locator:
        return self.page.get_by_role("region", name="Floor")

    @property
    def field(self) -> Locator:
        """Where one writes to the room; what describes it says whether one may."""
        return self.page.get_by_role("textbox", name="Your words")

    @property
    def refusal(self) -> Locator:
        """What came back, why, and what can be done next."""
        return self.main.get_by_role("alert")

    @property
    def help(self) -> Locator:
        """The Help panel, whatever its title says now."""
        return self.page.get_by_role("dialog", name=re.compile("help|staff|is here", re.IGNORECASE))

    @property
    def waiting(self) -> Locator:
        """The hands that are up, in their order."""
        return self.under("Waiting")

    @property
    def here(self) -> Locator:
        return self.under("Here")

    @property
    def agenda(self) -> Locator:
        return self.under("This meeting")

    def under(self, heading: str) -> Locator:
        """The items of the list that is called as the heading above it."""
        named = self.page.get_by_role("list", name=heading, exact=True)
        return named.get_by_role("listitem")

    def case(self, room: str) -> Locator:
        """The case of somebody in that room, in the desk's list."""
        return self.page.get_by_role("listitem").filter(has_text=f"· {room}")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    def card(self, name: str) -> Locator:
        """The turns of somebody in the talk."""
        return self.log.get_by_role("article", name=name, exact=True)

    def status(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("status").filter(has_text=text)

    # Doors

    async def open(self, link: str) -> None:
        await self.page.goto(link)

    async def come_in(self, link: str, name: str | None = None) -> None:
        """Through the door of a room, under one's name."""
        await self.open(link)
        await self.page.get_by_role("textbox", name="Your name for this meeting").fill(
            name or self.name
        )
        await self.button("Come in").click()
        await expect(self.floor).to_be_visible()
        # The page has been told where the meeting is.
        await expect(self.floor).not_to_contain_text("Coming in")

    async def come_to_desk(self, link: str) -> None:
        await self.open(link)
        await self.come_in_to_desk()

    async def come_in_to_desk(self) -> None:
        await self.page.get_by_role("textbox", name="Your name").fill(self.name)
        await self.button("Come to the desk").click()
        await expect(self.page.get_by_role("heading", name=re.compile("^Open"))).to_be_visible()
        # A name from right to left stands between isolates.
        there = re.compile(rf"{re.escape(self.name)}\u2069? at the desk")
        await expect(self.page.get_by_text(there)).to_be_visible()

    async def leave(self) -> None:
        """By the way out, and is gone: a context that is closed while its page leaves may never close."""
        await self.page.get_by_role("link", name="Leave now").click(no_wait_after=True)
        await self.page.wait_for_url("**/left")

    # Writing

    async def say(self, text: str) -> None:
        """Writes to the room and sends it, whatever comes of it."""
        await self.field.fill(text)
        await self.main.get_by_role("button", name="Send", exact=True).click()

    async def press(self, name: str | re.Pattern[str]) -> None:
        await self.button(name).click()

    async def rests(self) -> None:
        """What has just come is at rest, and takes a tap: faster than anybody it would be held back (aim.js)."""
        await self.page.evaluate(AT_REST)

    async def comes_true(self, holds: str) -> None:
        """Asked again from here: the page's policy forbids it the `eval` with which Playwright would poll in it."""
        deadline = time.monotonic() + 30
        while not await self.page.evaluate(holds):
            assert time.monotonic() < deadline, f"{self.name}: {holds} has not come true"
            await asyncio.sleep(0.05)

    async def press_twice(self, act: str) -> None:
        """What is grave takes two taps, and both say the same; the second has to wait a moment."""
        # A row that goes is waited for: what slides into its place takes no tap for a moment (aim.js).
        await expect(self.page.locator("[data-leaving]")).to_have_count(0)
        await self.button(act).click()
        await self.button(f"Yes, {act[0].lower()}{act[1:]}").click()

    @asynccontextmanager
    async def people(self) -> AsyncIterator[None]:
        """Where people, queue and agenda are seen: on a phone that is a sheet."""
        if not self.phone:
            yield
            return
        await self.floor.get_by_role("button", name="People").click()
        sheet = self.page.get_by_role("dialog", name="People and agenda")
        await expect(sheet).to_be_visible()
        yield
        # A private line closes it by itself.
        if await sheet.is_visible():
            await sheet.get_by_role("button", name="Back", exact=True).click()
        await expect(sheet).to_be_hidden()

    @asynccontextmanager
    async def acts_on(self, name: str) -> AsyncIterator[Locator]:
        """What a facilitator can do for somebody, in the sheet with their name; on a phone within `people`."""
        more = self.here.filter(has_text=name).get_by_role("button", name=f"More for {name}")
        # Nobody has scrolled and tapped before the sheet has come to rest (aim.js).
        await more.scroll_into_view_if_needed()
        await more.click()
        sheet = self.page.get_by_role("dialog", name=name, exact=True)
        await expect(sheet).to_be_visible()
        await self.rests()
        yield sheet
        # A private line closes it by itself, and so does a removal, perhaps in this very moment.
        back = sheet.get_by_role("button", name="Back", exact=True)
        while await sheet.is_visible():
            with suppress(TookTooLong):
                await back.click(timeout=2_000)
        await expect(sheet).to_be_hidden()

    async def is_in_sight(self, thing: Locator) -> None:
        """All of it, without scrolling, and nothing lies over it."""
        await expect(thing).to_be_in_viewport(ratio=1)
        covered = await thing.evaluate(COVERED)
        assert not covered, f"{self.name}: {thing} is covered by {covered}"

    async def begins_in_sight(self, thing: Locator) -> None:
        """Its first words, with nothing over them; what is too high for the window goes on below."""
        await expect(thing).to_be_visible()
        covered = await thing.evaluate(BEGINS)
        assert not covered, f"{self.name}: the beginning of {thing} is covered by {covered}"

    # Help

    async def ask_for_help(self) -> None:
        """One tap and one confirm."""
        await self.main.get_by_role("button", name=re.compile("^Help")).last.click()
        await self.help.get_by_role("button", name="Ask for help now").click()

    async def claim(self, room: str) -> None:
        await self.case(room).get_by_role("button", name=re.compile("^Claim")).click()

    async def write_on_line(self, to: str, text: str) -> None:
        """On the private line of a case, at either end."""
        await self.page.get_by_role("textbox", name=f"To {to}", exact=True).fill(text)
        line = (
            self.help
            if await self.help.count()
            else self.page.get_by_role("region", name="The case")
        )
        await line.get_by_role("button", name="Send", exact=True).click()

    # Looking

    async def shoot(self, station: str) -> None:
        """The page at a desk and on a phone, light and dark; it has to fit in each."""
        before = self.page.viewport_size
        for size, viewport in SIZES.items():
            await self.page.set_viewport_size(viewport)
            await self.shoot_as_it_is(station, size)
        if before:
            await self.page.set_viewport_size(before)

    async def shoot_as_it_is(self, station: str, size: str) -> None:
        """What closes when the window changes: a sheet, at one size only."""
        for scheme in SCHEMES:
            await self.page.emulate_media(color_scheme=scheme)
            name = f"{station}-{self.name.lower()}-{size}-{scheme}.png"
            await self.page.screenshot(path=SCREENS / name, animations="disabled")
        await self.fits()

    async def fits(self) -> None:
        """Nothing needs scrolling sideways, and a finger finds every target."""
        wide = await self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{self.name}: {wide[0]} px in a window of {wide[1]}"
        wrong = await self.page.evaluate(TARGETS, TARGET)
        assert not wrong, f"{self.name} at {wide[1]} px: {wrong}"

    async def is_accessible(self, where: str) -> None:
        """axe finds nothing, in light and dark."""
        for scheme in SCHEMES:
            await self.page.emulate_media(color_scheme=scheme)
            found = await Axe().run(self.page)
            assert not found.violations_count, f"{where}, {scheme}: {found.generate_report()}"
