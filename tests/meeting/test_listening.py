"""Listening: to be here without being asked."""

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests.cast import ada, ben, chidi
from tests.meeting.spec import (
    CURRENT,
    NOON,
    History,
    after,
    called,
    given,
    in_phase,
    seated,
    with_floor,
    with_hands,
    with_invited,
)


def test_who_listens_is_not_asked_and_may_say_so_at_any_time():
    for history in (seated(), in_phase("gathering"), in_phase("sharing"), in_phase("silence")):
        story = (
            given(history)
            .when(ben, ask.Listen(on=True))
            .then(happened.ListeningChosen(ben, on=True))
        )
        assert story.state.is_listening(ben)
        story.when(ben, ask.Listen(on=True)).nothing()
        story = story.when(ben, ask.Listen(on=False)).then(happened.ListeningChosen(ben, on=False))
        assert not story.state.is_listening(ben)
        story.when(ben, ask.Listen(on=False)).nothing()


def test_who_listens_writes_as_before_and_reacts():
    story = given(in_phase("gathering"), happened.ListeningChosen(ben, on=True))
    said = story.when(ben, ask.Say("Just a hello", CURRENT)).then(
        happened.Said(seat=ben, words="Just a hello")
    )
    (number,) = said.state.lines
    said.when(ben, ask.React(number, "with_you")).allowed()


def test_who_starts_to_listen_has_no_hand_up():
    story = given(with_hands(ben, chidi)).when(ben, ask.Listen(on=True))
    story.then(happened.ListeningChosen(ben, on=True), happened.HandLowered(ben, by="self"))


def test_who_starts_to_listen_is_invited_no_more():
    story = given(with_invited(ben)).when(ben, ask.Listen(on=True))
    ended = story.then(happened.ListeningChosen(ben, on=True), happened.InviteEnded(ben, "passed"))
    assert (ended.state.invited, ended.state.hands) == (None, ())
    ended.when(ben, ask.Accept(CURRENT)).refused("not_invited")


def test_a_holder_who_starts_to_listen_ends_the_turn_by_themselves():
    story = (
        given(with_floor(ben))
        .when(ben, ask.Listen(on=True))
        .then(happened.ListeningChosen(ben, on=True))
    )
    story.when(ben, ask.Say("Thank you", CURRENT)).allowed().when(ben, ask.Done(CURRENT)).allowed()


def test_who_listens_is_invited_when_they_raise_a_hand():
    story = given(in_phase("sharing"), happened.ListeningChosen(ben, on=True))
    story.when(ada, ask.Invite(CURRENT, ben)).refused("they_listen")
    raised = story.when(ben, ask.RaiseHand()).allowed()
    raised.when(ada, ask.Invite(CURRENT, ben)).then(called(ben))


def test_fc_16_who_came_back_to_listen_is_owed_no_hand():
    gone: list[History] = [
        happened.HolderWentAway(ben, NOON + 90),
        after(90),
        happened.TurnEnded(ben, "away"),
    ]
    listening = given(with_floor(ben), gone, happened.ListeningChosen(ben, on=True))
    listening.when(0, ask.HolderBack(ben)).nothing()


def test_the_muted_may_listen():
    given(in_phase("gathering"), happened.Muted(ben, NOON + 60)).when(
        ben, ask.Listen(on=True)
    ).allowed()


def test_fc_21_in_a_frozen_room_nothing_changes():
    given(in_phase("gathering"), happened.Frozen()).when(ben, ask.Listen(on=True)).refused("frozen")
