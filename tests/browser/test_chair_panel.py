"""The panel of whoever holds a meeting: every act of it, at a desk and on a phone, by finger and by key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from chatroom.client import enter
from moderation.meeting import commands as ask
from tests.browser.conftest import settings
from tests.browser.five import (
    Wire,
    go_to,
    knock,
    line,
    moment,
    notice,
    press_both,
    room_of,
    seats,
    wrong,
)
from tests.browser.stage import Stage
from tests.browser.test_access import tab_to
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from chatroom.client import Seat
    from tests.browser.stage import Person

FAST = 60
"""A minute of the meeting is a second here."""


@pytest.fixture
async def quick(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A stage on a server on which two minutes are twenty seconds."""
    folder = tmp_path_factory.mktemp("quick")
    async with serving(folder, **settings(), TIME_SPEED="6") as server:
        stage = Stage(browser, server)
        yield stage
        await stage.close()


@pytest.fixture
async def fast(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A stage on a server whose clock runs."""
    folder = tmp_path_factory.mktemp("fast")
    async with serving(folder, **settings(), TIME_SPEED=str(FAST)) as server:
        stage = Stage(browser, server)
        yield stage
        await stage.close()


# What is done every minute


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_fc_05_15_what_happens_every_minute_is_one_tap(stage: Stage, phone: bool):
    links = await room_of(stage, "Every minute")
    ada = await stage.person("Ada", phone=phone)
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ada.press("Next: Opening")
    await ada.press("Next: Sharing")
    async with seats(links["member"], "Ben", "Chidi") as (ben, chidi):
        await ben.send(ask.RaiseHand())
        await chidi.send(ask.RaiseHand())
        await ada.press("Invite Ben")
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        await expect(ada.floor).to_contain_text("Ben is invited")
        await ben.send(ask.Accept(ben.meeting.epoch))
        await expect(ada.floor).to_contain_text("Ben has the floor")

        await ada.press(re.compile(r"^\+1 min"))
        await ben.until(lambda: ben.meeting.turn_extra == 60)
        await ada.press("Pause")
        await ben.until(lambda: ben.meeting.paused_at is not None)
        await expect(notice(ada, "The meeting is paused")).to_be_visible()
        await ada.is_in_sight(ada.button("Go on"))
        await ada.press("Go on")
        await ben.until(lambda: ben.meeting.paused_at is None)
        for name in ("Pause", "End turn", "End turn, invite Chidi"):
            await ada.is_in_sight(ada.button(name))

        # One step of the floor ends the turn and invites the next (FC-07).
        epoch = ben.meeting.epoch
        await ada.press("End turn, invite Chidi")
        await chidi.until(lambda: chidi.meeting.invited == chidi.seat)
        assert chidi.meeting.epoch == epoch + 1
        await ada.press("Take invitation back")
        await chidi.until(lambda: chidi.meeting.invited is None)
        # Whoever had the floor last may have it back (FC-10).
        await ada.press("Give it back to Ben")
        await ben.until(lambda: ben.meeting.holder == ben.seat)
        await ada.press("End turn")
        await ben.until(lambda: ben.meeting.holder is None)
        await ada.is_in_sight(ada.button("Next: Closing"))
        await ada.press("Next: Closing")
        await ben.until(lambda: ben.meeting.phase == 3)


async def test_fc_26_the_queue_is_put_in_order_lowered_and_closed(stage: Stage):
    links = await room_of(stage, "Order")
    ada = await stage.person("Ada")
    await ada.come_in(links["facilitator"])
    names = ("Ben", "Chidi", "Dana", "Ed", "Fay", "Gus", "Hal", "Ida")
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], *names) as members,
    ):
        await go_to(mo, "sharing")
        for member in members[:3]:
            await member.send(ask.RaiseHand())
        await expect(ada.waiting).to_have_count(3)
        await expect(ada.page.get_by_text("About 15 min of hands, 35 left.")).to_be_visible()

        async with ada.acts_on("Dana") as dana:
            await expect(dana).to_contain_text("The hand is number 3 of 3.")
            up = dana.get_by_role("button", name="Move up")
            await tab_to(ada, up)
            await ada.page.keyboard.press("Enter")
            await expect(dana).to_contain_text("The hand is number 2 of 3.")
            await expect(up).to_be_focused()
            await ada.page.keyboard.press("Enter")
            await expect(dana).to_contain_text("The hand is number 1 of 3.")
            await expect(up).to_be_disabled()
            await dana.get_by_role("button", name="Move down").click()
            await expect(dana).to_contain_text("The hand is number 2 of 3.")
            assert mo.meeting.hands == tuple(
                member.seat for member in (members[0], members[2], members[1])
            )
            await dana.get_by_role("button", name="Lower the hand").click()
            await expect(dana.get_by_role("button", name="Move up")).to_be_hidden()
        await expect(ada.waiting).to_have_count(2)

        for member in members[2:]:
            await member.send(ask.RaiseHand())
        asked = ada.page.get_by_text("The hands that wait take about 40 min, and 35 are left.")
        await expect(asked).to_be_visible()
        await moment(ada, "p-close-the-queue")
        # However far down somebody looks, what happens every minute stays on the screen.
        await ada.page.get_by_text("End the meeting now").click()
        await expect(ada.button("Close the meeting for everyone")).to_be_in_viewport()
        await ada.is_in_sight(ada.button("Pause"))
        await ada.press("Close the queue")
        await mo.until(lambda: not mo.meeting.queue_open)
        await expect(asked).to_be_hidden()
        await ada.press("Open queue")
        await mo.until(lambda: mo.meeting.queue_open)
        await ada.press_twice("Lower every hand")
        await expect(ada.waiting).to_have_count(0)


async def test_fc_05_17_what_befell_a_hand_stays_to_be_read(stage: Stage):
    links = await room_of(stage, "Hands")
    ada = await stage.person("Ada")
    await ada.come_in(links["facilitator"])
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], "Ben", "Chidi") as (ben, chidi),
    ):
        await go_to(mo, "sharing")
        await ben.send(ask.RaiseHand())
        await chidi.send(ask.RaiseHand())
        await ada.press("Invite Ben")
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        await ben.send(ask.NotYet(ben.meeting.epoch))
        words = "Ben was asked and did not take the floor; the hand waits at the end."
        await expect(ada.page.get_by_text(words)).to_be_visible()
        await expect(ada.waiting.first).to_contain_text("Chidi")
        await expect(ada.status("Ben is not ready yet.")).to_be_attached()
        # What comes and goes in the queue is not read aloud.
        await ben.send(ask.LowerHand())
        await expect(ada.waiting).to_have_count(1)
        await expect(ada.status(re.compile("hand|queue", re.IGNORECASE))).to_have_count(0)


# After a race


async def test_fc_07_08_the_loser_of_a_race_reads_what_is_so_and_no_error(stage: Stage):
    links = await room_of(stage, "Race")
    ada = await stage.person("Ada")
    wire = Wire()
    await wire.put_on(ada)
    await ada.come_in(links["facilitator"])
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], "Ben", "Chidi", "Dana") as (ben, chidi, dana),
    ):
        await ada.press("Open meeting")
        await go_to(mo, "sharing")
        for member in (ben, chidi, dana):
            await member.send(ask.RaiseHand())
        await expect(ada.waiting).to_have_count(3)
        await mo.until(lambda: len(mo.meeting.hands) == 3)

        # Ada does not know yet what Mo did.
        wire.hold()
        await mo.send(ask.Invite(mo.meeting.epoch))
        await ada.waiting.filter(has_text="Chidi").get_by_role("button", name="Invite").click()
        await wire.holds("floor_busy")
        wire.let_go()
        await expect(line(ada)).to_have_text("Ben was invited by the co-chair.")
        await expect(ada.floor).to_contain_text("Ben is invited")
        await expect(ada.refusal).to_be_hidden()
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        await moment(ada, "p-race-lost")
        await ben.send(ask.Accept(ben.meeting.epoch))
        await expect(ada.floor).to_contain_text("Ben has the floor")

        # The holder says done, and Ada presses next: one step, and the later of the two is no error.
        await ben.until(lambda: ben.meeting.holder == ben.seat)
        epoch = ben.meeting.epoch
        wire.hold()
        await ben.send(ask.Done(epoch))
        await ada.press("End turn, invite Chidi")
        await wire.holds("stale_epoch")
        wire.let_go()
        await expect(ada.floor).to_contain_text("The floor is free")
        await expect(line(ada)).to_have_text("The meeting had just moved on.")
        await expect(ada.refusal).to_be_hidden()
        await ben.until(lambda: ben.caught_up)
        assert ben.meeting.epoch == epoch + 1


# People


async def test_fc_23_the_chair_is_handed_over_and_offered_back(stage: Stage):
    links = await room_of(stage, "Chair")
    ada, mo = await stage.person("Ada"), await stage.person("Mo", phone=True)
    await ada.come_in(links["facilitator"])
    await mo.come_in(links["facilitator"])
    await ada.press("Open meeting")
    async with ada.acts_on("Mo") as acts:
        await press_both(acts, "Offer the chair to Mo")
    await expect(notice(ada, "The chair is offered to Mo.")).to_be_visible()
    await expect(notice(mo, "Ada offers you the chair.")).to_be_visible()
    await moment(mo, "p-offered")
    await mo.press("Not now")
    await expect(notice(ada, "The chair is offered")).to_be_hidden()
    async with ada.acts_on("Mo") as acts:
        await press_both(acts, "Offer the chair to Mo")
    await mo.press("Take the chair")
    await expect(ada.here.filter(has_text="Mo")).to_contain_text("chair")
    await expect(ada.here.filter(has_text="Ada")).to_contain_text("co-chair")
    # Both still hold the meeting.
    await expect(ada.button("Next: Opening")).to_be_visible()
    await mo.press("Next: Opening")
    await expect(ada.button("Next: Sharing")).to_be_visible()


# The door


async def test_who_waits_at_the_door_is_let_in_or_turned_away(stage: Stage):
    links = await room_of(stage, "Lobby", door="knock")
    ada = await stage.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    petra, otto = await stage.person("Petra"), await stage.person("Otto")
    for person in (petra, otto):
        person.forgive(r"status of 40[0-9]")
        await knock(person, links["address"])
    await expect(notice(ada, "2 people wait at the door.")).to_be_visible()
    await moment(ada, "p-lobby")
    async with ada.people():
        await expect(ada.under("At the door")).to_have_count(2)
        await ada.press("Turn away Otto")
    # Of one alone the notice has the act.
    await expect(notice(ada, "Petra waits at the door.")).to_be_visible()
    await ada.press("Admit Petra now")
    await expect(petra.floor).to_be_visible(timeout=20_000)
    await expect(notice(ada, "at the door")).to_be_hidden()
    await expect(otto.page.get_by_text("can't let you into this meeting")).to_be_visible(
        timeout=20_000
    )


# What is posted


async def test_a_card_goes_out_after_a_look_at_it(stage: Stage):
    links = await room_of(stage, "Cards", "discussion-60")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ada.press("Next: Opening and welcome")
    await ben.come_in(links["member"])
    card = ada.under("For this part").filter(has_text="Who we are stays here")
    await card.locator("summary").click()
    await expect(card).to_contain_text("A first name is enough.")
    await moment(ada, "p-card")
    await card.get_by_role("button", name="Post this card").click()
    # At the button, and nowhere else.
    await expect(card.get_by_role("status")).to_have_text("Who we are stays here is posted.")
    await expect(ada.page.locator(".chair-line:not(:empty)")).to_have_count(0)
    await expect(ben.log).to_contain_text("A first name is enough.")

    await ada.page.get_by_text("Topic and announcements").click()
    words = ada.page.get_by_label("In your own words")
    await words.fill("Asking for help before the last minute")
    await ada.press("Post as topic")
    await expect(
        ada.page.get_by_text("Pinned: Asking for help before the last minute")
    ).to_be_visible()
    await expect(words).to_have_value("")
    own = ada.page.get_by_role("group").filter(has=words)
    await expect(own.get_by_role("status")).to_have_text("The topic is posted.")
    await expect(card.get_by_role("status")).to_have_text("")
    await expect(
        ben.page.get_by_text("Asking for help before the last minute").first
    ).to_be_visible()
    await words.fill("Next week we meet an hour later.")
    await ada.press("Post as announcement")
    await expect(ben.log).to_contain_text("Next week we meet an hour later.")


# Time


async def test_fc_29_the_overrun_is_told_with_the_phases_that_lose_it(fast: Stage):
    links = await room_of(fast, "Late")
    ada = await fast.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ada.press("Next: Opening")
    over = notice(ada, re.compile(r"^Opening is \d+ minutes? over\. Sharing loses (it|them)\.$"))
    await expect(over).to_be_visible()
    await expect(ada.button("Next: Sharing")).to_be_visible()
    await moment(ada, "p-over")


async def test_cm_18_of_who_was_removed_it_is_said_what_can_be_done_and_no_longer(quick: Stage):
    links = await room_of(quick, "Removed")
    ada = await quick.person("Ada")
    await ada.come_in(links["facilitator"])
    async with seats(links["member"], "Ben") as (ben,):
        await ada.press("Open meeting")
        await ben.until(lambda: ben.meeting.opened_at is not None)
        async with ada.acts_on("Ben") as acts:
            await expect(acts).to_contain_text("It holds until this meeting ends")
            await acts.get_by_role("button", name="Remove Ben from this meeting").click()
            await acts.get_by_role("button", name="Yes, remove Ben from this meeting").click()
        await ada.page.get_by_text("Taken out of this meeting").click()
        gone = ada.page.get_by_role("list", name="Taken out")
        purge = gone.get_by_role("button", name="Take out what Ben wrote in the last 2 minutes")
        await expect(purge).to_be_visible()
        await expect(ada.floor).to_contain_text("ask to come in from another browser")
        await expect(purge).to_be_hidden(timeout=30_000)
        await expect(gone).to_contain_text("Ben")


async def test_fc_24_a_quiet_room_has_the_chair_to_be_taken(fast: Stage):
    links = await room_of(fast, "Quiet")
    ada = await fast.person("Ada")
    await ada.come_in(links["facilitator"])
    async with seats(links["member"], "Ben") as (ben,):
        await ada.press("Open meeting")
        await ben.until(lambda: ben.meeting.opened_at is not None)
        await ada.page.goto("about:blank")
        await ben.until(lambda: ben.meeting.is_quiet, within=30.0)
        await ada.page.goto(links["address"])
        # It is not snatched back: whoever comes back is asked, and may take it later, too.
        await expect(notice(ada, "The room is quiet")).to_be_visible()
        await moment(ada, "p-quiet")
        await expect(ada.page.locator("[data-leaving]")).to_have_count(0)  # The offer's own row.
        await ada.rests()
        await ada.press("Take the chair")
        await ben.until(lambda: not ben.meeting.is_quiet)
        await expect(notice(ada, "The room is quiet")).to_be_hidden()


# By everybody


async def test_a_meeting_is_held_by_the_keyboard_alone(stage: Stage):
    links = await room_of(stage, "Keys")
    ada = await stage.person("Ada")
    await ada.come_in(links["facilitator"])
    async with seats(links["member"], "Ben", "Chidi") as (ben, chidi):
        for name in ("Open meeting", "Next: Opening", "Next: Sharing"):
            await by_key(ada, name)
        await ben.send(ask.RaiseHand())
        await chidi.send(ask.RaiseHand())
        await expect(ada.waiting).to_have_count(2)
        await by_key(ada, "Invite Ben")
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        await expect(ada.page.locator("body")).not_to_be_focused()
        await ben.send(ask.Accept(ben.meeting.epoch))
        await by_key(ada, "Pause")
        await ben.until(lambda: ben.meeting.paused_at is not None)
        await by_key(ada, "Go on")
        await ben.until(lambda: ben.meeting.paused_at is None)
        await by_key(ada, "End turn, invite Chidi")
        await chidi.until(lambda: chidi.meeting.invited == chidi.seat)
        await expect(ada.page.locator("body")).not_to_be_focused()

        more = ada.here.filter(has_text="Chidi").get_by_role("button", name="More for Chidi")
        await tab_to(ada, more)
        await ada.page.keyboard.press("Enter")
        sheet = ada.page.get_by_role("dialog", name="Chidi", exact=True)
        await tab_to(ada, sheet.get_by_role("button", name="Mute Chidi: no reason given"))
        await ada.page.keyboard.press("Enter")
        await chidi.until(lambda: muted(chidi))
        # What was pressed is gone: the focus is in the sheet still, and goes back to where it came from.
        await expect(sheet.locator(":focus")).to_have_count(1)
        await ada.page.keyboard.press("Escape")
        await expect(more).to_be_focused()


async def by_key(person: Person, name: str) -> None:
    await tab_to(person, person.button(name))
    await person.page.keyboard.press("Enter")


def muted(seat: Seat) -> bool:
    return any(view.seat == seat.seat and view.muted_until for view in seat.meeting.seats)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_axe_finds_nothing_in_the_panel(stage: Stage, phone: bool):
    links = await room_of(stage, "Axe", "discussion-60")
    ada = await stage.person("Ada", phone=phone)
    await ada.come_in(links["facilitator"])
    async with (
        enter(links["facilitator"], name="Mo") as mo,
        seats(links["member"], "Ben", "Chidi") as (ben, chidi),
    ):
        await ada.press("Open meeting")
        await go_to(mo, "sharing")
        await ben.send(ask.RaiseHand())
        await chidi.send(ask.RaiseHand())
        await mo.send(ask.Invite(mo.meeting.epoch, ben.seat))
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        await ben.send(ask.NotYet(ben.meeting.epoch))
        await chidi.send(ask.Accept(await invited(chidi)))
        async with ada.people():
            async with ada.acts_on("Chidi"):
                await ada.is_accessible("the sheet of a person")
                await ada.fits()
            async with wrong(ada):
                await ada.is_accessible("what there is where something is wrong")
                await ada.fits()
            await ada.page.get_by_text("End the meeting now").click()
            await ada.page.locator(".chair-cards summary").first.click()
            await ada.page.get_by_text("Topic and announcements").click()
            await ada.is_accessible("the panel, unfolded")
            await ada.fits()
        await ada.is_accessible("the panel")
        await ada.fits()


async def invited(seat: Seat) -> int:
    """The epoch of an invitation that came by itself."""
    await seat.until(lambda: seat.meeting.invited == seat.seat)
    return seat.meeting.epoch
