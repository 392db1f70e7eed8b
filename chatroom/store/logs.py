"""What a store of logs promises: the append, the tail, and what is due."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import NamedTuple, Protocol

READER = 7
"""What this version can decide on; a log may ask for a newer one (W10).

2: the floor in full. 3: invitations at the door, seats that are left, claims as leases.
4: a lobby that is cleared, the shield offered, somebody at the desk again, presses of many.
5: what the review holds, folds or asks about, and whose it was; notes and appeals.
6: lines that are changed.
7: words that are sealed.
"""


class DataFault(Exception):
    """The rows themselves can't be stored (SQLSTATE 22, 23, 54 and their like): run them again apart."""


class OutcomeUnknown(Exception):
    """Nobody can say whether the append happened (W3)."""


class Row(NamedTuple):
    """An entry as it is stored; `words` come from and go to the body table."""

    log: int
    position: int
    audience: int
    number: int
    entry_id: str
    type: str
    seat: int
    command_id: bytes | None
    digest: bytes | None
    at: float
    data: bytes
    words: bytes | None


class Batch(NamedTuple):
    """What one log is to grow by, if it still stands at `position`.

    PostgreSQL takes it until `good_until` on its own clock: a process that was stopped must not
    commit a stale decision in a quiet log (W1). SQLite has no other process.

    `erased` are the audience and number of entries whose words are deleted with it.

    From then on the log asks for a reader of `min_reader`, if it did not ask for a newer one before.
    """

    log: int
    position: int
    rows: Sequence[Row]
    erased: Sequence[tuple[int, int]]
    next_due: float | None
    ended_at: float | None
    good_until: float = inf
    min_reader: int = 1


class First(NamedTuple):
    """What a command left when it was first stored."""

    audience: int
    number: int
    digest: bytes | None


class Head(NamedTuple):
    """Where a log stands, which reader may decide on it, and when its words were deleted, if they were."""

    log: int
    kind: str
    position: int
    min_reader: int = 1
    swept_at: float | None = None


class Logs(Protocol):
    """The logs of one database. Whatever is asked of it may raise `OutcomeUnknown`."""

    async def append(self, batches: Sequence[Batch]) -> set[int]:
        """Appends to every log that is still at its position; the ids of those.

        The others are stale, busy, or not for this reader. Returns only after COMMIT has. Raises
        `DataFault`, with nothing stored, or `OutcomeUnknown`.
        A cancelled caller leaves it to finish.
        """

    async def tails(self, after: Mapping[int, int]) -> list[Row]:
        """Everything in these logs behind their positions, in one query, each log in order."""

    async def tail(self, log: int, after: int) -> list[Row]:
        """Everything in a log behind position `after`, in order."""

    async def stream(self, log: int, audience: int, after: int, limit: int) -> list[Row]:
        """The next entries of one stream behind number `after`, in order, at most `limit`."""

    async def first(self, log: int, seat: int, command_id: bytes) -> First | None:
        """What a command left when it was first stored; None where it left nothing yet."""

    async def any_stored(self, log: int, seat: int, command_ids: Sequence[bytes]) -> bool:
        """Whether any of these commands of a seat left something."""

    async def head(self, log: int) -> Head | None:
        """Where one log stands, None where there is no such log."""

    async def heads(self, logs: Iterable[int]) -> list[Head]:
        """Where many logs stand, in one query by primary key (W5)."""

    async def due(self, now: float) -> list[Head]:
        """The logs in which something is due, connected or not (W21)."""

    async def sweepable(self, now: float) -> list[int]:
        """The logs whose time of keeping words is over."""

    async def sweep(self, log: int, now: float) -> None:
        """Deletes all words of a log, and the hashes they could be guessed from (P20)."""

    async def time(self) -> float | None:
        """What time it is for the database; None where this process's own clock is as good (W22)."""

    async def close(self) -> None:
        """Waits for what runs, then lets the connections go."""
