"""What faults are injected into: (a) SQLite and one process, (b) PostgreSQL and three, (c) with Redis."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults import export
from tests.faults.proxy import Proxy
from tests.processes import ServerProcess

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Sequence

    from tests.faults.proxy import Link, Look
    from tests.faults.tape import Tape
    from tests.processes import Room

PROGRAM = ("-m", "chatroom.cli")


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

    def _targets(self) -> list[tuple[str, int]]:
        return [("127.0.0.1", server.port) for server in self.servers]

    @asynccontextmanager
    async def up(
        self, program: Sequence[str] = PROGRAM, **environ: str
    ) -> AsyncIterator[Deployment]:
        """All processes run, and are gone afterwards."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.front.listening())
            self.servers = self._processes(program, environ)
            stack.push_async_callback(self._stop)
            await self.servers[0].migrate()
            await self.start()
            yield self

    def _processes(self, program: Sequence[str], environ: dict[str, str]) -> list[ServerProcess]:
        origin = f"http://127.0.0.1:{self.front.port}"
        return [ServerProcess(self.folder, program=program, ORIGINS=origin, **environ)]

    async def start(self) -> None:
        """Starts whatever does not run."""
        await asyncio.gather(*(one.start() for one in self.servers if not one.started))

    async def _stop(self) -> None:
        for server in self.servers:
            if server.started:
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


def _taken(pid: int) -> dict[str, int]:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return {
        "rss": pages * os.sysconf("SC_PAGE_SIZE"),
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
    }
