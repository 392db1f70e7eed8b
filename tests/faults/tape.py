"""The recorder: every command, answer, entry and close of a run as JSON lines, on one monotonic clock."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from chatroom.client import Door, LineEnded, Seat, new_id
from chatroom.client.door import find_door
from chatroom.client.line import kept_up
from moderation.meeting import commands as ask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection

    from chatroom.client import AnySeatCommand
    from chatroom.live.wire import Receipt

CODES = {1000: "leaving", 4401: "no_session", 4403: "no_seat", 4410: "removed"}


class Tape:
    """Writes lines; each has its kind and the time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("wb")

    def note(self, kind: str, **facts: Any) -> None:
        line = {"kind": kind, "t": time.monotonic(), **facts}
        self._file.write(msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        self._file.close()


class TapedSeat(Seat):
    """A seat that writes down what it sends and hears. What breaks a promise ends the line alone."""

    def __init__(self, door: Door, tape: Tape, name: str) -> None:
        super().__init__(door, on_frame=self._heard, keep_entries=False)
        self.door = door
        self.name = name
        self.head = 0
        """The newest number of the room that came over the wire."""
        self.stored: list[tuple[str, AnySeatCommand, int]] = []
        """Commands with a receipt for an entry in the room, and its number."""
        self._tape = tape
        self._asked: dict[str, AnySeatCommand] = {}

    def ask(self, command: AnySeatCommand, *, id: str | None = None) -> asyncio.Future[Receipt]:
        """Sends without waiting; with an `id` it is a command that was stored before."""
        again, id = id is not None, id or new_id()
        answer = self.submit(command, id=id)
        self._tape.note(
            "sent",
            client=self.name,
            id=id,
            type=type(command).__struct_config__.tag,
            words=command.text if isinstance(command, ask.Say | ask.Tell) else None,
            about=command.seat if isinstance(command, ask.Mute | ask.Unmute | ask.Remove) else None,
            lasts=command.minutes * 60 if isinstance(command, ask.Mute) else None,
            again=again,
        )
        if not again:
            self._asked[id] = command
        return answer

    async def stay(self) -> None:
        try:
            await super().stay()
        except* AssertionError as broken:
            self._tape.note("broken", client=self.name, words=str(broken.exceptions[0]))
            self.end(LineEnded("broken", "The server broke a promise."))

    def end(self, ended: LineEnded) -> None:
        if self.ended is None:
            self._tape.note("ended", client=self.name, how=ended.name)
        super().end(ended)

    async def _read(self, socket: ClientConnection) -> int | None:
        code = None
        try:
            code = await super()._read(socket)
        finally:
            self._tape.note("closed", client=self.name, code=code)
        return code

    def _heard(self, payload: bytes) -> None:
        frame = msgspec.json.decode(payload)
        match frame["type"]:
            case "entries":
                for one in frame["entries"]:
                    self._heard_entry(frame["stream"], one)
            case "fresh":
                heads = {stream: _number(text) for stream, text in frame["cursor"].items()}
                self._note("fresh", reason=frame["reason"], starts=frame["starts"], heads=heads)
            case "resumed":
                self._note("resumed")
            case "receipt":
                self._heard_receipt(frame["id"], frame.get("stream"), frame.get("number"))
            case "refusal":
                self._note("refusal", id=frame["id"], code=frame["code"])
            case "retry":
                self._note("retry", id=frame["id"])
            case _:  # Heartbeat, presence, care: hints.
                pass

    def _heard_entry(self, stream: str, one: dict[str, Any]) -> None:
        entry = one["entry"]
        if stream == "room":
            self.head = max(self.head, one["number"])
        self._note(
            "entry",
            stream=stream,
            number=one["number"],
            id=one["id"],
            type=entry["type"],
            words=entry.get("words"),
        )

    def _heard_receipt(self, id: str, stream: str | None, number: int | None) -> None:
        self._note("receipt", id=id, stream=stream, number=number)
        command = self._asked.pop(id, None)
        if command is not None and stream == "room" and number is not None:
            self.stored.append((id, command, number))

    def _note(
        self,
        kind: Literal["fresh", "resumed", "receipt", "refusal", "retry", "entry"],
        **facts: Any,
    ) -> None:
        self._tape.note(kind, client=self.name, **facts)


def _number(cursor: str) -> int:
    return int(cursor.partition(".")[0])


@asynccontextmanager
async def taped(
    where: str | Door, tape: Tape, name: str, *, new: bool = True
) -> AsyncIterator[TapedSeat]:
    """A seat taken under `name`, by an invitation's link; or one more socket of a seat, by its door."""
    door = where if isinstance(where, Door) else await find_door(where, None)
    if new and not isinstance(where, Door):
        await door.take_seat(name, new_id())
    line = TapedSeat(door, tape, name)
    tape.note("client", client=name, seat=0)
    async with kept_up(line) as seat:
        tape.note("seated", client=name, seat=seat.seat)
        yield seat
