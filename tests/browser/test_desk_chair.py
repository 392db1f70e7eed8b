"""Nobody is in the chair: the desk says so, loudly once the room is quiet, and staff go in (FC-24)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import settings
from tests.browser.stage import Stage
from tests.processes import SLOW, serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

MINUTE = 60.0 / 12.0
"""Seconds that one of this server's minutes takes."""


async def test_fc_24_the_desk_calls_staff_into_a_room_that_nobody_holds(
    browser: Browser, tmp_path: Path
):
    async with serving(tmp_path, **settings(), TIME_SPEED=str(60.0 / MINUTE)) as server:
        stage = Stage(browser, server)
        links = await stage.room("Tuesday evening")
        sam = await stage.person("Sam")
        await sam.come_to_desk(links["staff"])
        async with enter(links["member"], name="Ben") as ben:
            async with enter(links["facilitator"], name="Ada") as ada:
                await ada.send(ask.Open())
            lost = sam.page.get_by_role("list", name="Rooms without a facilitator")
            within = 1000.0 * (MINUTE + 3.0) * SLOW
            notice = "Nobody is in the chair in Tuesday evening"
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
            await lost.get_by_role("link", name="Go in: Tuesday evening").click()
            await expect(sam.page).to_have_url(re.compile(f"/rooms/{links['slug']}$"))
            await expect(sam.page.get_by_role("button", name="Come in")).to_be_visible()
        await stage.close()
