"""The browser folds a meeting as the server does: meetings of chance, seen by several seats at once."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from chatroom.rules import stream_name
from moderation.meeting.audience import snapshot, streams
from moderation.meeting.commands import NextPhase, Open, TakeSeat
from moderation.meeting.talking import why_silent
from tests.cast import FACILITATORS, NAMES, SESSIONS, ada, ben, chidi, mo
from tests.meeting.generated import Dice, Played, Step, convened

if TYPE_CHECKING:
    from tests.js.modules import Modules

pytestmark = pytest.mark.laws

MEETINGS, STEPS = (250, 120) if os.environ.get("FULL") == "1" else (60, 80)
RICH = 7
# Who looks, and after how many steps of chance they come (again).
WATCHERS = ((ada, 0), (mo, 25), (ben, 0), (chidi, 40))


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("SEED") or random.randrange(2**32))


@pytest.fixture(scope="module")
def told(seed: int) -> bytes:
    """Meetings of chance, as JSON."""
    chance = random.Random(seed)
    return msgspec.json.encode([meeting(chance) for _ in range(MEETINGS)])


@pytest.fixture(scope="module")
def rich() -> bytes:
    """The same meetings at every run, in which everything happens that a planted mistake would spoil."""
    chance = random.Random(RICH)
    return msgspec.json.encode([meeting(chance) for _ in range(2 * MEETINGS)])


@pytest.fixture(autouse=True)
def _show_seed(request: pytest.FixtureRequest, seed: int) -> None:
    """A failure shows what replays it."""
    request.node.add_report_section("setup", "seed", f"SEED={seed}")


def test_a_page_holds_what_a_fresh_page_would_be_sent(modules: Modules, told: bytes):
    modules.passes("fold.mjs", told)


@pytest.mark.parametrize(
    ("module", "right", "wrong"),
    [
        ("room.js", '["withdrawn", "phase"].includes', '["phase"].includes'),
        ("room.js", "turnAt: at,", "turnAt: room.phaseAt,"),
        ("room.js", "phase, phaseAt: at, hands", "phase, hands"),
        ("room.js", "{ ...room, awayUntil: null, awaySince: null,", "{ ...room,"),
        ("room.js", "removed: true,", "removed: false,"),
        ("room.js", 'return room.holder !== null ? "turn_running" : null', "return null"),
        ("timeline.js", "if (turn !== 0) this.#turns.set(turn, made)", ""),
        ("timeline.js", "line.words = null", ""),
    ],
)
def test_a_planted_mistake_is_noticed(
    modules: Modules, rich: bytes, module: str, right: str, wrong: str
):
    modules.spoil(module, right, wrong)
    modules.fails("fold.mjs", rich)


def meeting(chance: random.Random) -> list[dict[str, Any]]:
    """What each watcher is sent, step by step, and what the server holds to be so."""
    played = convened()
    for step in opening(chance.choice((-1, 0, 1, 2, 2, 2, 3))):
        played.step(step)
    pages: dict[int, dict[str, Any]] = {}
    for number in range(STEPS):
        for seat, comes in WATCHERS:
            if number == comes and streams(played.meeting, seat):
                pages[seat] = {
                    "seat": seat,
                    "snapshot": snapshot(played.meeting, seat),
                    "steps": [],
                }
        left = played.step(Dice(chance, played.meeting).step())
        for seat, page in list(pages.items()):
            theirs = streams(played.meeting, seat)
            if not theirs:
                del pages[seat]  # Removed: the page is told to forget everything.
                continue
            entries = [
                {
                    "stream": stream_name(stored.audience),
                    "numbered": {
                        "number": stored.stamp.number,
                        "at": stored.stamp.at,
                        "entry": stored.entry,
                    },
                }
                for stored in left
                if stored.audience in theirs
            ]
            page["steps"].append({"entries": entries, **truth(played, seat)})
    return list(pages.values())


def truth(played: Played, seat: int) -> dict[str, Any]:
    silent = {number: why_silent(played.meeting, number) for number in played.meeting.seats}
    return {"snapshot": snapshot(played.meeting, seat), "silent": silent}


def opening(phase: int) -> list[Step]:
    """The cast comes in, and Ada goes as far as `phase`."""
    steps = [Step(0, TakeSeat(SESSIONS[seat], role(seat), name)) for seat, name in NAMES.items()]
    if phase >= 0:
        steps += [Step(ada, Open(), 1.0)]
        steps += [Step(ada, NextPhase(epoch), 1.0) for epoch in range(1, phase + 1)]
    return steps


def role(seat: int) -> Any:
    return "facilitator" if seat in FACILITATORS else "member"
