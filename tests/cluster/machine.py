"""The whole cluster on one machine: PostgreSQL, Valkey, serving processes, and the front proxy."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from tests.cluster.front import Front
from tests.processes import ServerProcess
from tests.servers import Postgres, Valkey, postgres, valkey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PROCESSES = 3
LOOK_EVERY = 0.2


class Cluster:
    """Its parts. What dies is started again, as a service manager does."""

    def __init__(
        self, database: Postgres, bus: Valkey, servers: list[ServerProcess], origins: list[str]
    ) -> None:
        self.database = database
        self.bus = bus
        self.servers = servers
        self.origins = origins
        self.postmaster = database.pids()[0]
        self.ending = asyncio.Event()

    async def keep(self) -> None:
        """Until it ends: then what dies is not started again, least of all by a thread that goes on."""
        while not self.ending.is_set():
            await asyncio.sleep(LOOK_EVERY)
            await asyncio.gather(*(self._revive(server) for server in self.servers))
            await asyncio.to_thread(self._revive_others)

    async def _revive(self, server: ServerProcess) -> None:
        if not server.running and not self.ending.is_set():
            server.kill9()  # It is dead; this takes note of it.
            with suppress(AssertionError):  # While the database is away: at the next look.
                await server.start()

    def _revive_others(self) -> None:
        if self.ending.is_set():
            return
        if not _lives(self.bus.pid):
            self.bus.kill()
            self.bus.start()
        if not _lives(self.postmaster):
            self.database.shut_down(signal.SIGKILL)  # It is dead; this takes note of it.
            with suppress(AssertionError):  # While one of its children is: at the next look.
                self.database.start()
                self.postmaster = self.database.pids()[0]

    async def stop(self) -> None:
        """All processes at once: each of them drains."""
        self.ending.set()
        await asyncio.gather(*(server.stop() for server in self.servers))


@asynccontextmanager
async def cluster(folder: Path, port: int) -> AsyncIterator[Cluster]:
    """A cluster that runs, behind `port` of this machine, and is gone afterwards.

    It has three names, so that one browser can hold three people apart.
    """
    loopback = [address for address in ("127.0.0.1", "::1") if _is_here(address)]
    third = "[::1]" if "::1" in loopback else "staff.localhost"
    origins = [f"http://{host}:{port}" for host in ("127.0.0.1", "localhost", third)]
    async with AsyncExitStack() as stack:
        database = stack.enter_context(postgres())
        bus = stack.enter_context(valkey(tcp=True))
        key = folder / "key"
        key.write_bytes(os.urandom(32))
        environ = {
            "DATABASE_URL": database.url(),
            "REDIS_URL": bus.url,
            "BUS": "redis",
            "SECRET_FILE": str(key),
            "ORIGINS": ",".join(origins),
        }
        servers = [_process(folder / str(number), environ) for number in range(PROCESSES)]
        made = Cluster(database, bus, servers, origins)
        stack.push_async_callback(made.stop)
        await servers[0].migrate()
        await asyncio.gather(*(server.start() for server in servers))
        front = Front([server.port for server in servers])
        await stack.enter_async_context(front.listening(loopback, port))
        keeping = asyncio.create_task(made.keep())
        stack.callback(keeping.cancel)
        yield made


def _process(folder: Path, environ: dict[str, str]) -> ServerProcess:
    folder.mkdir()
    return ServerProcess(folder, **environ)


def _is_here(address: str) -> bool:
    with suppress(OSError), socket.create_server((address, 0), family=_family(address)):
        return True
    return False


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _lives(pid: int) -> bool:
    """Whether it is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False
