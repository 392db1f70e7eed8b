"""One room of very many: MEMBERS=1000,3000,10000, and RATE=10 lines a second by several members in turn.

Send-to-last-delivery is from when a line was due until the last of all members had it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

import uvloop

from tests.load._load import UNLIMITED, numbers, or_void, serving, told, way
from tests.load._machine import cpu_seconds, resident_kib, take_the_load_core
from tests.load._rooms import Room, window

SIZES = numbers(os.environ.get("MEMBERS", "1000,3000,10000"))
RATE = float(os.environ.get("RATE", "10"))
SECONDS = float(os.environ.get("SECONDS", "10"))
SENDERS = 20
COME_WITHIN = float(os.environ.get("WITHIN", "120"))


async def measure(members: int) -> None:
    """One size."""
    async with serving([members], **UNLIMITED) as (server, [place]):
        room = Room(place, SENDERS)
        cpu, began = cpu_seconds(server.pid), time.perf_counter()
        async with asyncio.timeout(COME_WITHIN):
            ways = [way(server.port, place, token) for token in place.tokens]
            await room.open(ways, writers=SENDERS, within=COME_WITHIN)
        came = time.perf_counter() - began
        again = await room.whole()
        cpu = cpu_seconds(server.pid) - cpu
        await window(server.pid, [room], RATE, 1)
        seen = await window(server.pid, [room], RATE, SECONDS)
        told(
            "big-room",
            server="chatroom",
            members=members,
            messages_per_second=RATE,
            **seen.told(),
            joins_per_cpu_second=round(members / cpu, 1),
            all_in_after_s=round(came, 1),
            came_again=again,
            rss_mib=round(resident_kib(server.pid) / 1024, 1),
        )
        room.close()


async def main() -> None:
    take_the_load_core()
    for members in SIZES:
        await or_void("big-room", measure(members), members=members)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
