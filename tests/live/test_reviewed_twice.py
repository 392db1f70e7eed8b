"""What the second look adds to the rules in a room, and what is left without it (CM-23)."""

from pathlib import Path
from typing import get_args

import pytest

from chatroom.live.book import Book
from chatroom.live.reviewing import Reviewer, Text, _cheap_half, open_reviewer
from chatroom.live.rules import MEETING
from chatroom.live.second_look import Looked, Why
from chatroom.settings import Review
from moderation.content.seen import Look, Seen
from moderation.content.verdict import Verdict
from tests.cast import ada, ben
from tests.ground import settings_in
from tests.live.test_reviewing import ID, meeting

SELLS = "i can get you pills, good price, message me"
CRISIS = "I want to kill myself tonight"
SOLD = Look((Seen("sourcing", 9.0, 2.0, 0.99, 0, len(SELLS), ()),))
CRY = Look((Seen("crisis_concern", 9.0, 2.0, 0.99, 0, 5, ()),), need=True)
WITHOUT: list[Why] = list(get_args(Why))


@pytest.fixture
def reviewer(tmp_path: Path) -> Reviewer:
    return open_reviewer(settings_in(tmp_path))


def of(reviewer: Reviewer, words: str, looked: Looked | None, *, by: int = ben) -> Verdict:
    text, now = Text(words, by), meeting()
    rules = reviewer.line(words, Book(7, MEETING), by, now, ID)
    return reviewer.after(looked, rules, text, now, "evening")


def test_what_the_look_takes_for_an_offer_waits_for_a_facilitator(reviewer: Reviewer):
    assert of(reviewer, SELLS, None).outcome == "allow"
    assert of(reviewer, SELLS, Looked(SOLD)).outcome == "hold"


def test_cm_18_who_holds_the_meeting_is_spared_and_their_cry_is_heard(reviewer: Reviewer):
    assert of(reviewer, SELLS, Looked(SOLD), by=ada).outcome == "allow"
    assert of(reviewer, "so tired", Looked(CRY), by=ada).signal == "support"


def test_what_is_told_to_those_who_hold_the_meeting_alone_is_not_held(reviewer: Reviewer):
    """A report of an offer looks like one."""
    told = Text(SELLS, ben, is_spared=True)
    rules = reviewer.line(SELLS, Book(7, MEETING), ben, meeting(), ID)
    assert reviewer.after(Looked(SOLD), rules, told, meeting(), "evening").outcome == "allow"


@pytest.mark.parametrize("why", WITHOUT)
def test_cm_23_without_a_look_identity_and_sourcing_fail_to_hold_and_style_passes(
    reviewer: Reviewer, why: Why
):
    reviewer._degraded = _cheap_half()
    assert of(reviewer, SELLS, Looked(None, why)).outcome == "hold"
    assert of(reviewer, "you pathetic idiot", Looked(None, why)).outcome == "allow"
    assert of(reviewer, SELLS, Looked(None, why), by=ada).outcome == "allow"


def test_cm_23_before_half_a_look_has_loaded_the_rules_are_alone(reviewer: Reviewer):
    assert of(reviewer, SELLS, Looked(None, "loading")).outcome == "allow"
    assert of(reviewer, "call me on 212 555 0123", Looked(None, "loading")).outcome == "bounce"


@pytest.mark.parametrize("review", get_args(Review))
@pytest.mark.parametrize("looked", [None, Looked(Look()), *(Looked(None, why) for why in WITHOUT)])
def test_cm_23_no_configuration_and_no_fault_disables_the_explicit_crisis_rules(
    tmp_path: Path, review: str, looked: Looked | None
):
    reviewer = open_reviewer(settings_in(tmp_path, REVIEW=review))
    verdict = of(reviewer, CRISIS, looked)
    assert (verdict.outcome, verdict.signal) == ("allow", "urgent")
