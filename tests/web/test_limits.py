"""Floods of one member over a real server: what they are told, and that nobody else pays for it.

The figures and their times are a tenth of those of a server; in full with FULL=1.
"""

import asyncio
import contextlib
import math
import os
import random
import secrets
import time
from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient
from msgspec.structs import replace
from starlette.applications import Starlette

from chatroom.app import create_app
from chatroom.people import limits
from chatroom.people.limits import BUDGETS, OPEN_AT_ONCE, Budget, Kind
from chatroom.settings import Settings
from chatroom.web.connection import TYPED_AT_MOST
from chatroom.web.cursors import FAR
from tests.journal.town import GATHERING, Frame, Line, Room, Town, town_in

PART = 1 if os.environ.get("FULL") else 10


def in_part(kind: Kind) -> Budget:
    """What is looked at in a second stays: a tenth of it would be no second."""
    budget = BUDGETS[kind]
    if kind == "refused":
        return budget
    return replace(
        budget,
        amount=math.ceil(budget.amount / PART),
        seconds=math.ceil(budget.seconds / PART),
    )


SMALL: dict[Kind, Budget] = {kind: in_part(kind) for kind in BUDGETS}
LINES = SMALL["lines"].amount


SYLLABLES = ("ba", "de", "fo", "gu", "la", "me", "no", "ru", "sa", "te")


def smaller(settings: Settings) -> Starlette:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "BUDGETS", SMALL)
        return create_app(settings)


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    server, furnish = town_in(folder, make=smaller, PROXIES="127.0.0.1")
    with server.running():
        town = furnish()
        yield town
        await town.close()


@pytest.fixture(scope="module")
async def full_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One with the figures of every server."""
    server, furnish = town_in(tmp_path_factory.mktemp("town"))
    with server.running():
        town = furnish()
        yield town
        await town.close()


def words() -> str:
    """A line like no other: the same ones over and over would be for the review."""
    return " ".join(random.choices(SYLLABLES, k=9))


def said(text: str = "", id: str | None = None) -> Frame:
    return command({"type": "say", "text": text or words(), "epoch": GATHERING}, id)


def command(asked: Frame, id: str | None = None) -> Frame:
    return {"type": "command", "id": id or secrets.token_hex(16), "command": asked}


async def answers(line: Line, *frames: Frame) -> list[Frame]:
    """The answers to all of them; they are sent as fast as it goes."""
    for frame in frames:
        await line.send(frame)
    found: dict[str, Frame] = {}
    wanted = [frame["id"] for frame in frames]
    while len(found) < len(frames):
        frame = await line.next()
        if frame.get("id") in wanted:
            found[frame["id"]] = frame
    return [found[id] for id in wanted]


async def used_up(line: Line) -> list[Frame]:
    """Writes until there is nothing left of the budget for lines; what was sent."""
    frames = [said() for _ in range(LINES)]
    got = await answers(line, *frames)
    assert {answer["type"] for answer in got} == {"receipt"}
    return frames


def is_limited(answer: Frame) -> bool:
    return bool(answer["type"] == "refusal" and answer["code"] == "rate_limited")


async def waited(answer: Frame) -> None:
    await asyncio.sleep(answer["facts"]["retry_ms"] / 1000)


async def test_cm_21_a91_who_floods_is_told_for_how_long_and_stays_and_then_is_taken_again(
    room: Room,
):
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ben) as flooding, room.sit(chidi) as other:
        await used_up(flooding)
        more = said()
        (no,) = await answers(flooding, more)
        assert is_limited(no)
        assert 0 < no["facts"]["retry_ms"] <= SMALL["lines"].seconds * 1000
        assert (await other.say("I am here", GATHERING))["type"] == "receipt"
        assert (await flooding.ask({"type": "listen", "on": True}))["type"] == "receipt"
        await waited(no)
        (yes,) = await answers(flooding, more)
        assert yes["type"] == "receipt"


async def test_a91_of_a_flood_few_are_looked_at_in_a_second_and_the_rest_is_not_read(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as flooding:
        await used_up(flooding)
        began = time.monotonic()
        got = await answers(flooding, *[said() for _ in range(20)])
        assert sum(map(is_limited, got)) >= 20 - LINES
        assert time.monotonic() - began > 20 / SMALL["refused"].amount - 1.1


async def test_a91_two_sockets_of_a_seat_have_one_budget(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as one, room.sit(ben) as other:
        await used_up(one)
        (no,) = await answers(other, said())
        assert is_limited(no)


async def test_a91_what_was_stored_already_has_its_first_receipt_however_often_it_comes(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        frames = await used_up(line)
    async with room.sit(ben) as line:
        for _ in range(SMALL["again"].amount + 2):
            (receipt,) = await answers(line, frames[0])
            assert receipt["type"] == "receipt"
        changed = said("Something else", frames[1]["id"])
        (no,) = await answers(line, changed)
        assert no["code"] == "id_reused"


async def test_a91_what_was_sent_behind_a_line_that_was_refused_does_not_overtake_it(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        await used_up(line)
        first, second = said("The first"), said("The second")
        no, _ = await answers(line, first, second)
        assert is_limited(no)
        await waited(no)
        (still,) = await answers(line, second)
        assert is_limited(still), "there is something left by now, but it is the first one's"
        both = await answers(line, first, second)
        assert [answer["type"] for answer in both] == ["receipt", "receipt"]
        assert both[0]["number"] < both[1]["number"]


async def test_ce_06_a99_a_cry_for_help_is_heard_from_who_is_over_the_limit(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        await used_up(line)
        cry = said("I want to kill myself tonight")
        await line.send(cry)
        case = await line.until("care")
        assert case["case"]
        no = await line.until("refusal", id=cry["id"])
        assert is_limited(no)
        assert no["next"][0] == "help"


async def test_ce_06_a_cry_for_help_in_the_middle_of_a_flood_is_heard(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        await used_up(line)
        for _ in range(8):
            await line.send(said())
        await line.send(said("I want to kill myself tonight"))
        for _ in range(8):
            await line.send(said())
        assert (await line.until("care"))["case"]


async def test_ce_06_a_flood_of_cries_is_told_to_staff_word_by_word_and_to_facilitators_a_few_times(
    room: Room,
):
    ada, ben = await room.open(), await room.seat("Ben")
    cues = SMALL["cues"].amount
    cries = [said(f"I want to kill myself tonight {words()}") for _ in range(cues + 4)]
    async with room.sit(ada) as chair, room.sit(ben) as line:
        for cry in cries:
            await line.send(cry)
        cases = [(await line.until("care"))["case"] for _ in cries]
        assert len(set(cases)) == 1
        async with room.town.socket(f"/cases/{cases[0]}/socket") as case:
            await case.hello(ben)
            await case.until("entries")
            told = [one["entry"]["type"] for one in case.entries()]
            assert told.count("excerpt") == len(cries)
        await chair.ask({"type": "pause"})
        noticed = [one for one in chair.entries("chair") if one["entry"]["type"] == "care_noticed"]
        assert len(noticed) == cues


async def test_a94_hands_reactions_and_names_have_small_budgets_of_their_own(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        (receipt,) = await answers(line, said("A line to react to"))
        flip = [True, False] * 100
        number = receipt["number"]
        floods: dict[Kind, list[Frame]] = {
            "reactions": [
                {"type": "react", "number": number, "kind": "with_you", "on": on} for on in flip
            ],
            "hands": [{"type": "raise_hand"} if on else {"type": "lower_hand"} for on in flip],
            "names": [{"type": "rename", "name": f"Ben {n}"} for n in "ABCDEFGHIJKLMNOPQRST"],
        }
        for kind, flood in floods.items():
            amount = SMALL[kind].amount
            got = await answers(line, *map(command, flood[: amount + 1]))
            assert [is_limited(answer) for answer in got] == [False] * amount + [True], kind
        assert (await line.say("Still here", GATHERING))["type"] == "receipt"


async def test_a94_typing_as_fast_as_it_goes_is_not_read_as_fast(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        began = time.monotonic()
        for _ in range(TYPED_AT_MOST + 16):
            await line.send({"type": "typing"})
        assert (await line.say("Hello", GATHERING))["type"] == "receipt"
        assert time.monotonic() - began > 1.5


async def test_a91_what_cannot_be_taken_at_all_is_not_looked_at_faster_either(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        began = time.monotonic()
        got = await answers(line, *[command({"type": "nonsense"}) for _ in range(15)])
        assert {answer["code"] for answer in got} == {"bad_command"}
        assert time.monotonic() - began > 1.5


async def test_a91_who_holds_the_meeting_has_a_wide_budget(room: Room):
    ada = await room.open()
    async with room.sit(ada) as line:
        got = await answers(line, *[said() for _ in range(2 * LINES)])
        assert {answer["type"] for answer in got} == {"receipt"}


async def test_a91_the_line_to_staff_has_a_budget_that_the_room_does_not_use_up(
    town: Town, room: Room
):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        await used_up(line)
        pressed = await town.post("/help", {"id": secrets.token_hex(16), "room": room.slug}, ben)
        assert pressed.status_code == 200
        async with town.socket(f"/cases/{pressed.json()['case']}/socket") as case:
            await case.hello(ben)
            written = await case.ask({"type": "write", "text": "Is somebody there?"})
            assert written["type"] == "receipt"


@pytest.mark.parametrize("lines", [10, 32])
async def test_a91_what_somebody_pastes_or_sends_again_after_an_outage_meets_no_limit(
    full_town: Town, lines: int
):
    room = await full_town.room()
    await room.open()
    ben = await room.seat("Ben")
    written, lost = [said() for _ in range(28)], [said() for _ in range(lines)]
    async with room.sit(ben) as line:
        assert not any(map(is_limited, await answers(line, *written)))
        for frame in lost:
            await line.send(frame)
    async with room.sit(ben) as line:
        got = await answers(line, *lost)
        assert {answer["type"] for answer in got} == {"receipt"}


async def test_a95_who_starts_afresh_in_a_loop_is_told_when_to_come_back(room: Room):
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    for _ in range(SMALL["starts"].amount):
        async with room.town.socket(f"{room.path}/socket") as line:
            assert (await line.hello(ben))["type"] == "fresh"
    async with room.town.socket(f"{room.path}/socket") as line:
        no = await line.hello(ben)
        assert is_limited(no)
        assert no["id"] is None
        assert await line.code() == 4429
    async with room.town.socket(f"{room.path}/socket") as line:
        assert (await line.hello(chidi))["type"] == "fresh"
    await waited(no)
    async with room.town.socket(f"{room.path}/socket") as line:
        assert (await line.hello(ben))["type"] == "fresh"


async def test_a95_a_cursor_far_behind_is_no_way_round_it_and_one_that_is_near_costs_no_start(
    room: Room,
):
    ada = await room.open()
    ben = await room.seat("Ben")
    starts = SMALL["starts"].amount
    async with room.sit(ben) as line:
        cursor = (await again(room, ben))["cursor"]
        for _ in range(starts + 1):
            assert (await again(room, ben, cursor))["type"] == "resumed"
        async with room.sit(ada) as writer:
            for _ in range(4):
                await answers(writer, *[said() for _ in range(FAR // 3)])
        await line.until("entries")
        got = [await again(room, ben, cursor) for _ in range(starts + 1)]
        assert is_limited(got[-1])


async def again(room: Room, bearer: str, cursor: dict[str, str] | None = None) -> Frame:
    """The answer to one more socket."""
    async with room.town.socket(f"{room.path}/socket") as line:
        return await line.hello(bearer, cursor)


async def test_a95_sockets_opened_and_dropped_in_a_loop_are_limited_whatever_they_ask(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    cursor = (await again(room, ben))["cursor"]
    got = [await again(room, ben, cursor) for _ in range(SMALL["sockets"].amount)]
    assert is_limited(got[-1])
    assert not is_limited(got[-2])


async def test_a64_the_socket_that_is_one_too_many_is_told_so_and_those_that_are_open_stay(
    full_town: Town,
):
    room = await full_town.room()
    await room.open()
    ben = await room.seat("Ben")
    async with contextlib.AsyncExitStack() as devices:
        lines = [await devices.enter_async_context(room.sit(ben)) for _ in range(OPEN_AT_ONCE)]
        async with room.town.socket(f"{room.path}/socket") as line:
            await line.send({"type": "hello", "bearer": ben})
            assert await line.code() == 4413
        assert (await lines[0].say("Still here", GATHERING))["type"] == "receipt"
        await lines[1].entry("said")
        await lines[-1].socket.close()
        await lines[-1].socket.wait_closed()
        assert (await again(room, ben))["type"] == "fresh", "there is a place again"


CLINIC, ELSEWHERE = "203.0.113.7", "203.0.113.8"


def comes_from(address: str) -> dict[str, str]:
    """What the proxy says, which is believed because it is named."""
    return {"X-Forwarded-For": address}


async def test_a57_a97_who_guesses_rooms_and_sessions_is_limited_and_members_there_are_not(
    room: Room,
):
    await room.open()
    ben = await room.seat("Ben")
    most = SMALL["strangers"].amount
    town, kind = room.town, f"{room.path}/door"
    async with AsyncClient(base_url=town.origin, headers=comes_from(CLINIC)) as eve:
        got = [
            (await eve.get(path, headers={"Authorization": f"Bearer guess{number}"})).status_code
            for number in range(most // 2)
            for path in (f"/rooms/guess-{number}", kind)
        ]
        assert got == [403, 401] * (most // 2)
        assert (await eve.get("/rooms/guess")).status_code == 429
        no = await eve.get(kind)
        assert (no.status_code, no.json()["code"]) == (429, "rate_limited")
        mine = {"Authorization": f"Bearer {ben}"}
        assert (await eve.get(room.path, headers=mine)).status_code == 200
        assert (await eve.get("/rooms/guess", headers=comes_from(ELSEWHERE))).status_code == 403
    headers = comes_from(CLINIC)
    async with town.socket(f"{room.path}/socket", additional_headers=headers) as line:
        assert is_limited(await line.hello("guess"))
        assert await line.code() == 4429
    async with town.socket(f"{room.path}/socket", additional_headers=headers) as line:
        assert (await line.hello(ben))["type"] == "fresh"


async def test_a57_a97_guesses_from_everywhere_are_limited_in_all(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with AsyncClient(base_url=room.town.origin) as eve:
        for number in range(SMALL["all_strangers"].amount + 1):
            headers = comes_from(f"198.51.100.{number % 250}")
            last = await eve.get(f"/rooms/guess-{number}", headers=headers)
        assert last.status_code == 429
    async with room.sit(ben) as line:
        assert (await line.say("Still here", GATHERING))["type"] == "receipt"
