"""The faults, as they are injected on one machine: F points into docs/reliability.md."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
from redis.asyncio import Redis

from chatroom.client import new_id
from moderation.meeting import commands as ask
from tests.faults.deployment import PROGRAM, descriptors
from tests.faults.group import CANARY
from tests.faults.mutants import TOMORROW, program
from tests.faults.nemesis import Fault, Scene
from tests.faults.recorder import until
from tests.processes import SOON

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.faults.proxy import Append
    from tests.processes import ServerProcess

FULL = bool(os.environ.get("FULL"))
GOOD_FOR = 2.2
"""Seconds after which no decision is stored any more that was made before (W1)."""
FREE_WITHIN = 3.0
"""Seconds until a log is free that a stopped process writes to: the idle timeout, and one more (F5)."""


# Processes


async def kill(scene: Scene) -> None:
    """F1: kill -9, and started again."""
    server = scene.some_server()
    server.kill9()
    await asyncio.sleep(scene.chance.uniform(0.0, 0.3))
    await server.start()


async def kill_after_commit(scene: Scene) -> None:
    """F1: kill -9 in the instant in which PostgreSQL has said that an append is stored."""
    killed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def committed(number: int) -> bool:
        if not killed.done():
            scene.servers[number].kill9()
            killed.set_result(number)
        return number == killed.result()

    for number in range(len(scene.servers)):  # Whoever is first: one of them may have no clients.
        scene.cluster.on_commit[number] = partial(committed, number)
    try:
        number = await asyncio.wait_for(killed, SOON)
    finally:
        for number in range(len(scene.servers)):
            scene.cluster.on_commit[number] = lambda: False
    await scene.servers[killed.result()].start()


async def kill_all(scene: Scene) -> None:
    """F2: all of them, and started again."""
    for server in scene.servers:
        server.kill9()
    await scene.deployment.start()


async def stop_3s(scene: Scene) -> None:
    """F4: stopped for 3 s, with all it holds."""
    server = scene.some_server()
    server.pause()
    await asyncio.sleep(3)
    server.go_on()


async def stopped_inside_the_append(scene: Scene) -> None:
    """F5: stopped with an append on the way for longer than its decision is good; then right behind one.

    Others go on with the log at once. What comes late is not stored, so it is decided again.
    """
    for late in (True, False):
        append = await _stopped_at_an_append(scene, hold=late)
        server = scene.servers[append.number]
        try:
            began = asyncio.get_running_loop().time()
            await _somebody_elsewhere_is_answered(scene, server)
            if late:
                await asyncio.sleep(began + GOOD_FOR - asyncio.get_running_loop().time())
            append.release()
            await asyncio.wait_for(append.answered.wait(), SOON)
            assert append.said == b"SELECT 0" or not late, f"it came too late: {append.said!r}"
        finally:
            append.release()
            server.go_on()


async def _stopped_at_an_append(scene: Scene, *, hold: bool) -> Append:
    """The first append of any process, which has sent it."""
    found: asyncio.Future[Append] = asyncio.get_running_loop().create_future()

    def asked(number: int, append: Append) -> None:
        if not found.done():
            scene.servers[number].pause()
            append.number = number
            if hold:
                append.hold()
            found.set_result(append)

    for number in range(len(scene.servers)):
        scene.cluster.on_append[number] = partial(asked, number)
    try:
        return await asyncio.wait_for(found, SOON)
    finally:
        for number in range(len(scene.servers)):
            scene.cluster.on_append[number] = lambda append: None


async def _somebody_elsewhere_is_answered(scene: Scene, stopped: ServerProcess) -> None:
    """A facilitator, over a socket of their own: what the group says may wait for the stopped process."""
    chair, other = scene.group.facilitators
    scene.deployment.only = next(one for one in scene.servers if one is not stopped)
    try:
        async with asyncio.timeout(FREE_WITHIN), chair.another_socket() as seat:
            await seat.send(ask.Tell(f"{CANARY} {new_id()}", other.seat))
    finally:
        scene.deployment.only = None


async def stutter(scene: Scene) -> None:
    """F6: 2 s in which it runs half of the time, in bursts."""
    server = scene.some_server()
    for _ in range(5):
        server.pause()
        await asyncio.sleep(0.2)
        server.go_on()
        await asyncio.sleep(0.2)


async def roll(scene: Scene) -> None:
    """F7: SIGTERM to each in turn, and started again."""
    for server in scene.servers:
        await server.stop()
        await server.start()


async def wrong_clock(scene: Scene) -> None:
    """F25: one process is started with a wall clock that is an hour off, and later with the right one.

    On SQLite, where this clock is all there is, it goes back: what is due waits, and nothing is early.
    """
    server = scene.some_server()
    off = -3600 if scene.deployment.name == "a" else scene.chance.choice((-3600, 3600))
    for run, wall in ((program("wrong_clock"), off), (PROGRAM, 0)):
        server.change(program=run, WALL=str(wall))
        await server.stop()
        await server.start()
        await asyncio.sleep(1)


async def no_descriptors(scene: Scene) -> None:
    """F26: a flood of connections takes all descriptors that a process may have."""
    server = scene.some_server()
    had = server.log.stat().st_size
    open_now = descriptors(server.pid)
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (open_now + 20, hard))
    flood = []
    try:
        for _ in range(150):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            flood.append(writer)
        await asyncio.sleep(1.5)
    finally:
        for writer in flood:
            writer.transport.abort()
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (hard, hard))
    with server.log.open("rb") as log:
        log.seek(had)
        assert len(log.readlines()) < 100, "a flood of connections is no flood of lines (W16)"


async def version_skew(scene: Scene) -> None:
    """F28: one process is of a newer version, and the log is for newer readers: the others only relay."""
    server = scene.some_server()
    server.change(program=program("of_tomorrow"))
    await server.stop()
    await server.start()
    await _tell(scene, "UPDATE log SET min_reader = $1", TOMORROW)
    before = await scene.deployment.room_head()
    others = [one for one in scene.group.everybody if one.connected]
    with suppress(TimeoutError):  # Nobody may have come to the new one.
        await until(lambda: all(one.head > before for one in others if one.connected), within=3)
    await _tell(scene, "UPDATE log SET min_reader = 1")
    server.change(program=PROGRAM)
    await server.stop()
    await server.start()


# The network


async def cut(scene: Scene) -> None:
    """F21: half of the connections are reset, three times."""
    for _ in range(3):
        scene.deployment.front.cut(0.5)
        await asyncio.sleep(scene.chance.uniform(0.1, 0.4))


async def delay(scene: Scene) -> None:
    """F21: what passes takes up to 150 ms in either direction."""
    scene.deployment.front.delay = 0.15
    await asyncio.sleep(2)
    scene.deployment.front.delay = 0.0


async def black_hole(scene: Scene) -> None:
    """F22: some connections pass nothing any more, and after 2 s they are reset, as by a NAT."""
    links = scene.deployment.front.swallow(0.4)
    await asyncio.sleep(2)
    for link in links:
        link.cut()


async def storm(scene: Scene) -> None:
    """F24: every connection is reset at once (their number is that of the group: test_storm has more)."""
    lives = {one: one.connections for one in scene.group.everybody}
    scene.deployment.front.cut(1.0)
    await until(
        lambda: all(one.connections > life or one.ended for one, life in lives.items()), within=10
    )


# Redis


async def redis_restart(scene: Scene) -> None:
    """F8: empty, and away for 0.2 s."""
    await asyncio.to_thread(scene.cluster.valkey.kill)
    await asyncio.sleep(0.2)
    await asyncio.to_thread(scene.cluster.valkey.start)


async def redis_away(scene: Scene) -> None:
    """F9: killed, and started again after 30 s (in CI 4 s)."""
    await asyncio.to_thread(scene.cluster.valkey.kill)
    await asyncio.sleep(30 if FULL else 4)
    await asyncio.to_thread(scene.cluster.valkey.start)


async def redis_stall(scene: Scene) -> None:
    """F10: it takes bytes and answers nothing, for 5 s (in CI 3 s)."""
    scene.cluster.valkey.stop()
    await asyncio.sleep(5 if FULL else 3)
    scene.cluster.valkey.go_on()


async def subscription_cut(scene: Scene) -> None:
    """F11: Redis drops its subscribers; then some of the sockets stay and bring nothing any more."""
    async with _redis(scene) as redis:
        await redis.client_kill_filter(_type="pubsub")
    await asyncio.sleep(0.5)
    scene.cluster.bus.swallow(0.5)
    await asyncio.sleep(6 if FULL else 2)


async def forged(scene: Scene) -> None:
    """F12: a stranger announces old positions, positions to come, foreign logs, junk and 1 MB."""
    async with _connected(scene) as database, _redis(scene) as redis:
        (found,) = await database.fetch("SELECT id, position FROM log WHERE kind = 'meeting'")
        channels = await redis.pubsub_channels()
        assert any(str(found["id"]).encode() in channel for channel in channels), channels
        position = found["position"]
        for _ in range(200):
            channel = scene.chance.choice(channels)
            junk = scene.chance.choice(
                (position - 3, position + 5, 0, -1, 2**70, "junk", b"\xff\0", "9" * 1_000_000)
            )
            await redis.publish(channel, junk)
            await asyncio.sleep(0.005)


@asynccontextmanager
async def _redis(scene: Scene) -> AsyncIterator[Redis]:
    redis = Redis.from_url(scene.cluster.valkey.url)
    try:
        yield redis
    finally:
        await redis.aclose()


# PostgreSQL


async def postgres_restart(scene: Scene) -> None:
    """F13: fast, immediate, or by kill -9, and started again."""
    how = scene.chance.choice((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))
    await asyncio.to_thread(scene.cluster.postgres.shut_down, how)
    await asyncio.sleep(scene.chance.uniform(0.0, 0.5))
    await _postgres_starts(scene)


async def _postgres_starts(scene: Scene) -> None:
    """After kill -9 the last children have to be gone first."""
    for again in range(20):
        try:
            return await asyncio.to_thread(scene.cluster.postgres.start)
        except AssertionError:
            assert again < 19
            await asyncio.sleep(0.2)
    return None


async def sessions_killed(scene: Scene) -> None:
    """F14: somebody's session is terminated, twice a second."""
    async with _connected(scene) as database:
        for _ in range(4):
            await database.fetch(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = 'chatroom' ORDER BY random() LIMIT 2"""
            )
            await asyncio.sleep(0.5)


async def commit_reply_lost(scene: Scene) -> None:
    """F15: an append is stored, and its reply is swallowed and the connection cut; three times."""
    for _ in range(3):
        number = scene.chance.randrange(len(scene.servers))
        lost = asyncio.Event()

        def committed(lost: asyncio.Event = lost) -> bool:
            first = not lost.is_set()
            lost.set()
            return first

        scene.cluster.on_commit[number] = committed
        with suppress(TimeoutError):  # Nobody may be connected to this one.
            await asyncio.wait_for(lost.wait(), 2)
        scene.cluster.on_commit[number] = lambda: False


async def row_held(scene: Scene) -> None:
    """F16: a stranger holds the log's row for 10 s (in CI 3 s)."""
    async with _connected(scene) as database, database.transaction():
        await database.fetch("SELECT * FROM log WHERE kind = 'meeting' FOR UPDATE")
        await asyncio.sleep(10 if FULL else 3)


async def connections_exhausted(scene: Scene) -> None:
    """F17: a hog takes every connection that is free, and the server's own are ended."""
    hog: list[asyncpg.Connection] = []
    try:
        async with _connected(scene) as database:
            await _fill(scene, hog)
            await database.fetch(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = 'chatroom'"""
            )
            await _fill(scene, hog)
            await asyncio.sleep(2)
    finally:
        for one in hog:
            one.terminate()


async def _fill(scene: Scene, hog: list[asyncpg.Connection]) -> None:
    with suppress(asyncpg.TooManyConnectionsError):
        while True:
            hog.append(await asyncpg.connect(scene.cluster.url, timeout=5))


async def _tell(scene: Scene, statement: str, *values: object) -> None:
    async with _connected(scene) as database:
        await database.execute(statement, *values)


@asynccontextmanager
async def _connected(scene: Scene) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(scene.cluster.url, timeout=10)
    try:
        yield connection
    finally:
        connection.terminate()


# The disk


async def lock(scene: Scene) -> None:
    """F18: a stranger holds the write lock of the SQLite file for longer than the server waits."""
    stranger = sqlite3.connect(scene.servers[0].database, isolation_level=None)
    try:
        stranger.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(6)
        stranger.execute("ROLLBACK")
    finally:
        stranger.close()


async def disk_full(scene: Scene) -> None:
    """F19: no file of the process can grow, its log file neither, for 2 s."""
    await _no_file_grows([scene.servers[0].pid])


async def postgres_disk_full(scene: Scene) -> None:
    """F19: no file of PostgreSQL can grow, for 2 s; it may crash over it, and comes back by itself."""
    await _no_file_grows(scene.cluster.postgres.pids()[1:])


async def _no_file_grows(pids: list[int]) -> None:
    for pid in pids:
        limit_files(pid, 1)
    await asyncio.sleep(2)
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):  # It ended over it.
            limit_files(pid, resource.RLIM_INFINITY)


def limit_files(pid: int, size: int) -> None:
    """In the name of the process's own user: not even root may do it to others everywhere."""
    owner = os.stat(f"/proc/{pid}")
    with _in_the_name_of(owner.st_uid, owner.st_gid):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


@contextmanager
def _in_the_name_of(user: int, group: int) -> Iterator[None]:
    """The real ids alone, which prlimit looks at; what we may do is by the effective ones."""
    as_it_is = os.getuid(), os.getgid()
    os.setresgid(group, -1, -1)
    os.setresuid(user, -1, -1)
    try:
        yield
    finally:
        os.setresuid(as_it_is[0], -1, -1)
        os.setresgid(as_it_is[1], -1, -1)


FAULTS = (
    Fault("F1 killed", "abc", 5, kill),
    Fault("F1 killed after COMMIT", "bc", 5, kill_after_commit),
    Fault("F2 all killed", "abc", 10, kill_all),
    Fault("F4 stopped 3 s", "abc", 8, stop_3s),
    Fault("F5 stopped in an append", "bc", 8, stopped_inside_the_append),
    Fault("F6 runs in bursts", "abc", 5, stutter),
    Fault("F7 rolling restart", "abc", 10, roll),
    Fault("F8 Redis restarted", "c", 3, redis_restart),
    Fault("F9 Redis away", "c", 3, redis_away),
    Fault("F10 Redis stalls", "c", 3, redis_stall),
    Fault("F11 subscription cut", "c", 8, subscription_cut),
    Fault("F12 announcements forged", "c", 3, forged),
    Fault("F13 PostgreSQL restarted", "bc", 5, postgres_restart),
    Fault("F14 sessions ended", "bc", 3, sessions_killed),
    Fault("F15 reply to COMMIT lost", "bc", 3, commit_reply_lost),
    Fault("F16 row held", "bc", 3, row_held),
    Fault("F17 connections exhausted", "bc", 5, connections_exhausted),
    Fault("F18 SQLite locked", "a", 5, lock),
    Fault("F19 disk full", "a", 5, disk_full),
    Fault("F19 disk full", "bc", 5, postgres_disk_full),
    Fault("F21 network cut", "abc", 5, cut),
    Fault("F21 network delayed", "abc", 5, delay),
    Fault("F22 half-open", "abc", 5, black_hole),
    Fault("F24 all reset at once", "abc", 5, storm),
    Fault("F25 clock an hour off", "abc", 10, wrong_clock),
    Fault("F26 no descriptors", "abc", 5, no_descriptors),
    Fault("F28 version skew", "bc", 10, version_skew),
)


def on(name: str) -> list[Fault]:
    """The faults of one deployment."""
    return [fault for fault in FAULTS if name in fault.on]
