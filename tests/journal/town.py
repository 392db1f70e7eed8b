"""The whole server on a port, a room in it, and people who speak the wire by hand."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from httpx2 import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chatroom.app import create_app
from chatroom.live.timekeeper import Clock
from chatroom.people.accounts import Accounts
from chatroom.people.secret import secret_key
from chatroom.settings import load
from chatroom.store import database, rooms
from chatroom.store.accounts import Role
from tests.journal.served import Thread
from tests.journal.stage import SOON, migrated

Frame = dict[str, Any]

GATHERING = 1
"""The epoch of a meeting that has just been opened."""

ID = "f" * 32
"""Of a command."""


class Line:
    """A socket; every frame that came, as bytes and read."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.raw: list[bytes] = []

    async def send(self, frame: Frame) -> None:
        await self.socket.send(json.dumps(frame))

    async def next(self) -> Frame:
        async with asyncio.timeout(SOON):
            data = await self.socket.recv(decode=False)
        assert isinstance(data, bytes)
        self.raw.append(data)
        frame: Frame = json.loads(data)
        return frame

    async def until(self, kind: str, **has: Any) -> Frame:
        """The next frame of that type with these values."""
        while True:
            frame = await self.next()
            if frame["type"] == kind and has.items() <= frame.items():
                return frame

    async def entry(self, kind: str) -> Frame:
        """The next entry of that type, with its number."""
        while True:
            frame = await self.until("entries")
            for entry in frame["entries"]:
                if entry["entry"]["type"] == kind:
                    return dict(entry)

    async def hello(self, bearer: str | None, cursor: dict[str, str] | None = None) -> Frame:
        """What the server answers: a fresh start, or that it goes on."""
        hello: Frame = {"type": "hello"}
        if bearer is not None:
            hello["bearer"] = bearer
        if cursor is not None:
            hello["cursor"] = cursor
        await self.send(hello)
        return await self.next()

    async def ask(self, command: Frame, id: str | None = None) -> Frame:
        """The answer to a command."""
        id = id or secrets.token_hex(16)
        await self.send({"type": "command", "id": id, "command": command})
        while True:
            frame = await self.next()
            if frame.get("id") == id:
                return frame

    async def say(self, text: str, epoch: int, id: str | None = None) -> Frame:
        return await self.ask({"type": "say", "text": text, "epoch": epoch}, id)

    def entries(self, stream: str = "room") -> list[Frame]:
        """Every entry of a stream that came so far."""
        frames = [json.loads(data) for data in self.raw]
        return [
            entry
            for frame in frames
            if frame["type"] == "entries" and frame["stream"] == stream
            for entry in frame["entries"]
        ]

    async def code(self) -> int | None:
        """With which code the server closes the socket, once it has."""
        try:
            while True:
                await self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


class Town:
    """A server, and what an operator can do on it."""

    def __init__(self, server: Thread, engine: AsyncEngine, accounts: Accounts) -> None:
        self.server = server
        self.engine = engine
        self.accounts = accounts
        self.origin = server.origin
        self.clock = Clock()
        self._rooms = 0
        self._http = AsyncClient(trust_env=False, verify=False, timeout=SOON)

    async def close(self) -> None:
        await self._http.aclose()
        await self.engine.dispose()

    async def room(self, format: str = "small-discussion") -> "Room":
        self._rooms += 1
        room = await rooms.create_room(
            self.engine,
            f"Evening group {self._rooms}",
            format,
            self.clock.now(),
            secrets.token_bytes,
        )
        return Room(self, room)

    async def enter(self, room: int, role: Role) -> str:
        """The token of a new session with that role."""
        now = self.clock.now()
        secret = await self.accounts.invite(room, role, None, None, now)
        return (await self.accounts.exchange(secret, None, now)).token

    async def post(self, path: str, body: Frame, bearer: str | None = None) -> Response:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return await self._http.post(self.origin + path, json=body, headers=headers)

    @asynccontextmanager
    async def socket(self, path: str, **options: Any) -> AsyncIterator[Line]:
        url = self.origin.replace("http", "ws") + path
        async with connect(url, compression=None, proxy=None, close_timeout=1, **options) as socket:
            yield Line(socket)


class Room:
    """A room, and whoever goes in."""

    def __init__(self, town: Town, room: rooms.Room) -> None:
        self.town = town
        self.id = room.id
        self.slug = room.slug
        self.path = f"/rooms/{room.slug}"

    async def seat(self, name: str, role: Role = "member") -> str:
        """The session of somebody who has taken a seat."""
        token = await self.town.enter(self.id, role)
        response = await self.take_seat(token, name)
        assert response.status_code == 200, response.text
        return token

    async def take_seat(self, token: str, name: str) -> Response:
        body = {"id": secrets.token_hex(16), "name": name}
        return await self.town.post(f"{self.path}/seats", body, token)

    @asynccontextmanager
    async def sit(self, token: str, cursor: dict[str, str] | None = None) -> AsyncIterator[Line]:
        """A socket that has been welcomed."""
        async with self.town.socket(f"{self.path}/socket") as line:
            await line.hello(token, cursor)
            yield line

    async def open(self) -> str:
        """Ada has a seat and has opened the meeting; her session."""
        ada = await self.seat("Ada", "facilitator")
        async with self.sit(ada) as line:
            assert (await line.ask({"type": "open"}))["type"] == "receipt"
        return ada


def town_in(
    folder: Path, *, make: Callable[..., Any] = create_app, **environ: str
) -> tuple[Thread, Callable[[], Town]]:
    """A server that is ready to be run, and what makes a town of it."""
    path = migrated(folder)
    environ = {
        "DATABASE_URL": f"sqlite:///{path}",
        "BUS": "local",
        "HELPLINES": "Helpline | 116 123 | tel:116123",
        "REVIEW": "rules",
        **environ,
    }
    server = Thread(lambda origin: make(load({**environ, "ORIGINS": origin})))
    settings = load({**environ, "ORIGINS": server.origin})

    def town() -> Town:
        engine = database.open_engine(settings)
        key = secret_key(settings.secret_file, secrets.token_bytes)
        return Town(server, engine, Accounts(engine, key, secrets.token_bytes))

    return server, town
