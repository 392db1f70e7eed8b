"""Going through a door: invitations, sessions and what they let somebody do."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import ANY

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.people.accounts import (
    ARRIVES_WITHIN,
    CACHED_FOR,
    SESSION_LIFE,
    Accounts,
    Session,
    hashed,
)
from chatroom.store import tables
from chatroom.store.accounts import Role
from chatroom.store.database import open_engine, reading
from chatroom.store.rooms import Room, create_room
from moderation.refused import Refused
from tests.ground import NOON, dice, store_in
from tests.store.places import place

KEY = bytes(range(32))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with store_in(tmp_path) as engine:
        yield engine


@pytest.fixture
async def evening(engine: AsyncEngine) -> Room:
    return await create_room(engine, "Evening group", "small-discussion", NOON, dice("room"))


@pytest.fixture
def accounts(engine: AsyncEngine) -> Accounts:
    return Accounts(engine, KEY, dice("accounts"))


async def test_ben_comes_in_by_a_link(accounts: Accounts, evening: Room):
    link = await invite(accounts, evening, "member")
    entered = await accounts.exchange(link, None, NOON)
    assert (entered.slug, entered.role) == ("evening-group", "member")
    ben = await signed_in(accounts, entered.token)
    assert ben.expires_at == NOON + SESSION_LIFE
    assert await accounts.role(ben, evening.id) == "member"


async def test_a57_what_opens_a_door_is_256_random_bits_that_a_url_can_hold(
    accounts: Accounts, evening: Room
):
    link = await invite(accounts, evening, "member")
    token = (await accounts.exchange(link, None, NOON)).token
    for secret in (link, token):
        assert len(secret) == 43
        assert secret.replace("-", "").replace("_", "").isalnum()


async def test_the_database_knows_no_secret_and_no_token(
    accounts: Accounts, evening: Room, engine: AsyncEngine, tmp_path: Path
):
    link = await invite(accounts, evening, "member")
    token = (await accounts.exchange(link, None, NOON)).token
    async with reading(engine) as connection:
        assert await connection.scalar(select(tables.session.c.id)) == hashed(token)
    kept = all_bytes(tmp_path)
    assert hashed(link) in kept, "need the link in the files for this test to mean anything"
    assert link.encode() not in kept
    assert token.encode() not in kept


async def test_a54_a_right_is_good_for_its_room_alone(
    accounts: Accounts, evening: Room, engine: AsyncEngine
):
    morning = await create_room(engine, "Morning group", "small-discussion", NOON, dice("other"))
    ben = await enter(accounts, evening, "member")
    assert await accounts.role(ben, morning.id) is None


async def test_staff_have_their_role_in_every_room(accounts: Accounts, evening: Room):
    entered = await accounts.exchange(await invite(accounts, evening, "staff"), None, NOON)
    assert (entered.slug, entered.role) == (None, "staff")
    sam = await signed_in(accounts, entered.token)
    assert await accounts.role(sam, evening.id) == "staff"
    assert await accounts.role(sam, 0) == "staff"


async def test_the_highest_role_counts(accounts: Accounts, evening: Room):
    first = await accounts.exchange(await invite(accounts, evening, "facilitator"), None, NOON)
    second = await accounts.exchange(await invite(accounts, evening, "member"), first.token, NOON)
    ada = await signed_in(accounts, second.token)
    assert await accounts.role(ada, evening.id) == "facilitator"


async def test_the_same_browser_uses_a_link_up_once(accounts: Accounts, evening: Room):
    link = await invite(accounts, evening, "member", uses=1)
    token = (await accounts.exchange(link, None, NOON)).token
    assert (await accounts.exchange(link, token, NOON)).token == token
    with pytest.raises(Refused) as refused:
        await accounts.exchange(link, None, NOON)
    assert refused.value.code == "invitation_used_up"


async def test_a_link_that_ran_out_still_works_in_the_browser_that_it_let_in(
    accounts: Accounts, evening: Room
):
    link = await invite(accounts, evening, "member", expires_at=NOON + 60)
    token = (await accounts.exchange(link, None, NOON)).token
    assert (await accounts.exchange(link, token, NOON + 60)).token == token
    with pytest.raises(Refused) as refused:
        await accounts.exchange(link, None, NOON + 60)
    assert refused.value.code == "invitation_expired"


@pytest.mark.parametrize("secret", ["", "guess", "A" * 43, "\ud83d\ude00", "x" * 4000])
async def test_a_guess_opens_nothing(accounts: Accounts, secret: str):
    with pytest.raises(Refused) as refused:
        await accounts.exchange(secret, None, NOON)
    assert refused.value.code == "invitation_unknown"


async def test_a53_fifty_at_once_get_exactly_as_many_uses_as_there_are(
    accounts: Accounts, evening: Room
):
    link = await invite(accounts, evening, "member", uses=7)
    tries = [accounts.exchange(link, None, NOON) for _ in range(50)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(answers) - len(refused) == 7
    assert {refusal.code for refusal in refused} == {"invitation_used_up"}


async def test_a_refused_stranger_leaves_no_session(
    accounts: Accounts, evening: Room, engine: AsyncEngine
):
    link = await invite(accounts, evening, "member", expires_at=NOON)
    with pytest.raises(Refused):
        await accounts.exchange(link, None, NOON)
    async with reading(engine) as connection:
        assert await connection.scalar(select(tables.session.c.id)) is None


async def test_a60_a_token_that_nobody_gave_is_replaced(accounts: Accounts, evening: Room):
    link = await invite(accounts, evening, "member")
    entered = await accounts.exchange(link, "planted-by-eve", NOON)
    assert entered.token != "planted-by-eve"
    assert await accounts.session("planted-by-eve", NOON) is None


async def test_a60_whoever_may_do_more_has_another_token_and_is_the_same(
    accounts: Accounts, evening: Room
):
    token = (await accounts.exchange(await invite(accounts, evening, "member"), None, NOON)).token
    ben = await signed_in(accounts, token)
    link = await invite(accounts, evening, "facilitator")
    again = (await accounts.exchange(link, token, NOON)).token
    assert again != token
    assert await accounts.session(token, NOON) is None, "a copied token becomes nobody's"
    now = await signed_in(accounts, again)
    assert accounts.digest(7, now) == accounts.digest(7, ben), "the seat stays theirs"
    assert await accounts.rights(now, evening.id) == {"member": ANY, "facilitator": ANY}


async def test_a60_a_dead_token_gets_the_new_one_by_the_same_link_alone_and_not_for_long(
    accounts: Accounts, evening: Room
):
    """Two tabs open one link at once. Whoever copied the token does not have the link."""
    token = await accounts.new_session(NOON)
    link, other = [await invite(accounts, evening, "member", uses=1) for _ in range(2)]
    fresh = (await accounts.exchange(link, token, NOON)).token
    assert (await accounts.exchange(link, token, NOON)).token == fresh
    assert (await accounts.exchange(other, token, NOON)).token != fresh
    with pytest.raises(Refused) as refused:
        await accounts.exchange(link, token, NOON + ARRIVES_WITHIN)
    assert refused.value.code == "invitation_used_up"


async def test_a_session_ends_after_its_life(accounts: Accounts, evening: Room):
    token = (await accounts.exchange(await invite(accounts, evening, "member"), None, NOON)).token
    assert await accounts.session(token, NOON + SESSION_LIFE - 1)
    assert await accounts.session(token, NOON + SESSION_LIFE) is None


async def test_a_new_right_gives_the_session_its_full_life_again(accounts: Accounts, evening: Room):
    token = (await accounts.exchange(await invite(accounts, evening, "member"), None, NOON)).token
    later = NOON + SESSION_LIFE - 60
    await signed_in(accounts, token, later)
    link = await invite(accounts, evening, "facilitator")
    token = (await accounts.exchange(link, token, later)).token
    assert (await signed_in(accounts, token, later)).expires_at == later + SESSION_LIFE


async def test_somebody_without_an_invitation_gets_a_session_for_help(
    accounts: Accounts, evening: Room
):
    eve = await signed_in(accounts, await accounts.new_session(NOON))
    assert await accounts.role(eve, evening.id) is None


async def test_a120_an_ended_session_is_gone_at_once_with_its_rights(
    accounts: Accounts, evening: Room, engine: AsyncEngine
):
    token = (await accounts.exchange(await invite(accounts, evening, "member"), None, NOON)).token
    await signed_in(accounts, token)
    ended = await accounts.end(token, NOON)
    assert ended is not None
    assert await accounts.session(token, NOON) is None
    # Until it is forgotten its rights are known, so that its seats can be left.
    assert [right.room for right in ended.rights] == [evening.id]
    [over] = await accounts.expired(NOON)
    assert (over.session.id, over.rights) == (ended.session.id, ended.rights)
    assert await accounts.forget(ended.session)
    assert not await accounts.forget(ended.session), "whoever was first gives the use back"
    async with reading(engine) as connection:
        assert await connection.scalar(select(tables.seat_right.c.role)) is None


async def test_ending_a_session_twice_is_no_error(accounts: Accounts):
    token = await accounts.new_session(NOON)
    await accounts.end(token, NOON)
    await accounts.end(token, NOON)


async def test_a_session_is_remembered_for_half_a_minute(accounts: Accounts, engine: AsyncEngine):
    token = await accounts.new_session(NOON)
    await signed_in(accounts, token)
    await Accounts(engine, KEY, dice("another process")).end(token, NOON)
    assert await accounts.session(token, NOON + CACHED_FOR - 1), "it is read once in 30 s"
    assert await accounts.session(token, NOON + CACHED_FOR) is None


async def test_a120_a_revocation_makes_the_next_look_up_ask_the_database(
    accounts: Accounts, engine: AsyncEngine
):
    token = await accounts.new_session(NOON)
    await signed_in(accounts, token)
    await Accounts(engine, KEY, dice("another process")).end(token, NOON)
    accounts.uncache(hashed(token))
    assert await accounts.session(token, NOON) is None


async def test_what_is_over_is_forgotten(accounts: Accounts, evening: Room, engine: AsyncEngine):
    link = await invite(accounts, evening, "member", expires_at=NOON + 60)
    await accounts.exchange(link, None, NOON)
    lasting = await invite(accounts, evening, "member")
    await accounts.new_session(NOON + 60)
    [over] = await accounts.expired(NOON + SESSION_LIFE)
    await accounts.forget(over.session)
    await accounts.forget_links(NOON + SESSION_LIFE)
    assert await accounts.expired(NOON + SESSION_LIFE) == []
    async with reading(engine) as connection:
        links = list(await connection.scalars(select(tables.invitation.c.secret)))
        rights = list(await connection.scalars(select(tables.seat_right.c.role)))
    assert links == [hashed(lasting)]
    assert rights == []


async def test_a_log_knows_a_session_by_a_digest_of_its_own(accounts: Accounts, evening: Room):
    ben = await enter(accounts, evening, "member")
    chidi = await enter(accounts, evening, "member")
    digest = accounts.digest(7, ben)
    assert len(bytes.fromhex(digest)) == 16
    assert digest == accounts.digest(7, ben)
    others = {accounts.digest(8, ben), accounts.digest(7, chidi)}
    assert digest not in others


async def test_without_the_key_nobody_can_tell_whose_digest_it_is(
    accounts: Accounts, engine: AsyncEngine
):
    ben = Session(b"b" * 32, NOON, b"b" * 32)
    assert Accounts(engine, bytes(32), dice()).digest(7, ben) != accounts.digest(7, ben)


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def invite(
    accounts: Accounts,
    room: Room,
    role: Role,
    uses: int | None = None,
    expires_at: float | None = None,
) -> str:
    return await accounts.invite(room.id, role, uses, expires_at, NOON)


async def enter(accounts: Accounts, room: Room, role: Role) -> Session:
    entered = await accounts.exchange(await invite(accounts, room, role), None, NOON)
    return await signed_in(accounts, entered.token)


async def signed_in(accounts: Accounts, token: str, now: float = NOON) -> Session:
    session = await accounts.session(token, now)
    assert session is not None
    return session


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_of_many_processes_one_forgets_a_session(tmp_path: Path, kind: str):
    """And so one alone gives back the use of its link."""
    with place(kind, tmp_path) as where:
        engines = [open_engine(where.settings) for _ in range(3)]
        try:
            processes = [Accounts(engine, KEY, dice(f"{n}")) for n, engine in enumerate(engines)]
            for _ in range(10):
                token = await processes[0].new_session(NOON)
                ended = await asyncio.gather(*(one.end(token, NOON) for one in processes))
                told = [
                    one.forget(over.session)
                    for one, over in zip(processes, ended, strict=True)
                    if over is not None
                ]
                assert sorted(await asyncio.gather(*told)) == [False, False, True]
        finally:
            for engine in engines:
                await engine.dispose()


ARRIVAL, ANOTHER = "0a" * 16, "0b" * 16


async def test_what_one_page_posts_before_it_has_a_session_is_of_one_person(
    accounts: Accounts, evening: Room
):
    """Help and the door at once, in any order; the link is used once (A60: nobody else has the word)."""
    link = await invite(accounts, evening, "member", 1)
    helped, entered = await asyncio.gather(
        accounts.new_session(NOON, ARRIVAL), accounts.exchange(link, None, NOON, arrival=ARRIVAL)
    )
    assert helped == entered.token
    assert await accounts.new_session(NOON, ARRIVAL) == helped
    assert await accounts.new_session(NOON, ANOTHER) != helped
    first, second = await accounts.new_session(NOON), await accounts.new_session(NOON)
    assert first != second, "nobody named a page"


async def test_a60_the_word_of_a_page_opens_nothing_later_nor_after_the_end(
    accounts: Accounts, evening: Room
):
    token = await accounts.new_session(NOON, ARRIVAL)
    assert ARRIVAL not in token
    assert await accounts.new_session(NOON + ARRIVES_WITHIN, ARRIVAL) != token
    link = await invite(accounts, evening, "member")
    later = await accounts.exchange(link, None, NOON + ARRIVES_WITHIN, arrival=ARRIVAL)
    assert later.token != token
    left = await accounts.new_session(NOON, ANOTHER)
    ended = await accounts.end(left, NOON + 1.0)
    assert ended is not None
    again = await accounts.new_session(NOON + 2.0, ANOTHER)
    assert again != left
    await accounts.end(again, NOON + 2.0)
    assert await accounts.forget(ended.session)
    assert await accounts.new_session(NOON + 3.0, ANOTHER) != left, "nor once it is forgotten"
    assert await accounts.session(left, NOON + 3.0) is None


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_what_a_page_with_a_dead_cookie_posts_at_once_is_of_one_person(
    tmp_path: Path, kind: str
):
    """Help and the door, at two processes: whatever the cookie was, they wait for one another."""
    with place(kind, tmp_path) as where:
        engines = [open_engine(where.settings) for _ in range(2)]
        try:
            here, there = [Accounts(one, KEY, dice(f"{n}")) for n, one in enumerate(engines)]
            room = await create_room(engines[0], "Evening group", "small", NOON, dice("room"))
            for count in range(20):
                word, link = f"{count:032x}", await invite(here, room, "member", 1)
                dead = await here.new_session(NOON)
                ended = await here.end(dead, NOON)
                assert ended is not None
                await here.forget(ended.session)
                helped, entered = await asyncio.gather(
                    here.new_session(NOON, word), there.exchange(link, dead, NOON, arrival=word)
                )
                assert helped == entered.token
        finally:
            for engine in engines:
                await engine.dispose()


async def test_whoever_a_link_let_in_anywhere_is_known(accounts: Accounts, evening: Room):
    eve = await signed_in(accounts, await accounts.new_session(NOON))
    link = await invite(accounts, evening, "member")
    ben = await signed_in(accounts, (await accounts.exchange(link, None, NOON)).token)
    assert [await accounts.is_known(who) for who in (eve, ben)] == [False, True]
