"""What somebody signs in with, and the challenges that a passkey answers once."""

from typing import Any, Literal

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatroom.store import tables

Kind = Literal["passkey", "password", "code", "recovery", "identity"]
"""`code`: the secret of an authenticator. `recovery`: one code that opens once. `identity`: of OpenID Connect."""


class WayIn(msgspec.Struct, frozen=True):
    """One of them; what `data` holds is its kind's."""

    id: bytes
    person: int
    kind: Kind
    data: bytes
    label: str
    made_at: float
    used_at: float | None


_WAY = tables.way_in.c
_FIELDS = (_WAY.id, _WAY.person, _WAY.kind, _WAY.data, _WAY.label, _WAY.made_at, _WAY.used_at)


async def of(connection: AsyncConnection, person: int) -> list[WayIn]:
    """All that somebody has, the oldest first."""
    query = select(*_FIELDS).where(_WAY.person == person).order_by(_WAY.made_at, _WAY.id)
    return [WayIn(*row) for row in await connection.execute(query)]


async def way_in(connection: AsyncConnection, id: bytes) -> WayIn | None:
    """One by its id."""
    row = (await connection.execute(select(*_FIELDS).where(_WAY.id == id))).one_or_none()
    return None if row is None else WayIn(*row)


async def add(connection: AsyncConnection, **values: Any) -> None:
    """One more."""
    await connection.execute(insert(tables.way_in).values(values))


async def replace(connection: AsyncConnection, person: int, kind: Kind) -> None:
    """Forgets all of a kind, before what stands for them."""
    await connection.execute(delete(tables.way_in).where(_WAY.person == person, _WAY.kind == kind))


async def forget(connection: AsyncConnection, person: int, id: bytes) -> bool:
    """False where they have no such one."""
    gone = delete(tables.way_in).where(_WAY.person == person, _WAY.id == id)
    return (await connection.execute(gone)).rowcount == 1


async def used(
    connection: AsyncConnection, id: bytes, now: float, before: bytes, data: bytes
) -> bool:
    """It was used now, and holds `data` from here on; False where it did not hold `before` any more.

    So that a code or a counter that is seen twice at once counts for one of them.
    """
    row = tables.way_in
    is_so = (row.c.id == id) & (row.c.data == before)
    changed = update(row).where(is_so).values(used_at=now, data=data)
    return (await connection.execute(changed)).rowcount == 1


async def add_challenge(
    connection: AsyncConnection, id: bytes, person: int | None, expires_at: float
) -> None:
    """To be answered once, by this person where one is named."""
    row = {"id": id, "person": person, "expires_at": expires_at}
    await connection.execute(insert(tables.challenge).values(row))


async def take_challenge(
    connection: AsyncConnection, id: bytes, person: int | None, now: float
) -> bool:
    """It was answered, and never will be again; False where there was none, or it was somebody else's."""
    row = tables.challenge
    whose = row.c.person.is_(None) if person is None else row.c.person == person
    gone = delete(row).where(row.c.id == id, whose, row.c.expires_at > now)
    return (await connection.execute(gone)).rowcount == 1


async def forget_challenges(connection: AsyncConnection, now: float) -> None:
    """Those that nobody answered in time."""
    row = tables.challenge
    await connection.execute(delete(row).where(row.c.expires_at <= now))
