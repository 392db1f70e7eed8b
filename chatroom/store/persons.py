"""Those who serve: who they are, what they may do, and the links by which they make their way in."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatroom.store import tables
from chatroom.store.accounts import Role


class Duty(msgspec.Struct, frozen=True, order=True):
    """What a person may do, and in which room; `slug` is None for what holds in all."""

    role: Role
    room: int
    slug: str | None = None


class Person(msgspec.Struct, frozen=True):
    """Somebody who serves. `who` is theirs in every log, whatever device they sign in with."""

    id: int
    who: bytes
    name: str
    handle: str | None
    made_at: float
    seen_at: float | None
    off_at: float | None
    duties: tuple[Duty, ...] = ()


_PERSON = tables.person.c
_FIELDS = (
    _PERSON.id,
    _PERSON.who,
    _PERSON.name,
    _PERSON.handle,
    _PERSON.made_at,
    _PERSON.seen_at,
    _PERSON.off_at,
)


async def add(connection: AsyncConnection, **values: Any) -> None:
    """Somebody new, who can't sign in yet."""
    await connection.execute(insert(tables.person).values(values))


async def persons(connection: AsyncConnection) -> list[Person]:
    """Everybody, in the order of their names."""
    found = await connection.execute(select(*_FIELDS).order_by(_PERSON.name, _PERSON.id))
    people = [Person(*row) for row in found]
    duties = await _duties(connection, [one.id for one in people])
    return [msgspec.structs.replace(one, duties=duties.get(one.id, ())) for one in people]


async def person(connection: AsyncConnection, id: int) -> Person | None:
    """One of them."""
    row = (await connection.execute(select(*_FIELDS).where(_PERSON.id == id))).one_or_none()
    if row is None:
        return None
    duties = await _duties(connection, [id])
    return Person(*row, duties=duties.get(id, ()))


async def by_handle(connection: AsyncConnection, handle: str) -> int | None:
    """Who signs in under this name."""
    return await connection.scalar(select(_PERSON.id).where(_PERSON.handle == handle))


async def change(connection: AsyncConnection, id: int, **values: Any) -> bool:
    """False where there is no such person."""
    row = tables.person
    return (
        await connection.execute(update(row).where(row.c.id == id).values(values))
    ).rowcount == 1


async def comes(connection: AsyncConnection, id: int, now: float) -> bool:
    """They were seen now; False for who is switched off. Until the transaction ends nobody switches them off."""
    row = tables.person
    is_on = (row.c.id == id) & row.c.off_at.is_(None)
    return (await connection.execute(update(row).where(is_on).values(seen_at=now))).rowcount == 1


async def forget(connection: AsyncConnection, id: int) -> None:
    """Deletes somebody with all that is theirs; their sessions are to be ended first."""
    await connection.execute(delete(tables.challenge).where(tables.challenge.c.person == id))
    await connection.execute(delete(tables.person).where(_PERSON.id == id))


async def give(connection: AsyncConnection, id: int, role: Role, room: int) -> bool:
    """False where they had it already."""
    row = tables.person_right
    has = (row.c.person == id) & (row.c.role == role) & (row.c.room == room)
    if await connection.scalar(select(func.count()).select_from(row).where(has)):
        return False
    await connection.execute(insert(row).values(person=id, role=role, room=room))
    return True


async def take(connection: AsyncConnection, id: int, role: Role, room: int) -> bool:
    """False where they did not have it."""
    row = tables.person_right
    has = (row.c.person == id) & (row.c.role == role) & (row.c.room == room)
    return (await connection.execute(delete(row).where(has))).rowcount == 1


async def others_with(connection: AsyncConnection, role: Role, but: int) -> int:
    """How many have this role and can sign in, but for one."""
    right = tables.person_right.c
    query = (
        select(func.count(func.distinct(right.person)))
        .join_from(tables.person_right, tables.person, _PERSON.id == right.person)
        .where(right.role == role, right.person != but, _PERSON.off_at.is_(None))
    )
    return await connection.scalar(query) or 0


async def add_link(connection: AsyncConnection, id: int, secret: bytes, expires_at: float) -> None:
    """A new link for them; those there were open nothing any more."""
    row = tables.person_link
    await connection.execute(delete(row).where(row.c.person == id))
    await connection.execute(insert(row).values(secret=secret, person=id, expires_at=expires_at))


async def links(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, float]:
    """Until when the links of these open, where they have one."""
    row = tables.person_link.c
    found = await connection.execute(select(row.person, row.expires_at).where(row.person.in_(ids)))
    return dict(list(found))


async def person_of_link(connection: AsyncConnection, secret: bytes, now: float) -> int | None:
    """Whose link this is, while it opens; it opens nothing to who is switched off."""
    row = tables.person_link.c
    query = select(row.person).where(row.secret == secret, row.expires_at > now, _is_on(row.person))
    return await connection.scalar(query)


async def use_link(connection: AsyncConnection, secret: bytes, now: float) -> int | None:
    """Whose link this was; it opens nothing any more. That of who is switched off waits until they are on."""
    row = tables.person_link
    opens = (row.c.secret == secret) & (row.c.expires_at > now) & _is_on(row.c.person)
    found = await connection.execute(delete(row).where(opens).returning(row.c.person))
    return found.scalar_one_or_none()


def _is_on(id: ColumnElement[int]) -> ColumnElement[bool]:
    return id.in_(select(_PERSON.id).where(_PERSON.off_at.is_(None)))


async def _duties(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, tuple[Duty, ...]]:
    right, room = tables.person_right.c, tables.room.c
    query = (
        select(right.person, right.role, right.room, room.slug)
        .join_from(tables.person_right, tables.room, right.room == room.id, isouter=True)
        .where(right.person.in_(ids))
        .order_by(right.role, room.slug)
    )
    found: dict[int, tuple[Duty, ...]] = {}
    for id, *rest in await connection.execute(query):
        found[id] = (*found.get(id, ()), Duty(*rest))
    return found
