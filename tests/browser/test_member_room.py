"""The member's room: whether I may write and when, the floor in my own time, words under a turn, the lobby."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import settings
from tests.browser.five import go_to, room_of, seats
from tests.browser.stage import Stage
from tests.browser.test_access import tab_to
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from tests.browser.stage import Person

SPEED = 5
"""Seconds of the meeting in one of ours: a turn of a minute takes twelve."""

# Everything that a screen reader was told, in its order.
LISTEN = """() => {
  window.told = []
  const region = document.querySelector("#aloud")
  new MutationObserver(() => window.told.push(region.textContent)).observe(region, { childList: true })
}"""
# Presses Send as soon as the page says that one last line can still go: a person with a quick finger.
LAST_LINE = """() => {
  const more = document.querySelector("#floor .more")
  new MutationObserver((_, observer) => {
    if (!more.textContent.includes("One last line can still go")) return
    observer.disconnect()
    document.querySelector("#send").click()
  }).observe(more, { childList: true, characterData: true, subtree: true })
}"""


@pytest.fixture
async def quick(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A stage on a server whose clock runs."""
    folder = tmp_path_factory.mktemp("quick")
    async with serving(folder, **settings(), TIME_SPEED=str(SPEED)) as server:
        stage = Stage(browser, server)
        yield stage
        await stage.close()


# The floor


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_fc_05_an_invitation_waits_for_its_answer(stage: Stage, phone: bool):
    links = await room_of(stage, "Invited")
    ben = await stage.person("Ben", phone=phone)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Chidi") as (chidi,),
    ):
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        await ben.press("Raise hand")
        await expect(ben.floor).to_contain_text("You are next")
        await chidi.send(ask.RaiseHand())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await expect(ben.floor).to_contain_text("Would you like to share?")
        await expect(ben.floor).to_contain_text(
            re.compile(r"You have (45|40|35) seconds to answer")
        )
        for name in ("Accept", "Not yet", "Pass"):
            await ben.is_in_sight(ben.button(name))
        await ben.is_accessible("invited")
        await ben.fits()
        # Not yet: asked again later, behind whoever waits.
        await ben.press("Not yet")
        await expect(ben.floor).to_contain_text("You are 2nd")
        await expect(ben.field).to_have_accessible_description(re.compile("You are 2nd"))
        await ada.send(ask.Invite(ada.meeting.epoch))
        await expect(ben.floor).to_contain_text("Chidi is invited")
        await chidi.send(ask.Accept(chidi.meeting.epoch))
        await expect(ben.floor).to_contain_text("Chidi has the floor")
        await expect(ben.floor).to_contain_text(re.compile(r"You are next · about \d+ min"))
        await chidi.send(ask.Done(chidi.meeting.epoch))
        await ben.press("To the facilitators")
        await ben.say("My hands shake.")
        await expect(ben.field).to_have_value("")
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ben.press("Accept")
        await expect(ben.field).to_be_focused()
        # Whoever takes the floor means the room, and no line to somebody alone.
        await expect(ben.field).to_have_accessible_description(re.compile("You have the floor"))
        await expect(ben.button("Back to the room")).to_be_hidden()
        await ben.say("I nearly did not come tonight.")
        await expect(ben.card("Ben")).to_contain_text("I nearly did not come tonight.")
        # While the meeting is paused, nothing runs and nothing is lost.
        ring = ben.floor.locator(".ring")
        await expect(ring).to_have_text("4:58", timeout=20_000)  # Not at its very beginning.
        await ada.send(ask.Pause())
        await expect(ben.floor).to_contain_text("Paused for a moment")
        # The page's clock comes to where it was paused by a frame's way behind the server's.
        await ben.page.wait_for_timeout(1_500)
        still = await ring.inner_text()
        await ben.page.wait_for_timeout(1_500)
        assert await ring.inner_text() == still
        await ada.send(ask.Resume())
        await expect(ben.floor).to_contain_text("You have the floor")
        await expect(ring).not_to_have_text(still)
        await ben.press("Done")
        await expect(ben.floor).to_contain_text("The floor is free")


async def test_fc_05_who_is_writing_when_the_invitation_runs_out_has_the_floor(quick: Stage):
    links = await room_of(quick, "Writing")
    ben = await quick.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        await ben.press("Raise hand")
        await ada.until(lambda: ada.meeting.hands != ())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ada.until(lambda: ada.meeting.invited is not None)
        await expect(ben.button("Accept")).to_be_visible()
        await ben.field.press_sequentially("It has been", delay=50)
        while ada.meeting.holder is None:
            assert ada.meeting.invited is not None, "taken away in mid-sentence"
            await ben.field.press_sequentially(" a hard week", delay=50)
        note = ben.log.get_by_text("You are writing, so the floor is yours.")
        await expect(note).to_have_count(1)
        await expect(ben.field).to_have_value(re.compile("^It has been a hard week"))
        await expect(ben.floor).to_contain_text("You have the floor")
        await ben.press("Done")
        # To the facilitators is not to the room.
        await ben.field.fill("")
        await ben.press("Raise hand")
        await ada.until(lambda: ada.meeting.hands != ())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ada.until(lambda: ada.meeting.invited is not None)
        await ben.press("To the facilitators")
        aloud = ben.page.locator("#aloud")
        await expect(aloud).to_contain_text("You are invited")
        while ada.meeting.invited is not None:
            await ben.field.press_sequentially("may I? ", delay=50)
        await ada.until(lambda: ada.meeting.holder is None)
        await expect(ben.log).to_contain_text(
            "The invitation has run out; nobody minds. You are still in line."
        )
        await expect(aloud).to_have_text("")
        await expect(note).to_have_count(1)


async def test_fc_14_the_end_of_a_turn_is_told_in_time_and_one_last_line_can_go(quick: Stage):
    links = await room_of(quick, "Time", share_limit=1)
    ben = await quick.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        await ben.press("Raise hand")
        await ada.until(lambda: ada.meeting.hands != ())
        await ben.page.evaluate(LISTEN)
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ben.press("Accept")
        await expect(ben.floor).to_contain_text("About a minute left")
        await ben.say("First line.")
        await expect(ben.floor).to_contain_text("About 15 seconds left", timeout=15_000)
        await expect(ben.floor).to_contain_text("Please finish your thought", timeout=10_000)
        await ben.field.fill("What I wanted to say is that I am still here.")
        await ben.page.evaluate(LAST_LINE)
        # Nothing was sent by itself before that.
        assert len(ada.meeting.seats) == 2
        await expect(ben.card("Ben")).to_contain_text("I am still here.", timeout=20_000)
        await expect(ben.floor).to_contain_text("The floor is free")
        await expect(ben.field).to_have_value("")
        told = await ben.page.evaluate("window.told")
        for words in ("About a minute left", "About 15 seconds left", "Please finish", "last line"):
            assert len([one for one in told if words in one]) == 1, told


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_fc_26_27_burning_desire_goes_first_and_is_not_help(stage: Stage, phone: bool):
    links = await room_of(stage, "Burning", "beginners-60")
    ben = await stage.person("Ben", phone=phone)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Chidi", "Dana") as (chidi, dana),
    ):
        await go_to(ada, "about")
        await ben.come_in(links["member"])
        urgent = ben.button("Burning desire")
        await expect(urgent).to_be_hidden()
        await go_to(ada, "sharing")
        await chidi.send(ask.RaiseHand())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await chidi.send(ask.Accept(chidi.meeting.epoch))
        await dana.send(ask.RaiseHand())
        await ben.press("Raise hand")
        await expect(ben.floor).to_contain_text("You are 2nd")
        for thing in (urgent, ben.main.get_by_role("button", name="Help", exact=True)):
            await ben.is_in_sight(thing)
        await ben.is_accessible("a lane beside Help")
        await ben.fits()
        await urgent.click()
        await expect(ben.floor).to_contain_text("You are next")
        await expect(urgent).to_be_hidden()
        async with ben.people():
            rows = [re.compile("^Ben.*burning desire"), re.compile("^Dana.*new voice")]
            await expect(ben.waiting).to_have_text(rows)
            await expect(ben.page.get_by_text("New voices first")).not_to_have_count(0)
        await expect(ben.page.get_by_role("dialog")).to_have_count(0)


async def test_fc_28_whoever_had_the_floor_names_the_next(stage: Stage):
    links = await room_of(stage, "Tag", "clean-time-60")
    ben, chidi = await stage.person("Ben"), await stage.person("Chidi", phone=True)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Dana") as (dana,),
    ):
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        await chidi.come_in(links["member"])
        async with chidi.people():
            await chidi.press("I am here to listen today")
            await expect(chidi.button("I am here to listen today")).to_have_attribute(
                "aria-pressed", "true"
            )
        await ben.press("Raise hand")
        await ada.until(lambda: ada.meeting.hands != ())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ben.press("Accept")
        await ben.say("Ninety days today.")
        await expect(ben.card("Ben")).to_contain_text("Ninety days today.")
        await ben.press("Done")
        await expect(ben.floor).to_contain_text("Would you like to name who is next?")
        naming = ben.page.locator("#naming")
        # Not who only listens today, and nobody twice.
        await expect(naming.get_by_role("button")).to_have_text(["Ada", "Dana"])
        await ben.is_accessible("naming the next")
        await ben.fits()
        await naming.get_by_role("button", name="Dana").click()
        await dana.until(lambda: dana.meeting.invited == dana.seat)
        await expect(naming).to_be_hidden()
        await expect(chidi.floor).to_contain_text("Dana is invited")


# What I choose for myself


async def test_to_listen_is_a_choice_of_its_own_and_a_name_can_change(stage: Stage):
    links = await room_of(stage, "Listening")
    ben, chidi = await stage.person("Ben"), await stage.person("Chidi")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        await chidi.come_in(links["member"])
        await ben.press("Raise hand")
        await expect(chidi.waiting).to_have_count(1)
        await ben.press("I am here to listen today")
        await expect(chidi.here.filter(has_text="Ben")).to_contain_text("here to listen")
        await expect(chidi.waiting).to_have_count(0)
        await expect(ben.field).to_have_accessible_description(
            re.compile("You are here to listen today; raise your hand whenever you like")
        )
        await ben.press("Raise hand")
        await expect(chidi.here.filter(has_text="Ben")).not_to_contain_text("here to listen")

        await ben.press("Change my name")
        name = ben.page.get_by_role("textbox", name="Your name for this meeting")
        await expect(name).to_have_value("Ben")
        await name.fill("Chidi")
        await ben.press("Save")
        # A no keeps what was typed, and says what to do.
        await expect(ben.page.locator("#new-name-why")).to_contain_text(
            "Somebody here has that name"
        )
        await expect(name).to_have_value("Chidi")
        await ben.is_accessible("a name that is taken")
        await name.fill("Ben W.")
        await ben.press("Save")
        await expect(chidi.here.filter(has_text="Ben W.")).to_have_count(1)
        # Who has not written yet leaves no old name behind: nobody is told of it.
        await expect(chidi.log).not_to_contain_text("goes by")
        await expect(ben.button("Change my name")).to_be_focused()


# What is said and posted


async def test_words_under_a_turn_are_counted_and_never_read_aloud(stage: Stage):
    links = await room_of(stage, "Reactions")
    ben, chidi = await stage.person("Ben"), await stage.person("Chidi", phone=True)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Dana") as (dana,),
    ):
        await go_to(ada, "sharing")
        await ben.come_in(links["member"])
        await chidi.come_in(links["member"])
        await ben.press("Raise hand")
        await ada.until(lambda: ada.meeting.hands != ())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ben.press("Accept")
        for line in ("My brother found the bottles.", "He just sat down next to me."):
            await ben.say(line)
        turn = chidi.card("Ben").last
        await expect(turn.get_by_role("paragraph")).to_have_count(2)
        for person in (ben, chidi):
            await person.page.evaluate(LISTEN)
        # By the keyboard alone; and whoever wants to write is past all that in one step.
        skip = chidi.main.get_by_role("link", name="Skip to your words")
        await tab_to(chidi, skip)
        await chidi.page.keyboard.press("Enter")
        await expect(chidi.field).to_be_focused()
        await tab_to(chidi, turn.get_by_role("button", name="React"))
        await chidi.page.keyboard.press("Enter")
        await tab_to(chidi, turn.get_by_role("button", name="With you"))
        await chidi.page.keyboard.press("Enter")
        words = ben.card("Ben").last.locator(".with")
        await expect(words).to_contain_text("With you · 1")
        await expect(turn.get_by_role("button", name="With you · 1")).to_have_attribute(
            "aria-pressed", "true"
        )
        await chidi.is_accessible("words under a turn")
        await chidi.fits()
        # Under another line of the same turn: it is counted with the whole turn.
        last = max(number for number in [seen async for seen in numbers(ben)])
        await dana.send(ask.React(last, "with_you"))
        await expect(words).to_contain_text("With you · 2")
        await turn.get_by_role("button", name="With you · 2").click()
        await expect(words).to_contain_text("With you · 1")
        for person in (ben, chidi):
            assert await person.page.evaluate("window.told") == []
            assert (
                await person.card("Ben").last.locator(".with").get_attribute("aria-live") == "off"
            )
        # Nobody puts a word under their own.
        await expect(words.get_by_role("button")).to_have_count(0)


async def numbers(person: Person) -> AsyncIterator[int]:
    """Of the lines in the talk."""
    for share in await person.log.locator("[data-number]").all():
        yield int(await share.get_attribute("data-number") or 0)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_who_comes_late_is_told_where_the_meeting_is_and_no_share(stage: Stage, phone: bool):
    links = await room_of(stage, "Late", single_share=True)
    ben = await stage.person("Ben", phone=phone)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Chidi") as (chidi,),
    ):
        await go_to(ada, "sharing")
        await ada.send(ask.Post("topic", "Asking for help before the last minute"))
        await chidi.send(ask.RaiseHand())
        await ada.send(ask.Invite(ada.meeting.epoch))
        await chidi.send(ask.Accept(chidi.meeting.epoch))
        await chidi.say("I sat in the car for twenty minutes.")
        await ben.come_in(links["member"])
        card = ben.page.get_by_role("region", name="Where the meeting is")
        for words in (
            "Now: Sharing",
            "Topic: Asking for help before the last minute",
            "Chidi is in the middle of a turn; you read on from here.",
            "We listen and don't answer each other's shares.",
            "Everybody shares once",
        ):
            await expect(card).to_contain_text(words)
        await expect(ben.main).not_to_contain_text("I sat in the car")
        await ben.is_accessible("just come in")
        await ben.fits()
        topic = ben.main.locator("#topic")
        await topic.locator("summary").click()
        await expect(topic.get_by_role("paragraph")).to_have_text(
            "Asking for help before the last minute"
        )
        await card.get_by_role("button", name="Only listen today").click()
        await ada.until(
            lambda: next(one for one in ada.meeting.seats if one.name == "Ben").listening
        )
        await card.get_by_role("button", name="Close", exact=True).click()
        await expect(card).to_be_hidden()
        # What is posted from now on is a card of its own, quieter than a share.
        await chidi.send(ask.Done(chidi.meeting.epoch))
        await ada.send(ask.Post("reading", "One short text that the group wrote itself."))
        reading = ben.log.get_by_role("article", name="Reading, from Ada")
        await expect(reading).to_contain_text("One short text")


# What holds the room up


async def test_fc_19_21_a_mute_a_freeze_and_the_shield_are_said_calmly(stage: Stage):
    links = await room_of(stage, "Held up", door="open", history="meeting")
    ben = await stage.person("Ben")
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Chidi") as (chidi,),
    ):
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await ben.field.fill("Half a thought")
        await chidi.say("Noise.")
        await expect(ben.card("Chidi")).to_contain_text("Noise.")
        await ada.send(ask.Freeze())
        await expect(ben.floor).to_contain_text("The room stands still")
        await expect(ben.field).to_have_accessible_description(re.compile("The room stands still"))
        await ada.send(ask.Thaw())
        await expect(ben.field).to_have_accessible_description("Everyone can write now")

        await ada.send(ask.RaiseShield())
        await expect(ben.floor).to_contain_text("A moment of quiet")
        noise = ben.card("Chidi").get_by_text("Noise.")
        await expect(noise).to_be_hidden()
        await ben.is_accessible("behind the shield")
        await expect(noise).to_have_count(0)
        await ben.card("Chidi").get_by_role("button", name="Open what Chidi wrote").click()
        await expect(noise).to_be_visible()
        await ada.send(ask.LowerShield())

        seat = next(one.seat for one in ada.meeting.seats if one.name == "Ben")
        await ada.send(ask.Mute(seat, until="phase", reason="advice"))
        why = re.compile(
            "paused your writing until this part ends, as advice stays out of this room"
        )
        await expect(ben.field).to_have_accessible_description(why)
        await expect(ben.main.get_by_text(why)).to_have_count(1)
        await expect(ben.main.get_by_role("button", name="Help", exact=True)).to_be_enabled()
        await go_to(ada, "opening")
        await expect(ben.log).to_contain_text("You can write again.")
        await expect(ben.field).to_have_value("Half a thought")


async def test_a48_a_seat_that_changes_comes_back_afresh_and_loses_no_word(stage: Stage):
    links = await room_of(stage, "Changed")
    ben = await stage.person("Ben")
    # The panel asks for the cue cards, and he may be a member again by then.
    ben.forgive("status of 403.*/cues")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await ben.say("Hello.")
        await ben.field.fill("Half a thought")
        seat = next(one.seat for one in ada.meeting.seats if one.name == "Ben")
        holding = ben.page.get_by_role("region", name="Holding the meeting")
        await expect(holding).to_be_hidden()
        await ada.send(ask.Appoint(seat, "co_chair"))
        await expect(ben.button("Next: Opening")).to_be_visible()
        await expect(ben.page.locator("#banner")).to_be_empty()
        await expect(ben.field).to_have_value("Half a thought")
        await expect(ben.card("Ben")).to_contain_text("Hello.")
        await expect(ben.here.filter(has_text="Ben")).to_contain_text("co-chair")
        await ada.send(ask.Dismiss(seat, "co_chair"))
        await expect(holding).to_be_hidden()
        await expect(ben.button("Next: Opening")).to_have_count(0)
        await expect(ben.field).to_have_value("Half a thought")


async def test_fc_23_a_member_takes_the_chair_that_is_offered(stage: Stage):
    links = await room_of(stage, "Offered")
    ben, chidi = await stage.person("Ben", phone=True), await stage.person("Chidi")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        await chidi.come_in(links["member"])
        seat = next(one.seat for one in ada.meeting.seats if one.name == "Ben")
        offer = ben.status("Ada asks you to facilitate this meeting")
        await ada.send(ask.Handover(seat))
        await expect(offer).to_be_visible()
        await ben.is_accessible("the chair is offered")
        await ben.fits()
        await ben.press("Not today")
        await expect(offer).to_be_hidden()
        await ada.until(lambda: ada.meeting.offer is None)
        await ben.field.fill("Half a thought")
        await ada.send(ask.Handover(seat))
        await ben.press("Facilitate")
        await ada.until(lambda: ada.meeting.chair == seat)
        await expect(chidi.log).to_contain_text("Ben facilitates now")
        # Members have one word for both of them; which of two has the chair is theirs to know.
        for name in ("Ben", "Ada"):
            await expect(chidi.here.filter(has_text=name)).to_contain_text("facilitator")
            await expect(chidi.here.filter(has_text=name)).not_to_contain_text("chair")
        # The panel comes, and no word is lost.
        await expect(ben.button("Next: Opening")).to_be_visible()
        await expect(ben.field).to_have_value("Half a thought")
        await expect(offer).to_be_hidden()


async def test_each_part_says_who_writes_in_it(stage: Stage):
    links = await room_of(stage, "Parts", "discussion-60")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        await ben.come_in(links["member"])
        seat = next(one.seat for one in ada.meeting.seats if one.name == "Ben")
        for part, why in (
            ("opening", "The facilitators write"),
            ("quiet", "A quiet moment"),
            ("readings", "This part is for the readings"),
            ("newcomers", "introduce yourself in one short line"),
        ):
            await go_to(ada, part)
            await expect(ben.field).to_have_accessible_description(re.compile(why))
        await ben.say("I am Ben, and this is my first week.")
        await expect(ben.field).to_have_accessible_description(re.compile("Your line is in"))
        await ben.fits()
        await ada.send(ask.Appoint(seat, "speaker"))
        await expect(ben.log).to_contain_text("You are the speaker: in that part you write.")
        await go_to(ada, "lead")
        await expect(ben.field).to_have_accessible_description(
            re.compile("You speak Send as many lines")
        )
        async with ben.people():
            await ben.press_twice("Step down as speaker")
            await expect(ben.here.filter(has_text="Ben")).not_to_contain_text("speaker")
        await expect(ben.field).to_have_accessible_description(re.compile("the speaker's"))


# The lobby


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_the_lobby_says_who_lets_in_and_a_no_is_calm(stage: Stage, phone: bool):
    links = await room_of(stage, "Lobby", door="knock")
    ben, eve = await stage.person("Ben", phone=phone), await stage.person("Eve", phone=phone)
    eve.forgive("status of 40[0-9]")
    async with enter(links["facilitator"], name="Ada") as ada:
        await go_to(ada, "gathering")
        for person in (ben, eve):
            await person.open(links["member"])
            door = person.page.get_by_role("region", name="At the door")
            await expect(door).to_contain_text("A facilitator answers each knock")
            await person.page.get_by_role("textbox", name="Your name").fill(person.name)
            await person.press("Ask to come in")
            await expect(person.status("You are at the door.")).to_contain_text(
                "Ada answers the door"
            )
            await expect(door.get_by_role("link", name="116 123")).to_be_visible()
            await expect(person.main.get_by_role("button", name="Help", exact=True)).to_be_visible()
        await ben.is_accessible("the lobby")
        await ben.fits()
        await ada.until(lambda: len(ada.meeting.lobby) == 2)
        knocks = {one.name: one.knock for one in ada.meeting.lobby}
        await asyncio.gather(
            ada.send(ask.Admit(knocks["Ben"])), ada.send(ask.TurnAway(knocks["Eve"]))
        )
        await expect(ben.page.get_by_role("banner")).to_contain_text("Gathering", timeout=20_000)
        await expect(ben.floor).to_contain_text("Everyone can write now")
        no = eve.status("can't let you into this meeting")
        await expect(no).to_be_visible(timeout=20_000)
        await eve.is_accessible("turned away")
        await eve.fits()
        await expect(eve.floor).to_be_hidden()
