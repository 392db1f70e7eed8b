"""A socket from hello to goodbye, over a real server: who gets in, what is answered, and who hears of whom."""

import asyncio
import secrets
import sqlite3
import time
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from chatroom import app
from chatroom.groups.formats import open_formats
from chatroom.groups.meetings import Meetings
from chatroom.people.limits import BUDGETS
from chatroom.store.postgres import DatabaseAway
from chatroom.web import commands, connection
from chatroom.web.security import COOKIE
from tests.journal.stage import Seam
from tests.journal.town import GATHERING, ID, Room, Town, town_in

# Hello


async def test_who_says_nothing_is_let_go_a9(
    town: Town, room: Room, monkeypatch: pytest.MonkeyPatch
):
    assert connection.HELLO_WITHIN == 5.0
    monkeypatch.setattr(connection, "HELLO_WITHIN", 0.05)
    async with town.socket(f"{room.path}/socket") as line:
        assert await line.code() == 4401


async def test_p17_who_comes_while_the_database_is_away_is_told_to_come_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    """Of a room that this process has not in memory: no error of the server's, and no page of it."""
    room = await town.room()

    async def away(_: Meetings, slug: str) -> None:
        raise DatabaseAway("TimeoutError")

    monkeypatch.setattr(Meetings, "room", away)
    async with town.socket(f"{room.path}/socket") as line:
        assert await line.code() == 1012


@pytest.mark.parametrize("bearer", [None, "", "x" * 43])
async def test_a58_who_has_no_session_is_let_go(town: Town, room: Room, bearer: str | None):
    async with town.socket(f"{room.path}/socket") as line:
        await line.send({"type": "hello", "bearer": bearer})
        assert await line.code() == 4401


@pytest.mark.parametrize("where", ["room", "no room", "desk", "case"])
async def test_who_has_no_seat_is_let_go(town: Town, room: Room, where: str):
    """Whether there is such a thing or not looks the same."""
    await room.open()
    paths = {
        "room": f"{room.path}/socket",
        "no room": "/rooms/nowhere/socket",
        "desk": "/desk/socket",
        "case": "/cases/0123456789abcdef/socket",
    }
    eve = await town.enter(room.id, "member")  # She has a link, and has not gone in.
    async with town.socket(paths[where]) as line:
        await line.send({"type": "hello", "bearer": eve})
        assert await line.code() == 4403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
async def test_a_foreign_page_gets_no_socket_a1(town: Town, room: Room, origin: str):
    ben = await room.seat("Ben")
    with pytest.raises(InvalidStatus) as refused:
        async with town.socket(
            f"{room.path}/socket", origin=origin, additional_headers={"Cookie": f"{COOKIE}={ben}"}
        ):
            pass
    assert refused.value.response.status_code == 403


async def test_a_cookie_without_a_page_gets_no_socket_a4(town: Town, room: Room):
    ben = await room.seat("Ben")
    with pytest.raises(InvalidStatus) as refused:
        async with town.socket(
            f"{room.path}/socket", additional_headers={"Cookie": f"{COOKIE}={ben}"}
        ):
            pass
    assert refused.value.response.status_code == 403


async def test_our_own_page_gets_in_by_its_cookie(town: Town, room: Room):
    ben = await room.seat("Ben")
    async with town.socket(
        f"{room.path}/socket",
        origin=town.origin,
        additional_headers={"Cookie": f"{COOKIE}={ben}"},
    ) as line:
        assert (await line.hello(None))["type"] == "fresh"


async def test_a_secret_in_the_url_gets_no_socket_a8(town: Town, room: Room):
    ben = await room.seat("Ben")
    with pytest.raises(InvalidStatus) as refused:
        async with town.socket(f"{room.path}/socket?token={ben}"):
            pass
    assert refused.value.response.status_code == 400


NO_FRAMES = {
    "no json": "hello",
    "no object": "[]",
    "no type": "{}",
    "unknown": '{"type":"subscribe"}',
    "more": '{"type":"hello","as":"ada"}',
    "deep": '{"type":"command","id":"' + "0" * 32 + '","command":' + "[" * 30_000,
    "nested": '{"type":"command","id":"'
    + "0" * 32
    + '","command":'
    + "[" * 9000
    + "]" * 9000
    + "}",
    "id": '{"type":"command","id":"1","command":{"type":"raise_hand"}}',
    "upper": '{"type":"command","id":"' + "A" * 32 + '","command":{"type":"raise_hand"}}',
    "cursor": '{"type":"hello","cursor":{"room":7}}',
    "typing": '{"type":"typing","words":"he"}',
    "stream": '{"type":"hello","cursor":{"staff":"1."}}',
    "protocol": '{"type":"hello","protocol":10000000000000000000}',
    "proto": '{"type":"typing","__proto__":{}}',
    "another protocol": '{"type":"hello","protocol":2}',
}
ID_IN = dict.fromkeys(("deep", "nested"), "0" * 32)
"""Where it can be told which command it was, its sender is told."""


async def test_a_first_frame_that_is_no_hello_closes_the_socket(town: Town, room: Room):
    for name, frame in NO_FRAMES.items():
        async with town.socket(f"{room.path}/socket") as line:
            await line.socket.send(frame)
            assert await line.code() == 1008, name


async def test_a32_a34_a35_a39_what_is_no_frame_is_refused_and_the_socket_lives(room: Room):
    """A page that is newer than the server it is connected to must not lose its line for good."""
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ben) as bens, room.sit(chidi) as chidis:
        for name, frame in NO_FRAMES.items():
            if name == "another protocol":
                continue  # It is a second hello.
            others = asyncio.ensure_future(chidis.say("hello", GATHERING))
            await bens.socket.send(frame)
            refusal = await bens.until("refusal")
            assert (refusal["code"], refusal["id"]) == ("bad_json", ID_IN.get(name)), name
            assert "__proto__" not in str(refusal), "it is never echoed"
            assert (await others)["type"] == "receipt"
        assert (await bens.say("and on", GATHERING))["type"] == "receipt"


async def test_a91_who_sends_what_is_no_frame_as_fast_as_it_goes_is_read_slowly(room: Room):
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        for _ in range(12):
            await line.socket.send("[]")
        began = time.monotonic()
        for _ in range(12):
            assert (await line.until("refusal"))["code"] == "bad_json"
        assert BUDGETS["refused"].amount == 5, "or it takes another time"
        assert time.monotonic() - began > 1.5


async def test_a10_a_command_before_hello_and_a_second_hello_close_the_socket(
    town: Town, room: Room
):
    ben = await room.seat("Ben")
    async with town.socket(f"{room.path}/socket") as line:
        await line.send({"type": "command", "id": "0" * 32, "command": {"type": "raise_hand"}})
        assert await line.code() == 1008
    async with room.sit(ben) as line:
        await line.send({"type": "hello", "bearer": ben})
        assert await line.code() == 1008


async def test_a27_a_binary_frame_closes_the_socket_w19(town: Town, room: Room):
    ben = await room.seat("Ben")
    async with town.socket(f"{room.path}/socket") as line:
        await line.socket.send(b'{"type":"hello"}')
        assert await line.code() == 1003
    async with room.sit(ben) as line:
        await line.socket.send(b"\x00")
        assert await line.code() == 1003


# Commands


NO_COMMANDS = {
    "null": ("null", "bad_command"),
    "list": ("[]", "bad_command"),
    "no type": ("{}", "bad_command"),
    "unknown": ('{"type":"ban","seat":1}', "bad_command"),
    "take_seat": ('{"type":"take_seat","session":"s","role":"facilitator"}', "bad_command"),
    "convene": ('{"type":"convene","format":"f","phases":[]}', "bad_command"),
    "tick": ('{"type":"tick"}', "bad_command"),
    "holder_away": ('{"type":"holder_away","seat":1}', "bad_command"),
    "a case's": ('{"type":"write","text":"hello"}', "bad_command"),
    "more": ('{"type":"raise_hand","seat":3}', "bad_command"),
    "other type": ('{"type":"say","text":1,"epoch":1}', "bad_command"),
    "huge": ('{"type":"say","text":"x","epoch":10000000000000000000}', "bad_command"),
    "negative": ('{"type":"redact","number":-1}', "bad_command"),
    "nul": ('{"type":"say","text":"a\\u0000b","epoch":1}', "bad_command"),
    "surrogate": ('{"type":"say","text":"\\ud800","epoch":1}', "bad_command"),
    "empty": ('{"type":"say","text":" \\n ","epoch":1}', "empty"),
    "too long": ('{"type":"say","text":"' + "x" * 2001 + '","epoch":1}', "too_long"),
    "nested": ('{"type":"say","epoch":1,"text":' + "[" * 400 + "]" * 400 + "}", "bad_command"),
}


async def test_a_command_that_is_none_is_refused_alone_and_the_socket_stays_a37_w2(room: Room):
    """The last half of an emoji is one, too: a browser may cut a text there."""
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ben) as bens, room.sit(chidi) as chidis:
        for name, (command, code) in NO_COMMANDS.items():
            others = asyncio.ensure_future(chidis.say("hello", GATHERING))
            await bens.socket.send(f'{{"type":"command","id":"{ID}","command":{command}}}')
            refusal = await bens.until("refusal")
            assert (refusal["id"], refusal["code"]) == (ID, code), name
            assert refusal["words"]
            assert (await others)["type"] == "receipt"
        assert (await bens.say("and on", GATHERING))["type"] == "receipt"


async def test_a51_a_command_is_answered_once_with_the_first_receipt_on_any_socket_p2(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as one, room.sit(ben) as two:
        first = await one.say("hello", GATHERING, id=ID)
        assert await two.say("hello", GATHERING, id=ID) == first
        assert (await two.say("other", GATHERING, id=ID))["code"] == "id_reused"
    async with room.sit(ben) as three:
        assert await three.say("hello", GATHERING, id=ID) == first


async def test_a_receipt_names_the_stream_that_its_entry_is_in_and_none_where_there_is_no_entry(
    room: Room,
):
    """By it a page knows which row was confirmed."""
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        said = await line.say("hello", GATHERING)
        told = await line.ask({"type": "tell", "text": "quietly"})
        nothing = await line.ask({"type": "lower_hand"})
    (entry,) = (one for one in line.entries() if one["entry"]["type"] == "said")
    assert (said["stream"], said["number"]) == ("room", entry["number"])
    assert (told["stream"], told["number"]) == ("own", line.entries("own")[-1]["number"])
    assert nothing["type"] == "receipt"
    assert nothing.get("stream") is nothing.get("number") is None


async def test_receipts_come_in_the_order_of_sending_p5(room: Room):
    """More of them than a socket may have waiting: it is read more slowly, and nothing is lost (P15)."""
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        ids = [secrets.token_hex(16) for _ in range(60)]
        for n, id in enumerate(ids):
            say = {"type": "say", "text": f"line {n}", "epoch": GATHERING}
            await line.send({"type": "command", "id": id, "command": say})
        receipts = [await line.until("receipt") for _ in ids]
        assert [receipt["id"] for receipt in receipts] == ids
        numbers = [receipt["number"] for receipt in receipts]
        assert numbers == list(range(numbers[0], numbers[0] + 60))


# Removal


async def test_the_removed_are_closed_and_do_not_come_back_p9(room: Room):
    ada = await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(ben) as one, room.sit(ben) as two:
        for n in range(8):  # Something is on its way when it happens.
            say = {"type": "say", "text": f"line {n}", "epoch": GATHERING}
            await one.send({"type": "command", "id": secrets.token_hex(16), "command": say})
        removed = await adas.ask({"type": "remove", "seat": 2})
        await adas.say("are they gone?", GATHERING)
        for line in (one, two):
            assert await line.code() == 4410
            assert line.entries()[-1]["number"] == removed["number"]
    async with room.town.socket(f"{room.path}/socket") as line:
        await line.send({"type": "hello", "bearer": ben})
        assert await line.code() == 4410
    response = await room.take_seat(ben, "Somebody new")
    assert (response.status_code, response.json()["code"]) == (403, "removed")
    asked = await room.town.post("/help", {"id": ID, "room": room.slug}, ben)
    assert asked.status_code == 200


async def test_a59_a_session_that_ends_takes_its_sockets_with_it_p23(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        await room.town.post("/session/end", {}, ben)
        assert await line.code() == 4401


# Who is here


NAMING = """
id = "naming"
title = "Each names the next"
phases = [
  {id = "naming", title = "Sharing", minutes = 30, speak = "tag"},
  {id = "closing", title = "Closing", minutes = 3, speak = "facilitator"},
]
"""


async def test_fc_28_nobody_is_named_next_who_is_not_connected(town: Town):
    await open_formats(town.engine).add(NAMING, None, town.clock.now())
    room = await town.room("naming")
    ada, ben, chidi = await room.open(), await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        await bens.ask({"type": "raise_hand"})
        await adas.ask({"type": "invite", "epoch": 1})
        await bens.ask({"type": "accept", "epoch": 2})
        tag = {"type": "tag", "seat": 3, "epoch": 3}
        assert (await bens.ask(tag))["code"] == "they_are_away"
        assert (await bens.ask({**tag, "epoch": 2}))["code"] == "stale_epoch", "that comes first"
        assert (await bens.ask({**tag, "seat": 9}))["code"] == "no_such_seat"
        async with room.sit(chidi):
            first = await bens.ask(tag, ID)
            assert first["type"] == "receipt"
        assert await bens.ask(tag, ID) == first, "sent again, it was not decided again (P2)"


async def test_who_is_writing_is_shown_and_leaves_no_trace(room: Room):
    ada = await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        await adas.entry("seat_taken")
        for _ in range(20):
            await bens.send({"type": "typing"})
        assert await adas.until("typing", seat=2)
        answer = await bens.say("hello", GATHERING)
        said = await adas.entry("said")
        assert (answer["type"], answer["number"]) == ("receipt", said["number"])
        assert sum(b'"typing"' in data for data in adas.raw) == 1


async def test_p8_who_may_not_write_is_not_shown_writing_and_not_ejected(room: Room):
    ada = await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        await adas.ask({"type": "mute", "seat": 2, "minutes": 10})
        await bens.entry("muted")
        await bens.send({"type": "typing"})
        assert (await bens.say("hello", GATHERING))["code"] == "muted"
        await adas.say("all well", GATHERING)
        await bens.entry("said")
        assert not any(b'"typing"' in data for data in adas.raw)


# When the database is away


async def test_after_a_retry_nothing_overtakes_and_nothing_waits_for_ever_p5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seam, away = Seam(), False

    def before(sql: str) -> None:
        if sql == "COMMIT" and away:
            raise sqlite3.OperationalError("disk I/O error")

    seam.before = before
    monkeypatch.setattr(app, "open_logs", seam.open)
    server, furnish = town_in(tmp_path)
    with server.running():
        town = furnish()
        room = await town.room()
        await room.open()
        ben = await room.seat("Ben")
        async with room.sit(ben) as line:
            first, second, third = "1" * 32, "2" * 32, "3" * 32
            away = True
            assert (await line.say("first", GATHERING, id=first))["type"] == "retry"
            assert (await line.say("second", GATHERING, id=second))["type"] == "retry"
            assert (await line.say("first", GATHERING, id=first))["type"] == "retry"
            away = False
            assert (await line.say("second", GATHERING, id=second))["type"] == "retry"
            assert (await line.say("third", GATHERING, id=third))["type"] == "retry"
            one = await line.say("first", GATHERING, id=first)
            assert (await line.say("third", GATHERING, id=third))["type"] == "retry"
            two = await line.say("second", GATHERING, id=second)
            three = await line.say("third", GATHERING, id=third)
            assert one["number"] < two["number"] < three["number"]

            away = True
            monkeypatch.setattr(commands, "OWED", 0.3)
            given_up = await line.say("never mind", GATHERING, id="4" * 32)
            assert given_up["type"] == "retry"
            away = False
            async with asyncio.timeout(3):  # Each retry of another must not put it off.
                while (  # noqa: ASYNC110 - as a client does
                    await line.say("fifth", GATHERING, id="5" * 32)
                )["type"] == "retry":
                    await asyncio.sleep(0.02)
        await town.close()
