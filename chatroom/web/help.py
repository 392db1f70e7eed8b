"""Help: one POST that works in every state, for the muted, the removed, and before any door."""

import asyncio
from collections.abc import Sequence

import structlog
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom.care.cases import NOWHERE, Place, place_in
from chatroom.care.helplines import lines_of, turn_to
from chatroom.groups.meetings import Meetings
from chatroom.live import wire
from chatroom.people.accounts import Session
from chatroom.settings import Helpline, Settings
from chatroom.store.rooms import Room
from chatroom.web.answers import answer, asked, helplines
from chatroom.web.connection import House
from chatroom.web.sessions import answer_with, begin_session, session_of
from moderation.case.case import Case
from moderation.refused import Refused

ANSWERED_WITHIN = 3.0
"""Seconds; nobody who presses Help waits for a database for longer."""


class AskForHelp(Struct, frozen=True, forbid_unknown_fields=True):
    """What the Help button sends; no reason is required."""

    id: wire.CommandId
    room: str | None = None


def words_for(case: Case, lines: Sequence[Helpline], *, attended: bool) -> str:
    """What is true now, whatever was promised to somebody else: nobody can promise a time (CE-04, CE-10)."""
    if case.is_held and case.lease is not None:
        return (
            f"{case.lease.name or 'Somebody from staff'} has your call. What you write here reaches them. "
            f"If you are in danger right now, {turn_to(lines)} at once."
        )
    if attended:
        return (
            "Thank you for pressing Help. Staff have been called. This page says when somebody comes, and it "
            f"says so, too, if nobody has come in a minute. If you are in danger right now, {turn_to(lines)} "
            "at once."
        )
    return (
        "Thank you for pressing Help. Nobody is at the desk right now. Your call stays open, and whoever comes "
        f"to the desk sees it. Please {turn_to(lines)} now."
    )


class Help:
    """Opens a case and nothing else: the room's log is not touched (CE-02)."""

    def __init__(self, house: House, meetings: Meetings, settings: Settings) -> None:
        self._house = house
        self._meetings = meetings
        self._settings = settings

    async def ask(self, request: Request) -> Response:
        """POST /help {"id", "room"} -> {"case", "attended", "helplines", "words"}.

        Pressed again while a case is open, it answers with the same case. Whatever fails, and however
        long the database keeps silent, the helplines are in the answer: then a 503, and no case.
        """
        wanted = await asked(request, AskForHelp)
        calling = asyncio.create_task(self._case(request, wanted))
        try:
            await asyncio.wait({calling}, timeout=ANSWERED_WITHIN)
        finally:
            calling.cancel()  # Not waited for: a call that hangs in the database may end late.
        error = calling.exception() if calling.done() else TimeoutError()
        if error is None or isinstance(error, Refused):
            return calling.result()
        structlog.get_logger().error("help_failed", error=type(error).__name__)
        return self._away()

    def _away(self) -> Response:
        """No code stands in it: a page shows the numbers, and goes on asking."""
        lines = lines_of(self._settings)
        words = f"Staff can't be reached just now. Please {turn_to(lines)} now."
        away = answer({"helplines": helplines(self._settings), "words": words}, 503)
        away.headers["Retry-After"] = "1"
        return away

    async def _case(self, request: Request, wanted: AskForHelp) -> Response:
        token, session = None, await session_of(self._house, request)
        if session is None:
            token, session = await begin_session(self._house)
        cases = self._house.cases
        room = await self._meetings.room(wanted.room) if wanted.room else None
        place = await self._place(room, session) if room else NOWHERE
        case = await cases.help(session, bytes.fromhex(wanted.id), place)
        attended = cases.is_attended(but=session)
        lines = lines_of(self._settings)
        content = {
            "case": case,
            "attended": attended,
            "helplines": helplines(self._settings),
            "words": words_for(await cases.state(case), lines, attended=attended),
        }
        return answer_with(request, token, content)

    async def _place(self, room: Room, session: Session) -> Place:
        """The seat and the name that the member has in the room, removed or not."""
        book = await self._meetings.latest(room)
        if book is None:
            return Place(room.id, room.slug)
        digest = self._house.accounts.digest(book.log, session)
        return place_in(room.id, room.slug, book, book.rules.seat_of(book.fold.state, digest))
