"""Logs on PostgreSQL. What waits in all of them is one statement, so nothing is held over a round trip."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

import asyncpg

from chatroom.store import postgres
from chatroom.store.logs import READER, Batch, DataFault, First, Head, OutcomeUnknown, Row
from chatroom.store.postgres import DatabaseAway

ANSWER_WITHIN = 2.5
"""Seconds for dialling, waiting one's turn, and the answer: then it is `retry` (P17)."""
WHILE_SILENT = 0.5
"""The same, once it has failed: what waits behind a silent database must not add up."""
DIAL_WITHIN = 10.0
"""Nobody waits that long: it goes on beside."""
DATA_CLASSES = {"22", "23", "54"}

# A log that is not returned was stale, busy, decided too long ago, or is for newer readers.
APPEND = """
WITH want AS (
    SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::float8[], $5::float8[], $6::float8[],
                         $25::int4[])
               AS w (id, position, n, next_due, ended_at, good_until, min_reader)
), mine AS (
    SELECT l.id
      FROM log l JOIN want w ON l.id = w.id AND l.position = w.position
     WHERE l.min_reader <= $7 AND extract(epoch FROM clock_timestamp())::float8 < w.good_until
     ORDER BY l.id
       FOR UPDATE OF l SKIP LOCKED
), cas AS (
    UPDATE log l
       SET position = l.position + w.n, next_due = w.next_due, ended_at = w.ended_at,
           min_reader = greatest(l.min_reader, w.min_reader)
      FROM want w JOIN mine USING (id)
     WHERE l.id = w.id
    RETURNING l.id
), new_entries AS (
    INSERT INTO entry
           (log, position, audience, number, entry_id, type, seat, command_id, digest, at, data)
    SELECT u.*
      FROM unnest($8::int8[], $9::int8[], $10::int8[], $11::int8[], $12::text[], $13::text[],
                  $14::int8[], $15::bytea[], $16::bytea[], $17::float8[], $18::bytea[]) AS u (log)
      JOIN cas ON cas.id = u.log
), new_words AS (
    INSERT INTO body (log, position, part, key_id, words)
    SELECT u.log, u.position, 0, 0, u.words
      FROM unnest($19::int8[], $20::int8[], $21::bytea[]) AS u (log, position, words)
      JOIN cas ON cas.id = u.log
), erased AS (
    SELECT u.log, (
        SELECT e.position FROM entry e
         WHERE e.log = u.log AND e.audience = u.audience AND e.number = u.number
    ) AS position
      FROM unnest($22::int8[], $23::int8[], $24::int8[]) AS u (log, audience, number) JOIN cas ON cas.id = u.log
), no_words AS (
    DELETE FROM body b USING erased x WHERE b.log = x.log AND b.position = x.position
), no_digest AS (
    UPDATE entry e SET digest = NULL FROM erased x WHERE e.log = x.log AND e.position = x.position
)
SELECT id FROM cas
"""
# Sub-selects, not joins: a plan made on a young table would read a whole log for its last five lines.
_COLUMNS = """
    e.log, e.position, e.audience, e.number, e.entry_id, e.type, e.seat, e.command_id, e.digest,
    e.at, e.data,
    (SELECT b.words FROM body b WHERE b.log = e.log AND b.position = e.position AND b.part = 0)
"""
TAILS = f"""
SELECT t.*
  FROM unnest($1::int8[], $2::int8[]) AS w (log, position)
 CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM entry e
     WHERE e.log = w.log AND e.position > w.position
     ORDER BY e.position
 ) t
 ORDER BY t.log, t.position
"""  # noqa: S608 - only names
STREAM = f"""
SELECT {_COLUMNS} FROM entry e
 WHERE e.log = $1 AND e.audience = $2 AND e.number > $3
 ORDER BY e.number
 LIMIT $4
"""  # noqa: S608 - only names
FIRST = (
    "SELECT audience, number, digest FROM entry WHERE log = $1 AND seat = $2 AND command_id = $3"
)
ANY_STORED = (
    "SELECT 1 FROM entry WHERE log = $1 AND seat = $2 AND command_id = ANY($3::bytea[]) LIMIT 1"
)
HEADS = "SELECT id, kind, position, min_reader, swept_at FROM log WHERE id = ANY($1::int8[])"
DUE = "SELECT id, kind, position, min_reader, swept_at FROM log WHERE next_due <= $1 LIMIT 200"
SWEEPABLE = "SELECT id FROM log WHERE swept_at IS NULL AND ended_at + keep <= $1 LIMIT 200"
# The log's row first, as an append takes it: so neither waits for the other in a circle.
SWEEP = """
WITH mine AS (SELECT id FROM log WHERE id = $1 FOR UPDATE),
no_words AS (DELETE FROM body b USING mine WHERE b.log = mine.id),
no_digest AS (UPDATE entry e SET digest = NULL FROM mine WHERE e.log = mine.id)
UPDATE log SET swept_at = $2 FROM mine WHERE log.id = mine.id
"""
TIME = "SELECT extract(epoch FROM clock_timestamp())::float8"

FENCE = "SET transaction_timeout = '5s'"
"""A process that is stopped between two messages of one statement is in no idle transaction (W1, F5)."""

Connector = Callable[[], Coroutine[Any, Any, asyncpg.Connection]]


async def _dial(url: str) -> asyncpg.Connection:
    connection = await postgres.connect(url, within=DIAL_WITHIN, answer_within=None)
    if connection.get_server_version().major >= 17:
        await postgres.told(connection, FENCE)
    return connection


class PostgresLogs:
    """Two held connections, one for appending and one for reading; nothing else uses them."""

    def __init__(self, url: str, connector: Connector | None = None) -> None:
        dial = connector or (lambda: _dial(url))
        self._writer = _Held(dial)
        self._reader = _Held(dial)
        self._running: set[asyncio.Future[Any]] = set()

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running)
        await self._writer.close()
        await self._reader.close()

    async def append(self, batches: Sequence[Batch]) -> set[int]:
        """One statement, committed by itself when it ends."""
        found = await self._to_the_end(self._writer.fetch(APPEND, *_append_values(batches)))
        return {row[0] for row in found}

    async def tails(self, after: Mapping[int, int]) -> list[Row]:
        rows = await self._reader.fetch(TAILS, list(after), list(after.values()))
        return [Row(*row) for row in rows]

    async def tail(self, log: int, after: int) -> list[Row]:
        return await self.tails({log: after})

    async def stream(self, log: int, audience: int, after: int, limit: int) -> list[Row]:
        return [Row(*row) for row in await self._reader.fetch(STREAM, log, audience, after, limit)]

    async def first(self, log: int, seat: int, command_id: bytes) -> First | None:
        rows = await self._reader.fetch(FIRST, log, seat, command_id)
        return First(*rows[0]) if rows else None

    async def any_stored(self, log: int, seat: int, command_ids: Sequence[bytes]) -> bool:
        return bool(await self._reader.fetch(ANY_STORED, log, seat, list(command_ids)))

    async def head(self, log: int) -> Head | None:
        found = await self.heads([log])
        return found[0] if found else None

    async def heads(self, logs: Iterable[int]) -> list[Head]:
        return [Head(*row) for row in await self._reader.fetch(HEADS, list(logs))]

    async def due(self, now: float) -> list[Head]:
        return [Head(*row) for row in await self._reader.fetch(DUE, now)]

    async def sweepable(self, now: float) -> list[int]:
        return [row[0] for row in await self._reader.fetch(SWEEPABLE, now)]

    async def sweep(self, log: int, now: float) -> None:
        await self._to_the_end(self._writer.fetch(SWEEP, log, now))

    async def time(self) -> float | None:
        rows = await self._reader.fetch(TIME)
        return float(rows[0][0])

    async def _to_the_end(self, call: Awaitable[list[Any]]) -> list[Any]:
        """A cancelled caller leaves it to finish: half of it would be of unknown outcome (W3)."""
        running = asyncio.ensure_future(call)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.shield(running)


class _Held:
    """One connection for one statement at a time: dialled when it is needed, dropped when in doubt."""

    def __init__(self, dial: Connector) -> None:
        self._dial = dial
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None
        self._dialling: asyncio.Task[asyncpg.Connection] | None = None
        self._patience = ANSWER_WITHIN

    async def fetch(self, query: str, *values: object) -> list[Any]:
        """The rows. Raises `DataFault`, or `OutcomeUnknown` for whatever else goes wrong."""
        try:
            async with asyncio.timeout(self._patience), self._turn:
                return await self._fetch(query, values)
        except TimeoutError:
            raise OutcomeUnknown("TimeoutError") from None

    async def _fetch(self, query: str, values: Sequence[object]) -> list[Any]:
        try:
            connection = await self._open()
            return list(await connection.fetch(query, *values))
        except asyncpg.PostgresError as error:
            if str(error.sqlstate)[:2] in DATA_CLASSES:
                raise DataFault(type(error).__name__) from None
            self._drop()
            raise OutcomeUnknown(type(error).__name__) from None
        except Exception as error:
            self._drop()
            name = str(error) if isinstance(error, DatabaseAway) else type(error).__name__
            raise OutcomeUnknown(name) from None
        except BaseException:
            self._drop()  # Out of time, or cancelled: nobody knows what it did.
            raise

    async def _open(self) -> asyncpg.Connection:
        """Dialling goes on when who waits for it gives up, so that a long way takes no longer."""
        if self._connection is None:
            if self._dialling is None or _failed(self._dialling):
                self._dialling = asyncio.ensure_future(self._dial())
                self._dialling.add_done_callback(_failed)  # Its error is heeded.
            self._connection = await asyncio.shield(self._dialling)
            self._dialling = None
            self._patience = ANSWER_WITHIN
        return self._connection

    def _drop(self) -> None:
        self._patience = WHILE_SILENT
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def close(self) -> None:
        if self._dialling is not None:
            self._dialling.cancel()
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # It is gone either way.
                await connection.close(timeout=1.0)


def _failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _append_values(batches: Sequence[Batch]) -> list[Any]:
    rows = [row for batch in batches for row in batch.rows]
    worded = [row for row in rows if row.words is not None]
    erased = [(batch.log, *place) for batch in batches for place in batch.erased]
    logs = [
        (one.log, one.position, len(one.rows), one.next_due, one.ended_at, one.good_until)
        for one in batches
    ]
    return [
        *_arrays(logs, 6),
        READER,
        *_arrays([row[:11] for row in rows], 11),
        *_arrays([(row.log, row.position, row.words) for row in worded], 3),
        *_arrays(erased, 3),
        [batch.min_reader for batch in batches],
    ]


def _arrays(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Columns, as `unnest` wants them."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
