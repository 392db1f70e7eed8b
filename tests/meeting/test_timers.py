"""The end of a phase by time: it comes once, and never before it is due (P12)."""

from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.format import Phase
from tests.cast import ada, ben, chidi
from tests.meeting.spec import (
    CURRENT,
    FORMAT,
    NOON,
    History,
    after,
    called,
    given,
    in_phase,
    with_floor,
    with_hands,
)

LIMIT = 5 * 60.0 + 60.0
PHASE = 35 * 60.0
MORE, CLOSING = 3, 4


def last_minute() -> list[History]:
    """In the phase that ends by time, Ben takes the floor a minute before that."""
    floor: list[History] = [called(ben, at=NOON + PHASE - 60), happened.FloorTaken(ben, turn=1)]
    return [in_phase("more"), after(PHASE - 60), *floor]


def test_fc_29_p12_a_phase_ends_by_time_and_the_next_begins_once():
    more = given(in_phase("more"))
    assert decider.due(more.state) == NOON + PHASE
    more.later(PHASE - 0.1).when(0, ask.Tick()).nothing()
    over = more.later(PHASE).when(0, ask.Tick()).then(happened.PhaseBegan(CLOSING, by="time"))
    over.when(0, ask.Tick()).nothing()


def test_fc_29_an_open_invitation_ends_with_the_phase():
    invited = given(in_phase("more"), after(PHASE - 10), called(ben, at=NOON + PHASE - 10)).later(
        10
    )
    invited.when(0, ask.Tick()).then(
        happened.InviteEnded(ben, "phase"), happened.PhaseBegan(CLOSING, by="time")
    )


def test_fc_29_a_running_turn_may_finish_and_nobody_else_is_invited():
    late = given(last_minute()).later(90)
    late.when(0, ask.Tick()).nothing()
    done = late.when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done"))
    done.when(ada, ask.Invite(CURRENT, ben)).refused("phase_over")
    assert decider.due(done.state) == NOON + PHASE
    done.when(ada, ask.Next(CURRENT)).refused("phase_over")
    done.when(0, ask.Tick()).then(happened.PhaseBegan(CLOSING, by="time"))


def test_fc_29_a_turn_that_runs_out_takes_its_phase_with_it():
    late = given(last_minute())
    over = late.later(LIMIT).when(0, ask.Tick())
    over.then(happened.TurnEnded(ben, "time"), happened.PhaseBegan(CLOSING, by="time")).when(
        0, ask.Tick()
    ).nothing()


def test_fc_29_a_floor_that_passes_on_by_itself_stops_with_the_time_of_the_phase():
    phases = [
        Phase("sharing", "Sharing", 10, "queue", ends="time", calls="next"),
        Phase("after", "After", 5, "open"),
    ]
    late = given(with_floor(ben, phase="sharing", phases=phases), happened.HandRaised(chidi)).later(
        601
    )
    done = late.when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done"))
    done.when(0, ask.Tick()).then(happened.PhaseBegan(1, by="time"))
    late.when(ada, ask.Next(CURRENT)).then(happened.TurnEnded(ben, "ended"))
    invited = given(with_hands(ben, chidi, phases=phases), after(560), called(ben, at=NOON + 560))
    invited.later(45).when(0, ask.Tick()).then(
        happened.InviteEnded(ben, "expired"), happened.PhaseBegan(1, by="time")
    )


def test_fc_29_the_time_of_a_phase_runs_on_in_a_pause_and_its_turn_is_waited_for():
    paused = given(last_minute(), happened.PauseBegan())
    assert decider.due(paused.state) == NOON + 12 * 3600
    paused.later(3600).when(0, ask.Tick()).nothing()
    done = paused.later(3600).when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done"))
    done.when(0, ask.Tick()).then(happened.PhaseBegan(CLOSING, by="time"))


def test_fc_19_a_mute_for_the_phase_ends_when_its_time_is_over_and_once():
    end = NOON + 12 * 3600
    muted = given(
        in_phase("more"), happened.Muted(ben, end, "phase"), happened.Muted(chidi, end, "meeting")
    )
    over = muted.later(PHASE).when(0, ask.Tick())
    over.then(happened.Unmuted(ben, "phase"), happened.PhaseBegan(CLOSING, by="time"))
    both = given(in_phase("more"), happened.Muted(ben, NOON + PHASE)).later(PHASE)
    both.when(0, ask.Tick()).then(
        happened.Unmuted(ben, "time"), happened.PhaseBegan(CLOSING, by="time")
    )


def test_the_last_phase_closes_the_meeting_when_it_ends_by_time():
    quiet = given(in_phase("quiet"))
    assert FORMAT.phases[-1].ends == "time"
    quiet.later(5 * 60 - 1).when(0, ask.Tick()).nothing()
    quiet.later(5 * 60).when(0, ask.Tick()).then(happened.Closed("time")).when(
        0, ask.Tick()
    ).nothing()


def test_the_last_phase_takes_its_invitation_with_it():
    phases = [Phase("sharing", "Sharing", 10, "queue", ends="time")]
    invited = given(in_phase("sharing", phases), after(590), called(ben, at=NOON + 590))
    invited.later(10).when(0, ask.Tick()).then(
        happened.InviteEnded(ben, "phase"), happened.Closed("time")
    )


def test_a_phase_that_the_facilitator_ends_has_no_end_of_its_own():
    assert FORMAT.phases[0].ends == "facilitator"
    assert given(in_phase("gathering")).state.phase_until is None
    given(in_phase("gathering")).later(3600).when(0, ask.Tick()).nothing()
