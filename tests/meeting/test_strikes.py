"""What a facilitator does to one person, and the appeal that somebody else answers (CM-18, CM-19)."""

import pytest

from moderation.content.verdict import Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.audience import AppealView, StrikesView, from_snapshot, snapshot, streams
from moderation.meeting.state import Stamp
from tests.cast import SESSIONS, ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    CURRENT,
    NEXT,
    NOON,
    History,
    MeetingSituation,
    bounced,
    given,
    illegal,
    in_phase,
    sam_comes_in,
    seated,
)

SOON = NOON + 600
"""When an appeal of noon is to be answered."""
STAMP = Stamp(100, NOON)


def muted_by_ada() -> MeetingSituation:
    return given(in_phase("gathering")).when(ada, ask.Mute(ben, 30)).allowed()


def appealed(story: MeetingSituation) -> MeetingSituation:
    return story.when(ben, ask.Appeal("mute", text="I was asked a question")).allowed()


# Notes


def test_cm_18_a_note_is_read_by_whom_it_is_for_and_by_the_facilitators():
    noted = given(in_phase("sharing")).when(ada, ask.Note(ben, "advice"))
    story = noted.then(
        happened.NotedYou(ben, 1, "advice", "facilitator"),
        happened.Noted(1, ben, by=ada, reason="advice"),
    )
    assert not story.state.is_muted(ben), "it takes nothing from them"
    again = story.when(mo, ask.Note(ben, "unkind")).allowed()
    assert snapshot(again.state, mo).strikes == (StrikesView(ben, notes=2, mutes=0),)
    assert snapshot(again.state, ben).strikes == (), "nobody else learns how often"


def test_cm_18_nobody_gives_themselves_or_the_chair_a_note_and_no_member_gives_one():
    story = given(in_phase("sharing"))
    story.when(ada, ask.Note(ada, "advice")).refused("not_on_a_facilitator")
    story.when(mo, ask.Note(ada, "advice")).refused("not_on_a_facilitator")
    story.when(ben, ask.Note(chidi, "advice")).refused("facilitators_act")
    story.when(ada, ask.Note(NEXT, "advice")).refused("no_such_seat")


def test_cm_18_staff_give_a_note_as_staff():
    story = given(in_phase("sharing"), sam_comes_in()).when(NEXT, ask.Note(ben, "detail"))
    story.then(
        happened.NotedYou(ben, 1, "detail", "staff"),
        happened.Noted(1, ben, by=NEXT, reason="detail"),
    )


def test_cm_18_after_a_removal_the_open_door_turns_to_knock():
    story = given(in_phase("gathering", door="open"))
    comes = ask.TakeSeat("another", "member", "Eve")
    story.when(0, comes).then(
        happened.SeatTaken(seat=NEXT, role="member", words="Eve"),
        happened.SeatGiven(NEXT, "another", stranger=True),
    )
    removed = story.when(ada, ask.Remove(ben)).allowed()
    removed.when(0, ask.TakeSeat(SESSIONS[ben], "member", "Ben")).refused("removed")
    knocked = removed.when(0, comes).allowed()
    assert [type(entry) for entry in knocked.log_entries()[-2:]] == [
        happened.Knocked,
        happened.KnockGiven,
    ]


def test_cm_18_with_a_removal_lifted_the_open_door_is_open_again():
    story = given(in_phase("gathering", door="open")).when(ada, ask.Remove(ben)).allowed()
    asked = story.when(ben, ask.Appeal("removal")).allowed()
    lifted = asked.when(mo, ask.AnswerAppeal(1, upheld=True)).allowed()
    came = lifted.when(0, ask.TakeSeat("another", "member", "Eve")).allowed()
    assert came.state.sits(NEXT)


# Appeals


def test_cm_19_an_appeal_goes_to_the_facilitators_who_did_not_decide():
    story = muted_by_ada()
    number = story.state.acts["mute", ben].number
    asked = story.when(ben, ask.Appeal("mute", text="I was asked a question"))
    words = "I was asked a question"
    asked.then(
        happened.Appealed(
            appeal=1,
            seat=ben,
            about="mute",
            number=number,
            decider=ada,
            answer_by=SOON,
            words=words,
        ),
        happened.AppealedYou(
            owner=ben, appeal=1, about="mute", number=number, answer_by=SOON, words=words
        ),
    )
    shown = AppealView(1, ben, "mute", number, ada, SOON, words)
    assert snapshot(appealed(story).state, mo).appeals == (shown,)
    assert snapshot(appealed(story).state, ben).appeals == ()


def test_cm_19_where_nobody_else_holds_the_meeting_it_waits_for_somebody_who_does():
    alone = given(in_phase("gathering"), happened.Dismissed(mo, "co_chair"))
    story = alone.when(ada, ask.Mute(ben, 30)).allowed().when(ben, ask.Appeal("mute")).allowed()
    assert story.state.appeals[1].asked == "nobody_yet"
    story.when(ada, ask.AnswerAppeal(1, upheld=True)).refused("not_your_own_act")
    with_sam = story.given(*sam_comes_in())
    with_sam.when(NEXT, ask.AnswerAppeal(1, upheld=True)).allowed()


def test_cm_19_an_appeal_that_is_late_stays_open():
    late = appealed(muted_by_ada()).later(3600)
    assert snapshot(late.state, mo).appeals[0].answer_by == SOON
    late.when(mo, ask.AnswerAppeal(1, upheld=False)).allowed()


def test_cm_19_the_group_says_how_long_an_answer_may_take():
    story = given(in_phase("gathering", appeal_minutes=5)).when(ada, ask.Mute(ben)).allowed()
    asked = story.when(ben, ask.Appeal("mute")).allowed()
    assert asked.state.appeals[1].answer_by == NOON + 300


def test_cm_19_one_appeal_for_each_act():
    story = appealed(muted_by_ada())
    story.when(ben, ask.Appeal("mute")).refused("appealed_already")
    again = story.later(60).when(mo, ask.Mute(ben, 5)).allowed()
    again.when(ben, ask.Appeal("mute", text="And now?")).allowed()


def test_cm_19_nobody_appeals_for_another_or_against_what_never_was():
    story = muted_by_ada().when(ada, ask.Note(ben, "length")).allowed()
    story.when(chidi, ask.Appeal("mute")).refused("no_such_act")
    story.when(chidi, ask.Appeal("note", 1)).refused("no_such_act")
    story.when(ben, ask.Appeal("note", 2)).refused("no_such_act")
    story.when(ben, ask.Appeal("removal")).refused("no_such_act")
    story.when(ben, ask.Appeal("note", 1)).allowed()


def test_cm_19_a_mute_that_is_over_is_not_appealed():
    over = muted_by_ada().when(mo, ask.Unmute(ben)).allowed()
    over.when(ben, ask.Appeal("mute")).refused("no_such_act")


def test_cm_19_the_words_of_an_appeal_and_of_its_answer_are_reviewed():
    story = muted_by_ada()
    asks = ask.Appeal("mute", text="call 555 0100")
    story.when(ben, asks, bounced("contact_details", 5, 13)).refused(
        "contact_details", spans=[(5, 13)]
    )
    answers = ask.AnswerAppeal(1, upheld=False, text="call 555 0100")
    appealed(story).when(mo, answers, bounced("contact_details", 5, 13)).refused(
        "contact_details", spans=[(5, 13)]
    )


def test_cm_19_what_a_rule_refuses_to_the_room_can_be_told_in_an_appeal():
    refused = Verdict("refuse", findings=(Finding("sourcing", 0, 4, kind="sourcing"),))
    asked = muted_by_ada().when(ben, ask.Appeal("mute", text="They sell here"), refused).allowed()
    assert asked.state.appeals[1].words == "They sell here"


def test_cm_19_a_mute_that_is_upheld_against_ends_and_its_author_hears_who_looked():
    story = appealed(muted_by_ada()).when(mo, ask.AnswerAppeal(1, upheld=True, text="A mistake."))
    told = "A mistake."
    after = story.then(
        happened.AppealAnsweredYou(
            owner=ben, appeal=1, upheld=True, role="facilitator", words=told
        ),
        happened.AppealAnswered(appeal=1, seat=ben, by=mo, upheld=True, words=told),
        happened.Unmuted(ben, by="appeal"),
    )
    after.when(ben, ask.Say("Thank you", CURRENT)).allowed()
    assert snapshot(after.state, ada).strikes == (), "it counts no more"
    assert snapshot(after.state, ada).appeals == ()


def test_cm_19_what_stands_stays_as_it_was():
    story = appealed(muted_by_ada()).when(mo, ask.AnswerAppeal(1, upheld=False))
    stands = story.then(
        happened.AppealAnsweredYou(owner=ben, appeal=1, upheld=False, role="facilitator"),
        happened.AppealAnswered(appeal=1, seat=ben, by=mo, upheld=False),
    )
    assert stands.state.is_muted(ben)
    assert snapshot(stands.state, ada).strikes == (StrikesView(ben, notes=0, mutes=1),)


def test_cm_19_who_decided_does_not_answer_and_nobody_answers_for_themselves():
    story = appealed(muted_by_ada())
    story.when(ada, ask.AnswerAppeal(1, upheld=False)).refused("not_your_own_act")
    story.when(chidi, ask.AnswerAppeal(1, upheld=True)).refused("facilitators_act")
    story.when(mo, ask.AnswerAppeal(2, upheld=True)).refused("no_such_appeal")
    served = story.given(happened.Appointed(ben, "co_chair"))
    served.when(ben, ask.AnswerAppeal(1, upheld=True)).refused("not_your_own_act")


def test_cm_19_whoever_asks_keeps_their_own_copy_of_the_meeting():
    story = muted_by_ada()
    theirs = from_snapshot(snapshot(story.state, ben))
    (asked,) = (one for one, _ in appealed(story).log if isinstance(one, happened.AppealedYou))
    assert snapshot(decider.evolve(theirs, asked, STAMP), ben) == snapshot(theirs, ben)


def test_cm_19_of_two_who_answer_one_decides_and_the_other_is_told():
    story = appealed(muted_by_ada()).given(*sam_comes_in())
    first = story.when(mo, ask.AnswerAppeal(1, upheld=True)).allowed()
    second = first.when(NEXT, ask.AnswerAppeal(1, upheld=False))
    second.refused("appeal_answered", upheld=True, seat=mo)


def test_cm_19_an_appeal_undoes_no_later_mute():
    story = appealed(muted_by_ada()).later(60).when(mo, ask.Mute(ben, 5)).allowed()
    answered = story.when(mo, ask.AnswerAppeal(1, upheld=True)).allowed()
    assert answered.state.is_muted(ben)
    again = answered.when(ben, ask.Appeal("mute")).allowed()
    assert again.state.appeals[2].decider == mo


def test_cm_19_an_appeal_undoes_no_taking_out_by_hand():
    story = given(in_phase("gathering"), happened.Said(seat=ben, words="Something"))
    (line,) = story.state.lines
    story = story.when(ada, ask.Redact(line)).allowed().when(ada, ask.Mute(ben)).allowed()
    asked = story.when(ben, ask.Appeal("mute")).allowed()
    undone = asked.when(mo, ask.AnswerAppeal(1, upheld=True)).allowed()
    assert not undone.state.is_muted(ben)
    assert line not in undone.state.lines


def test_cm_19_a_lifted_removal_lets_the_same_session_come_back_to_the_same_seat():
    story = given(in_phase("gathering"), happened.Appointed(ben, "reader"))
    story = story.when(ada, ask.Remove(ben)).allowed()
    story.when(ben, ask.Appeal("note", 1)).refused("removed")
    story.when(ben, ask.Tell("Why?")).refused("removed")
    asked = story.when(ben, ask.Appeal("removal", text="It was my brother")).allowed()
    said = asked.given(happened.Said(seat=chidi, words="He is gone"))
    lifted = said.when(mo, ask.AnswerAppeal(1, upheld=True)).then(
        happened.AppealAnsweredYou(owner=ben, appeal=1, upheld=True, role="facilitator"),
        happened.AppealAnswered(appeal=1, seat=ben, by=mo, upheld=True),
        happened.RemovalLifted(seat=ben, words="Ben", services=("reader",)),
    )
    lifted.when(0, ask.TakeSeat(SESSIONS[ben], "member", "Ben")).nothing()
    lifted.when(ben, ask.Say("I am back", CURRENT)).allowed()
    assert max(lifted.state.lines) < streams(lifted.state, ben)[0], "they were not there for that"


def test_cm_19_who_comes_back_reads_all_where_everybody_does_and_shares_no_name():
    story = given(in_phase("gathering", history="meeting")).when(ada, ask.Remove(ben)).allowed()
    renamed = story.when(chidi, ask.Rename("Ben")).allowed()
    asked = renamed.when(ben, ask.Appeal("removal")).allowed()
    lifted = asked.when(mo, ask.AnswerAppeal(1, upheld=True)).allowed()
    assert lifted.state.seats[ben].name == "Ben 2"
    assert streams(lifted.state, ben)[0] == 1


def test_cm_19_a_removal_without_a_name_is_lifted_without_one():
    story = given(in_phase("gathering")).when(ada, ask.Remove(ben)).allowed()
    swept = story.state.with_seat(ben, name=None)
    asked = story.rules.decide(swept, ask.Appeal("removal"), ben, NOON, bounced("x", 0, 0))
    for entry in asked:
        swept = story.rules.evolve(swept, entry, STAMP)
    *_, lifted = story.rules.decide(
        swept, ask.AnswerAppeal(1, upheld=True), mo, NOON, bounced("x", 0, 0)
    )
    assert lifted == happened.RemovalLifted(seat=ben)


def test_cm_19_an_answer_after_another_removal_lifts_nothing():
    story = given(in_phase("gathering")).when(ada, ask.Mute(ben)).allowed()
    asked = story.when(ben, ask.Appeal("mute")).allowed()
    removed = asked.when(ada, ask.Remove(ben)).allowed()
    answered = removed.when(mo, ask.AnswerAppeal(1, upheld=True)).allowed()
    assert not answered.state.sits(ben)


def test_cm_19_words_that_were_taken_out_are_looked_at_again_and_stay_gone():
    story = given(
        in_phase("gathering"),
        happened.Said(seat=ben, words="One"),
        happened.Said(seat=ben, words="Two"),
        happened.Said(seat=dana, words="Three"),
    )
    one, two, three = sorted(story.state.lines)
    gone = story.when(ada, ask.PurgeRecent(ben)).allowed().when(dana, ask.Redact(three)).allowed()
    gone.when(dana, ask.Appeal("words", three)).refused("no_such_act")
    asked = gone.when(ben, ask.Appeal("words", two)).allowed()
    asked.when(ben, ask.Appeal("words", one)).refused("appealed_already")
    upheld = asked.when(mo, ask.AnswerAppeal(1, upheld=True)).then(
        happened.AppealAnsweredYou(owner=ben, appeal=1, upheld=True, role="facilitator"),
        happened.AppealAnswered(appeal=1, seat=ben, by=mo, upheld=True),
    )
    assert dict(upheld.state.lines) == {}


def test_cm_19_a_note_that_is_taken_back_counts_no_more():
    story = given(in_phase("gathering")).when(ada, ask.Note(ben, "unkind")).allowed()
    asked = story.when(ben, ask.Appeal("note", 1)).allowed()
    upheld = asked.when(mo, ask.AnswerAppeal(1, upheld=True)).allowed()
    assert snapshot(upheld.state, ada).strikes == ()


def test_cm_19_nobody_appeals_once_the_meeting_is_closed():
    closed = muted_by_ada().when(ada, ask.Close()).allowed()
    closed.when(ben, ask.Appeal("mute")).refused("meeting_closed")


def test_cm_19_before_the_opening_too():
    story = given(seated()).when(ada, ask.Note(ben, "unkind")).allowed()
    story.when(ben, ask.Appeal("note", 1)).allowed()


# What the judge turns down

NOTED = [happened.NotedYou(ben, 1, "advice", "facilitator"), happened.Noted(1, ben, ada, "advice")]
SAID = [happened.Said(seat=ben), happened.Said(seat=chidi)]
ASKED_YOU = happened.AppealedYou(owner=ben, appeal=1, about="note", number=1, answer_by=SOON)
UPHELD_YOU = happened.AppealAnsweredYou(owner=ben, appeal=1, upheld=True, role="facilitator")


def asked(seat: int = ben, about: ask.About = "note", by: float = SOON) -> happened.Appealed:
    return happened.Appealed(appeal=1, seat=seat, about=about, number=1, decider=ada, answer_by=by)


def answered(by: int, *, upheld: bool) -> happened.AppealAnswered:
    return happened.AppealAnswered(appeal=1, seat=ben, by=by, upheld=upheld)


def of_mo(by: int) -> list[happened.AnyEntry]:
    return [
        happened.NotedYou(mo, 1, "advice", "facilitator"),
        happened.Noted(1, mo, by=by, reason="advice"),
    ]


@pytest.mark.parametrize(
    ("planted", "why"),
    [
        ([happened.NotedYou(ben, 2, "advice", "facilitator")], "in order"),
        ([NOTED[0], happened.Noted(1, chidi, ada, "advice")], "expected note 1"),
        (of_mo(by=mo), "FC-22"),
        ([NOTED, asked(chidi)], "CM-19"),
        ([asked(about="mute")], "CM-19"),
        ([NOTED, asked(by=NOON)], "promised"),
        ([NOTED, asked()], "ends before"),
        ([NOTED, asked(), ASKED_YOU, UPHELD_YOU, answered(ada, upheld=True)], "of their own"),
        ([NOTED, asked(), ASKED_YOU, UPHELD_YOU, answered(mo, upheld=False)], "the answer"),
        ([happened.Muted(ben, SOON), happened.Unmuted(ben, "appeal")], "nobody upheld"),
        ([happened.Removed(ben), happened.RemovalLifted(seat=ben, words="Ben")], "other half"),
        ([SAID, happened.Redacted(10, "facilitator", along=9)], "one act"),
        ([SAID, happened.Redacted(10, "self", along=9)], "their own line"),
    ],
)
def test_cm_19_the_judge_turns_down_what_no_rule_allows(planted: History, why: str):
    assert why in illegal(in_phase("gathering"), planted)
