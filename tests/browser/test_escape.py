"""Escape closes what has opened, wherever the focus is; and on a phone the focus stays with Help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from tests.browser.five import go_to, room_of
from tests.browser.test_access import tab_to

if TYPE_CHECKING:
    from tests.browser.stage import Person, Stage

WHERE = """() => {
  const on = document.activeElement
  return on === document.body || on.closest(".help-panel, nav.leave") !== null ? "" : on.outerHTML.slice(0, 80)
}"""
"""What has the focus beside Help and the way out; empty where nothing has."""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_ce_01_escape_closes_help_from_wherever_the_focus_is(stage: Stage, phone: bool):
    links = await stage.room("Away")
    ben = await stage.person("Ben", phone=phone)
    await ben.come_in(links["member"])
    leave = ben.page.get_by_role("link", name="Leave now")
    await open_help(ben)
    # Past its end comes the way out, and the way back in.
    await tab_to(ben, leave)
    await ben.page.keyboard.press("Tab")
    await ben.page.keyboard.press("Enter")
    await expect(ben.help.get_by_role("button", name="Ask for help now")).to_be_focused()
    await tab_to(ben, leave)
    await ben.page.keyboard.press("Escape")
    await expect(ben.help).to_be_hidden()
    await expect(leave).to_be_focused()
    await open_help(ben)
    if phone:
        for _ in range(20):
            await ben.page.keyboard.press("Tab")
            assert await ben.page.evaluate(WHERE) == ""
        await ben.page.keyboard.press("Escape")
    else:
        await ben.field.fill("I go on writing")
        await ben.page.keyboard.press("Escape")
        await expect(ben.field).to_be_focused()
        await expect(ben.field).to_have_value("I go on writing")
    await expect(ben.help).to_be_hidden()


async def test_ce_01_what_takes_its_own_escape_leaves_help_open(stage: Stage):
    links = await stage.room("Own")
    ben = await stage.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await ben.come_in(links["member"])
        await go_to(ada, "gathering")
        await ben.say("Hello.")
        options = ben.card("Ben").get_by_role("button", name="Options for your words")
        take = ben.card("Ben").get_by_role("button", name="Take these words back for good")
        await open_help(ben)
        await options.click()
        await expect(take).to_be_visible()
        await ben.rests()
        await ben.page.keyboard.press("Escape")
        await expect(take).to_be_hidden()
        await expect(options).to_be_focused()
        await expect(ben.help).to_be_visible()
        await ben.page.keyboard.press("Escape")
        await expect(ben.help).to_be_hidden()


async def test_what_was_opened_on_a_line_goes_with_the_next_part(stage: Stage):
    links = await room_of(stage, "Parts")
    ben = await stage.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await ben.come_in(links["member"])
        await go_to(ada, "gathering")
        await ben.say("Hello.")
        take = ben.card("Ben").get_by_role("button", name="Take these words back for good")
        await ben.press("Options for your words")
        await expect(take).to_be_visible()
        await ben.field.click()
        await go_to(ada, "opening")
        await expect(take).to_be_hidden()


async def open_help(ben: Person) -> None:
    await ben.main.get_by_role("button", name="Help", exact=True).click()
    await expect(ben.help).to_be_visible()
