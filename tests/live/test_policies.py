"""The policy as its file says it: read at the start, and again when it changes; a faulty one changes nothing."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from chatroom.live.book import Book
from chatroom.live.policies import open_policies
from chatroom.live.reviewing import Reviewer, open_reviewer
from chatroom.live.rules import MEETING
from chatroom.settings import BadSetting
from moderation.content.policy import Place
from moderation.meeting.format import Phase
from tests.cast import ada, ben
from tests.ground import settings_in
from tests.live.test_reviewing import ID, LINK, meeting

HERE = "tell me at the blue house"
OWN = '[[phrases]]\nwords = ["the blue house"]\nkind = "anonymity"\nthen = "bounce"\n'


def written(folder: Path, text: str, at: float = 1.0) -> Path:
    """A policy file as if written at that time: a clock that is too coarse for two changes is not the test's."""
    path = folder / "policy.toml"
    path.write_text(text)
    os.utime(path, (at, at))
    return path


def reviewer_in(folder: Path, **environ: str) -> Reviewer:
    return open_reviewer(settings_in(folder, **environ))


def said(reviewer: Reviewer, text: str) -> str:
    return reviewer.line(text, Book(7, MEETING), ben, meeting(), ID).outcome


def test_the_file_says_what_is_otherwise(tmp_path: Path):
    path = written(tmp_path, OWN)
    assert said(reviewer_in(tmp_path), HERE) == "allow"
    assert said(reviewer_in(tmp_path, POLICY=str(path)), HERE) == "bounce"
    number = "ring the Samaritans on 116 123, or us on 312-555-0143"
    assert said(reviewer_in(tmp_path, HELPLINES="S | 116 123"), number) == "bounce"
    path = written(tmp_path, 'allowed_numbers = ["312-555-0143"]')
    both = reviewer_in(tmp_path, HELPLINES="S | 116 123", POLICY=str(path))
    assert said(both, number) == "allow"


def test_a_file_that_is_changed_holds_from_then_on_and_has_another_version(tmp_path: Path):
    path = written(tmp_path, "")
    reviewer = reviewer_in(tmp_path, POLICY=str(path))
    before = reviewer.policies.version
    assert not reviewer.policies.read_again()
    assert said(reviewer, HERE) == "allow"
    written(tmp_path, OWN, at=2.0)
    assert reviewer.policies.read_again()
    assert said(reviewer, HERE) == "bounce"
    assert reviewer.policies.version != before
    assert not reviewer.policies.read_again()


@pytest.mark.parametrize("text", ["links = 3", None, b"\xff"], ids=["faulty", "gone", "no text"])
def test_a_faulty_file_changes_nothing_and_is_told_once(
    tmp_path: Path, text: str | bytes | None, capsys: pytest.CaptureFixture[str]
):
    path = written(tmp_path, OWN)
    reviewer = reviewer_in(tmp_path, POLICY=str(path))
    version = reviewer.policies.version
    path.unlink()
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for _ in range(3):
        assert not reviewer.policies.read_again()
    assert (said(reviewer, HERE), reviewer.policies.version) == ("bounce", version)
    assert capsys.readouterr().out.count("policy_unfit") == 1
    written(tmp_path, "", at=3.0)
    assert reviewer.policies.read_again()
    assert said(reviewer, HERE) == "allow"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\nlinks = 3", "policy.toml: line 2: links: Expected `str | null`, got `int`"),
        (None, "policy.toml can't be read: No such file or directory"),
    ],
)
def test_a_server_does_not_start_on_a_policy_it_cannot_read(
    tmp_path: Path, text: str | None, why: str
):
    path = tmp_path / "policy.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadSetting) as stopped:
        open_policies(settings_in(tmp_path, POLICY=str(path)))
    assert str(stopped.value).startswith("POLICY: ")
    assert str(stopped.value).endswith(why)


def test_a_place_is_a_format_a_room_a_phase_and_a_role(tmp_path: Path):
    path = written(
        tmp_path,
        '[[where]]\nformats = ["circle"]\nrooms = ["evening"]\nphases = ["sharing"]\nlinks = "nobody"',
    )
    reviewer = reviewer_in(tmp_path, POLICY=str(path))
    phases = (Phase("sharing", "Sharing", 5, "open"), Phase("after", "After", 5, "open"))
    began = {"format": "circle", "phases": phases, "phase": 0, "opened_at": 1.0}
    held = replace(meeting(links="everyone"), **began)
    book = Book(7, MEETING)
    for room, phase, outcome in (
        ("evening", 0, "bounce"),
        ("evening", 1, "allow"),
        ("morning", 0, "allow"),
    ):
        book.room = room
        there = replace(held, phase=phase)
        assert reviewer.line(LINK, book, ben, there, ID).outcome == outcome
    assert reviewer.policy_for(ada, held, "evening").links == "nobody"


@pytest.mark.parametrize(
    ("explicit_using", "look"), [("bounce", "nudge"), ("fold", "fold"), ("hold", "hold")]
)
def test_cm_07_what_becomes_of_using_in_detail_is_the_groups_own_way(
    tmp_path: Path, explicit_using: str, look: str
):
    reviewer = reviewer_in(tmp_path)
    held = meeting(explicit_using=explicit_using)
    assert reviewer.policy_for(ben, held, "").way("use_detail").look == look
    assert reviewer.policy_for(ada, held, "").way("use_detail").look == "note"


def test_of_more_places_than_there_are_rooms_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chatroom.live.policies.PLACES", 3)
    policies = open_policies(settings_in(tmp_path))
    first = policies.at(Place(room="0"))
    assert policies.at(Place(room="0")) is first
    for room in range(1, 9):
        policies.at(Place(room=str(room)))
    assert policies.at(Place(room="0")) is not first
