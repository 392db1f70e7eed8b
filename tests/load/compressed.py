"""What compression saves and costs: two rooms of one server, MEMBERS=200,1000 in each; in one everybody takes it.

By turns one member of each says RATE=25 lines a second for SECONDS=3, lines as people write them (those
of the played meetings), and never the same twice. That member takes the plain frame in both.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import uvloop

from chatroom.demo.script import formats, read_script
from chatroom.live import wire
from moderation.meeting import commands as ask
from tests.load._load import (
    UNLIMITED,
    Place,
    masked,
    median,
    numbers,
    or_void,
    serving,
    spelt,
    spread,
    told,
    upgrade,
    way,
)
from tests.load._machine import cpu_seconds, take_the_load_core
from tests.load._members import Audience, settled

if TYPE_CHECKING:
    from tests.load._members import Way
    from tests.processes import ServerProcess

SIZES = numbers(os.environ.get("MEMBERS", "200,1000"))
RATE = float(os.environ.get("RATE", "25"))
SECONDS = float(os.environ.get("SECONDS", "3"))
ROUNDS = int(os.environ.get("ROUNDS", "4"))
COMPRESSED = "load-2"
"""The second of the rooms."""
OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


class Turn(NamedTuple):
    """Of one room."""

    deliveries_per_cpu_second: float
    bytes_per_delivery: float
    us_per_message: float


def spoken() -> list[bytes]:
    """A thousand lines, each under an id of its own and with a word that no other has."""
    steps = [step for format in formats() for step in read_script(format)]
    words = [step.words for step in steps if step.words and not (step.act or step.refused)]
    lines = zip(range(1000), itertools.cycle(words))
    return [
        masked(
            msgspec.json.encode(
                wire.Command(
                    f"{number:032x}",
                    msgspec.Raw(msgspec.json.encode(ask.Say(f"{text} {spelt(number)}", 1))),
                )
            )
        )
        for number, text in lines
    ]


def ways(server: ServerProcess, place: Place, more: str) -> list[Way]:
    """Of everybody; the first says what is said, and offers nothing."""
    head = upgrade(server.port, f"/rooms/{place.slug}/socket", more)
    all_plain = [way(server.port, place, token) for token in place.tokens]
    return [all_plain[0], *(one._replace(head=head) for one in all_plain[1:])]


async def turn(server: ServerProcess, room: Audience, lines: list[bytes]) -> Turn:
    """Void where one of those who take the same frames was sent another number of bytes."""
    await settled(room, 0.3)
    before = [member.bytes for member in room.members]
    cpu, start = cpu_seconds(server.pid), room.members[0].lines
    for line in lines:
        room.members[0].write(line)
        await asyncio.sleep(1 / RATE)
    await settled(room, 0.2)
    cpu = cpu_seconds(server.pid) - cpu
    heard = room.members[0].lines - start
    assert heard == len(lines), f"{len(lines) - heard} lines were refused"
    sent = {member.bytes - was for member, was in zip(room.members[1:], before[1:], strict=True)}
    assert max(sent) - min(sent) < len(lines), "all were sent the same, but for a ping"
    deliveries = len(lines) * len(room.members)
    return Turn(deliveries / cpu, max(sent) / len(lines), cpu / len(lines) * 1e6)


async def measure(members: int) -> None:
    """One size."""
    async with serving([members, members], COMPRESSED_ROOMS=COMPRESSED, **UNLIMITED) as (
        server,
        [near, far],
    ):
        assert far.slug == COMPRESSED, far.slug
        rooms = {"plain": Audience(), "compressed": Audience()}
        await rooms["plain"].open(ways(server, near, ""))
        await rooms["compressed"].open(ways(server, far, OFFER))
        turns: dict[str, list[Turn]] = {"plain": [], "compressed": []}
        lines, count = iter(spoken()), int(RATE * SECONDS)
        for _ in range(ROUNDS):
            some = list(itertools.islice(lines, count))
            for name, room in rooms.items():
                turns[name].append(await turn(server, room, some))
        for room in rooms.values():
            room.close()
    plain, compressed = turns["plain"], turns["compressed"]
    told(
        "compressed",
        server="chatroom",
        members=members,
        bytes_per_delivery=median(one.bytes_per_delivery for one in plain),
        bytes_per_delivery_compressed=median(one.bytes_per_delivery for one in compressed),
        us_per_message=median(one.us_per_message for one in plain),
        us_per_message_compressed=median(one.us_per_message for one in compressed),
        deliveries_per_cpu_second=round(median(one.deliveries_per_cpu_second for one in plain)),
        deliveries_per_cpu_second_compressed=round(
            median(one.deliveries_per_cpu_second for one in compressed)
        ),
        of_plain=spread(
            [
                mine.deliveries_per_cpu_second / theirs.deliveries_per_cpu_second
                for mine, theirs in zip(compressed, plain, strict=True)
            ]
        ),
    )


async def main() -> None:
    take_the_load_core()
    for members in SIZES:
        await or_void("compressed", measure(members), members=members)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
