"""A tap does what it was aimed at, or nothing: by finger, by mouse and by key, on every page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.five import go_to, knock, notice, room_of, seats, wrong
from tests.browser.test_access import tab_to

if TYPE_CHECKING:
    from playwright.async_api import FloatRect, Locator

    from chatroom.client import Seat
    from tests.browser.stage import Person, Stage

QUICK = 0.12
"""Seconds between the two taps of one finger."""
# Another act lies there, and then it does not.
LIES_OVER = """({ x, y, width, height }) => {
  window.over = document.createElement("button")
  over.textContent = "Another act"
  over.style.cssText = `position: fixed; z-index: 9; left: ${x}px; top: ${y}px; width: ${width}px; height: ${height}px`
  document.body.append(over)
  addEventListener("pointerdown", () => console.info("tapped", performance.now() - goneAt), true)
}"""
GOES = "over.remove(), window.goneAt = performance.now()"
# What had the focus goes, the page brings the focus on, and a key is struck in that very moment.
STRUCK = """(act) => {
  const gone = document.createElement("button")
  document.body.append(gone)
  gone.focus()
  gone.remove()
  act.focus()
  act.click()
  window.struckAt = performance.now()
}"""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_fc_10_a_double_tap_on_admit_lets_one_in_and_ends_nobodys_turn(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Twice", door="members")
    ada = await stage.person("Ada", phone=phone)
    await ada.come_in(links["facilitator"])
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], "Ben", "Chidi") as (ben, chidi),
    ):
        await go_to(mo, "sharing")
        await ben.send(ask.RaiseHand())
        await chidi.send(ask.RaiseHand())
        await mo.send(ask.Invite(mo.meeting.epoch, ben.seat))
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        await ben.send(ask.Accept(ben.meeting.epoch))
        await expect(ada.button("End turn")).to_be_visible()
        petra = await stage.person("Petra")
        petra.forgive(r"status of 40[0-9]")
        await knock(petra, links["address"])
        admit = ada.button("Admit Petra now")
        await expect(admit).to_be_visible()
        await twice(ada, admit)
        await expect(petra.floor).to_be_visible(timeout=20_000)
        await expect(notice(ada, "at the door")).to_have_count(0)
        await asyncio.sleep(QUICK)  # What a second tap would have sent is answered by then.
        await mo.until(lambda: mo.caught_up)
        assert mo.meeting.holder == ben.seat, "nobody's turn has ended"
        assert mo.meeting.paused_at is None


async def test_what_comes_under_a_finger_takes_no_tap_for_a_moment(stage: Stage):
    """Not only a second tap is held back, but any that meets what was not there to be aimed at."""
    links = await room_of(stage, "Slides")
    ada = await stage.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    async with seats(links["member"], "Ben") as (ben,):
        await hold_the_floor(ada, ben)
        pause = ada.button("Pause")
        place = await box(pause)
        await ada.page.evaluate(LIES_OVER, place)
        assert await uncovered_and_tapped(ada, place), "this test needs a tap within the moment"
        await expect(pause).to_be_enabled()  # It said that it took none.
        await ben.until(lambda: ben.caught_up)
        assert ben.meeting.paused_at is None
        await pause.tap()
        await ben.until(lambda: ben.meeting.paused_at is not None)


async def test_fc_10_end_turn_pressed_twice_ends_one_turn_and_gives_nothing_back(stage: Stage):
    links = await room_of(stage, "Ends once")
    ada = await stage.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    async with seats(links["member"], "Ben") as (ben,):
        await hold_the_floor(ada, ben)
        end = ada.button("End turn")
        place = await box(end)
        await twice(ada, end)
        await ben.until(lambda: ben.meeting.holder is None)
        back = ada.button("Give it back to Ben")
        await expect(back).to_be_visible()
        assert same_place(await box(back), place), "what undoes it stands where it stood"
        await ben.until(lambda: ben.caught_up)
        assert ben.meeting.holder is None
        # And a tap that is meant is taken.
        await back.tap()
        await ben.until(lambda: ben.meeting.holder == ben.seat)


async def test_a_key_that_is_held_or_struck_twice_is_one_press(stage: Stage):
    links = await room_of(stage, "Keys twice")
    ada = await stage.person("Ada")
    await ada.come_in(links["facilitator"])
    async with seats(links["member"], "Ben") as (ben,):
        await hold_the_floor(ada, ben)
        await tab_to(ada, ada.button("End turn"))
        for _ in range(2):
            await ada.page.keyboard.press("Enter")
            await asyncio.sleep(QUICK)
        await ben.until(lambda: ben.meeting.holder is None)
        # The focus was brought to what took its place, and the second stroke was not meant for it.
        await expect(ada.page.locator("body")).not_to_be_focused()
        await ben.until(lambda: ben.caught_up)
        assert ben.meeting.holder is None
        assert ben.meeting.paused_at is None

        await tab_to(ada, ada.button("Give it back to Ben"))
        await ada.page.keyboard.press("Enter")
        await ben.until(lambda: ben.meeting.holder == ben.seat)
        await tab_to(ada, ada.button("+1 min for this turn"))
        for _ in range(3):  # Down without up is a key that is held.
            await ada.page.keyboard.down("Enter")
        await ada.page.keyboard.up("Enter")
        await ben.until(lambda: ben.meeting.turn_extra > 0)
        await ben.until(lambda: ben.caught_up)
        assert ben.meeting.turn_extra == 60


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_a_key_that_did_nothing_says_so_and_the_next_stroke_is_taken(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Says so")
    ada = await stage.person("Ada", phone=phone)
    await ada.come_in(links["facilitator"])
    said = ada.status("That press did nothing: this had only just come here.")
    async with seats(links["member"], "Ben") as (ben,):
        await hold_the_floor(ada, ben)
        pause = ada.button("Pause")
        await pause.evaluate(STRUCK)
        await expect(said).to_be_in_viewport(ratio=1)  # A tap goes through it.
        await ada.shoot_as_it_is("key-did-nothing", "phone" if phone else "desk")
        await ben.until(lambda: ben.caught_up)
        assert ben.meeting.paused_at is None
        await ada.comes_true("performance.now() - struckAt > 400")
        await expect(pause).to_be_focused()
        await ada.page.keyboard.press("Enter")
        await ben.until(lambda: ben.meeting.paused_at is not None)
        await expect(said).to_have_count(0)

    # A sheet holds the page up: it is said there.
    async with ada.people(), wrong(ada) as acts:
        await acts.get_by_role("button", name="Lock the door").evaluate(STRUCK)
        await expect(acts.locator(said)).to_be_in_viewport(ratio=1)
        await expect(acts.get_by_role("button", name="Unlock the door")).to_have_count(0)


async def test_leave_now_and_help_take_every_tap(stage: Stage):
    links = await room_of(stage, "Always")
    ben = await stage.person("Ben", phone=True)
    await ben.come_in(links["member"])
    help_ = ben.main.get_by_role("button", name="Help", exact=True)
    leave = ben.page.get_by_role("link", name="Leave now")
    left = ben.page.get_by_text("You can close this tab")
    for act, comes in ((help_, ben.help), (leave, left)):
        place = await box(act)
        await ben.page.evaluate(LIES_OVER, place)
        assert await uncovered_and_tapped(ben, place), "this test needs a tap within the moment"
        await expect(comes).to_be_visible()


async def hold_the_floor(ada: Person, ben: Seat) -> None:
    await ada.press("Open meeting")
    await ada.press("Next: Opening")
    await ada.press("Next: Sharing")
    await ben.until(lambda: ben.meeting.phase == 2)
    await ben.send(ask.RaiseHand())
    await (ada.button("Invite Ben")).first.click()
    await ben.until(lambda: ben.meeting.invited == ben.seat)
    await ben.send(ask.Accept(ben.meeting.epoch))
    await expect(ada.button("End turn")).to_be_visible()
    await expect(ada.button("End turn")).to_be_enabled()


async def twice(person: Person, act: Locator) -> None:
    """Two taps at one place, as quick as a finger is, whatever lies there then."""
    await expect(act).to_be_enabled()
    place = await box(act)
    await tap_at(person, place)
    await asyncio.sleep(QUICK)
    await tap_at(person, place)


async def uncovered_and_tapped(person: Person, place: FloatRect) -> bool:
    """Whether the tap came while nobody could have aimed anew."""
    await person.page.evaluate(GOES)
    # Told at once: the page may be gone a moment later.
    async with person.page.expect_console_message(lambda told: "tapped" in told.text) as told:
        await tap_at(person, place)
    between = float((await told.value).text.split()[1])
    return 0 <= between < 400


async def tap_at(person: Person, place: FloatRect) -> None:
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    if person.phone:
        await person.page.touchscreen.tap(x, y)
    else:
        await person.page.mouse.click(x, y)


async def box(act: Locator) -> FloatRect:
    place = await act.bounding_box()
    assert place is not None, "it is to be seen"
    return place


def same_place(one: FloatRect, other: FloatRect) -> bool:
    """Whether a finger that is over the one is over the other: the card above may be a line higher."""
    x, y = other["x"] + other["width"] / 2, other["y"] + other["height"] / 2
    return one["x"] < x < one["x"] + one["width"] and one["y"] < y < one["y"] + one["height"]


# The stage itself


async def test_a_tap_of_the_stage_that_came_to_nothing_is_made_again(stage: Stage):
    ben = await stage.person("Ben")
    await ben.open(f"{stage.origin}/left")
    await ben.page.evaluate(
        """() => {
          const act = document.createElement("button")
          act.textContent = "Raise hand"
          let came = 0
          act.addEventListener("click", (event) => {
            came += 1
            if (came === 1) event.stopImmediatePropagation()
          })
          act.addEventListener("click", () => (act.textContent = `done at tap ${came}`))
          document.body.append(act)
        }"""
    )
    await ben.press("Raise hand")
    await expect(ben.button("done at tap 2")).to_be_visible()
