"""The log of a run's one meeting, read from the database itself: what the judge compares with.

It imports nothing of the server, so that it can't share its errors.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from tests.unsealed import Unsealed, beside

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LOG = "SELECT id, position FROM log WHERE kind = 'meeting'"
ENTRIES = """
    SELECT e.position, e.audience, e.number, e.entry_id, e.type, e.seat, e.command_id, e.at, e.data, b.words
      FROM entry e LEFT JOIN body b ON b.log = e.log AND b.position = e.position
     WHERE e.log = {mark} ORDER BY e.position
"""
HEAD = "SELECT coalesce(max(number), 0) FROM entry WHERE audience = 0 AND log = {mark}"


def sqlite_rows(database: Path) -> list[dict[str, Any]]:
    """Of a file that nobody else writes to."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (log,) = connection.execute(LOG).fetchall()
        rows = connection.execute(ENTRIES.format(mark="?"), (log[0],)).fetchall()
    finally:
        connection.close()
    return _checked(log[1], rows, log[0], beside(database))


def sqlite_head(database: Path) -> int:
    """The newest number in the room."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        ((log, _),) = connection.execute(LOG).fetchall()
        head: int = connection.execute(HEAD.format(mark="?"), (log,)).fetchone()[0]
        return head
    finally:
        connection.close()


async def postgres_rows(url: str, secret: Path) -> list[dict[str, Any]]:
    """Of a database that no server is connected to."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        (log,) = await connection.fetch(LOG)
        rows = await connection.fetch(ENTRIES.format(mark="$1"), log[0])
    finally:
        await connection.close(timeout=5)
    return _checked(log[1], rows, log[0], beside(secret))


async def postgres_head(url: str) -> int:
    """The newest number in the room."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        ((log, _),) = await connection.fetch(LOG)
        return int(await connection.fetchval(HEAD.format(mark="$1"), log))
    finally:
        await connection.close(timeout=5)


def _checked(
    position: int, rows: Iterable[Any], log: int, unsealed: Unsealed
) -> list[dict[str, Any]]:
    found = [_line(*row[:-1], unsealed.words(log, row[3], row[-1])) for row in rows]
    there = found[-1]["position"] if found else 0
    assert position == there, "the log's row is not at its last entry"
    return found


def _line(*row: Any) -> dict[str, Any]:
    position, audience, number, id, type_, by, command, at, data, words = row
    return {
        "position": position,
        "audience": audience,
        "number": number,
        "id": id,
        "type": type_,
        "by": by,
        "command": None if command is None else command.hex(),
        "at": at,
        "data": msgspec.msgpack.decode(data),
        "words": None if words is None else words.decode(),
    }


def write(rows: Iterable[dict[str, Any]], path: Path) -> None:
    """One line for each entry."""
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
