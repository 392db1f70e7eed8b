"""The agenda: convening, opening, moving through the phases, closing."""

import pytest
from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.agenda import LEFT_OPEN
from moderation.meeting.format import Flags, OnEnter, Phase
from tests.cast import ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    CURRENT,
    FORMAT,
    NOON,
    ROUND,
    STALE,
    after,
    called,
    convened,
    given,
    in_phase,
    seated,
    with_floor,
    with_hands,
    with_invited,
)


def test_a_log_begins_with_its_agenda():
    ways = Flags(single_share=True, door="open")
    begun = given().when(0, ask.Convene(FORMAT.id, FORMAT.phases, ways))
    meeting = begun.then(happened.Convened(FORMAT.id, FORMAT.phases, ways)).state
    assert (meeting.format, meeting.phases, meeting.phase) == (FORMAT.id, FORMAT.phases, -1)
    assert (meeting.flags, meeting.convened_at) == (ways, NOON)


def test_a_meeting_is_convened_once():
    given(convened()).when(0, ask.Convene("another", FORMAT.phases[:1])).nothing()


def test_a_facilitator_opens_the_meeting_in_its_first_phase():
    opened = (
        given(seated(), after(60))
        .when(ada, ask.Open())
        .then(happened.Opened(by=ada), happened.PhaseBegan(0))
    )
    assert (opened.state.is_open, opened.state.opened_at) == (True, NOON + 60)
    assert opened.state.chair == ada


def test_opening_an_open_meeting_leaves_nothing():
    given(in_phase("sharing")).when(mo, ask.Open()).nothing()


def test_a_closed_meeting_opens_no_more():
    given(in_phase("after"), happened.Closed("facilitator")).when(ada, ask.Open()).refused(
        "meeting_closed"
    )


def test_a_facilitator_moves_through_every_phase_and_no_further():
    story = given(in_phase("gathering"))
    assert FORMAT.phases[14].speak == "round"
    for number in range(1, len(FORMAT.phases)):
        moved = story.when(ada, ask.NextPhase(CURRENT))
        if number == 14:
            story = moved.then(
                happened.PhaseBegan(14, order=ROUND), called(ben, by=0, at_once=True)
            )
        elif number == 15:
            story = moved.then(happened.InviteEnded(ben, "phase"), happened.PhaseBegan(15))
        else:
            story = moved.then(happened.PhaseBegan(number))
    story.when(ada, ask.NextPhase(CURRENT)).refused("last_phase")


def test_of_two_facilitators_who_move_on_at_once_one_does():
    both = given(in_phase("gathering"))
    epoch = both.state.epoch
    moved = both.when(ada, ask.NextPhase(epoch)).then(happened.PhaseBegan(1))
    moved.when(mo, ask.NextPhase(epoch)).refused("stale_epoch")
    given(in_phase("opening")).when(ada, ask.NextPhase(STALE)).refused("stale_epoch")


def test_a_phase_ends_the_turn_and_the_invitation_of_the_one_before():
    holding = given(with_floor(ben)).when(ada, ask.NextPhase(CURRENT))
    holding.then(happened.TurnEnded(ben, "phase"), happened.PhaseBegan(3))
    invited = given(with_invited(ben)).when(ada, ask.NextPhase(CURRENT))
    invited.then(happened.InviteEnded(ben, "phase"), happened.PhaseBegan(3))


def test_the_meeting_goes_on_only_while_it_is_open():
    closed = [*in_phase("after"), happened.Closed("facilitator")]
    for command in (ask.NextPhase(CURRENT), ask.Close()):
        given(seated()).when(ada, command).refused("not_open")
        given(closed).when(ada, command).refused("meeting_closed")


def test_fc_21_a_frozen_room_stays_in_its_phase():
    frozen = given(in_phase("gathering"), happened.Frozen())
    frozen.when(ada, ask.NextPhase(CURRENT)).refused("frozen")
    frozen.when(ada, ask.Close()).then(happened.Closed("facilitator"))


@pytest.mark.parametrize("command", [ask.Open(), ask.NextPhase(CURRENT), ask.Close()])
def test_members_hold_no_meeting(command: ask.Open | ask.NextPhase | ask.Close):
    given(seated()).when(ben, command).refused("facilitators_act")
    given(in_phase("sharing")).when(ben, command).refused("facilitators_act")


def test_a_facilitator_closes_the_meeting_in_any_phase():
    for phase in FORMAT.phases:
        closed = given(in_phase(phase.id), after(60)).when(mo, ask.Close()).allowed()
        assert closed.log_entries()[-1] == happened.Closed("facilitator")
        assert (closed.state.is_open, closed.state.closed_at) == (False, NOON + 60)


def test_the_close_ends_turn_invitation_and_queue():
    holding = given(with_floor(ben)).when(ada, ask.Close())
    holding.then(happened.TurnEnded(ben, "phase"), happened.Closed("facilitator"))
    invited = given(with_invited(ben)).when(ada, ask.Close())
    ended = invited.then(happened.InviteEnded(ben, "phase"), happened.Closed("facilitator"))
    assert ended.state.hands == ()
    assert given(with_hands(ben)).when(ada, ask.Close()).allowed().state.hands == ()


def test_the_close_is_a_new_epoch():
    story = given(in_phase("after"))
    assert story.when(ada, ask.Close()).allowed().state.epoch == story.state.epoch + 1


def test_p20_a_meeting_that_was_left_open_is_closed_by_time():
    story = given(in_phase("after"))
    story.later(LEFT_OPEN - 1).when(0, ask.Tick()).nothing()
    story.later(LEFT_OPEN).when(0, ask.Tick()).then(happened.Closed("time")).when(
        0, ask.Tick()
    ).nothing()


def test_p20_a_meeting_that_nobody_opened_is_closed_by_time():
    given(seated(), after(LEFT_OPEN - 1)).when(0, ask.Tick()).nothing()
    given(seated(), after(LEFT_OPEN)).when(0, ask.Tick()).then(happened.Closed("time"))
    given(convened(), after(LEFT_OPEN)).when(0, ask.Tick()).then(happened.Closed("time"))


def test_p20_the_time_counts_from_the_opening():
    late = given(
        seated(), after(LEFT_OPEN - 1), happened.Opened(by=ada), happened.PhaseBegan(0), after(2)
    )
    late.when(0, ask.Tick()).nothing()


def test_p20_closing_by_time_ends_the_turn_too():
    holding = given(with_floor(ben), happened.HandRaised(mo), after(LEFT_OPEN))
    holding.when(0, ask.Tick()).then(happened.TurnEnded(ben, "phase"), happened.Closed("time"))


def test_p12_closing_by_time_ends_every_other_timer():
    muted = given(in_phase("after"), happened.Muted(ben, NOON + 60), after(LEFT_OPEN))
    closed = muted.when(0, ask.Tick()).then(happened.Closed("time"))
    closed.when(0, ask.Tick()).nothing()


def test_p12_no_timer_runs_in_a_closed_meeting():
    closed = (
        given(in_phase("after"), happened.Muted(ben, NOON + 60)).when(ada, ask.Close()).allowed()
    )
    closed.later(60).when(0, ask.Tick()).nothing()


def test_p12_a_meeting_that_was_not_convened_has_nothing_due():
    given().later(LEFT_OPEN).when(0, ask.Tick()).nothing()


def test_nobody_speaks_in_a_phase_that_has_not_begun():
    given(seated()).when(ben, ask.Say("Hello", CURRENT)).refused("not_open")


# Entering a phase


def entering(*on_enter: OnEnter) -> list[Phase]:
    return [
        Phase("gathering", "Gathering", 10, "open"),
        Phase("sharing", "Sharing", 35, "queue", on_enter=on_enter),
        Phase("after", "After", 15, "open", on_enter=("unlock",)),
    ]


def test_a_phase_locks_the_door_on_entering_and_another_unlocks_it():
    story = given(in_phase("gathering", entering("lock")))
    story = story.when(ada, ask.NextPhase(CURRENT)).then(happened.PhaseBegan(1), happened.Locked())
    assert story.state.locked
    story = story.when(ada, ask.NextPhase(CURRENT)).then(
        happened.PhaseBegan(2), happened.Unlocked()
    )
    assert not story.state.locked


def test_a_door_that_is_locked_or_unlocked_already_is_left_as_it_is():
    locked = given(in_phase("gathering", entering("lock")), happened.Locked())
    moved = locked.when(ada, ask.NextPhase(CURRENT)).then(happened.PhaseBegan(1))
    unlocked = moved.when(ada, ask.Unlock()).allowed()
    unlocked.when(ada, ask.NextPhase(CURRENT)).then(happened.PhaseBegan(2))


def test_a_phase_can_begin_with_a_closed_queue():
    story = given(in_phase("gathering", entering("close_queue")))
    moved = story.when(ada, ask.NextPhase(CURRENT)).then(
        happened.PhaseBegan(1), happened.QueueClosed()
    )
    moved.when(ben, ask.RaiseHand()).refused("queue_closed")


def test_the_first_phase_is_entered_like_any_other():
    phases = [Phase("lobby", "Lobby", 5, "open", on_enter=("lock",))]
    given(seated(phases)).when(ada, ask.Open()).then(
        happened.Opened(by=ada), happened.PhaseBegan(0), happened.Locked()
    )


def test_fc_29_a_phase_that_begins_by_time_is_entered_like_any_other():
    phases = [replace(entering()[0], ends="time"), *entering("lock", "close_queue")[1:]]
    over = given(in_phase("gathering", phases), after(600)).when(0, ask.Tick())
    over.then(happened.PhaseBegan(1, by="time"), happened.Locked(), happened.QueueClosed())


def test_fc_19_a_mute_for_the_phase_ends_with_it_and_every_other_goes_on():
    end = NOON + LEFT_OPEN
    muted = given(
        in_phase("gathering"),
        [
            happened.Muted(chidi, end, "phase"),
            happened.Muted(ben, end, "phase"),
            happened.Muted(dana, end, "meeting"),
        ],
    )
    moved = muted.when(ada, ask.NextPhase(CURRENT)).then(
        happened.Unmuted(ben, "phase"), happened.Unmuted(chidi, "phase"), happened.PhaseBegan(1)
    )
    assert list(moved.state.mutes) == [dana]


def test_every_phase_begins_with_an_open_queue_and_nobody_introduced():
    said = happened.Said(seat=ben, words="Ben, hello")
    story = given(in_phase("newcomers"), said).when(ada, ask.NextPhase(CURRENT)).allowed()
    assert given(in_phase("newcomers"), said).state.said[ben] == 1
    assert (story.state.queue_open, dict(story.state.said)) == (True, {})


def test_who_was_not_reached_in_a_round_has_no_hand_up_in_the_queue_after_it():
    """The order of a round is nobody's wish; an urgent hand that went up in it is."""
    phases = (
        Phase("round", "Round", 20, "round", urgent="beside"),
        Phase("sharing", "Sharing", 20, "queue", urgent="beside"),
    )
    story = given(in_phase("round", phases)).when(ben, ask.Pass(CURRENT)).allowed()
    assert story.state.hands == ROUND[1:]
    assert story.when(ada, ask.NextPhase(CURRENT)).allowed().state.hands == ()
    urgent = story.when(ben, ask.RaiseHand(urgent=True)).allowed()
    assert urgent.when(ada, ask.NextPhase(CURRENT)).allowed().state.hands == (ben,)
