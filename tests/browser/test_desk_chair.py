"""Nobody is in the chair: the desk says so, loudly once the room is quiet, and staff go in (FC-24)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from httpx2 import AsyncClient
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import settings
from tests.browser.stage import Person, Stage
from tests.processes import SLOW, serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Locator

MINUTE = 60.0 / 12.0
"""Seconds that one of this server's minutes takes."""


async def stays_in_sight_above_many_cases(stage: Stage, sam: Person, lost: Locator) -> None:
    async with AsyncClient(base_url=stage.origin, trust_env=False) as http:
        for number in range(9):
            answer = await http.post("/help", json={"id": f"{number:032x}", "room": None})
            assert answer.status_code == 200
            http.cookies.clear()
    cases = sam.page.get_by_role("list", name="Open · 9")
    last = cases.get_by_role("listitem").last
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport()
    await sam.is_in_sight(lost.get_by_role("listitem"))
    await sam.shoot("h-desk-quiet-room-many")


async def test_fc_24_on_a_phone_the_way_to_a_room_without_a_facilitator_stays_in_reach(
    browser: Browser, tmp_path: Path
):
    """Below many cases, and behind a line."""
    async with serving(tmp_path, **settings(), TIME_SPEED=str(60.0 / MINUTE)) as server:
        stage = Stage(browser, server)
        links = await stage.room("Out of sight")
        sam = await stage.person("Sam", phone=True)
        await sam.come_to_desk(links["staff"])
        way = sam.button("1 room without a facilitator")
        async with enter(links["member"], name="Ben"):
            async with enter(links["facilitator"], name="Ada") as ada:
                await ada.send(ask.Open())
            lost = sam.page.get_by_role("list", name="Rooms without a facilitator")
            within = 1000.0 * (MINUTE + 3.0) * SLOW
            await expect(lost).to_contain_text("Out of sight", timeout=within)
            await expect(way).to_be_hidden()
            async with AsyncClient(base_url=stage.origin, trust_env=False) as http:
                for number in range(5):
                    asked = {"id": f"{number:032x}", "room": None}
                    assert (await http.post("/help", json=asked)).status_code == 200
                    http.cookies.clear()
            rows = sam.page.get_by_role("list", name="Open · 5").get_by_role("listitem")
            await rows.last.scroll_into_view_if_needed()
            await expect(lost).not_to_be_in_viewport()
            await sam.is_in_sight(way)
            await sam.shoot_as_it_is("h-desk-way-to-chairs", "phone")
            await sam.rests()
            await way.click()
            link = lost.get_by_role("link", name="Go in (new tab): Out of sight")
            await expect(link).to_be_focused()
            await sam.is_in_sight(link)
            await expect(way).to_be_hidden()
            await sam.rests()
            await rows.first.get_by_role("button", name=re.compile("^Claim")).click()
            await expect(sam.page.get_by_role("region", name="The case")).to_be_visible()
            await sam.is_in_sight(way)
            await sam.rests()
            await way.click()
            await expect(link).to_be_focused()
        await stage.close()


async def test_fc_24_the_desk_calls_staff_into_a_room_that_nobody_holds(
    browser: Browser, tmp_path: Path
):
    async with serving(tmp_path, **settings(), TIME_SPEED=str(60.0 / MINUTE)) as server:
        stage = Stage(browser, server)
        links = await stage.room("Tuesday Evening")
        sam = await stage.person("Sam")
        await sam.come_to_desk(links["staff"])
        async with enter(links["member"], name="Ben") as ben:
            async with enter(links["facilitator"], name="Ada") as ada:
                await ada.send(ask.Open())
            lost = sam.page.get_by_role("list", name="Rooms without a facilitator")
            within = 1000.0 * (MINUTE + 3.0) * SLOW
            notice = "Nobody is in the chair in Tuesday Evening"
            await expect(lost).to_contain_text(notice, timeout=within)
            await expect(sam.page.get_by_role("alert")).to_have_text("")
            await expect(lost).to_contain_text("The room went quiet", timeout=within)
            await expect(sam.page.get_by_role("alert")).to_contain_text(f"{notice}, and the room")
            await expect(sam.page).to_have_title(re.compile("^1 waiting"))
            await sam.shoot("h-desk-quiet-room")
            async with enter(f"{stage.origin}/rooms/{links['slug']}", session=ada.session) as again:
                await again.send(ask.AcceptChair())
                await expect(lost).to_be_hidden()
            await ben.until(lambda: ben.meeting.is_quiet, within=within / 500.0)
            async with sam.page.expect_popup() as opened:
                await lost.get_by_role("link", name="Go in (new tab): Tuesday Evening").click()
            room = await opened.value
            await expect(room).to_have_url(re.compile(f"/rooms/{links['slug']}$"))
            await expect(room.get_by_role("button", name="Come in")).to_be_visible()
            await expect(lost).to_contain_text("The room went quiet")  # The desk is where it was.
            await stays_in_sight_above_many_cases(stage, sam, lost)
        await stage.close()
