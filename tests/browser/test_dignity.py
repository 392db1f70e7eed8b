"""What comes back keeps its author's dignity: the reason, the place, the draft, and another way by one tap (CM-15)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.browser.stage import Stage


async def test_cm_15_one_tap_takes_the_number_out_and_the_third_time_one_tap_asks(stage: Stage):
    links = await stage.room("Another way")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")

    line = "Call me on 020 7946 0018 after the meeting"
    await ben.say(line)
    await expect(ben.refusal.locator("mark")).to_have_text("020 7946 0018")
    await expect(ben.field).to_have_value(line)
    await ben.is_in_sight(ben.button("Take it out"))
    await ben.shoot("d-number")
    for _ in range(2):
        await expect(ben.button("Ask the facilitators")).to_have_count(0)
        await ben.press("Send")  # What came back goes, until it comes back again.
        await expect(ben.refusal.locator("mark")).to_be_visible()

    await expect(ben.refusal).to_contain_text("The facilitators can help")
    await ben.is_in_sight(ben.button("Ask the facilitators"))
    await ben.shoot("d-third-time")
    await ben.press("Ask the facilitators")
    await expect(ada.log).to_contain_text("My line came back a few times")
    await expect(ben.field).to_have_value(line)

    await ben.press("Take it out")
    await expect(ben.field).to_have_value("Call me on after the meeting")
    await expect(ben.field).to_be_focused()
    await expect(ben.refusal).to_be_hidden()
    await ben.press("Send")
    await expect(ada.card("Ben").last).to_contain_text("Call me on after the meeting")


async def test_cm_04_a_full_name_becomes_an_initial_and_what_may_identify_goes_out_as_it_is(
    stage: Stage,
):
    links = await stage.room("Initials")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")

    await ben.say("I'm Ben Carter, and I am glad to be here")
    await expect(ben.refusal).to_contain_text("Full names stay out of the room")
    await ben.is_in_sight(ben.button("Write “Ben C.” instead"))
    await ben.shoot("d-name")
    await ben.press("Write “Ben C.” instead")
    await expect(ben.field).to_have_value("I'm Ben C., and I am glad to be here")
    await ben.press("Send")
    await expect(ada.card("Ben")).to_contain_text("I'm Ben C., and I am glad to be here")

    line = "I work at Hillside County Hospital"
    await ben.say(line)
    await expect(ben.refusal).to_contain_text("who you are outside")
    await expect(ben.refusal.locator("mark")).to_have_text(line)
    await ben.is_in_sight(ben.button("Change it"))
    await ben.is_in_sight(ben.button("Send it as it is"))
    await ben.shoot("d-asked")
    await ben.press("Change it")
    await expect(ben.field).to_be_focused()
    await expect(ben.field).to_have_value(line)
    await expect(ada.log).not_to_contain_text("Hillside")
    await ben.press("Send it as it is")
    await expect(ada.card("Ben").last).to_contain_text(line)
    await expect(ben.field).to_have_value("")
    await expect(ben.refusal).to_be_hidden()
