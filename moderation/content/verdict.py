"""What the review concludes, and its reasons."""

from typing import Literal

from msgspec import Struct

Outcome = Literal["allow", "bounce"]
Signal = Literal["support", "urgent"]


class Finding(Struct, frozen=True):
    """One reason, at [start, end) in code points of the text as displayed; a bounce code is also a refusal code."""

    code: str
    start: int
    end: int


class Verdict(Struct, frozen=True):
    """The outcome, its reasons in order of place, and what it was made under (the floor epoch, the policy).

    `signal` is a crisis signal (CE-06); only a person ever raises a case to imminent.
    `masks` are the spans the room must see masked when a crisis finding lets the rest through (CM-09).
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    signal: Signal | None = None
    epoch: int = 0
    policy: str = ""
    masks: tuple[Finding, ...] = ()


ALLOW = Verdict("allow")
