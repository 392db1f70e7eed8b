"""Words of danger and a press of Help reach the desk, and nobody else learns of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest

from tests.journal.town import GATHERING, ID, Frame, Line, Room, Town

CRISIS = "I want to kill myself tonight"


@pytest.fixture
async def sam(town: Town) -> AsyncIterator[Line]:
    """Staff, at the desk."""
    token = await town.enter(0, "staff")
    await town.post("/desk/seats", {"id": ID, "name": "Sam"}, token)
    async with town.socket("/desk/socket") as line:
        assert (await line.hello(token))["snapshot"]["kind"] == "desk"
        yield line


async def listed(line: Line, case: str, status: str) -> Frame:
    while True:
        entry = (await line.entry("case_listed"))["entry"]
        if (entry["case"], entry["status"]) == (case, status):
            return dict(entry)


async def test_crisis_words_of_the_muted_are_refused_offer_help_and_raise_a_case_ce06(
    room: Room, sam: Line
):
    ada = await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        await adas.ask({"type": "mute", "seat": 2, "minutes": 10})
        await bens.send(
            {
                "type": "command",
                "id": ID,
                "command": {"type": "say", "text": CRISIS, "epoch": GATHERING},
            }
        )
        care = await bens.until("care")
        refusal = await bens.until("refusal")
        assert (refusal["code"], "help" in refusal["next"]) == ("muted", True)
        async with asyncio.timeout(1):
            entry = await listed(sam, care["case"], "raised")
        assert (entry["source"], entry["triage"], entry["room"]) == ("signal", "urgent", room.slug)
        again = await bens.say(CRISIS, GATHERING, id=ID)
        assert again["code"] == "muted"
        cares = [frame for frame in map(json.loads, bens.raw) if frame["type"] == "care"]
        assert {frame["case"] for frame in cares} == {care["case"]}, "sent again, it is one case"
    async with room.town.socket(f"/cases/{care['case']}/socket") as line:
        await line.hello(ben)
        await line.entry("excerpt")
        excerpts = b"".join(line.raw).count(CRISIS.encode())
        assert excerpts == 1


async def test_crisis_words_that_may_be_said_are_said_and_raise_a_case_ce06(room: Room, sam: Line):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as bens:
        assert (await bens.say(CRISIS, GATHERING))["type"] == "receipt"
        care = next(frame for frame in map(json.loads, bens.raw) if frame["type"] == "care")
        await listed(sam, care["case"], "raised")


async def test_ce_10_facilitators_are_told_that_staff_were_only_where_somebody_is_at_the_desk(
    room: Room, sam: Line
):
    await facilitators_are_told(room, attended=True)


async def test_ce_10_facilitators_are_told_that_nobody_was_at_the_desk(room: Room):
    await facilitators_are_told(room, attended=False)


async def facilitators_are_told(room: Room, *, attended: bool) -> None:
    ada, ben = await room.open(), await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        await bens.say(CRISIS, GATHERING)
        cue = (await adas.entry("care_noticed"))["entry"]
        assert cue == {"type": "care_noticed", "seat": 2, "attended": attended}
        assert not any(b"care_noticed" in data for data in bens.raw), "only facilitators read it"


async def test_a_cry_for_help_is_heard_in_what_is_too_long_to_be_said_ce06(room: Room, sam: Line):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as bens:
        refusal = await bens.say(f"{CRISIS}. " + "x" * 1990, GATHERING)
        assert (refusal["code"], refusal["next"][0]) == ("too_long", "help")
        care = next(frame for frame in map(json.loads, bens.raw) if frame["type"] == "care")
        await listed(sam, care["case"], "raised")
        calm = await bens.say("I walked to the meeting. " * 100, GATHERING, id="b" * 32)
        assert (calm["code"], "help" in calm["next"]) == ("too_long", False)


async def test_a_name_can_be_a_cry_for_help_ce06(room: Room, sam: Line):
    token = await room.town.enter(room.id, "member")
    assert (await room.take_seat(token, CRISIS)).status_code == 200
    async with asyncio.timeout(1):
        entry = (await sam.entry("case_listed"))["entry"]
    assert (entry["source"], entry["triage"]) == ("signal", "urgent")


@pytest.mark.parametrize(
    "command",
    [
        {"type": "rename", "name": CRISIS},
        {"type": "rename", "name": f"{CRISIS}, and nobody hears"},
        {"type": "post", "kind": "topic", "text": CRISIS},
        {"type": "post", "kind": "topic", "text": f"{CRISIS}. " + "x" * 6000},
    ],
    ids=["name", "name that is too long", "topic", "topic that is too long"],
)
async def test_a_cry_for_help_is_heard_in_a_name_and_in_a_post_ce06(
    room: Room, sam: Line, command: Frame
):
    ada = await room.open()
    async with room.sit(ada) as adas:
        await adas.ask(command)
        care = next(frame for frame in map(json.loads, adas.raw) if frame["type"] == "care")
        await listed(sam, care["case"], "raised")


async def test_help_reaches_the_desk_and_gets_a_line_ce01(room: Room, town: Town):
    token = await town.enter(0, "staff")
    await town.post("/desk/seats", {"id": ID, "name": "Sam"}, token)
    ben = await room.seat("Ben")
    async with town.socket("/desk/socket") as desk:
        await desk.hello(token)
        given = (await town.post("/help", {"id": ID, "room": room.slug}, ben)).json()
        assert given["attended"] is True
        async with asyncio.timeout(1):
            await listed(desk, given["case"], "raised")
        claim = await town.post(f"/cases/{given['case']}/claims", {"id": "c" * 32}, token)
        assert claim.json() == {"seat": 2}
        await listed(desk, given["case"], "claimed")
        path = f"/cases/{given['case']}/socket"
        async with town.socket(path) as bens, town.socket(path) as sams:
            assert (await bens.hello(ben))["snapshot"]["member"] == "Ben"
            await sams.hello(token)
            write = {"type": "write", "text": "I am here. My number is 212 555 0123."}
            assert (await sams.ask(write))["type"] == "receipt"
            assert (await bens.entry("wrote"))["entry"]["words"] == write["text"]
        async with town.socket(path) as line:
            eve = await room.seat("Eve")
            await line.send({"type": "hello", "bearer": eve})
            assert await line.code() == 4403


async def test_a104_what_another_member_receives_is_the_same_with_and_without_a_case_p22_ce02(
    town: Town, sam: Line
):
    calm = await chidis_stream(await town.room(), crisis=False)
    other = await chidis_stream(await town.room(), crisis=True)
    assert calm == other
    assert any(b"are we all well" in data for data in calm)


async def chidis_stream(room: Room, *, crisis: bool) -> list[bytes]:
    """Every frame that Chidi gets while Ben, who is muted, writes and asks for help."""
    ada = await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ada) as adas, room.sit(ben) as bens, room.sit(chidi) as chidis:
        await adas.ask({"type": "mute", "seat": 2, "minutes": 10})
        await chidis.entry("muted")
        await chidis.until("presence", here=[1, 2, 3])
        refusal = await bens.say(CRISIS if crisis else "I am fine", GATHERING)
        assert refusal["code"] == "muted"
        assert any(b'"care"' in data for data in bens.raw) is crisis
        if crisis:
            asked = await room.town.post("/help", {"id": ID, "room": room.slug}, ben)
            assert asked.status_code == 200
        await adas.say("are we all well?", GATHERING)
        await chidis.entry("said")
        async with room.sit(chidi) as again:  # And so does a fresh start.
            await again.entry("said")
            frames = [*chidis.raw, *again.raw]
            # A heartbeat falls where the clock has it; its head is that of the last entry.
            return [timeless(data) for data in frames if b'"type":"heartbeat"' not in data]


def timeless(data: bytes) -> bytes:
    """Without what is another in every run, and of one length: times and ids."""
    data = re.sub(rb'"(at|now|until|[a-z_]+_at|muted_until)":[0-9.e+]+', rb'"\1":0', data)
    data = re.sub(rb'"session":"[0-9a-f]{32}"', b'"session":"s"', data)
    return re.sub(rb"[0-9a-f]{16}", b"0" * 16, data)
