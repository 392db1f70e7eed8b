"""What coming in costs: CPU of the server and bytes, while a room fills, and then for more who come in.

MEMBERS=200,1000 are the sizes. Everybody has a seat; they come 64 at a time, with a hello without
a cursor, and whoever is not in after WITHIN seconds stays outside: `came` says how many did.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import uvloop

from tests.load._load import UNLIMITED, numbers, or_void, serving, told, way
from tests.load._machine import cpu_seconds, take_the_load_core
from tests.load._members import Audience, Way, settled

if TYPE_CHECKING:
    from tests.processes import ServerProcess

SIZES = numbers(os.environ.get("MEMBERS", "200,1000,2000,10000"))
WITHIN = float(os.environ.get("WITHIN", "30"))
AGAIN = int(os.environ.get("AGAIN", "100"))
"""How many, of early and late seats alike, go and come in again once the room is full."""


async def measure(members: int) -> None:
    """One room."""
    async with serving([members], **UNLIMITED) as (server, [place]):
        room = Audience()
        ways = [way(server.port, place, token) for token in place.tokens]
        await coming(server, room, ways[:1])  # The book is in memory by now.
        filling = await coming(server, room, ways[1:])
        inside = len(room.members)
        leaving = cpu_seconds(server.pid)
        going = room.members[1 :: max(1, inside // AGAIN)][:AGAIN]
        for member in going:
            member.leave()
        await settled(room)
        leaving = cpu_seconds(server.pid) - leaving
        again = await coming(server, room, [member.way for member in going])
        room.close()
    told(
        "join",
        server="chatroom",
        members=members,
        came=inside,
        joins_per_cpu_second=filling["joins_per_cpu_second"],
        joins_per_cpu_second_when_full=again["joins_per_cpu_second"],
        ms_per_join=filling["ms_per_join"],
        ms_per_join_when_full=again["ms_per_join"],
        kib_per_join=filling["kib_per_join"],
        kib_per_join_when_full=again["kib_per_join"],
        ms_per_leave_when_full=round(leaving / len(going) * 1000, 3),
        seconds=filling["seconds"],
    )


async def coming(server: ServerProcess, room: Audience, ways: list[Way]) -> dict[str, float]:
    """They come in, and what goes out to everybody for it has gone out."""
    cpu, sent, before = cpu_seconds(server.pid), room.bytes, len(room.members)
    began = time.perf_counter()
    with suppress(TimeoutError):
        async with asyncio.timeout(WITHIN):
            await room.open(ways, within=WITHIN)
    took = time.perf_counter() - began
    for member in [one for one in room.members if not one.welcomed.is_set()]:
        member.leave()
        room.members.remove(member)
    await settled(room)
    came, used = len(room.members) - before, cpu_seconds(server.pid) - cpu
    return {
        "joins_per_cpu_second": round(came / used, 1),
        "ms_per_join": round(used / came * 1000, 3),
        "kib_per_join": round((room.bytes - sent) / came / 1024, 1),
        "seconds": round(took, 2),
    }


async def main() -> None:
    take_the_load_core()
    for members in SIZES:
        await or_void("join", measure(members), members=members)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
