"""Input methods: the Enter that picks a word sends nothing, wherever Enter sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.browser.stage import Person, Stage

# The orders of events in which browsers end a composition, as one Enter brings them.
ENDS = {
    "chrome": [("keydown", {"isComposing": True, "keyCode": 229}), ("compositionend", {})],
    "firefox": [
        ("keydown", {"key": "Process", "isComposing": True, "keyCode": 229}),
        ("compositionend", {}),
    ],
    "safari": [("compositionend", {}), ("keydown", {"isComposing": False, "keyCode": 229})],
}
PLAY = """(field, events) => {
  for (const [type, more] of events) {
    const made = { bubbles: true, cancelable: true, key: "Enter", ...more }
    field.dispatchEvent(type === "keydown" ? new KeyboardEvent(type, made) : new CompositionEvent(type, made))
  }
}"""


async def picks_a_word(field: Locator, browser: str) -> None:
    """Enter, while an input method offers words."""
    await field.evaluate(PLAY, ENDS[browser])


async def picks_a_word_with_a_key(person: Person) -> None:
    """The same by a real key, as Safari tells of it: only its code says whose it was."""
    devtools = await person.page.context.new_cdp_session(person.page)
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    await devtools.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **enter})
    await devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})


@pytest.mark.parametrize("browser_name", list(ENDS))
async def test_half_a_word_is_not_sent_to_the_room_nor_on_a_private_line(
    stage: Stage, browser_name: str
):
    links = await stage.room("Words")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await ada.press("Open meeting")

    await ben.field.fill("こんに")
    await picks_a_word(ben.field, browser_name)
    await expect(ben.field).to_have_value("こんに")
    await ben.field.fill("こんにちは")
    await ben.field.press("Enter")
    await expect(ada.card("Ben")).to_contain_text("こんにちは")

    await ben.press("To the facilitators")
    await ben.field.fill("ひと")
    await picks_a_word(ben.field, browser_name)
    await expect(ben.field).to_have_value("ひと")
    await ben.field.fill("ひとこと")
    await ben.field.press("Enter")
    await expect(ada.log).to_contain_text("ひとこと")
    assert [await card.inner_text() for card in await ada.log.locator("p[dir]").all()] == [
        "こんにちは",
        "ひとこと",
    ]


@pytest.mark.parametrize("browser_name", list(ENDS))
async def test_half_a_word_is_not_sent_to_staff(stage: Stage, browser_name: str):
    links = await stage.room("Help")
    ben, sam = await stage.person("Ben"), await stage.person("Sam")
    await sam.come_to_desk(links["staff"])
    await ben.come_in(links["member"])
    await ben.ask_for_help()
    line = ben.help.get_by_role("textbox")
    await line.fill("助け")
    await picks_a_word(line, browser_name)
    await expect(line).to_have_value("助け")
    await line.fill("助けて")
    await line.press("Enter")
    await expect(line).to_have_value("")
    await expect(ben.help.get_by_role("log")).to_contain_text("助けて")

    await sam.claim("Help")
    answer = sam.page.get_by_role("region", name="The case").get_by_role("textbox")
    await answer.fill("ここに")
    await picks_a_word(answer, browser_name)
    await expect(answer).to_have_value("ここに")
    await expect(ben.help.get_by_role("log")).not_to_contain_text("ここに")


async def test_escape_that_drops_a_word_does_not_close_the_line(stage: Stage):
    links = await stage.room("Escape")
    ben = await stage.person("Ben")
    await ben.come_in(links["member"])
    await ben.ask_for_help()
    line = ben.help.get_by_role("textbox")
    await line.focus()
    await line.evaluate(PLAY, [["keydown", {"key": "Escape", "keyCode": 229}]])
    await expect(ben.help).to_be_visible()
    await line.press("Escape")
    await expect(ben.help).to_be_hidden()


async def test_half_a_name_comes_through_no_door(stage: Stage):
    links = await stage.room("Names")
    ben, sam = await stage.person("Ben"), await stage.person("Sam")
    await ben.open(links["member"])
    name = ben.page.get_by_role("textbox", name="Your name for this meeting")
    await name.fill("べ")
    await picks_a_word_with_a_key(ben)
    await name.fill("べん")
    await name.press("Enter")
    await expect(ben.floor).to_be_visible()
    await expect(ben.here).to_contain_text("べん")

    await ben.press("Change my name")
    await name.fill("べ")
    await picks_a_word_with_a_key(ben)
    await name.fill("ベン")
    await name.press("Enter")
    await expect(ben.here).to_contain_text("ベン")

    await sam.open(links["staff"])
    name = sam.page.get_by_role("textbox", name="Your name")
    await name.fill("さ")
    await picks_a_word_with_a_key(sam)
    await name.fill("さむ")
    await name.press("Enter")
    await expect(sam.page.get_by_text("さむ at the desk")).to_be_visible()
