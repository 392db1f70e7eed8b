"""The review at work: gives it the text's context, and its lists."""

import asyncio
from collections.abc import Callable
from functools import partial
from importlib.resources import files

from msgspec import Struct

from chatroom.live.book import Book
from chatroom.live.policies import Policies, open_policies
from chatroom.live.second_look import Looked, SecondLook
from chatroom.settings import Settings
from moderation.content import Context, Lexicon, Policy, Verdict, parse, review
from moderation.content.judgement import settled_in_room
from moderation.content.policy import Place
from moderation.meeting import entries as happened
from moderation.meeting import nudge
from moderation.meeting.state import Meeting

BEFORE = 3
"""Lines of the same author that the review looks back on, or ahead from an edit: a number may be split over two."""


class Text(Struct, frozen=True):
    """What `seat` writes. `is_spared`: to those who hold the meeting alone, or it is not going to be read at all."""

    words: str
    seat: int
    is_spared: bool = False


class Reviewer:
    """Judges words before any log is touched, and names.

    Rules are asked at once, in this process. What is likely besides is the second look's, where there is one.
    """

    def __init__(
        self, policies: Policies, lexicon: Lexicon, second: SecondLook | None = None
    ) -> None:
        self.policies = policies
        self._lexicon = lexicon
        self.second = second
        self._degraded: Callable[..., Verdict] | None = None

    def line(
        self, text: str, book: Book, seat: int, meeting: Meeting, id: str, *, number: int = 0
    ) -> Verdict:
        """A line of `seat`, sent as command `id`, under the floor epoch of `meeting`.

        `number`: that of the line whose words these become; 0 where it is a new one.
        """
        coming, after = _coming(book, seat, id), tuple[str, ...]()
        if number:
            before, after = _beside(meeting, seat, number, coming)
        else:
            before = _before(book, seat, coming)
        context = Context(
            meeting.seats[seat].role,
            meeting.epoch,
            before=before,
            after=after,
            crosstalk=nudge.is_share(meeting, seat),
        )
        return review(text, context, self.policy_for(seat, meeting, book.room), self._lexicon)

    async def look(self, text: str) -> Looked | None:
        """What the second look says, within 150 ms; None where the operator wants none."""
        return None if self.second is None else await self.second.look(text)

    def after(
        self, looked: Looked | None, verdict: Verdict, text: Text, meeting: Meeting, room: str
    ) -> Verdict:
        """The verdict of the rules, and what a look adds; where none came in time, what its cheap half does (CM-23)."""
        if looked is None:
            return verdict
        policy = self.policy_for(text.seat, meeting, room)
        if text.is_spared:
            policy = policy.spared()
        crosstalk = nudge.is_share(meeting, text.seat)
        if looked.look is not None:
            return settled_in_room(verdict, text.words, looked.look, policy, crosstalk=crosstalk)
        if self._degraded is None:
            return verdict
        return self._degraded(verdict, text.words, policy, crosstalk=crosstalk)

    async def run(self) -> None:
        """Loads what is learned behind the start, and keeps the second look going."""
        assert self.second is not None, "without one there is nothing to run"
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.second.run())
            self._degraded = await asyncio.to_thread(_cheap_half)

    def policy_for(self, seat: int, meeting: Meeting, room: str) -> Policy:
        """The organisation's for `seat` where they are now, with the group's ways where it leaves that to groups."""
        phase = meeting.current
        return self.policies.at(
            Place(
                meeting.seats[seat].role,
                meeting.format,
                room,
                "" if phase is None else phase.id,
                meeting.flags.links,
                meeting.flags.explicit_using,
            )
        )

    def name(self, name: str, epoch: int = 0) -> Verdict:
        """A display name is speech too, and no place for a link, whoever bears it."""
        context = Context("member", epoch, kind="name")
        return review(name, context, self.policies.at(Place()), self._lexicon)


def open_reviewer(settings: Settings, second: SecondLook | None = None) -> Reviewer:
    """Reads the policy, and the word lists that are shipped."""
    return Reviewer(open_policies(settings), lists(), second)


def lists() -> Lexicon:
    """The word lists that are shipped."""
    lexicon = files("moderation.content") / "lexicon"
    texts = {
        path.name: path.read_text("utf-8")
        for path in lexicon.iterdir()
        if path.name.endswith(".txt")
    }
    return parse(texts)


def _cheap_half() -> Callable[..., Verdict]:
    # Here alone: where the rules are alone, nothing that is learned is loaded.
    from moderation.content.alone import degraded
    from moderation.content.learned import FILES, parse_grams

    model = files("moderation.content") / "model"
    grams = parse_grams({name: (model / name).read_bytes() for name in FILES})
    return partial(degraded, grams=grams)


def _coming(book: Book, seat: int, id: str) -> list[str]:
    """The lines of a seat that are sent before command `id` and still on their way."""
    coming: list[str] = []
    for (author, command), words in book.on_their_way.items():
        if (author, command) == (seat, id):
            break
        if author == seat and not _is_stored(book, bytes.fromhex(command)):
            coming.append(words)
    return coming


def _before(book: Book, seat: int, coming: list[str]) -> tuple[str, ...]:
    """The lines that come before a new one, as they read by now."""
    lines: list[str] = []
    changed: dict[int, str | None] = {}
    for record in reversed(book.ring):
        if len(lines) + len(coming) >= BEFORE:
            break
        entry = record.entry
        if isinstance(entry, happened.Edited):
            changed.setdefault(entry.number, entry.words)
        elif isinstance(entry, happened.Said | happened.Posted) and entry.seat == seat:
            words = changed.get(record.number, entry.words)
            if words is not None:
                lines.append(words)
    return (*reversed(lines), *coming)[-BEFORE:]


def _beside(
    meeting: Meeting, seat: int, number: int, coming: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of a seat before and after the one that it changes: of a number they may be the rest."""
    lines = [
        (other, line.words)
        for other, line in sorted(meeting.lines.items(), key=lambda item: item[0])
        if line.seat == seat and line.words is not None
    ]
    before = [words for other, words in lines if other < number]
    after = [words for other, words in lines if other > number]
    return tuple(before[-BEFORE:]), tuple([*after, *coming][:BEFORE])


def _is_stored(book: Book, command: bytes) -> bool:
    """A line that is sent again after a reconnect must not count twice."""
    return any(record.command == command for record in book.ring)
