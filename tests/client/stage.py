"""A scripted server, and the frames that it sends."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from chatroom.client import (
    Copy,
    Outbox,
)
from chatroom.live.wire import (
    Entries,
    Fresh,
    Numbered,
    Resumed,
    Stream,
)
from moderation.meeting import audience, decider
from moderation.meeting import entries as happened
from moderation.meeting.format import Phase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

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


class Connection:
    """The server's end of one socket, in the hand of a script."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket

    async def send(self, *frames: Any) -> None:
        for frame in frames:
            await self.websocket.send_text(msgspec.json.encode(frame).decode())

    async def welcome(
        self, *, room: tuple[int, int] = (0, 0), epoch: int = 0, invited: int | None = None
    ) -> None:
        await self.send(fresh(room=room, epoch=epoch, invited=invited))

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


def fresh(
    *, room: tuple[int, int], epoch: int = 0, invited: int | None = None, reason: Any = "new"
) -> Fresh:
    start, head = room
    new = audience.snapshot(decider.NEW, BEN)
    return Fresh(
        reason=reason,
        seat=BEN,
        snapshot=msgspec.structs.replace(new, epoch=epoch, invited=invited),
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
