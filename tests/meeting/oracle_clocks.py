"""What the oracle counts time with: clocks that stand still, and what has to come next."""

from collections.abc import Callable
from dataclasses import dataclass, field

from moderation.meeting import entries as happened

SLACK = 1e-3
"""Seconds by which sums of times may differ; nothing that is judged is as short."""


class Illegal(AssertionError):
    """An entry that should never have been stored where it stands."""


def must(so: bool, what: str) -> None:
    if not so:
        raise Illegal(what)


@dataclass
class Clock:
    """Seconds that counted; what it measures begins and ends at readings of it."""

    reads: float = 0.0

    def over(self, deadline: float | None) -> bool:
        return deadline is not None and self.reads >= deadline - SLACK


@dataclass
class Clocks:
    """The times of a meeting: nothing counts in a freeze, the floor's not in a stop either.

    `turn` is the floor's, less what the holder was away (FC-15, FC-16, FC-21).
    """

    at: float = 0.0
    room: Clock = field(default_factory=Clock)
    floor: Clock = field(default_factory=Clock)
    turn: Clock = field(default_factory=Clock)

    def go_on(self, at: float, *, frozen: bool, stopped: bool, away: bool) -> None:
        must(at >= self.at, "time went back")
        passed, self.at = at - self.at, at
        self.room.reads += 0.0 if frozen else passed
        self.floor.reads += 0.0 if frozen or stopped else passed
        self.turn.reads += 0.0 if frozen or stopped or away else passed


@dataclass(frozen=True)
class Awaited:
    """An entry that has to come next; those of `after` may come before it."""

    what: str
    fits: Callable[[happened.AnyEntry], bool]
    after: tuple[type[happened.Entry], ...] = ()

    def __str__(self) -> str:
        return self.what


def exactly(entry: happened.AnyEntry) -> Awaited:
    return Awaited(str(entry), lambda next_: next_ == entry)


def about(type_: type[happened.Entry], seat: int) -> Awaited:
    """An entry of this kind about this seat."""
    return Awaited(
        f"{type_.__name__} of {seat}",
        lambda next_: isinstance(next_, type_) and getattr(next_, "seat", None) == seat,
    )
