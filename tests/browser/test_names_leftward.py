"""Names that are written from right to left: the sentences around them keep their order."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.browser.stage import Stage

NOA = "נועה ל."
OMAR = "عمر"
MARKS = "\u2068\u2069"

# Where the words of an element stand: the left edge of each that was asked for, in its reading order.
PLACES = """(element, words) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const places = []
  let from = 0
  for (let node = walker.nextNode(); node !== null && places.length < words.length; node = walker.nextNode()) {
    for (let at; places.length < words.length && (at = node.data.indexOf(words[places.length], from)) >= 0; ) {
      const range = document.createRange()
      range.setStart(node, at)
      range.setEnd(node, at + words[places.length].length)
      const { left, top } = range.getBoundingClientRect()
      places.push([Math.round(top), Math.round(left)])
      from = at + 1
    }
    from = 0
  }
  return places
}"""


async def reads(element: Locator, *words: str) -> None:
    """The words are seen from left to right, row by row, as an English sentence is read."""
    await expect(element).to_contain_text(words[-1])
    places = await element.evaluate(PLACES, list(words))
    assert len(places) == len(words), f"{words} in {await element.text_content()!r}"
    rows = [(round(top / 12), left) for top, left in places]
    assert rows == sorted(rows), f"{words} stand at {places}"


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_a_name_from_right_to_left_turns_no_sentence_of_the_room_round(
    stage: Stage, phone: bool
):
    links = await stage.room("Names")
    omar, noa, ben = (
        await stage.person(OMAR),
        await stage.person(NOA),
        await stage.person("Ben", phone=phone),
    )
    await omar.come_in(links["facilitator"])
    await ben.come_in(links["member"])
    more = ben.floor.locator(".more")
    await reads(more, OMAR, "will open", "it.")
    await noa.come_in(links["member"])

    await omar.press("Open meeting")
    for phase in ("Opening", "Sharing"):
        await omar.press(re.compile(f"Next: {phase}"))
    await noa.press("Raise hand")
    await reads(more, "Next:", NOA)
    await omar.press(re.compile(f"^Invite .?{NOA}"))
    main = ben.floor.locator(".main")
    await reads(main, NOA, "is invited")
    await noa.press("Accept")
    await reads(main, NOA, "has the floor")
    await expect(ben.page.locator("#aloud")).to_have_text(f"\u2068{NOA}\u2069 has the floor.")
    await noa.say("I am here")
    await expect(ben.log.get_by_role("heading", name=re.compile(NOA))).to_be_visible()
    await ben.shoot("w-leftward")

    await noa.press("To the facilitators")
    await noa.say("A word to you")
    head = omar.log.locator(".private h3")
    await reads(head, NOA, ", to", "the facilitators")
    await noa.rests()
    await noa.press("Change my name")
    await expect(noa.page.locator("#new-name")).to_have_value(NOA)
    await noa.page.locator("#new-name").fill("נועה")
    await noa.press("Save")
    await reads(ben.log.locator(".phase span").last, NOA, "goes by", "נועה", "now")
    assert MARKS[0] not in await noa.page.locator("#new-name").input_value()


async def test_a_name_from_right_to_left_turns_no_sentence_of_the_desk_round(stage: Stage):
    links = await stage.room("Desk")
    noa, sam, kim = await stage.person(NOA), await stage.person(OMAR), await stage.person("Kim")
    await asyncio.gather(sam.come_to_desk(links["staff"]), kim.come_to_desk(links["staff"]))
    await noa.come_in(links["member"])
    await noa.ask_for_help()
    await sam.claim("Desk")
    await reads(noa.page.locator("#help-title"), OMAR, "is here")
    await reads(kim.case("Desk"), OMAR, "has it; first word due")
    await sam.shoot("w-leftward-desk")
