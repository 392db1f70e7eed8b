"""The server with one promise broken, for the judge to find: python -m tests.faults.mutants NAME serve.

The server has no switch for any of this: the faults are patched into a process that only tests start.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import uvicorn

from chatroom import cli, server
from chatroom.live.journal import Journal
from chatroom.live.proposals import Proposal, by_log
from chatroom.live.timekeeper import Timekeeper

if TYPE_CHECKING:
    from collections.abc import Callable


TOMORROW = 99
"""The `min_reader` of logs that only a newer version understands."""


def receipt_before_commit() -> None:
    """The receipt is sent, and only then is anything stored."""
    as_it_is = Journal._try

    async def early(self: Journal, work: list[Proposal]) -> list[Proposal]:
        for log, proposals in by_log(work).items():
            draft = await self._decide(log, proposals)
            for proposal, answer in draft.stored:
                if proposal.seat:  # A seat that is not there yet can't be welcomed.
                    proposal.settle(answer)
        await asyncio.sleep(0.1)
        return await as_it_is(self, work)

    setattr(Journal, "_try", early)  # noqa: B010 - mypy would rather not


def no_version_check() -> None:
    """What was decided on the state at hand is stored, whatever has happened in the log meanwhile."""
    submit, entries = Journal.submit, Journal._entries

    def decided(self: Journal, log: int, seat: int, command: Any, **more: Any) -> Any:
        answer = submit(self, log, seat, command, **more)
        book = self.known(log)
        proposal = self._queues._of[log][seat][-1]
        if book is not None and more.get("id") is not None:
            now = max(self._now(), book.fold.at)
            try:
                proposal.decided = entries(self, book.fold.state, book.rules, proposal, now)  # type: ignore[attr-defined]
            except Exception:
                proposal.decided = None  # type: ignore[attr-defined]
        return answer

    def as_decided(self: Journal, state: Any, rules: Any, proposal: Any, now: float) -> Any:
        known = getattr(proposal, "decided", None)
        return known or entries(self, state, rules, proposal, now)

    setattr(Journal, "submit", decided)  # noqa: B010
    setattr(Journal, "_entries", as_decided)  # noqa: B010


def no_head_poll() -> None:
    """What others have appended is never looked for."""

    async def not_looked(self: Timekeeper, head: Any) -> None:
        """Nothing."""

    setattr(Timekeeper, "_catch_up", not_looked)  # noqa: B010


def wrong_clock() -> None:
    """No mutant but a fault (F25): the wall clock of this process is WALL seconds off."""
    as_it_is, off = time.time, float(os.environ.get("WALL", "0"))
    setattr(time, "time", lambda: as_it_is() + off)  # noqa: B010


def of_tomorrow() -> None:
    """No mutant but a newer version (F28): it reads logs that those of today may not decide in."""
    from chatroom.store import logs, logs_postgres

    for module in (logs, logs_postgres):
        setattr(module, "READER", TOMORROW)  # noqa: B010


def impatient() -> None:
    """No mutant: it gives up on a silent peer after a few seconds, so that CI need not wait for 40."""
    as_it_is = uvicorn.Config
    hasty = {"ws_ping_interval": 2, "ws_ping_timeout": 2}
    setattr(uvicorn, "Config", lambda *words, **more: as_it_is(*words, **{**more, **hasty}))  # noqa: B010
    server.TCP_OPTIONS["TCP_USER_TIMEOUT"] = 4000


MUTANTS: dict[str, Callable[[], None]] = {
    mutant.__name__: mutant
    for mutant in (
        receipt_before_commit,
        no_version_check,
        no_head_poll,
        wrong_clock,
        of_tomorrow,
        impatient,
    )
}


def program(name: str) -> tuple[str, ...]:
    """What Python runs to be this mutant."""
    assert name in MUTANTS
    return ("-m", "tests.faults.mutants", name)


if __name__ == "__main__":
    MUTANTS[sys.argv[1]]()
    cli.main(sys.argv[2:])
