"""The queue: hands go up and down, wait in an order that everybody sees, and are kept for who drops."""

import pytest
from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.decider import decide
from moderation.meeting.floor import passed_on
from moderation.meeting.queue import HAND_KEPT
from moderation.meeting.state import AwayHand
from tests.cast import ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    CURRENT,
    FORMAT,
    NOON,
    History,
    after,
    called,
    given,
    in_phase,
    moves_to,
    seated,
    with_floor,
    with_hands,
    with_invited,
)

WITHOUT_TURNS = [
    phase.id for phase in FORMAT.phases if phase.speak not in ("queue", "tag", "round")
]


def shared(*seats: int) -> list[happened.AnyEntry]:
    """Each of these has had a turn and said something in it."""
    return [
        entry
        for turn, seat in enumerate(seats, 1)
        for entry in (
            called(seat),
            happened.FloorTaken(seat, turn=turn),
            happened.Said(seat=seat, turn=turn, words="Thank you"),
            happened.TurnEnded(seat, "done"),
        )
    ]


# Raising


def test_fc_02_a_member_raises_a_hand():
    given(in_phase("sharing")).when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))


def test_fc_02_a_second_raise_leaves_nothing():
    once = given(with_hands(ben, chidi))
    assert once.when(ben, ask.RaiseHand()).nothing().state.hands == (ben, chidi)


def test_fc_02_a_burning_desire_moves_the_hand_that_is_up_and_is_one_hand():
    once = given(with_hands(chidi, ben, phase="passing"))
    urgent = once.when(ben, ask.RaiseHand(urgent=True)).then(
        happened.HandLowered(ben, by="self"), happened.HandRaised(ben, 1, urgent=True)
    )
    assert (urgent.state.hands, urgent.state.urgent) == ((ben, chidi), (ben,))
    urgent.when(ben, ask.RaiseHand(urgent=True)).nothing()
    urgent.when(ben, ask.RaiseHand()).nothing()
    alone = given(with_hands(ben, phase="passing")).when(ben, ask.RaiseHand(urgent=True))
    alone.then(happened.HandLowered(ben, by="self"), happened.HandRaised(ben, urgent=True))
    invited = given(with_invited(ben, phase="passing"), happened.HandRaised(chidi))
    invited.when(ben, ask.RaiseHand(urgent=True)).nothing()


def test_fc_02_the_button_after_a_typed_one_leaves_nothing():
    typed = (
        given(in_phase("sharing")).when(ben, ask.Say("!", CURRENT)).then(happened.HandRaised(ben))
    )
    typed.when(ben, ask.RaiseHand()).nothing()
    typed.when(ben, ask.Say(" ! ", CURRENT)).nothing()


def test_fc_02_somebody_with_the_floor_or_an_invitation_asks_for_nothing_more():
    given(with_invited(ben)).when(ben, ask.RaiseHand()).nothing()
    given(with_floor(ben)).when(ben, ask.RaiseHand()).nothing()
    unasked = [*in_phase("sharing"), called(ben)]
    assert given(unasked).state.hands == ()
    given(unasked).when(ben, ask.RaiseHand()).nothing()


def test_fc_02_somebody_who_waits_reads_their_place_though_the_queue_is_closed():
    given(with_hands(ben), happened.QueueClosed()).when(ben, ask.RaiseHand()).nothing()


def test_fc_01_hands_are_served_in_the_order_in_which_they_were_raised():
    story = given(in_phase("sharing"))
    for seat in (dana, ben, chidi):
        story = story.when(seat, ask.RaiseHand()).then(happened.HandRaised(seat))
    assert story.state.hands == (dana, ben, chidi)


@pytest.mark.parametrize("phase", WITHOUT_TURNS)
def test_hands_are_raised_only_where_one_at_a_time_has_the_floor(phase: str):
    given(in_phase(phase)).when(ben, ask.RaiseHand()).refused("no_queue_now")


def test_the_muted_raise_no_hand():
    muted = [*in_phase("sharing"), happened.Muted(ben, NOON + 60)]
    given(muted).when(ben, ask.RaiseHand()).refused("muted")
    given(muted).when(ben, ask.Say("!", CURRENT)).refused("muted")


def test_while_all_are_muted_only_facilitators_raise_a_hand():
    hushed = given(in_phase("sharing"), happened.AllMuted(NOON + 60))
    hushed.when(ben, ask.RaiseHand()).refused("all_muted")
    hushed.when(mo, ask.RaiseHand()).then(happened.HandRaised(mo))


def test_raising_a_hand_is_no_more_only_listening():
    listening = given(in_phase("sharing"), happened.ListeningChosen(ben, on=True))
    raised = listening.when(ben, ask.RaiseHand()).then(
        happened.ListeningChosen(ben, on=False), happened.HandRaised(ben)
    )
    assert raised.state.hands == (ben,)


def test_with_one_share_each_who_has_shared_raises_no_hand_but_can_be_invited():
    story = given(in_phase("sharing", single_share=True), shared(ben))
    story.when(ben, ask.RaiseHand()).refused("shared_already")
    story.when(ben, ask.Say("!", CURRENT)).refused("shared_already")
    story.when(chidi, ask.RaiseHand()).then(happened.HandRaised(chidi))
    story.when(ada, ask.Invite(CURRENT, ben)).then(called(ben))


def test_with_one_share_each_a_turn_without_a_word_is_no_share():
    silent: list[happened.AnyEntry] = [
        called(ben),
        happened.FloorTaken(ben, turn=1),
        happened.TurnEnded(ben, "passed"),
    ]
    given(in_phase("sharing", single_share=True), silent).when(ben, ask.RaiseHand()).allowed()


def test_without_that_way_of_the_group_hands_are_raised_again():
    given(in_phase("sharing"), shared(ben)).when(ben, ask.RaiseHand()).then(
        happened.HandRaised(ben)
    )


# Lowering


def test_fc_03_a_member_lowers_their_own_hand_and_may_raise_it_again_at_the_end():
    lowered = (
        given(with_hands(ben, chidi))
        .when(ben, ask.LowerHand())
        .then(happened.HandLowered(ben, by="self"))
    )
    again = lowered.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))
    assert again.state.hands == (chidi, ben)


def test_fc_03_naming_oneself_is_lowering_ones_own_hand():
    given(with_hands(ben)).when(ben, ask.LowerHand(ben)).then(happened.HandLowered(ben, by="self"))
    given(with_hands(ada)).when(ada, ask.LowerHand(ada)).then(happened.HandLowered(ada, by="self"))


def test_fc_03_lowering_no_hand_leaves_nothing():
    given(with_hands(chidi)).when(ben, ask.LowerHand()).nothing()
    given(with_hands(chidi)).when(ada, ask.LowerHand(dana)).nothing()


def test_fc_03_a_facilitator_lowers_a_hand_and_the_entry_tells_the_role_alone():
    told = given(with_hands(ben, chidi)).when(mo, ask.LowerHand(ben))
    lowered = told.then(happened.HandLowered(ben, by="facilitator"))
    assert lowered.state.hands == (chidi,)
    lowered.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))


def test_fc_03_a_member_lowers_nobody_elses_hand():
    given(with_hands(chidi)).when(ben, ask.LowerHand(chidi)).refused("facilitators_act")
    given(with_hands(ben, chidi)).when(ben, ask.LowerHands()).refused("facilitators_act")


def test_fc_03_a_hand_is_lowered_in_a_closed_queue_too():
    closed = given(with_hands(ben, chidi), happened.QueueClosed())
    closed.when(ben, ask.LowerHand()).then(happened.HandLowered(ben, by="self"))
    closed.when(ada, ask.LowerHand(chidi)).then(happened.HandLowered(chidi, by="facilitator"))


def test_fc_03_a_hand_that_is_away_is_lowered_whole():
    away = given(with_hands(ben), happened.HandWentAway(ben, NOON + 120))
    assert away.when(ben, ask.LowerHand()).allowed().state.hands_away == ()


def test_fc_03_a_facilitator_lowers_all_hands():
    lowered = given(with_hands(ben, chidi, ada)).when(mo, ask.LowerHands())
    all_down = lowered.then(
        *(happened.HandLowered(seat, by="facilitator") for seat in (ben, chidi, ada))
    )
    assert all_down.state.hands == ()
    all_down.when(mo, ask.LowerHands()).nothing()
    all_down.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))


def test_fc_03_lowering_all_leaves_the_one_who_is_asked_just_now():
    invited = given(with_invited(ben), happened.HandRaised(chidi))
    lowered = invited.when(ada, ask.LowerHands()).then(
        happened.HandLowered(chidi, by="facilitator")
    )
    lowered.when(ben, ask.Accept(CURRENT)).then(happened.FloorTaken(ben, turn=1))


def test_hands_go_down_with_the_queue():
    over = given(with_hands(ben, chidi), happened.PhaseBegan(3), happened.PhaseBegan(4))
    assert over.state.speak == "facilitator"
    assert over.state.hands == ()


def test_hands_stay_up_from_one_queue_to_the_next():
    assert given(with_hands(ben, chidi), happened.PhaseBegan(3)).state.hands == (ben, chidi)


def test_fc_05_a_hand_that_is_lowered_during_its_invitation_stays_down():
    lowered = (
        given(with_invited(ben))
        .when(ben, ask.LowerHand())
        .then(happened.HandLowered(ben, by="self"))
    )
    taken_back = lowered.when(ada, ask.EndTurn(CURRENT)).then(
        happened.InviteEnded(ben, "withdrawn")
    )
    assert taken_back.state.hands == ()
    expired = lowered.later(45).when(0, ask.Tick()).then(happened.InviteEnded(ben, "expired"))
    assert expired.state.hands == ()


# Moving


def test_a_facilitator_gives_a_hand_another_place():
    moved = given(with_hands(ben, chidi, dana)).when(ada, ask.MoveHand(dana, 1))
    story = moved.then(happened.HandMoved(dana, 1))
    assert story.state.hands == (dana, ben, chidi)
    story = story.when(mo, ask.MoveHand(dana, 2)).then(happened.HandMoved(dana, 2))
    assert story.state.hands == (ben, dana, chidi)
    story.when(ada, ask.Invite(CURRENT)).then(called(ben))


def test_a_place_behind_the_end_is_the_end():
    moved = (
        given(with_hands(ben, chidi))
        .when(ada, ask.MoveHand(ben, 99))
        .then(happened.HandMoved(ben, 2))
    )
    assert moved.state.hands == (chidi, ben)
    moved.when(ada, ask.MoveHand(ben, 2)).nothing()
    moved.when(ada, ask.MoveHand(ben, 50)).nothing()


def test_only_a_hand_that_is_up_is_moved_and_only_by_a_facilitator():
    given(with_hands(ben)).when(ada, ask.MoveHand(chidi, 1)).refused("no_such_hand")
    given(with_hands(ben, chidi)).when(chidi, ask.MoveHand(chidi, 1)).refused("facilitators_act")


def test_fc_25_nobody_moves_themselves_ahead_of_others():
    waiting = given(with_hands(ben, ada, chidi))
    waiting.when(ada, ask.MoveHand(ada, 1)).refused("not_first")
    waiting.when(ada, ask.MoveHand(ada, 2)).nothing()
    waiting.when(ada, ask.MoveHand(ada, 3)).then(happened.HandMoved(ada, 3))
    waiting.when(mo, ask.MoveHand(ada, 1)).then(happened.HandMoved(ada, 1))


# Closing


def test_fc_26_a_closed_queue_takes_no_further_hands_and_keeps_those_that_wait():
    closed = given(with_hands(ben, chidi)).when(ada, ask.CloseQueue()).then(happened.QueueClosed())
    assert closed.state.hands == (ben, chidi)
    closed.when(dana, ask.RaiseHand()).refused("queue_closed")
    closed.when(dana, ask.Say("!", CURRENT)).refused("queue_closed")
    closed.when(ada, ask.Invite(CURRENT)).then(called(ben))
    closed.when(ada, ask.CloseQueue()).nothing()


def test_fc_26_the_urgent_lane_stays_open():
    closed = given(with_hands(ben, phase="passing"), happened.QueueClosed())
    closed.when(dana, ask.RaiseHand()).refused("queue_closed")
    urgent = closed.when(dana, ask.RaiseHand(urgent=True)).then(
        happened.HandRaised(dana, 1, urgent=True)
    )
    assert urgent.state.hands == (dana, ben)


def test_fc_26_a_queue_is_opened_again_and_a_new_phase_begins_with_an_open_one():
    closed = given(with_hands(ben), happened.QueueClosed())
    opened = closed.when(mo, ask.OpenQueue()).then(happened.QueueOpened())
    opened.when(mo, ask.OpenQueue()).nothing()
    opened.when(chidi, ask.RaiseHand()).then(happened.HandRaised(chidi))
    more = closed.when(ada, ask.NextPhase(CURRENT)).then(happened.PhaseBegan(3))
    more.when(chidi, ask.RaiseHand()).then(happened.HandRaised(chidi))


@pytest.mark.parametrize("command", [ask.CloseQueue(), ask.OpenQueue()])
def test_fc_26_a_queue_is_closed_and_opened_by_facilitators_where_there_is_one(
    command: ask.CloseQueue | ask.OpenQueue,
):
    given(in_phase("sharing")).when(ben, command).refused("facilitators_act")
    given(in_phase("opening")).when(ada, command).refused("no_queue_now")
    given(seated()).when(ada, command).refused("not_open")


# Burning desire, new voices first


def test_fc_26_a_hand_in_the_urgent_lane_goes_before_all_others_in_its_order():
    story = given(with_hands(ben, phase="passing"))
    story = story.when(chidi, ask.RaiseHand(urgent=True)).then(
        happened.HandRaised(chidi, 1, urgent=True)
    )
    story = story.when(dana, ask.RaiseHand(urgent=True)).then(
        happened.HandRaised(dana, 2, urgent=True)
    )
    story = story.when(mo, ask.RaiseHand()).then(happened.HandRaised(mo))
    assert story.state.hands == (chidi, dana, ben, mo)
    assert story.state.urgent == (chidi, dana)


class Walked(tuple[int, ...]):
    """A lane that is not looked through once for each hand: of a long queue that is its square."""

    __slots__ = ()

    def __contains__(self, seat: object) -> bool:
        raise AssertionError("looked through for one hand")


def test_a_long_queue_is_walked_once_for_a_hand_and_for_a_call():
    meeting = given(with_hands(ben, chidi, phase="passing")).state
    long = replace(meeting, urgent=Walked((ben,)), put_off=Walked((chidi,)))
    assert decide(long, ask.RaiseHand(), dana, NOON) == [happened.HandRaised(dana)]
    assert passed_on(long, ada, NOON) == [called(ben, by=0, at_once=True)]


def test_an_urgent_hand_that_is_down_is_urgent_no_more():
    urgent = given(
        in_phase("passing"), happened.HandRaised(ben, urgent=True), happened.HandRaised(chidi)
    )
    lowered = urgent.when(ben, ask.LowerHand()).then(happened.HandLowered(ben, by="self"))
    again = lowered.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))
    assert (again.state.hands, again.state.urgent) == ((chidi, ben), ())


def test_there_is_an_urgent_lane_only_where_the_phase_has_one():
    sharing = given(in_phase("sharing"))
    sharing.when(ben, ask.RaiseHand(urgent=True)).refused("no_urgent_lane")
    raised = sharing.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))
    raised.when(ben, ask.RaiseHand(urgent=True)).refused("no_urgent_lane")


def test_in_a_phase_of_burning_desire_every_hand_is_urgent():
    story = given(in_phase("burning"))
    for seat in (ben, chidi):
        story = story.when(seat, ask.RaiseHand()).then(happened.HandRaised(seat, urgent=True))
    closed = story.when(ada, ask.CloseQueue()).then(happened.QueueClosed())
    closed.when(dana, ask.RaiseHand()).then(happened.HandRaised(dana, urgent=True))
    closed.when(dana, ask.Say("!", CURRENT)).then(happened.HandRaised(dana, urgent=True))


def test_into_a_phase_of_burning_desire_only_urgent_hands_are_taken():
    phases = [phase for phase in FORMAT.phases if phase.id in ("passing", "burning")]
    hands: list[happened.AnyEntry] = [
        happened.HandRaised(ben),
        happened.HandRaised(dana, 1, urgent=True),
        happened.HandRaised(chidi, 2, urgent=True),
        happened.HandMoved(chidi, 1),
        happened.HandWentAway(ben, NOON + 120),
        happened.HandWentAway(dana, NOON + 120),
    ]
    moved = given(in_phase("passing", phases), hands).when(ada, ask.NextPhase(CURRENT))
    state = moved.then(happened.PhaseBegan(1)).state
    assert (state.hands, set(state.urgent)) == ((chidi, dana), {chidi, dana})
    assert state.hands_away == (AwayHand(dana, NOON + 120),)


def test_who_has_shared_asks_again_out_of_burning_desire():
    story = given(in_phase("passing", single_share=True), shared(ben))
    story.when(ben, ask.RaiseHand()).refused("shared_already")
    story.when(ben, ask.RaiseHand(urgent=True)).then(happened.HandRaised(ben, urgent=True))


def test_fc_27_new_voices_go_first_by_raised_number_within_each_class():
    story = given(in_phase("sharing", fairness=True), shared(ben, chidi))
    story = story.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))
    story = story.when(dana, ask.RaiseHand()).then(happened.HandRaised(dana, 1))
    story = story.when(chidi, ask.RaiseHand()).then(happened.HandRaised(chidi))
    story = story.when(mo, ask.RaiseHand()).then(happened.HandRaised(mo, 2))
    assert story.state.hands == (dana, mo, ben, chidi)
    story.when(ada, ask.Invite(CURRENT)).then(called(dana))


def test_fc_27_a_new_voice_is_not_held_back_behind_one_that_let_an_invitation_go_by():
    put_off: list[happened.AnyEntry] = [
        happened.HandRaised(chidi, 1),
        called(chidi),
        happened.InviteEnded(chidi, "not_yet"),
    ]
    story = given(
        in_phase("sharing", fairness=True), shared(ben), happened.HandRaised(ben), put_off
    )
    assert story.state.hands == (ben, chidi)
    story = story.when(dana, ask.RaiseHand()).then(happened.HandRaised(dana, 1))
    assert story.state.hands == (dana, ben, chidi)


def test_fc_27_a_new_voice_goes_behind_one_that_let_an_invitation_go_by_and_before_the_others():
    put_off: list[happened.AnyEntry] = [
        happened.HandRaised(chidi),
        called(chidi),
        happened.InviteEnded(chidi, "not_yet"),
    ]
    story = given(
        in_phase("sharing", fairness=True), shared(ben), put_off, happened.HandRaised(ben)
    )
    raised = story.when(dana, ask.RaiseHand()).then(happened.HandRaised(dana, 2))
    assert raised.state.hands == (chidi, dana, ben)


def test_fc_05_among_equals_who_let_an_invitation_go_by_keeps_the_place_at_the_end_of_then():
    put_off: list[happened.AnyEntry] = [called(ben), happened.InviteEnded(ben, "not_yet")]
    story = given(with_hands(ben, chidi), put_off)
    raised = story.when(dana, ask.RaiseHand()).then(happened.HandRaised(dana))
    assert raised.state.hands == (chidi, ben, dana)


def test_fc_27_burning_desire_goes_before_new_voices():
    story = given(in_phase("passing", fairness=True), shared(ben), happened.HandRaised(dana))
    urgent = story.when(ben, ask.RaiseHand(urgent=True)).then(
        happened.HandRaised(ben, 1, urgent=True)
    )
    assert urgent.state.hands == (ben, dana)


def test_fc_27_it_is_off_by_default_and_a_phase_may_have_it_alone():
    plain = given(in_phase("sharing"), shared(ben), happened.HandRaised(ben))
    plain.when(dana, ask.RaiseHand()).then(happened.HandRaised(dana))
    (sharing,) = (phase for phase in FORMAT.phases if phase.id == "sharing")
    assert not sharing.fairness
    newcomers_first = [type(sharing)("sharing", "Sharing", 35, "queue", fairness=True)]
    fair = given(in_phase("sharing", newcomers_first), shared(ben), happened.HandRaised(ben))
    fair.when(dana, ask.RaiseHand()).then(happened.HandRaised(dana, 1))


# Somebody in the queue who drops


def away(*seats: int) -> list[happened.HandWentAway]:
    """These hands are up, and their members are not connected since noon."""
    return [happened.HandWentAway(seat, NOON + 120) for seat in seats]


def test_fc_17_the_place_of_a_member_who_drops_is_kept():
    gone = given(with_hands(ben, chidi)).when(0, ask.HandAway(ben))
    meeting = gone.then(happened.HandWentAway(ben, NOON + HAND_KEPT)).state
    assert meeting.hands == (ben, chidi)
    assert meeting.hands_away == (AwayHand(ben, NOON + 120),)


def test_fc_17_dropping_twice_leaves_nothing_and_moves_no_deadline():
    given(with_hands(ben), away(ben), after(10)).when(0, ask.HandAway(ben)).nothing()


def test_fc_17_only_a_hand_can_go_away_and_come_back():
    given(with_hands(ben)).when(0, ask.HandAway(chidi)).nothing()
    given(with_hands(ben)).when(0, ask.HandBack(ben)).nothing()
    given(with_floor(ben)).when(0, ask.HandAway(ben)).nothing()
    given(with_hands(ben, chidi), away(ben)).when(0, ask.HandBack(chidi)).nothing()


def test_fc_17_back_in_time_the_place_is_theirs():
    gone = given(with_hands(ben, chidi), away(ben), after(119.9))
    back = gone.when(0, ask.HandBack(ben)).then(happened.HandCameBack(ben))
    assert (back.state.hands, back.state.hands_away) == ((ben, chidi), ())
    back.later(60).when(0, ask.Tick()).nothing()
    back.when(ada, ask.Invite(CURRENT)).then(called(ben, at=NOON + 119.9))


def test_fc_17_p12_a_hand_that_stays_away_comes_down_once():
    gone = given(with_hands(ben, chidi), away(ben))
    gone.later(119.9).when(0, ask.Tick()).nothing()
    over = gone.later(120).when(0, ask.Tick()).then(happened.HandLowered(ben, by="away"))
    assert (over.state.hands, over.state.hands_away) == ((chidi,), ())
    over.when(0, ask.Tick()).nothing()
    over.when(0, ask.HandBack(ben)).nothing()
    over.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))


def test_fc_17_whose_place_comes_up_meanwhile_is_passed_over_and_keeps_it():
    gone = given(with_hands(ben, chidi, dana), away(ben))
    passed_over = gone.when(ada, ask.Invite(CURRENT)).then(called(chidi))
    assert passed_over.state.hands == (ben, chidi, dana)
    declined = passed_over.when(chidi, ask.Pass(CURRENT)).allowed()
    back = declined.when(0, ask.HandBack(ben)).then(happened.HandCameBack(ben))
    back.when(ada, ask.Invite(CURRENT)).then(called(ben))


def test_fc_17_when_nobody_who_waits_is_here_somebody_can_be_invited_by_name():
    gone = given(with_hands(ben), away(ben))
    gone.when(ada, ask.Invite(CURRENT)).refused("no_hands")
    gone.when(ada, ask.Invite(CURRENT, chidi)).then(called(chidi))


def test_fc_17_who_is_invited_by_name_has_the_time_of_the_invitation():
    """Presence is a hint: the facilitator may know better."""
    invited = given(with_hands(ben), away(ben)).when(ada, ask.Invite(CURRENT, ben))
    waiting = invited.then(called(ben))
    assert (waiting.state.hands, waiting.state.hands_away) == ((ben,), ())
    waiting.when(0, ask.HandAway(ben)).nothing()
    withdrawn = waiting.when(ada, ask.EndTurn(CURRENT)).then(happened.InviteEnded(ben, "withdrawn"))
    withdrawn.when(0, ask.HandAway(ben)).then(happened.HandWentAway(ben, NOON + 120))


def test_fc_17_fc_25_a_facilitator_next_among_those_who_are_here_calls_on_themselves():
    waiting = given(with_hands(ben, ada), away(ben))
    waiting.when(ada, ask.Invite(CURRENT)).then(called(ada))
    waiting.when(ada, ask.Invite(CURRENT, ada)).then(called(ada))
    given(with_hands(ada, ben), away(ada)).when(ada, ask.Invite(CURRENT, ada)).then(called(ada))
    given(with_hands(ben, ada), away(ada)).when(ada, ask.Invite(CURRENT, ada)).refused("not_first")
    given(with_hands(ben), away(ben)).when(ada, ask.Invite(CURRENT, ada)).then(called(ada))


def test_fc_17_a_hand_that_is_down_has_no_deadline():
    gone = given(with_hands(ben, chidi), away(ben, chidi))
    lowered = gone.when(ada, ask.LowerHand(ben)).then(happened.HandLowered(ben, by="facilitator"))
    assert lowered.state.hands_away == (AwayHand(chidi, NOON + 120),)
    lowered.later(120).when(0, ask.Tick()).then(happened.HandLowered(chidi, by="away"))


def test_fc_17_a_place_is_kept_into_the_next_phase_with_a_queue_and_no_further():
    gone = given(with_hands(ben), away(ben))
    more = gone.when(ada, ask.NextPhase(CURRENT)).allowed()
    assert more.state.hands_away == (AwayHand(ben, NOON + 120),)
    closing = more.when(ada, ask.NextPhase(CURRENT)).allowed()
    assert closing.state.hands_away == ()
    closed = given(with_hands(ben), away(ben), happened.Closed("facilitator"))
    assert closed.state.hands_away == ()
    closed.later(120).when(0, ask.Tick()).nothing()


def test_fc_17_fc_21_in_a_frozen_room_no_hand_goes_away_or_comes_back():
    given(with_hands(ben), happened.Frozen()).when(0, ask.HandAway(ben)).nothing()
    given(with_hands(ben), away(ben), happened.Frozen()).when(0, ask.HandBack(ben)).nothing()


def test_p12_turn_hand_and_mute_that_end_in_one_moment_end_in_one_tick():
    story = given(
        with_floor(ben),
        [
            happened.HandRaised(dana),
            happened.HandWentAway(dana, NOON + 120),
            happened.Muted(chidi, NOON + 120),
            after(30),
        ],
        happened.HolderWentAway(ben, NOON + 120),
    )
    story.later(90).when(0, ask.Tick()).then(
        happened.TurnEnded(ben, "away"),
        happened.HandLowered(dana, by="away"),
        happened.Unmuted(chidi, by="time"),
    )


# Somebody whose turn ran out while they were away


def owed(*others: int) -> list[History]:
    """Ben lost his turn by being away; these hands wait."""
    gone: list[History] = [
        happened.HolderWentAway(ben, NOON + 90),
        after(90),
        happened.TurnEnded(ben, "away"),
    ]
    return [with_floor(ben), [happened.HandRaised(seat) for seat in others], *gone]


def test_fc_16_who_comes_back_after_the_turn_was_lost_is_next():
    back = given(*owed(chidi, dana)).when(0, ask.HolderBack(ben))
    story = back.then(happened.HandRaised(ben, place=1, by="server"))
    assert story.state.hands == (ben, chidi, dana)
    story.when(0, ask.HolderBack(ben)).nothing()
    story.when(ada, ask.Invite(CURRENT)).then(called(ben, at=NOON + 90))


def test_fc_16_their_own_hand_is_next_too_if_it_is_faster():
    raised = (
        given(*owed(chidi, dana)).when(ben, ask.RaiseHand()).then(happened.HandRaised(ben, place=1))
    )
    assert raised.state.hands == (ben, chidi, dana)
    raised.when(0, ask.HolderBack(ben)).nothing()
    lowered = raised.when(ben, ask.LowerHand()).allowed()
    lowered.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))


def test_fc_16_it_is_owed_until_there_is_a_queue_again():
    story = given(*owed(), happened.PhaseBegan(3), happened.PhaseBegan(4))
    story.when(0, ask.HolderBack(ben)).nothing()
    later = given(*owed(), moves_to("passing")[3:], happened.HandRaised(chidi))
    assert later.state.phases[later.state.phase].id == "passing"
    back = later.when(0, ask.HolderBack(ben)).then(happened.HandRaised(ben, place=1, by="server"))
    assert back.state.hands == (ben, chidi)


def test_fc_16_a_closed_queue_owes_it_too():
    closed = given(*owed(), happened.QueueClosed())
    closed.when(0, ask.HolderBack(ben)).then(happened.HandRaised(ben, place=1, by="server"))


def test_fc_16_it_is_owed_once():
    invited = given(*owed(chidi)).when(ada, ask.Invite(CURRENT, ben)).allowed()
    invited.when(0, ask.HolderBack(ben)).nothing()
    holding = invited.when(ben, ask.Accept(CURRENT)).allowed()
    holding.when(0, ask.HolderBack(ben)).nothing()
    done = holding.when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done"))
    done.when(0, ask.HolderBack(ben)).nothing()
    assert done.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben)).state.hands == (
        chidi,
        ben,
    )


def test_fc_16_nothing_is_owed_to_the_muted_or_the_removed():
    given(*owed(), happened.Muted(ben, NOON + 600)).when(0, ask.HolderBack(ben)).nothing()
    given(*owed(), happened.Removed(ben)).when(0, ask.HolderBack(ben)).nothing()
    given(*owed(), happened.Frozen()).when(0, ask.HolderBack(ben)).nothing()


def test_fc_16_nothing_is_owed_to_who_was_done_or_who_never_had_it():
    given(with_floor(ben), happened.TurnEnded(ben, "done")).when(0, ask.HolderBack(ben)).nothing()
    given(*owed()).when(0, ask.HolderBack(chidi)).nothing()
