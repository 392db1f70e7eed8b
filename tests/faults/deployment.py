"""What faults are injected into: (a) SQLite and one process, (b) PostgreSQL and three, (c) with Redis."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tests import servers
from tests.faults import export
from tests.faults.proxy import Appends, Proxy
from tests.processes import ServerProcess

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Sequence
    from contextlib import AbstractContextManager

    from tests.faults.proxy import Append, Link, Look
    from tests.faults.tape import Tape
    from tests.processes import Room

PROGRAM = ("-m", "chatroom.cli")
PROCESSES = 3
T = TypeVar("T")


class Deployment:
    """Serving processes behind one front proxy, over which connections are spread by chance."""

    def __init__(
        self,
        name: str,
        folder: Path,
        chance: random.Random,
        look: Callable[[Link], tuple[Look, Look]] | None = None,
    ) -> None:
        self.name = name
        self.folder = folder
        self.chance = chance
        self.front = Proxy(self._targets, chance, look)
        self.servers: list[ServerProcess] = []
        self.only: ServerProcess | None = None
        """Where new connections go, if not anywhere."""

    def _targets(self) -> list[tuple[str, int]]:
        chosen = self.servers if self.only is None else [self.only]
        return [("127.0.0.1", server.port) for server in chosen]

    @asynccontextmanager
    async def up(self, *programs: Sequence[str], **environ: str) -> AsyncIterator[Deployment]:
        """All processes run, each by the program of its place or the usual one, and are gone afterwards."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.front.listening())
            origin = f"http://127.0.0.1:{self.front.port}"
            self.servers = await self._processes(stack, {"ORIGINS": origin, **environ})
            for server, program in zip(self.servers, programs, strict=False):
                server.change(program=program)
            stack.push_async_callback(self.stop)
            await self.servers[0].migrate()
            await self.start()
            yield self

    async def _processes(
        self, stack: AsyncExitStack, environ: dict[str, str]
    ) -> list[ServerProcess]:
        return [ServerProcess(self.folder, **environ)]

    async def start(self) -> None:
        """Starts whatever does not run."""
        await asyncio.gather(*(one.start() for one in self.servers if not one.started))

    async def stop(self) -> None:
        """SIGTERM to all processes; the database goes on."""
        for server in self.servers:
            if server.running:
                server.go_on()
        await asyncio.gather(*(server.stop() for server in self.servers))

    async def new_room(self) -> Room:
        return await self.servers[0].new_room()

    async def room_head(self) -> int:
        """The newest number in the room, as the database has it."""
        return await asyncio.to_thread(export.sqlite_head, self.servers[0].database)

    async def rows(self) -> list[dict[str, Any]]:
        """The export. No server may be running."""
        return export.sqlite_rows(self.servers[0].database)

    def look_at_processes(self, tape: Tape) -> None:
        """Writes down what each process takes, and whether it is still there."""
        for name, server in enumerate(self.servers):
            if server.started and not server.running:
                tape.note("died", name=name)
            elif server.started:
                tape.note("process", name=name, pid=server.pid, **_taken(server.pid))

    @property
    def logs(self) -> list[Path]:
        return [server.log for server in self.servers]


class Cluster(Deployment):
    """Three processes on PostgreSQL, with a proxy of its own before each; `redis`: and on Redis."""

    postgres: servers.Postgres
    valkey: servers.Valkey
    bus: Proxy

    def __init__(
        self,
        name: str,
        folder: Path,
        chance: random.Random,
        look: Callable[[Link], tuple[Look, Look]] | None = None,
        *,
        redis: bool,
    ) -> None:
        super().__init__(name, folder, chance, look)
        self.redis = redis
        self.on_commit: list[Callable[[], bool]] = [lambda: False] * PROCESSES
        """Asked when an append of that process is committed; True loses the reply."""
        self.on_append: list[Callable[[Append], None]] = [lambda append: None] * PROCESSES
        """Told of an append that has come from that process and goes on next."""

    async def _processes(
        self, stack: AsyncExitStack, environ: dict[str, str]
    ) -> list[ServerProcess]:
        self.postgres = await _held(stack, servers.postgres(max_connections="60"))
        secret = self.folder / "secret"
        secret.write_bytes(self.chance.randbytes(32))
        secret.chmod(0o600)
        environ = {"SECRET_FILE": str(secret), **environ, **await self._bus(stack)}
        return [await self._process(stack, number, environ) for number in range(PROCESSES)]

    async def _bus(self, stack: AsyncExitStack) -> dict[str, str]:
        if not self.redis:
            return {"BUS": "none"}
        self.valkey = await _held(stack, servers.valkey(tcp=True))
        port = int(self.valkey.url.rpartition(":")[2])
        self.bus = Proxy(lambda: [("127.0.0.1", port)], self.chance)
        await stack.enter_async_context(self.bus.listening())
        return {"BUS": "redis", "REDIS_URL": f"redis://127.0.0.1:{self.bus.port}"}

    async def _process(
        self, stack: AsyncExitStack, number: int, environ: dict[str, str]
    ) -> ServerProcess:
        def look(link: Link) -> tuple[Look, Look]:
            return Appends(
                link,
                lambda: self.on_commit[number](),
                lambda append: self.on_append[number](append),
            ).filters()

        proxy = Proxy(lambda: [("127.0.0.1", self.postgres.port)], self.chance, look)
        await stack.enter_async_context(proxy.listening())
        folder = self.folder / str(number)
        folder.mkdir()
        url = f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres"
        return ServerProcess(folder, **{"DATABASE_URL": url, **environ})

    @property
    def url(self) -> str:
        """The database, without a proxy."""
        return self.postgres.url()

    async def room_head(self) -> int:
        return await export.postgres_head(self.url)

    async def rows(self) -> list[dict[str, Any]]:
        return await export.postgres_rows(self.url, self.folder / "secret")


def deployment(
    name: str,
    folder: Path,
    chance: random.Random,
    look: Callable[[Link], tuple[Look, Look]] | None = None,
) -> Deployment:
    """(a), (b) or (c)."""
    if name == "a":
        return Deployment(name, folder, chance, look)
    return Cluster(name, folder, chance, look, redis=name == "c")


async def _held(stack: AsyncExitStack, manager: AbstractContextManager[T]) -> T:
    """Entered and left in a thread, as starting and ending a server takes its time."""
    entered = await asyncio.to_thread(manager.__enter__)
    stack.push_async_callback(asyncio.to_thread, manager.__exit__, None, None, None)
    return entered


def descriptors(pid: int) -> int:
    """How many a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def _taken(pid: int) -> dict[str, int]:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return {
        "rss": pages * os.sysconf("SC_PAGE_SIZE"),
        "descriptors": descriptors(pid),
    }
