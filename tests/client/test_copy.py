"""What the client keeps: the fold as a browser has it, and where it is in each stream."""

from __future__ import annotations

from typing import Any

import pytest

from chatroom.client import (
    Copy,
    fold,
    thaw,
    view,
)
from chatroom.live.wire import (
    Entries,
    Numbered,
    Resumed,
)
from moderation.case import case as case_rules
from moderation.case import desk as desk_rules
from moderation.case.entries import (
    CameToDesk,
    CaseClosed,
    CaseEntry,
    CaseListed,
    CaseRaised,
    Claimed,
    DeskEntry,
    DeskSeatGiven,
    LineGiven,
    NobodyThere,
    Wrote,
)
from moderation.meeting import audience, decider
from moderation.meeting import entries as happened
from moderation.meeting.state import Stamp
from tests.client.stage import BEN, MEETING, entries, fresh, place, resumed, said, view_of

# The fold


def test_a_view_and_what_follows_it_look_like_a_fresh_view_at_every_place_of_a_meeting():
    states, numbers = [decider.NEW], dict.fromkeys((0, -1, 1, BEN), 0)
    stamps = []
    for at, entry in enumerate(MEETING):
        numbers[audience.audience(entry)] += 1
        stamps.append(Stamp(numbers[audience.audience(entry)], float(at)))
        states.append(decider.evolve(states[-1], entry, stamps[-1]))
    for start, state in enumerate(states):
        copy = thaw(audience.snapshot(state, BEN))
        for entry, stamp, after in zip(
            MEETING[start:], stamps[start:], states[start + 1 :], strict=True
        ):
            copy = fold(copy, entry, stamp)
            assert view(copy, BEN) == audience.snapshot(after, BEN)


def test_the_same_holds_for_a_case():
    entries: list[CaseEntry] = [
        CaseRaised(source="help", triage="urgent", room="tuesday", words="Ben"),
        LineGiven(1, "s2"),
        NobodyThere(),
        Claimed(seat=2, words="Sam"),
        Wrote(seat=2, words="I am here."),
        CaseClosed(by=2),
    ]
    state = case_rules.NEW
    copy = thaw(case_rules.snapshot(state, 1))
    for number, entry in enumerate(entries, 1):
        state = case_rules.evolve(state, entry, Stamp(number, float(number)))
        copy = fold(copy, entry, Stamp(number, float(number)))
        assert view(copy, 1) == case_rules.snapshot(state, 1)
        assert view(thaw(view(copy, 1)), 1) == view(copy, 1)


def test_the_same_holds_for_the_desk():
    def listed(status: Any) -> CaseListed:
        return CaseListed("a" * 16, status, source="help", triage="urgent", raised_at=1.0)

    entries: list[DeskEntry] = [
        CameToDesk(seat=1, words="Sam"),
        DeskSeatGiven(1, "s9"),
        listed("raised"),
        listed("claimed"),
        listed("closed"),
    ]
    state = desk_rules.NEW
    copy = thaw(desk_rules.snapshot(state, 1))
    for number, entry in enumerate(entries, 1):
        state = desk_rules.evolve(state, entry, Stamp(number, float(number)))
        copy = fold(copy, entry, Stamp(number, float(number)))
        assert view(copy, 1) == desk_rules.snapshot(state, 1)
        assert view(thaw(view(copy, 1)), 1) == view(copy, 1)


# The copy


def test_a_fresh_start_counts_when_all_its_entries_are_here():
    copy = Copy()
    assert copy.start(fresh(room=(4, 6))) == []
    assert copy.take(said(5)) == []
    assert copy.cursor is None, "a cursor in the middle of a start would leave the rest out"
    assert [seen.number for seen in copy.take(said(6))] == [5, 6]
    assert copy.cursor == {"room": place(6), "own": "0."}


def test_what_the_snapshot_holds_is_not_folded_twice():
    copy = Copy()
    copy.start(fresh(room=(0, 2), epoch=3))
    copy.take(entries(happened.Opened(), happened.PhaseBegan(0), happened.PhaseBegan(1)))
    assert view_of(copy).epoch == 4, "numbers 1 and 2 are in the snapshot, 3 is not"


def test_a_start_that_was_cut_off_leaves_the_old_cursor():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    copy.start(fresh(room=(7, 9), reason="too_far"))
    copy.take(said(8))
    assert copy.cursor is not None
    assert copy.cursor["room"] == place(1)
    copy.resume(resumed(room=2))
    assert [seen.number for seen in copy.take(said(2))] == [2]
    assert copy.resets == []


def test_a_second_start_is_recorded_as_a_reset():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.start(fresh(room=(0, 0), reason="diverged"))
    assert copy.resets == ["diverged"]


@pytest.mark.parametrize("number", [1, 2, 4, 7])
def test_a_hole_or_a_double_is_never_swallowed(number: int):
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    copy.take(said(2))
    with pytest.raises(AssertionError, match=f"room: {number} came after 2"):
        copy.take(said(number))


def test_streams_are_counted_apart():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    copy.take(Entries("own", (Numbered(1, "b" * 16, 0.0, happened.SeatGiven(BEN, "s")),)))
    assert copy.cursor == {"room": place(1), "own": "1." + "b" * 16}


def test_an_ok_on_a_cursor_of_another_life_is_never_swallowed():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    with pytest.raises(AssertionError, match="room: resumed"):
        copy.resume(Resumed(seat=BEN, cursor={"room": "1." + "f" * 16}, now=0.0))
    with pytest.raises(AssertionError, match="room: resumed"):
        copy.resume(Resumed(seat=BEN, cursor={"room": "0."}, now=0.0))


def test_a_head_is_ahead_when_it_is_later_or_other():
    copy = Copy()
    copy.start(fresh(room=(0, 0)))
    copy.take(said(1))
    copy.take(said(2))
    assert copy.is_behind(place(3))
    assert copy.is_behind("2." + "f" * 16)
    assert not copy.is_behind(place(2))
    assert not copy.is_behind(place(1)), "it was read before our last entry was stored"
