"""Who presses Help is answered, in each engine: the line to staff, and the way out of everything."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engines.stage import Stage


async def test_help_reaches_the_desk_and_both_write(stage: Stage):
    links = await stage.room("Evening group")
    sam, ben = await stage.people("Sam", ("Ben", "phone"))
    await asyncio.gather(sam.come_to_desk(links.staff), ben.come_in(links.member))
    await ben.press("Help")
    await ben.help.says("Ask staff for help?")
    await ben.help.inner("link", re.compile("116 123")).is_in_sight()
    await ben.looks("question")
    await ben.help.button("Ask for help now").click()
    await ben.help.says("Staff have been called")

    await sam.press(re.compile("^Claim"))
    await ben.thing("dialog", "Sam is here").is_there()
    await ben.thing("textbox", "To Sam").type("It is a hard night.")
    await ben.help.button("Send").click()
    case = sam.thing("region", "The case")
    await case.says("It is a hard night.")
    await case.inner("textbox").type("I am here. What happened?")
    await case.button("Send").click()
    await ben.help.says("I am here. What happened?")
    await asyncio.gather(ben.looks("line"), sam.looks("line"))
    await ben.help.button("Back to the meeting").click()
    await ben.field.is_there()
    await ben.thing("link", "Leave now").click()
    await ben.until(ben.address, lambda where: where.endswith("/left"), "another page")
    await ben.main.says("You can close this tab.")
