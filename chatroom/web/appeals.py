"""The appeal of somebody who was removed: they have no socket any more, and are known by their session (CM-19)."""

from typing import Any

from msgspec import Struct, json
from starlette.requests import Request
from starlette.responses import Response

from chatroom.care.cases import place_in
from chatroom.groups.meetings import Meetings
from chatroom.live import wire
from chatroom.live.book import Book
from chatroom.live.reviewing import Text
from chatroom.live.rules import as_written, words_of
from chatroom.people.accounts import Session
from chatroom.web.answers import answer, asked
from chatroom.web.house import House
from chatroom.web.late import hear_late
from chatroom.web.sessions import session_of
from moderation.bounds import Words
from moderation.content.verdict import ALLOW, Signal, Verdict
from moderation.meeting import commands as ask
from moderation.meeting.state import Meeting
from moderation.refused import Refused


class AskAgain(Struct, frozen=True, forbid_unknown_fields=True):
    """What the page of the removed sends."""

    id: wire.CommandId
    text: Words | None = None


class Appeals:
    """Asks those who hold the meeting, and says what came of it."""

    def __init__(self, house: House, meetings: Meetings) -> None:
        self._house = house
        self._meetings = meetings

    async def appeal(self, request: Request) -> Response:
        """POST /rooms/{slug}/appeals {"id", "text"} -> what GET says. A cry for help in it is heard first."""
        wanted = await asked(request, AskAgain)
        session, book, seat = await self._removed(request)
        command, _ = as_written(ask.Appeal("removal", text=wanted.text))
        verdict = await self._reviewed(wanted.id, command, session, book, seat)
        id, payload = bytes.fromhex(wanted.id), json.encode(wanted)
        await self._house.journal.submit(
            book.log, seat, command, id=id, payload=payload, verdict=verdict
        )
        return answer(_what_is_so(book.fold.state, seat))

    async def look(self, request: Request) -> Response:
        """GET /rooms/{slug}/appeals -> {"removed", "asked", "answer_by", "upheld", "words"}: null what is not yet."""
        _, book, seat = await self._removed(request)
        return answer(_what_is_so(book.fold.state, seat))

    async def _removed(self, request: Request) -> tuple[Session, Book, int]:
        """Raises `Refused` for whoever was never removed from this room's meeting."""
        session = await session_of(self._house, request)
        room = await self._meetings.room(request.path_params["slug"])
        book = await self._meetings.latest(room) if room is not None and session else None
        if book is None or session is None:
            raise Refused("not_yours")
        await self._house.journal.catch_up(book.log)
        meeting: Meeting = book.fold.state
        seat = meeting.sessions.get(self._house.accounts.digest(book.log, session), 0)
        has_asked = any(
            one.seat == seat and one.about == "removal" for one in meeting.appeals.values()
        )
        if not has_asked and ("removal", seat) not in meeting.acts:
            raise Refused("not_yours")
        return session, book, seat

    async def _reviewed(
        self, id: str, command: ask.Appeal, session: Session, book: Book, seat: int
    ) -> Verdict:
        words, meeting = words_of(command), book.fold.state
        if words is None:
            return ALLOW
        reviewer = self._house.reviewer
        verdict = reviewer.line(words, book, seat, meeting, id)
        looked, text = await reviewer.look(words), Text(words, seat, is_spared=True)
        verdict = reviewer.after(looked, verdict, text, meeting, book.room)

        async def hear(found: Verdict) -> None:
            place = place_in(None, book.room or None, book, seat)
            triage: Signal = "urgent" if found.signal == "urgent" else "support"
            await self._house.cases.signal(session, bytes.fromhex(id), place, words, triage)

        if verdict.signal is not None:
            await hear(verdict)
        else:
            hear_late(self._house, looked, text, book.room, lambda: book.fold.state, hear)
        return verdict


def _what_is_so(meeting: Meeting, seat: int) -> dict[str, Any]:
    """Of the removal that stands, or of the last one that was lifted."""
    theirs = [
        one for one in meeting.appeals.values() if one.seat == seat and one.about == "removal"
    ]
    act = meeting.acts.get(("removal", seat))
    found = max(theirs, key=lambda one: one.number, default=None)
    if found is not None and act is not None and found.number != act.number:
        found = None
    return {
        "removed": not meeting.sits(seat),
        "closed": meeting.closed_at is not None,
        "asked": None if found is None else found.asked,
        "answer_by": None if found is None else found.answer_by,
        "upheld": None if found is None else found.upheld,
        "words": None if found is None else found.answer,
    }
