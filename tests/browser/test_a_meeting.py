"""Ada, Ben, Chidi and Dana hold a meeting, in real browsers, from the door to the close.

Chidi has a phone, and Ben and Ada sit at a desk. One meeting is told in one test, station by station,
since each begins where the one before has ended; screenshots of every station are kept.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import RETENTION_HOURS
from tests.browser.five import close_meeting, press_both
from tests.browser.stage import DESK, PHONE, SCREENS, Person, Stage
from tests.processes import HOUSE

TIME = r"\d\d:\d\d"


async def test_a_meeting_through_all_its_phases(stage: Stage):
    links = await stage.room("Evening group")
    ada = await stage.person("Ada")
    ben = await stage.person("Ben")
    chidi = await stage.person("Chidi", phone=True, scheme="dark")
    dana = await stage.person("Dana", phone=True)

    await they_come_in(ada, ben, chidi, dana, links)
    await all_gather(ada, ben, chidi)
    await only_ada_opens(ada, ben, chidi)
    await ben_shares(ada, ben, chidi)
    await chidi_shares_by_the_old_customs(ada, ben, chidi)
    await ben_is_muted_for_a_while(ada, ben, chidi)
    await ben_writes_to_ada_alone(ada, ben, chidi)
    await ben_takes_words_back(ada, ben, chidi)
    await dana_is_removed_and_has_help_still(ada, dana)
    await it_closes(ada, ben, chidi)
    if os.environ.get("KEEP_IMAGES"):
        await keep_the_picture(ada)


async def keep_the_picture(ada: Person) -> None:
    """What the README shows, made of this meeting's own screens: KEEP_IMAGES=1."""
    page = await ada.page.context.new_page()
    await page.set_viewport_size({"width": 1270, "height": 600})
    shown = ("6-holding-ada-desk-light.png", "6-holding-chidi-phone-dark.png")
    images = [base64.b64encode((SCREENS / name).read_bytes()).decode() for name in shown]
    await page.set_content(
        "<body style='margin: 0; display: flex; gap: 10px; height: 600px'>"
        + "".join(f"<img src='data:image/png;base64,{image}' height=600>" for image in images)
    )
    await page.screenshot(path=HOUSE / "docs" / "images" / "room.png", omit_background=True)
    await page.close()


async def they_come_in(
    ada: Person, ben: Person, chidi: Person, dana: Person, links: dict[str, str]
) -> None:
    await ada.come_in(links["facilitator"])
    await expect(ada.floor).to_contain_text("The meeting has not begun yet")
    await ada.shoot("1-before")
    for person in (ben, chidi, dana):
        await person.open(links["member"])
    # What stands at the door, before anybody gives a name.
    door = ben.page.get_by_role("region", name="At the door")
    await expect(door).to_contain_text("The meeting has not begun yet")
    await expect(door).to_contain_text("Ada holds it")
    kept = f"deleted {RETENTION_HOURS} hours after the meeting is closed"
    await expect(door).to_contain_text(kept)
    await expect(door).to_contain_text("This is not a crisis service")
    await expect(door.get_by_role("link", name="116 123")).to_be_visible()
    # No secret stays in the address.
    assert ben.page.url.endswith(f"/rooms/{links['slug']}")
    await ben.shoot("0-door")
    await ben.page.set_viewport_size(PHONE)
    for thing in (ben.page.get_by_role("textbox", name="Your name"), ben.button("Come in")):
        await ben.is_in_sight(thing)
    await ben.page.set_viewport_size(DESK)

    await its_name_is_taken(ben)
    for person in (ben, chidi, dana):
        await person.page.get_by_role("textbox", name="Your name").fill(person.name)
        await person.press("Come in")
    await expect(ben.field).to_have_accessible_description(re.compile("has not begun yet"))
    for person in (ada, ben, chidi):
        async with person.people():
            names = [re.compile(f"^{name}") for name in ("Ada", "Ben", "Chidi", "Dana")]
            await expect(person.here).to_have_text(names)
    async with chidi.people():
        await chidi.fits()


async def its_name_is_taken(ben: Person) -> None:
    ben.forgive("status of 409")
    name = ben.page.get_by_role("textbox", name="Your name")
    await name.fill("Ada")
    await ben.press("Come in")
    await expect(ben.main.get_by_role("alert")).to_contain_text("Somebody here has that name")
    await expect(name).to_be_focused()


async def all_gather(ada: Person, ben: Person, chidi: Person) -> None:
    await ada.press("Open meeting")
    for person in (ada, ben, chidi):
        await expect(person.field).to_have_accessible_description("Everyone can write now")
    await ada.say("Welcome, everybody.")
    await ben.say("Hello from the late bus.")
    await chidi.say("Good to be here.")
    for person in (ada, ben, chidi):
        await expect(person.card("Ada")).to_contain_text("Welcome, everybody.")
        await expect(person.card("Ben")).to_contain_text("Hello from the late bus.")
        await expect(person.card("Chidi")).to_contain_text("Good to be here.")
    await in_the_same_order(ada, ben, chidi)
    await ada.shoot("2-gathering")
    await ben.shoot("2-gathering")


async def only_ada_opens(ada: Person, ben: Person, chidi: Person) -> None:
    await ada.press("Next: Opening")
    await expect(ben.log).to_contain_text("Opening has begun")
    await expect(ben.field).to_have_accessible_description(
        re.compile("^The facilitators write Write ahead")
    )
    await ada.say("We listen, and we do not give advice.")
    await expect(chidi.card("Ada").last).to_contain_text("We listen")

    await ben.say("May I say something first?")
    await expect(ben.refusal).to_contain_text("Your words are kept")
    await expect(ben.button("To the facilitators")).to_have_count(1)  # That line is open.
    await expect(ben.field).to_have_value("May I say something first?")
    await ben.shoot("3-refused")
    await ben.page.reload()
    await expect(ben.field).to_have_value("May I say something first?")
    await expect(chidi.log).not_to_contain_text("May I say something first?")
    await ada.shoot("3-opening")
    await ben.field.fill("")


async def ben_shares(ada: Person, ben: Person, chidi: Person) -> None:
    await ada.press("Next: Sharing")
    await expect(ben.floor).to_contain_text("The floor is free")
    await ben.press("Raise hand")
    await expect(ben.floor).to_contain_text("You are next")
    await chidi.say("!")
    await expect(chidi.field).to_have_value("")
    await expect(chidi.floor).to_contain_text("You are 2nd")
    for person in (ada, ben, chidi):
        async with person.people():
            await expect(person.waiting).to_have_text([re.compile("^Ben"), re.compile("^Chidi")])
    await ada.shoot("4-hands")
    await chidi.shoot("4-hands")

    await ada.press("Invite Ben")
    await expect(ben.floor).to_contain_text("Would you like to share?")
    await expect(chidi.floor).to_contain_text("Ben is invited")
    await ben.shoot("5-invited")
    await ben.press("Accept")
    await expect(ben.field).to_have_accessible_description(re.compile("^You have the floor"))
    await expect(chidi.floor).to_contain_text("Ben has the floor")
    await expect(chidi.field).to_have_accessible_description(re.compile("You are next"))
    for line in ("It was a long week.", "I called my sponsor twice.", "I am done with hiding it."):
        await ben.say(line)
    for person in (ada, ben, chidi):
        turn = person.card("Ben").last
        await expect(turn.get_by_role("paragraph")).to_have_text(
            ["It was a long week.", "I called my sponsor twice.", "I am done with hiding it."]
        )
        await expect(turn).to_contain_text("is sharing")
    await ben.shoot("6-holding")
    await ada.shoot("6-holding")
    await chidi.shoot("6-holding")

    await ben.say("done")
    await expect(ben.floor).to_contain_text("The floor is free")
    await expect(ben.field).to_have_value("")
    await expect(ada.log).not_to_contain_text(re.compile("^done$"))


async def chidi_shares_by_the_old_customs(ada: Person, ben: Person, chidi: Person) -> None:
    await ada.press("Invite Chidi")
    await chidi.press("Accept")
    await chidi.say("I only want to listen today.")
    await expect(ben.card("Chidi").last).to_contain_text("only want to listen")
    await chidi.say("pass")
    await expect(chidi.floor).to_contain_text("The floor is free")
    # An invitation can be passed, too, and nobody minds.
    await chidi.press("Raise hand")
    await ada.press("Invite Chidi")
    await chidi.press("Pass")
    await expect(ada.floor).to_contain_text("The floor is free")
    async with chidi.people():
        await expect(chidi.page.get_by_text("No hand is up.").first).to_be_visible()
        await expect(chidi.waiting).to_have_count(0)
    await in_the_same_order(ada, ben, chidi)


async def ben_is_muted_for_a_while(ada: Person, ben: Person, chidi: Person) -> None:
    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Mute Ben: no reason given").click()
    why = re.compile(f"A facilitator has paused your writing until {TIME}")
    await expect(ben.field).to_have_accessible_description(why)
    await expect(ben.main.get_by_text(why)).to_have_count(1)  # Once on the whole page.
    await ben.shoot("7-muted")
    await ada.shoot("7-muted")
    # To the others it is nobody's business.
    async with chidi.people():
        await expect(chidi.here.filter(has_text="Ben")).to_be_visible()
        await expect(chidi.here.filter(has_text="Ben")).not_to_contain_text("muted")
    # Nothing is offered that would be refused, and Help is there once.
    for name in ("Raise hand", "To the facilitators"):
        await expect(ben.button(name)).to_be_hidden()
    await expect(ben.main.get_by_role("button", name="Help")).to_have_count(1)


async def ben_writes_to_ada_alone(ada: Person, ben: Person, chidi: Person) -> None:
    # While he is muted: that line stays open, and is what Send is for.
    await expect(ben.field).to_have_accessible_description(re.compile("only the facilitators"))
    await ben.say("Did I do something wrong?")
    private = re.compile("Private line")
    await expect(ada.log.get_by_role("article", name=private)).to_contain_text("Did I do something")
    # It stands in sight once: in the talk, where it is answered.
    answer = ada.button("Answer Ben")
    await expect(answer).to_have_count(1)
    await answer.click()
    await expect(ada.field).to_have_accessible_description(re.compile("Ben"))
    await ada.say("No, take a breath, you are welcome here.")
    await expect(ben.log.get_by_role("article", name=private).last).to_contain_text("take a breath")
    await expect(answer).to_have_count(1)
    await expect(chidi.log.get_by_role("article", name=private)).to_have_count(0)
    await expect(chidi.log).not_to_contain_text("take a breath")
    await ben.shoot("8-private-line")
    await ada.shoot("8-private-line")
    await ada.press("Back to the room")

    async with ada.acts_on("Ben") as acts:
        await acts.get_by_role("button", name="Let Ben write again").click()
    await expect(ben.log.get_by_text("You can write again.")).to_be_visible()
    await expect(ben.button("Raise hand")).to_be_visible()


async def ben_takes_words_back(ada: Person, ben: Person, chidi: Person) -> None:
    turn = ben.card("Ben").filter(has_text="It was a long week.")
    await turn.get_by_role("button", name="Options for your words").click()
    take = turn.get_by_role("button", name="Take these words back for good").nth(1)
    await take.click()
    sure = turn.get_by_role("button", name="Yes, take these words back for good")
    await sure.click()
    await expect(turn).to_contain_text("You took these words back.")
    for person in (ada, chidi):
        await expect(person.log).not_to_contain_text("I called my sponsor twice.")
        await expect(person.log).to_contain_text("These words were taken back.")
        await expect(person.log).to_contain_text("It was a long week.")
    await ben.shoot("9-taken-back")


async def dana_is_removed_and_has_help_still(ada: Person, dana: Person) -> None:
    async with ada.acts_on("Dana") as acts:
        await press_both(acts, "Remove Dana from this meeting")
    await expect(dana.main).to_contain_text("A facilitator has taken you out of this meeting.")
    await expect(ada.here).to_have_count(3)
    await dana.shoot("10-removed")
    await dana.ask_for_help()
    await expect(dana.help).to_contain_text("Thank you for pressing Help")
    await expect(dana.help.get_by_role("link", name="116 123")).to_be_visible()
    await dana.shoot("10-removed-help")
    await dana.help.get_by_role("button", name="Back", exact=True).click()
    await expect(dana.help).to_be_hidden()


async def it_closes(ada: Person, ben: Person, chidi: Person) -> None:
    await ada.press("Next: Closing")
    await expect(ben.field).to_have_accessible_description(re.compile("The facilitators write"))
    await ada.say("Thank you all. Keep coming back.")
    await ada.press("Next: After the meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")
    await ben.say("Thank you, Ada.")
    await expect(chidi.card("Ben").last).to_contain_text("Thank you, Ada.")
    await in_the_same_order(ada, ben, chidi)

    await chidi.field.fill("I was about to say")
    await ada.shoot("11-after")
    await close_meeting(ada)
    for person in (ada, ben, chidi):
        await expect(person.floor).to_contain_text("The meeting has ended")
    await expect(ada.page.get_by_text("is writing…")).to_be_hidden()
    await own_words_can_still_be_taken_back(ben)
    await expect(chidi.field).to_have_value("I was about to say")
    await expect(chidi.main.get_by_role("button", name="Help", exact=True)).to_be_visible()
    await asyncio.gather(ada.shoot("12-closed"), ben.shoot("12-closed"), chidi.shoot("12-closed"))


async def own_words_can_still_be_taken_back(ben: Person) -> None:
    """What was left open is folded, and opens again."""
    take = ben.log.get_by_role("button", name="Take these words back")
    await expect(take).to_have_count(0)
    turn = ben.card("Ben").filter(has_text="It was a long week.")
    await turn.get_by_role("button", name="Options for your words").click()
    await ben.is_in_sight(take.first)
    await turn.get_by_role("button", name="Options for your words").click()


async def in_the_same_order(*people: Person) -> None:
    """What was written to all stands in one order on every page."""
    first, *others = people
    lines = await spoken(first).all_inner_texts()
    assert lines
    taken = re.compile("These words were taken back|You took these words back")
    wanted = [taken if taken.search(line) else line for line in lines]
    for other in others:
        await expect(spoken(other)).to_have_text(wanted)


def spoken(person: Person) -> Locator:
    turns = person.log.get_by_role("article", name=re.compile("^(Ada|Ben|Chidi|Dana)$"))
    return turns.get_by_role("paragraph")
