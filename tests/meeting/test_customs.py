"""The typed customs of text meetings: `!`, `done`, `[done]` or `pass`, as phones write them."""

import pytest

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests.cast import ada, ben, chidi
from tests.meeting.spec import (
    CURRENT,
    STALE,
    after,
    bounced,
    called,
    given,
    in_phase,
    with_floor,
    with_invited,
)


@pytest.mark.parametrize("phase", ["sharing", "passing", "tag"])
@pytest.mark.parametrize("typed", ["!", " ! ", "!\n", "！"])
def test_fc_13_an_exclamation_mark_raises_a_hand(phase: str, typed: str):
    given(in_phase(phase)).when(ben, ask.Say(typed, CURRENT)).then(happened.HandRaised(ben))


def test_fc_13_a_hand_is_raised_whatever_epoch_its_sender_saw():
    given(in_phase("sharing")).when(ben, ask.Say("!", STALE)).then(happened.HandRaised(ben))


@pytest.mark.parametrize(
    "typed",
    [
        "done",
        "DONE",
        " Done\n",
        "[done]",
        "[Done]",
        "Done.",
        "Done!",
        "done. ",
        "Done !",
        "[done].",
        "done！",
        "ｄｏｎｅ",
    ],
)
def test_fc_13_done_typed_by_the_holder_ends_the_turn(typed: str):
    given(with_floor(ben)).when(ben, ask.Say(typed, CURRENT)).then(happened.TurnEnded(ben, "done"))


@pytest.mark.parametrize("typed", ["pass", "PASS", "  Pass ", "Pass.", "pass!", "pass。"])
def test_fc_13_pass_typed_by_the_holder_or_the_invited_passes(typed: str):
    given(with_floor(ben)).when(ben, ask.Say(typed, CURRENT)).then(
        happened.TurnEnded(ben, "passed")
    )
    given(with_invited(ben)).when(ben, ask.Say(typed, CURRENT)).then(
        happened.InviteEnded(ben, "passed")
    )


@pytest.mark.parametrize(
    "typed",
    [
        "I am done",
        "I am done.",
        "done?",
        "done...",
        "done!!",
        "! please",
        "!!",
        "!.",
        ".",
        "pass the salt",
        "[pass]",
        "d one",
    ],
)
def test_fc_13_a_longer_sentence_is_a_line(typed: str):
    line = given(with_floor(ben)).when(ben, ask.Say(typed, CURRENT))
    line.then(happened.Said(seat=ben, turn=1, words=typed))


@pytest.mark.parametrize("typed", ["done", "[done]", " Done "])
def test_fc_13_done_typed_by_the_invited_passes_and_is_no_first_line(typed: str):
    given(with_invited(ben)).when(ben, ask.Say(typed, CURRENT)).then(
        happened.InviteEnded(ben, "passed")
    )


def test_fc_13_the_words_of_somebody_else_end_no_turn():
    holding = given(with_floor(ben))
    for typed in ("done", "pass"):
        holding.when(chidi, ask.Say(typed, CURRENT)).refused("not_your_turn")
        holding.when(ada, ask.Say(typed, CURRENT)).refused("turn_running")


def test_fc_13_outside_a_queue_the_customs_are_lines():
    for typed in ("!", "done", "pass"):
        line = given(in_phase("gathering")).when(ben, ask.Say(typed, CURRENT))
        line.then(happened.Said(seat=ben, words=typed))
    given(in_phase("opening")).when(ben, ask.Say("!", CURRENT)).refused("facilitators_only")


def test_fc_13_a_stale_done_ends_no_later_turn():
    given(with_floor(ben)).when(ben, ask.Say("done", STALE)).refused("stale_epoch")
    given(with_invited(ben)).when(ben, ask.Say("pass", STALE)).refused("stale_epoch")


def test_fc_13_a_done_that_lost_its_race_is_stale_and_no_draft():
    holding = given(with_floor(ben, phase="passing"), happened.HandRaised(chidi))
    epoch = holding.state.epoch
    moved = holding.when(ada, ask.Next(epoch)).then(
        happened.TurnEnded(ben, "ended"), called(chidi, at_once=True)
    )
    for typed in ("done", " DONE ", "Done.", "[done]", "pass"):
        late = moved.when(ben, ask.Say(typed, epoch)).refused("stale_epoch")
        assert (late.state.epoch, late.state.invited) == (epoch + 1, chidi)
    moved.when(ben, ask.Say("I am done", epoch)).refused("turn_ended")


def test_fc_13_a_typed_done_and_the_button_end_one_turn():
    holding = given(with_floor(ben, phase="passing"), happened.HandRaised(chidi))
    epoch = holding.state.epoch
    typed = holding.when(ben, ask.Say("done", epoch)).then(
        happened.TurnEnded(ben, "done"), called(chidi, by=0, at_once=True)
    )
    typed.when(ben, ask.Done(epoch)).refused("stale_epoch")


def test_fc_13_much_later_a_typed_done_is_text_out_of_turn():
    over = given(with_floor(ben), happened.TurnEnded(ben, "ended"), after(5.1))
    over.when(ben, ask.Say("done", STALE)).refused("not_your_turn")


def test_fc_13_a_held_up_floor_is_left_by_typing_too():
    paused = given(with_floor(ben), happened.PauseBegan())
    paused.when(ben, ask.Say("done", CURRENT)).then(happened.TurnEnded(ben, "done"))
    paused.when(chidi, ask.Say("!", CURRENT)).then(happened.HandRaised(chidi))


def test_fc_13_fc_21_a_frozen_room_knows_no_customs():
    frozen = given(with_floor(ben), happened.Frozen())
    for seat, typed in ((ben, "done"), (ben, "pass"), (chidi, "!")):
        frozen.when(seat, ask.Say(typed, CURRENT)).refused("frozen")


def test_fc_13_customs_are_no_words_and_are_not_reviewed():
    found = bounced("contact_details", 0, 1)
    given(in_phase("sharing")).when(ben, ask.Say("!", CURRENT), found).then(
        happened.HandRaised(ben)
    )
