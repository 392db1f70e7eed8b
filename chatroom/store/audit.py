"""The rows of the audit: added behind one another, read in order, and kept from being changed."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatroom.store import tables

FIRST = "0" * 64
"""What stands for the hash before the first row."""
AT_ONCE = 1000
"""Rows in one query."""
Telling = Callable[[AsyncConnection, object], Awaitable[None]]
"""Tells of something in the transaction in which it is done, once it is known what it was done to."""

# Whatever was granted by default or by habit: nobody but the owner can change a row or take one away.
_REVOKE = """
DO $$
DECLARE who text;
BEGIN
  FOR who IN
    SELECT DISTINCT CASE grantee WHEN 'PUBLIC' THEN grantee ELSE quote_ident(grantee) END
      FROM information_schema.table_privileges
     WHERE table_schema = current_schema() AND table_name = 'audit'
       AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
       AND grantee <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'audit'::regclass)
  LOOP
    EXECUTE 'REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON audit FROM ' || who;
  END LOOP;
END $$
"""
_MAY_CHANGE = (
    "SELECT has_table_privilege('audit', 'UPDATE') OR has_table_privilege('audit', 'DELETE')"
    " OR has_table_privilege('audit', 'TRUNCATE')"
)


class Row(msgspec.Struct, frozen=True):
    """One thing that was done. `hash` is of all the rest, `previous` that of the row before."""

    n: int
    at_ms: int
    actor: str
    act: str
    kind: str
    target: str
    reason: str
    case_id: str
    result: str
    previous: str
    hash: str = ""

    @property
    def in_words(self) -> str:
        """For a person, a tab between two fields; - for what there is not."""
        at = f"{datetime.fromtimestamp(self.at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"
        what = (self.act, self.kind, self.target, self.reason, self.case_id, self.result)
        return "\t".join(field or "-" for field in (str(self.n), at, self.actor, *what))


class Head(msgspec.Struct, frozen=True):
    """The last row's number and hash; all up to `cut_to` may have been taken away."""

    n: int
    hash: str
    cut_to: int = 0


def hash_of(row: Row) -> str:
    """SHA-256, in hex, of the hash before and the fields in their order, one a line."""
    fields = (row.n, row.at_ms, row.actor, row.act, row.kind, row.target)
    lines = (row.previous, *map(str, fields), row.reason, row.case_id, row.result)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


async def untold(_connection: AsyncConnection, _target: object) -> None:
    """For what nobody has to answer for."""


async def add(connection: AsyncConnection, **said: Any) -> Row:
    """The next row, in the caller's transaction; until that ends nobody else adds one.

    So it comes last there: whoever waited for another lock behind it would keep all others waiting.
    """
    found = await head(connection, locked=True)
    row = Row(n=found.n + 1, previous=found.hash, **said)
    row = msgspec.structs.replace(row, hash=hash_of(row))
    await connection.execute(insert(tables.audit).values(msgspec.structs.asdict(row)))
    await connection.execute(update(tables.audit_head).values(n=row.n, hash=row.hash))
    return row


async def head(connection: AsyncConnection, *, locked: bool = False) -> Head:
    """Where the chain stands."""
    row = tables.audit_head.c
    query = select(row.n, row.hash, row.cut_to)
    found = await connection.execute(query.with_for_update() if locked else query)
    return Head(*found.one())


async def latest(connection: AsyncConnection, limit: int) -> list[Row]:
    """The newest of them, the newest first."""
    query = select(tables.audit).order_by(tables.audit.c.n.desc()).limit(limit)
    return [Row(**row) for row in (await connection.execute(query)).mappings()]


async def rows(connection: AsyncConnection) -> AsyncIterator[Row]:
    """All that there are, in order."""
    after: int | None = None
    while True:
        query = select(tables.audit).order_by(tables.audit.c.n).limit(AT_ONCE)
        if after is not None:
            query = query.where(tables.audit.c.n > after)
        found = [Row(**row) for row in (await connection.execute(query)).mappings()]
        for row in found:
            yield row
        if len(found) < AT_ONCE:
            return
        after = found[-1].n


async def newest(connection: AsyncConnection, act: str) -> Row | None:
    """The last row that tells of such an act."""
    row = tables.audit
    query = select(row).where(row.c.act == act).order_by(row.c.n.desc()).limit(1)
    found = (await connection.execute(query)).mappings().first()
    return Row(**found) if found else None


async def cases_of(connection: AsyncConnection, actor: str, since_ms: int) -> int:
    """How many cases somebody has opened since then."""
    row = tables.audit.c
    query = select(func.count(row.case_id.distinct())).where(
        row.actor == actor, row.at_ms > since_ms, row.case_id != "", row.result == "allowed"
    )
    return await connection.scalar(query) or 0


async def last_before(connection: AsyncConnection, before_ms: int) -> Row | None:
    """The last row from before then."""
    row = tables.audit
    query = select(row).where(row.c.at_ms < before_ms).order_by(row.c.n.desc()).limit(1)
    found = (await connection.execute(query)).mappings().first()
    return Row(**found) if found else None


async def cut(connection: AsyncConnection, to: int) -> int:
    """Takes all rows up to that one away; how many. On PostgreSQL only the owner of the table can."""
    await connection.execute(update(tables.audit_head).values(cut_to=to))
    gone = await connection.execute(delete(tables.audit).where(tables.audit.c.n <= to))
    return gone.rowcount


async def guard(connection: AsyncConnection) -> None:
    """On PostgreSQL nobody but the owner may change the rows from now on."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(_REVOKE))


async def may_change(connection: AsyncConnection) -> bool:
    """Whether the role that asks could change rows, but for the triggers; on SQLite whoever has the file can."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(await connection.scalar(text(_MAY_CHANGE)))
