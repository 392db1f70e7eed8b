"""Whether a SQLite file is still whole, and whether it takes what is written, while the server runs."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

LOCKED_FOR = 1.5
"""Seconds that somebody else may hold the database; ours hold it for milliseconds."""
LOOKS_AGAIN = 10.0
"""Seconds between two looks at the whole file."""
ASKS_AGAIN = 0.5
"""Seconds between two tries of the lock, however often somebody asks."""

Fault = Literal["database damaged", "not storing"]


class Soundness:
    """Looks when it is asked, at most one look at a time, each in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._one_look = asyncio.Lock()
        self._looked = self._tried = float("-inf")
        self._damage: str | None = None
        self._is_locked = False

    async def fault(self) -> Fault | None:
        """What an operator has to know now."""
        async with self._one_look:
            now = asyncio.get_running_loop().time
            if now() - self._looked >= LOOKS_AGAIN:
                self._damage = await asyncio.to_thread(damage_in, self._path)
                self._looked = now()
            if now() - self._tried >= ASKS_AGAIN:
                self._is_locked = await asyncio.to_thread(_is_locked, self._path)
                self._tried = now()
        if self._damage is not None:
            return "database damaged"
        return "not storing" if self._is_locked else None


def damage_in(path: Path) -> str | None:
    """What is wrong with a file, in SQLite's words; None for one that is whole or that is not ours to open."""
    try:
        with closing(_open(path)) as database:
            found = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        return None  # Held by somebody, or not to be opened: whoever opens it next says so.
    except sqlite3.DatabaseError as error:
        found = str(error)
    return None if found == "ok" else found.splitlines()[-1]


def _is_locked(path: Path) -> bool:
    """Whether nobody else could write now; takes the lock for a moment, and gives it back."""
    try:
        with closing(_open(path, timeout=LOCKED_FOR)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.rollback()
    except sqlite3.DatabaseError:
        return True
    return False


def _open(path: Path, timeout: float = 5.0) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=timeout, isolation_level=None
    )
