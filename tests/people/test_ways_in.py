"""Signing in: passwords with codes, recovery codes, and who is let go."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.people.accounts import Accounts, Session
from chatroom.people.audit import Audit
from chatroom.people.passwords import (
    NOBODY,
    STEP,
    Passwords,
    after_code,
    code_address,
    code_data,
    new_code_secret,
)
from chatroom.people.persons import SIGNED_IN, Persons
from chatroom.people.ways_in import WaysIn
from chatroom.store import tables
from chatroom.store.database import reading
from chatroom.store.persons import Duty
from chatroom.store.rooms import Room, create_room
from moderation.refused import Refused
from tests.ground import NOON, dice, store_in

KEY = bytes(range(32))
PASSWORD = "four quiet green kettles"
STAFF = Duty("staff", 0)
LEAD = Duty("lead", 0)


class Office:
    """People, their ways in, and who they are."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.persons = Persons(engine, Audit(engine, KEY), dice("persons"))
        self.ways = WaysIn(engine, self.persons, Audit(engine, KEY), dice("ways"))
        self.accounts = Accounts(engine, KEY, dice("accounts"))

    async def sam(self, *duties: Duty) -> int:
        id, _ = await self.persons.add("Sam", duties or (STAFF,), NOON)
        return id

    async def with_password(self, id: int, handle: str = "sam") -> str:
        """The secret of their authenticator."""
        secret = new_code_secret(dice("secret"))
        code = pyotp.TOTP(secret).at(int(NOON) - 10 * STEP)
        await self.ways.set_password(id, handle, PASSWORD, secret, code, NOON - 10 * STEP)
        return secret

    async def signed_in(self, token: str, now: float = NOON) -> Session:
        session = await self.accounts.session(token, now)
        assert session is not None
        return session

    async def no(self, handle: str, password: str, code: str) -> str:
        with pytest.raises(Refused) as refused:
            await self.ways.by_password(handle, password, code, "Firefox", NOON)
        return refused.value.code


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with store_in(tmp_path) as engine:
        yield Office(engine)


@pytest.fixture
async def evening(office: Office) -> Room:
    return await create_room(office.engine, "Evening group", "small", NOON, dice("room"))


# By a link


async def test_sam_makes_their_way_in_by_a_link_that_opens_once(office: Office):
    id, secret = await office.persons.add("Sam", (STAFF,), NOON)
    token = await office.persons.enter(secret, "Firefox on Linux", NOON)
    assert token is not None
    session = await office.signed_in(token)
    assert session.person == id
    assert await office.accounts.rights(session, 0) == {"staff": 0}
    assert await office.persons.enter(secret, "Firefox on Linux", NOON) is None
    [device] = await office.persons.devices(id, NOON)
    assert (device.device, device.expires_at) == ("Firefox on Linux", NOON + SIGNED_IN)


async def test_another_link_takes_the_place_of_the_last(office: Office):
    id, first = await office.persons.add("Sam", (STAFF,), NOON)
    second = await office.persons.link(id, NOON)
    assert await office.persons.enter(first, "", NOON) is None
    assert await office.persons.enter(second, "", NOON) is not None


async def test_a_link_opens_for_a_week(office: Office):
    _, secret = await office.persons.add("Sam", (STAFF,), NOON)
    assert await office.persons.is_link(secret, NOON + 7 * 86400 - 1)
    assert await office.persons.enter(secret, "", NOON + 7 * 86400) is None


async def test_on_each_device_sam_is_the_same(office: Office):
    id, first = await office.persons.add("Sam", (STAFF,), NOON)
    one = await office.signed_in(await office.persons.enter(first, "", NOON) or "")
    second = await office.persons.link(id, NOON)
    other = await office.signed_in(await office.persons.enter(second, "", NOON) or "")
    assert one.id != other.id
    assert office.accounts.digest(7, one) == office.accounts.digest(7, other)


async def test_signed_in_is_twelve_hours_however_much_is_done(office: Office):
    _, secret = await office.persons.add("Sam", (STAFF,), NOON)
    session = await office.signed_in(await office.persons.enter(secret, "", NOON) or "")
    later = NOON + SIGNED_IN - 60
    await office.accounts.seen(session, later)
    await office.accounts.keep([session.id], later)
    [device] = await office.persons.devices(session.person or 0, NOON)
    assert device.expires_at == NOON + SIGNED_IN


# Password and code


async def test_a_password_and_a_code_let_sam_in_and_the_code_once(office: Office):
    secret = await office.with_password(await office.sam())
    code = pyotp.TOTP(secret).at(int(NOON))
    token = await office.ways.by_password(" Sam ", PASSWORD, code, "Firefox", NOON)
    assert await office.accounts.session(token, NOON)
    assert await office.no("sam", PASSWORD, code) == "sign_in_wrong"
    later = pyotp.TOTP(secret).at(int(NOON) + STEP)
    assert await office.ways.by_password("sam", PASSWORD, later, "Firefox", NOON)


async def test_of_many_who_have_seen_one_code_one_is_let_in(office: Office):
    secret = await office.with_password(await office.sam())
    code = pyotp.TOTP(secret).at(int(NOON))
    tries = [office.ways.by_password("sam", PASSWORD, code, "", NOON) for _ in range(4)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, str) for answer in answers) == 1


async def test_a97_whatever_is_wrong_the_no_is_the_same(office: Office):
    secret = await office.with_password(await office.sam())
    code = pyotp.TOTP(secret).at(int(NOON))
    assert await office.no("sam", "three quiet green kettles", code) == "sign_in_wrong"
    assert await office.no("sam", PASSWORD, "000000") == "sign_in_wrong"
    assert await office.no("nobody", PASSWORD, code) == "sign_in_wrong"
    assert await office.no("sam", PASSWORD, "") == "sign_in_wrong"


async def test_a97_who_does_not_exist_takes_a_hash_as_well(monkeypatch: pytest.MonkeyPatch):
    passwords, verified = Passwords(), list[str]()

    def counts(kept: str, password: str) -> bool:
        verified.append(kept)
        return True

    monkeypatch.setattr(passwords, "_verified", counts)
    assert not await passwords.is_right(None, PASSWORD)
    assert verified == [NOBODY]


async def test_a_short_password_and_a_wrong_code_and_a_taken_name_change_nothing(office: Office):
    sam, mo = await office.sam(), (await office.persons.add("Mo", (STAFF,), NOON))[0]
    await office.with_password(sam)
    secret = new_code_secret(dice("other"))
    code = pyotp.TOTP(secret).at(int(NOON))
    for handle, password, typed, why in (
        ("mo", "short", code, "password_short"),
        ("mo", "x" * 201, code, "password_long"),
        ("mo", PASSWORD, "000000", "code_wrong"),
        ("SAM", PASSWORD, code, "handle_taken"),
    ):
        with pytest.raises(Refused) as refused:
            await office.ways.set_password(mo, handle, password, secret, typed, NOON)
        assert refused.value.code == why
    assert await office.ways.of(mo) == []


async def test_no_password_lies_in_the_database(office: Office):
    await office.with_password(await office.sam())
    async with reading(office.engine) as connection:
        kept = list(await connection.scalars(select(tables.way_in.c.data)))
    assert any(data.startswith(b"$argon2id$") for data in kept)
    assert not any(PASSWORD.encode() in data for data in kept)


def test_a_code_is_good_a_step_before_and_after_and_never_twice():
    secret = new_code_secret(dice("secret"))
    totp = pyotp.TOTP(secret)
    data = code_data(secret)
    for step in (-1, 0, 1):
        assert after_code(data, totp.at(int(NOON) + step * STEP), NOON) is not None
    assert after_code(data, totp.at(int(NOON) + 2 * STEP), NOON) is None
    after = after_code(data, totp.at(int(NOON)), NOON)
    assert after is not None
    assert after_code(after, totp.at(int(NOON)), NOON) is None
    assert after_code(after, totp.at(int(NOON) - STEP), NOON) is None, "nor one from before"
    assert after_code(data, "５" * 6, NOON) is None
    assert "issuer=Harbour" in code_address(secret, "sam", "Harbour")


# Recovery codes


async def test_a_recovery_code_opens_once(office: Office):
    id = await office.sam()
    codes = await office.ways.new_codes(id, NOON)
    assert len(set(codes)) == 8
    typed = f" {codes[0].upper()} "
    assert await office.ways.by_recovery(typed, "Firefox", NOON)
    for code in (codes[0], "guess", ""):
        with pytest.raises(Refused):
            await office.ways.by_recovery(code, "Firefox", NOON)
    again = await office.ways.new_codes(id, NOON)
    with pytest.raises(Refused):
        await office.ways.by_recovery(codes[1], "Firefox", NOON)
    assert await office.ways.by_recovery(again[7], "Firefox", NOON)


async def test_the_last_way_in_stays(office: Office):
    id = await office.sam()
    await office.with_password(id)
    await office.ways.new_codes(id, NOON)
    for way in await office.ways.of(id):
        if way.kind == "password":
            with pytest.raises(Refused) as refused:
                await office.ways.forget(id, way.id, NOON)
            assert refused.value.code == "last_way_in"
    [code, *_] = [way for way in await office.ways.of(id) if way.kind == "recovery"]
    await office.ways.forget(id, code.id, NOON)
    assert sum(way.kind == "recovery" for way in await office.ways.of(id)) == 7


# Who is let go


async def test_a120_who_is_switched_off_is_out_and_no_way_in_opens(office: Office):
    id = await office.sam()
    secret = await office.with_password(id)
    codes = await office.ways.new_codes(id, NOON)
    link = await office.persons.link(id, NOON)
    code = pyotp.TOTP(secret).at(int(NOON))
    session = await office.signed_in(await office.ways.by_password("sam", PASSWORD, code, "", NOON))
    [ended] = await office.persons.switch_off(id, NOON)
    assert (ended.session.id, ended.session.who) == (session.id, session.who)
    office.accounts.uncache(session.id)
    assert await office.accounts.rights(session, 0) == {}
    assert [await office.accounts.over([session.id], NOON)] == [[session.id]]
    later = pyotp.TOTP(secret).at(int(NOON) + STEP)
    assert await office.no("sam", PASSWORD, later) == "sign_in_wrong"
    with pytest.raises(Refused):
        await office.ways.by_recovery(codes[0], "", NOON)
    assert await office.persons.enter(link, "", NOON) is None
    await office.persons.switch_on(id, NOON)
    assert await office.ways.by_password("sam", PASSWORD, later, "", NOON)


async def test_the_last_lead_stays(office: Office):
    lead = await office.sam(LEAD)
    for act in (
        office.persons.switch_off(lead, NOON),
        office.persons.take(lead, LEAD, NOON),
        office.persons.forget(lead, NOON),
    ):
        with pytest.raises(Refused) as refused:
            await act
        assert refused.value.code == "last_lead"
    await office.persons.add("Ada", (LEAD,), NOON)
    assert await office.persons.take(lead, LEAD, NOON) == []


async def test_a_duty_of_one_room_is_of_that_room(office: Office, evening: Room):
    duty = Duty("facilitator", evening.id)
    id, secret = await office.persons.add("Ada", (duty,), NOON)
    ada = await office.signed_in(await office.persons.enter(secret, "", NOON) or "")
    assert await office.accounts.rights(ada, evening.id) == {"facilitator": 0}
    assert await office.accounts.rights(ada, 99) == {}
    assert (await office.persons.person(id)).duties == (
        Duty("facilitator", evening.id, "evening-group"),
    )
    assert not await office.persons.give(id, duty, NOON)
    await office.persons.take(id, duty, NOON)
    assert await office.accounts.rights(ada, evening.id) == {}


async def test_who_is_forgotten_leaves_nothing(office: Office):
    id = await office.sam()
    await office.with_password(id)
    await office.ways.new_codes(id, NOON)
    await office.persons.forget(id, NOON)
    async with reading(office.engine) as connection:
        for table in (tables.person, tables.person_right, tables.way_in, tables.person_link):
            assert (await connection.execute(select(table))).all() == []
    with pytest.raises(Refused) as refused:
        await office.persons.person(id)
    assert refused.value.code == "no_such_person"
