"""One turn's time: its limit, more of it, a pause, its last line."""

import pytest

from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.format import Phase
from moderation.meeting.turn import turn_until
from tests.cast import ada, ben, chidi, mo
from tests.meeting.spec import (
    CURRENT,
    FORMAT,
    NOON,
    STALE,
    MeetingSituation,
    after,
    bounced,
    called,
    given,
    in_phase,
    seated,
    with_floor,
    with_invited,
)

LIMIT = 5 * 60.0 + 60.0
"""Of a turn in the phase of more sharing, with the minute that it may run over."""


def sharing_more() -> list[happened.AnyEntry]:
    """In the phase that has a limit for turns and ends by time, Ben has the floor since noon."""
    return with_floor(ben, phase="more")


def limit(story: MeetingSituation) -> float | None:
    """Seconds of the running turn that are left now."""
    until, reason = turn_until(story.state)
    assert reason == "time"
    return None if until is None else until - story.now


# The limit


def test_fc_14_p12_a_turn_is_ended_a_minute_after_its_limit_and_once():
    sharing = given(sharing_more())
    assert sharing.state.phases[3].turn == 5
    assert decider.due(sharing.state) == NOON + LIMIT
    sharing.later(LIMIT - 0.1).when(0, ask.Tick()).nothing()
    over = sharing.later(LIMIT).when(0, ask.Tick()).then(happened.TurnEnded(ben, "time"))
    assert over.state.holder is None
    over.when(0, ask.Tick()).nothing()


def test_fc_14_a_phase_without_a_limit_ends_no_turn():
    assert FORMAT.phases[2].turn == 0
    given(with_floor(ben)).later(3600).when(0, ask.Tick()).nothing()


def test_fc_14_a_phase_says_how_long_a_turn_may_run_over():
    strict = [Phase("sharing", "Sharing", 35, "queue", turn=3, grace=0)]
    holding = given(with_floor(ben, phases=strict))
    holding.later(179.9).when(0, ask.Tick()).nothing()
    holding.later(180).when(0, ask.Tick()).then(happened.TurnEnded(ben, "time"))


def test_fc_14_the_holder_writes_on_between_the_soft_end_and_the_hard_one():
    late = given(sharing_more()).later(LIMIT - 1)
    late.when(ben, ask.Say("One word more", CURRENT)).then(
        happened.Said(seat=ben, turn=1, words="One word more")
    )


def test_fc_14_at_the_hard_end_the_floor_passes_on_where_it_does_so_by_itself():
    holding = given(with_floor(ben, phase="passing"), happened.HandRaised(chidi))
    holding.later(240).when(0, ask.Tick()).then(
        happened.TurnEnded(ben, "time"), called(chidi, by=0, at=NOON + 240, at_once=True)
    )


def test_fc_14_the_next_turn_has_its_own_time():
    first = given(sharing_more(), after(200)).when(ben, ask.Done(CURRENT)).allowed()
    second = first.when(ada, ask.Invite(CURRENT, ben)).allowed()
    assert second.state.turn_paused == 0.0
    holding = second.when(ben, ask.Accept(CURRENT)).allowed()
    assert limit(holding) == LIMIT


# Words that are not sent yet


def test_fc_14_a_draft_that_was_announced_may_follow_once_at_the_hard_end():
    holding = (
        given(sharing_more())
        .when(ben, ask.AnnounceDraft(CURRENT))
        .then(happened.DraftAnnounced(ben))
    )
    granted = (
        holding.later(LIMIT)
        .when(0, ask.Tick())
        .then(happened.LastLineGranted(ben, NOON + LIMIT + 5))
    )
    assert decider.due(granted.state) == NOON + LIMIT + 5
    granted.when(0, ask.Tick()).nothing()
    line = granted.later(2).when(ben, ask.Say("and thank you", CURRENT))
    over = line.then(
        happened.Said(seat=ben, turn=1, words="and thank you"), happened.TurnEnded(ben, "time")
    )
    over.when(ben, ask.Say("and more", STALE)).refused("turn_ended")


def test_fc_14_a_last_line_that_does_not_come_is_waited_for_five_seconds():
    granted = given(
        sharing_more(),
        happened.DraftAnnounced(ben),
        after(LIMIT),
        happened.LastLineGranted(ben, NOON + LIMIT + 5),
    )
    granted.later(4.9).when(0, ask.Tick()).nothing()
    granted.later(5).when(0, ask.Tick()).then(happened.TurnEnded(ben, "time")).when(
        0, ask.Tick()
    ).nothing()


def test_fc_14_after_the_last_line_the_floor_passes_on():
    granted = given(
        with_floor(ben, phase="passing"),
        [
            happened.HandRaised(chidi),
            happened.DraftAnnounced(ben),
            after(240),
            happened.LastLineGranted(ben, NOON + 245),
        ],
    )
    line = granted.when(ben, ask.Say("Thank you", CURRENT))
    line.then(
        happened.Said(seat=ben, turn=1, words="Thank you"),
        happened.TurnEnded(ben, "time"),
        called(chidi, by=0, at=NOON + 240, at_once=True),
    )


def test_fc_14_a_bounced_last_line_can_be_changed_and_sent():
    granted = given(
        sharing_more(),
        happened.DraftAnnounced(ben),
        after(LIMIT),
        happened.LastLineGranted(ben, NOON + LIMIT + 5),
    )
    line = granted.when(ben, ask.Say("call 1", CURRENT), bounced("contact_details", 5, 6))
    line.refused("contact_details", spans=[(5, 6)]).when(ben, ask.Say("bye", CURRENT)).allowed()


def test_fc_14_a_draft_is_announced_once_and_by_the_holder():
    holding = given(sharing_more())
    announced = holding.when(ben, ask.AnnounceDraft(CURRENT)).allowed()
    announced.when(ben, ask.AnnounceDraft(CURRENT)).nothing()
    holding.when(chidi, ask.AnnounceDraft(CURRENT)).refused("not_your_turn")
    holding.when(ada, ask.AnnounceDraft(CURRENT)).refused("not_your_turn")
    holding.when(ben, ask.AnnounceDraft(STALE)).refused("stale_epoch")
    given(in_phase("more")).when(ben, ask.AnnounceDraft(CURRENT)).refused("not_your_turn")


def test_fc_14_a_draft_is_of_one_turn():
    first = given(sharing_more(), happened.DraftAnnounced(ben), happened.TurnEnded(ben, "done"))
    second = first.given(called(ben), happened.FloorTaken(ben, turn=2)).later(LIMIT)
    second.when(0, ask.Tick()).then(happened.TurnEnded(ben, "time"))


def test_fc_14_a_last_line_is_of_one_turn():
    granted = given(
        sharing_more(),
        happened.DraftAnnounced(ben),
        after(LIMIT),
        happened.LastLineGranted(ben, NOON + LIMIT + 5),
    )
    ended = granted.when(ben, ask.Done(CURRENT)).allowed()
    second = ended.when(ada, ask.Invite(CURRENT, chidi)).allowed().when(chidi, ask.Accept(CURRENT))
    assert limit(second.allowed()) == LIMIT


def test_fc_14_where_turns_have_no_limit_a_draft_waits_for_nothing():
    given(with_floor(ben), happened.DraftAnnounced(ben)).later(3600).when(0, ask.Tick()).nothing()


# More time


@pytest.mark.parametrize("minutes", [1, 5])
def test_fc_15_a_facilitator_gives_a_turn_some_minutes_more(minutes: int):
    extended = given(sharing_more(), after(60)).when(mo, ask.Extend(CURRENT, minutes))
    story = extended.then(happened.TurnExtended(ben, minutes))
    assert limit(story) == LIMIT - 60 + 60 * minutes
    again = story.when(ada, ask.Extend(CURRENT, 1)).then(happened.TurnExtended(ben, 1))
    assert limit(again) == LIMIT - 60 + 60 * (minutes + 1)
    assert again.state.epoch == given(sharing_more()).state.epoch


def test_fc_15_a_turn_that_waits_for_its_last_line_can_be_given_more():
    granted = given(
        sharing_more(),
        happened.DraftAnnounced(ben),
        after(LIMIT),
        happened.LastLineGranted(ben, NOON + LIMIT + 5),
    )
    story = granted.when(ada, ask.Extend(CURRENT, 1)).allowed()
    assert limit(story) == 60
    story.when(ben, ask.Say("One", CURRENT)).then(happened.Said(seat=ben, turn=1, words="One"))


def test_fc_15_more_time_is_for_one_turn():
    first = given(sharing_more(), happened.TurnExtended(ben, 5), happened.TurnEnded(ben, "done"))
    assert limit(first.given(called(ben), happened.FloorTaken(ben, turn=2))) == LIMIT


def test_fc_15_more_time_is_a_facilitators_to_give_to_a_turn_with_a_limit():
    given(sharing_more()).when(ben, ask.Extend(CURRENT, 1)).refused("facilitators_act")
    given(sharing_more()).when(ada, ask.Extend(STALE, 1)).refused("stale_epoch")
    given(in_phase("more")).when(ada, ask.Extend(CURRENT, 1)).refused("floor_free")
    given(with_floor(ben)).when(ada, ask.Extend(CURRENT, 1)).refused("no_limit")


# A pause


def test_fc_15_in_a_pause_the_clock_of_a_turn_stands_still():
    paused = given(sharing_more(), after(60)).when(ada, ask.Pause()).then(happened.PauseBegan())
    assert limit(paused) is None
    paused.later(3600).when(0, ask.Tick()).nothing()
    resumed = paused.later(200).when(mo, ask.Resume()).then(happened.PauseEnded())
    assert limit(resumed) == LIMIT - 60
    assert resumed.state.total_pause == 200


def test_fc_15_all_pauses_are_counted():
    story = given(
        in_phase("more"), happened.PauseBegan(), after(20), happened.PauseEnded(), after(5)
    )
    story = story.when(ada, ask.Pause()).allowed().later(30).when(ada, ask.Resume()).allowed()
    assert (story.state.total_pause, story.state.paused_at) == (50, None)


def test_fc_15_in_a_pause_an_invitation_does_not_expire():
    paused = given(with_invited(ben), after(40), happened.PauseBegan())
    paused.later(3600).when(0, ask.Tick()).nothing()
    resumed = paused.later(100).when(ada, ask.Resume()).allowed()
    assert resumed.state.invite_until == NOON + 45 + 100
    resumed.later(4.9).when(0, ask.Tick()).nothing()
    resumed.later(5).when(0, ask.Tick()).then(happened.InviteEnded(ben, "expired"))


def test_fc_15_of_two_things_that_hold_the_floor_up_the_last_to_go_lets_it_run():
    """A pause from 10 to 100, a mute of all from 40 to 160: 150 s do not count, whichever clock it is."""
    turn = given(
        sharing_more(), after(10), happened.PauseBegan(), after(30), happened.AllMuted(NOON + 160)
    )
    resumed = turn.later(60).when(ada, ask.Resume()).then(happened.PauseEnded())
    assert limit(resumed) is None
    over = resumed.later(60).when(0, ask.Tick()).then(happened.AllUnmuted("time"))
    assert limit(over) == LIMIT - 10
    asked = given(
        with_invited(ben),
        after(10),
        happened.PauseBegan(),
        after(30),
        happened.AllMuted(NOON + 160),
    )
    resumed = asked.later(60).when(ada, ask.Resume()).allowed()
    resumed.later(59).when(0, ask.Tick()).nothing()
    over = resumed.later(60).when(0, ask.Tick()).then(happened.AllUnmuted("time"))
    assert over.state.invite_until == NOON + 45 + 150


def test_fc_15_a_shorter_stop_within_a_longer_one_is_nothing_of_its_own():
    asked = given(
        with_invited(ben),
        after(10),
        happened.PauseBegan(),
        after(30),
        happened.AllMuted(NOON + 100),
    )
    unmuted = asked.later(60).when(0, ask.Tick()).then(happened.AllUnmuted("time"))
    resumed = unmuted.later(60).when(ada, ask.Resume()).allowed()
    assert resumed.state.invite_until == NOON + 45 + 150


def test_fc_15_in_a_pause_a_last_line_is_waited_for():
    granted = given(
        sharing_more(),
        [
            happened.DraftAnnounced(ben),
            after(LIMIT),
            happened.LastLineGranted(ben, NOON + LIMIT + 5),
        ],
        [after(3), happened.PauseBegan(), after(100)],
    )
    granted.when(0, ask.Tick()).nothing()
    resumed = granted.when(ada, ask.Resume()).allowed()
    assert limit(resumed) == 2
    resumed.when(ben, ask.Say("Thanks", CURRENT)).allowed()


def test_fc_15_in_a_pause_nobody_but_facilitators_writes():
    paused = given(sharing_more(), happened.PauseBegan())
    paused.when(ben, ask.Say("Hello", CURRENT)).refused("paused")
    paused.when(chidi, ask.Say("Hello", CURRENT)).refused("paused")
    paused.when(ada, ask.Say("A moment", CURRENT)).then(happened.Said(seat=ada, words="A moment"))
    given(in_phase("gathering"), happened.PauseBegan()).when(
        ben, ask.Say("Hello", CURRENT)
    ).refused("paused")


def test_fc_15_a_pause_is_begun_and_ended_once_and_by_facilitators():
    sharing = given(in_phase("sharing"))
    sharing.when(ben, ask.Pause()).refused("facilitators_act")
    sharing.when(ada, ask.Resume()).nothing()
    paused = sharing.when(ada, ask.Pause()).allowed()
    paused.when(mo, ask.Pause()).nothing()
    paused.when(ben, ask.Resume()).refused("facilitators_act")
    given(seated()).when(ada, ask.Pause()).refused("not_open")


def test_fc_15_a_pause_is_no_change_of_the_floor():
    paused = given(sharing_more()).when(ada, ask.Pause()).allowed()
    assert paused.state.epoch == given(sharing_more()).state.epoch
    assert paused.when(ada, ask.Resume()).allowed().state.epoch == paused.state.epoch


# A holder who drops


def test_fc_16_the_clock_of_a_turn_stands_still_while_its_holder_is_away():
    away = given(sharing_more(), after(60), happened.HolderWentAway(ben, NOON + 150))
    assert decider.due(away.state) == NOON + 150
    back = away.later(80).when(0, ask.HolderBack(ben)).then(happened.HolderCameBack(ben))
    assert (back.state.turn_paused, back.state.turn_stopped_at) == (80, None)
    assert limit(back) == LIMIT - 60


def test_fc_16_fc_15_in_a_pause_the_moment_of_a_holder_who_drops_runs_on():
    away = given(sharing_more(), happened.PauseBegan()).when(0, ask.HolderAway(ben)).allowed()
    away.later(90).when(0, ask.Tick()).then(happened.TurnEnded(ben, "away"))
    back = away.later(50).when(0, ask.HolderBack(ben)).allowed()
    assert limit(back) is None, "the pause goes on"
    assert limit(back.when(ada, ask.Resume()).allowed()) == LIMIT


def test_fc_16_fc_15_after_a_pause_the_turn_of_who_is_away_waits_for_them():
    away = given(
        sharing_more(),
        after(60),
        happened.HolderWentAway(ben, NOON + 150),
        after(10),
        happened.PauseBegan(),
    )
    resumed = away.later(20).when(ada, ask.Resume()).allowed()
    assert turn_until(resumed.state) == (NOON + 150, "away")
    back = resumed.later(30).when(0, ask.HolderBack(ben)).allowed()
    assert limit(back) == LIMIT - 60


def test_p12_without_a_meeting_no_turn_runs_out():
    assert turn_until(decider.NEW) == (None, "time")
