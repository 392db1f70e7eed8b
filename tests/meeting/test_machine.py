"""All commands in any order, by everybody, in every format: what floor.md promises holds after each.

What breaks a promise is shown as a story in the words of spec.py, as short as it can be, which can be
pasted into a test.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest
from msgspec import structs

from moderation.meeting import clocks, conduct, decider, floor, talking
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting
from tests import cast
from tests.chance import FULL
from tests.meeting.anything import AnyMeeting, hold
from tests.meeting.promises import PROMISES, Broken
from tests.meeting.told import STORY, tells_again

MEETINGS, STEPS = (1400, 60) if FULL else (250, 50)
LEAST = 50_000 if FULL else 4_000
ROUNDS = 6

pytestmark = pytest.mark.laws


def test_fc_05_06_07_11_12_16_19_20_21_29_hold_after_every_command_of_anybody(
    capsys: pytest.CaptureFixture[str],
):
    AnyMeeting.steps = 0
    AnyMeeting.kept.clear()
    for another in range(ROUNDS):
        hold(MEETINGS, STEPS, another)
        never = [name for name in PROMISES if AnyMeeting.kept[name] < 3]
        if not never and AnyMeeting.steps >= LEAST:
            break
    with capsys.disabled():
        sys.stdout.write(f" {AnyMeeting.steps} steps ")
    assert never == [], "a promise that was hardly ever put to the test"
    assert AnyMeeting.steps >= LEAST


# A wrong rule is found, and told


def counted_twice(meeting: Meeting, entry: happened.Invited) -> Meeting:
    return INVITED(meeting, structs.replace(entry, at_once=False))


def open_between_turns(meeting: Meeting, seat: int) -> str | None:
    is_free = meeting.has_turns and meeting.holder is None
    return None if is_free else WHY_NOT_YOURS(meeting, seat)


def kept_of_ben(meeting: Meeting, seat: int) -> str | None:
    return "quiet" if seat == cast.ben else WHY_NOT_NOW(meeting, seat)


def half_thawed(meeting: Meeting, seconds: float) -> Meeting:
    return THAWED(meeting, seconds / 2)


def heard_in_turns(meeting: Meeting, seat: int) -> str | None:
    return None if meeting.is_facilitator(seat) else WHY_NOT_YOURS(meeting, seat)


INVITED, THAWED = floor.invited, clocks.thawed
WHY_NOT_YOURS, WHY_NOT_NOW = talking._why_not_yours, talking._why_not_in_this_phase
PLANTED: dict[str, tuple[Any, str, Any]] = {
    "fc_19_the_muted_are_silent": (conduct, "_silence", lambda *asked: []),
    "fc_12_text_out_of_turn": (talking, "_why_not_yours", open_between_turns),
    "fc_05_an_invitation_waits": (floor, "CONSENT", 20.0),
    "fc_07_the_floor_moves_one_step": (floor, "invited", counted_twice),
    "fc_11_nobody_elses_words": (talking, "_why_not_yours", heard_in_turns),
    "fc_16_who_comes_back": (floor, "HOLDER_GRACE", 30.0),
    "fc_20_rights": (talking, "_why_not_in_this_phase", kept_of_ben),
    "fc_21_a_frozen_room": (decider, "FROZEN_OUT", ask.AnnounceDraft),
    "fc_21_a_thaw": (conduct, "thawed", half_thawed),
    "fc_29_when_the_phase_is_over": (floor, "is_phase_over", lambda meeting, now: False),
}


@pytest.mark.parametrize("promise", list(PLANTED)[: None if FULL else 1])
def test_a_wrong_rule_is_found_and_told_as_a_story_that_fails_until_it_is_mended(
    promise: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(*PLANTED[promise])
    story = shortest_story_of(promise)
    with pytest.raises(AssertionError):
        tells_again(story)
    monkeypatch.undo()
    tells_again(story)


def shortest_story_of(promise: str) -> str:
    """Of the meetings that break a rule, some break another promise first: there are more of them."""
    for another in range(ROUNDS):
        try:
            hold(1000, 12, another)
        except Broken as broken:
            story = STORY.search(str(broken))
            if story is not None and promise in story[0]:
                return story[0]
    raise AssertionError(f"nobody tells of {promise}")
