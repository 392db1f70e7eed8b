"""Storms: everybody comes in within a minute, thousands come back at once, a raid floods the room.

join: MEMBERS=1000,10000 come through the real door (an invitation, a name, the socket) at an even
rate, OVER=60 seconds for 10,000. reconnect: RECONNECT=2000 of them lose their sockets at once and come
back at once, each with the cursor that it had. raid: RAIDERS=200 of RAID_ROOM=400 members send 20 lines
a second each, whatever they are told, under the budgets as they are. All the while one member says a
line a second: `receipt_*_ms`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
import uvloop

from chatroom.live import wire
from tests.load._door import Door
from tests.load._load import (
    UNLIMITED,
    a_line,
    masked,
    numbers,
    or_void,
    percentile,
    serving,
    told,
    upgrade,
    way,
)
from tests.load._machine import Memory, cpu_seconds, resident_kib, take_the_load_core, watched
from tests.load._members import Answer, Audience, Member, Way, settled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.load._load import Place
    from tests.processes import ServerProcess

SIZES = numbers(os.environ.get("MEMBERS", "1000,10000"))
OVER = float(os.environ.get("OVER", "60"))
RECONNECT = int(os.environ.get("RECONNECT", "2000"))
RAIDERS = int(os.environ.get("RAIDERS", "200"))
RAID_ROOM = int(os.environ.get("RAID_ROOM", "400"))
RAID_FOR = float(os.environ.get("RAID_FOR", "8"))
PARTS = os.environ.get("PARTS", "join,reconnect,raid").split(",")
EACH_SENDS = 20.0
"""Lines a second of a raider."""
LATE = 60.0
"""Seconds behind the last arrival in which somebody may still come in."""
CURSOR = b'"cursor":{'
RESUMED = b'"type":"resumed"'


class Speaker(Audience):
    """One member who says a line a second, and knows how long each receipt took."""

    def __init__(self) -> None:
        super().__init__()
        self.receipts: list[float] = []
        self.retries = 0
        self._sent: dict[str, tuple[float, bytes]] = {}

    def say(self) -> None:
        id, frame = a_line()
        self._sent[id] = time.perf_counter(), frame
        self.members[0].write(frame)

    def answered(self, member: Member, answer: Answer) -> None:
        if answer.number is None:
            self.retries += 1
            later = asyncio.get_running_loop().call_later
            later(answer.after, member.write, self._sent[answer.id][1])
        else:
            self.receipts.append((time.perf_counter() - self._sent.pop(answer.id)[0]) * 1000)

    async def speak(self) -> None:
        while True:
            self.say()
            await asyncio.sleep(1)

    def told(self) -> dict[str, object]:
        """What was not answered until now took at least until now."""
        now = time.perf_counter()
        took = sorted(self.receipts + [(now - sent) * 1000 for sent, _ in self._sent.values()])
        return {
            "lines": len(took),
            "unanswered": len(self._sent),
            "receipt_p50_ms": round(percentile(took, 0.5), 1),
            "receipt_p99_ms": round(percentile(took, 0.99), 1),
        }


@asynccontextmanager
async def speaking(speaker: Speaker) -> AsyncIterator[None]:
    """The lines before are forgotten."""
    speaker.receipts.clear()
    task = asyncio.create_task(speaker.speak())
    try:
        yield
        await asyncio.sleep(0.5)
    finally:
        task.cancel()


async def evening(members: int) -> None:
    """The two storms of those who mean well, in one room."""
    async with serving([1], **UNLIMITED) as (server, [place]):
        link = await server.new_link(place.slug)
        door = Door(server.port, place, link.partition("#")[2])
        speaker, room = Speaker(), Audience()
        await speaker.open([way(server.port, place, place.tokens[0])], writers=1)
        async with speaking(speaker):
            tokens = await coming(server, place, door, room, members)
            told(
                "storm",
                server="chatroom",
                part="join",
                members=members,
                **tokens.figures,
                **speaker.told(),
            )
        if "reconnect" in PARTS:
            await settled(room)
            async with speaking(speaker):
                figures = await returning(server, place, speaker, room, tokens.tokens)
                told(
                    "storm",
                    server="chatroom",
                    part="reconnect",
                    members=members,
                    **figures,
                    **speaker.told(),
                )
        room.close()
        speaker.close()


class Came(msgspec.Struct):
    """Who is in, by token, and what it took."""

    tokens: list[str]
    figures: dict[str, object]


async def coming(
    server: ServerProcess, place: Place, door: Door, room: Audience, members: int
) -> Came:
    """An even stream of people."""
    every = OVER / 10_000
    memory, empty = Memory(), resident_kib(server.pid)
    cpu, began = cpu_seconds(server.pid), time.perf_counter()
    tokens: list[str] = []
    took: list[float] = []

    async def one(number: int) -> None:
        await asyncio.sleep(number * every)
        due = time.perf_counter()
        token = await door.session(number)
        await room.open([way(server.port, place, token)], within=LATE)
        tokens.append(token)
        took.append(time.perf_counter() - due)

    with watched(server.pid, memory):
        people = [asyncio.create_task(one(number)) for number in range(1, members + 1)]
        _, late = await asyncio.wait(people, timeout=members * every + LATE)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
    failed = Counter(
        str(error) for task in people if not task.cancelled() and (error := task.exception())
    )
    used, lasted = cpu_seconds(server.pid) - cpu, time.perf_counter() - began
    room.members = [member for member in room.members if member.welcomed.is_set()]
    took.sort()
    return Came(
        tokens,
        {
            "came": len(tokens),
            "failed": dict(failed.most_common(3)),
            "refused": {str(status): times for status, times in door.refused.items()},
            "joins_per_cpu_second": round(len(tokens) / used, 1),
            "percent_of_core": round(used / lasted * 100),
            "seconds": round(lasted, 1),
            "in_p50_s": round(percentile(took, 0.5), 2) if took else None,
            "in_p99_s": round(percentile(took, 0.99), 2) if took else None,
            "kib_per_join": round((room.bytes + door.bytes) / max(len(tokens), 1) / 1024, 1),
            "rss_mib_before": round(empty / 1024, 1),
            "rss_mib_more": round((memory.most - empty) / 1024, 1),
        },
    )


async def returning(
    server: ServerProcess, place: Place, speaker: Speaker, room: Audience, tokens: list[str]
) -> dict[str, object]:
    """Many at once, as after a break of the net."""
    many = min(RECONNECT, len(tokens))
    cursor = await head(server, place, tokens[0])
    hello = [
        masked(msgspec.json.encode(wire.Hello(bearer=token, cursor=cursor)))
        for token in tokens[:many]
    ]
    head_of = upgrade(server.port, f"/rooms/{place.slug}/socket")
    ways = [Way(server.port, head_of, one, RESUMED) for one in hello]
    for member in room.members[:many]:
        member.leave()
    del room.members[:many]
    memory, empty = Memory(), resident_kib(server.pid)
    cpu, began = cpu_seconds(server.pid), time.perf_counter()
    back = Audience()
    with watched(server.pid, memory):
        await back.open(ways, gate=asyncio.Semaphore(many), within=LATE)
        lasted = time.perf_counter() - began
        await settled(back)
    used = cpu_seconds(server.pid) - cpu
    room.members += back.members
    return {
        "came": many,
        "joins_per_cpu_second": round(many / used, 1),
        "seconds": round(lasted, 2),
        "kib_per_join": round(back.bytes / many / 1024, 1),
        "rss_mib_more": round((memory.most - empty) / 1024, 1),
    }


async def head(server: ServerProcess, place: Place, token: str) -> dict[wire.Stream, str]:
    """Where the room stands now, as a fresh start tells it."""
    seen, whole = bytearray(), asyncio.Event()

    class Reader(Member):
        def data_received(self, data: bytes) -> None:
            seen.extend(data)
            if b"}" in seen.partition(CURSOR)[2]:
                whole.set()
            super().data_received(data)

    reader = Reader(way(server.port, place, token), Audience())
    async with asyncio.timeout(LATE):
        await reader.connect()
        await whole.wait()
    reader.leave()
    raw = b"{" + bytes(seen).partition(CURSOR)[2].partition(b"}")[0] + b"}"
    found = msgspec.json.decode(raw, type=dict[wire.Stream, str])
    return {**found, "own": "0."} if "own" in found else found


class Raid(Audience):
    """Who floods, and counts what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: Counter[str] = Counter()

    def answered(self, member: Member, answer: Answer) -> None:
        kind = "limited" if answer.limited else "retry" if answer.number is None else "stored"
        self.answers[kind] += 1

    async def flood(self, member: Member, offset: float) -> None:
        await asyncio.sleep(offset)
        while True:
            member.write(a_line()[1])
            await asyncio.sleep(1 / EACH_SENDS)


async def raid() -> None:
    """A room, half of whom flood it."""
    async with serving([RAID_ROOM], LIMITS="1") as (server, [place]):
        ways = [way(server.port, place, token) for token in place.tokens]
        speaker, room, raiders = Speaker(), Audience(), Raid()
        await speaker.open(ways[:1], writers=1)
        await room.open(ways[1:-RAIDERS])
        await raiders.open(ways[-RAIDERS:], writers=RAIDERS)
        await settled(room)
        async with speaking(speaker):
            await asyncio.sleep(5)
            control = speaker.told()
        memory, empty = Memory(), resident_kib(server.pid)
        cpu, began = cpu_seconds(server.pid), time.perf_counter()
        async with speaking(speaker):
            floods = [
                asyncio.create_task(raiders.flood(member, number / RAIDERS / EACH_SENDS))
                for number, member in enumerate(raiders.members)
            ]
            with watched(server.pid, memory):
                await asyncio.sleep(RAID_FOR)
            for task in floods:
                task.cancel()
            used, lasted = cpu_seconds(server.pid) - cpu, time.perf_counter() - began
            beside = speaker.told()
        lost = sum(member.lost for member in (*room.members, *speaker.members))
        told(
            "storm",
            server="chatroom",
            part="raid",
            members=RAID_ROOM,
            raiders=RAIDERS,
            offered=round(RAIDERS * EACH_SENDS * RAID_FOR),
            **dict(raiders.answers),
            raiders_cut_off=sum(member.lost for member in raiders.members),
            others_cut_off=lost,
            percent_of_core=round(used / lasted * 100),
            rss_mib_more=round((memory.most - empty) / 1024, 1),
            receipt_p50_before_ms=control["receipt_p50_ms"],
            receipt_p99_before_ms=control["receipt_p99_ms"],
            **beside,
        )
        for audience in (speaker, room, raiders):
            audience.close()


async def main() -> None:
    take_the_load_core()
    if "raid" in PARTS:
        await or_void("storm", raid(), part="raid", members=RAID_ROOM)
    if "join" in PARTS:
        for members in SIZES:
            await or_void("storm", evening(members), part="join", members=members)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
