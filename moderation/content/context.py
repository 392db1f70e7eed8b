"""Who writes, where, and what they wrote just before."""

from typing import Literal

from msgspec import Struct


class Context(Struct, frozen=True):
    """What the review knows beside the text.

    `before` holds up to 3 of the same author's latest lines, oldest first: a number may be split over two.
    `after` holds those that follow a line which is changed, for the same reason (CM-14).
    A display name is speech too, so `kind` may be "name". `crosstalk`: whether this is a share where
    shares aren't answered, so that an answer to one is asked about (CM-10).
    """

    role: Literal["member", "facilitator", "staff"]
    epoch: int = 0
    kind: Literal["message", "name"] = "message"
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    crosstalk: bool = False
