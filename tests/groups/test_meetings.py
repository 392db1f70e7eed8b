"""The door of a room: one meeting at a time, one seat for each, and a new meeting when one is over."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from chatroom.store import tables
from chatroom.store.database import reading
from tests.journal.town import Room, Town, town_in


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    server, furnish = town_in(tmp_path_factory.mktemp("town"))
    with server.running():
        town = furnish()
        yield town
        await town.close()


@pytest.fixture
async def room(town: Town) -> Room:
    return await town.room()


async def meetings(room: Room) -> int:
    query = select(func.count()).where(tables.meeting.c.room == room.id)
    async with reading(room.town.engine) as connection:
        return await connection.scalar(query) or 0


async def test_ten_who_come_at_once_begin_one_meeting_and_have_a_seat_each(room: Room):
    tokens = [await room.town.enter(room.id, "member") for _ in range(10)]
    answers = await asyncio.gather(
        *(room.take_seat(token, f"Ben {n}") for n, token in enumerate(tokens))
    )
    assert sorted(answer.json()["seat"] for answer in answers) == list(range(1, 11))
    assert await meetings(room) == 1


async def test_who_asks_again_has_the_same_seat_and_the_first_name(room: Room):
    ben = await room.seat("Ben")
    again = await asyncio.gather(*(room.take_seat(ben, f"Ben {n}") for n in range(5)))
    assert [answer.json() for answer in again] == [{"seat": 1}] * 5
    async with room.town.socket(f"{room.path}/socket") as line:
        seats = (await line.hello(ben))["snapshot"]["seats"]
    assert [(seat["seat"], seat["name"]) for seat in seats] == [(1, "Ben")]


async def test_of_two_who_choose_one_name_one_gets_it(room: Room):
    tokens = [await room.town.enter(room.id, "member") for _ in range(2)]
    answers = await asyncio.gather(*(room.take_seat(token, "Ben") for token in tokens))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert lost.json()["code"] == "name_taken"


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("   ", 409, "no_name"), ("B\x00n", 400, "bad_request"), ("B" * 41, 400, "bad_request")],
)
async def test_a_name_that_is_none_takes_no_seat(room: Room, name: str, status: int, code: str):
    answer = await room.take_seat(await room.town.enter(room.id, "member"), name)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_strangers_and_staff_take_no_seat(room: Room, town: Town):
    other = await town.room()
    stranger = await town.enter(other.id, "member")
    staff = await town.enter(0, "staff")
    for token in (stranger, staff):
        answer = await room.take_seat(token, "Eve")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    answer = await room.take_seat("x" * 43, "Eve")
    assert (answer.status_code, answer.json()["code"]) == (401, "no_session")
    body = {"id": secrets.token_hex(16), "name": "Eve"}
    nowhere = await town.post("/rooms/nowhere/seats", body, stranger)
    assert (nowhere.status_code, nowhere.json()["code"]) == (403, "not_yours")
    assert await meetings(room) == 0


async def test_a_facilitators_link_makes_a_facilitator(room: Room):
    ada = await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        assert (await line.ask({"type": "close"}))["code"] == "facilitators_act"
    async with room.sit(ada) as line:
        assert (await line.ask({"type": "close"}))["type"] == "receipt"


async def test_when_a_meeting_is_over_the_next_one_begins_without_its_words(room: Room):
    ada = await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ada) as line:
        await line.say("canary", 1)
        await line.ask({"type": "close"})
    async with room.sit(ben) as line:  # Over, and still to be seen until somebody comes again.
        assert (await line.say("hello?", 1))["code"] == "meeting_closed"
    answers = await asyncio.gather(*(room.take_seat(token, "Ben again") for token in (ben, ben)))
    assert [answer.json() for answer in answers] == [{"seat": 1}] * 2
    assert await meetings(room) == 2
    async with room.town.socket(f"{room.path}/socket") as line:
        fresh = await line.hello(ben)
        assert fresh["snapshot"]["opened_at"] is None
        assert b"canary" not in b"".join(line.raw)


async def test_a_cursor_of_the_last_meeting_is_noticed_in_the_next_p7_p26(room: Room):
    """The numbers begin anew, and the same number is another entry: the entry id tells."""
    ada = await room.open()
    async with room.town.socket(f"{room.path}/socket") as line:
        cursor = (await line.hello(ada))["cursor"]
        await line.ask({"type": "close"})
    await room.take_seat(ada, "Ada")
    ben = await room.seat("Ben")
    await room.seat("Chidi")
    async with room.sit(ada) as line:
        await line.ask({"type": "open"})
        await line.say("hello", 1)
    async with room.town.socket(f"{room.path}/socket") as line:
        fresh = await line.hello(ada, cursor)
        assert (fresh["type"], fresh["reason"]) == ("fresh", "diverged")
    async with room.sit(ben) as line:
        assert line.raw
