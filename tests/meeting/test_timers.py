"""Time limits: the end of a turn, the end of a phase. Each comes once, and never before it is due (P12)."""

from moderation.meeting import decider
from moderation.meeting.commands import Done, Invite, Tick
from moderation.meeting.entries import (
    AnyEntry,
    Closed,
    FloorTaken,
    HolderCameBack,
    HolderWentAway,
    Invited,
    InviteEnded,
    PhaseBegan,
    TurnEnded,
)
from tests.cast import ada, ben
from tests.meeting.spec import CURRENT, FORMAT, NOON, after, given, in_phase, with_floor

LIMIT = 5 * 60.0 + 60.0
"""Of a turn in the phase of more sharing, with the minute that it may run over."""
PHASE = 35 * 60.0
MORE, CLOSING = 3, 4


def sharing_more() -> list[AnyEntry]:
    """In the phase that has a limit for turns and ends by time, Ben has the floor since noon."""
    assert (FORMAT.phases[MORE].turn, FORMAT.phases[MORE].ends) == (5, "time")
    return [*in_phase("more"), Invited(ben, by=ada), FloorTaken(ben, turn=1)]


def test_fc_14_p12_a_turn_is_ended_a_minute_after_its_limit_and_once():
    sharing = given(sharing_more())
    assert decider.due(sharing.state) == NOON + LIMIT
    sharing.later(LIMIT - 0.1).when(0, Tick()).nothing()
    over = sharing.later(LIMIT).when(0, Tick()).then(TurnEnded(ben, "time"))
    assert over.state.holder is None
    over.when(0, Tick()).nothing()


def test_fc_14_a_phase_without_a_limit_ends_no_turn():
    assert FORMAT.phases[2].turn == 0
    given(with_floor(ben)).later(3600).when(0, Tick()).nothing()


def test_fc_16_the_clock_of_a_turn_stands_still_while_its_holder_is_away():
    away = given(sharing_more(), after(60), HolderWentAway(ben, NOON + 150))
    assert decider.due(away.state) == NOON + 150
    back = given(
        sharing_more(), after(60), HolderWentAway(ben, NOON + 150), after(80), HolderCameBack(ben)
    )
    assert (back.state.turn_paused, back.state.away_since) == (80, None)
    assert decider.due(back.state) == NOON + LIMIT + 80
    later = LIMIT + 80 - 140
    back.later(later - 1).when(0, Tick()).nothing()
    back.later(later).when(0, Tick()).then(TurnEnded(ben, "time"))


def test_the_next_turn_has_its_own_time():
    first = given(sharing_more(), after(200)).when(ben, Done(CURRENT)).allowed()
    second = first.when(ada, Invite(CURRENT, ben)).allowed()
    assert second.state.turn_paused == 0.0
    assert decider.due(second.state) == NOON + PHASE, "an invitation has no limit yet"


def test_fc_29_p12_a_phase_ends_by_time_and_the_next_begins_once():
    more = given(in_phase("more"))
    assert decider.due(more.state) == NOON + PHASE
    more.later(PHASE - 0.1).when(0, Tick()).nothing()
    over = more.later(PHASE).when(0, Tick()).then(PhaseBegan(CLOSING, by="time"))
    over.when(0, Tick()).nothing()


def test_fc_29_an_open_invitation_ends_with_the_phase():
    invited = given(in_phase("more"), Invited(ben, by=ada)).later(PHASE)
    invited.when(0, Tick()).then(InviteEnded(ben, "phase"), PhaseBegan(CLOSING, by="time"))


def test_fc_29_a_running_turn_may_finish_and_nobody_else_is_invited():
    late = given(
        in_phase("more"), after(PHASE - 60), Invited(ben, by=ada), FloorTaken(ben, turn=1)
    ).later(90)
    late.when(0, Tick()).nothing()
    done = late.when(ben, Done(CURRENT)).then(TurnEnded(ben, "done"))
    done.when(ada, Invite(CURRENT, ben)).refused("phase_over")
    assert decider.due(done.state) == NOON + PHASE
    done.when(0, Tick()).then(PhaseBegan(CLOSING, by="time"))


def test_fc_29_a_turn_that_runs_out_takes_its_phase_with_it():
    late = given(in_phase("more"), after(PHASE - 60), Invited(ben, by=ada), FloorTaken(ben, turn=1))
    over = late.later(LIMIT).when(0, Tick())
    over.then(TurnEnded(ben, "time"), PhaseBegan(CLOSING, by="time")).when(0, Tick()).nothing()


def test_the_last_phase_closes_the_meeting_when_it_ends_by_time():
    silence = given(in_phase("silence"))
    assert FORMAT.phases[-1].ends == "time"
    silence.later(5 * 60 - 1).when(0, Tick()).nothing()
    silence.later(5 * 60).when(0, Tick()).then(Closed("time")).when(0, Tick()).nothing()


def test_a_phase_that_the_facilitator_ends_has_no_end_of_its_own():
    assert FORMAT.phases[0].ends == "facilitator"
    assert given(in_phase("gathering")).state.phase_until is None
    given(in_phase("gathering")).later(3600).when(0, Tick()).nothing()
