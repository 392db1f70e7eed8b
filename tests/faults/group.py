"""The generator: a group of scripted people who say and do what a meeting knows, by weight and seed."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from chatroom.client import LineEnded, Refused
from moderation.meeting import commands as ask
from tests.faults.recorder import until
from tests.faults.tape import TapedSeat, taped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chatroom.client import AnySeatCommand
    from tests.faults.tape import Tape
    from tests.processes import Room

CANARY = "quillwort"
"""In every line, so that a log file that holds words is found out."""
FACILITATORS = ("Ada", "Cleo")
MEMBERS = ("Ben", "Chidi", "Dana", "Eli", "Femi", "Gwen")
ANSWERED_WITHIN = 25.0
"""Seconds after a fault until every command has its answer."""


class Group:
    """Two facilitators and six members; Ben is there twice."""

    def __init__(self, tape: Tape, chance: random.Random) -> None:
        self.tape = tape
        self.facilitators: list[TapedSeat] = []
        self.members: list[TapedSeat] = []
        self._chance = chance
        self._removals = 2
        self._words = 0
        self._going = False
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def everybody(self) -> list[TapedSeat]:
        """Who is still on the line."""
        return [one for one in (*self.facilitators, *self.members) if one.ended is None]

    @property
    def chair(self) -> TapedSeat:
        """A facilitator who is still there."""
        return next(one for one in self.facilitators if one.ended is None)

    @asynccontextmanager
    async def together(self, room: Room) -> AsyncIterator[Group]:
        async with AsyncExitStack() as lines:
            for name in FACILITATORS:
                seat = await lines.enter_async_context(taped(room.facilitator, self.tape, name))
                self.facilitators.append(seat)
            for name in MEMBERS:
                seat = await lines.enter_async_context(taped(room.member, self.tape, name))
                self.members.append(seat)
            ben = self.members[0]
            self.members.append(
                await lines.enter_async_context(taped(ben.door, self.tape, "Ben again"))
            )
            await self._lead(ask.Open())
            await self._in_phase(0)
            yield self

    # The agenda

    async def move_to(self, phase: int) -> None:
        """While nobody talks: the facilitator leads on."""
        while (before := self.chair.meeting.phase) < phase:
            with suppress(Refused):  # The poll of a holder's absence may move the epoch.
                await self._lead(ask.NextPhase(self.chair.meeting.epoch))
                await self._in_phase(before + 1)

    async def close(self) -> None:
        """The meeting is over."""
        await self._lead(ask.Close())

    async def _lead(self, command: AnySeatCommand) -> None:
        async with asyncio.timeout(ANSWERED_WITHIN):
            await self.chair.ask(command)

    async def _in_phase(self, phase: int) -> None:
        await until(
            lambda: all(one.meeting.phase >= phase for one in self.everybody),
            within=ANSWERED_WITHIN,
        )

    # Talking

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """Everybody does something while the context lasts; it ends when every command has its answer."""
        self._going = True
        async with asyncio.TaskGroup() as tasks:
            for one in self.everybody:
                chance = random.Random(self._chance.random())
                tasks.create_task(self._talk(one, chance))
            try:
                yield
            finally:
                self._going = False

    async def _talk(self, one: TapedSeat, chance: random.Random) -> None:
        with suppress(LineEnded):
            while self._going:
                answers = [self._ask(one, chance) for _ in range(chance.choice((1, 1, 1, 2, 4)))]
                await self._answered(answers)
                await asyncio.sleep(chance.uniform(0.0, 0.15))
        if one.ended is not None and one.ended.name == "removed":
            await self._try_again(one)

    def _ask(self, one: TapedSeat, chance: random.Random) -> asyncio.Future[object]:
        if one.stored and chance.random() < 0.05:
            id, command, _ = chance.choice(one.stored)
            if not isinstance(command, ask.Redact):
                twins = [other for other in self.everybody if other.seat == one.seat] or [one]
                return chance.choice(twins).ask(command, id=id)  # type: ignore[return-value]
        weighed = self._wishes(one, chance)
        (wish,) = chance.choices([wish for _, wish in weighed], [weight for weight, _ in weighed])
        if isinstance(wish, ask.Remove):
            self._removals -= 1
        return one.ask(wish)  # type: ignore[return-value]

    async def _answered(self, answers: list[asyncio.Future[object]]) -> None:
        async with asyncio.timeout(ANSWERED_WITHIN):
            for answer in answers:
                with suppress(Refused):
                    await answer

    async def _try_again(self, one: TapedSeat) -> None:
        """Who was removed tries the door of the room once more (P9)."""
        how = "let in"
        try:
            async with asyncio.timeout(ANSWERED_WITHIN), taped(one.door, self.tape, one.name + "!"):
                pass
        except LineEnded as ended:
            how = ended.name
        self.tape.note("again", client=one.name + "!", how=how)

    # Wishes

    def _wishes(self, one: TapedSeat, chance: random.Random) -> list[tuple[float, AnySeatCommand]]:
        """What somebody may want to do now, some of it not theirs to do."""
        meeting = one.meeting
        queue = meeting.phases[meeting.phase].speak == "queue" if meeting.phase >= 0 else False
        holds = meeting.holder == one.seat
        wishes: list[tuple[float, AnySeatCommand]] = [
            (3.0 if queue and not holds else 10.0, ask.Say(self._line(one), meeting.epoch)),
            (2.0 if queue else 0.2, ask.RaiseHand()),
            (0.3, ask.LowerHand()),
            (20.0 if meeting.invited == one.seat else 0.1, ask.Accept(meeting.epoch)),
            (2.0 if meeting.invited == one.seat else 0.1, ask.Pass(meeting.epoch)),
            (5.0 if holds else 0.1, ask.Done(meeting.epoch)),
        ]
        said = [number for _, command, number in one.stored if isinstance(command, ask.Say)]
        if said:
            wishes.append((0.5, ask.Redact(chance.choice(said))))
        if one in self.facilitators:
            return wishes + self._of_a_facilitator(one, chance)
        return [*wishes, (1.0, ask.Tell(self._line(one))), (0.1, ask.Mute(one.seat, minutes=1))]

    def _of_a_facilitator(
        self, one: TapedSeat, chance: random.Random
    ) -> list[tuple[float, AnySeatCommand]]:
        meeting = one.meeting
        seats = sorted({member.seat for member in self.members if member.ended is None})
        somebody = chance.choice(seats)
        muted = [shown.seat for shown in meeting.seats if shown.muted_until is not None]
        calls = 12.0 if meeting.hands and not (meeting.invited or meeting.holder) else 0.2
        wishes: list[tuple[float, AnySeatCommand]] = [
            (1.0, ask.Tell(self._line(one), somebody)),
            (calls, ask.Invite(meeting.epoch)),
            (0.5, ask.Invite(meeting.epoch, somebody)),
            (0.6, ask.EndTurn(meeting.epoch)),
            (1.0, ask.Mute(somebody, minutes=chance.choice((1, 60)))),
            (4.0 if muted else 0.1, ask.Unmute(chance.choice(muted or seats))),
            (0.3, ask.LowerHand(somebody)),
            (0.3, ask.Redact(chance.randint(1, max(1, one.head)))),
        ]
        if self._removals > 0 and len(seats) > len(MEMBERS) - 2:
            wishes.append((0.15, ask.Remove(somebody)))
        return wishes

    def _line(self, one: TapedSeat) -> str:
        """Words that nobody wrote before."""
        self._words += 1
        return f"{one.name} thinks of {CANARY} {self._words}"
