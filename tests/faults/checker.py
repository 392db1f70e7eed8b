"""The judge of what a fault left behind: recorded histories against the log.

Every check is a function that returns the faults it sees, in words; none is a pass. It imports nothing
of the server, so that it can't share its errors. P and W point into docs/reliability.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from tests.faults.export import sqlite_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ROOM = 0
_NEVER = float("inf")


@dataclass
class Attempt:
    """One send of a command and what came of it; times are of one monotonic clock.

    `outcome` stays None where neither receipt nor refusal came. `words` are unique to the intent;
    `about` is the seat that a mute or an unmute is about, `lasts` how many seconds the mute is to last.
    `again`: it is stored already, and only asked for once more.
    """

    seat: int
    id: str
    type: str
    words: str | None
    sent: float
    about: int | None = None
    outcome: Literal["receipt", "refusal"] | None = None
    answered: float = _NEVER
    stream: str | None = None
    number: int | None = None
    code: str | None = None
    lasts: float = _NEVER
    again: bool = False


@dataclass(frozen=True)
class Saw:
    """An entry as it reached a client: when, and when the socket that brought it was welcomed."""

    stream: str
    number: int
    id: str
    type: str
    words: str | None = None
    at: float = field(default=0.0, compare=False)
    welcomed: float = field(default=0.0, compare=False)


@dataclass
class Client:
    """What one socket's client did and saw."""

    name: str
    seat: int
    attempts: list[Attempt] = field(default_factory=list)
    seen: list[Saw] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stored:
    """An entry of the log. `by` is the seat whose command it came from, `about` the one it is about.

    `erases` is the number in the room whose words it took out.
    """

    position: int
    audience: int
    number: int
    id: str
    type: str
    by: int
    command: str | None = None
    about: int | None = None
    words: str | None = None
    erases: int | None = None

    def stream_for(self, seat: int) -> str | None:
        """What `seat` calls the stream, None where it is somebody else's own."""
        names = {ROOM: "room", -1: "chair", seat: "own"}
        return names.get(self.audience)


def read_log(database: Path) -> list[Stored]:
    """The log of the one meeting in a SQLite file. Nobody else may have it open for writing."""
    return [stored(row) for row in sqlite_rows(database)]


def stored(row: Mapping[str, Any]) -> Stored:
    """An entry from a line of the export."""
    data = row["data"]
    return Stored(
        row["position"],
        row["audience"],
        row["number"],
        row["id"],
        row["type"],
        row["by"],
        row["command"],
        data.get("seat"),
        row["words"],
        data["number"] if row["type"] == "redacted" else None,
    )


def erased(log: list[Stored]) -> set[int]:
    """The numbers in the room whose words are gone."""
    return {entry.erases for entry in log if entry.erases is not None}


def faults_of(
    clients: list[Client], log: list[Stored], *, by_the_mute_alone: bool = True
) -> list[str]:
    """All that is wrong, by every check."""
    attempts = [attempt for client in clients for attempt in client.attempts]
    return [
        *gapless(log),
        *receipts_kept(attempts, log),
        *stored_once(attempts, log),
        *no_refused_command_stored(attempts, log),
        *one_answer(attempts),
        *real_time_order(attempts),
        *mutes_held(log),
        *silenced(attempts, by_the_mute_alone=by_the_mute_alone),
        *(fault for client in clients for fault in order_of_intent(client)),
        *(fault for client in clients for fault in followed(client, log)),
    ]


def gapless(log: list[Stored]) -> list[str]:
    """Positions, and the numbers of each audience, are 1, 2, 3, ... (P3)."""
    faults = _jumps("the log", [entry.position for entry in log])
    numbers: dict[int, list[int]] = defaultdict(list)
    for entry in log:
        numbers[entry.audience].append(entry.number)
    for audience, of_one in sorted(numbers.items()):
        faults += _jumps(f"audience {audience}", of_one)
    return faults


def _jumps(where: str, numbers: list[int], first: int = 1) -> list[str]:
    expected = range(first, first + len(numbers))
    return next(
        (
            [f"{where}: {found} where {wanted} should be"]
            for found, wanted in zip(numbers, expected, strict=True)
            if found != wanted
        ),
        [],
    )


def receipts_kept(attempts: Iterable[Attempt], log: list[Stored]) -> list[str]:
    """Every receipt names the one entry that its command left, where it says (P1)."""
    by_command: dict[tuple[int, str | None], list[Stored]] = defaultdict(list)
    for entry in log:
        by_command[entry.by, entry.command].append(entry)
    gone = erased(log)
    faults = []
    for attempt in attempts:
        if attempt.outcome != "receipt":
            continue
        there = [
            (entry.stream_for(attempt.seat), entry.number, entry.words)
            for entry in by_command[attempt.seat, attempt.id]
        ]
        taken_out = attempt.stream == "room" and attempt.number in gone
        said = (attempt.stream, attempt.number, None if taken_out else attempt.words)
        if there != ([said] if attempt.number is not None else []):
            faults.append(f"receipt of {_named(attempt)} for {said}, the log holds {there}")
    return faults


def stored_once(attempts: Iterable[Attempt], log: list[Stored]) -> list[str]:
    """No command and no words are in the log twice, answered or not (P2)."""
    commands = Counter((entry.by, entry.command) for entry in log if entry.command is not None)
    words = Counter(entry.words for entry in log if entry.type == "said")
    ours = {attempt.words for attempt in attempts if attempt.words is not None}
    return [
        *(f"seat {by}: {id} stored {n} times" for (by, id), n in commands.items() if n > 1),
        *(f"{text!r} stored {n} times" for text, n in words.items() if n > 1 and text in ours),
    ]


def no_refused_command_stored(attempts: Iterable[Attempt], log: list[Stored]) -> list[str]:
    """A refusal left nothing; `id_reused` says that another command of that id was stored before."""
    commands = {(entry.by, entry.command) for entry in log}
    words = {entry.words for entry in log if entry.words is not None}
    faults = []
    for attempt in attempts:
        if attempt.outcome != "refusal":
            continue
        reused = attempt.code == "id_reused"
        if attempt.words in words or (not reused and (attempt.seat, attempt.id) in commands):
            faults.append(f"{_named(attempt)} was refused ({attempt.code}) and is in the log")
        if reused and (attempt.seat, attempt.id) not in commands:
            faults.append(f"{_named(attempt)} was refused as sent before, and was not")
    return faults


def one_answer(attempts: Iterable[Attempt]) -> list[str]:
    """However often a command is sent, its receipt is the first one (P2)."""
    receipts: dict[tuple[int, str], set[tuple[str | None, int | None]]] = defaultdict(set)
    for attempt in attempts:
        if attempt.outcome == "receipt":
            receipts[attempt.seat, attempt.id].add((attempt.stream, attempt.number))
    return [
        f"seat {seat}: {id} has the receipts {sorted(them, key=str)}"
        for (seat, id), them in receipts.items()
        if len(them) > 1
    ]


def real_time_order(attempts: Iterable[Attempt]) -> list[str]:
    """What was acknowledged before another was sent has the lower number in their stream (P5)."""
    attempts = list(attempts)
    return [
        fault
        for stream in ("room", "chair")
        for fault in _order_in_time(_intents(attempts, stream))
    ]


def _order_in_time(intents: list[_Intent]) -> list[str]:
    answered = sorted(intents, key=lambda intent: intent.answered)
    faults, index = [], 0
    highest: _Intent | None = None
    for intent in sorted(intents, key=lambda intent: intent.sent):
        while answered[index].answered < intent.sent:
            if highest is None or answered[index].number > highest.number:
                highest = answered[index]
            index += 1
        if highest is not None and intent.number < highest.number:
            faults.append(f"{intent}, sent after the receipt of {highest}")
    return faults


@dataclass
class _Intent:
    """A stored command, from its first send to its first receipt."""

    name: str
    sent: float
    answered: float
    number: int

    def __str__(self) -> str:
        return f"{self.name} at {self.number}"


def _intents(attempts: Iterable[Attempt], stream: str) -> list[_Intent]:
    intents: dict[tuple[int, str], _Intent] = {}
    for one in attempts:
        if one.outcome == "receipt" and one.stream == stream and one.number is not None:
            new = _Intent(_named(one), one.sent, one.answered, one.number)
            known = intents.setdefault((one.seat, one.id), new)
            known.sent = min(known.sent, new.sent)
            known.answered = min(known.answered, new.answered)
    return list(intents.values())


def order_of_intent(client: Client) -> list[str]:
    """What was sent one after the other on one socket stands in that order (P5)."""
    return [
        f"{client.name}: {later}, sent after {earlier}"
        for stream in ("room", "chair", "own")
        for earlier, later in pairwise(
            _intents((one for one in client.attempts if not one.again), stream)
        )
        if later.number < earlier.number
    ]


def followed(client: Client, log: list[Stored]) -> list[str]:
    """A client saw each of its streams whole, once, in order, as the log has it, up to the head (P3, P4).

    The room begins with the entry by which the seat came in: nothing before it is theirs to read (P7).
    Everything ends with the seat's removal, for a socket that was lost before it, too (P9). Words
    that were taken out may have been seen before.
    """
    came = [
        entry.number for entry in log if entry.type == "seat_taken" and entry.about == client.seat
    ]
    ends = [
        entry.position for entry in log if entry.type == "removed" and entry.about == client.seat
    ]
    theirs = [entry for entry in log if not ends or entry.position <= ends[0]]
    gone = erased(log)
    faults = [f"{client.name}: was reset, {reason}" for reason in client.resets]
    for stream in ("room", "chair", "own"):
        seen = [_without(saw, gone) for saw in client.seen if saw.stream == stream]
        if stream == "chair" and not seen:
            continue  # Not a facilitator, or nothing there.
        wanted = [
            _without(Saw(stream, entry.number, entry.id, entry.type, entry.words), gone)
            for entry in theirs
            if entry.stream_for(client.seat) == stream
            and (stream != "room" or entry.number >= came[0])
        ]
        if ends:
            wanted = wanted[: len(seen)]
        first = wanted[0].number if wanted else 1
        jumps = _jumps(f"{client.name} in {stream}", [saw.number for saw in seen], first)
        if jumps:
            faults += jumps
        elif len(seen) != len(wanted):
            faults.append(f"{client.name} in {stream}: saw {len(seen)} of {len(wanted)}")
        else:
            faults += [
                f"{client.name} in {stream}: saw {saw}, the log has {entry}"
                for saw, entry in zip(seen, wanted, strict=True)
                if saw != entry
            ][:1]
    return faults


def _without(saw: Saw, gone: set[int]) -> Saw:
    return replace(saw, words=None) if saw.stream == "room" and saw.number in gone else saw


def mutes_held(log: list[Stored]) -> list[str]:
    """Between a mute and its end nothing that its seat said is in the room (P8)."""
    faults: list[str] = []
    muted: dict[int | None, int] = {}
    for entry in log:
        if entry.type == "muted":
            muted[entry.about] = entry.number
        elif entry.type == "unmuted":
            muted.pop(entry.about, None)
        elif entry.type == "said" and entry.about in muted:
            number = muted[entry.about]
            faults.append(f"{entry.number}: seat {entry.about} speaks, muted since {number}")
    return faults


def silenced(attempts: Iterable[Attempt], *, by_the_mute_alone: bool = True) -> list[str]:
    """What is sent after the receipt of a mute, and answered before its end is asked, is refused.

    `by_the_mute_alone`: nothing else in this run is a reason to be refused. A mute that somebody
    else's act on the same seat overlaps may be over before its receipt is here.
    """
    attempts = list(attempts)
    faults = []
    acts = [one for one in attempts if one.about is not None and not one.again]
    acts.sort(key=lambda one: one.sent)
    for index, act in enumerate(acts):
        if act.type != "mute" or act.outcome != "receipt" or any(_overlap(act, o) for o in acts):
            continue
        end = next((later.sent for later in acts[index + 1 :] if later.about == act.about), _NEVER)
        end = min(end, act.sent + act.lasts)
        faults += [
            f"{_named(one)}, sent and answered while muted, got {one.outcome} {one.code or one.number}"
            for one in attempts
            if one.type == "say"
            and not one.again
            and one.seat == act.about
            and act.answered < one.sent
            and one.answered < end
            and (one.code != "muted" if by_the_mute_alone else one.number is not None)
        ]
    return faults


def _overlap(act: Attempt, other: Attempt) -> bool:
    return (
        other is not act
        and other.about == act.about
        and other.sent < act.answered
        and other.answered > act.sent
    )


def _named(attempt: Attempt) -> str:
    return f"{attempt.type} {attempt.words or attempt.id[:8]} of seat {attempt.seat}"
