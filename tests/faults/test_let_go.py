"""Three processes on one PostgreSQL: whoever is let go is out at all of them, with the bus and without it (P23)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx2
import pyotp
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chatroom import cli, cli_people, server
from chatroom.cli_people import named
from chatroom.client import enter
from chatroom.live.timekeeper import Clock
from chatroom.settings import load
from chatroom.store import rooms
from chatroom.store.persons import Duty
from chatroom.web.security import COOKIE
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests import servers
from tests.processes import SLOW, ServerProcess
from tests.servers import asked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from websockets.asyncio.client import ClientConnection

    from chatroom.client import Seat
    from chatroom.settings import Settings
    from tests.processes import Room

PROMISED = 5.0
"""Seconds until whoever is let go is out everywhere (P23)."""
PASSWORD = "four quiet green kettles"
OVER = 4401


class Trio(NamedTuple):
    """Three servers on one database."""

    processes: list[ServerProcess]
    settings: Settings
    url: str


@pytest.fixture(scope="module", params=["valkey", "valkey killed"])
async def trio(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Trio]:
    folder = tmp_path_factory.mktemp("trio")
    async with AsyncExitStack() as stack:
        url = stack.enter_context(servers.database_url())
        valkey = stack.enter_context(servers.valkey())
        secret = folder / "secret"
        secret.write_bytes(secrets.token_bytes(32))
        secret.chmod(0o600)
        environ = {"DATABASE_URL": url, "SECRET_FILE": str(secret), "BUS": "redis"}
        processes = []
        for name in ("one", "two", "three"):
            (folder / name).mkdir()
            processes.append(ServerProcess(folder / name, **environ, REDIS_URL=valkey.url))
            stack.push_async_callback(processes[-1].stop)
        await processes[0].migrate()
        await asyncio.gather(*(process.start() for process in processes))
        if request.param == "valkey killed":
            valkey.kill()
        settings = load({**environ, "ORIGINS": processes[0].origin, "REDIS_URL": valkey.url})
        yield Trio(processes, settings, url)


@pytest.fixture
async def room(trio: Trio) -> Room:
    return await trio.processes[0].new_room()


class Held:
    """A socket on which somebody says something again and again, until it is closed."""

    def __init__(self, socket: ClientConnection, *, says: bool) -> None:
        self.socket = socket
        self.says = says
        self.closed_at: float | None = None
        self.receipts: list[float] = []

    async def run(self) -> None:
        try:
            async with asyncio.timeout(PROMISED * 4 * SLOW), asyncio.TaskGroup() as group:
                saying = group.create_task(self._say())
                await self._read()
                saying.cancel()
        except TimeoutError:
            return

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for data in self.socket:
                if json.loads(data)["type"] == "receipt":
                    self.receipts.append(time.monotonic())
        self.closed_at = time.monotonic()

    async def _say(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while self.says:
                command = {"type": "say", "text": "I go on", "epoch": 1}
                frame = {"type": "command", "id": secrets.token_hex(16), "command": command}
                await self.socket.send(json.dumps(frame))
                await asyncio.sleep(0.25)


async def held(
    stack: AsyncExitStack, process: ServerProcess, path: str, token: str, *, says: bool
) -> Held:
    url = f"{process.origin.replace('http', 'ws')}{path}/socket"
    socket = await stack.enter_async_context(connect(url, compression=None, proxy=None))
    await socket.send(json.dumps({"type": "hello", "bearer": token}))
    assert '"fresh"' in str(await socket.recv()), "need one that is connected"
    return Held(socket, says=says)


async def stays_out(process: ServerProcess, path: str, token: str) -> None:
    """Nobody comes in again by that session; a moment later the process does not know it either."""
    async with asyncio.timeout(PROMISED * SLOW):
        while await code_of(process, path, token) != OVER:  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.2)


async def code_of(process: ServerProcess, path: str, token: str) -> int | None:
    """With which code somebody who comes again is turned away."""
    url = f"{process.origin.replace('http', 'ws')}{path}/socket"
    async with connect(url, compression=None, proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "bearer": token}))
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        return socket.close_code


async def posted(
    process: ServerProcess, path: str, body: dict[str, Any], token: str | None = None
) -> httpx2.Response:
    """What a browser posts."""
    headers = {"Origin": process.origin}
    if token is not None:
        headers["Cookie"] = f"{COOKIE}={token}"
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.post(process.origin + path, json=body, headers=headers)
    assert answer.status_code in (200, 204), answer.text
    return answer


def token_of(answer: httpx2.Response) -> str:
    return answer.headers["set-cookie"].partition("=")[2].partition(";")[0]


class Sam(NamedTuple):
    """Who facilitates in a room and is staff, as the person they are."""

    id: int
    token: str


async def sam_signs_in(trio: Trio, room: Room) -> Sam:
    async with server.opened(trio.settings) as engine:
        people = cli_people.people(trio.settings, engine)
        where = await rooms.room_by_slug(engine, room.slug)
        assert where is not None
        duties = (Duty("facilitator", where.id), Duty("staff", 0))
        id, secret = await people.add("Sam", duties, Clock().now())
    answer = await posted(trio.processes[0], "/invitations/exchange", {"secret": secret})
    return Sam(id, token_of(answer))


async def comes_again(trio: Trio, sam: Sam) -> str:
    """The token of another device."""
    async with server.opened(trio.settings) as engine:
        secret = await cli_people.people(trio.settings, engine).link(sam.id, Clock().now())
    return token_of(await posted(trio.processes[2], "/invitations/exchange", {"secret": secret}))


async def signs_out(trio: Trio, room: Room, sam: Sam) -> None:
    await posted(trio.processes[0], "/session/end", {}, sam.token)


async def is_switched_off(trio: Trio, room: Room, sam: Sam) -> None:
    await cli_people._switched(trio.settings, named(sam.id), on=False)


async def is_staff_no_more(trio: Trio, room: Room, sam: Sam) -> None:
    await cli_people._changed(trio.settings, named(sam.id), "staff", None, gives=False)


async def is_signed_out(trio: Trio, room: Room, sam: Sam) -> None:
    assert await cli_people._signed_out(trio.settings, named(sam.id)) == 1


async def changes_the_password(trio: Trio, room: Room, sam: Sam) -> None:
    """At another process, and on another device."""
    other = await comes_again(trio, sam)
    secret = pyotp.random_base32()
    body = {
        "handle": f"sam {sam.id:x}",
        "password": PASSWORD,
        "secret": secret,
        "code": pyotp.TOTP(secret).at(int(Clock().now())),
    }
    await posted(trio.processes[2], "/account/password", body, other)


@pytest.mark.parametrize(
    "act",
    [signs_out, is_switched_off, is_staff_no_more, is_signed_out, changes_the_password],
    ids=lambda act: act.__name__,
)
async def test_p23_a59_a120_who_serves_and_is_let_go_is_out_at_three_processes_within_5_s(
    trio: Trio,
    room: Room,
    act: Callable[[Trio, Room, Sam], Awaitable[None]],
    tell: Callable[[str], None],
):
    """Sam holds a seat at two of them, and is at the desk at the third; the others go on."""
    one, two, three = trio.processes
    sam = await sam_signs_in(trio, room)
    async with AsyncExitStack() as stack:
        ada = await stack.enter_async_context(enter(room.facilitator, name="Ada"))
        ben = await stack.enter_async_context(
            enter(room.member.replace(one.origin, three.origin), name="Ben")
        )
        await ada.send(ask.Open())
        place = {"id": secrets.token_hex(16), "name": "Sam"}
        in_room, desk = f"/rooms/{room.slug}", "/desk"
        seat = (await posted(two, f"{in_room}/seats", place, sam.token)).json()["seat"]
        await posted(three, f"{desk}/seats", place, sam.token)
        places = [(one, in_room), (two, in_room), (three, desk)]
        sockets = [
            await held(stack, *where, sam.token, says=where[1] == in_room) for where in places
        ]
        worst = await let_go(sockets, lambda: act(trio, room, sam))
        tell(f"all three sockets were closed after {worst:.2f} s")
        for where in places:
            await stays_out(*where, sam.token)
        leaves = act is not changes_the_password  # On the other device Sam is still there.
        await others_go_on(trio, room, ada, ben, seat, leaves=leaves)


async def test_p23_a59_who_came_by_a_link_that_is_taken_back_is_out_at_three_processes_within_5_s(
    trio: Trio, room: Room, tell: Callable[[str], None]
):
    one, _, three = trio.processes
    link = await one.new_link(room.slug)
    [handle] = [
        line.split("\t")[0]
        for line in await cli._list_invitations(trio.settings, room.slug)
        if "member" in line
    ][-1:]
    async with AsyncExitStack() as stack:
        ada = await stack.enter_async_context(enter(room.facilitator, name="Ada"))
        ben = await stack.enter_async_context(
            enter(room.member.replace(one.origin, three.origin), name="Ben")
        )
        await ada.send(ask.Open())
        secret = {"secret": link.partition("#")[2]}
        token = token_of(await posted(one, "/invitations/exchange", secret))
        in_room = f"/rooms/{room.slug}"
        place = {"id": secrets.token_hex(16), "name": "Eve"}
        seat = (await posted(one, f"{in_room}/seats", place, token)).json()["seat"]
        sockets = [await held(stack, each, in_room, token, says=True) for each in trio.processes]

        async def is_revoked() -> None:
            assert await cli._revoke(trio.settings, handle, stays=False) == 1

        worst = await let_go(sockets, is_revoked)
        tell(f"all three sockets were closed after {worst:.2f} s")
        for each in trio.processes:
            await stays_out(each, in_room, token)
        await others_go_on(trio, room, ada, ben, seat, leaves=True)


async def let_go(sockets: list[Held], act: Callable[[], Awaitable[None]]) -> float:
    """The seconds after which the last of the sockets was closed."""
    async with asyncio.TaskGroup() as group:
        for each in sockets:
            group.create_task(each.run())
        while not all(each.receipts for each in sockets if each.says):  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.05)
        await act()
        done_at = time.monotonic()
    closed = [each.closed_at for each in sockets if each.closed_at is not None]
    assert len(closed) == len(sockets), "each is closed"
    assert {each.socket.close_code for each in sockets} == {OVER}
    worst = max(closed) - done_at
    assert worst < PROMISED
    return worst


async def others_go_on(
    trio: Trio, room: Room, ada: Seat, ben: Seat, seat: int, *, leaves: bool
) -> None:
    """The last of their words stands before their seat was left, and before what the others say."""
    if leaves:
        await ada.until(lambda: (view := ada.person(seat)) is None or view.left, within=10.0 * SLOW)
    after = (await ada.say("We go on")).number
    assert after is not None
    heard = None
    async with asyncio.timeout(10.0 * SLOW):
        async for seen in ben.entries():
            if isinstance(seen.entry, happened.Said) and seen.entry.words == "We go on":
                heard = seen
                break
    assert heard is not None
    rows = asked(
        trio.url,
        "SELECT type, number FROM entry JOIN meeting USING (log) JOIN room ON room.id = meeting.room "
        "WHERE audience = 0 AND room.slug = ? AND (type = 'seat_left' OR type = 'said' AND seat = ?)",
        *(room.slug, seat),
    )
    left = [number for kind, number in rows if kind == "seat_left"]
    assert len(left) == leaves
    assert max(number for kind, number in rows if kind == "said") < min([*left, after])
