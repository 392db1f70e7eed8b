"""An hour of a 12-step-style discussion in five browsers, told fast: races, a dead laptop, help, a raid.

Ada has the chair and Mo is co-chair, on a phone; Ben, Chidi and Dana are members. The server's clock
runs, so that the hour fits into a test; nothing else is different. Pictures of each moment are kept.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import entries as happened
from tests.browser.conftest import settings
from tests.browser.five import (
    Record,
    Wire,
    all_are,
    at_the_door,
    close_meeting,
    line,
    moment,
    notice,
    panel,
    press_both,
    raid,
    room_of,
)
from tests.browser.stage import Person, Stage
from tests.processes import SLOW, ServerProcess, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SPEED = 8
"""How many times faster the meeting's clock runs: an invitation waits for 5.6 s of ours."""
RAIDERS = 10
SHIELD_WITHIN = 1.0 * SLOW
"""Seconds from the tap to the picture: 0.3 where the machine has nothing else to do (abuse.md, raiders)."""

# From the second tap until the page shows that the shield is up, in milliseconds.
RAISE = """async (button) => {
  const began = performance.now()
  button.click()
  await new Promise((resolve) => {
    const look = () => document.querySelector("[data-kind=shield]") !== null && resolve()
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
  })
  return performance.now() - began
}"""


class Circle(NamedTuple):
    """Who is there, and what somebody who only listens has read."""

    ada: Person
    mo: Person
    ben: Person
    chidi: Person
    dana: Person
    room: dict[str, str]
    wires: list[Wire]
    record: Record

    @property
    def all(self) -> list[Person]:
        return [self.ada, self.mo, self.ben, self.chidi, self.dana]

    @property
    def chairs(self) -> list[Person]:
        return [self.ada, self.mo]


@pytest.fixture
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("hour")
    async with serving(folder, **settings(), TIME_SPEED=str(SPEED)) as running:
        yield running


async def test_an_hour_in_five_browsers(stage: Stage, tell: Callable[[str], None]):
    room = await room_of(stage, "Tuesday Evening", "discussion-60", door="open")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    mo = await stage.person("Mo", phone=True)
    chidi = await stage.person("Chidi", phone=True, scheme="dark")
    dana = await stage.person("Dana", scheme="dark")
    wires = [Wire(), Wire()]
    for person, wire in zip((ada, mo), wires, strict=True):
        await wire.put_on(person)
        await person.come_in(room["facilitator"])
    async with enter(room["facilitator"], name="Ida") as ida:
        circle = Circle(ada, mo, ben, chidi, dana, room, wires, Record(ida))
        await they_gather(circle)
        await it_is_opened(circle)
        await they_say_who_they_are(circle)
        await both_chairs_invite_at_once(circle)
        circle = await bens_laptop_dies_and_comes_back(circle)
        await both_chairs_press_next_at_once(circle)
        await dana_is_muted_and_asks_for_help(stage, circle)
        await the_sharing_ends(circle)
        await a_raid_is_held_off(circle, tell)
        await the_chair_is_handed_over(circle)
        await it_is_closed(circle)
        circle.record.close()


async def they_gather(circle: Circle) -> None:
    ada, mo, ben, chidi, dana, room, *_ = circle
    await ada.press("Open meeting")
    await asyncio.gather(*(person.come_in(room["member"]) for person in (ben, chidi, dana)))
    await ben.say("Hello from the late bus.")
    for person in circle.all:
        await expect(person.card("Ben")).to_contain_text("Hello from the late bus.")
    await moment(ada, "five-1-gathering")
    await moment(mo, "five-1-gathering")


async def it_is_opened(circle: Circle) -> None:
    """A card goes out, then there is a quiet moment, which ends by itself."""
    ada, mo, ben, *_ = circle
    await ada.press("Next: Opening and welcome")
    card = ada.under("For this part").filter(has_text="Who we are stays here")
    await card.locator("summary").click()
    await card.get_by_role("button", name="Post this card").click()
    await expect(ben.log).to_contain_text("A first name is enough.")
    await ada.press("Next: A quiet moment")
    await all_are(circle.all, "A quiet moment")
    await moment(ben, "five-2-quiet")
    began = circle.record.of(happened.PhaseBegan)
    await circle.record.until(lambda: circle.record.of(happened.PhaseBegan)[-1].by == "time")
    assert len(circle.record.of(happened.PhaseBegan)) == len(began) + 1
    await all_are([ada, mo, ben], "This part is for the readings")


async def they_say_who_they_are(circle: Circle) -> None:
    ada, mo, ben, chidi, dana, *_ = circle
    async with ada.acts_on("Dana") as acts:
        await acts.get_by_role("button", name="Reader").click()
    await expect(dana.field).to_have_accessible_description(re.compile("^You read"))
    await dana.say("We come as we are.")
    await expect(chidi.card("Dana").last).to_contain_text("We come as we are.")
    await mo.press("Next: New, visiting, or back again")
    await ben.say("Ben, third week.")
    await expect(ada.card("Ben").last).to_contain_text("Ben, third week.")
    await expect(ben.field).to_have_accessible_description(re.compile("Your line is in"))
    await mo.press("Next: Milestones")
    await mo.press("Next: The lead")
    async with ada.acts_on("Chidi") as acts:
        await acts.get_by_role("button", name="Speaker").click()
    await chidi.say("Asking for help before the last minute.")
    await expect(dana.card("Chidi").last).to_contain_text("before the last minute")
    await moment(chidi, "five-3-lead")
    await mo.press("Next: Sharing")
    await all_are(circle.all, "The floor is free")


async def both_chairs_invite_at_once(circle: Circle) -> None:
    ada, mo, ben, chidi, dana, *_, record = circle
    for person in (ben, chidi, dana):
        await person.press("Raise hand")
        await expect(person.floor).to_contain_text("You are ")
    await expect(ada.waiting).to_have_count(3)
    await expect(mo.button("Invite Ben")).to_be_enabled()
    await moment(ada, "five-4-hands")
    await moment(mo, "five-4-hands")
    await pressed_by_both(circle, "Invite Ben")
    await ben.press("Accept")
    await all_are([ada, mo, chidi, dana], "Ben has the floor")
    assert len(record.of(happened.Invited)) == 1
    await without_a_refusal(circle)


async def bens_laptop_dies_and_comes_back(circle: Circle) -> Circle:
    """The same turn goes on, in another window (FC-16)."""
    ada, mo, ben, chidi, *_ = circle
    await ben.say("I nearly didn't come tonight.")
    await expect(chidi.card("Ben").last).to_contain_text("I nearly didn't come")
    context, browser = ben.page.context, ben.page.context.browser
    kept, address = await context.storage_state(), ben.page.url
    await context.close()
    await all_are([ada, mo, chidi], "Giving Ben a moment")
    await moment(ada, "five-5-a-moment")
    assert browser is not None, "a context of a browser"
    again = await browser.new_context(storage_state=kept, viewport={"width": 1280, "height": 800})
    page = await again.new_page()
    back = Person("Ben", page)
    await back.open(address)
    await expect(back.field).to_have_accessible_description(re.compile("^You have the floor"))
    await all_are([ada, mo, chidi], "Ben has the floor")
    await back.say("Then my neighbour lent me a laptop.")
    turn = chidi.card("Ben").last.get_by_role("paragraph")
    await expect(turn).to_have_text(
        ["I nearly didn't come tonight.", "Then my neighbour lent me a laptop."]
    )
    record = circle.record
    assert (len(record.of(happened.HolderWentAway)), len(record.of(happened.HolderCameBack))) == (
        1,
        1,
    )
    assert [taken.turn for taken in record.of(happened.FloorTaken)] == [1]
    assert not record.of(happened.TurnEnded)
    await moment(back, "five-6-back")
    return circle._replace(ben=back)


async def both_chairs_press_next_at_once(circle: Circle) -> None:
    """One turn ends, and one person is invited (FC-07, FC-08)."""
    ada, mo, ben, chidi, dana, *_, record = circle
    words = "End turn, invite Chidi"
    for person in circle.chairs:
        await expect(person.button(words)).to_be_enabled()
    await pressed_by_both(circle, words)
    await all_are([ada, mo, ben, dana], "Chidi is invited")
    await moment(mo, "five-7-next")
    await chidi.press("Accept")
    await all_are([ada, mo, ben, dana], "Chidi has the floor")
    assert len(record.of(happened.TurnEnded)) == 1
    assert len(record.of(happened.Invited)) == 2
    await without_a_refusal(circle)
    await ada.press("Pause")
    await all_are([ben, dana], "Paused for a moment")
    await moment(dana, "five-8-paused")


async def pressed_by_both(circle: Circle, name: str) -> None:
    """Neither knows yet what the other does: what the server says is held up until both have pressed."""
    ada, mo, *_, wires, record = circle
    before = len(record.of(happened.Invited))
    for wire in wires:
        wire.hold()
    await asyncio.gather(ada.press(name), mo.press(name))
    for wire in wires:
        await wire.holds("refusal", "receipt")
    await record.until(lambda: len(record.of(happened.Invited)) > before)
    for wire in wires:
        wire.let_go()
    # Who came second reads who was first, and that is all.
    said = [await line(person).all_inner_texts() for person in circle.chairs]
    assert sum(bool(lines) for lines in said) <= 1, said


async def without_a_refusal(circle: Circle) -> None:
    for person in circle.chairs:
        await expect(person.refusal).to_be_hidden()


async def dana_is_muted_and_asks_for_help(stage: Stage, circle: Circle) -> None:
    """A mute does not reach Help: staff see it while she can't write to the room."""
    ada, _, ben, _, dana, room, *_ = circle
    sam = await stage.person("Sam")
    await sam.come_to_desk(room["staff"])
    async with ada.acts_on("Dana") as acts:
        await acts.get_by_role("button", name="Mute Dana: no reason given").click()
    await expect(dana.field).to_have_accessible_description(re.compile("paused your writing until"))
    await moment(dana, "five-9-muted")
    await dana.ask_for_help()
    await expect(sam.case("Tuesday Evening")).to_contain_text("Pressed Help")
    await moment(sam, "five-9-help")
    await dana.help.get_by_role("button", name=re.compile("^Back")).first.click()
    # To the others neither is anybody's business.
    await expect(ben.page.get_by_text("muted")).to_have_count(0)
    async with ada.acts_on("Dana") as acts:
        await acts.get_by_role("button", name="Let Dana write again").click()
        await expect(acts).to_contain_text("Dana can write again.")
    await sam.page.close()


async def the_sharing_ends(circle: Circle) -> None:
    ada, mo, _, chidi, *_ = circle
    await ada.press("Go on")
    await chidi.say("I rang somebody, and he talked about his tomatoes until I drove home.")
    await chidi.press("Done")
    # It passes on by itself: Dana's hand went with the mute.
    await all_are([ada, mo], "The floor is free")
    for title in ("Announcements and collection", "Burning desire", "Closing", "After the meeting"):
        await mo.press(f"Next: {title}")
    await all_are(circle.all, "Everyone can write now")


async def a_raid_is_held_off(circle: Circle, tell: Callable[[str], None]) -> None:
    ada, mo, ben, chidi, _, room, _, record = circle
    async with raid(room, RAIDERS) as raiders:
        raiders.begin()
        await record.until(lambda: len(raiders.lines) > RAIDERS)
        for person in circle.chairs:
            await expect(notice(person, "Several came at once")).to_be_visible()
        await moment(mo, "five-10-raid")
        offered = notice(ada, "Several came at once").get_by_role("button", name="Raise the shield")
        await expect(offered).to_be_enabled()
        took = float(await offered.evaluate(RAISE)) / 1000
        tell(f"the shield was up {took * 1000:.0f} ms after the tap, while {RAIDERS} wrote")
        assert took < SHIELD_WITHIN

        told = len(raiders.refusals)
        await record.until(lambda: len(raiders.refusals) > told + 2 * RAIDERS)
        await raiders.end()
        up = record.number_of(happened.ShieldRaised)
        assert max(raiders.lines) < up, "somebody's words came in after the shield"
        assert {"all_muted"} == set(raiders.refusals)
        assert not [
            number
            for number, entry in record.entries
            if isinstance(entry, happened.Said) and number > up
        ]
        folded = set(record.of(happened.ShieldRaised)[0].folded)
        last = sorted(raiders.lines)[-RAIDERS:]
        assert folded >= set(last), "their last lines are folded"
        await expect(ben.log.get_by_text("Folded, as it came").last).to_be_visible()
        await expect(chidi.log.get_by_text("Folded, as it came")).to_have_count(len(folded))
        for number in last:
            await expect(chidi.log.get_by_text(raiders.lines[number], exact=True)).to_have_count(0)
        # Who comes now waits at the door.
        assert (await at_the_door(room, "Guest again"))["waiting"]
        for person in circle.chairs:
            await expect(notice(person, "Guest again waits at the door.")).to_be_visible()
        for person in (ada, mo, ben, chidi):
            await moment(person, "five-11-shield")


async def the_chair_is_handed_over(circle: Circle) -> None:
    ada, mo, *_, record = circle
    async with ada.acts_on("Mo") as acts:
        await press_both(acts, "Offer the chair to Mo")
    await expect(notice(mo, "Ada offers you the chair.")).to_be_visible()
    await moment(mo, "five-12-offered")
    await mo.press("Take the chair")
    await record.until(lambda: len(record.of(happened.ChairTaken)) == 1)
    await expect(ada.here.filter(has_text="Ada")).to_contain_text("co-chair")
    await moment(ada, "five-12-co-chair")


async def it_is_closed(circle: Circle) -> None:
    ada, mo, *_, record = circle
    await mo.press_twice("Lower the shield, let members write")
    async with mo.people():
        await moment_as_it_is(mo)
    await close_meeting(mo)
    await record.until(lambda: len(record.of(happened.Closed)) == 1)
    await all_are(circle.all, "The meeting has ended")
    # Who waited at the door stays in sight for a moment, so that no tap meets what moved up.
    await expect(panel(ada).get_by_role("button")).to_have_count(0)
    await moment(ada, "five-13-closed")


async def moment_as_it_is(mo: Person) -> None:
    """What a facilitator finds in the sheet of a phone: it closes when the window changes."""
    await mo.shoot_as_it_is("five-13-sheet", "phone")
