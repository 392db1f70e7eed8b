"""Redis stopped, killed, cut off, deaf or lying: nobody waits for it, and the bus is sound again."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvloop
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from chatroom.bus.redis import Lost, Pace, losing
from chatroom.bus.shards import RedisBus
from tests.bus.stage import (
    GRIEF,
    HEALED,
    QUICK,
    SHARING,
    Process,
    Stage,
    Wire,
    announcing_takes_no_time,
    hears_again,
    running,
    two_processes,
    until,
)
from tests.servers import Valkey, valkey


@pytest.fixture
def server() -> Iterator[Valkey]:
    with valkey() as server:
        yield server


@pytest.mark.parametrize(
    ("new_loop", "tcp"),
    [(asyncio.new_event_loop, False), (uvloop.new_event_loop, True)],
    ids=["asyncio and unix", "uvloop and tcp"],
)
@pytest.mark.parametrize(
    ("broken", "mended"),
    [(Valkey.stop, Valkey.go_on), (Valkey.kill, Valkey.start)],
    ids=["stopped", "killed"],
)
async def test_redis_away_delays_nobody_and_when_it_is_back_all_is_heard(
    broken: Callable[[Valkey], None],
    mended: Callable[[Valkey], None],
    new_loop: Callable[[], asyncio.AbstractEventLoop],
    tcp: bool,
):
    """W4, W6. Two turns, on either loop: uvloop reports a closed connection in its own way."""

    async def story() -> None:
        with valkey(tcp=tcp) as server:
            async with two_processes("redis", server.url, pace=QUICK) as stage:
                for turn in (1, 2):
                    broken(server)
                    await announcing_takes_no_time(stage)
                    await until(lambda: not stage.north.bus.sound and not stage.south.bus.sound)
                    mended(server)
                    await hears_again(stage, turn * 1_000_000)

    await on_a_loop_of(new_loop, story)


async def test_a_redis_that_comes_later_than_we_is_found(server: Valkey):
    server.kill()
    bus = quick(server.url)
    north = Process(bus)
    bus.listen(SHARING)
    async with running(north):
        bus.announce(SHARING, 1)
        await until(lambda: bus.redials > 2)
        assert not bus.sound
        server.start()
        await until(lambda: bus.sound)
        bus.announce(SHARING, 2)
        await until(lambda: north.heard == [(SHARING, 2)])


async def test_a_subscriber_that_was_cut_off_is_back(server: Valkey):
    """W4: after CLIENT KILL TYPE pubsub the next announcement may be lost, and not those after."""
    async with two_processes("redis", server.url, pace=Pace()) as stage, console(server) as redis:
        await cut_off(redis, stage)
        await hears_again(stage, 2)


async def test_a_publisher_that_was_cut_off_dials_before_it_tells(server: Valkey):
    """W4: a write to a connection that Redis has closed is lost without an error."""
    async with two_processes("redis", server.url) as stage, console(server) as redis:
        assert await redis.client_kill_filter(_type="normal", skipme=True) == 2
        stage.north.bus.announce(SHARING, 1)
        await stage.settled()
        assert stage.south.heard_of(SHARING) == [(SHARING, 1)]
        assert stage.north.bus.sound


@pytest.mark.parametrize("fault", [ResponseError, ConnectionResetError, TimeoutError, RuntimeError])
async def test_whatever_the_network_does_is_one_thing_to_the_bus(fault: type[Exception]):
    with pytest.raises(Lost, match=fault.__name__):
        async with losing(1.0):
            raise fault("The handler is closed.")  # As uvloop says it, a RuntimeError.


@pytest.mark.parametrize(
    "pace",
    [
        Pace(probe=0.1, silence=60.0, redial=0.2),
        Pace(probe=60.0, silence=0.5, redial=0.2),
    ],
    ids=["by its probe", "by the silence"],
)
async def test_a_subscriber_that_hears_nothing_and_is_not_told_notices_it(
    server: Valkey, tmp_path: Path, pace: Pace
):
    """W6: the bus is half dead. Redis counts the subscriber, and nothing arrives."""
    wire = Wire(tmp_path / "wire.sock", server.url)
    async with wire.laid(), two_processes("redis", wire.url, pace=pace) as stage:
        assert wire.deafen() == 2
        stage.north.bus.announce(SHARING, 1)
        await until(lambda: not stage.north.bus.sound and not stage.south.bus.sound)
        assert stage.south.heard_of(SHARING) == []
        await hears_again(stage, 2)


def test_a_silent_cut_is_noticed_and_mended_within_eight_seconds():
    """P6, W6: by the pace of a real server."""
    pace = Pace()
    assert pace.silence + pace.redial / 16 + pace.dial < HEALED
    assert 2 * pace.probe < pace.silence  # One probe may be late, and it is not yet silence.


async def test_all_logs_are_listened_to_after_redialling_and_no_others(server: Valkey):
    async with two_processes("redis", server.url, pace=QUICK) as stage, console(server) as redis:
        many = range(GRIEF + 10, GRIEF + 1010)
        for log in many:
            stage.south.bus.listen(log)
        stage.south.bus.unlisten(many[0])
        await cut_off(redis, stage)
        await hears_again(stage, 1)
        for log in many:
            stage.north.bus.announce(log, 1)
        await stage.settled()
        assert stage.south.heard_of(*many) == [(log, 1) for log in many[1:]]


async def test_redis_is_told_who_stopped_listening(server: Valkey):
    async with two_processes("redis", server.url, pace=QUICK) as stage, console(server) as redis:
        channel = b"chatroom:log:%d" % SHARING

        async def listeners() -> object:
            return (await redis.pubsub_numsub(channel))[0][1]

        assert await listeners() == 2
        stage.north.bus.unlisten(SHARING)
        stage.south.bus.unlisten(SHARING)
        deadline = time.monotonic() + HEALED
        while await listeners():
            assert time.monotonic() < deadline
        await hears_again(stage, 1, log=None)


@pytest.mark.parametrize(
    "junk",
    ["", "words", "1 2", "-1", "0", "+7", "007", "7\n", "0x10", "١٢", "1e3", "9" * 19, "9" * 10**6],
    ids=lambda junk: repr(junk)[:8],
)
async def test_whoever_can_publish_can_inject_nothing(server: Valkey, junk: str):
    """W26. The same on the probe's channel, where a lie would hide that the bus is half dead."""
    async with two_processes("redis", server.url) as stage, console(server) as redis:
        for channel in (f"chatroom:log:{SHARING}", "chatroom:probe:south"):
            assert await redis.publish(channel, junk) > 0
        await redis.publish(f"chatroom:log:{GRIEF}", "1")
        await redis.publish("chatroom:log:words", "1")
        stage.north.bus.announce(SHARING, 7)
        await stage.settled()
        assert stage.south.heard_of(SHARING, GRIEF) == [(SHARING, 7)]
        assert stage.south.bus.sound
        assert isinstance(stage.south.bus, RedisBus)
        assert stage.south.bus.redials == 0


async def test_no_words_travel(server: Valkey):
    """W26: what an onlooker sees in MONITOR are three verbs, our channels, and numbers.

    And before all that the question whether there is a cluster.
    """
    async with console(server) as redis, redis.monitor() as monitor:
        async with two_processes("redis", server.url, pace=QUICK) as stage:
            stage.south.bus.listen(GRIEF)
            stage.south.bus.unlisten(GRIEF)
            stage.north.bus.announce(SHARING, 7)
            await stage.settled()
        async with console(server) as another:
            await another.publish("curtain", 0)
        seen: list[str] = []
        while not seen or "curtain" not in seen[-1]:
            seen.append((await monitor.next_command())["command"])
    assert f"PUBLISH chatroom:log:{SHARING} 7" in seen
    ours = [line for line in seen[:-1] if not line.startswith(("HELLO", "CLIENT SETINFO"))]
    channel = r"chatroom:(log:\d+|probe:(north|south))"
    for line in ours:
        assert re.fullmatch(
            rf"INFO cluster|PUBLISH {channel} \d+|(UN)?SUBSCRIBE {channel}", line
        ), line


async def test_who_may_publish_and_subscribe_and_nothing_else_has_a_bus():
    """So it may not ask whether there is a cluster, either."""
    with valkey(tcp=True) as server:
        rights = ("&chatroom:*", "+publish", "+subscribe", "+unsubscribe")
        server.told("ACL SETUSER", "shy", "on", ">secret", *rights)
        url = server.url.replace("//", "//shy:secret@")
        async with two_processes("redis", url) as stage:
            await hears_again(stage, 1)


async def test_what_it_has_lost_is_counted_for_the_operator(server: Valkey):
    bus = quick(server.url, room=4)
    async with running(Process(bus)):
        await until(lambda: bus.sound)
        for log in range(10):
            bus.announce(log, 1)
        assert bus.dropped >= 6
        assert bus.redials == 0
        server.kill()
        await until(lambda: bus.redials)


async def test_it_leaves_no_connection_behind(server: Valkey):
    async with console(server) as redis:
        before = len(await redis.client_list())
        async with two_processes("redis", server.url) as stage:
            await stage.settled()
            # Each has one that hears, and one that tells.
            assert len(await redis.client_list()) == before + 4
        deadline = time.monotonic() + HEALED
        while len(await redis.client_list()) > before:
            assert time.monotonic() < deadline


async def test_it_ends_when_cancelled_in_the_moment_in_which_it_is_cut_off(
    server: Valkey, tmp_path: Path
):
    """Before Python 3.13 a TaskGroup with a failed task can swallow the cancellation."""
    wire = Wire(tmp_path / "wire.sock", server.url)
    async with wire.laid():
        for turns in range(12):
            bus = quick(wire.url)
            life = asyncio.create_task(bus.run(Process(bus).notice))
            await until(partial(is_sound, bus))
            wire.cut()
            for _ in range(turns):
                await asyncio.sleep(0)
            life.cancel()
            done, _ = await asyncio.wait([life], timeout=1.0)
            assert done, f"cancelled {turns} turns after the cut, it ran on"


def is_sound(bus: RedisBus) -> bool:
    return bus.sound


def quick(url: str, *, room: int = 100) -> RedisBus:
    return RedisBus(url, "north", asyncio.sleep, pace=QUICK, room=room)


@asynccontextmanager
async def console(server: Valkey) -> AsyncIterator[Redis]:
    async with Redis.from_url(server.url) as redis:
        yield redis


async def cut_off(redis: Redis, stage: Stage) -> None:
    assert await redis.client_kill_filter(_type="pubsub") == 2
    await until(lambda: not stage.north.bus.sound and not stage.south.bus.sound)


async def on_a_loop_of(
    new_loop: Callable[[], asyncio.AbstractEventLoop],
    story: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    def tell() -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(story())

    await asyncio.to_thread(tell)
