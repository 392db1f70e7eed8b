"""The organisation's own formats, as texts."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.store import tables
from chatroom.store.audit import Telling, untold
from chatroom.store.database import reading, writing


class OwnFormat(msgspec.Struct, frozen=True):
    """A format of the organisation; `made_from` is the id of the one that it began as."""

    id: str
    toml: str
    made_from: str | None
    created_at: float


async def keep_format(
    engine: AsyncEngine, own: OwnFormat, *, replace: bool = False, tell: Telling = untold
) -> bool:
    """Keeps a format; False, and nothing changed, where there is one of that id and it may not go."""
    row = tables.format
    async with writing(engine, "format", own.id) as connection:
        there = await connection.scalar(select(row.c.id).where(row.c.id == own.id))
        if there is not None and not replace:
            return False
        values = msgspec.structs.asdict(own)
        if there is None:
            await connection.execute(insert(row).values(values))
        else:
            await connection.execute(update(row).where(row.c.id == own.id).values(values))
        await tell(connection, own.id)
    return True


async def formats_by_id(engine: AsyncEngine, ids: Sequence[str]) -> dict[str, OwnFormat]:
    """The organisation's formats of these ids, in one query."""
    query = select(tables.format).where(tables.format.c.id.in_(ids))
    async with reading(engine) as connection:
        rows = await connection.execute(query)
        return {row["id"]: OwnFormat(**row) for row in rows.mappings()}


async def list_formats(engine: AsyncEngine) -> list[OwnFormat]:
    """All of them, by id."""
    async with reading(engine) as connection:
        rows = await connection.execute(select(tables.format).order_by(tables.format.c.id))
        return [OwnFormat(**row) for row in rows.mappings()]
