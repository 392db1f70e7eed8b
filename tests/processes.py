"""The real server as a process of its own: started, killed and started again at the same address."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatroom.cli import _create_room, _invited
from chatroom.people.invitations import Limits
from chatroom.settings import load
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from chatroom.store.accounts import Role

HOUSE = Path(__file__).parent.parent
SLOW = float(os.environ.get("SLOW", "1"))
"""How many times slower this machine is; for waits that measure it, not for what is promised."""
READY_WITHIN = 60.0 * SLOW
"""Seconds; three that start at once on a busy machine take more than ten."""
STOPS_WITHIN = 15.0 * SLOW
SOON = 10.0 * SLOW
"""Seconds for what a test waits for and nobody promises."""
# What a developer's shell may hold; a test decides these itself.
SETTINGS = (
    *("DATABASE_URL", "REDIS_URL", "BUS", "HOST", "PORT", "ORIGINS", "PROXIES"),
    *("CONNECTIONS_PER_ADDRESS", "COMPRESSED_ROOMS"),
    *("HELPLINES", "REGION", "POLICY", "RETENTION_HOURS", "CASE_RETENTION_DAYS", "SECRET_FILE"),
    *("TIME_SPEED", "LIMITS", "REVIEW", "METRICS_TOKEN", "AUDIT_HEADS"),
)


class Room(NamedTuple):
    """A room and a link into it for each role; all of them let in as many as come."""

    slug: str
    member: str
    facilitator: str
    staff: str


class ServerProcess:
    """`chatroom serve` on a free port of 127.0.0.1, with its database and its log file in `folder`.

    `program` is what Python runs to be the server.
    """

    def __init__(
        self, folder: Path, *, program: Sequence[str] = ("-m", "chatroom.cli"), **environ: str
    ) -> None:
        self._program = program
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.database = folder / "chatroom.db"
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environ = {
            **{name: value for name, value in os.environ.items() if name not in SETTINGS},
            "DATABASE_URL": f"sqlite:///{self.database}",
            "BUS": "local",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "ORIGINS": self.origin,
            "HELPLINES": "Helpline | 116 123 | tel:116123",
            "PYTHONUNBUFFERED": "1",
            "REVIEW": "rules",  # The second look is a process more; a test that means it asks for it.
            "LIMITS": "1000",  # Who breaks things in a burst is no flood; pages meet them as they are.
            **environ,
        }

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was not started"
        return self._process.pid

    async def start(self) -> None:
        """Starts the process and returns when it is ready for a request."""
        assert self._process is None, "the server runs already"
        self._process = process = self._spawn()
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not await self._is_healthy():
                    assert process.poll() is None, f"the server ended: {self.last_words()}"
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not ready in {READY_WITHIN} s: {self.last_words()}") from None

    def kill9(self) -> None:
        """`kill -9`, and returns when it is gone."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    async def stop(self) -> None:
        """SIGTERM, and returns when it is gone, at the latest by `kill -9`."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            # In a thread: it may be waiting for a client that lives in this loop.
            await asyncio.to_thread(self._process.wait, STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill9()
        self._process = None

    def pause(self) -> None:
        """It keeps all it has and does nothing (SIGSTOP)."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def change(self, *, program: Sequence[str] | None = None, **environ: str) -> None:
        """What the next start runs, and with which settings besides."""
        self._program = program or self._program
        self._environ |= environ

    @property
    def started(self) -> bool:
        """Whether it was started and nobody here ended it."""
        return self._process is not None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def last_words(self) -> str:
        """The end of its log file."""
        return self.log.read_text(errors="replace")[-2000:]

    async def migrate(self) -> None:
        await self._run("migrate")

    async def new_room(
        self, name: str = "Evening group", *, format: str = "small-discussion", **ways: str
    ) -> Room:
        """A room with its links, made beside the running server as the command line makes them."""
        settings = load(self._environ)
        slug = await _create_room(settings, name, format, ways)
        roles: tuple[Role, ...] = ("member", "facilitator", "staff")
        return Room(slug, *[await self.new_link(slug, role) for role in roles])

    async def new_link(self, slug: str, role: Role = "member") -> str:
        """One more link into a room: who comes by it is not known by the link of somebody else."""
        settings = load(self._environ)
        secret, _ = await _invited(settings, slug, role, Limits(None, None))
        return f"{settings.origins[0]}/enter#{secret}"

    async def create_room(self, name: str = "Evening group") -> str:
        """The new room's slug."""
        return await self._run("room", "create", name, "--format", "small-discussion")

    async def invite(self, room: str | None, role: str, *, uses: int | None = None) -> str:
        """The link of a new invitation."""
        whither = [room] if room is not None else []
        times = ["--uses", str(uses)] if uses is not None else []
        return await self._run("invite", *whither, "--as", role, *times)

    async def _run(self, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chatroom.cli", *words),
            cwd=HOUSE,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, f"chatroom {words[0]}: {err.decode()}"
        return out.decode().strip()

    async def _is_healthy(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            host = f"127.0.0.1:{self.port}"
            writer.write(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            return b" 200 " in await reader.readline()
        except OSError:
            return False
        finally:
            writer.close()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *self._program, "serve"],
                cwd=HOUSE,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


@asynccontextmanager
async def serving(folder: Path, **environ: str) -> AsyncIterator[ServerProcess]:
    """A migrated server that runs, and is gone afterwards."""
    server = ServerProcess(folder, **environ)
    await server.migrate()
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
