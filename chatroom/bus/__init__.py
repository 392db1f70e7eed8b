"""The bus: tells other processes that a log has grown. It is speed; the log is the truth.

An announcement is (log, position) and nothing else: no words travel here, and whoever hears one
reads the log. What is lost on the way the head poll finds (W5), so nothing here waits for a receipt,
tries again or keeps anything. The three back-ends differ in latency alone.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

Notice = Callable[[int, int], None]
"""Called on the loop with (log, position). The position is a hint: anybody on the bus may have made
it up, so read the log and believe that."""

Pause = Callable[[float], Awaitable[None]]
"""Waits real seconds, however fast the meeting's own time runs."""


class Bus(Protocol):
    @property
    def sound(self) -> bool:
        """False while the bus is known to lose announcements: the head poll runs faster then (W6)."""
        ...

    async def run(self, notice: Notice) -> None:
        """Lives in the caller's TaskGroup until cancelled; no fault of the network ends it.

        What the process itself announced comes back to it on some back-ends and not on others.
        """
        ...

    def announce(self, log: int, position: int) -> None:
        """Called after the commit, on the loop; never blocks and never raises.

        While announcements wait, the newest position of a log wins; those that find no room are
        dropped.
        """
        ...

    def listen(self, log: int) -> None:
        """Asks for a log's announcements. It takes effect a moment later: read the log after that
        or leave it to the head poll."""
        ...

    def unlisten(self, log: int) -> None:
        """From now on no announcement of this log reaches `notice`."""
        ...
