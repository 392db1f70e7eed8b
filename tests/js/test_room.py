"""The browser folds a meeting as the server does: meetings of chance, seen by several seats at once."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest

from chatroom.live.rules import stream_name
from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.audience import changes_streams, snapshot, streams
from moderation.meeting.format import Reaction
from moderation.meeting.state import Meeting
from moderation.meeting.talking import why_silent
from moderation.meeting.turn import turn_until
from moderation.refused import Refused
from tests.cast import FACILITATORS, NAMES, SESSIONS, ada, ben, chidi, mo
from tests.meeting.generated import Dice, Played, Step, agenda

if TYPE_CHECKING:
    from tests.js.modules import Modules

pytestmark = pytest.mark.laws

MEETINGS, STEPS = (250, 160) if os.environ.get("FULL") == "1" else (50, 120)
RICH = 7
ROUNDS = 4
"""So often chance may try to get everywhere."""
# Who looks, and after how many steps of chance they come (again).
WATCHERS = ((ada, 0), (mo, 25), (ben, 0), (chidi, 40))
# What no page is told while it looks: how the log begins, and whose session took which seat.
UNSEEN = {happened.Convened, happened.SeatGiven, happened.CameBy, happened.KnockGiven}
UNSEEN |= {happened.Answered}
UNSEEN |= {happened.ReportNoted, happened.NeedSeen}
EVERYTHING = set(get_args(happened.AnyEntry)) - UNSEEN


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("SEED") or random.randrange(2**32))


@pytest.fixture(scope="module")
def told(seed: int) -> bytes:
    """Meetings of chance, as JSON."""
    return msgspec.json.encode(meetings(seed))


@pytest.fixture(scope="module")
def rich() -> list[list[dict[str, Any]]]:
    """The same meetings at every run; chance goes on until everything has happened that can."""
    told: list[list[dict[str, Any]]] = []
    for another in range(ROUNDS):
        told += meetings(RICH + another, 2 * MEETINGS)
        if seen_in(told) == EVERYTHING:
            break
    return told


@pytest.fixture(autouse=True)
def _show_seed(request: pytest.FixtureRequest, seed: int) -> None:
    """A failure shows what replays it."""
    request.node.add_report_section("setup", "seed", f"SEED={seed}")


def test_a_page_holds_what_a_fresh_page_would_be_sent(modules: Modules, told: bytes):
    modules.passes("fold.mjs", told)


def test_a_page_is_told_of_everything_there_is(modules: Modules, rich: list[Any]):
    assert seen_in(rich) == EVERYTHING
    modules.passes("fold.mjs", msgspec.json.encode(rich))


@pytest.mark.parametrize(
    ("module", "right", "wrong"),
    [
        ("room.js", 'case "withdrawn":\n', ""),
        ("room.js", "turnBeganAt: at,", "turnBeganAt: room.phaseBeganAt,"),
        ("room.js", "phase, phaseBeganAt: at,", "phase,"),
        ("room.js", "runTurn({ ...room, awayUntil: null }", "runTurn({ ...room }"),
        ("room.js", "removed: true,", "removed: false,"),
        ("standing.js", 'stoppedAt(room) === null ? "turn_running" : null', 'stoppedAt(room) === null ? null : null'),
        ("room.js", "entry.at_once ? 0 : 1", "1"),
        ("room.js", "turnStoppedAt: later(room.turnStoppedAt),", ""),
        ("room.js", "runTurn({ ...after, inviteUntil }, at)", "runTurn(after, at)"),
        ("room.js", "hands: [...others, seat], putOff", "hands: others, putOff"),
        ("room.js", 'withPerson(room, entry.seat, { role: "member" })', "room"),
        ("standing.js", "if (urgent || lane === \"only\") return null", "if (urgent) return null"),
        ("room.js", "entry.kind === \"topic\" ?", "entry.kind === \"cue\" ?"),
        ("room.js", "said: 0 }]))", "}]))"),
        ("timeline.js", "if (turn !== 0) this.#turns.set(turn, made)", ""),
        ("timeline.js", "line.words = null", ""),
        ("timeline.js", "Object.assign(line, { words, isEdited", "Object.assign(line, { isEdited"),
    ],
)  # fmt: skip
def test_a_planted_mistake_is_noticed(
    modules: Modules, rich: list[Any], module: str, right: str, wrong: str
):
    modules.spoil(module, right, wrong)
    for another in range(ROUNDS):
        told = rich if another == 0 else meetings(RICH + ROUNDS + another)
        if modules.notices("fold.mjs", msgspec.json.encode(told)):
            return
    raise AssertionError("the mistake was not noticed")


def seen_in(told: list[list[dict[str, Any]]]) -> set[type[Any]]:
    """The entries that some page was sent."""
    return {
        type(entry["numbered"]["entry"])
        for pages in told
        for page in pages
        for step in page["steps"]
        for entry in step["entries"]
    }


def meetings(seed: int, count: int = MEETINGS) -> list[list[dict[str, Any]]]:
    chance = random.Random(seed)
    return [meeting(chance) for _ in range(count)]


def meeting(chance: random.Random) -> list[dict[str, Any]]:
    """What each watcher is sent, step by step, and what the server holds to be so."""
    played = Played()
    played.command(agenda(chance), 0)
    for step in opening(chance.randint(-1, 6)):
        played.step(step)
    pages: dict[int, dict[str, Any]] = {}
    ended: list[dict[str, Any]] = []
    for number in range(STEPS):
        for seat, comes in WATCHERS:
            if number == comes and streams(played.meeting, seat):
                pages[seat] = page(played, seat)
        left = played.step(Dice(chance, played.meeting, played.now).step())
        for seat in list(pages) if left else ():
            theirs = streams(played.meeting, seat)
            if not theirs:
                ended.append(pages.pop(seat))  # Removed: the page is told to forget everything.
            elif any(comes_afresh(stored.entry, seat) for stored in left):
                ended.append(pages[seat])  # It starts afresh, with other streams.
                pages[seat] = page(played, seat)
            else:
                pages[seat]["steps"].append(
                    {
                        "entries": [
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
                        ],
                        **truth(played, seat),
                    }
                )
    return [*ended, *pages.values()]


def comes_afresh(entry: happened.AnyEntry, seat: int) -> bool:
    """It reads other streams from here on, or the seat is another session's."""
    is_back = isinstance(entry, happened.CameBack) and entry.seat == seat
    return is_back or changes_streams(entry) == seat


def page(played: Played, seat: int) -> dict[str, Any]:
    return {"seat": seat, "snapshot": snapshot(played.meeting, seat), "steps": []}


def truth(played: Played, seat: int) -> dict[str, Any]:
    meeting, now = played.meeting, played.now
    until, reason = turn_until(meeting) if meeting.holder is not None else (None, "")
    runs = reason == "time" and meeting.frozen_at is None and meeting.turn_stopped_at is None
    return {
        "now": now,
        # Without what never changes: it is in the page's own.
        "snapshot": msgspec.structs.asdict(snapshot(meeting, seat)) | {"phases": None},
        "seats": {
            number: {
                "silent": why_silent(meeting, number),
                "hand": why_no_hand(meeting, number, now, urgent=False),
                "urgent": why_no_hand(meeting, number, now, urgent=True),
                "rank": meeting.rank(number),
            }
            for number in meeting.seats
            if meeting.sits(number)
        },
        "left": until - now if until is not None and runs else None,
        "reactions": reactions(meeting, seat, now),
        "tagged": tagged(meeting, seat, now),
    }


def why_no_hand(meeting: Meeting, seat: int, now: float, *, urgent: bool) -> str | None:
    try:
        left = decider.decide(meeting, ask.RaiseHand(urgent), seat, now)
    except Refused as no:
        return no.code
    return None if left else "up"


def reactions(meeting: Meeting, seat: int, now: float) -> list[str] | None:
    """The words that `seat` may put under a line which has none of theirs; None where there is no such line."""
    mine = {number for who, number, _ in meeting.reactions if who == seat}
    line = next((number for number in meeting.lines if number not in mine), None)
    if line is None:
        return None
    return [
        kind for kind in get_args(Reaction) if _says_yes(meeting, ask.React(line, kind), seat, now)
    ]


def tagged(meeting: Meeting, seat: int, now: float) -> list[int]:
    """Whom `seat` may name as the next."""
    epoch = meeting.epoch
    return [who for who in meeting.seats if _says_yes(meeting, ask.Tag(epoch, who), seat, now)]


def _says_yes(meeting: Meeting, command: Any, seat: int, now: float) -> bool:
    try:
        return bool(decider.decide(meeting, command, seat, now))
    except Refused:
        return False


def opening(phase: int) -> list[Step]:
    """The cast comes in, and Ada goes as far as `phase`."""
    steps = [
        Step(0, ask.TakeSeat(SESSIONS[seat], role(seat), name)) for seat, name in NAMES.items()
    ]
    if phase >= 0:
        steps += [Step(ada, ask.Open(), 1.0)]
        steps += [Step(ada, ask.NextPhase(epoch), 1.0) for epoch in range(1, phase + 1)]
    return steps


def role(seat: int) -> Any:
    return "facilitator" if seat in FACILITATORS else "member"
