"""The floor: invitations, turns, races for it, giving it back, and a holder who drops."""

from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.floor import HOLDER_GRACE
from tests.cast import ada, ben, chidi, dana, eve, mo
from tests.meeting.spec import (
    CURRENT,
    NOON,
    RULES,
    STALE,
    after,
    bounced,
    called,
    given,
    in_phase,
    tell_history,
    with_floor,
    with_hands,
    with_invited,
)

# Invitations


def test_fc_05_an_invitation_is_no_floor():
    invited = given(with_hands(ben)).when(ada, ask.Invite(CURRENT)).then(called(ben))
    assert invited.state.invited == ben
    assert invited.state.holder is None
    invited.when(chidi, ask.Say("Thanks", CURRENT)).refused("not_your_turn")


def test_fc_05_a_line_sent_while_invited_is_the_acceptance_and_the_first_line_in_one():
    invited = given(with_invited(ben), happened.HandRaised(chidi))
    spoke = invited.when(ben, ask.Say("I nearly did not come.", CURRENT)).then(
        happened.FloorTaken(ben, turn=1),
        happened.Said(seat=ben, turn=1, words="I nearly did not come."),
    )
    meeting = spoke.state
    assert (meeting.holder, meeting.invited, meeting.hands) == (ben, None, (chidi,))
    assert meeting.epoch == invited.state.epoch + 1
    spoke.when(ben, ask.Say("And now I am here.", CURRENT)).then(
        happened.Said(seat=ben, turn=1, words="And now I am here.")
    )


def test_fc_05_a_line_from_before_the_invitation_accepts_nothing():
    """Who wrote it did not know of it: it comes back, and can be sent again."""
    given(with_invited(ben)).when(ben, ask.Say("Hello", STALE)).refused("stale_epoch")


def test_fc_05_a_line_that_the_review_sends_back_leaves_the_invitation_open():
    found = bounced("contact_details", 0, 4)
    line = given(with_invited(ben)).when(ben, ask.Say("Call me", CURRENT), found)
    again = line.refused("contact_details", spans=[(0, 4)])
    assert (again.state.invited, again.state.holder) == (ben, None)


def test_fc_05_a_line_takes_no_floor_that_cannot_be_taken():
    given(with_invited(ben), happened.PauseBegan()).when(ben, ask.Say("Hello", CURRENT)).refused(
        "paused"
    )
    given(with_invited(ben), happened.Frozen()).when(ben, ask.Say("Hello", CURRENT)).refused(
        "frozen"
    )
    # What a facilitator writes while the floor stands still is no share.
    given(in_phase("sharing"), called(mo, by=ada), happened.PauseBegan()).when(
        mo, ask.Say("A short break.", CURRENT)
    ).then(happened.Said(seat=mo, words="A short break."))


def test_fc_05_fc_25_a_facilitator_who_was_invited_accepts_by_writing_too():
    given(in_phase("sharing"), called(mo, by=ada)).when(mo, ask.Say("Hello", CURRENT)).then(
        happened.FloorTaken(mo, turn=1), happened.Said(seat=mo, turn=1, words="Hello")
    )


def test_fc_05_the_first_hand_is_invited_where_nobody_is_named():
    given(with_hands(dana, ben)).when(ada, ask.Invite(CURRENT)).then(called(dana))


def test_fc_05_somebody_who_did_not_ask_can_be_invited():
    given(with_hands(ben)).when(ada, ask.Invite(CURRENT, dana)).then(called(dana))


def test_fc_05_accepting_takes_the_floor_and_the_hand_down():
    taken = given(with_invited(ben), happened.HandRaised(chidi)).when(ben, ask.Accept(CURRENT))
    meeting = taken.then(happened.FloorTaken(ben, turn=1)).state
    assert (meeting.holder, meeting.invited, meeting.hands) == (ben, None, (chidi,))
    assert meeting.turn == 1


def test_fc_05_passing_gives_the_invitation_back_and_the_hand_down():
    passed = given(with_invited(ben), happened.HandRaised(chidi)).when(ben, ask.Pass(CURRENT))
    meeting = passed.then(happened.InviteEnded(ben, "passed")).state
    assert (meeting.invited, meeting.holder, meeting.hands) == (None, None, (chidi,))


def test_fc_05_an_invitation_names_the_moment_until_which_it_waits():
    invited = given(with_hands(ben), after(7)).when(mo, ask.Invite(CURRENT)).allowed()
    assert (invited.state.invited_by, invited.state.invite_until) == (mo, NOON + 7 + 45)
    assert decider.due(invited.state) == NOON + 52


def test_fc_05_not_yet_asks_again_later():
    later = given(with_invited(ben), happened.HandRaised(chidi)).when(ben, ask.NotYet(CURRENT))
    story = later.then(happened.InviteEnded(ben, "not_yet"))
    assert (story.state.invited, story.state.hands) == (None, (chidi, ben))
    story = story.when(chidi, ask.LowerHand()).allowed()
    story.when(ada, ask.Invite(CURRENT)).then(called(ben))


def test_fc_05_who_was_asked_without_a_hand_and_says_not_yet_has_one_now():
    unasked = given(with_hands(chidi), called(ben)).when(ben, ask.NotYet(CURRENT)).allowed()
    assert unasked.state.hands == (chidi, ben)


def test_fc_05_an_invitation_that_nobody_answers_is_over_once_and_the_hand_goes_to_the_end():
    invited = given(with_invited(ben), happened.HandRaised(chidi))
    invited.later(44.9).when(0, ask.Tick()).nothing()
    over = invited.later(45).when(0, ask.Tick()).then(happened.InviteEnded(ben, "expired"))
    assert (over.state.invited, over.state.hands) == (None, (chidi, ben))
    assert over.state.epoch == invited.state.epoch + 1
    over.when(0, ask.Tick()).nothing()
    over.later(45).when(0, ask.Tick()).nothing()
    over.when(ben, ask.Accept(CURRENT)).refused("not_invited")


def test_fc_05_who_was_asked_without_a_hand_and_does_not_answer_has_none():
    over = given(in_phase("sharing"), called(ben), after(45)).when(0, ask.Tick())
    assert over.then(happened.InviteEnded(ben, "expired")).state.hands == ()


def test_fc_05_a_hand_that_let_an_invitation_go_by_is_not_called_again_by_itself():
    story = given(with_hands(ben, chidi, phase="passing"), called(ben), after(45))
    over = story.when(0, ask.Tick())
    passed_on = over.then(
        happened.InviteEnded(ben, "expired"), called(chidi, by=0, at=NOON + 45, at_once=True)
    )
    assert passed_on.state.hands == (chidi, ben)
    passed_on.later(45).when(0, ask.Tick()).then(happened.InviteEnded(chidi, "expired"))
    done = passed_on.when(chidi, ask.Pass(CURRENT)).then(happened.InviteEnded(chidi, "passed"))
    asked = done.when(ada, ask.Next(CURRENT)).then(called(ben, at=NOON + 45))
    asked.when(ben, ask.Accept(CURRENT)).then(happened.FloorTaken(ben, turn=1))


def test_fc_05_a_new_hand_is_called_by_itself_again():
    put_off = given(with_hands(ben, phase="passing"), called(ben)).when(ben, ask.NotYet(CURRENT))
    lowered = put_off.allowed().when(ben, ask.LowerHand()).allowed()
    raised = lowered.when(ben, ask.RaiseHand()).allowed().given(called(chidi))
    raised.when(chidi, ask.Pass(CURRENT)).then(
        happened.InviteEnded(chidi, "passed"), called(ben, by=0, at_once=True)
    )


def test_fc_05_nobody_else_accepts_or_passes():
    given(with_invited(ben)).when(chidi, ask.Accept(CURRENT)).refused("not_invited")
    given(with_invited(ben)).when(chidi, ask.Pass(CURRENT)).refused("not_your_turn")
    given(with_invited(ben)).when(chidi, ask.NotYet(CURRENT)).refused("not_your_turn")
    given(with_floor(ben)).when(ben, ask.NotYet(CURRENT)).refused("not_your_turn")
    given(in_phase("sharing")).when(ben, ask.Accept(CURRENT)).refused("not_invited")


def test_fc_05_a_hand_keeps_its_place_when_the_invitation_is_taken_back():
    withdrawn = given(with_invited(ben), happened.HandRaised(chidi)).when(ada, ask.EndTurn(CURRENT))
    assert withdrawn.then(happened.InviteEnded(ben, "withdrawn")).state.hands == (ben, chidi)


def test_fc_05_a_hand_keeps_its_place_when_the_phase_takes_the_invitation_back():
    moved = given(with_invited(ben), happened.HandRaised(chidi)).when(ada, ask.NextPhase(CURRENT))
    went_on = moved.then(happened.InviteEnded(ben, "phase"), happened.PhaseBegan(3))
    assert went_on.state.speak == "queue"
    assert went_on.state.hands == (ben, chidi)


def test_fc_05_an_invitation_of_a_log_from_before_its_time_waits_for_an_answer():
    """Older servers told no end of it: every entry that was ever stored still folds and goes on."""
    old = [
        with_hands(ben),
        happened.Invited(ben, by=ada),
        happened.Muted(dana, NOON + 60),
        after(60),
    ]
    story = tell_history(RULES, old)
    assert story.state.invite_until is None
    assert story.when(0, ask.Tick()).left == (happened.Unmuted(dana, "time"),)
    assert story.when(ben, ask.Accept(CURRENT)).left == (happened.FloorTaken(ben, turn=1),)


def test_members_invite_nobody():
    given(with_hands(ben)).when(ben, ask.Invite(CURRENT, ben)).refused("facilitators_act")


def test_nobody_is_invited_where_there_is_no_queue():
    given(in_phase("opening")).when(ada, ask.Invite(CURRENT, ben)).refused("no_queue_now")


def test_without_a_hand_somebody_has_to_be_named():
    given(in_phase("sharing")).when(ada, ask.Invite(CURRENT)).refused("no_hands")


def test_somebody_outside_or_removed_is_not_invited():
    given(in_phase("sharing")).when(ada, ask.Invite(CURRENT, eve)).refused("no_such_seat")
    gone = [*in_phase("sharing"), happened.Removed(ben)]
    given(gone).when(ada, ask.Invite(CURRENT, ben)).refused("no_such_seat")


def test_the_muted_are_not_invited():
    muted = [*in_phase("sharing"), happened.Muted(ben, NOON + 60)]
    given(muted).when(ada, ask.Invite(CURRENT, ben)).refused("they_are_muted")


def test_who_only_listens_is_not_invited():
    listening = given(in_phase("sharing"), happened.ListeningChosen(ben, on=True))
    listening.when(ada, ask.Invite(CURRENT, ben)).refused("they_listen")


def test_an_invitation_to_a_meeting_that_moved_on_is_refused():
    given(with_hands(ben)).when(ada, ask.Invite(STALE)).refused("stale_epoch")


# Races


def test_fc_07_done_and_end_turn_of_one_epoch_end_one_turn_in_either_order():
    holding = given(with_floor(ben))
    epoch = holding.state.epoch
    done = holding.when(ben, ask.Done(epoch)).then(happened.TurnEnded(ben, "done"))
    assert done.state.epoch == epoch + 1
    done.when(ada, ask.EndTurn(epoch)).refused("stale_epoch")
    ended = holding.when(ada, ask.EndTurn(epoch)).then(happened.TurnEnded(ben, "ended"))
    assert ended.state.epoch == epoch + 1
    ended.when(ben, ask.Done(epoch)).refused("stale_epoch")
    ended.when(ben, ask.Pass(epoch)).refused("stale_epoch")


def test_fc_07_done_and_the_next_phase_of_one_epoch_move_the_floor_once():
    holding = given(with_floor(ben))
    epoch = holding.state.epoch
    done = holding.when(ben, ask.Done(epoch)).then(happened.TurnEnded(ben, "done"))
    done.when(ada, ask.NextPhase(epoch)).refused("stale_epoch")
    moved = holding.when(ada, ask.NextPhase(epoch)).then(
        happened.TurnEnded(ben, "phase"), happened.PhaseBegan(3)
    )
    moved.when(ben, ask.Done(epoch)).refused("stale_epoch")


def test_fc_07_a49_done_and_next_of_one_epoch_in_either_order_invite_exactly_one():
    holding = given(
        with_floor(ben, phase="passing"), happened.HandRaised(chidi), happened.HandRaised(dana)
    )
    epoch = holding.state.epoch
    done = holding.when(ben, ask.Done(epoch)).then(
        happened.TurnEnded(ben, "done"), called(chidi, by=0, at_once=True)
    )
    assert (done.state.epoch, done.state.invited) == (epoch + 1, chidi)
    late = done.when(ada, ask.Next(epoch)).refused("stale_epoch")
    assert (late.state.epoch, late.state.invited) == (epoch + 1, chidi)
    next_ = holding.when(ada, ask.Next(epoch)).then(
        happened.TurnEnded(ben, "ended"), called(chidi, at_once=True)
    )
    assert (next_.state.epoch, next_.state.invited) == (epoch + 1, chidi)
    for second in (ask.Done(epoch), ask.Pass(epoch)):
        late = next_.when(ben, second).refused("stale_epoch")
        assert (late.state.epoch, late.state.invited) == (epoch + 1, chidi)


def test_fc_07_where_the_facilitator_calls_the_second_of_the_two_is_stale_as_well():
    holding = given(with_floor(ben), happened.HandRaised(chidi))
    epoch = holding.state.epoch
    done = holding.when(ben, ask.Done(epoch)).then(happened.TurnEnded(ben, "done"))
    done.when(ada, ask.Next(epoch)).refused("stale_epoch")
    done.when(ada, ask.Next(epoch + 1)).then(called(chidi))
    next_ = holding.when(ada, ask.Next(epoch)).then(
        happened.TurnEnded(ben, "ended"), called(chidi, at_once=True)
    )
    assert next_.state.epoch == epoch + 1
    next_.when(ben, ask.Done(epoch)).refused("stale_epoch")


def test_fc_07_next_without_a_turn_invites_the_first_hand():
    given(with_hands(chidi, ben)).when(ada, ask.Next(CURRENT)).then(called(chidi))
    given(in_phase("sharing")).when(ada, ask.Next(CURRENT)).refused("no_hands")
    given(with_hands(ben)).when(ada, ask.Next(STALE)).refused("stale_epoch")
    given(with_floor(ben), happened.HandRaised(chidi)).when(ada, ask.Next(STALE)).refused(
        "stale_epoch"
    )


def test_fc_07_next_with_nobody_waiting_ends_the_turn():
    given(with_floor(ben)).when(ada, ask.Next(CURRENT)).then(happened.TurnEnded(ben, "ended"))


def test_fc_07_next_passes_over_who_is_away():
    waiting = given(
        with_floor(ben),
        happened.HandRaised(chidi),
        happened.HandRaised(dana),
        happened.HandWentAway(chidi, NOON + 120),
    )
    waiting.when(mo, ask.Next(CURRENT)).then(
        happened.TurnEnded(ben, "ended"), called(dana, mo, at_once=True)
    )


def test_fc_07_a_member_calls_nobody():
    for history in (with_floor(ben), with_hands(ben), in_phase("gathering")):
        given(history).when(ben, ask.Next(CURRENT)).refused("facilitators_act")


def test_fc_07_two_facilitators_who_press_next_in_one_turn_call_one():
    holding = given(with_floor(ben), happened.HandRaised(chidi), happened.HandRaised(dana))
    epoch = holding.state.epoch
    first = holding.when(ada, ask.Next(epoch)).allowed()
    first.when(mo, ask.Next(epoch)).refused("floor_busy", seat=chidi, by=ada)


def test_fc_07_where_the_floor_passes_on_by_itself_every_end_calls_the_next_at_once():
    waiting = [happened.HandRaised(chidi), happened.HandRaised(dana)]
    then = called(chidi, by=0, at_once=True)
    holding = given(with_floor(ben, phase="passing"), waiting)
    holding.when(ben, ask.Pass(CURRENT)).then(happened.TurnEnded(ben, "passed"), then)
    holding.when(ada, ask.Mute(ben, 1)).then(
        happened.TurnEnded(ben, "revoked"), then, happened.Muted(ben, NOON + 60)
    )
    holding.when(ada, ask.Remove(ben)).then(
        happened.TurnEnded(ben, "removed"), then, happened.Removed(ben)
    )
    invited = given(with_invited(ben, phase="passing"), waiting)
    invited.when(ben, ask.Pass(CURRENT)).then(happened.InviteEnded(ben, "passed"), then)
    invited.when(ben, ask.NotYet(CURRENT)).then(happened.InviteEnded(ben, "not_yet"), then)
    invited.when(ben, ask.Listen(on=True)).then(
        happened.ListeningChosen(ben, on=True), happened.InviteEnded(ben, "passed"), then
    )


def test_fc_07_a_facilitator_who_ends_a_turn_calls_nobody_with_it():
    holding = given(with_floor(ben, phase="passing"), happened.HandRaised(chidi))
    holding.when(ada, ask.EndTurn(CURRENT)).then(happened.TurnEnded(ben, "ended"))


def test_fc_15_fc_24_a_floor_that_is_held_up_does_not_pass_on():
    holding = [*with_floor(ben, phase="passing"), happened.HandRaised(chidi)]
    for stop in (happened.PauseBegan(), happened.AllMuted(NOON + 600), happened.ShieldRaised()):
        given(holding, stop).when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done"))
    frozen = given(holding, happened.Frozen()).when(ada, ask.Remove(ben))
    frozen.then(happened.TurnEnded(ben, "removed"), happened.Removed(ben))
    given(holding, happened.ChairWentAway(NOON + 60), after(60), happened.WentQuiet()).when(
        ben, ask.Done(CURRENT)
    ).then(happened.TurnEnded(ben, "done"))


def test_fc_07_accept_after_the_invitation_was_taken_back_is_refused():
    invited = given(with_invited(ben))
    epoch = invited.state.epoch
    taken_back = invited.when(ada, ask.EndTurn(epoch)).then(happened.InviteEnded(ben, "withdrawn"))
    taken_back.when(ben, ask.Accept(epoch)).refused("not_invited")
    again = taken_back.when(ada, ask.Invite(CURRENT)).then(called(ben))
    again.when(ben, ask.Accept(epoch)).refused("stale_epoch")


def test_fc_07_an_invitation_that_follows_done_has_to_know_of_it():
    holding = given(with_floor(ben), happened.HandRaised(chidi))
    epoch = holding.state.epoch
    done = holding.when(ben, ask.Done(epoch)).then(happened.TurnEnded(ben, "done"))
    done.when(ada, ask.Invite(epoch)).refused("stale_epoch")
    done.when(ada, ask.Invite(epoch + 1)).then(called(chidi))


def test_fc_07_a49_every_change_of_the_floor_is_one_epoch():
    story = given(with_hands(ben))
    epoch = story.state.epoch
    for seat, command in (
        (ada, ask.Invite(CURRENT)),
        (ben, ask.Accept(CURRENT)),
        (ben, ask.Done(CURRENT)),
        (ada, ask.Invite(CURRENT, chidi)),
        (chidi, ask.Pass(CURRENT)),
    ):
        story = story.when(seat, command).allowed()
        epoch += 1
        assert story.state.epoch == epoch


def test_fc_07_what_does_not_move_the_floor_is_no_epoch():
    story = given(with_floor(ben))
    epoch = story.state.epoch
    story = story.when(chidi, ask.RaiseHand()).allowed()
    story = story.when(ben, ask.Say("Hello", epoch)).allowed()
    story = story.when(0, ask.HolderAway(ben)).allowed()
    story = story.when(0, ask.HolderBack(ben)).allowed()
    assert story.state.epoch == epoch


def test_fc_08_a45_two_facilitators_invite_next_and_one_is_invited():
    both = given(with_hands(ben, chidi))
    epoch = both.state.epoch
    first = both.when(ada, ask.Invite(epoch)).then(called(ben))
    first.when(mo, ask.Invite(epoch)).refused("floor_busy", seat=ben, by=ada)
    first.when(mo, ask.Next(epoch)).refused("floor_busy", seat=ben, by=ada)


def test_fc_08_of_two_different_invitations_the_first_wins():
    both = given(with_hands(ben, chidi))
    epoch = both.state.epoch
    first = both.when(mo, ask.Invite(epoch, chidi)).then(called(chidi, by=mo))
    first.when(ada, ask.Invite(epoch, ben)).refused("floor_busy", seat=chidi, by=mo)


def test_fc_06_nobody_is_invited_during_a_turn():
    holding = given(with_floor(ben), happened.HandRaised(chidi))
    holding.when(ada, ask.Invite(CURRENT)).refused("floor_busy", seat=ben, by=0)
    holding.when(chidi, ask.Accept(CURRENT)).refused("not_invited")


def test_fc_06_while_the_floor_is_held_up_nobody_is_invited_and_nobody_takes_it():
    for stop in (happened.PauseBegan(), happened.AllMuted(NOON + 600), happened.ShieldRaised()):
        held_up = given(with_invited(ben), happened.HandRaised(chidi), stop)
        held_up.when(ben, ask.Accept(CURRENT)).refused("paused")
        held_up.when(ben, ask.Pass(CURRENT)).then(happened.InviteEnded(ben, "passed"))
        waiting = given(with_hands(chidi), stop)
        waiting.when(ada, ask.Invite(CURRENT)).refused("paused")
        given(with_floor(ben), stop).when(ada, ask.Next(CURRENT)).refused("paused")
        given(with_floor(ben), stop).when(ada, ask.EndTurn(CURRENT)).then(
            happened.TurnEnded(ben, "ended")
        )


# Turns


def test_the_holder_ends_the_turn():
    ended = (
        given(with_floor(ben)).when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done"))
    )
    assert (ended.state.holder, ended.state.turn, ended.state.turns) == (None, 0, 1)
    assert ended.state.turn_began_at is None


def test_the_holder_passes_the_turn():
    given(with_floor(ben)).when(ben, ask.Pass(CURRENT)).then(happened.TurnEnded(ben, "passed"))


def test_only_the_holder_is_done():
    given(with_floor(ben)).when(chidi, ask.Done(CURRENT)).refused("not_your_turn")
    given(with_floor(ben)).when(ada, ask.Done(CURRENT)).refused("not_your_turn")
    given(with_invited(ben)).when(ben, ask.Done(CURRENT)).refused("not_your_turn")
    given(in_phase("sharing")).when(ben, ask.Done(CURRENT)).refused("not_your_turn")


def test_a_facilitator_ends_a_turn():
    given(with_floor(ben)).when(mo, ask.EndTurn(CURRENT)).then(happened.TurnEnded(ben, "ended"))


def test_a_member_ends_nobodys_turn():
    given(with_floor(ben)).when(chidi, ask.EndTurn(CURRENT)).refused("facilitators_act")
    given(with_floor(ben)).when(ben, ask.EndTurn(CURRENT)).refused("facilitators_act")


def test_there_is_no_turn_to_end():
    given(in_phase("sharing")).when(ada, ask.EndTurn(CURRENT)).refused("floor_free")


def test_an_end_turn_that_knows_not_of_the_newest_turn_is_refused():
    given(with_floor(ben)).when(ada, ask.EndTurn(STALE)).refused("stale_epoch")


def test_turns_are_counted():
    second = given(
        with_floor(ben), happened.TurnEnded(ben, "done"), happened.HandRaised(chidi), called(chidi)
    )
    second.when(chidi, ask.Accept(CURRENT)).then(happened.FloorTaken(chidi, turn=2))


# Giving the floor back


def ended(*then: happened.AnyEntry) -> list[happened.AnyEntry]:
    """Ben's turn was ended at noon; then this."""
    return [*with_floor(ben), happened.HandRaised(chidi), happened.TurnEnded(ben, "ended"), *then]


def test_fc_10_a_facilitator_returns_the_floor_to_the_last_holder():
    returned = given(ended()).when(mo, ask.GiveBack(CURRENT)).then(happened.FloorTaken(ben, turn=2))
    assert (returned.state.holder, returned.state.hands) == (ben, (chidi,))
    returned.when(ben, ask.Say("As I said", CURRENT)).then(
        happened.Said(seat=ben, turn=2, words="As I said")
    )


def test_fc_10_the_one_invited_meanwhile_keeps_the_first_place():
    meanwhile = given(ended(happened.HandRaised(dana), happened.HandMoved(dana, 1), called(chidi)))
    assert meanwhile.state.hands == (dana, chidi)
    returned = meanwhile.when(ada, ask.GiveBack(CURRENT)).then(
        happened.InviteEnded(chidi, "given_back"), happened.FloorTaken(ben, turn=2)
    )
    assert returned.state.hands == (chidi, dana)
    done = returned.when(ben, ask.Done(CURRENT)).allowed()
    done.when(ada, ask.Invite(CURRENT)).then(called(chidi))


def test_fc_10_one_who_was_invited_without_a_hand_has_the_first_place_too():
    meanwhile = given(ended(called(dana)))
    assert meanwhile.when(ada, ask.GiveBack(CURRENT)).allowed().state.hands == (dana, chidi)


def test_fc_10_who_was_invited_again_just_takes_the_floor():
    given(ended(called(ben))).when(ada, ask.GiveBack(CURRENT)).then(
        happened.FloorTaken(ben, turn=2)
    )


def test_fc_10_the_floor_is_given_back_for_two_minutes():
    given(ended()).later(120).when(ada, ask.GiveBack(CURRENT)).then(
        happened.FloorTaken(ben, turn=2)
    )
    given(ended()).later(120.1).when(ada, ask.GiveBack(CURRENT)).refused("too_late")
    given(in_phase("sharing")).when(ada, ask.GiveBack(CURRENT)).refused("too_late")


def test_fc_10_nothing_is_taken_from_a_holder_to_give_it_back():
    other = given(ended(called(chidi), happened.FloorTaken(chidi, turn=2)))
    other.when(ada, ask.GiveBack(CURRENT)).refused("floor_busy", seat=chidi, by=0)


def test_fc_10_the_floor_goes_back_to_nobody_who_is_gone_or_muted():
    given(ended(happened.Muted(ben, NOON + 600))).when(ada, ask.GiveBack(CURRENT)).refused(
        "they_are_muted"
    )
    given(ended(happened.Removed(ben))).when(ada, ask.GiveBack(CURRENT)).refused("no_such_seat")


def test_fc_10_giving_back_is_a_facilitators_and_of_the_newest_state():
    given(ended()).when(ben, ask.GiveBack(CURRENT)).refused("facilitators_act")
    given(ended()).when(ada, ask.GiveBack(STALE)).refused("stale_epoch")
    given(ended(happened.PauseBegan())).when(ada, ask.GiveBack(CURRENT)).refused("paused")
    given(ended(happened.PhaseBegan(3), happened.PhaseBegan(4))).when(
        ada, ask.GiveBack(CURRENT)
    ).refused("no_queue_now")


# A holder who drops


def test_fc_16_a_holder_who_drops_is_given_a_moment():
    away = given(with_floor(ben)).when(0, ask.HolderAway(ben))
    meeting = away.then(happened.HolderWentAway(ben, NOON + HOLDER_GRACE)).state
    assert (meeting.holder, meeting.away_until) == (ben, NOON + 90)


def test_fc_16_dropping_twice_leaves_nothing_and_moves_no_deadline():
    given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90), after(10)).when(
        0, ask.HolderAway(ben)
    ).nothing()


def test_fc_16_back_in_time_the_same_turn_goes_on():
    away = given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90), after(89.9))
    back = away.when(0, ask.HolderBack(ben)).then(happened.HolderCameBack(ben))
    assert (back.state.turn, back.state.epoch) == (1, away.state.epoch)
    back.later(60).when(0, ask.Tick()).nothing()
    back.when(ben, ask.Say("Here again", away.state.epoch)).then(
        happened.Said(seat=ben, turn=1, words="Here again")
    )


def test_fc_16_nobody_else_comes_or_goes():
    holding = given(with_floor(ben))
    holding.when(0, ask.HolderAway(chidi)).nothing()
    holding.when(0, ask.HolderBack(ben)).nothing()
    given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90)).when(
        0, ask.HolderBack(chidi)
    ).nothing()
    given(with_invited(ben)).when(0, ask.HolderAway(ben)).nothing()


def test_fc_16_p11_the_turn_of_a_holder_who_stays_away_ends_once():
    away = given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90))
    away.later(89.9).when(0, ask.Tick()).nothing()
    over = away.later(90).when(0, ask.Tick()).then(happened.TurnEnded(ben, "away"))
    assert (over.state.holder, over.state.away_until) == (None, None)
    over.when(0, ask.Tick()).nothing()


def test_fc_16_the_floor_passes_on_when_the_grace_is_over():
    away = given(with_floor(ben, phase="passing"), happened.HandRaised(chidi))
    away = away.when(0, ask.HolderAway(ben)).allowed().later(90)
    away.when(0, ask.Tick()).then(
        happened.TurnEnded(ben, "away"), called(chidi, by=0, at=NOON + 90, at_once=True)
    )


def test_fc_16_fc_21_in_a_frozen_room_no_holder_goes_away_or_comes_back():
    given(with_floor(ben), happened.Frozen()).when(0, ask.HolderAway(ben)).nothing()
    away = given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90), happened.Frozen())
    away.when(0, ask.HolderBack(ben)).nothing()
    away.later(90).when(0, ask.Tick()).nothing()


def test_fc_16_the_next_holder_owes_nothing_to_the_last():
    away = given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90))
    over = away.when(ada, ask.EndTurn(CURRENT)).then(happened.TurnEnded(ben, "ended"))
    invited = over.when(ada, ask.Invite(CURRENT, chidi)).then(called(chidi))
    invited.when(chidi, ask.Accept(CURRENT)).allowed().later(90).when(0, ask.Tick()).nothing()


# Facilitators share too


def test_fc_25_a_facilitator_stands_in_the_same_queue():
    raised = given(with_hands(ben)).when(ada, ask.RaiseHand()).then(happened.HandRaised(ada))
    assert raised.state.hands == (ben, ada)
    raised.when(ada, ask.Invite(CURRENT)).then(called(ben))


def test_fc_25_a_facilitator_calls_on_themselves_only_when_it_is_their_place():
    given(with_hands(ben, ada)).when(ada, ask.Invite(CURRENT, ada)).refused("not_first")
    given(with_hands(ben)).when(ada, ask.Invite(CURRENT, ada)).refused("not_first")
    given(with_hands(ada, ben)).when(ada, ask.Invite(CURRENT, ada)).then(called(ada))
    given(with_hands(ada, ben)).when(ada, ask.Invite(CURRENT)).then(called(ada))


def test_fc_25_a_facilitator_may_share_when_nobody_waits():
    given(in_phase("sharing")).when(ada, ask.Invite(CURRENT, ada)).then(called(ada))


def test_fc_25_next_comes_to_oneself_only_in_ones_place():
    holding = given(with_floor(ben), happened.HandRaised(chidi), happened.HandRaised(ada))
    holding.when(ada, ask.Next(CURRENT)).then(
        happened.TurnEnded(ben, "ended"), called(chidi, at_once=True)
    )
    first = given(with_floor(ben), happened.HandRaised(ada), happened.HandRaised(chidi))
    first.when(ada, ask.Next(CURRENT)).then(
        happened.TurnEnded(ben, "ended"), called(ada, at_once=True)
    )


def test_fc_25_a_co_facilitator_may_call_on_them():
    given(with_hands(ben, ada)).when(mo, ask.Invite(CURRENT, ada)).then(called(ada, by=mo))


def test_fc_25_a_facilitator_who_has_the_floor_shares_and_is_done():
    holding = given(with_floor(ada))
    holding.when(ada, ask.Say("My turn", CURRENT)).then(
        happened.Said(seat=ada, turn=1, words="My turn")
    )
    holding.when(mo, ask.Say("A word", CURRENT)).refused("turn_running")
    holding.when(ada, ask.Say("done", CURRENT)).then(happened.TurnEnded(ada, "done"))
