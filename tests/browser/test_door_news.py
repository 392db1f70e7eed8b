"""A door that is left open on the screen: it says what is so now, and offers nothing that is refused."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.five import go_to, room_of, seats
from tests.browser.test_door import door, types

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.browser.stage import Person, Stage

AGAIN = 15_000
"""Milliseconds until the door asks again by itself."""
LOOKS_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


async def comes(person: Person, link: str) -> None:
    """To the door, with a clock that the test moves."""
    await person.page.clock.install()
    await person.open(link)
    await expect(person.page.get_by_role("textbox", name="Your name")).to_be_visible()


async def a_while_passes(person: Person) -> None:
    await person.page.clock.fast_forward(AGAIN)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_the_door_says_what_is_on_now_for_as_long_as_it_stands_on_the_screen(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Left open", door="members")
    fay = await stage.person("Fay", phone=phone)
    await comes(fay, links["member"])
    await expect(door(fay)).to_contain_text("The meeting has not begun yet")
    await expect(door(fay)).to_contain_text("A facilitator will open it")
    await fay.page.get_by_role("textbox", name="Your name").fill("Fa")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await a_while_passes(fay)
        await expect(door(fay)).to_contain_text("Sharing has begun · Ada holds it · 1 person here")
        await expect(door(fay)).not_to_contain_text("will open it")
        await expect(fay.status("Sharing has begun")).to_have_count(1)
        # Nothing of what they were doing is lost by it.
        await expect(fay.page.get_by_role("textbox", name="Your name")).to_have_value("Fa")
        await expect(fay.page.get_by_role("textbox", name="Your name")).to_be_focused()
        await ada.send(ask.Lock())
        # In view again, it is asked for at once.
        await fay.page.evaluate(LOOKS_AGAIN)
        await expect(door(fay)).to_contain_text("The door is closed for now")
        await expect(fay.button("Try the door")).to_be_visible()
        await ada.send(ask.Close())
    await a_while_passes(fay)
    await expect(door(fay)).to_contain_text("The meeting has ended; the next one has not begun yet")
    await expect(door(fay)).not_to_contain_text(re.compile("Ada|here ·|person here"))
    await fay.shoot("door-news-ended")


async def test_a_door_that_hears_nothing_keeps_what_stands_and_says_that_it_may_be_old(
    stage: Stage,
):
    links = await room_of(stage, "Unheard", door="members")
    fay = await stage.person("Fay", phone=True)
    fay.forgive("net::ERR_FAILED")
    await comes(fay, links["member"])
    await fay.page.route("**/door", lambda route: route.abort())
    doubt = fay.status("This is how it was when this page last heard.")
    await expect(doubt).to_have_count(0)
    await a_while_passes(fay)
    await expect(doubt).to_be_visible()
    await expect(door(fay)).to_contain_text("The meeting has not begun yet")
    await fay.is_accessible("the door unheard")
    await fay.shoot("door-news-unheard")
    await fay.page.unroute("**/door")
    await a_while_passes(fay)
    await expect(doubt).to_have_count(0)


async def test_a_door_that_has_closed_to_somebody_says_so(stage: Stage):
    links = await room_of(stage, "Signed out meanwhile")
    fay = await stage.person("Fay")
    fay.forgive("status of 401")
    await comes(fay, links["member"])
    await fay.page.context.clear_cookies()
    await a_while_passes(fay)
    await expect(door(fay)).to_contain_text("Open your invitation link again.")
    await expect(fay.page.get_by_role("textbox", name="Your name")).to_be_hidden()
    await expect(door(fay)).not_to_contain_text("The meeting has not begun yet")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_who_was_removed_is_promised_nothing_at_the_door_of_that_meeting(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Taken out", door="members")
    dana = await stage.person("Dana", phone=phone)
    out = "A facilitator has taken you out of this meeting."
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ada.send(ask.Post("topic", "What helps me get through a week"))
        await dana.come_in(links["member"])
        topic = dana.page.get_by_text("Topic:", exact=True)
        await expect(topic).to_be_visible()
        await ada.send(ask.Remove(2))
        await expect(dana.main).to_contain_text(out)
        # The topic goes with the talk.
        await expect(topic).to_be_hidden()
        await expect(dana.main).not_to_contain_text("What helps me get through a week")
        await dana.shoot("door-removed-topic")
        await dana.page.clock.install()
        await dana.page.reload()
        await expect(door(dana)).to_contain_text(out)
        await expect(door(dana)).to_contain_text("turn to whoever gave you the link")
        await expect(door(dana).get_by_role("link", name="116 123")).to_be_visible()
        # All that can be done is to ask somebody else to look at it again (CM-19).
        await expect(door(dana).get_by_role("button")).to_have_text(["Ask another facilitator"])
        await expect(door(dana)).not_to_contain_text(re.compile("Ada|Sharing|person here"))
        await dana.is_accessible("removed, at the door")
        await dana.shoot("door-removed-again")
        await ada.send(ask.Close())
    # The next meeting is another.
    await a_while_passes(dana)
    await expect(door(dana)).not_to_contain_text(out)
    await types(dana, "Dana")
    await expect(dana.floor).to_be_visible()


async def test_who_is_turned_away_reads_so_again_and_not_how_to_knock(stage: Stage):
    links = await room_of(stage, "Turned away", door="knock")
    eve = await stage.person("Eve", phone=True)
    eve.forgive("status of 403")
    no = "The facilitators can't let you into this meeting."
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await eve.open(links["member"])
        await types(eve, "Eve", "Ask to come in")
        await ada.until(lambda: len(ada.meeting.lobby) == 1)
        await ada.send(ask.TurnAway(ada.meeting.lobby[0].knock))
        for _ in range(2):
            await expect(door(eve)).to_contain_text(no, timeout=20_000)
            await expect(door(eve).get_by_role("button")).to_have_count(0)
            await eve.page.reload()


def welcome(person: Person) -> Locator:
    return person.page.get_by_role("region", name="Where the meeting is")


async def is_at_its_beginning(person: Person) -> bool:
    return bool(
        await welcome(person).evaluate(
            "(card) => card.getBoundingClientRect().top >= card.parentElement.getBoundingClientRect().top - 1"
        )
    )


async def test_on_a_phone_the_card_for_the_late_begins_at_its_beginning_and_stays_there(
    stage: Stage,
):
    links = await room_of(stage, "Late on a phone", single_share=True)
    fay = await stage.person("Fay", phone=True)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Ben") as (ben,),
    ):
        await go_to(ada, "sharing")
        await ada.send(ask.Post("topic", "What helps me get through a week"))
        await ben.send(ask.RaiseHand())
        await fay.come_in(links["member"])
        await expect(welcome(fay)).to_contain_text("Now: Sharing")
        # It has more than fits, or there were nothing to see here.
        talk = fay.page.get_by_role("region", name="Talk")
        assert await talk.evaluate("(talk) => talk.scrollHeight > talk.clientHeight")
        # The page is drawn every second, and again when somebody does something.
        await ben.send(ask.LowerHand())
        await expect(welcome(fay)).not_to_contain_text("One hand is up.")
        for _ in range(15):
            assert await is_at_its_beginning(fay)
            await asyncio.sleep(0.1)
        await fay.shoot_as_it_is("door-welcome", "phone")
        # What was written before they came is not theirs to know of.
        await expect(fay.main).to_contain_text("Nothing has been written since you came.")
        await expect(fay.main).not_to_contain_text("Nothing has been written yet.")
        # Whoever has read it to its end follows the talk.
        await talk.evaluate("(talk) => talk.scrollTo(0, talk.scrollHeight)")
        await ada.say("I will read the next part.")
        await expect(fay.log.get_by_text("I will read the next part.")).to_be_in_viewport()


async def test_where_all_may_read_what_was_said_nothing_means_nothing(stage: Stage):
    links = await room_of(stage, "All is read", history="meeting")
    fay = await stage.person("Fay")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await fay.come_in(links["member"])
        await expect(fay.main).not_to_contain_text("since you came")


async def test_after_the_close_the_page_says_how_long_one_can_read_on(stage: Stage):
    links = await room_of(stage, "Closed")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await ada.say("Good evening, all.")
        await expect(ben.log).to_contain_text("Good evening, all.")
        await ada.send(ask.Close())
        await expect(ben.main).to_contain_text(
            "You can read on here for as long as this page stays open. "
            "Loaded again, it leads to the next meeting; there you wait until it begins."
        )
        await expect(ben.log).to_contain_text("Good evening, all.")
        await ben.shoot("door-closed")
        await ben.page.reload()
        await expect(door(ben)).to_contain_text("The meeting has not begun yet")
        await expect(ben.main).not_to_contain_text("Good evening, all.")


async def test_the_knock_of_a_page_that_was_closed_does_not_stand_beside_the_new_one(
    stage: Stage,
):
    links = await room_of(stage, "Closed and back", door="knock")
    eve, again = await stage.person("Eve"), await stage.person("Eve")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await eve.open(links["member"])
        await types(eve, "Eve", "Ask to come in")
        await expect(eve.status("You are at the door.")).to_be_visible()
        await eve.page.close()
        await again.open(links["member"])
        await types(again, "Eve", "Ask to come in")
        await ada.until(lambda: len(ada.meeting.lobby) == 2)
        deadline = time.monotonic() + 45
        while len(ada.meeting.lobby) > 1:
            assert time.monotonic() < deadline, "the page that is gone waits still"
            await asyncio.sleep(0.2)
        assert [one.knock for one in ada.meeting.lobby] == [2]
        await ada.send(ask.Admit(2))
        await expect(again.floor).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_who_was_turned_away_reads_at_the_door_when_they_may_ask_again(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Turned away", door="members")
    eve = await stage.person("Eve", phone=phone)
    eve.forgive("status of 403", "status of 409")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await comes(eve, links["address"])
        await types(eve, "Eve", "Ask to come in")
        await ada.until(lambda: len(ada.meeting.lobby) == 1)
        await ada.send(ask.TurnAway(ada.meeting.lobby[0].knock))
        await a_while_passes(eve)
        await expect(door(eve)).to_contain_text("The facilitators can't let you into this meeting")
        await ada.send(ask.Close())
    await a_while_passes(eve)
    await expect(door(eve)).to_contain_text("The meeting that you knocked at has ended")
    await expect(door(eve)).to_contain_text("You can ask to come in again once")
    await expect(eve.button("Ask to come in")).to_be_hidden()
    await eve.shoot("door-turned-away-ended")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await a_while_passes(eve)
        await types(eve, "Eve", "Ask to come in")
        await ada.until(lambda: len(ada.meeting.lobby) == 1)
