"""What each fault cost, measured on the tape: worst seconds, and how often a client was sent away."""

from __future__ import annotations

import os
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from tests.faults.check import History


class Figure(NamedTuple):
    """Of one fault in one run; all but the counts in seconds."""

    on: str
    fault: str
    answer: float
    """The slowest answer to a command that was sent before the heal."""
    after_heal: float
    """From the heal until the last of those had its answer."""
    at_head: float
    """From the last answer until everybody was at the head."""
    receipts: int
    retries: int


def keep(figure: Figure) -> None:
    """For the table of docs/reliability.md, where FIGURES names a file."""
    if kept := os.environ.get("FIGURES"):
        with Path(kept).open("ab") as file:
            file.write(msgspec.json.encode(figure._asdict()) + b"\n")


def figures(history: History, tape: Path) -> list[Figure]:
    """One for each fault of the run."""
    lines = [msgspec.json.decode(line) for line in tape.read_bytes().splitlines()]
    healed = [line for line in lines if line["kind"] == "healed"]
    begun = [line for line in lines if line["kind"] == "fault"]
    retries = [line["t"] for line in lines if line["kind"] == "retry"]
    attempts = [one for client in history.clients for one in client.attempts]
    found = []
    for begin, heal in zip(begun, healed, strict=True):
        quiet = next(one for one in history.quiets if one["t"] > heal["t"])
        asked = [
            one
            for one in attempts
            if begin["t"] <= one.answered <= quiet["t"] and one.sent <= heal["t"]
        ]
        arrivals = [
            story.reached[at][1] - quiet["t"]
            for story in history.stories.values()
            if (at := bisect_left(story.reached, (quiet["head"], 0.0))) < len(story.reached)
        ]
        found.append(
            Figure(
                history.run["deployment"],
                begin["fault"],
                max((one.answered - one.sent for one in asked), default=0.0),
                max([one.answered - heal["t"] for one in asked] + [0.0]),
                max([*arrivals, 0.0]),
                sum(one.outcome == "receipt" for one in asked),
                sum(begin["t"] <= at <= quiet["t"] for at in retries),
            )
        )
    return found
