"""The line, against a server that does as it is told: in, back by itself, and out."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from chatroom.client import (
    LineEnded,
    Refused,
    case_line,
    come_to_desk,
    enter,
)
from chatroom.live.wire import (
    Fresh,
    Heartbeat,
    Receipt,
    Refusal,
    Retry,
)
from moderation.case import case as case_rules
from moderation.case import desk as desk_rules
from moderation.case.commands import CloseCase, Write
from moderation.meeting import commands as ask
from tests.client.stage import BEN, Connection, Scripted, everything, place, said, soon


async def test_the_door_is_passed_with_a_bearer_and_neither_cookie_nor_origin(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome()

    server.scripts.append(script)
    async with enter(server.link, name="Ben") as seat:
        assert seat.seat == BEN
        assert seat.session == "token"
    exchange, taking, upgrade = server.requests
    assert exchange["body"] == {"secret": "sesame"}
    assert taking["path"] == "/rooms/tuesday/seats"
    assert taking["body"]["name"] == "Ben"
    assert len(taking["body"]["id"]) == 32
    assert taking["headers"]["authorization"] == "Bearer token"
    assert server.hellos[0]["bearer"] == "token"
    assert "cursor" not in server.hellos[0] or server.hellos[0]["cursor"] is None
    for request in (exchange, taking, upgrade):
        assert not {"cookie", "origin"} & set(request["headers"])


async def test_a_closed_door_says_why(server: Scripted):
    server.refusal = {"type": "refusal", "id": None, "code": "name_taken", "words": "Taken."}
    with pytest.raises(Refused, match="name_taken"):
        async with enter(server.link, name="Ben"):
            pass


async def test_who_has_to_knock_asks_again_until_somebody_lets_them_in(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome()

    server.lobby = 3
    server.scripts.append(script)
    async with enter(server.link, name="Ben") as seat:
        assert seat.seat == BEN
    asked = [request["body"] for request in server.requests if request["path"].endswith("/seats")]
    assert len(asked) == 4
    assert len({body["id"] for body in asked}) == 1, "it is one knock"


async def test_a_line_gets_its_receipt_and_a_no_is_raised_bare(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome(epoch=3)
        command = await connection.command()
        assert command["command"] == {
            "type": "say",
            "text": "hello",
            "epoch": 3,
            "anyway": False,
        }
        await connection.send(Receipt(command["id"], "room", 1))
        await connection.send(Refusal((await connection.command())["id"], "muted", "Not now."))

    server.scripts.append(script)

    async def two_lines() -> None:
        async with enter(server.link, name="Ben") as seat:
            assert (await seat.say("hello")).number == 1
            await seat.say("again")

    with pytest.raises(Refused, match="muted"):
        await two_lines()


async def test_fc_05_what_is_written_behind_an_acceptance_belongs_to_its_turn(server: Scripted):
    """The second line goes out before the first has come back: it names the floor that is taken."""
    epochs = []

    async def script(connection: Connection):
        await connection.welcome(epoch=3, invited=BEN)
        for answer in (None, "contact_details", None, None):
            command = await connection.command()
            epochs.append(command["command"]["epoch"])
            if answer is not None:
                await connection.send(Refusal(command["id"], answer, "Not so."))
            else:
                await connection.send(Receipt(command["id"], "room", len(epochs)))

    server.scripts.append(script)
    async with enter(server.link, name="Ben") as seat:
        await seat.say("hello")
        with pytest.raises(Refused, match="contact_details"):
            await seat.say("call me")
        await seat.say("again")
        await seat.say("and on")
    assert epochs == [3, 4, 4, 4]


async def test_fc_05_after_a_no_the_invitation_is_still_to_be_answered(server: Scripted):
    epochs = []

    async def script(connection: Connection):
        await connection.welcome(epoch=3, invited=BEN)
        for _ in range(2):
            command = await connection.command()
            epochs.append(command["command"]["epoch"])
            await connection.send(Refusal(command["id"], "contact_details", "Not so."))

    server.scripts.append(script)
    async with enter(server.link, name="Ben") as seat:
        for _ in range(2):
            with pytest.raises(Refused, match="contact_details"):
                await seat.say("call me")
    assert epochs == [3, 3]


async def test_what_has_no_answer_is_sent_again_under_its_id(server: Scripted):
    ids = []

    async def dies(connection: Connection):
        await connection.welcome()
        ids.append((await connection.command())["id"])
        ids.append((await connection.command())["id"])
        await connection.close(1012)

    async def answers(connection: Connection):
        await connection.welcome_back()
        for number in (1, 2):
            command = await connection.command()
            ids.append(command["id"])
            await connection.send(Receipt(command["id"], "room", number))

    server.scripts += [dies, answers]
    async with enter(server.link, name="Ben", jitter=soon) as seat:
        first, second = seat.submit_line("one"), seat.submit_line("two")
        assert ((await first).number, (await second).number) == (1, 2)
    assert ids[:2] == ids[2:]


async def test_a_retry_is_sent_again_under_its_id(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome()
        first = await connection.command()
        await connection.send(Retry(first["id"], after_ms=1))
        again = await connection.command()
        assert again == first
        await connection.send(Receipt(again["id"]))

    server.scripts.append(script)
    async with enter(server.link, name="Ben") as seat:
        assert (await seat.send(ask.RaiseHand())).number is None


async def test_a95_who_is_told_to_come_back_later_does(server: Scripted):
    async def not_now(connection: Connection):
        no = Refusal(None, "rate_limited", "A lot.", facts={"retry_ms": 400})
        await connection.send(no)
        await connection.close(4429)
        told.append(asyncio.get_running_loop().time())

    async def welcomes(connection: Connection):
        told.append(asyncio.get_running_loop().time())
        await connection.welcome()

    told: list[float] = []
    server.scripts += [not_now, welcomes]
    async with enter(server.link, name="Ben", jitter=soon) as seat:
        assert seat.connected
    assert 0.35 < told[1] - told[0] < 5


async def test_entries_go_on_over_a_lost_connection(server: Scripted):
    async def first(connection: Connection):
        await connection.welcome(room=(3, 4))
        await connection.send(said(4), said(5))
        await connection.lose()

    async def second(connection: Connection):
        await connection.welcome_back(room=6)
        await connection.send(said(6))

    server.scripts += [first, second]
    async with enter(server.link, name="Ben", jitter=soon) as seat:
        reader = seat.entries()
        assert [(await anext(reader)).number for _ in range(3)] == [4, 5, 6]
        assert seat.connections == 2
        assert seat.caught_up
    assert server.hellos[1]["cursor"] == {"room": place(5), "own": "0."}


async def test_a_hole_is_raised_bare_out_of_the_context(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome()
        await connection.send(said(2))

    server.scripts.append(script)
    with pytest.raises(AssertionError, match="room: 2 came after 0"):
        async with enter(server.link, name="Ben") as seat:
            await anext(seat.entries())


@pytest.mark.parametrize(
    ("code", "name"),
    [
        *((4410, "removed"), (1000, "leaving"), (4403, "no_seat"), (1008, "bad_frame")),
        (4413, "too_many_sockets"),
    ],
)
async def test_a_line_that_the_server_ends_stays_ended(server: Scripted, code: int, name: str):
    async def script(connection: Connection):
        await connection.welcome()
        await connection.command()
        await connection.send(said(1))
        await connection.close(code)

    server.scripts.append(script)
    async with enter(server.link, name="Ben") as seat:
        with pytest.raises(LineEnded, match=name):
            await seat.say("hello")
        with pytest.raises(LineEnded, match=name):
            await seat.say("hello?")
        reading = [seen.number async for seen in seat.entries()] if code in (4410, 1000) else None
        assert reading in (None, [1])
    assert len(server.hellos) == 1


async def test_an_end_that_should_not_be_is_raised_to_the_reader(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome()
        await connection.close(4403)

    server.scripts.append(script)
    async with enter(server.link, name="Ben") as seat:
        with pytest.raises(LineEnded, match="no_seat"):
            await anext(seat.entries())


async def test_leaving_ends_what_waits(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome()
        await connection.command()

    server.scripts.append(script)
    async with enter(server.link, name="Ben") as seat:
        waiting = seat.submit_line("hello")
        reading = asyncio.create_task(everything(seat.entries()))
    with pytest.raises(LineEnded, match="leaving"):
        await waiting
    assert await reading == []


async def test_a_heartbeat_with_a_later_head_brings_the_client_back_for_the_rest(
    server: Scripted, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chatroom.client.line.BEHIND", 0.01)

    async def forgets(connection: Connection):
        await connection.welcome()
        await connection.send(Heartbeat(place(1), now=0.0))
        await connection.until_lost()

    async def remembers(connection: Connection):
        await connection.welcome_back(room=1)
        await connection.send(said(1))

    server.scripts += [forgets, remembers]
    async with enter(server.link, name="Ben", jitter=soon) as seat:
        assert (await anext(seat.entries())).number == 1


async def test_the_bytes_of_each_frame_can_be_tapped(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome()
        await connection.send(said(1))

    server.scripts.append(script)
    frames: list[bytes] = []
    async with enter(server.link, name="Ben", on_frame=frames.append) as seat:
        await anext(seat.entries())
    assert frames[1] == msgspec.json.encode(said(1))


async def test_a_second_socket_has_a_cursor_of_its_own(server: Scripted):
    async def script(connection: Connection):
        await connection.welcome()

    server.scripts += [script, script]
    async with (
        enter(server.link, name="Ben") as seat,
        seat.another_socket() as other,
    ):
        assert other.seat == seat.seat
    assert [hello.get("cursor") for hello in server.hellos] == [None, None]


async def test_the_desk_and_the_line_of_a_case_are_reached_the_same_way(server: Scripted):
    async def desk(connection: Connection):
        shown = desk_rules.snapshot(desk_rules.NEW, 1)
        await connection.send(
            Fresh(reason="new", seat=1, snapshot=shown, cursor={}, starts={}, now=0.0)
        )

    async def line(connection: Connection):
        shown = case_rules.snapshot(case_rules.NEW, 2)
        await connection.send(
            Fresh(reason="new", seat=2, snapshot=shown, cursor={}, starts={}, now=0.0)
        )
        for expected in (Write("I am here."), CloseCase("supported")):
            command = await connection.command()
            assert command["command"] == msgspec.to_builtins(expected)
            await connection.send(Receipt(command["id"]))

    server.url = "/desk"
    server.scripts += [desk, line]
    async with come_to_desk(server.link, name="Sam") as sam:
        assert sam.desk.cases == ()
        await sam.claim("c" * 16)
        async with sam.case_line("c" * 16) as case:
            assert case.case.claimer is None
            await case.write("I am here.")
            await case.close("supported")
    assert [request["path"] for request in server.requests[1:]] == [
        "/desk/seats",
        "/desk/socket",
        f"/cases/{'c' * 16}/claims",
        f"/cases/{'c' * 16}/socket",
    ]


async def test_a_socket_that_the_server_does_not_open_is_not_tried_for_ever(server: Scripted):
    with pytest.raises(LineEnded, match="http_40"):
        async with case_line(server.origin + "/nowhere", "c" * 16, session="token"):
            pass
