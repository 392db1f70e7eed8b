"""The review at work: what it looks back on, and whose rule about links it goes by."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from rpds import HashTrieMap

from chatroom.live import reviewing
from chatroom.live.book import Book, Record
from chatroom.live.reviewing import Reviewer, open_reviewer
from chatroom.live.rules import MEETING
from moderation.content.context import Context
from moderation.content.verdict import ALLOW, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.format import Flags, Phase
from moderation.meeting.state import Line, Meeting, Seat
from tests.cast import ada, ben, chidi
from tests.ground import settings_in

LINK = "look at https://example.org/page"
ID = "0" * 32


@pytest.fixture
def reviewer(tmp_path: Path) -> Reviewer:
    return open_reviewer(settings_in(tmp_path))


@pytest.fixture
def book() -> Book:
    return Book(7, MEETING)


def meeting(*, epoch: int = 3, **ways: str) -> Meeting:
    roles: dict[int, ask.Role] = {ada: "facilitator", ben: "member"}
    seats = {seat: Seat(role, 1, 1) for seat, role in roles.items()}
    return Meeting(epoch=epoch, flags=Flags(**ways), seats=HashTrieMap(seats))  # type: ignore[arg-type]


def heard(book: Book, *entries: happened.Entry) -> None:
    """They were the last in the room."""
    for number, entry in enumerate(entries, 1):
        book.ring.append(Record(number, 0, number, "", 1.0, entry))


@pytest.mark.parametrize(
    ("links", "seat", "outcome"),
    [
        ("facilitators", ben, "bounce"),
        ("facilitators", ada, "allow"),
        ("everyone", ben, "allow"),
    ],
)
def test_who_may_post_links_is_the_groups_own_way(
    reviewer: Reviewer, book: Book, links: str, seat: int, outcome: str
):
    verdict = reviewer.line(LINK, book, seat, meeting(links=links), ID)
    assert (verdict.outcome, verdict.epoch) == (outcome, 3)


def test_an_address_of_ones_own_is_no_link_like_any_other_cm_03(reviewer: Reviewer, book: Book):
    verdict = reviewer.line("https://t.me/somebody", book, ben, meeting(links="everyone"), ID)
    assert [finding.code for finding in verdict.findings] == ["contact_details"]


def test_where_the_organisation_lets_nobody_post_links_no_group_does(tmp_path: Path, book: Book):
    (tmp_path / "policy.toml").write_text('links = "nobody"')
    reviewer = open_reviewer(settings_in(tmp_path, POLICY=f"{tmp_path}/policy.toml"))
    assert reviewer.line(LINK, book, ada, meeting(links="everyone"), ID).outcome == "bounce"


@pytest.mark.parametrize(
    "before",
    [
        happened.Said(seat=ben, words="212 555"),
        happened.Posted(seat=ben, kind="reading", words="212 555"),
    ],
)
def test_a_number_that_is_begun_in_a_line_or_a_post_is_found_cm_02(
    reviewer: Reviewer, book: Book, before: happened.Entry
):
    assert reviewer.line("0123", book, ben, meeting(), ID).outcome == "allow"
    heard(book, before)
    assert reviewer.line("0123", book, ben, meeting(), ID).outcome == "bounce"
    heard(book, happened.Said(seat=chidi, words="0123"))
    assert reviewer.line("0123", book, ada, meeting(), ID).outcome == "allow"


def test_what_comes_behind_a_line_does_not_count_for_it_nor_does_the_line_itself_cm_02(
    reviewer: Reviewer, book: Book
):
    """Two lines are on their way: the first is half a number, and the second makes it one."""
    behind = "1" * 32
    book.on_their_way[ben, ID] = "212 555"
    book.on_their_way[ben, behind] = "0123"
    assert reviewer.line("212 555", book, ben, meeting(), ID).outcome == "allow"
    assert reviewer.line("0123", book, ben, meeting(), behind).outcome == "bounce"


def test_a_name_is_no_place_for_a_link_whoever_bears_it(reviewer: Reviewer):
    verdict = reviewer.name("www.example.org", 5)
    assert (verdict.outcome, verdict.epoch) == ("bounce", 5)


def test_cm_10_whether_a_line_is_a_share_is_what_the_meeting_says(
    reviewer: Reviewer, book: Book, monkeypatch: pytest.MonkeyPatch
):
    contexts: list[Context] = []

    def review(text: str, context: Context, *_: object) -> Verdict:
        contexts.append(context)
        return ALLOW

    monkeypatch.setattr(reviewing, "review", review)
    phases = (Phase("sharing", "Sharing", 10, "queue"),)
    shares = replace(meeting(), phases=phases, phase=0, opened_at=1.0, holder=ben)
    for state in (shares, meeting()):
        reviewer.line("You should call him.", book, ben, state, ID)
    assert [context.crosstalk for context in contexts] == [True, False]


@pytest.mark.parametrize(
    ("lines", "number", "text", "outcome"),
    [
        ({1: "212 555", 2: "hello"}, 2, "0123", "bounce"),
        ({1: "hello", 2: "0123"}, 1, "212 555", "bounce"),
        ({1: "212", 2: "hello", 3: "0123"}, 2, "555", "bounce"),
        ({1: "hello", 2: "nothing of it", 3: "0123"}, 1, "212 555", "allow"),
        ({1: "212 555", 2: "hello"}, 1, "0123", "allow"),
        ({1: "hello"}, 1, "212 555", "allow"),
    ],
)
def test_cm_14_a_number_that_an_edit_makes_of_the_lines_around_it_is_found(
    reviewer: Reviewer, book: Book, lines: dict[int, str], number: int, text: str, outcome: str
):
    """And its own old words are no part of it."""
    said = HashTrieMap({n: Line(ben, 1.0, words=words) for n, words in lines.items()})
    now = replace(meeting(), lines=said)
    verdict = reviewer.line(text, book, ben, now, ID, number=number)
    assert verdict.outcome == outcome
    others = replace(now, lines=HashTrieMap({n: replace(one, seat=ada) for n, one in said.items()}))
    assert reviewer.line(text, book, ben, others, ID, number=number).outcome == "allow"


def test_cm_14_a_number_is_found_behind_an_edit_that_is_stored_or_on_its_way(
    reviewer: Reviewer, book: Book
):
    changed = happened.Edited(seat=ben, number=1, over=1, words="212 555")
    heard(book, happened.Said(seat=ben), changed)
    assert reviewer.line("0123", book, ben, meeting(), ID).outcome == "bounce"
    heard(book, happened.Said(seat=ben, words="And so"))
    assert reviewer.line("0123", book, ben, meeting(), ID).outcome == "allow"
    book.on_their_way[ben, "1" * 32] = "212 555"
    assert reviewer.line("0123", book, ben, meeting(), ID).outcome == "bounce"
