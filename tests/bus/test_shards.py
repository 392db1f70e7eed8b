"""A cluster: an announcement goes to the shard that owns its slot, wherever that is by now."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, islice

import pytest
from redis.crc import key_slot
from redis.exceptions import MovedError

from chatroom.bus.redis import Pace
from chatroom.bus.shards import RedisBus, channel_of
from tests.bus.stage import (
    FENCES,
    GRIEF,
    QUICK,
    SHARDS,
    SHARING,
    Process,
    Stage,
    announcing_takes_no_time,
    hears_again,
    logs_at,
    running,
    two_processes,
    until,
)
from tests.servers import Valkey, valkey, valkey_cluster

# Two logs at the second node. A server is probed in the slot of the log it was first used for.
FIRST, SECOND = islice(logs_at(1, count(GRIEF + 1)), 2)


@pytest.fixture(scope="module")
def nodes() -> Iterator[list[Valkey]]:
    with valkey_cluster(SHARDS) as nodes:
        yield nodes


async def test_a_cluster_of_one_node_is_a_cluster():
    with valkey_cluster(1) as [node]:
        async with two_processes("redis", node.url) as stage:
            stage.north.bus.announce(SHARING, 7)
            await stage.settled()
            assert stage.south.heard_of(SHARING) == [(SHARING, 7)]
            assert [(listeners(node, SHARING), plain_listeners(node, SHARING))] == [(2, 0)]
            node.kill()
            await until(lambda: not stage.south.bus.sound)
            node.start()
            await hears_again(stage, 8)


async def test_only_the_owner_of_its_slot_is_asked_for_a_log(nodes: list[Valkey]):
    async with two_processes("redis", nodes[0].url):
        for shard, log in enumerate(FENCES):
            assert [listeners(node, log) for node in nodes] == [
                2 * (other == shard) for other in range(SHARDS)
            ]


async def test_connections_are_held_to_the_shards_in_use_alone(nodes: list[Valkey]):
    north, _ = at_home_at_the_first(nodes[0].url)
    uses: list[Callable[[], None]] = [
        lambda: None,
        lambda: north.bus.listen(FIRST),
        lambda: north.bus.announce(FENCES[2], 1),
    ]
    async with running(north):
        for used, use in enumerate(uses, 1):
            use()
            await until(lambda: north.bus.sound)
            # One that hears, and one that tells.
            await until(partial(are, [2] * used + [0] * (SHARDS - used), nodes))


@pytest.mark.parametrize(
    ("broken", "mended"),
    [(Valkey.stop, Valkey.go_on), (Valkey.kill, Valkey.start)],
    ids=["stopped", "killed"],
)
async def test_a_node_away_delays_nobody_and_the_other_shards_go_on(
    nodes: list[Valkey], broken: Callable[[Valkey], None], mended: Callable[[Valkey], None]
):
    """W4, W6. It is the very node that the URL names."""
    async with two_processes("redis", nodes[0].url, pace=QUICK) as stage:
        broken(nodes[0])
        await announcing_takes_no_time(stage)
        await until(lambda: not stage.north.bus.sound and not stage.south.bus.sound)
        for log in FENCES[1:]:
            stage.north.bus.announce(log, 1)
            await until(partial(stage.south.has_heard, log, 1), QUICK.redial + QUICK.dial)
        mended(nodes[0])
        await hears_again(stage, 2, log=FENCES[0])


@pytest.mark.parametrize("log", [FIRST, SECOND], ids=["with the probe", "without it"])
async def test_a_slot_that_moves_is_followed(nodes: list[Valkey], log: int):
    north, south = at_home_at_the_first(nodes[0].url, Pace(publish=2.0))
    south.bus.listen(FIRST)
    south.bus.listen(SECOND)
    async with running(north, south):
        await until(lambda: north.bus.sound and south.bus.sound)
        await asyncio.to_thread(move, nodes, log, 1, 2)
        await until(lambda: listeners(nodes[2], log) == 1)
        north.bus.announce(log, 1)  # To the old owner: nobody has told north.
        await until(lambda: (log, 1) in south.heard)

        def heard_again() -> bool:
            north.bus.announce(log, 2)
            return (log, 2) in south.heard

        await asyncio.to_thread(move, nodes, log, 2, 1)
        await until(heard_again)
        await until(lambda: north.bus.sound and south.bus.sound)
        await until(lambda: [listeners(node, log) for node in nodes] == [0, 1, 0])
        assert [redials(process) for process in (north, south)] == [0, 0]
        assert north.heard == []


async def test_who_owns_what_is_asked_again_when_an_owner_is_gone():
    """Nobody is there to say MOVED, and the node that the URL names is no more."""
    with valkey_cluster(SHARDS) as nodes:
        north, south = at_home_at_the_first(nodes[1].url)
        south.bus.listen(FIRST)
        async with running(north, south):
            await until(lambda: north.bus.sound and south.bus.sound)
            nodes[1].kill()
            await until(lambda: not south.bus.sound)
            for node in (nodes[2], nodes[0]):
                give(node, FIRST, nodes[2])
            north.bus.announce(FIRST, 1)  # Lost, and not those after (W4): so north finds out.
            await hears_again(Stage("redis", north, south), 2, log=FIRST)
            assert south.heard == [(FIRST, 2)]


async def test_what_a_server_says_of_slots_that_do_not_exist_hurts_nobody():
    with valkey() as server:
        bus = a_bus(server.url, "north")
        north = Process(bus)
        bus.listen(SHARING)
        async with running(north):
            await until(lambda: bus.sound)
            bus.moved(MovedError("99999 127.0.0.1:1"), {channel_of(SHARING): 1})
            await until(lambda: north.heard == [(SHARING, 1)])


def at_home_at_the_first(url: str, pace: Pace = QUICK) -> tuple[Process, Process]:
    """Two processes that need the first node and no other, while they have nothing to do."""
    names = (f"process{n}" for n in count())
    near = (n for n in names if key_slot(f"chatroom:probe:{n}".encode()) * SHARDS < 16384)
    north, south = (Process(a_bus(url, name, pace)) for name in islice(near, 2))
    return north, south


def a_bus(url: str, name: str, pace: Pace = QUICK) -> RedisBus:
    return RedisBus(url, name, asyncio.sleep, pace=pace)


def redials(process: Process) -> int:
    assert isinstance(process.bus, RedisBus)
    return process.bus.redials


def listeners(node: Valkey, log: int) -> int:
    number: int = node.told("PUBSUB SHARDNUMSUB", channel_of(log))[0][1]
    return number


def plain_listeners(node: Valkey, log: int) -> int:
    number: int = node.told("PUBSUB NUMSUB", channel_of(log))[0][1]
    return number


def are(connections: list[int], nodes: list[Valkey]) -> bool:
    """How many there are to each node, besides the one that asks."""
    return [len(node.told("CLIENT LIST")) - 1 for node in nodes] == connections


def move(nodes: list[Valkey], log: int, source: int, target: int) -> None:
    """Its slot, in the order in which `valkey-cli --cluster` does it."""
    old, new = nodes[source], nodes[target]
    new.told(*slot(log), "IMPORTING", old.told("CLUSTER MYID"))
    old.told(*slot(log), "MIGRATING", new.told("CLUSTER MYID"))
    for node in (new, old, *nodes):
        give(node, log, new)


def give(node: Valkey, log: int, owner: Valkey) -> None:
    node.told(*slot(log), "NODE", owner.told("CLUSTER MYID"))


def slot(log: int) -> tuple[str, int]:
    return "CLUSTER SETSLOT", key_slot(channel_of(log))
