"""The decider as a whole: who may ask at all, what is due, and that commands and entries are all known."""

from typing import get_args

import msgspec
import pytest

from moderation.bounds import snake
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.agenda import LEFT_OPEN
from moderation.meeting.decider import FROZEN_OUT, NEW, due
from moderation.meeting.state import Stamp
from tests.cast import ada, ben, chidi, dana, eve
from tests.meeting.spec import (
    FORMAT,
    NOON,
    after,
    convened,
    given,
    in_phase,
    seated,
    with_floor,
    with_hands,
    with_invited,
)

SAMPLES = {
    "text": "Hello",
    "epoch": 1,
    "seat": ben,
    "minutes": 1,
    "number": 1,
    "kind": "topic",
    "name": "Benjamin",
    "on": True,
    "place": 1,
    "knock": 1,
    "service": "reader",
    "reason": "advice",
    "about": "mute",
    "appeal": 1,
    "upheld": True,
}


def sample(command: type[ask.SeatCommand]) -> ask.SeatCommand:
    """A command of this type that names Ben."""
    fields = {name: SAMPLES[name] for name in command.__struct_fields__ if name in SAMPLES}
    return command(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "command", get_args(ask.SeatCommand), ids=lambda command: snake(command.__name__)
)
def test_somebody_without_a_seat_is_refused_whatever_they_ask(command: type[ask.SeatCommand]):
    story = given(in_phase("sharing"), happened.Removed(chidi))
    story.when(eve, sample(command)).refused("no_seat")
    story.when(0, sample(command)).refused("no_seat")
    story.when(chidi, sample(command)).refused("removed")


@pytest.mark.parametrize(
    "command",
    [
        ask.Convene(FORMAT.id, FORMAT.phases),
        ask.TakeSeat("s", "member", "Eve"),
        ask.HolderAway(ben),
        ask.HolderBack(ben),
        ask.HandAway(ben),
        ask.HandBack(ben),
        ask.ChairAway(),
        ask.ChairBack(ada),
        ask.Tick(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_the_server_proposes_no_seat_can_ask(command: ask.ServerCommand):
    for seat in (ada, ben, eve):
        with pytest.raises(AssertionError, match="only the server"):
            given(in_phase("sharing")).when(seat, command)


def test_nothing_is_due_before_there_is_a_meeting_and_after_the_close():
    assert due(NEW) is None
    assert (
        due(
            given(
                in_phase("after"), happened.Muted(ben, NOON + 60), happened.Closed("facilitator")
            ).state
        )
        is None
    )


def test_p20_the_close_by_time_is_due_from_the_start():
    assert due(given(convened()).state) == NOON + LEFT_OPEN
    opened = given(seated(), after(60), happened.Opened(by=ada), happened.PhaseBegan(0)).state
    assert due(opened) == NOON + 60 + LEFT_OPEN


def test_the_earliest_mute_end_or_grace_is_due():
    muted = given(
        in_phase("gathering"), happened.Muted(ben, NOON + 300), happened.Muted(chidi, NOON + 60)
    )
    assert due(muted.state) == NOON + 60
    assert (
        due(given(muted.log_entries(), happened.Unmuted(chidi, "facilitator")).state) == NOON + 300
    )
    away = given(with_floor(ben), happened.HolderWentAway(ben, NOON + 90))
    assert due(away.state) == NOON + 90
    assert due(given(with_floor(ben)).state) == NOON + LEFT_OPEN


def test_p12_one_tick_does_all_that_is_due():
    story = given(
        with_floor(ben),
        happened.Muted(chidi, NOON + 60),
        happened.HolderWentAway(ben, NOON + 90),
        after(90),
    )
    done = story.when(0, ask.Tick()).then(
        happened.TurnEnded(ben, "away"), happened.Unmuted(chidi, "time")
    )
    done.when(0, ask.Tick()).nothing()


@pytest.mark.parametrize(
    "command", get_args(ask.SeatCommand), ids=lambda command: snake(command.__name__)
)
def test_a50_nothing_is_asked_of_a_closed_meeting_but_to_take_words_out(
    command: type[ask.SeatCommand],
):
    said = happened.Said(seat=ben, words="Hello")
    story = given(in_phase("after"), said, happened.Closed("facilitator"))
    (number,) = story.state.lines
    asked = sample(command)
    if isinstance(asked, ask.Redact):
        story.when(ada, ask.Redact(number)).then(happened.Redacted(number, "facilitator"))
    elif isinstance(asked, ask.PurgeRecent):
        story.when(ada, asked).then(happened.Redacted(number, "facilitator"))
    else:
        story.when(ada, asked).refused("meeting_closed")


@pytest.mark.parametrize(
    "command", get_args(FROZEN_OUT), ids=lambda command: snake(command.__name__)
)
def test_fc_21_what_moves_the_floor_waits_in_a_frozen_room(command: type[ask.SeatCommand]):
    for history in (with_hands(ben), with_floor(ben), in_phase("gathering")):
        frozen = given(history, happened.Frozen())
        frozen.when(ada, sample(command)).refused("frozen")
        frozen.when(ben, sample(command)).refused("frozen")


def test_fc_21_while_the_room_is_frozen_only_the_chair_and_the_close_are_due():
    running = [
        *with_floor(ben, phase="more"),
        happened.HandRaised(dana),
        happened.HandWentAway(dana, NOON + 120),
        happened.Muted(chidi, NOON + 60),
    ]
    assert due(given(running).state) == NOON + 60
    assert due(given(running, happened.Frozen()).state) == NOON + LEFT_OPEN
    lost = given(running, happened.Frozen(), happened.ChairWentAway(NOON + 60))
    assert due(lost.state) == NOON + 60
    lost.later(60).when(0, ask.Tick()).then(happened.WentQuiet())
    given(running, happened.Frozen()).later(3600).when(0, ask.Tick()).nothing()
    frozen = given(running, happened.Frozen(), after(LEFT_OPEN))
    frozen.when(0, ask.Tick()).then(happened.TurnEnded(ben, "phase"), happened.Closed("time"))


def test_an_invitation_and_a_mute_of_all_are_due():
    assert due(given(with_invited(ben)).state) == NOON + 45
    assert due(given(with_invited(ben), happened.PauseBegan()).state) == NOON + LEFT_OPEN
    assert due(given(in_phase("gathering"), happened.AllMuted(NOON + 600)).state) == NOON + 600


def test_every_entry_folds_on_its_own_type():
    folded = given(in_phase("gathering")).state
    with pytest.raises(AssertionError):
        given().rules.evolve(folded, "no entry", Stamp(1, NOON))  # type: ignore[arg-type]
    assert {snake(entry.__name__) for entry in get_args(happened.AnyEntry)} == {
        str(entry.__struct_config__.tag) for entry in get_args(happened.AnyEntry)
    }


def test_a_state_is_never_changed_in_place():
    story = given(in_phase("gathering"))
    before = story.state
    seats, hands = before.seats, before.hands
    story.when(ada, ask.Mute(ben, 5)).allowed().when(ada, ask.Close()).allowed()
    assert (before.seats, before.hands, before.closed_at) == (seats, hands, None)
    assert before == story.state
    with pytest.raises(AttributeError):
        before.epoch = 7  # type: ignore[misc]


def test_a_meeting_that_opens_is_told_by_two_entries_of_one_time():
    opened = given(seated(), after(5)).when(ada, ask.Open()).allowed()
    assert [at for _, at in opened.log[-2:]] == [NOON + 5, NOON + 5]
    assert msgspec.structs.replace(opened.state, closed_at=NOON).is_open is False
