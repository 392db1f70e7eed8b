"""A tap that the page held back is made again, as anybody does: between Playwright's look and its tap things move."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Error, Locator

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES = 3
SOON = 5.0
"""Seconds in which a page that was not left answers."""

# Nothing else in the page stops a click for everybody (aim.js).
TELL_HELD_BACK = """{
  const stop = Event.prototype.stopImmediatePropagation
  Event.prototype.stopImmediatePropagation = function () {
    if (this.type === "click" && this.detail > 0) window.heldBack = true
    stop.call(this)
  }
  addEventListener("pointerdown", () => (window.heldBack = false), true)
}"""

WAS_HELD_BACK = "() => window.heldBack === true"

# Nothing has been held back, or scrolled, for longer than it takes to say so.
AT_REST = """() => new Promise((resolve) => {
  let since = performance.now()
  const moved = () => (since = performance.now())
  addEventListener("scroll", moved, true)
  const look = () => {
    if (document.querySelector("[data-held]") !== null) moved()
    if (performance.now() - since < 300) return requestAnimationFrame(look)
    removeEventListener("scroll", moved, true)
    resolve()
  }
  look()
})"""


@contextmanager
def made_again() -> Iterator[None]:
    """Meanwhile `Locator.click` taps again where its tap came to nothing; `tap` and the mouse tell it as it is."""
    click = Locator.click

    async def clicks(self: Locator, **how: Any) -> None:
        for _ in range(TIMES):
            await click(self, **how)
            if how.get("no_wait_after") or not await _was_held_back(self):
                return
            await self.page.evaluate(AT_REST)
        raise AssertionError(f"{TIMES} taps on {self} came to nothing")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", clicks)
        yield


async def _was_held_back(tapped: Locator) -> bool:
    try:
        async with asyncio.timeout(SOON):
            return bool(await tapped.page.evaluate(WAS_HELD_BACK))
    except (Error, TimeoutError):
        return False  # It led elsewhere, or closed the page: it came to something.
