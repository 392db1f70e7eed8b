"""A group's own ways, set by its facilitators in the panel for the meetings to come."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.fit import DRAWN
from tests.browser.five import close_meeting, moment, panel, room_of, seats
from tests.browser.test_access import tab_to

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.browser.stage import Person, Stage

TITLE = "How we hold our meetings"
SAVED = "Saved. They hold from the next meeting on."


def fold(person: Person) -> Locator:
    return person.page.locator(".chair-our-ways")


def way(person: Person, title: str) -> Locator:
    return fold(person).get_by_role("combobox", name=title)


def said(person: Person) -> Locator:
    return fold(person).get_by_role("status")


async def look(person: Person) -> None:
    await fold(person).get_by_text(TITLE, exact=True).click()
    await expect(way(person, "Who comes in")).to_be_visible()


async def test_the_ways_are_set_for_the_next_meeting_and_put_back_to_the_formats(stage: Stage):
    room = await room_of(stage, "Settings", "discussion-60")
    ada, mo = await stage.person("Ada"), await stage.person("Mo")
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    await ada.come_in(room["facilitator"])
    await mo.come_in(room["facilitator"])
    await expect(fold(ada)).to_be_visible()
    assert any("panel.js" in url for url in asked), "this test looks at what the page asks for"
    assert not any("ways" in url for url in asked), "nothing of it is loaded before it is opened"
    await ada.press("Open meeting")
    await look(ada)
    await expect(fold(ada)).to_contain_text("One that people have come to already keeps its ways")
    await expect(fold(ada)).to_contain_text("12-step-style discussion")
    # What is safe is so by itself, and each way says what it is now.
    usual = {
        "Who comes next": "Usual: in order of hands",
        "How often somebody shares": "Usual: once",
        "How long a share is": "Usual: as each part says",
        "Answers to a share": "Usual: nobody answers a share",
        "Words under a line": "Usual: on",
        "Using told in detail": "Usual: folded; each opens it",
        "Who used today": "Usual: shares like everybody",
        "Who posts links": "Usual: facilitators only",
        "Whom it is for": "Usual: an open meeting",
        "Who comes in": "Usual: members only",
        "What late-comers read": "Usual: from when they come in",
    }
    for title, words in usual.items():
        await expect(way(ada, title).locator("option:checked")).to_have_text(words)
        await expect(way(ada, title)).to_have_accessible_description(re.compile(r"\.$"))
    await moment(ada, "w-usual")
    # However long the column is, the frame of the page stays where it is.
    assert await ada.page.evaluate("document.scrollingElement.scrollTop") == 0
    assert await ada.page.evaluate("document.body.scrollHeight <= innerHeight")

    await look(mo)
    await way(mo, "Who posts links").select_option(label="Everybody")
    await way(ada, "Who comes in").select_option(label="Everybody")
    await way(ada, "Who comes next").select_option(label="New voices first")
    await way(ada, "How long a share is").select_option(label="4 min")
    await ada.press("Save for the next meetings")
    await expect(said(ada)).to_have_text(SAVED)
    await expect(way(ada, "How long a share is").locator("option:checked")).to_have_text("4 min")
    # Another facilitator's choice is neither lost nor does it undo the first one's.
    await mo.press("Save for the next meetings")
    await expect(said(mo)).to_have_text(SAVED)
    await expect(way(mo, "Who comes in").locator("option:checked")).to_have_text("Everybody")
    await mo.press("Save for the next meetings")
    await expect(said(mo)).to_have_text("They are so already.")
    await way(ada, "How long a share is").select_option(label="Usual")
    await ada.press("Save for the next meetings")
    await expect(way(ada, "How long a share is").locator("option:checked")).to_have_text(
        "Usual: as each part says"
    )
    await expect(way(ada, "Who posts links").locator("option:checked")).to_have_text("Everybody")

    # The meeting that is on is as it was; the next one is held that way.
    await expect(ada.agenda.first).to_be_visible()
    await expect(ada.page.get_by_text("New voices come first.")).to_have_count(0)
    await close_meeting(ada)
    await expect(panel(ada).get_by_role("button")).to_have_count(0)
    ben = await stage.person("Ben")
    await ben.open(room["address"])
    await ben.page.get_by_role("textbox", name="Your name for this meeting").fill("Ben")
    await ben.press("Come in")
    agenda = ben.page.get_by_role("region", name="Agenda")
    await expect(agenda.get_by_text("New voices come first.")).to_be_visible()
    await expect(agenda.get_by_text("An open meeting: whoever wants to know")).to_be_visible()


async def test_a_refusal_keeps_what_was_chosen(stage: Stage):
    room = await room_of(stage, "Refused")
    ada = await stage.person("Ada")
    ada.forgive("status of 400", "ERR_INTERNET_DISCONNECTED", "WebSocket")
    await ada.come_in(room["facilitator"])
    await look(ada)
    door, long = way(ada, "Who comes in"), way(ada, "How long a share is")
    await door.select_option(label="Everybody knocks first")
    # What a page of another version offers.
    await long.evaluate("(select) => select.add(new Option('50 min', '50'))")
    await long.select_option(label="50 min")
    await ada.press("Save for the next meetings")
    alert = fold(ada).get_by_role("alert")
    await expect(alert).to_have_text("That setting can't be so. Choose another value.")
    await expect(long).to_be_focused()
    await expect(long).to_have_attribute("aria-invalid", "true")
    await expect(long.locator("option:checked")).to_have_text("50 min")
    await expect(door.locator("option:checked")).to_have_text("Everybody knocks first")
    await moment(ada, "w-refused")

    await long.select_option(label="5 min")
    await ada.page.context.set_offline(True)
    await ada.press("Save for the next meetings")
    await expect(alert).to_contain_text("The server can't be reached just now.")
    await expect(long).not_to_have_attribute("aria-invalid", "true")
    # What is not saved outlasts a fold that is closed and opened.
    await fold(ada).get_by_text(TITLE, exact=True).click()
    await expect(door).to_be_hidden()
    await look(ada)
    await expect(door.locator("option:checked")).to_have_text("Everybody knocks first")
    await ada.page.context.set_offline(False)
    await ada.press("Save for the next meetings")
    await expect(said(ada)).to_have_text(SAVED)
    await expect(alert).to_be_hidden()
    await expect(long.locator("option:checked")).to_have_text("5 min")


async def test_a_co_chair_of_the_meeting_alone_is_not_shown_them(stage: Stage):
    room = await room_of(stage, "Moment")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await ada.come_in(room["facilitator"])
    await ada.press("Open meeting")
    await ben.come_in(room["member"])
    await expect(fold(ben)).to_have_count(0)
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Co-chair").click()
    await expect(ben.button("Next: Opening")).to_be_visible()
    await expect(fold(ada)).to_be_visible()
    await expect(fold(ben)).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_axe_finds_nothing_in_our_ways(stage: Stage, phone: bool):
    room = await room_of(stage, "Axe", "discussion-60")
    ada = await stage.person("Ada", phone=phone)
    await ada.come_in(room["facilitator"])
    async with ada.people():
        await look(ada)
        # A person scrolls there, and then taps; what has just moved under a finger takes no tap (aim.js).
        await ada.button("Save for the next meetings").scroll_into_view_if_needed()
        await ada.page.evaluate(DRAWN)
        await ada.press("Save for the next meetings")
        await expect(said(ada)).to_have_text("They are so already.")
        await ada.is_accessible("our ways")
        await ada.shoot_as_it_is("w-whole", "phone" if phone else "desk")
        for title in ("Answers to a share", "What late-comers read"):
            box = await way(ada, title).bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= (320 if phone else 1280)


async def test_the_ways_are_set_by_the_keyboard_alone(stage: Stage):
    room = await room_of(stage, "Keys")
    ada = await stage.person("Ada")
    await ada.come_in(room["facilitator"])
    async with seats(room["member"], "Ben"):
        await tab_to(ada, fold(ada).locator("summary"))
        await ada.page.keyboard.press("Enter")
        crosstalk = way(ada, "Answers to a share")
        await expect(crosstalk).to_be_visible()
        await tab_to(ada, crosstalk)
        await ada.page.keyboard.type("People")
        await expect(crosstalk.locator("option:checked")).to_have_text("People may answer")
        await tab_to(ada, ada.button("Save for the next meetings"))
        await ada.page.keyboard.press("Enter")
        await expect(said(ada)).to_have_text(SAVED)
        await expect(ada.button("Save for the next meetings")).to_be_focused()
