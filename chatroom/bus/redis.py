"""One Redis server: one channel per log, and on it one number, the position.

Redis may be slow, away, stopped or half dead, and nobody waits for it: `announce` only writes down.
One task publishes what is written down; another dials, subscribes, reads, and dials again. A number
sent to ourselves the same way as the announcements (the probe) tells whether all this works (W6).
Which servers there are, and which of them has which channel, is for shards.py to know.
"""

import asyncio
import random
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

from msgspec import Struct
from redis.asyncio import Connection as TcpConnection
from redis.asyncio.connection import UnixDomainSocketConnection, parse_url
from redis.crc import key_slot
from redis.exceptions import MovedError, RedisError

from chatroom.bus import Notice, Pause
from chatroom.bus.waiting import Waiting

# uvloop answers a write to a transport that has just closed with a RuntimeError.
FAULTS = (RedisError, OSError, RuntimeError)

# 18 digits fit the 64 bits of a position, whoever wrote them.
POSITION = re.compile(rb"[1-9][0-9]{0,17}")

MISSES = 2
"""Probes that may stay unanswered before the subscriber is given up."""

Address = tuple[str, int]


class Pace(Struct, frozen=True):
    """How long what may take, in seconds."""

    dial: float = 2.0
    publish: float = 0.25
    probe: float = 2.0
    silence: float = 5.0
    redial: float = 1.0


class Lost(Exception):
    """A connection to Redis is gone, or as good as gone."""


class Watch(Protocol):
    """Whom a server tells what has become of it. All of it is called on the loop and returns at once."""

    def lost(self, *losses: BaseException) -> None:
        """A connection was lost, and is dialled again."""

    def found(self) -> None:
        """Its probe has come back, after it had not."""

    def moved(self, moved: MovedError, unpublished: dict[bytes, int]) -> None:
        """Another server has this slot now, and this was not published for that."""


class Server:
    """`verb` is what comes before PUBLISH and SUBSCRIBE: nothing, or S for a shard of a cluster."""

    def __init__(
        self,
        connection: Callable[[], "Connection"],
        watch: Watch,
        pause: Pause,
        pace: Pace,
        *,
        probe_channel: bytes,
        verb: bytes,
        room: int,
    ) -> None:
        self._publisher = connection()
        self._subscriber = connection()
        self._watch = watch
        self._pause = pause
        self._pace = pace
        self._verb = verb
        self._waiting: Waiting[bytes] = Waiting(room)
        self._told: set[bytes] = set()
        self._interest = asyncio.Event()
        # No other process, and no earlier life of this one, sends the same number by chance.
        self._nonce = secrets.randbits(56)
        self._answered = 0
        self.logs: dict[bytes, int] = {}
        self.probe_channel = probe_channel
        self.sound = False

    @property
    def dropped(self) -> int:
        return self._waiting.dropped

    async def run(self, notice: Notice) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_publishing())
            tasks.create_task(self._keep_hearing(notice))

    def announce(self, channel: bytes, position: int) -> None:
        self._waiting.put(channel, position)

    def listen(self, channel: bytes, log: int) -> None:
        self.logs[channel] = log
        self._interest.set()

    def unlisten(self, channel: bytes) -> None:
        if self.logs.pop(channel, None) is not None:
            self._interest.set()

    # Publishing

    async def _keep_publishing(self) -> None:
        patience = Patience(self._pause, self._pace.redial)
        try:
            while True:
                numbers = await self._waiting.take()
                try:
                    await self._publish(numbers)
                    patience.restore()
                except Lost as lost:
                    # What was taken is lost, and not sent again: whoever misses it polls (W4).
                    self._unsound(lost)
                    await self._publisher.disconnect(nowait=True)
                    await patience.wait()
        finally:
            await self._publisher.disconnect(nowait=True)

    async def _publish(self, numbers: dict[bytes, int]) -> None:
        async with losing(self._pace.dial):
            await dial(self._publisher)
        async with losing(self._pace.publish):
            # `%d` is all that is ever published: words do not pass it.
            verb = self._verb + b"PUBLISH"
            await send(self._publisher, [(verb, c, b"%d" % n) for c, n in numbers.items()])
            for channel, number in numbers.items():
                try:
                    # How many have received it proves nothing: a half-dead subscriber counts, too.
                    await self._publisher.read_response()
                except MovedError as moved:
                    a_probe = channel == self.probe_channel  # Another server has its own.
                    self._watch.moved(moved, {} if a_probe else {channel: number})

    # Hearing

    async def _keep_hearing(self, notice: Notice) -> None:
        patience = Patience(self._pause, self._pace.redial)
        try:
            while True:
                try:
                    async with losing(self._pace.dial):
                        await dial(self._subscriber)
                    subscribed = asyncio.Event()
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(self._keep_subscribed())
                        tasks.create_task(self._keep_probing(subscribed, patience))
                        await self._read(notice, subscribed)
                except* Lost as lost:
                    self._unsound(*lost.exceptions)
                mind_cancellation()
                await self._subscriber.disconnect(nowait=True)
                await patience.wait()
        finally:
            await self._subscriber.disconnect(nowait=True)

    async def _keep_subscribed(self) -> None:
        """Makes Redis send what is listened to; on a new connection that is all of it."""
        self._told = set()
        while True:
            self._interest.clear()
            wanted = {*self.logs, self.probe_channel}
            # The probe's channel comes last: who hears the probe hears the logs.
            more = sorted(wanted - self._told, key=lambda channel: channel == self.probe_channel)
            less = self._told - wanted
            # One command for each channel: a cluster takes no two of different slots in one.
            commands = [(self._verb + b"SUBSCRIBE", channel) for channel in more]
            commands += [(self._verb + b"UNSUBSCRIBE", channel) for channel in less]
            self._told = wanted
            if commands:
                async with losing(self._pace.dial):
                    await send(self._subscriber, commands)
            await self._interest.wait()

    async def _read(self, notice: Notice, subscribed: asyncio.Event) -> None:
        while True:
            match await self._next():
                case [b"message" | b"smessage", bytes(channel), bytes(number)]:
                    if channel == self.probe_channel:
                        self._hear_probe(number)
                    elif channel in self.logs and POSITION.fullmatch(number):
                        notice(self.logs[channel], int(number))
                case [b"subscribe" | b"ssubscribe", self.probe_channel, _]:
                    subscribed.set()
                case [b"sunsubscribe", bytes(channel), _] if channel in self._told:
                    # Its slot has left this server. Asking once more tells where to.
                    self._told.discard(channel)
                    self._interest.set()
                case _:
                    pass  # Other confirmations, and whatever else somebody makes Redis say.

    async def _next(self) -> object:
        try:
            message = await self._subscriber.read_response(
                timeout=self._pace.silence, disconnect_on_error=False
            )
        except MovedError as moved:
            # Should the slot come back, its channels are asked for again.
            self._told = {c for c in self._told if key_slot(c) != moved.slot_id}
            self._watch.moved(moved, {})
            return moved
        except FAULTS as fault:
            raise Lost(type(fault).__name__) from fault
        if message is None:
            raise Lost("silence")
        return message

    # Probing

    async def _keep_probing(self, subscribed: asyncio.Event, patience: "Patience") -> None:
        await subscribed.wait()
        missed = 0
        while missed < MISSES:
            self._nonce += 1
            self._waiting.put(self.probe_channel, self._nonce)
            await self._pause(self._pace.probe)
            if self._answered == self._nonce:
                missed = 0
                patience.restore()
            else:
                missed += 1
        raise Lost("probes unanswered")

    def _hear_probe(self, number: bytes) -> None:
        if number != b"%d" % self._nonce:
            return  # It comes too late, or from somebody else.
        self._answered = self._nonce
        if not self.sound:
            self.sound = True
            self._watch.found()

    def _unsound(self, *losses: BaseException) -> None:
        self.sound = False
        self._watch.lost(*losses)


def mind_cancellation() -> None:
    """Before Python 3.13 a TaskGroup swallows a cancellation that meets a failure inside of it.

    And its own cancelling is counted right only while its body awaits, so its body is never empty.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Patience:
    """The wait before the next try: longer each time, and never the same for two processes."""

    def __init__(self, pause: Pause, longest: float) -> None:
        self._pause = pause
        self._longest = longest
        self._next = self._first = longest / 16

    def restore(self) -> None:
        self._next = self._first

    async def wait(self) -> None:
        wait, self._next = self._next, min(self._next * 2, self._longest)
        await self._pause(wait * random.uniform(0.5, 1.0))


# The seam to redis-py, by its connections alone. Its client and its PubSub try again by themselves
# (ten times, sleeping), and connect again inside of a read; here the one who reads decides that.


class Connection(Protocol):
    """What is used of `redis.asyncio.Connection`, which is typed in part only."""

    @property
    def is_connected(self) -> bool: ...
    async def connect(self) -> None: ...
    async def disconnect(self, *, nowait: bool) -> None: ...
    async def can_read(self) -> bool: ...
    def pack_commands(self, commands: Iterable[Iterable[bytes]]) -> list[bytes]: ...
    async def send_packed_command(self, command: list[bytes], *, check_health: bool) -> None: ...
    async def read_response(
        self, *, timeout: float | None = None, disconnect_on_error: bool = True
    ) -> object: ...


def connection_to(url: str, pace: Pace, address: Address | None = None) -> Connection:
    """A connection that is not dialled yet: to the server of the URL, or as there to another one."""
    given: dict[str, Any] = {**parse_url(url)}
    kind = given.pop("connection_class", TcpConnection)
    if address is not None:
        given["host"], given["port"] = address
        if kind is UnixDomainSocketConnection:
            del given["path"]
            kind = TcpConnection
    for of_a_pool in ("max_connections", "timeout"):
        given.pop(of_a_pool, None)
    ours = {
        # `losing` keeps the time. With a timeout here (5 s where none is named) every write goes
        # through `asyncio.wait_for`, which can swallow a cancellation before Python 3.12.
        "socket_timeout": None,
        "socket_connect_timeout": pace.dial,
        "retry_on_timeout": False,
        "health_check_interval": 0,  # That is the probe's work.
        # In RESP3 every announcement passes a handler that formats it for a debug line.
        "protocol": 2,
        "decode_responses": False,  # It compares bytes.
        "driver_info": None,  # Saves dialling two round trips.
    }
    try:
        return cast("Connection", kind(**(given | ours)))
    except TypeError as unknown:
        raise ValueError(f"the Redis URL has an option that is not known: {unknown}") from None


async def dial(connection: Connection) -> None:
    """Connects, and also where Redis has hung up since: a write would not notice that."""
    if connection.is_connected and not await connection.can_read():
        return
    await connection.disconnect(nowait=True)
    await connection.connect()


async def send(connection: Connection, commands: Iterable[Iterable[bytes]]) -> None:
    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)


@asynccontextmanager
async def losing(seconds: float) -> AsyncIterator[None]:
    """Makes every fault of the network, and taking longer than that, the one `Lost`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except FAULTS as fault:
        raise Lost(type(fault).__name__) from fault
