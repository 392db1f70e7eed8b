"""Input methods in each engine: the Enter that picks a word never sends half a text."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tests.engines.drivers import Firefox
from tests.engines.person import ENTER

if TYPE_CHECKING:
    from tests.engines.person import Thing
    from tests.engines.stage import Stage

# Safari's order, which WebKit on Linux does not have: the composition ends, and then its Enter comes.
SAFARI = """
const field = arguments[0]
const event = { bubbles: true, cancelable: true, key: "Enter", code: "Enter", keyCode: 229, isComposing: false }
field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: field.value }))
return field.dispatchEvent(new KeyboardEvent("keydown", event))
"""
KEYS = """
const seen = (window.seen = [])
for (const type of ["compositionstart", "compositionend", "keydown"]) {
  arguments[0].addEventListener(type, ({ key, isComposing }) => seen.push([type, key ?? "", isComposing ?? false]))
}
"""


async def test_enter_while_composing_sends_no_half_word_to_the_room_nor_to_staff(stage: Stage):
    links = await stage.room("Words")
    ada, ben = await stage.people("Ada", "Ben")
    await asyncio.gather(ada.come_in(links.facilitator), ben.come_in(links.member))
    await ada.press("Open meeting")
    await ben.field.is_described("Everyone can write now")

    await picks_a_word(ben.field, "さくら")
    await ben.field.type(ENTER)
    await ben.field.holds("")
    await ada.lines.says_each(["さくら"])

    await ben.press("Help")
    await ben.help.button("Ask for help now").click()
    await ben.help.says("Nobody is at the desk")
    await picks_a_word(ben.help.inner("textbox"), "助けて")
    await ben.help.inner("textbox").type(ENTER)
    await ben.help.inner("log").says("助けて")
    await ben.help.inner("textbox").holds("")


async def picks_a_word(field: Thing, word: str) -> None:
    """By the engine's own composition where it has one, and in Safari's order."""
    driver = field.person.driver
    await field.focus()
    if isinstance(driver, Firefox):
        await field.ask(KEYS)
        await driver.compose(word, "Enter")
        # The Enter that picks the word reaches the page as the input method's own.
        picked = [["keydown", "Process", True], ["compositionend", "", False]]
        deadline = time.monotonic() + 20
        while (seen := await driver.script("return window.seen"))[-2:] != picked:
            assert time.monotonic() < deadline, seen
            await asyncio.sleep(0.05)
    else:
        await field.type(word)
    await field.holds(word)
    await field.ask(SAFARI)
    await field.holds(word)
