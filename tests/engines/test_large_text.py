"""Large text by the browser's own setting, on a phone of 320 px: nothing of what matters is out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engines.person import Person
    from tests.engines.stage import Stage


@pytest.mark.parametrize("text", [24, 32])
async def test_at_large_text_help_send_and_the_way_out_stay_in_sight(stage: Stage, text: int):
    links = await stage.room("Evening group")
    ada = await stage.person("Ada")
    ben = await stage.person("Ben", phone=True, text=text)
    await ada.come_in(links.facilitator)
    await ben.open(links.member)
    await ben.button("Come in").is_there()
    size = await ben.driver.script(
        "return parseFloat(getComputedStyle(document.documentElement).fontSize)"
    )
    assert size == text, "the page does not take the size of the settings"
    await ben.looks(f"{text}-door")
    await ben.come_in(links.member)
    await ada.press("Open meeting")
    await ben.field.is_described("Everyone can write now")
    await ada.say("Welcome, everybody. Take your time, and breathe.")
    await ben.lines.says("Welcome")
    await help_and_the_way_out_are_in_sight(ben)
    for thing in (ben.field, ben.main.button("Send")):
        await thing.is_in_reach()
    await help_and_the_way_out_are_in_sight(ben)
    await ben.looks(f"{text}-room")

    await ben.press("Help")
    await ben.help.button("Ask for help now").is_in_reach()
    await ben.looks(f"{text}-help")
    await ben.help.button("Ask for help now").click()
    await ben.help.says("Nobody is at the desk")
    for thing in (ben.help.inner("textbox"), ben.help.button("Send")):
        await thing.is_in_reach()
    await ben.thing("link", "Leave now").is_in_sight()
    await ben.looks(f"{text}-line")


async def help_and_the_way_out_are_in_sight(person: Person) -> None:
    """Without scrolling, wherever one has scrolled to."""
    await person.button("Help").is_in_sight()
    await person.thing("link", "Leave now").is_in_sight()
