"""A meeting from the links to the close, in each engine that the house is read in."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from tests.engines.person import BETWEEN

if TYPE_CHECKING:
    from tests.engines.person import Person
    from tests.engines.stage import Stage


async def test_a_meeting_from_the_links_to_the_close(stage: Stage):
    links = await stage.room("Evening group")
    ada, ben, chidi = await stage.people("Ada", "Ben", ("Chidi", "phone"))
    await ada.come_in(links.facilitator)
    await asyncio.gather(ben.come_in(links.member), chidi.come_in(links.member))
    assert BETWEEN not in await ben.address(), "a secret stays in the address"

    await ada.press("Open meeting")
    said = []
    for person, words in (
        (ada, "Welcome, everybody."),
        (ben, "Hello from the late bus."),
        (chidi, "Good to be here."),
    ):
        await person.field.is_described("Everyone can write now")
        await person.say(words)
        said.append(words)
        await all_read(said, ada, ben, chidi)

    await ada.press("Next: Opening")
    await ada.log.says("Opening has begun")
    await ada.press("Next: Sharing")
    await ben.floor.says("The floor is free")
    await ben.press("Raise hand")
    await ben.floor.says("You are next")
    await ada.press("Invite Ben")
    await ben.floor.says("Would you like to share?")
    await ben.looks("invited")
    await ben.press("Accept")
    await ben.field.is_described(re.compile("^You have the floor"))
    await chidi.floor.says("Ben has the floor")
    for words in ("It was a long week.", "I called my sponsor twice."):
        await ben.say(words)
        said.append(words)
    await all_read(said, ada, ben, chidi)
    await asyncio.gather(*(person.looks("sharing") for person in (ada, ben, chidi)))

    await ben.field.type("I am still")
    await ben.reload()
    await ben.field.holds("I am still")
    await all_read(said, ben)
    await ben.field.is_described(re.compile("^You have the floor"))
    await ben.say(" here.")
    said.append("I am still here.")
    await all_read(said, ada, ben, chidi)
    await ben.press("Done")
    await chidi.floor.says("The floor is free")

    await ada.press("Next: Closing")
    await ada.log.says("Closing has begun")
    await ada.press("Next: After the meeting")
    await ada.log.says(re.compile("After the meeting( has begun)?$"))
    await ada.press("Close the meeting for everyone")
    await ada.press("Yes, close the meeting for everyone")
    for person in (ada, ben, chidi):
        await person.floor.says("The meeting has ended")
    await all_read(said, ada, ben, chidi)
    await asyncio.gather(*(person.looks("ended") for person in (ada, ben, chidi)))


async def test_a_lost_connection_comes_back_with_every_word_once(stage: Stage):
    links = await stage.room("Evening group")
    ada, ben = await stage.people("Ada", ("Ben", "phone"))
    await asyncio.gather(ada.come_in(links.facilitator), ben.come_in(links.member))
    await ada.press("Open meeting")
    await ben.field.is_described("Everyone can write now")
    await ben.say("Hello.")
    await all_read(["Hello."], ada, ben)

    stage.server.pause()
    await ben.say("Is anybody there?")
    await ben.thing("article", "Your words on their way").says("Sending…")
    await ben.field.type("and I was about to say")
    stage.server.kill9()
    await ben.main_status("Connection lost. Your words are kept.")
    await ben.looks("lost")
    await stage.server.start()
    said = ["Hello.", "Is anybody there?"]
    await all_read(said, ada, ben)
    await ben.thing("article", "Your words on their way").is_gone()
    await ben.field.holds("and I was about to say")
    await ben.reload()
    await all_read(said, ben)
    await ben.main.button("Send").click()
    await all_read([*said, "and I was about to say"], ada, ben)


async def all_read(lines: list[str], *people: Person) -> None:
    """Each line once, and all in one order."""
    for person in people:
        await person.lines.says_each(lines)
