"""The holder's clock stands still for a moment while they change a line that came back (CM-15)."""

from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import ROOM, audience, from_snapshot, snapshot
from moderation.meeting.decider import due
from moderation.meeting.turn import turn_until
from tests.cast import ada, ben, chidi
from tests.meeting.spec import CURRENT, NOON, MeetingSituation, after, given, in_phase, with_floor

TURN = with_floor(ben, phase="more")
"""Five minutes and one of grace."""
GIVEN = happened.MomentGiven(ben, until=NOON + 70)
MOMENT = [*TURN, after(10), GIVEN]
ENDED = happened.MomentEnded(ben)
GIVE = ask.GiveMoment(ben)
LINE = ask.Say("Hello", CURRENT)
SAID = happened.Said(seat=ben, turn=1, words="Hello")
OVER = NOON + 360


def runs_until(story: MeetingSituation) -> float | None:
    return turn_until(story.state)[0]


def test_cm_15_the_clock_stands_still_until_the_next_line():
    story = given(TURN, after(10))
    assert runs_until(story) == OVER
    story = story.when(0, GIVE).then(GIVEN)
    assert runs_until(story) is None
    story = story.later(40).when(ben, LINE).then(SAID, ENDED)
    assert runs_until(story) == OVER + 40


def test_cm_15_at_the_latest_it_runs_again_after_a_minute():
    story = given(MOMENT)
    assert due(story.state) == NOON + 70
    story.later(59.9).when(0, ask.Tick()).nothing()
    story = story.later(60).when(0, ask.Tick()).then(ENDED)
    assert runs_until(story) == OVER + 60
    story.when(0, ask.Tick()).nothing()


def test_cm_15_once_a_line():
    story = given(MOMENT).when(0, GIVE).nothing()
    story = story.later(60).when(0, ask.Tick()).then(ENDED).when(0, GIVE).nothing()
    story = story.when(ben, LINE).then(SAID)
    story.when(0, GIVE).then(happened.MomentGiven(ben, until=NOON + 130))


def test_cm_15_it_is_the_holders_alone_and_where_a_clock_runs():
    given(TURN).when(0, ask.GiveMoment(chidi)).nothing()
    given(with_floor(ben)).when(0, GIVE).nothing()
    given(in_phase("gathering")).when(0, GIVE).nothing()
    given(TURN, happened.Frozen()).when(0, GIVE).nothing()
    given(TURN, happened.PauseBegan()).when(0, GIVE).nothing()
    given().when(0, GIVE).nothing()
    given(TURN, happened.HolderWentAway(ben, NOON + 90)).when(0, GIVE).nothing()
    given(TURN, after(360)).when(0, GIVE).nothing()


def test_cm_15_the_turn_takes_its_moment_along_when_it_ends():
    state = given(MOMENT).when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done")).state
    assert (state.moment_until, state.had_moment) == (None, False)


def test_cm_15_whatever_else_holds_the_clock_up_goes_on_holding_it():
    story = given(MOMENT, happened.PauseBegan(), after(60)).when(0, ask.Tick()).then(ENDED)
    assert runs_until(story) is None
    story = story.later(10).when(ada, ask.Resume()).then(happened.PauseEnded())
    assert runs_until(story) == OVER + 70
    story = given(MOMENT, happened.PauseBegan(), after(20), happened.PauseEnded())
    assert runs_until(story) is None


def test_cm_15_a_freeze_takes_nothing_of_it():
    story = given(MOMENT, after(20), happened.Frozen(), after(100), happened.Thawed())
    assert story.state.moment_until == NOON + 170


def test_cm_15_the_last_line_of_a_turn_may_come_a_moment_later():
    end = NOON + 360
    granted = happened.LastLineGranted(ben, end + 5)
    story = given(TURN, happened.DraftAnnounced(ben), after(360), granted)
    story = story.later(2).when(0, GIVE).then(happened.MomentGiven(ben, until=end + 62))
    story.later(30).when(ben, LINE).then(SAID, happened.TurnEnded(ben, "time"))
    story = story.later(60).when(0, ask.Tick()).then(ENDED)
    story.later(3).when(0, ask.Tick()).then(happened.TurnEnded(ben, "time"))


def test_cm_15_the_room_reads_that_the_clock_stands_and_no_reason():
    assert audience(GIVEN) == ROOM
    assert happened.MomentGiven.__struct_fields__ == ("seat", "until")
    shown = snapshot(given(MOMENT).state, chidi)
    assert (shown.moment_until, shown.turn_stopped_at) == (NOON + 70, NOON + 10)
    assert replace(from_snapshot(shown), seats=given(MOMENT).state.seats).moment_until == NOON + 70
