"""A socket from hello to goodbye, over a real server: who gets in, what is answered, and never a hole."""

import asyncio
import json
import re
import secrets
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from chatroom import app
from chatroom.groups.formats import open_formats
from chatroom.web import connection
from chatroom.web.security import COOKIE
from tests.journal.stage import Seam
from tests.journal.town import Frame, Line, Room, Town, town_in

GATHERING = 1
"""The epoch of a meeting that has just been opened."""


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


# Hello


async def test_who_says_nothing_is_let_go_a9(
    town: Town, room: Room, monkeypatch: pytest.MonkeyPatch
):
    assert connection.HELLO_WITHIN == 5.0
    monkeypatch.setattr(connection, "HELLO_WITHIN", 0.05)
    async with town.socket(f"{room.path}/socket") as line:
        assert await line.code() == 4401


@pytest.mark.parametrize("bearer", [None, "", "x" * 43])
async def test_who_has_no_session_is_let_go(town: Town, room: Room, bearer: str | None):
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


async def test_a_cookie_without_a_page_gets_no_socket_a3(town: Town, room: Room):
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
    "another protocol": '{"type":"hello","protocol":2}',
}


async def test_a_malformed_frame_closes_the_socket(town: Town, room: Room):
    ben = await room.seat("Ben")
    for name, frame in NO_FRAMES.items():
        async with town.socket(f"{room.path}/socket") as line:
            await line.socket.send(frame)
            assert await line.code() == 1008, name
        async with room.sit(ben) as line:
            await line.socket.send(frame)
            assert await line.code() == 1008, name


async def test_a_command_before_hello_and_a_second_hello_close_the_socket(town: Town, room: Room):
    ben = await room.seat("Ben")
    async with town.socket(f"{room.path}/socket") as line:
        await line.send({"type": "command", "id": "0" * 32, "command": {"type": "raise_hand"}})
        assert await line.code() == 1008
    async with room.sit(ben) as line:
        await line.send({"type": "hello", "bearer": ben})
        assert await line.code() == 1008


async def test_a_binary_frame_closes_the_socket_w19(town: Town, room: Room):
    ben = await room.seat("Ben")
    async with town.socket(f"{room.path}/socket") as line:
        await line.socket.send(b'{"type":"hello"}')
        assert await line.code() == 1003
    async with room.sit(ben) as line:
        await line.socket.send(b"\x00")
        assert await line.code() == 1003


# Commands

ID = "f" * 32
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


async def test_a_command_is_answered_once_with_the_first_receipt_on_any_socket_p2(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as one, room.sit(ben) as two:
        first = await one.say("hello", GATHERING, id=ID)
        assert await two.say("hello", GATHERING, id=ID) == first
        assert (await two.say("other", GATHERING, id=ID))["code"] == "id_reused"
    async with room.sit(ben) as three:
        assert await three.say("hello", GATHERING, id=ID) == first


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


# Coming back


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
async def test_a_cursor_that_cannot_be_resumed_gets_a_fresh_start_and_the_reason_p7(
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
    monkeypatch.setattr(connection, "TOO_FAR", 4)
    await room.open()
    ben = await room.seat("Ben")
    async with room.town.socket(f"{room.path}/socket") as line:
        cursor = (await line.hello(ben))["cursor"]
        numbers = [(await line.say(f"line {n}", GATHERING))["number"] for n in range(6)]
    async with room.town.socket(f"{room.path}/socket") as line:
        answer = await line.hello(ben, cursor)
        assert (answer["type"], answer["reason"]) == ("fresh", "too_far")
        assert [entry["number"] for entry in await lines(line, 4)] == numbers[-4:]


async def test_nobody_reads_what_was_said_before_they_came_p7(room: Room):
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


async def test_a_session_that_ends_takes_its_sockets_with_it_p23(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        await room.town.post("/session/end", {}, ben)
        assert await line.code() == 4401


# The review


async def test_a_telephone_number_bounces_with_its_place_cm02(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        text = "call me on 212 555 0123 tonight"
        refusal = await line.say(text, GATHERING)
        assert (refusal["type"], refusal["code"]) == ("refusal", "contact_details")
        ((start, end),) = refusal["spans"]
        assert "212 555 0123" in text[start:end]
        assert refusal["next"] == ["edit"]
        assert (await line.say("call me tonight", GATHERING))["type"] == "receipt"


async def test_a_telephone_number_in_two_lines_bounces_however_fast_they_come_cm02(room: Room):
    """The second is reviewed while the first is still on its way."""
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        for id, text in ((ID, "call me, 212 555"), ("e" * 32, "0123 tonight")):
            say = {"type": "say", "text": text, "epoch": GATHERING}
            await line.send({"type": "command", "id": id, "command": say})
        answers: dict[str, Frame] = {}
        while len(answers) < 2:
            frame = await line.next()
            if frame["type"] in ("receipt", "refusal"):
                answers[frame["id"]] = frame
        assert answers[ID]["type"] == "receipt"
        assert answers["e" * 32].get("code") == "contact_details"
        again = await line.say("call me, 212 555", GATHERING, id=ID)
        assert again == answers[ID]


async def test_a_line_that_is_sent_again_is_not_read_as_if_it_were_said_twice(room: Room):
    """After a reconnect the client sends what it has no answer to, and some of it is stored."""
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        first = await line.say("2125", GATHERING, id=ID)
    async with room.sit(ben) as line:
        for id, text in ((ID, "2125"), ("e" * 32, "10")):
            say = {"type": "say", "text": text, "epoch": GATHERING}
            await line.send({"type": "command", "id": id, "command": say})
        assert await line.until("receipt", id=ID) == first
        assert (await line.until("receipt"))["id"] == "e" * 32


async def test_links_are_for_facilitators(room: Room):
    ada = await room.open()
    ben = await room.seat("Ben")
    text = "look at https://example.org/page"
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        refusal = await bens.say(text, GATHERING)
        assert (refusal["type"], refusal["code"]) == ("refusal", "link")
        assert refusal["spans"]
        assert (await adas.say(text, GATHERING))["type"] == "receipt"


async def test_what_a_facilitator_posts_is_reviewed_and_may_hold_links(room: Room):
    ada = await room.open()
    async with room.sit(ada) as adas:
        post = {"type": "post", "kind": "announcement", "text": "call me at 212 555 0123"}
        refusal = await adas.ask(post)
        assert (refusal["code"], refusal["spans"]) == ("contact_details", [[11, 23]])
        post["text"] = "next week: https://example.org/page " + "and so on " * 500
        assert (await adas.ask(post))["type"] == "receipt"


async def test_a_number_that_is_split_over_a_line_and_a_post_is_found(room: Room):
    ada = await room.open()
    async with room.sit(ada) as adas:
        assert (await adas.say("212 555", GATHERING))["type"] == "receipt"
        refusal = await adas.ask({"type": "post", "kind": "cue", "text": "0123"})
        assert refusal["code"] == "contact_details"


@pytest.mark.parametrize("name", ["Ben 212 555 0123", "www.example.org"])
@pytest.mark.parametrize("who", ["member", "facilitator"])
async def test_another_name_is_reviewed_as_one(room: Room, who: Any, name: str):
    token = await room.open() if who == "facilitator" else await room.seat("Ben")
    async with room.sit(token) as line:
        refusal = await line.ask({"type": "rename", "name": name})
        assert (refusal["type"], refusal["code"]) in {
            ("refusal", "contact_details"), ("refusal", "link"),
        }  # fmt: skip
        assert (await line.ask({"type": "rename", "name": "Ben W"}))["type"] == "receipt"


@pytest.mark.parametrize("name", ["Ben 212 555 0123", "ben@example.org"])
async def test_a_name_is_reviewed_too(room: Room, name: str):
    response = await room.take_seat(await room.town.enter(room.id, "member"), name)
    assert response.status_code == 409
    assert response.json()["code"] == "contact_details"
    assert response.json()["spans"]


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


# Help


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


async def test_what_another_member_receives_is_the_same_with_and_without_a_case_p22_ce02(
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
            monkeypatch.setattr(connection, "OWED", 0.3)
            given_up = await line.say("never mind", GATHERING, id="4" * 32)
            assert given_up["type"] == "retry"
            away = False
            async with asyncio.timeout(3):  # Each retry of another must not put it off.
                while (  # noqa: ASYNC110 - as a client does
                    await line.say("fifth", GATHERING, id="5" * 32)
                )["type"] == "retry":
                    await asyncio.sleep(0.02)
        await town.close()
