"""Leases of processes, and the seats that are connected through each: how they see each other (W20)."""

from collections.abc import Callable, Collection, Iterable, Mapping

from sqlalchemy import (
    ColumnElement,
    Double,
    bindparam,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.store.database import new_id, reading, writing
from chatroom.store.tables import lease, presence

HELD = 30.0
"""Seconds that a lease holds from its last renewal: what a dead process leaves is gone by then."""


class DatabaseLeases:
    """Every time in it is the database's, so that no process's own clock matters (W22)."""

    def __init__(
        self,
        engine: AsyncEngine,
        random_bytes: Callable[[int], bytes],
        time: ColumnElement[float] | None = None,
    ) -> None:
        self._engine = engine
        self._random_bytes = random_bytes
        self._time = _database_clock(engine) if time is None else time
        self._id = 0

    async def renew(self) -> bool:
        """Takes a new lease where there is none any more, and clears away what others left behind."""
        ours = update(lease).where(lease.c.id == self._id, lease.c.ends_at > self._time)
        async with writing(self._engine) as connection:
            held = await connection.execute(ours.values(ends_at=self._time + HELD))
            await connection.execute(delete(lease).where(lease.c.ends_at <= self._time))
            if held.rowcount == 1:
                return True
            self._id = new_id(self._random_bytes)
            await connection.execute(
                insert(lease).values(id=self._id, ends_at=self._time + HELD, version=0)
            )
            return False

    async def write(
        self, places: Mapping[tuple[int, int], bool], gone: Iterable[tuple[int, int]]
    ) -> bool:
        ours = update(lease).where(lease.c.id == self._id, lease.c.ends_at > self._time)
        async with writing(self._engine) as connection:
            held = await connection.execute(ours.values(version=lease.c.version + 1))
            if held.rowcount == 1:
                await self._replace(connection, places, gone)
            return held.rowcount == 1

    async def _replace(
        self,
        connection: AsyncConnection,
        places: Mapping[tuple[int, int], bool],
        gone: Iterable[tuple[int, int]],
    ) -> None:
        remove = delete(presence).where(
            presence.c.lease == self._id,
            presence.c.log == bindparam("of_log"),
            presence.c.seat == bindparam("of_seat"),
        )
        old = [{"of_log": log, "of_seat": seat} for log, seat in (*places, *gone)]
        await connection.execute(remove, old)
        new = [
            {"lease": self._id, "log": log, "seat": seat, "connected": connected}
            for (log, seat), connected in places.items()
        ]
        if new:
            await connection.execute(insert(presence), new)

    async def others(self) -> Mapping[int, int]:
        query = select(lease.c.id, lease.c.version).where(
            lease.c.ends_at > self._time, lease.c.id != self._id
        )
        async with reading(self._engine) as connection:
            return {row.id: row.version for row in await connection.execute(query)}

    async def seats(
        self, leases: Collection[int], logs: Collection[int]
    ) -> dict[int, dict[int, bool]]:
        query = select(presence.c.log, presence.c.seat, presence.c.connected).where(
            presence.c.log.in_(logs), presence.c.lease.in_(leases)
        )
        found: dict[int, dict[int, bool]] = {}
        async with reading(self._engine) as connection:
            for log, seat, connected in await connection.execute(query):
                seats = found.setdefault(log, {})
                seats[seat] = connected or seats.get(seat, False)
        return found


def _database_clock(engine: AsyncEngine) -> ColumnElement[float]:
    """The database's time in seconds since 1970, as an expression."""
    if engine.dialect.name == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()), Double)
    return (func.julianday("now") - literal(2440587.5)) * 86400.0
