"""Help that is pressed while a page is still coming, or just about to go: no press is lost."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page, Route

    from tests.browser.stage import Stage


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_help_that_is_pressed_while_the_door_opens_is_not_lost(stage: Stage, phone: bool):
    links = await stage.room("On the way")
    ben = await stage.person("Ben", phone=phone)
    async with held(ben.page, "/invitations/exchange$"):
        await ben.page.goto(links["member"])
        await ben.press("Help")
        await expect(ben.help.get_by_role("button", name="Ask for help now")).to_be_focused()
    await ben.page.wait_for_url("**/rooms/*")
    await expect(ben.help.get_by_role("button", name="Ask for help now")).to_be_focused()
    await expect(ben.page.get_by_role("textbox", name="Your name for this meeting")).to_be_visible()
    await ben.page.wait_for_url(re.compile("/rooms/[^?]+$"))
    await ben.press("Ask for help now")
    await expect(ben.help).to_contain_text("Nobody is at the desk right now.")


async def test_a_line_that_is_open_while_the_door_opens_stays_until_it_is_put_away(stage: Stage):
    links = await stage.room("On the line")
    ben = await stage.person("Ben")
    async with held(ben.page, "/invitations/exchange$"):
        await ben.page.goto(links["member"])
        await ben.ask_for_help()
        await expect(ben.help).to_contain_text("Nobody is at the desk right now.")
        await ben.write_on_line("staff", "I am at the door.")
        await expect(ben.help.get_by_role("log")).to_contain_text("I am at the door.")
    await expect(ben.status("The room is ready, and opens when you put Help away.")).to_be_visible()
    await ben.page.wait_for_timeout(300)  # Long enough for a page to go.
    await ben.help.get_by_role("button", name="Back").click()
    await ben.page.wait_for_url("**/rooms/*")


async def test_who_asks_for_help_while_the_door_answers_is_one_person(stage: Stage):
    """Two sign-ins at once would leave the call with one and the room with the other."""
    links = await stage.room("One person")
    ben = await stage.person("Ben")
    async with held(ben.page, "/invitations/exchange$", answer=True):
        await ben.page.goto(links["member"])
        await ben.ask_for_help()
        await expect(ben.help).to_contain_text("Nobody is at the desk right now.")
        # The door may take as long as it likes: the call does not wait for it.
        await ben.write_on_line("staff", "I am at the door.")
        await expect(ben.help.get_by_role("log")).to_contain_text("I am at the door.")
        await ben.help.get_by_role("button", name="Back").click()
    await ben.page.wait_for_url("**/rooms/*")
    await expect(ben.help).to_contain_text("Your call for help stays open")
    await expect(ben.help.get_by_role("log")).to_contain_text("I am at the door.")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_help_that_is_pressed_before_the_script_has_come_opens_with_it(
    stage: Stage, phone: bool
):
    links = await stage.room("Slow")
    ben = await stage.person("Ben", phone=phone)
    await ben.come_in(links["member"])
    async with held(ben.page, r"/room-page[^/]*\.js"):
        await ben.page.reload(wait_until="commit")
        button = ben.main.get_by_role("button", name="Help")
        await (button.tap() if phone else button.click())
        await expect(ben.help).to_be_hidden()
    await expect(ben.help.get_by_role("button", name="Ask for help now")).to_be_focused()


@asynccontextmanager
async def held(page: Page, address: str, *, answer: bool = False) -> AsyncIterator[None]:
    """What the page asks for there comes when this ends; `answer`: the server has heard it by then."""
    go_on = asyncio.Event()

    async def hold(route: Route) -> None:
        response = await route.fetch() if answer else None
        await go_on.wait()
        await (route.fulfill(response=response) if response else route.continue_())

    await page.route(re.compile(address), hold)
    try:
        yield
    finally:
        go_on.set()
