"""A mute and a removal are barriers, though the process of the one they are about stands still around them."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest

from chatroom.client import LineEnded, Refused, Seat, enter
from chatroom.client.door import Door, find_door
from chatroom.client.line import kept_up, new_id
from moderation.meeting import commands as ask
from tests.faults.checker import faults_of, stored
from tests.faults.deployment import deployment
from tests.faults.recorder import Recorder, recording, until
from tests.processes import SLOW, SOON

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.faults.deployment import Deployment
    from tests.processes import Room, ServerProcess

pytestmark = pytest.mark.faults

ROUNDS = 200 if os.environ.get("FULL") else 10
AT_ONCE = 3
"""Lines of one socket that wait for their answers."""
CLOSED_WITHIN = 5.0 * SLOW
"""Seconds until the sockets of a removed seat are closed: without a bus, by a process that runs (P9)."""


async def test_p8_nothing_of_a_muted_member_is_stored_though_their_process_stands_still(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P8 on (b): Ben floods over two processes; one of them is stopped before, while or after Ada mutes him."""
    place = deployment("b", tmp_path, chance)
    async with place.up(), AsyncExitStack() as lines:
        room = await place.new_room()
        stopped, runs, chair = place.servers
        ada = Recorder("Ada", await _in(lines, place, chair, room.facilitator, "Ada"))
        here = await _in(lines, place, stopped, room.member, "Ben")
        place.only = runs
        there = await lines.enter_async_context(here.another_socket())
        bens = [Recorder("Ben here", here), Recorder("Ben there", there)]
        async with recording(ada, *bens, within=2 * SOON):
            await ada.send(ask.Open())
            await until(lambda: all(one.seat.meeting.phase == 0 for one in bens), within=SOON)
            async with _flooding(bens, chance):
                caught = [await _muted_round(ada, bens, stopped, chance) for _ in range(ROUNDS)]
        clients = [one.close() for one in (ada, *bens)]
        await lines.aclose()
        await place.stop()
        faults = faults_of(clients, [stored(row) for row in await place.rows()])
    tell(f"{ROUNDS} rounds, {sum(caught)} of them with lines in the stopped process at the receipt")
    assert not faults, "\n".join(faults[:20])
    codes = {one.code for client in clients for one in client.attempts if one.outcome == "refusal"}
    assert codes == {"muted"}
    assert sum(caught) > ROUNDS / 2, "lines have to be in the process that stands still"


async def _in(
    lines: AsyncExitStack, place: Deployment, server: ServerProcess, link: str, name: str
) -> Seat:
    """A seat whose socket is at this process."""
    place.only = server
    return await lines.enter_async_context(enter(link, name=name))


@asynccontextmanager
async def _flooding(speakers: list[Recorder], chance: random.Random) -> AsyncIterator[None]:
    going = asyncio.Event()
    going.set()
    async with asyncio.TaskGroup() as floods:
        for one in speakers:
            for part in range(AT_ONCE):
                floods.create_task(_flood(one, part, going, chance))
        yield
        going.clear()


async def _flood(one: Recorder, part: int, going: asyncio.Event, chance: random.Random) -> None:
    count = 0
    while going.is_set():
        count += 1
        await one.say(f"{one.client.name} {part}.{count}")
        await asyncio.sleep(chance.uniform(0.0, 0.01))


async def _muted_round(
    ada: Recorder, bens: list[Recorder], stopped: ServerProcess, chance: random.Random
) -> bool:
    """One mute and its end; whether lines were in the stopped process when its receipt came."""
    ben = bens[0].client.seat
    spoken = [one.receipts for one in bens]
    await until(
        lambda: all(one.receipts > had for one, had in zip(bens, spoken, strict=True)), within=SOON
    )
    async with _standing_still(stopped, chance):
        mute = await ada.send(ask.Mute(ben, minutes=60))
        assert mute.outcome == "receipt", mute
        in_there = bens[0].seat.unanswered > 0
    refused = [one.refusals for one in bens]
    await until(
        lambda: all(one.refusals >= had + AT_ONCE for one, had in zip(bens, refused, strict=True)),
        within=SOON,
    )
    unmute = await ada.send(ask.Unmute(ben))
    assert unmute.outcome == "receipt", unmute
    return in_there


@asynccontextmanager
async def _standing_still(server: ServerProcess, chance: random.Random) -> AsyncIterator[None]:
    """The process is stopped a moment before what is done here, or while it is, and goes on a moment later."""
    pausing = asyncio.get_running_loop().call_later(chance.uniform(0.0, 0.005), server.pause)
    try:
        await asyncio.sleep(chance.uniform(0.0, 0.02))
        yield
        await asyncio.sleep(chance.choice((0.0, chance.uniform(0.0, 0.3))))
    finally:
        pausing.cancel()
        server.go_on()


async def test_p9_a_removed_member_reads_nothing_more_though_their_process_stands_still(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P9 on (b): one member after the other is removed; one of their two processes is stopped around it."""
    place = deployment("b", tmp_path, chance)
    async with place.up(), AsyncExitStack() as lines:
        room = await place.new_room()
        ada = Recorder("Ada", await _in(lines, place, place.servers[2], room.facilitator, "Ada"))
        async with recording(ada):
            await ada.send(ask.Open())
            closed = [
                await _removed_round(place, room, ada, f"Ben {number}", chance)
                for number in range(ROUNDS)
            ]
    tell(f"{ROUNDS} removals, all sockets closed {max(closed):.2f} s after the process went on")
    assert max(closed) <= CLOSED_WITHIN


async def _removed_round(
    place: Deployment, room: Room, ada: Recorder, name: str, chance: random.Random
) -> float:
    """One removal; the seconds from then on, or from when the process went on, until both sockets were closed."""
    stopped, runs, _ = place.servers
    heard: list[bytes] = []
    # By the link of somebody who was removed they would have to knock.
    link = await place.servers[0].new_link(room.slug)
    async with AsyncExitStack() as lines:
        place.only = runs
        door = await find_door(link, None)
        await door.take_seat(name, new_id())
        there = await lines.enter_async_context(kept_up(Seat(door, on_frame=heard.append)))
        place.only = stopped
        here = await lines.enter_async_context(kept_up(Seat(door, on_frame=heard.append)))
        async with _standing_still(stopped, chance):
            removal = await ada.send(ask.Remove(here.seat))
            assert removal.outcome == "receipt", removal
            meanwhile = asyncio.create_task(_comes_again(door, heard))
            await ada.say(f"behind the removal of {name}")
        began = time.monotonic()
        await until(lambda: bool(here.ended and there.ended), within=SOON)
        closed = time.monotonic() - began
        assert [one.ended and one.ended.name for one in (here, there)] == ["removed", "removed"]
        assert await meanwhile == "removed"
    for server in place.servers:
        place.only = server
        assert await _comes_again(door, heard) == "removed"
    with pytest.raises(Refused, match="removed"):
        await door.take_seat(name, new_id())
    behind = [frame for frame in heard if _newest(frame) > (removal.number or 0)]
    assert not behind, behind[0].decode()
    return closed


async def _comes_again(door: Door, heard: list[bytes]) -> str:
    """How it ends to open a socket with the session of a removed seat."""
    try:
        async with asyncio.timeout(SOON), kept_up(Seat(door, on_frame=heard.append)):
            return "let in"
    except LineEnded as ended:
        return ended.name


def _newest(payload: bytes) -> int:
    """The newest number of the room that a frame tells of."""
    frame = msgspec.json.decode(payload)
    cursor = str(frame.get("head") or frame.get("cursor", {}).get("room") or "0.")
    numbers: list[int] = [
        one["number"] for one in frame.get("entries", ()) if frame["stream"] == "room"
    ]
    return max([int(cursor.partition(".")[0]), *numbers])
