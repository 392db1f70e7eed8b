"""Strangers press Help by the dozen: the real one writes and is heard, and staff see all of them (A98, A99)."""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import TYPE_CHECKING

import pytest
from httpx2 import AsyncClient
from playwright.async_api import expect

from chatroom import settings as house_settings
from chatroom.client import new_id
from chatroom.live.journal import Journal
from chatroom.live.timekeeper import Clock
from chatroom.people.limits import BUDGETS
from chatroom.store import database
from chatroom.store.cases import desk_log
from chatroom.store.open import open_logs
from moderation.case.commands import ListPresses
from tests.browser.conftest import settings
from tests.browser.stage import Stage
from tests.processes import serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

FACTOR = 0.1
BUDGET = round(BUDGETS["all_helps"].amount * FACTOR)
MANY = 35


async def strangers_press(stage: Stage, slug: str, count: int) -> None:
    async with AsyncClient(base_url=stage.origin, trust_env=False) as http:
        for _ in range(count):
            answer = await http.post(
                "/help", json={"id": new_id(), "room": slug, "arrival": new_id()}
            )
            assert answer.status_code == 200
            http.cookies.clear()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_a99_one_of_very_many_writes_a_few_words_and_has_a_line_of_their_own(
    browser: Browser, tmp_path: Path, phone: bool
):
    async with serving(tmp_path, **{**settings(), "LIMITS": str(FACTOR)}) as server:
        stage = Stage(browser, server)
        links = await stage.room("Evening")
        sam = await stage.person("Sam", phone=phone)
        await sam.come_to_desk(links["staff"])
        # A wrong address has Help too, and whoever is there has no seat.
        eve = await stage.person("Eve", phone=phone)
        eve.forgive("status of 404")
        await strangers_press(stage, "nowhere", BUDGET + MANY)
        many = sam.page.get_by_role("list", name="Many presses of Help")
        await expect(many).to_contain_text(f"Help was pressed {MANY} times more by people without")
        await expect(sam.page.get_by_role("alert")).to_contain_text("Many presses of Help")
        await expect(sam.page).to_have_title(f"{BUDGET + 1} waiting · Desk")
        await eve.open(f"{stage.origin}/nowhere")
        await eve.ask_for_help()
        await expect(eve.help).to_contain_text("Many calls come from here just now")
        await expect(eve.help.get_by_role("link", name="116 123")).to_be_visible()
        await eve.is_accessible("one of many")
        await eve.shoot("help-one-of-many")
        field = eve.help.get_by_role("textbox", name="A few words to staff")
        await eve.help.get_by_role("button", name="Send").click()
        await expect(field).to_be_focused()  # There is nothing to be sent yet.
        await field.fill("My sister has taken something.")
        await eve.help.get_by_role("button", name="Back").click()
        await eve.main.get_by_role("button", name=re.compile("^Help")).last.click()
        await expect(field).to_have_value("My sister has taken something.")
        await eve.help.get_by_role("button", name="Send").click()
        await expect(eve.help.get_by_role("log")).to_contain_text("My sister has taken something.")
        # At the desk it stands before those of whom nothing is known but a press.
        rows = sam.page.get_by_role("list", name=re.compile(r"^Open · ")).get_by_role("listitem")
        await expect(rows.first).to_contain_text("1 message unread")
        await sam.shoot("desk-many-presses")
        await rows.first.get_by_role("button", name=re.compile("^Claim")).click()
        await expect(sam.page.get_by_role("region", name="The case")).to_contain_text(
            "My sister has taken something."
        )
        if phone:
            await sam.press("All cases")
        await many.get_by_role("button", name="Seen, put this away").scroll_into_view_if_needed()
        await sam.rests()
        await many.get_by_role("button", name="Seen, put this away").click()
        await expect(many).to_be_hidden()
        await stage.close()


async def one_more_presses(stage: Stage, later: float) -> None:
    """At another process, so many seconds from now."""
    house = house_settings.load({"DATABASE_URL": f"sqlite:///{stage.server.database}"})
    engine, logs, clock = database.open_engine(house), open_logs(house), Clock()
    journal = Journal(
        logs,
        lambda: clock.now() + later,
        secrets.token_bytes,
        bytes(32),
        lambda *_: None,
        lambda *_: None,
    )
    working = asyncio.create_task(journal.run())
    try:
        await journal.submit(await desk_log(engine, 0), 0, ListPresses(1))
    finally:
        working.cancel()
        await logs.close()
        await engine.dispose()


async def test_a99_staff_are_told_again_of_presses_that_grow_in_number(stage: Stage):
    links = await stage.room("Evening")
    sam = await stage.person("Sam")
    await sam.come_to_desk(links["staff"])
    alarm = sam.page.get_by_role("alert")
    many = sam.page.get_by_role("list", name="Many presses of Help")
    await one_more_presses(stage, 0.0)
    await expect(alarm).to_have_text("Many presses of Help")
    await one_more_presses(stage, 30.0)
    await expect(many).to_contain_text("Help was pressed 2 times more")
    await expect(alarm).to_have_text("Many presses of Help")
    await one_more_presses(stage, 90.0)
    await expect(alarm).to_have_text("More presses of Help")
    await many.get_by_role("button", name="Seen, put this away").click()
    await expect(many).to_be_hidden()
    await one_more_presses(stage, 90.0)
    await expect(alarm).to_have_text("Many presses of Help")
