"""Where the audit stood each day, written down apart from the database: the one thing that a cut tail can't hide."""

import asyncio
import fcntl
import os
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.people.audit import Audit
from chatroom.people.chain import Exported
from chatroom.store import audit as store
from chatroom.store.audit import Head
from chatroom.store.database import reading

LOOKS_EVERY = 60.0
"""Seconds between two looks whether a new day has begun, or another policy holds."""
IN_A_FOLDER = "audit.heads"
LINE = re.compile(r"(\d{4}-\d\d-\d\d) (\d{1,18}) ([0-9a-f]{64})")

_log = structlog.get_logger()


class Watch:
    """`run` lives in the caller's TaskGroup. Of processes that share the file one writes each day's line."""

    def __init__(
        self,
        engine: AsyncEngine,
        audit: Audit,
        file: Path | None,
        now: Callable[[], float],
        policy: Callable[[], str],
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._file = file
        self._now = now
        self._policy = policy
        self._told = ""
        self._day = ""

    async def run(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Looks, until cancelled; what can't be written now is written at a later look."""
        while True:
            try:
                await self.look()
            except (OSError, SQLAlchemyError) as error:
                _log.error("audit_head_not_written", error=type(error).__name__)
            await pause(LOOKS_EVERY)

    async def look(self) -> None:
        """Tells of a policy that holds since lately, and writes the line of a day that has begun."""
        policy = self._policy()
        if policy != self._told:
            await self._audit.policy_holds(policy, self._now())
            self._told = policy
        day = day_of(self._now())
        if self._file is not None and day != self._day:
            async with reading(self._engine) as connection:
                head = await store.head(connection)
            await asyncio.to_thread(write, self._file, day, head)
            self._day = day


def day_of(now: float) -> str:
    """The day in UTC."""
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}"


def write(path: Path, day: str, head: Head) -> bool:
    """A line at the end of the file, unless there is one of that day; whether there was none."""
    with file_in(path).open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if any(line.startswith(day) for line in file):
            return False
        end = file.seek(0, os.SEEK_END)
        try:
            file.write(f"{day} {head.n} {head.hash}\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), end)  # Half a line would be taken for this day's.
            raise
    return True


def read(path: Path) -> list[Exported]:
    """The lines of a file; raises `ValueError` with the number of one that is none."""
    found = []
    for number, line in enumerate(file_in(path).read_text("utf-8").splitlines(), 1):
        fields = LINE.fullmatch(line)
        if fields is None:
            raise ValueError(f"line {number}: expected a day, a number and a hash")
        found.append(Exported(fields[1], int(fields[2]), fields[3]))
    return found


def file_in(path: Path) -> Path:
    """The file itself, or the one in a folder."""
    return path / IN_A_FOLDER if path.is_dir() else path
