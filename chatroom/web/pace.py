"""How fast one socket may ask: which budget a command is taken from, and the order behind a no."""

import math
from collections.abc import Awaitable, Callable

from msgspec import Struct

from chatroom.live.rules import Command, State
from chatroom.people.limits import Kind, Limits
from moderation.case.case import MEMBER, Case
from moderation.case.commands import Write
from moderation.meeting import commands as ask
from moderation.meeting.state import Meeting
from moderation.refused import Refused

SENT_AGAIN = 2.0
"""Seconds after `retry_ms` in which what was refused comes before all of its kind that were behind it."""
NAMED_AT_MOST = 64
SOONEST = 250
"""Milliseconds: for those behind one that may come any moment."""


class HeldUp(Struct):
    """Commands of one kind that this socket was refused, in the order of sending, and until when."""

    ids: dict[str, None]
    until: float


class Pace:
    """The budgets of a seat, as one of its sockets meets them."""

    __slots__ = ("_held_up", "_key", "_limits", "_log", "_monotonic", "spent")

    def __init__(self, limits: Limits, log: int, seat: int, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._log = str(log)
        self._key = f"{log}/{seat}"  # The seat's, over all its sockets.
        self._monotonic = monotonic
        self._held_up: dict[Kind, HeldUp] | None = None
        self.spent: tuple[Kind, ...] = ()
        """The budgets that the last command which may go on was taken from."""

    def spend(self, id: str, kind: Kind, *, again: bool = False) -> int | None:
        """Takes a command from its budget; None, or the milliseconds until it can be sent again.

        What was sent behind one that was refused does not overtake it. `again`: it is stored already,
        and only its receipt is missing.
        """
        if again and self._limits.take("again", self._key) is None:
            self.spent = ("again",)
            return None
        now, held_up = self._monotonic(), self._behind(kind)
        if held_up is not None and id != next(iter(held_up.ids)):
            if len(held_up.ids) < NAMED_AT_MOST:
                held_up.ids.setdefault(id)
            return max(SOONEST, math.ceil((held_up.until - now) * 1000))
        wait = self._taken(kind)
        if wait is None:
            self.settled(id, kind)
        elif held_up is None:
            self._held_up = self._held_up or {}
            self._held_up[kind] = HeldUp({id: None}, now + wait / 1000)
        else:
            held_up.until = now + wait / 1000
        return wait

    def _taken(self, kind: Kind) -> int | None:
        """While hundreds write at a time each has a little of the room, and nobody is crowded out (A91)."""
        self.spent = (kind,)
        wait = self._limits.take(kind, self._key)
        if wait is not None or kind != "lines":
            return wait
        if self._limits.take("room", self._log) is None:
            self.spent = "lines", "room"
            return None
        self.spent = "lines", "each"
        wait = self._limits.take("each", self._key)
        if wait is not None:
            self._limits.give_back(kind, self._key)  # It was no line.
        return wait

    def _behind(self, kind: Kind) -> HeldUp | None:
        """What was refused and will come again; who has not by then holds nobody up any longer."""
        held_up = None if self._held_up is None else self._held_up.get(kind)
        if held_up is None or self._monotonic() <= held_up.until + SENT_AGAIN:
            return held_up
        assert self._held_up is not None, "something was found in it"
        del self._held_up[kind]
        return None

    def settled(self, id: str, kind: Kind) -> None:
        """It has its answer for good: what was behind it is next."""
        held_up = self._behind(kind)
        if held_up is None or self._held_up is None:
            return
        held_up.ids.pop(id, None)
        if not held_up.ids:
            del self._held_up[kind]

    def come_in(self) -> None:
        """One socket more of this seat."""
        self._take("sockets")

    def start(self) -> None:
        """It gets more than what it missed just now."""
        self._take("starts")

    def _take(self, kind: Kind) -> None:
        wait = self._limits.take(kind, self._key)
        if wait is not None:
            raise Refused("rate_limited", retry_ms=wait)

    def unspent(self, spent: tuple[Kind, ...]) -> None:
        """It has come to nothing, and is going to be sent again: what it was taken from has it back."""
        for kind in spent:
            self._limits.give_back(kind, self._log if kind == "room" else self._key)

    def may_ask(self) -> bool:
        """Whether one more question who somebody is has its answer at once."""
        return self._limits.take("who", self._key) is None

    async def ask(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Waits until it has."""
        while (wait := self._limits.take("who", self._key)) is not None:
            await pause(wait / 1000)

    async def look(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Waits until one more refused command of this seat may be looked at."""
        await self._until_left("refused", pause)

    async def cry(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Waits until words that go no further may be told to staff once more: none of them are lost."""
        await self._until_left("cries", pause)

    def tells_facilitators(self) -> bool:
        """Whether they are told again that this member may need care: staff have every word of it anyway."""
        return self._limits.take("cues", self._key) is None

    def proposes_strike(self) -> bool:
        """Whether they are told again what kind of thing this member wrote; no cry is left untold for it."""
        return self._limits.take("strikes", self._key) is None

    async def _until_left(self, kind: Kind, pause: Callable[[float], Awaitable[None]]) -> None:
        while (wait := self._limits.take(kind, self._key)) is not None:
            await pause(wait / 1000)


def budget_of(command: Command, state: State, seat: int) -> Kind:
    """Who holds the meeting, or has the case, is slowed down by nothing but a wide limit of their own."""
    match state:
        case Meeting():
            holds = state.is_facilitator(seat)
        case Case():
            holds = seat != MEMBER
        case _:
            holds = True
    if holds:
        return "chair"
    match command:
        # What keeps its order on the page, too (static/js/outbox.js).
        case ask.Say() | ask.Edit() | ask.Post() | ask.Tell() | ask.Done() | ask.Pass() | Write():
            return "lines"
        case ask.RaiseHand() | ask.LowerHand():
            return "hands"
        case ask.React():
            return "reactions"
        case ask.Rename():
            return "names"
        case ask.Report():
            return "reports"
        case _:
            return "acts"
