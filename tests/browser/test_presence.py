"""Who is writing is seen by the others and not for long; a private line by nobody; a reload is no absence."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.browser.stage import Stage

WRITING = "Ben is writing…"


async def test_who_writes_to_the_room_is_seen_writing_until_the_words_are_there(stage: Stage):
    links = await stage.room("Evening group")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ben.field.press_sequentially("Not")
    await ada.press("Open meeting")
    await expect(ben.log).to_contain_text("Gathering has begun")
    await expect(ada.main).not_to_contain_text(WRITING)
    await ben.field.press_sequentially(" yet")
    await expect(ada.main).to_contain_text(WRITING)
    await expect(ben.main).not_to_contain_text("is writing")
    await ada.shoot("7-writing")
    await ben.say("Now it is.")
    await expect(ada.card("Ben")).to_contain_text("Now it is.")
    await expect(ada.main).not_to_contain_text(WRITING)


async def test_a_private_line_is_written_unseen(stage: Stage):
    links = await stage.room("Evening group")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    await ben.press("To the facilitators")
    await ben.field.press_sequentially("Between us")
    await ben.press("Send")
    await expect(ada.log).to_contain_text("Between us")
    await expect(ada.main).not_to_contain_text(WRITING)


async def test_who_reloads_was_never_gone(stage: Stage):
    links = await stage.room("Evening group")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await expect(ada.here).to_have_count(2)
    await ada.page.evaluate(
        """() => {
          window.gone = false
          const people = document.querySelector("#people")
          const look = () => (window.gone ||= people.textContent.includes("not connected"))
          new MutationObserver(look).observe(people, { childList: true, subtree: true, characterData: true })
        }"""
    )
    await ben.page.reload()
    await expect(ben.here).to_have_count(2)
    await asyncio.sleep(1.5)
    assert await ada.page.evaluate("window.gone") is False
