"""Folded words in browsers: opened by each reader, by two reports, by a facilitator; and who worries about another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.five import go_to, room_of, seats

if TYPE_CHECKING:
    from tests.browser.stage import Person, Stage

WORDS = "What nobody has to read."
LOOKED_AT = "Folded until a facilitator has looked at it"


async def see_nothing(person: Person) -> None:
    """Not on the page at all: no search of the browser finds the words, and no copy takes them along."""
    await expect(person.page.locator("body")).not_to_contain_text(WORDS)


async def choose(person: Person, how: str) -> None:
    async with person.people():
        await person.page.get_by_label("Folded words").select_option(label=how)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_cm_07_20_two_reports_fold_a_line_each_opens_it_for_themselves_and_a_facilitator_decides(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Folded", door="open", history="meeting")
    ada, ben = await stage.person("Ada", phone=phone), await stage.person("Ben", phone=phone)
    chidi = await stage.person("Chidi", phone=phone)
    await ada.come_in(links["facilitator"])
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], "Dana") as (dana,),
    ):
        await go_to(mo, "gathering")
        await ben.come_in(links["member"])
        await chidi.come_in(links["member"])
        await ben.say(WORDS)
        await expect(chidi.card("Ben")).to_contain_text(WORDS)
        line = chidi.card("Ben").locator("[data-number]")
        number = int(await line.get_attribute("data-number") or 0)

        await chidi.rests()
        await chidi.button("Options for the words of Ben").click()
        await chidi.shoot("menu-on-words")
        await chidi.is_accessible("the menu on words")
        await chidi.rests()
        await expect(chidi.button("Report…")).to_have_accessible_description(WORDS[:40])
        await chidi.press("Report…")
        await expect(chidi.status("Nobody learns that it was you")).to_be_focused()
        await chidi.page.keyboard.press("Escape")
        await expect(chidi.button("Report…")).to_be_focused()
        await chidi.rests()
        await chidi.press("Report…")
        await expect(chidi.status("Nobody learns that it was you")).to_be_focused()
        await chidi.shoot("report-why")
        await chidi.is_accessible("why one reports")
        await chidi.rests()
        await chidi.press("It hurts somebody")
        await expect(chidi.status("The facilitators have your report")).to_be_focused()
        await chidi.rests()
        await chidi.press("All right")
        await expect(chidi.button("Report…")).to_be_focused()
        await expect(chidi.card("Ben")).to_contain_text(WORDS)
        await expect(ada.under("Notices")).to_contain_text("Somebody reported what Ben wrote")

        await dana.send(ask.Report(number, "other"))
        for one in (ada, ben, chidi):
            await expect(one.card("Ben")).to_contain_text(LOOKED_AT)
        await see_nothing(chidi)
        await see_nothing(ben)
        await expect(ben.card("Ben")).to_contain_text("Members asked a facilitator to look at")

        # Each opens it for themselves; that stays over a reload.
        await chidi.rests()
        await chidi.press("Open what Ben wrote")
        await expect(chidi.card("Ben")).to_contain_text(WORDS)
        await see_nothing(ben)
        await expect(chidi.button("Fold again")).to_be_focused()
        await chidi.page.reload()
        await expect(chidi.card("Ben")).to_contain_text(WORDS)
        await choose(chidi, "Always keep them folded")
        await expect(chidi.card("Ben")).to_contain_text(LOOKED_AT)
        await see_nothing(chidi)
        await expect(chidi.button("Open what Ben wrote")).to_have_count(0)
        await chidi.page.reload()
        await expect(chidi.card("Ben")).to_contain_text(LOOKED_AT)
        await see_nothing(chidi)
        await chidi.is_accessible("folded")
        await chidi.shoot("folded")
        await choose(chidi, "Always show them")
        await expect(chidi.card("Ben")).to_contain_text(WORDS)
        await choose(chidi, "I open them one by one")

        # The facilitators read the words, how many and why; one keeps it folded, then opens it for all.
        notice = ada.under("Notices").filter(has_text="2 people reported what Ben wrote")
        await expect(notice).to_contain_text(WORDS)
        await expect(notice).to_contain_text("It hurts somebody; Something else. It is folded")
        await ada.shoot("reported")
        await ada.is_accessible("what was reported")
        await ada.rests()
        await notice.get_by_role("button", name="Keep it folded").click()
        await expect(notice).to_have_count(0)
        await expect(ben.card("Ben")).to_contain_text("Folded by a facilitator")
        await ada.rests()
        await ada.button("Options for the words of Ben").click()
        await ada.rests()
        await ada.button("Unfold for everyone").click()
        for one in (ada, ben, chidi):
            await expect(one.card("Ben")).to_contain_text(WORDS)
            await expect(one.button(re.compile("^(Open what|Fold again)"))).to_have_count(0)


async def test_ce_05_who_worries_about_another_has_staff_called_and_the_facilitators_learn_of_whom(
    stage: Stage,
):
    links = await room_of(stage, "Worried", door="open")
    ada, chidi = await stage.person("Ada"), await stage.person("Chidi", phone=True)
    await ada.come_in(links["facilitator"])
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], "Ben") as (ben,),
    ):
        await go_to(mo, "gathering")
        await chidi.come_in(links["member"])
        await ben.say("I am fine. All is sorted now.")
        await chidi.rests()
        await chidi.button("Options for the words of Ben").click()
        await chidi.press("I'm worried about Ben")
        await expect(chidi.status("Ben is not told by whom")).to_be_focused()
        await chidi.shoot("worried")
        await chidi.is_accessible("worried about somebody")
        await chidi.press("Tell staff now")
        await expect(chidi.help).to_contain_text("I am worried about Ben in this meeting.")
        await expect(ada.main).to_contain_text("Ben may need care.")

        # What one folds for oneself is folded for nobody else.
        await chidi.help.get_by_role("button", name=re.compile("^Back")).click()
        await chidi.press("Keep folded for me")
        await expect(chidi.card("Ben")).to_contain_text("Folded by you")
        await expect(chidi.card("Ben")).not_to_contain_text("I am fine.")
        await expect(ada.card("Ben")).to_contain_text("I am fine.")
