"""The review at work: gives it the text's context, and its lists."""

from importlib.resources import files

from msgspec.structs import replace

from chatroom.live.book import Book
from chatroom.settings import Settings
from moderation.content import Context, Lexicon, Policy, Verdict, parse, review
from moderation.meeting import entries as happened
from moderation.meeting import nudge
from moderation.meeting.state import Meeting

BEFORE = 3
"""Lines of the same author that the review looks back on: a number may be split over two."""


class Reviewer:
    """Judges words before any log is touched, and names."""

    def __init__(self, policy: Policy, lexicon: Lexicon) -> None:
        self._policy = policy
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
        return review(text, context, self._policy_in(meeting), self._lexicon)

    def _policy_in(self, meeting: Meeting) -> Policy:
        """The organisation's, with the group's own way with links where it leaves that to the group."""
        if self._policy.links == "nobody":
            return self._policy
        return replace(self._policy, links=meeting.flags.links)

    def name(self, name: str, epoch: int = 0) -> Verdict:
        """A display name is speech too, and no place for a link, whoever bears it."""
        context = Context("member", epoch, kind="name")
        return review(name, context, self._policy, self._lexicon)


def open_reviewer(settings: Settings) -> Reviewer:
    """Reads the word lists that are shipped; helplines are never contact details."""
    lexicon = files("moderation.content") / "lexicon"
    texts = {
        path.name: path.read_text("utf-8")
        for path in lexicon.iterdir()
        if path.name.endswith(".txt")
    }
    numbers = tuple(helpline.reach for helpline in settings.helplines)
    policy = Policy(version="1", allowed_numbers=numbers, region=settings.region or "US")
    return Reviewer(policy, parse(texts))


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
