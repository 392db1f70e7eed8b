"""Strangers by the hundred press Help, or come to a door: nobody who is in need waits behind them.

The figures are a tenth of those of the issue; in full with FULL=1.
"""

import asyncio
import itertools
import os
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from chatroom.care.cases import Cases
from chatroom.people.limits import BUDGETS, Limits
from chatroom.people.strangers import Strangers
from chatroom.store import rooms
from moderation.meeting.door import LOBBY, RAID
from moderation.refused import Refused
from tests.journal.stage import SOON
from tests.journal.town import Frame, Line, Room, Town, town_in

FULL = os.environ.get("FULL") == "1"
PRESSES = 355 if FULL else 36
KNOCKS = 200 if FULL else 20
COMINGS = 704 if FULL else 70
FACTOR = 1.0 if FULL else 0.1
WIFI = 20 if FULL else 2
"""Real people who come from one address."""


def budget(kind: Any) -> int:
    return max(1, round(BUDGETS[kind].amount * FACTOR))


@pytest.fixture
async def town(tmp_path: Any) -> AsyncIterator[Town]:
    """Behind a proxy on this machine, which says from where each request comes."""
    server, furnish = town_in(tmp_path, PROXIES="127.0.0.1", LIMITS=str(FACTOR))
    with server.running():
        town = furnish()
        yield town
        await town.close()


class World:
    """Browsers without a session, each from an address."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._http = AsyncClient(trust_env=False, verify=False, timeout=SOON)
        self._names = itertools.product("BDGKPTZ", "e", "bdgkptz", "o", "bdgkptz", "a", "bdgkptz")

    async def post(
        self, path: str, body: Frame, address: str, token: str | None = None
    ) -> Response:
        headers = {"X-Forwarded-For": address}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return await self._http.post(self.town.origin + path, json=body, headers=headers)

    async def press(
        self, address: str, room: Room | None = None, token: str | None = None, **more: str
    ) -> Frame:
        ids = {"id": secrets.token_hex(16), "arrival": secrets.token_hex(16)}
        body = {**ids, "room": room.slug if room else None, **more}
        answer = await self.post("/help", body, address, token)
        assert answer.status_code == 200, "Help says no to nobody"
        told: Frame = answer.json()
        assert [line["text"] for line in told["helplines"]] == ["116 123"]
        assert "call the number below" in told["words"]
        return told

    async def knock(
        self, room: Room, address: str, name: str = "", token: str | None = None
    ) -> Response:
        """Under a name like no other."""
        name = name or "Gus " + "".join(next(self._names))
        body = {"id": secrets.token_hex(16), "name": name}
        return await self.post(f"{room.path}/seats", body, address, token)

    async def close(self) -> None:
        await self._http.aclose()


@pytest.fixture
async def world(town: Town) -> AsyncIterator[World]:
    world = World(town)
    yield world
    await world.close()


async def room_with(town: Town, door: str) -> Room:
    made = await rooms.create_room(
        town.engine,
        f"Door {door}",
        "small-discussion",
        town.clock.now(),
        secrets.token_bytes,
        {"door": door},
    )
    return Room(town, made)


async def at_desk(town: Town, line: Line) -> None:
    sam = await town.enter(0, "staff")
    await town.post("/desk/seats", {"id": secrets.token_hex(16), "name": "Sam"}, sam)
    assert (await line.hello(sam))["type"] == "fresh"


def cases(line: Line) -> dict[str, Frame]:
    """How each stands, by what the desk was told."""
    told = [each["entry"] for each in line.entries()]
    return {each["case"]: each for each in told if each["type"] == "case_listed"}


def presses(line: Line) -> list[int]:
    told = [each["entry"] for each in line.entries()]
    return [each["presses"] for each in told if each["type"] == "presses_listed"]


async def until_told(line: Line, count: int) -> None:
    while sum(presses(line)[-1:]) < count:
        await line.entry("presses_listed")


async def test_a99_strangers_who_press_help_hundreds_of_times_are_one_entry_at_the_desk(
    town: Town, world: World
):
    """And each of them has the numbers at once; who has a seat, or words, has a case."""
    room = await town.room()
    ben = await room.seat("Ben")
    async with town.socket("/desk/socket") as desk:
        await at_desk(town, desk)
        flood = [await world.press("203.0.113.7", room) for _ in range(PRESSES // 2)]
        mine, eve = await asyncio.gather(
            world.press("203.0.113.7", room, ben),
            world.press("203.0.113.7", room, words="I can't go on"),
        )
        flood += [await world.press("203.0.113.7", room) for _ in range(PRESSES - PRESSES // 2)]
        own = [told for told in flood if told["case"] is not None]
        assert len(own) == budget("helps")
        grouped = [told["words"] for told in flood if told["case"] is None]
        assert all("Write a few words, and you have a line of your own" in each for each in grouped)
        assert mine["case"]
        assert eve["case"]
        await until_told(desk, len(grouped))
        assert presses(desk)[-1] == len(grouped), "none is dropped"
        while eve["case"] not in cases(desk) or not cases(desk)[eve["case"]].get("unread"):
            await desk.entry("case_listed")
        while mine["case"] not in cases(desk):
            await desk.entry("case_listed")
        assert len(cases(desk)) == budget("helps") + 2
        assert cases(desk)[mine["case"]]["seat"] == 1


async def test_a99_who_was_one_of_many_has_a_line_of_their_own_once_they_write(
    town: Town, world: World
):
    for _ in range(budget("helps")):
        await world.press("203.0.113.7")
    assert (await world.press("203.0.113.7"))["case"] is None
    for nothing in ("", " ", "\u200b"):
        assert (await world.press("203.0.113.7", words=nothing))["case"] is None
    answer = await world.press("203.0.113.7", words="  Please call me  ")
    async with town.socket(f"/cases/{answer['case']}/socket") as line:
        await line.hello(answer["session"])
        assert (await line.entry("wrote"))["entry"]["words"].strip() == "Please call me"
    again = await world.press("203.0.113.7", token=answer["session"])
    assert again["case"] == answer["case"], "who has a line keeps it"


async def test_a99_a_page_of_yesterday_among_many_hears_a_no_with_words_and_numbers_and_no_case(
    town: Town, world: World
):
    """It sends no arrival, and would take a case without a number for one, and wait at its line."""
    async with town.socket("/desk/socket") as desk:
        await at_desk(town, desk)
        for _ in range(budget("helps")):
            await world.press("203.0.113.7")
        body = {"id": secrets.token_hex(16), "room": None}
        answer = await world.post("/help", body, "203.0.113.7")
        told = answer.json()
        assert (answer.status_code, told["code"], "case" in told) == (429, "many_call", False)
        assert "Reload it, press Help again and write a few words" in told["words"]
        assert "call the number below" in told["words"]
        assert [line["text"] for line in told["helplines"]] == ["116 123"]
        await until_told(desk, 1)
        body["words"] = "I can't go on"
        assert (await world.post("/help", body, "203.0.113.7")).json()["case"], "words have a line"


async def test_a99_a_press_that_is_sent_again_writes_its_words_once(town: Town, world: World):
    id, arrival = secrets.token_hex(16), secrets.token_hex(16)
    body = {"id": id, "room": None, "words": "I can't go on", "arrival": arrival}
    first = (await world.post("/help", body, "203.0.113.7")).json()
    again = (await world.post("/help", body, "203.0.113.7")).json()
    assert (first["case"], first["session"]) == (again["case"], again["session"])
    async with town.socket(f"/cases/{first['case']}/socket") as line:
        fresh = await line.hello(first["session"])
        head = int(fresh["cursor"]["room"].split(".")[0])
        while len(line.entries()) < head:
            await line.next()
    assert [each["entry"]["type"] for each in line.entries()].count("wrote") == 1


async def test_a98_nothing_else_uses_the_budget_of_help_up_nor_does_another_address(
    town: Town, world: World
):
    room = await room_with(town, "knock")
    for _ in range(budget("knocks") + 3):
        await world.knock(room, "203.0.113.7")
    for _ in range(budget("guesses") + 3):
        secret = {"secret": secrets.token_urlsafe(32)}
        await world.post("/invitations/exchange", secret, "203.0.113.7")
    assert (await world.press("203.0.113.7"))["case"], "its budget is its own"
    for _ in range(budget("helps")):
        await world.press("203.0.113.8")
    assert (await world.press("203.0.113.8"))["case"] is None
    assert (await world.press("203.0.113.9"))["case"], "another address"


async def test_a98_from_many_addresses_they_are_counted_by_the_room(town: Town, world: World):
    room, other = await town.room(), await town.room()
    told = [
        await world.press(f"198.51.100.{number}", room) for number in range(budget("all_helps") + 4)
    ]
    assert sum(each["case"] is None for each in told) == 4
    assert (await world.press("198.51.100.250", other))["case"], "another room"
    ida = await town.enter(room.id, "member")
    assert (await world.press("198.51.100.251", room, ida))["case"], "she was invited"


async def test_a98_staff_put_away_what_they_have_seen_and_the_next_press_is_listed_anew(
    town: Town, world: World
):
    room = await town.room()
    async with town.socket("/desk/socket") as desk:
        await at_desk(town, desk)
        sam = await town.enter(0, "staff")
        for _ in range(budget("helps") + 3):
            await world.press("203.0.113.7", room)
        await until_told(desk, 3)
        seen = {"presses": 3, "room": room.slug}
        ben = await room.seat("Ben")
        assert (await town.post("/desk/presses/away", seen, ben)).status_code == 403
        assert (await town.post("/desk/presses/away", seen, sam)).status_code == 403, "no seat"
        await town.post("/desk/seats", {"id": secrets.token_hex(16), "name": "Sam"}, sam)
        assert (await town.post("/desk/presses/away", seen, sam)).status_code == 204
        assert (await desk.entry("presses_put_away"))["entry"]["presses"] == 3
        await world.press("203.0.113.7", room)
        assert (await desk.entry("presses_listed"))["entry"]["presses"] == 1


async def test_a98_two_of_staff_put_the_same_away_and_what_came_since_then_stays(
    town: Town, world: World
):
    room = await town.room()
    async with town.socket("/desk/socket") as desk:
        await at_desk(town, desk)
        sam = await town.enter(0, "staff")
        await town.post("/desk/seats", {"id": secrets.token_hex(16), "name": "Sam"}, sam)
        for _ in range(budget("helps") + 1):
            await world.press("203.0.113.7", room)
        listed = (await desk.entry("presses_listed"))["entry"]
        seen = {"presses": 1, "room": room.slug, "since": listed["since"]}
        assert (await town.post("/desk/presses/away", seen, sam)).status_code == 204
        await desk.entry("presses_put_away")
        await world.press("203.0.113.7", room)
        await desk.entry("presses_listed")
        assert (await town.post("/desk/presses/away", seen, sam)).status_code == 204
        await world.press("203.0.113.7", room)
        assert (await desk.entry("presses_listed"))["entry"]["presses"] == 2, "nobody has seen one"


async def test_a92_knocks_of_one_address_end_and_who_was_invited_comes_in(town: Town, world: World):
    room = await room_with(town, "members")
    codes = [(await world.knock(room, "203.0.113.7")).status_code for _ in range(KNOCKS)]
    allowed = budget("knocks")
    assert codes == [202] * allowed + [429] * (KNOCKS - allowed)
    busy = (await world.knock(room, "203.0.113.7")).json()
    assert busy["code"] == "door_busy"
    assert "If you were invited, open your link" in busy["words"]
    assert busy["facts"]["retry_ms"] > 0
    ida = await town.enter(room.id, "member")
    assert (await world.knock(room, "203.0.113.7", "Ida", ida)).status_code == 200
    assert (await world.knock(room, "203.0.113.8")).status_code == 202, "another address"
    cry = await world.knock(room, "203.0.113.7", "I want to kill myself")
    assert cry.json().get("code") != "door_busy", "a cry for help is heard first"


async def test_a92_twenty_people_on_one_wifi_all_come_to_the_door(town: Town, world: World):
    """Each asks again until somebody opens, and one mistypes the name."""
    room = await room_with(town, "knock")
    tokens = [(await world.knock(room, "203.0.113.7")).json()["session"] for _ in range(WIFI)]
    for token in tokens * 3:
        again = await world.knock(room, "203.0.113.7", "Another name", token)
        assert again.status_code == 202
    refused = await world.knock(room, "203.0.113.7", "Staff")
    assert refused.status_code == 409, "a name that is refused uses nothing up"


async def test_a92_by_an_open_door_one_address_brings_no_crowd_and_the_facilitators_are_told(
    town: Town, world: World
):
    room = await room_with(town, "open")
    ada = await room.open()
    async with room.sit(ada) as line:
        began = time.monotonic()
        codes = [(await world.knock(room, "203.0.113.7")).status_code for _ in range(COMINGS)]
        allowed = budget("knocks")
        assert codes == [200] * allowed + [429] * (COMINGS - allowed)
        if allowed >= RAID:
            assert time.monotonic() - began < 60.0, "or it is no rush"
            await line.entry("strangers_came")


async def test_a92_bots_that_keep_asking_hold_no_place_of_who_was_invited_and_one_act_clears_them(
    town: Town, world: World
):
    """From many addresses, until the lobby is full for strangers."""
    room = await room_with(town, "knock")
    ada = await room.open()
    bots = [
        (await world.knock(room, f"198.51.{number // 250}.{number % 250}")).json()["session"]
        for number in range(LOBBY)
    ]
    assert (await world.knock(room, "203.0.113.7")).json()["code"] == "lobby_full"
    for bot in bots[:KNOCKS]:
        assert (await world.knock(room, "198.51.0.1", "Gus again", bot)).status_code == 202
    ida = await town.enter(room.id, "member")
    assert (await world.knock(room, "203.0.113.9", "Ida", ida)).status_code == 202
    async with room.sit(ada) as line:
        assert (await line.ask({"type": "clear_lobby"}))["type"] == "receipt"
    assert (await world.knock(room, "198.51.0.1", token=bots[0])).json()["code"] == "turned_away"
    assert (await world.knock(room, "203.0.113.9", "Ida", ida)).status_code == 202, "she waits on"
    assert (await world.knock(room, "203.0.113.7")).status_code == 202


async def test_a92_where_no_address_can_be_told_all_strangers_have_one_budget(
    town: Town, world: World
):
    room = await room_with(town, "open")
    answers = [await world.knock(room, "10.0.0.7") for _ in range(budget("all_knocks") + 2)]
    busy = [answer.json() for answer in answers if answer.status_code == 429]
    assert [no["code"] for no in busy] == ["many_at_door"] * 2
    assert "from where you are" not in busy[0]["words"], "nobody knows where that is"
    ida = await town.enter(room.id, "member")
    assert (await world.knock(room, "10.0.0.7", "Ida", ida)).status_code == 200


# Whose answer was lost


async def test_a99_who_presses_again_without_the_answer_of_the_first_has_the_same_case(
    town: Town, world: World
):
    """The phone was in a tunnel: neither a stranger among many, nor a second case."""
    body = {"id": secrets.token_hex(16), "room": None, "arrival": secrets.token_hex(16)}
    first = (await world.post("/help", body, "192.0.2.7")).json()
    for _ in range(budget("helps") + budget("all_helps")):
        await world.press("192.0.2.7")
    again = (await world.post("/help", body, "192.0.2.7")).json()
    assert first["case"] is not None
    assert again["case"] == first["case"]


async def test_who_takes_a_seat_again_without_the_answer_of_the_first_is_no_ghost_of_herself(
    town: Town, world: World
):
    room = await room_with(town, "open")
    body = {"id": secrets.token_hex(16), "name": "Ida", "arrival": secrets.token_hex(16)}
    first = await world.post(f"{room.path}/seats", body, "192.0.2.7")
    again = await world.post(f"{room.path}/seats", body, "192.0.2.7")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["seat"] == first.json()["seat"]


async def test_a99_a_press_that_comes_to_nothing_uses_up_no_budget(
    town: Town, world: World, monkeypatch: pytest.MonkeyPatch
):
    """While the database is held she tries again and again, and is alone all the same."""

    async def held(*_: object) -> str:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(Cases, "help", held)
        for _ in range(budget("helps") + budget("all_helps") + 1):
            body = {"id": secrets.token_hex(16), "room": None}
            assert (await world.post("/help", body, "192.0.2.7")).status_code == 503
    assert (await world.press("192.0.2.7"))["case"] is not None


async def test_a97_whoever_is_held_up_alone_uses_up_nothing_that_is_everybodys():
    limits, strangers = limited()
    for _ in range(BUDGETS["guesses"].amount + BUDGETS["all_guesses"].amount):
        strangers.tried("guesses", "one address")
    assert strangers.tried("guesses", "another") is None
    assert limits.wait("all_guesses", "all") is None


async def test_a64_pages_that_wait_for_their_link_hold_up_nobody_beside_them():
    _, strangers = limited()
    for _ in range(BUDGETS["by_link"].amount):
        strangers.comes_in("a link", None)
    for _ in range(BUDGETS["comings"].amount + 1):
        with pytest.raises(Refused):
            strangers.comes_in("a link", "a clinic")
    strangers.comes_in("another link", "a clinic")
    for _ in range(2 * BUDGETS["comings"].amount):
        strangers.comes_in("used up", "a clinic")
        strangers.did_not_come("used up", "a clinic")


def limited() -> tuple[Limits, Strangers]:
    limits = Limits(time.monotonic)
    return limits, Strangers(limits, time.monotonic)
