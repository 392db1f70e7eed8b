"""Many who let go of the same people at once, and who comes in meanwhile: on each database, nobody is forgotten."""

import asyncio
import secrets
from pathlib import Path

import pytest

from chatroom.people.accounts import Accounts
from chatroom.people.persons import Persons
from chatroom.store.database import open_engine
from chatroom.store.persons import Duty
from tests.ground import NOON
from tests.store.places import KINDS, place

KEY = bytes(range(32))
STAFF = Duty("staff", 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_p23_who_is_signed_out_one_by_one_and_everywhere_at_once_is_out_and_nobody_fails(
    tmp_path: Path, kind: str
):
    with place(kind, tmp_path) as where:
        engine = open_engine(where.settings)
        accounts = Accounts(engine, KEY, secrets.token_bytes)
        persons = Persons(engine, accounts.audit, secrets.token_bytes)
        try:
            id, _ = await persons.add("Sam", (STAFF,), NOON)
            for _ in range(3):
                tokens = []
                for _ in range(6):
                    secret = await persons.link(id, NOON)
                    tokens.append(await persons.enter(secret, "Firefox", NOON) or "")
                ways_out = [accounts.end(token, NOON + 1) for token in reversed(tokens)]
                await asyncio.gather(persons.end_others(id, NOON + 1), *ways_out)
                assert await persons.devices(id, NOON + 1) == []
        finally:
            await engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
async def test_p23_a120_who_signs_in_while_they_are_switched_off_is_out(tmp_path: Path, kind: str):
    with place(kind, tmp_path) as where:
        engine = open_engine(where.settings)
        accounts = Accounts(engine, KEY, secrets.token_bytes)
        persons = Persons(engine, accounts.audit, secrets.token_bytes)
        try:
            for n in range(10):
                id, secret = await persons.add(f"Sam {n}", (STAFF,), NOON)
                entering = asyncio.ensure_future(persons.enter(secret, "Firefox", NOON))
                for _ in range(n):
                    await asyncio.sleep(0)
                await persons.switch_off(id, NOON + 1)
                await entering
                assert await persons.devices(id, NOON + 1) == []
        finally:
            await engine.dispose()
