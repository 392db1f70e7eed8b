"""A line of one's own is changed: the room reads the new words, facilitators what it read before (CM-14)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import holding, settings
from tests.browser.test_access import tab_to
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.browser.stage import Stage
    from tests.processes import ServerProcess

OLD, NEW = "I am glad to be hear", "I am glad to be here"
BAD = "call me on 212 555 0123"
# The first words of it lie under nothing.
BEGINS_IN_SIGHT = """(reason) => {
  const { left, top } = reason.getBoundingClientRect()
  return reason.contains(document.elementFromPoint(left + 4, top + 8))
}"""


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    async with serving(folder, **settings(), **holding(folder)) as running:
        yield running


async def test_cm_14_on_a_phone_a_line_is_changed_and_what_bounces_leaves_it(stage: Stage):
    links = await stage.room("Other words")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True, scheme="dark")
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")
    await ben.say(OLD)
    mine = ben.card("Ben").last
    await expect(mine).to_contain_text(OLD)
    await ben.field.fill("What I write meanwhile")

    await mine.get_by_role("button", name="Options for your words").click()
    await ben.rests()
    await mine.get_by_role("button", name="Edit", exact=True).click()
    field = mine.get_by_role("textbox", name="Your words, to be changed")
    await expect(field).to_be_focused()
    await expect(field).to_have_value(OLD)
    await field.fill(BAD)
    await mine.get_by_role("button", name="Save").click()
    await expect(mine.get_by_role("status")).to_contain_text("Contact details stay out")
    await expect(mine.locator("mark")).to_have_text("212 555 0123")
    await expect(field).to_have_value(BAD)
    await ben.is_in_sight(mine.get_by_role("button", name="Keep it as it was"))
    await ben.shoot("e-bounced")
    await ben.fits()
    await expect(ada.card("Ben").last).to_contain_text(OLD)
    await mine.get_by_role("button", name="Keep it as it was").click()
    await expect(field).to_have_count(0)
    await expect(mine).to_contain_text(OLD)

    await mine.get_by_role("button", name="Edit", exact=True).click()
    await expect(field).to_have_value(BAD)
    await field.fill(NEW)
    await mine.get_by_role("button", name="Save").click()
    await expect(mine.locator(".share > p").first).to_have_text(NEW)
    await expect(mine.locator(".edited")).to_have_text("edited")
    await expect(ben.field).to_have_value("What I write meanwhile")
    await ben.is_in_sight(mine.locator(".share > p").first)
    await ben.shoot("e-edited")

    theirs = ada.card("Ben").last
    await expect(theirs.locator(".share > p").first).to_have_text(NEW)
    await theirs.locator("summary").click()
    await expect(theirs.locator("details")).to_contain_text(f"Before: {OLD}")
    await ada.shoot("e-before")
    await mine.get_by_role("button", name="Edit", exact=True).click()
    await field.press("Escape")
    await expect(field).to_have_count(0)
    await expect(mine.get_by_role("button", name="Edit", exact=True)).to_be_focused()


async def test_cm_14_in_large_text_on_a_phone_the_field_gives_way_and_the_reason_is_read_first(
    stage: Stage,
):
    links = await stage.room("Other words in large text")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="Ada") as ada:
        await ben.come_in(links["member"])
        await ada.send(ask.Open())
        await expect(ben.field).to_have_accessible_description("Everyone can write now")
        await ben.say(OLD)
        await ben.field.fill("What I write meanwhile")
        await ben.page.evaluate("document.documentElement.style.fontSize = '200%'")
        mine, draft = ben.card("Ben").last, ben.page.locator("#words")
        await mine.get_by_role("button", name="Options for your words").click()
        await ben.rests()
        await mine.get_by_role("button", name="Edit", exact=True).click()
        field = mine.get_by_role("textbox", name="Your words, to be changed")
        await expect(draft).to_be_hidden()
        await ben.is_in_sight(ben.page.get_by_role("button", name="Help").last)
        await field.fill(BAD)
        await ben.rests()
        await mine.get_by_role("button", name="Save").click()
        reason = mine.get_by_role("status").get_by_text("Contact details stay out")
        await expect(reason).to_be_in_viewport()
        assert await reason.evaluate(BEGINS_IN_SIGHT)
        await mine.get_by_role("button", name="Keep it as it was").click()
        await expect(draft).to_be_visible()
        await expect(draft).to_have_value("What I write meanwhile")


async def test_cm_14_by_keyboard_enter_saves_and_no_one_elses_words_are_offered(stage: Stage):
    links = await stage.room("By keyboard")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")
    await ben.say(OLD)
    await ada.card("Ben").last.get_by_role("button", name="Options for the words of Ben").click()
    await expect(ada.button("Fold for everyone")).to_be_visible()
    await expect(ada.button("Edit")).to_have_count(0)
    mine = ben.card("Ben").last
    for act in ("Options for your words", "Edit"):
        await tab_to(ben, mine.get_by_role("button", name=act, exact=True))
        await ben.page.keyboard.press("Enter")
    field = mine.get_by_role("textbox", name="Your words, to be changed")
    await field.fill(NEW)
    await field.press("Enter")
    await expect(ada.card("Ben").last.locator(".share > p").first).to_have_text(NEW)
    await expect(field).to_have_count(0)
    await expect(mine.get_by_role("button", name="Edit", exact=True)).to_be_focused()
    await ben.is_accessible("a line that was changed")
