"""One command id is one command, however often and over however many sockets it is sent."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from chatroom.client import enter, new_id
from moderation.meeting import commands as ask
from tests.faults.checker import Attempt, faults_of, read_log
from tests.faults.deployment import deployment
from tests.faults.export import sqlite_rows
from tests.faults.recorder import Recorder, recording, until
from tests.processes import SOON, ServerProcess, serving

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.faults

SOCKETS = 5
COMMANDS = 2000 if os.environ.get("FULL") else 300
KILLS = 20 if os.environ.get("FULL") else 3


async def test_a_command_sent_again_is_answered_with_its_first_receipt(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P2: each id 1 to 5 times over 5 sockets at once, now and then with other words, then once more."""
    async with serving(tmp_path) as server:
        async with _five_sockets(server) as bens:
            for count in range(COMMANDS):
                await _one_id(bens, f"line {count}", chance)
            sent = sum(len(one.client.attempts) for one in bens)
        await server.stop()
        faults = faults_of([one.close() for one in bens], read_log(server.database))
    tell(f"{COMMANDS} ids sent {sent} times")
    assert not faults, "\n".join(faults[:20])


async def _one_id(bens: list[Recorder], words: str, chance: random.Random) -> None:
    id = new_id()
    chosen = chance.sample(bens, chance.randint(1, SOCKETS))
    texts = [f"{words}, changed" if chance.random() < 0.2 else words for _ in chosen]
    attempts = await asyncio.gather(
        *(_later(one, text, id, chance) for one, text in zip(chosen, texts, strict=True))
    )
    stored = [attempt for attempt in attempts if attempt.outcome == "receipt"]
    assert len({attempt.words for attempt in stored}) == 1, "one of the two payloads is the command"
    first = stored[0]
    for attempt in attempts:
        assert attempt in stored or (attempt.code, attempt.words != first.words) == (
            "id_reused",
            True,
        )
    again, other = chance.sample(bens, 2)
    repeated = await again.say(first.words or "", id=id)
    assert (repeated.stream, repeated.number) == (first.stream, first.number)
    assert (await other.say(f"{words}, changed once more", id=id)).code == "id_reused"


async def _later(one: Recorder, words: str, id: str, chance: random.Random) -> Attempt:
    await asyncio.sleep(chance.choice((0.0, 0.0, chance.uniform(0.0, 0.003))))
    return await one.say(words, id=id)


async def test_a_command_that_changed_nothing_has_the_same_empty_receipt_again(tmp_path: Path):
    """A receipt without a number left no entry, and repeating it leaves none."""
    async with serving(tmp_path) as server:
        async with _five_sockets(server) as bens:
            for id in (new_id(), new_id()):
                for one in bens:
                    attempt = await one.send(ask.LowerHand(), id=id)
                    assert (attempt.outcome, attempt.stream, attempt.number) == (
                        "receipt",
                        None,
                        None,
                    )
        await server.stop()
        log = read_log(server.database)
        faults = faults_of([one.close() for one in bens], log)
    assert not faults, "\n".join(faults)
    assert not [entry for entry in log if entry.type.startswith("hand")]


async def test_a_command_is_stored_once_though_the_server_dies_while_it_is_sent(
    tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P1 and P2 together: all five sockets send the same ids again and again while the server is killed."""
    async with serving(tmp_path) as server:
        async with _five_sockets(server) as bens:
            for kill in range(KILLS):
                ids = [(new_id(), f"line {kill}.{count}") for count in range(20)]
                sending = asyncio.gather(
                    *(one.say(words, id=id) for one in bens for id, words in ids)
                )
                before = sum(one.receipts for one in bens)
                await until(lambda: sum(one.receipts for one in bens) > before, within=SOON)  # noqa: B023
                await asyncio.sleep(chance.uniform(0.0, 0.01))
                server.kill9()
                await server.start()
                attempts = await asyncio.wait_for(sending, 1.5 * SOON)
                assert {attempt.outcome for attempt in attempts} == {"receipt"}
        await server.stop()
        faults = faults_of([one.close() for one in bens], read_log(server.database))
    tell(f"{KILLS} kills")
    assert not faults, "\n".join(faults[:20])


async def test_the_last_word_holds_though_all_answers_to_it_and_before_it_were_lost(
    tmp_path: Path, chance: random.Random
):
    """P5: Ada unmutes Ben, who is not muted, then mutes him; what she sends again is not in that order."""
    deaf = False

    def down(data: bytes) -> bytes:
        return b"" if deaf else data

    place = deployment("a", tmp_path, chance, lambda link: (lambda data: data, down))
    async with place.up():
        room = await place.new_room()
        async with enter(room.facilitator, name="Ada") as seat, enter(room.member, name="Ben") as b:
            ada, ben = Recorder("Ada", seat), Recorder("Ben", b)
            async with recording(ada, ben):
                await ada.send(ask.Open())
                await until(lambda: b.meeting.phase == 0, within=SOON)
                deaf = True
                answers = asyncio.gather(
                    ada.send(ask.Unmute(b.seat)), ada.send(ask.Mute(b.seat, minutes=60))
                )
                await until(lambda: _stored(place.servers[0], "muted"), within=SOON)
                deaf = False
                place.front.cut(1.0)
                unmute, mute = await asyncio.wait_for(answers, SOON)
        await place.stop()
        faults = faults_of([ada.close(), ben.close()], read_log(place.servers[0].database))
    assert not faults, "\n".join(faults)
    assert (unmute.code, mute.outcome) == ("overtaken", "receipt")


def _stored(server: ServerProcess, tag: str) -> bool:
    return any(row["type"] == tag for row in sqlite_rows(server.database))


@asynccontextmanager
async def _five_sockets(server: ServerProcess) -> AsyncIterator[list[Recorder]]:
    """Ben's, in an open meeting."""
    room = await server.new_room()
    async with AsyncExitStack() as lines:
        ada = await lines.enter_async_context(enter(room.facilitator, name="Ada"))
        seat = await lines.enter_async_context(enter(room.member, name="Ben"))
        others = [
            await lines.enter_async_context(seat.another_socket()) for _ in range(SOCKETS - 1)
        ]
        bens = [Recorder(f"Ben {n}", one) for n, one in enumerate([seat, *others])]
        async with recording(*bens, within=2 * SOON):
            await ada.send(ask.Open())
            await until(lambda: all(one.seat.meeting.phase == 0 for one in bens), within=SOON)
            yield bens
