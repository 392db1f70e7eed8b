"""A client that writes down what it sends, what it is answered and what it sees."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from chatroom.client import LineEnded, Refused, Seat, Seen, new_id
from moderation.meeting import commands as ask
from tests.faults.checker import Attempt, Client, Saw

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from chatroom.client import AnySeatCommand


class Recorder:
    """One socket and its history. Times are of one clock for all recorders of a test."""

    def __init__(self, name: str, seat: Seat) -> None:
        self.seat = seat
        self.client = Client(name, seat.seat)
        self.number = 0
        """How far this client has read the room."""
        self.receipts = 0
        self.refusals = 0

    async def say(self, words: str, *, id: str | None = None) -> Attempt:
        """Sends a line and returns when its outcome is known."""
        return await self.send(ask.Say(words, self.seat.meeting.epoch), id=id)

    async def send(self, command: AnySeatCommand, *, id: str | None = None) -> Attempt:
        attempt = self._begin(command, id or new_id())
        try:
            receipt = await self.seat.send(command, id=attempt.id)
        except Refused as refused:
            attempt.outcome, attempt.code = "refusal", refused.code
            self.refusals += 1
        except LineEnded:
            return attempt
        else:
            attempt.outcome, attempt.stream = "receipt", receipt.stream
            attempt.number = receipt.number
            self.receipts += 1
        attempt.answered = time.monotonic()
        return attempt

    def _begin(self, command: AnySeatCommand, id: str) -> Attempt:
        attempt = Attempt(
            self.client.seat,
            id,
            type(command).__name__.lower(),
            command.text if isinstance(command, ask.Say) else None,
            time.monotonic(),
            command.seat if isinstance(command, ask.Mute | ask.Unmute) else None,
        )
        self.client.attempts.append(attempt)
        return attempt

    async def read(self) -> None:
        """Writes down every entry until the line ends."""
        async for seen in self.seat.entries():
            self.client.seen.append(_saw(seen))
            if seen.stream == "room":
                self.number = seen.number

    def close(self) -> Client:
        """The history, complete."""
        self.client.resets = list(self.seat.resets)
        return self.client


def _saw(seen: Seen) -> Saw:
    entry = seen.entry
    words = getattr(entry, "words", None)
    return Saw(seen.stream, seen.number, seen.id, str(entry.__struct_config__.tag), words)


@asynccontextmanager
async def recording(*recorders: Recorder, within: float = 10.0) -> AsyncIterator[None]:
    """All of them read while the context lasts, and at its end up to the last entry that one knows of."""
    async with asyncio.TaskGroup() as tasks:
        reading = [tasks.create_task(recorder.read()) for recorder in recorders]
        yield
        head = max(_head(recorder) for recorder in recorders)
        await until(lambda: all(recorder.number >= head for recorder in recorders), within=within)
        for task in reading:
            task.cancel()


def _head(recorder: Recorder) -> int:
    acknowledged = [
        attempt.number or 0 for attempt in recorder.client.attempts if attempt.stream == "room"
    ]
    return max([recorder.number, *acknowledged])


async def until(holds: Callable[[], bool], *, within: float) -> None:
    """Waits for a condition, at most `within` seconds."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - a condition over many clients
            await asyncio.sleep(0.005)
