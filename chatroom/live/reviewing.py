"""The review at work: gives it the text's context, and its lists."""

from importlib.resources import files

from chatroom.live.book import Book
from chatroom.live.policies import Policies, open_policies
from chatroom.settings import Settings
from moderation.content import Context, Lexicon, Policy, Verdict, parse, review
from moderation.content.policy import Place
from moderation.meeting import entries as happened
from moderation.meeting import nudge
from moderation.meeting.state import Meeting

BEFORE = 3
"""Lines of the same author that the review looks back on: a number may be split over two."""


class Reviewer:
    """Judges words before any log is touched, and names."""

    def __init__(self, policies: Policies, lexicon: Lexicon) -> None:
        self.policies = policies
        self._lexicon = lexicon

    def line(self, text: str, book: Book, seat: int, meeting: Meeting, id: str) -> Verdict:
        """A line of `seat`, sent as command `id`, under the floor epoch of `meeting`."""
        before = _before(book, seat, id)
        context = Context(
            meeting.seats[seat].role,
            meeting.epoch,
            before=before,
            crosstalk=nudge.is_share(meeting, seat),
        )
        return review(text, context, self.policy_for(seat, meeting, book.room), self._lexicon)

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


def open_reviewer(settings: Settings) -> Reviewer:
    """Reads the policy, and the word lists that are shipped."""
    return Reviewer(open_policies(settings), lists())


def lists() -> Lexicon:
    """The word lists that are shipped."""
    lexicon = files("moderation.content") / "lexicon"
    texts = {
        path.name: path.read_text("utf-8")
        for path in lexicon.iterdir()
        if path.name.endswith(".txt")
    }
    return parse(texts)


def _before(book: Book, seat: int, id: str) -> tuple[str, ...]:
    """The lines that come before command `id`, be they stored or still on their way."""
    coming: list[str] = []
    for (author, command), words in book.on_their_way.items():
        if (author, command) == (seat, id):
            break
        if author == seat and not _is_stored(book, bytes.fromhex(command)):
            coming.append(words)
    lines: list[str] = []
    for record in reversed(book.ring):
        if len(lines) + len(coming) >= BEFORE:
            break
        entry = record.entry
        if (
            isinstance(entry, happened.Said | happened.Posted)
            and entry.seat == seat
            and entry.words is not None
        ):
            lines.append(entry.words)
    return (*reversed(lines), *coming)[-BEFORE:]


def _is_stored(book: Book, command: bytes) -> bool:
    """A line that is sent again after a reconnect must not count twice."""
    return any(record.command == command for record in book.ring)
