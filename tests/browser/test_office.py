"""The office, by somebody who has never seen a terminal: the first hour, people, links, settings, the record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.store.persons import Duty
from tests.browser.test_account import Office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.browser.stage import Person, Stage


@pytest.fixture
async def office(stage: Stage) -> AsyncIterator[Office]:
    office = Office(stage)
    yield office
    await office.engine.dispose()


async def lead(stage: Stage, office: Office, *, phone: bool = False) -> Person:
    _, link = await office.invites("Rosa", Duty("lead", 0))
    rosa = await stage.person("Rosa", phone=phone)
    await rosa.open(link)
    await rosa.page.get_by_role("link", name="The office").click()
    await expect(rosa.page.get_by_role("heading", level=1)).to_contain_text("rooms")
    return rosa


async def made_link(person: Person) -> str:
    """What is shown once, put away again."""
    box = person.page.get_by_role("dialog", name="The link")
    await expect(box).to_be_visible()
    await expect(box.get_by_role("img")).to_be_visible()
    link = await box.locator("output").text_content() or ""
    assert re.fullmatch(r"http://localhost:\d+/enter#\S{43}", link)
    await person.shoot_as_it_is("office-link", "phone" if person.phone else "desk")
    await box.get_by_role("button", name="Done").click()
    await expect(box).to_be_hidden()
    return link


async def test_the_first_hour_leads_from_nothing_to_a_meeting_of_two(stage: Stage, office: Office):
    rosa = await lead(stage, office, phone=True)
    await rosa.open(f"{stage.origin}/office/first-hour")
    await rosa.page.get_by_role("textbox", name="The organisation's name").fill("Harbour")
    await rosa.page.get_by_role("textbox", name="Its name").fill("Tuesday circle")
    await rosa.is_accessible("first hour")
    await rosa.shoot("first-hour")
    await rosa.press("Make it all")
    await expect(rosa.page.get_by_role("heading", name="Your room is there")).to_be_visible()
    await rosa.shoot_as_it_is("first-hour-made", "phone")
    links = [
        await rosa.page.locator(f"#{who}-link").text_content() or ""
        for who in ("facilitator", "member")
    ]
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    await ada.come_in(links[0])
    await ben.come_in(links[1])
    await ada.press("Open meeting")
    await expect(ada.button(re.compile("^Next:"))).to_be_visible()
    # The lead has a seat at the desk, where calls for help arrive.
    await rosa.page.get_by_role("link", name="Go to the desk").click()
    await rosa.come_in_to_desk()


async def test_a_lead_makes_an_account_gives_and_takes_and_lets_somebody_go(
    stage: Stage, office: Office
):
    await stage.room("Evening")
    rosa = await lead(stage, office)
    await rosa.page.get_by_role("link", name="People", exact=True).click()
    await rosa.page.get_by_role("textbox", name="Name").fill("Mo")
    await rosa.page.get_by_role("checkbox", name="Staff: at the desk").check()
    await rosa.press("Make the account")
    link = await made_link(rosa)
    await expect(rosa.page.get_by_role("heading", name="Mo")).to_be_visible()
    await expect(rosa.page.get_by_text("Their link opens once")).to_be_visible()
    await rosa.page.get_by_text("Another name").click()
    await rosa.page.get_by_role("textbox", name="Name").fill("Moss")
    await rosa.press("Keep this")
    await expect(rosa.page.get_by_role("heading", name="Moss")).to_be_visible()
    await rosa.is_accessible("person")
    await rosa.shoot("office-person")
    mo = await stage.person("Mo", phone=True)
    await mo.open(link)
    await mo.page.get_by_role("link", name="The desk").click()
    await mo.come_in_to_desk()
    mo.forgive(r"status of 40[13]", "WebSocket")
    await rosa.press("Take from them: Staff: at the desk")
    await expect(rosa.button("Give them: Staff: at the desk")).to_be_visible()
    await expect(mo.page.get_by_text("You are not signed in at the desk any more.")).to_be_visible()
    await rosa.press("Switch off")
    await rosa.rests()
    await rosa.press("Yes, switch them off")
    await expect(rosa.page.get_by_text("Switched off.")).to_be_visible()
    await mo.open(f"{stage.origin}/account")
    await expect(mo.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await rosa.page.get_by_role("link", name="Record").click()
    await expect(rosa.page.get_by_text("person off").first).to_be_visible()
    await rosa.shoot("office-record")


async def test_p23_a_link_that_is_taken_back_lets_nobody_stay(stage: Stage, office: Office):
    rosa = await lead(stage, office)
    await rosa.page.get_by_text("Make a room", exact=True).click()
    await rosa.page.get_by_role("textbox", name="Its name").fill("Morning circle")
    await rosa.shoot("office")
    await rosa.press("Make the room")
    await expect(rosa.page.get_by_role("heading", name="Morning circle")).to_be_visible()
    await rosa.press("Make the link")
    link = await made_link(rosa)
    ben = await stage.person("Ben", phone=True)
    await ben.come_in(link)
    ben.forgive(r"status of 40[13]", "WebSocket")
    await rosa.is_accessible("room")
    await rosa.shoot("office-room")
    await rosa.button(re.compile("^Take back the link")).click()
    await rosa.rests()
    await rosa.press("Yes, it opens nothing any more")
    await expect(ben.page.get_by_text("not signed in here any more").last).to_be_visible(
        timeout=5_000
    )


async def test_settings_hold_at_once_and_a_wrong_one_is_said_beside_what_was_typed(
    stage: Stage, office: Office
):
    links = await stage.room("Evening")
    rosa = await lead(stage, office, phone=True)
    rosa.forgive("status of 400")
    await rosa.page.get_by_role("link", name="Settings").click()
    lines = rosa.page.get_by_role("textbox", name="Helplines")
    await expect(lines).to_have_attribute("readonly", "")
    await expect(
        rosa.page.get_by_text("Whoever runs the machine has set them there")
    ).to_be_visible()
    name = rosa.page.get_by_role("textbox", name="The organisation's name")
    await name.fill("Harbour")
    await rosa.press("Keep these")
    await expect(name).to_have_value("Harbour")
    await rosa.page.get_by_role("link", name="Rooms", exact=True).click()
    await expect(rosa.page.get_by_role("heading", name="Harbour: rooms")).to_be_visible()
    await rosa.is_accessible("settings")
    await rosa.shoot("office-rooms")
    ben = await stage.person("Ben")
    await ben.come_in(links["member"])


async def test_the_office_is_for_leads_alone_and_looks_the_same_to_all_others(
    stage: Stage, office: Office
):
    links = await stage.room("Evening")
    _, staff = await office.invites("Sam", Duty("staff", 0))
    eve, ben, sam = [await stage.person(name) for name in ("Eve", "Ben", "Sam")]
    await ben.come_in(links["facilitator"])
    await sam.open(staff)
    for person in (eve, ben, sam):
        person.forgive("status of 403")
        for path in ("/office", "/office/people", "/office/rooms/evening", "/office/rooms/nowhere"):
            await person.open(f"{stage.origin}{path}")
            heading = person.page.get_by_role("heading", name="Sign in", exact=True)
            await expect(heading).to_be_visible()
