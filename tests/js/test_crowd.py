"""The browser folds what it is told of a crowd: it agrees on whomever it knows, whatever happens to the others."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from chatroom.live.rules import stream_name
from moderation.meeting import crowd
from moderation.meeting.audience import people, snapshot, streams
from tests.js.test_room import comes_afresh, opening
from tests.meeting.generated import Dice, Played, agenda

if TYPE_CHECKING:
    from tests.js.modules import Modules

pytestmark = pytest.mark.laws

MEETINGS, STEPS = 60, 100
SEED = 11


def test_a_page_of_a_crowd_agrees_on_everybody_it_knows(
    modules: Modules, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crowd, "CROWD", 2)
    chance = random.Random(SEED)
    pages = [page for _ in range(MEETINGS) for page in watched(chance)]
    modules.passes("crowd.mjs", msgspec.json.encode(pages))


def watched(chance: random.Random) -> list[dict[str, Any]]:
    """What Ben's page is sent; now and then it asks for somebody, known or not."""
    seat = 2
    played = Played()
    played.command(agenda(chance), 0)
    for step in opening(chance.randint(-1, 6)):
        played.step(step)
    pages: list[dict[str, Any]] = []
    is_in = False
    for _ in range(STEPS):
        left = played.step(Dice(chance, played.meeting, played.now).step())
        meeting = played.meeting
        theirs = streams(meeting, seat)
        if not theirs or not crowd.is_crowd(meeting):
            is_in = False
        elif not is_in or any(comes_afresh(stored.entry, seat) for stored in left):
            pages.append({"seat": seat, "snapshot": snapshot(meeting, seat), "steps": []})
            is_in = True
        elif left:
            asked = [chance.choice(sorted(meeting.seats))] if chance.random() < 0.1 else []
            pages[-1]["steps"].append(
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
                    "asked": people(meeting, seat, asked),
                    "people": people(meeting, seat, meeting.seats),
                    "crowd": meeting.sitting,
                    "now": played.now,
                }
            )
    return pages
