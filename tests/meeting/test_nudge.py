"""What an author is asked about once, and may send as it is (CM-10)."""

import pytest

from moderation.content.verdict import Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.format import Phase
from moderation.meeting.nudge import is_share
from tests.cast import ada, ben, chidi
from tests.meeting.spec import CURRENT, NOON, after, given, in_phase, with_floor, with_invited

WORDS = "You should call him."
ANSWER = Verdict(
    "nudge", findings=(Finding("use_detail", 0, 3), Finding("crosstalk", 4, 10, then="nudge"))
)
LINE = ask.Say(WORDS, CURRENT)
AS_IT_IS = ask.Say(WORDS, CURRENT, anyway=True)
SAID = happened.Said(seat=ben, turn=1, words=WORDS)


def test_cm_10_an_answer_to_a_share_is_asked_about_once_and_then_published():
    turn = given(with_floor(ben))
    asked = turn.when(ben, LINE, ANSWER).refused("crosstalk", spans=[(4, 10)])
    asked.when(ben, AS_IT_IS, ANSWER).then(SAID, happened.Answered(ben))


def test_cm_10_who_was_asked_and_changed_it_has_answered_nobody():
    changed = ask.Say("I called him, and it helped me.", CURRENT, anyway=True)
    given(with_floor(ben)).when(ben, changed).then(
        happened.Said(seat=ben, turn=1, words="I called him, and it helped me.")
    )


def test_cm_10_anyway_lets_nothing_else_through():
    contact = Verdict("bounce", findings=(Finding("contact_details", 0, 3),))
    given(with_floor(ben)).when(ben, AS_IT_IS, contact).refused("contact_details", spans=[(0, 3)])


def test_cm_10_the_first_line_of_whoever_is_invited_is_a_share():
    invited = given(with_invited(ben))
    invited.when(ben, LINE, ANSWER).refused("crosstalk", spans=[(4, 10)])
    taken = happened.FloorTaken(ben, turn=1)
    invited.when(ben, AS_IT_IS, ANSWER).then(taken, SAID, happened.Answered(ben))


def test_cm_10_of_the_third_answer_the_facilitators_are_told_once():
    story = given(with_floor(ben))
    for left in (
        [],
        [],
        [happened.CrosstalkNoticed(ben)],
        [],
    ):
        story = story.when(ben, AS_IT_IS, ANSWER).then(SAID, happened.Answered(ben), *left)


def test_cm_10_the_last_line_of_a_turn_may_be_an_answer_too():
    history = [
        *with_floor(ben, phase="more"),
        happened.DraftAnnounced(ben),
        after(360),
        happened.LastLineGranted(ben, NOON + 365),
    ]
    given(history).when(ben, AS_IT_IS, ANSWER).then(
        SAID, happened.TurnEnded(ben, "time"), happened.Answered(ben)
    )


TALK = (Phase("talk", "Talk", 10, "queue", crosstalk="allowed"),)
SHARES = (Phase("shares", "Shares", 10, "queue", crosstalk="none"),)


@pytest.mark.parametrize(
    ("history", "seat", "so"),
    [
        (with_floor(ben), ben, True),
        (with_floor(ben), chidi, False),
        (with_invited(ben), ben, True),
        (with_floor(ada), ada, False),
        (with_floor(ben, crosstalk="allowed"), ben, False),
        (with_floor(ben, crosstalk="after_round"), ben, False),
        (in_phase("gathering"), ben, False),
        ([], ben, False),
    ],
)
def test_cm_10_only_where_shares_are_not_answered_and_of_a_member(
    history: list[happened.AnyEntry], seat: int, so: bool
):
    assert is_share(given(history).state, seat) is so


def test_cm_10_the_phase_says_so_before_the_group():
    for phases, so in ((TALK, False), (SHARES, True)):
        ways = "none" if phases is TALK else "allowed"
        name = phases[0].id
        state = given(with_floor(ben, phase=name, phases=phases, crosstalk=ways)).state
        assert is_share(state, ben) is so


@pytest.mark.parametrize(
    ("code", "told"),
    [("use_detail", "use_detail"), ("harassment", "think_again"), ("own_phrase", "think_again")],
)
def test_cm_07_what_the_policy_asks_about_is_asked_about_in_words_of_its_own(code: str, told: str):
    found = Finding("spam", 0, 3), Finding(code, 4, 10, then="nudge")
    turn = given(with_floor(ben))
    turn.when(ben, LINE, Verdict("nudge", findings=found)).refused(told, spans=[(4, 10)])
    turn.when(ben, AS_IT_IS, Verdict("nudge", findings=found)).then(SAID)


def test_cm_07_what_is_sent_as_it_is_though_it_dwells_on_using_stands_behind_its_label():
    using = Finding(
        "use_detail", 0, 3, "use_detail", then="nudge", label="mentions using in detail"
    )
    asked = Verdict("nudge", findings=(using,), label=using.label)
    given(with_floor(ben)).when(ben, AS_IT_IS, asked).then(
        happened.Said(seat=ben, turn=1, words=WORDS, fold=using.label)
    )
    led = given(with_floor(ada)).when(ada, AS_IT_IS, asked)
    led.then(happened.Said(seat=ada, turn=1, words=WORDS))


def test_what_is_given_back_is_told_by_what_gave_it_back():
    found = Finding("spam", 0, 3), Finding("own_phrase", 4, 10, then="bounce")
    bounced = Verdict("bounce", findings=found)
    given(with_floor(ben)).when(ben, LINE, bounced).refused("own_phrase", spans=[(4, 10)])
