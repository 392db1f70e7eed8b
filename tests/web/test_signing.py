"""Signing in and one's account, at a server that runs: by every way in, by nobody else's, and out again."""

import logging
import secrets
from typing import Any

import pyotp
import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import func, select

from chatroom.people.accounts import hashed
from chatroom.people.passwords import STEP, Passwords
from chatroom.people.persons import Persons
from chatroom.people.ways_in import WaysIn
from chatroom.store import tables
from chatroom.store.database import reading
from chatroom.store.persons import Duty
from chatroom.web.security import COOKIE
from tests.journal.stage import SOON
from tests.journal.town import GATHERING, Room, Town
from tests.web.authenticator import PRESENT, Authenticator, as_text
from tests.web.visitors import with_door

PASSWORD = "four quiet green kettles"
STAFF = Duty("staff", 0)
COME_BACK = 4411


class Browser:
    """One that names the page with every post, and keeps its cookie."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.token: str | None = None

    async def posts(self, path: str, body: Any = None) -> Response:
        headers = {"Origin": self.town.origin}
        if self.token is not None:
            headers["Cookie"] = f"{COOKIE}={self.token}"
        async with AsyncClient(trust_env=False, verify=False, timeout=SOON) as http:
            answer = await http.post(self.town.origin + path, json=body or {}, headers=headers)
        if COOKIE in answer.headers.get("set-cookie", ""):
            value = answer.headers["set-cookie"].partition("=")[2].partition(";")[0].strip('"')
            self.token = value or None
        return answer

    async def looks(self, path: str) -> Response:
        headers = {"Cookie": f"{COOKIE}={self.token}"} if self.token else {}
        async with AsyncClient(trust_env=False, verify=False, timeout=SOON) as http:
            return await http.get(self.town.origin + path, headers=headers)

    async def is_in(self) -> bool:
        return (await self.looks("/account")).status_code == 200


class Office:
    """Who serves, as the operator makes them."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.persons = Persons(town.engine, town.accounts.audit, secrets.token_bytes)
        self.ways = WaysIn(town.engine, self.persons, town.accounts.audit, secrets.token_bytes)

    async def comes(self, name: str, *duties: Duty) -> tuple[int, Browser]:
        """Somebody new, at their browser, by their link."""
        id, secret = await self.persons.add(name, duties or (STAFF,), self.town.clock.now())
        browser = Browser(self.town)
        answer = await browser.posts("/invitations/exchange", {"secret": secret})
        assert (answer.status_code, answer.json()) == (200, {"url": "/account"})
        return id, browser

    async def with_password(self, id: int, by: Browser | None = None) -> tuple[str, str]:
        """Their name to sign in with, and the secret of their authenticator; set in this browser."""
        handle, secret = f"sam-{id:x}", pyotp.random_base32()
        before = self.town.clock.now() - 10 * STEP
        code = pyotp.TOTP(secret).at(int(before))
        but = None if by is None or by.token is None else hashed(by.token)
        await self.ways.set_password(id, handle, PASSWORD, secret, code, before, but)
        return handle, secret

    def code(self, secret: str, steps: int = 0) -> str:
        return pyotp.TOTP(secret).at(int(self.town.clock.now()) + steps * STEP)

    async def sessions(self, person: int) -> int:
        return len(await self.persons.devices(person, self.town.clock.now()))


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def adds(browser: Browser, key: Authenticator, **lies: Any) -> Response:
    options = (await browser.posts("/account/passkeys/challenge")).json()
    made = key.makes(options, browser.town.origin, lies)
    return await browser.posts("/account/passkeys", {"answer": made, "label": "Phone"})


async def signs_in(browser: Browser, key: Authenticator, **lies: Any) -> Response:
    options = (await browser.posts("/sign-in/passkey/challenge")).json()
    used = key.uses(options, browser.town.origin, lies)
    return await browser.posts("/sign-in/passkey", {"answer": used})


async def types(browser: Browser, handle: str, password: str, code: str) -> Response:
    body = {"handle": handle, "password": password, "code": code}
    return await browser.posts("/sign-in/password", body)


# Passkeys


async def test_a_passkey_that_sam_made_lets_sam_in(town: Town, office: Office):
    id, sam = await office.comes("Sam")
    key = Authenticator()
    assert (await adds(sam, key)).status_code == 200
    phone = Browser(town)
    assert (await signs_in(phone, key)).json() == {"url": "/account"}
    assert await phone.is_in()
    assert await office.sessions(id) == 2


FORGED: dict[str, dict[str, Any]] = {
    "of another page": {"origin": "https://evil.example"},
    "for another site": {"site": "evil.example"},
    "to a challenge that nobody gave": {"challenge": as_text(bytes(32))},
    "without a person who was verified": {"flags": PRESENT},
    "without a person at all": {"flags": 0},
    "of the other kind": {"kind": "webauthn.nothing"},
}


@pytest.mark.parametrize("lie", FORGED)
async def test_a58_a_passkeys_answer_that_is_forged_opens_nothing(
    town: Town, office: Office, lie: str
):
    id, sam = await office.comes("Sam")
    key = Authenticator()
    made = await adds(sam, Authenticator(), **FORGED[lie])
    assert (made.status_code, made.json()["code"]) == (403, "passkey_wrong")
    await adds(sam, key)
    thief = Browser(town)
    no = await signs_in(thief, key, **FORGED[lie])
    assert (no.status_code, no.json()["code"]) == (403, "sign_in_wrong")
    assert thief.token is None
    assert await office.sessions(id) == 1


async def test_a58_another_signature_or_a_counter_that_goes_back_opens_nothing(
    town: Town, office: Office
):
    _, sam = await office.comes("Sam")
    key, other = Authenticator(), Authenticator()
    await adds(sam, key)
    assert (await signs_in(Browser(town), key, count=7)).status_code == 200
    for lies in ({"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"}, {"count": 7}, {"count": 3}):
        assert (await signs_in(Browser(town), key, **lies)).json()["code"] == "sign_in_wrong"
    other.id = key.id
    assert (await signs_in(Browser(town), other, count=9)).json()["code"] == "sign_in_wrong"
    assert (await signs_in(Browser(town), key, count=9)).status_code == 200


async def test_a58_a_challenge_is_answered_once_and_by_whom_it_was_given_to(
    town: Town, office: Office
):
    _, sam = await office.comes("Sam")
    _, mo = await office.comes("Mo")
    key, thief = Authenticator(), Browser(town)
    await adds(sam, key)
    options = (await thief.posts("/sign-in/passkey/challenge")).json()
    used = key.uses(options, town.origin, {})
    assert (await Browser(town).posts("/sign-in/passkey", {"answer": used})).status_code == 200
    again = key.uses(options, town.origin, {})
    assert (await thief.posts("/sign-in/passkey", {"answer": again})).status_code == 403
    mine = (await sam.posts("/account/passkeys/challenge")).json()
    for_me = {"challenge": mine["challenge"], "rpId": mine["rp"]["id"]}
    used = key.uses(for_me, town.origin, {})
    assert (await thief.posts("/sign-in/passkey", {"answer": used})).status_code == 403
    made = Authenticator().makes(mine, town.origin, {})
    body = {"answer": made, "label": "Phone"}
    assert (await mo.posts("/account/passkeys", body)).json()["code"] == "passkey_wrong"
    assert (await sam.posts("/account/passkeys", body)).status_code == 200


NO_ANSWERS: list[Any] = [
    {},
    {"rawId": 7},
    {"rawId": "é", "response": []},
    {"rawId": "AAAA", "response": {"clientDataJSON": 7}},
    {"rawId": "AAAA", "response": {"clientDataJSON": as_text(b"[]")}},
    {"rawId": "AAAA", "response": {"clientDataJSON": as_text(b'{"challenge": 7}')}},
    {"rawId": "AAAA", "response": {"clientDataJSON": as_text(b"[" * 20_000)}},
    {"rawId": "AAAA", "response": {"clientDataJSON": as_text(b"\xff")}},
]


@pytest.mark.parametrize("no_answer", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
async def test_what_is_no_passkeys_answer_is_a_no(town: Town, office: Office, no_answer: Any):
    _, sam = await office.comes("Sam")
    for browser, path in ((sam, "/account/passkeys"), (Browser(town), "/sign-in/passkey")):
        more = {"label": "Phone"} if path == "/account/passkeys" else {}
        answer = await browser.posts(path, {"answer": no_answer, **more})
        assert (answer.status_code, answer.json()["code"]) == (403, "passkey_wrong")


# Passwords


async def test_a97_whatever_is_wrong_the_answer_is_the_same_and_costs_one_hash(
    town: Town, office: Office, monkeypatch: pytest.MonkeyPatch
):
    id, _ = await office.comes("Sam")
    handle, secret = await office.with_password(id)
    hashes: list[bool] = []
    right = Passwords._verified

    def counted(self: Passwords, known: str, password: str) -> bool:
        hashes.append(True)
        return right(self, known, password)

    monkeypatch.setattr(Passwords, "_verified", counted)
    code = office.code(secret)
    answers = [
        await types(Browser(town), *typed)
        for typed in (
            (f"nobody-{id}", PASSWORD, code),
            (handle, "three quiet green kettles", code),
            (handle, PASSWORD, "000000"),
            (handle, PASSWORD, "no code"),
        )
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (403, answers[0].content)
    }
    assert answers[0].json()["code"] == "sign_in_wrong"
    assert len(hashes) == len(answers)
    assert (await types(Browser(town), handle, PASSWORD, code)).status_code == 200


async def test_a97_of_one_name_ten_are_tried_in_ten_minutes_whether_there_is_such_a_one_or_not(
    town: Town, office: Office, monkeypatch: pytest.MonkeyPatch
):
    async def is_wrong(self: Passwords, kept: bytes | None, password: str) -> bool:
        return False

    id, _ = await office.comes("Sam")
    handle, _ = await office.with_password(id)
    monkeypatch.setattr(Passwords, "is_right", is_wrong)
    for name in (handle, f"nobody-{id:x}"):
        codes = [
            (await types(Browser(town), name, PASSWORD, "1")).json()["code"] for _ in range(11)
        ]
        assert codes == ["sign_in_wrong"] * 10 + ["rate_limited"]
    assert (await types(Browser(town), f" {handle.upper()} ", PASSWORD, "1")).status_code == 429


async def test_a59_another_password_ends_every_session_but_this_one(town: Town, office: Office):
    id, sam = await office.comes("Sam")
    handle, secret = await office.with_password(id, sam)
    phone = Browser(town)
    assert (await types(phone, handle, PASSWORD, office.code(secret))).status_code == 200
    fresh = (await sam.posts("/account/authenticator")).json()["secret"]
    body = {
        "handle": handle,
        "password": PASSWORD + "!",
        "secret": fresh,
        "code": office.code(fresh),
    }
    assert (await sam.posts("/account/password", body)).status_code == 200
    assert await sam.is_in()
    assert not await phone.is_in()
    assert await office.sessions(id) == 1
    old = await types(phone, handle, PASSWORD, office.code(secret, 1))
    assert old.json()["code"] == "sign_in_wrong"


# Whose it is


POSTS = {
    "/account/passkeys/challenge": {},
    "/account/passkeys": {"answer": {}, "label": "Phone"},
    "/account/authenticator": {},
    "/account/password": {"handle": "x", "password": "x" * 12, "secret": "A" * 32, "code": "1"},
    "/account/recovery": {},
    "/account/ways/end": {"id": "AAAA"},
    "/account/sessions/end": {"id": "AAAA"},
    "/account/end": {},
}


async def test_an_account_is_nobodys_who_has_not_signed_in(town: Town, office: Office, room: Room):
    id, off = await office.comes("Sam")
    await office.persons.switch_off(id, town.clock.now())
    member, staff = Browser(town), Browser(town)
    member.token = await room.seat("Ben")
    staff.token = await town.enter(0, "staff")
    made_up = Browser(town)
    made_up.token = secrets.token_urlsafe(32)
    for browser in (Browser(town), member, staff, made_up, off):
        token = browser.token
        for path, body in POSTS.items():
            answer = await browser.posts(path, body)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path
            browser.token = token
        page = await browser.looks("/account")
        assert (page.status_code, "/static/" in page.text) == (401, True)


async def test_a120_no_way_in_of_who_is_switched_off_opens_and_the_link_waits(
    town: Town, office: Office
):
    id, sam = await office.comes("Sam")
    key, now = Authenticator(), town.clock.now()
    await adds(sam, key)
    handle, secret = await office.with_password(id)
    codes = (await sam.posts("/account/recovery")).json()["codes"]
    link = await office.persons.link(id, now)
    await office.persons.switch_off(id, now)
    tries = [
        await signs_in(Browser(town), key),
        await types(Browser(town), handle, PASSWORD, office.code(secret)),
        await Browser(town).posts("/sign-in/recovery", {"recovery": codes[0]}),
    ]
    assert [no.json()["code"] for no in tries] == ["sign_in_wrong"] * 3
    no = await Browser(town).posts("/invitations/exchange", {"secret": link})
    assert no.json()["code"] == "invitation_unknown"
    await office.persons.switch_on(id, now)
    back = await Browser(town).posts("/invitations/exchange", {"secret": link})
    assert back.json() == {"url": "/account"}


async def test_nobody_ends_the_way_in_or_the_session_of_somebody_else(town: Town, office: Office):
    id, sam = await office.comes("Sam")
    _, mo = await office.comes("Mo")
    key = Authenticator()
    await adds(sam, key)
    await adds(mo, Authenticator())
    assert sam.token is not None
    await mo.posts("/account/sessions/end", {"id": as_text(hashed(sam.token))})
    await mo.posts("/account/ways/end", {"id": as_text(key.id)})
    assert await sam.is_in()
    assert await mo.is_in()
    assert [way.id for way in await office.ways.of(id)] == [key.id]
    last = await sam.posts("/account/ways/end", {"id": as_text(key.id)})
    assert last.json()["code"] == "last_way_in"
    ended = await sam.posts("/account/sessions/end", {"id": as_text(hashed(sam.token))})
    assert ended.json() == {"url": "/sign-in"}
    assert not await sam.is_in()


async def test_the_quick_exit_ends_ones_own_session(town: Town, office: Office):
    id, sam = await office.comes("Sam")
    token = sam.token
    assert (await sam.posts("/session/end")).status_code == 204
    sam.token = token
    assert not await sam.is_in()
    assert await office.sessions(id) == 0


async def test_of_an_account_that_is_deleted_no_row_is_left(town: Town, office: Office):
    id, sam = await office.comes("Sam")
    await adds(sam, Authenticator())
    await office.with_password(id, sam)
    await sam.posts("/account/recovery")
    await sam.posts("/account/passkeys/challenge")
    await office.persons.link(id, town.clock.now())
    assert (await sam.posts("/account/end")).json() == {"url": "/left"}
    async with reading(town.engine) as connection:
        for table in tables.metadata.tables.values():
            mine = "person" if "person" in table.c else "id" if table.name == "person" else None
            if mine is not None:
                query = select(func.count()).select_from(table).where(table.c[mine] == id)
                assert await connection.scalar(query) == 0, table.name


# The browser that somebody signs in with


@pytest.mark.parametrize("way", ["passkey", "link"])
async def test_a60_what_the_browser_had_before_is_over_and_its_seat_is_left(
    town: Town, office: Office, room: Room, way: str
):
    id, sam = await office.comes("Sam")
    key = Authenticator()
    await adds(sam, key)
    ada = await room.open()
    old = await room.seat("Ben")
    browser = Browser(town)
    browser.token = old
    async with room.sit(ada) as line:
        if way == "passkey":
            assert (await signs_in(browser, key)).status_code == 200
        else:
            link = await office.persons.link(id, town.clock.now())
            await browser.posts("/invitations/exchange", {"secret": link})
        assert browser.token not in (None, old)
        assert await browser.is_in()
        assert (await line.entry("seat_left"))["entry"]["seat"] == 2
    town.accounts.uncache(hashed(old))
    assert await town.accounts.session(old, town.clock.now()) is None


@pytest.mark.parametrize("way", ["passkey", "link"])
async def test_nobody_signs_in_where_somebody_talks_with_staff(
    town: Town, office: Office, room: Room, way: str
):
    id, sam = await office.comes("Sam")
    key, browser = Authenticator(), Browser(town)
    await adds(sam, key)
    browser.token = old = await room.seat("Ben")
    asks = {"id": secrets.token_hex(16)}
    helped = await town.post("/help", asks, browser.token)
    assert helped.status_code == 200, helped.text
    link = await office.persons.link(id, town.clock.now())
    if way == "passkey":
        no = await signs_in(browser, key)
    else:
        no = await browser.posts("/invitations/exchange", {"secret": link})
    assert (no.status_code, no.json()["code"]) == (409, "case_open_here")
    assert browser.token == old
    assert await office.persons.is_link(link, town.clock.now()), "it was not used up"


# What the log says


async def test_p21_no_name_password_code_or_key_stands_in_a_log_line(
    town: Town, office: Office, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.INFO)  # The server's own; what a client or a driver traces is not.
    id, sam = await office.comes("Quillon Thistledown")
    key = Authenticator()
    await adds(sam, key)
    handle, secret = await office.with_password(id)
    [first, *_] = (await sam.posts("/account/recovery")).json()["codes"]
    code = office.code(secret)
    await types(Browser(town), handle, PASSWORD, code)
    await types(Browser(town), handle, "bramblewick marshmarigold", code)
    await signs_in(Browser(town), key)
    await signs_in(Browser(town), key, origin="https://foxglovery.example")
    await Browser(town).posts("/sign-in/recovery", {"recovery": first})
    await Browser(town).posts("/sign-in/recovery", {"recovery": "foxglovery"})
    await sam.posts("/account/end")
    out, err = capfd.readouterr()
    told = f"{out}\n{err}\n{caplog.text}"
    canaries = ("Quillon", handle, secret, first, PASSWORD, "bramblewick", "foxglovery")
    assert [
        word for word in (*canaries, as_text(key.id), sam.token or "x" * 9) if word in told
    ] == []


# A role that is given and taken in the middle of a meeting


async def test_p23_a_role_that_is_taken_in_the_middle_of_a_meeting_holds_and_given_again_too(
    town: Town, office: Office
):
    """Grace holds the meeting beside Ada by her account: as a member she keeps her seat, and comes back to it."""
    room = await with_door(town, "open")
    duty = Duty("facilitator", room.id)
    ada = await room.open()
    id, browser = await office.comes("Grace", duty)
    grace = browser.token or ""
    assert (await room.take_seat(grace, "Grace")).json() == {"seat": 2}
    unlock = {"type": "unlock"}
    async with room.sit(ada) as adas:
        async with room.sit(grace) as graces:
            assert (await graces.ask({"type": "lock"}))["type"] == "receipt"
            await office.persons.take(id, duty, town.clock.now())
            assert (await adas.entry("dismissed"))["entry"]["seat"] == 2
            assert await graces.code() == COME_BACK
        async with room.sit(grace) as member:
            assert (await member.ask(unlock))["code"] == "facilitators_act"
            assert (await member.say("I am here", GATHERING))["type"] == "receipt"
            await office.persons.give(id, duty, town.clock.now())
            assert (await adas.entry("appointed"))["entry"]["seat"] == 2
            assert await member.code() == COME_BACK
        async with room.sit(grace) as again:
            assert (await again.ask(unlock))["type"] == "receipt"


async def test_p23_whose_role_is_taken_where_links_alone_let_in_leaves_the_meeting(
    town: Town, office: Office, room: Room
):
    duty = Duty("facilitator", room.id)
    ada = await room.open()
    id, browser = await office.comes("Grace", duty)
    grace = browser.token or ""
    assert (await room.take_seat(grace, "Grace")).json() == {"seat": 2}
    async with room.sit(ada) as adas, room.sit(grace) as graces:
        await office.persons.take(id, duty, town.clock.now())
        assert (await adas.entry("seat_left"))["entry"]["seat"] == 2
        assert await graces.code() in (4401, 4403)
    assert (await room.take_seat(grace, "Grace")).status_code == 403


async def test_p23_a_staff_link_that_is_taken_back_ends_the_desk_of_who_came_by_another_link_too(
    town: Town, room: Room
):
    """Kim is a member of a room as well, in the same browser."""
    now = town.clock.now()
    kim = await town.enter(room.id, "member")
    secret = await town.accounts.invite(0, "staff", None, None, now)
    kim = (await town.accounts.exchange(secret, kim, now)).token
    [link] = [each.id for each in await town.accounts.invitations(0)][-1:]
    place = {"id": secrets.token_hex(16), "name": "Kim"}
    assert (await town.post("/desk/seats", place, kim)).status_code == 200
    async with town.socket("/desk/socket") as desk:
        await desk.hello(kim)
        await town.accounts.revoke(link, town.clock.now())
        assert await desk.code() == 4401
