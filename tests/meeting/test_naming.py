"""Names: another one for oneself, and one that a facilitator takes out."""

from typing import Any, cast

import pytest
from msgspec.structs import replace

from moderation.content.names import alike
from moderation.meeting import commands as ask
from moderation.meeting import decider, naming
from moderation.meeting import entries as happened
from moderation.meeting.state import Stamp
from tests.cast import EVES_SESSION, ada, ben, chidi, mo
from tests.meeting.spec import (
    NEXT,
    NOON,
    bounced,
    given,
    in_phase,
    seated,
)


def eve_as(name: str) -> ask.TakeSeat:
    return ask.TakeSeat(EVES_SESSION, "member", name)


def told(seat: int) -> tuple[int, ...]:
    """Where the room was told the name of one of the cast: after the agenda, in the order of coming."""
    return (seat + 1,)


def test_somebody_goes_by_another_name():
    story = given(in_phase("gathering")).when(ben, ask.Rename("  Benjamin "))
    renamed = story.then(happened.Renamed(seat=ben, words="Benjamin", over=told(ben)))
    assert renamed.state.seats[ben].name == "Benjamin"
    renamed.when(ben, ask.Rename("Benjamin")).nothing()
    renamed.when(0, eve_as("Ben")).then(
        happened.SeatTaken(seat=NEXT, role="member", words="Ben"),
        happened.SeatGiven(NEXT, EVES_SESSION),
    )


def test_a_name_may_be_written_otherwise_by_whoever_has_it():
    given(in_phase("gathering")).when(ben, ask.Rename("BEN")).then(
        happened.Renamed(seat=ben, words="BEN", over=told(ben))
    )


def test_nobody_takes_the_name_of_another():
    given(in_phase("gathering")).when(ben, ask.Rename("chidi")).refused("name_taken")
    given(in_phase("gathering")).when(ben, ask.Rename(" ")).refused("no_name")


def test_a_name_is_changed_before_the_opening_and_in_any_phase():
    given(seated()).when(ben, ask.Rename("Benjamin")).allowed()
    for phase in ("silence", "opening", "sharing", "round"):
        given(in_phase(phase)).when(ben, ask.Rename("Benjamin")).allowed()


def test_w12_who_is_not_heard_takes_no_other_name():
    story = given(in_phase("gathering"))
    stopped: list[tuple[happened.AnyEntry, str]] = [
        (happened.Muted(ben, NOON + 60), "muted"),
        (happened.AllMuted(NOON + 60), "names_locked"),
        (happened.ShieldRaised(), "names_locked"),
        (happened.PauseBegan(), "paused"),
        (happened.Frozen(), "frozen"),
    ]
    for stop, code in stopped:
        story.given(stop).when(ben, ask.Rename("Benjamin")).refused(code)
    given(seated(), happened.Muted(ben, NOON + 60)).when(ben, ask.Rename("Benjamin")).refused(
        "muted"
    )


def test_facilitators_take_another_name_while_names_are_locked():
    given(in_phase("gathering"), happened.ShieldRaised()).when(ada, ask.Rename("Ada L.")).allowed()


def test_a_new_name_is_reviewed():
    found = bounced("contact_details", 0, 3)
    renamed = given(in_phase("gathering")).when(ben, ask.Rename("Ben 0770"), found)
    renamed.refused("name_contact", spans=[(0, 3)])


def test_in_a_room_of_thousands_a_name_is_compared_with_those_that_look_like_it(
    monkeypatch: pytest.MonkeyPatch,
):
    compared: list[tuple[str, str]] = []

    def noted(name: str, other: str) -> bool:
        compared.append((name, other))
        return alike(name, other)

    monkeypatch.setattr(naming, "alike", noted)
    said = happened.Said(seat=chidi, words="Hello")
    story = given(in_phase("gathering"), said, happened.Renamed(seat=chidi, words="Benny"))
    story.when(0, eve_as("BEN")).refused("name_taken")
    story.when(0, eve_as("Chidi")).allowed()
    assert compared == [("BEN", "Ben"), ("Chidi", "Benny")]


class NotWalked:
    """How names look: one look can be asked for, and nobody goes through them all."""

    def __init__(self, looks: Any) -> None:
        self._looks = looks

    def __getitem__(self, look: str) -> Any:
        return self._looks[look]

    def __getattr__(self, name: str) -> Any:
        assert name in ("get", "insert", "remove"), f"{name} looks at thousands"
        return getattr(self._looks, name)


def test_in_a_room_of_thousands_a_name_that_is_taken_out_costs_no_look_at_the_others():
    meeting = given(in_phase("gathering")).state
    walled = replace(meeting, looks=cast("Any", NotWalked(meeting.looks)))
    entry = happened.NameTakenOut(seat=ben, words="Member 2", over=told(ben))
    left = decider.evolve(walled, entry, Stamp(20, NOON))
    assert list(naming.going_by(left, "Ben")) == []
    assert list(naming.going_by(left, "Member 2")) == [ben]
    assert list(naming.going_by(left, "Chidi")) == [chidi]


# A name that is not told any more


def test_a_name_changed_before_one_has_written_leaves_no_old_one_behind():
    """The full name, typed by mistake: its words are gone, from the log too."""
    story = given(in_phase("gathering")).when(ben, ask.Rename("Ben W."))
    renamed = story.then(happened.Renamed(seat=ben, words="Ben W.", over=told(ben)))
    number = renamed.state.seats[ben].named_at
    again = renamed.when(ben, ask.Rename("Benny"))
    again.then(happened.Renamed(seat=ben, words="Benny", over=number))
    renamed.when(0, eve_as("Ben")).allowed()


def test_a_name_changed_after_one_has_written_is_told():
    story = given(in_phase("gathering"), happened.Said(seat=ben, words="Hello"))
    renamed = story.when(ben, ask.Rename("Ben W."))
    told_of = renamed.then(happened.Renamed(seat=ben, words="Ben W."))
    assert told_of.state.seats[ben].named_at == (*told(ben), 10)


def test_a_facilitator_takes_a_name_out_and_the_seat_gets_a_neutral_one():
    story = given(in_phase("gathering"), happened.Said(seat=ben, words="Hello"))
    renamed = story.when(ben, ask.Rename("Rude")).allowed()
    before = renamed.state.seats[ben].named_at
    assert len(before) == 2
    out = renamed.when(mo, ask.TakeNameOut(ben)).then(
        happened.NameTakenOut(seat=ben, words="Guest 2", over=before)
    )
    assert out.state.seats[ben].name == "Guest 2"
    out.when(mo, ask.TakeNameOut(ben)).nothing()
    out.when(ben, ask.Rename("Ben W.")).then(happened.Renamed(seat=ben, words="Ben W."))
    out.when(0, eve_as("Rude")).allowed()


def test_the_neutral_name_is_told_apart_from_who_goes_by_it_already():
    story = given(in_phase("gathering")).when(chidi, ask.Rename("Guest 2")).allowed()
    out = story.when(ada, ask.TakeNameOut(ben)).allowed()
    assert out.state.seats[ben].name == "Guest 2 2"


def test_fc_22_a_name_is_taken_out_by_facilitators_and_of_who_is_below_them():
    story = given(in_phase("gathering"))
    story.when(chidi, ask.TakeNameOut(ben)).refused("facilitators_act")
    story.when(mo, ask.TakeNameOut(ada)).refused("not_on_a_facilitator")
    story.when(ada, ask.TakeNameOut(mo)).allowed()
    story.when(ada, ask.TakeNameOut(99)).refused("no_such_seat")


def test_cm_04_all_of_a_name_comes_back_with_words_of_its_own():
    found = bounced("full_name", 0, 10)
    renamed = given(in_phase("gathering")).when(ben, ask.Rename("Ben Carter"), found)
    renamed.refused("name_full", spans=[(0, 10)])
