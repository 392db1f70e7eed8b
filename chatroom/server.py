"""One serving process: its sockets, and uvicorn with the limits of docs/architecture.md."""

import asyncio
import errno
import gc
import random
import resource
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette

from chatroom.live.http import guarded
from chatroom.live.timekeeper import pause
from chatroom.live.transport import FanoutProtocol
from chatroom.settings import BadSetting, Settings
from chatroom.store.database import open_engine, pending

BACKLOG = 2048
GARBAGE = 10_000
"""New objects, less those that are gone, after which the newest are looked through; Python's own is 700."""
LOOPBACK = ("127.0.0.1", "::1")
# Where the platform has them. Set on a listening socket, they are inherited by what it accepts.
TCP_OPTIONS = {"TCP_USER_TIMEOUT": 15_000}
SOCKET_OPTIONS = {"SO_REUSEADDR": 1, "SO_KEEPALIVE": 1, "SO_SNDBUF": 128 * 1024}

SPREAD = 2.5
"""Seconds over which the sockets of a process that ends are let go."""
LET_GO_PER_SECOND = 100.0
"""Few are let go at once: coming back they are no storm."""
SETTLE = 1.5
"""Seconds that the last of them has for its answers and its goodbye."""
REQUESTS_END_WITHIN = 4
"""Seconds for what else is being answered; with the above it makes less than 10 (P16)."""


class CannotStart(Exception):
    """One sentence for the operator."""


class Server(uvicorn.Server):
    """uvicorn's, which tells when it listens, and lets its sockets go one by one.

    It leans on uvicorn's internals: tests/test_drain.py is the contract.
    """

    def __init__(
        self, config: uvicorn.Config, app: Starlette, listening: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._app = app
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Calls back once the first request can be answered."""
        await super().startup(sockets)
        if self.started:
            self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Nobody new comes in, each socket is told to come back elsewhere, and then all ends (P16).

        uvicorn alone would send everybody away in one moment, with what they just asked unanswered.
        """
        self._app.state.draining = True
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        await self._let_go()
        await super().shutdown(sockets)

    async def _let_go(self) -> None:
        loop, people = asyncio.get_running_loop(), self._people()
        spread = min(SPREAD, len(people) / LET_GO_PER_SECOND)
        for one in people:
            loop.call_later(random.uniform(0.0, spread), one.let_go)
        end = loop.time() + spread + SETTLE
        while self._people() and loop.time() < end and not self.force_exit:
            await pause(0.05)

    def _people(self) -> list[FanoutProtocol]:
        return [one for one in self.server_state.connections if isinstance(one, FanoutProtocol)]


def run(
    app: Starlette, sockets: Sequence[socket.socket], listening: Callable[[], None] = lambda: None
) -> None:
    """Serves until a signal; then everybody is let go, and the process ends within 10 s."""
    raise_file_limit()
    collect_seldom()
    config = uvicorn.Config(
        app,
        ws=FanoutProtocol,
        loop="uvloop",
        http=guarded(app.state.gate),
        lifespan="on",
        backlog=BACKLOG,
        ws_max_size=65536,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=REQUESTS_END_WITHIN,
        log_config=None,
        access_log=False,
    )
    with suppress(KeyboardInterrupt):
        Server(config, app, listening).run(list(sockets))


def require_servers(settings: Settings) -> None:
    """Several processes share what one keeps to itself; what is missing for that is named (W11)."""
    if settings.database_path is not None:
        return
    if settings.bus == "local":
        raise BadSetting(
            "REDIS_URL",
            "processes that share a PostgreSQL tell one another by Redis; name it, or set BUS=none "
            "and what others write comes a second later",
        )
    if not settings.secret_file.exists():
        raise BadSetting(
            "SECRET_FILE",
            f"{settings.secret_file} is not there; all processes need the same one, made once by "
            "head -c 32 /dev/urandom, readable by the server alone",
        )


async def assert_migrated(settings: Settings) -> None:
    """Stops where the tables are not those of this version."""
    if await pending(settings):
        raise CannotStart("The database is not up to date; run: chatroom migrate")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database of a command; beside a running server too, for it touches no log."""
    await assert_migrated(settings)
    engine = open_engine(settings)
    try:
        yield engine
    finally:
        await engine.dispose()


def listening_sockets(host: str, port: int) -> list[socket.socket]:
    """Sockets that hold the port from now on; localhost is both of its addresses, where there are two."""
    hosts = LOOPBACK if host == "localhost" else (host,)
    found: list[socket.socket] = []
    for name in hosts:
        try:
            found.append(_listen(name, port))
        except OSError as error:
            if name == "::1" and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                continue
            for opened in found:
                opened.close()
            raise CannotStart(_sentence(error, host, port)) from None
    return found


def listens(settings: Settings) -> str:
    """Where to find it, in a line for the operator."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"Listening on {host}:{settings.port}. People come in at {settings.origins[0]}"


def has_ipv6(sockets: Sequence[socket.socket]) -> bool:
    """Whether [::1] leads here."""
    return any(opened.family == socket.AF_INET6 for opened in sockets)


def raise_file_limit() -> None:
    """Every person is a descriptor, so takes as many as the machine allows (W16)."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def collect_seldom() -> None:
    """Every socket is some hundred objects: by Python's own measure a storm spends a third of its time
    in looking for garbage. What stands before anybody has come is not looked at again.
    """
    gc.freeze()
    gc.set_threshold(GARBAGE, 10, 10)


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    opened = socket.socket(family, kind, protocol)
    try:
        _set_options(opened)
        opened.bind(address)
        # At once: until one of them listens, two processes may both bind a port.
        opened.listen(BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened


def _set_options(opened: socket.socket) -> None:
    for name, value in SOCKET_OPTIONS.items():
        opened.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
    for name, value in TCP_OPTIONS.items():
        if hasattr(socket, name):
            opened.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if opened.family == socket.AF_INET6:
        # [::1] stands beside 127.0.0.1; only "::" is meant for both kinds.
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use; stop what uses it or choose another, as in PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights; choose one from 1024 on, as in PORT=8000"
    return f"HOST={host} with PORT={port} can't be listened on: {error.strerror}"
