"""Sessions, their rights, and the invitations these came from; nothing here knows a secret."""

from collections.abc import Collection, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import delete, func, insert, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatroom.store import tables

Role = Literal["member", "facilitator", "staff", "lead"]

AT_ONCE = 500
"""Sessions in one statement."""
ORGANISATION = 0
"""Stands for every room in a staff person's right."""


class Standing(msgspec.Struct, frozen=True):
    """How a session is known: when it ends, who it is in every log, and whose it is, if a person signed in."""

    expires_at: float
    who: bytes
    person: int | None = None


BY_PERSON = 0
"""The invitation of a right that somebody has as the person they are."""


class Right(msgspec.Struct, frozen=True):
    """What a session may do in a room, and by which invitation."""

    room: int
    role: Role
    invitation: int


class Invitation(msgspec.Struct, frozen=True):
    """What a link gives. `slug` is None for staff, and for a room that is gone."""

    id: int
    room: int
    slug: str | None
    role: Role
    expires_at: float | None


class Made(msgspec.Struct, frozen=True):
    """A link that somebody made: what it gives, and what is left of it."""

    id: int
    slug: str | None
    role: Role
    uses_left: int | None
    expires_at: float | None


async def invitations(connection: AsyncConnection, room: int | None = None) -> list[Made]:
    """All links, or those of one room, the oldest first."""
    link, room_ = tables.invitation.c, tables.room.c
    query = (
        select(link.id, room_.slug, link.role, link.uses_left, link.expires_at)
        .join_from(tables.invitation, tables.room, link.room == room_.id, isouter=True)
        .order_by(link.created_at, link.id)
    )
    if room is not None:
        query = query.where(link.room == room)
    return [Made(**row) for row in (await connection.execute(query)).mappings()]


async def revoke(connection: AsyncConnection, invitation_id: int) -> int | None:
    """Forgets a link; how many sessions have a right by it. None where there is no such link."""
    link, right = tables.invitation, tables.seat_right.c
    gone = await connection.execute(delete(link).where(link.c.id == invitation_id))
    if gone.rowcount == 0:
        return None
    query = select(func.count()).where(right.invitation == invitation_id)
    return await connection.scalar(query) or 0


async def take_rights(connection: AsyncConnection, invitation_id: int) -> list[tuple[bytes, int]]:
    """Nobody has a right by this link any more: who had one, and where."""
    right = tables.seat_right
    gone = delete(right).where(right.c.invitation == invitation_id)
    taken = await connection.execute(gone.returning(right.c.session, right.c.room))
    return [(session, room) for session, room in taken]


async def add_invitation(connection: AsyncConnection, **values: Any) -> None:
    """Keeps an invitation under the hash of its secret."""
    await connection.execute(insert(tables.invitation).values(values))


async def invitation_by_secret(connection: AsyncConnection, secret: bytes) -> Invitation | None:
    """The invitation whose secret has this hash."""
    return (await invitations_by_secret(connection, [secret])).get(secret)


async def invitations_by_secret(
    connection: AsyncConnection, secrets: Sequence[bytes]
) -> dict[bytes, Invitation]:
    """The same of each of these, in one query."""
    link, room = tables.invitation.c, tables.room.c
    query = (
        select(link.secret, link.id, link.room, room.slug, link.role, link.expires_at)
        .join_from(tables.invitation, tables.room, link.room == room.id, isouter=True)
        .where(link.secret.in_(secrets))
    )
    return {secret: Invitation(*rest) for secret, *rest in await connection.execute(query)}


async def use_up(connection: AsyncConnection, invitation_id: int) -> bool:
    """Takes one use, atomically; False when none was left. Unlimited ones stay so (NULL - 1 is NULL)."""
    link = tables.invitation
    result = await connection.execute(
        update(link)
        .where(link.c.id == invitation_id, link.c.uses_left.is_(None) | (link.c.uses_left > 0))
        .values(uses_left=link.c.uses_left - 1)
    )
    return result.rowcount == 1


async def give_back(connection: AsyncConnection, invitation_id: int) -> None:
    """One use more, where they are counted; staff's links are used up for good."""
    link = tables.invitation
    await connection.execute(
        update(link)
        .where(link.c.id == invitation_id, link.c.uses_left.is_not(None), link.c.role != "staff")
        .values(uses_left=link.c.uses_left + 1)
    )


async def add_session(
    connection: AsyncConnection,
    session: bytes,
    now: float,
    expires_at: float,
    arrival: bytes | None = None,
    salt: bytes | None = None,
) -> None:
    """A signed-in browser that has no rights yet. `arrival` is the page's that began it, `salt` its own."""
    row = {"id": session, "who": session, "created_at": now, "expires_at": expires_at}
    await connection.execute(insert(tables.session).values(**row, arrival=arrival, salt=salt))


async def change_id(
    connection: AsyncConnection,
    old: bytes,
    new: bytes,
    now: float,
    arrival: bytes | None,
    salt: bytes | None,
) -> None:
    """The same session under another id, with all its rights; the old one opens nothing (A60)."""
    row, right = tables.session, tables.seat_right
    kept = (await connection.execute(select(row).where(row.c.id == old))).mappings().one()
    begun = {"created_at": now, "arrival": arrival, "salt": salt}
    await connection.execute(
        insert(row).values({**kept, "id": new, "who": kept["who"] or old, **begun})
    )
    await connection.execute(update(right).where(right.c.session == old).values(session=new))
    await connection.execute(delete(row).where(row.c.id == old))


async def sign_in(
    connection: AsyncConnection,
    session: bytes,
    person: int,
    who: bytes,
    device: str,
    now: float,
    expires_at: float,
) -> None:
    """A signed-in browser of somebody who serves."""
    row = {"id": session, "who": who, "person": person, "device": device}
    values = {**row, "created_at": now, "expires_at": expires_at}
    await connection.execute(insert(tables.session).values(values))


class Device(msgspec.Struct, frozen=True):
    """One of a person's sessions, as they see it themselves."""

    id: bytes
    device: str
    created_at: float
    expires_at: float


async def devices(connection: AsyncConnection, person: int, now: float) -> list[Device]:
    """Where somebody is signed in, the latest first."""
    row = tables.session.c
    query = (
        select(row.id, row.device, row.created_at, row.expires_at)
        .where(row.person == person, row.expires_at > now)
        .order_by(row.created_at.desc(), row.id)
    )
    return [Device(*found) for found in await connection.execute(query)]


async def is_elsewhere(connection: AsyncConnection, session: bytes, who: bytes) -> bool:
    """Whether the same person has another session, be it over and not forgotten yet."""
    row = tables.session.c
    query = select(func.count()).where(row.who == who, row.id != session)
    return bool(await connection.scalar(query))


async def expiry_of(connection: AsyncConnection, session: bytes, now: float) -> float | None:
    """When a session ends; None for one that is unknown or over."""
    row = tables.session.c
    query = select(row.expires_at).where(row.id == session, row.expires_at > now)
    return await connection.scalar(query)


async def standings(
    connection: AsyncConnection, sessions: Sequence[bytes]
) -> dict[bytes, Standing]:
    """How these stand; what is unknown is left out."""
    row = tables.session.c
    query = select(row.id, row.expires_at, row.who, row.person).where(row.id.in_(sessions))
    return {
        id: Standing(expires_at, who or id, person)
        for id, expires_at, who, person in await connection.execute(query)
    }


async def salt_of(
    connection: AsyncConnection, arrival: bytes, since: float, now: float
) -> bytes | None:
    """Of the session that a page has begun since then, and that is not over."""
    row = tables.session.c
    query = select(row.salt).where(
        row.arrival == arrival, row.created_at > since, row.expires_at > now
    )
    return await connection.scalar(query.order_by(row.created_at.desc()).limit(1))


async def prolong(
    connection: AsyncConnection, sessions: Sequence[bytes], now: float, expires_at: float
) -> None:
    """Lets sessions that are not over last longer, and none shorter; a person's lasts as long as it does."""
    row = tables.session
    lasts = (row.c.expires_at > now) & (row.c.expires_at < expires_at) & row.c.person.is_(None)
    await connection.execute(
        update(row).where(row.c.id.in_(sessions), lasts).values(expires_at=expires_at)
    )


async def end_session(connection: AsyncConnection, session: bytes, now: float) -> None:
    """A session is over from now on."""
    row = tables.session
    lasts = (row.c.id == session) & (row.c.expires_at > now)
    await connection.execute(update(row).where(lasts).values(expires_at=now))


async def forget_session(connection: AsyncConnection, session: bytes) -> bool:
    """Forgets a session with all its rights; False where somebody else has, or there was none."""
    row = tables.session
    return (await connection.execute(delete(row).where(row.c.id == session))).rowcount == 1


async def forget_links(connection: AsyncConnection, now: float) -> None:
    """Forgets the invitations that are over."""
    link = tables.invitation
    await connection.execute(delete(link).where(link.c.expires_at <= now))


async def expired(connection: AsyncConnection, now: float) -> dict[bytes, list[Right]]:
    """The sessions that are over and not forgotten yet, each with its rights."""
    session = tables.session.c
    over = list(await connection.scalars(select(session.id).where(session.expires_at <= now)))
    found: dict[bytes, list[Right]] = {id: [] for id in over}
    for first in range(0, len(over), AT_ONCE):
        some = over[first : first + AT_ONCE]
        for id, right in await _rights(connection, some, switched_off=True):
            found[id].append(right)
    return found


async def add_right(
    connection: AsyncConnection, session: bytes, role: Role, room: int, invitation: int
) -> None:
    """Lets a session take part."""
    row = {"session": session, "role": role, "room": room, "invitation": invitation}
    await connection.execute(insert(tables.seat_right).values(row))


async def move_right(
    connection: AsyncConnection, session: bytes, role: Role, room: int, invitation: int
) -> None:
    """The same right, by another invitation."""
    right = tables.seat_right
    whose = (right.c.session == session) & (right.c.role == role) & (right.c.room == room)
    await connection.execute(update(right).where(whose).values(invitation=invitation))


async def rights(connection: AsyncConnection, session: bytes, room: int) -> dict[str, int]:
    """All roles that a session has in a room, the organisation's among them, each by its invitation."""
    return (await rights_in(connection, [(session, room)])).get((session, room), {})


async def rights_in(
    connection: AsyncConnection, places: Sequence[tuple[bytes, int]]
) -> dict[tuple[bytes, int], dict[str, int]]:
    """The same for sessions and rooms, in one query; nothing for who has none."""
    rooms = {ORGANISATION, *(room for _, room in places)}
    held: dict[tuple[bytes, int], dict[str, int]] = {}
    for session, right in await _rights(connection, {session for session, _ in places}, rooms):
        # Who is let in by a link too is here as the person they are.
        if right.invitation == BY_PERSON or right.role not in held.get((session, right.room), {}):
            held.setdefault((session, right.room), {})[right.role] = right.invitation
    found = {
        (session, room): held.get((session, room), {}) | held.get((session, ORGANISATION), {})
        for session, room in places
    }
    return {place: roles for place, roles in found.items() if roles}


async def part_of(
    connection: AsyncConnection, who: bytes, room: int
) -> Literal["member", "facilitator"] | None:
    """What somebody may take part in a room's meetings as, by any of their sessions or as a person."""
    session, right = tables.session.c, tables.seat_right.c
    person, mine = tables.person.c, tables.person_right.c
    by_link = (
        select(right.role)
        .join_from(tables.seat_right, tables.session, right.session == session.id)
        .where(func.coalesce(session.who, session.id) == who, right.room == room)
    )
    by_person = (
        select(mine.role)
        .join_from(tables.person_right, tables.person, mine.person == person.id)
        .where(person.who == who, person.off_at.is_(None), mine.room == room)
    )
    held = set(await connection.scalars(union_all(by_link, by_person)))
    return "facilitator" if "facilitator" in held else "member" if "member" in held else None


async def rights_of(
    connection: AsyncConnection, session: bytes, *, switched_off: bool = False
) -> list[Right]:
    """All that a session may do, wherever it is; or could, if its person was not switched off."""
    found = await _rights(connection, [session], switched_off=switched_off)
    return [right for _, right in found]


async def _rights(
    connection: AsyncConnection,
    sessions: Collection[bytes],
    rooms: Collection[int] | None = None,
    *,
    switched_off: bool = False,
) -> list[tuple[bytes, Right]]:
    """By their links, and as the persons that signed in and are not switched off."""
    right, session, mine = tables.seat_right.c, tables.session.c, tables.person_right.c
    by_link = select(right.session, right.room, right.role, right.invitation).where(
        right.session.in_(sessions)
    )
    by_person = (
        select(session.id, mine.room, mine.role, literal(BY_PERSON))
        .join_from(tables.session, tables.person_right, mine.person == session.person)
        .join(tables.person, tables.person.c.id == mine.person)
        .where(session.id.in_(sessions))
    )
    if not switched_off:
        by_person = by_person.where(tables.person.c.off_at.is_(None))
    if rooms is not None:
        by_link = by_link.where(right.room.in_(rooms))
        by_person = by_person.where(mine.room.in_(rooms))
    found = await connection.execute(union_all(by_link, by_person))
    return [(id, Right(*rest)) for id, *rest in found]
