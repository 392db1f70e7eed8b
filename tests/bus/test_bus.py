"""What every bus promises, and how far each back-end's announcements carry."""

import asyncio
import time
from collections.abc import Iterator
from functools import partial
from itertools import count, islice

import pytest

from chatroom.bus.open import open_bus
from chatroom.settings import BusKind
from tests.bus.stage import (
    GRIEF,
    SHARDS,
    SHARING,
    a_bus,
    logs_at,
    shard_of,
    two_processes,
    until,
)
from tests.servers import redis_url, valkey_cluster

REDIS = ["redis", "redis cluster"]


@pytest.fixture(params=["none", "local", *REDIS], ids="bus[{}]".format)
def back_end(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def kind(back_end: str) -> BusKind:
    return "redis" if back_end in REDIS else "none" if back_end == "none" else "local"


@pytest.fixture
def url(back_end: str, request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("three" if back_end == "redis cluster" else "one")
    return url


@pytest.fixture(scope="module")
def one() -> Iterator[str]:
    with redis_url() as url:
        yield url


@pytest.fixture(scope="module")
def three() -> Iterator[str]:
    with valkey_cluster(SHARDS) as nodes:
        yield nodes[0].url


async def test_an_announcement_is_heard_as_far_as_the_back_end_carries(kind: BusKind, url: str):
    async with two_processes(kind, url) as stage:
        stage.north.bus.announce(SHARING, 7)
        await stage.settled()
        assert [process.heard_of(SHARING) for process in stage.audience] == (
            [[(SHARING, 7)]] * len(stage.audience)
        )


@pytest.mark.parametrize("back_end", REDIS)
async def test_each_hears_the_other(url: str):
    async with two_processes("redis", url) as stage:
        stage.north.bus.announce(SHARING, 1)
        await until(lambda: (SHARING, 1) in stage.south.heard)
        stage.south.bus.announce(SHARING, 2)
        await until(lambda: (SHARING, 2) in stage.north.heard)


async def test_a_listener_hears_only_its_own_logs(kind: BusKind, url: str):
    async with two_processes(kind, url) as stage:
        stage.north.bus.announce(GRIEF, 1)
        stage.north.bus.announce(SHARING, 1)
        await stage.settled()
        for process in stage.audience:
            assert process.heard_of(SHARING, GRIEF) == [(SHARING, 1)]


async def test_who_begins_to_listen_hears_soon(kind: BusKind, url: str):
    async with two_processes(kind, url) as stage:
        for process in stage.audience:
            process.bus.listen(GRIEF)
            for position in range(1, 1000):
                stage.north.bus.announce(GRIEF, position)
                await stage.settled()
                if process.heard_of(GRIEF):
                    break
            assert process.heard_of(GRIEF)


async def test_who_stops_listening_hears_no_more_from_that_moment(kind: BusKind, url: str):
    async with two_processes(kind, url) as stage:
        stage.north.bus.announce(SHARING, 1)
        for process in (stage.north, stage.south):
            process.bus.unlisten(SHARING)
            process.bus.unlisten(SHARING)  # A second time is not an error.
        stage.north.bus.announce(SHARING, 2)
        await stage.settled()
        for process in stage.audience:
            assert process.heard_of(SHARING) == []
            process.bus.listen(SHARING)


async def test_of_a_turn_of_the_loop_the_newest_position_wins(kind: BusKind, url: str):
    async with two_processes(kind, url) as stage:
        for position in (*range(1, 101), 50):
            stage.north.bus.announce(SHARING, position)
        await stage.settled()
        for process in stage.audience:
            assert process.heard_of(SHARING) == [(SHARING, 100)]


async def test_what_finds_no_room_is_dropped_and_what_waits_stays_up_to_date(
    kind: BusKind, url: str
):
    """W4: a bounded queue, dropped on overflow."""
    # In a cluster there is as much room for every shard.
    logs = [*islice(logs_at(shard_of(SHARING), count(GRIEF + 10)), 20)]
    async with two_processes(kind, url, room=8) as stage:
        for process in (stage.north, stage.south):
            for log in logs:
                process.bus.listen(log)
        await stage.settled()
        await asyncio.sleep(0)
        for log in logs:
            stage.north.bus.announce(log, 1)
        stage.north.bus.announce(logs[0], 2)
        for process in stage.audience:
            await until(partial(process.has_heard, logs[7], 1))
        await stage.settled()
        for process in stage.audience:
            assert process.heard_of(*logs) == [(logs[0], 2), *((log, 1) for log in logs[1:8])]


async def test_announcing_costs_nothing_where_nobody_runs_the_bus(kind: BusKind, url: str):
    """W4: announcing is off the commit path."""
    bus = a_bus(kind, url, "north")
    start = time.process_time()
    for log in range(100_000):
        bus.announce(log, 1)
    assert time.process_time() - start < 2.0


async def test_it_runs_until_cancelled_and_leaves_no_task_behind(kind: BusKind, url: str):
    before = asyncio.all_tasks()
    async with two_processes(kind, url):
        assert len(asyncio.all_tasks()) > len(before)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("back_end", ["local", *REDIS])
async def test_a_fault_in_the_listener_is_not_taken_for_one_of_the_network(kind: BusKind, url: str):
    def mistaken(log: int, position: int) -> None:
        raise ZeroDivisionError

    async def hear_one() -> None:
        bus = a_bus(kind, url, "north")
        bus.listen(SHARING)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bus.run(mistaken))
            await until(lambda: bus.sound)
            bus.announce(SHARING, 1)

    with pytest.raises(ExceptionGroup) as raised:
        await hear_one()
    assert raised.value.subgroup(ZeroDivisionError)


async def test_the_bus_is_opened_by_its_name(kind: BusKind, url: str):
    bus = open_bus(kind, url, "north", asyncio.sleep)
    assert type(bus) is type(a_bus(kind, url, "north"))


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:6379", "redis://127.0.0.1?colour=blue"])
async def test_a_url_that_cannot_work_stops_the_start(url: str | None):
    with pytest.raises(ValueError, match="URL"):
        open_bus("redis", url, "north", asyncio.sleep)
