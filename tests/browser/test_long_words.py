"""Words that are longer than a line may be, and words that would fill screens: all of them are kept, in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.five import Wire

if TYPE_CHECKING:
    from tests.browser.stage import Person, Stage

FIRST = " ".join(f"oak{number}" for number in range(280))
SECOND = " ".join(f"elm{number}" for number in range(280))
THIRD = " ".join(f"maple{number}" for number in range(60))
LONG = f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
LINES = [FIRST, SECOND, THIRD]


def by_how_much(text: str) -> str:
    return f"{len(text) - 2000} characters too long"


async def gives_the_floor(ada: Person, ben: Person, *, accepts: bool = True) -> None:
    await ada.press("Open meeting")
    for phase in ("Opening", "Sharing"):
        await ada.press(re.compile(f"^(Next|Go on|Begin).*{phase}"))
    await ben.press("Raise hand")
    await ada.press(re.compile("Invite Ben"))
    await expect(ben.button("Accept")).to_be_visible()
    if accepts:
        await ben.press("Accept")
        await expect(ben.floor).to_contain_text("You have the floor")


async def lines_of(person: Person, name: str) -> list[str]:
    return await person.card(name).locator(".share p").all_inner_texts()


async def test_the_page_says_by_how_much_and_marks_the_rest(stage: Stage):
    links = await stage.room("Long")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    # Before the meeting nothing can go out, so there is no offer; the words stay.
    await ben.say(LONG)
    await expect(ben.refusal).to_contain_text(by_how_much(LONG))
    await expect(ben.refusal).to_contain_text("Once you may write, it can go out as 3 lines")
    await expect(ben.refusal.locator("mark")).to_have_text(f"{LONG[2000:2060]}…")
    await expect(ben.button(re.compile("^Send as"))).to_have_count(0)
    await expect(ben.field).to_have_value(LONG)
    await ben.shoot("w-too-long")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_what_is_too_long_goes_out_as_lines_in_one_tap(stage: Stage, phone: bool):
    links = await stage.room("Lines")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=phone)
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await ada.press("Open meeting")
    await ben.say(LONG)
    await expect(ben.refusal).to_contain_text("It can go out as 3 lines")
    await ben.is_in_sight(ben.button("Send as 3 lines"))
    await ben.shoot("w-as-lines")
    await ben.press("Send as 3 lines")
    await expect(ben.field).to_have_value("")
    await expect(ben.refusal).to_be_hidden()
    await expect(ada.card("Ben").locator(".share")).to_have_count(3)
    assert await lines_of(ada, "Ben") == LINES
    # To the facilitators too.
    await ben.press("To the facilitators")
    await ben.say(LONG)
    await ben.press("Send as 3 lines")
    await expect(ada.log.locator(".private")).to_have_count(3)


async def test_when_the_turn_ends_between_the_rest_is_a_draft_again(stage: Stage):
    links = await stage.room("Between")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    wire = Wire()
    await wire.put_on(ben)
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await gives_the_floor(ada, ben)
    await ben.say(LONG)
    await wire.passed("too_long")
    wire.hold()
    await ben.press("Send as 3 lines")
    await expect(ada.card("Ben").locator(".share")).to_have_count(1)
    await ada.press(re.compile("^End turn"))
    wire.let_go()
    await expect(ben.refusal).to_contain_text("Your turn had ended")
    await expect(ben.field).to_have_value(f"{SECOND}\n\n{THIRD}")
    assert await lines_of(ada, "Ben") == [FIRST]
    await expect(ben.page.locator("#pending > *")).to_have_count(0)


async def test_fc_05_who_is_invited_sends_many_lines_in_one_tap(stage: Stage):
    links = await stage.room("Invited")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await gives_the_floor(ada, ben, accepts=False)
    await ben.say(LONG)
    await ben.press("Send as 3 lines")
    await expect(ada.card("Ben").locator(".share")).to_have_count(3)
    assert await lines_of(ada, "Ben") == LINES
    await expect(ben.field).to_have_value("")
    await expect(ben.floor).to_contain_text("You have the floor")


async def test_what_is_bounced_holds_back_what_was_to_follow_it(stage: Stage):
    links = await stage.room("Bounced")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await ada.press("Open meeting")
    second = f"{SECOND[:-20]} call 312 555 0143"
    await ben.say(f"{FIRST}\n\n{second}\n\n{THIRD}")
    await ben.press("Send as 3 lines")
    await expect(ben.refusal.locator("mark")).to_have_text("312 555 0143")
    await expect(ben.field).to_have_value(f"{second}\n\n{THIRD}")
    assert await lines_of(ada, "Ben") == [FIRST]


async def test_lines_outlast_a_reload_and_each_is_stored_once(stage: Stage):
    links = await stage.room("Reload")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    wire = Wire()
    await wire.put_on(ben)
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await ada.press("Open meeting")
    await ben.say(LONG)
    await wire.passed("too_long")
    wire.hold()
    await ben.press("Send as 3 lines")
    # The first is stored, and its receipt never arrives.
    await expect(ada.card("Ben").locator(".share")).to_have_count(1)
    wire.drop()
    await ben.page.reload()
    await expect(ada.card("Ben").locator(".share")).to_have_count(3)
    assert await lines_of(ada, "Ben") == LINES
    await expect(ben.field).to_have_value("")
    await expect(ben.page.locator("#pending > *")).to_have_count(0)


async def test_a_long_cry_for_help_is_heard_though_it_does_not_go_out(stage: Stage):
    links = await stage.room("Cry")
    ben = await stage.person("Ben")
    await ben.come_in(links["member"])
    await ben.say(f"I want to kill myself tonight. {LONG}")
    await expect(ben.refusal).to_contain_text("characters too long")
    await expect(ben.page.locator("#care")).to_contain_text("reads what you wrote")


async def test_what_is_long_goes_to_staff_as_lines_without_asking(stage: Stage):
    links = await stage.room("Staff")
    ben = await stage.person("Ben")
    await ben.come_in(links["member"])
    await ben.ask_for_help()
    line = ben.help.get_by_role("textbox")
    await line.fill(LONG)
    await line.press("Enter")
    await expect(line).to_have_value("")
    written = ben.help.get_by_role("log").locator("p.line span[dir]")
    await expect(written).to_have_count(3)
    assert await written.all_inner_texts() == LINES


async def test_a_post_that_is_too_long_says_so_and_stays(stage: Stage):
    links = await stage.room("Post")
    ada = await stage.person("Ada")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ada.page.get_by_text("Topic and announcements").click()
    own = ada.page.get_by_label("In your own words")
    await own.fill("word " * 1300)
    await ada.press("Post as announcement")
    side = ada.page.locator(".chair-own").get_by_role("alert")
    await expect(side).to_contain_text("499 characters too long")
    await own.fill("What is on today")
    await ada.press("Post as announcement")
    await expect(ada.log).to_contain_text("What is on today")
    await expect(side).to_be_hidden()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_a_line_of_many_screens_is_folded_behind_one_tap(stage: Stage, phone: bool):
    links = await stage.room("Screens")
    ada, ben = await stage.person("Ada", phone=phone), await stage.person("Ben")
    await ada.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    await ada.press("Open meeting")
    await ben.say("\n".join("x" for _ in range(900)))
    card = ada.card("Ben")
    show = card.get_by_role("button", name="Show all")
    await expect(show).to_be_visible()
    box = await card.bounding_box()
    assert box
    assert box["height"] < 700
    await ada.shoot("w-folded")
    await show.click()
    open_box = await card.bounding_box()
    assert open_box
    assert open_box["height"] > 10_000
    await card.get_by_role("button", name="Show less").click()
    await expect(show).to_be_visible()

    await ben.say("a" + "\n" * 1900 + "b")
    last = ada.card("Ben").last.locator(".share").last
    await expect(last.locator("p")).to_have_text("a\n\nb", use_inner_text=True)
    await ben.say("\u2800\u200b")
    await expect(ben.field).to_be_focused()
    await expect(ada.card("Ben").locator(".share")).to_have_count(2)
