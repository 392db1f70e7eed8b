"""Two processes on one bus, north and south, and a wire between them and Redis that can go deaf."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from redis.crc import key_slot

from chatroom.bus import Bus
from chatroom.bus.local import LocalBus
from chatroom.bus.none import NoBus
from chatroom.bus.redis import Pace
from chatroom.bus.shards import RedisBus, channel_of
from chatroom.bus.waiting import ROOM
from chatroom.settings import BusKind

QUICK = Pace(dial=0.5, publish=0.1, probe=0.1, silence=0.4, redial=0.2)
HEALED = 8.0
"""Seconds in which a bus is sound again, whatever was done to it (P6)."""

# A server named by REDIS_URL may have other users: our logs are numbered where theirs are not.
SHARING, GRIEF = range(start := random.randrange(10**9, 10**12), start + 2)

SHARDS = 3


def shard_of(log: int) -> int:
    """Which node of `valkey_cluster(SHARDS)` has its channel."""
    return key_slot(channel_of(log)) * SHARDS // 16384


def logs_at(shard: int, logs: Iterable[int]) -> Iterator[int]:
    return (log for log in logs if shard_of(log) == shard)


# One for each way that an announcement can take.
FENCES = [next(logs_at(shard, count(start - 1, -1))) for shard in range(SHARDS)]


class Process:
    """One process of the chatroom, as far as the bus is concerned: all that it has heard."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.heard: list[tuple[int, int]] = []

    def notice(self, log: int, position: int) -> None:
        asyncio.get_running_loop()  # Raises where there is none.
        self.heard.append((log, position))

    def has_heard(self, log: int, position: int) -> bool:
        return (log, position) in self.heard

    def heard_of(self, *logs: int) -> list[tuple[int, int]]:
        return [announcement for announcement in self.heard if announcement[0] in logs]


class Stage:
    """North announces; `audience` is who hears it, by the promise of the back-end."""

    def __init__(self, kind: BusKind, north: Process, south: Process) -> None:
        self.north, self.south = north, south
        self._fences = 0
        self.audience = {"none": [], "local": [north], "redis": [north, south]}[kind]
        self.deaf = [process for process in (north, south) if process not in self.audience]

    async def settled(self) -> None:
        """Returns when all that north has announced has arrived wherever it ever will."""
        self._fences += 1
        for fence in FENCES:
            self.north.bus.announce(fence, self._fences)
        for process in self.audience:
            for fence in FENCES:
                await until(partial(process.has_heard, fence, self._fences))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not any(process.heard for process in self.deaf)


@asynccontextmanager
async def two_processes(
    kind: BusKind, url: str, *, pace: Pace | None = None, room: int = ROOM
) -> AsyncIterator[Stage]:
    """Both of them running, sound, and listening to `SHARING`."""
    north, south = (Process(a_bus(kind, url, name, pace, room)) for name in ("north", "south"))
    for process in (north, south):
        for log in (SHARING, *FENCES):
            process.bus.listen(log)
    async with running(north, south):
        await until(lambda: north.bus.sound and south.bus.sound)
        yield Stage(kind, north, south)


def a_bus(kind: BusKind, url: str, name: str, pace: Pace | None = None, room: int = ROOM) -> Bus:
    match kind:
        case "none":
            return NoBus()
        case "local":
            return LocalBus(room=room)
        case "redis":
            return RedisBus(url, name, asyncio.sleep, pace=pace, room=room)


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        lives = [tasks.create_task(process.bus.run(process.notice)) for process in processes]
        try:
            yield
        finally:
            for life in lives:
                life.cancel()


async def until(condition: Callable[[], object], within: float = HEALED) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not so within {within} s"
        await asyncio.sleep(0.002)


async def announcing_takes_no_time(stage: Stage) -> None:
    """While Redis is away, neither the one who announces nor the loop is held up by it."""
    end = time.monotonic() + 3 * QUICK.publish
    for position in count(1):
        stage.north.bus.announce(SHARING, position)
        await asyncio.sleep(0)
        if time.monotonic() > end:
            break
    assert position > 300, "somebody waited for Redis"  # Three, if each took as long as Redis may.


async def hears_again(stage: Stage, position: int, log: int | None = SHARING) -> None:
    await until(lambda: stage.north.bus.sound and stage.south.bus.sound)
    if log is not None:
        stage.north.bus.announce(log, position)
        await until(lambda: (log, position) in stage.south.heard)


class Wire:
    """Stands before Redis on a unix socket of its own, and hands on every byte until told not to."""

    def __init__(self, path: Path, server: str) -> None:
        self.url = f"unix://{path}"
        self._path = path
        self._server = urlsplit(server).path
        self._subscribers: set[asyncio.StreamWriter] = set()
        self._deafened: set[asyncio.StreamWriter] = set()

    def deafen(self) -> int:
        """Whoever has subscribed hears nothing any more, and is not told. How many are they?"""
        self._deafened |= self._subscribers
        return len(self._deafened)

    def cut(self) -> None:
        for writer in self._subscribers:
            writer.close()

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[None]:
        connections: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            connections.add(task)
            task.add_done_callback(connections.discard)
            await self._carry(reader, writer)

        server = await asyncio.start_unix_server(serve, self._path)
        try:
            yield
        finally:
            server.close()
            for task in connections:
                task.cancel()
            await asyncio.gather(*connections, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_redis, to_redis = await asyncio.open_unix_connection(self._server)
        try:
            async with asyncio.TaskGroup() as tasks:
                back = tasks.create_task(self._back(from_redis, writer))
                while some := await reader.read(65536):
                    if b"SUBSCRIBE" in some:
                        self._subscribers.add(writer)
                    to_redis.write(some)
                back.cancel()
        finally:
            self._subscribers.discard(writer)
            writer.close()
            to_redis.close()

    async def _back(self, from_redis: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await from_redis.read(65536):
            if writer not in self._deafened:
                writer.write(some)
