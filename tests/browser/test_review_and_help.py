"""Words that come back, and the line to staff: private, within a second, and unseen by the room."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING, Any

import msgspec
from playwright.async_api import expect

from chatroom.client import Seat, enter
from moderation.meeting import commands as ask
from tests.browser.conftest import settings
from tests.browser.stage import DESK, PHONE, Person, Stage
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.async_api import Browser

SEEN_WITHIN = 1000.0
# Resolves with the moment, in ms since 1970, at which a text comes onto the page.
COMES = """(text) => new Promise((resolve) => {
  const look = () => {
    if (!document.body.innerText.toLowerCase().includes(text)) return
    observer.disconnect()
    resolve(performance.timeOrigin + performance.now())
  }
  const observer = new MutationObserver(look)
  observer.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
  look()
})"""


async def test_nobody_at_the_desk_is_said_at_once(stage: Stage):
    # The first test of the file: nobody has come to this server's desk.
    links = await stage.room("No desk")
    ben = await stage.person("Ben", phone=True)
    await ben.come_in(links["member"])
    await ben.ask_for_help()
    await expect(ben.help).to_contain_text("Nobody is at the desk right now")
    await expect(ben.help.get_by_role("link", name="116 123")).to_be_visible()
    await expect(ben.help.get_by_role("link", name="112")).to_be_visible()
    await ben.shoot("h-nobody-there")
    await ben.is_in_sight(ben.page.get_by_role("textbox", name="To staff"))
    await ben.is_in_sight(ben.help.get_by_role("button", name="Send"))
    await ben.help.get_by_role("button", name="Back to the meeting").click()
    await expect(ben.field).to_be_visible()


async def test_a_call_that_nobody_claims_is_not_left_in_silence(browser: Browser, tmp_path: Path):
    # A minute of this server's takes three seconds.
    async with serving(tmp_path, **settings(), TIME_SPEED="20") as server:
        stage = Stage(browser, server)
        links = await stage.room("Nobody comes")
        sam, ben = await stage.person("Sam"), await stage.person("Ben", phone=True)
        await sam.come_to_desk(links["staff"])
        await ben.come_in(links["member"])
        await ben.ask_for_help()
        await expect(ben.help).to_contain_text("Staff have been called")
        await expect(ben.help).to_contain_text("Nobody from staff has come yet")
        for number in ("Helpline 116 123", "Emergency 112"):
            await ben.is_in_sight(ben.help.get_by_role("link", name=number, exact=True))
        await expect(sam.case("Nobody comes")).to_contain_text(
            "they were told that nobody has come"
        )
        await ben.shoot("h-unanswered")
        # It stays open: whoever comes late is not too late.
        await sam.claim("Nobody comes")
        await expect(ben.page.get_by_role("dialog", name="Sam is here")).to_be_visible()
        await stage.close()


async def test_a_phone_number_comes_back_and_goes_out_without_it(stage: Stage):
    links = await stage.room("Numbers")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")

    await ben.say("Call me on 020 7946 0018 after the meeting")
    await expect(ben.refusal).to_contain_text("Contact details stay out of the room")
    await expect(ben.refusal.locator("mark")).to_have_text("020 7946 0018")
    await expect(ben.field).to_have_value("Call me on 020 7946 0018 after the meeting")
    await ben.shoot("r-number-comes-back")

    await ben.say("Find me here after the meeting")
    await expect(ada.card("Ben")).to_contain_text("Find me here after the meeting")
    await expect(ben.refusal).to_be_hidden()
    await expect(ben.field).to_have_value("")
    await expect(ada.log).not_to_contain_text("7946")


async def test_help_while_muted_reaches_the_desk_within_a_second(
    stage: Stage, tell: Callable[[str], None]
):
    links = await stage.room("Muted")
    ada, ben = await stage.person("Ada", phone=True), await stage.person("Ben")
    sam = await stage.person("Sam")
    await sam.come_to_desk(links["staff"])
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    async with ada.people():
        async with ada.acts_on("Ben") as acts:
            await acts.get_by_role("button", name="Mute Ben: no reason given").click()
        await expect(ada.here.filter(has_text="Ben")).to_contain_text("muted until")
        await ada.shoot_as_it_is("h-sheet", "phone")
    await expect(ben.field).to_have_accessible_description(re.compile("paused your writing"))

    arrives = asyncio.create_task(sam.page.evaluate(COMES, "pressed help · muted"))
    await ben.main.get_by_role("button", name="Help", exact=True).click()
    await ben.shoot("h-asked")
    pressed = time.time() * 1000
    await ben.help.get_by_role("button", name="Ask for help now").click()
    async with asyncio.timeout(10):
        took = await arrives - pressed
    tell(f"from the press to the desk: {took:.0f} ms")
    assert took < SEEN_WITHIN
    await expect(ben.help).to_contain_text("Staff have been called")

    await ben.write_on_line("staff", "I am not all right.")
    await sam.claim("Muted")
    await expect(ben.page.get_by_role("dialog", name="Sam is here")).to_be_visible()
    case = sam.page.get_by_role("region", name="The case")
    await expect(case).to_contain_text("I am not all right.")
    await sam.write_on_line("Ben", "I am here, Ben. What happened?")
    await expect(ben.help).to_contain_text("I am here, Ben. What happened?")
    await ben.write_on_line("Sam", "I had a drink in my hand.")
    await expect(case).to_contain_text("I had a drink in my hand.")
    await sam.shoot("h-case")
    await on_a_phone_a_case_can_be_answered(sam)
    await ben.shoot("h-line")

    # He is still in the meeting, and nobody there has seen anything.
    await ben.help.get_by_role("button", name="Back to the meeting").click()
    size = await help_size(ben)
    await ben.is_in_sight(ben.button("Staff are here · open the line"))
    await expect(ada.log).not_to_contain_text(re.compile("help|staff", re.IGNORECASE))
    await sam.press("Close the case")
    await sam.press("Supported, and carries on")
    await expect(case).to_contain_text("You closed it: Supported, and carries on.")
    await expect(ben.page.locator("body")).not_to_contain_text("Supported")
    await expect(ben.button("The line is closed · open Help")).to_be_visible()
    assert await help_size(ben) == size, "Help keeps its size, whatever is new"
    await sam.shoot("h-desk-closed")


async def help_size(person: Person) -> object:
    box = await person.main.get_by_role("button", name="Help", exact=True).bounding_box()
    return box and (box["width"], box["height"])


async def on_a_phone_a_case_can_be_answered(sam: Person) -> None:
    """The prepared words and the field are seen whole, and the act beside them."""
    await sam.page.set_viewport_size(PHONE)
    prepared = sam.page.get_by_role("group", name="Prepared words").get_by_role("button")
    await expect(prepared).to_have_count(3)
    field = sam.page.get_by_role("textbox", name="To Ben")
    send = sam.page.get_by_role("region", name="The case").get_by_role("button", name="Send")
    for thing in (*await prepared.all(), field, send):
        await sam.is_in_sight(thing)
    await sam.page.set_viewport_size(DESK)


async def test_two_calls_from_one_room_are_told_apart(stage: Stage):
    links = await stage.room("Two calls")
    sam, ben, dana = [await stage.person(name) for name in ("Sam", "Ben", "Dana")]
    await sam.come_to_desk(links["staff"])
    for person in (ben, dana):
        await person.come_in(links["member"])
        await person.ask_for_help()
        await expect(person.help).to_contain_text("Staff have been called")
        await asyncio.sleep(1)  # Nobody calls in the same second.
    claims = sam.case("Two calls").get_by_role("button", name=re.compile("^Claim"))
    await expect(claims).to_have_count(2)
    names = [await claim.get_attribute("aria-label") for claim in await claims.all()]
    called = re.compile(r"Claim: Urgent, Pressed Help, Two calls, since \d\d:\d\d:\d\d")
    assert all(called.fullmatch(name or "") for name in names), names
    assert len(set(names)) == 2


async def test_help_at_the_door_and_at_a_closed_door(stage: Stage):
    links = await stage.room("Doors")
    sam = await stage.person("Sam")
    dana = await stage.person("Dana", phone=True)
    eve = await stage.person("Eve")
    await sam.come_to_desk(links["staff"])

    await dana.open(links["member"])
    await dana.page.wait_for_url("**/rooms/*")
    await dana.ask_for_help()
    await expect(dana.help).to_contain_text("Staff have been called")
    await dana.write_on_line("staff", "I do not dare to come in.")
    await sam.claim("Doors")
    await expect(sam.page.get_by_role("region", name="The case")).to_contain_text("do not dare")
    await expect(dana.page.get_by_role("dialog", name="Sam is here")).to_be_visible()
    await sam.write_on_line("them", "You do not have to.")
    await expect(dana.help).to_contain_text("You do not have to.")
    await sam.press("Close the case")
    await sam.press("Supported, and carries on")

    open_cases = sam.page.get_by_role("list", name=re.compile("^Open")).get_by_role("listitem")
    await expect(sam.button("Back to the desk")).to_be_visible()
    await expect(sam.case("Doors")).to_have_count(0)
    before = await open_cases.count()
    eve.forgive("status of 403")
    await eve.open(f"{stage.origin}/rooms/{links['slug']}")
    await expect(
        eve.page.get_by_role("heading", name="This door opens with an invitation")
    ).to_be_visible()
    await eve.shoot("h-closed-door")
    await eve.ask_for_help()
    await expect(eve.help).to_contain_text("Staff have been called")
    await expect(open_cases).to_have_count(before + 1)


async def test_words_of_despair_out_of_turn_are_refused_and_heard(stage: Stage):
    links = await stage.room("Heard")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    sam = await stage.person("Sam")
    await sam.come_to_desk(links["staff"])
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    await ada.press("Next: Opening")
    await ada.press("Next: Sharing")
    await expect(ben.floor).to_contain_text("The floor is free")

    await ben.say("I want to kill myself tonight")
    await expect(ben.refusal).to_contain_text("Your words are kept until then: raise your hand.")
    await expect(ben.main.get_by_role("button", name="Raise hand")).to_have_count(1)
    await expect(ben.main.get_by_role("button", name="Help", exact=True)).to_have_count(1)
    await expect(ben.field).to_have_value("I want to kill myself tonight")
    await expect(ada.log).not_to_contain_text("tonight")
    await ben.shoot("h-heard")
    await ben.page.set_viewport_size(PHONE)
    await expect(ben.button("Open the private line")).to_be_visible()
    # The card says it, and no second line below it.
    await expect(ben.page.get_by_text("open the line")).to_be_hidden()
    await ben.is_in_sight(ben.field)
    await ben.page.set_viewport_size(DESK)

    await sam.claim("Heard")
    case = sam.page.get_by_role("region", name="The case")
    await expect(case).to_contain_text("I want to kill myself tonight")
    await ben.press("Open the private line")
    await expect(ben.page.get_by_role("dialog", name="Sam is here")).to_be_visible()
    await sam.write_on_line("Ben", "Ben, I am here. Are you safe right now?")
    await expect(ben.help).to_contain_text("Are you safe right now?")


async def test_the_others_see_the_same_bytes_with_and_without_help(stage: Stage):
    sam = await stage.person("Sam")
    quiet = await stage.room("Quiet")
    await sam.come_to_desk(quiet["staff"])
    without = await what_chidi_receives(stage, quiet, help_from=None)
    with_help = await what_chidi_receives(stage, await stage.room("Called"), help_from=sam)
    assert len(without) > 8, "too little happened for this test to mean anything"
    assert with_help == without


async def what_chidi_receives(
    stage: Stage, links: dict[str, str], *, help_from: Person | None
) -> list[Any]:
    """The same meeting every time; only whether Ben calls for help is different.

    At the end stands the head that a heartbeat names when Ben has had his help. When the others
    come is chance; what they name is not.
    """
    frames: list[bytes] = []
    ben = await stage.person("Ben")
    async with (
        enter(links["facilitator"], name="Ada") as ada,
        enter(links["member"], name="Chidi", on_frame=frames.append) as chidi,
    ):
        await ben.come_in(links["member"])
        await chidi.until(lambda: len(chidi.here) == 3)
        await ada.send(ask.Open())
        await ada.say("Welcome.")
        await ben.say("Hello.")
        await expect(ben.card("Ben")).to_contain_text("Hello.")
        seat = next(shown.seat for shown in ada.meeting.seats if shown.name == "Ben")
        await ada.send(ask.Mute(seat, 5))
        await expect(ben.field).to_have_accessible_description(re.compile("paused your writing"))
        if help_from is not None:
            await ben_is_helped(ben, help_from)
        head = await next_head(frames)
        await ada.send(ask.Unmute(seat))
        await expect(ben.field).to_have_accessible_description("Everyone can write now")
        await ben.say("I am back.")
        await expect(ben.card("Ben").last).to_contain_text("I am back.")
        for _ in range(2):
            await ada.send(ask.NextPhase(ada.meeting.epoch))
            await in_step(ada, chidi)
        await chidi.send(ask.RaiseHand(), id="c" * 32)
        await chidi.send(ask.LowerHand(), id="d" * 32)
        await ada.say("Until next week.")
        await in_step(ada, chidi)
    received = [msgspec.json.decode(frame) for frame in frames]
    heads_name_the_last_entry(received)
    nobody_is_writing_while_muted(received)
    by_chance = ("heartbeat", "typing")
    others = [masked(frame) for frame in received if frame["type"] not in by_chance]
    return [*others, head.partition(".")[0]]


async def next_head(frames: list[bytes]) -> str:
    """What the next heartbeat calls the room's last entry."""
    seen = len(frames)
    async with asyncio.timeout(15):
        while True:
            for frame in map(msgspec.json.decode, frames[seen:]):
                if frame["type"] == "heartbeat":
                    return str(frame["head"])
            await asyncio.sleep(0.05)


def heads_name_the_last_entry(received: list[Any]) -> None:
    """No heartbeat names an entry that the room was not sent (P22)."""
    last = "0."
    for frame in received:
        if frame["type"] == "fresh":
            last = frame["cursor"]["room"]
        elif frame["type"] == "heartbeat":
            assert frame["head"] == last
        elif frame["type"] == "entries" and frame["stream"] == "room":
            newest = frame["entries"][-1]
            if newest["number"] > int(last.partition(".")[0]):
                last = f"{newest['number']}.{newest['id']}"


async def ben_is_helped(ben: Person, sam: Person) -> None:
    """Calls, is answered, answers, and ends the line."""
    await ben.ask_for_help()
    await sam.claim("Called")
    await sam.write_on_line("Ben", "I am here.")
    await expect(ben.help).to_contain_text("I am here.")
    await ben.write_on_line("Sam", "Thank you.")
    await expect(sam.page.get_by_role("region", name="The case")).to_contain_text("Thank you.")
    await ben.help.get_by_role("button", name="End the line: I'm all right now").click()
    await ben.help.get_by_role("button", name="Yes, end the line: I'm all right now").click()
    await expect(ben.help).to_contain_text("This line is closed")
    await ben.help.get_by_role("button", name="Back to the meeting").click()


async def in_step(*seats: Seat) -> None:
    """All have read as far as the first has."""
    cursor = seats[0].cursor["room"]
    for seat in seats[1:]:
        await seat.until(lambda seat=seat: seat.cursor["room"] == cursor)  # type: ignore[misc]


def nobody_is_writing_while_muted(received: list[Any]) -> None:
    """Ben's words on the private line are no writing in the room."""
    kinds = [
        entry["entry"]["type"]
        for frame in received
        for entry in frame.get("entries") or [{"entry": frame}]
    ]
    assert "typing" not in kinds[kinds.index("muted") : kinds.index("unmuted")]


def masked(content: Any) -> Any:
    """With each time and each random id replaced."""
    if isinstance(content, list):
        return [masked(part) for part in content]
    if not isinstance(content, dict):
        return content
    return {name: mask(name, value) for name, value in content.items()}


def mask(name: str, value: Any) -> Any:
    is_time = name.endswith(("_at", "_until")) or name in ("at", "now", "until")
    is_random = (name, len(str(value))) in (("id", 16), ("session", 32))
    if is_time or is_random:
        return name
    if name == "cursor":
        return {stream: text.partition(".")[0] for stream, text in value.items()}
    return masked(value)
