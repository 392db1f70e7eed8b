"""Seats and conduct: coming in, muting for a time, removing."""

import pytest

from moderation.content.verdict import Verdict
from moderation.meeting.commands import (
    Accept,
    Close,
    Invite,
    LowerHand,
    Mute,
    RaiseHand,
    Redact,
    Remove,
    Say,
    TakeSeat,
    Tell,
    Tick,
    Unmute,
)
from moderation.meeting.entries import (
    FloorTaken,
    HandLowered,
    HandRaised,
    HolderWentAway,
    Invited,
    InviteEnded,
    Muted,
    Removed,
    SeatGiven,
    SeatTaken,
    TurnEnded,
    Unmuted,
)
from moderation.meeting.state import Seat
from tests.cast import (
    EVES_SESSION,
    FACILITATORS,
    MEMBERS,
    SESSIONS,
    ada,
    ben,
    chidi,
    dana,
    eve,
    mo,
)
from tests.meeting.spec import (
    CURRENT,
    NOON,
    bounced,
    convened,
    given,
    in_phase,
    masking,
    seated,
    with_floor,
    with_hands,
    with_invited,
)

NEXT = mo + 1
"""The seat that whoever comes next is given."""


def eve_as(name: str) -> TakeSeat:
    return TakeSeat(EVES_SESSION, "member", name)


# Coming in


def test_the_first_to_come_has_seat_1():
    came = given(convened()).when(0, TakeSeat("s", "facilitator", "Ada"))
    came.then(SeatTaken(seat=1, role="facilitator", words="Ada"), SeatGiven(1, "s"))


def test_seats_are_given_in_order_and_in_every_phase():
    for history in (seated(), in_phase("gathering"), in_phase("sharing"), in_phase("after")):
        came = given(history).when(0, eve_as("Eve"))
        came.then(SeatTaken(seat=NEXT, role="member", words="Eve"), SeatGiven(NEXT, EVES_SESSION))


def test_a_seat_reads_from_its_own_arrival_on():
    came = given(in_phase("gathering")).when(ben, Tell("Hello")).allowed()
    room_before = came.when(ben, Say("Hello", CURRENT)).allowed()
    (line,) = room_before.state.lines
    eves = room_before.when(0, eve_as("Eve")).allowed().state.seats[NEXT]
    expected = Seat("member", line + 1, 2, name="Eve", session=EVES_SESSION)
    assert eves == expected


def test_a_session_has_one_seat_in_a_meeting():
    again = given(seated()).when(0, TakeSeat(SESSIONS[ben], "member", "Benjamin"))
    again.nothing()
    given(seated()).when(0, TakeSeat(SESSIONS[ben], "facilitator", "Ben")).nothing()


def test_nobody_comes_into_a_closed_meeting_but_those_who_sit_there():
    closed = given(in_phase("after")).when(ada, Close()).allowed()
    closed.when(0, eve_as("Eve")).refused("meeting_closed")
    closed.when(0, TakeSeat(SESSIONS[ben], "member", "Ben")).nothing()


def test_p9_the_session_of_the_removed_does_not_get_back_in():
    gone = given(in_phase("gathering"), Removed(ben))
    gone.when(0, TakeSeat(SESSIONS[ben], "member", "Ben")).refused("removed")
    gone.when(0, TakeSeat(SESSIONS[ben], "facilitator", "Somebody else")).refused("removed")
    closed = gone.when(ada, Close()).allowed()
    closed.when(0, TakeSeat(SESSIONS[ben], "member", "Ben")).refused("removed")


def test_a_name_is_tidied():
    came = given(convened()).when(0, TakeSeat("s", "member", "  Ben \t W.  "))
    came.then(SeatTaken(seat=1, role="member", words="Ben W."), SeatGiven(1, "s"))


@pytest.mark.parametrize("name", ["", " ", "\u00a0 \u2003"])
def test_a_name_is_needed(name: str):
    given(convened()).when(0, TakeSeat("s", "member", name)).refused("no_name")


@pytest.mark.parametrize(
    "name", ["Ben", "ben", " BEN ", "Ben\u200b", "\u202eBen", "\u0412en", "Bén"]
)
def test_a_name_is_one_persons(name: str):
    given(seated()).when(0, eve_as(name)).refused("name_taken")


def test_a_name_is_shown_without_what_nobody_sees():
    story = given(seated()).when(0, eve_as("R\u200bo\u202esa\ufeff")).allowed()
    assert story.state.seats[len(story.state.seats)].name == "Rosa"


@pytest.mark.parametrize("name", ["\u200b", "\u2060 \ufeff", "\u0301"])
def test_a_name_of_nothing_that_can_be_seen_is_none(name: str):
    given(seated()).when(0, eve_as(name)).refused("no_name")


def test_the_name_of_somebody_who_was_removed_is_free():
    given(seated(), Removed(ben)).when(0, eve_as("Ben")).allowed()


def test_a_name_whose_words_are_swept_takes_no_other():
    swept = given(convened(), SeatTaken(seat=1, role="member"), SeatGiven(1, "s"))
    assert swept.state.seats[1].name is None
    swept.when(0, eve_as("Eve")).allowed()


def test_p8_a_name_is_speech_and_is_reviewed():
    found = bounced("contact_details", 4, 16)
    came = given(seated()).when(0, eve_as("Eve 07700 900123"), found)
    came.refused("contact_details", spans=[(4, 16)])


def test_cm_09_a_name_is_masked_where_the_review_says_so():
    came = given(seated()).when(0, eve_as("Eve  0770"), masking(5, 9))
    came.then(SeatTaken(seat=NEXT, role="member", words="Eve ▮▮▮▮"), SeatGiven(NEXT, EVES_SESSION))


def test_a_session_that_sits_is_not_asked_for_its_name_again():
    found = Verdict("bounce", findings=bounced("contact_details", 0, 3).findings)
    given(seated()).when(0, TakeSeat(SESSIONS[ben], "member", "Ben"), found).nothing()


# Muting


def test_fc_19_a_mute_has_an_end():
    muted = given(in_phase("gathering")).when(ada, Mute(ben, 5)).then(Muted(ben, NOON + 300))
    muted.later(299).when(0, Tick()).nothing()
    over = muted.later(300).when(0, Tick()).then(Unmuted(ben, "time"))
    over.when(0, Tick()).nothing()
    over.when(ben, Say("Hello", CURRENT)).allowed()


def test_fc_19_all_mutes_that_are_over_end_in_one_tick():
    muted = given(in_phase("gathering"), Muted(chidi, NOON + 60), Muted(ben, NOON + 30))
    later = muted.when(ada, Mute(dana, 10)).allowed().later(60)
    later.when(0, Tick()).then(Unmuted(ben, "time"), Unmuted(chidi, "time"))


def test_fc_19_muting_again_sets_the_end_anew():
    muted = given(in_phase("gathering"), Muted(ben, NOON + 60)).later(30)
    again = muted.when(mo, Mute(ben, 1)).then(Muted(ben, NOON + 90))
    again.later(59).when(0, Tick()).nothing()


def test_fc_19_a_muted_holder_loses_the_floor_and_is_not_put_back_in_the_queue():
    muted = given(with_floor(ben)).when(ada, Mute(ben, 1))
    meeting = muted.then(TurnEnded(ben, "muted"), Muted(ben, NOON + 60)).state
    assert (meeting.holder, meeting.hands) == (None, ())


def test_fc_19_a_muted_holder_who_is_away_loses_the_floor_once():
    away = given(with_floor(ben), HolderWentAway(ben, NOON + 90))
    muted = away.when(ada, Mute(ben, 1)).allowed()
    muted.later(90).when(0, Tick()).then(Unmuted(ben, "time"))


def test_fc_19_a_muted_member_loses_the_invitation_and_the_hand():
    muted = given(with_invited(ben)).when(ada, Mute(ben, 1))
    meeting = muted.then(InviteEnded(ben, "muted"), Muted(ben, NOON + 60)).state
    assert (meeting.invited, meeting.hands) == (None, ())
    queued = given(with_hands(chidi, ben)).when(ada, Mute(ben, 1))
    queued.then(HandLowered(ben, "facilitator"), Muted(ben, NOON + 60))


def test_fc_19_an_accept_on_its_way_is_refused_after_the_mute():
    invited = given(with_invited(ben))
    epoch = invited.state.epoch
    muted = invited.when(ada, Mute(ben, 1)).allowed()
    muted.when(ben, Accept(epoch)).refused("not_invited")


def test_fc_19_muting_one_member_takes_nothing_from_another():
    muted = given(with_floor(chidi), HandRaised(dana)).when(ada, Mute(ben, 1))
    meeting = muted.then(Muted(ben, NOON + 60)).state
    assert (meeting.holder, meeting.hands) == (chidi, (dana,))


def test_fc_19_an_unmute_comes_before_the_time():
    muted = given(in_phase("gathering"), Muted(ben, NOON + 60))
    unmuted = muted.when(mo, Unmute(ben)).then(Unmuted(ben, "facilitator"))
    unmuted.later(60).when(0, Tick()).nothing()


def test_fc_19_unmuting_somebody_who_is_not_muted_leaves_nothing():
    given(in_phase("gathering")).when(ada, Unmute(ben)).nothing()


def test_fc_19_the_muted_still_lower_their_hand_and_write_to_the_facilitators():
    muted = given(in_phase("sharing"), Muted(ben, NOON + 60))
    muted.when(ben, LowerHand()).nothing()
    muted.when(ben, Tell("Why?")).allowed()
    muted.when(ben, RaiseHand()).refused("muted")


# Removing


def test_p9_a_removed_member_has_no_seat_for_anything():
    gone = given(in_phase("sharing")).when(ada, Remove(ben)).then(Removed(ben))
    for command in (Say("Hello", CURRENT), Tell("Hello"), RaiseHand(), LowerHand(), Redact(1)):
        gone.when(ben, command).refused("removed")


def test_p9_a_removed_member_leaves_floor_invitation_and_queue():
    holding = given(with_floor(ben)).when(ada, Remove(ben))
    holding.then(TurnEnded(ben, "removed"), Removed(ben))
    invited = given(with_invited(ben)).when(ada, Remove(ben))
    assert invited.then(InviteEnded(ben, "removed"), Removed(ben)).state.hands == ()
    queued = given(with_hands(ben)).when(ada, Remove(ben))
    queued.then(HandLowered(ben, "facilitator"), Removed(ben))


def test_p9_the_mute_of_the_removed_has_no_end_any_more():
    gone = given(in_phase("gathering"), Muted(ben, NOON + 60), Removed(ben)).later(60)
    gone.when(0, Tick()).nothing()


def test_p9_somebody_is_removed_after_the_close_too():
    closed = given(in_phase("after")).when(ada, Close()).allowed()
    closed.when(ada, Remove(ben)).then(Removed(ben))


def test_the_floor_goes_on_after_a_removal():
    gone = given(with_floor(ben), HandRaised(chidi)).when(ada, Remove(ben)).allowed()
    invited = gone.when(ada, Invite(CURRENT)).then(Invited(chidi, by=ada))
    invited.when(chidi, Accept(CURRENT)).then(FloorTaken(chidi, turn=2))


# Whom, and by whom


@pytest.mark.parametrize("act", [Mute(chidi, 5), Unmute(chidi), Remove(chidi)])
def test_fc_22_members_do_nothing_to_each_other(act: Mute | Unmute | Remove):
    muted = given(in_phase("gathering"), Muted(chidi, NOON + 60))
    for member in MEMBERS:
        muted.when(member, act).refused("facilitators_act")


@pytest.mark.parametrize("target", FACILITATORS)
def test_fc_22_nothing_is_done_to_a_facilitator(target: int):
    for facilitator in FACILITATORS:
        for act in (Mute(target, 5), Unmute(target), Remove(target)):
            open_meeting = given(in_phase("gathering"))
            open_meeting.when(facilitator, act).refused("not_on_a_facilitator")


@pytest.mark.parametrize("target", [ben, eve])
def test_nothing_is_done_to_somebody_who_is_not_there(target: int):
    gone = given(in_phase("gathering"), Removed(ben))
    for act in (Mute(target, 5), Unmute(target), Remove(target)):
        gone.when(ada, act).refused("no_such_seat")


def test_fc_22_a_refused_command_ejects_nobody():
    story = given(in_phase("gathering"))
    for _ in range(20):
        story = story.when(ben, Remove(ada)).refused("facilitators_act")
    story.when(ben, Say("Sorry", CURRENT)).allowed()
