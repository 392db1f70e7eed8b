"""What a process knows of a log: its records, their fold, and the newest of them in memory."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace
from rpds import HashTrieMap

from chatroom.live.pages import Pages
from chatroom.live.rules import Entry, Rules, State, erased_by
from chatroom.live.shared import Shared
from chatroom.store.logs import READER
from moderation.meeting.state import Stamp

RING = 500
"""Newest entries of a log kept in memory for clients that come back."""


class Record(msgspec.Struct, frozen=True):
    """An entry with its place, the id of the command whose receipt names it, and the seat that asked."""

    position: int
    audience: int
    number: int
    id: str
    at: float
    entry: Entry
    command: bytes | None = None
    seat: int = 0


class Fold(msgspec.Struct, frozen=True):
    """A log folded up to `position`: the newest number and entry id of each stream, and the state.

    `at` is when the last entry happened; the next one is never earlier (W22).
    """

    position: int
    heads: "HashTrieMap[int, tuple[int, str]]"
    state: State
    at: float = 0.0

    def head(self, audience: int) -> tuple[int, str]:
        return self.heads.get(audience) or (0, "")


class Book:
    """What this process knows of one log. There is one for as long as anybody holds it."""

    def __init__(self, log: int, rules: Rules) -> None:
        self.log = log
        self.rules = rules
        self.min_reader = READER
        self.room = ""
        """The slug of the room that it is held in, once somebody sits in it here; the policy may know the room."""
        self.swept_at: float | None = None
        """When the words in the database were deleted, as far as what is in memory knows of it."""
        self.contested = False
        self.ring: deque[Record] = deque(maxlen=RING)
        self._lately: set[bytes] = set()
        self._arrivals: list[tuple[int, int]] = []
        self.fold = Fold(0, HashTrieMap(), rules.new)
        self.pages = Pages()
        self.shared = Shared(rules)
        self.on_their_way: dict[tuple[int, str], str] = {}
        """Lines that wait to be decided, by seat and command id: the review has to see them, too."""

    def advance(self, records: Iterable[Record]) -> list[Record]:
        """Folds what is new; the rest was seen already. A gap is a bug."""
        new = []
        for record in records:
            if record.position <= self.fold.position:
                continue
            assert record.position == self.fold.position + 1, "a log is read without gaps"
            self.fold = folded(self.rules, self.fold, record)
            self._keep(record)
            new.append(record)
        return new

    def behind_arrivals(self, number: int) -> int:
        """The first number in the room from this one on that tells more than that somebody came."""
        at = bisect_right(self._arrivals, number, key=lambda run: run[0]) - 1
        return number if at < 0 else max(number, self._arrivals[at][1] + 1)

    def _note_arrival(self, number: int) -> None:
        """They come one after another, so what is kept are the first and the last of each row of them."""
        first = number
        if self._arrivals and self._arrivals[-1][1] == number - 1:
            first, _ = self._arrivals.pop()
        self._arrivals.append((first, number))

    def _keep(self, record: Record) -> None:
        if record.audience == 0 and self.rules.is_arrival(record.entry):
            self._note_arrival(record.number)
        erased = erased_by(record.entry)
        self.pages.forget(number for audience, number in erased if audience == 0)
        for place in erased:
            self._forget_words(*place)
        if len(self.ring) == RING and self.ring[0].command is not None:
            self._lately.discard(self.ring[0].command)
        self.ring.append(record)
        if record.command is not None:
            self._lately.add(record.command)

    def stored_lately(self, command: bytes) -> bool:
        """Whether one of the newest entries is this command's: it is being sent again."""
        return command in self._lately

    def _forget_words(self, audience: int, number: int) -> None:
        for index, record in enumerate(self.ring):
            if (record.audience, record.number) == (audience, number):
                self.ring[index] = replace(record, entry=replace(record.entry, words=None))

    def since(self, audience: int, after: int) -> list[Record] | None:
        """The entries of a stream behind `after` from memory; None where memory does not reach back."""
        found = [
            record for record in self.ring if record.audience == audience and record.number > after
        ]
        reached = self.fold.head(audience)[0] - len(found)
        return found if reached == after else None

    def commands_since(self, position: int) -> set[bytes] | None:
        """The ids of the commands behind `position`; None where memory does not reach back."""
        later = [record for record in self.ring if record.position > position]
        if len(later) < self.fold.position - position:
            return None
        return {record.command for record in later if record.command is not None}

    def erased_since(self, position: int) -> set[tuple[int, int]]:
        """The streams and numbers whose words were taken out behind `position`."""
        later = (record for record in self.ring if record.position > position)
        return {place for record in later for place in erased_by(record.entry)}


def folded(rules: Rules, fold: Fold, record: Record) -> Fold:
    """The one fold: for the decider, for a fresh client, for the tests (P25)."""
    return Fold(
        record.position,
        fold.heads.insert(record.audience, (record.number, record.id)),
        rules.evolve(fold.state, record.entry, Stamp(record.number, record.at, record.seat)),
        record.at,
    )
