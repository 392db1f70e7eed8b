"""The server in a hurry, so that minutes of a meeting pass in seconds: python -m tests.races.hasty serve.

`TIME_SPEED` makes a process run faster from the moment it starts. Two that are to agree on the time
have to begin at the same one, `ORIGIN`; and what a dead process leaves is gone sooner.
"""

import os
import sys
from collections.abc import Awaitable, Callable

from chatroom import cli
from chatroom.live import presence
from chatroom.live.timekeeper import Clock
from chatroom.store import presence as leases

HELD = 2.5
"""Seconds that a lease holds."""


def begin_together() -> None:
    """Every process counts from the same moment of the database's time."""
    as_it_is, origin = Clock.follow, float(os.environ["ORIGIN"])

    async def follow(self: Clock, ask: Callable[[], Awaitable[float | None]]) -> None:
        await as_it_is(self, ask)
        self._start = origin

    setattr(Clock, "follow", follow)  # noqa: B010 - mypy would rather not


def forget_sooner() -> None:
    setattr(leases, "HELD", HELD)  # noqa: B010
    setattr(presence, "RENEW", HELD / 5)  # noqa: B010


if __name__ == "__main__":
    begin_together()
    forget_sooner()
    cli.main(sys.argv[1:])
