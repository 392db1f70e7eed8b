"""The parts of a meeting besides open talk and hands: readings, one line each, a round, names, an urgent lane."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import settings
from tests.browser.fit import fits_at_any_size
from tests.browser.five import Wire, go_to, moment, notice, room_of, seats
from tests.browser.stage import Stage
from tests.browser.test_access import tab_to
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator

    from chatroom.client import Seat
    from tests.browser.stage import Person
    from tests.processes import ServerProcess

FAST = 10
"""The half minute in which the next is named is three seconds here."""

OURS = """
id = "our-evening"
title = "Our evening"

[[phases]]
id = "readings"
title = "Readings"
minutes = 4
speak = "reader"
slots = [
    {title = "Who we are", text = "We meet to listen.\\nNobody has to speak."},
    {title = "After the readings", role = "facilitator", text = "Thank you to whoever read."},
]

[[phases]]
id = "newcomers"
title = "New here"
minutes = 2
speak = "self_id"
reactions = ["welcome"]

[[phases]]
id = "round"
title = "Round"
minutes = 20
speak = "round"
turn = 2

[[phases]]
id = "names"
title = "By name"
minutes = 20
speak = "tag"
turn = 3

[[phases]]
id = "sharing"
title = "Sharing"
minutes = 20
speak = "queue"
turn = 3
urgent = "beside"
"""


@pytest.fixture
async def evening(stage: Stage, ours: str) -> dict[str, str]:
    """A room that meets by the organisation's own format."""
    return await room_of(stage, "Evening", ours)


@pytest.fixture(scope="module")
async def ours(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A format of the organisation's own, kept by whoever runs the server; its id."""
    file = tmp_path_factory.mktemp("ours") / "ours.toml"
    file.write_text(OURS, "utf-8")
    program = (sys.executable, "-m", "chatroom.cli", "format", "add", str(file))
    database = f"sqlite:///{server.database}"
    added = await asyncio.create_subprocess_exec(
        *program, env={**os.environ, "DATABASE_URL": database}, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await added.communicate()
    assert added.returncode == 0
    return told.decode().strip()


async def take_floor(ada: Seat, seat: Seat) -> None:
    """A hand, an invitation and a yes."""
    await seat.send(ask.RaiseHand())
    await ada.until(lambda: seat.seat in ada.meeting.hands)
    await ada.send(ask.Invite(ada.meeting.epoch, seat.seat))
    await seat.until(lambda: seat.meeting.invited == seat.seat)
    await seat.send(ask.Accept(seat.meeting.epoch))
    await ada.until(lambda: ada.meeting.holder == seat.seat)


def the_round(person: Person) -> Locator:
    return person.under("The round")


# Readings


async def test_a_reader_posts_the_groups_own_text_and_reads_on(
    stage: Stage, evening: dict[str, str]
):
    ada, ben, chidi = (
        await stage.person("Ada"),
        await stage.person("Ben", phone=True),
        await stage.person("Chidi"),
    )
    await ada.come_in(evening["facilitator"])
    await ben.come_in(evening["member"])
    await chidi.come_in(evening["member"])
    await ada.press("Open meeting")
    # While nobody reads, the facilitators do; the text is theirs to post.
    await expect(chidi.field).to_have_accessible_description(re.compile("This part is for the"))
    mine = ada.under("For this part")
    await mine.filter(has_text="Who we are").locator("summary").click()
    await expect(mine.filter(has_text="Who we are")).to_contain_text("Nobody has to speak.")
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Reader").click()

    await expect(ben.field).to_have_accessible_description(re.compile("^You read"))
    await expect(chidi.field).to_have_accessible_description(re.compile("^Ben reads"))
    to_read = ben.under("To read in this part")
    # What a facilitator says afterwards is not the reader's.
    await expect(to_read).to_have_count(1)
    await to_read.get_by_text("To read: Who we are").click()
    await expect(to_read).to_contain_text("We meet to listen.")
    await ben.is_accessible("a text to be read")
    await fits_at_any_size(ben, "a text to be read")
    await moment(ben, "f-reader")
    await ben.press("Post this reading: Who we are")
    for person in (ada, chidi):
        await expect(person.log).to_contain_text("Nobody has to speak.")
    await expect(to_read.get_by_text("To read: Who we are")).to_be_focused()
    await ben.say("That is where I stop.")
    await expect(chidi.card("Ben")).to_contain_text("That is where I stop.")
    await expect(chidi.under("To read in this part")).to_have_count(0)
    await chidi.say("May I read, too?")
    await expect(chidi.refusal).to_contain_text("Your words are kept until you can send them.")
    await expect(chidi.field).to_have_value("May I read, too?")

    await mine.filter(has_text="After the readings").locator("summary").click()
    await ada.press("Post this card: After the readings")
    posted = mine.filter(has_text="After the readings").get_by_role("status")
    await expect(posted).to_have_text("After the readings is posted.")
    await expect(chidi.log).to_contain_text("Thank you to whoever read.")
    # With the part the text is gone from who reads.
    await ada.press("Next: New here")
    await expect(to_read).to_have_count(0)


# One line each


async def test_all_introduce_themselves_in_one_short_line(stage: Stage, evening: dict[str, str]):
    ben, chidi = await stage.person("Ben", phone=True), await stage.person("Chidi")
    async with enter(evening["facilitator"], name="Ada") as ada:
        await go_to(ada, "newcomers")
        await ben.come_in(evening["member"])
        await chidi.come_in(evening["member"])
        await expect(ben.field).to_have_accessible_description(
            re.compile("If you like, introduce yourself in one short line.")
        )
        await expect(ben.button("Raise hand")).to_be_hidden()
        await ben.say("I am Ben, and this is my story. " * 20)
        await expect(ben.refusal).to_contain_text("One short line is enough here.")
        await expect(ben.field).to_have_value(re.compile("this is my story"))
        await ben.say("Ben, my first evening.")
        await expect(chidi.card("Ben")).to_contain_text("Ben, my first evening.")
        await expect(ben.refusal).to_be_hidden()
        await expect(ben.field).to_have_accessible_description(re.compile("Your line is in."))
        await ben.say("And one more thing.")
        await expect(ben.refusal).to_contain_text("Your words are kept until you can send them.")
        await expect(ben.field).to_have_value("And one more thing.")
        # Another's line is not used up by that, and a welcome goes under the first.
        await chidi.card("Ben").get_by_role("button", name="React").click()
        await chidi.card("Ben").get_by_role("button", name=re.compile("Welcome")).click()
        await expect(ben.card("Ben")).to_contain_text("Welcome")
        await chidi.say("Chidi, glad to be here.")
        await expect(ben.card("Chidi")).to_contain_text("glad to be here")


# A round


async def test_fc_28_a_round_asks_each_in_turn_and_who_comes_late_last(
    stage: Stage, evening: dict[str, str]
):
    ben, chidi = await stage.person("Ben"), await stage.person("Chidi", phone=True)
    ed = await stage.person("Ed")
    async with enter(evening["facilitator"], name="Ada") as ada:
        await go_to(ada, "newcomers")
        await ben.come_in(evening["member"])
        await chidi.come_in(evening["member"])
        async with seats(evening["member"], "Dana") as (dana,):
            await dana.send(ask.Listen(on=True))
            await ada.send(ask.NextPhase(ada.meeting.epoch))
            await expect(ben.floor).to_contain_text("Would you like to share?")
            await expect(chidi.floor).to_contain_text("Ben is invited")
            await expect(chidi.floor).to_contain_text("in the round")
            # Whoever listens today is not asked, and the facilitators come last.
            await expect(the_round(ben).locator(".name")).to_have_text(["Ben", "Chidi", "Ada"])
            await expect(ben.page.get_by_text("each is asked in turn").first).to_be_visible()
            await ed.come_in(evening["member"])
            names = ["Ben", "Chidi", "Ada", "Ed"]
            await expect(the_round(ben).locator(".name")).to_have_text(names)
            await expect(ed.floor).to_contain_text("in the round")
            # In a round nobody has raised a hand.
            await expect(ed.page.get_by_text("Now: Round, about")).to_be_visible()
            await expect(ed.page.get_by_text("hands are up")).to_have_count(0)

            await ben.press("Pass")
            await expect(chidi.floor).to_contain_text("Would you like to share?")
            await expect(the_round(ben).locator(".name")).to_have_text(names[1:])
            await chidi.press("Accept")
            await expect(chidi.floor).to_contain_text("You have the floor")
            await chidi.say("A week with one bad evening in it.")
            await expect(ed.card("Chidi")).to_contain_text("one bad evening")
            await chidi.press("Done")
            await ada.until(lambda: ada.meeting.invited == ada.seat)
            await ada.send(ask.Pass(ada.meeting.epoch))
            await expect(ed.floor).to_contain_text("Would you like to share?")
            await ed.press("Pass")
            await expect(ben.floor).to_contain_text("Everybody has been asked.")
            assert dana.seat not in {ada.meeting.holder, ada.meeting.invited, *ada.meeting.hands}


async def test_fc_28_whoever_would_rather_not_leaves_the_round_before_being_asked(
    stage: Stage, evening: dict[str, str]
):
    ben, chidi = await stage.person("Ben"), await stage.person("Chidi", phone=True)
    async with enter(evening["facilitator"], name="Ada") as ada:
        await go_to(ada, "newcomers")
        await ben.come_in(evening["member"])
        await chidi.come_in(evening["member"])
        await ada.send(ask.NextPhase(ada.meeting.epoch))
        await expect(ben.floor).to_contain_text("Would you like to share?")
        await chidi.press("Not this round")
        await expect(the_round(ben).locator(".name")).to_have_text(["Ben", "Ada"])
        await ben.press("Pass")
        await ada.until(lambda: ada.meeting.invited == ada.seat)
        # It is no farewell: a hand asks to be taken in again, at the end.
        await chidi.press("Raise hand")
        await expect(the_round(ben).locator(".name")).to_have_text(["Ada", "Chidi"])
        # Nor can all be lowered, where nobody has raised a hand: one can be left out.
        mo = await stage.person("Mo")
        await mo.come_in(evening["facilitator"])
        await expect(mo.button("Close queue")).to_be_visible()
        await expect(mo.button("Lower every hand")).to_be_hidden()
        async with mo.acts_on("Chidi") as acts:
            await acts.get_by_role("button", name="Take out of the round").click()
        await expect(the_round(ben).filter(has_text="Chidi")).to_have_count(0)


# By name


async def test_fc_28_the_holder_names_the_next_and_a_name_that_can_not_be_is_told(
    stage: Stage, evening: dict[str, str]
):
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    wire = Wire()
    await wire.put_on(ben)
    await ada.come_in(evening["facilitator"])
    await ben.come_in(evening["member"])
    async with (
        enter(evening["facilitator"], name="Mo") as mo,
        seats(evening["member"], "Chidi", "Dana") as (chidi, dana),
    ):
        await go_to(mo, "names")
        await ben.press("Raise hand")
        await ada.press("Invite Ben")
        await ben.press("Accept")
        await chidi.send(ask.RaiseHand())
        await expect(ada.waiting).to_have_count(1)
        # The holder says who is next; a facilitator can end the turn, and no more than that.
        await expect(ada.button("End turn")).to_be_visible()
        await expect(ada.button(re.compile("End turn, invite"))).to_have_count(0)
        await ben.say("Names are hard for me.")
        await ben.press("Done")
        await expect(ben.floor).to_contain_text("Would you like to name who is next?")
        await expect(notice(ada, "Ben may name who is next, for half a minute")).to_be_visible()
        await expect(ada.button("Invite Chidi")).to_have_count(0)
        await expect(ada.floor).to_contain_text("Ben may name who is next.")
        await moment(ada, "f-naming")

        # Ben's page does not know yet that Chidi would rather listen.
        naming = ben.page.locator("#naming")
        # Whose hand is up comes first.
        await expect(naming.get_by_role("button")).to_have_text(["Chidi", "Mo", "Ada", "Dana"])
        wire.hold()
        await chidi.send(ask.Listen(on=True))
        await mo.until(lambda: any(one.listening for one in mo.meeting.seats))
        await naming.get_by_role("button", name="Chidi").click()
        await wire.holds("they_listen")
        wire.let_go()
        await expect(ben.refusal).to_contain_text("They are here to listen today.")
        await expect(naming.get_by_role("button")).to_have_text(["Mo", "Ada", "Dana"])
        await moment(ben, "f-refused-name")
        await tab_to(ben, naming.get_by_role("button", name="Dana"))
        await ben.page.keyboard.press("Enter")
        await dana.until(lambda: dana.meeting.invited == dana.seat)
        await expect(naming).to_be_hidden()
        await expect(ben.page.locator("body")).not_to_be_focused()
        await expect(notice(ada, "may name")).to_be_hidden()


@pytest.fixture
async def fast(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A stage on a server whose clock runs."""
    folder = tmp_path_factory.mktemp("fast")
    async with serving(folder, **settings(), TIME_SPEED=str(FAST)) as server:
        stage = Stage(browser, server)
        yield stage
        await stage.close()


async def test_fc_28_after_half_a_minute_without_a_name_the_chair_chooses(fast: Stage):
    evening = await room_of(fast, "Names", "clean-time-60")
    ada, ben = await fast.person("Ada"), await fast.person("Ben")
    await ada.come_in(evening["facilitator"])
    await ben.come_in(evening["member"])
    async with (
        enter(evening["facilitator"], name="Mo") as mo,
        seats(evening["member"], "Chidi", "Dana") as (chidi, dana),
    ):
        await go_to(mo, "sharing")
        await take_floor(mo, chidi)
        await dana.send(ask.RaiseHand())
        await expect(ada.waiting).to_have_count(1)
        await chidi.send(ask.Done(chidi.meeting.epoch))
        await expect(notice(ada, "Chidi may name who is next")).to_be_visible()
        await expect(ada.button("Invite Dana")).to_have_count(0)
        await ada.press("Invite Dana")  # Waits until it is there.
        await dana.until(lambda: dana.meeting.invited == dana.seat)
        await expect(notice(ada, "may name")).to_be_hidden()
        await expect(ben.floor).to_contain_text("Dana is invited")


# The urgent lane


async def test_burning_desire_stands_beside_help_and_is_not_to_be_taken_for_it(
    stage: Stage, evening: dict[str, str]
):
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    await ada.come_in(evening["facilitator"])
    async with (
        enter(evening["facilitator"], name="Mo") as mo,
        seats(evening["member"], "Chidi", "Dana") as (chidi, dana),
    ):
        await go_to(mo, "sharing")
        await ben.come_in(evening["member"])
        await chidi.send(ask.RaiseHand())
        await dana.send(ask.RaiseHand())
        urgent = ben.button("Burning desire")
        aid = ben.main.get_by_role("button", name="Help")
        await ben.is_in_sight(urgent)
        await ben.is_in_sight(aid)
        for scheme in ("light", "dark"):
            await ben.page.emulate_media(color_scheme=scheme)
            one, other = await look_of(urgent), await look_of(aid)
            differing = [name for name in one if one[name] != other[name]]
            assert {"color", "backgroundColor", "borderStyle", "borderRadius"} <= {*differing}
        box, beside = await urgent.bounding_box(), await aid.bounding_box()
        assert box is not None
        assert beside is not None
        apart = beside["x"] >= box["x"] + box["width"] + 8 or beside["y"] >= box["y"] + 44 + 8
        assert apart, f"a finger could take one for the other: {box}, {beside}"
        await moment(ben, "f-urgent")
        await fits_at_any_size(ben, "a burning desire")

        # A closed queue is open to it (FC-26), and nobody is called for help by it.
        await ada.press("Close queue")
        await expect(ben.button("Raise hand")).to_be_hidden()
        await urgent.click()
        await expect(ada.waiting.first).to_contain_text("Ben")
        await expect(ada.waiting.first).to_contain_text("burning desire")
        await expect(ben.floor).to_contain_text("You are next")
        await expect(urgent).to_be_hidden()
        await expect(ben.help).to_be_hidden()
        await aid.click()
        await expect(ben.help).to_be_visible()
        await expect(ada.waiting).to_have_count(3)


async def look_of(button: Locator) -> dict[str, str]:
    found: dict[str, str] = await button.evaluate("""(element) => {
      const { color, backgroundColor, borderStyle, borderRadius } = getComputedStyle(element)
      return { color, backgroundColor, borderStyle, borderRadius }
    }""")
    return found
