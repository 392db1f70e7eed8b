"""The chair and the seats of service: giving, handing over, and a chair that is lost."""

import pytest
from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.state import Offer
from tests.cast import SESSIONS, ada, ben, chidi, dana, eve, mo
from tests.meeting.spec import (
    CURRENT,
    NEXT,
    NOON,
    History,
    MeetingSituation,
    after,
    called,
    given,
    in_phase,
    sam_comes_in,
    seated,
    with_floor,
    with_invited,
)

sam = NEXT
"""Staff who took a seat."""


# Seats of service


@pytest.mark.parametrize("service", ["standby", "greeter", "timekeeper", "reader", "speaker"])
def test_a_facilitator_gives_a_seat_of_service_and_takes_it_back(service: ask.Service):
    story = given(in_phase("gathering")).when(mo, ask.Appoint(ben, service))
    given_ = story.then(happened.Appointed(ben, service))
    assert given_.state.serving(service) == [ben]
    assert given_.state.seats[ben].role == "member"
    given_.when(ada, ask.Appoint(ben, service)).nothing()
    taken = given_.when(ada, ask.Dismiss(ben, service)).then(happened.Dismissed(ben, service))
    assert taken.state.serving(service) == []
    taken.when(ada, ask.Dismiss(ben, service)).nothing()


def test_somebody_may_have_several_seats_of_service_and_several_may_have_one():
    story = given(in_phase("gathering"))
    for seat, service in ((ben, "reader"), (ben, "standby"), (chidi, "reader")):
        story = story.when(ada, ask.Appoint(seat, service)).allowed()  # type: ignore[arg-type]
    assert story.state.serving("reader") == [ben, chidi]
    left = story.when(ada, ask.Dismiss(ben, "reader")).allowed()
    assert left.state.seats[ben].services == ("standby",)


def test_a_seat_of_service_is_given_before_the_opening_too():
    given(seated()).when(ada, ask.Appoint(ben, "reader")).then(happened.Appointed(ben, "reader"))


def test_members_give_no_seat_of_service_and_step_down_by_themselves():
    story = given(in_phase("gathering"), happened.Appointed(ben, "reader"))
    story.when(chidi, ask.Appoint(chidi, "reader")).refused("facilitators_act")
    story.when(chidi, ask.Dismiss(ben, "reader")).refused("facilitators_act")
    story.when(ben, ask.Dismiss(ben, "reader")).then(happened.Dismissed(ben, "reader"))


def test_nobody_outside_or_removed_serves():
    story = given(in_phase("gathering"), happened.Removed(ben))
    for target in (eve, ben):
        story.when(ada, ask.Appoint(target, "reader")).refused("no_such_seat")
        story.when(ada, ask.Dismiss(target, "reader")).refused("no_such_seat")


def test_the_opener_has_the_chair_and_gives_a_co_chair():
    story = given(seated()).when(ada, ask.Open()).allowed()
    assert story.state.chair == ada
    promoted = story.when(ada, ask.Appoint(ben, "co_chair")).then(
        happened.Appointed(ben, "co_chair")
    )
    assert promoted.state.rank(ben) == 1
    promoted.when(ada, ask.Appoint(ben, "co_chair")).nothing()
    promoted.when(ben, ask.Pause()).allowed()


def test_a_co_chair_is_given_by_the_chair_or_staff_or_anybody_who_leads_while_it_is_free():
    story = given(in_phase("gathering"), sam_comes_in())
    story.when(mo, ask.Appoint(ben, "co_chair")).refused("chair_acts")
    story.when(sam, ask.Appoint(ben, "co_chair")).allowed()
    given(seated()).when(mo, ask.Appoint(ben, "co_chair")).allowed()


def test_p7_a_new_co_chair_reads_what_facilitators_are_told_from_then_on():
    told = given(in_phase("gathering")).when(chidi, ask.Tell("Psst")).allowed()
    story = told.when(ada, ask.Appoint(ben, "co_chair")).allowed()
    assert story.state.seats[ben].since_chair == 2
    again = (
        story.when(ada, ask.Dismiss(ben, "co_chair"))
        .allowed()
        .when(chidi, ask.Tell("Hm"))
        .allowed()
    )
    assert again.when(ada, ask.Appoint(ben, "co_chair")).allowed().state.seats[ben].since_chair == 3


def test_fc_22_a_co_chair_is_dismissed_by_the_chair_or_steps_down():
    story = given(in_phase("gathering"), happened.Appointed(ben, "co_chair"))
    story.when(ada, ask.Dismiss(ben, "co_chair")).then(happened.Dismissed(ben, "co_chair"))
    left = story.when(ben, ask.Dismiss(ben, "co_chair")).then(happened.Dismissed(ben, "co_chair"))
    assert left.state.seats[ben].role == "member"
    left.when(ben, ask.Pause()).refused("facilitators_act")
    left.when(ada, ask.Dismiss(ben, "co_chair")).nothing()


def test_fc_22_nobody_demotes_somebody_of_the_same_or_a_higher_rank():
    story = given(in_phase("gathering"), happened.Appointed(ben, "co_chair"), sam_comes_in())
    story.when(mo, ask.Dismiss(ben, "co_chair")).refused("not_on_a_facilitator")
    story.when(ada, ask.Dismiss(sam, "co_chair")).refused("not_on_a_facilitator")
    story.when(chidi, ask.Dismiss(mo, "co_chair")).refused("facilitators_act")


def test_a111_staff_do_not_become_one_of_the_members():
    story = given(in_phase("gathering"), sam_comes_in())
    story.when(sam, ask.Dismiss(sam, "co_chair")).refused("not_on_a_facilitator")
    serving = story.when(sam, ask.Appoint(sam, "reader")).allowed()
    serving.when(sam, ask.Dismiss(sam, "reader")).then(happened.Dismissed(sam, "reader"))


def test_fc_22_the_chair_is_handed_over_and_not_left():
    story = given(in_phase("gathering"), sam_comes_in())
    for seat in (ada, mo, sam):
        story.when(seat, ask.Dismiss(ada, "co_chair")).refused("chair_hands_over")


# Handing over


def test_fc_23_a_handover_needs_the_accept_of_who_is_asked():
    offered = given(in_phase("gathering")).when(ada, ask.Handover(mo))
    story = offered.then(happened.ChairOffered(mo, by=ada, until=NOON + 30))
    assert story.state.offer == Offer(mo, ada, NOON + 30)
    assert (story.state.chair, story.state.rank(ada), story.state.rank(mo)) == (ada, 2, 1)
    taken = story.when(mo, ask.AcceptChair()).then(happened.ChairTaken(mo))
    assert (taken.state.chair, taken.state.rank(ada), taken.state.rank(mo)) == (mo, 1, 2)
    assert taken.state.offer is None
    taken.when(mo, ask.AcceptChair()).refused("no_offer")


def test_fc_23_until_then_both_keep_the_rights_they_have():
    story = given(in_phase("gathering")).when(ada, ask.Handover(ben)).allowed()
    story.when(ada, ask.Appoint(chidi, "co_chair")).allowed()
    story.when(ada, ask.Mute(mo, 5)).allowed()
    story.when(ben, ask.Pause()).refused("facilitators_act")
    taken = story.when(ben, ask.AcceptChair()).then(happened.ChairTaken(ben))
    assert (taken.state.seats[ben].role, taken.state.rank(ben)) == ("facilitator", 2)
    taken.when(ben, ask.Pause()).allowed()
    taken.when(ada, ask.Appoint(chidi, "co_chair")).refused("chair_acts")
    taken.when(ada, ask.Pause()).allowed()


def test_fc_23_it_is_declined():
    story = given(in_phase("gathering")).when(ada, ask.Handover(mo)).allowed()
    declined = story.when(mo, ask.DeclineChair()).then(happened.ChairOfferEnded(mo, "declined"))
    assert (declined.state.chair, declined.state.offer) == (ada, None)
    declined.when(mo, ask.AcceptChair()).refused("no_offer")
    declined.when(mo, ask.DeclineChair()).refused("no_offer")
    declined.when(ada, ask.Handover(ben)).allowed()


def test_fc_23_an_offer_that_nobody_answers_is_over_once():
    story = given(in_phase("gathering")).when(ada, ask.Handover(mo)).allowed()
    assert decider.due(story.state) == NOON + 30
    story.later(29.9).when(0, ask.Tick()).nothing()
    over = story.later(30).when(0, ask.Tick()).then(happened.ChairOfferEnded(mo, "expired"))
    over.when(0, ask.Tick()).nothing()
    over.when(mo, ask.AcceptChair()).refused("no_offer")
    assert over.state.chair == ada


def test_fc_23_only_who_was_asked_answers():
    story = given(in_phase("gathering")).when(ada, ask.Handover(mo)).allowed()
    for seat in (ben, ada):
        story.when(seat, ask.AcceptChair()).refused("no_offer")
        story.when(seat, ask.DeclineChair()).refused("no_offer")


def test_fc_23_the_chair_is_offered_by_whoever_has_it_to_one_at_a_time():
    story = given(in_phase("gathering"), sam_comes_in())
    story.when(mo, ask.Handover(ben)).refused("chair_acts")
    story.when(ben, ask.Handover(chidi)).refused("facilitators_act")
    story.when(ada, ask.Handover(ada)).nothing()
    story.when(ada, ask.Handover(eve)).refused("no_such_seat")
    offered = story.when(ada, ask.Handover(mo)).allowed()
    offered.when(ada, ask.Handover(ben)).refused("offer_open")
    story.when(sam, ask.Handover(mo)).then(happened.ChairOffered(mo, by=sam, until=NOON + 30))
    given(seated()).when(ada, ask.Handover(mo)).refused("not_open")


def test_fc_23_no_muted_seat_has_the_chair():
    muted = given(in_phase("gathering"), happened.Muted(ben, NOON + 600))
    muted.when(ada, ask.Handover(ben)).refused("they_are_muted")
    offered = given(in_phase("gathering")).when(ada, ask.Handover(ben)).allowed()
    meanwhile = offered.when(mo, ask.Mute(ben, 5)).allowed()
    meanwhile.when(ben, ask.AcceptChair()).refused("muted")
    meanwhile.when(ben, ask.DeclineChair()).allowed()


def test_fc_23_who_is_removed_is_offered_nothing():
    offered = given(in_phase("gathering")).when(ada, ask.Handover(ben)).allowed()
    removed = offered.when(mo, ask.Remove(ben)).allowed()
    assert removed.state.offer is None
    removed.later(30).when(0, ask.Tick()).nothing()
    removed.when(ada, ask.Handover(mo)).allowed()


def test_fc_23_turns_invitations_and_timers_are_unchanged_by_it():
    for history in (with_invited(ben), with_floor(ben, phase="more")):
        before = given(
            history,
            happened.HandRaised(chidi),
            happened.Muted(dana, NOON + 600),
            happened.PauseBegan(),
        )
        offered = before.when(ada, ask.Handover(mo)).allowed()
        taken = offered.when(mo, ask.AcceptChair()).allowed().state
        assert taken == replace(before.state, chair=mo)


def test_fc_23_the_close_ends_an_offer():
    closed = given(in_phase("after")).when(ada, ask.Handover(mo)).allowed().when(ada, ask.Close())
    assert closed.then(happened.Closed("facilitator")).state.offer is None


def test_a_chair_that_is_free_is_taken_by_whoever_leads():
    removed = given(in_phase("gathering"), sam_comes_in()).when(sam, ask.Remove(ada)).allowed()
    removed.when(ben, ask.AcceptChair()).refused("no_offer")
    removed.when(mo, ask.AcceptChair()).then(happened.ChairTaken(mo))
    given(seated()).when(ada, ask.AcceptChair()).refused("not_open")


# A chair that is lost


def lost(*history: History) -> MeetingSituation:
    """Nobody who leads is connected any more; the room was told at noon."""
    return given(in_phase("sharing"), *history, happened.ChairWentAway(NOON + 60))


def test_fc_24_the_room_is_told_once_that_nobody_who_leads_is_here():
    story = given(in_phase("sharing"))
    told = story.when(0, ask.ChairAway((ben, chidi))).then(happened.ChairWentAway(NOON + 60))
    assert decider.due(told.state) == NOON + 60
    told.when(0, ask.ChairAway((ben, chidi))).nothing()


def test_fc_24_a_chair_is_not_lost_while_anybody_who_leads_is_here():
    story = given(in_phase("sharing"))
    story.when(0, ask.ChairAway((ben, mo))).nothing()
    given(seated()).when(0, ask.ChairAway()).nothing()
    given(in_phase("after"), happened.Closed("facilitator")).when(0, ask.ChairAway()).nothing()


def test_fc_24_it_is_offered_to_the_first_standby_who_is_here():
    standby = [happened.Appointed(seat, "standby") for seat in (ben, chidi, dana)]
    story = given(in_phase("sharing"), standby)
    told = story.when(0, ask.ChairAway((chidi, dana))).then(
        happened.ChairWentAway(NOON + 60), happened.ChairOffered(chidi, by=0, until=NOON + 30)
    )
    told.when(0, ask.ChairAway((chidi, dana))).nothing()
    declined = told.when(chidi, ask.DeclineChair()).then(
        happened.ChairOfferEnded(chidi, "declined")
    )
    again = declined.when(0, ask.ChairAway((chidi, dana))).then(
        happened.ChairOffered(dana, by=0, until=NOON + 30)
    )
    over = again.later(30).when(0, ask.Tick()).then(happened.ChairOfferEnded(dana, "expired"))
    over.when(0, ask.ChairAway((chidi, dana))).nothing()


def test_fc_24_a_muted_standby_is_passed_over():
    standby = [happened.Appointed(seat, "standby") for seat in (ben, chidi)]
    story = given(in_phase("sharing"), standby, happened.Muted(ben, NOON + 600))
    story.when(0, ask.ChairAway((ben, chidi))).then(
        happened.ChairWentAway(NOON + 60), happened.ChairOffered(chidi, by=0, until=NOON + 30)
    )


def test_fc_24_the_standby_takes_it_and_the_meeting_goes_on():
    offered = lost(happened.Appointed(ben, "standby")).given(
        happened.ChairOffered(ben, by=0, until=NOON + 30)
    )
    taken = offered.when(ben, ask.AcceptChair()).then(happened.ChairTaken(ben))
    assert (taken.state.chair, taken.state.chair_away_until) == (ben, None)
    taken.later(3600).when(0, ask.Tick()).nothing()
    taken.when(chidi, ask.RaiseHand()).allowed().when(ben, ask.Invite(CURRENT)).allowed()


def test_fc_24_a52_after_two_minutes_with_nobody_the_meeting_goes_quiet_once():
    quiet = lost(happened.HandRaised(ben)).later(30).given(called(ben, at=NOON + 30))
    quiet.later(29.9).when(0, ask.Tick()).nothing()
    quiet = (
        quiet.later(30)
        .when(0, ask.Tick())
        .then(happened.InviteEnded(ben, "quiet"), happened.WentQuiet())
    )
    assert (quiet.state.is_quiet, quiet.state.hands) == (True, (ben,))
    quiet.when(0, ask.Tick()).nothing()
    quiet.when(0, ask.ChairAway()).nothing()


def test_fc_24_a_pause_of_the_floor_does_not_stop_it():
    lost(happened.PauseBegan()).later(60).when(0, ask.Tick()).then(happened.WentQuiet())


def test_fc_24_in_a_quiet_meeting_the_running_turn_may_finish_and_nobody_else_writes():
    quiet = lost(called(ben), happened.FloorTaken(ben, turn=1), happened.HandRaised(chidi)).later(
        60
    )
    quiet = quiet.when(0, ask.Tick()).then(happened.WentQuiet())
    quiet = quiet.when(ben, ask.Say("So", CURRENT)).then(
        happened.Said(seat=ben, turn=1, words="So")
    )
    quiet.when(chidi, ask.Say("Hello", CURRENT)).refused("nobody_in_chair")
    done = quiet.when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done"))
    done.when(ben, ask.Say("And", CURRENT)).refused("nobody_in_chair")
    done.when(ben, ask.Tell("Where are you?")).allowed()
    gathering = given(
        in_phase("gathering"), happened.ChairWentAway(NOON + 60), after(60), happened.WentQuiet()
    )
    for seat in (ben, ada):
        gathering.when(seat, ask.Say("Hello", CURRENT)).refused("nobody_in_chair")


def test_fc_24_in_a_quiet_meeting_nobody_is_invited_and_nobody_takes_the_floor():
    quiet = lost(happened.HandRaised(ben)).later(60).when(0, ask.Tick()).then(happened.WentQuiet())
    for command in (ask.Invite(CURRENT), ask.Next(CURRENT), ask.GiveBack(CURRENT)):
        quiet.when(ada, command).refused("nobody_in_chair")
    quiet.when(chidi, ask.RaiseHand()).allowed()


def test_fc_24_the_floor_does_not_pass_on_in_the_tick_in_which_the_meeting_goes_quiet():
    story = given(
        [with_floor(ben, phase="passing"), happened.HandRaised(chidi), after(200)],
        happened.ChairWentAway(NOON + 260),
    )
    story.later(60).when(0, ask.Tick()).then(happened.WentQuiet(), happened.TurnEnded(ben, "time"))


def test_fc_24_who_leads_and_is_back_in_time_goes_on():
    story = lost()
    back = story.later(59).when(0, ask.ChairBack(mo)).then(happened.ChairCameBack(mo))
    assert (back.state.chair, back.state.chair_away_until) == (ada, None)
    back.later(60).when(0, ask.Tick()).nothing()
    back.when(0, ask.ChairBack(mo)).nothing()
    story.when(0, ask.ChairBack(ben)).nothing()
    given(seated()).when(0, ask.ChairBack(ada)).nothing()


def test_fc_24_an_offer_of_the_server_is_withdrawn_when_the_chair_is_back():
    offered = lost(happened.Appointed(ben, "standby")).given(
        happened.ChairOffered(ben, by=0, until=NOON + 30)
    )
    back = offered.when(0, ask.ChairBack(ada)).then(
        happened.ChairOfferEnded(ben, "withdrawn"), happened.ChairCameBack(ada)
    )
    back.when(ben, ask.AcceptChair()).refused("no_offer")


def test_fc_24_an_offer_of_the_chair_itself_is_not():
    offered = given(in_phase("sharing"), happened.ChairOffered(ben, by=ada, until=NOON + 30))
    lost_ = offered.given(happened.ChairWentAway(NOON + 60))
    back = lost_.when(0, ask.ChairBack(mo)).then(happened.ChairCameBack(mo))
    back.when(ben, ask.AcceptChair()).then(happened.ChairTaken(ben))


def test_fc_24_who_comes_back_into_a_quiet_meeting_is_offered_the_chair_once():
    quiet = lost().later(60).when(0, ask.Tick()).allowed()
    offered = quiet.when(0, ask.ChairBack(ada)).then(
        happened.ChairOffered(ada, by=0, until=NOON + 90)
    )
    assert offered.state.is_quiet
    offered.when(0, ask.ChairBack(ada)).nothing()
    offered.when(0, ask.ChairBack(mo)).nothing()
    over = offered.later(30).when(0, ask.Tick()).then(happened.ChairOfferEnded(ada, "expired"))
    over.when(0, ask.ChairBack(ada)).nothing()
    over.when(0, ask.ChairBack(mo)).then(happened.ChairOffered(mo, by=0, until=NOON + 120))
    taken = over.when(ada, ask.AcceptChair()).then(happened.ChairTaken(ada))
    assert (taken.state.is_quiet, taken.state.chair) == (False, ada)
    taken.when(ada, ask.Say("I am back", CURRENT)).allowed()


def test_fc_24_in_a_quiet_meeting_standby_are_asked_again_and_a_member_takes_nothing():
    quiet = lost(happened.Appointed(ben, "standby")).later(60).when(0, ask.Tick()).allowed()
    offered = quiet.when(0, ask.ChairAway((ben,))).then(
        happened.ChairOffered(ben, by=0, until=NOON + 90)
    )
    offered.when(chidi, ask.AcceptChair()).refused("no_offer")
    taken = offered.when(ben, ask.AcceptChair()).then(happened.ChairTaken(ben))
    assert not taken.state.is_quiet
    # Whose it was is offered it, as where the meeting had not gone quiet.
    taken.when(0, ask.ChairBack(ada)).then(happened.ChairOffered(ada, by=0, until=NOON + 90))


def test_fc_24_staff_who_come_in_take_the_chair_of_a_quiet_meeting():
    quiet = lost().later(60).when(0, ask.Tick()).allowed().given(*sam_comes_in())
    taken = quiet.when(sam, ask.AcceptChair()).then(happened.ChairTaken(sam))
    assert (taken.state.chair, taken.state.rank(sam)) == (sam, 3)
    taken.when(sam, ask.Say("Good evening", CURRENT)).allowed()


def test_fc_24_a_returning_chair_does_not_snatch_control_back_and_is_offered_it_once():
    offered = lost(happened.Appointed(ben, "standby")).given(
        happened.ChairOffered(ben, by=0, until=NOON + 30)
    )
    taken = offered.when(ben, ask.AcceptChair()).allowed()
    assert taken.state.former_chair == ada
    taken.when(0, ask.ChairBack(mo)).nothing()
    back = taken.when(0, ask.ChairBack(ada)).then(happened.ChairOffered(ada, by=0, until=NOON + 30))
    assert back.state.chair == ben
    declined = back.when(ada, ask.DeclineChair()).then(happened.ChairOfferEnded(ada, "declined"))
    declined.when(0, ask.ChairBack(ada)).nothing()
    again = back.when(ada, ask.AcceptChair()).then(happened.ChairTaken(ada))
    assert (again.state.chair, again.state.rank(ben)) == (ada, 1)


def test_fc_24_who_gave_the_chair_away_is_not_offered_it():
    taken = given(
        in_phase("sharing"),
        happened.ChairOffered(mo, by=ada, until=NOON + 30),
        happened.ChairTaken(mo),
    )
    taken.when(0, ask.ChairBack(ada)).nothing()


def test_fc_24_while_a_chair_is_offered_a_returning_one_waits():
    offered = lost(happened.Appointed(ben, "standby")).given(
        happened.ChairOffered(ben, by=0, until=NOON + 30)
    )
    taken = offered.when(ben, ask.AcceptChair()).allowed()
    busy = taken.when(ben, ask.Handover(mo)).allowed()
    busy.when(0, ask.ChairBack(ada)).nothing()
    over = busy.later(30).when(0, ask.Tick()).allowed()
    over.when(0, ask.ChairBack(ada)).then(happened.ChairOffered(ada, by=0, until=NOON + 60))


def test_fc_24_fc_21_the_clocks_of_the_chair_run_on_in_a_frozen_room():
    frozen = given(
        in_phase("sharing"), happened.ChairOffered(mo, by=ada, until=NOON + 30), happened.Frozen()
    )
    frozen.later(30).when(0, ask.Tick()).then(happened.ChairOfferEnded(mo, "expired"))
    invited = lost(happened.HandRaised(ben)).given(happened.Frozen())
    invited.later(60).when(0, ask.Tick()).then(happened.WentQuiet())


# What is given and taken outside the meeting (P23)


def test_p23_a_role_that_is_given_or_taken_in_the_office_holds_in_the_meeting_that_is_on():
    story = given(in_phase("gathering")).when(0, ask.SetRole(SESSIONS[ben], "facilitator"))
    has = story.then(happened.Appointed(ben, "co_chair"))
    has.when(ben, ask.MuteAll(5)).allowed()
    lost = has.when(0, ask.SetRole(SESSIONS[ben], "member")).then(
        happened.Dismissed(ben, "co_chair")
    )
    lost.when(ben, ask.MuteAll(5)).refused("facilitators_act")
    lost.when(0, ask.SetRole(SESSIONS[ben], "member")).nothing()
    lost.when(0, ask.SetRole("nobody", "facilitator")).nothing()


def test_p23_whoever_has_the_chair_loses_it_with_the_role_and_another_may_take_it():
    story = given(in_phase("gathering"))
    assert story.state.chair == ada
    lost = story.when(0, ask.SetRole(SESSIONS[ada], "member")).then(
        happened.Dismissed(ada, "co_chair")
    )
    assert lost.state.chair is None
    lost.when(ada, ask.AcceptChair()).refused("no_offer")
    lost.when(mo, ask.AcceptChair()).then(happened.ChairTaken(mo))


def test_p23_staff_who_help_out_stay_what_they_are():
    story = given(in_phase("gathering"), *sam_comes_in())
    digest = story.state.seats[sam].session
    story.when(0, ask.SetRole(digest, "member")).nothing()


@pytest.mark.parametrize("session", ["e" * 32, "f" * 32], ids=["same browser", "same link"])
def test_who_was_taken_from_the_facilitators_comes_back_as_a_member(session: str):
    """Whom the chair appoints again does come back as a facilitator."""
    come = ask.TakeSeat("e" * 32, "facilitator", "Robin", known=True, invitation="a-link")
    came = given(in_phase("gathering")).when(0, come).allowed()
    assert came.state.seats[NEXT].role == "facilitator"
    lost = came.when(ada, ask.Dismiss(NEXT, "co_chair")).allowed()
    left = lost.when(0, ask.Leave("e" * 32)).allowed()
    back = replace(come, session=session)
    again = left.when(0, back).allowed()
    assert again.state.seats[NEXT + 1].role == "member"
    appointed = again.when(ada, ask.Appoint(NEXT + 1, "co_chair")).allowed()
    gone = appointed.when(0, ask.Leave(session)).allowed()
    assert gone.when(0, back).allowed().state.seats[NEXT + 2].role == "facilitator"
