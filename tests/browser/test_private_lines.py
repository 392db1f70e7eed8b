"""A private line stays private, whatever becomes of whom it is for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.five import go_to, room_of, seats

if TYPE_CHECKING:
    from tests.browser.stage import Stage

BETWEEN_US = "This is between us: are you all right?"


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_a_line_begun_for_one_who_goes_is_never_sent_to_the_room(stage: Stage, phone: bool):
    links = await room_of(stage, "Between us", door="open")
    ada = await stage.person("Ada", phone=phone)
    await ada.come_in(links["facilitator"])
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], "Ben", "Chidi") as (ben, chidi),
    ):
        await go_to(mo, "gathering")
        await ben.send(ask.Tell("May I write to you?"))
        await ada.log.get_by_role("button", name="Answer Ben").click()
        await expect(ada.field).to_have_accessible_description(re.compile("only Ben and"))
        await ada.field.fill(BETWEEN_US)
        await mo.send(ask.Remove(ben.seat))
        await expect(ada.field).to_have_accessible_description(re.compile("Ben has left"))
        await expect(ada.log.get_by_role("button", name="Answer Ben")).to_have_count(0)
        await ada.press("Send")
        await expect(ada.field).to_have_value(BETWEEN_US)
        await ada.is_accessible("whom one wrote to has gone")
        await ada.fits()

        # It is hers to take along, by an act of her own; or to let go.
        await ada.field.fill("")
        await expect(ada.field).not_to_have_accessible_description(re.compile("Ben has left"))
        await ada.say("Welcome, all.")
        await chidi.until(lambda: chidi.caught_up)
        await expect(ada.card("Ada")).to_have_count(1)
        await expect(ada.card("Ada")).not_to_contain_text("between us")


async def test_a_private_draft_that_is_taken_along_is_no_words_for_the_next_room(stage: Stage):
    links = await room_of(stage, "Taken along", door="open")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="Mo") as mo:
        await go_to(mo, "gathering")
        await ben.come_in(links["member"])
        await ben.page.reload()  # By now the page knows which meeting it is in.
        await ben.press("To the facilitators")
        await ben.field.fill(BETWEEN_US)
        await mo.send(ask.Close())
        await ben.press("Wait for the next meeting")
        await ben.press("Take them along")
    await ben.page.get_by_role("textbox", name="Your name for this meeting").fill("Ben")
    await ben.press("Come in")
    await expect(ben.field).to_have_value(BETWEEN_US)
    await expect(ben.field).to_have_accessible_description(re.compile("only the facilitators read"))
