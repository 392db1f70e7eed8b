"""Rooms, and the meetings held in them."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from anyascii import anyascii
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.store import tables
from chatroom.store.audit import Telling, untold
from chatroom.store.database import new_id, reading, writing


class Room(msgspec.Struct, frozen=True):
    """A group's standing place. `ways` are those that the group set itself, by name."""

    id: int
    slug: str
    name: str
    format: str
    created_at: float
    ways: dict[str, Any] = {}


class Meeting(msgspec.Struct, frozen=True):
    """The n-th meeting of a room, and the log it is kept in."""

    log: int
    n: int
    ended_at: float | None


async def create_room(
    engine: AsyncEngine,
    name: str,
    format: str,
    now: float,
    random_bytes: Callable[[int], bytes],
    ways: dict[str, Any] | None = None,
    tell: Telling = untold,
) -> Room:
    """A new room under a slug of its own: a second "Evening group" becomes evening-group-2."""
    async with writing(engine, "rooms") as connection:
        taken = set(await connection.scalars(select(tables.room.c.slug)))
        slug = _free(slug_of(name), taken)
        room = Room(new_id(random_bytes), slug, name, format, now, ways or {})
        await connection.execute(insert(tables.room).values(msgspec.structs.asdict(room)))
        await tell(connection, room.id)
    return room


async def list_rooms(engine: AsyncEngine) -> list[Room]:
    """All rooms, the oldest first."""
    query = select(tables.room).order_by(tables.room.c.created_at, tables.room.c.id)
    async with reading(engine) as connection:
        return [Room(**row) for row in (await connection.execute(query)).mappings()]


async def room_by_slug(engine: AsyncEngine, slug: str) -> Room | None:
    """The room of a URL."""
    query = select(tables.room).where(tables.room.c.slug == slug)
    async with reading(engine) as connection:
        row = (await connection.execute(query)).mappings().first()
    return Room(**row) if row else None


async def rooms_by_slug(engine: AsyncEngine, slugs: Sequence[str]) -> dict[str, Room]:
    """The rooms of these URLs, in one query."""
    query = select(tables.room).where(tables.room.c.slug.in_(slugs))
    async with reading(engine) as connection:
        found = [Room(**row) for row in (await connection.execute(query)).mappings()]
    return {room.slug: room for room in found}


async def change_ways(
    engine: AsyncEngine,
    room_id: int,
    changed: Callable[[dict[str, Any]], dict[str, Any]],
    tell: Telling = untold,
) -> dict[str, Any]:
    """The room's ways as `changed` makes them of those there are, and kept; what it raises undoes it."""
    row = tables.room
    async with writing(engine, "ways", room_id) as connection:
        found = await connection.scalar(select(row.c.ways).where(row.c.id == room_id))
        ways = changed(found or {})
        await connection.execute(update(row).where(row.c.id == room_id).values(ways=ways))
        await tell(connection, room_id)
    return ways


async def current_meeting(engine: AsyncEngine, room_id: int) -> Meeting | None:
    """The newest meeting of a room, ended or not; None in a room that has held none."""
    return (await current_meetings(engine, [room_id])).get(room_id)


async def current_meetings(engine: AsyncEngine, rooms: Sequence[int]) -> dict[int, Meeting]:
    """The same of each of these, in one query."""
    meeting, log, other = tables.meeting.c, tables.log.c, tables.meeting.alias()
    newest = select(func.max(other.c.n)).where(other.c.room == meeting.room).scalar_subquery()
    query = (
        select(meeting.room, meeting.log, meeting.n, log.ended_at)
        .join_from(tables.meeting, tables.log)
        .where(meeting.room.in_(rooms), meeting.n == newest)
    )
    async with reading(engine) as connection:
        rows = (await connection.execute(query)).mappings()
        return {row["room"]: Meeting(row["log"], row["n"], row["ended_at"]) for row in rows}


async def add_meeting(engine: AsyncEngine, room_id: int, n: int, log_id: int, keep: float) -> bool:
    """Makes the n-th meeting with an empty log; False, and nothing kept, when another was first."""
    meeting = tables.meeting
    first = select(meeting.c.log).where(meeting.c.room == room_id, meeting.c.n == n)
    log = {"id": log_id, "kind": "meeting", "position": 0, "keep": keep}
    async with writing(engine, "meeting", room_id) as connection:
        if await connection.scalar(first) is not None:
            return False
        await connection.execute(insert(tables.log).values(log))
        await connection.execute(insert(meeting).values(log=log_id, room=room_id, n=n))
    return True


def slug_of(name: str) -> str:
    """A name as it looks in a URL; never empty."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower()).strip("-")[:40].strip("-") or "room"


def _free(slug: str, taken: set[str]) -> str:
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug}-{number}"
    return free
