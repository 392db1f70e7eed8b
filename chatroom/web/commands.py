"""One socket's commands: understood, reviewed, queued, and answered in their order."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from chatroom.care.cases import place_in
from chatroom.live import wire
from chatroom.live.book import Book
from chatroom.live.echoes import is_echoed
from chatroom.live.lane import Subscriber
from chatroom.live.proposals import Answer, RetryLater
from chatroom.live.refusals import REFUSALS
from chatroom.live.reviewing import Text
from chatroom.live.rules import Command, State, as_written, stream_name, words_of
from chatroom.live.second_look import Looked
from chatroom.live.timekeeper import pause
from chatroom.people.accounts import Session
from chatroom.people.limits import Kind
from chatroom.store.logs import OutcomeUnknown
from chatroom.web.house import House
from chatroom.web.late import hear_late
from chatroom.web.pace import Pace, budget_of
from moderation.content.verdict import ALLOW, Verdict
from moderation.content.written import Written
from moderation.meeting import commands as ask
from moderation.meeting.state import Meeting
from moderation.refused import Refused

RETRY_AFTER = 250
"""Milliseconds."""
OWED = 10.0
"""Seconds in which a command that got `retry` comes before all that were behind it (P5).

A client that has given one up by then is not held up any longer by it.
"""
OWED_AT_MOST = 256


def derived(what: bytes, id: str) -> bytes:
    """The id of what the server asks for because of a command: the same words are one cue, one moment."""
    return hashlib.blake2b(what + bytes.fromhex(id), digest_size=16).digest()


@dataclass(frozen=True)
class Sitter:
    """Who sits behind a socket. `room` is the slug of the room that a meeting is held in."""

    book: Book
    session: Session
    seat: int
    room: str | None


@dataclass(frozen=True)
class Taken:
    """A command that was understood, as it was sent and as it is kept, with what the review says of it."""

    command: Command
    sent: Command
    written: Written | None
    spent: tuple[Kind, ...]
    verdict: Verdict
    review: "Callable[[State], Verdict] | None"


class Commands:
    """`slowly` runs what nothing of this socket may overtake; `go_on` is called behind an answer."""

    __slots__ = (
        *(
            "_book",
            "_bounced",
            "_go_on",
            "_house",
            "_owed",
            "_owed_until",
            "_pace",
            "_room",
            "_seat",
        ),
        *("_session", "_slowly", "_subscriber", "outstanding"),
    )

    def __init__(
        self,
        house: House,
        sitter: Sitter,
        subscriber: Subscriber,
        pace: Pace,
        slowly: Callable[[Coroutine[Any, Any, None]], None],
        go_on: Callable[[], None],
    ) -> None:
        self._house = house
        self._book = sitter.book
        self._session = sitter.session
        self._seat = sitter.seat
        self._room = sitter.room
        sitter.book.room = sitter.room or ""
        self._subscriber = subscriber
        self._pace = pace
        self._slowly = slowly
        self._go_on = go_on
        self.outstanding = 0
        """How many wait for their answers."""
        self._bounced = ("", 0)
        """For which reason lines came back last, and how often in a row."""
        self._owed: dict[str, bool] | None = None
        self._owed_until = 0.0

    def take(self, frame: wire.Command) -> None:
        """Reviews and queues a command; its answer is written when there is one."""
        self.outstanding += 1
        if self._must_wait(frame.id):
            self.outstanding -= 1
            return self._subscriber.send(wire.Retry(frame.id, RETRY_AFTER))
        try:
            taken = self._understood(frame)
        except Refused as no:
            return self._slowly(self._refuse(frame, no))
        if self._is_looked_at(taken):
            return self._slowly(self._submit_after_look(frame, taken))
        if taken.verdict.signal is not None:
            return self._slowly(self._submit_after_signal(frame, taken))
        return self._submit(frame, taken)

    def _understood(self, frame: wire.Command) -> Taken:
        sent = wire.decode_command(self._book.rules.commands, frame.command)
        command, written = as_written(sent)
        kind = budget_of(command, self._book.fold.state, self._seat)
        again = self._book.stored_lately(bytes.fromhex(frame.id))
        if (wait := self._pace.spend(frame.id, kind, again=again)) is not None:
            raise Refused("rate_limited", retry_ms=wait)
        spent = self._pace.spent
        self._needs_them_here(command)
        return Taken(command, sent, written, spent, *self._review(frame.id, command))

    def _submit(self, frame: wire.Command, taken: Taken) -> None:
        command = taken.command
        answer = self._house.journal.submit(
            self._book.log,
            self._seat,
            command,
            id=bytes.fromhex(frame.id),
            # As it was sent, whatever is kept of it: sent again, it is the same.
            payload=msgspec.json.encode(taken.sent),
            followed_by=[bytes.fromhex(id) for id in frame.followed_by],
            verdict=taken.verdict,
            review=taken.review,
        )
        answer.add_done_callback(lambda done: self._answered(frame.id, done, taken))
        self._note_on_their_way(frame.id, command)
        if isinstance(command, ask.Rename):
            answer.add_done_callback(self._renamed)
        if isinstance(command, ask.Say):
            answer.add_done_callback(lambda done: self._said(frame.id, done, command.text))

    async def _submit_after_look(self, frame: wire.Command, taken: Taken) -> None:
        """What the second look adds stands whatever the epoch is by then: it is the same text."""
        command, rules = taken.command, taken.review
        assert rules is not None, "there are words to look at"
        text = Text(words_of(command) or "", self._seat, isinstance(command, ask.Tell | ask.Appeal))
        self._note_on_their_way(frame.id, command)
        looked = await self._house.reviewer.look(text.words)

        def settled(verdict: Verdict, meeting: Meeting) -> Verdict:
            return self._house.reviewer.after(looked, verdict, text, meeting, self._book.room)

        taken = replace(
            taken,
            verdict=settled(taken.verdict, self._book.fold.state),
            review=lambda state: settled(rules(state), state),
        )
        if taken.verdict.signal is not None:
            return await self._submit_after_signal(frame, taken)
        self._hear_later(frame.id, text, looked)
        return self._submit_unless_behind(frame, taken)

    def _is_looked_at(self, taken: Taken) -> bool:
        """All words but names: of these the second look knows no more than the lists do."""
        is_asked = self._house.reviewer.second is not None
        return is_asked and taken.review is not None and not isinstance(taken.command, ask.Rename)

    def _note_on_their_way(self, id: str, command: Command) -> None:
        if isinstance(command, ask.Say | ask.Edit | ask.Post):
            self._book.on_their_way[self._seat, id] = command.text

    def _hear_later(self, id: str, text: Text, looked: Looked | None) -> None:
        """A cry that the second look was late to see; the words are published by then."""

        async def hear(found: Verdict) -> None:
            await self._raise_signal(id, text.words, found)

        hear_late(self._house, looked, text, self._book.room, lambda: self._book.fold.state, hear)

    def _submit_unless_behind(self, frame: wire.Command, taken: Taken) -> None:
        if self._must_wait(frame.id):  # What was before it got `retry` meanwhile.
            self._pace.unspent(taken.spent)
            return self._answer(frame.id, RetryLater())
        return self._submit(frame, taken)

    async def _submit_after_signal(self, frame: wire.Command, taken: Taken) -> None:
        words = words_of(taken.command) or ""
        try:
            await self._raise_signal(frame.id, words, taken.verdict)
        except Refused as no:
            return self._answer(frame.id, await self._heard(frame, no))
        except (RetryLater, OutcomeUnknown, SQLAlchemyError) as no:
            self._pace.unspent(taken.spent)
            return self._answer(frame.id, no)
        return self._submit_unless_behind(frame, taken)

    def _renamed(self, done: "asyncio.Future[Answer]") -> None:
        """An open case of theirs goes by the name that the room knows."""
        if done.exception() is None and self._room is not None:
            self._house.cases.named(self._session, self._book.log, self._room)

    def _said(self, id: str, done: "asyncio.Future[Answer]", text: str) -> None:
        """Where several who came lately wrote the same, facilitators are told, and an open door knocks (CM-22)."""
        if done.exception() is None and is_echoed(self._book, self._seat, text, self._house.now()):
            command, key = ask.NoticeSame(), derived(b"same", id)
            self._house.journal.submit(self._book.log, 0, command, id=key, payload=id.encode())

    def _needs_them_here(self, command: Command) -> None:
        """Nobody is named to be next who is not connected (FC-28): of that the rules know nothing.

        After a race the rules have the first word: the floor may have moved by this very command.
        """
        meeting = self._book.fold.state
        if isinstance(command, ask.Reseat) and meeting.sits(command.seat):
            if self._house.hub.is_here(self._book.log, command.seat):
                raise Refused("they_are_here")
            return
        if not isinstance(command, ask.Tag) or command.epoch != meeting.epoch:
            return
        if meeting.sits(command.seat) and not self._house.hub.is_here(self._book.log, command.seat):
            raise Refused("they_are_away")

    def _review(
        self, id: str, command: Command
    ) -> "tuple[Verdict, Callable[[State], Verdict] | None]":
        """The verdict under the floor as it is now, and how to come to another should it move."""
        words, state = words_of(command), self._book.fold.state
        if words is None or not isinstance(state, Meeting):
            return ALLOW, None

        def review(meeting: Meeting) -> Verdict:
            if isinstance(command, ask.Rename):
                return self._house.reviewer.name(words, meeting.epoch)
            number = command.number if isinstance(command, ask.Edit) else 0
            return self._house.reviewer.line(
                words, self._book, self._seat, meeting, id, number=number
            )

        return review(state), review

    async def _refuse(self, frame: wire.Command, no: Refused) -> None:
        """What becomes of a command that goes no further; the socket is not read meanwhile (A91).

        Few of a seat's are looked at in a second, so that a flood of them costs little, and in order,
        so that a cry for help in the middle of one is heard, a little later.
        """
        await self._pace.look(pause)
        if no.code == "rate_limited":
            try:
                first = await self._stored_before(frame)
            except (OutcomeUnknown, SQLAlchemyError):
                return self._answer(frame.id, RetryLater())
            if first is not None:
                return self._answer(frame.id, first)
        return self._answer(frame.id, await self._heard(frame, no))

    async def _stored_before(self, frame: wire.Command) -> Answer | Refused | None:
        """The first answer of a command that is sent again: that one costs nothing (P2)."""
        sent = wire.decode_command(self._book.rules.commands, frame.command)
        first = await self._house.journal.first(
            self._book.log, self._seat, bytes.fromhex(frame.id), msgspec.json.encode(sent)
        )
        if first is not None:
            kind = budget_of(as_written(sent)[0], self._book.fold.state, self._seat)
            self._pace.settled(frame.id, kind)
        return first

    async def _heard(self, frame: wire.Command, no: Refused) -> Refused | RetryLater:
        """A cry for help in what can't be taken, because it is too long, is heard all the same."""
        words, meeting = wire.words_in(frame.command), self._book.fold.state
        if words is None or not isinstance(meeting, Meeting):
            return no
        reviewer = self._house.reviewer
        verdict = reviewer.line(words, self._book, self._seat, meeting, frame.id)
        if verdict.signal is None:
            text, looked = Text(words, self._seat, is_spared=True), await reviewer.look(words)
            verdict = reviewer.after(looked, verdict, text, meeting, self._book.room)
            self._hear_later(frame.id, text, looked)
        if verdict.signal is not None:
            await self._pace.cry(pause)
            try:
                await self._raise_signal(frame.id, words, verdict)
            except (Refused, RetryLater, OutcomeUnknown, SQLAlchemyError):
                return RetryLater()
            no.facts["signal"] = True
        return no

    async def _raise_signal(self, id: str, words: str, verdict: Verdict) -> None:
        """A crisis signal opens its case first, whatever becomes of the command (CE-06)."""
        case = await self._house.cases.signal(
            self._session,
            bytes.fromhex(id),
            place_in(None, self._room, self._book, self._seat),
            words,
            "urgent" if verdict.signal == "urgent" else "support",
        )
        self._subscriber.send(wire.Care(case))
        if self._pace.tells_facilitators():
            attended = self._house.cases.is_attended(but=self._session)
            cue = ask.NoticeCare(self._seat, attended)
            self._house.journal.submit(
                self._book.log, 0, cue, id=derived(b"noticed", id), payload=id.encode()
            )

    def _answered(self, id: str, done: "asyncio.Future[Answer]", taken: Taken) -> None:
        error, written = done.exception(), taken.written
        if not isinstance(error, Refused | None):
            self._pace.unspent(taken.spent)
        if isinstance(error, Refused):
            if "kind" in error.facts:
                self._propose_strike(id, error.facts["kind"])
            if taken.verdict.signal is not None:
                error.facts["signal"] = True
            if written is not None and "spans" in error.facts:
                error.facts["spans"] = [written.as_sent(*span) for span in error.facts["spans"]]
        if isinstance(taken.command, ask.Say | ask.Edit):
            self._came_back(id, error)
        self._answer(id, done.result() if error is None else error)
        self._go_on()

    def _came_back(self, id: str, error: BaseException | None) -> None:
        """The holder has a moment to change a line (CM-15); after a few times its author is told whom to ask."""
        if error is None:
            self._bounced = ("", 0)
        if not isinstance(error, Refused) or "spans" not in error.facts:
            return
        meeting = self._book.fold.state
        if meeting.holder == self._seat and not meeting.had_moment:
            self._house.journal.submit(
                self._book.log,
                0,
                ask.GiveMoment(self._seat),
                id=derived(b"moment", id),
                payload=id.encode(),
            )
        may_go_as_it_is = "anyway" in REFUSALS[error.code].next
        if not may_go_as_it_is and not meeting.is_facilitator(self._seat):
            before, times = self._bounced
            times = times + 1 if error.code == before else 1
            self._bounced = (error.code, times)
            error.facts["times"] = times

    def _propose_strike(self, id: str, kind: str) -> None:
        """The facilitators hear who wrote what kind of thing; only a person gives a strike (CM-18)."""
        cue = ask.ProposeStrike(self._seat, kind)
        if self._pace.proposes_strike():
            self._house.journal.submit(
                self._book.log, 0, cue, id=derived(b"proposed", id), payload=id.encode()
            )

    def _answer(self, id: str, outcome: Answer | BaseException) -> None:
        self.outstanding -= 1
        self._book.on_their_way.pop((self._seat, id), None)
        if not isinstance(outcome, Answer | Refused):
            self._owed = self._owed or {}
            self._owed[id] = False  # It keeps the place that it had.
            self._owed_until = self._house.monotonic() + OWED
            return self._subscriber.send(wire.Retry(id, RETRY_AFTER))
        if self._owed:
            self._owed.pop(id, None)
        if isinstance(outcome, Refused):
            return self._subscriber.send(wire.refusal(id, outcome))
        audience = outcome.audience
        if audience is None or (audience < 0 and not self._reads(audience)):
            return self._subscriber.send(wire.Receipt(id, None, None))
        return self._subscriber.send(wire.Receipt(id, stream_name(audience), outcome.number))

    def _reads(self, audience: int) -> bool:
        """Whether this seat may be told where its entry stands: of what a member reports it may not (P22)."""
        return audience in self._book.rules.streams(self._book.fold.state, self._seat)

    def _must_wait(self, id: str) -> bool:
        """After a retry, what was behind it on this socket must not overtake it (P5).

        `_owed` holds in the order of sending what has to come again, and whether it is on its way.
        """
        if not self._owed or self._house.monotonic() > self._owed_until:
            self._owed = None
            return False
        for owed, on_its_way in self._owed.items():
            if owed == id:
                break
            if not on_its_way:
                if len(self._owed) < OWED_AT_MOST:
                    self._owed.setdefault(id, False)
                return True
        if id in self._owed:
            self._owed[id] = True
        return False
