"""Edits: whose words, until when, through the whole review; and what facilitators can read of before (CM-14)."""

import pytest

from moderation.content.verdict import ALLOW, Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import CHAIR, ROOM, audience
from moderation.meeting.editing import edited, replaced
from moderation.meeting.state import Meeting, Stamp
from tests.cast import ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    CURRENT,
    NEXT,
    NOON,
    STALE,
    MeetingSituation,
    after,
    bounced,
    called,
    eve_comes_in,
    given,
    illegal,
    in_phase,
    masking,
    moves_to,
    with_floor,
)

OLD, NEW = "I came here for coffe", "I came here for coffee"
HOLD = Verdict("hold", findings=(Finding("outing", 0, 6, "anonymity", then="hold"),))
REFUSE = Verdict("refuse", findings=(Finding("sourcing", 0, 6, "sourcing", then="refuse"),))
NUDGE = Verdict("nudge", findings=(Finding("crosstalk", 0, 6, then="nudge"),))
USING = Verdict("allow_folded", label="mentions using in detail")
NEED = Verdict("allow", need=True)


def edit(number: int, text: str = NEW, *, anyway: bool = False) -> ask.Edit:
    return ask.Edit(number, text, CURRENT, anyway)


def said(seat: int = ben, verdict: Verdict = ALLOW) -> tuple[MeetingSituation, int]:
    """Somebody has written a line where everybody writes, and its number."""
    story = given(in_phase("gathering")).when(seat, ask.Say(OLD, CURRENT), verdict).allowed()
    return story, story.state.newest


def in_turn() -> tuple[MeetingSituation, int]:
    """Ben has the floor, and has written a line."""
    story = given(with_floor(ben)).when(ben, ask.Say(OLD, CURRENT)).allowed()
    return story, story.state.newest


def changed(number: int, over: int | None = None, **more: str) -> happened.Edited:
    words = more.pop("words", NEW)
    return happened.Edited(
        seat=ben, number=number, over=number if over is None else over, words=words, **more
    )


def before(number: int, words: str = OLD) -> happened.Replaced:
    return happened.Replaced(number=number, words=words)


# Whose, and when


def test_cm_14_in_ones_own_turn_a_line_is_changed_however_long_ago_it_was():
    story, number = in_turn()
    story.later(600).when(ben, edit(number)).then(before(number), changed(number))


def test_cm_14_with_the_turn_it_is_over():
    story, number = in_turn()
    over = story.when(ben, ask.Done(CURRENT)).allowed()
    over.when(ben, edit(number)).refused("edit_over")
    again = over.given(called(ben, at=over.now), happened.FloorTaken(ben, turn=2))
    again.when(ben, edit(number)).refused("edit_over")


def test_cm_14_where_everybody_writes_for_two_minutes():
    story, number = said()
    story.later(120).when(ben, edit(number)).allowed()
    story.later(121).when(ben, edit(number)).refused("edit_over")
    late = story.later(100).when(ben, edit(number)).allowed()
    late.later(21).when(ben, edit(number, "More")).refused("edit_over")


@pytest.mark.parametrize("phase", ["opening", "newcomers", "lead"])
def test_cm_14_not_where_the_part_of_the_meeting_has_moved_on(phase: str):
    story, number = said()
    moved = story.given(*moves_to(phase)[1:])
    moved.when(ben, edit(number)).refused("edit_over")


@pytest.mark.parametrize("seat", [chidi, ada, mo])
def test_cm_14_nobody_changes_anothers_words_whoever_they_are(seat: int):
    story, number = said()
    story.when(seat, edit(number)).refused("not_your_line")


def test_cm_14_a_facilitator_changes_their_own():
    story, number = said(ada)
    left = story.when(ada, edit(number), HOLD).then(
        before(number), happened.Edited(seat=ada, number=number, over=number, words=NEW)
    )
    assert left.state.lines[number].words == NEW


def test_cm_14_what_keeps_a_line_from_the_room_keeps_an_edit_from_it():
    story, number = said()
    story.given(happened.Muted(ben, NOON + 60)).when(ben, edit(number)).refused("muted")
    story.given(happened.Frozen()).when(ben, edit(number)).refused("frozen")
    story.given(happened.PauseBegan()).when(ben, edit(number)).refused("paused")
    story.given(happened.Removed(ben)).when(ben, edit(number)).refused("removed")
    story.when(ada, ask.Close()).allowed().when(ben, edit(number)).refused("meeting_closed")


def test_cm_14_what_was_taken_out_or_posted_is_not_changed():
    story, number = said()
    gone = story.when(ada, ask.Redact(number)).allowed()
    gone.when(ben, edit(number)).refused("no_such_line")
    posted = story.when(ada, ask.Post("topic", "Patience")).allowed()
    posted.when(ada, edit(posted.state.newest)).refused("posted_stays")


def test_fc_07_cm_14_an_edit_of_another_epoch_changes_nothing():
    story, number = said()
    story.when(ben, ask.Edit(number, NEW, STALE)).refused("stale_epoch")


def test_cm_14_the_same_words_are_no_edit():
    story, number = said()
    story.when(ben, edit(number, OLD)).nothing()


# Through the whole review


def test_cm_14_a_bounced_edit_leaves_the_old_text():
    story, number = said()
    story = story.when(ben, edit(number), bounced("contact_details", 0, 4)).refused(
        "contact_details", spans=[(0, 4)]
    )
    story = story.when(ben, edit(number), REFUSE).refused(
        "sourcing", spans=[(0, 6)], kind="sourcing"
    )
    assert story.state.lines[number].words == OLD


def test_cm_14_what_a_facilitator_would_have_to_read_first_leaves_it_too_and_is_not_held():
    story, number = said()
    story = story.when(ben, edit(number), HOLD).refused("edit_held", spans=[(0, 6)])
    assert (story.state.lines[number].words, [*story.state.held]) == (OLD, [])


def test_cm_10_cm_14_an_edit_is_asked_about_once_and_counts_as_no_second_answer():
    story, number = in_turn()
    story = story.when(ben, edit(number), NUDGE).refused("crosstalk", spans=[(0, 6)])
    story.when(ben, edit(number, anyway=True), NUDGE).then(before(number), changed(number))


def test_cm_09_cm_14_an_edit_is_masked_like_a_line():
    story, number = said()
    left = story.when(ben, edit(number, "0171 2345678 help"), masking(0, 12)).allowed()
    assert "2345678" not in (left.state.lines[number].words or "")


def test_cm_07_cm_14_new_words_are_folded_and_a_fold_that_is_there_stays():
    story, number = said()
    folded = story.when(ben, edit(number), USING).then(
        before(number), changed(number, fold=USING.label)
    )
    assert folded.state.lines[number].fold == "review"
    clean = folded.when(ben, edit(number, "Plain"), ALLOW).allowed()
    assert clean.state.lines[number].fold == "review"


def test_cm_14_cm_20_reports_and_their_fold_stay():
    story, number = said()
    for seat in (chidi, dana):
        story = story.when(seat, ask.Report(number, "hurts")).allowed()
    left = story.when(ben, edit(number), USING).allowed()
    assert left.state.lines[number].fold == "reports"
    assert len(left.state.reports) == 2
    kept = left.when(ada, ask.Unfold(number)).allowed()
    assert kept.state.lines[number].decided


def test_cm_14_cm_20_a_need_in_an_edit_is_that_lines_once():
    story, number = said()
    later = story.when(ben, ask.Say("And more", CURRENT)).allowed()
    needs = later.when(ben, edit(number), NEED).then(
        before(number), changed(number), happened.NeedSeen(ben, number)
    )
    assert [line.need for _, line in sorted(needs.state.lines.items())] == [True, False]
    needs.when(ben, edit(number, "Still"), NEED).then(
        before(number, NEW), changed(number, over=needs_place(needs, number), words="Still")
    )


def needs_place(story: MeetingSituation, number: int) -> int:
    return story.state.lines[number].place


def test_cm_14_cm_15_an_edit_ends_the_moment_that_it_was_given():
    story, number = in_turn()
    story = given(with_floor(ben, phase="more"))
    story = story.when(ben, ask.Say(OLD, CURRENT)).allowed()
    number = story.state.newest
    story = story.when(0, ask.GiveMoment(ben)).allowed()
    story.when(ben, edit(number)).then(before(number), changed(number), happened.MomentEnded(ben))


# What it read before


def test_cm_14_what_it_read_before_is_for_the_facilitators_alone():
    assert (audience(before(1)), audience(changed(1))) == (CHAIR, ROOM)
    story, number = said()
    once = story.when(ben, edit(number)).allowed()
    place = once.state.lines[number].place
    twice = once.when(ben, edit(number, "Tea")).then(
        before(number, NEW), changed(number, over=place, words="Tea")
    )
    assert twice.state.lines[number].history == (1, 2)


@pytest.mark.parametrize(("seat", "by"), [(ben, "self"), (ada, "facilitator")])
def test_p19_cm_14_with_the_line_all_goes_that_it_read_before(seat: int, by: str):
    story, number = said()
    story = story.when(ben, edit(number)).allowed()
    place = story.state.lines[number].place
    gone = story.when(seat, ask.Redact(number)).then(
        happened.HistoryGone(number, (1,)),
        happened.Redacted(number, by, over=place),  # type: ignore[arg-type]
    )
    assert not gone.state.lines


def test_p19_cm_14_a_purge_takes_what_was_changed_lately_and_what_it_read_before():
    story, number = said()
    story = story.later(100).when(ben, edit(number)).allowed()
    place = story.state.lines[number].place
    story.later(50).when(ada, ask.PurgeRecent(ben, seconds=60)).then(
        happened.HistoryGone(number, (1,)),
        happened.Redacted(number, "facilitator", over=place),
    )


def test_cm_14_the_shield_folds_what_strangers_have_changed_just_before():
    story = given(in_phase("gathering", door="open"), eve_comes_in(stranger=True))
    story = story.when(NEXT, ask.Say(OLD, CURRENT)).allowed()
    number = story.state.newest
    story = story.later(100).when(NEXT, edit(number)).allowed()
    folded = story.later(30).when(ada, ask.RaiseShield()).allowed()
    assert folded.state.lines[number].fold == "shield"


def test_who_does_not_know_a_line_is_told_nothing_by_its_edit():
    """As a page's copy of the meeting, which holds no lines."""
    meeting, stamp = Meeting(), Stamp(1, NOON)
    assert replaced(meeting, before(1), stamp) == edited(meeting, changed(1), stamp) == meeting


# The judge


@pytest.mark.parametrize(
    ("planted", "why"),
    [
        ([changed(9)], "other half"),
        ([before(9)], "other words"),
        ([before(8)], "no such line"),
        ([before(9), changed(8)], "other words"),
        ([before(9), changed(9, over=8)], "other words"),
        ([before(9), changed(9, words=OLD)], "other words"),
        ([after(121), before(9), changed(9)], "too late"),
        ([happened.PhaseBegan(1), before(9), changed(9)], "everybody writes"),
        ([happened.HistoryGone(9, (1,))], "never read otherwise"),
        ([before(9), changed(9), happened.HistoryGone(9, (2,))], "not all"),
        ([before(9), changed(9), happened.HistoryGone(9, (1,))], "taken out"),
        ([before(9), changed(9), happened.Redacted(9, "self", over=10)], "left over"),
        (
            [before(9), changed(9), happened.HistoryGone(9, (1,)), happened.Redacted(9, "self")],
            "left over",
        ),
    ],
)
def test_cm_14_the_judge_turns_down_what_no_rule_allows(planted: list[happened.AnyEntry], why: str):
    _story, number = said()
    assert number == 9, "the premise: so many came in before it"
    assert why in illegal([*in_phase("gathering"), happened.Said(seat=ben, words=OLD)], *planted)
