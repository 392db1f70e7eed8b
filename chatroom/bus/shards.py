"""A bus for many processes: over one Redis server, or over those shards of a cluster that it needs.

In a cluster, plain pub/sub sends every announcement to every server; sharded pub/sub sends it to
the one that owns the channel's slot. Which kind it is, and who owns what, is asked of a server at
the start and whenever a connection was lost; what moves in between, the old owner tells (MOVED). A
server that is no cluster is a cluster of one slot, and the server of the URL owns it.
"""

import asyncio
from functools import partial
from typing import cast

import structlog
from redis.asyncio.connection import parse_url
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import MovedError, NoPermissionError

from chatroom.bus import Notice, Pause
from chatroom.bus.redis import (
    Address,
    Connection,
    Lost,
    Pace,
    Patience,
    Server,
    connection_to,
    dial,
    losing,
    send,
)
from chatroom.bus.waiting import ROOM

Place = Address | None
"""Where a server is; None is where the URL says."""

_log = structlog.get_logger()


class RedisBus:
    """`redials` and `dropped` count what went wrong, for the operator."""

    def __init__(
        self, url: str, process_id: str, pause: Pause, *, pace: Pace | None = None, room: int = ROOM
    ) -> None:
        self._url = url
        self._pause = pause
        self._pace = pace or Pace()
        self._room = room
        # Listened to as the logs are, so that there is a server to be probed where there is no log.
        self._home = b"chatroom:probe:" + process_id.encode()
        self._logs: dict[bytes, int] = {}
        self._owners: list[Place] = []  # By slot; empty until somebody has told.
        self._servers: dict[Place, Server] = {}
        self._changed = asyncio.Event()
        self._news = asyncio.Event()
        self._outdated = True
        self._moves: dict[int, Address] = {}
        self._again: dict[bytes, int] = {}
        self._reported: bool | None = None
        self._dropped = 0
        self.redials = 0
        connection_to(url, self._pace)  # Raises where the URL can't work.

    @property
    def sound(self) -> bool:
        return bool(self._servers) and all(server.sound for server in self._servers.values())

    @property
    def dropped(self) -> int:
        return self._dropped + sum(server.dropped for server in self._servers.values())

    async def run(self, notice: Notice) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_owners())
                await self._keep_servers(notice, tasks)
        finally:
            self._servers.clear()
            self._owners, self._outdated = [], True

    def announce(self, log: int, position: int) -> None:
        self._publish(channel_of(log), position)

    def listen(self, log: int) -> None:
        channel = channel_of(log)
        self._logs[channel] = log
        if self._owners:
            self._server_of(channel).listen(channel, log)

    def unlisten(self, log: int) -> None:
        channel = channel_of(log)
        if self._logs.pop(channel, None) is not None and self._owners:
            self._server_of(channel).unlisten(channel)

    # What the servers tell (`Watch`)

    def lost(self, *losses: BaseException) -> None:
        self.redials += 1
        self._outdated = True
        self._news.set()
        if (
            self._reported is not False and not self.sound
        ):  # Once per outage, also where it never worked.
            self._reported = False
            _log.warning("bus_lost", why=[str(lost) for lost in losses])

    def found(self) -> None:
        if self.sound and not self._reported:
            self._reported = True
            _log.info("bus_sound", redials=self.redials, servers=len(self._servers))

    def moved(self, moved: MovedError, unpublished: dict[bytes, int]) -> None:
        self._moves[moved.slot_id] = (moved.host or self._host(), moved.port)
        self._again |= unpublished
        self._news.set()

    # The servers in use

    async def _keep_servers(self, notice: Notice, tasks: asyncio.TaskGroup) -> None:
        """Each that is in use runs, and no other."""
        lives: dict[Server, asyncio.Task[None]] = {}
        while True:
            self._changed.clear()
            used = set(self._servers.values())
            for server in lives.keys() - used:
                lives.pop(server).cancel()
            for server in used - lives.keys():
                lives[server] = tasks.create_task(server.run(notice))
            await self._changed.wait()

    def _publish(self, channel: bytes, number: int) -> None:
        if self._owners:  # Else nobody is there to hear it, and whoever misses it polls.
            self._server_of(channel).announce(channel, number)

    def _server_of(self, channel: bytes) -> Server:
        """From its first channel on, a server is in use."""
        place = self._owner(channel)
        if place not in self._servers:
            self._servers[place] = Server(
                partial(connection_to, self._url, self._pace, place),
                self,
                self._pause,
                self._pace,
                probe_channel=self._probe_beside(channel),
                verb=b"" if place is None else b"S",
                room=self._room,
            )
            self._changed.set()
        return self._servers[place]

    def _probe_beside(self, channel: bytes) -> bytes:
        """In the same slot: of a name with braces, what they hold decides."""
        return channel if channel == self._home else b"%b:{%b}" % (self._home, channel)

    def _owner(self, channel: bytes) -> Place:
        return self._owners[key_slot(channel, len(self._owners))]

    # Who owns what

    async def _keep_owners(self) -> None:
        patience = Patience(self._pause, self._pace.redial)
        while True:
            self._news.clear()
            try:
                if self._outdated:
                    self._owners = await self._ask_around()
                    self._outdated = False
                    patience.restore()
            except Lost as lost:
                self.lost(lost)
            moves, self._moves = self._moves, {}
            for slot, place in moves.items():
                if slot < len(self._owners):
                    self._owners[slot] = place
            if self._owners:
                self._settle()
            again, self._again = self._again, {}
            for channel, number in again.items():
                self._publish(channel, number)
            # Also where it went well: two servers may disagree for a while, each naming the other.
            await patience.wait()
            await self._news.wait()

    def _settle(self) -> None:
        """Every log is heard at the owner of its slot and nowhere else."""
        for place, server in [*self._servers.items()]:
            probed = self._owner(server.probe_channel) == place
            for channel in [c for c in server.logs if not probed or self._owner(c) != place]:
                server.unlisten(channel)
            if not probed:  # Where it is still needed, another one takes its place.
                self._dropped += self._servers.pop(place).dropped
                self._changed.set()
        self._server_of(self._home)
        for channel, log in self._logs.items():
            self._server_of(channel).listen(channel, log)
        self.found()

    async def _ask_around(self) -> list[Place]:
        """Of those in use the sound ones first, and last the one that the URL names."""
        in_use = sorted(self._servers, key=lambda place: not self._servers[place].sound)
        losses: list[str] = []
        for place in dict.fromkeys([*in_use, None]):
            connection = connection_to(self._url, self._pace, place)
            try:
                async with losing(self._pace.dial):
                    await dial(connection)
                    return await ask(connection, place[0] if place else self._host())
            except Lost as lost:
                losses.append(str(lost))
            finally:
                await connection.disconnect(nowait=True)
        raise Lost(", ".join(losses))

    def _host(self) -> str:
        return parse_url(self._url).get("host", "localhost")


async def ask(connection: Connection, host: str) -> list[Place]:
    """Who owns which slot. A server that does not know its own name has that of `host`."""
    await send(connection, [(b"INFO", b"cluster")])
    try:
        info = cast("bytes", await connection.read_response())
    except NoPermissionError:
        return [None]  # Who may not ask has one server.
    if b"cluster_enabled:1" not in info:
        return [None]
    await send(connection, [(b"CLUSTER", b"SLOTS")])
    owners: list[Place] = [None] * REDIS_CLUSTER_HASH_SLOTS
    for entry in cast("list[object]", await connection.read_response()):
        match entry:
            case [int(first), int(last), [name, int(port), *_], *_]:
                known = name.decode() if isinstance(name, bytes) and name != b"?" else ""
                owners[first : last + 1] = [(known or host, port)] * (last + 1 - first)
            case _:
                pass
    if None in owners:
        raise Lost("slots without an owner")
    return owners


def channel_of(log: int) -> bytes:
    return b"chatroom:log:%d" % log
