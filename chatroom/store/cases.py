"""Which logs belong to help: the desk, and each session's case."""

import hashlib

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.store import tables
from chatroom.store.audit import Telling, untold
from chatroom.store.database import reading, writing


class CaseFile(msgspec.Struct, frozen=True):
    """A case as the desk lists it. `slug` is the room it was raised in, if it was in one."""

    log: int
    slug: str | None
    raised_at: float


async def open_case_file(
    engine: AsyncEngine, log_id: int, session: bytes, room: int | None, now: float, keep: float
) -> int:
    """The log of the session's open case: `log_id`, new and empty, or that of the case it has already.

    So Help pressed twice, on two sockets at once, is one case (A99).
    """
    async with writing(engine, "case", session) as connection:
        existing = await _case_of(connection, session)
        if existing is not None:
            return existing
        await connection.execute(
            insert(tables.log).values(id=log_id, kind="case", position=0, keep=keep)
        )
        await connection.execute(
            insert(tables.case_file).values(
                log=log_id, session=session, room=room, raised_at=now, open=True
            )
        )
    return log_id


async def case_of(engine: AsyncEngine, session: bytes) -> int | None:
    """The log of a session's open case."""
    async with reading(engine) as connection:
        return await _case_of(connection, session)


async def session_of(engine: AsyncEngine, log_id: int) -> bytes | None:
    """Whose case it is."""
    case = tables.case_file.c
    async with reading(engine) as connection:
        return await connection.scalar(select(case.session).where(case.log == log_id))


async def open_cases(engine: AsyncEngine) -> list[CaseFile]:
    """Everything that waits at the desk or is being worked on, the longest waiting first."""
    case, room = tables.case_file.c, tables.room.c
    query = (
        select(case.log, room.slug, case.raised_at)
        .join_from(tables.case_file, tables.room, isouter=True)
        .where(case.open)
        .order_by(case.raised_at, case.log)
    )
    async with reading(engine) as connection:
        return [CaseFile(**row) for row in (await connection.execute(query)).mappings()]


async def meetings_without_chair(engine: AsyncEngine) -> list[int]:
    """The logs of all meetings that are not over and have lost their chair, be it back by now."""
    log, entry = tables.log.c, tables.entry.c
    lost = select(entry.position).where(entry.log == log.id, entry.type == "chair_went_away")
    query = select(log.id).where(log.kind == "meeting", log.ended_at.is_(None), lost.exists())
    async with reading(engine) as connection:
        return list(await connection.scalars(query))


async def room_of(engine: AsyncEngine, log_id: int) -> str | None:
    """The slug of the room that a meeting is held in."""
    meeting, room = tables.meeting.c, tables.room.c
    query = select(room.slug).join_from(tables.meeting, tables.room).where(meeting.log == log_id)
    async with reading(engine) as connection:
        return await connection.scalar(query)


async def close_case_file(engine: AsyncEngine, log_id: int, tell: Telling = untold) -> None:
    """The session may open another case from now on. The end of the log itself is the journal's.

    It is told of once, however many processes close it.
    """
    case = tables.case_file
    was_open = (case.c.log == log_id) & case.c.open
    async with writing(engine) as connection:
        closed = await connection.execute(update(case).where(was_open).values(open=False))
        if closed.rowcount == 1:
            await tell(connection, log_id)


async def seal_of(connection: AsyncConnection, log_id: int, to: int | None = None) -> str:
    """What tells a log's entries, up to that position, from any others: the last one's, and a SHA-256 over all.

    Words are not among them: those are deleted in time, and the seal stays what it is.
    """
    row, position, sealed = tables.entry.c, 0, hashlib.sha256()
    entry = (row.position, row.audience, row.number, row.entry_id, row.type, row.seat)
    query = select(*entry, row.at, row.data).where(row.log == log_id).order_by(row.position)
    for *fields, at, data in await connection.execute(query):
        if to is not None and fields[0] > to:
            break
        position = fields[0]
        lines = (*map(str, fields), str(round(at * 1_000_000)), data.hex())
        sealed.update(("\n".join(lines) + "\n").encode())
    return f"{position}:{sealed.hexdigest()}"


async def desk_log(engine: AsyncEngine, log_id: int) -> int:
    """The one log of the desk: `log_id` where there was none yet. It never ends, so nothing is swept."""
    log = tables.log
    async with writing(engine, "desk") as connection:
        existing: int | None = await connection.scalar(select(log.c.id).where(log.c.kind == "desk"))
        if existing is not None:
            return existing
        await connection.execute(insert(log).values(id=log_id, kind="desk", position=0, keep=0.0))
    return log_id


async def _case_of(connection: AsyncConnection, session: bytes) -> int | None:
    case = tables.case_file.c
    query = select(case.log).where(case.session == session, case.open)
    return await connection.scalar(query)
