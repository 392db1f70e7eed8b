"""Every act of a facilitator can be done from the page: each command of the wire is sent by pressing something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import holding, settings
from tests.browser.five import close_meeting, knock, press_both, room_of, seats, wrong
from tests.browser.test_taps import hold_the_floor
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import WebSocket

    from chatroom.client import Seat
    from tests.browser.stage import Person, Stage
    from tests.processes import ServerProcess

# What this story leaves to others, and where it is told.
ELSEWHERE = {
    "announce_draft": "the page does it by itself (test_phases)",
    "tag": "only in a tag phase, by whoever shares (test_phases)",
    "edit": "where everybody writes, or in one's own turn (test_edits)",
    "reseat": "of one who lost their seat (test_door)",
    "report": "of members alone: a facilitator folds, or takes out (test_folds)",
    "appeal": "by whom a note, a mute or a removal befell (test_appeal)",
    "take_back_held": "by whoever wrote what is held; never a facilitator (test_held)",
}


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    async with serving(folder, **settings(), **holding(folder)) as running:
        yield running


async def test_every_command_of_a_facilitator_is_given_from_the_page(stage: Stage):
    links = await room_of(stage, "Reach", door="members")
    names = ("Ada", "Petra", "Otto", "Eve")
    ada, petra, otto, eve = [await stage.person(name) for name in names]
    for person in (petra, otto, eve):
        person.forgive(r"status of 40[0-9]")
    sent: set[str] = set()
    ada.page.on("websocket", lambda socket: listen(socket, sent))
    await ada.come_in(links["facilitator"])
    async with (
        seats(links["member"], "Ben", "Chidi", "Dana") as (ben, chidi, dana),
        enter(links["facilitator"], name="Mo") as mo,
    ):
        await hold_the_floor(ada, ben)
        await the_floor(ada, ben, chidi)
        await the_words(ada, ben)
        await the_folds(ada)
        await the_held(ada, ben)
        await the_self(ada)
        await the_notes(ada, chidi)
        await the_appeal(ada, mo, dana)
        await the_people(ada, chidi, dana)
        await the_chair(ada, mo)
        await the_room(ada)
        for person in (petra, otto):
            await knock(person, links["address"])
        await ada.press("Turn away Otto")
        await ada.press("Admit Petra now")
        await expect(petra.floor).to_be_visible(timeout=20_000)
        await knock(eve, links["address"])
        async with wrong(ada) as acts:
            await press_both(acts, "Turn away all strangers at the door")
        await close_meeting(ada)
        await ben.until(lambda: ben.meeting.closed_at is not None)
    known = {command.__struct_config__.tag for command in get_args(ask.SeatCommand)}
    assert known - sent - set(ELSEWHERE) == set(), "no act of the page sends these"
    assert set(ELSEWHERE) <= known


async def the_floor(ada: Person, ben: Seat, chidi: Seat) -> None:
    await ada.press(re.compile(r"^\+1 min"))
    await ada.press("Pause")
    await ada.press("Go on")
    await ada.press("End turn")
    await ada.press("Give it back to Ben")
    await chidi.send(ask.RaiseHand())
    await ada.press("End turn, invite Chidi")
    await ada.press("Take invitation back")
    await ada.press("Close queue")
    await ada.press("Open queue")
    await ben.until(lambda: ben.meeting.queue_open and ben.meeting.holder is None)
    await ben.send(ask.RaiseHand())
    await expect(ada.waiting).to_have_count(2)
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Move up").click()
        await expect(acts).to_contain_text("number 1 of 2")
        await acts.get_by_role("button", name="Lower the hand").click()
    await ada.press_twice("Lower every hand")
    await expect(ada.waiting).to_have_count(0)
    for answer in ("Not yet", "Pass", "Accept"):
        if answer != "Pass":  # Who is not yet ready keeps the hand up.
            await ada.press("Raise hand")
        await expect(ada.button("Invite yourself")).to_be_visible()
        await ada.rests()
        await ada.press("Invite yourself")
        await ada.floor.get_by_role("button", name=answer, exact=True).click()
        await expect(ada.floor.get_by_role("button", name=answer, exact=True)).to_have_count(0)
    await ada.press("Done")


async def the_words(ada: Person, ben: Seat) -> None:
    await ada.say("Welcome, all.")
    await expect(ada.log).to_contain_text("Welcome, all.")
    await ada.page.get_by_text("Topic and announcements").click()
    await ada.page.get_by_label("In your own words").fill("One day")
    await ada.press("Post as topic")
    await expect(ada.page.get_by_text("Pinned: One day")).to_be_visible()
    await ben.send(ask.RaiseHand())
    await ada.waiting.get_by_role("button", name="Invite Ben").click()
    await ben.until(lambda: ben.meeting.invited == ben.seat)
    await ben.send(ask.Accept(ben.meeting.epoch))
    await ben.until(lambda: ben.meeting.holder == ben.seat)
    await ben.say("I am here.")
    card = ada.card("Ben").last
    await card.get_by_role("button", name="React").click()
    await card.get_by_role("button", name="With you").click()


async def the_folds(ada: Person) -> None:
    card = ada.card("Ben").last
    await card.get_by_role("button", name=re.compile("^Options")).click()
    await card.get_by_role("button", name="Fold for everyone").click()
    await card.get_by_role("button", name="Unfold for everyone").click()
    await expect(card).to_contain_text("I am here.")
    await press_both(card, "Take these words out for everyone")


async def the_held(ada: Person, ben: Seat) -> None:
    for words, act in (
        ("Who has percs?", "Publish what Ben wrote"),
        ("I mean, percs for tonight.", "Give back to Ben what they wrote"),
    ):
        await ben.say(words)
        await ada.press(act)
        await expect(ada.button(act)).to_have_count(0)
    await expect(ada.card("Ben").last).to_contain_text("Who has percs?")


async def the_self(ada: Person) -> None:
    await ada.press("End turn")
    await ada.press("I am here to listen today")
    await ada.press("Change my name")
    await ada.page.get_by_role("textbox", name="Your name for this meeting").fill("Ada L.")
    await ada.press("Save")
    await expect(ada.here.filter(has_text="Ada L.")).to_be_visible()


async def the_notes(ada: Person, chidi: Seat) -> None:
    async with ada.acts_on("Chidi") as acts:
        await acts.get_by_role("button", name="Give Chidi a note: advice").click()
        await expect(acts).to_contain_text("1 note")
    await chidi.until(lambda: chidi.caught_up)


async def the_appeal(ada: Person, mo: Seat, dana: Seat) -> None:
    """Of what another facilitator did: who did it answers nothing."""
    await mo.send(ask.Mute(dana.seat))
    await dana.send(ask.Appeal("mute"))
    await ada.press("Dana asks about a mute")
    sheet = ada.page.get_by_role("dialog", name="Dana asks about a mute")
    await sheet.get_by_role("button", name="It stands").click()
    await expect(sheet).to_be_hidden()


async def the_people(ada: Person, chidi: Seat, dana: Seat) -> None:
    async with ada.acts_on("Chidi") as acts:
        await acts.get_by_role("button", name="Mute Chidi: no reason given").click()
        await acts.get_by_role("button", name="Let Chidi write again").click()
        await press_both(acts, "Take out what Chidi wrote in the last 2 minutes")
        reader = acts.get_by_role("button", name="Reader")
        for is_theirs in ("true", "false"):
            await reader.click()
            await expect(reader).to_have_attribute("aria-pressed", is_theirs)
        await acts.get_by_role("button", name="Private line").click()
    await ada.say("How are you today?")
    await chidi.until(lambda: chidi.caught_up)
    await ada.press("Back to the room")
    async with ada.acts_on("Dana") as acts:
        await press_both(acts, "Take the name Dana away")
        await expect(acts).to_be_hidden()  # It goes by the name they have now.
        await ada.page.keyboard.press("Escape")
    async with ada.acts_on(
        next(view.name or "" for view in dana.meeting.seats if view.seat == dana.seat)
    ) as acts:
        await acts.get_by_role("button", name=re.compile("^Remove")).click()
        await acts.get_by_role("button", name=re.compile("^Yes, remove")).click()
        await expect(acts).to_be_hidden()  # Nothing is left to be done for them.


async def the_chair(ada: Person, mo: Seat) -> None:
    async with ada.acts_on("Mo") as acts:
        await press_both(acts, "Offer the chair to Mo")
    await mo.until(lambda: mo.meeting.offer is not None)
    await mo.send(ask.AcceptChair())
    await mo.until(lambda: mo.meeting.chair == mo.seat)
    hers = next(view.seat for view in mo.meeting.seats if view.name == "Ada L.")
    for answer in ("Not now", "Take the chair"):
        await mo.send(ask.Handover(hers))
        await ada.press(answer)
        await mo.until(lambda: mo.meeting.offer is None)
        await expect(ada.page.locator("[data-leaving]")).to_have_count(0)


async def the_room(ada: Person) -> None:
    async with wrong(ada) as acts:
        await acts.get_by_role("button", name="Lock the door").click()
        await acts.get_by_role("button", name="Unlock the door").click()
        await acts.get_by_role("button", name="Mute everybody for 10 min").click()
        await acts.get_by_role("button", name="Let everybody write again").click()
        await press_both(acts, "Freeze the room")
        await press_both(acts, "Let the room go on")
        await press_both(acts, "Raise the shield")
        await press_both(acts, "Lower the shield, let members write")


def listen(socket: WebSocket, sent: set[str]) -> None:
    def heard(frame: str | bytes) -> None:
        sent.update(re.findall(r'"type":\s*"(\w+)"', str(frame)))

    socket.on("framesent", heard)
