"""The client alone: what it keeps, what it sends again, and how it comes back; against a scripted server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from chatroom.client import (
    Copy,
    LineEnded,
    Outbox,
    Refused,
    case_line,
    come_to_desk,
    enter,
    fold,
    thaw,
    view,
)
from chatroom.live.wire import (
    WINDOW,
    Entries,
    Fresh,
    Heartbeat,
    Numbered,
    Receipt,
    Refusal,
    Resumed,
    Retry,
    Stream,
)
from moderation.case import case as case_rules
from moderation.case import desk as desk_rules
from moderation.case.commands import CloseCase, Write
from moderation.case.entries import (
    CameToDesk,
    CaseClosed,
    CaseEntry,
    CaseListed,
    CaseRaised,
    Claimed,
    DeskEntry,
    DeskSeatGiven,
    LineGiven,
    NobodyThere,
    Wrote,
)
from moderation.meeting import audience, decider
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.format import Phase
from moderation.meeting.state import Stamp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

BEN = 2
PHASES = (Phase("gathering", "Gathering", 5, "open"), Phase("sharing", "Sharing", 5, "queue"))
MEETING: list[happened.AnyEntry] = [
    happened.Convened("small", PHASES),
    happened.SeatTaken(seat=1, role="facilitator", words="Ada"),
    happened.SeatGiven(1, "s1"),
    happened.SeatTaken(seat=BEN, role="member", words="Ben"),
    happened.SeatGiven(BEN, "s2"),
    happened.Opened(),
    happened.PhaseBegan(0),
    happened.Said(seat=BEN, words="hello"),
    happened.Told(seat=BEN, words="quietly"),
    happened.ToldYou(owner=BEN, seat=BEN, words="quietly"),
    happened.PhaseBegan(1),
    happened.HandRaised(BEN),
    happened.HandRaised(1),
    happened.HandLowered(1, by="self"),
    happened.Invited(BEN, by=1),
    happened.InviteEnded(BEN, reason="withdrawn"),
    happened.Invited(BEN, by=1),
    happened.FloorTaken(BEN, turn=1),
    happened.HolderWentAway(BEN, until=90.0),
    happened.HolderCameBack(BEN),
    happened.Said(seat=BEN, turn=1, words="my turn"),
    happened.Redacted(5, by="self"),
    happened.TurnEnded(BEN, reason="done"),
    happened.Muted(BEN, until=600.0),
    happened.Unmuted(BEN, by="facilitator"),
    happened.Removed(BEN),
    happened.Closed(by="facilitator"),
]


# The fold


def test_a_view_and_what_follows_it_look_like_a_fresh_view_at_every_place_of_a_meeting():
    states, numbers = [decider.NEW], dict.fromkeys((0, -1, 1, BEN), 0)
    stamps = []
    for at, entry in enumerate(MEETING):
        numbers[audience.audience(entry)] += 1
        stamps.append(Stamp(numbers[audience.audience(entry)], float(at)))
        states.append(decider.evolve(states[-1], entry, stamps[-1]))
    for start, state in enumerate(states):
        copy = thaw(audience.snapshot(state, BEN))
        for entry, stamp, after in zip(
            MEETING[start:], stamps[start:], states[start + 1 :], strict=True
        ):
            copy = fold(copy, entry, stamp)
            assert view(copy, BEN) == audience.snapshot(after, BEN)


def test_the_same_holds_for_a_case():
    entries: list[CaseEntry] = [
        CaseRaised(source="help", triage="urgent", room="tuesday", words="Ben"),
        LineGiven(1, "s2"),
        NobodyThere(),
        Claimed(seat=2, words="Sam"),
        Wrote(seat=2, words="I am here."),
        CaseClosed(by=2),
    ]
    state = case_rules.NEW
    copy = thaw(case_rules.snapshot(state, 1))
    for number, entry in enumerate(entries, 1):
        state = case_rules.evolve(state, entry, Stamp(number, float(number)))
        copy = fold(copy, entry, Stamp(number, float(number)))
        assert view(copy, 1) == case_rules.snapshot(state, 1)
        assert view(thaw(view(copy, 1)), 1) == view(copy, 1)


def test_the_same_holds_for_the_desk():
    def listed(status: Any) -> CaseListed:
        return CaseListed("a" * 16, status, source="help", triage="urgent", raised_at=1.0)

    entries: list[DeskEntry] = [
        CameToDesk(seat=1, words="Sam"),
        DeskSeatGiven(1, "s9"),
        listed("raised"),
        listed("claimed"),
        listed("closed"),
    ]
    state = desk_rules.NEW
    copy = thaw(desk_rules.snapshot(state, 1))
    for number, entry in enumerate(entries, 1):
        state = desk_rules.evolve(state, entry, Stamp(number, float(number)))
        copy = fold(copy, entry, Stamp(number, float(number)))
        assert view(copy, 1) == desk_rules.snapshot(state, 1)
        assert view(thaw(view(copy, 1)), 1) == view(copy, 1)


# The copy


def test_a_fresh_start_counts_when_all_its_entries_are_here():
    copy = Copy()
    assert copy.start(fresh(room=(4, 6))) == []
    assert copy.take(said(5)) == []
    assert copy.cursor is None, "a cursor in the middle of a start would leave the rest out"
    assert [seen.number for seen in copy.take(said(6))] == [5, 6]
    assert copy.cursor == {"room": place(6), "own": "0."}


def test_what_the_snapshot_holds_is_not_folded_twice():
    copy = Copy()
    copy.start(fresh(room=(0, 2), epoch=3))
    copy.take(entries(happened.Opened(), happened.PhaseBegan(0), happened.PhaseBegan(1)))
    assert view_of(copy).epoch == 4, "numbers 1 and 2 are in the snapshot, 3 is not"


def test_a_start_that_was_cut_off_leaves_the_old_cursor():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    copy.start(fresh(room=(7, 9), reason="too_far"))
    copy.take(said(8))
    assert copy.cursor is not None
    assert copy.cursor["room"] == place(1)
    copy.resume(resumed(room=2))
    assert [seen.number for seen in copy.take(said(2))] == [2]
    assert copy.resets == []


def test_a_second_start_is_recorded_as_a_reset():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.start(fresh(room=(0, 0), reason="diverged"))
    assert copy.resets == ["diverged"]


@pytest.mark.parametrize("number", [1, 2, 4, 7])
def test_a_hole_or_a_double_is_never_swallowed(number: int):
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    copy.take(said(2))
    with pytest.raises(AssertionError, match=f"room: {number} came after 2"):
        copy.take(said(number))


def test_streams_are_counted_apart():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    copy.take(Entries("own", (Numbered(1, "b" * 16, 0.0, happened.SeatGiven(BEN, "s")),)))
    assert copy.cursor == {"room": place(1), "own": "1." + "b" * 16}


def test_an_ok_on_a_cursor_of_another_life_is_never_swallowed():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    with pytest.raises(AssertionError, match="room: resumed"):
        copy.resume(Resumed(seat=BEN, cursor={"room": "1." + "f" * 16}, now=0.0))
    with pytest.raises(AssertionError, match="room: resumed"):
        copy.resume(Resumed(seat=BEN, cursor={"room": "0."}, now=0.0))


def test_a_head_is_ahead_when_it_is_later_or_other():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    copy.take(said(2))
    assert copy.is_behind(place(3))
    assert copy.is_behind("2." + "f" * 16)
    assert not copy.is_behind(place(2))
    assert not copy.is_behind(place(1)), "it was read before our last entry was stored"


# The outbox


async def test_commands_are_sent_in_order_and_once():
    outbox = Outbox()
    for letter in "abc":
        outbox.add(letter * 32, ask.RaiseHand())
    assert sent(outbox) == ["a", "b", "c"]
    assert sent(outbox) == []


async def test_a_retry_holds_back_what_is_behind_it():
    outbox = Outbox()
    outbox.add("a" * 32, ask.RaiseHand())
    assert sent(outbox) == ["a"]
    outbox.retry(Retry("a" * 32, after_ms=500), now=10.0)
    outbox.add("b" * 32, ask.RaiseHand())
    assert sent(outbox, now=10.4) == []
    assert outbox.pause(10.4) == pytest.approx(0.1)
    assert sent(outbox, now=10.5) == ["a", "b"]


async def test_what_is_sent_again_names_what_was_sent_behind_it_p5():
    outbox = Outbox()
    for letter in "abc":
        outbox.add(letter * 32, ask.RaiseHand())
    assert [behind for _, behind in frames(outbox)] == ["", "", ""]
    outbox.add("d" * 32, ask.RaiseHand())
    outbox.settle(Receipt("b" * 32, "room", 7))
    outbox.unsend()
    assert frames(outbox) == [("a", "c"), ("c", ""), ("d", "")]


async def test_no_more_are_on_the_way_than_can_be_named_p5():
    outbox = Outbox()
    for number in range(2 * WINDOW):
        outbox.add(f"{number:032x}", ask.RaiseHand())
    assert len(frames(outbox)) == WINDOW
    assert outbox.pause(0.0) is None, "it waits for an answer, and not for time"
    outbox.settle(Receipt(f"{1:032x}", "room", 7))
    assert len(frames(outbox)) == 1


async def test_only_a_receipt_or_a_refusal_ends_a_command():
    outbox = Outbox()
    stored, refused, lost = (outbox.add(letter * 32, ask.RaiseHand()) for letter in "abc")
    sent(outbox)
    outbox.settle(Receipt("a" * 32, "room", 7))
    outbox.settle(Refusal("b" * 32, "muted", "Not now."))
    outbox.unsend()
    assert sent(outbox) == ["c"]
    assert (await stored).number == 7
    with pytest.raises(Refused, match="muted") as caught:
        await refused
    assert caught.value.words == "Not now."
    assert not lost.done()


async def test_an_answer_that_comes_twice_is_heard_once():
    outbox = Outbox()
    answer = outbox.add("a" * 32, ask.RaiseHand())
    for number in (7, 8):
        outbox.settle(Receipt("a" * 32, "room", number))
    assert (await answer).number == 7


async def test_a_command_that_nobody_waits_for_is_not_sent_again():
    outbox = Outbox()
    outbox.add("a" * 32, ask.RaiseHand()).cancel()
    outbox.add("b" * 32, ask.RaiseHand())
    assert sent(outbox) == ["b"]
    outbox.add("c" * 32, ask.RaiseHand()).cancel()
    outbox.unsend()
    assert sent(outbox) == ["b"]


async def test_one_id_is_one_command():
    outbox = Outbox()
    first = outbox.add("a" * 32, ask.Say("one", 0))
    assert outbox.add("a" * 32, ask.Say("one", 0)) is first
    with pytest.raises(AssertionError):
        outbox.add("a" * 32, ask.Say("two", 0))


# The line, against a server that does as it is told


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
        assert command["command"] == {"type": "say", "text": "hello", "epoch": 3}
        await connection.send(Receipt(command["id"], "room", 1))
        await connection.send(Refusal((await connection.command())["id"], "muted", "Not now."))

    server.scripts.append(script)

    async def two_lines() -> None:
        async with enter(server.link, name="Ben") as seat:
            assert (await seat.say("hello")).number == 1
            await seat.say("again")

    with pytest.raises(Refused, match="muted"):
        await two_lines()


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
    ("code", "name"), [(4410, "removed"), (1000, "leaving"), (4403, "no_seat"), (1008, "bad_frame")]
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


# The scripted server


class Connection:
    """The server's end of one socket, in the hand of a script."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket

    async def send(self, *frames: Any) -> None:
        for frame in frames:
            await self.websocket.send_text(msgspec.json.encode(frame).decode())

    async def welcome(self, *, room: tuple[int, int] = (0, 0), epoch: int = 0) -> None:
        await self.send(fresh(room=room, epoch=epoch))

    async def welcome_back(self, *, room: int = 0) -> None:
        await self.send(resumed(room=room))

    async def command(self) -> dict[str, Any]:
        frame = await self.websocket.receive_json()
        assert frame["type"] == "command"
        return dict(frame)

    async def close(self, code: int) -> None:
        await self.websocket.close(code)

    async def lose(self) -> None:
        await self.websocket.close(1012)

    async def until_lost(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await self.websocket.receive_text()


class Scripted:
    """A server that plays one script for each socket, in order, and remembers what it was asked."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.link = f"{self.origin}/enter#sesame"
        self.url = "/rooms/tuesday"
        self.scripts: list[Callable[[Connection], Awaitable[None]]] = []
        self.requests: list[dict[str, Any]] = []
        self.hellos: list[dict[str, Any]] = []
        self.refusal: dict[str, Any] | None = None
        self.lobby = 0
        """How often one is told to ask again."""
        self.failures: list[BaseException] = []
        self.app = Starlette(
            routes=[
                Route("/invitations/exchange", self.exchange, methods=["POST"]),
                Route("/rooms/{slug}/seats", self.seats, methods=["POST"]),
                Route("/desk/seats", self.seats, methods=["POST"]),
                Route("/cases/{case}/claims", self.seats, methods=["POST"]),
                WebSocketRoute("/rooms/{slug}/socket", self.socket),
                WebSocketRoute("/desk/socket", self.socket),
                WebSocketRoute("/cases/{case}/socket", self.socket),
            ]
        )

    async def exchange(self, request: Request) -> JSONResponse:
        await self._note(request)
        answer = JSONResponse({"url": self.url, "session": "token"})
        answer.set_cookie("__Host-session", "token", secure=True, httponly=True)
        return answer

    async def seats(self, request: Request) -> JSONResponse:
        await self._note(request)
        if self.refusal is not None:
            return JSONResponse(self.refusal, status_code=409)
        if self.lobby:
            self.lobby -= 1
            return JSONResponse({"waiting": True, "again_ms": 10}, status_code=202)
        return JSONResponse({"seat": BEN})

    async def socket(self, websocket: WebSocket) -> None:
        self.requests.append({"path": websocket.url.path, "headers": dict(websocket.headers)})
        await websocket.accept()
        self.hellos.append(await websocket.receive_json())
        connection = Connection(websocket)
        try:
            await self.scripts.pop(0)(connection)
            await connection.until_lost()
        except (WebSocketDisconnect, RuntimeError):
            pass  # Gone, or closed by the script.
        except BaseException as failure:
            self.failures.append(failure)
            raise

    async def _note(self, request: Request) -> None:
        self.requests.append(
            {
                "path": request.url.path,
                "headers": dict(request.headers),
                "body": await request.json(),
            }
        )


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    listening = socket.create_server(("127.0.0.1", 0))
    scripted = Scripted(listening.getsockname()[1])
    config = uvicorn.Config(
        scripted.app, ws="websockets-sansio", log_level="critical", lifespan="off"
    )
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve(sockets=[listening]))
    yield scripted
    running.should_exit = running.force_exit = True
    await serving
    listening.close()
    assert not scripted.failures, scripted.failures


def fresh(*, room: tuple[int, int], epoch: int = 0, reason: Any = "new") -> Fresh:
    start, head = room
    return Fresh(
        reason=reason,
        seat=BEN,
        snapshot=msgspec.structs.replace(audience.snapshot(decider.NEW, BEN), epoch=epoch),
        cursor={"room": place(head), "own": "0."},
        starts={"room": start, "own": 0},
        now=0.0,
    )


def resumed(*, room: int) -> Resumed:
    return Resumed(seat=BEN, cursor={"room": place(room), "own": "0."}, now=0.0)


def said(number: int) -> Entries:
    return entries(happened.Said(seat=1, words="hello"), first=number)


def entries(*them: happened.AnyEntry, first: int = 1, stream: Stream = "room") -> Entries:
    return Entries(
        stream, tuple(Numbered(n, f"{n:016x}", float(n), one) for n, one in enumerate(them, first))
    )


def place(number: int) -> str:
    return f"{number}.{number:016x}" if number else "0."


def view_of(copy: Copy) -> audience.Snapshot:
    shown = copy.view
    assert isinstance(shown, audience.Snapshot)
    return shown


def sent(outbox: Outbox, now: float = 0.0) -> list[str]:
    return [id for id, _ in frames(outbox, now)]


def frames(outbox: Outbox, now: float = 0.0) -> list[tuple[str, str]]:
    """What goes out: the first letter of the id, and those of what was sent behind it."""
    found = []
    while (frame := outbox.next(now)) is not None:
        sent = msgspec.json.decode(frame)
        found.append((sent["id"][0], "".join(id[0] for id in sent.get("followed_by", []))))
    return found


def soon(shortest: float, longest: float) -> float:
    return 0.01


async def everything(reader: Any) -> list[Any]:
    return [seen async for seen in reader]
