"""Help: one POST that works in every state, for the muted, the removed, and before any door."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec
import structlog
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom.care.cases import NOWHERE, Place, log_of, place_in
from chatroom.care.helplines import lines_of, turn_to
from chatroom.care.presses import Presses
from chatroom.groups.meetings import Meetings
from chatroom.live import wire
from chatroom.live.rules import as_written
from chatroom.people.accounts import Session
from chatroom.settings import Helpline, Holds
from chatroom.store.rooms import Room
from chatroom.web.answers import STATUS, answer, asked, helplines
from chatroom.web.commands import derived
from chatroom.web.house import House
from chatroom.web.sessions import answer_with, begin_session, who_posts
from moderation.bounds import SeatId
from moderation.case.case import Case
from moderation.case.commands import Write
from moderation.meeting import commands as ask
from moderation.meeting.audience import people
from moderation.refused import Refused

WORRIED = "I am worried about {} in this meeting."
"""The first line to staff of whoever says so of somebody else."""
ANSWERED_WITHIN = 3.0
"""Seconds; nobody who presses Help waits for a database for longer."""


class AskForHelp(Struct, frozen=True, forbid_unknown_fields=True):
    """What the Help button sends; no reason is required.

    `about`: the seat in the room's meeting of somebody else, whom whoever asks is worried about (CE-05).
    """

    id: wire.CommandId
    room: str | None = None
    words: Annotated[str, Meta(max_length=2000)] | None = None
    arrival: wire.CommandId | None = None
    about: SeatId | None = None


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


def words_for_many(lines: Sequence[Helpline], *, attended: bool) -> str:
    """The same for one of more strangers than could be a case each (A99)."""
    called = "Thank you for pressing Help. Many calls come from here just now"
    own = "Write a few words, and you have a line of your own"
    if attended:
        return (
            f"{called}, and staff see all of them together. {own} at once. "
            f"If you are in danger right now, {turn_to(lines)} at once."
        )
    return (
        f"{called}, and nobody is at the desk right now. Please {turn_to(lines)} now. "
        f"{own}, which whoever comes to the desk sees first."
    )


class Help:
    """Opens a case and nothing else: the room's log is not touched (CE-02)."""

    def __init__(self, house: House, meetings: Meetings, settings: Holds, presses: Presses) -> None:
        self._presses = presses
        self._house = house
        self._meetings = meetings
        self._settings = settings

    async def ask(self, request: Request) -> Response:
        """POST /help {"id", "room", "words", "arrival"} -> {"case", "attended", "helplines", "words"}.

        Pressed again while a case is open, it answers with the same case. `case` is null for one of
        too many strangers who have written no words: these are one entry at the desk (A99), and
        without an `arrival` they hear `many_call`. Whatever
        fails, and however long the database keeps silent, the helplines are in the answer: then a
        503, and no case.
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
        lines = lines_of(self._settings())
        words = f"Staff can't be reached just now. Please {turn_to(lines)} now."
        away = answer({"helplines": helplines(self._settings()), "words": words}, 503)
        away.headers["Retry-After"] = "1"
        return away

    async def _case(self, request: Request, wanted: AskForHelp) -> Response:
        token, session = await who_posts(self._house, request, wanted.arrival)
        cases = self._house.cases
        room = await self._meetings.room(wanted.room) if wanted.room else None
        place = await self._place(room, session) if room else NOWHERE
        about = await self._worried_about(room, place.seat, wanted.about)
        words = _visible(wanted.words) if about is None else WORRIED.format(about.name)
        if words is None and not await self._is_known(session, place):
            address = self._house.addresses.of(request.scope)
            if self._presses.takes(place.slug, address):
                return self._told_together(place, knows_of_many=wanted.arrival is not None)
            with self._presses.given_back(place.slug, address):
                token, session, case = await self._case_of(token, session, wanted, place, words)
        else:
            token, session, case = await self._case_of(token, session, wanted, place, words)
        attended = cases.is_attended(but=session)
        if about is not None:
            await self._tell_facilitators(wanted.id, place, about, attended=attended)
        lines = lines_of(self._settings())
        content = {
            "case": case,
            "attended": attended,
            "helplines": helplines(self._settings()),
            "words": words_for(await cases.state(case), lines, attended=attended),
        }
        return answer_with(request, token, content)

    async def _case_of(
        self,
        token: str | None,
        session: Session | None,
        wanted: AskForHelp,
        place: Place,
        words: str | None,
    ) -> tuple[str | None, Session, str]:
        if session is None:
            token, session = await begin_session(self._house, wanted.arrival)
        case = await self._house.cases.help(session, bytes.fromhex(wanted.id), place, words)
        return token, session, case

    async def _worried_about(self, room: Room | None, asker: int, seat: int | None) -> Place | None:
        """Who that is; None where whoever asks is not among those who see them."""
        book = await self._meetings.latest(room) if room and seat else None
        if book is None or seat is None or not book.fold.state.sits(asker):
            return None
        seen = people(book.fold.state, asker, [seat])
        return place_in(None, None, book, seat) if seen and seen[0].name else None

    async def _tell_facilitators(
        self, id: str, place: Place, about: Place, *, attended: bool
    ) -> None:
        """They learn of whom, as they do of what the review notices, and never by whom (CE-05, CE-06)."""
        asker = f"{about.meeting}/{place.seat}"
        if place.seat and self._house.limits.take("cues", asker) is None:
            assert about.meeting is not None, "they sit in one"
            cue = ask.NoticeCare(about.seat, attended)
            self._house.journal.submit(
                log_of(about.meeting), 0, cue, id=derived(b"noticed", id), payload=id.encode()
            )

    async def _is_known(self, session: Session | None, place: Place) -> bool:
        """Who has a seat in this room, a line that is open, or came by a link, is never one of many."""
        if place.seat:
            return True
        if session is None:
            return False
        accounts, cases = self._house.accounts, self._house.cases
        return await cases.of(session) is not None or await accounts.is_known(session)

    def _told_together(self, place: Place, *, knows_of_many: bool) -> Response:
        """Counted for the desk, and answered at once: with the numbers, and with what is so.

        A page that names no arrival is of a version that takes whatever comes for a case: it hears a no.
        """
        self._presses.pressed(place.slug)
        attended, lines = self._house.cases.is_attended(), lines_of(self._settings())
        if not knows_of_many:
            no = wire.refusal(None, Refused("many_call"))
            words = f"{no.words} If you are in danger right now, {turn_to(lines)} at once."
            content = {**msgspec.to_builtins(no), "words": words}
            return answer({**content, "helplines": helplines(self._settings())}, STATUS[no.code])
        return answer(
            {
                "case": None,
                "attended": attended,
                "helplines": helplines(self._settings()),
                "words": words_for_many(lines, attended=attended),
            }
        )

    async def _place(self, room: Room, session: Session | None) -> Place:
        """The seat and the name that the member has in the room, removed or not."""
        book = await self._meetings.latest(room)
        if book is None or session is None:
            return Place(room.id, room.slug)
        digest = self._house.accounts.digest(book.log, session)
        return place_in(room.id, room.slug, book, book.rules.seat_of(book.fold.state, digest))


def _visible(words: str | None) -> str | None:
    """As they are kept; None where nothing of them can be seen: Help says no to nobody (A99)."""
    if words is None:
        return None
    try:
        command, _ = as_written(Write(words))
    except Refused:
        return None
    text: str = command.text
    return text
