"""The floor: hands, invitations, turns, and a holder who drops."""

import pytest

from moderation.meeting.commands import (
    Accept,
    Done,
    EndTurn,
    HandAway,
    HandBack,
    HolderAway,
    HolderBack,
    Invite,
    LowerHand,
    NextPhase,
    Pass,
    RaiseHand,
    Say,
    Tick,
)
from moderation.meeting.entries import (
    Closed,
    FloorTaken,
    HandCameBack,
    HandLowered,
    HandRaised,
    HandWentAway,
    HolderCameBack,
    HolderWentAway,
    Invited,
    InviteEnded,
    Muted,
    PhaseBegan,
    Removed,
    Said,
    TurnEnded,
    Unmuted,
)
from moderation.meeting.floor import HAND_KEPT, HOLDER_GRACE
from moderation.meeting.state import AwayHand
from tests.cast import ada, ben, chidi, dana, eve, mo
from tests.meeting.spec import (
    CURRENT,
    NOON,
    STALE,
    after,
    given,
    in_phase,
    with_floor,
    with_hands,
    with_invited,
)

# Hands


def test_fc_02_a_member_raises_a_hand():
    given(in_phase("sharing")).when(ben, RaiseHand()).then(HandRaised(ben))


def test_fc_02_a_second_raise_leaves_nothing():
    once = given(with_hands(ben, chidi))
    assert once.when(ben, RaiseHand()).nothing().state.hands == (ben, chidi)


def test_fc_02_the_button_after_a_typed_one_leaves_nothing():
    typed = given(in_phase("sharing")).when(ben, Say("!", CURRENT)).then(HandRaised(ben))
    typed.when(ben, RaiseHand()).nothing()
    typed.when(ben, Say(" ! ", CURRENT)).nothing()


def test_fc_02_somebody_with_the_floor_or_an_invitation_asks_for_nothing_more():
    given(with_invited(ben)).when(ben, RaiseHand()).nothing()
    given(with_floor(ben)).when(ben, RaiseHand()).nothing()
    unasked = [*in_phase("sharing"), Invited(ben, by=ada)]
    assert given(unasked).state.hands == ()
    given(unasked).when(ben, RaiseHand()).nothing()


def test_hands_are_served_in_the_order_in_which_they_were_raised():
    meeting = given(with_hands(dana, ben, chidi)).state
    assert meeting.hands == (dana, ben, chidi)


@pytest.mark.parametrize("phase", ["gathering", "opening", "closing", "after", "silence"])
def test_hands_are_raised_only_where_there_is_a_queue(phase: str):
    given(in_phase(phase)).when(ben, RaiseHand()).refused("no_queue_now")


def test_the_muted_raise_no_hand():
    muted = [*in_phase("sharing"), Muted(ben, NOON + 60)]
    given(muted).when(ben, RaiseHand()).refused("muted")
    given(muted).when(ben, Say("!", CURRENT)).refused("muted")


def test_fc_03_a_member_lowers_their_own_hand_and_may_raise_it_again_at_the_end():
    lowered = given(with_hands(ben, chidi)).when(ben, LowerHand()).then(HandLowered(ben, by="self"))
    again = lowered.when(ben, RaiseHand()).then(HandRaised(ben))
    assert again.state.hands == (chidi, ben)


def test_fc_03_naming_oneself_is_lowering_ones_own_hand():
    given(with_hands(ben)).when(ben, LowerHand(ben)).then(HandLowered(ben, by="self"))
    given(with_hands(ada)).when(ada, LowerHand(ada)).then(HandLowered(ada, by="self"))


def test_fc_03_lowering_no_hand_leaves_nothing():
    given(with_hands(chidi)).when(ben, LowerHand()).nothing()
    given(with_hands(chidi)).when(ada, LowerHand(dana)).nothing()


def test_fc_03_a_facilitator_lowers_a_hand_and_the_entry_tells_the_role_alone():
    told = given(with_hands(ben, chidi)).when(mo, LowerHand(ben))
    assert told.then(HandLowered(ben, by="facilitator")).state.hands == (chidi,)


def test_fc_03_a_member_lowers_nobody_elses_hand():
    given(with_hands(chidi)).when(ben, LowerHand(chidi)).refused("facilitators_act")


def test_hands_go_down_with_the_queue():
    over = given(with_hands(ben, chidi), PhaseBegan(3), PhaseBegan(4))
    assert over.state.speak != "queue"
    assert over.state.hands == ()


def test_hands_stay_up_from_one_queue_to_the_next():
    assert given(with_hands(ben, chidi), PhaseBegan(3)).state.hands == (ben, chidi)


# Invitations


def test_fc_05_an_invitation_is_no_floor():
    invited = given(with_hands(ben)).when(ada, Invite(CURRENT)).then(Invited(ben, by=ada))
    assert invited.state.invited == ben
    assert invited.state.holder is None
    invited.when(ben, Say("Thanks", CURRENT)).refused("not_your_turn")


def test_fc_05_the_first_hand_is_invited_where_nobody_is_named():
    given(with_hands(dana, ben)).when(ada, Invite(CURRENT)).then(Invited(dana, by=ada))


def test_fc_05_somebody_who_did_not_ask_can_be_invited():
    given(with_hands(ben)).when(ada, Invite(CURRENT, dana)).then(Invited(dana, by=ada))


def test_fc_05_accepting_takes_the_floor_and_the_hand_down():
    taken = given(with_invited(ben), HandRaised(chidi)).when(ben, Accept(CURRENT))
    meeting = taken.then(FloorTaken(ben, turn=1)).state
    assert (meeting.holder, meeting.invited, meeting.hands) == (ben, None, (chidi,))
    assert meeting.turn == 1


def test_fc_05_passing_gives_the_invitation_back_and_the_hand_down():
    passed = given(with_invited(ben), HandRaised(chidi)).when(ben, Pass(CURRENT))
    meeting = passed.then(InviteEnded(ben, "passed")).state
    assert (meeting.invited, meeting.holder, meeting.hands) == (None, None, (chidi,))


def test_fc_05_nobody_else_accepts_or_passes():
    given(with_invited(ben)).when(chidi, Accept(CURRENT)).refused("not_invited")
    given(with_invited(ben)).when(chidi, Pass(CURRENT)).refused("not_your_turn")
    given(in_phase("sharing")).when(ben, Accept(CURRENT)).refused("not_invited")


def test_fc_05_a_hand_keeps_its_place_when_the_invitation_is_taken_back():
    withdrawn = given(with_invited(ben), HandRaised(chidi)).when(ada, EndTurn(CURRENT))
    assert withdrawn.then(InviteEnded(ben, "withdrawn")).state.hands == (ben, chidi)


def test_fc_05_a_hand_keeps_its_place_when_the_phase_takes_the_invitation_back():
    moved = given(with_invited(ben), HandRaised(chidi)).when(ada, NextPhase(CURRENT))
    went_on = moved.then(InviteEnded(ben, "phase"), PhaseBegan(3))
    assert went_on.state.speak == "queue"
    assert went_on.state.hands == (ben, chidi)


def test_a_hand_that_is_lowered_during_its_invitation_stays_down():
    lowered = given(with_invited(ben)).when(ben, LowerHand()).then(HandLowered(ben, by="self"))
    taken_back = lowered.when(ada, EndTurn(CURRENT)).then(InviteEnded(ben, "withdrawn"))
    assert taken_back.state.hands == ()


def test_members_invite_nobody():
    given(with_hands(ben)).when(ben, Invite(CURRENT, ben)).refused("facilitators_act")


def test_nobody_is_invited_where_there_is_no_queue():
    given(in_phase("opening")).when(ada, Invite(CURRENT, ben)).refused("no_queue_now")


def test_without_a_hand_somebody_has_to_be_named():
    given(in_phase("sharing")).when(ada, Invite(CURRENT)).refused("no_hands")


def test_somebody_outside_or_removed_is_not_invited():
    given(in_phase("sharing")).when(ada, Invite(CURRENT, eve)).refused("no_such_seat")
    gone = [*in_phase("sharing"), Removed(ben)]
    given(gone).when(ada, Invite(CURRENT, ben)).refused("no_such_seat")


def test_the_muted_are_not_invited():
    muted = [*in_phase("sharing"), Muted(ben, NOON + 60)]
    given(muted).when(ada, Invite(CURRENT, ben)).refused("they_are_muted")


def test_an_invitation_to_a_meeting_that_moved_on_is_refused():
    given(with_hands(ben)).when(ada, Invite(STALE)).refused("stale_epoch")


# Races


def test_fc_07_done_and_end_turn_of_one_epoch_end_one_turn_in_either_order():
    holding = given(with_floor(ben))
    epoch = holding.state.epoch
    done = holding.when(ben, Done(epoch)).then(TurnEnded(ben, "done"))
    assert done.state.epoch == epoch + 1
    done.when(ada, EndTurn(epoch)).refused("stale_epoch")
    ended = holding.when(ada, EndTurn(epoch)).then(TurnEnded(ben, "ended"))
    assert ended.state.epoch == epoch + 1
    ended.when(ben, Done(epoch)).refused("stale_epoch")
    ended.when(ben, Pass(epoch)).refused("stale_epoch")


def test_fc_07_done_and_the_next_phase_of_one_epoch_move_the_floor_once():
    holding = given(with_floor(ben))
    epoch = holding.state.epoch
    done = holding.when(ben, Done(epoch)).then(TurnEnded(ben, "done"))
    done.when(ada, NextPhase(epoch)).refused("stale_epoch")
    moved = holding.when(ada, NextPhase(epoch)).then(TurnEnded(ben, "phase"), PhaseBegan(3))
    moved.when(ben, Done(epoch)).refused("stale_epoch")


def test_fc_07_accept_after_the_invitation_was_taken_back_is_refused():
    invited = given(with_invited(ben))
    epoch = invited.state.epoch
    taken_back = invited.when(ada, EndTurn(epoch)).then(InviteEnded(ben, "withdrawn"))
    taken_back.when(ben, Accept(epoch)).refused("not_invited")
    again = taken_back.when(ada, Invite(CURRENT)).then(Invited(ben, by=ada))
    again.when(ben, Accept(epoch)).refused("stale_epoch")


def test_fc_07_an_invitation_that_follows_done_has_to_know_of_it():
    holding = given(with_floor(ben), HandRaised(chidi))
    epoch = holding.state.epoch
    done = holding.when(ben, Done(epoch)).then(TurnEnded(ben, "done"))
    done.when(ada, Invite(epoch)).refused("stale_epoch")
    done.when(ada, Invite(epoch + 1)).then(Invited(chidi, by=ada))


def test_fc_07_every_change_of_the_floor_is_one_epoch():
    story = given(with_hands(ben))
    epoch = story.state.epoch
    for seat, command in (
        (ada, Invite(CURRENT)),
        (ben, Accept(CURRENT)),
        (ben, Done(CURRENT)),
        (ada, Invite(CURRENT, chidi)),
        (chidi, Pass(CURRENT)),
    ):
        story = story.when(seat, command).allowed()
        epoch += 1
        assert story.state.epoch == epoch


def test_fc_07_what_does_not_move_the_floor_is_no_epoch():
    story = given(with_floor(ben))
    epoch = story.state.epoch
    story = story.when(chidi, RaiseHand()).allowed()
    story = story.when(ben, Say("Hello", epoch)).allowed()
    story = story.when(0, HolderAway(ben)).allowed()
    story = story.when(0, HolderBack(ben)).allowed()
    assert story.state.epoch == epoch


def test_fc_08_two_facilitators_invite_next_and_one_is_invited():
    both = given(with_hands(ben, chidi))
    epoch = both.state.epoch
    first = both.when(ada, Invite(epoch)).then(Invited(ben, by=ada))
    first.when(mo, Invite(epoch)).refused("floor_busy", seat=ben)


def test_fc_08_of_two_different_invitations_the_first_wins():
    both = given(with_hands(ben, chidi))
    epoch = both.state.epoch
    first = both.when(mo, Invite(epoch, chidi)).then(Invited(chidi, by=mo))
    first.when(ada, Invite(epoch, ben)).refused("floor_busy", seat=chidi)


def test_fc_06_nobody_is_invited_during_a_turn():
    holding = given(with_floor(ben), HandRaised(chidi))
    holding.when(ada, Invite(CURRENT)).refused("floor_busy", seat=ben)
    holding.when(chidi, Accept(CURRENT)).refused("not_invited")


# Turns


def test_the_holder_ends_the_turn():
    ended = given(with_floor(ben)).when(ben, Done(CURRENT)).then(TurnEnded(ben, "done"))
    assert (ended.state.holder, ended.state.turn, ended.state.turns) == (None, 0, 1)


def test_the_holder_passes_the_turn():
    given(with_floor(ben)).when(ben, Pass(CURRENT)).then(TurnEnded(ben, "passed"))


def test_only_the_holder_is_done():
    given(with_floor(ben)).when(chidi, Done(CURRENT)).refused("not_your_turn")
    given(with_floor(ben)).when(ada, Done(CURRENT)).refused("not_your_turn")
    given(with_invited(ben)).when(ben, Done(CURRENT)).refused("not_your_turn")
    given(in_phase("sharing")).when(ben, Done(CURRENT)).refused("not_your_turn")


def test_a_facilitator_ends_a_turn():
    given(with_floor(ben)).when(mo, EndTurn(CURRENT)).then(TurnEnded(ben, "ended"))


def test_a_member_ends_nobodys_turn():
    given(with_floor(ben)).when(chidi, EndTurn(CURRENT)).refused("facilitators_act")
    given(with_floor(ben)).when(ben, EndTurn(CURRENT)).refused("facilitators_act")


def test_there_is_no_turn_to_end():
    given(in_phase("sharing")).when(ada, EndTurn(CURRENT)).refused("floor_free")


def test_an_end_turn_that_knows_not_of_the_newest_turn_is_refused():
    given(with_floor(ben)).when(ada, EndTurn(STALE)).refused("stale_epoch")


def test_turns_are_counted():
    second = given(with_floor(ben), TurnEnded(ben, "done"), HandRaised(chidi), Invited(chidi, ada))
    second.when(chidi, Accept(CURRENT)).then(FloorTaken(chidi, turn=2))


# Typed customs


def test_fc_13_an_exclamation_mark_raises_a_hand():
    given(in_phase("sharing")).when(ben, Say("!", CURRENT)).then(HandRaised(ben))


@pytest.mark.parametrize("typed", ["done", "DONE", " Done\n", "[done]", "[Done]"])
def test_fc_13_done_typed_by_the_holder_ends_the_turn(typed: str):
    given(with_floor(ben)).when(ben, Say(typed, CURRENT)).then(TurnEnded(ben, "done"))


@pytest.mark.parametrize("typed", ["pass", "PASS", "  Pass "])
def test_fc_13_pass_typed_by_the_holder_or_the_invited_passes(typed: str):
    given(with_floor(ben)).when(ben, Say(typed, CURRENT)).then(TurnEnded(ben, "passed"))
    given(with_invited(ben)).when(ben, Say(typed, CURRENT)).then(InviteEnded(ben, "passed"))


@pytest.mark.parametrize(
    "typed", ["I am done", "done.", "done!", "! please", "!!", "pass the salt", "[pass]", "d one"]
)
def test_fc_13_a_longer_sentence_is_a_line(typed: str):
    line = given(with_floor(ben)).when(ben, Say(typed, CURRENT))
    line.then(Said(seat=ben, turn=1, words=typed))


def test_fc_13_the_words_of_somebody_else_end_no_turn():
    holding = given(with_floor(ben))
    for typed in ("done", "pass"):
        holding.when(chidi, Say(typed, CURRENT)).refused("not_your_turn")
        holding.when(ada, Say(typed, CURRENT)).refused("turn_running")


def test_fc_13_outside_a_queue_the_customs_are_lines():
    for typed in ("!", "done", "pass"):
        line = given(in_phase("gathering")).when(ben, Say(typed, CURRENT))
        line.then(Said(seat=ben, words=typed))
    given(in_phase("opening")).when(ben, Say("!", CURRENT)).refused("facilitators_only")


def test_fc_13_a_stale_done_ends_no_later_turn():
    given(with_floor(ben)).when(ben, Say("done", STALE)).refused("stale_epoch")
    given(with_invited(ben)).when(ben, Say("pass", STALE)).refused("stale_epoch")


# A holder who drops


def test_fc_16_a_holder_who_drops_is_given_a_moment():
    away = given(with_floor(ben)).when(0, HolderAway(ben))
    meeting = away.then(HolderWentAway(ben, NOON + HOLDER_GRACE)).state
    assert (meeting.holder, meeting.away_until) == (ben, NOON + 90)


def test_fc_16_dropping_twice_leaves_nothing_and_moves_no_deadline():
    given(with_floor(ben), HolderWentAway(ben, NOON + 90), after(10)).when(
        0, HolderAway(ben)
    ).nothing()


def test_fc_16_back_in_time_the_same_turn_goes_on():
    away = given(with_floor(ben), HolderWentAway(ben, NOON + 90), after(89.9))
    back = away.when(0, HolderBack(ben)).then(HolderCameBack(ben))
    assert (back.state.turn, back.state.epoch) == (1, away.state.epoch)
    back.later(60).when(0, Tick()).nothing()
    back.when(ben, Say("Here again", away.state.epoch)).then(
        Said(seat=ben, turn=1, words="Here again")
    )


def test_fc_16_nobody_else_comes_or_goes():
    holding = given(with_floor(ben))
    holding.when(0, HolderAway(chidi)).nothing()
    holding.when(0, HolderBack(ben)).nothing()
    given(with_floor(ben), HolderWentAway(ben, NOON + 90)).when(0, HolderBack(chidi)).nothing()
    given(with_invited(ben)).when(0, HolderAway(ben)).nothing()


def test_fc_16_p11_the_turn_of_a_holder_who_stays_away_ends_once():
    away = given(with_floor(ben), HolderWentAway(ben, NOON + 90))
    away.later(89.9).when(0, Tick()).nothing()
    over = away.later(90).when(0, Tick()).then(TurnEnded(ben, "away"))
    assert (over.state.holder, over.state.away_until) == (None, None)
    over.when(0, Tick()).nothing()
    over.when(0, HolderBack(ben)).nothing()


def test_fc_16_the_next_holder_owes_nothing_to_the_last():
    away = given(with_floor(ben), HolderWentAway(ben, NOON + 90))
    over = away.when(ada, EndTurn(CURRENT)).then(TurnEnded(ben, "ended"))
    invited = over.when(ada, Invite(CURRENT, chidi)).then(Invited(chidi, by=ada))
    invited.when(chidi, Accept(CURRENT)).allowed().later(90).when(0, Tick()).nothing()


# Somebody in the queue who drops


def away(*seats: int) -> list[HandWentAway]:
    """These hands are up, and their members are not connected since noon."""
    return [HandWentAway(seat, NOON + 120) for seat in seats]


def test_fc_17_the_place_of_a_member_who_drops_is_kept():
    gone = given(with_hands(ben, chidi)).when(0, HandAway(ben))
    meeting = gone.then(HandWentAway(ben, NOON + HAND_KEPT)).state
    assert meeting.hands == (ben, chidi)
    assert meeting.hands_away == (AwayHand(ben, NOON + 120),)


def test_fc_17_dropping_twice_leaves_nothing_and_moves_no_deadline():
    given(with_hands(ben), away(ben), after(10)).when(0, HandAway(ben)).nothing()


def test_fc_17_only_a_hand_can_go_away_and_come_back():
    given(with_hands(ben)).when(0, HandAway(chidi)).nothing()
    given(with_hands(ben)).when(0, HandBack(ben)).nothing()
    given(with_floor(ben)).when(0, HandAway(ben)).nothing()
    given(with_hands(ben, chidi), away(ben)).when(0, HandBack(chidi)).nothing()


def test_fc_17_back_in_time_the_place_is_theirs():
    gone = given(with_hands(ben, chidi), away(ben), after(119.9))
    back = gone.when(0, HandBack(ben)).then(HandCameBack(ben))
    assert (back.state.hands, back.state.hands_away) == ((ben, chidi), ())
    back.later(60).when(0, Tick()).nothing()
    back.when(ada, Invite(CURRENT)).then(Invited(ben, by=ada))


def test_fc_17_p12_a_hand_that_stays_away_comes_down_once():
    gone = given(with_hands(ben, chidi), away(ben))
    gone.later(119.9).when(0, Tick()).nothing()
    over = gone.later(120).when(0, Tick()).then(HandLowered(ben, by="away"))
    assert (over.state.hands, over.state.hands_away) == ((chidi,), ())
    over.when(0, Tick()).nothing()
    over.when(0, HandBack(ben)).nothing()
    over.when(ben, RaiseHand()).then(HandRaised(ben))


def test_fc_17_whose_place_comes_up_meanwhile_is_passed_over_and_keeps_it():
    gone = given(with_hands(ben, chidi, dana), away(ben))
    passed_over = gone.when(ada, Invite(CURRENT)).then(Invited(chidi, by=ada))
    assert passed_over.state.hands == (ben, chidi, dana)
    declined = passed_over.when(chidi, Pass(CURRENT)).allowed()
    back = declined.when(0, HandBack(ben)).then(HandCameBack(ben))
    back.when(ada, Invite(CURRENT)).then(Invited(ben, by=ada))


def test_fc_17_when_nobody_who_waits_is_here_somebody_can_be_invited_by_name():
    gone = given(with_hands(ben), away(ben))
    gone.when(ada, Invite(CURRENT)).refused("no_hands")
    gone.when(ada, Invite(CURRENT, chidi)).then(Invited(chidi, by=ada))


def test_fc_17_who_is_invited_by_name_is_waited_for_and_not_timed_out():
    """Presence is a hint: the facilitator may know better."""
    invited = given(with_hands(ben), away(ben)).when(ada, Invite(CURRENT, ben))
    waiting = invited.then(Invited(ben, by=ada))
    assert (waiting.state.hands, waiting.state.hands_away) == ((ben,), ())
    waiting.when(0, HandAway(ben)).nothing()
    waiting.later(120).when(0, Tick()).nothing()
    withdrawn = waiting.when(ada, EndTurn(CURRENT)).then(InviteEnded(ben, "withdrawn"))
    withdrawn.when(0, HandAway(ben)).then(HandWentAway(ben, NOON + 120))


def test_fc_17_fc_25_a_facilitator_next_among_those_who_are_here_calls_on_themselves():
    waiting = given(with_hands(ben, ada), away(ben))
    waiting.when(ada, Invite(CURRENT)).then(Invited(ada, by=ada))
    waiting.when(ada, Invite(CURRENT, ada)).then(Invited(ada, by=ada))
    given(with_hands(ada, ben), away(ada)).when(ada, Invite(CURRENT, ada)).then(
        Invited(ada, by=ada)
    )
    given(with_hands(ben, ada), away(ada)).when(ada, Invite(CURRENT, ada)).refused("not_first")
    given(with_hands(ben), away(ben)).when(ada, Invite(CURRENT, ada)).then(Invited(ada, by=ada))


def test_fc_17_a_hand_that_is_down_has_no_deadline():
    gone = given(with_hands(ben, chidi), away(ben, chidi))
    lowered = gone.when(ada, LowerHand(ben)).then(HandLowered(ben, by="facilitator"))
    assert lowered.state.hands_away == (AwayHand(chidi, NOON + 120),)
    lowered.later(120).when(0, Tick()).then(HandLowered(chidi, by="away"))


def test_fc_17_a_place_is_kept_into_the_next_phase_with_a_queue_and_no_further():
    gone = given(with_hands(ben), away(ben))
    more = gone.when(ada, NextPhase(CURRENT)).allowed()
    assert more.state.hands_away == (AwayHand(ben, NOON + 120),)
    closing = more.when(ada, NextPhase(CURRENT)).allowed()
    assert closing.state.hands_away == ()
    closed = given(with_hands(ben), away(ben), Closed("facilitator"))
    assert closed.state.hands_away == ()
    closed.later(120).when(0, Tick()).nothing()


def test_p12_turn_hand_and_mute_that_end_in_one_moment_end_in_one_tick():
    story = given(
        with_floor(ben),
        [HandRaised(dana), HandWentAway(dana, NOON + 120), Muted(chidi, NOON + 120), after(30)],
        HolderWentAway(ben, NOON + 120),
    )
    story.later(90).when(0, Tick()).then(
        TurnEnded(ben, "away"), HandLowered(dana, by="away"), Unmuted(chidi, by="time")
    )


# Facilitators share too


def test_fc_25_a_facilitator_stands_in_the_same_queue():
    raised = given(with_hands(ben)).when(ada, RaiseHand()).then(HandRaised(ada))
    assert raised.state.hands == (ben, ada)
    raised.when(ada, Invite(CURRENT)).then(Invited(ben, by=ada))


def test_fc_25_a_facilitator_calls_on_themselves_only_when_it_is_their_place():
    given(with_hands(ben, ada)).when(ada, Invite(CURRENT, ada)).refused("not_first")
    given(with_hands(ben)).when(ada, Invite(CURRENT, ada)).refused("not_first")
    given(with_hands(ada, ben)).when(ada, Invite(CURRENT, ada)).then(Invited(ada, by=ada))
    given(with_hands(ada, ben)).when(ada, Invite(CURRENT)).then(Invited(ada, by=ada))


def test_fc_25_a_facilitator_may_share_when_nobody_waits():
    given(in_phase("sharing")).when(ada, Invite(CURRENT, ada)).then(Invited(ada, by=ada))


def test_fc_25_a_co_facilitator_may_call_on_them():
    given(with_hands(ben, ada)).when(mo, Invite(CURRENT, ada)).then(Invited(ada, by=mo))


def test_fc_25_a_facilitator_who_has_the_floor_shares_and_is_done():
    holding = given(with_floor(ada))
    holding.when(ada, Say("My turn", CURRENT)).then(Said(seat=ada, turn=1, words="My turn"))
    holding.when(mo, Say("A word", CURRENT)).refused("turn_running")
    holding.when(ada, Say("done", CURRENT)).then(TurnEnded(ada, "done"))
