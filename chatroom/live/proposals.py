"""Commands on their way into a log, and whose turn it is among those that wait."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from chatroom.live.rules import Command, State
from chatroom.store.logs import First
from moderation.content.verdict import ALLOW, Verdict
from moderation.refused import Refused

IN_TURN = 8
"""Commands of one seat that a batch takes at most, each after the others had their turn (W29)."""
IN_A_BATCH = 256
"""Commands in one commit: who says one line among hundreds who say many waits for no more than that."""


class RetryLater(Exception):
    """The outcome is unknown, or nothing was tried: send again with the same id."""


class Answer(msgspec.Struct, frozen=True):
    """Where a command's entry stands: in the stream of `audience`, under `number`; None for no entry."""

    audience: int | None = None
    number: int | None = None


@dataclass(eq=False)
class Proposal:
    """A command on its way into a log. `review` judges its words again should the epoch have moved.

    `followed_by`: what its sender had sent behind it, when this was sent for the first time; none
    of that is stored up to position `alone_at`.
    """

    log: int
    seat: int
    command: Command
    id: bytes | None = None
    digest: bytes | None = None
    verdict: Verdict = ALLOW
    review: Callable[[State], Verdict] | None = None
    followed_by: Sequence[bytes] = ()
    alone_at: int | None = None
    arrival: int = 0
    answer: "asyncio.Future[Answer]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, outcome: Answer | Exception) -> None:
        if self.answer.done():
            return  # The asker is gone.
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
            self.answer.exception()  # Read here: an asker who left is no error.
        else:
            self.answer.set_result(outcome)


class Queues:
    """What waits, log by log and seat by seat."""

    def __init__(self) -> None:
        self._of: dict[int, dict[int, deque[Proposal]]] = {}
        self._arrivals = itertools.count()

    def put(self, proposal: Proposal) -> None:
        """Behind what its seat has asked for before."""
        proposal.arrival = next(self._arrivals)
        self._of.setdefault(proposal.log, {}).setdefault(proposal.seat, deque()).append(proposal)

    def take(self) -> list[Proposal]:
        """What is decided next, in the order in which it came."""
        return sorted(self._chosen(), key=lambda proposal: proposal.arrival)

    def _chosen(self) -> list[Proposal]:
        """Of what waits in all logs one of each seat in turn; who had theirs is behind the others then."""
        work: list[Proposal] = []
        for _ in range(IN_TURN):
            for log in list(self._of):
                seats = self._of.pop(log)
                for seat in list(seats):
                    if len(work) < IN_A_BATCH:
                        work.extend(_next(seats, seat))
                if seats:
                    self._of[log] = seats
                if len(work) >= IN_A_BATCH:
                    return work
        return work

    def drop(self, logs: set[int]) -> list[Proposal]:
        """Takes out all that waits in these."""
        seats = [queue for log in logs for queue in self._of.pop(log, {}).values()]
        return [proposal for queue in seats for proposal in queue]


def _next(seats: dict[int, deque[Proposal]], seat: int) -> Iterable[Proposal]:
    """The next of a seat, which is last then. As seat 0 the server asks, for many at the door."""
    queue = seats.pop(seat)
    taken = [queue.popleft() for _ in range(min(IN_TURN if seat == 0 else 1, len(queue)))]
    if queue:
        seats[seat] = queue
    return taken


def first_answer(digest: bytes | None, first: First) -> Answer | Refused:
    """What a command is answered that was stored before: its first receipt, if it is the same."""
    if first.digest is not None and first.digest != digest:
        return Refused("id_reused")
    return Answer(first.audience, first.number)


def by_log(work: list[Proposal]) -> dict[int, list[Proposal]]:
    logs: dict[int, list[Proposal]] = {}
    for proposal in work:
        logs.setdefault(proposal.log, []).append(proposal)
    return logs
