"""Who tries what there is not: counted by address and in all, and told to the operator (A57, A97)."""

from collections.abc import Callable
from typing import Literal

import structlog

from chatroom.people.limits import Kind, Limits
from moderation.refused import Refused

TOLD_EVERY = 60.0
"""Seconds between two lines about the same kind."""

Tried = Literal["guesses", "strangers"]
ALL: dict[Tried, Kind] = {"guesses": "all_guesses", "strangers": "all_strangers"}

_log = structlog.get_logger()


class Strangers:
    """Only what fails is counted, so that nobody is locked out by whoever shares their address."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._told: dict[Tried, float] = {}
        self._untold: dict[Tried, int] = {}

    def tried(self, what: Tried, address: str | None) -> Refused | None:
        """One more that failed; what to say instead of the no, where there were too many."""
        limits = self._limits
        own = None if address is None else limits.take(what, address)
        # Whoever is held up by a budget of their own uses up nothing of what is everybody's.
        wait = own if own is not None else limits.take(ALL[what], "all")
        if wait is None:
            return None
        self._tell(what)
        return Refused("rate_limited", retry_ms=wait)

    def _tell(self, what: Tried) -> None:
        """One line a minute: how many were too many since the last one. No address, and no name."""
        self._untold[what] = self._untold.get(what, 0) + 1
        now = self._monotonic()
        if now - self._told.get(what, now - TOLD_EVERY) >= TOLD_EVERY:
            _log.warning("too_many_tries", kind=what, count=self._untold.pop(what))
            self._told[what] = now

    def comes_in(self, link: str, address: str | None) -> None:
        """A new session by a link; raises `Refused` where that one, or that address, brought too many (A64)."""
        limits = self._limits
        # A page that waits for its link and tries again uses up nothing of those beside it.
        wait = limits.wait("by_link", link)
        if wait is None and address is not None:
            wait = limits.take("comings", address)
        if wait is None:
            wait = limits.take("by_link", link)
        if wait is not None:
            raise Refused("many_come", retry_ms=wait)

    def did_not_come(self, link: str, address: str | None) -> None:
        """They were let through, and the link let them in no more: nobody beside them pays for it."""
        if address is not None:
            self._limits.give_back("comings", address)
        self._limits.give_back("by_link", link)
