"""What a person sees of a limit: their words are kept, and go out by themselves."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import TimeoutError as TookTooLong
from playwright.async_api import expect

from chatroom.client import enter
from chatroom.client.door import find_door
from chatroom.people.limits import BUDGETS
from moderation.meeting import commands as ask
from tests.browser.conftest import settings
from tests.browser.stage import Stage
from tests.processes import ServerProcess, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SMALL = 0.1
"""Of the budgets that people meet: 6 lines in 30 s, 12 people a minute by one link, two sockets."""
SOON = 45_000
LINES = ("I am here.", "It was a long week.", "I went to work.", "I called my sister.", "We ate.")


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    async with serving(folder, **{**settings(), "LIMITS": str(SMALL)}) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a91_words_that_were_a_lot_at_once_are_kept_and_go_out_by_themselves_in_order(
    stage: Stage, scheme: str
):
    room = await stage.room(f"A lot in {scheme}")
    ben = await stage.person("Ben", phone=scheme == "dark", scheme=scheme)  # type: ignore[arg-type]
    async with enter(room["facilitator"], name="Ada") as ada:
        await ada.send(ask.Open())
        await ben.come_in(room["member"])
        for text in (*LINES, "We talked."):
            await ben.say(text)
        await expect(ben.card("Ben").get_by_role("paragraph")).to_have_text([*LINES, "We talked."])
        for text in ("I slept well.", "That is all for now."):
            await ben.say(text)
        rows = ben.page.get_by_role("article", name="Your words on their way")
        await expect(rows).to_have_count(2)
        for row in await rows.all():
            await expect(row).to_contain_text("A lot at once: goes out by itself soon.")
        await expect(ben.refusal).to_be_hidden()
        await ben.shoot(f"limits-held-{scheme}")
        await expect(rows).to_have_count(0, timeout=SOON)
        await expect(ben.card("Ben").get_by_role("paragraph")).to_have_text(
            [*LINES, "We talked.", "I slept well.", "That is all for now."]
        )


async def test_a64_a_tab_that_is_one_too_many_says_so_and_comes_in_when_another_is_closed(
    stage: Stage,
):
    room = await stage.room("Many tabs")
    ben = await stage.person("Ben", phone=True)
    await ben.come_in(room["member"])
    second = await stage.person_in(ben.page.context, "Ben's second tab")
    third = await stage.person_in(ben.page.context, "Ben's third tab")
    await second.open(ben.page.url)
    await expect(second.floor).not_to_contain_text("Coming in")
    await third.open(ben.page.url)
    words = "This meeting is open in many places under your name. Close one of them, then come back in here."
    await expect(third.page.get_by_text(words).first).to_be_visible()
    await third.shoot("limits-many")
    await second.page.close()
    await third.press("Come back in")
    await expect(third.page.get_by_text(words)).to_have_count(0)
    await expect(third.floor).not_to_contain_text("Coming in")


async def test_a64_who_comes_by_a_link_that_many_come_by_waits_a_moment_and_is_let_in(
    stage: Stage,
):
    room = await stage.room("Many at once")
    for _ in range(int(BUDGETS["by_link"].amount * SMALL)):
        await find_door(room["member"], None)
    ben = await stage.person("Ben", phone=True)
    ben.forgive("429")
    await ben.open(room["member"])
    await expect(ben.page.get_by_text("Leave this page open: it goes on by itself")).to_be_visible()
    await ben.shoot("limits-link")
    name = ben.page.get_by_role("textbox", name="Your name for this meeting")
    await expect(name).to_be_visible(timeout=90_000)


async def test_a64_a_line_that_is_open_in_too_many_places_keeps_the_words_and_opens_once_one_is_closed(
    stage: Stage,
):
    room = await stage.room("Many lines")
    ben = await stage.person("Ben", phone=True)
    await ben.come_in(room["member"])
    await ben.ask_for_help()
    await expect(ben.help.get_by_text("is at the desk right now").first).to_be_visible()
    second = await stage.person_in(ben.page.context, "Ben's second tab")
    third = await stage.person_in(ben.page.context, "Ben's third tab")
    for tab in (second, third):
        await tab.open(ben.page.url)
        field = tab.help.get_by_role("textbox", name="To staff")
        await expect(field).to_be_visible()  # The page opens a line that there is.
    words = "This line is open in many places, or was a moment ago."
    await expect(third.help.get_by_text(words)).to_be_visible()
    await expect(third.help.get_by_role("link", name="116 123")).to_be_visible()
    await expect(second.help.get_by_text(words)).to_have_count(0)
    await field.fill("I am still here.")
    await third.shoot("limits-many-lines")
    await second.page.close()
    # The server hears of a page that was closed a moment later, at the latest.
    deadline = time.monotonic() + 60
    while await third.help.get_by_text(words).is_visible():
        assert time.monotonic() < deadline, "the place of the page that was closed is not free"
        with suppress(TookTooLong):
            await third.help.get_by_role("button", name="Open it here again").click(timeout=2_000)
        await third.rests()
    await expect(third.help.get_by_text(words)).to_have_count(0)
    await third.help.get_by_role("button", name="Send").click()
    log = third.help.get_by_role("log", name="Conversation")
    await expect(log).to_contain_text("I am still here.")
    await expect(log).not_to_contain_text("Goes out")
