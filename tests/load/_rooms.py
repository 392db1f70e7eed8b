"""Meetings under load: which line is under way, when it had its receipt, when it was with the last of the members."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tests.load._load import Place, a_line, percentile
from tests.load._machine import cpu_seconds
from tests.load._members import Answer, Audience, Member

if TYPE_CHECKING:
    from collections.abc import Sequence

SENDERS = 5
"""Members of a room who write, the first ones."""


@dataclass
class Sent:
    """A line under way. `due` is when it was sent, or should have been."""

    frame: bytes
    due: float


@dataclass
class Notes:
    """What a window of some seconds has seen, over all of its rooms."""

    running: bool = True
    receipts: list[float] = field(default_factory=list)
    in_time: int = 0
    retries: int = 0


class Room(Audience):
    """The members of a meeting, some of whom write; knows when a line was with the last of them."""

    def __init__(self, place: Place, senders: int = SENDERS) -> None:
        super().__init__()
        self.place = place
        self.notes = Notes()
        self.closed_loop = False
        self.senders = senders
        self.under_way: dict[str, Sent] = {}
        self.due: dict[int, float] = {}
        self._arrived: list[int] = []
        self._complete: list[float] = []
        self._first = 0
        self._turn = itertools.count()

    @property
    def settled(self) -> bool:
        """Every line that was sent has its receipt, and is with everybody."""
        return not self.under_way and len(self._complete) == len(self.due)

    async def all_arrived(self) -> None:
        while not self.settled:  # noqa: ASYNC110 - to set an event for each line would cost more
            await asyncio.sleep(0.01)

    def begin(self, notes: Notes, *, closed_loop: bool = False) -> None:
        assert self.settled, "nothing is left over from before"
        self.notes, self.closed_loop = notes, closed_loop
        self._first = len(self._complete)

    def say(self, member: Member, due: float | None = None) -> None:
        id, frame = a_line()
        self.under_way[id] = Sent(frame, time.perf_counter() if due is None else due)
        member.write(frame)

    def say_in_turn(self, due: float) -> None:
        """The next of the senders says a line."""
        self.say(self.members[next(self._turn) % self.senders], due)

    def answered(self, member: Member, answer: Answer) -> None:
        if answer.number is None:
            self.notes.retries += 1
            later = asyncio.get_running_loop().call_later
            later(answer.after, member.write, self.under_way[answer.id].frame)
            return
        sent = self.under_way.pop(answer.id)
        self.due[answer.number - self.place.head] = sent.due
        self.notes.receipts.append(time.perf_counter() - sent.due)
        if self.notes.running:
            self.notes.in_time += 1
            if self.closed_loop:
                self.say(member)

    def add(self, member: Member, lines: int) -> None:
        """Everybody gets the same lines in the same order, so the place in it tells which it is."""
        arrived, everybody = self._arrived, len(self.members)
        for index in range(member.lines, member.lines + lines):
            if index == len(arrived):
                arrived.append(0)
            arrived[index] += 1
            if arrived[index] == everybody:
                self._complete.append(time.perf_counter())

    def to_last(self) -> list[float]:
        """Seconds from sending to the last delivery, for the lines since `begin`."""
        lines = range(self._first, len(self._complete))
        return [self._complete[index] - self.due[index + 1] for index in lines]


async def say_at_a_rate(rooms: Sequence[Room], rate: float, seconds: float) -> None:
    """So many lines a second in all, by turns into each room, whatever comes back."""
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        rooms[number % len(rooms)].say_in_turn(due)


class Window(NamedTuple):
    """What an open loop showed; times in milliseconds, sorted."""

    lines: int
    retries: int
    receipt: list[float]
    to_last: list[float]
    server_share: float
    load_share: float
    us_per_message: float

    def told(self) -> dict[str, object]:
        return {
            "lines": self.lines,
            "retries": self.retries,
            "receipt_p50_ms": round(percentile(self.receipt, 0.5), 2),
            "receipt_p99_ms": round(percentile(self.receipt, 0.99), 2),
            "to_last_p50_ms": round(percentile(self.to_last, 0.5), 2),
            "to_last_p99_ms": round(percentile(self.to_last, 0.99), 2),
            "us_per_message": round(self.us_per_message, 1),
            "percent_of_core": round(self.server_share * 100, 1),
            "load_percent_of_core": round(self.load_share * 100, 1),
        }


async def window(
    pid: int, rooms: Sequence[Room], rate: float, seconds: float, within: float = 30.0
) -> Window:
    """So many lines a second in all, until all of it has arrived; raises where it has not, in time."""
    notes = Notes()
    for room in rooms:
        room.begin(notes)
    cpu, own, began = cpu_seconds(pid), time.process_time(), time.perf_counter()
    await say_at_a_rate(rooms, rate, seconds)
    async with asyncio.timeout(within):
        for room in rooms:
            await room.all_arrived()
    lasted = time.perf_counter() - began
    cpu, own = cpu_seconds(pid) - cpu, time.process_time() - own
    for room in rooms:
        room.assert_whole()
    return Window(
        len(notes.receipts),
        notes.retries,
        sorted(one * 1000 for one in notes.receipts),
        sorted(one * 1000 for room in rooms for one in room.to_last()),
        cpu / lasted,
        own / lasted,
        cpu / len(notes.receipts) * 1e6,
    )
