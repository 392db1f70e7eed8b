"""A room that is compressed: the same meeting in fewer bytes, for who takes it so and who does not."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    PerMessageDeflate,
)

from chatroom.live import circle
from chatroom.live.deflate import deflated
from chatroom.store import rooms
from tests.journal.town import Line, Room, Town, town_in

FAR = "far-away"
LINE = (
    "It was a long week for me, and it is good to be here with all of you tonight, truly. " * 2
    + "Thanks."
)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    server, furnish = town_in(tmp_path, COMPRESSED_ROOMS=FAR)
    with server.running():
        town = furnish()
        yield town
        await town.close()


async def room_called(town: Town, name: str) -> Room:
    made = await rooms.create_room(
        town.engine, name, "small-discussion", town.clock.now(), secrets.token_bytes
    )
    return Room(town, made)


@asynccontextmanager
async def sit(room: Room, token: str, *, offers: bool) -> AsyncIterator[Line]:
    options: dict[str, Any] = {"extensions": [ClientPerMessageDeflateFactory()] if offers else []}
    async with room.town.socket(f"{room.path}/socket", **options) as line:
        await line.hello(token)
        yield line


def is_compressed(line: Line) -> bool:
    return any(isinstance(one, PerMessageDeflate) for one in line.socket.protocol.extensions)


async def test_everybody_reads_the_same_meeting_whether_their_browser_takes_it_compressed_or_not(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    """Each line is compressed once, and not for each of them."""
    lines: list[bytes] = []

    def counted(frame: bytes) -> bytes:
        if b'"type":"said"' in frame:
            lines.append(frame)
        return deflated(frame)

    monkeypatch.setattr(circle, "deflated", counted)
    room = await room_called(town, "Far away")
    assert room.slug == FAR
    ada = await room.open()
    tokens = {name: await room.seat(name) for name in ("Ben", "Chidi", "Dana")}
    async with AsyncExitStack() as stack:
        sat = {
            name: await stack.enter_async_context(sit(room, token, offers=name != "Dana"))
            for name, token in {"Ada": ada, **tokens}.items()
        }
        assert {name: is_compressed(line) for name, line in sat.items()} == {
            **dict.fromkeys(("Ada", "Ben", "Chidi"), True),
            "Dana": False,
        }
        epoch = 1
        answer = await sat["Ada"].ask({"type": "next_phase", "epoch": epoch})
        assert answer["type"] == "receipt", answer
        for number in range(20):
            answer = await sat["Ada"].say(f"{number} {LINE}", epoch + 1)
            assert answer["type"] == "receipt", answer
        assert len(lines) == 20
        for name, line in sat.items():
            while len(words(line)) < 20:
                await line.next()
            assert words(line) == [f"{number} {LINE}" for number in range(20)], name


def words(line: Line) -> list[str]:
    return [entry["entry"]["words"] for entry in line.entries() if entry["entry"]["type"] == "said"]


async def test_a_room_that_nobody_named_is_plain_whatever_is_offered(town: Town):
    room = await room_called(town, "Near by")
    ada = await room.open()
    async with sit(room, ada, offers=True) as line:
        assert not is_compressed(line)


async def test_the_desk_and_the_lines_of_cases_are_never_compressed(town: Town):
    offered: dict[str, Any] = {"extensions": [ClientPerMessageDeflateFactory()]}
    for path in ("/desk/socket", "/cases/0123456789abcdef/socket"):
        async with town.socket(path, **offered) as line:
            assert not is_compressed(line)
