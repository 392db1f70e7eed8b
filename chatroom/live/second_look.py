"""The second look, asked for by many sockets: a bounded queue before a process that may be late, break or be gone."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec
import structlog
from msgspec import Struct

from chatroom.live.looker import LENGTH, framed
from moderation.content.seen import Look

WITHIN = 0.15
"""Seconds that a text waits for its look (CM-23)."""
STRETCH = 160
"""Characters that are looked at in one go."""
PACE = 0.003
"""Seconds that a stretch takes, until it is known how long it takes here."""
FASTEST = 0.001
"""However fast it is, no more than 150 of them wait."""
LONGEST = 8000
"""Characters; of what is longer, and can't be published, the beginning and the end are looked at."""
HANGS = 10.0
"""Seconds without an answer after which it is ended."""
AGAIN = 1.0, 60.0
"""Seconds before a process that ended is started again: at first, and at most."""
PROGRAM = (sys.executable, "-m", "chatroom.live.looker")

State = Literal["loading", "ready", "broken"]
Why = Literal["loading", "broken", "full", "late"]
STATES: tuple[State, ...] = get_args(State)
REASONS: tuple[Why, ...] = get_args(Why)

_log = structlog.get_logger()
_decoder = msgspec.msgpack.Decoder(Look)


class Looked(Struct, frozen=True):
    """What came in time; else why not, and where it is still coming, what it will be."""

    look: Look | None
    why: Why | None = None
    later: "asyncio.Future[Look | None] | None" = None


@dataclass(eq=False)
class Asked:
    """A text in the queue, since when, and how long it is."""

    answer: "asyncio.Future[Look | None]"
    at: float
    stretches: int


class SecondLook:
    """One for each server. `run` lives in the caller's TaskGroup."""

    def __init__(
        self,
        pause: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
        program: Sequence[str] = PROGRAM,
        within: float = WITHIN,
    ) -> None:
        self._pause = pause
        self._monotonic = monotonic
        self._program = program
        self._within = within
        self._process: Process | None = None
        self._waiting: deque[Asked] = deque()
        self._stretches = 0
        self._pace = PACE
        self._answered_at = 0.0
        self.state: State = "loading"
        self.degraded: Counter[Why] = Counter()
        """How many texts went on without it, and why."""
        self.looks = 0
        self.seconds = 0.0
        """How many were looked at, and how long they waited for it together."""

    @property
    def waiting(self) -> int:
        """How many texts are in the queue."""
        return len(self._waiting)

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return None if self._process is None else self._process.pid

    async def look(self, text: str) -> Looked:
        """Within 150 ms, whatever happens; a look that is late goes on, for a cry is heard late rather than not."""
        asked = self._ask(text)
        if not isinstance(asked, asyncio.Future):
            return self._without(asked)
        began = self._monotonic()
        done, _ = await asyncio.wait([asked], timeout=self._within)
        if not done:
            return self._without("late", asked)
        seen = asked.result()
        if seen is None:
            return self._without("broken")
        self.looks += 1
        self.seconds += self._monotonic() - began
        return Looked(seen)

    def _without(self, why: Why, later: "asyncio.Future[Look | None] | None" = None) -> Looked:
        self.degraded[why] += 1
        return Looked(None, why, later)

    def _ask(self, text: str) -> "asyncio.Future[Look | None] | Why":
        if self.state != "ready" or self._process is None or self._process.stdin is None:
            return "loading" if self.state == "loading" else "broken"
        if self._waiting and self._monotonic() - self._waiting[0].at > HANGS:
            self._process.kill()
            return "broken"
        text = _shortened(text)
        stretches = 1 + len(text) // STRETCH
        if self._waiting and (self._stretches + stretches) * self._pace > self._within:
            return "full"  # It would not be seen in time, so it is not made to wait.
        try:
            self._process.stdin.write(framed(text.encode()))
        except (OSError, RuntimeError):  # It ended just now.
            return "broken"
        answer: asyncio.Future[Look | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(Asked(answer, self._monotonic(), stretches))
        self._stretches += stretches
        return answer

    # The process

    async def run(self) -> None:
        """Starts it, and again whenever it ends, each time a little later unless it had been ready."""
        wait, most = AGAIN
        while True:
            if await self._through():
                wait = AGAIN[0]
            _log.error("second_look_ended", again_in=wait)
            await self._pause(wait)
            wait = min(wait * 2, most)

    async def _through(self) -> bool:
        """From its start to its end; whether it was ever ready."""
        try:
            process = await self._started()
        except OSError:
            self.state = "broken"
            return False
        self._process, was_ready = process, False
        try:
            assert process.stdout is not None, "its answers come through a pipe"
            await _answer(process.stdout)  # It has loaded.
            self.state, was_ready = "ready", True
            while True:
                self._answered(await _answer(process.stdout))
        except (asyncio.IncompleteReadError, msgspec.DecodeError):
            return was_ready
        finally:
            self.state, self._process = "broken", None
            self._let_down()
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _started(self) -> Process:
        """With nothing of the server's surroundings: no secret, and no signal of its terminal."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
        return await asyncio.create_subprocess_exec(
            *self._program,
            stdin=PIPE,
            stdout=PIPE,
            stderr=None,
            env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )

    def _answered(self, content: bytes) -> None:
        asked, now = self._waiting.popleft(), self._monotonic()
        self._stretches -= asked.stretches
        took = (now - max(asked.at, self._answered_at)) / asked.stretches
        self._pace = max(FASTEST, 0.9 * self._pace + 0.1 * took)
        self._answered_at = now
        asked.answer.set_result(_decoder.decode(content) if content else None)

    def _let_down(self) -> None:
        """Nobody waits for a process that is gone."""
        while self._waiting:
            self._waiting.popleft().answer.set_result(None)
        self._stretches = 0


async def _answer(stream: asyncio.StreamReader) -> bytes:
    head = await stream.readexactly(LENGTH)
    return await stream.readexactly(int.from_bytes(head, "big"))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
