"""What the review holds: its author sees that it waits, one of two facilitators decides, it may come back (CM-16)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.conftest import holding, settings
from tests.browser.test_access import tab_to
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.browser.stage import Stage
    from tests.processes import ServerProcess

LINE = "anyone need percs? I can drop them off tonight, good price"
MARKED = "percs"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    async with serving(folder, **settings(), **holding(folder)) as running:
        yield running


async def test_cm_01_cm_16_cm_17_what_is_held_is_released_by_one_of_two_or_given_back(
    stage: Stage,
):
    links = await stage.room("Held words")
    ada, mo = await stage.person("Ada"), await stage.person("Mo", phone=True, scheme="dark")
    ben, chidi = await stage.person("Ben", phone=True), await stage.person("Chidi")
    await ada.come_in(links["facilitator"])
    await mo.come_in(links["facilitator"])
    await asyncio.gather(ben.come_in(links["member"]), chidi.come_in(links["member"]))
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")

    await ben.say(LINE)
    waits = ben.page.locator("#waits")
    await expect(waits).to_contain_text(LINE)
    await expect(waits).to_contain_text("Waits for a facilitator. Nobody else has read it")
    await expect(ben.field).to_have_value("")
    await ben.is_in_sight(waits)
    await ben.shoot("h-waits")
    held = ada.page.locator("[data-kind^=held]")
    await expect(held.locator("mark")).to_have_text(MARKED)
    await expect(held).to_contain_text("What Ben wrote waits for you: it may be about getting")
    await expect(mo.page.locator("[data-kind^=held] mark")).to_have_text(MARKED)
    await ada.shoot("h-asks")
    for act in ("Publish what Ben wrote", "Give back to Ben what they wrote"):
        await mo.is_in_sight(mo.button(act))
    await mo.shoot("h-asks-phone")
    await expect(chidi.log).not_to_contain_text("percs")

    await mo.page.get_by_role("button", name="Publish what Ben wrote").click()
    await expect(chidi.card("Ben").last).to_contain_text(LINE)
    await expect(waits).to_be_empty()
    await expect(held).to_have_count(0)

    again = f"{LINE}, really"
    await ben.say(again)
    await expect(waits).to_contain_text(again)
    give = ada.page.get_by_role("button", name="Give back to Ben what they wrote")
    await ada.rests()
    await give.click()
    await expect(waits).to_be_empty()
    await expect(ben.field).to_have_value(again)
    await expect(ben.log).to_contain_text("A facilitator gave this back to you")
    await ben.shoot("h-given-back")
    await expect(chidi.log).not_to_contain_text("really")


async def test_cm_17_what_was_just_written_and_waits_is_in_sight_in_large_text_too(stage: Stage):
    links = await stage.room("Held in large text")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True, scheme="dark")
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")
    await ben.page.evaluate("document.documentElement.style.fontSize = '200%'")
    waiting = ben.page.locator("#waits article")
    for count in (1, 2):
        await ben.say(f"{LINE}, {count}")
        await expect(waiting).to_have_count(count)
        await ben.rests()
        await ben.is_in_sight(waiting.last.get_by_role("button", name="Take it back"))
    await ben.shoot_as_it_is("h-waits-large", "phone")
    # What comes back, or is said of a cry, is read from its beginning.
    await ben.say("Call me on 020 7946 0018 after the meeting")
    await expect(ben.refusal).to_be_visible()
    await ben.rests()
    await ben.begins_in_sight(ben.refusal.locator(".said"))
    await ben.shoot_as_it_is("h-refused-large", "phone")
    await ben.say("I want to die tonight")
    await expect(ben.page.locator("#care .offer")).to_be_visible()
    await ben.rests()
    await ben.begins_in_sight(ben.page.locator("#care .offer p").first)
    await ben.shoot_as_it_is("h-cry-large", "phone")


async def test_cm_16_by_keyboard_alone_it_is_published_given_back_and_taken_back(stage: Stage):
    links = await stage.room("By keyboard")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")
    waits = ben.page.locator("#waits")
    give = ada.button("Give back to Ben what they wrote")

    await ben.say(LINE)
    await tab_to(ada, ada.button("Publish what Ben wrote"))
    await ada.page.keyboard.press("Enter")
    await expect(ada.card("Ben").last).to_contain_text(LINE)
    await expect(give).to_have_count(0)
    await ben.say(f"{LINE}, really")
    await tab_to(ada, give)
    await ada.page.keyboard.press("Space")
    await expect(ben.field).to_have_value(f"{LINE}, really")
    await ben.press("Send")
    await tab_to(ben, waits.get_by_role("button", name="Take it back"))
    await ben.page.keyboard.press("Enter")
    await expect(waits).to_be_empty()
    await expect(ben.field).to_have_value(f"{LINE}, really")

    # Assistive technology brings the focus without Tab, and presses in the same moment.
    await ada.page.reload()
    await expect(ada.page.locator(".unheeded")).to_be_attached()
    await ben.press("Send")
    await give.press("Enter")
    await expect(waits).to_be_empty()
