"""CM-23 with a real second look behind a real server: what only it finds, in order, and without it."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from httpx2 import AsyncClient
from starlette.applications import Starlette

from chatroom import app
from chatroom.live import reviewing
from chatroom.live.second_look import SecondLook
from chatroom.settings import Settings
from tests.journal.town import GATHERING, Frame, Line, Room, Town, town_in
from tests.load._load import spelt
from tests.processes import READY_WITHIN, SOON
from tests.web.visitors import shown

CRY = "i keep thinking the world would be lighter with me out of it"
"""No rule knows it; of that tests/content/test_model.py makes sure."""
OFFER = "selling leftover percs, cheap, who wants some"
TOKEN = "t" * 32


def patient(settings: Settings) -> Starlette:
    """However busy this machine is, a look is not late."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "SecondLook", partial(SecondLook, within=SOON))
        return app.create_app(settings)


@asynccontextmanager
async def town_that_looks(folder: Path, make: Callable[..., Starlette]) -> AsyncIterator[Town]:
    server, furnish = town_in(folder, make=make, REVIEW="all", METRICS_TOKEN=TOKEN, LIMITS="1000")
    with server.running():
        town = furnish()
        await ready(town)
        yield town
        await town.close()


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town_that_looks(tmp_path_factory.mktemp("town"), patient) as town:
        yield town


@pytest.fixture
async def room(town: Town) -> Room:
    return await town.room()


class Hasty(NamedTuple):
    """A room where a look may be late, and then the rules alone are left; and what looks there."""

    room: Room
    look: SecondLook


@pytest.fixture
async def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hasty]:
    looks: list[SecondLook] = []

    def kept(*given: Any) -> SecondLook:
        looks.append(SecondLook(*given))
        return looks[-1]

    monkeypatch.setattr(reviewing, "_cheap_half", lambda: lambda verdict, *_, **__: verdict)
    monkeypatch.setattr(app, "SecondLook", kept)
    async with town_that_looks(tmp_path, app.create_app) as town:
        yield Hasty(await town.room(), looks[-1])


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


async def test_cm_16_what_only_the_second_look_finds_waits_for_a_facilitator_and_is_read_by_nobody_else(
    room: Room,
):
    ada, ben, chidi = await room.open(), await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ada) as adas, room.sit(ben) as bens, room.sit(chidi) as chidis:
        assert (await bens.say(OFFER, GATHERING))["type"] == "receipt"
        held = await adas.entry("held")
        assert held["entry"]["words"] == OFFER
        assert [why["kind"] for why in held["entry"]["why"]] == ["sourcing"]
        assert (await bens.say("good evening all", GATHERING))["type"] == "receipt"
        assert (await chidis.entry("said"))["entry"]["words"] == "good evening all"
        release = {"type": "release", "number": held["number"]}
        assert (await adas.ask(release))["type"] == "receipt"
        assert (await chidis.entry("said"))["entry"]["words"] == OFFER


async def test_who_tells_the_facilitators_of_an_offer_is_heard_by_them_at_once(room: Room):
    ada, ben = await room.open(), await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        assert (await bens.ask({"type": "tell", "text": OFFER}))["type"] == "receipt"
        assert (await adas.entry("told"))["entry"]["words"] == OFFER


async def test_what_one_socket_sends_at_once_is_answered_and_read_in_its_order_p5(room: Room):
    """Looks take as long as their texts are long."""
    await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    calm = "I am glad to be here with all of you tonight, thank you. "
    texts = [calm * (12 if number % 3 == 0 else 1) + spelt(number) for number in range(8)]
    async with room.sit(ben) as bens, room.sit(chidi) as chidis:
        for number, text in enumerate(texts):
            say = {"type": "say", "text": text, "epoch": GATHERING}
            await bens.send({"type": "command", "id": f"{number:032x}", "command": say})
        answers = [await answer(bens) for _ in texts]
        assert [frame["id"] for frame in answers] == [f"{n:032x}" for n in range(8)]
        assert all(frame["type"] == "receipt" for frame in answers)
        said: list[str] = []
        while len(said) < len(texts):
            await chidis.next()
            entries = [entry["entry"] for entry in chidis.entries()]
            said = [entry["words"] for entry in entries if entry["type"] == "said"]
        assert said == [text.strip() for text in texts]


async def test_cm_23_while_the_look_is_gone_words_go_on_and_cries_that_rules_know_are_heard(
    hasty: Hasty,
):
    """Killed, it is started again; /readyz and /metrics say how it is."""
    room, look = hasty
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as bens:
        pid = look.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # It is late, and then it is gone.
        assert (await bens.say("good evening all", GATHERING))["type"] == "receipt"
        assert (await bens.say("I want to kill myself tonight", GATHERING))["type"] == "receipt"
        assert cares(bens) == 1
        assert await degraded(room.town) == 2
        os.kill(pid, signal.SIGKILL)
        await until(lambda: look.pid not in (pid, None))
        await ready(room.town)
        assert (await bens.say("good night all", GATHERING))["type"] == "receipt"


async def test_cm_23_a_cry_that_the_look_was_late_to_see_is_heard_all_the_same(hasty: Hasty):
    room, look = hasty
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as bens:
        assert look.pid is not None
        os.kill(look.pid, signal.SIGSTOP)
        assert (await bens.say(CRY, GATHERING))["type"] == "receipt"
        assert cares(bens) == 0, "nobody has seen it yet"
        os.kill(look.pid, signal.SIGCONT)
        await bens.until("care")


async def test_cm_23_a_late_cry_in_the_appeal_of_somebody_who_was_removed_is_heard_all_the_same(
    hasty: Hasty,
):
    room, look = hasty
    ada, ben = await room.open(), await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(ben):
        await adas.ask({"type": "remove", "seat": 2})
    assert look.pid is not None
    os.kill(look.pid, signal.SIGSTOP)
    appeal = {"id": "a" * 32, "text": CRY}
    answer = await room.town.post(f"/rooms/{room.slug}/appeals", appeal, ben)
    assert answer.status_code == 200, "they are heard by the facilitators"
    assert (await shown(room, ben))["case"] is None, "nobody has seen it yet"
    os.kill(look.pid, signal.SIGCONT)
    until = time.monotonic() + SOON
    while (await shown(room, ben))["case"] is None:
        assert time.monotonic() < until, "it is heard by now"
        await asyncio.sleep(0.05)


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


async def degraded(town: Town) -> int:
    """How many texts went on without a look."""
    _, metrics = await asked(town, "/metrics", authorization=f"Bearer {TOKEN}")
    counted = [line for line in metrics.splitlines() if line.startswith("chatroom_review_degraded")]
    return sum(int(line.split()[-1]) for line in counted)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not is_so():  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.02)


def cares(line: Line) -> int:
    """How many signals this socket was told of."""
    return sum(json.loads(data)["type"] == "care" for data in line.raw)


async def answer(line: Line) -> Frame:
    while True:
        frame = await line.next()
        if frame["type"] in ("receipt", "refusal", "retry"):
            return frame
