"""Folded words: by the review, by two who report them, by a facilitator; and who hears of what."""

import pytest

from moderation.content.verdict import ALLOW, Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import (
    CHAIR,
    NOBODY,
    ROOM,
    audience,
    from_snapshot,
    snapshot,
)
from tests.cast import EVES_SESSION, MEMBERS, ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    CURRENT,
    NEXT,
    NOON,
    History,
    MeetingSituation,
    after,
    eve_comes_in,
    given,
    illegal,
    in_phase,
    sam_comes_in,
    with_floor,
)

LINE = ask.Say("Good evening", CURRENT)
USING = Verdict("allow_folded", label="mentions using in detail")
NEED = Verdict("allow", need=True)
MEANS = Verdict("allow_folded", label="mentions ways of self-harm", signal="urgent", need=True)


def said(
    seat: int = ben, *history: History, verdict: Verdict = ALLOW
) -> tuple[MeetingSituation, int]:
    """Somebody has written a line in the gathering, and its number."""
    story = given(in_phase("gathering"), *history).when(seat, LINE, verdict).allowed()
    return story, story.state.newest


def reported(*seats: int, verdict: Verdict = ALLOW) -> tuple[MeetingSituation, int]:
    """These have reported a line of Ben's."""
    story, number = said(verdict=verdict)
    for seat in seats:
        story = story.when(seat, ask.Report(number, "hurts")).allowed()
    return story, number


# By the review


def test_cm_07_what_the_review_folds_is_published_behind_its_label():
    story = given(in_phase("gathering"))
    line = happened.Said(seat=ben, words="Good evening", fold="mentions using in detail")
    folded = story.when(ben, LINE, USING).then(line)
    assert folded.state.lines[folded.state.newest].fold == "review"


def test_cm_07_in_a_turn_and_at_its_beginning_too():
    held = given(with_floor(ben)).when(ben, LINE, USING)
    held.then(happened.Said(seat=ben, turn=1, words="Good evening", fold=USING.label))


def test_cm_07_what_an_assigned_reader_posts_is_folded_like_a_line():
    story = given(in_phase("readings"), happened.Appointed(ben, "reader"))
    posted = story.when(ben, ask.Post("reading", "A page"), USING)
    posted.then(happened.Posted(seat=ben, kind="reading", words="A page", fold=USING.label))


@pytest.mark.parametrize("seat", [ada, mo, NEXT])
def test_cm_18_no_machine_folds_what_a_facilitator_or_staff_wrote(seat: int):
    story = given(in_phase("gathering"), sam_comes_in())
    story.when(seat, LINE, USING).then(happened.Said(seat=seat, words="Good evening"))
    posted = story.when(seat, ask.Post("cue", "A card"), USING)
    posted.then(happened.Posted(seat=seat, kind="cue", words="A card"))
    assert "a machine folded" in illegal(
        in_phase("gathering"), happened.Said(seat=ada, fold="mentions using in detail")
    )


def test_cm_08_means_in_a_cry_for_help_go_through_folded_and_the_need_is_noted_for_nobody():
    story = given(in_phase("gathering")).when(ben, LINE, MEANS)
    line = happened.Said(seat=ben, words="Good evening", fold="mentions ways of self-harm")
    noted = story.then(line, happened.NeedSeen(ben))
    assert noted.state.lines[noted.state.newest].need
    assert audience(happened.NeedSeen(ben)) == NOBODY


def test_cm_08_means_without_a_need_are_given_back_with_the_helplines_as_the_reason():
    methods = Verdict("bounce", findings=(Finding("methods", 0, 4, "methods"),))
    refused = given(in_phase("gathering")).when(ben, LINE, methods)
    refused.refused("methods", spans=[(0, 4)])


def test_cm_20_a_need_in_the_last_line_of_a_turn_is_that_lines():
    more = [*with_floor(ben, phase="more"), happened.DraftAnnounced(ben), after(360)]
    granted = given(more, happened.LastLineGranted(ben, NOON + 365))
    said = happened.Said(seat=ben, turn=1, words="Good evening")
    left = granted.when(ben, LINE, NEED).left
    assert left == (said, happened.TurnEnded(ben, "time"), happened.NeedSeen(ben))


# Reports


def test_cm_20_facilitators_learn_of_a_report_and_its_reason_and_nobody_by_whom():
    story, number = said()
    left = story.when(chidi, ask.Report(number, "identifies"))
    left.then(happened.ReportNoted(chidi, number), happened.Reported(number, "identifies"))
    assert [audience(entry) for entry in left.left] == [NOBODY, CHAIR]
    assert {"number", "why"} == set(happened.Reported.__struct_fields__), "no seat of anybody"


def test_cm_20_one_report_a_seat_and_line_and_a_second_press_is_no_error():
    story, number = reported(chidi)
    story.when(chidi, ask.Report(number, "other")).nothing()
    assert "twice by one" in illegal(
        *story.log_entries(),
        happened.ReportNoted(chidi, number),
        happened.Reported(number, "hurts"),
    )


@pytest.mark.parametrize("seat", [ada, mo])
def test_cm_20_a_facilitator_may_report_as_anybody_may(seat: int):
    story, number = reported(chidi)
    noted = story.when(seat, ask.Report(number, "sells"))
    noted.then(
        happened.ReportNoted(seat, number),
        happened.Reported(number, "sells"),
        happened.Folded(number, by="reports"),
    )


def test_cm_20_nobody_reports_what_they_could_not_see_or_their_own_words_or_what_is_gone():
    story, number = said()
    story.when(ben, ask.Report(number, "hurts")).refused("own_words")
    story.when(chidi, ask.Report(number + 1, "hurts")).refused("no_such_line")
    joined = story.when(0, ask.TakeSeat(EVES_SESSION, "member", "Eve")).allowed()
    joined.when(NEXT, ask.Report(number, "hurts")).refused("no_such_line")
    gone = story.when(ben, ask.Redact(number)).allowed()
    gone.when(chidi, ask.Report(number, "hurts")).refused("no_such_line")


def test_cm_20_who_may_read_all_of_the_meeting_may_report_all_of_it():
    story = given(in_phase("gathering", history="meeting")).when(ben, LINE).allowed()
    number = story.state.newest
    joined = story.when(0, ask.TakeSeat(EVES_SESSION, "member", "Eve")).allowed()
    joined.when(NEXT, ask.Report(number, "hurts")).allowed()


def test_cm_20_the_muted_may_report():
    story, number = said()
    muted = story.when(ada, ask.Mute(chidi)).allowed()
    muted.when(chidi, ask.Report(number, "hurts")).allowed()


def test_cm_20_two_who_report_a_line_fold_it_until_a_facilitator_decides():
    story, number = reported(chidi)
    assert story.state.lines[number].fold == ""
    folded = story.when(dana, ask.Report(number, "other"))
    after_two = folded.then(
        happened.ReportNoted(dana, number),
        happened.Reported(number, "other"),
        happened.Folded(number, by="reports"),
    )
    assert audience(happened.Folded(number, by="reports")) == ROOM
    assert [report.why for report in after_two.state.reports] == ["hurts", "other"]
    third = after_two.when(mo, ask.Report(number, "using"))
    third.then(happened.ReportNoted(mo, number), happened.Reported(number, "using"))


def test_cm_20_a_facilitators_words_are_folded_by_two_as_anybodys():
    story, number = said(ada)
    once = story.when(chidi, ask.Report(number, "hurts")).allowed()
    twice = once.when(dana, ask.Report(number, "hurts")).allowed()
    assert twice.state.lines[number].fold == "reports"


def test_cm_20_no_report_folds_what_tells_of_a_need():
    story, number = reported(chidi, dana, mo, verdict=NEED)
    assert story.state.lines[number].fold == ""
    assert len(story.state.reports) == 3, "and the facilitators read of all of them"
    assert "a need (CM-20)" in illegal(*story.log_entries(), happened.Folded(number, "reports"))


def test_cm_20_who_was_removed_counts_no_more():
    story, number = reported(chidi)
    removed = story.when(ada, ask.Remove(chidi)).allowed()
    again = removed.when(dana, ask.Report(number, "hurts")).allowed()
    assert again.state.lines[number].fold == ""
    third = again.when(mo, ask.Report(number, "hurts")).allowed()
    assert third.state.lines[number].fold == "reports"


def test_cm_20_a_link_that_brought_two_alone_brought_one():
    """A group's own link is everybody's; one that two seats alone came by is one person's, twice."""
    meeting: list[happened.AnyEntry] = [
        *in_phase("gathering"),
        *eve_comes_in(),
        happened.CameBy(NEXT, "link"),
    ]
    second: list[happened.AnyEntry] = [
        happened.SeatTaken(seat=NEXT + 1, role="member", words="Finn"),
        happened.SeatGiven(NEXT + 1, "session-of-finn"),
        happened.CameBy(NEXT + 1, "link"),
    ]
    third: list[happened.AnyEntry] = [
        happened.SeatTaken(seat=NEXT + 2, role="member", words="Gus"),
        happened.SeatGiven(NEXT + 2, "session-of-gus"),
        happened.CameBy(NEXT + 2, "link"),
    ]
    for people, fold in (([*meeting, *second], ""), ([*meeting, *second, *third], "reports")):
        story = given(people).when(ben, LINE).allowed()
        number = story.state.newest
        for seat in (NEXT, NEXT + 1):
            story = story.when(seat, ask.Report(number, "hurts")).allowed()
        assert story.state.lines[number].fold == fold
    two = given([*meeting, *second]).when(ben, LINE).allowed()
    number = two.state.newest
    for seat in (NEXT, NEXT + 1, chidi):
        two = two.when(seat, ask.Report(number, "hurts")).allowed()
    assert two.state.lines[number].fold == "reports", "and somebody else makes two of them"


# Who decides


def test_cm_20_a_facilitator_leaves_what_was_reported_and_no_more_reports_fold_it():
    story, number = reported(chidi, dana)
    left = story.when(ada, ask.Unfold(number))
    open_again = left.then(happened.ReportsAnswered(number, by=ada), happened.Unfolded(number))
    assert open_again.state.reports == ()
    again = open_again.when(mo, ask.Report(number, "hurts"))
    heard = again.then(happened.ReportNoted(mo, number), happened.Reported(number, "hurts"))
    assert len(heard.state.reports) == 1, "they hear of it all the same"


def test_cm_20_one_report_is_answered_without_a_word_to_the_room():
    story, number = reported(chidi)
    answered = story.when(mo, ask.Unfold(number)).then(happened.ReportsAnswered(number, by=mo))
    second = answered.when(dana, ask.Report(number, "hurts")).allowed()
    assert second.state.lines[number].fold == "", "it was decided"


def test_cm_20_a_facilitator_keeps_it_folded_or_takes_the_words_out():
    story, number = reported(chidi, dana)
    kept = story.when(ada, ask.Fold(number)).then(
        happened.ReportsAnswered(number, by=ada), happened.Folded(number, by="facilitator")
    )
    kept.when(mo, ask.Fold(number)).nothing()
    gone = story.when(ada, ask.Redact(number)).then(happened.Redacted(number, by="facilitator"))
    assert gone.state.reports == ()
    gone.when(ada, ask.Unfold(number)).refused("no_such_line")


def test_cm_20_facilitators_fold_and_unfold_any_line_and_members_none():
    for author in (ben, ada, mo):
        story, number = said(author)
        folded = story.when(mo, ask.Fold(number)).then(happened.Folded(number, "facilitator"))
        folded.when(ada, ask.Unfold(number)).then(happened.Unfolded(number))
        story.when(ada, ask.Unfold(number)).nothing()
        for member in MEMBERS:
            story.when(member, ask.Fold(number)).refused("facilitators_act")
            folded.when(member, ask.Unfold(number)).refused("facilitators_act")


def test_cm_19_what_was_reported_of_a_facilitators_words_another_decides_where_one_is():
    story, number = said(ada)
    story = story.when(chidi, ask.Report(number, "hurts")).allowed()
    for decides in (ask.Unfold(number), ask.Fold(number)):
        story.when(ada, decides).refused("not_your_own_act")
    story.when(mo, ask.Unfold(number)).then(happened.ReportsAnswered(number, by=mo))
    gone = story.when(ada, ask.Redact(number)).then(happened.Redacted(number, by="self"))
    assert gone.state.reports == (), "their words are theirs to take back"
    alone = story.given(happened.SeatLeft(mo))
    alone.when(ada, ask.Unfold(number)).then(happened.ReportsAnswered(number, by=ada))


def test_cm_07_a_facilitator_opens_what_the_review_has_folded_and_leaves_it():
    story, number = said(verdict=USING)
    story.when(ada, ask.Fold(number)).nothing()
    story.when(ada, ask.Unfold(number)).then(happened.Unfolded(number))


def test_cm_20_what_the_review_has_folded_is_reported_and_stays_behind_its_label():
    story, number = reported(chidi, dana, verdict=USING)
    assert story.state.lines[number].fold == "review"
    kept = story.when(ada, ask.Fold(number))
    kept.then(happened.ReportsAnswered(number, by=ada))


def test_a_facilitator_opens_what_the_shield_has_folded():
    story, number = said(ben)
    shielded = story.when(ada, ask.RaiseShield()).allowed()
    assert shielded.state.lines[number].fold == "shield"
    shielded.when(ada, ask.Unfold(number)).then(happened.Unfolded(number))
    by_hand = story.when(ada, ask.Fold(number)).allowed()
    both = by_hand.when(ada, ask.RaiseShield()).allowed()
    assert both.state.lines[number].fold == "facilitator"


def test_p22_cm_20_a_fresh_facilitator_is_told_what_was_reported_and_no_member():
    story, number = reported(chidi, dana)
    for leader in (ada, mo):
        view = snapshot(story.state, leader)
        assert view.reports == (happened.Reported(number, "hurts"),) * 2
        assert snapshot(from_snapshot(view), leader) == view
    for member in MEMBERS:
        assert snapshot(story.state, member).reports == ()


def test_an_entry_about_a_line_that_this_reader_does_not_know_changes_nothing():
    story, number = reported(chidi, dana)
    fresh = from_snapshot(snapshot(story.state, ben))
    for entry in (happened.Folded(number, "reports"), happened.Unfolded(number)):
        rules = story.rules
        assert rules.fold([(entry, NOON)], fresh) == fresh


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (happened.Folded(1, "facilitator"), "no such line"),
        (happened.Unfolded(1), "not folded"),
        (happened.ReportsAnswered(1, by=ada), "nothing was reported"),
        (happened.ReportsAnswered(1, by=ben), "what facilitators do"),
        (happened.Reported(1, "hurts"), "without its other half"),
        (happened.ReportNoted(ben, 1), "no such line"),
        (happened.NeedSeen(ben), "nobody's line"),
    ],
)
def test_the_oracle_turns_down_a_fold_that_could_not_have_happened(
    entry: happened.AnyEntry, why: str
):
    assert why in illegal(in_phase("gathering"), entry)


def test_the_oracle_turns_down_what_is_decided_halfway():
    story, number = reported(chidi, dana)
    log = story.log_entries()
    assert "answered first" in illegal(*log, happened.Folded(number, "facilitator"))
    assert "answered first" in illegal(*log, happened.Unfolded(number))
    assert "what becomes of" in illegal(*log, happened.ReportsAnswered(number, by=ada))
    own = happened.ReportNoted(ben, number)
    assert "own words" in illegal(*log, own, happened.Reported(number, "hurts"))
    adas, number = said(ada)
    adas = adas.when(chidi, ask.Report(number, "hurts")).allowed()
    by_herself = illegal(*adas.log_entries(), happened.ReportsAnswered(number, by=ada))
    assert "another could" in by_herself
    one, number = said()
    unfolded = illegal(*one.log_entries(), happened.Folded(number, "reports"))
    assert "not by two" in unfolded
