"""CM-23 with a real second look behind a real server: what only it finds, in order, and without it."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from tests.journal.town import GATHERING, Frame, Line, Room, Town, town_in
from tests.processes import READY_WITHIN, SOON

CRY = "no reason to go on, everybody would be better off without me"
"""No rule knows it."""
TOKEN = "t" * 32


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    server, furnish = town_in(
        tmp_path_factory.mktemp("town"), REVIEW="all", METRICS_TOKEN=TOKEN, LIMITS="1000"
    )
    with server.running():
        town = furnish()
        yield town
        await town.close()


@pytest.fixture
async def room(town: Town) -> Room:
    await ready(town)
    return await town.room()


async def asked(town: Town, path: str, **headers: str) -> tuple[int, str]:
    async with AsyncClient(trust_env=False, timeout=SOON) as http:
        answer = await http.get(f"{town.origin}{path}", headers=headers)
    return answer.status_code, answer.text


async def ready(town: Town) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while True:
            if json.loads((await asked(town, "/readyz"))[1])["review"] == "ready":
                return
            await asyncio.sleep(0.02)


async def test_a_cry_that_no_rule_knows_is_published_and_raises_a_case_ce06(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as bens:
        assert (await bens.say(CRY, GATHERING))["type"] == "receipt"
        assert cares(bens) == 1


async def test_a_cry_that_no_rule_knows_is_heard_though_it_is_refused_ce06(room: Room):
    ada, ben = await room.open(), await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        await adas.ask({"type": "mute", "seat": 2, "minutes": 10})
        refusal = await bens.say(CRY, GATHERING)
        assert (refusal["code"], "help" in refusal["next"]) == ("muted", True)
        assert cares(bens) == 1


async def test_a_cry_that_no_rule_knows_is_heard_in_what_is_too_long_ce06(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as bens:
        refusal = await bens.say("I walked to the meeting. " * 100 + CRY, GATHERING)
        assert (refusal["code"], refusal["next"][0]) == ("too_long", "help")
        assert cares(bens) == 1


async def test_what_one_socket_sends_at_once_is_answered_and_read_in_its_order_p5(room: Room):
    """Looks take as long as their texts are long."""
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    texts = ["I walked to the meeting. " * (40 if n % 3 == 0 else 1) + str(n) for n in range(8)]
    async with room.sit(ben) as bens, room.sit(chidi) as chidis:
        for number, text in enumerate(texts):
            say = {"type": "say", "text": text, "epoch": GATHERING}
            await bens.send({"type": "command", "id": f"{number:032x}", "command": say})
        answers = [await answer(bens) for _ in texts]
        assert [frame["id"] for frame in answers] == [f"{n:032x}" for n in range(8)]
        assert all(frame["type"] == "receipt" for frame in answers)
        said = [(await chidis.entry("said"))["entry"]["words"] for _ in texts]
        assert said == [text.strip() for text in texts]


async def test_cm_23_while_the_look_is_gone_words_go_on_and_cries_that_rules_know_are_heard(
    room: Room, town: Town
):
    """Killed, it is started again; /readyz and /metrics say how it is, and only to who has the token (A90)."""
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as bens:
        pid = the_look()
        os.kill(pid, signal.SIGSTOP)  # It is late, and then it is gone.
        assert (await bens.say("good evening all", GATHERING))["type"] == "receipt"
        assert (await bens.say("I want to kill myself tonight", GATHERING))["type"] == "receipt"
        assert cares(bens) == 1
        os.kill(pid, signal.SIGKILL)
        await until_degraded(town, "late", 2)
        await ready(town)
        assert the_look() != pid
        assert (await bens.say(CRY, GATHERING))["type"] == "receipt"


async def test_a90_metrics_are_for_who_has_the_token(room: Room, town: Town):
    status, metrics = await asked(town, "/metrics", authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert 'chatroom_review_state{state="ready"} 1' in metrics
    assert "chatroom_review_waiting 0" in metrics
    assert room.slug not in metrics
    nowhere = await asked(town, "/nowhere")
    assert nowhere[0] == 404
    for token in ("", "Bearer x", f"Bearer {TOKEN}x", TOKEN):
        assert (await asked(town, "/metrics", authorization=token))[0] == 404


def the_look() -> int:
    """The process that looks, a child of the server's: of this one."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [int(pid) for path in children for pid in path.read_text().split()]
    [found] = [pid for pid in pids if b"looker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return found


async def until_degraded(town: Town, why: str, least: int) -> None:
    async with asyncio.timeout(SOON):
        while True:
            _, metrics = await asked(town, "/metrics", authorization=f"Bearer {TOKEN}")
            [line] = [
                line for line in metrics.splitlines() if f'degraded_total{{why="{why}"}}' in line
            ]
            if int(line.split()[-1]) >= least:
                return


def cares(line: Line) -> int:
    """How many signals this socket was told of."""
    return sum(json.loads(data)["type"] == "care" for data in line.raw)


async def answer(line: Line) -> Frame:
    while True:
        frame = await line.next()
        if frame["type"] in ("receipt", "refusal", "retry"):
            return frame
