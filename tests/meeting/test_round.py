"""Rounds and tag: the other two ways in which one at a time has the floor."""

from typing import Any

import pytest

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.format import Phase
from tests.cast import EVES_SESSION, NAMES, ada, ben, chidi, dana, eve, mo
from tests.meeting.spec import (
    CURRENT,
    NEXT,
    NOON,
    ROUND,
    STALE,
    History,
    MeetingSituation,
    after,
    called,
    given,
    in_phase,
    with_floor,
)

MOVES = ask.NextPhase(CURRENT)
SOON = NOON + 10


def a_round(*history: History, **ways: Any) -> MeetingSituation:
    """Just before a round, in which nobody has the floor; then this, and the round begins."""
    return given(in_phase("tag", **ways), *history).when(ada, MOVES).allowed()


# Rounds


def test_fc_28_a_round_goes_in_the_order_of_coming_facilitators_last():
    began = given(in_phase("tag")).when(ada, MOVES)
    story = began.then(happened.PhaseBegan(14, order=ROUND), called(ben, by=0, at_once=True))
    assert story.state.hands == (ben, chidi, dana, ada, mo)
    assert story.state.invite_until == NOON + 45


def test_fc_28_the_first_of_a_round_is_invited_by_one_change_of_the_floor():
    before = given(in_phase("tag"))
    assert before.when(ada, MOVES).allowed().state.epoch == before.state.epoch + 1


def test_fc_28_a_round_comes_to_everybody_once_by_itself():
    story = given(in_phase("round"))
    for turn, seat in enumerate(ROUND, 1):
        story = story.when(seat, ask.Accept(CURRENT)).then(happened.FloorTaken(seat, turn=turn))
        calls = [called(following, by=0, at_once=True) for following in ROUND[turn : turn + 1]]
        story = story.when(seat, ask.Done(CURRENT)).then(happened.TurnEnded(seat, "done"), *calls)
    assert (story.state.hands, story.state.invited) == ((), None)


def test_fc_28_a_pass_goes_to_the_next():
    story = given(in_phase("round"))
    story = story.when(ben, ask.Pass(CURRENT)).then(
        happened.InviteEnded(ben, "passed"), called(chidi, by=0, at_once=True)
    )
    story = story.when(chidi, ask.Say("pass", CURRENT)).then(
        happened.InviteEnded(chidi, "passed"), called(dana, by=0, at_once=True)
    )
    assert story.state.hands == (dana, ada, mo)


def test_fc_28_who_says_not_yet_comes_last_and_is_asked_by_the_facilitator():
    story = given(in_phase("round")).when(ben, ask.NotYet(CURRENT)).allowed()
    assert story.state.hands == (chidi, dana, ada, mo, ben)
    for seat in (chidi, dana, ada, mo):
        story = story.when(seat, ask.Pass(CURRENT)).allowed()
    assert (story.state.hands, story.state.invited) == ((ben,), None)
    story.when(ada, ask.Next(CURRENT)).then(called(ben))


def test_fc_28_an_invitation_that_nobody_answers_goes_to_the_next():
    over = given(in_phase("round"), after(45)).when(0, ask.Tick())
    over.then(happened.InviteEnded(ben, "expired"), called(chidi, by=0, at=NOON + 45, at_once=True))


def test_fc_28_the_limit_of_a_turn_goes_to_the_next():
    story = given(in_phase("round"), happened.FloorTaken(ben, turn=1), after(180)).when(
        0, ask.Tick()
    )
    story.then(happened.TurnEnded(ben, "time"), called(chidi, by=0, at=NOON + 180, at_once=True))


def test_fc_28_who_comes_late_is_appended():
    late = given(in_phase("round")).when(0, ask.TakeSeat(EVES_SESSION, "member", "Eve")).allowed()
    assert late.state.hands == (*ROUND, NEXT)
    for seat in ROUND:
        late = late.when(seat, ask.Pass(CURRENT)).allowed()
    assert late.state.invited == NEXT


def test_fc_28_who_only_listens_is_not_in_a_round():
    story = a_round(happened.ListeningChosen(ben, on=True), happened.ListeningChosen(dana, on=True))
    assert (story.state.hands, story.state.invited) == ((chidi, ada, mo), chidi)


def test_fc_28_the_muted_and_the_removed_are_not_in_a_round():
    story = a_round(happened.Muted(ben, NOON + 600), happened.Removed(chidi))
    assert (story.state.hands, story.state.invited) == ((dana, ada, mo), dana)


def test_fc_20_whose_mute_ends_with_the_phase_is_in_the_round_that_follows():
    muted = given(in_phase("tag"), happened.Muted(ben, NOON + 12 * 3600, "phase"))
    moved = muted.when(ada, MOVES).then(
        happened.Unmuted(ben, "phase"),
        happened.PhaseBegan(14, order=ROUND),
        called(ben, by=0, at_once=True),
    )
    assert moved.state.hands == ROUND


def test_fc_20_whose_mute_ends_as_the_round_begins_by_time_is_in_it():
    phases = [Phase("talk", "Talk", 1, "open", ends="time"), Phase("round", "Round", 9, "round")]
    muted = given(in_phase("talk", phases), happened.Muted(ben, NOON + 60)).later(60)
    muted.when(0, ask.Tick()).then(
        happened.Unmuted(ben, "time"),
        happened.PhaseBegan(1, by="time", order=ROUND),
        called(ben, by=0, at=NOON + 60, at_once=True),
    )


def test_fc_28_who_starts_to_listen_in_a_round_is_passed_over():
    listening = given(in_phase("round")).when(chidi, ask.Listen(on=True)).allowed()
    assert listening.state.hands == (ben, dana, ada, mo)
    listening.when(ben, ask.Pass(CURRENT)).then(
        happened.InviteEnded(ben, "passed"), called(dana, by=0, at_once=True)
    )


def test_fc_28_fc_17_who_is_away_is_passed_over_and_keeps_the_place():
    gone = given(in_phase("round"), happened.HandWentAway(chidi, NOON + 120))
    passed = gone.when(ben, ask.Pass(CURRENT)).then(
        happened.InviteEnded(ben, "passed"), called(dana, by=0, at_once=True)
    )
    back = passed.when(0, ask.HandBack(chidi)).allowed()
    back.when(dana, ask.Pass(CURRENT)).then(
        happened.InviteEnded(dana, "passed"), called(chidi, by=0, at_once=True)
    )


def test_fc_28_a_round_of_nobody_waits_for_a_hand():
    listening = [happened.ListeningChosen(seat, on=True) for seat in NAMES]
    began = given(in_phase("tag"), listening).when(ada, MOVES).then(happened.PhaseBegan(14))
    began.when(ada, ask.Next(CURRENT)).refused("no_hands")
    began.when(ben, ask.RaiseHand()).then(
        happened.ListeningChosen(ben, on=False), happened.HandRaised(ben)
    )


@pytest.mark.parametrize(
    "stop", [happened.PauseBegan(), happened.AllMuted(NOON + 600), happened.ShieldRaised()]
)
def test_fc_15_a_round_that_begins_while_all_is_held_up_waits_for_the_facilitator(
    stop: happened.AnyEntry,
):
    began = given(in_phase("tag"), stop).when(ada, MOVES)
    began.then(happened.PhaseBegan(14, order=ROUND)).when(ada, ask.Next(CURRENT)).refused("paused")


def test_fc_24_a_round_that_begins_with_nobody_in_the_chair_invites_nobody():
    phases = [Phase("talk", "Talk", 2, "open", ends="time"), Phase("round", "Round", 9, "round")]
    quiet = given(
        in_phase("talk", phases), happened.ChairWentAway(NOON + 60), after(60), happened.WentQuiet()
    )
    quiet.later(60).when(0, ask.Tick()).then(happened.PhaseBegan(1, by="time", order=ROUND))
    both = given(in_phase("talk", phases), happened.ChairWentAway(NOON + 60)).later(120)
    both.when(0, ask.Tick()).then(
        happened.WentQuiet(), happened.PhaseBegan(1, by="time", order=ROUND)
    )


def test_fc_28_the_order_of_a_round_is_taken_along_into_no_queue():
    phases = [
        Phase("round", "Round", 9, "round"),
        Phase("sharing", "Sharing", 9, "queue"),
        Phase("more", "More", 9, "queue"),
    ]
    moved = (
        given(in_phase("round", phases))
        .when(ada, MOVES)
        .then(happened.InviteEnded(ben, "phase"), happened.PhaseBegan(1))
    )
    assert moved.state.hands == ()
    raised = (
        moved.when(chidi, ask.RaiseHand()).allowed().when(ada, MOVES).then(happened.PhaseBegan(2))
    )
    assert raised.state.hands == (chidi,)


# Tag


def tagging(*history: History) -> MeetingSituation:
    """Soon after the tag phase began Ben has the floor."""
    floor: list[happened.AnyEntry] = [called(ben, at=SOON), happened.FloorTaken(ben, turn=1)]
    return given(in_phase("tag"), after(SOON - NOON), floor, *history)


def test_fc_28_the_holder_names_the_next_and_is_done_by_it():
    holding = tagging()
    story = holding.when(ben, ask.Tag(CURRENT, chidi)).then(
        happened.TurnEnded(ben, "done"), called(chidi, by=ben, at=SOON, at_once=True)
    )
    assert story.state.epoch == holding.state.epoch + 1
    assert (story.state.invited, story.state.invited_by) == (chidi, ben)
    story.when(chidi, ask.Accept(CURRENT)).then(happened.FloorTaken(chidi, turn=2))


def test_fc_28_somebody_is_named_for_half_a_minute_after_the_turn_too():
    ended = tagging(happened.TurnEnded(ben, "done"))
    ended.later(29).when(ben, ask.Tag(CURRENT, chidi)).then(called(chidi, by=ben, at=SOON + 29))
    ended.later(30).when(ben, ask.Tag(CURRENT, chidi)).refused("not_your_turn")


def test_fc_28_after_half_a_minute_the_chair_chooses_and_not_before():
    ended = tagging(happened.HandRaised(dana), happened.TurnEnded(ben, "done"))
    for command in (ask.Invite(CURRENT), ask.Invite(CURRENT, chidi), ask.Next(CURRENT)):
        ended.later(29).when(ada, command).refused("tag_first")
    ended.later(30).when(ada, ask.Invite(CURRENT, chidi)).then(called(chidi, at=SOON + 30))
    ended.later(30).when(ada, ask.Next(CURRENT)).then(called(dana, at=SOON + 30))


def test_fc_28_the_chair_calls_the_first_of_a_tag_phase():
    given(in_phase("tag")).when(ada, ask.Invite(CURRENT, chidi)).then(called(chidi))
    before = given(in_phase("burning"), called(ben), happened.FloorTaken(ben, turn=1))
    moved = (
        before.later(5)
        .when(ada, MOVES)
        .then(happened.TurnEnded(ben, "phase"), happened.PhaseBegan(13))
    )
    # Whose turn was of another phase names nobody in this one.
    moved.when(ben, ask.Tag(CURRENT, chidi)).refused("not_your_turn")
    moved.when(ada, ask.Invite(CURRENT, chidi)).then(called(chidi, at=NOON + 5))


def test_fc_28_next_takes_no_choice_from_the_holder():
    holding = tagging(happened.HandRaised(dana))
    ended = holding.when(ada, ask.Next(CURRENT)).then(happened.TurnEnded(ben, "ended"))
    ended.when(ben, ask.Tag(CURRENT, chidi)).then(called(chidi, by=ben, at=SOON))


def test_fc_28_no_tag_passes_on_by_itself():
    phases = [Phase("tag", "Tag", 20, "tag", calls="next")]
    holding = given(
        in_phase("tag", phases),
        called(ben),
        happened.FloorTaken(ben, turn=1),
        happened.HandRaised(dana),
    )
    holding.when(ben, ask.Done(CURRENT)).then(happened.TurnEnded(ben, "done"))
    holding.when(ben, ask.Pass(CURRENT)).then(happened.TurnEnded(ben, "passed"))


def test_fc_28_whoever_passes_gives_the_choice_back():
    declined = tagging(happened.TurnEnded(ben, "done"), called(chidi, by=ben, at=SOON))
    passed = declined.when(chidi, ask.Pass(CURRENT)).then(happened.InviteEnded(chidi, "passed"))
    passed.when(ben, ask.Tag(CURRENT, dana)).then(called(dana, by=ben, at=SOON))


def test_fc_28_nobody_is_named_who_has_shared():
    said = happened.Said(seat=chidi, turn=1, words="Thank you")
    shared = given(
        in_phase("tag"),
        called(chidi),
        happened.FloorTaken(chidi, turn=1),
        said,
        happened.TurnEnded(chidi, "done"),
    )
    holding = shared.given(called(ben, by=chidi), happened.FloorTaken(ben, turn=2))
    holding.when(ben, ask.Tag(CURRENT, chidi)).refused("they_shared_already")
    holding.when(ben, ask.Tag(CURRENT, ben)).refused("they_shared_already")


def test_fc_28_nobody_is_named_who_listens_is_away_muted_or_gone():
    tagging(happened.ListeningChosen(chidi, on=True)).when(ben, ask.Tag(CURRENT, chidi)).refused(
        "they_listen"
    )
    away = tagging(happened.HandRaised(chidi), happened.HandWentAway(chidi, SOON + 120))
    away.when(ben, ask.Tag(CURRENT, chidi)).refused("they_are_away")
    muted = tagging(happened.Muted(chidi, NOON + 60))
    muted.when(ben, ask.Tag(CURRENT, chidi)).refused("they_are_muted")
    tagging(happened.Removed(chidi)).when(ben, ask.Tag(CURRENT, chidi)).refused("no_such_seat")
    tagging().when(ben, ask.Tag(CURRENT, eve)).refused("no_such_seat")


def test_fc_28_only_who_has_or_just_had_the_floor_names():
    tagging().when(chidi, ask.Tag(CURRENT, dana)).refused("not_your_turn")
    tagging().when(ada, ask.Tag(CURRENT, dana)).refused("not_your_turn")
    given(in_phase("tag")).when(ben, ask.Tag(CURRENT, dana)).refused("not_your_turn")
    tagging().when(ben, ask.Tag(STALE, chidi)).refused("stale_epoch")
    tagging(happened.PauseBegan()).when(ben, ask.Tag(CURRENT, chidi)).refused("paused")
    given(with_floor(ben)).when(ben, ask.Tag(CURRENT, chidi)).refused("no_tag_now")


def test_fc_28_a_muted_or_removed_member_chooses_nobody():
    muted = tagging().when(ada, ask.Mute(ben, 5)).allowed()
    muted.when(ben, ask.Tag(CURRENT, chidi)).refused("not_your_turn")
    muted.when(ada, ask.Invite(CURRENT, chidi)).then(called(chidi, at=SOON))
    removed = tagging().when(ada, ask.Remove(ben)).allowed()
    removed.when(ada, ask.Invite(CURRENT, chidi)).then(called(chidi, at=SOON))


def test_fc_28_while_somebody_is_named_nobody_else_is():
    named = tagging(happened.TurnEnded(ben, "done"), called(chidi, by=ben, at=SOON))
    named.when(ben, ask.Tag(CURRENT, dana)).refused("floor_busy", seat=chidi, by=ben)
    returned = tagging(
        happened.TurnEnded(ben, "done"),
        called(chidi, by=ben, at=SOON),
        happened.FloorTaken(chidi, turn=2),
    )
    returned.when(ben, ask.Tag(CURRENT, dana)).refused("floor_busy", seat=chidi, by=0)


def test_fc_28_fc_29_nobody_is_named_when_the_time_of_the_phase_is_over():
    phases = [Phase("tag", "Tag", 1, "tag", ends="time"), Phase("after", "After", 5, "open")]
    late = given(in_phase("tag", phases), called(ben), happened.FloorTaken(ben, turn=1)).later(60)
    late.when(ben, ask.Tag(CURRENT, chidi)).refused("phase_over")
