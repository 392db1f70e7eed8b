"""A claim is a lease: who is not heard of loses it to all, and who takes it over says why (CE-12, CE-17)."""

from collections.abc import Iterable
from typing import get_args

import msgspec
import pytest

from moderation.case.case import (
    CLAIM_WITHIN,
    MERCY,
    PRESSED_LATELY,
    TOUCH_WITHIN,
    TOUCHED_LATELY,
    WORD_WITHIN,
    audience,
    due,
    snapshot,
    streams,
)
from moderation.case.commands import (
    Claim,
    ClaimerAway,
    ClaimerBack,
    CloseCase,
    DeskAttended,
    DeskEmpty,
    Lapse,
    NameMember,
    PutBack,
    Raise,
    SessionOver,
    TakeOver,
    TickCase,
    Touch,
    Write,
)
from moderation.case.entries import (
    CaseClosed,
    CaseEntry,
    CaseRaised,
    Claimed,
    ClaimLapsed,
    ClaimResumed,
    Excerpt,
    HelpPressedAgain,
    LineGiven,
    MemberLeft,
    MemberNamed,
    NobodyThere,
    OutcomeNoted,
    SomebodyThere,
    Touched,
    Unanswered,
    Wrote,
)
from moderation.case.state import Unread
from tests.case.spec import (
    CLAIMER,
    MEMBER,
    NOON,
    CaseSituation,
    after,
    claimed,
    given_case,
    raised,
)
from tests.cast import SAMS_SESSION, SESSIONS, ben

KIMS_SESSION = "session-of-kim"
SAM = Claim(SAMS_SESSION, "Sam", desk_seat=1)
KIM = Claim(KIMS_SESSION, "Kim", desk_seat=2)
SAMS_OTHER = Claim("sams-other-session", "Sam", desk_seat=3)
LAPSES: tuple[Lapse, ...] = get_args(Lapse)
MEETING = "00000000000000a1"


def with_them() -> list[CaseEntry]:
    """Sam has taken Ben's case and has written to him."""
    return [*claimed(), Wrote(seat=CLAIMER, words="I'm here")]


def lapsed(why: Lapse, history: Iterable[CaseEntry] = ()) -> CaseSituation:
    return given_case(list(history) or with_them(), after(40), ClaimLapsed(why), after(5))


# Away


def test_ce_12_a_claimer_who_is_connected_nowhere_has_the_case_no_more():
    away = given_case(with_them()).when(0, ClaimerAway(1)).then(ClaimLapsed("away"))
    assert away.state.status == "unanswered"
    assert away.state.lease is not None
    assert (away.state.lease.name, away.state.lease.lapsed) == ("Sam", "away")
    away.when(0, ClaimerAway(1)).nothing()


def test_ce_12_only_who_has_the_case_is_missed_in_it():
    given_case(with_them()).when(0, ClaimerAway(2)).nothing()
    given_case(raised()).when(0, ClaimerAway(0)).nothing()
    given_case(with_them(), CaseClosed(by=CLAIMER)).when(0, ClaimerAway(1)).nothing()


def test_ce_12_who_comes_back_takes_it_up_again_if_nobody_did():
    back = lapsed("away").when(0, ClaimerBack(1)).then(ClaimResumed(CLAIMER))
    assert back.state.status == "claimed"
    back.when(0, ClaimerBack(1)).nothing()
    lapsed("away").when(0, ClaimerBack(2)).nothing()
    taken = lapsed("away").when(0, KIM).allowed()
    taken.when(0, ClaimerBack(1)).nothing()
    given_case(raised()).when(0, ClaimerBack(1)).nothing()
    given_case(*with_them(), ClaimLapsed("away"), CaseClosed(by=MEMBER)).when(
        0, ClaimerBack(1)
    ).nothing()


@pytest.mark.parametrize("why", [why for why in LAPSES if why != "away"])
def test_ce_12_being_connected_is_no_word_and_no_touch(why: Lapse):
    lapsed(why).when(0, ClaimerBack(1)).nothing()


# The first word, and a touch every five minutes


def test_ce_12_without_a_first_word_in_a_minute_the_case_waits_again():
    story = given_case(claimed())
    assert due(story.state) == NOON + WORD_WITHIN + MERCY
    story.later(WORD_WITHIN).when(0, TickCase()).nothing()
    late = story.later(WORD_WITHIN + MERCY).when(0, TickCase()).then(ClaimLapsed("no_word"))
    assert (late.state.status, due(late.state)) == ("unanswered", None)
    late.when(0, KIM).allowed()


def test_ce_12_a_first_word_in_the_second_of_the_expiry_wins():
    story = given_case(claimed()).later(WORD_WITHIN + 0.9).when(CLAIMER, Write("I'm here"))
    spoken = story.then(Wrote(seat=CLAIMER, words="I'm here"))
    spoken.later(MERCY).when(0, TickCase()).nothing()
    assert due(spoken.state) == NOON + WORD_WITHIN + 0.9 + TOUCH_WITHIN + MERCY


def test_ce_12_a_word_after_the_expiry_takes_it_up_again_if_nobody_did():
    late = lapsed("no_word", claimed()).when(CLAIMER, Write("Sorry, I'm here"))
    late.then(ClaimResumed(CLAIMER), Wrote(seat=CLAIMER, words="Sorry, I'm here"))
    taken = lapsed("no_word", claimed()).when(0, KIM).allowed()
    taken.when(CLAIMER, Write("Sorry, I'm here")).refused("case_taken")


def test_ce_12_for_want_of_a_word_a_look_is_not_enough():
    for why in ("no_word", "put_back"):
        story = lapsed(why).later(60).when(CLAIMER, Touch(9))
        assert story.then(Touched(CLAIMER, 9)).state.status == "unanswered"


def test_ce_12_a_claim_holds_for_five_minutes_from_the_last_that_was_heard():
    story = given_case(with_them())
    assert due(story.state) == NOON + TOUCH_WITHIN + MERCY
    touched = story.later(290).when(CLAIMER, Touch()).then(Touched(CLAIMER, 0))
    assert due(touched.state) == NOON + 290 + TOUCH_WITHIN + MERCY
    wrote = touched.later(200).when(CLAIMER, Write("Still here")).allowed()
    late = wrote.later(TOUCH_WITHIN + MERCY).when(0, TickCase()).then(ClaimLapsed("untouched"))
    late.later(30).when(CLAIMER, Touch()).then(ClaimResumed(CLAIMER), Touched(CLAIMER, 0))


def test_ce_12_what_the_member_writes_is_no_touch():
    story = given_case(with_them(), after(200), Wrote(seat=MEMBER, words="Hello?"))
    assert due(story.state) == NOON + TOUCH_WITHIN + MERCY


def test_a_touch_that_says_nothing_new_leaves_nothing():
    story = given_case(with_them())
    story.later(TOUCHED_LATELY - 1).when(CLAIMER, Touch()).nothing()
    given_case(with_them(), CaseClosed(by=MEMBER)).when(CLAIMER, Touch(3)).nothing()
    given_case(with_them()).when(MEMBER, Touch()).refused("staff_only")
    given_case(raised()).when(MEMBER, Touch()).refused("staff_only")
    given_case(with_them()).when(7, Touch()).refused("no_seat")


# Taking it, taking it over, giving it back


@pytest.mark.parametrize("why", LAPSES)
def test_ce_12_a_case_that_lapsed_is_claimed_by_whoever_comes_first(why: Lapse):
    taken = lapsed(why).when(0, KIM)
    story = taken.then(
        Claimed(seat=3, desk_seat=2, replaces=CLAIMER, words="Kim"), LineGiven(3, KIMS_SESSION)
    )
    assert story.state.status == "claimed"
    story.when(0, SAM).refused("already_claimed", name="Kim", at=NOON + 45)


@pytest.mark.parametrize("why", LAPSES)
def test_ce_12_whose_claim_lapsed_claims_again_from_the_same_seat(why: Lapse):
    again = lapsed(why).when(0, SAM).then(Claimed(seat=CLAIMER, desk_seat=1, words="Sam"))
    assert due(again.state) == NOON + 45 + WORD_WITHIN + MERCY, "a word is asked for again"


def test_ce_12_the_claimers_own_new_session_takes_it_up():
    lapsed("away").when(0, SAMS_OTHER).allowed()
    story = given_case(with_them(), after(5))
    story.when(0, SAMS_OTHER).refused("already_claimed", name="Sam", at=NOON)
    anew = msgspec.structs.replace(SAMS_OTHER, reason="signed_in_anew")
    taken = story.when(0, anew).allowed().state
    assert taken.lease is not None
    assert (taken.lease.seat, taken.lease.desk_seat) == (3, 3)


@pytest.mark.parametrize("reason", get_args(TakeOver))
def test_ce_11_with_a_reason_a_case_is_taken_over_at_any_time(reason: TakeOver):
    takes = msgspec.structs.replace(KIM, reason=reason)
    story = given_case(with_them()).when(0, takes)
    after_it = story.then(
        Claimed(seat=3, desk_seat=2, replaces=CLAIMER, reason=reason, words="Kim"),
        LineGiven(3, KIMS_SESSION),
    )
    after_it.when(CLAIMER, Write("But I was there")).refused("case_taken")
    after_it.when(CLAIMER, PutBack()).refused("case_taken")
    after_it.when(CLAIMER, CloseCase("supported")).refused("case_taken")
    back = after_it.when(0, msgspec.structs.replace(SAM, reason="agreed"))
    back.then(Claimed(seat=CLAIMER, desk_seat=1, replaces=3, reason="agreed", words="Sam"))


def test_a_reason_where_none_is_needed_is_not_kept():
    takes = msgspec.structs.replace(KIM, reason="silent")
    first = given_case(raised()).when(0, takes)
    first.then(Claimed(seat=CLAIMER, desk_seat=2, words="Kim"), LineGiven(CLAIMER, KIMS_SESSION))
    given_case(claimed()).when(0, msgspec.structs.replace(SAM, reason="silent")).nothing()


def test_ce_14_whoever_has_a_case_can_put_it_back():
    given = given_case(with_them()).when(CLAIMER, PutBack()).then(ClaimLapsed("put_back"))
    given.when(CLAIMER, PutBack()).nothing()
    given_case(with_them()).when(MEMBER, PutBack()).refused("staff_only")
    given_case(with_them(), CaseClosed(by=MEMBER)).when(CLAIMER, PutBack()).nothing()


def test_p9_who_lost_the_case_to_another_reads_nothing_more_and_until_then_the_line():
    assert streams(lapsed("away").state, CLAIMER) == {0: 1, CLAIMER: 1}
    taken = lapsed("away").when(0, KIM).allowed().state
    assert streams(taken, CLAIMER) == {}
    assert streams(taken, 3) == {0: 1, 3: 1}
    assert streams(taken, MEMBER) == {0: 1, MEMBER: 1}


def test_the_second_claimer_closes_the_case_and_knows_as_what():
    taken = lapsed("away").when(0, KIM).allowed()
    closed = taken.when(3, CloseCase("supported"))
    closed.then(OutcomeNoted(3, "supported"), CaseClosed(by=3))


# Nobody else at the desk


@pytest.mark.parametrize("why", LAPSES)
def test_ce_10_whoever_waits_again_with_nobody_else_at_the_desk_is_told_so_once(why: Lapse):
    alone = lapsed(why).when(0, DeskEmpty()).then(NobodyThere())
    assert alone.state.status == "unanswered"
    alone.when(0, DeskEmpty()).nothing()
    alone.when(0, KIM).allowed().when(0, DeskEmpty()).nothing()
    gone_again = alone.when(CLAIMER, Write("Back")).allowed().when(CLAIMER, PutBack()).allowed()
    gone_again.when(0, DeskEmpty()).then(NobodyThere())


def test_ce_10_an_empty_desk_is_told_to_nobody_whom_somebody_has_or_who_never_had_anybody():
    for history in (raised(), with_them(), [*with_them(), ClaimLapsed("away"), CaseClosed(by=1)]):
        given_case(history).when(0, DeskEmpty()).nothing()


def test_ce_10_pressing_help_after_that_says_how_the_desk_is_then():
    alone = lapsed("away").when(0, DeskEmpty()).then(NobodyThere()).later(PRESSED_LATELY)
    asks = Raise("help", "urgent", SESSIONS[ben], "evening", "Ben")
    called = alone.when(0, asks).then(HelpPressedAgain())
    assert called.state.status == "raised"
    called.when(0, DeskEmpty()).then(NobodyThere())
    late = called.later(CLAIM_WITHIN).when(0, TickCase()).then(Unanswered())
    late.when(0, DeskEmpty()).then(NobodyThere()).when(0, DeskEmpty()).nothing()
    asks = msgspec.structs.replace(asks, attended=False)
    alone.when(0, asks).then(HelpPressedAgain(), NobodyThere())


# A session that has ended


def test_ce_14_whose_session_ends_puts_back_at_once_what_they_had():
    sam_left = given_case(with_them()).when(0, SessionOver(SAMS_SESSION))
    back = sam_left.then(ClaimLapsed("put_back"))
    assert back.state.status == "unanswered"
    back.when(0, SessionOver(SAMS_SESSION)).nothing()
    back.when(0, ClaimerBack(1)).nothing()


def test_a_session_that_has_nothing_to_do_with_a_case_leaves_nothing_there():
    given_case(with_them()).when(0, SessionOver(KIMS_SESSION)).nothing()
    given_case(raised()).when(0, SessionOver(SAMS_SESSION)).nothing()
    taken = lapsed("away").when(0, KIM).allowed()
    taken.when(0, SessionOver(SAMS_SESSION)).nothing()
    closed = given_case(with_them(), CaseClosed(by=CLAIMER))
    closed.when(0, SessionOver(SAMS_SESSION)).nothing()
    closed.when(0, SessionOver(SESSIONS[ben])).nothing()


def test_ce_17_a_member_who_has_left_is_said_to_be_out_of_reach_once():
    left = given_case(with_them(), after(9)).when(0, SessionOver(SESSIONS[ben])).then(MemberLeft())
    assert (left.state.status, left.state.left_at) == ("claimed", NOON + 9)
    assert snapshot(left.state, CLAIMER).left_at == NOON + 9
    assert snapshot(given_case(with_them()).state, CLAIMER).left_at is None
    left.when(0, SessionOver(SESSIONS[ben])).nothing()


def test_ce_17_of_whoever_has_left_no_first_word_is_asked_and_nothing_is_told_to_them():
    waits = given_case(raised(), after(9), MemberLeft())
    assert due(waits.state) is None
    waits.later(CLAIM_WITHIN).when(0, TickCase()).nothing()
    taken = waits.when(0, SAM).allowed()
    assert due(taken.state) == NOON + 9 + TOUCH_WITHIN + MERCY
    late = taken.later(TOUCH_WITHIN + MERCY).when(0, TickCase()).then(ClaimLapsed("untouched"))
    late.when(0, DeskEmpty()).nothing()
    taken.when(CLAIMER, CloseCase("left")).allowed()


# Words that nobody has read


def test_words_wait_unread_until_somebody_has_seen_them():
    story = given_case(raised(), after(5), Wrote(seat=MEMBER, words="Hello?"), after(5))
    assert story.state.unread == (Unread(2, NOON + 5),)
    mine = story.when(0, SAM).allowed().when(CLAIMER, Write("I'm here")).allowed()
    assert mine.state.unread, "an answer is no look at what came just before it"
    read = mine.when(CLAIMER, Touch(2)).then(Touched(CLAIMER, 2))
    assert (read.state.unread, read.state.read) == ((), 2)
    read.when(CLAIMER, Touch(1)).nothing()
    more = read.later(60).when(MEMBER, Write("I am alone")).allowed()
    assert len(more.state.unread) == 1
    assert more.when(CLAIMER, Touch(2)).allowed().state.unread == more.state.unread


def test_the_words_a_signal_was_raised_for_wait_to_be_read_as_well():
    signal = given_case(
        CaseRaised(source="signal", triage="urgent"),
        LineGiven(MEMBER, SESSIONS[ben]),
        Excerpt(seat=MEMBER, words="I can't go on"),
    )
    assert [line.number for line in signal.state.unread] == [2]


def test_p22_what_staff_have_read_is_told_to_staff_alone():
    assert audience(Touched(CLAIMER, 4)) == CLAIMER
    story = given_case(with_them()).later(60).when(CLAIMER, Touch(4)).allowed().state
    assert (snapshot(story, CLAIMER).read, snapshot(story, CLAIMER).touched_at) == (4, NOON + 60)
    assert (snapshot(story, MEMBER).read, snapshot(story, MEMBER).touched_at) == (0, None)


# Whose it is


def test_a_name_given_after_the_help_request_reaches_the_case():
    named = NameMember("Ben", "evening", MEETING, 4)
    nameless = given_case(CaseRaised(source="help", triage="urgent"), LineGiven(MEMBER, "b"))
    story = nameless.when(0, named).then(
        MemberNamed(words="Ben", room="evening", meeting=MEETING, seat=4)
    )
    shown = snapshot(story.state, MEMBER)
    assert (shown.member, shown.room, shown.meeting, shown.seat) == ("Ben", "evening", MEETING, 4)
    story.when(0, named).nothing()
    given_case().when(0, named).nothing()
    given_case(raised(), CaseClosed(by=MEMBER)).when(0, named).nothing()


def test_a_case_says_which_room_and_seat_it_belongs_to():
    asks = Raise("help", "urgent", SESSIONS[ben], "evening", "Ben", meeting=MEETING, seat=4)
    story = given_case().when(0, asks).allowed()
    assert (story.state.meeting, story.state.seat) == (MEETING, 4)
    outside = given_case(
        CaseRaised(source="signal", triage="support", room="evening", meeting=MEETING, seat=4),
        LineGiven(MEMBER, SESSIONS[ben]),
    ).when(0, Raise("help", "urgent", SESSIONS[ben]))
    assert outside.allowed().state.seat == 4, "what is known already is not forgotten"


def test_both_ends_are_shown_who_has_the_case_and_why_not_any_more():
    shown = snapshot(lapsed("away").state, MEMBER)
    assert (shown.claimer, shown.claimed_seat, shown.has_word) == ("Sam", CLAIMER, True)
    assert (shown.lapsed, shown.lapsed_at) == ("away", NOON + 40)


def test_ce_10_who_was_told_that_nobody_is_there_is_told_that_somebody_is():
    alone = given_case(raised(), NobodyThere())
    came = alone.when(0, DeskAttended()).then(SomebodyThere())
    came.when(0, DeskAttended()).nothing()
    assert came.state.told is False
    late = came.later(CLAIM_WITHIN).when(0, TickCase()).then(Unanswered())
    for story in (came, late):
        gone = story.when(0, DeskEmpty()).then(NobodyThere())
        gone.when(0, DeskEmpty()).nothing()
        gone.when(0, DeskAttended()).then(SomebodyThere())


def test_ce_10_nobody_is_told_of_the_desk_who_was_promised_nothing_or_is_not_there():
    given_case().when(0, DeskAttended()).nothing()
    given_case(raised()).when(0, DeskAttended()).nothing()
    given_case(raised()).when(0, DeskEmpty()).nothing()
    for end in (MemberLeft(), CaseClosed(by=1)):
        given_case(raised(), NobodyThere(), end).when(0, DeskAttended()).nothing()
    held = [*raised(), NobodyThere(), *claimed()[2:]]
    given_case(held).when(0, DeskAttended()).nothing()
