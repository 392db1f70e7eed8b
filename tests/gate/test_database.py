"""A database that somebody else holds, or that is broken: the operator hears it, and Help has its numbers."""

import asyncio
import json
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from httpx2 import AsyncClient, Response
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chatroom.client.door import Door, find_door
from chatroom.groups.departures import WATCHED_EVERY
from chatroom.live.refusals import CLOSE_CODES
from chatroom.store import postgres as sessions
from chatroom.store import soundness
from chatroom.store.soundness import LOCKED_FOR, LOOKS_AGAIN, Soundness
from chatroom.web.help import ANSWERED_WITHIN
from tests import servers
from tests.gate.test_heads import LATE
from tests.gate.wire import seconds_for
from tests.processes import SLOW, Room, ServerProcess, serving

TOLD_WITHIN = 8.0 * SLOW
"""Seconds: one timeout for a connection, one for an answer. Each in turn it would be minutes."""
LINES = [{"label": "Helpline", "text": "116 123", "url": "tel:116123"}]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    async with serving(tmp_path) as process:
        yield process


async def cry(server: ServerProcess) -> Response:
    async with AsyncClient(base_url=server.origin, trust_env=False, timeout=30.0) as http:
        return await http.post("/help", json={"id": secrets.token_hex(16)})


async def readiness(server: ServerProcess) -> str:
    async with AsyncClient(base_url=server.origin, trust_env=False, timeout=30.0) as http:
        status: str = (await http.get("/readyz")).json()["status"]
        return status


async def until_it_says(server: ServerProcess, status: str, within: float) -> None:
    end = time.monotonic() + within
    while (said := await readiness(server)) != status:
        assert time.monotonic() < end, said


async def test_p17_who_holds_the_database_is_told_of_within_two_seconds(server: ServerProcess):
    assert await readiness(server) == "ok"
    with closing(sqlite3.connect(server.database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        assert LOCKED_FOR < 2.0
        assert await seconds_for(lambda: until_it_says(server, "not storing", 10.0)) < 2.0 + LATE
        somebody.rollback()
    await until_it_says(server, "ok", 10.0)


async def test_a99_help_answers_with_its_numbers_though_the_database_is_held(server: ServerProcess):
    with closing(sqlite3.connect(server.database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        answers: list[Response] = []

        async def pressed() -> None:
            answers.append(await cry(server))

        assert await seconds_for(pressed) < ANSWERED_WITHIN + LATE
        (answer,) = answers
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["helplines"] == LINES
        assert "call the number below now" in answer.json()["words"]
        assert "code" not in answer.json(), "then a page would not go on asking"
        somebody.rollback()
    assert (await cry(server)).json()["case"]


class Pair(NamedTuple):
    """A server, and a database that is its own."""

    postgres: servers.Postgres
    server: ServerProcess


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    secret = tmp_path / "secret"
    secret.write_bytes(secrets.token_bytes(32))
    secret.chmod(0o600)
    with servers.postgres() as postgres:
        environ = {"DATABASE_URL": postgres.url(), "SECRET_FILE": str(secret), "BUS": "none"}
        async with serving(tmp_path, **environ) as server:
            try:
                yield Pair(postgres, server)
            finally:
                postgres.go_on()


async def test_p17_fifty_who_come_while_the_database_keeps_silent_are_told_at_once(
    pair: Pair,
):
    """None of them waits for the others' turns, though nobody has the room in memory."""
    postgres, server = pair
    room = await server.new_room()
    doors = [await find_door(room.member, None) for _ in range(50)]
    await seat(server, room, doors)
    await server.stop()
    await server.start()
    postgres.stop()
    assert await seconds_for(lambda: all_come(server, room, doors)) < TOLD_WITHIN
    postgres.go_on()
    await until_it_says(server, "ok", 20.0)
    assert await code_of(server, room, doors[0]) is None, "they have seats, and come in"


async def test_p17_a_database_that_falls_silent_ends_no_server(
    pair: Pair,
):
    """Its connections were good a moment ago, and are asked first whether they still are."""
    postgres, server = pair
    room = await server.new_room()
    await find_door(room.member, None)
    postgres.stop()
    end = time.monotonic() + WATCHED_EVERY + 2 * sessions.ANSWER_WITHIN + 2.0
    async with AsyncClient(base_url=server.origin, trust_env=False, timeout=30.0) as http:
        while time.monotonic() < end:
            answer = await http.get(f"/rooms/{room.slug}")
            assert (answer.status_code, server.running) == (503, True), server.last_words()
    postgres.go_on()
    await until_it_says(server, "ok", 20.0)


async def seat(server: ServerProcess, room: Room, doors: list[Door]) -> None:
    async with AsyncClient(base_url=server.origin, trust_env=False, timeout=30.0) as http:
        for count, door in enumerate(doors):
            body = {
                "id": secrets.token_hex(16),
                "name": f"Ben {chr(0x41 + count // 26)}{chr(0x61 + count % 26)}",
            }
            bearer = {"Authorization": f"Bearer {door.session}"}
            taken = await http.post(f"/rooms/{room.slug}/seats", json=body, headers=bearer)
            assert taken.status_code == 200, taken.text


async def all_come(server: ServerProcess, room: Room, doors: list[Door]) -> None:
    codes = await asyncio.gather(*(code_of(server, room, door) for door in doors))
    assert set(codes) == {CLOSE_CODES["restart"].code}


async def code_of(server: ServerProcess, room: Room, door: Door) -> int | None:
    """Why a socket was closed; None for one that has come in."""
    url = f"{server.origin.replace('http', 'ws')}/rooms/{room.slug}/socket"
    async with connect(url, compression=None, proxy=None, open_timeout=60.0) as socket:
        try:
            await socket.send(json.dumps({"type": "hello", "bearer": door.session}))
            while '"fresh"' not in str(await socket.recv()):
                pass
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0
        return None


async def test_a99_p18_a_file_that_breaks_while_running_is_said_and_help_has_its_numbers(
    server: ServerProcess,
):
    assert await readiness(server) == "ok"
    await checkpointed(server)
    data = server.database.read_bytes()
    with server.database.open("r+b") as file:
        for start in range(4096, len(data), 4096):
            file.seek(start)
            file.write(b"\xff" * 4096)
    await until_it_says(server, "database damaged", LOOKS_AGAIN + 20.0)
    answer = await cry(server)
    assert answer.json()["helplines"] == LINES
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line[0] == "{"]
    assert all("traceback" not in json.dumps(line).lower() for line in lines)


async def checkpointed(server: ServerProcess) -> None:
    with closing(sqlite3.connect(server.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "no header": lambda data: bytes(100) + data[100:],
    "half of it": lambda data: data[: len(data) // 8192 * 4096],
    "a page of 0xff": lambda data: data[:4096] + b"\xff" * 4096 + data[8192:],
    "nothing but zeros": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
async def test_each_kind_of_damage_is_found(
    tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(soundness, "LOOKS_AGAIN", 0.0)
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE words (text)")
        database.executemany("INSERT INTO words VALUES (?)", [("word" * 100,)] * 200)
        database.commit()
    file = Soundness(path)
    assert await file.fault() is None
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert await file.fault() == "database damaged"


async def test_however_many_ask_there_is_one_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    looks: list[Path] = []
    monkeypatch.setattr(soundness, "damage_in", looks.append)
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE words (text)")
    file = Soundness(path)
    await asyncio.gather(*(file.fault() for _ in range(50)))
    assert len(looks) == 1
