"""The desk: a claim that lapses is everybody's again, unread words are counted, and each end sees the other."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import settings
from tests.browser.stage import Stage
from tests.processes import SLOW, serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

SPEED = 6.0
MINUTE = 1000.0 * 60.0 / SPEED
"""Milliseconds that one of the fast server's minutes takes."""


async def test_ce_12_a_claimer_who_is_gone_is_missed_by_all_and_ben_reads_so(
    browser: Browser, tmp_path: Path
):
    async with serving(tmp_path, **settings(), TIME_SPEED=str(SPEED)) as server:
        stage = Stage(browser, server)
        links = await stage.room("Lease")
        ben = await stage.person("Ben", phone=True)
        sam, kim = await stage.person("Sam"), await stage.person("Kim")
        await sam.come_to_desk(links["staff"])
        await kim.come_to_desk(links["staff"])
        await expect(kim.page.get_by_text("Kim at the desk · with Sam")).to_be_visible()
        await ben.come_in(links["member"])
        await ben.ask_for_help()
        await ben.write_on_line("staff", "Is anybody there?")
        await expect(kim.case("Lease")).to_contain_text("1 message unread")
        await expect(kim.page).to_have_title("1 waiting · 1 unread · Desk")

        await sam.claim("Lease")
        await expect(ben.page.get_by_role("dialog", name="Sam is here")).to_be_visible()
        await sam.write_on_line("Ben", "I am here, Ben.")
        await expect(ben.help).to_contain_text("Sam is connected.")
        await expect(sam.page.get_by_role("region", name="The case")).to_contain_text(
            "Ben is connected."
        )
        await expect(kim.case("Lease")).not_to_contain_text("unread")
        await expect(kim.case("Lease")).to_contain_text("Sam is with them")
        await expect(kim.page).to_have_title("Desk")

        # Sam's laptop dies.
        await sam.page.context.set_offline(True)
        await sam.page.goto("about:blank")
        gone = 1.5 * MINUTE * SLOW
        await expect(ben.help).to_contain_text("Sam's connection is gone", timeout=gone)
        await expect(ben.help).to_contain_text("These numbers are there now:")
        await ben.is_in_sight(ben.help.get_by_role("link", name="Helpline 116 123"))
        await expect(kim.case("Lease")).to_contain_text(
            "Sam had it and is not connected any more. They were told"
        )
        await expect(kim.page.get_by_role("alert")).to_contain_text("Waits again")
        await ben.shoot("d-lapsed")
        await kim.shoot("d-waits-again")

        # Ben calls once more, and is promised nobody.
        await ben.help.get_by_role("button", name="Call again").click()
        await expect(ben.help).to_contain_text("You asked for help again.")
        await expect(kim.case("Lease")).to_contain_text("Pressed Help, again")
        await kim.claim("Lease")
        await expect(ben.page.get_by_role("dialog", name="Kim is here")).to_be_visible()
        await kim.write_on_line("Ben", "I am Kim. I read what you wrote.")
        await expect(ben.help).to_contain_text("I read what you wrote.")
        await stage.close()


async def test_ce_11_taking_over_asks_why_and_ends_the_line_of_whoever_had_it(stage: Stage):
    links = await stage.room("Taking over")
    ben, sam, kim = [await stage.person(name) for name in ("Ben", "Sam", "Kim")]
    await asyncio.gather(sam.come_to_desk(links["staff"]), kim.come_to_desk(links["staff"]))
    await ben.come_in(links["member"])
    await ben.ask_for_help()
    await expect(ben.help).to_contain_text("Staff have been called")
    await expect(ben.help).not_to_contain_text("usually")
    await sam.claim("Taking over")
    await sam.write_on_line("Ben", "I am here.")
    row = kim.case("Taking over")
    await expect(row).to_contain_text("Sam is with them")
    await row.get_by_text("Take over").click()
    await kim.shoot("d-take-over")
    await row.get_by_role("button", name="They don't answer").click()
    await expect(ben.page.get_by_role("dialog", name="Kim is here")).to_be_visible()
    sams = sam.page.get_by_role("region", name="The case")
    await expect(sams).to_contain_text("Somebody else of staff has this case now.")
    await expect(sam.page.get_by_role("textbox", name="To Ben")).to_be_hidden()
    await sam.press("Back to the desk")
    await expect(sam.case("Taking over")).to_contain_text("Kim has it; first word due in")
    await kim.write_on_line("Ben", "Kim here now.")
    await expect(ben.help).to_contain_text("Kim here now.")


async def test_ce_17_a_member_who_is_not_connected_is_said_to_be_so_and_a_message_waits(
    stage: Stage,
):
    links = await stage.room("Gone for now")
    ben, sam = await stage.person("Ben"), await stage.person("Sam", phone=True)
    await sam.come_to_desk(links["staff"])
    await ben.come_in(links["member"])
    await ben.ask_for_help()
    await expect(ben.help).to_contain_text("Staff have been called")
    await sam.claim("Gone for now")
    case = sam.page.get_by_role("region", name="The case")
    await expect(case).to_contain_text("Ben is connected.")
    await ben.page.goto("about:blank")
    await expect(case).to_contain_text("Ben is not connected now, since", timeout=20_000.0 * SLOW)
    await sam.write_on_line("Ben", "Write when you can.")
    await sam.shoot("d-member-gone")
    await ben.open(f"{stage.origin}/rooms/{links['slug']}")
    await expect(ben.help).to_contain_text("Write when you can.")
    await expect(case).to_contain_text("Ben is connected.")
    # Sam has to go, and says so by an act: nobody is left with a claim that nobody keeps.
    await sam.press_twice("Put it back for all")
    await expect(ben.help).to_contain_text("Sam can't go on with you just now")
    await expect(sam.button("Take it up again")).to_be_visible()


async def test_the_desks_help_is_for_staff_and_asks_a_colleague(stage: Stage):
    links = await stage.room("For staff")
    sam, kim = await stage.person("Sam", phone=True), await stage.person("Kim")
    await asyncio.gather(sam.come_to_desk(links["staff"]), kim.come_to_desk(links["staff"]))
    await sam.button("Help").click()
    panel = sam.page.get_by_role("dialog", name="Do you need help yourself?")
    await expect(panel).to_be_visible()
    await expect(sam.page.get_by_text("Ask staff for help")).to_have_count(0)
    await expect(panel).to_contain_text("90 days after it is closed")
    await sam.shoot("d-own-help")
    waiting = kim.page.get_by_role("button", name=re.compile("^Claim"))
    before = await waiting.count()
    await panel.get_by_role("button", name="Ask a colleague").click()
    await expect(waiting).to_have_count(before + 1)


async def test_what_is_kept_is_said_before_the_press_and_on_the_line(stage: Stage):
    links = await stage.room("Kept")
    ben, sam = await stage.person("Ben", phone=True), await stage.person("Sam")
    await sam.come_to_desk(links["staff"])
    await ben.come_in(links["member"])
    kept = "What is written on this line is deleted 90 days after it is closed."
    await ben.button("Help").click()
    await expect(ben.help).to_contain_text(kept)
    await ben.help.get_by_role("button", name="Ask for help now").click()
    await expect(ben.help).to_contain_text("Staff have been called")
    await expect(ben.help).to_contain_text(kept)
    await sam.claim("Kept")
    await expect(sam.page.get_by_role("region", name="The case")).to_contain_text(kept)


async def test_a_helpline_is_pressed_anywhere_in_its_row(stage: Stage):
    links = await stage.room("Rows")
    ben = await stage.person("Ben", phone=True)
    await ben.come_in(links["member"])
    await ben.button("Help").click()
    line = ben.help.get_by_role("link", name="Helpline 116 123")
    await expect(line).to_have_attribute("href", "tel:116123")
    box = await line.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["width"] >= 250, "the row, and not the number in it"
