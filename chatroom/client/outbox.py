"""The commands that have no answer yet. Free of I/O."""

from __future__ import annotations

import asyncio
import heapq

import msgspec
from msgspec import Struct

from chatroom.client.answers import LineEnded, Refused, retry_after
from chatroom.live.wire import WINDOW, Command, Receipt, Refusal, Retry
from moderation.case.commands import CaseSeatCommand
from moderation.meeting import commands as ask

AnySeatCommand = ask.SeatCommand | CaseSeatCommand


class Outbox:
    """Commands in the order of their intent, each until its receipt or refusal."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._unsent: list[tuple[int, str]] = []
        self._on_the_way: set[str] = set()
        self._added = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, id: str, command: AnySeatCommand) -> asyncio.Future[Receipt]:
        """The future of its answer; the same command added twice has one future."""
        encoded = msgspec.json.encode(command)
        known = self._waiting.get(id)
        if known is not None:
            assert known.command == encoded, f"two commands wait under the id {id}"
            return known.answer
        answer = asyncio.get_running_loop().create_future()
        self._added += 1
        self._waiting[id] = _Waiting(self._added, encoded, answer)
        self._unsent.append((self._added, id))  # The largest yet: the heap stays one.
        return answer

    def next(self, now: float) -> bytes | None:
        """The first unsent frame, which now counts as sent; None while it has to wait, and those behind it.

        No more than `WINDOW` are on the way at once: so many can be named as what followed another.
        """
        while self._unsent and len(self._on_the_way) < WINDOW:
            _, id = self._unsent[0]
            waiting = self._waiting.get(id)
            if waiting is not None and not waiting.answer.cancelled():
                if waiting.not_before > now:
                    return None
                heapq.heappop(self._unsent)
                self._on_the_way.add(id)
                return self._frame(id, waiting)
            heapq.heappop(self._unsent)
            self._waiting.pop(id, None)
        return None

    def _frame(self, id: str, waiting: _Waiting) -> bytes:
        """Sent again, it names what was sent behind it: none of that is to be overtaken (P5)."""
        behind: tuple[str, ...] = ()
        if waiting.tried:
            behind = tuple(
                other
                for other, later in self._waiting.items()
                if later.tried and later.order > waiting.order
            )
        waiting.tried = True
        return msgspec.json.encode(Command(id, msgspec.Raw(waiting.command), behind))

    def pause(self, now: float) -> float | None:
        """Seconds until `next` has something; None: not before another command, or an answer."""
        if not self._unsent or len(self._on_the_way) >= WINDOW:
            return None
        return max(0.0, self._waiting[self._unsent[0][1]].not_before - now)

    def unsend(self) -> None:
        """The socket is a new one: whatever has no answer is sent again."""
        for id in [id for id, waiting in self._waiting.items() if waiting.answer.cancelled()]:
            del self._waiting[id]
        self._unsent = [(waiting.order, id) for id, waiting in self._waiting.items()]
        self._on_the_way.clear()

    def retry(self, frame: Retry, now: float) -> None:
        self._later(frame.id, now + frame.after_ms / 1000)

    def _later(self, id: str, not_before: float, *, tried: bool = True) -> None:
        waiting = self._waiting.get(id)
        if waiting is not None:
            waiting.not_before = not_before
            waiting.tried = tried
            if id in self._on_the_way:
                self._on_the_way.remove(id)
                heapq.heappush(self._unsent, (waiting.order, id))

    def settle(self, frame: Receipt | Refusal, now: float) -> None:
        """What was too much at once is sent again in its time: nothing of it is stored, so nothing has overtaken it."""
        wait = retry_after(frame) if isinstance(frame, Refusal) else None
        if wait is not None and frame.id is not None:
            return self._later(frame.id, now + wait, tried=False)
        waiting = self._waiting.pop(frame.id or "", None)
        self._on_the_way.discard(frame.id or "")
        if waiting is None or waiting.answer.done():
            return None
        if isinstance(frame, Receipt):
            waiting.answer.set_result(frame)
        else:
            waiting.answer.set_exception(Refused(frame))
        return None

    def abandon(self, why: LineEnded) -> None:
        """Nothing is sent any more. Whoever waits is told; who does not is not complained about."""
        for waiting in self._waiting.values():
            if not waiting.answer.done():
                waiting.answer.set_exception(why)
                waiting.answer.exception()
        self._waiting.clear()
        self._unsent.clear()
        self._on_the_way.clear()


class _Waiting(Struct):
    order: int
    command: bytes
    answer: asyncio.Future[Receipt]
    tried: bool = False
    not_before: float = 0.0
