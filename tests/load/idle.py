"""What a connection costs that says nothing: memory, heartbeats; and what its handshake takes.

MEMBERS=1000,10000 come into rooms of ROOM=100, where one sits already, so that no room's book is counted
as theirs. HEARTBEATS=20 is for how many seconds nobody says anything. Then HANDSHAKES=2000 further
sockets are opened up to the 101 and no further, and go away again before they are asked who they are.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from typing import TYPE_CHECKING

import uvloop

from tests.load._load import UNLIMITED, Place, numbers, or_void, serving, told, upgrade, way
from tests.load._machine import cpu_seconds, resident_kib, take_the_load_core
from tests.load._members import Audience, Way, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.processes import ServerProcess

SIZES = numbers(os.environ.get("MEMBERS", "1000,10000"))
ROOM = int(os.environ.get("ROOM", "100"))
HEARTBEATS = float(os.environ.get("HEARTBEATS", "20"))
HANDSHAKES = int(os.environ.get("HANDSHAKES", "2000"))
AT_A_TIME = 500
WITHIN = 120.0
"""Seconds for all to come in."""


async def measure(members: int) -> None:
    """So many connections to one process."""
    count = -(-members // ROOM)
    async with serving([ROOM + 1] * count, **UNLIMITED) as (server, places):
        everybody = Audience()
        await everybody.open(way(server.port, place, place.tokens[0]) for place in places)
        await settled(everybody)
        empty, coming = resident_kib(server.pid), cpu_seconds(server.pid)
        await everybody.open(itertools.islice(guests(server, places), members), within=WITHIN)
        await everybody.whole()
        await settled(everybody)
        came_for, full = cpu_seconds(server.pid) - coming, resident_kib(server.pid)
        idle = cpu_seconds(server.pid)
        await asyncio.sleep(HEARTBEATS)
        idle = cpu_seconds(server.pid) - idle
        everybody.assert_whole()
        rate = await handshakes(server, places[0])
        everybody.close()
    told(
        "idle",
        server="chatroom",
        members=members,
        rooms=count,
        kib_per_connection=round((full - empty) / members, 1),
        rss_mib_before=round(empty / 1024, 1),
        rss_mib=round(full / 1024, 1),
        heartbeats_percent_of_core=round(idle / HEARTBEATS * 100, 2),
        heartbeats_us_per_member_and_minute=round(idle / HEARTBEATS * 60 / members * 1e6),
        joins_per_cpu_second=round(members / came_for),
        handshakes_per_cpu_second=round(rate),
    )


def guests(server: ServerProcess, places: list[Place]) -> Iterator[Way]:
    """By turns into each room, behind the one who sits there."""
    for number in range(1, ROOM + 1):
        for place in places:
            yield way(server.port, place, place.tokens[number])


async def handshakes(server: ServerProcess, place: Place) -> float:
    """Per CPU-second: connect, upgrade, 101."""
    head = upgrade(server.port, f"/rooms/{place.slug}/socket")
    used, done = 0.0, 0
    while done < HANDSHAKES:
        crowd, number = Audience(), min(AT_A_TIME, HANDSHAKES - done)
        before = cpu_seconds(server.pid)
        await crowd.open(Way(server.port, head) for _ in range(number))
        used += cpu_seconds(server.pid) - before
        done += number
        crowd.close()
        await asyncio.sleep(0.3)  # They are forgotten, on nobody's account.
    return done / used


async def main() -> None:
    take_the_load_core()
    for members in SIZES:
        await or_void("idle", measure(members), members=members)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
