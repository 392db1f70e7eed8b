"""Conduct: muting one or all, removing, freezing the room, the shield; and who may do it to whom."""

from typing import TypeAlias

import pytest
from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.agenda import LEFT_OPEN
from moderation.meeting.conduct import MOST_FOLDED
from moderation.meeting.format import Phase
from moderation.meeting.state import AwayHand, Meeting, Turn
from moderation.meeting.state import Mute as Muting
from moderation.meeting.talking import why_silent
from tests.cast import (
    MEMBERS,
    ada,
    ben,
    chidi,
    dana,
    eve,
    mo,
)
from tests.meeting.spec import (
    CURRENT,
    FORMAT,
    NEXT,
    NOON,
    History,
    after,
    called,
    eve_comes_in,
    given,
    in_phase,
    sam_comes_in,
    seated,
    with_floor,
    with_hands,
    with_invited,
)

# Muting


def test_a47_a_mute_of_somebody_who_has_left_is_lifted_too():
    """While it lasts, whoever comes by their link waits at the door."""
    muted = given(in_phase("gathering"), happened.Muted(ben, NOON + 600), happened.SeatLeft(ben))
    muted.when(chidi, ask.Unmute(ben)).refused("facilitators_act")
    lifted = muted.when(ada, ask.Unmute(ben)).then(happened.Unmuted(ben, "facilitator"))
    assert dict(lifted.state.mutes) == {}
    lifted.when(ada, ask.Unmute(ben)).nothing()
    removed = given(in_phase("gathering"), happened.Removed(ben))
    removed.when(ada, ask.Unmute(ben)).refused("no_such_seat")
    muted.when(ada, ask.Unmute(NEXT)).refused("no_such_seat")


def test_fc_19_a_mute_has_an_end():
    muted = (
        given(in_phase("gathering"))
        .when(ada, ask.Mute(ben, 5))
        .then(happened.Muted(ben, NOON + 300))
    )
    muted.later(299).when(0, ask.Tick()).nothing()
    over = muted.later(300).when(0, ask.Tick()).then(happened.Unmuted(ben, "time"))
    over.when(0, ask.Tick()).nothing()
    over.when(ben, ask.Say("Hello", CURRENT)).allowed()


def test_fc_19_all_mutes_that_are_over_end_in_one_tick():
    muted = given(
        in_phase("gathering"), happened.Muted(chidi, NOON + 60), happened.Muted(ben, NOON + 30)
    )
    later = muted.when(ada, ask.Mute(dana, 10)).allowed().later(60)
    later.when(0, ask.Tick()).then(happened.Unmuted(ben, "time"), happened.Unmuted(chidi, "time"))


def test_fc_19_muting_again_sets_the_end_anew():
    muted = given(in_phase("gathering"), happened.Muted(ben, NOON + 60)).later(30)
    again = muted.when(mo, ask.Mute(ben, 1)).then(happened.Muted(ben, NOON + 90))
    again.later(59).when(0, ask.Tick()).nothing()


def test_fc_19_a_muted_holder_loses_the_floor_and_is_not_put_back_in_the_queue():
    muted = given(with_floor(ben)).when(ada, ask.Mute(ben, 1))
    meeting = muted.then(happened.TurnEnded(ben, "revoked"), happened.Muted(ben, NOON + 60)).state
    assert (meeting.holder, meeting.hands) == (None, ())


def test_fc_19_a_muted_holder_who_is_away_loses_the_floor_once():
    away = given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90))
    muted = away.when(ada, ask.Mute(ben, 1)).allowed()
    muted.later(90).when(0, ask.Tick()).then(happened.Unmuted(ben, "time"))


def test_fc_19_a_muted_member_loses_the_invitation_and_the_hand():
    muted = given(with_invited(ben)).when(ada, ask.Mute(ben, 1))
    meeting = muted.then(happened.InviteEnded(ben, "muted"), happened.Muted(ben, NOON + 60)).state
    assert (meeting.invited, meeting.hands) == (None, ())
    queued = given(with_hands(chidi, ben)).when(ada, ask.Mute(ben, 1))
    queued.then(happened.HandLowered(ben, "facilitator"), happened.Muted(ben, NOON + 60))


def test_fc_19_an_accept_on_its_way_is_refused_after_the_mute():
    invited = given(with_invited(ben))
    epoch = invited.state.epoch
    muted = invited.when(ada, ask.Mute(ben, 1)).allowed()
    muted.when(ben, ask.Accept(epoch)).refused("not_invited")


def test_fc_19_muting_one_member_takes_nothing_from_another():
    muted = given(with_floor(chidi), happened.HandRaised(dana)).when(ada, ask.Mute(ben, 1))
    meeting = muted.then(happened.Muted(ben, NOON + 60)).state
    assert (meeting.holder, meeting.hands) == (chidi, (dana,))


def test_fc_19_an_unmute_comes_before_the_time():
    muted = given(in_phase("gathering"), happened.Muted(ben, NOON + 60))
    unmuted = muted.when(mo, ask.Unmute(ben)).then(happened.Unmuted(ben, "facilitator"))
    unmuted.later(60).when(0, ask.Tick()).nothing()


def test_fc_19_unmuting_somebody_who_is_not_muted_leaves_nothing():
    given(in_phase("gathering")).when(ada, ask.Unmute(ben)).nothing()


def test_fc_19_the_muted_still_lower_their_hand_and_write_to_the_facilitators():
    muted = given(in_phase("sharing"), happened.Muted(ben, NOON + 60))
    muted.when(ben, ask.LowerHand()).nothing()
    muted.when(ben, ask.Tell("Why?")).allowed()
    muted.when(ben, ask.RaiseHand()).refused("muted")


def test_fc_19_a_mute_says_how_long_and_why():
    story = given(in_phase("sharing"))
    end = NOON + LEFT_OPEN
    phase = story.when(ada, ask.Mute(ben, until="phase", reason="crosstalk"))
    phase.then(happened.Muted(ben, end, "phase", "crosstalk"))
    meeting = story.when(ada, ask.Mute(ben, until="meeting", reason="raid"))
    shown = meeting.then(happened.Muted(ben, end, "meeting", "raid")).state.seats[ben].mute
    assert shown == Muting(end, "meeting", "raid")
    default = story.when(ada, ask.Mute(ben)).then(happened.Muted(ben, NOON + 600, "time", "pause"))
    assert default.state.mutes[ben] == NOON + 600


def test_fc_19_a_mute_for_the_phase_ends_with_it():
    muted = given(in_phase("sharing")).when(ada, ask.Mute(ben, until="phase")).allowed()
    moved = muted.when(ada, ask.NextPhase(CURRENT)).then(
        happened.Unmuted(ben, "phase"), happened.PhaseBegan(3)
    )
    assert not moved.state.is_muted(ben)
    moved.when(ben, ask.RaiseHand()).allowed()


def test_fc_19_a_mute_for_the_meeting_lasts_through_its_phases():
    story = given(in_phase("gathering")).when(ada, ask.Mute(ben, until="meeting")).allowed()
    for _ in range(4):
        story = story.when(ada, ask.NextPhase(CURRENT)).allowed().later(3600)
    story.when(0, ask.Tick()).nothing()
    assert story.state.is_muted(ben)
    story.when(ada, ask.Unmute(ben)).then(happened.Unmuted(ben, "facilitator"))


def test_fc_19_another_mute_takes_the_place_of_the_first():
    muted = given(in_phase("sharing")).when(ada, ask.Mute(ben, until="phase")).allowed()
    again = muted.when(ada, ask.Mute(ben, 1)).then(happened.Muted(ben, NOON + 60))
    again.when(ada, ask.NextPhase(CURRENT)).then(happened.PhaseBegan(3))


def test_fc_19_a_revoked_holder_is_not_put_back_when_they_come_back():
    away = given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90))
    muted = away.when(ada, ask.Mute(ben, 1)).allowed()
    muted.when(0, ask.HolderBack(ben)).nothing()
    unmuted = muted.when(ada, ask.Unmute(ben)).allowed()
    unmuted.when(0, ask.HolderBack(ben)).nothing()
    assert unmuted.state.hands == ()
    unmuted.when(ben, ask.RaiseHand()).then(happened.HandRaised(ben))


def test_fc_19_a46_w12_the_muted_reach_the_room_by_no_other_way():
    said = given(
        in_phase("gathering"),
        happened.Said(seat=chidi, words="Hello"),
        happened.Muted(ben, NOON + 60),
    )
    (number,) = said.state.lines
    said.when(ben, ask.React(number, "with_you")).refused("muted")
    said.when(ben, ask.Rename("Benjamin")).refused("muted")
    said.when(ben, ask.Say("Hello", CURRENT)).refused("muted")
    reader = given(
        in_phase("readings"), happened.Appointed(ben, "reader"), happened.Muted(ben, NOON + 60)
    )
    reader.when(ben, ask.Post("reading", "Page one")).refused("muted")


# Muting all


def test_fc_19_a_mute_of_all_keeps_everybody_but_the_facilitators_from_writing():
    hushed = (
        given(in_phase("gathering")).when(mo, ask.MuteAll(5)).then(happened.AllMuted(NOON + 300))
    )
    for member in MEMBERS:
        hushed.when(member, ask.Say("Hello", CURRENT)).refused("all_muted")
    hushed.when(ada, ask.Say("A moment, please", CURRENT)).allowed()
    hushed.when(ben, ask.Tell("What happened?")).allowed()
    over = hushed.later(300).when(0, ask.Tick()).then(happened.AllUnmuted("time"))
    over.when(0, ask.Tick()).nothing()
    over.when(ben, ask.Say("Hello", CURRENT)).allowed()


def test_a_mute_of_all_is_given_more_time_by_another():
    hushed = given(in_phase("sharing"), happened.AllMuted(NOON + 300), after(100))
    again = hushed.when(ada, ask.MuteAll(10)).then(happened.AllMuted(NOON + 700))
    assert (again.state.all_muted_at, again.state.all_muted_until) == (NOON, NOON + 700)


def test_a_mute_of_all_outlasts_a_shorter_one():
    muted = given(
        in_phase("gathering"), happened.Muted(ben, NOON + 60), happened.AllMuted(NOON + 600)
    )
    story = muted.later(60).when(0, ask.Tick()).then(happened.Unmuted(ben, "time"))
    story.when(ben, ask.Say("Hello", CURRENT)).refused("all_muted")


def test_a_mute_of_all_stops_the_turn_and_gives_it_back():
    hushed = given(with_floor(ben, phase="more"), after(60)).when(ada, ask.MuteAll(30)).allowed()
    hushed.when(ben, ask.Say("Hello", CURRENT)).refused("all_muted")
    hushed.when(ada, ask.Say("A moment", CURRENT)).then(happened.Said(seat=ada, words="A moment"))
    hushed.later(1000).when(0, ask.Tick()).nothing()
    back = hushed.later(1000).when(ada, ask.UnmuteAll()).then(happened.AllUnmuted("facilitator"))
    assert (back.state.holder, back.state.turn_paused) == (ben, 1000)
    back.when(ben, ask.Say("Where was I", CURRENT)).allowed()


def test_a_mute_of_all_is_a_facilitators_and_of_an_open_meeting():
    given(in_phase("gathering")).when(ben, ask.MuteAll()).refused("facilitators_act")
    given(in_phase("gathering")).when(ben, ask.UnmuteAll()).refused("facilitators_act")
    given(in_phase("gathering")).when(ada, ask.UnmuteAll()).nothing()
    given(seated()).when(ada, ask.MuteAll()).refused("not_open")


@pytest.mark.parametrize("phase", [phase.id for phase in FORMAT.phases])
def test_fc_20_after_mute_all_a_phase_and_unmute_all_rights_are_those_of_a_fresh_joiner(phase: str):
    story = given(in_phase("gathering")).when(ada, ask.MuteAll()).allowed()
    for _ in range([phase.id for phase in FORMAT.phases].index(phase)):
        story = story.when(ada, ask.NextPhase(CURRENT)).allowed()
    story = story.given(*eve_comes_in()).when(mo, ask.UnmuteAll()).allowed()
    for member in MEMBERS:
        assert why_silent(story.state, member) == why_silent(story.state, NEXT) != "all_muted"
        can_raise = story.when(member, ask.RaiseHand()).refusal
        fresh_can = story.when(NEXT, ask.RaiseHand()).refusal
        assert getattr(can_raise, "code", None) == getattr(fresh_can, "code", None)


# Removing


def test_p9_a_removed_member_has_no_seat_for_anything():
    gone = given(in_phase("sharing")).when(ada, ask.Remove(ben)).then(happened.Removed(ben))
    for command in (
        ask.Say("Hello", CURRENT),
        ask.Tell("Hello"),
        ask.RaiseHand(),
        ask.LowerHand(),
        ask.Redact(1),
    ):
        gone.when(ben, command).refused("removed")


def test_p9_a_removed_member_leaves_floor_invitation_and_queue():
    holding = given(with_floor(ben)).when(ada, ask.Remove(ben))
    holding.then(happened.TurnEnded(ben, "removed"), happened.Removed(ben))
    invited = given(with_invited(ben)).when(ada, ask.Remove(ben))
    assert (
        invited.then(happened.InviteEnded(ben, "removed"), happened.Removed(ben)).state.hands == ()
    )
    queued = given(with_hands(ben)).when(ada, ask.Remove(ben))
    queued.then(happened.HandLowered(ben, "facilitator"), happened.Removed(ben))


def test_p9_the_mute_of_the_removed_has_no_end_any_more():
    gone = given(
        in_phase("gathering"), happened.Muted(ben, NOON + 60), happened.Removed(ben)
    ).later(60)
    gone.when(0, ask.Tick()).nothing()


def test_the_floor_goes_on_after_a_removal():
    gone = given(with_floor(ben), happened.HandRaised(chidi)).when(ada, ask.Remove(ben)).allowed()
    invited = gone.when(ada, ask.Invite(CURRENT)).then(called(chidi))
    invited.when(chidi, ask.Accept(CURRENT)).then(happened.FloorTaken(chidi, turn=2))


# Whom, and by whom


@pytest.mark.parametrize("act", [ask.Mute(chidi, 5), ask.Unmute(chidi), ask.Remove(chidi)])
def test_fc_22_a42_a44_members_do_nothing_to_each_other(act: ask.Mute | ask.Unmute | ask.Remove):
    muted = given(in_phase("gathering"), happened.Muted(chidi, NOON + 60))
    for member in MEMBERS:
        muted.when(member, act).refused("facilitators_act")


ACTS = [ask.Mute, ask.Unmute, ask.Remove, ask.PurgeRecent]
Act: TypeAlias = type[ask.Mute] | type[ask.Unmute] | type[ask.Remove] | type[ask.PurgeRecent]
sam = NEXT
"""Staff who took a seat."""


@pytest.mark.parametrize("act", ACTS)
def test_fc_22_nobody_acts_on_somebody_of_the_same_or_a_higher_rank(act: Act):
    story = given(in_phase("gathering"), sam_comes_in())
    assert [story.state.rank(seat) for seat in (ben, mo, ada, sam)] == [0, 1, 2, 3]
    for seat, others in ((mo, (ada, sam)), (ada, (sam,))):
        for other in others:
            story.when(seat, act(other)).refused("not_on_a_facilitator")


@pytest.mark.parametrize("act", ACTS)
def test_fc_22_a43_nobody_acts_on_themselves(act: Act):
    story = given(in_phase("gathering"), sam_comes_in())
    for seat in (mo, ada, sam):
        story.when(seat, act(seat)).refused("not_on_a_facilitator")
    story.when(ben, act(ben)).refused("facilitators_act")


@pytest.mark.parametrize("act", ACTS)
def test_fc_22_two_co_chairs_do_nothing_to_each_other(act: Act):
    story = given(in_phase("gathering"), happened.Appointed(ben, "co_chair"))
    story.when(mo, act(ben)).refused("not_on_a_facilitator")
    story.when(ben, act(mo)).refused("not_on_a_facilitator")


def test_fc_22_the_chair_acts_on_a_co_chair_and_staff_on_both():
    story = given(in_phase("gathering"), sam_comes_in())
    story.when(ada, ask.Mute(mo)).then(happened.Muted(mo, NOON + 600))
    story.when(sam, ask.Mute(ada)).then(happened.Muted(ada, NOON + 600))
    story.when(sam, ask.Remove(mo)).then(happened.Removed(mo))
    removed = story.when(sam, ask.Remove(ada)).then(happened.Removed(ada))
    assert removed.state.chair is None


def test_fc_22_before_the_opening_facilitators_are_of_one_rank():
    given(seated()).when(ada, ask.Mute(mo)).refused("not_on_a_facilitator")
    given(seated()).when(ada, ask.Mute(ben)).then(happened.Muted(ben, NOON + 600))


def test_fc_22_a_muted_facilitator_does_not_unmute_themselves():
    muted = given(in_phase("gathering"), happened.Muted(mo, NOON + 600))
    muted.when(mo, ask.Unmute(mo)).refused("not_on_a_facilitator")
    muted.when(mo, ask.Say("Hello", CURRENT)).refused("muted")
    muted.when(ada, ask.Unmute(mo)).then(happened.Unmuted(mo, "facilitator"))


@pytest.mark.parametrize("target", [ben, eve])
def test_nothing_is_done_to_somebody_who_is_not_there(target: int):
    gone = given(in_phase("gathering"), happened.Removed(ben))
    for act in (ask.Mute(target, 5), ask.Unmute(target), ask.Remove(target)):
        gone.when(ada, act).refused("no_such_seat")


def test_fc_22_a42_a_refused_command_ejects_nobody():
    story = given(in_phase("gathering"))
    for _ in range(20):
        story = story.when(ben, ask.Remove(ada)).refused("facilitators_act")
    story.when(ben, ask.Say("Sorry", CURRENT)).allowed()


# Freezing


def test_fc_21_a_frozen_room_stands_still_and_thaws_as_it_was():
    before = given(
        with_floor(ben, phase="more"),
        [
            happened.HandRaised(chidi),
            happened.HandRaised(dana),
            happened.HandWentAway(dana, NOON + 120),
        ],
        [happened.Muted(mo, NOON + 300), after(60)],
    )
    frozen = before.when(ada, ask.Freeze()).then(happened.Frozen())
    assert frozen.state == replace(before.state, frozen_at=NOON + 60)
    frozen.later(5000).when(0, ask.Tick()).nothing()
    thawed = frozen.later(5000).when(mo, ask.Thaw()).then(happened.Thawed())
    now, then = thawed.state, before.state
    assert then.turn_began_at is not None
    assert now == replace(
        then,
        turn_began_at=then.turn_began_at + 5000,
        phase_began_at=NOON + 5000,
        hands_away=(AwayHand(dana, NOON + 5120),),
        mutes=then.mutes.insert(mo, NOON + 5300),
        seats=then.seats.insert(mo, replace(then.seats[mo], mute=Muting(NOON + 5300))),
    )
    for seconds, tick in ((59, ()), (60, (happened.HandLowered(dana, "away"),))):
        assert thawed.later(seconds).when(0, ask.Tick()).left == tick
    thawed.later(299.9).when(0, ask.Tick()).then(
        happened.HandLowered(dana, "away"), happened.Unmuted(mo, "time")
    )
    thawed.later(300).when(0, ask.Tick()).then(
        happened.TurnEnded(ben, "time"),
        happened.HandLowered(dana, "away"),
        happened.Unmuted(mo, "time"),
    )


def test_fc_21_every_clock_goes_on_from_where_it_stood():
    def thawed_after(*history: History) -> Meeting:
        frozen = given(*history, after(10)).when(ada, ask.Freeze()).allowed().later(100)
        return frozen.when(ada, ask.Thaw()).then(happened.Thawed()).state

    assert thawed_after(with_invited(ben)).invite_until == NOON + 145
    away = thawed_after(with_floor(ben), happened.HolderWentAway(ben, NOON + 90))
    assert (away.away_until, away.turn_stopped_at) == (NOON + 190, NOON + 100)
    assert thawed_after(with_floor(ben), happened.TurnEnded(ben, "done")).last_turn == Turn(
        ben, NOON + 100
    )
    assert thawed_after(in_phase("more"), happened.PauseBegan()).paused_at == NOON + 100
    hushed = thawed_after(in_phase("more"), happened.AllMuted(NOON + 60))
    assert (hushed.all_muted_at, hushed.all_muted_until) == (NOON + 100, NOON + 160)
    assert thawed_after(in_phase("more"), happened.ShieldRaised()).shield_at == NOON + 100
    limit = 6 * 60
    strict = [Phase("more", "More", 35, "queue", turn=5)]
    waiting: list[History] = [
        happened.DraftAnnounced(ben),
        after(limit),
        happened.LastLineGranted(ben, NOON + limit + 5),
        after(2),
    ]
    waits = given(
        with_floor(ben, phase="more", phases=strict), waiting, happened.Frozen(), after(100)
    )
    thawed = waits.when(ada, ask.Thaw()).then(happened.Thawed())
    assert thawed.state.last_line_until == NOON + limit + 105


def test_fc_21_a_pause_that_was_frozen_counts_as_long_as_it_lasted():
    paused = given(
        with_floor(ben, phase="more"), after(10), happened.PauseBegan(), after(5), happened.Frozen()
    )
    thawed = paused.later(1000).when(ada, ask.Thaw()).allowed()
    resumed = thawed.later(7).when(ada, ask.Resume()).allowed()
    assert (resumed.state.total_pause, resumed.state.turn_paused) == (12, 12)
    assert resumed.later(349).when(0, ask.Tick()).left == ()
    resumed.later(350).when(0, ask.Tick()).then(happened.TurnEnded(ben, "time"))


def test_fc_21_in_a_frozen_room_nobody_writes_and_the_private_line_is_open():
    frozen = given(in_phase("gathering"), happened.Said(seat=ben, words="Hello"), happened.Frozen())
    (number,) = frozen.state.lines
    for seat in (ada, ben):
        frozen.when(seat, ask.Say("Hello", CURRENT)).refused("frozen")
        frozen.when(seat, ask.React(number, "with_you")).refused("frozen")
        frozen.when(seat, ask.Rename("Somebody")).refused("frozen")
        frozen.when(seat, ask.Listen(on=True)).refused("frozen")
    frozen.when(ada, ask.Post("announcement", "A moment, please")).refused("frozen")
    frozen.when(ben, ask.Tell("Are you there?")).allowed()
    frozen.when(ada, ask.Tell("Yes", to=ben)).allowed()


def test_fc_21_facilitators_act_in_a_frozen_room():
    frozen = given(with_floor(ben), happened.HandRaised(chidi), happened.Frozen())
    frozen.when(ada, ask.Mute(ben, 5)).then(
        happened.TurnEnded(ben, "revoked"), happened.Muted(ben, NOON + 300)
    )
    frozen.when(ada, ask.Remove(chidi)).then(
        happened.HandLowered(chidi, "facilitator"), happened.Removed(chidi)
    )
    frozen.when(ada, ask.Lock()).then(happened.Locked())
    frozen.when(ada, ask.MuteAll()).refused("frozen")
    frozen.when(ada, ask.UnmuteAll()).refused("frozen")
    frozen.when(ada, ask.LowerShield()).refused("frozen")


def test_fc_21_a_mute_that_is_given_in_a_frozen_room_lasts_as_long_as_was_said():
    frozen = given(in_phase("gathering"), happened.Frozen(), after(50))
    muted = frozen.when(ada, ask.Mute(ben, 5)).then(happened.Muted(ben, NOON + 350))
    thawed = muted.later(50).when(ada, ask.Thaw()).allowed()
    thawed.later(299).when(0, ask.Tick()).nothing()
    thawed.later(300).when(0, ask.Tick()).then(happened.Unmuted(ben, "time"))


def test_fc_21_fc_10_a_turn_that_ended_in_a_frozen_room_ended_with_the_freeze():
    frozen = given(
        with_floor(ben), happened.HandRaised(chidi), after(10), happened.Frozen(), after(50)
    )
    removed = frozen.when(ada, ask.Remove(ben)).allowed().later(50).when(ada, ask.Thaw()).allowed()
    assert removed.state.last_turn == Turn(ben, NOON + 110)


def test_fc_21_freezing_and_thawing_twice_is_once_and_a_facilitators():
    story = given(in_phase("gathering"))
    story.when(ben, ask.Freeze()).refused("facilitators_act")
    story.when(ada, ask.Thaw()).nothing()
    frozen = story.when(ada, ask.Freeze()).allowed()
    frozen.when(mo, ask.Freeze()).nothing()
    frozen.when(ben, ask.Thaw()).refused("facilitators_act")
    given(seated()).when(ada, ask.Freeze()).refused("not_open")


# The shield


def with_a_stranger() -> list[History]:
    """All the cast are here for long, and Eve came just now."""
    return [in_phase("gathering"), after(1000), eve_comes_in()]


def test_the_shield_does_all_against_a_raid_in_one():
    story = given(
        with_a_stranger(),
        happened.Said(seat=NEXT, words="Buy"),
        happened.Said(seat=ben, words="Hello"),
    )
    first, _ = sorted(story.state.lines)
    shielded = (
        story.later(20).when(mo, ask.RaiseShield()).then(happened.ShieldRaised(folded=(first,)))
    )
    for member in (*MEMBERS, NEXT):
        shielded.when(member, ask.Say("Hello", CURRENT)).refused("all_muted")
        shielded.when(member, ask.Rename("Another")).refused("names_locked")
    knocked = shielded.when(0, ask.TakeSeat("s", "member", "Gus"))
    knocked.then(happened.Knocked(knock=1, words="Gus", invited=True), happened.KnockGiven(1, "s"))
    shielded.when(ada, ask.Say("All is well", CURRENT)).allowed()
    shielded.when(ben, ask.Tell("What is it?")).allowed()
    shielded.when(ada, ask.RaiseShield()).nothing()


def test_the_shield_folds_the_last_minute_of_those_who_came_in_the_last_quarter_of_an_hour():
    story = given(with_a_stranger(), happened.Said(seat=NEXT, words="long ago"), after(61))
    story = story.given(
        happened.Said(seat=NEXT, words="now"),
        happened.Said(seat=ben, words="now"),
        happened.Said(seat=ada, words="now"),
    )
    by_stranger = sorted(story.state.lines)[1]
    story.when(ada, ask.RaiseShield()).then(happened.ShieldRaised(folded=(by_stranger,)))
    # After a quarter of an hour they are strangers no more.
    still = given(with_a_stranger(), after(900), happened.Said(seat=NEXT, words="Hello"))
    still.when(ada, ask.RaiseShield()).then(happened.ShieldRaised(folded=tuple(still.state.lines)))
    later = given(with_a_stranger(), after(901), happened.Said(seat=NEXT, words="Hello"))
    later.when(ada, ask.RaiseShield()).then(happened.ShieldRaised())


def test_cm_20_the_shield_folds_nothing_that_tells_of_a_need():
    story = given(
        with_a_stranger(),
        happened.Said(seat=NEXT, words="I want to end it"),
        happened.NeedSeen(NEXT),
        happened.Said(seat=NEXT, words="Buy"),
    )
    _, noise = sorted(story.state.lines)
    story.when(ada, ask.RaiseShield()).then(happened.ShieldRaised(folded=(noise,)))


def test_the_shield_folds_no_more_lines_than_one_entry_can_name():
    noise = [happened.Said(seat=NEXT, words="Buy") for _ in range(MOST_FOLDED + 1)]
    story = given(with_a_stranger(), noise)
    newest = tuple(sorted(story.state.lines))[1:]
    story.when(ada, ask.RaiseShield()).then(happened.ShieldRaised(folded=newest))


def test_who_facilitates_is_no_stranger():
    fresh = given(
        in_phase("gathering"), happened.Said(seat=ada, words="Welcome"), happened.Said(seat=ben)
    )
    by_ben = sorted(fresh.state.lines)[1]
    fresh.when(ada, ask.RaiseShield()).then(happened.ShieldRaised(folded=(by_ben,)))


def test_the_shield_holds_a_turn_up_and_gives_it_back():
    shielded = given(with_floor(ben, phase="more"), after(60), happened.ShieldRaised(), after(500))
    shielded.when(0, ask.Tick()).nothing()
    lowered = shielded.when(ada, ask.LowerShield()).then(happened.ShieldLowered())
    assert (lowered.state.turn_paused, lowered.state.shield_at) == (500, None)
    lowered.when(ben, ask.Say("Where was I", CURRENT)).allowed()
    lowered.when(ada, ask.LowerShield()).nothing()


def test_a_frozen_room_is_thawed_by_the_shield_which_holds_more():
    frozen = given(with_floor(ben, phase="more"), after(60), happened.Frozen(), after(100))
    shielded = frozen.when(ada, ask.RaiseShield()).then(happened.Thawed(), happened.ShieldRaised())
    lowered = shielded.later(50).when(ada, ask.LowerShield()).allowed()
    assert lowered.later(299).when(0, ask.Tick()).left == ()
    lowered.later(300).when(0, ask.Tick()).then(happened.TurnEnded(ben, "time"))


def test_the_shield_is_a_facilitators_and_of_an_open_meeting():
    given(in_phase("gathering")).when(ben, ask.RaiseShield()).refused("facilitators_act")
    given(in_phase("gathering"), happened.ShieldRaised()).when(ben, ask.LowerShield()).refused(
        "facilitators_act"
    )
    given(seated()).when(ada, ask.RaiseShield()).refused("not_open")
