"""What members who do harm cost the others: in a room of MEMBERS=200, RATE=200 lines a second.

Windows take turns: as it is, and beside STALLED=50 members of the room who never read again and
FLOODERS=50 sockets that send pings or pongs as fast as TCP takes them (tests/load/_harm.py, a process
of its own). The others' p99 beside them is compared with the window before, round by round.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from tests.load._load import (
    UNLIMITED,
    median,
    numbers,
    or_void,
    percentile,
    serving,
    spread,
    told,
    way,
)
from tests.load._machine import CORES, Memory, on, resident_kib, take_the_load_core, watched
from tests.load._rooms import Room, window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.load._load import Place
    from tests.processes import ServerProcess

SIZES = numbers(os.environ.get("MEMBERS", "200"))
RATE = float(os.environ.get("RATE", "200"))
SECONDS = float(os.environ.get("SECONDS", "6"))
ROUNDS = int(os.environ.get("ROUNDS", "4"))
STALLED = int(os.environ.get("STALLED", "50"))
FLOODERS = int(os.environ.get("FLOODERS", "50"))
SENDERS = 20
HARM = str(Path(__file__).parent / "_harm.py")


async def measure(members: int) -> None:
    """One room, all rounds."""
    ratios: list[float] = []
    p99s: dict[str, list[float]] = {"control": [], "beside": []}
    receipts: dict[str, list[float]] = {"control": [], "beside": []}
    shares: dict[str, list[float]] = {"control": [], "beside": []}
    memory = Memory()
    async with serving([members + STALLED + FLOODERS], **UNLIMITED) as (server, [place]):
        room = Room(place, SENDERS)
        ways = [way(server.port, place, token) for token in place.tokens]
        await room.open(ways[:members], writers=SENDERS)
        await room.whole()
        await window(server.pid, [room], RATE, 2)
        empty = resident_kib(server.pid)
        for _ in range(ROUNDS):
            for name in ("control", "beside"):
                async with AsyncExitStack() as stack:
                    if name == "beside":
                        await stack.enter_async_context(harmed(server, place, members))
                        stack.enter_context(watched(server.pid, memory))
                    seen = await window(server.pid, [room], RATE, SECONDS)
                    p99s[name].append(percentile(seen.to_last, 0.99))
                    receipts[name].append(percentile(seen.receipt, 0.99))
                    shares[name].append(seen.server_share)
                await asyncio.sleep(1)  # They are gone, on nobody's account.
            ratios.append(p99s["beside"][-1] / p99s["control"][-1])
        room.close()
    told(
        "stalled",
        server="chatroom",
        members=members,
        stalled=STALLED,
        flooders=FLOODERS,
        messages_per_second=RATE,
        to_last_p99_ms=median(p99s["control"], 2),
        to_last_p99_beside_ms=median(p99s["beside"], 2),
        of_control=spread(ratios),
        receipt_p99_ms=median(receipts["control"], 2),
        receipt_p99_beside_ms=median(receipts["beside"], 2),
        percent_of_core=round(statistics.median(shares["control"]) * 100, 1),
        percent_of_core_beside=round(statistics.median(shares["beside"]) * 100, 1),
        rss_mib_before=round(empty / 1024, 1),
        rss_mib_more=round((memory.most - empty) / 1024, 1),
    )


@asynccontextmanager
async def harmed(server: ServerProcess, place: Place, members: int) -> AsyncIterator[None]:
    """Those who harm are there, until the end."""
    words = [str(server.port), place.slug, str(STALLED), *place.tokens[members:]]
    with on(CORES.load):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, HARM, *words), stdout=asyncio.subprocess.PIPE
        )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"there\n"
        yield
    finally:
        process.kill()
        await process.wait()


async def main() -> None:
    take_the_load_core()
    for members in SIZES:
        await or_void("stalled", measure(members), members=members)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
