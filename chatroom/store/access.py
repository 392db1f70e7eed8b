"""What was taken from somebody, in the order in which it was: what every process reads on from."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chatroom.store import tables

Kind = Literal["ended", "renewed", "rights", "settings"]
"""`ended`, `renewed`: a session, by its id. `rights`: somebody may do more or less, by `who`. `settings`: any."""

LOCK = 0x61636365
"""Of those who tell, one commits at a time: nobody reads past a position that is yet to come."""


def subject(who: bytes, room: int) -> bytes:
    """Whose rights are others now, and where: `room` in the last 8 bytes, 0 for everywhere."""
    return who + room.to_bytes(8, "big")


def about(subject: bytes) -> tuple[bytes, int]:
    """The same two again."""
    return subject[:-8], int.from_bytes(subject[-8:], "big")


News = tuple[Kind, bytes]
"""What is to be told: the kind, and the subject."""


class Told(NamedTuple):
    """One thing that was taken."""

    position: int
    kind: Kind
    subject: bytes


async def tell(connection: AsyncConnection, kind: Kind, subject: bytes, now: float) -> None:
    """In the transaction of what it tells of: both are so, or neither is."""
    await tell_all(connection, [(kind, subject)], now)


async def tell_all(connection: AsyncConnection, news: Sequence[News], now: float) -> None:
    """The same for many. Nothing that others may hold is changed after it: who holds that may wait to tell."""
    if not news:
        return
    row = tables.access
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    head = await connection.scalar(select(func.max(row.c.position))) or 0
    values = [
        {"position": position, "kind": kind, "subject": subject, "at": now}
        for position, (kind, subject) in enumerate(news, head + 1)
    ]
    await connection.execute(insert(row), values)


async def since(connection: AsyncConnection, position: int) -> list[Told]:
    """All behind a position, in order."""
    row = tables.access.c
    query = select(row.position, row.kind, row.subject).where(row.position > position)
    return [Told(*found) for found in await connection.execute(query.order_by(row.position))]


async def head(connection: AsyncConnection) -> int:
    """The newest position."""
    return await connection.scalar(select(func.max(tables.access.c.position))) or 0


async def forget(connection: AsyncConnection, before: float) -> None:
    """What every process has read long ago; the newest stays, so that positions go on from it."""
    row = tables.access
    newest = select(func.max(row.c.position)).scalar_subquery()
    await connection.execute(delete(row).where(row.c.at < before, row.c.position < newest))
