"""Back closes what lies over the page; Leave now and Help stay in reach over every sheet, by tap and by Tab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.stage import DESK, PHONE

if TYPE_CHECKING:
    from tests.browser.stage import Person, Stage

OVER = "history.state?.over ?? 0"
CLOSED_AND_OPENED = """() => {
  document.querySelector(".help-head button").click()
  document.querySelector(".bar [data-help]").click()
}"""
OUTSIDE = """() => {
  const { activeElement: it, body } = document
  return it === body || it.closest(".help-panel") ? "" : it.textContent || it.id
}"""


async def in_the_room(stage: Stage, name: str) -> Person:
    links = await stage.room(name)
    ben = await stage.person("Ben", phone=True)
    await ben.open(f"{stage.origin}/left")  # What Back would lead to.
    await ben.come_in(links["member"])
    return ben


async def test_back_closes_help_and_does_not_leave_the_meeting(stage: Stage):
    ben = await in_the_room(stage, "Back from Help")
    await ben.button("Help").click()
    await expect(ben.help).to_be_visible()
    await ben.page.go_back()
    await expect(ben.help).to_be_hidden()
    await expect(ben.field).to_be_visible()

    # Forward leads to what is closed by now: nothing opens, and Back still leaves when nothing is open.
    await ben.page.go_forward()
    await expect(ben.field).to_be_visible()
    await expect(ben.help).to_be_hidden()
    await ben.comes_true(f"({OVER}) === 0")

    await ben.button("Help").click()
    await ben.help.get_by_role("button", name="Back to the meeting").click()
    await ben.comes_true(f"({OVER}) === 0")
    await ben.page.go_back()
    await expect(ben.page).to_have_url(re.compile("/left$"))


async def test_what_is_closed_and_opened_again_at_once_stays_open_and_back_closes_it(stage: Stage):
    ben = await in_the_room(stage, "At once")
    await ben.button("Help").click()
    await ben.page.evaluate(CLOSED_AND_OPENED)
    await ben.comes_true(f"({OVER}) === 1")
    await expect(ben.help).to_be_visible()
    await ben.page.wait_for_timeout(600)  # A step back is the reader's own again.
    await ben.help.get_by_role(
        "heading"
    ).first.click()  # Browsers pass over what nobody has touched.
    await ben.page.go_back()
    await expect(ben.help).to_be_hidden()
    await expect(ben.field).to_be_visible()


async def test_back_closes_the_sheet_and_help_out_of_a_sheet_is_one_step(stage: Stage):
    ben = await in_the_room(stage, "Back from a sheet")
    sheet = ben.page.get_by_role("dialog", name="People and agenda")
    await ben.floor.get_by_role("button", name="People").click()
    await expect(sheet).to_be_visible()
    await ben.page.go_back()
    await expect(sheet).to_be_hidden()

    await ben.floor.get_by_role("button", name="People").click()
    await sheet.get_by_role("button", name="Help").click()
    await expect(sheet).to_be_hidden()
    await expect(ben.help).to_be_visible()
    await ben.page.go_back()
    await expect(ben.help).to_be_hidden()
    await expect(ben.field).to_be_visible()


async def test_a_reload_inside_help_leaves_a_page_that_back_leaves(stage: Stage):
    ben = await in_the_room(stage, "Reload in Help")
    await ben.field.fill("Not sent yet.")
    await ben.button("Help").click()
    await ben.page.reload()
    await expect(ben.field).to_have_value("Not sent yet.")
    await expect(ben.help).to_be_hidden()
    await ben.comes_true(f"({OVER}) === 0")
    await expect(ben.field).to_have_value("Not sent yet.")
    await ben.page.go_back()
    await expect(ben.page).to_have_url(re.compile("/left$"))


async def test_leave_now_and_help_come_first_in_a_sheet_by_tap_and_by_tab(stage: Stage):
    ben = await in_the_room(stage, "Reach")
    sheet = ben.page.get_by_role("dialog", name="People and agenda")
    await ben.floor.get_by_role("button", name="People").click()
    out, aid = (sheet.get_by_role("button", name=name) for name in ("Leave now", "Help"))
    for button in (out, aid, sheet.get_by_role("button", name="Back", exact=True)):
        await ben.is_in_sight(button)
    await ben.page.keyboard.press("Tab")
    await expect(out).to_be_focused()
    await ben.page.keyboard.press("Tab")
    await expect(aid).to_be_focused()
    await ben.shoot_as_it_is("b-sheet", "phone")
    await out.click()
    await expect(ben.page).to_have_url(re.compile("/left$"))


async def test_a109_after_leave_now_over_a_sheet_no_step_leads_back_into_the_room(stage: Stage):
    ben = await in_the_room(stage, "Gone")
    await ben.button("Help").click()
    await ben.page.go_back()  # A place of Help's lies ahead by now.
    await expect(ben.help).to_be_hidden()
    await ben.floor.get_by_role("button", name="People").click()
    sheet = ben.page.get_by_role("dialog", name="People and agenda")
    await sheet.get_by_role("button", name="Leave now").click()
    await expect(ben.page.get_by_text("You can close this tab")).to_be_visible()
    length = await ben.page.evaluate("history.length")
    for step in (1, 1, 1, -1, -1, -1):
        await ben.page.evaluate("(step) => history.go(step)", step)
        await ben.page.wait_for_timeout(150)
        assert "/rooms/" not in ben.page.url, (step, length)


async def test_help_is_the_second_step_of_the_keyboard(stage: Stage):
    ben = await in_the_room(stage, "Keys to Help")
    await ben.page.evaluate("document.activeElement.blur()")
    await ben.page.reload()
    await expect(ben.field).to_be_visible()
    await ben.page.keyboard.press("Tab")
    await expect(ben.page.get_by_role("link", name="Leave now")).to_be_focused()
    await ben.page.keyboard.press("Tab")
    await expect(ben.page.get_by_role("link", name="Help now")).to_be_focused()
    await ben.page.keyboard.press("Enter")
    await expect(ben.help.get_by_role("button", name="Ask for help now")).to_be_focused()


async def test_behind_help_on_a_phone_nothing_is_reached_by_tab_and_beside_it_at_a_desk_all_is(
    stage: Stage,
):
    ben = await in_the_room(stage, "Behind Help")
    await ben.button("Help").click()
    await expect(ben.help).to_be_visible()
    outside = await tabbed_to(ben, 14)
    assert outside <= {"Skip to the main part", "Leave now", "Help now"}, outside

    await ben.page.set_viewport_size(DESK)
    await expect(ben.field).to_be_in_viewport()
    await ben.field.click()
    await expect(ben.field).to_be_focused()
    await expect(ben.help).to_be_visible()

    await ben.page.set_viewport_size(PHONE)
    await ben.help.get_by_role("button", name="Back to the meeting").click()
    await ben.field.click()
    await expect(ben.field).to_be_focused()


async def tabbed_to(person: Person, steps: int) -> set[str]:
    """What has the focus outside of Help while somebody goes on with Tab."""
    found: set[str] = set()
    for _ in range(steps):
        await person.page.keyboard.press("Tab")
        found.add(await person.page.evaluate(OUTSIDE))
    return found - {""}
