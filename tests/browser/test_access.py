"""Readable and usable by everybody: axe, the keyboard alone, other colours, strange words, slow lines."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Locator, expect

from chatroom.client import Seat, enter
from moderation.meeting import commands as ask
from tests.browser.stage import DESK, PHONE
from tests.payloads import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Route, ViewportSize, WebSocket

    from tests.browser.stage import Person, Stage

TURNED: ViewportSize = {"width": 640, "height": 360}
LIGHTEST = 60_000
# What is there when the page has been empty for longer than a tick of its clock.
LEFT = """new Promise((resolve) =>
  new MutationObserver(() => document.body.firstChild === null && setTimeout(() => resolve({
    elements: document.body.childElementCount,
    state: history.state,
    title: document.title,
  }), 1_200)).observe(document.body, { childList: true }))"""
# What the page has asked for before it has loaded; nobody waits for what it asks for then.
FIRST = """() => {
  const [page] = performance.getEntriesByType("navigation")
  const files = performance.getEntriesByType("resource")
  return [page, ...files.filter(({ startTime }) => startTime < page.loadEventStart)].map(({ name }) => name)
}"""
STRANGE = (
    "<img src=x onerror=alert(1)>",
    "<3 you all, 2 < 3 & 5 > 4",
    "<script>alert(1)</script>",
    "&lt;b&gt; stays as it is",
    "שלום לכולם, אני כאן",
    "👩‍👩‍👧‍👦 and 🇳🇬",
)
MARKED = """We meet **an hour later** <img src=x onerror=alert(1)> \\*\\*

1. gather
2. share

[The way](https://example.org/way)"""


async def test_axe_finds_nothing_in_a_room(stage: Stage):
    links = await stage.room("Axe")
    ben, ada = await stage.person("Ben"), await stage.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    await ben.open(links["member"])
    name = ben.page.get_by_role("textbox", name="Your name")
    await expect(name).to_be_visible()
    await ben.is_accessible("door")
    await name.fill("Ben")
    await ben.press("Come in")
    await ada.press("Open meeting")
    await ben.say("Hello.")
    await ada.press("Next: Opening")
    await expect(ben.log).to_contain_text("Opening has begun")
    await ben.say("May I?")
    await expect(ben.refusal).to_be_visible()
    await ben.is_accessible("refused")
    await ben.field.fill("")
    await ada.press("Next: Sharing")
    await ben.press("Raise hand")
    await expect(ben.floor).to_contain_text("You are next")
    await ben.is_accessible("member")
    await ada.is_accessible("facilitator at a phone")
    async with ada.people():
        await ada.is_accessible("the sheet")
        await ada.fits()
    await ada.press("Invite Ben")
    await ben.press("Accept")
    await ben.say("One line.")
    await ben.card("Ben").last.get_by_role("button", name="Options for your words").click()
    await ben.is_accessible("holder")
    await ben.fits()
    async with ada.people(), ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Mute Ben: no reason given").click()
    # That line stays open to who is muted, and is what Send is for.
    await ben.say("May I?")
    private = ben.log.get_by_role("article", name="Private line from You")
    await expect(private).to_contain_text("May I?")
    await ben.is_accessible("muted, with a private line")


async def test_axe_finds_nothing_where_help_is(stage: Stage):
    links = await stage.room("Axe and help")
    ben, sam = await stage.person("Ben"), await stage.person("Sam")
    await asyncio.gather(ben.come_in(links["member"]), sam.open(links["staff"]))
    await expect(sam.button("Come to the desk")).to_be_visible()
    await sam.is_accessible("the desk's door")
    await sam.come_in_to_desk()
    await ben.button("Help").click()
    await ben.is_accessible("Help asks")
    await ben.help.get_by_role("button", name="Ask for help now").click()
    await expect(ben.help).to_contain_text("Staff have been called")
    await ben.is_accessible("Help")
    await expect(sam.case("Axe and help")).to_be_visible()
    await sam.is_accessible("desk with a case")
    await sam.claim("Axe and help")
    await sam.write_on_line("Ben", "I am here.")
    await expect(ben.help).to_contain_text("I am here.")
    await ben.is_accessible("Help, answered")
    await sam.is_accessible("desk with a line")
    await sam.fits()


@pytest.mark.parametrize(("path", "words"), [
    ("/rooms/nowhere", "This door opens with an invitation"),
    ("/enter", "needs an invitation link"),
    ("/enter#wrong", "does not open a room"),
    ("/left", "You can close this tab"),
])  # fmt: skip
async def test_axe_finds_nothing_outside(stage: Stage, path: str, words: str):
    eve = await stage.person("Eve", phone=True)
    eve.forgive(r"status of 40[0-9]")
    await eve.open(stage.origin + path)
    await expect(eve.main).to_contain_text(words)
    await eve.is_accessible(path)
    await eve.fits()


async def test_a_whole_turn_by_the_keyboard_alone(stage: Stage):
    links = await stage.room("Keys")
    ben = await stage.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await until_sharing(ada)
        await ben.open(links["member"])
        name = ben.page.get_by_role("textbox", name="Your name")
        await expect(name).to_be_visible()
        # Out comes first, then what there is to do.
        await ben.page.keyboard.press("Tab")
        await expect(ben.page.get_by_role("link", name="Leave now")).to_be_focused()
        await tab_to(ben, name)
        await ben.page.keyboard.type("Ben")
        await ben.page.keyboard.press("Enter")
        await expect(ben.main).to_be_focused()
        await tab_to(ben, ben.button("Raise hand"))
        await ben.page.keyboard.press("Enter")
        await ada.until(lambda: bool(ada.meeting.hands))
        await ada.send(ask.Invite(ada.meeting.epoch))
        await tab_to(ben, ben.button("Accept"))
        await ben.page.keyboard.press("Enter")
        await expect(ben.floor).to_contain_text("You have the floor")
        await tab_to(ben, ben.field)
        await ben.page.keyboard.type("I came by keyboard.")
        await ben.page.keyboard.press("Shift+Enter")
        await ben.page.keyboard.type("Two lines, one message.")
        await ben.page.keyboard.press("Enter")
        await expect(ben.card("Ben")).to_contain_text("I came by keyboard.")
        await tab_to(ben, ben.button("Done"))
        await ben.page.keyboard.press("Space")
        await expect(ben.floor).to_contain_text("The floor is free")
        # Help, there and back.
        await tab_to(ben, ben.button("Help"))
        await ben.page.keyboard.press("Enter")
        await expect(ben.help.get_by_role("button", name="Ask for help now")).to_be_focused()
        await ben.page.keyboard.press("Escape")
        await expect(ben.button("Help")).to_be_focused()
        # And out.
        await ben.page.reload()
        await ben.page.keyboard.press("Tab")
        await ben.page.keyboard.press("Enter")
        await expect(ben.page).to_have_url(re.compile("/left$"))


async def test_the_focus_is_not_lost_when_a_button_goes(stage: Stage):
    links = await stage.room("Focus")
    ben = await stage.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await until_sharing(ada)
        await ben.come_in(links["member"])
        await ben.press("Raise hand")
        await ada.until(lambda: bool(ada.meeting.hands))
        await ada.send(ask.Invite(ada.meeting.epoch))
        await tab_to(ben, ben.button("Accept"))
        await ben.page.keyboard.press("Enter")
        await expect(ben.floor).to_contain_text("You have the floor")
        await expect(ben.page.locator("body")).not_to_be_focused()


async def test_motion_and_colours_are_the_readers_choice(stage: Stage):
    links = await stage.room("Colours")
    ben = await stage.person("Ben")
    await ben.page.emulate_media(reduced_motion="reduce", forced_colors="active")
    async with enter(links["facilitator"], name="Ada") as ada:
        await until_sharing(ada)
        await ben.come_in(links["member"])
        await ben.press("Raise hand")
        await ada.until(lambda: bool(ada.meeting.hands))
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ben.press("Accept")
        await ben.say("I read this in my own colours.")
        await expect(ben.card("Ben")).to_contain_text("my own colours")
        assert await ben.page.evaluate("document.getAnimations().length") == 0
        await ben.shoot("a-forced-colours")


async def test_the_end_of_the_talk_stays_in_sight_when_the_window_changes(stage: Stage):
    links = await stage.room("Turned")
    ben = await stage.person("Ben")
    async with enter(links["facilitator"], name="Ada") as ada:
        await ada.send(ask.Open())
        await ben.come_in(links["member"])
        first, last = ben.log.get_by_text("Line 0:"), ben.log.get_by_text("That was all.")
        for number in range(12):
            await ada.say(
                f"Line {number}: " + "and so on, as it goes when somebody has much to say " * 3
            )
            # Whoever reads where the meeting is, is left there by many lines at once.
            await expect(ben.log.get_by_text(f"Line {number}:")).to_be_in_viewport()
        await ada.say("That was all.")
        await expect(last).to_be_in_viewport(ratio=1)
        for size in (PHONE, TURNED, DESK, TURNED, PHONE, DESK):
            await ben.page.set_viewport_size(size)
            await expect(last).to_be_in_viewport(ratio=1)
        # Whoever reads further up is left there.
        await first.scroll_into_view_if_needed()
        await ben.page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
        for size in (PHONE, DESK):
            await ben.page.set_viewport_size(size)
            await expect(last).not_to_be_in_viewport()
        await ada.say("One more.")
        await expect(ben.button("New lines below")).to_be_visible()
        await ben.press("New lines below")
        await expect(ben.log.get_by_text("One more.")).to_be_in_viewport(ratio=1)
        await expect(ben.button("New lines below")).to_be_hidden()


async def test_leave_now_waits_for_nobody(stage: Stage):
    links = await stage.room("Leave")
    ben = await stage.person("Ben")
    sockets: list[WebSocket] = []
    ben.page.on("websocket", lambda socket: sockets.append(socket))
    slow = asyncio.Event()

    async def answers_late(route: Route) -> None:
        await slow.wait()
        await route.continue_()

    async with enter(links["facilitator"], name="Ada") as ada:
        await ada.send(ask.Open())
        await ben.come_in(links["member"])
        await ben.ask_for_help()
        await expect(ben.help.get_by_role("textbox")).to_be_visible()
        await ben.field.fill("Somebody comes up the stairs")
        await ada.until(lambda: len(ada.here) == 2)
        await ada.send(ask.Close())
        await expect(ben.floor).to_contain_text("The meeting has ended")
        await ben.page.route(re.compile("/left$|/session/end$"), answers_late)
        # The page is empty at once and hears nothing more, however long the next one takes.
        left = asyncio.create_task(ben.page.evaluate(LEFT))
        await ben.page.get_by_role("link", name="Leave now").click(no_wait_after=True)
        assert await left == {"elements": 0, "state": None, "title": "\u2060"}
        assert [socket.is_closed() for socket in sockets] == [True, True]
        slow.set()
        await expect(ben.page).to_have_url(re.compile("/left$"))


async def test_cm_24_a82_a85_strange_words_are_shown_as_they_were_written(stage: Stage):
    links = await stage.room("Words")
    ben = await stage.person("Ben", phone=True)
    async with enter(links["facilitator"], name="<b>Ada</b>") as ada:
        await ada.send(ask.Open())
        await ben.come_in(links["member"])
        for text in STRANGE:
            await ada.say(text)
        long = "Donau" * 60
        await ada.say(long)
        for part in PARTS:
            await ada.say(part)
        lines = ben.card("<b>Ada</b>").get_by_role("paragraph")
        await expect(lines).to_have_text([*STRANGE, long, *PARTS])
        await expect(ben.log.locator("img, script, b, svg, iframe, a")).to_have_count(0)
        rtl = lines.filter(has_text="שלום")
        await expect(rtl).to_have_css("direction", "rtl")
        await ben.shoot("a-strange-words")
        # What a facilitator posts may be marked up: by a few elements, each made by its name (CM-24).
        await ada.send(ask.Post("announcement", MARKED))
        posted = ben.log.get_by_role("article", name="Announcement, from <b>Ada</b>")
        await expect(posted.locator("strong")).to_have_text("an hour later")
        await expect(posted.locator("ol > li")).to_have_text(["gather", "share"])
        link = posted.get_by_role("link", name="The way (https://example.org/way)", exact=True)
        await expect(link).to_have_attribute("href", "https://example.org/way")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await expect(posted).to_contain_text("<img src=x onerror=alert(1)> **")
        await expect(posted.locator("img")).to_have_count(0)
        await posted.scroll_into_view_if_needed()
        await ben.shoot("a-marked")
        await ben.is_accessible("marked words")
        (number,) = await posted.locator(".share").evaluate_all(
            "(rows) => rows.map((row) => Number(row.dataset.number))"
        )
        await ada.send(ask.Redact(number))
        await expect(posted).to_contain_text("These words were taken back.")
        await expect(posted.locator(".marked")).to_have_count(0)


async def test_the_rooms_page_is_light(stage: Stage, tell: Callable[[str], None]):
    links = await stage.room("Light")
    ben = await stage.person("Ben", phone=True)
    await ben.come_in(links["member"])
    wire = await ben.page.context.new_cdp_session(ben.page)
    asked: dict[str, str] = {}
    sizes: dict[str, float] = {}
    counted = asyncio.Event()

    def ask_for(event: dict[str, Any]) -> None:
        asked[event["requestId"]] = event["request"]["url"]

    def count(event: dict[str, Any]) -> None:
        if event["requestId"] in asked:  # And not what the page before was still waiting for.
            sizes[asked[event["requestId"]]] = event["encodedDataLength"]
            counted.set()

    wire.on("Network.requestWillBeSent", ask_for)
    wire.on("Network.loadingFinished", count)
    await wire.send("Network.enable")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await ben.page.reload()
    await expect(ben.floor).to_contain_text("The meeting has not begun yet")
    needed = set(await ben.page.evaluate(FIRST))
    # The guard of taps and the line to staff come when there is a room to be seen.
    late = {"aim.js", "case-line.js"}
    async with asyncio.timeout(30):
        while not (needed <= sizes.keys() and late <= {url.rsplit("/", 1)[-1] for url in sizes}):
            counted.clear()
            await counted.wait()
    assert not late & {url.rsplit("/", 1)[-1] for url in needed}
    first = [sizes[url] for url in needed]
    tell(
        f"a cold load of the room's page: {sum(first) / 1000:.1f} KB in {len(first)} requests,"
        f" {sum(sizes.values()) / 1000:.1f} KB with what comes after it"
    )
    assert len(first) > 5, "too few requests were seen for this test to mean anything"
    assert sum(first) < LIGHTEST


async def until_sharing(ada: Seat) -> None:
    await ada.send(ask.Open())
    for _ in range(2):
        await ada.send(ask.NextPhase(ada.meeting.epoch))
        await ada.until(lambda: ada.caught_up)


async def tab_to(person: Person, target: Locator) -> None:
    """Presses Tab until it is there, as somebody without a mouse does; once around at most."""
    # A button that has just changed its meaning takes no press for a moment, and says so.
    await expect(target).to_be_enabled()
    for _ in range(50):
        if await target.evaluate("(element) => element === document.activeElement"):
            # Whoever goes by keyboard sees where they are.
            outline = await target.evaluate("(e) => e.matches(':focus-visible')")
            assert outline, f"{target} has the focus and does not show it"
            return
        await person.page.keyboard.press("Tab")
    raise AssertionError(f"{person.name} can't reach {target} by keyboard")
