"""What was taken from somebody is heard by every process, in order, and told with what it tells of."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.people.access import KEPT, Access
from chatroom.people.accounts import Accounts, hashed
from chatroom.store import access as store
from chatroom.store.access import Told
from chatroom.store.database import open_engine, reading, writing
from chatroom.store.rooms import create_room
from tests.ground import NOON, dice, store_in
from tests.store.places import KINDS, place

KEY = bytes(range(32))


class Undone(Exception):
    """It came to nothing."""


async def heard_by(access: Access) -> list[Told]:
    heard: list[Told] = []

    async def hears(told: list[Told], now: float) -> None:
        heard.extend(told)

    await access.look(hears, NOON)
    return heard


async def told(engine: AsyncEngine, kind: store.Kind, subject: bytes, at: float = NOON) -> None:
    async with writing(engine) as connection:
        await store.tell(connection, kind, subject, at)


@pytest.mark.parametrize("kind", KINDS)
async def test_p23_every_process_hears_each_once_and_in_order_however_many_tell_at_once(
    tmp_path: Path, kind: str
):
    with place(kind, tmp_path) as where:
        engines = [open_engine(where.settings) for _ in range(3)]
        try:
            here = Access(engines[0])
            await here.begin()
            subjects = [b"%d" % n for n in range(30)]
            telling = [told(engines[n % 3], "ended", who) for n, who in enumerate(subjects)]
            heard = []
            pending = asyncio.gather(*telling)
            while not pending.done():
                heard += await heard_by(here)
                await asyncio.sleep(0)
            await pending
            heard += await heard_by(here)
            assert [one.position for one in heard] == list(range(1, 31))
            assert {one.subject for one in heard} == set(subjects)
        finally:
            for engine in engines:
                await engine.dispose()


async def test_what_is_undone_was_never_told(tmp_path: Path):
    async with store_in(tmp_path) as engine:
        access = Access(engine)
        await access.begin()
        with suppress(Undone):
            async with writing(engine) as connection:
                await store.tell(connection, "ended", b"ben", NOON)
                raise Undone
        assert await heard_by(access) == []


async def test_what_could_not_be_done_is_heard_again(tmp_path: Path):
    async with store_in(tmp_path) as engine:
        access = Access(engine)
        await access.begin()
        await told(engine, "ended", b"ben")

        async def fails(_: list[Told], now: float) -> None:
            raise Undone

        with pytest.raises(Undone):
            await access.look(fails, NOON)
        assert await heard_by(access) == [Told(1, "ended", b"ben")]
        assert await heard_by(access) == []


async def test_a_process_that_starts_hears_what_is_told_from_then_on(tmp_path: Path):
    async with store_in(tmp_path) as engine:
        await told(engine, "ended", b"ben")
        access = Access(engine)
        await access.begin()
        await told(engine, "rights", b"ada")
        assert await heard_by(access) == [Told(2, "rights", b"ada")]


async def test_what_is_forgotten_takes_no_position_back(tmp_path: Path):
    async with store_in(tmp_path) as engine:
        access = Access(engine)
        await access.begin()
        await told(engine, "ended", b"ben")
        await heard_by(access)
        await access.tidy(NOON + 2 * KEPT)
        await told(engine, "ended", b"chidi", NOON + 2 * KEPT)
        assert await heard_by(access) == [Told(2, "ended", b"chidi")]
        await access.tidy(NOON + 2 * KEPT)
        async with reading(engine) as connection:
            assert [one.position for one in await store.since(connection, 0)] == [2]


async def test_a60_whoever_may_do_more_is_told_of_by_the_old_id(tmp_path: Path):
    async with store_in(tmp_path) as engine:
        accounts, access = Accounts(engine, KEY, dice("accounts")), Access(engine)
        room = await create_room(engine, "Evening group", "small", NOON, dice("room"))
        await access.begin()
        token = await accounts.new_session(NOON)
        link = await accounts.invite(room.id, "member", None, None, NOON)
        fresh = (await accounts.exchange(link, token, NOON)).token
        await accounts.end(fresh, NOON)
        heard = await heard_by(access)
        assert [(one.kind, one.subject) for one in heard] == [
            ("renewed", hashed(token)),
            ("ended", hashed(fresh)),
        ]
