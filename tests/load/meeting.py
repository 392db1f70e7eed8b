"""An evening of many rooms in one process: 30 members each, and a line per room and 5 seconds.

ROOMS=60,200,600 are how many; SECONDS=10 is how long they write, behind 5 seconds that warm up.
"""

from __future__ import annotations

import asyncio
import os
import sys

import uvloop

from tests.load._costs import review
from tests.load._load import UNLIMITED, numbers, or_void, serving, told, way
from tests.load._machine import resident_kib, take_the_load_core
from tests.load._members import AT_ONCE
from tests.load._rooms import SENDERS, Room, window

ROOMS = numbers(os.environ.get("ROOMS", "60,200,600"))
SEATS = int(os.environ.get("SEATS", "30"))
EVERY = float(os.environ.get("EVERY", "5"))
SECONDS = float(os.environ.get("SECONDS", "10"))


async def measure(count: int, review_us: float) -> None:
    """So many rooms."""
    async with serving([SEATS] * count, **UNLIMITED) as (server, places):
        gate, rooms = asyncio.Semaphore(AT_ONCE), [Room(place) for place in places]
        await asyncio.gather(
            *(
                room.open(
                    [way(server.port, room.place, token) for token in room.place.tokens],
                    writers=SENDERS,
                    gate=gate,
                    within=120,
                )
                for room in rooms
            )
        )
        for room in rooms:
            await room.whole(quiet=0 if room is not rooms[-1] else 1)
        await window(server.pid, rooms, count / EVERY, EVERY)
        seen = await window(server.pid, rooms, count / EVERY, SECONDS)
        told(
            "meeting",
            server="chatroom",
            rooms=count,
            members=SEATS,
            messages_per_second=round(count / EVERY, 1),
            **seen.told(),
            review_us=review_us,
            rss_mib=round(resident_kib(server.pid) / 1024, 1),
        )
        for room in rooms:
            room.close()


async def main() -> None:
    take_the_load_core()
    cost = await review(2)
    for count in ROOMS:
        await or_void("meeting", measure(count, cost), rooms=count)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
