"""What a facilitator does for one person, and where something is wrong in the room: in a sheet each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from moderation.meeting import commands as ask
from tests.browser.five import (
    close_meeting,
    line,
    moment,
    notice,
    panel,
    press_both,
    room_of,
    seats,
    wrong,
)

if TYPE_CHECKING:
    from tests.browser.stage import Stage


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_what_is_done_for_one_person_stands_in_a_sheet_with_their_name(
    stage: Stage, phone: bool
):
    links = await room_of(stage, "Sheet")
    ada, ben = await stage.person("Ada", phone=phone), await stage.person("Ben")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ben.come_in(links["member"])
    async with ada.people(), ada.acts_on("Ben") as acts:
        for group in ("Talk", "Quieten", "Seats of service", "Out of this meeting"):
            await expect(acts.get_by_role("region", name=group)).to_be_visible()
        # Out and Help stay in reach, and nothing stands out of a small window.
        await expect(acts.get_by_role("button", name="Leave now")).to_be_visible()
        await expect(acts.get_by_role("button", name="Help", exact=True)).to_be_visible()
        await ada.shoot_as_it_is("p-person", "phone" if phone else "desk")
        await acts.get_by_role("button", name="Mute Ben: too many lines").click()
        await expect(acts).to_contain_text(re.compile(r"muted until \d\d:\d\d: too many lines"))
        await expect(line(ada)).to_have_text("Ben is muted.")
        await ada.shoot_as_it_is("p-person-muted", "phone" if phone else "desk")
    await expect(ben.field).to_have_accessible_description(re.compile("paused your writing"))


async def test_fc_19_one_tap_mutes_with_its_reason_and_another_takes_it_back(stage: Stage):
    links = await room_of(stage, "Mutes")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ben.come_in(links["member"])
    await ben.say("I know exactly what you should do.")
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Mute Ben: advice").click()
        await expect(acts).to_contain_text(re.compile(r"muted until \d\d:\d\d: advice"))
        await acts.get_by_role("button", name="Let Ben write again").click()
        await expect(acts).not_to_contain_text("muted until")
        await acts.get_by_label("How long Ben is muted").select_option(label="until this part ends")
        await acts.get_by_role("button", name="Mute Ben: crosstalk").click()
        await expect(acts).to_contain_text("muted for this part: crosstalk")
        # The recent words go, and their author stays.
        await press_both(acts, "Take out what Ben wrote in the last 2 minutes")
    await expect(ada.here.filter(has_text="Ben")).to_contain_text("muted for this part: crosstalk")
    await expect(ben.field).to_have_accessible_description(re.compile("until this part ends"))
    await expect(ada.log).to_contain_text("A facilitator took these words out.")
    await expect(ada.log).not_to_contain_text("what you should do")
    assert await ada.here.count() == 2


async def test_fc_10_a_turn_that_a_mute_has_ended_is_given_back_with_the_unmute(stage: Stage):
    links = await room_of(stage, "Revoked")
    ada = await stage.person("Ada")
    await ada.come_in(links["facilitator"])
    async with seats(links["member"], "Ben") as (ben,):
        await ada.press("Open meeting")
        await ada.press("Next: Opening")
        await ada.press("Next: Sharing")
        await ben.until(lambda: ben.meeting.phase == 2)
        await ben.send(ask.RaiseHand())
        await ada.press("Invite Ben")
        await ben.until(lambda: ben.meeting.invited == ben.seat)
        await ben.send(ask.Accept(ben.meeting.epoch))
        await expect(ada.button("End turn")).to_be_visible()
        async with ada.acts_on("Ben") as acts:
            await acts.get_by_role("button", name="Mute Ben: no reason given").click()
            await ben.until(lambda: ben.meeting.holder is None)
        await ada.press("Unmute Ben, give it back")
        await ben.until(lambda: ben.meeting.holder == ben.seat)
        assert not any(view.muted_until for view in ben.meeting.seats)


async def test_seats_of_service_are_given_and_taken_back(stage: Stage):
    links = await room_of(stage, "Service")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    asked: list[str] = []
    ben.page.on("request", lambda request: asked.append(request.url))
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await ben.come_in(links["member"])
    assert any("room-page.js" in url for url in asked), "this test looks at what the page asks for"
    assert not any("chair" in url for url in asked), "a member's page loads nothing of the panel"
    async with ada.acts_on("Ben") as acts:
        greeter = acts.get_by_role("button", name="Greeter")
        await greeter.click()
        await expect(greeter).to_have_attribute("aria-pressed", "true")
        await greeter.click()
        await expect(greeter).to_have_attribute("aria-pressed", "false")
        await greeter.click()
        await acts.get_by_role("button", name="Co-chair").click()
        await expect(ben.button("Next: Opening")).to_be_visible()
    await expect(ada.here.filter(has_text="Ben")).to_contain_text("greeter")
    assert any("chair" in url for url in asked)
    # What the chair decides is not the co-chair's (FC-22).
    async with ben.acts_on("Ada") as theirs:
        await expect(theirs.get_by_role("button", name="Private line")).to_be_visible()
        await expect(theirs.get_by_role("button", name=re.compile("Remove|Mute"))).to_have_count(0)
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Co-chair").click()
    await expect(panel(ben)).to_be_hidden()
    await expect(ben.here.filter(has_text="Ada").get_by_role("button")).to_have_count(0)


async def test_private_lines_stay_in_sight_until_they_are_answered_or_put_aside(stage: Stage):
    links = await room_of(stage, "Lines")
    ada = await stage.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    async with seats(links["member"], "Ben", "Chidi") as (ben, chidi):
        await ada.press("Open meeting")
        await ben.until(lambda: ben.meeting.opened_at is not None)
        await ben.send(ask.Tell("May I go first today?"))
        await chidi.send(ask.Tell("Is there a slip for my court?"))
        of_ben, of_chidi = notice(ada, "Ben to the facilitators"), notice(ada, "Chidi to the")
        # Once: where it stands in the talk to be read, it does not stand in the strip.
        await expect(ada.log.get_by_text("Is there a slip")).to_be_in_viewport(ratio=1)
        await expect(of_chidi).to_have_count(0)
        # Whatever is said in the room meanwhile.
        for words in ("One.", "Two.", "Three.\n\n" * 8):
            await ada.say(words)
        await expect(of_ben).to_contain_text("May I go first today?")
        await expect(of_chidi).to_contain_text("Is there a slip")
        await ada.log.get_by_text("May I go first").scroll_into_view_if_needed()
        await expect(of_ben).to_have_count(0)
        await ada.page.locator("#talk").evaluate("(talk) => talk.scrollTo(0, 10_000)")
        await expect(of_ben).to_be_visible()
        await moment(ada, "p-lines")
        await of_ben.get_by_role("button", name="Answer Ben").click()
        await expect(ada.field).to_have_accessible_description(re.compile("Ben"))
        await ada.say("Yes, of course.")
        await expect(of_ben).to_have_count(0)
        await of_chidi.get_by_role("button", name="Put aside").click()
        await expect(of_chidi).to_have_count(0)
        await chidi.send(ask.Tell("It is for Thursday."))
        await expect(ada.log.get_by_text("It is for Thursday.")).to_be_visible()
        await ada.page.locator("#talk").evaluate("(talk) => talk.scrollTo(0, 0)")
        await expect(of_chidi).to_contain_text("It is for Thursday.")
        await expect(of_chidi).not_to_contain_text("slip")


async def test_fc_21_one_button_leads_to_what_helps_a_room_and_what_is_grave_takes_two_taps(
    stage: Stage,
):
    links = await room_of(stage, "Grave")
    ada = await stage.person("Ada")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    async with seats(links["member"], "Ben") as (ben,):
        async with wrong(ada) as acts:
            freeze = acts.get_by_role("button", name=re.compile("freeze the room$", re.IGNORECASE))
            await freeze.click()
            # The second tap says what the first did: what, and to whom.
            await expect(freeze).to_have_text("Yes, freeze the room")
            await freeze.press("Escape")
            await expect(freeze).to_have_text("Freeze the room")
            await freeze.click()
            await acts.get_by_role("button", name="Lock the door").focus()  # Looking elsewhere.
            await expect(freeze).to_have_text("Freeze the room")
            assert ben.meeting.frozen_at is None
            for act, does in (
                ("Lock the door", "Nobody new comes in."),
                ("Mute everybody for 10 min", "Only facilitators write"),
                ("Freeze the room", "No words, no hands, no clocks."),
                ("Raise the shield", "Against a raid, all in one"),
            ):
                row = acts.get_by_role("listitem").filter(has=ada.button(act))
                await expect(row).to_contain_text(does)
            on_now = acts.get_by_text("On now").filter(visible=True)
            await expect(on_now).to_have_count(0)
            await press_both(acts, "Freeze the room")
            await ben.until(lambda: ben.meeting.frozen_at is not None)
            await expect(on_now).to_have_count(1)
            await ada.shoot_as_it_is("p-wrong", "desk")
        await expect(notice(ada, "The room is frozen.")).to_be_visible()
        await moment(ada, "p-frozen")
        await ada.press_twice("Let the room go on")
        await ben.until(lambda: ben.meeting.frozen_at is None)

        async with wrong(ada) as acts:
            await acts.get_by_role("button", name="Lock the door").click()
            await ben.until(lambda: ben.meeting.locked)
            await acts.get_by_role("button", name="Unlock the door").click()
            await ben.until(lambda: not ben.meeting.locked)
            await acts.get_by_role("button", name="Mute everybody for 10 min").click()
            await ben.until(lambda: ben.meeting.all_muted_at is not None)
        await expect(notice(ada, "Members can't write until")).to_be_visible()
        await ada.press("Let everybody write again")
        await ben.until(lambda: ben.meeting.all_muted_at is None)

        async with wrong(ada) as acts:
            await press_both(acts, "Raise the shield")
            await ben.until(lambda: ben.meeting.shield_at is not None)
        await expect(notice(ada, "The shield is up")).to_be_visible()
        await ada.press_twice("Lower the shield, let members write")
        await ben.until(lambda: ben.meeting.shield_at is None)
        await close_meeting(ada)
        await ben.until(lambda: ben.meeting.closed_at is not None)
        await expect(panel(ada).get_by_role("button")).to_have_count(0)
