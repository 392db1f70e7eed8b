"""Nobody at the desk, or somebody who has left: both ends of the line read so at once, and no sooner."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.conftest import settings
from tests.browser.stage import Person, Stage
from tests.processes import SLOW, serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Locator

SPEED = 2.0
PRESSED_LATELY = 11.0 / SPEED
"""Seconds after which a press of Help is another one on this server."""
AT_ONCE = 15_000.0 / SPEED * 0.8 * SLOW
"""Milliseconds: less than the while for which the server shows somebody as here who is gone."""


def line(staff: Person) -> Locator:
    return staff.page.get_by_role("region", name="The case")


async def test_ce_10_when_the_only_one_of_staff_leaves_ben_is_promised_nobody(
    browser: Browser, tmp_path: Path
):
    async with serving(tmp_path, **settings(), TIME_SPEED=str(SPEED)) as server:
        stage = Stage(browser, server)
        links = await stage.room("Empty Desk")
        ben, kim = await stage.person("Ben", phone=True), await stage.person("Kim")
        sam = await stage.person("Sam")
        await kim.come_to_desk(links["staff"])
        await ben.come_in(links["member"])
        await ben.say("I want to kill myself tonight")
        await expect(ben.button("Open the private line")).to_be_visible()
        await kim.claim("Empty Desk")
        await kim.write_on_line("Ben", "Ben, I am Kim.")
        await ben.press("Open the private line")
        await expect(ben.help).to_contain_text("Kim is connected.")

        await kim.leave()
        await expect(ben.help).to_contain_text(
            "Kim can't go on with you just now. Nobody else is at the desk right now. "
            "Your call for help stays open, and whoever comes to the desk sees it. "
            "These numbers are there now:",
            timeout=AT_ONCE,
        )
        await expect(ben.help).to_contain_text("Kim could not go on.")
        await expect(ben.help).not_to_contain_text("everybody")
        await expect(ben.help.get_by_text("Kim is connected")).to_be_hidden()
        await ben.is_in_sight(ben.help.get_by_role("link", name="Helpline 116 123"))
        await ben.shoot("d-left-alone")

        await ben.page.wait_for_timeout(1000.0 * PRESSED_LATELY)
        await ben.help.get_by_role("button", name="Call again").click()
        headline = ben.help.get_by_role("status").first
        await expect(headline).to_contain_text("Nobody is at the desk right now.")
        await expect(headline).not_to_contain_text("Kim")
        await ben.is_in_sight(ben.help.get_by_role("link", name="Helpline 116 123"))
        await ben.shoot("d-called-again-nobody")
        await ben.help.get_by_role("button", name="Back to the meeting").click()
        await expect(ben.button("Nobody is there yet · open the line")).to_be_visible()
        await ben.is_in_sight(ben.field)

        # Sam comes, and reads what was: who wrote what, and the press as one of its own.
        await sam.come_to_desk(links["staff"])
        row = sam.case("Empty Desk")
        await expect(row).to_contain_text("Review noticed words, pressed Help")
        await expect(row).to_contain_text("Kim put it back")
        await sam.claim("Empty Desk")
        record = line(sam)
        await expect(record).to_contain_text("Review noticed words, then pressed Help")
        await expect(record.locator(".line-note").first).to_contain_text(
            "The review noticed words."
        )
        await expect(record).to_contain_text("Kim put it back, and they were told.")
        await expect(record).to_contain_text("Ben pressed Help.")
        await expect(record.get_by_text("Kim", exact=True)).to_be_visible()
        await sam.shoot("d-second-reader")
        await stage.close()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_ce_10_nobody_is_said_to_be_at_the_desk_for_no_longer_than_that_is_so(
    browser: Browser, tmp_path: Path, phone: bool
):
    async with serving(tmp_path, **settings(), TIME_SPEED=str(SPEED)) as server:
        stage = Stage(browser, server)
        links = await stage.room("Comes and goes")
        ben, sam = await stage.person("Ben", phone=phone), await stage.person("Sam")
        await ben.come_in(links["member"])
        await ben.ask_for_help()
        headline = ben.help.get_by_role("status").first
        await expect(headline).to_contain_text("Nobody is at the desk right now.")
        await sam.come_to_desk(links["staff"])
        await expect(headline).to_contain_text("Somebody from staff is at the desk now.")
        await expect(headline).not_to_contain_text("Nobody")
        await ben.is_in_sight(ben.help.get_by_role("link", name="Helpline 116 123"))
        await ben.shoot("d-somebody-there")
        await expect(sam.case("Comes and goes")).to_contain_text("Waits for somebody. In")
        await sam.leave()
        within = 60_000.0 / SPEED * SLOW
        await expect(headline).to_contain_text("Nobody is at the desk right now.", timeout=within)
        await expect(headline).not_to_contain_text("Somebody")
        await stage.close()


async def test_ce_17_to_whoever_has_left_nothing_is_said_to_wait(browser: Browser, tmp_path: Path):
    async with serving(tmp_path, **settings(), TIME_SPEED=str(SPEED)) as server:
        stage = Stage(browser, server)
        links = await stage.room("Left")
        ben, sam = await stage.person("Ben"), await stage.person("Sam")
        dana = await stage.person("Dana")
        await sam.come_to_desk(links["staff"])
        await asyncio.gather(ben.come_in(links["member"]), dana.come_in(links["member"]))
        await ben.ask_for_help()
        await expect(ben.help).to_contain_text("Staff have been called")
        await sam.claim("Left")
        await expect(line(sam)).to_contain_text("Ben is connected.")
        await sam.write_on_line("Ben", "I am here, Ben.")
        await expect(ben.help).to_contain_text("I am here, Ben.")
        field = sam.page.get_by_role("textbox", name="To Ben")
        await field.fill("And where are you now")

        await ben.leave()
        gone = "Ben has left; this line can't reach them any more."
        await expect(line(sam)).to_contain_text(gone, timeout=AT_ONCE)
        await expect(line(sam)).not_to_contain_text("wait")
        await expect(field).to_have_value("And where are you now")
        await expect(field).not_to_be_editable()
        await expect(line(sam).get_by_role("button", name="Send")).to_be_hidden()
        await expect(sam.case("Left")).to_contain_text("they have left")
        await sam.shoot("d-member-left")
        await sam.button("Close the case").click()
        await sam.button("They left").click()
        await sam.press("Back to the desk")

        # Dana has left before anybody came: whoever takes the case reads it at once.
        await dana.ask_for_help()
        await expect(dana.help).to_contain_text("Staff have been called")
        await dana.leave()
        await expect(sam.case("Left")).to_contain_text("Waits for somebody to read and close it")
        await sam.claim("Left")
        await expect(line(sam)).to_contain_text(
            "Dana has left; this line can't reach them any more."
        )
        await expect(line(sam)).not_to_contain_text("within")
        await expect(line(sam)).not_to_contain_text("wait")
        await expect(sam.page.get_by_role("textbox", name="To Dana")).to_be_hidden()
        await sam.button("Close the case").click()
        await sam.button("They left").click()
        await expect(line(sam)).to_contain_text("You closed it: They left.")
        await stage.close()
