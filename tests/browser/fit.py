"""Whether a page can be used as it is seen: at any size of text, in any window, with a keyboard open.

The size of the text is the reader's own setting (Chromium: Settings, Appearance, Font size), given by the
devtools' `Page.setFontSizes`: what rem and the media queries in rem are counted from changes with it,
which no style of a page can do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, ViewportSize

    from tests.browser.stage import Person

AUDIT = (Path(__file__).parent / "fit.js").read_text("utf-8")
SMALL: ViewportSize = {"width": 320, "height": 568}
"""The smallest phone; and what is left of a desk of 1280 at 400 %."""
TYPING: ViewportSize = {"width": 320, "height": 300}
"""The same with its keyboard open."""
TURNED: ViewportSize = {"width": 568, "height": 320}
ZOOMED: ViewportSize = {"width": 320, "height": 200}
"""1280 x 800 at 400 %."""


class Reader:
    """Somebody at a page, with their own text size."""

    def __init__(self, person: Person, devtools: CDPSession) -> None:
        self.person = person
        self._devtools = devtools

    async def at(self, text: int, window: ViewportSize) -> None:
        """Text of so many pixels (16 is what browsers come with) in a window of that size."""
        await self._devtools.send("Page.setFontSizes", {"fontSizes": {"standard": text}})
        await self.person.page.set_viewport_size(window)
        await self.settled()

    async def settled(self) -> None:
        """Two frames: what hears of the size has drawn."""
        await self.person.page.evaluate(
            "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
        )

    async def wrong(self) -> list[str]:
        """What can't be read or reached as the page is now."""
        await self.person.page.evaluate(AUDIT)
        return list(await self.person.page.evaluate("fit()"))

    async def wrong_while_writing(self) -> list[str]:
        """The same with the focus in the field: the talk keeps its third."""
        await self.person.page.evaluate(AUDIT)
        return list(await self.person.page.evaluate("fitWhileWriting()"))


async def reader(person: Person) -> Reader:
    return Reader(person, await person.page.context.new_cdp_session(person.page))
