"""Every page and every state at 100, 150 and 200 % text: on a small phone, its keyboard open, turned, zoomed."""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import holding, settings
from tests.browser.fit import SMALL, Reader, looked_at, reader
from tests.browser.five import at_the_door, go_to, room_of, seats, wrong
from tests.browser.stage import DESK, PHONE
from tests.browser.test_phases import take_floor
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from chatroom.client import Seat
    from tests.browser.stage import Person, Stage
    from tests.processes import ServerProcess

LONG_NAME = "Bartholomew-Maximilian van der Wa"
LONG_TOPIC = (
    "Asking for help before the last minute, and what each of us has found to say when the words "
    "would not come; a sentence that is longer than any card should be, as they are."
)
SHARE = "Last week I sat in the car outside the shop for twenty minutes, and then I rang. " * 2
State = tuple[str, "Person"]


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    async with serving(folder, **settings(), **holding(folder)) as running:
        yield running


# The states, each reached from the one before


async def outside(stage: Stage) -> AsyncIterator[State]:
    """Before any room, and after all of them."""
    eve = await stage.person("Eve", phone=True)
    eve.forgive(r"status of 40[0-9]")
    for path, words in (
        ("/", "opens with an invitation"),
        ("/rooms/nowhere", "opens with an invitation"),
        ("/enter", "needs an invitation link"),
        ("/enter#wrong", "does not open a room"),
        ("/left", "You can close this tab"),
    ):
        await eve.open(stage.origin + path)
        await expect(eve.main).to_contain_text(words)
        yield path, eve
    await eve.open(stage.origin)
    await eve.button("Help").click()
    yield "Help at a closed door", eve


async def door(stage: Stage) -> AsyncIterator[State]:
    """The door, and the lobby behind it."""
    links = await room_of(stage, "Tuesday Evening Recovery and Friends", door="knock")
    ben = await stage.person("Ben", phone=True)
    ben.forgive(r"status of 40[0-9]")
    async with enter(links["facilitator"], name="Ada") as ada:
        await ada.send(ask.Open())
        await ben.open(links["member"])
        name = ben.page.get_by_role("textbox", name="Your name for this meeting")
        await expect(name).to_be_visible()
        yield "the door", ben
        await name.fill("Staff")
        await ben.button("Ask to come in").click()
        await expect(name).to_have_attribute("aria-invalid", "true")
        yield "a name that is not let in", ben
        await name.fill(LONG_NAME)
        await ben.button("Ask to come in").click()
        await expect(ben.main).to_contain_text("That looks like a full name")
        yield "a full name", ben
        await ben.button(re.compile("^Keep")).click()
        await expect(ben.main).to_contain_text("You are at the door")
        yield "waiting at the door", ben
        await ben.button("Help").click()
        yield "Help at the door", ben
        await ben.page.keyboard.press("Escape")
        await ada.until(lambda: len(ada.meeting.lobby) == 1)
        await ada.send(ask.TurnAway(ada.meeting.lobby[0].knock))
        await expect(ben.main).not_to_contain_text("You are at the door")
        yield "turned away", ben


async def member(stage: Stage) -> AsyncIterator[State]:
    """A member through a meeting."""
    links = await room_of(stage, "Tuesday Evening Recovery and Friends", door="open")
    ben = await stage.person("Ben", phone=True)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], LONG_NAME, "Dana") as (chidi, _),
    ):
        await ben.come_in(links["member"])
        yield "before the meeting", ben
        await go_to(ada, "sharing")
        await ada.send(ask.Post("topic", LONG_TOPIC))
        await expect(ben.main).to_contain_text("Topic:")
        await ben.page.locator("#topic summary").click()
        yield "the floor is free, the topic open", ben
        await ben.page.locator("#topic summary").click()
        await take_floor(ada, chidi)
        await chidi.say(SHARE)
        await chidi.say("Mädchenschutzunterbringungseinrichtungsleiterin" * 2)
        await ada.send(ask.Extend(ada.meeting.epoch, 1))
        await ben.press("Raise hand")
        await expect(ben.floor).to_contain_text("You are next")
        yield "somebody else has the floor", ben
        await ben.button("React").first.click()
        yield "words to put under a turn", ben
        await chidi.send(ask.Done(chidi.meeting.epoch))
        await ada.send(ask.Invite(ada.meeting.epoch))
        await expect(ben.button("Accept")).to_be_visible()
        yield "invited", ben
        await ben.floor.get_by_role("button", name="Accept").click()
        await expect(ben.floor).to_contain_text("You have the floor")
        yield "the floor is mine", ben
        await ben.say("Call me on 020 7946 0018 after the meeting")
        await expect(ben.refusal).to_be_visible()
        yield "words came back", ben
        await ben.say("I am still here.")
        await expect(ben.refusal).to_be_hidden()
        await ben.field.fill("and tonight my brother came by and he")
        await ben.page.reload()
        await expect(ben.field).to_have_value(re.compile("my brother"))
        await expect(ben.floor).to_contain_text("You have the floor")
        await expect(ben.page.locator("link[href*='in-sight']")).to_be_attached()
        yield "a draft after a reload, the floor mine", ben
        await ben.field.fill("")
        ben.forgive("ERR_INTERNET_DISCONNECTED")
        await ben.page.context.set_offline(True)
        await expect(ben.page.get_by_text("Connection lost")).to_be_visible()
        yield "no network, the floor mine", ben
        await ben.page.context.set_offline(False)
        await expect(ben.page.get_by_text("Connection lost")).to_have_count(0)
        await ben.say("I want to end it all tonight.")
        await expect(ben.button("Open the private line")).to_be_visible()
        yield "an offer of help, the floor mine", ben
        await ben.button("Not now").click()
        await ada.send(ask.Pause())
        await expect(ben.floor).to_contain_text("Paused")
        yield "paused", ben
        await ada.send(ask.Resume())
        await ben.press("Done")
        await ben.press("To the facilitators")
        await ben.field.fill(SHARE)
        yield "a private line", ben
        await ben.field.fill("")
        await ben.press("Back to the room")
        me = seat_of(ada, "Ben")
        await ada.send(ask.Tell("Is it all right with you? I can wait. " * 3, me))
        await expect(ben.log).to_contain_text("all right with you")
        yield "a private line came", ben
        async with ben.people():
            yield "people and agenda", ben
            await ben.button("Change my name").click()
            yield "another name", ben
            await ben.button("Cancel").click()
        await ada.send(ask.Freeze())
        await expect(ben.field).to_have_accessible_description(re.compile("stands still"))
        yield "frozen", ben
        await ada.send(ask.Thaw())
        await ada.send(ask.Mute(me, reason="advice"))
        await expect(ben.field).to_have_accessible_description(re.compile("paused your writing"))
        yield "muted", ben
        await ada.send(ask.Unmute(me))
        await ben.say("I want to end it all tonight.")
        await expect(ben.button("Open the private line")).to_be_visible()
        yield "an offer of help", ben
        await ben.button("Not now").click()
        await ben.field.fill("")
        await ben.page.context.set_offline(True)
        await expect(ben.page.get_by_text("Connection lost")).to_be_visible()
        yield "no network", ben
        await ben.page.context.set_offline(False)
        await ada.send(ask.Handover(me))
        await expect(ben.button("Facilitate")).to_be_visible()
        yield "the chair is offered", ben
        await ben.button("Not today").click()
        await ada.send(ask.Close())
        await expect(ben.floor).to_contain_text("The meeting has ended")
        yield "over", ben


async def late(stage: Stage) -> AsyncIterator[State]:
    """Who comes while it is on, reads for the group, names the next, and is taken out."""
    links = await room_of(stage, "Late", "clean-time-60", door="open")
    ben = await stage.person("Ben", phone=True)
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        seats(links["member"], "Chidi", LONG_NAME) as (chidi, _),
    ):
        await go_to(ada, "sharing")
        await ada.send(ask.Post("topic", LONG_TOPIC))
        await chidi.send(ask.RaiseHand())
        await ben.come_in(links["member"])
        await expect(ben.button("Only listen today")).to_be_visible()
        yield "where the meeting is", ben
        me = seat_of(ada, "Ben")
        await ada.send(ask.Invite(ada.meeting.epoch, me))
        await ben.press("Accept")
        await ben.say("Hello, I came late.")
        await expect(ben.log).to_contain_text("I came late")
        yield "the first own words", ben
        await ben.press("Done")
        await expect(ben.page.get_by_text("Name who is next", exact=True)).to_be_visible()
        yield "names the next", ben
        await ada.send(ask.Remove(me))
        await expect(ben.main).to_contain_text("taken you out")
        yield "removed", ben


async def help_line(stage: Stage) -> AsyncIterator[State]:
    """Help, from the first press to its end, and the same at the desk."""
    links = await stage.room("Help")
    ben, sam = await stage.person("Ben", phone=True), await stage.person("Sam", phone=True)
    await ben.come_in(links["member"])
    await ben.button("Help").click()
    yield "Help asks", ben
    await ben.help.get_by_role("button", name="Ask for help now").click()
    await expect(ben.help).to_contain_text("Nobody is at the desk")
    yield "nobody is there", ben
    await ben.write_on_line("staff", SHARE)
    await sam.open(links["staff"])
    await expect(sam.button("Come to the desk")).to_be_visible()
    yield "the desk's door", sam
    await sam.come_in_to_desk()
    await expect(sam.case("Help")).to_be_visible()
    yield "the desk, with a case", sam
    # At a desk nothing slides under the pointer, which would take no press for a moment.
    await sam.page.set_viewport_size(DESK)
    await sam.claim("Help")
    await sam.write_on_line("Ben", "I am here, Ben. What happened?")
    await expect(ben.help).to_contain_text("What happened?")
    yield "Help, answered", ben
    yield "a case", sam
    await sam.button("Close the case").click()
    yield "how a case ends", sam
    await sam.button("Keep it open").click()
    await ben.page.keyboard.press("Escape")
    await expect(ben.button("Staff are here · open the line")).to_be_visible()
    yield "the room beside an open line", ben
    await sam.page.get_by_text("Helplines").click()
    yield "the numbers at the desk", sam
    await sam.page.get_by_text("Helplines").click()
    await sam.button("Close the case").click()
    await sam.page.get_by_role("group", name="Close the case").get_by_role("button").first.click()
    await expect(sam.button("Back to the desk")).to_be_visible()
    yield "a closed case", sam


async def chair(stage: Stage) -> AsyncIterator[State]:
    """Who holds the meeting."""
    links = await room_of(
        stage, "Tuesday Evening Recovery and Friends", "discussion-60", door="open"
    )
    ada = await stage.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    await expect(ada.button("Open meeting")).to_be_visible()
    yield "to be opened", ada
    await ada.press("Open meeting")
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], "Ben", LONG_NAME) as (ben, dana),
    ):
        await go_to(mo, "sharing")
        await expect(ada.button(re.compile("^Next"))).not_to_have_count(0)
        yield "the floor is free, held", ada
        await ben.send(ask.RaiseHand())
        await dana.send(ask.RaiseHand())
        await expect(ada.button("Invite Ben")).to_be_visible()
        yield "hands are up", ada
        await ada.press("Invite Ben")
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        yield "somebody is invited", ada
        await ben.send(ask.Accept(ben.meeting.epoch))
        await ben.until(lambda: ben.meeting.holder == ben.seat)
        await ben.say(SHARE)
        await ben.send(ask.Tell("I would rather stop, may I?"))
        await expect(ada.log).to_contain_text("rather stop")
        yield "somebody has the floor, held", ada
        await waiting_for_a_decision(ada, ben, dana)
        for act in ("Publish what Ben wrote", "Give back to Ben what they wrote"):
            for window in (SMALL, PHONE):
                await ada.page.set_viewport_size(window)
                await ada.is_in_sight(ada.button(act))
        yield "words wait for a decision", ada
        await mo.until(lambda: len(mo.meeting.held) == 1)
        await mo.send(ask.GiveBackHeld(mo.meeting.held[0].number))
        await expect(ada.button("Publish what Ben wrote")).to_have_count(0)
        for act in ("Leave it as it is", "Fold it", "Take the words out"):
            for window in (SMALL, PHONE):
                await ada.page.set_viewport_size(window)
                await ada.is_in_sight(ada.button(act))
        yield "words were reported", ada
        await ada.press("Leave it as it is")
        await expect(ada.button("Fold it")).to_have_count(0)
        await expect(ada.page.locator("[data-asked]")).to_have_count(0)
        await ada.rests()
        async with ada.people():
            yield "the sheet", ada
            for summary in await ada.page.locator("#sheet summary").all():
                if await summary.is_visible():
                    await summary.click()
            yield "the sheet, all unfolded", ada
        async with ada.people(), ada.acts_on(LONG_NAME) as acts:
            yield "the sheet of one person", ada
            await acts.get_by_role("button", name=re.compile("^Remove")).click()
            yield "the sheet of one person, asked for the second tap", ada
        async with ada.people(), wrong(ada):
            yield "something is wrong in the room", ada
        await mo.send(ask.RaiseShield())
        await at_the_door(links, LONG_NAME)
        await mo.send(ask.Freeze())
        await expect(ada.page.get_by_role("list", name="Notices")).to_contain_text("shield")
        yield "all the notices", ada


STORIES = {story.__name__: story for story in (outside, door, member, late, help_line, chair)}


@pytest.mark.parametrize("story", STORIES)
async def test_everything_can_be_read_and_reached_at_any_size_of_text(
    stage: Stage, story: str, tell: Callable[[str], None]
):
    wrong: list[str] = []
    readers: dict[str, Reader] = {}
    states = 0
    async with aclosing(STORIES[story](stage)) as walk:  # type: ignore[type-var]
        async for state, person in walk:
            states += 1
            look = readers.get(person.name) or await reader(person)
            readers[person.name] = look
            wrong += [f"{state}: {what}" async for what in looked_at(look, f"{story}, {state}")]
    tell(f"{states} states")
    assert not wrong, "\n".join(wrong)


# What the stories need


async def waiting_for_a_decision(ada: Person, ben: Seat, dana: Seat) -> None:
    """A line that is held, and below it one that was reported."""
    await ben.say(f"Who has percs? {SHARE}")
    await expect(ada.button("Publish what Ben wrote")).to_be_visible()
    card = ada.card("Ben").last
    number = int(await card.locator("[data-number]").first.get_attribute("data-number") or 0)
    await dana.send(ask.Report(number, "hurts"))
    await expect(ada.button("Fold it")).to_be_attached()


def seat_of(ada: Seat, name: str) -> int:
    return next(one.seat for one in ada.meeting.seats if one.name == name)
