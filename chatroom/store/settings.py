"""What a lead has set in the office, by name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatroom.store import access, tables


async def all_set(connection: AsyncConnection) -> dict[str, Any]:
    """Everything that was set."""
    row = tables.setting.c
    return dict(list(await connection.execute(select(row.name, row.value))))


async def change(connection: AsyncConnection, values: Mapping[str, Any], now: float) -> None:
    """These hold from now on, at every process within seconds; None for what is to be as it was shipped."""
    row = tables.setting
    await connection.execute(delete(row).where(row.c.name.in_(values)))
    for name, value in values.items():
        if value is not None:
            made = {"name": name, "value": value, "changed_at": now}
            await connection.execute(insert(row).values(made))
    await access.tell(connection, "settings", b"", now)
