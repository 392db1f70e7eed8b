"""Those who take part in the fan-out: our server, alone and as two processes, the limit and a first attempt."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatroom.live import wire
from chatroom.settings import load
from moderation.meeting import entries as happened
from tests import servers
from tests.load._load import (
    UNLIMITED,
    WORDS,
    a_line,
    furnished,
    masked,
    settings_in,
    started,
    upgrade,
    way,
)
from tests.load._machine import CORES, cpu_seconds, on, program
from tests.load._members import Answer, Audience, Member, Way
from tests.processes import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AsyncExitStack

HERE = Path(__file__).parent
WRITERS = 32


class Absent(Exception):
    """Somebody cannot take part, and why."""


class Contestant(NamedTuple):
    """A server, its members, and what one of them sends. `beside` is CPU that is not its processes' own."""

    name: str
    pids: tuple[int, ...]
    audience: Audience
    line: Callable[[], bytes]
    beside: Callable[[], dict[str, float]] = dict

    def cpu(self) -> float:
        return cpu_seconds(*self.pids)


if TYPE_CHECKING:
    Open = Callable[[AsyncExitStack, int], Awaitable[Contestant]]


class Retried(Audience):
    """Of our own server: what it answers `retry` is sent again, and what is unanswered is known."""

    def __init__(self) -> None:
        super().__init__()
        self._unanswered: dict[str, bytes] = {}

    def line(self) -> bytes:
        id, frame = a_line()
        self._unanswered[id] = frame
        return frame

    def answered(self, member: Member, answer: Answer) -> None:
        if answer.number is None:
            loop = asyncio.get_running_loop()
            loop.call_later(answer.after, member.write, self._unanswered[answer.id])
        else:
            del self._unanswered[answer.id]


def a_frame() -> bytes:
    """As our server writes a line to everybody."""
    said = wire.Numbered(1234, "0" * 16, time.time(), happened.Said(words=f"1234 {WORDS}", seat=12))
    return wire.encode(wire.Entries("room", (said,)))


FRAME = a_frame()
PAYLOAD = FRAME[4:]
"""It is longer than 125 bytes, and shorter than 64 KiB."""


async def chatroom(stack: AsyncExitStack, members: int) -> Contestant:
    """The product: one process, SQLite, the review on."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    server = ServerProcess(folder, **UNLIMITED)
    await server.migrate()
    [place] = await furnished(settings_in(folder), [members])
    await started(server)
    stack.push_async_callback(server.stop)
    room = Retried()
    stack.callback(room.close)
    await room.open(
        (way(server.port, place, token) for token in place.tokens), writers=WRITERS, within=300
    )
    await room.whole()
    return Contestant("chatroom", (server.pid,), room, room.line)


async def chatroom_redis(stack: AsyncExitStack, members: int) -> Contestant:
    """Two processes over PostgreSQL and Valkey, which run beside the load. CPU is both processes'."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    secret = folder / "secret"
    secret.write_bytes(os.urandom(32))
    secret.chmod(0o600)
    with on(CORES.load):
        postgres = stack.enter_context(servers.postgres(max_connections="60"))
        valkey = stack.enter_context(servers.valkey(tcp=True))
    environ = {
        **UNLIMITED,
        "DATABASE_URL": postgres.url(),
        "SECRET_FILE": str(secret),
        "BUS": "redis",
        "REDIS_URL": valkey.url,
    }
    both = []
    for name in ("one", "two"):
        (folder / name).mkdir()
        both.append(ServerProcess(folder / name, **environ))
    await both[0].migrate()
    [place] = await furnished(load(environ), [members])
    for server in both:
        await started(server)
        stack.push_async_callback(server.stop)
    room = Retried()
    stack.callback(room.close)
    ports = itertools.cycle(server.port for server in both)
    await room.open(
        (way(next(ports), place, token) for token in place.tokens), writers=WRITERS, within=300
    )

    await room.whole()

    def beside() -> dict[str, float]:
        return {"postgres": cpu_seconds(*postgres.pids()), "redis": cpu_seconds(valkey.pid)}

    pids = tuple(server.pid for server in both)
    return Contestant("chatroom-redis", pids, room, room.line, beside)


async def limit(stack: AsyncExitStack, members: int) -> Contestant:
    """epoll, and a loop of `os.write`."""
    pid, port = await stack.enter_async_context(program(sys.executable, str(HERE / "_limit.py")))
    audience = Audience()
    stack.callback(audience.close)
    await audience.open(Way(port) for _ in range(members))
    return Contestant("limit", (pid,), audience, lambda: FRAME)


async def starlette(stack: AsyncExitStack, members: int) -> Contestant:
    """A loop of `await send_text`."""
    pid, port = await stack.enter_async_context(program(sys.executable, str(HERE / "_naive.py")))
    return await echoing(stack, "starlette", pid, port, "/socket", members)


async def echoing(
    stack: AsyncExitStack, name: str, pid: int, port: int, path: str, members: int
) -> Contestant:
    """A WebSocket server that gives what one sends to all, as it came."""
    audience = Audience()
    stack.callback(audience.close)
    head = upgrade(port, path)
    # Nothing says that one is in; the answer to the upgrade is as good here.
    await audience.open(Way(port, head) for _ in range(members))
    await asyncio.sleep(1)
    return Contestant(name, (pid,), audience, lambda: masked(PAYLOAD))


OURS: dict[str, Open] = {
    "chatroom": chatroom,
    "limit": limit,
    "starlette": starlette,
    "chatroom-redis": chatroom_redis,
}
