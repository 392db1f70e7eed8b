"""A mute is looked at again by another facilitator, and exactly that is undone (CM-19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.five import room_of
from tests.browser.test_access import tab_to

if TYPE_CHECKING:
    from tests.browser.stage import Stage


async def test_cm_19_a_mute_is_appealed_and_another_facilitator_undoes_that_alone(stage: Stage):
    links = await room_of(stage, "Appeal")
    ada, mo = await stage.person("Ada"), await stage.person("Mo")
    ben = await stage.person("Ben", phone=True)
    await ada.come_in(links["facilitator"])
    await mo.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ben.come_in(links["member"])
    await ben.say("What you should do is this")
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Give Ben a note: advice").click()
        await expect(acts).to_contain_text("1 note")
    card = ben.page.locator("#offer .appeal")
    await expect(card).to_contain_text("please leave advice out")
    await expect(mo.page.locator("body")).not_to_contain_text("please leave advice out")
    await ben.rests()
    await card.get_by_role("button", name="All right").click()
    await expect(card).to_have_count(0)
    async with ada.acts_on("Ben") as acts:
        take_out = acts.get_by_role("button", name="Take out what Ben wrote")
        await take_out.click()
        await acts.get_by_role("button", name="Yes, take out what Ben wrote").click()
        await acts.get_by_role("button", name="Mute Ben: advice").click()
    await expect(card).to_contain_text("If the mute seems wrong to you")
    await ben.rests()
    await card.get_by_role("button", name="Ask another facilitator").click()
    await ben.rests()
    await ben.is_in_sight(card.get_by_label("A few words about it"))
    await ben.is_in_sight(card.get_by_role("button", name="Ask", exact=True))
    await card.get_by_label("A few words about it").fill("Chidi had asked me")
    await card.get_by_role("button", name="Ask", exact=True).click()
    await expect(card).to_contain_text("you have an answer by")
    # Who decided it answers nothing; who did not has the words, and both answers.
    await expect(ada.page.locator("#chair")).to_contain_text("Another facilitator answers it.")
    await mo.rests()
    await mo.page.get_by_role("button", name="Ben asks about a mute").click()
    sheet = mo.page.get_by_role("dialog", name="Ben asks about a mute")
    await expect(sheet).to_contain_text("Chidi had asked me")
    await expect(sheet).to_contain_text("Ada decided it.")
    await sheet.get_by_label("A word to them").fill("That was a question, yes.")
    await sheet.get_by_role("button", name="Undo the mute").click()
    await expect(card).to_contain_text(
        "That mute is undone. They write: “That was a question, yes.”"
    )
    await expect(ada.log).to_contain_text("looked at again: Mo undid it.")
    await ben.say("Thank you for looking")
    await expect(ada.log).to_contain_text("Thank you for looking")
    # What was taken out stays out.
    await expect(ada.log).not_to_contain_text("What you should do")


async def test_cm_19_who_was_removed_asks_from_the_page_they_are_left_with(stage: Stage):
    links = await room_of(stage, "Removed")
    ada, mo = await stage.person("Ada"), await stage.person("Mo")
    ben = await stage.person("Ben", phone=True)
    await ada.come_in(links["facilitator"])
    await mo.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ben.come_in(links["member"])
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Mute Ben: advice").click()
    await expect(ben.page.locator("#offer")).to_contain_text("If the mute seems wrong to you")
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Remove Ben from this meeting").click()
        await acts.get_by_role("button", name="Yes, remove Ben from this meeting").click()
    # What was offered in the room is not offered any more; what is, is about the removal.
    await expect(ben.page.locator("#offer")).to_be_empty()
    out = ben.page.locator(".appeal")
    await out.get_by_label("You can ask another facilitator").fill("My brother was at the keys")
    await out.get_by_role("button", name="Ask another facilitator").click()
    # Loaded again, the door says the same.
    await expect(out).to_contain_text("You have asked the facilitators who did not decide it.")
    await ben.page.reload()
    await expect(out).to_contain_text("You have asked the facilitators who did not decide it.")
    # By keyboard alone, from the notice to the answer.
    await tab_to(mo, mo.button("Ben asks about their removal"))
    await mo.page.keyboard.press("Enter")
    sheet = mo.page.get_by_role("dialog", name="Ben asks about their removal")
    await expect(sheet).to_contain_text("My brother was at the keys")
    await tab_to(mo, sheet.get_by_role("button", name="Let them come back"))
    await mo.page.keyboard.press("Enter")
    await out.get_by_role("button", name="Come back in").click()
    await expect(ben.floor).to_be_visible()
    await ben.say("I am back")
    await expect(ada.log).to_contain_text("I am back")
