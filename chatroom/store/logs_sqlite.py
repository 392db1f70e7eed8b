"""Logs on SQLite. One writer thread, one reader thread."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from chatroom.store.database import connect
from chatroom.store.logs import READER, Batch, DataFault, First, Head, OutcomeUnknown, Row

T = TypeVar("T")

_ENTRY = "log, position, audience, number, entry_id, type, seat, command_id, digest, at, data"
_SELECT = """
    SELECT e.log, e.position, e.audience, e.number, e.entry_id, e.type, e.seat, e.command_id,
           e.digest, e.at, e.data, b.words
      FROM entry e LEFT JOIN body b ON b.log = e.log AND b.position = e.position AND b.part = 0
"""
# Numbers too large, types that can't be bound, text that is no UTF-8: each raises an error of its own.
_DATA_ERRORS = (
    sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError,
    OverflowError, UnicodeEncodeError,
)  # fmt: skip


class SqliteLogs:
    """Every call is one hop to a thread; a cancelled caller leaves the append to finish."""

    def __init__(
        self, path: Path, connector: Callable[[Path], sqlite3.Connection] = connect
    ) -> None:
        self._path = path
        self._connector = connector
        self._connections: dict[ThreadPoolExecutor, sqlite3.Connection] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="log-writer")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="log-reader")

    async def close(self) -> None:
        """Waits for what runs, then closes both connections."""
        for executor in (self._writer, self._reader):
            executor.submit(self._drop, executor).result()
            executor.shutdown()

    async def append(self, batches: Sequence[Batch]) -> set[int]:
        """All logs in one transaction."""
        return await self._call(self._writer, lambda connection: _append(connection, batches))

    async def tails(self, after: Mapping[int, int]) -> list[Row]:
        """One query for each, in one hop."""
        query = f"{_SELECT} WHERE e.log = ? AND e.position > ? ORDER BY e.position"

        def ask(connection: sqlite3.Connection) -> list[Row]:
            found = [connection.execute(query, where) for where in after.items()]
            return [Row(*row) for rows in found for row in rows]

        return await self._call(self._reader, ask)

    async def tail(self, log: int, after: int) -> list[Row]:
        return await self.tails({log: after})

    async def stream(self, log: int, audience: int, after: int, limit: int) -> list[Row]:
        query = f"{_SELECT} WHERE e.log = ? AND e.audience = ? AND e.number > ? ORDER BY e.number LIMIT ?"
        return await self._rows(query, (log, audience, after, limit))

    async def first(self, log: int, seat: int, command_id: bytes) -> First | None:
        query = "SELECT audience, number, digest FROM entry WHERE log = ? AND seat = ? AND command_id = ?"

        def ask(connection: sqlite3.Connection) -> First | None:
            row = connection.execute(query, (log, seat, command_id)).fetchone()
            return First(*row) if row else None

        return await self._call(self._reader, ask)

    async def any_stored(self, log: int, seat: int, command_ids: Sequence[bytes]) -> bool:
        marks = ",".join("?" * len(command_ids))
        query = (
            f"SELECT 1 FROM entry WHERE log = ? AND seat = ? AND command_id IN ({marks}) LIMIT 1"  # noqa: S608 - only marks
        )
        return bool(await self._ask(query, (log, seat, *command_ids)))

    async def head(self, log: int) -> Head | None:
        found = await self.heads([log])
        return found[0] if found else None

    async def heads(self, logs: Iterable[int]) -> list[Head]:
        wanted = list(logs)
        marks = ",".join("?" * len(wanted))
        query = f"SELECT id, kind, position, min_reader, swept_at FROM log WHERE id IN ({marks})"  # noqa: S608 - only marks
        return [Head(*row) for row in await self._ask(query, wanted)]

    async def due(self, now: float) -> list[Head]:
        query = (
            "SELECT id, kind, position, min_reader, swept_at FROM log WHERE next_due <= ? LIMIT 200"
        )
        return [Head(*row) for row in await self._ask(query, (now,))]

    async def sweepable(self, now: float) -> list[int]:
        query = "SELECT id FROM log WHERE swept_at IS NULL AND ended_at + keep <= ? LIMIT 200"
        return [row[0] for row in await self._ask(query, (now,))]

    async def sweep(self, log: int, now: float) -> None:
        await self._call(self._writer, lambda connection: _sweep(connection, log, now))

    async def time(self) -> float | None:
        return None

    async def _rows(self, query: str, values: Sequence[Any]) -> list[Row]:
        return [Row(*row) for row in await self._ask(query, values)]

    async def _ask(self, query: str, values: Sequence[Any]) -> list[Any]:
        return await self._call(
            self._reader, lambda connection: connection.execute(query, values).fetchall()
        )

    async def _call(
        self, executor: ThreadPoolExecutor, work: Callable[[sqlite3.Connection], T]
    ) -> T:
        call = asyncio.get_running_loop().run_in_executor(executor, self._run, executor, work)
        return await asyncio.shield(call)

    def _run(self, executor: ThreadPoolExecutor, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if executor not in self._connections:
                self._connections[executor] = self._connector(self._path)
            return work(self._connections[executor])
        except DataFault:
            raise
        except sqlite3.Error as error:
            self._drop(executor)
            raise OutcomeUnknown(type(error).__name__) from None
        except BaseException:
            self._drop(executor)  # Its transaction may be open.
            raise

    def _drop(self, executor: ThreadPoolExecutor) -> None:
        connection = self._connections.pop(executor, None)
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _append(connection: sqlite3.Connection, batches: Sequence[Batch]) -> set[int]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = {batch.log for batch in batches if _append_one(connection, batch)}
    except _DATA_ERRORS as error:
        connection.execute("ROLLBACK")
        raise DataFault(type(error).__name__) from None
    connection.execute("COMMIT")
    return done


def _append_one(connection: sqlite3.Connection, batch: Batch) -> bool:
    moved = connection.execute(
        "UPDATE log SET position = position + ?, next_due = ?, ended_at = ?,"
        " min_reader = max(min_reader, ?) WHERE id = ? AND position = ? AND min_reader <= ?",
        (
            *(len(batch.rows), batch.next_due, batch.ended_at, batch.min_reader),
            *(batch.log, batch.position, READER),
        ),
    )
    if moved.rowcount != 1:
        return False
    connection.executemany(
        f"INSERT INTO entry ({_ENTRY}) VALUES (?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 - names and marks
        [row[:11] for row in batch.rows],
    )
    connection.executemany(
        "INSERT INTO body (log, position, part, key_id, words) VALUES (?,?,0,0,?)",
        [(row.log, row.position, row.words) for row in batch.rows if row.words is not None],
    )
    for audience, number in batch.erased:
        _erase(connection, batch.log, audience, number)
    return True


def _erase(connection: sqlite3.Connection, log: int, audience: int, number: int) -> None:
    where = "log = ? AND position = (SELECT position FROM entry WHERE log = ? AND audience = ? AND number = ?)"
    place = (log, log, audience, number)
    connection.execute(f"DELETE FROM body WHERE {where}", place)  # noqa: S608
    connection.execute(f"UPDATE entry SET digest = NULL WHERE {where}", place)  # noqa: S608


def _sweep(connection: sqlite3.Connection, log: int, now: float) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM body WHERE log = ?", (log,))
    connection.execute("UPDATE entry SET digest = NULL WHERE log = ?", (log,))
    connection.execute("UPDATE log SET swept_at = ? WHERE id = ?", (now, log))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # The words are in that file, too.
