"""A case: raised, claimed by one of staff, a line between the two, closed."""

import json
from typing import get_args

import msgspec
import pytest

from moderation.bounds import snake
from moderation.case.case import (
    CLAIM_WITHIN,
    NEW,
    PRESSED_LATELY,
    CaseView,
    audience,
    due,
    evolve,
    snapshot,
    streams,
)
from moderation.case.commands import (
    CaseId,
    CaseSeatCommand,
    CaseServerCommand,
    Claim,
    CloseCase,
    Outcome,
    Raise,
    TickCase,
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
    MemberNamed,
    NobodyThere,
    OutcomeNoted,
    Touched,
    Unanswered,
    Wrote,
)
from moderation.case.state import Lease
from moderation.meeting.state import Stamp
from tests.case.spec import CLAIMER, MEMBER, NOON, after, claimed, given_case, raised
from tests.cast import EVES_SESSION, NAMES, SAMS_SESSION, SESSIONS, ben

HELP = Raise("help", "urgent", SESSIONS[ben], room="evening", name=NAMES[ben])
SAM = Claim(SAMS_SESSION, "Sam", desk_seat=1)
KIM = Claim("session-of-kim", "Kim", desk_seat=2)
DECODER: msgspec.json.Decoder[CaseSeatCommand] = msgspec.json.Decoder(CaseSeatCommand)

# Raised


def test_help_opens_a_case_and_gives_the_member_their_line():
    given_case().when(0, HELP).then(
        CaseRaised(source="help", triage="urgent", room="evening", words="Ben"),
        LineGiven(MEMBER, SESSIONS[ben]),
    )


def test_ce_10_with_nobody_at_the_desk_the_member_is_told_at_once():
    alone = given_case().when(0, msgspec.structs.replace(HELP, attended=False))
    told = alone.then(*raised(), NobodyThere())
    assert told.state.status == "unanswered"
    told.later(CLAIM_WITHIN).when(0, TickCase()).nothing()


def test_ce_06_a_signal_brings_the_words_it_was_raised_for():
    signal = Raise("signal", "urgent", SESSIONS[ben], excerpt="I can't go on")
    given_case().when(0, signal).then(
        CaseRaised(source="signal", triage="urgent"),
        LineGiven(MEMBER, SESSIONS[ben]),
        Excerpt(seat=MEMBER, words="I can't go on"),
    )


def test_a_further_signal_adds_its_words_to_the_case_that_is_open():
    signal = Raise("signal", "urgent", SESSIONS[ben], excerpt="Really")
    given_case(raised()).when(0, signal).then(Excerpt(seat=MEMBER, words="Really"))
    given_case(claimed()).when(0, signal).then(Excerpt(seat=MEMBER, words="Really"))


def test_ce_10_pressing_help_again_calls_the_desk_again_and_promises_nothing():
    for history in (raised(), claimed()):
        given_case(history, after(PRESSED_LATELY - 0.1)).when(0, HELP).nothing()
        story = given_case(history, after(PRESSED_LATELY)).when(0, HELP).then(HelpPressedAgain())
        assert (story.state.pressed_at, story.state.raised_at) == (NOON + PRESSED_LATELY, NOON)
    told = given_case(raised(), after(60), Unanswered(), after(60)).when(0, HELP).allowed()
    assert told.state.status == "raised", "the desk is called anew"
    assert due(told.state) == NOON + 120 + CLAIM_WITHIN
    told.later(60).when(0, TickCase()).then(Unanswered())


def test_ce_10_who_presses_again_with_nobody_there_is_told_so_again():
    alone = msgspec.structs.replace(HELP, attended=False)
    told = given_case(raised(), NobodyThere(), after(30))
    told.when(0, alone).then(HelpPressedAgain(), NobodyThere())
    given_case(claimed(), after(30)).when(0, alone).then(HelpPressedAgain())


def test_help_makes_a_case_of_the_review_more_urgent_and_keeps_its_time():
    opened = given_case(
        CaseRaised(source="signal", triage="support", room="evening", words="Ben"),
        LineGiven(MEMBER, SESSIONS[ben]),
        after(30),
    )
    pressed = opened.when(0, HELP)
    story = pressed.then(
        CaseRaised(source="help", triage="urgent", room="evening", words="Ben")
    ).state
    assert (story.source, story.triage, story.raised_at) == ("help", "urgent", NOON)
    assert due(story) == NOON + CLAIM_WITHIN


def test_ce_10_help_after_a_signal_that_nobody_came_for_calls_the_desk_and_is_followed_up():
    alone = msgspec.structs.replace(HELP, attended=False)
    signalled = CaseRaised(source="signal", triage="urgent")
    opened = given_case(signalled, LineGiven(MEMBER, SESSIONS[ben]), NobodyThere(), after(1200))
    asked = CaseRaised(source="help", triage="urgent", room="evening", words="Ben")
    story = opened.when(0, HELP).then(asked)
    assert due(story.state) == NOON + 1200 + CLAIM_WITHIN
    story.later(CLAIM_WITHIN).when(0, TickCase()).then(Unanswered())
    opened.when(0, alone).then(asked, NobodyThere())


def test_ce_06_that_the_review_noticed_words_first_is_known_after_the_press_as_well():
    signal = CaseRaised(source="signal", triage="urgent")
    noticed = given_case(signal, LineGiven(MEMBER, SESSIONS[ben]), after(60)).when(0, HELP)
    state = noticed.allowed().state
    assert (state.source, state.noticed) == ("help", True)
    assert given_case(raised()).state.noticed is False


def test_a_further_raise_never_makes_less_of_a_case():
    opened = given_case(
        CaseRaised(source="signal", triage="urgent", room="evening", words="Ben"),
        LineGiven(MEMBER, SESSIONS[ben]),
    )
    pressed = opened.when(0, Raise("help", "support", SESSIONS[ben]))
    story = pressed.then(CaseRaised(source="help", triage="urgent", room="evening", words="Ben"))
    signal = Raise("signal", "support", SESSIONS[ben], excerpt="So tired")
    story.when(0, signal).then(Excerpt(seat=MEMBER, words="So tired"))


def test_a_graver_signal_does_not_hide_that_the_member_asked():
    asked = given_case(
        CaseRaised(source="help", triage="support"), LineGiven(MEMBER, SESSIONS[ben])
    )
    signal = Raise("signal", "urgent", SESSIONS[ben], room="evening", excerpt="I can't go on")
    asked.when(0, signal).then(
        CaseRaised(source="help", triage="urgent", room="evening"),
        Excerpt(seat=MEMBER, words="I can't go on"),
    )


def test_ce_10_who_presses_again_when_the_desk_is_empty_is_told_once():
    alone = msgspec.structs.replace(HELP, attended=False)
    told = given_case(raised(), after(5)).when(0, alone).then(NobodyThere())
    told.when(0, alone).nothing()
    given_case(claimed(), after(5)).when(0, alone).nothing()


def test_ce_13_a_closed_case_is_not_raised_again():
    closed = given_case(claimed(), CaseClosed(by=CLAIMER))
    closed.when(0, HELP).refused("already_closed")
    signal = Raise("signal", "urgent", SESSIONS[ben], excerpt="Really")
    closed.when(0, signal).refused("already_closed")


# Unanswered


def test_ce_10_without_a_claim_in_60_seconds_the_member_is_told_once():
    waiting = given_case(raised())
    assert due(waiting.state) == NOON + 60
    waiting.later(59.9).when(0, TickCase()).nothing()
    told = waiting.later(60).when(0, TickCase()).then(Unanswered())
    assert (told.state.status, due(told.state)) == ("unanswered", None)
    told.later(60).when(0, TickCase()).nothing()


def test_ce_10_a_case_that_is_claimed_or_closed_is_answered():
    for history in (claimed(), [*raised(), CaseClosed(by=MEMBER)]):
        answered = given_case(history)
        assert due(answered.state) != NOON + CLAIM_WITHIN
        answered.later(60).when(0, TickCase()).nothing()


def test_nothing_is_due_in_a_case_that_was_never_raised():
    assert due(NEW) is None
    given_case().later(60).when(0, TickCase()).nothing()


# Claimed


def test_ce_11_one_of_staff_claims_the_case():
    story = (
        given_case(raised(), after(5))
        .when(0, SAM)
        .then(Claimed(seat=CLAIMER, desk_seat=1, words="Sam"), LineGiven(CLAIMER, SAMS_SESSION))
    )
    assert story.state.status == "claimed"
    assert story.state.lease == Lease(CLAIMER, 1, "Sam", NOON + 5, NOON + 5)


def test_ce_11_of_many_who_claim_one_gets_it_and_the_others_read_who_and_when():
    story = given_case(raised(), after(5)).when(0, SAM).allowed().later(1)
    story.when(0, KIM).refused("already_claimed", name="Sam", at=NOON + 5)
    story.when(0, Claim("session-of-lee", "Lee")).refused(
        "already_claimed", name="Sam", at=NOON + 5
    )


def test_ce_11_claiming_twice_leaves_nothing():
    given_case(claimed()).when(0, SAM).nothing()


def test_ce_10_a_case_is_claimed_after_the_member_was_told_that_nobody_came():
    for told in (NobodyThere(), Unanswered()):
        story = given_case(raised(), told)
        assert story.state.status == "unanswered"
        assert story.when(0, SAM).allowed().state.status == "claimed"


def test_ce_13_a_closed_case_is_not_claimed():
    closed = [*claimed(), CaseClosed(by=CLAIMER)]
    given_case(closed).when(0, SAM).refused("already_closed")
    given_case(closed).when(0, KIM).refused("already_closed")


def test_nobody_claims_their_own_case():
    own = Claim(SESSIONS[ben], "Ben")
    given_case(raised()).when(0, own).refused("own_case")


def test_what_was_never_raised_is_not_claimed():
    given_case().when(0, SAM).refused("no_such_case")


# The line


def test_member_and_claimer_write_to_each_other():
    story = given_case(claimed())
    story.when(MEMBER, Write("I'm scared")).then(Wrote(seat=MEMBER, words="I'm scared"))
    story.when(CLAIMER, Write("I'm here")).then(Wrote(seat=CLAIMER, words="I'm here"))


def test_the_member_writes_before_anybody_has_claimed():
    for history in (raised(), [*raised(), Unanswered()], [*raised(), NobodyThere()]):
        story = given_case(history)
        story.when(MEMBER, Write("Hello?")).then(Wrote(seat=MEMBER, words="Hello?"))


def test_nobody_else_writes_or_closes():
    for seat in (0, 3):
        given_case(claimed()).when(seat, Write("Hello")).refused("no_seat")
        given_case(claimed()).when(seat, CloseCase("left")).refused("no_seat")


def test_nobody_writes_from_a_place_that_is_not_taken_yet():
    given_case().when(MEMBER, Write("Hello")).refused("no_seat")
    given_case().when(MEMBER, CloseCase("left")).refused("no_seat")
    given_case(raised()).when(CLAIMER, Write("Hello")).refused("no_seat")
    given_case(raised()).when(CLAIMER, CloseCase("supported")).refused("no_seat")


def test_nobody_writes_in_a_closed_case():
    closed = given_case(claimed(), CaseClosed(by=CLAIMER))
    closed.when(MEMBER, Write("One more thing")).refused("already_closed")
    closed.when(CLAIMER, Write("One more thing")).refused("already_closed")


# Closed


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_the_claimer_closes_the_case_with_any_outcome(outcome: Outcome):
    closed = given_case(claimed(), after(9)).when(CLAIMER, CloseCase(outcome))
    story = closed.then(OutcomeNoted(CLAIMER, outcome), CaseClosed(by=CLAIMER))
    assert (story.state.status, story.state.outcome) == ("closed", outcome)
    assert story.state.closed_at == NOON + 9


def test_the_member_closes_the_case_by_leaving_it():
    given_case(raised()).when(MEMBER, CloseCase("left")).then(CaseClosed(by=MEMBER))
    given_case(claimed()).when(MEMBER, CloseCase("left")).then(CaseClosed(by=MEMBER))


@pytest.mark.parametrize("outcome", [outcome for outcome in get_args(Outcome) if outcome != "left"])
def test_only_staff_say_what_came_of_a_case(outcome: Outcome):
    given_case(claimed()).when(MEMBER, CloseCase(outcome)).refused("staff_only")


def test_closing_a_closed_case_leaves_nothing():
    closed = given_case(claimed(), CaseClosed(by=CLAIMER))
    closed.when(CLAIMER, CloseCase("left")).nothing()
    closed.when(MEMBER, CloseCase("false_alarm")).nothing()


# Who sees what


def test_p22_both_ends_read_the_whole_line_and_nobody_else_any_of_it():
    story = given_case(claimed()).state
    assert streams(story, MEMBER) == {0: 1, MEMBER: 1}
    assert streams(story, CLAIMER) == {0: 1, CLAIMER: 1}
    assert streams(story, 3) == {}
    assert streams(story, 0) == {}
    assert streams(given_case(raised()).state, CLAIMER) == {}
    assert streams(NEW, MEMBER) == {}


def test_a_session_is_told_to_its_own_seat_alone():
    assert audience(LineGiven(MEMBER, SESSIONS[ben])) == MEMBER
    assert audience(LineGiven(CLAIMER, SAMS_SESSION)) == CLAIMER
    for entry in (*raised()[:1], Wrote(seat=MEMBER), NobodyThere(), CaseClosed(by=1)):
        assert audience(entry) == 0


def test_how_a_case_ended_is_staffs_word_and_goes_to_the_claimer_alone():
    assert audience(OutcomeNoted(CLAIMER, "false_alarm")) == CLAIMER
    assert CLAIMER not in streams(given_case(claimed()).state, MEMBER)


def test_both_ends_are_shown_the_case_and_no_session():
    story = given_case(claimed()).state
    shown, staffs = snapshot(story, MEMBER), snapshot(story, CLAIMER)
    assert msgspec.structs.replace(staffs, touched_at=None) == shown
    assert isinstance(shown, CaseView)
    assert (shown.source, shown.triage, shown.room) == ("help", "urgent", "evening")
    assert (shown.member, shown.claimer) == ("Ben", "Sam")
    assert (shown.raised_at, shown.claimed_at, shown.closed_at) == (NOON, NOON, None)
    assert not shown.told
    sent = msgspec.json.encode(shown).decode()
    assert sent.startswith('{"kind":"case"')
    assert "session" not in sent


def test_p22_an_outsiders_session_has_no_seat_in_it():
    assert EVES_SESSION not in given_case(claimed()).state.sessions


# The wire


def test_a_seat_writes_and_closes_and_that_is_all():
    assert DECODER.decode('{"type":"write","text":"Hello"}') == Write("Hello")
    assert DECODER.decode('{"type":"close_case","outcome":"left"}') == CloseCase("left")
    for command in get_args(CaseServerCommand):
        with pytest.raises(msgspec.ValidationError, match="Invalid value"):
            DECODER.decode(json.dumps({"type": snake(command.__name__)}))


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "write", "text": " "},
        {"type": "write", "text": "a\0"},
        {"type": "write", "text": "x" * 2001},
        {"type": "write", "text": "Hello", "seat": 2},
        {"type": "close_case", "outcome": "bored"},
        {"type": "close_case"},
    ],
)
def test_w2_what_is_out_of_bounds_is_no_command(fields: dict[str, object]):
    with pytest.raises(msgspec.ValidationError):
        DECODER.decode(json.dumps(fields))


@pytest.mark.parametrize(
    "id", ["0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdef\n"]
)
def test_a_cases_id_is_sixteen_hex_digits(id: str):
    assert msgspec.convert("0123456789abcdef", CaseId) == "0123456789abcdef"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(id, CaseId)


@pytest.mark.parametrize(
    "entry",
    [
        *claimed(),
        Excerpt(seat=1, words="x"),
        Wrote(seat=1),
        Unanswered(),
        HelpPressedAgain(),
        ClaimLapsed("away"),
        ClaimResumed(2),
        Touched(2, 7),
        Claimed(seat=3, replaces=2, reason="silent", words="Kim"),
        MemberNamed(words="Ben", room="evening", meeting="00000000000000a1", seat=4),
    ],
)
def test_an_entry_reads_back_as_itself_and_survives_a_new_field(entry: CaseEntry):
    fields = msgspec.to_builtins(entry)
    read: CaseEntry = msgspec.json.decode(json.dumps({**fields, "mood": "calm"}), type=CaseEntry)
    assert read == entry


def test_a_tick_and_an_unknown_entry_are_not_mistaken_for_each_other():
    with pytest.raises(AssertionError):
        evolve(NEW, TickCase(), Stamp(1, NOON))  # type: ignore[arg-type]
