"""Held words: who has them, who decides, once, and where they are afterwards (CM-01, CM-16, CM-17)."""

from typing import Any

import pytest
from msgspec.structs import replace

from moderation.content.verdict import Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.audience import (
    CHAIR,
    HeldView,
    WaitingView,
    audience,
    from_snapshot,
    snapshot,
)
from moderation.meeting.state import Stamp
from tests.cast import MEMBERS, SESSIONS, ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    CURRENT,
    NOON,
    MeetingSituation,
    after,
    called,
    given,
    illegal,
    in_phase,
    with_floor,
    with_invited,
)

WORDS = "I know somebody who has some"
LINE = ask.Say(WORDS, CURRENT)
FOUND = Finding("sourcing", 7, 28, "sourcing", by=("somebody", "has", "gone"), confidence=0.9)
HOLD = Verdict("hold", findings=(FOUND,))
BESIDE = Finding("crosstalk", 0, 1, "crosstalk", ("I",))
REFUSE = Verdict("refuse", findings=(BESIDE, replace(FOUND, then="refuse")))
WHY = happened.Why("sourcing", "sourcing", 7, 28, (happened.Span(7, 15), happened.Span(20, 23)))


def kept(seat: int = ben, at: float = NOON, **more: Any) -> happened.Held:
    return happened.Held(seat=seat, words=WORDS, until=at + 120, why=(WHY,), **more)


def yours(seat: int = ben) -> happened.HeldYours:
    return happened.HeldYours(owner=seat, words=WORDS)


def back(how: ask.HeldEnd, number: int = 2, seat: int = ben) -> happened.HeldYoursEnded:
    words = None if how in ("released", "removed", "left") else WORDS
    return happened.HeldYoursEnded(owner=seat, number=number, how=how, words=words)


def holding(phase: str = "gathering", **ways: Any) -> MeetingSituation:
    """Ben's words are held: number 1 of the facilitators' stream, and 2 of his own, behind his seat."""
    held = given(in_phase(phase, **ways)).when(ben, LINE, HOLD).then(kept(), yours())
    assert [*held.state.held] == [1]
    assert [*held.state.waits] == [(ben, 2)]
    return held


# To be held


def test_cm_16_a_held_line_is_for_the_facilitators_and_its_author_alone():
    story = holding()
    assert audience(kept()) == CHAIR
    assert audience(yours()) == ben
    assert not story.state.lines


def test_cm_01_no_snapshot_of_anybody_else_has_held_words():
    meeting = holding().state
    for seat in MEMBERS:
        shown = snapshot(meeting, seat)
        assert shown.held == ()
        assert shown.waits == ((WaitingView(ben, 2, WORDS),) if seat == ben else ())
    for seat in (ada, mo):
        assert snapshot(meeting, seat).held == (HeldView(1, ben, WORDS, NOON + 120, why=(WHY,)),)
        assert snapshot(meeting, seat).waits == ()


def test_a_facilitators_snapshot_of_what_is_held_leads_to_the_same_held_words():
    shown = snapshot(holding().state, ada)
    assert shown.held
    assert snapshot(from_snapshot(shown), ada).held == shown.held


def test_cm_16_an_entry_has_the_places_of_what_weighed_and_no_words_but_words():
    """They go with a redaction and with the sweep: nothing of them stays behind in what is kept (P19)."""
    assert {name for name in happened.Why.__struct_fields__ if name not in ("kind", "code")} == {
        "start", "end", "weighed",
    }  # fmt: skip


def test_cm_18_nothing_of_a_facilitator_is_held():
    given(in_phase("gathering")).when(ada, LINE, HOLD).then(happened.Said(seat=ada, words=WORDS))
    post = ask.Post("announcement", WORDS)
    given(in_phase("gathering")).when(ada, post, HOLD).then(
        happened.Posted(seat=ada, kind="announcement", words=WORDS)
    )


def test_fc_12_cm_16_role_floor_and_mute_come_before_what_is_held():
    given(with_floor(chidi)).when(ben, LINE, HOLD).refused("not_your_turn")
    muted = given(in_phase("gathering"), happened.Muted(ben, NOON + 60))
    muted.when(ben, LINE, HOLD).refused("muted")


def test_cm_16_three_wait_of_one_seat_and_a_fourth_is_kept_as_a_draft():
    story = given(in_phase("gathering"))
    for _ in range(3):
        story = story.when(ben, LINE, HOLD).allowed()
    story.when(ben, LINE, HOLD).refused("held_already")
    story.when(chidi, LINE, HOLD).allowed()
    story.when(ben, ask.Say("Hello", CURRENT)).allowed()
    story.when(ada, ask.GiveBackHeld(2)).allowed().when(ben, LINE, HOLD).allowed()


def test_cm_16_a_line_of_a_turn_is_held_and_the_turn_goes_on():
    story = given(with_floor(ben)).when(ben, LINE, HOLD).then(kept(turn=1), yours())
    assert story.state.holder == ben
    story.when(ben, ask.Say("And", CURRENT)).then(happened.Said(seat=ben, turn=1, words="And"))


def test_fc_05_cm_16_who_accepts_with_a_line_that_is_held_has_the_floor():
    story = given(with_invited(ben))
    taken = story.when(ben, LINE, HOLD)
    story = taken.then(happened.FloorTaken(ben, turn=1), kept(turn=1), yours())
    assert story.state.holder == ben


def test_fc_14_cm_16_a_last_line_that_is_held_ends_the_turn_too():
    late = NOON + 360
    story = given(
        with_floor(ben, phase="more"),
        happened.DraftAnnounced(ben),
        after(360),
        happened.LastLineGranted(ben, until=late + 5),
    )
    held = story.when(ben, LINE, HOLD)
    over = held.then(kept(at=late, turn=1), yours(), happened.TurnEnded(ben, "time"))
    released = over.when(ada, ask.Release(1))
    said = happened.Said(seat=ben, turn=1, words=WORDS, late=True)
    released.then(happened.HeldEnded(1, "released", by=ada), back("released", 3), said)


def test_cm_16_what_a_reader_posts_is_held_and_released_as_what_it_is():
    story = given(in_phase("readings"), happened.Appointed(ben, "reader"))
    held = story.when(ben, ask.Post("reading", WORDS), HOLD).then(kept(post="reading"), yours())
    posted = happened.Posted(seat=ben, kind="reading", words=WORDS)
    held.when(mo, ask.Release(1)).then(
        happened.HeldEnded(1, "released", by=mo), back("released"), posted
    )
    moved = held.when(ada, ask.NextPhase(CURRENT)).allowed().when(mo, ask.Release(1)).allowed()
    assert moved.log_entries()[-1] == happened.Posted(
        seat=ben, kind="reading", words=WORDS, late=True
    )


def test_a_label_of_the_review_stays_with_what_it_holds():
    held = given(in_phase("gathering")).when(ben, LINE, Verdict("hold", (FOUND,), label="using"))
    held.then(kept(fold="using"), yours())


def test_cm_17_the_authors_copy_of_the_meeting_knows_what_waits_from_their_own_half():
    before = given(in_phase("gathering")).state
    copy = decider.evolve(from_snapshot(snapshot(before, ben)), yours(), Stamp(2, NOON))
    assert snapshot(copy, ben).waits == (WaitingView(ben, 2, WORDS),)
    again = decider.evolve(copy, back("given_back"), Stamp(3, NOON))
    assert snapshot(again, ben).waits == ()


# To be decided about


def test_cm_16_a_facilitator_releases_it_and_it_is_a_line_like_any_other():
    released = holding().when(mo, ask.Release(1))
    story = released.then(
        happened.HeldEnded(1, "released", by=mo),
        back("released"),
        happened.Said(seat=ben, words=WORDS),
    )
    assert not story.state.held
    assert not story.state.waits
    (number,) = story.state.lines
    story.when(ben, ask.Redact(number)).allowed()


def test_cm_11_it_may_be_released_with_a_note():
    released = holding().when(mo, ask.Release(1, note="not_medical_advice")).allowed()
    said = happened.Said(seat=ben, words=WORDS, note="not_medical_advice")
    assert released.log_entries()[-1] == said


def test_cm_16_a_facilitator_gives_it_back_and_its_author_has_the_words():
    story = holding().when(ada, ask.GiveBackHeld(1))
    story.then(happened.HeldEnded(1, "given_back", by=ada), back("given_back"))


def test_cm_16_its_author_takes_it_back():
    taken = holding().when(ben, ask.TakeBackHeld(2))
    story = taken.then(happened.HeldEnded(1, "taken_back", by=ben), back("taken_back"))
    facts = {"by": "author", "what": "taken_back", "at": NOON, "seat": ben}
    story.when(ada, ask.Release(1)).refused("already_decided", **facts)


def test_cm_16_only_facilitators_decide_and_only_its_author_takes_it_back():
    story = holding()
    for command in (ask.Release(1), ask.GiveBackHeld(1)):
        story.when(chidi, command).refused("facilitators_act")
        story.when(ben, command).refused("facilitators_act")
    for other in (chidi, ada):
        story.when(other, ask.TakeBackHeld(2)).refused("no_such_line")
    story.when(ada, ask.Release(2)).refused("no_such_line")


def test_cm_16_a_second_decision_hears_by_whom_when_and_what_the_first_was():
    released = holding().later(7).when(mo, ask.Release(1)).allowed()
    facts = {"by": "facilitator", "what": "released", "at": NOON + 7, "seat": mo}
    for command in (ask.Release(1), ask.GiveBackHeld(1)):
        released.when(ada, command).refused("already_decided", **facts)


def test_cm_16_its_author_hears_of_a_decision_by_role_and_by_no_name():
    given_back = holding().when(mo, ask.GiveBackHeld(1)).allowed()
    facts = {"by": "facilitator", "what": "given_back", "at": NOON}
    given_back.when(ben, ask.TakeBackHeld(2)).refused("already_decided", **facts)


def test_cm_16_after_two_minutes_without_a_decision_it_goes_back_once_and_is_not_published():
    story = holding()
    assert decider.due(story.state) == NOON + 120
    story.later(119.9).when(0, ask.Tick()).nothing()
    over = story.later(120).when(0, ask.Tick()).then(happened.HeldEnded(1, "time"), back("time"))
    over.when(0, ask.Tick()).nothing()
    facts = {"by": "time", "what": "time", "at": NOON + 120, "seat": 0}
    over.when(ada, ask.Release(1)).refused("already_decided", **facts)


# When it is released


def test_cm_16_in_the_turn_of_its_author_if_that_still_runs():
    story = given(with_floor(ben)).when(ben, LINE, HOLD).allowed()
    released = story.when(ada, ask.Release(1)).allowed()
    assert released.log_entries()[-1] == happened.Said(seat=ben, turn=1, words=WORDS)


def test_cm_16_fc_11_late_and_by_itself_once_the_turn_is_over():
    story = given(with_floor(ben)).when(ben, LINE, HOLD).allowed()
    story = story.when(ben, ask.Done(CURRENT)).allowed()
    late = happened.Said(seat=ben, turn=1, words=WORDS, late=True)
    assert story.when(ada, ask.Release(1)).allowed().log_entries()[-1] == late
    second = story.given(called(chidi), happened.FloorTaken(chidi, turn=2))
    released = second.when(ada, ask.Release(1)).allowed()
    assert released.log_entries()[-1] == late
    assert ben in released.state.shared


def test_cm_16_late_once_its_part_of_the_meeting_is_over():
    moved = holding().when(ada, ask.NextPhase(CURRENT)).allowed()
    released = moved.when(ada, ask.Release(1)).allowed()
    assert released.log_entries()[-1] == happened.Said(seat=ben, words=WORDS, late=True)


def test_cm_16_a_line_of_introduction_counts_where_it_belongs():
    story = holding("newcomers")
    assert story.when(ada, ask.Release(1)).allowed().state.said[ben] == 1
    late = story.when(ada, ask.NextPhase(CURRENT)).allowed().when(ada, ask.Release(1)).allowed()
    assert not late.state.said


@pytest.mark.parametrize(
    "stop",
    [
        happened.PauseBegan(),
        happened.AllMuted(NOON + 60),
        happened.ShieldRaised(),
    ],
)
def test_cm_16_a_facilitator_publishes_it_while_members_cant_write(stop: happened.AnyEntry):
    holding().given(stop).when(ada, ask.Release(1)).allowed()


def test_fc_21_in_a_freeze_nothing_is_published_and_its_time_stands_still():
    frozen = holding().given(happened.Frozen())
    frozen.when(ada, ask.Release(1)).refused("frozen")
    frozen.when(ada, ask.GiveBackHeld(1)).allowed()
    frozen.when(ben, ask.TakeBackHeld(2)).allowed()
    frozen.later(500).when(0, ask.Tick()).nothing()
    thawed = frozen.later(500).when(ada, ask.Thaw()).allowed()
    assert thawed.state.held[1].until == NOON + 620
    thawed.later(119).when(0, ask.Tick()).nothing()
    thawed.later(120).when(0, ask.Tick()).allowed()


# What ends it besides


def test_p8_cm_16_what_the_muted_wrote_goes_back_to_them():
    mute = ask.Mute(ben, 5)
    muted = holding().when(ada, mute)
    story = muted.then(
        happened.HeldEnded(1, "muted", by=ada), back("muted"), happened.Muted(ben, NOON + 300)
    )
    facts = {"by": "facilitator", "what": "muted", "at": NOON, "seat": ada}
    story.when(mo, ask.Release(1)).refused("already_decided", **facts)


def test_p8_cm_16_with_the_turn_of_the_muted():
    story = given(with_floor(ben)).when(ben, LINE, HOLD).allowed()
    story.when(ada, ask.Mute(ben, 5)).then(
        happened.HeldEnded(1, "muted", by=ada),
        back("muted"),
        happened.TurnEnded(ben, "revoked"),
        happened.Muted(ben, NOON + 300),
    )


def test_p9_cm_16_words_of_the_removed_are_nowhere():
    removed = holding().when(ada, ask.Remove(ben))
    removed.then(happened.HeldEnded(1, "removed", by=ada), back("removed"), happened.Removed(ben))


def test_cm_16_words_of_who_leaves_are_nowhere():
    gone = holding().when(0, ask.Leave(SESSIONS[ben]))
    story = gone.then(happened.HeldEnded(1, "left"), back("left"), happened.SeatLeft(ben))
    facts = {"by": "author", "what": "left", "at": NOON, "seat": 0}
    story.when(ada, ask.Release(1)).refused("already_decided", **facts)


def test_cm_16_others_keep_waiting_when_one_is_muted_or_leaves():
    both = holding().when(dana, LINE, HOLD).allowed()
    for command, seat in ((ask.Mute(ben, 5), ada), (ask.Leave(SESSIONS[ben]), 0)):
        story = both.when(seat, command).allowed()
        assert [one.seat for one in story.state.held.values()] == [dana]


def test_cm_16_with_the_close_everything_goes_back():
    both = holding().when(dana, LINE, HOLD).allowed()
    closed = both.when(ada, ask.Close())
    story = closed.then(
        happened.HeldEnded(1, "closed", by=ada),
        back("closed"),
        happened.HeldEnded(2, "closed", by=ada),
        back("closed", seat=dana),
        happened.Closed("facilitator"),
    )
    story.when(ada, ask.Release(1)).refused("meeting_closed")
    assert decider.due(story.state) is None


def test_cm_16_and_with_a_close_by_time():
    story = given(in_phase("gathering"), after(12 * 3600 - 60)).when(ben, LINE, HOLD).allowed()
    story.later(60).when(0, ask.Tick()).then(
        happened.HeldEnded(1, "closed"), back("closed"), happened.Closed("time")
    )


def test_cm_16_what_has_run_out_does_not_end_twice_with_the_last_phase():
    """The last phase is silent, so what is held in it comes from the one before."""
    story = given(in_phase("round")).when(ben, ask.Accept(CURRENT)).allowed()
    for seconds, how in ((200, "closed"), (180, "time")):
        told = story.later(300 - seconds)
        told = told.when(ben, LINE, HOLD).allowed()
        told = told.when(ada, ask.NextPhase(CURRENT)).allowed()
        assert told.state.phase_until == told.now + 300
        far = told.later(300).when(0, ask.Tick()).allowed()
        ends = [one for one in far.log_entries() if isinstance(one, happened.HeldEnded)]
        assert len(ends) == 1, how
        assert far.state.closed_at is not None


# A rule that is certain


def test_cm_06_a_rule_that_is_certain_refuses_with_its_place_and_kind():
    spans = [(7, 28)]
    line = given(in_phase("gathering")).when(ben, LINE, REFUSE)
    line.refused("sourcing", spans=spans, kind="sourcing")


def test_cm_06_the_facilitators_are_told_who_and_what_kind_and_nothing_is_done():
    told = given(in_phase("gathering")).when(0, ask.ProposeStrike(ben, "sourcing"))
    story = told.then(happened.StrikeProposed(ben, "sourcing"))
    assert audience(happened.StrikeProposed(ben, "sourcing")) == CHAIR
    assert happened.StrikeProposed.__struct_fields__ == ("seat", "kind")
    assert not story.state.mutes


def test_cm_18_nothing_is_proposed_of_a_facilitator_nor_where_no_meeting_is_on():
    strike = ask.ProposeStrike(ada, "sourcing")
    given(in_phase("gathering")).when(0, strike).nothing()
    over = given(in_phase("after"), happened.Closed("facilitator"))
    over.when(0, ask.ProposeStrike(ben, "sourcing")).nothing()


def test_cm_16_a_members_line_to_the_facilitators_is_neither_held_nor_refused():
    told = ask.Tell(WORDS)
    for verdict in (HOLD, REFUSE):
        given(in_phase("gathering")).when(ben, told, verdict).then(
            happened.Told(seat=ben, words=WORDS), happened.ToldYou(owner=ben, seat=ben, words=WORDS)
        )
    line = given(in_phase("gathering")).when(ada, ask.Tell(WORDS, to=ben), REFUSE)
    line.refused("sourcing", spans=[(7, 28)], kind="sourcing")


# What no log may hold


RELEASED: list[happened.AnyEntry] = [happened.HeldEnded(1, "released", by=ada), back("released")]
HELD = [*in_phase("gathering"), kept(), yours()]
IN_TURN: list[happened.AnyEntry] = [*with_floor(ben), kept(turn=1), yours()]


@pytest.mark.parametrize(
    ("history", "why"),
    [
        ([*in_phase("gathering"), kept(ada), yours(ada)], "CM-18"),
        ([*in_phase("gathering"), kept()], "ends before"),
        ([*HELD, kept(), yours(), kept(), yours(), kept(), yours()], "more of one seat"),
        ([*in_phase("gathering"), kept(at=NOON - 60), yours()], "CM-16"),
        ([*in_phase("gathering"), kept(post="reading"), yours()], "not theirs to post"),
        ([*in_phase("sharing"), kept(), yours()], "FC-12"),
        ([*with_floor(ben), kept(turn=2), yours()], "another turn"),
        ([*in_phase("gathering"), kept(turn=1), yours()], "no turns"),
        ([*HELD, happened.HeldEnded(2, "given_back", by=ada)], "never held"),
        ([*HELD, happened.HeldEnded(1, "given_back", by=chidi)], "facilitators do"),
        ([*HELD, happened.HeldEnded(1, "time"), back("time")], "before its time"),
        ([*HELD, happened.HeldEnded(1, "taken_back"), back("time")], "expected"),
        ([*HELD, *RELEASED], "ends before"),
        ([*HELD, *RELEASED, happened.Said(seat=chidi, words=WORDS)], "somebody else's"),
        ([*HELD, *RELEASED, happened.Said(seat=ben, words="Other")], "other words"),
        ([*HELD, *RELEASED, happened.Said(seat=ben, words=WORDS, late=True)], "late"),
        ([*HELD, *RELEASED, happened.Posted(seat=ben, kind="reading")], "expected"),
        ([*in_phase("gathering"), happened.Said(seat=ben, late=True)], "never held"),
        ([*HELD, happened.Muted(ben, NOON + 60)], "still held"),
        ([*HELD, happened.Removed(ben)], "still held"),
        ([*HELD, happened.SeatLeft(ben)], "still held"),
        ([*HELD, happened.Closed("facilitator")], "still held"),
        ([*HELD, happened.HeldEnded(1, "muted"), back("muted")], "the log ends"),
        (
            [*HELD, happened.HeldEnded(1, "muted"), back("muted"), happened.Said(seat=dana)],
            "no Muted came",
        ),
        (
            [
                *HELD,
                happened.HeldEnded(1, "muted"),
                back("muted"),
                happened.Muted(dana, NOON + 60),
            ],
            "somebody else",
        ),
        ([*in_phase("gathering"), happened.StrikeProposed(ada, "sourcing")], "CM-18"),
    ],
)
def test_p10_what_nobody_could_have_held_or_released_is_turned_down(history: Any, why: str):
    assert why in illegal(history)


def test_p10_a_log_of_which_the_held_words_are_gone_is_legal():
    gone = happened.Held(seat=ben, until=NOON + 120)
    given(
        in_phase("gathering"),
        gone,
        happened.HeldYours(owner=ben),
        RELEASED,
        happened.Said(seat=ben, words=WORDS),
    )
    given(IN_TURN, RELEASED, happened.Said(seat=ben, turn=1, words=WORDS))
