"""The door: what is on and who is there, names, waiting, and coming back by the same link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.five import go_to, notice, press_both, room_of, seats

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.browser.stage import Person, Stage


def door(person: Person) -> Locator:
    return person.page.get_by_role("region", name="At the door")


async def types(person: Person, name: str, press: str = "Come in") -> None:
    await person.page.get_by_role("textbox", name="Your name").fill(name)
    await person.press(press)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_the_door_answers_first_what_is_on_and_who_is_there(stage: Stage, phone: bool):
    links = await room_of(stage, "What is on", door="members")
    ben, eve = await stage.person("Ben", phone=phone), await stage.person("Eve", phone=phone)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Chidi", "Dana"),
    ):
        await ben.open(links["member"])
        await expect(door(ben)).to_contain_text("The meeting has not begun yet · Ada holds it")
        await go_to(ada, "sharing")
        await ben.open(links["member"])
        await expect(door(ben)).to_contain_text("Sharing has begun · Ada holds it · 3 people here")
        await ben.is_accessible("the door")
        await ben.shoot("door-on")
        # A stranger reads no more than that there is a meeting (A105).
        await eve.open(links["address"])
        await expect(door(eve)).to_contain_text("The meeting is open")
        for secret in ("Ada", "Sharing", "people here"):
            await expect(door(eve)).not_to_contain_text(secret)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_the_door_offers_the_initial_where_a_name_looks_like_a_full_one(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Initials")
    ben, ann = await stage.person("Ben", phone=phone), await stage.person("Ann", phone=phone)
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.open(links["member"])
        await types(ben, "Benjamin Harrison")
        await expect(door(ben)).to_contain_text("That looks like a full name")
        await ben.is_accessible("a full name")
        await ben.shoot("door-full-name")
        assert [seat.name for seat in ada.meeting.seats] == ["Ada"]
        await ben.press("Use Benjamin H.")
        field = ben.page.get_by_role("textbox", name="Your name")
        await expect(field.or_(ben.floor)).to_be_visible()
        await expect(ben.floor).to_be_visible()
        # Whoever is called so keeps it.
        await ann.open(links["member"])
        await types(ann, "Mary Ann")
        await ann.rests()
        await ann.press("Keep Mary Ann")
        await expect(ann.floor).to_be_visible()
        await ada.until(lambda: len(ada.meeting.seats) == 3)
        names = [seat.name for seat in ada.meeting.seats]
        assert names == ["Ada", "Benjamin H.", "Mary Ann"]


async def test_a_name_changed_before_one_has_written_is_not_told_and_one_that_is_taken_out_is_told_to_its_bearer(
    stage: Stage,
):
    links = await room_of(stage, "Renamed")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ben.open(links["member"])
    await types(ben, "Benjamin Quill")
    await ben.press("Keep Benjamin Quill")
    await expect(ada.here.filter(has_text="Benjamin Quill")).to_be_visible()
    async with ben.people():
        await ben.press("Change my name")
        await ben.page.get_by_role("textbox", name="Your name for this meeting").fill("Ben W.")
        await ben.press("Save")
        await expect(ben.here.filter(has_text="Ben W.")).to_be_visible()
    await expect(ada.here.filter(has_text="Ben W.")).to_be_visible()
    await expect(ada.page.get_by_text("Benjamin Quill")).to_have_count(0)
    async with ada.acts_on("Ben W.") as acts:
        await press_both(acts, "Take the name Ben W. away")
        # The sheet is theirs still, under the name they have now.
        await expect(ada.button("Take the name Guest 2 away")).to_be_visible()
        await ada.page.keyboard.press("Escape")
    await expect(ada.here.filter(has_text="Guest 2")).to_be_visible()
    await expect(ben.log).to_contain_text("so you are Guest 2 here. Choose another one")
    await ben.shoot("door-name-taken-out")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_who_waits_reads_for_how_long_corrects_the_name_and_may_stop(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Waiting", door="knock")
    eve = await stage.person("Eve", phone=phone)
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await eve.open(links["member"])
        await types(eve, "Evve", "Ask to come in")
        waits = eve.status("You are at the door.")
        await expect(waits).to_contain_text(
            "You knocked as Evve, and have waited for less than a minute."
        )
        await eve.is_accessible("waiting")
        await eve.shoot("door-waiting")
        await eve.press("Change the name")
        await types(eve, "Eve", "Ask to come in")
        await expect(waits).to_contain_text("You knocked as Eve,")
        await ada.until(lambda: [one.name for one in ada.meeting.lobby] == ["Eve"])
        # The page that is loaded again waits on.
        await eve.page.reload()
        await expect(waits).to_contain_text("You knocked as Eve,")
        await eve.press("Stop waiting")
        await expect(door(eve)).to_contain_text("You are not waiting any more.")
        await ada.until(lambda: not ada.meeting.lobby)
        await eve.press("Back to the door")
        await types(eve, "Eve", "Ask to come in")
        await ada.until(lambda: len(ada.meeting.lobby) == 1)
        await ada.send(ask.Admit(ada.meeting.lobby[0].knock))
        await expect(eve.floor).to_be_visible(timeout=20_000)


async def test_a47_by_the_link_of_somebody_removed_one_waits_and_the_facilitator_reads_why(
    stage: Stage,
):
    links = await room_of(stage, "Same link")
    ada, ben, again = (
        await stage.person("Ada", phone=True),
        await stage.person("Ben"),
        await stage.person("Robin"),
    )
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    async with seats(links["member"], "Chidi", "Dana"):
        await ben.come_in(links["member"])
        async with ada.people(), ada.acts_on("Ben") as acts:
            await expect(acts).to_contain_text(
                "another facilitator lets them come back. If it was a mistake, they can ask"
            )
            await ada.shoot_as_it_is("door-before-removal", "phone")
            await press_both(acts, "Remove Ben from this meeting")
        # Who is out reads whom to turn to, and has the numbers.
        await expect(ben.main).to_contain_text("turn to whoever gave you the link")
        await expect(ben.main.get_by_role("link", name="116 123")).to_be_visible()
        await ben.is_accessible("removed")
        await ben.shoot("door-removed")
        await again.open(links["member"])
        await types(again, "Robin", "Ask to come in")
        await expect(again.status("You are at the door.")).to_be_visible()
        same = "Same link as somebody who was removed"
        await expect(notice(ada, same)).to_be_visible()
        async with ada.people():
            waits = ada.under("At the door")
            await expect(waits).to_contain_text(
                f"{same}, so they wait for your word. 2 here have it, too."
            )
            await waits.scroll_into_view_if_needed()
            await ada.shoot_as_it_is("door-same-link", "phone")
            await ada.press("Admit Robin")
        await expect(again.floor).to_be_visible(timeout=20_000)


async def test_with_a_lost_cookie_one_gets_ones_seat_back_from_a_facilitator(stage: Stage):
    links = await room_of(stage, "Lost cookie")
    ada, ben, back = (
        await stage.person("Ada"),
        await stage.person("Ben"),
        await stage.person("Ben", phone=True),
    )
    back.forgive("status of 409")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ben.come_in(links["member"])
    await ben.say("It was a long week.")
    await expect(ada.log).to_contain_text("It was a long week.")
    await ben.page.close()
    await back.open(links["member"])
    await types(back, "Ben")
    await expect(back.page.get_by_role("alert")).to_contain_text("Somebody here has that name")
    await back.shoot("door-name-taken")
    await back.press("That was me: ask a facilitator")
    await expect(back.status("You are at the door.")).to_be_visible()
    row = ada.under("At the door")
    them = row.get_by_role("button", name="It is them: give them their seat back")
    await expect(them).to_be_visible(timeout=40_000)
    await ada.shoot("door-it-is-them")
    await them.click()
    await expect(back.floor).to_be_visible(timeout=20_000)
    await expect(back.log).to_contain_text("It was a long week.")
    await expect(ada.here.filter(has_text="Ben")).to_have_count(1)


async def test_signed_out_in_the_middle_the_draft_comes_back_by_the_link_in_the_same_tab(
    stage: Stage,
):
    links = await room_of(stage, "Signed out")
    ben = await stage.person("Ben", phone=True)
    ben.forgive("status of 40[0-9]")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await ben.field.fill("What I never said before")
        await ben.page.context.clear_cookies()
        await ben.page.reload()
        await expect(ben.main).to_contain_text("This door opens with an invitation")
        await ben.come_in(links["member"], "Ben W.")
        await expect(ben.field).to_have_value("What I never said before")
        # Leave now takes it away for good.
        await ben.field.fill("What nobody is to read")
        await ben.page.get_by_role("link", name="Leave now").click()
        await ben.page.wait_for_url(re.compile("/left$"))
        await ben.come_in(links["member"], "Ben V.")
        await expect(ben.field).to_have_value("")


async def test_a_wrong_address_has_help_and_a_used_link_says_whom_to_ask(stage: Stage):
    ben = await stage.person("Ben", phone=True)
    ben.forgive("status of 40[0-9]", "status of 410")
    await ben.open(f"{stage.origin}/nowhere")
    await expect(ben.main).to_contain_text("This door opens with an invitation")
    await ben.main.get_by_role("button", name="Help", exact=True).click()
    await expect(ben.help.get_by_role("button", name="Ask for help now")).to_be_visible()
    await ben.open(f"{stage.origin}/enter#no-such-secret")
    await expect(ben.status("Ask whoever gave it to you")).to_be_visible()
    await ben.shoot("door-used-link")


async def test_a_link_that_does_not_open_names_who_can_help(stage: Stage):
    eve = await stage.person("Eve", phone=True)
    eve.forgive(r"status of 40[0-9]")
    await eve.open(f"{stage.origin}/enter#never-given")
    await expect(eve.main).to_contain_text("Ask whoever gave it to you")
    numbers = eve.main.get_by_role("link", name=re.compile("116 123"))
    await expect(numbers).to_be_visible()
    await expect(numbers).to_have_attribute("href", "tel:116123")
    await eve.is_accessible("a link that does not open")
    await eve.shoot("door-no-link")
