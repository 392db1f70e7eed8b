"""The organisation's own formats, as texts."""

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.store import tables
from chatroom.store.database import reading, writing


class OwnFormat(msgspec.Struct, frozen=True):
    """A format of the organisation; `made_from` is the id of the one that it began as."""

    id: str
    toml: str
    made_from: str | None
    created_at: float


async def keep_format(engine: AsyncEngine, own: OwnFormat, *, replace: bool = False) -> bool:
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
    return True


async def format_by_id(engine: AsyncEngine, id: str) -> OwnFormat | None:
    """The organisation's format of that id."""
    query = select(tables.format).where(tables.format.c.id == id)
    async with reading(engine) as connection:
        row = (await connection.execute(query)).mappings().first()
    return OwnFormat(**row) if row else None


async def list_formats(engine: AsyncEngine) -> list[OwnFormat]:
    """All of them, by id."""
    async with reading(engine) as connection:
        rows = await connection.execute(select(tables.format).order_by(tables.format.c.id))
        return [OwnFormat(**row) for row in rows.mappings()]
