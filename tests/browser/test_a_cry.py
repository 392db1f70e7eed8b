"""A cry for help, as whoever holds the meeting and whoever cried read it: nothing that is not so, and in sight."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.five import go_to, seats
from tests.browser.stage import PHONE

if TYPE_CHECKING:
    from tests.browser.stage import Stage

CRISIS = "I want to kill myself tonight"


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_ce_10_a_facilitator_far_up_in_the_talk_learns_that_it_is_they_who_are_here(
    stage: Stage, phone: bool
):
    # Nobody has come to this server's desk.
    links = await stage.room(f"Far up {phone}")
    ada = await stage.person("Ada", phone=phone)
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    async with seats(links["member"], "Ben", "Chidi") as (ben, chidi):
        for number in range(20):
            await chidi.send(ask.Say(f"Line {number} of many.\n\nIt is long.", chidi.meeting.epoch))
        await expect(ada.card("Chidi").last).to_contain_text("Line 19")
        await ada.page.locator("#talk").evaluate("(talk) => talk.scrollTo(0, 0)")
        await ben.send(ask.Say(CRISIS, ben.meeting.epoch))

        notices = ada.under("Notices")
        await expect(notices.first).to_contain_text(
            "Ben may need care. Nobody from staff was at the desk: you are the one who is here. "
            "Write to them; numbers to call are under Help."
        )
        await ada.is_in_sight(notices.first)
        await expect(ada.page.locator("#aloud")).to_contain_text("Ben may need care.")
        # Whoever looks at another tab is told there, and by no name.
        await expect(ada.page).to_have_title(f"Somebody may need care · Far up {phone}")
        row = ada.log.get_by_text("Only facilitators see this")
        await expect(row).to_have_count(1)
        await expect(row.locator("..")).to_have_attribute("aria-live", "off")  # Said aloud once.
        await ada.shoot_as_it_is("cry-far-up", "phone" if phone else "desk")
        await ada.is_accessible("somebody may need care")

        # It is there after a reload, and one thing can be done.
        await ada.page.reload()
        await ada.is_in_sight(notices.first)
        await notices.first.get_by_role("button", name="Write privately to Ben").click()
        await expect(ada.field).to_have_accessible_description(re.compile("only Ben and"))
        await ada.say("I am here, Ben.")
        await ben.until(lambda: ben.caught_up)
        await expect(notices.first).to_contain_text("You have written to them.")
        await expect(ada.page).to_have_title(f"Far up {phone}")
        await notices.first.get_by_role("button", name="Put aside that Ben may need care").click()
        await expect(notices.filter(has_text="may need care")).to_have_count(0)
        await ada.page.reload()
        await expect(row).to_have_count(1)
        await expect(notices.filter(has_text="may need care")).to_have_count(0)

        # Whoever cries and goes does not go without a word.
        dana = await stage.person("Dana")
        await dana.come_in(links["member"])
        await dana.say(CRISIS)
        await expect(notices.first).to_contain_text("Dana may need care.")
        await dana.leave()
        await expect(notices.first).to_contain_text(
            "Dana may need care, and is not in the meeting any more."
        )


async def test_ce_10_the_card_and_the_desk_say_the_same_of_who_sees_the_words(stage: Stage):
    # Nobody has come to this server's desk yet.
    links = await stage.room("Card")
    ben, eve, sam = await stage.person("Ben"), await stage.person("Eve"), await stage.person("Sam")
    async with enter(links["facilitator"], name="Mo") as mo:
        await go_to(mo, "gathering")
        await ben.come_in(links["member"])
        await ben.say(CRISIS)
        card = ben.page.locator("#care")
        await expect(card).to_contain_text(
            "Nobody is at the desk right now. Please contact one of those below now. "
            "Whoever comes to the desk reads what you wrote."
        )
        await ben.is_in_sight(card.get_by_role("link", name="Emergency 112"))
        await ben.shoot("cry-card")

        # Outside of any room Help promises nobody, either.
        eve.forgive("status of 404")
        await eve.open(f"{stage.origin}/nowhere")
        await eve.main.get_by_role("button", name="Help", exact=True).click()
        await expect(eve.help).to_contain_text(
            "This calls staff to a line with you alone, and says so if nobody is there."
        )
        await expect(eve.help).to_contain_text("contact one of these lines at once")
        await eve.help.get_by_role("button", name="Ask for help now").click()
        await expect(eve.help).to_contain_text("Nobody is at the desk right now")
        # Far from any room, too, a phone has the field of the line whole, wherever the panel stands.
        await eve.page.set_viewport_size(PHONE)
        for y in (0, 10_000):
            await eve.help.evaluate(f"(panel) => panel.scrollTo(0, {y})")
            await eve.rests()
            await eve.is_in_sight(eve.help.get_by_role("textbox"))
            await eve.is_in_sight(eve.help.get_by_role("button", name="Send", exact=True))

        await sam.come_to_desk(links["staff"])
        await expect(card).to_contain_text(
            "Somebody from staff is at the desk now. Whoever comes reads what you wrote."
        )
        await expect(sam.case("Card")).to_contain_text("1 message unread")
        await expect(sam.main).not_to_contain_text(CRISIS)
        outside = sam.page.get_by_role("listitem").filter(has_text="from outside a room")
        await expect(outside).to_contain_text("Pressed Help")
        await sam.shoot("cry-desk")
        await sam.claim("Card")
        await expect(sam.page.get_by_role("region", name="The case")).to_contain_text(CRISIS)
        await expect(card).to_contain_text("Sam from staff is there for you")


async def test_ce_06_staff_at_the_desk_are_said_to_have_been_told(stage: Stage):
    links = await stage.room("Told")
    sam, ada = await stage.person("Sam"), await stage.person("Ada")
    await sam.come_to_desk(links["staff"])
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        enter(links["member"], name="Ben") as ben,
    ):
        await go_to(mo, "gathering")
        await ada.come_in(links["facilitator"])
        await ben.send(ask.Say(CRISIS, ben.meeting.epoch))
        await expect(ada.under("Notices").first).to_contain_text(
            "Ben may need care. Staff at the desk were told. You can write to them, too."
        )
