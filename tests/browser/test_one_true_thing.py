"""The page says one true thing: what a member reads is so, is said once, and goes when it is over."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import settings
from tests.browser.five import go_to, room_of
from tests.browser.stage import DESK, PHONE, Person, Stage
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser

AMBER = """() => {
  const raw = getComputedStyle(document.documentElement)
  const probe = document.createElement("i")
  document.body.append(probe)
  const ambers = ["--floor", "--floor-wash", "--floor-text"].map((name) => {
    probe.style.color = raw.getPropertyValue(name)
    return getComputedStyle(probe).color
  })
  probe.remove()
  const found = []
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility()) continue
    const s = getComputedStyle(e)
    const has = [s.backgroundColor, s.color, s.borderInlineStartColor, s.borderBlockStartColor]
    const widths = [1, 1, parseFloat(s.borderInlineStartWidth), parseFloat(s.borderBlockStartWidth)]
    if (has.some((colour, i) => widths[i] > 0 && ambers.includes(colour))) found.push(e.className || e.id || e.tagName)
  }
  return found
}"""
"""What is amber on the page."""

SOUNDS = """() => {
  window.sounds = 0
  OscillatorNode.prototype.start = () => (window.sounds += 1)
  OscillatorNode.prototype.stop = () => {}
  navigator.vibrate = () => (window.buzzed = true)
}"""


async def test_fc_05_who_is_invited_and_sends_has_the_floor_and_said_the_first_line(stage: Stage):
    links = await room_of(stage, "Invited and sent")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        title = await ben.page.title()
        await ben.press("Raise hand")
        await ada.until(lambda: ada.meeting.hands != ())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await expect(ben.page).to_have_title(re.compile("^Would you like to share"))
        await expect(ben.field).to_have_accessible_description(
            re.compile("Your first line accepts the invitation")
        )
        for thing in (ben.field, ben.button("Accept"), ben.main.get_by_role("button", name="Help")):
            await ben.is_in_sight(thing)
        await ben.shoot("o-invited")
        await ben.say("I nearly did not come tonight.")
        # Nobody waits for the answer before they write on.
        await ben.say("Now I am here.")
        await expect(ben.floor).to_contain_text("You have the floor")
        lines = ben.card("Ben").get_by_role("paragraph")
        await expect(lines).to_have_text(["I nearly did not come tonight.", "Now I am here."])
        await expect(ben.refusal).to_be_hidden()
        await expect(ben.page).to_have_title(title)


async def test_fc_05_who_accepts_and_writes_at_once_loses_no_line(stage: Stage):
    """The line goes out before the page has heard that the floor is taken."""
    links = await room_of(stage, "At once")
    ben = await stage.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        await ben.press("Raise hand")
        await ada.until(lambda: ada.meeting.hands != ())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await expect(ben.button("Accept")).to_be_visible()
        await ben.field.fill("Here I am.")
        await ben.page.evaluate(
            "document.querySelector('#floor .acts button').click(); document.querySelector('#send').click()"
        )
        await expect(ben.card("Ben")).to_contain_text("Here I am.")
        await expect(ben.refusal).to_be_hidden()
        await expect(ben.field).to_have_value("")


async def test_a_refusal_goes_when_its_reason_has_gone(stage: Stage):
    links = await room_of(stage, "Reasons")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="Ada") as ada:
        await ben.come_in(links["member"])
        await ben.say("Is anybody here?")
        await expect(ben.refusal).to_contain_text(
            "Not sent: it is not open yet. Your words are kept"
        )
        await expect(ben.floor).to_contain_text("The meeting has not begun yet")
        await ada.send(ask.Open())
        await expect(ben.refusal).to_be_hidden()
        await expect(ben.field).to_have_value("Is anybody here?")
        await ben.field.fill("")
        await go_to(ada, "sharing")
        await ben.say("May I?")
        await expect(ben.refusal).to_contain_text(
            "Your words are kept until then: raise your hand."
        )
        raise_hand = ben.main.get_by_role("button", name="Raise hand")
        await expect(raise_hand).to_have_count(1)
        await ben.shoot("o-kept")
        await ben.page.set_viewport_size(PHONE)
        for thing in (ben.field, raise_hand, ben.main.get_by_role("button", name="Help")):
            await ben.is_in_sight(thing)
        await raise_hand.click()
        await expect(ben.refusal).to_be_hidden()
        await ada.send(ask.Invite(ada.meeting.epoch))
        await expect(ben.button("Accept")).to_be_visible()
        await expect(ben.refusal).to_be_hidden()
        await expect(ben.field).to_have_value("May I?")
        # What is wrong with the words is so until they are changed, whatever the room does.
        await ben.say("Call me on 020 7946 0018")
        await expect(ben.refusal).to_contain_text("Contact details")
        await ben.press("Accept")
        await expect(ben.floor).to_contain_text("You have the floor")
        await expect(ben.refusal).to_contain_text("Contact details")
        await ben.field.fill("Call me")
        await expect(ben.refusal).to_be_hidden()


async def test_raise_hand_is_the_wide_act_in_sharing(stage: Stage):
    links = await room_of(stage, "Wide")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        await expect(ben.button("Raise hand")).to_have_class(re.compile("primary"))
        await expect(ben.button("Send")).not_to_have_class(re.compile("primary"))
        await ben.button("Close").click()
        await ben.shoot("o-raise")
        for size in (PHONE, DESK):
            await ben.page.set_viewport_size(size)
            wide = await ben.button("Raise hand").bounding_box()
            send = await ben.button("Send").bounding_box()
            assert wide
            assert send
            assert wide["width"] > send["width"]
            assert wide["y"] == send["y"], "beside each other"
        await ben.is_accessible("a hand to raise")


async def test_amber_is_the_floor_s_alone(stage: Stage):
    links = await room_of(stage, "Amber", "beginners-60")
    ben = await stage.person("Ben")
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        enter(links["member"], name="Chidi") as chidi,
    ):
        await ben.come_in(links["member"])
        assert await ben.page.evaluate(AMBER) == [], "nobody has the floor"
        await go_to(ada, "about")
        await ben.say("What is this part?")
        await expect(ben.refusal).to_be_visible()
        assert await ben.page.evaluate(AMBER) == []
        await go_to(ada, "sharing")
        await expect(ben.button("Burning desire")).to_be_visible()
        await ben.say("Call me on 020 7946 0018")
        assert await ben.page.evaluate(AMBER) == []
        await chidi.send(ask.RaiseHand())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await expect(ben.floor).to_contain_text("Chidi is invited")
        assert await ben.page.evaluate(AMBER) == [], "another is asked"
        await chidi.say("Good evening.")
        await expect(ben.floor).to_contain_text("Chidi has the floor")
        assert set(await ben.page.evaluate(AMBER)) <= {"holder", "ring", "turn"}
        assert "holder" in await ben.page.evaluate(AMBER)


async def test_the_card_for_the_late_is_for_the_late(stage: Stage):
    links = await room_of(stage, "Late")
    ada, chidi = await stage.person("Ada"), await stage.person("Chidi", phone=True)
    card = "Where the meeting is"
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await expect(ada.log).to_contain_text("Gathering has begun")
    await expect(ada.page.get_by_role("region", name=card)).to_be_hidden()
    await ada.press("Next: Opening")
    await ada.press("Next: Sharing")
    async with enter(links["member"], name="Ben") as ben:
        await ben.send(ask.RaiseHand())
        await ada.press(re.compile("^Invite Ben"))
        await ben.until(lambda: ben.meeting.invited is not None)
        await ben.say("It was a long week.")
        await chidi.come_in(links["member"])
        late = chidi.page.get_by_role("region", name=card)
        await expect(late).to_contain_text("Ben is in the middle of a turn; you read on from here.")
        await chidi.shoot("o-late")
        await chidi.button("Close").click()
        await expect(late).to_be_hidden()
        # A reload is no coming in.
        await chidi.page.reload()
        await expect(chidi.floor).to_contain_text("Ben has the floor")
        await expect(late).to_be_hidden()


async def test_who_came_before_a_turn_began_reads_that_it_is_on_and_not_that_they_missed_of_it(
    stage: Stage,
):
    links = await room_of(stage, "Early")
    chidi = await stage.person("Chidi", phone=True)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        enter(links["member"], name="Ben") as ben,
    ):
        await go_to(ada, "gathering")
        await chidi.come_in(links["member"])
        card = chidi.page.get_by_role("region", name="Where the meeting is")
        await expect(card).to_contain_text("Now: Gathering")
        await go_to(ada, "sharing")
        await ben.send(ask.RaiseHand())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ben.until(lambda: ben.meeting.invited is not None)
        await ben.say("It was a long week.")
        await expect(card).to_contain_text("Ben has the floor.")
        await expect(card).not_to_contain_text("in the middle of a turn")
        await expect(chidi.log).to_contain_text("It was a long week.")


async def test_a_sound_when_i_am_invited_is_for_who_asked_and_outlasts_a_reload(stage: Stage):
    links = await room_of(stage, "Sound")
    ben = await stage.person("Ben")
    await ben.page.add_init_script(f"({SOUNDS})()")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        seat = next(one.seat for one in ada.meeting.seats if one.name == "Ben")
        await ada.send(ask.Invite(ada.meeting.epoch, seat))
        await expect(ben.button("Accept")).to_be_visible()
        assert await ben.page.evaluate("[window.sounds, window.buzzed]") == [0, None], (
            "off until asked"
        )
        await ben.press("Pass")
        await ben.press("Sound when I am invited")
        assert await ben.page.evaluate("window.sounds") == 2, "what it is like"
        await ben.comes_true("history.state?.kept?.sound === true")
        await ben.page.reload()
        sound = ben.button("Sound when I am invited")
        await expect(sound).to_have_attribute("aria-pressed", "true")
        assert await ben.page.evaluate("localStorage.length + sessionStorage.length") == 0
        await ada.until(lambda: ada.meeting.invited is None)
        await ada.send(ask.Invite(ada.meeting.epoch, seat))
        await expect(ben.button("Accept")).to_be_visible()
        await ben.comes_true("window.sounds === 2 && window.buzzed")


async def test_words_go_to_the_next_meeting_or_not_as_one_says(stage: Stage):
    links = await room_of(stage, "Next one")
    ben = await stage.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await ben.field.fill("What I had no time to say")
        await ada.send(ask.Close())
    await expect(ben.floor).to_contain_text("The meeting has ended")
    await ben.press("Wait for the next meeting")
    await expect(ben.main).to_contain_text("Take them along to the next meeting?")
    await ben.shoot("o-take")
    await ben.press("Take them along")
    await ben.page.get_by_role("textbox", name="Your name for this meeting").fill("Ben")
    await ben.comes_true("history.state?.kept?.text !== ''")
    await ben.button("Come in").click()
    await expect(ben.floor).to_contain_text("The meeting has not begun yet")
    await expect(ben.field).to_have_value("What I had no time to say")


@pytest.fixture
async def alone(browser: Browser, tmp_path: Path) -> AsyncIterator[Stage]:
    """On a server of their own, which is stopped and goes on."""
    async with serving(tmp_path, **settings()) as server:
        stage = Stage(browser, server)
        yield stage
        await stage.close()


async def test_a_lost_connection_is_said_at_once_when_the_network_goes(alone: Stage):
    links = await room_of(alone, "Offline")
    ben = await alone.person("Ben", phone=True)
    ben.forgive("WebSocket connection to .* failed", "ERR_INTERNET_DISCONNECTED")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await ben.page.context.set_offline(True)
        await expect(ben.status("Connection lost. Your words are kept.")).to_be_visible(
            timeout=4_000
        )
        await ben.say("Are you there?")
        waits = ben.page.get_by_role("article", name="Your words on their way")
        await expect(waits).to_contain_text("Goes out when the connection is back.")
        await ben.page.context.set_offline(False)
        await expect(ben.card("Ben")).to_contain_text("Are you there?")
        await expect(ben.status("Connection lost")).to_be_hidden()


async def test_a_server_that_does_not_answer_is_seen_after_five_seconds(alone: Stage):
    links = await room_of(alone, "No answer")
    ben = await alone.person("Ben")
    ben.forgive("WebSocket connection to .* failed")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await expect(ben.field).to_have_accessible_description("Everyone can write now")
        alone.server.pause()
        try:
            await ben.say("Are you there?")
            await asyncio.sleep(0)
            await expect(ben.status("Connection lost. Your words are kept.")).to_be_visible(
                timeout=9_000
            )
        finally:
            alone.server.go_on()
        await expect(ben.card("Ben")).to_contain_text("Are you there?", timeout=20_000)
        lines = ben.log.get_by_role("article").get_by_role("paragraph")
        await expect(lines).to_have_text(["Are you there?"])


async def test_on_a_phone_the_news_of_the_room_take_less_room_than_its_talk(stage: Stage):
    links = await room_of(stage, "News")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await ada.say("Good evening.")
        for command in (ask.Pause(), ask.Resume(), ask.Freeze(), ask.Thaw()):
            await ada.send(command)
        await go_to(ada, "sharing")
        await ada.send(ask.CloseQueue())
        await ada.send(ask.OpenQueue())
        news = ben.log.locator(".phase")
        await expect(news.last).to_have_text(
            "The meeting goes on · Sharing has begun · The queue is open again"
        )
        await expect(ben.log).not_to_contain_text("Opening has begun")
        await ben.shoot("o-news")
        await ben.page.set_viewport_size(PHONE)
        heights = await heights_of(ben)
        assert heights["news"] <= heights["talk"], heights


async def heights_of(person: Person) -> dict[str, float]:
    heights: dict[str, float] = await person.page.evaluate(
        """() => {
          const sum = (all) => [...document.querySelectorAll(all)].reduce((h, e) => h + e.offsetHeight, 0)
          return { news: sum("#log .phase") / document.querySelectorAll("#log .phase").length, talk: sum("#log .turn") }
        }"""
    )
    return heights
