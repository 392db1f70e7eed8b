"""The judge as a program: python -m tests.faults.check HISTORY.jsonl EXPORT.jsonl.

It reads what tape.py wrote and what export.py read, prints each fault in words and exits with 1
where there is one. Nothing of the server is imported; the oracle of floor.md knows its entries only.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from moderation.meeting import entries as happened
from tests.faults.checker import Attempt, Client, Saw, Stored, faults_of, stored
from tests.meeting.oracle import Illegal, Oracle

if TYPE_CHECKING:
    from collections.abc import Iterable

LATE = 10.0
"""Seconds that a deadline may pass by over the longest outage of a run (P12)."""
FATTER = 120 * 2**20
MORE_DESCRIPTORS = 80
COMMAND_ID = re.compile(r"\b[0-9a-f]{32}\b")
BAD_LINES = ("Traceback", '"decision_failed"', '"commit_failed"', "Task exception")


@dataclass
class Story:
    """One client of the history, and when it came and went."""

    client: Client
    waiting: dict[str, Attempt] = field(default_factory=dict)
    pending: _Fresh | None = None
    welcomed: float = 0.0
    ended: tuple[float, str] | None = None
    broken: list[str] = field(default_factory=list)
    reached: list[tuple[int, float]] = field(default_factory=list)
    """The numbers of the room, and when they were here."""


@dataclass
class _Fresh:
    heads: dict[str, int]
    places: dict[str, int]
    seen: list[Saw] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return all(self.places.get(stream, 0) >= head for stream, head in self.heads.items())


@dataclass
class History:
    """All that a tape holds."""

    run: dict[str, Any] = field(default_factory=dict)
    stories: dict[str, Story] = field(default_factory=dict)
    quiets: list[dict[str, Any]] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)

    @property
    def clients(self) -> list[Client]:
        """Those who ever had a seat."""
        return [story.client for story in self.stories.values() if story.client.seat]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.others if line["kind"] == kind]


def read_history(path: Path) -> History:
    """The tape, line by line."""
    history = History()
    for text in path.read_bytes().splitlines():
        line = msgspec.json.decode(text)
        match line["kind"]:
            case "run":
                history.run = line
            case "client":
                history.stories[line["client"]] = Story(Client(line["client"], line["seat"]))
            case "seated":
                history.stories[line["client"]].client.seat = line["seat"]
            case "quiet":
                history.quiets.append(line)
            case _ if "client" in line:
                _take(history.stories[line["client"]], line)
            case _:
                history.others.append(line)
        if line["kind"] == "again":
            history.others.append(line)
    return history


def _take(story: Story, line: dict[str, Any]) -> None:
    match line["kind"]:
        case "sent":
            _sent(story, line)
        case "receipt" | "refusal":
            _answered(story, line)
        case "fresh":
            story.welcomed = line["t"]
            story.pending = _Fresh(line["heads"], dict(line["starts"]))
            if line["reason"] != "new":
                story.client.resets.append(line["reason"])
            _complete(story)
        case "resumed":
            story.welcomed, story.pending = line["t"], None
        case "entry":
            _saw(story, line)
        case "closed":
            story.pending = None  # What was half there counts for nothing.
        case "ended":
            story.ended = (line["t"], line["how"])
        case "broken":
            story.broken.append(line["words"])
        case _:  # A retry, a presence: no business of the judge.
            pass


def _sent(story: Story, line: dict[str, Any]) -> None:
    attempt = Attempt(
        story.client.seat,
        line["id"],
        line["type"],
        line["words"],
        line["t"],
        line["about"],
        lasts=line["lasts"] or float("inf"),
        again=line["again"],
    )
    story.client.attempts.append(attempt)
    story.waiting[line["id"]] = attempt


def _answered(story: Story, line: dict[str, Any]) -> None:
    attempt = story.waiting.pop(line["id"], None)
    if attempt is None:
        # Sent again over a new socket, answered on both.
        known = next(one for one in story.client.attempts if one.id == line["id"])
        attempt = Attempt(known.seat, known.id, known.type, known.words, known.sent, known.about)
        story.client.attempts.append(attempt)
    attempt.outcome = line["kind"]
    attempt.answered = line["t"]
    attempt.stream, attempt.number = line.get("stream"), line.get("number")
    attempt.code = line.get("code")


def _saw(story: Story, line: dict[str, Any]) -> None:
    saw = Saw(
        line["stream"],
        line["number"],
        line["id"],
        line["type"],
        line["words"],
        line["t"],
        story.welcomed,
    )
    if story.pending is None:
        story.client.seen.append(saw)
        _reached(story, saw)
    else:
        story.pending.seen.append(saw)
        story.pending.places[saw.stream] = saw.number
        _complete(story)


def _complete(story: Story) -> None:
    assert story.pending is not None
    if story.pending.whole:
        story.client.seen = story.pending.seen
        story.reached.clear()
        for saw in story.client.seen:
            _reached(story, saw)
        story.pending = None


def _reached(story: Story, saw: Saw) -> None:
    if saw.stream == "room" and (not story.reached or saw.number > story.reached[-1][0]):
        story.reached.append((saw.number, saw.at))


# Judging.


def judge(history: History, rows: list[dict[str, Any]]) -> list[str]:
    """All that is wrong with a run."""
    log = [stored(row) for row in rows]
    return [
        *faults_of(history.clients, log, by_the_mute_alone=False),
        *(f"{name}: {words}" for name, story in history.stories.items() for words in story.broken),
        *(fault for story in history.stories.values() for fault in removal_held(history, story)),
        *nobody_came_back(history),
        *taken_out(history, log),
        *legal(rows),
        *in_time(rows, float(history.run["longest_outage"])),
        *converged(history),
        *processes_lived(history),
        *silent_logs(history),
    ]


def removal_held(history: History, story: Story) -> list[str]:
    """A removed seat's sockets are closed by the time at which all was quiet (P9)."""
    removals = [
        one.answered
        for client in history.clients
        for one in client.attempts
        if (one.type, one.about, one.outcome) == ("remove", story.client.seat, "receipt")
    ]
    if not removals:
        return []
    quiet = next((one for one in history.quiets if one["t"] >= min(removals)), None)
    by = quiet["t"] + quiet["within"] if quiet else float("inf")
    if story.ended is None or story.ended[0] > by:
        return [f"{story.client.name}: removed, and still on the line"]
    if story.ended[1] != "removed":
        return [f"{story.client.name}: removed, and told {story.ended[1]}"]
    return []


def nobody_came_back(history: History) -> list[str]:
    """The session of a removed seat opens no socket any more (P9)."""
    return [
        f"{line['client']}: came again after the removal and got {line['how']}"
        for line in history.of_kind("again")
        if line["how"] != "removed"
    ]


def taken_out(history: History, log: list[Stored]) -> list[str]:
    """No socket that was welcomed after the receipt of a redaction is given the words (P19)."""
    receipts = {
        (one.seat, one.id): one.answered
        for client in history.clients
        for one in client.attempts
        if one.type == "redact" and one.outcome == "receipt"
    }
    gone = {
        entry.erases: receipts[entry.by, entry.command]
        for entry in log
        if entry.erases is not None
        and entry.command is not None
        and (entry.by, entry.command) in receipts
    }
    return [
        f"{client.name}: was given the words of {saw.number} after they were taken out"
        for client in history.clients
        for saw in client.seen
        if saw.stream == "room"
        and saw.words is not None
        and saw.welcomed > gone.get(saw.number, 9e9)
    ]


def legal(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Each entry was legal where it stands, by an oracle of its own (P10, P11)."""
    oracle = Oracle()
    for row in rows:
        words = {"words": row["words"]} if row["words"] is not None else {}
        try:
            oracle.take(msgspec.convert({**row["data"], **words}, happened.AnyEntry), row["at"])
        except Illegal as illegal:
            return [f"position {row['position']}, {row['type']}: {illegal}"]
    return [] if oracle.expected is None else [f"the log ends before {oracle.expected}"]


def in_time(rows: Iterable[dict[str, Any]], outage: float) -> list[str]:
    """What time brings is never early (the oracle saw to that) and not much later than it was due (P12)."""
    until: dict[tuple[str, int], float] = {}
    faults = []
    for row in rows:
        data = row["data"]
        due = None
        if row["type"] in ("muted", "holder_went_away"):
            until[row["type"], data["seat"]] = data["until"]
        elif row["type"] == "unmuted" and data["by"] == "time":
            due = until["muted", data["seat"]]
        elif row["type"] == "turn_ended" and data["reason"] == "away":
            due = until["holder_went_away", data["seat"]]
        if due is not None and row["at"] > due + LATE + outage:
            faults.append(
                f"position {row['position']}, {row['type']}: {row['at'] - due:.1f} s late"
            )
    return faults


def converged(history: History) -> list[str]:
    """After each heal, everybody who is still there was at the head in time (P6)."""
    faults = []
    for quiet in history.quiets:
        by = quiet["t"] + quiet["within"]
        for name, story in history.stories.items():
            gone = story.ended is not None and story.ended[0] <= by
            if gone or not story.client.seat:
                continue
            at = bisect_left(story.reached, (quiet["head"], 0.0))
            when = story.reached[at][1] if at < len(story.reached) else None
            if when is None or when > by:
                late = "never" if when is None else f"{when - quiet['t']:.1f} s later"
                faults.append(f"{name}: at {quiet['head']} {late}, after {quiet['fault']}")
    return faults


def processes_lived(history: History) -> list[str]:
    """No process died that was not killed, or grew without bounds."""
    faults = [f"process {line['name']} died by itself" for line in history.of_kind("died")]
    first: dict[int, dict[str, Any]] = {}
    for line in history.of_kind("process"):
        begun = first.setdefault(line["pid"], line)
        if line["rss"] > begun["rss"] + FATTER:
            faults.append(f"process {line['name']}: {line['rss'] >> 20} MiB")
        if line["descriptors"] > begun["descriptors"] + MORE_DESCRIPTORS:
            faults.append(f"process {line['name']}: {line['descriptors']} descriptors")
    return faults


def silent_logs(history: History) -> list[str]:
    """No words, tokens and command ids in any log file, and no traceback (P21)."""
    ids = {one.id for client in history.clients for one in client.attempts}
    faults = []
    for name in history.run["logs"]:
        text = Path(name).read_text("utf-8", errors="replace")
        faults += [
            f"{name} holds {words}"
            for words in (*BAD_LINES, *history.run["canaries"])
            if words in text
        ]
        if ids & set(COMMAND_ID.findall(text)):
            faults.append(f"{name} holds a command id")
    return faults


def main(history: str, export: str) -> int:
    """The number of faults, each of them printed."""
    rows = [msgspec.json.decode(line) for line in Path(export).read_bytes().splitlines()]
    faults = judge(read_history(Path(history)), rows)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return min(1, len(faults))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
