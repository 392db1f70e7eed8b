"""Coming back over a real server: all that was missed, nothing twice, and never a hole."""

from typing import Any

import pytest

from chatroom.web import cursors
from tests.journal.town import GATHERING, Frame, Line, Room


async def lines(line: Line, count: int) -> list[Frame]:
    """The next entries of the room, at least so many."""
    seen: list[Frame] = []
    while len(seen) < count:
        seen += (await line.until("entries", stream="room"))["entries"]
    return seen


async def test_who_comes_back_gets_all_that_was_missed_and_nothing_twice_p4_p7(room: Room):
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ben) as line:
        seen = await line.entry("seat_taken")
    async with room.sit(chidi) as chidis:
        for n in range(5):
            await chidis.say(f"line {n}", GATHERING)
    own = {"own": "0."}
    async with room.town.socket(f"{room.path}/socket") as line:
        cursor = {"room": f"{seen['number']}.{seen['id']}", **own}
        resumed = await line.hello(ben, cursor)
        assert resumed["type"] == "resumed"
        missed = await lines(line, 6)
        numbers = [entry["number"] for entry in missed]
        assert numbers == list(range(seen["number"] + 1, seen["number"] + 1 + len(numbers)))
        assert resumed["cursor"]["room"] == f"{missed[-1]['number']}.{missed[-1]['id']}"
        cursor = resumed["cursor"]
    async with room.town.socket(f"{room.path}/socket") as line:
        assert (await line.hello(ben, cursor))["type"] == "resumed"
        assert (await line.next())["type"] == "presence"  # And no entry before it.


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda head, id, since: f"{head + 1}.{id}", "ahead"),
        (lambda head, id, since: f"9999999999.{id}", "ahead"),
        (lambda head, id, since: f"{head}.{'0' * 16}", "diverged"),
        (lambda head, id, since: f"{head}.", "diverged"),
        (lambda head, id, since: f"{head - 1}.{id}", "diverged"),
        (lambda head, id, since: "0.", "bad"),
        (lambda head, id, since: "-1.", "bad"),
        (lambda head, id, since: "x", "bad"),
        (lambda head, id, since: f"{2**63}.{id}", "ahead"),
        (lambda head, id, since: f"{10**20}.{id}", "bad"),
        (lambda head, id, since: f"{head}.{id}\n", "bad"),
        (lambda head, id, since: f"0.{id}", "bad"),
        (lambda head, id, since: f"{since - 2}.{id}", "bad"),
        (lambda head, id, since: None, "bad"),
    ],
)
async def test_a56_a_cursor_that_cannot_be_resumed_gets_a_fresh_start_and_the_reason_p7(
    room: Room, change: Any, reason: str
):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        await line.say("one", GATHERING)
        await line.say("two", GATHERING)
    async with room.town.socket(f"{room.path}/socket") as line:
        fresh = await line.hello(ben)
        since = fresh["starts"]["room"] + 1
        assert since > 2, "need somebody who came late for this test to mean anything"
        head, _, id = fresh["cursor"]["room"].partition(".")
        own = fresh["cursor"]["own"]
    text = change(int(head), id, since)
    async with room.town.socket(f"{room.path}/socket") as line:
        answer = await line.hello(ben, {"own": own} if text is None else {"room": text, "own": own})
        assert (answer["type"], answer["reason"]) == ("fresh", reason)
        assert answer["starts"]["room"] == since - 1
        seen = await lines(line, int(head) - since + 1)
        assert [entry["number"] for entry in seen] == list(range(since, int(head) + 1))


async def test_a48_who_becomes_a_facilitator_comes_back_for_the_streams_of_one(room: Room):
    """And who is one no more leaves with nothing of it, though the cursor knows where it was."""
    ada, ben = await room.open(), await room.seat("Ben")
    appoint = {"type": "appoint", "seat": 2, "service": "co_chair"}
    async with room.sit(ada) as adas:
        async with room.town.socket(f"{room.path}/socket") as bens:
            cursor = (await bens.hello(ben))["cursor"]
            await adas.ask({"type": "tell", "to": 2, "text": "will you?"})
            await adas.ask(appoint)
            assert await bens.code() == 4411
        async with room.town.socket(f"{room.path}/socket") as bens:
            fresh = await bens.hello(ben, cursor)
            assert (fresh["type"], fresh["reason"]) == ("fresh", "streams")
            assert set(fresh["cursor"]) == {"room", "own", "chair"}
            assert fresh["starts"]["chair"] == 1, "what facilitators wrote before stays unread"
            cursor = fresh["cursor"]
            await adas.ask({**appoint, "type": "dismiss"})
            assert await bens.code() == 4411
        async with room.town.socket(f"{room.path}/socket") as bens:
            fresh = await bens.hello(ben, cursor)
            assert (fresh["type"], fresh["reason"]) == ("fresh", "streams")
            assert set(fresh["cursor"]) == {"room", "own"}


async def test_a_cursor_just_before_the_seat_is_good_p7(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.town.socket(f"{room.path}/socket") as line:
        fresh = await line.hello(ben)
    before = fresh["starts"]["room"]
    async with room.town.socket(f"{room.path}/socket") as line:
        answer = await line.hello(ben, {"room": f"{before}.", "own": "0."})
        assert answer["type"] == "resumed"
        assert (await lines(line, 1))[0]["number"] == before + 1


async def test_who_was_away_for_too_long_starts_afresh_with_the_newest_p7_w24(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cursors, "TOO_FAR", 4)
    await room.open()
    ben = await room.seat("Ben")
    async with room.town.socket(f"{room.path}/socket") as line:
        cursor = (await line.hello(ben))["cursor"]
        numbers = [(await line.say(f"line {n}", GATHERING))["number"] for n in range(6)]
    async with room.town.socket(f"{room.path}/socket") as line:
        answer = await line.hello(ben, cursor)
        assert (answer["type"], answer["reason"]) == ("fresh", "too_far")
        assert [entry["number"] for entry in await lines(line, 4)] == numbers[-4:]


async def test_a56_nobody_reads_what_was_said_before_they_came_p7(room: Room):
    ada = await room.open()
    async with room.sit(ada) as line:
        await line.say("canary", GATHERING)
        await line.ask({"type": "tell", "text": "canary", "to": None})
    ben, mo = await room.seat("Ben"), await room.seat("Mo", "facilitator")
    for token in (ben, mo):
        async with room.sit(token) as line:
            said = await line.say("hello", GATHERING)
            assert line.entries()[-1]["number"] == said["number"]
            assert b"canary" not in b"".join(line.raw)


async def test_words_taken_back_are_in_no_refill_p19(room: Room):
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ben) as line:
        said = await line.say("canary", GATHERING)
        redact = {"type": "redact", "number": said["number"]}
        assert (await line.ask(redact))["type"] == "receipt"
    async with room.sit(chidi) as line:
        assert (await line.entry("said"))["number"] == said["number"]
        assert b"canary" not in b"".join(line.raw)


@pytest.mark.parametrize("name", ["chair", "own/1", "desk", "case", "room/../chair", "*"])
async def test_a55_a_cursor_for_a_stream_that_is_not_ones_own_opens_nothing_of_it(
    room: Room, name: str
):
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(chidi) as chidis:
        told = await chidis.ask({"type": "tell", "text": "for facilitators"})
        assert told["type"] == "receipt", "need something that is not for Ben"
        async with room.town.socket(f"{room.path}/socket") as line:
            await line.send({"type": "hello", "bearer": ben, "cursor": {name: "0."}})
            await chidis.say("for all", GATHERING)
            if name == "chair":
                await line.entry("said")
                assert not line.entries("chair")
            else:
                assert await line.code() == 1008, "no stream is called that"
            assert b"for facilitators" not in b"".join(line.raw)
