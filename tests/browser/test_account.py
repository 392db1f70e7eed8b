"""Those who serve, in a browser: a link, a passkey, a password with a code, and out again within seconds."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.async_api import expect

from chatroom.people.audit import Audit
from chatroom.people.persons import Persons
from chatroom.people.secret import secret_key
from chatroom.settings import load
from chatroom.store import database, rooms
from chatroom.store.persons import Duty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.browser.stage import Person, Stage

PASSWORD = "four quiet green kettles"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Office:
    """The people of a server, as its operator has them at hand."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        house = load({"DATABASE_URL": f"sqlite:///{stage.server.database}"})
        self.engine = database.open_engine(house)
        key = secret_key(house.secret_file, bytes)
        self.random = iter(range(1000))
        self.persons = Persons(self.engine, Audit(self.engine, key), self._dice)

    def _dice(self, length: int) -> bytes:
        return (
            (time.time_ns() + next(self.random)).to_bytes(16, "big").rjust(length, b"d")[-length:]
        )

    async def invites(self, name: str, *duties: Duty) -> tuple[int, str]:
        id, secret = await self.persons.add(name, duties, time.time())
        return id, f"{self.stage.origin}/enter#{secret}"

    async def room(self, slug: str) -> int:
        room = await rooms.room_by_slug(self.engine, slug)
        assert room is not None
        return room.id


@pytest.fixture
async def office(stage: Stage) -> AsyncIterator[Office]:
    office = Office(stage)
    yield office
    await office.engine.dispose()


async def with_authenticator(person: Person) -> None:
    """Chromium's own, which says yes to everything that its person would."""
    devtools = await person.page.context.new_cdp_session(person.page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


async def test_sam_comes_by_a_link_makes_a_passkey_and_signs_in_with_it(
    stage: Stage, office: Office
):
    _, link = await office.invites("Sam", Duty("staff", 0))
    sam = await stage.person("Sam", phone=True)
    await with_authenticator(sam)
    await sam.open(link)
    await expect(sam.page.get_by_role("heading", name="Your account, Sam")).to_be_visible()
    await expect(sam.page.get_by_text("You have no way in yet.")).to_be_visible()
    await sam.shoot("account-first")
    await sam.page.get_by_role("textbox", name="What to call it").fill("Sam's phone")
    await sam.press("Make a passkey")
    await expect(sam.button("Take away the passkey Sam's phone")).to_be_visible()
    await expect(sam.page.get_by_text("You have no way in yet.")).to_have_count(0)
    # The link opened once.
    await sam.button("Sign out Chrome on Linux, this browser").click()
    await expect(sam.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    sam.forgive(r"status of 404")
    await sam.open(link)
    await expect(sam.page.get_by_text("This link does not open a room.")).to_be_visible()
    await sam.open(f"{stage.origin}/sign-in")
    await sam.shoot("sign-in")
    await sam.press("Use a passkey")
    await expect(sam.page.get_by_role("heading", name="Your account, Sam")).to_be_visible()
    await sam.page.get_by_role("link", name="The desk").click()
    await sam.come_in_to_desk()


async def test_the_last_way_in_is_not_taken_away_and_what_is_grave_takes_two_taps(
    stage: Stage, office: Office
):
    _, link = await office.invites("Sam", Duty("staff", 0))
    sam = await stage.person("Sam")
    sam.forgive(r"status of 409")
    await with_authenticator(sam)
    await sam.open(link)
    await sam.press("Make a passkey")
    await sam.press("Take away the passkey This device")
    await sam.rests()
    await sam.press("Take it away for good")
    said = sam.page.get_by_text("That is the only way in that you have.")
    await expect(said).to_be_visible()
    await expect(sam.button("Take it away for good")).to_be_visible()


async def test_mo_signs_in_with_a_password_and_a_code_and_reads_why_not(
    stage: Stage, office: Office
):
    _, link = await office.invites("Mo", Duty("staff", 0))
    mo = await stage.person("Mo")
    mo.forgive(r"status of 4(03|09)")
    await mo.open(link)
    await mo.page.get_by_text("Password and code", exact=True).click()
    await mo.press("Show the square for the authenticator app")
    await expect(mo.page.get_by_role("img", name="A square to read")).to_be_visible()
    secret = (await mo.page.locator("#typed").text_content() or "").replace(" ", "")
    name = mo.page.get_by_role("textbox", name="Your name to sign in")
    await name.fill("mo")
    await mo.page.get_by_label("A new password").fill(PASSWORD)
    code = mo.page.get_by_role("textbox", name="The code that the app shows now")
    await code.fill("000000")
    await mo.press("Keep these")
    await expect(mo.page.get_by_text("That code is not the one the app shows now.")).to_be_visible()
    await expect(name).to_have_value("mo")
    await code.fill(pyotp.TOTP(secret).at(int(time.time()) - 30))
    await mo.press("Keep these")
    await expect(mo.page.get_by_text("You have no way in yet.")).to_have_count(0)
    await mo.page.get_by_text("Password and code", exact=True).click()
    await expect(mo.page.get_by_text("You can sign in as mo")).to_be_visible()
    other = await stage.person("Mo again", phone=True)
    other.forgive(r"status of 403")
    await other.open(f"{stage.origin}/sign-in")
    await other.page.get_by_text("With a password and a code").click()
    await other.page.get_by_role("textbox", name="Your name to sign in").fill("Mo")
    await other.page.get_by_label("Password", exact=True).fill("three quiet green kettles")
    code = other.page.get_by_role("textbox", name="Code from your authenticator app")
    await code.fill(pyotp.TOTP(secret).now())
    await other.press("Sign in")
    await expect(other.page.get_by_text("That did not open.")).to_be_visible()
    await other.shoot("sign-in-wrong")
    await other.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await code.fill(pyotp.TOTP(secret).now())
    await other.press("Sign in")
    await expect(other.page.get_by_role("heading", name="Your account, Mo")).to_be_visible()


async def test_recovery_codes_are_shown_once_and_open_once(stage: Stage, office: Office):
    _, link = await office.invites("Sam", Duty("staff", 0))
    sam = await stage.person("Sam", phone=True)
    await sam.open(link)
    await sam.page.get_by_text("Recovery codes", exact=True).click()
    await sam.press("Make eight new ones")
    codes = sam.page.locator("#codes li")
    await expect(codes).to_have_count(8)
    one = await codes.first.text_content() or ""
    other = await stage.person("Sam again")
    await other.open(f"{stage.origin}/sign-in")
    await other.page.get_by_text("With a recovery code").click()
    await other.page.get_by_role("textbox", name="One of the codes").fill(one)
    await other.press("Sign in")
    await expect(other.page.get_by_role("heading", name="Your account, Sam")).to_be_visible()
    await other.page.get_by_text("Recovery codes", exact=True).click()
    await expect(other.page.get_by_text("You have 7 that are not used.")).to_be_visible()


async def test_p23_a120_who_is_switched_off_in_the_middle_of_a_meeting_is_out_within_seconds(
    stage: Stage, office: Office
):
    links = await stage.room("Evening")
    duty = Duty("facilitator", await office.room(links["slug"]))
    id, link = await office.invites("Ada", duty)
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    await ada.open(link)
    await ada.page.get_by_role("link", name="Evening").click()
    await ada.come_in(f"{stage.origin}/rooms/{links['slug']}")
    await ada.press("Open meeting")
    await ben.come_in(links["member"])
    async with ben.people():
        await expect(ben.here.filter(has_text="Ada")).to_be_visible()
    ada.forgive(r"status of 40[13]", "WebSocket")
    at = time.monotonic()
    await office.persons.switch_off(id, time.time())
    await expect(ada.field).to_have_count(0, timeout=5_000)
    assert time.monotonic() - at < 5
    await ada.shoot("switched-off")
    async with ben.people():
        await expect(ben.here.filter(has_text="Ada")).to_have_count(0)
    await ada.open(f"{stage.origin}/account")
    await expect(ada.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


async def test_the_pages_fit_a_phone_and_are_clean(stage: Stage, office: Office):
    _, link = await office.invites("Sam", Duty("staff", 0), Duty("lead", 0))
    sam = await stage.person("Sam", phone=True)
    await sam.open(f"{stage.origin}/sign-in")
    for summary in ("With a password and a code", "With a recovery code"):
        await sam.page.get_by_text(summary).click()
    await sam.is_accessible("page")
    await sam.open(link)
    for summary in ("Password and code", "Recovery codes", "Delete your account"):
        await sam.page.get_by_text(summary, exact=True).click()
    await sam.press("Show the square for the authenticator app")
    await expect(sam.page.get_by_role("img", name=re.compile("A square"))).to_be_visible()
    await sam.is_accessible("page")
    await sam.shoot("account-open")
