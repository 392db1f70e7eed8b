"""Whatever is told on a phone of 320 px, who has the floor stays in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from moderation.meeting import commands as ask
from tests.browser.five import go_to, knock, notice, panel, room_of, seats

if TYPE_CHECKING:
    from tests.browser.stage import Person, Stage


async def keeps_the_floor(person: Person) -> None:
    """However far one scrolls, in the strip or on the page."""
    card = person.floor.locator(".holder")
    for how in (
        "document.scrollingElement.scrollTo(0, 10_000)",
        "document.querySelector('#floor').scrollTo(0, 10_000)",
        "document.querySelector('.chair-notices')?.scrollTo(0, 10_000)",
    ):
        await person.page.evaluate(how)
        await person.is_in_sight(card)


async def test_notices_on_a_phone_leave_the_floor_card_of_a_facilitator_in_sight(stage: Stage):
    links = await room_of(stage, "Many notices", door="members")
    ada, eve = await stage.person("Ada", phone=True), await stage.person("Eve")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    async with seats(links["member"], "Ben", "Chidi", "Dana") as (ben, chidi, dana):
        await knock(eve, links["address"])
        for seat, words in (
            (ben, "Can I come in later?"),
            (chidi, "I feel unsafe."),
            (dana, "Hm."),
        ):
            await seat.send(ask.Tell(words))
        await ada.say("Welcome.\n\n" * 9)  # What they wrote is out of sight in the talk.
        await expect(notice(ada, "Dana to the facilitators")).to_be_attached()
        await expect(notice(ada, "Eve waits at the door.")).to_be_attached()
        await ada.shoot_as_it_is("floor-many-notices", "phone")
        await keeps_the_floor(ada)
        await ada.shoot_as_it_is("floor-many-notices-scrolled", "phone")
        await expect(panel(ada)).to_be_visible()


async def test_an_offer_of_help_and_words_that_came_back_leave_the_floor_card_in_sight(
    stage: Stage,
):
    links = await room_of(stage, "Told on a phone")
    ben = await stage.person("Ben", phone=True)
    async with seats(links["facilitator"], "Ada") as (ada,):
        await ben.come_in(links["member"])
        await go_to(ada, "sharing")
        await expect(ben.floor).to_contain_text("The floor is free")
        await ben.say("I want to kill myself tonight")
        await expect(ben.button("Open the private line")).to_be_visible()
        await expect(ben.refusal).to_be_visible()
        await ada.send(ask.Appoint(2, "standby"))
        await ada.send(ask.Handover(2))
        await expect(ben.button("Facilitate")).to_be_attached()
        await ben.shoot_as_it_is("floor-many-cards", "phone")
        await keeps_the_floor(ben)
        await ben.shoot_as_it_is("floor-many-cards-scrolled", "phone")
        await ben.field.focus()
        await ben.is_in_sight(ben.floor.locator(".holder"))


async def test_fc_05_that_somebody_passed_is_told_until_the_floor_moves_on(stage: Stage):
    links = await room_of(stage, "Passed")
    ada = await stage.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ada.press("Next: Opening")
    await ada.press("Next: Sharing")
    async with seats(links["member"], "Ben", "Chidi") as (ben, chidi):
        for seat in (ben, chidi):
            await seat.send(ask.RaiseHand())
        await ada.press("Invite Ben")
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        await ben.send(ask.Pass(ben.meeting.epoch))
        await expect(notice(ada, "Ben passed.")).to_be_visible()
        await ada.is_in_sight(ada.floor.locator(".holder"))
        await ada.shoot_as_it_is("floor-passed", "phone")
        await ada.rests()
        await ada.press("Invite Chidi")
        await chidi.until(lambda: chidi.meeting.invited == chidi.seat)
        await expect(notice(ada, "Ben passed.")).to_have_count(0)
