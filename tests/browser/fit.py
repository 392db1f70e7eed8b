"""Whether a page can be used as it is seen: at any size of text, in any window, with a keyboard open.

The size of the text is the reader's own setting (Chromium: Settings, Appearance, Font size), given by the
devtools' `Page.setFontSizes`: what rem and the media queries in rem are counted from changes with it,
which no style of a page can do.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from tests.browser.stage import DESK, PHONE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import CDPSession, ViewportSize

    from tests.browser.stage import Person

SEEN_WITHIN = 2.0
AUDIT = (Path(__file__).parent / "fit.js").read_text("utf-8")
SMALL: ViewportSize = {"width": 320, "height": 568}
"""The smallest phone; and what is left of a desk of 1280 at 400 %."""
TYPING: ViewportSize = {"width": 320, "height": 300}
"""The same with its keyboard open."""
TURNED: ViewportSize = {"width": 568, "height": 320}
ZOOMED: ViewportSize = {"width": 320, "height": 200}
"""1280 x 800 at 400 %."""
TALL: ViewportSize = {"width": 412, "height": 800}
# What hears of a size has drawn.
DRAWN = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))"


SPACED = """{ const spaced = new CSSStyleSheet()
  spaced.replaceSync(`* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    * { line-height: 1.5 !important }
    p { margin-block-end: 2em !important }`)
  document.adoptedStyleSheets = [spaced] }"""
"""What a reader's own style may ask for (WCAG 1.4.12)."""


class Way(NamedTuple):
    """One way of reading a page: text of so many pixels (16 is what browsers come with), in a window."""

    text: int
    window: ViewportSize
    spaced: bool = False
    direction: Literal["ltr", "rtl"] = "ltr"
    colours: Literal["active", "none"] = "none"

    def __str__(self) -> str:
        words = [f"{self.text} px in {self.window['width']} x {self.window['height']}"]
        words += ["spaced"] * self.spaced + [self.direction] * (self.direction == "rtl")
        return ", ".join(words + ["in forced colours"] * (self.colours == "active"))


SIZES = (16, 24, 32)
WAYS = (
    Way(16, SMALL),
    Way(16, PHONE),
    Way(16, TURNED),
    Way(16, ZOOMED),
    Way(16, SMALL, spaced=True),
    Way(16, SMALL, direction="rtl"),
    Way(24, SMALL),
    Way(24, TALL),
    Way(32, SMALL),
    Way(32, TURNED),
    Way(32, DESK),
    Way(32, SMALL, direction="rtl", colours="active"),
)
LOOK = os.environ.get("LOOK")
"""A folder for pictures of every state at 100 and 200 %, to be looked at."""


class Reader:
    """Somebody at a page, with their own text size."""

    def __init__(self, person: Person, devtools: CDPSession) -> None:
        self.person = person
        self._devtools = devtools

    @asynccontextmanager
    async def reads(self, way: Way) -> AsyncIterator[None]:
        """Reads the page in a way, and as at first again."""
        page = self.person.page
        await self.sized(way.text, way.window)
        if way.spaced:
            await page.evaluate(SPACED)
        if way.direction == "rtl":
            await page.evaluate("document.dir = 'rtl'")
        if way.colours == "active":
            await page.emulate_media(forced_colors="active")
        await page.evaluate(DRAWN)
        yield
        await page.evaluate("document.adoptedStyleSheets = []; document.dir = ''")
        if way.colours == "active":
            await page.emulate_media(forced_colors="none")
        await self.sized(16, PHONE)

    async def writes(self) -> bool:
        """Whether the field of the room is there to be written in."""
        field = self.person.page.locator("#words").filter(visible=True)
        over = self.person.page.locator("dialog:modal, .help-panel:not([hidden])")
        return await field.count() > 0 and await over.count() == 0

    @asynccontextmanager
    async def types(self, text: int) -> AsyncIterator[None]:
        """Taps into the field, and the keyboard of the phone comes up."""
        await self.sized(text, SMALL)
        await self.person.field.focus()
        await self.person.page.set_viewport_size(TYPING)
        await self.person.page.evaluate(DRAWN)
        yield
        await self.person.field.blur()
        await self.sized(16, PHONE)

    async def sized(self, text: int, window: ViewportSize) -> None:
        """Text of so many pixels, in a window."""
        await self._devtools.send("Page.setFontSizes", {"fontSizes": {"standard": text}})
        await self.person.page.set_viewport_size(window)

    async def acts(self) -> set[str]:
        """What can be done now. Of what changes with the seconds, without its figures."""
        await self.person.page.evaluate(AUDIT)
        return {re.sub(r"[0-9]+", "", act) for act in await self.person.page.evaluate("acts()")}

    async def wrong(self) -> list[str]:
        """What can't be read or reached as the page is now."""
        await self.person.page.evaluate(AUDIT)
        return list(await self.person.page.evaluate("fit()"))

    async def wrong_while_writing(self) -> list[str]:
        """The same with the focus in the field: the talk keeps its third.

        What watches for what is in sight hears of it a moment later: it is asked until all is well.
        """
        await self.person.page.evaluate(AUDIT)
        end = time.monotonic() + SEEN_WITHIN
        while found := list(await self.person.page.evaluate("fitWhileWriting()")):
            if time.monotonic() > end:
                break
            await self.person.page.evaluate(DRAWN)
        return found


async def reader(person: Person) -> Reader:
    return Reader(person, await person.page.context.new_cdp_session(person.page))


async def looked_at(look: Reader, name: str) -> AsyncIterator[str]:
    """What is wrong with the page as it is, in every way of reading it."""
    usual: set[str] = set()
    for way in WAYS:
        async with look.reads(way):
            await picture(look, f"{name}, {way}")
            acts = await look.acts()
            usual = usual or acts
            # At a desk all stands beside the talk.
            if way.window != DESK and not usual <= acts:
                yield f"{way}: what can be done elsewhere is not there: {usual - acts}"
            for what in await look.wrong():
                yield f"{way}: {what}"
    if await look.writes():
        for text in SIZES:
            async with look.types(text):
                await picture(look, f"{name}, {text} px, keyboard")
                for what in await look.wrong_while_writing():
                    yield f"{text} px, the keyboard open: {what}"


async def picture(look: Reader, name: str) -> None:
    if LOOK:
        file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        await look.person.page.screenshot(path=Path(LOOK) / f"{file}.png", animations="disabled")


async def fits_at_any_size(person: Person, name: str) -> None:
    """One state of a page in every way of reading it, within a story that has come there."""
    wrong = [what async for what in looked_at(await reader(person), name)]
    assert not wrong, "\n".join(wrong)
