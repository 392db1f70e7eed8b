"""Somebody at a page in any engine, who finds things by what they are and how they are called.

What a story reads is the same as in tests/browser/stage.py; the names are the engine's own: what it
would tell a screen reader.
"""

from __future__ import annotations

import asyncio
import base64
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tests.engines.drivers import ELEMENT, PASSING, Driver, Refused
from tests.processes import SLOW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
Words = str | re.Pattern[str]
SCREENS = Path(__file__).parent.parent / "artifacts" / "screens"
WITHIN = 15.0 * SLOW
"""Seconds for what a story waits for."""
ENTER = "\ue007"
BETWEEN = "#"
"""Between the address of a door and the secret of an invitation."""

# Where each role is found in our pages; how a thing is called there, the engine says.
PLACES = {
    "alert": "[role=alert]",
    "article": "article",
    "button": "button",
    "dialog": "dialog, [role=dialog]",
    "heading": "h1, h2, h3",
    "link": "a[href]",
    "list": "ul, ol",
    "listitem": "li",
    "log": "[role=log]",
    "main": "main",
    "paragraph": "p",
    "region": "section, [role=region]",
    "status": "[role=status]",
    "textbox": "textarea, input:not([type]), input[type=text]",
}
SHOWN = """
const [places, ...within] = arguments
return (within.length ? within : [document])
  .flatMap((around) => [...around.querySelectorAll(places)])
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
"""
DESCRIBED = """
return (arguments[0].getAttribute("aria-describedby") ?? "").split(" ")
  .map((id) => document.getElementById(id)?.innerText ?? "").join(" ").trim()
"""
TO = "arguments[0].scrollIntoView({ block: 'nearest' })"
# What is over an element, in its middle or a little inside its corners.
COVERED = """
const element = arguments[0]
const { left, top, right, bottom } = element.getBoundingClientRect()
const [x, y] = [(left + right) / 2, (top + bottom) / 2]
const points = [[x, y], [left + 8, y], [right - 8, y], [x, top + 4], [x, bottom - 4]]
return points
  .map(([x, y]) => document.elementFromPoint(x, y))
  .filter((over) => !element.contains(over))
  .map((over) => over?.outerHTML.slice(0, 80) ?? "nothing: it stands outside")[0] ?? null
"""

# What is shown or hidden only because the engine has not asked every rule again: a fresh look differs.
STALE = """
const look = () => [...document.querySelectorAll("body, body *")].map((one) => [one, getComputedStyle(one).display])
const before = look()
const sheets = [...document.styleSheets]
for (const sheet of sheets) sheet.disabled = true
look()
for (const sheet of sheets) sheet.disabled = false
return look()
  .filter(([one, display], at) => display !== before[at][1])
  .map(([one, display]) => `${one.outerHTML.slice(0, 60)} should be ${display}`)
"""


class Thing:
    """What has a role and a name, looked for anew at each question."""

    def __init__(
        self, person: Person, role: str, name: Words | None = None, within: Thing | None = None
    ) -> None:
        self.person = person
        self._role = role
        self._name = name
        self._within = within

    def __repr__(self) -> str:
        named = "" if self._name is None else f" {getattr(self._name, 'pattern', self._name)!r}"
        inside = "" if self._within is None else f" in {self._within}"
        return f"{self._role}{named}{inside}"

    def inner(self, role: str, name: Words | None = None) -> Thing:
        return Thing(self.person, role, name, self)

    def button(self, name: Words) -> Thing:
        return self.inner("button", name)

    # Looking

    async def all(self) -> list[str]:
        """Those that are shown now."""
        within = [] if self._within is None else await self._within.all()
        if self._within is not None and not within:
            return []
        driver = self.person.driver
        around = [{ELEMENT: one} for one in within]
        shown = await driver.script(SHOWN, PLACES[self._role], *around)
        found = [
            element[ELEMENT] for element in shown or ()
        ]  # None of a page that is left just now.
        if self._name is None:
            return found
        return [one for one in found if fits(self._name, await driver.do("GetComputedLabel", one))]

    async def one(self, which: int = 0) -> str:
        """The first of them, once there is one."""
        found = await self.person.until(self.all, lambda found: bool(found), f"{self}")
        return found[which]

    async def ask(self, source: str, *values: Any) -> Any:
        """What a script gives back for the first of them: arguments[0]."""

        async def asked() -> Any:
            return await self.person.driver.script(source, {ELEMENT: await self.one()}, *values)

        return await self.person.patiently(asked)

    async def text(self) -> str:
        return " ".join((await self.ask("return arguments[0].innerText")).split())

    async def value(self) -> str:
        value: str = await self.ask("return arguments[0].value")
        return value

    async def texts(self) -> list[str]:
        """Of all of them, in their order."""
        found = [{ELEMENT: one} for one in await self.all()]
        source = "return [...arguments].map((one) => one.innerText)"
        return [" ".join(text.split()) for text in await self.person.driver.script(source, *found)]

    # Waiting

    async def is_there(self) -> None:
        await self.one()

    async def is_gone(self) -> None:
        await self.person.until(self.all, lambda found: not found, f"no {self}")

    async def says(self, words: Words) -> None:
        await self.person.until(self.text, lambda text: holds(words, text), f"{self}: {words}")

    async def says_not(self, words: Words) -> None:
        await self.person.until(
            self.text, lambda text: not holds(words, text), f"{self} without {words}"
        )

    async def says_each(self, texts: list[str]) -> None:
        """All of them, in order, say exactly this."""
        await self.person.until(self.texts, lambda found: found == texts, f"{self}: {texts}")

    async def holds(self, value: str) -> None:
        """What one has written there."""
        await self.person.until(self.value, lambda now: now == value, f"{self} holds {value!r}")

    async def is_described(self, words: Words) -> None:
        async def described() -> str:
            return " ".join((await self.ask(DESCRIBED)).split())

        await self.person.until(described, lambda text: holds(words, text), f"{self}: {words}")

    async def is_in_sight(self) -> None:
        """All of it, and nothing lies over it."""
        covered = lambda: self.ask(COVERED)  # noqa: E731
        await self.person.until(covered, lambda over: over is None, f"{self} in sight")

    async def is_in_reach(self) -> None:
        """All of it, once one has scrolled to it; what moves meanwhile is scrolled to again."""

        async def covered() -> object:
            await self.ask(TO)
            return await self.ask(COVERED)

        await self.person.until(covered, lambda over: over is None, f"{self} in reach")

    # Doing

    async def click(self) -> None:
        """As soon as it takes a tap: what has just changed its meaning rests for a moment."""
        resting = lambda: self.ask("return arguments[0].ariaDisabled")  # noqa: E731
        await self.person.until(resting, lambda disabled: disabled != "true", f"{self} to be free")

        async def pressed() -> None:
            # WebKitWebDriver says that it scrolls to what it clicks, and does not always.
            one = await self.one()
            await self.person.driver.script(TO, {ELEMENT: one})
            await self.person.driver.do("ElementClick", one)

        await self.person.patiently(pressed)

    async def type(self, text: str) -> None:
        """By the keys of a keyboard."""
        await self.person.driver.do("ElementSendKeys", await self.one(), text=text)

    async def focus(self) -> None:
        """Once it takes it: a field that is not there for writing yet does not."""
        source = "arguments[0].focus(); return document.activeElement === arguments[0]"
        await self.person.until(lambda: self.ask(source), bool, f"{self} has the focus")


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, name: str, driver: Driver, *, station: str = "") -> None:
        self.name = name
        self.driver = driver
        self.station = station
        """Where the pictures of this test belong."""
        self.forgiven: list[str] = []

    @property
    def engine(self) -> str:
        return self.driver.engine

    # Places

    def thing(self, role: str, name: Words | None = None) -> Thing:
        return Thing(self, role, name)

    def button(self, name: Words) -> Thing:
        return self.thing("button", name)

    @property
    def main(self) -> Thing:
        return self.thing("main")

    @property
    def log(self) -> Thing:
        return self.thing("log", "Meeting")

    @property
    def floor(self) -> Thing:
        return self.thing("region", "Floor")

    @property
    def field(self) -> Thing:
        return self.thing("textbox", "Your words")

    @property
    def help(self) -> Thing:
        """The Help panel, whatever its title says now."""
        return self.thing("dialog", re.compile("help|staff|is here", re.IGNORECASE))

    @property
    def lines(self) -> Thing:
        """Everything that was written to all, in its order."""
        turns = self.log.inner("article", re.compile("^(Ada|Ben|Chidi|Dana)$"))
        return turns.inner("paragraph")

    # Doors

    async def open(self, link: str) -> None:
        await self.driver.do("Navigate", url=link)

    async def come_in(self, link: str) -> None:
        await self.open(link)
        await self.thing("textbox", "Your name for this meeting").type(self.name)
        await self._press_until_gone("Come in")
        await self.floor.says_not("Coming in")

    async def come_to_desk(self, link: str) -> None:
        await self.open(link)
        await self.thing("textbox", re.compile("^Your name")).type(self.name)
        await self._press_until_gone("Come to the desk")
        await self.thing("heading", re.compile("^Open", re.IGNORECASE)).is_there()

    async def _press_until_gone(self, name: str) -> None:
        """A page that is only just there may take no tap yet: nobody can have aimed at it."""

        async def left() -> list[str]:
            shown = await self.button(name).all()
            if shown:
                await self.driver.script(TO, {ELEMENT: shown[0]})
                await self.driver.do("ElementClick", shown[0])
            return shown

        await self.until(left, lambda shown: not shown, f"to be through {name}")

    # Doing

    async def press(self, name: Words) -> None:
        await self.button(name).click()

    async def say(self, text: str) -> None:
        """Writes to the room and sends it, whatever comes of it."""
        await self.field.type(text)
        await self.main.button("Send").click()

    async def address(self) -> str:
        address: str = await self.driver.do("GetCurrentURL")
        return address

    async def main_status(self, words: Words) -> None:
        """One of what the page says by itself."""
        await self.until(
            self.thing("status").texts,
            lambda texts: any(holds(words, text) for text in texts),
            f"to be told {words}",
        )

    async def reload(self) -> None:
        await self.driver.do("Refresh")

    # Looking

    async def looks(self, station: str) -> None:
        """A picture to be looked at; nothing stands out sideways, and every style is up to date."""
        await self.fits()
        stale = await self.driver.script(STALE)
        assert not stale, f"{self.name} in {self.engine} sees what is not so any more: {stale}"
        await self.shoot(station)

    async def shoot(self, station: str) -> None:
        name = f"{self.station}-{station}-{self.name.lower()}-{self.engine}.png"
        picture = await self.driver.do("TakeScreenshot", full=False)
        SCREENS.mkdir(parents=True, exist_ok=True)
        (SCREENS / name).write_bytes(base64.b64decode(picture))

    async def fits(self) -> None:
        """Nothing needs scrolling sideways."""
        wide, window = await self.driver.script(
            "return [document.documentElement.scrollWidth, innerWidth]"
        )
        assert wide <= window, f"{self.name} in {self.engine}: {wide} px in a window of {window}"

    async def until(
        self, ask: Callable[[], Awaitable[T]], enough: Callable[[T], bool], wanted: str
    ) -> T:
        """The first answer that is enough; asked again and again until the time is over."""
        end = time.monotonic() + WITHIN
        last: object = "nothing"
        while time.monotonic() < end:
            try:
                answer = await ask()
            except Refused as refused:
                if refused.code not in PASSING:
                    raise
                last = refused
            else:
                if enough(answer):
                    return answer
                last = answer
            await asyncio.sleep(0.05)
        await self.shoot("failed")
        raise AssertionError(f"{self.name} in {self.engine} waits for {wanted}; last: {last!r}")

    async def patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        """Does it again where the page was drawn anew in between, or something lies over it still."""
        end = time.monotonic() + WITHIN
        while True:
            try:
                return await act()
            except Refused as refused:
                passing = refused.code in PASSING | {"element click intercepted"}
                if not passing or time.monotonic() > end:
                    await self.shoot("failed")
                    raise
            await asyncio.sleep(0.05)


def fits(name: Words, called: str) -> bool:
    called = " ".join(called.split())
    return called == name if isinstance(name, str) else bool(name.search(called))


def holds(words: Words, text: str) -> bool:
    return words in text if isinstance(words, str) else bool(words.search(text))
