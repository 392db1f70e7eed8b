"""Of what was said in a meeting nothing is left on the machine, once its time is over (A101)."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from redis import Redis

from chatroom.client import Refused, enter
from moderation.meeting import commands as ask
from tests import servers
from tests.processes import SLOW, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.processes import Room

NAME, LINE, ASIDE, HAND, REFUSED = CANARIES = (
    "Quillon",
    "bramblewick",
    "thistledown",
    "foxglovery",
    "marshmarigold",
)
SWEPT_WITHIN = 10.0 * SLOW


async def an_evening(room: Room) -> None:
    """Every way in which words come in: said, told aside, as a name, and refused."""
    async with enter(room.facilitator, name="Ada") as ada, enter(room.member, name=NAME) as ben:
        await ada.send(ask.Open())
        await ben.until(lambda: ben.meeting.opened_at is not None)
        await ben.say(f"I went to {LINE} today")
        await ben.send(ask.Tell(f"only for you: {ASIDE}"))
        with pytest.raises(Refused, match="contact_details"):
            await ben.say(f"write to {REFUSED}@example.org")
        await ada.say(f"{HAND} to all")
        await ada.send(ask.Close())


def holding(folder: Path) -> dict[str, list[str]]:
    """Which canaries stand in which files, whatever these are."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            there = [word for word in CANARIES if word.encode() in data]
            if there:
                found[str(path.relative_to(folder))] = there
    return found


async def test_a101_p20_p21_after_the_sweep_no_file_holds_a_word_of_the_evening(tmp_path: Path):
    """The database with all that lies beside it, the log of the server, and what it left in its folder for such."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    async with serving(tmp_path, TMPDIR=str(temporary)) as server:
        await an_evening(await server.new_room())
        assert not holding(tmp_path), "what is on the disk is sealed"
        with closing(sqlite3.connect(server.database)) as database, database:
            database.execute("UPDATE log SET keep = 0")
        async with asyncio.timeout(SWEPT_WITHIN):
            while holding(tmp_path):  # noqa: ASYNC110 - it looks from outside
                await asyncio.sleep(0.2)


async def test_a101_p20_p21_neither_redis_nor_a_log_file_ever_holds_a_word(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_bytes(secrets.token_bytes(32))
    secret.chmod(0o600)
    with ExitStack() as stack:
        url = stack.enter_context(servers.database_url())
        valkey = stack.enter_context(servers.valkey())
        environ = {"DATABASE_URL": url, "SECRET_FILE": str(secret), "BUS": "redis"}
        async with serving(tmp_path, **environ, REDIS_URL=valkey.url) as server:
            with Redis.from_url(valkey.url) as redis, redis.monitor() as heard:
                await an_evening(await server.new_room())
                redis.publish("canary", "the last one")
                told: list[str] = []
                while "the last one" not in (told[-1] if told else ""):
                    told.append(str(heard.next_command()["command"]))
            assert len(told) > 1, "need a bus that is used"
            assert not [one for one in told if any(word in one for word in CANARIES)]
            assert not holding(tmp_path)
