"""In by a door, and the three faces of a line: a seat in a meeting, one at the desk, a case's line."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Unpack, cast

import msgspec

from chatroom.client.answers import HelpGiven
from chatroom.client.door import Door, find_door
from chatroom.client.line import Line, Options, kept_up, new_id
from moderation.case.commands import CloseCase, Outcome, Write
from moderation.meeting import commands as ask

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from chatroom.client.outbox import AnySeatCommand
    from chatroom.live.wire import Receipt
    from moderation.case.case import CaseView
    from moderation.case.desk import DeskView
    from moderation.meeting.audience import SeatView, Snapshot


@contextlib.asynccontextmanager
async def enter(
    link: str, *, name: str | None = None, session: str | None = None, **options: Unpack[Options]
) -> AsyncIterator[Seat]:
    """A seat in the meeting that an invitation's link leads to, taken under `name`.

    With a `session` the link is that of the room itself (`http://host/rooms/<slug>`); without a
    name the session must have its seat already.
    """
    door = await find_door(link, session)
    if name is not None:
        await door.take_seat(name, options.get("ids", new_id)())
    async with kept_up(Seat(door, **options)) as seat:
        yield seat


@contextlib.asynccontextmanager
async def come_to_desk(
    link: str, *, name: str | None = None, session: str | None = None, **options: Unpack[Options]
) -> AsyncIterator[DeskSeat]:
    """A place at the desk, by a link for staff, or with a `session` by the address of the desk."""
    door = await find_door(link, session)
    if name is not None:
        await door.take_seat(name, options.get("ids", new_id)())
    async with kept_up(DeskSeat(door, **options)) as seat:
        yield seat


@contextlib.asynccontextmanager
async def case_line(
    origin: str, case: str, *, session: str, **options: Unpack[Options]
) -> AsyncIterator[CaseLine]:
    """The private line of a case, for the session that raised or claimed it."""
    door = Door(origin, f"/cases/{case}", session)
    async with kept_up(CaseLine(door, **options)) as line:
        yield line


class Seat(Line):
    """A seat in a meeting."""

    _accepted: int | None = None
    """The epoch of the invitation that was answered by this client."""

    @property
    def meeting(self) -> Snapshot:
        """The meeting as far as this client has read."""
        return cast("Snapshot", self._copy.view)

    def person(self, seat: int) -> SeatView | None:
        """Whoever has this seat, as far as this client knows; of a crowd, `ask_who` for the others."""
        return self._copy.person(seat)

    async def say(self, text: str, *, epoch: int | None = None, id: str | None = None) -> Receipt:
        """A line to the room; `epoch` is the one this client sees, unless given."""
        return await self.submit_line(text, epoch=epoch, id=id)

    def submit_line(
        self, text: str, *, epoch: int | None = None, id: str | None = None
    ) -> asyncio.Future[Receipt]:
        """`say` without waiting. A line sent while invited takes the floor (FC-05)."""
        return self.submit(ask.Say(text, self._epoch if epoch is None else epoch), id=id)

    def submit(self, command: AnySeatCommand, *, id: str | None = None) -> asyncio.Future[Receipt]:
        answer = super().submit(command, id=id)
        accepts = isinstance(command, ask.Accept | ask.Say) and command.epoch == self._epoch
        if accepts and self._is_invited and self._accepted != self.meeting.epoch:
            self._accepted = self.meeting.epoch
            answer.add_done_callback(self._forget_refused)
        return answer

    @property
    def _epoch(self) -> int:
        """The one read last; behind an acceptance that has not come back as an entry, the next."""
        epoch = self.meeting.epoch
        return epoch + 1 if self._is_invited and self._accepted == epoch else epoch

    @property
    def _is_invited(self) -> bool:
        return self.meeting.invited == self.seat

    def _forget_refused(self, answer: asyncio.Future[Receipt]) -> None:
        if answer.cancelled() or answer.exception() is not None:
            self._accepted = None

    def another_socket(
        self, **options: Unpack[Options]
    ) -> contextlib.AbstractAsyncContextManager[Seat]:
        """The same seat again, as in a second tab: a cursor and an outbox of its own."""
        return kept_up(Seat(self._door, **options))

    async def help(self) -> HelpGiven:
        """Presses Help; pressed again while the case is open, it is the same case."""
        slug = self._door.path.rpartition("/")[2]
        answer = await self._door.post("/help", {"id": self._ids(), "room": slug})
        return msgspec.convert(answer, HelpGiven)

    def case_line(
        self, case: str, **options: Unpack[Options]
    ) -> contextlib.AbstractAsyncContextManager[CaseLine]:
        """The member's end of a case's line."""
        return case_line(self._door.origin, case, session=self.session, **options)


class DeskSeat(Line):
    """A place at the desk. It has no commands; cases are claimed by a request of their own."""

    @property
    def desk(self) -> DeskView:
        """Who is here, and the open cases."""
        return cast("DeskView", self._copy.view)

    async def claim(self, case: str) -> None:
        """Takes a case; raises `Refused` where somebody else has it."""
        await self._door.post(f"/cases/{case}/claims", {"id": self._ids()})

    def case_line(
        self, case: str, **options: Unpack[Options]
    ) -> contextlib.AbstractAsyncContextManager[CaseLine]:
        """The end of the line of a case that was claimed here."""
        return case_line(self._door.origin, case, session=self.session, **options)


class CaseLine(Line):
    """One end of the private line of a case."""

    @property
    def case(self) -> CaseView:
        """How the case stands."""
        return cast("CaseView", self._copy.view)

    async def write(self, text: str) -> Receipt:
        return await self.send(Write(text))

    async def close(self, outcome: Outcome) -> Receipt:
        """Closes the case; for the member the outcome is `left`."""
        return await self.send(CloseCase(outcome))
