"""On the smallest phone the field, Send and what one wrote last are in sight, whatever is told above them."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.fit import SMALL, TYPING, reader
from tests.browser.five import go_to, room_of
from tests.browser.stage import PHONE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chatroom.client import Seat
    from tests.browser.stage import Person, Stage

TOPIC = "Keeping going when the week is long"
CRY = "I can't do this any more, I want to die tonight"


@asynccontextmanager
async def sharing(stage: Stage, ben: Person) -> AsyncIterator[tuple[Seat, int]]:
    """Ben in Sharing, the topic posted, his hand up. Ada holds the meeting."""
    links = await room_of(stage, "Evening group", door="open")
    async with enter(links["facilitator"], name="Ada") as ada:
        await ben.come_in(links["member"])
        await go_to(ada, "sharing")
        await ada.send(ask.Post("topic", TOPIC))
        await ben.press("Raise hand")
        await ada.until(lambda: len(ada.meeting.hands) == 1)
        yield ada, ada.meeting.hands[0]


async def takes_the_floor(ada: Seat, ben: Person) -> None:
    await ada.send(ask.Invite(ada.meeting.epoch))
    await ben.press("Accept")
    await expect(ben.floor).to_contain_text("You have the floor")
    await ben.say("I have been sober for nine days.")
    await expect(ben.card("Ben")).to_contain_text("nine days")


async def may_write(ben: Person) -> None:
    """With nothing to scroll: the field, Send and Done, whole."""
    for thing in (ben.field, ben.page.locator("#send"), ben.page.locator("#floor-act")):
        await ben.is_in_sight(thing)
    await ben.is_in_sight(ben.button("Help"))
    await ben.is_in_sight(ben.page.locator("#leave"))


async def test_a_cry_leaves_the_field_the_own_words_and_what_the_card_asks_in_sight(stage: Stage):
    ben = await stage.person("Ben", phone=True)
    async with sharing(stage, ben) as (ada, _):
        await takes_the_floor(ada, ben)
        await ben.say(CRY)
        await expect(ben.button("Open the private line")).to_be_visible()
        await expect(ben.page.locator(".offer")).to_contain_text("Nobody is at the desk")
        await ben.rests()
        await ben.shoot_as_it_is("field-cry", "phone")
        # The last of them with numbers whose names take two lines each.
        for size in (PHONE, SMALL, PHONE):
            await ben.page.set_viewport_size(size)
            await ben.rests()
            await may_write(ben)
            await ben.is_in_sight(ben.button("Open the private line"))
            await ben.is_in_sight(ben.button("Not now"))
            if size == PHONE:
                await ben.is_in_sight(ben.floor.locator(".holder"))
            await ben.page.evaluate(LONG_NUMBERS if size == SMALL else "")
        await ben.rests()
        await ben.shoot_as_it_is("field-cry-long", "phone")
        await expect(ben.log.get_by_text("die tonight")).to_be_in_viewport()
        await ben.say("Is anybody there?")
        await expect(ben.log.get_by_text("Is anybody there?")).to_be_in_viewport(ratio=1)
        await ben.rests()
        await ben.is_in_sight(ben.log.get_by_text("Is anybody there?"))
        await ben.shoot_as_it_is("field-cry-next", "phone")
        # What comes back then takes the place of the sentence, and the field stays wherever the page stands.
        await ben.press("Not now")
        await ben.say("Call me on 020 7946 0018")
        await expect(ben.refusal).to_be_visible()
        await ben.rests()
        await ben.is_in_sight(ben.refusal.locator(".said"))
        for size in (PHONE, SMALL):
            await ben.page.set_viewport_size(size)
            await ben.field.blur()
            for y in (0, 10_000):
                await ben.page.evaluate(f"scrollTo(0, {y})")
                await ben.rests()
                await may_write(ben)


async def test_a_lost_connection_leaves_the_field_of_who_has_the_floor_whole(stage: Stage):
    ben = await stage.person("Ben", phone=True)
    ben.forgive("ERR_INTERNET_DISCONNECTED")
    async with sharing(stage, ben) as (ada, _):
        await takes_the_floor(ada, ben)
        await ben.page.context.set_offline(True)
        lost = ben.page.get_by_text("Connection lost")
        await expect(lost).to_be_visible()
        await ben.rests()
        await ben.shoot_as_it_is("field-lost", "phone")
        await may_write(ben)
        await ben.field.tap()
        await ben.page.keyboard.type("and tonight my brother came by and he")
        await ben.rests()
        await ben.shoot_as_it_is("field-lost-writing", "phone")
        await may_write(ben)
        await ben.is_in_sight(lost)
        await ben.is_in_sight(ben.floor.locator(".holder"))


async def test_a_draft_after_a_reload_is_whole_above_send_however_long_it_is(stage: Stage):
    ben = await stage.person("Ben", phone=True)
    async with sharing(stage, ben) as (ada, _):
        await takes_the_floor(ada, ben)
        for name, draft in (
            ("two", "and tonight my brother came by and he"),
            ("long", "I sat in the car outside the shop for twenty minutes. " * 8),
        ):
            await ben.field.fill(draft)
            await ben.page.reload()
            await expect(ben.field).to_have_value(draft)
            await expect(ben.floor).to_contain_text("You have the floor")
            await expect(ben.page.locator("link[href*='in-sight.css']")).to_be_attached()
            await ben.rests()
            await ben.shoot_as_it_is(f"field-draft-{name}", "phone")
            await may_write(ben)
            await ben.is_in_sight(ben.page.locator("#topic summary"))


async def test_an_invitation_is_seen_and_taken_at_the_field_where_the_text_is_large(stage: Stage):
    ben = await stage.person("Ben", phone=True)
    async with sharing(stage, ben) as (ada, seat):
        look = await reader(ben)
        for text, window in ((32, SMALL), (32, TYPING), (16, TYPING), (24, PHONE)):
            await look.sized(text, window)
            await ben.field.focus()
            await ada.send(ask.Invite(ada.meeting.epoch, seat))
            await ada.until(lambda: ada.meeting.invited == seat)
            await ben.comes_true(SEEN)
            await ben.shoot_as_it_is(f"field-invited-{text}-{window['height']}", "phone")
            await ben.rests()
            await ben.page.evaluate(PRESS_THE_SEEN)
            await ada.until(lambda: ada.meeting.holder == seat)
            await expect(ben.field).not_to_have_attribute("placeholder", re.compile("."))
            await ada.send(ask.EndTurn(ada.meeting.epoch))
            await ada.until(lambda: ada.meeting.holder is None)


async def test_the_first_own_words_of_a_late_comer_are_in_sight(stage: Stage):
    links = await room_of(stage, "Evening group", door="open")
    dee = await stage.person("Dee", phone=True)
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ada.send(ask.Post("topic", TOPIC))
        await dee.come_in(links["member"])
        await expect(dee.page.get_by_text("This is where the meeting is")).to_be_visible()
        await dee.rests()
        await dee.is_in_sight(dee.button("Only listen today"))
        await dee.is_in_sight(dee.page.locator("#arrived").get_by_role("button", name="Close"))
        await dee.shoot_as_it_is("field-late", "phone")
        await dee.press("Raise hand")
        await ada.until(lambda: len(ada.meeting.hands) == 1)
        await ada.send(ask.Invite(ada.meeting.epoch))
        arrived = dee.page.locator("#arrived")
        await expect(arrived).to_contain_text("Would you like to share?")
        await expect(arrived).not_to_contain_text("?.")
        await dee.press("Accept")
        await dee.say("Hello, I am Dee.")
        await expect(dee.log.get_by_text("Hello, I am Dee.")).to_be_in_viewport(ratio=1)
        await dee.shoot_as_it_is("field-late-first-words", "phone")


async def test_the_heads_of_a_phone_hang_no_dot_and_break_into_no_second_row(stage: Stage):
    ben = await stage.person("Ben", phone=True)
    async with sharing(stage, ben):
        # How it works is found without the sheet: the talk begins with it.
        how = ben.page.get_by_role("group").filter(has_text="How this meeting works")
        await how.locator("summary").click()
        await expect(how.get_by_text("Passing is always fine.")).to_be_in_viewport()
        await how.locator("summary").click()
        tops = await ben.page.evaluate(
            "[...document.querySelectorAll('#status > *')].map((part) => [part.textContent,"
            " part.offsetLeft, part.offsetTop])"
        )
        assert len({top for _, _, top in tops}) > 1, f"the line does not break: {tops}"
        assert not any("·" in words for words, _, _ in tops)
        async with ben.people():
            rows = await ben.page.evaluate(
                "[...document.querySelectorAll('#sheet .sheet-head > *')].map((e) => e.offsetTop)"
            )
            assert len(rows) == 3
            assert len(set(rows)) == 1
            await ben.shoot_as_it_is("field-sheet-head", "phone")


async def test_the_field_of_the_private_line_is_whole_when_staff_lose_their_connection(
    stage: Stage,
):
    links = await stage.room("Help")
    ben, sam = await stage.person("Ben", phone=True), await stage.person("Sam")
    sam.forgive("ERR_INTERNET_DISCONNECTED")
    await ben.come_in(links["member"])
    await ben.ask_for_help()
    await sam.come_to_desk(links["staff"])
    await sam.claim("Help")
    await sam.write_on_line("Ben", "I am here, Ben. What happened?")
    await expect(ben.help).to_contain_text("What happened?")
    await ben.write_on_line("Sam", "are you there?")
    await sam.page.context.set_offline(True)
    await expect(ben.help).to_contain_text("not connected", timeout=60_000)
    await ben.rests()
    await ben.shoot_as_it_is("field-staff-gone", "phone")
    await ben.is_in_sight(ben.help.get_by_role("textbox"))
    await ben.is_in_sight(ben.help.get_by_role("button", name="Send", exact=True))


# Whom to call where they have names that take two lines each.
LONG_NUMBERS = """for (const line of document.querySelectorAll(".offer .helplines li > * > :first-child"))
  line.textContent = "A helpline for the whole of the country"
"""
# An Accept that is whole in the window, with nothing over it.
ACCEPT = """[...document.querySelectorAll("button")].find((e) => {
  const { left, top, right, bottom } = e.getBoundingClientRect()
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
  return e.textContent === "Accept" && e.contains(over) && top >= 0 && bottom <= innerHeight
})"""
SEEN = f"({ACCEPT}) !== undefined"
PRESS_THE_SEEN = f"({ACCEPT}).click()"
