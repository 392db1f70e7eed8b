"""A meeting of many over real sockets: those who matter are shown, of anybody else a page asks."""

import time
from collections.abc import AsyncIterator

import pytest

from chatroom.client import Seat, enter
from moderation.meeting import commands as ask
from moderation.meeting import crowd
from moderation.meeting.audience import SeatView
from tests.journal.town import GATHERING, Line, Room, Town, town_in

ADA, BEN, CHIDI, DANA = 1, 2, 3, 4


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Where three are a crowd."""
    server, furnish = town_in(tmp_path_factory.mktemp("town"))
    with pytest.MonkeyPatch.context() as patch, server.running():
        patch.setattr(crowd, "CROWD", 2)
        town = furnish()
        yield town
        await town.close()


@pytest.fixture
async def room(town: Town) -> Room:
    return await town.room()


async def seated(room: Room) -> dict[str, str]:
    """Sessions of Ada, who has opened the meeting, and of three members."""
    return {"Ada": await room.open()} | {
        name: await room.seat(name) for name in ("Ben", "Chidi", "Dana")
    }


async def who(line: Line, *seats: int) -> list[dict[str, object]]:
    await line.send({"type": "who", "seats": seats})
    people: list[dict[str, object]] = (await line.until("people"))["seats"]
    return people


async def test_a_crowd_is_a_count_and_those_who_matter_and_a_page_asks_for_the_others(room: Room):
    sessions = await seated(room)
    async with room.town.socket(f"{room.path}/socket") as bens:
        shown = (await bens.hello(sessions["Ben"]))["snapshot"]
        assert ([view["seat"] for view in shown["seats"]], shown["crowd"]) == ([ADA], 4)
        assert shown["me"] == {"seat": BEN, "role": "member", "name": "Ben"}
        assert await who(bens, DANA, CHIDI, DANA, 99) == [
            {"seat": DANA, "role": "member", "name": "Dana"},
            {"seat": CHIDI, "role": "member", "name": "Chidi"},
        ]
        assert await who(bens, 99) == []


async def test_a_fresh_start_in_a_crowd_leaves_out_who_came_and_no_word(room: Room):
    """They are counted in the snapshot; of thousands they would be half a megabyte for each who comes."""
    sessions = await seated(room)
    async with room.town.socket(f"{room.path}/socket") as bens:
        fresh = await bens.hello(sessions["Ben"])
        heads = {stream: int(at.partition(".")[0]) for stream, at in fresh["cursor"].items()}
        assert heads["own"] == 1, "that he has a seat"
        assert fresh["starts"] == heads, "nobody but Chidi and Dana has come since"
        cursor = fresh["cursor"]
    async with room.sit(sessions["Ada"]) as adas:
        await adas.say("hello, all of you", GATHERING)
        await room.seat("Eve")
        await adas.say("and you, too", GATHERING)
        head = heads["room"] + 3
        async with room.town.socket(f"{room.path}/socket") as bens:
            again = await bens.hello(sessions["Ben"])
            assert again["starts"]["room"] == heads["room"]
            assert await kinds(bens, head) == ["said", "seat_taken", "said"]
        async with room.town.socket(f"{room.path}/socket") as bens:
            assert (await bens.hello(sessions["Ben"], cursor))["type"] == "resumed"
            assert await kinds(bens, head) == ["said", "seat_taken", "said"]
    async with room.sit(await room.seat("Gus")) as gus:
        assert gus.entries() == []


async def kinds(line: Line, head: int) -> list[str]:
    """What came of the room, up to its head."""
    while (line.entries() or [{"number": 0}])[-1]["number"] < head:
        await line.next()
    return [entry["entry"]["type"] for entry in line.entries()]


async def test_p7_who_was_gone_before_one_came_is_told_without_a_name(room: Room):
    sessions = await seated(room)
    async with room.sit(sessions["Ada"]) as adas:
        await adas.ask({"type": "remove", "seat": BEN})
        assert (await who(adas, BEN))[0]["name"] == "Ben"
    eve = await room.seat("Eve")
    async with room.sit(eve) as eves:
        assert await who(eves, BEN) == [{"seat": BEN, "role": "member", "removed": True}]


async def test_the_answer_is_of_the_place_that_the_asker_has_read_to(room: Room):
    sessions = await seated(room)
    async with room.sit(sessions["Ada"]) as adas, room.sit(sessions["Ben"]) as bens:
        for minutes in range(1, 6):
            await adas.send(
                {
                    "type": "command",
                    "id": f"{minutes:032x}",
                    "command": {"type": "mute", "seat": CHIDI, "minutes": minutes},
                }
            )
            await adas.until("receipt")
            (chidi,) = await who(bens, CHIDI)
            mutes = [one["entry"] for one in bens.entries() if one["entry"]["type"] == "muted"]
            until = mutes[-1]["until"] if mutes else None
            assert chidi.get("muted_until") == until


async def test_whoever_is_named_after_a_while_is_told_to_all_once_so_that_nobody_asks(room: Room):
    sessions = await seated(room)
    async with room.sit(sessions["Dana"]) as danas, room.sit(sessions["Chidi"]) as chidis:
        for words in ("One", "Two"):
            await chidis.say(words, GATHERING)
        told = await danas.until("people")
        assert told["seats"] == [{"seat": CHIDI, "role": "member", "name": "Chidi"}]
        assert told["crowd"] == 4
        await chidis.ask({"type": "rename", "name": "Chi"})
        await danas.entry("renamed")
        assert sum(b'"type":"people"' in data for data in danas.raw) == 1


async def test_who_resumes_is_told_that_others_can_be_asked_for(room: Room):
    sessions = await seated(room)
    async with room.town.socket(f"{room.path}/socket") as first:
        cursor = (await first.hello(sessions["Ben"]))["cursor"]
    async with room.town.socket(f"{room.path}/socket") as line:
        resumed = await line.hello(sessions["Ben"], cursor)
        assert (resumed["type"], resumed["crowd"]) == ("resumed", True)


@pytest.mark.parametrize("seats", ["[]", "[0]", str(list(range(1, 202))), "[null]"])
async def test_a_question_for_nobody_or_too_many_is_refused(room: Room, seats: str):
    await room.open()
    async with room.sit(await room.seat("Ben")) as line:
        await line.socket.send(f'{{"type":"who","seats":{seats}}}')
        assert (await line.until("refusal"))["code"] == "bad_json"


async def test_a94_who_asks_without_end_is_answered_a_little_later_and_ejected_never(
    room: Room,
):
    await room.open()
    async with room.sit(await room.seat("Ben")) as line:
        began = time.monotonic()
        for _ in range(61):
            await line.send({"type": "who", "seats": [ADA]})
        for _ in range(60):
            await line.until("people")
        assert time.monotonic() - began < 5
        await line.until("people")
        assert time.monotonic() - began > 9
        assert (await line.say("Still here", GATHERING))["type"] == "receipt"


async def test_a_client_keeps_whom_it_was_told_of_and_goes_on_from_there(room: Room):
    sessions = await seated(room)
    link = room.town.origin + room.path
    async with (
        enter(link, session=sessions["Ben"]) as ben,
        enter(link, session=sessions["Ada"]) as ada,
    ):
        assert ben.person(DANA) is None
        ben.ask_who(DANA, 99)
        await ben.until(lambda: ben.person(DANA) == SeatView(DANA, "member", "Dana"))
        await ada.send(ask.Mute(CHIDI, 5))
        await ada.send(ask.Mute(DANA, 5))
        await ben.until(lambda: is_muted(ben, DANA) and is_muted(ben, CHIDI))
        await ada.until(lambda: is_muted(ada, DANA) and is_muted(ada, CHIDI))
        for seat in (ADA, CHIDI, DANA):
            assert ben.person(seat) == ada.person(seat)


def is_muted(seat: Seat, number: int) -> bool:
    person = seat.person(number)
    return person is not None and person.muted_until is not None
