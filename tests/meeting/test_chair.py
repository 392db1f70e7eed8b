"""The chair and the seats of service: giving, handing over, and a chair that is lost."""

import pytest
from msgspec.structs import replace

from moderation.meeting import decider
from moderation.meeting.commands import (
    AcceptChair,
    Appoint,
    ChairAway,
    ChairBack,
    Close,
    DeclineChair,
    Dismiss,
    Done,
    GiveBack,
    Handover,
    Invite,
    Mute,
    Next,
    Open,
    Pause,
    RaiseHand,
    Remove,
    Say,
    Service,
    Tell,
    Tick,
)
from moderation.meeting.entries import (
    Appointed,
    ChairCameBack,
    ChairOffered,
    ChairOfferEnded,
    ChairTaken,
    ChairWentAway,
    Closed,
    Dismissed,
    FloorTaken,
    Frozen,
    HandRaised,
    InviteEnded,
    Muted,
    PauseBegan,
    Removed,
    Said,
    TurnEnded,
    WentQuiet,
)
from moderation.meeting.state import Offer
from tests.cast import ada, ben, chidi, dana, eve, mo
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
def test_a_facilitator_gives_a_seat_of_service_and_takes_it_back(service: Service):
    story = given(in_phase("gathering")).when(mo, Appoint(ben, service))
    given_ = story.then(Appointed(ben, service))
    assert given_.state.serving(service) == [ben]
    assert given_.state.seats[ben].role == "member"
    given_.when(ada, Appoint(ben, service)).nothing()
    taken = given_.when(ada, Dismiss(ben, service)).then(Dismissed(ben, service))
    assert taken.state.serving(service) == []
    taken.when(ada, Dismiss(ben, service)).nothing()


def test_somebody_may_have_several_seats_of_service_and_several_may_have_one():
    story = given(in_phase("gathering"))
    for seat, service in ((ben, "reader"), (ben, "standby"), (chidi, "reader")):
        story = story.when(ada, Appoint(seat, service)).allowed()  # type: ignore[arg-type]
    assert story.state.serving("reader") == [ben, chidi]
    left = story.when(ada, Dismiss(ben, "reader")).allowed()
    assert left.state.seats[ben].services == ("standby",)


def test_a_seat_of_service_is_given_before_the_opening_too():
    given(seated()).when(ada, Appoint(ben, "reader")).then(Appointed(ben, "reader"))


def test_members_give_no_seat_of_service_and_step_down_by_themselves():
    story = given(in_phase("gathering"), Appointed(ben, "reader"))
    story.when(chidi, Appoint(chidi, "reader")).refused("facilitators_act")
    story.when(chidi, Dismiss(ben, "reader")).refused("facilitators_act")
    story.when(ben, Dismiss(ben, "reader")).then(Dismissed(ben, "reader"))


def test_nobody_outside_or_removed_serves():
    story = given(in_phase("gathering"), Removed(ben))
    for target in (eve, ben):
        story.when(ada, Appoint(target, "reader")).refused("no_such_seat")
        story.when(ada, Dismiss(target, "reader")).refused("no_such_seat")


def test_the_opener_has_the_chair_and_gives_a_co_chair():
    story = given(seated()).when(ada, Open()).allowed()
    assert story.state.chair == ada
    promoted = story.when(ada, Appoint(ben, "co_chair")).then(Appointed(ben, "co_chair"))
    assert promoted.state.rank(ben) == 1
    promoted.when(ada, Appoint(ben, "co_chair")).nothing()
    promoted.when(ben, Pause()).allowed()


def test_a_co_chair_is_given_by_the_chair_or_staff_or_anybody_who_leads_while_it_is_free():
    story = given(in_phase("gathering"), sam_comes_in())
    story.when(mo, Appoint(ben, "co_chair")).refused("chair_acts")
    story.when(sam, Appoint(ben, "co_chair")).allowed()
    given(seated()).when(mo, Appoint(ben, "co_chair")).allowed()


def test_p7_a_new_co_chair_reads_what_facilitators_are_told_from_then_on():
    told = given(in_phase("gathering")).when(chidi, Tell("Psst")).allowed()
    story = told.when(ada, Appoint(ben, "co_chair")).allowed()
    assert story.state.seats[ben].since_chair == 2
    again = story.when(ada, Dismiss(ben, "co_chair")).allowed().when(chidi, Tell("Hm")).allowed()
    assert again.when(ada, Appoint(ben, "co_chair")).allowed().state.seats[ben].since_chair == 3


def test_fc_22_a_co_chair_is_dismissed_by_the_chair_or_steps_down():
    story = given(in_phase("gathering"), Appointed(ben, "co_chair"))
    story.when(ada, Dismiss(ben, "co_chair")).then(Dismissed(ben, "co_chair"))
    left = story.when(ben, Dismiss(ben, "co_chair")).then(Dismissed(ben, "co_chair"))
    assert left.state.seats[ben].role == "member"
    left.when(ben, Pause()).refused("facilitators_act")
    left.when(ada, Dismiss(ben, "co_chair")).nothing()


def test_fc_22_nobody_demotes_somebody_of_the_same_or_a_higher_rank():
    story = given(in_phase("gathering"), Appointed(ben, "co_chair"), sam_comes_in())
    story.when(mo, Dismiss(ben, "co_chair")).refused("not_on_a_facilitator")
    story.when(ada, Dismiss(sam, "co_chair")).refused("not_on_a_facilitator")
    story.when(chidi, Dismiss(mo, "co_chair")).refused("facilitators_act")


def test_a111_staff_do_not_become_one_of_the_members():
    story = given(in_phase("gathering"), sam_comes_in())
    story.when(sam, Dismiss(sam, "co_chair")).refused("not_on_a_facilitator")
    serving = story.when(sam, Appoint(sam, "reader")).allowed()
    serving.when(sam, Dismiss(sam, "reader")).then(Dismissed(sam, "reader"))


def test_fc_22_the_chair_is_handed_over_and_not_left():
    story = given(in_phase("gathering"), sam_comes_in())
    for seat in (ada, mo, sam):
        story.when(seat, Dismiss(ada, "co_chair")).refused("chair_hands_over")


# Handing over


def test_fc_23_a_handover_needs_the_accept_of_who_is_asked():
    offered = given(in_phase("gathering")).when(ada, Handover(mo))
    story = offered.then(ChairOffered(mo, by=ada, until=NOON + 30))
    assert story.state.offer == Offer(mo, ada, NOON + 30)
    assert (story.state.chair, story.state.rank(ada), story.state.rank(mo)) == (ada, 2, 1)
    taken = story.when(mo, AcceptChair()).then(ChairTaken(mo))
    assert (taken.state.chair, taken.state.rank(ada), taken.state.rank(mo)) == (mo, 1, 2)
    assert taken.state.offer is None
    taken.when(mo, AcceptChair()).refused("no_offer")


def test_fc_23_until_then_both_keep_the_rights_they_have():
    story = given(in_phase("gathering")).when(ada, Handover(ben)).allowed()
    story.when(ada, Appoint(chidi, "co_chair")).allowed()
    story.when(ada, Mute(mo, 5)).allowed()
    story.when(ben, Pause()).refused("facilitators_act")
    taken = story.when(ben, AcceptChair()).then(ChairTaken(ben))
    assert (taken.state.seats[ben].role, taken.state.rank(ben)) == ("facilitator", 2)
    taken.when(ben, Pause()).allowed()
    taken.when(ada, Appoint(chidi, "co_chair")).refused("chair_acts")
    taken.when(ada, Pause()).allowed()


def test_fc_23_it_is_declined():
    story = given(in_phase("gathering")).when(ada, Handover(mo)).allowed()
    declined = story.when(mo, DeclineChair()).then(ChairOfferEnded(mo, "declined"))
    assert (declined.state.chair, declined.state.offer) == (ada, None)
    declined.when(mo, AcceptChair()).refused("no_offer")
    declined.when(mo, DeclineChair()).refused("no_offer")
    declined.when(ada, Handover(ben)).allowed()


def test_fc_23_an_offer_that_nobody_answers_is_over_once():
    story = given(in_phase("gathering")).when(ada, Handover(mo)).allowed()
    assert decider.due(story.state) == NOON + 30
    story.later(29.9).when(0, Tick()).nothing()
    over = story.later(30).when(0, Tick()).then(ChairOfferEnded(mo, "expired"))
    over.when(0, Tick()).nothing()
    over.when(mo, AcceptChair()).refused("no_offer")
    assert over.state.chair == ada


def test_fc_23_only_who_was_asked_answers():
    story = given(in_phase("gathering")).when(ada, Handover(mo)).allowed()
    for seat in (ben, ada):
        story.when(seat, AcceptChair()).refused("no_offer")
        story.when(seat, DeclineChair()).refused("no_offer")


def test_fc_23_the_chair_is_offered_by_whoever_has_it_to_one_at_a_time():
    story = given(in_phase("gathering"), sam_comes_in())
    story.when(mo, Handover(ben)).refused("chair_acts")
    story.when(ben, Handover(chidi)).refused("facilitators_act")
    story.when(ada, Handover(ada)).nothing()
    story.when(ada, Handover(eve)).refused("no_such_seat")
    offered = story.when(ada, Handover(mo)).allowed()
    offered.when(ada, Handover(ben)).refused("offer_open")
    story.when(sam, Handover(mo)).then(ChairOffered(mo, by=sam, until=NOON + 30))
    given(seated()).when(ada, Handover(mo)).refused("not_open")


def test_fc_23_no_muted_seat_has_the_chair():
    muted = given(in_phase("gathering"), Muted(ben, NOON + 600))
    muted.when(ada, Handover(ben)).refused("they_are_muted")
    offered = given(in_phase("gathering")).when(ada, Handover(ben)).allowed()
    meanwhile = offered.when(mo, Mute(ben, 5)).allowed()
    meanwhile.when(ben, AcceptChair()).refused("muted")
    meanwhile.when(ben, DeclineChair()).allowed()


def test_fc_23_who_is_removed_is_offered_nothing():
    offered = given(in_phase("gathering")).when(ada, Handover(ben)).allowed()
    removed = offered.when(mo, Remove(ben)).allowed()
    assert removed.state.offer is None
    removed.later(30).when(0, Tick()).nothing()
    removed.when(ada, Handover(mo)).allowed()


def test_fc_23_turns_invitations_and_timers_are_unchanged_by_it():
    for history in (with_invited(ben), with_floor(ben, phase="more")):
        before = given(history, HandRaised(chidi), Muted(dana, NOON + 600), PauseBegan())
        offered = before.when(ada, Handover(mo)).allowed()
        taken = offered.when(mo, AcceptChair()).allowed().state
        assert taken == replace(before.state, chair=mo)


def test_fc_23_the_close_ends_an_offer():
    closed = given(in_phase("after")).when(ada, Handover(mo)).allowed().when(ada, Close())
    assert closed.then(Closed("facilitator")).state.offer is None


def test_a_chair_that_is_free_is_taken_by_whoever_leads():
    removed = given(in_phase("gathering"), sam_comes_in()).when(sam, Remove(ada)).allowed()
    removed.when(ben, AcceptChair()).refused("no_offer")
    removed.when(mo, AcceptChair()).then(ChairTaken(mo))
    given(seated()).when(ada, AcceptChair()).refused("not_open")


# A chair that is lost


def lost(*history: History) -> MeetingSituation:
    """Nobody who leads is connected any more; the room was told at noon."""
    return given(in_phase("sharing"), *history, ChairWentAway(NOON + 60))


def test_fc_24_the_room_is_told_once_that_nobody_who_leads_is_here():
    story = given(in_phase("sharing"))
    told = story.when(0, ChairAway((ben, chidi))).then(ChairWentAway(NOON + 60))
    assert decider.due(told.state) == NOON + 60
    told.when(0, ChairAway((ben, chidi))).nothing()


def test_fc_24_a_chair_is_not_lost_while_anybody_who_leads_is_here():
    story = given(in_phase("sharing"))
    story.when(0, ChairAway((ben, mo))).nothing()
    given(seated()).when(0, ChairAway()).nothing()
    given(in_phase("after"), Closed("facilitator")).when(0, ChairAway()).nothing()


def test_fc_24_it_is_offered_to_the_first_standby_who_is_here():
    standby = [Appointed(seat, "standby") for seat in (ben, chidi, dana)]
    story = given(in_phase("sharing"), standby)
    told = story.when(0, ChairAway((chidi, dana))).then(
        ChairWentAway(NOON + 60), ChairOffered(chidi, by=0, until=NOON + 30)
    )
    told.when(0, ChairAway((chidi, dana))).nothing()
    declined = told.when(chidi, DeclineChair()).then(ChairOfferEnded(chidi, "declined"))
    again = declined.when(0, ChairAway((chidi, dana))).then(
        ChairOffered(dana, by=0, until=NOON + 30)
    )
    over = again.later(30).when(0, Tick()).then(ChairOfferEnded(dana, "expired"))
    over.when(0, ChairAway((chidi, dana))).nothing()


def test_fc_24_a_muted_standby_is_passed_over():
    standby = [Appointed(seat, "standby") for seat in (ben, chidi)]
    story = given(in_phase("sharing"), standby, Muted(ben, NOON + 600))
    story.when(0, ChairAway((ben, chidi))).then(
        ChairWentAway(NOON + 60), ChairOffered(chidi, by=0, until=NOON + 30)
    )


def test_fc_24_the_standby_takes_it_and_the_meeting_goes_on():
    offered = lost(Appointed(ben, "standby")).given(ChairOffered(ben, by=0, until=NOON + 30))
    taken = offered.when(ben, AcceptChair()).then(ChairTaken(ben))
    assert (taken.state.chair, taken.state.chair_away_until) == (ben, None)
    taken.later(3600).when(0, Tick()).nothing()
    taken.when(chidi, RaiseHand()).allowed().when(ben, Invite(CURRENT)).allowed()


def test_fc_24_after_two_minutes_with_nobody_the_meeting_goes_quiet_once():
    quiet = lost(HandRaised(ben)).later(30).given(called(ben, at=NOON + 30))
    quiet.later(29.9).when(0, Tick()).nothing()
    quiet = quiet.later(30).when(0, Tick()).then(InviteEnded(ben, "quiet"), WentQuiet())
    assert (quiet.state.is_quiet, quiet.state.hands) == (True, (ben,))
    quiet.when(0, Tick()).nothing()
    quiet.when(0, ChairAway()).nothing()


def test_fc_24_a_pause_of_the_floor_does_not_stop_it():
    lost(PauseBegan()).later(60).when(0, Tick()).then(WentQuiet())


def test_fc_24_in_a_quiet_meeting_the_running_turn_may_finish_and_nobody_else_writes():
    quiet = lost(called(ben), FloorTaken(ben, turn=1), HandRaised(chidi)).later(60)
    quiet = quiet.when(0, Tick()).then(WentQuiet())
    quiet = quiet.when(ben, Say("So", CURRENT)).then(Said(seat=ben, turn=1, words="So"))
    quiet.when(chidi, Say("Hello", CURRENT)).refused("nobody_in_chair")
    done = quiet.when(ben, Done(CURRENT)).then(TurnEnded(ben, "done"))
    done.when(ben, Say("And", CURRENT)).refused("nobody_in_chair")
    done.when(ben, Tell("Where are you?")).allowed()
    gathering = given(in_phase("gathering"), ChairWentAway(NOON + 60), after(60), WentQuiet())
    for seat in (ben, ada):
        gathering.when(seat, Say("Hello", CURRENT)).refused("nobody_in_chair")


def test_fc_24_in_a_quiet_meeting_nobody_is_invited_and_nobody_takes_the_floor():
    quiet = lost(HandRaised(ben)).later(60).when(0, Tick()).then(WentQuiet())
    for command in (Invite(CURRENT), Next(CURRENT), GiveBack(CURRENT)):
        quiet.when(ada, command).refused("nobody_in_chair")
    quiet.when(chidi, RaiseHand()).allowed()


def test_fc_24_the_floor_does_not_pass_on_in_the_tick_in_which_the_meeting_goes_quiet():
    story = given(
        [with_floor(ben, phase="passing"), HandRaised(chidi), after(200)],
        ChairWentAway(NOON + 260),
    )
    story.later(60).when(0, Tick()).then(WentQuiet(), TurnEnded(ben, "time"))


def test_fc_24_who_leads_and_is_back_in_time_goes_on():
    story = lost()
    back = story.later(59).when(0, ChairBack(mo)).then(ChairCameBack(mo))
    assert (back.state.chair, back.state.chair_away_until) == (ada, None)
    back.later(60).when(0, Tick()).nothing()
    back.when(0, ChairBack(mo)).nothing()
    story.when(0, ChairBack(ben)).nothing()
    given(seated()).when(0, ChairBack(ada)).nothing()


def test_fc_24_an_offer_of_the_server_is_withdrawn_when_the_chair_is_back():
    offered = lost(Appointed(ben, "standby")).given(ChairOffered(ben, by=0, until=NOON + 30))
    back = offered.when(0, ChairBack(ada)).then(
        ChairOfferEnded(ben, "withdrawn"), ChairCameBack(ada)
    )
    back.when(ben, AcceptChair()).refused("no_offer")


def test_fc_24_an_offer_of_the_chair_itself_is_not():
    offered = given(in_phase("sharing"), ChairOffered(ben, by=ada, until=NOON + 30))
    lost_ = offered.given(ChairWentAway(NOON + 60))
    back = lost_.when(0, ChairBack(mo)).then(ChairCameBack(mo))
    back.when(ben, AcceptChair()).then(ChairTaken(ben))


def test_fc_24_who_comes_back_into_a_quiet_meeting_is_offered_the_chair_once():
    quiet = lost().later(60).when(0, Tick()).allowed()
    offered = quiet.when(0, ChairBack(ada)).then(ChairOffered(ada, by=0, until=NOON + 90))
    assert offered.state.is_quiet
    offered.when(0, ChairBack(ada)).nothing()
    offered.when(0, ChairBack(mo)).nothing()
    over = offered.later(30).when(0, Tick()).then(ChairOfferEnded(ada, "expired"))
    over.when(0, ChairBack(ada)).nothing()
    over.when(0, ChairBack(mo)).then(ChairOffered(mo, by=0, until=NOON + 120))
    taken = over.when(ada, AcceptChair()).then(ChairTaken(ada))
    assert (taken.state.is_quiet, taken.state.chair) == (False, ada)
    taken.when(ada, Say("I am back", CURRENT)).allowed()


def test_fc_24_in_a_quiet_meeting_standby_are_asked_again_and_a_member_takes_nothing():
    quiet = lost(Appointed(ben, "standby")).later(60).when(0, Tick()).allowed()
    offered = quiet.when(0, ChairAway((ben,))).then(ChairOffered(ben, by=0, until=NOON + 90))
    offered.when(chidi, AcceptChair()).refused("no_offer")
    taken = offered.when(ben, AcceptChair()).then(ChairTaken(ben))
    assert not taken.state.is_quiet
    # Whose it was is offered it, as where the meeting had not gone quiet.
    taken.when(0, ChairBack(ada)).then(ChairOffered(ada, by=0, until=NOON + 90))


def test_fc_24_staff_who_come_in_take_the_chair_of_a_quiet_meeting():
    quiet = lost().later(60).when(0, Tick()).allowed().given(*sam_comes_in())
    taken = quiet.when(sam, AcceptChair()).then(ChairTaken(sam))
    assert (taken.state.chair, taken.state.rank(sam)) == (sam, 3)
    taken.when(sam, Say("Good evening", CURRENT)).allowed()


def test_fc_24_a_returning_chair_does_not_snatch_control_back_and_is_offered_it_once():
    offered = lost(Appointed(ben, "standby")).given(ChairOffered(ben, by=0, until=NOON + 30))
    taken = offered.when(ben, AcceptChair()).allowed()
    assert taken.state.former_chair == ada
    taken.when(0, ChairBack(mo)).nothing()
    back = taken.when(0, ChairBack(ada)).then(ChairOffered(ada, by=0, until=NOON + 30))
    assert back.state.chair == ben
    declined = back.when(ada, DeclineChair()).then(ChairOfferEnded(ada, "declined"))
    declined.when(0, ChairBack(ada)).nothing()
    again = back.when(ada, AcceptChair()).then(ChairTaken(ada))
    assert (again.state.chair, again.state.rank(ben)) == (ada, 1)


def test_fc_24_who_gave_the_chair_away_is_not_offered_it():
    taken = given(in_phase("sharing"), ChairOffered(mo, by=ada, until=NOON + 30), ChairTaken(mo))
    taken.when(0, ChairBack(ada)).nothing()


def test_fc_24_while_a_chair_is_offered_a_returning_one_waits():
    offered = lost(Appointed(ben, "standby")).given(ChairOffered(ben, by=0, until=NOON + 30))
    taken = offered.when(ben, AcceptChair()).allowed()
    busy = taken.when(ben, Handover(mo)).allowed()
    busy.when(0, ChairBack(ada)).nothing()
    over = busy.later(30).when(0, Tick()).allowed()
    over.when(0, ChairBack(ada)).then(ChairOffered(ada, by=0, until=NOON + 60))


def test_fc_24_fc_21_the_clocks_of_the_chair_run_on_in_a_frozen_room():
    frozen = given(in_phase("sharing"), ChairOffered(mo, by=ada, until=NOON + 30), Frozen())
    frozen.later(30).when(0, Tick()).then(ChairOfferEnded(mo, "expired"))
    invited = lost(HandRaised(ben)).given(Frozen())
    invited.later(60).when(0, Tick()).then(WentQuiet())
