"""People before a door that is not by invitation alone, by hand: they knock, look and take seats."""

import json
import re
import secrets
from typing import Any

from httpx2 import AsyncClient, Response
from sqlalchemy import func, select

from chatroom.store import rooms, tables
from chatroom.store.database import reading
from tests.journal.stage import SOON
from tests.journal.town import Frame, Room, Town


async def with_door(town: Town, mode: str, format: str = "small-discussion", **ways: Any) -> Room:
    """A room whose group chose that door."""
    made = await rooms.create_room(
        town.engine,
        "A door",
        format,
        town.clock.now(),
        secrets.token_bytes,
        {"door": mode, **ways},
    )
    return Room(town, made)


async def knock(
    room: Room, name: str, token: str | None = None, *, back: bool = False, **headers: str
) -> Response:
    """What somebody hears who asks for a seat."""
    return await seats(room.town, f"{room.path}/seats", name, token, back=back, **headers)


async def seats(
    town: Town,
    path: str,
    name: str,
    token: str | None = None,
    *,
    back: bool = False,
    **headers: str,
) -> Response:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = {"id": secrets.token_hex(16), "name": name, **({"back": True} if back else {})}
    async with AsyncClient(trust_env=False, verify=False, timeout=SOON) as http:
        return await http.post(town.origin + path, json=body, headers=headers)


async def look(town: Town, path: str, token: str | None = None) -> Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with AsyncClient(trust_env=False, verify=False, timeout=SOON) as http:
        return await http.get(town.origin + path, headers=headers)


async def shown(room: Room, token: str | None = None) -> Frame:
    """The data that the room's page begins with."""
    page = await look(room.town, room.path, token)
    assert page.status_code == 200
    found = re.search(r'<script type="application/json" id="door">(.*?)</script>', page.text)
    assert found is not None
    data: Frame = json.loads(found[1])
    return data


async def rows(town: Town, *names: str) -> list[int]:
    """How many there are in each table."""
    async with reading(town.engine) as connection:
        return [
            await connection.scalar(select(func.count()).select_from(tables.metadata.tables[name]))
            or 0
            for name in names
        ]
