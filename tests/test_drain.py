"""A process that is told to end: what it took is answered, everybody is let go, nothing is lost or doubled."""

import asyncio
import json
import random
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chatroom import server
from chatroom.client import Seat, enter
from chatroom.settings import BadSetting, load
from moderation.meeting import commands as ask
from tests.faults.checker import faults_of, read_log
from tests.faults.recorder import Recorder, recording, until
from tests.processes import Room, ServerProcess, serving

SENDERS = ("Ben", "Chidi", "Dana", "Eli", "Femi", "Gwen", "Hana", "Ivo")
ENDS_WITHIN = 10.0
BACK_WITHIN = 10.0
RESTARTS = 3


# Stopping


@pytest.mark.faults
async def test_a_rolling_restart_under_load_loses_and_doubles_nothing_p16(tmp_path: Path):
    """8 senders, SIGTERM in the middle of a burst; all are back at the head within 10 s, by themselves."""
    async with serving(tmp_path) as process, AsyncExitStack() as lines:
        everybody = await _gathered(lines, await process.new_room())
        async with recording(*everybody, within=2 * BACK_WITHIN):
            bursting = asyncio.Event()
            bursting.set()
            async with asyncio.TaskGroup() as bursts:
                for one in everybody[1:]:
                    bursts.create_task(_burst(one, bursting))
                worst = [await _restart(process, everybody) for _ in range(RESTARTS)]
                bursting.clear()
        clients = [one.close() for one in everybody]
        await lines.aclose()
        await process.stop()
        faults = faults_of(clients, read_log(process.database))
    assert not faults, "\n".join(faults[:20])
    assert sum(one.receipts for one in everybody) > RESTARTS * len(SENDERS), "a burst has to be one"
    assert max(ended for ended, _ in worst) < ENDS_WITHIN
    assert max(back for _, back in worst) < BACK_WITHIN


async def _gathered(lines: AsyncExitStack, room: Room) -> list[Recorder]:
    """Ada, who has opened the meeting, and the senders."""
    ada = Recorder("Ada", await lines.enter_async_context(enter(room.facilitator, name="Ada")))
    senders = [
        Recorder(name, await lines.enter_async_context(enter(room.member, name=name)))
        for name in SENDERS
    ]
    await ada.send(ask.Open())
    await until(lambda: all(one.seat.meeting.phase == 0 for one in senders), within=10)
    return [ada, *senders]


async def _burst(one: Recorder, bursting: asyncio.Event) -> None:
    count = 0
    while bursting.is_set():
        count += 1
        attempt = await one.say(f"{one.client.name} {count}")
        assert attempt.outcome == "receipt", attempt
        await asyncio.sleep(random.uniform(0.0, 0.01))


async def _restart(process: ServerProcess, everybody: list[Recorder]) -> tuple[float, float]:
    """How long it took to end, and how long from when it had started again until all were back."""
    receipts = sum(one.receipts for one in everybody)
    await until(lambda: sum(one.receipts for one in everybody) > receipts + len(SENDERS), within=10)
    lives = [one.seat.connections for one in everybody]
    told = time.monotonic()
    await process.stop()
    ended = time.monotonic()
    await process.start()
    started = time.monotonic()
    await until(
        lambda: all(
            one.seat.caught_up and one.seat.connections > life
            for one, life in zip(everybody, lives, strict=True)
        ),
        within=2 * BACK_WITHIN,
    )
    return ended - told, time.monotonic() - started


async def test_what_was_taken_is_answered_before_the_goodbye(tmp_path: Path):
    """Whatever a socket sent in the burst has its receipt, or is not stored; the goodbye is 1012."""
    async with serving(tmp_path) as process:
        ada = await _host(process)
        async with AsyncExitStack() as stack:
            sockets = [await stack.enter_async_context(_socket(ada)) for _ in range(8)]
            sending = [asyncio.create_task(_send_on(socket)) for socket in sockets]
            reading = [asyncio.create_task(_read_to_the_end(socket)) for socket in sockets]
            await asyncio.sleep(0.2)
            await process.stop()
            sent, ends = await asyncio.gather(*sending), await asyncio.gather(*reading)
    assert [code for _, code in ends] == [1012] * len(sockets)
    stored = {entry.command for entry in read_log(process.database)}
    for of_one, (receipts, _) in zip(sent, ends, strict=True):
        assert [id for id in of_one if id in stored] == receipts
        assert receipts, "the burst has to be one"


async def _send_on(socket: ClientConnection) -> list[str]:
    """One line after the other, until the goodbye; their ids."""
    sent: list[str] = []
    while True:
        try:
            id = secrets.token_hex(16)
            await socket.send(_line(id))
        except ConnectionClosed:
            return sent
        sent.append(id)
        await asyncio.sleep(0)


async def test_many_are_let_go_one_after_the_other_and_few_at_once(tmp_path: Path):
    """A hundred sockets a second; a probe on an open connection hears that we are draining."""
    async with serving(tmp_path) as process:
        ada = await _host(process)
        async with AsyncExitStack() as stack, httpx2.AsyncClient(trust_env=False) as probe:
            sockets = [await stack.enter_async_context(_socket(ada)) for _ in range(100)]
            assert (await probe.get(f"{process.origin}/readyz")).json()["status"] == "ok"
            told = time.monotonic()
            stopping = asyncio.create_task(process.stop())
            goodbyes = asyncio.gather(*(_goodbye(socket) for socket in sockets))
            await asyncio.sleep(0.3)
            answer = await probe.get(f"{process.origin}/readyz")
            with pytest.raises(OSError, match="Connect"):
                await asyncio.open_connection("127.0.0.1", process.port)
            times = sorted(at - told for at in await goodbyes)
            await stopping
            ended = time.monotonic() - told
    assert (answer.status_code, answer.json()) == (503, {"status": "draining"})
    assert times[90] - times[10] > 0.4, "spread over a second"
    assert ended < 4


async def test_a_peer_that_does_not_read_holds_up_no_end(tmp_path: Path):
    async with serving(tmp_path) as process:
        ada = await _host(process)
        _, writer = await asyncio.open_connection("127.0.0.1", process.port)
        writer.write(b"GET /rooms/x/socket HTTP/1.1\r\nHost: 127.0.0.1\r\n")  # And no more.
        async with _socket(ada) as stalled:
            stalled.transport.pause_reading()
            told = time.monotonic()
            await process.stop()
            assert time.monotonic() - told < ENDS_WITHIN
        writer.close()


async def _host(process: ServerProcess) -> Seat:
    """Ada's seat in a meeting that is open; her own socket is closed."""
    room = await process.new_room()
    async with enter(room.facilitator, name="Ada") as ada:
        await ada.send(ask.Open())
    return ada


@asynccontextmanager
async def _socket(seat: Seat) -> AsyncIterator[ClientConnection]:
    """Another socket of that seat, welcomed and spoken by hand."""
    door = seat._door
    async with connect(door.socket, compression=None, proxy=None, close_timeout=1) as socket:
        await socket.send(json.dumps({"type": "hello", "bearer": door.session}))
        while json.loads(await socket.recv())["type"] != "presence":
            pass
        yield socket


def _line(id: str) -> str:
    say = {"type": "say", "text": f"line {id}", "epoch": 1}
    return json.dumps({"type": "command", "id": id, "command": say})


async def _read_to_the_end(socket: ClientConnection) -> tuple[list[str], int | None]:
    """The ids that have a receipt, in their order, and the close code."""
    receipts: list[str] = []
    try:
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] == "receipt":
                receipts.append(frame["id"])
    except ConnectionClosed as closed:
        return receipts, closed.rcvd.code if closed.rcvd else None


async def _goodbye(socket: ClientConnection) -> float:
    _, code = await _read_to_the_end(socket)
    assert code == 1012
    return time.monotonic()


# Starting


def _settings(tmp_path: Path, **environ: str) -> Any:
    key = tmp_path / "key"
    key.write_bytes(bytes(32))
    postgres = {"DATABASE_URL": "postgresql://db.example/chatroom", "SECRET_FILE": str(key)}
    return load(postgres | environ)


def test_several_processes_share_a_bus_or_are_told_to_do_without(tmp_path: Path):
    with pytest.raises(BadSetting, match=r"^REDIS_URL: .*BUS=none"):
        server.require_servers(_settings(tmp_path))
    server.require_servers(_settings(tmp_path, REDIS_URL="redis://127.0.0.1"))
    server.require_servers(_settings(tmp_path, BUS="none"))


def test_several_processes_share_a_key_that_was_made_for_them(tmp_path: Path):
    with pytest.raises(BadSetting, match=r"^SECRET_FILE: "):
        _settings(tmp_path, SECRET_FILE="")
    with pytest.raises(BadSetting, match=r"^SECRET_FILE: .* is not there"):
        server.require_servers(_settings(tmp_path, BUS="none", SECRET_FILE=f"{tmp_path}/no"))


def test_one_process_needs_no_other_server(tmp_path: Path):
    server.require_servers(load({"DATABASE_URL": f"sqlite:///{tmp_path}/chatroom.db"}))
