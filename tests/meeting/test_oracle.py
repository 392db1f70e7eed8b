"""The oracle can fail: it turns down whatever is illegal, and says why."""

import pytest

from moderation.meeting import entries as happened
from tests.cast import SESSIONS, ada, ben, chidi, eve, mo
from tests.meeting.illegal import BEHIND, GATHERING, SHARING
from tests.meeting.spec import (
    FORMAT,
    NOON,
    History,
    after,
    convened,
    given,
    illegal,
    in_phase,
    seated,
    with_floor,
    with_hands,
    with_invited,
)

PLANTED: list[tuple[History, History, str]] = [
    # Who may write (P8, P10)
    ([*GATHERING, happened.Muted(ben, NOON + 60)], happened.Said(seat=ben), "P8"),
    ([*GATHERING, happened.Removed(ben)], happened.Said(seat=ben), "no seat"),
    (GATHERING, happened.Said(seat=eve), "no seat"),
    (GATHERING, happened.Said(seat=ben, turn=1), "no turns"),
    (in_phase("opening"), happened.Said(seat=ben), "only facilitators"),
    (in_phase("opening"), happened.Said(seat=ada, turn=1), "no turns"),
    (SHARING, happened.Said(seat=ben), "out of turn"),
    (SHARING, happened.Said(seat=ada, turn=1), "nobody has the floor"),
    (with_invited(ben), happened.Said(seat=ben, turn=1), "out of turn"),
    (with_floor(ben), happened.Said(seat=chidi, turn=1), "somebody else's turn"),
    (with_floor(ben), happened.Said(seat=ada), "somebody else's turn"),
    (with_floor(ben), happened.Said(seat=ben), "another turn"),
    (in_phase("silence"), happened.Said(seat=ada), "nobody writes"),
    (seated(), happened.Said(seat=ada), "not open"),
    ([*GATHERING, happened.Closed("facilitator")], happened.Said(seat=ada), "not open"),
    # The floor (P11)
    (with_floor(ben), happened.FloorTaken(chidi, turn=2), "floor is busy"),
    (with_hands(ben), happened.FloorTaken(ben, turn=1), "without an invitation"),
    (with_invited(ben), happened.FloorTaken(chidi, turn=1), "without an invitation"),
    (with_invited(ben), happened.FloorTaken(ben, turn=2), "turns are counted"),
    ([*with_invited(ben), happened.Invited(chidi, by=mo)], (), "floor is busy"),
    (with_floor(ben), happened.Invited(chidi, by=ada), "floor is busy"),
    (SHARING, happened.Invited(ben, by=chidi), "by a member"),
    (with_hands(ben, ada), happened.Invited(ada, by=ada), "FC-25"),
    ([*SHARING, happened.Muted(ben, NOON + 60)], happened.Invited(ben, by=ada), "muted"),
    (GATHERING, happened.Invited(ben, by=ada), "no queue"),
    (with_invited(ben), happened.InviteEnded(chidi, "passed"), "not invited"),
    (with_floor(ben), happened.TurnEnded(chidi, "done"), "not running"),
    (
        [*with_floor(ben), happened.TurnEnded(ben, "done")],
        happened.TurnEnded(ben, "away"),
        "not running",
    ),
    (
        [*with_floor(ben), happened.HolderWentAway(ben, NOON + 90)],
        happened.TurnEnded(ben, "away"),
        "grace",
    ),
    (with_floor(ben), happened.TurnEnded(ben, "time"), "no limit"),
    (
        [*in_phase("more"), happened.Invited(ben, by=ada), happened.FloorTaken(ben, turn=1)],
        happened.TurnEnded(ben, "time"),
        "FC-14",
    ),
    (in_phase("more"), happened.PhaseBegan(4, by="time"), "FC-29"),
    (in_phase("silence"), happened.Closed("time"), "before its time"),
    (with_floor(ben), happened.HolderWentAway(ben, NOON + 60), "FC-16"),
    (with_floor(ben), happened.HolderWentAway(chidi, NOON + 90), "not the holder"),
    (with_floor(ben), happened.HolderCameBack(ben), "not away"),
    # Hands
    (with_hands(ben), happened.HandRaised(ben), "FC-02"),
    (with_floor(ben), happened.HandRaised(ben), "has the floor"),
    (GATHERING, happened.HandRaised(ben), "no queue"),
    ([*SHARING, happened.Muted(ben, NOON + 60)], happened.HandRaised(ben), "muted"),
    (with_hands(ben), happened.HandLowered(chidi, "self"), "no hand"),
    (SHARING, happened.HandWentAway(ben, NOON + 120), "no hand"),
    (with_hands(ben), happened.HandWentAway(ben, NOON + 60), "FC-17"),
    (with_invited(ben), happened.HandWentAway(ben, NOON + 120), "invited"),
    (
        [*with_hands(ben), happened.HandWentAway(ben, NOON + 120)],
        happened.HandWentAway(ben, NOON + 120),
        "already",
    ),
    (with_hands(ben), happened.HandCameBack(ben), "not away"),
    (with_hands(ben), happened.HandLowered(ben, "away"), "FC-17"),
    (
        [*with_hands(ben), happened.HandWentAway(ben, NOON + 120), after(119)],
        happened.HandLowered(ben, "away"),
        "FC-17",
    ),
    (
        [
            *[
                *with_hands(ben),
                happened.HandWentAway(ben, NOON + 120),
                happened.HandCameBack(ben),
                after(120),
            ],
        ],
        happened.HandLowered(ben, "away"),
        "FC-17",
    ),
    # Seats and conduct
    (GATHERING, happened.Muted(ada, NOON + 60), "FC-22"),
    (GATHERING, happened.Removed(ada), "FC-22"),
    (GATHERING, happened.Muted(ben, NOON), "over already"),
    (with_floor(ben), happened.Muted(ben, NOON + 60), "FC-19"),
    (with_invited(ben), happened.Removed(ben), "FC-19"),
    (with_hands(ben), happened.Muted(ben, NOON + 60), "hand"),
    (GATHERING, happened.Unmuted(ben, "facilitator"), "not muted"),
    ([*GATHERING, happened.Muted(ben, NOON + 60)], happened.Unmuted(ben, "time"), "too early"),
    (
        [*GATHERING, happened.Muted(ben, NOON + 60), happened.Closed("facilitator"), after(60)],
        happened.Unmuted(ben, "time"),
        "timers",
    ),
    (convened(), happened.SeatTaken(seat=2, role="member", words="Ben"), "in order"),
    (convened(), happened.SeatTaken(seat=1, role="member", words=" "), "nameless"),
    ([*convened(), happened.SeatTaken(seat=1, role="member", words="Ben")], (), "ends before"),
    ([*convened(), happened.SeatTaken(seat=1, role="member")], happened.Opened(), "not given"),
    (
        [*seated(), happened.SeatTaken(seat=6, role="member", words="Eve")],
        happened.SeatGiven(6, SESSIONS[ben]),
        "two seats",
    ),
    (seated(), happened.SeatGiven(ben, "session"), "without its other half"),
    (
        [*GATHERING, happened.Closed("facilitator")],
        [happened.SeatTaken(seat=6, role="member", words="Eve"), happened.SeatGiven(6, "s")],
        "after the close",
    ),
    # Words
    (GATHERING, happened.ToldYou(owner=ben, seat=ben, words="Psst"), "without its other half"),
    (
        GATHERING,
        [happened.Told(seat=ben, words="a"), happened.ToldYou(owner=ben, seat=ben, words="b")],
        "expected",
    ),
    (
        GATHERING,
        [happened.Told(seat=ben, words="a"), happened.ToldYou(owner=chidi, seat=ben, words="a")],
        "expected",
    ),
    (GATHERING, happened.Told(seat=ben, to=chidi, words="Psst"), "all facilitators"),
    (GATHERING, happened.Told(seat=ada, to=eve, words="Psst"), "no seat"),
    (
        [*GATHERING, happened.Closed("facilitator")],
        happened.Told(seat=ben, words="Psst"),
        "after the close",
    ),
    ([*GATHERING, happened.Removed(ben)], happened.Told(seat=ben, words="Psst"), "no seat"),
    ([*GATHERING, happened.Said(seat=ben)], happened.Redacted(1, by="self"), "no words"),
    # The agenda
    ([*convened(), happened.Convened(FORMAT.id, FORMAT.phases)], (), "twice"),
    (happened.Convened(FORMAT.id, ()), (), "no agenda"),
    (happened.Opened(), (), "before it was convened"),
    ([*GATHERING, happened.Opened()], (), "twice"),
    ([*seated(), happened.Opened()], happened.PhaseBegan(1), "expected"),
    (seated(), happened.PhaseBegan(0), "with the opening"),
    (GATHERING, happened.PhaseBegan(2), "skipped"),
    (in_phase("silence"), happened.PhaseBegan(len(FORMAT.phases)), "no such phase"),
    (with_floor(ben), happened.PhaseBegan(3), "floor is busy"),
    (with_invited(ben), happened.Closed("facilitator"), "floor is busy"),
    (GATHERING, happened.Closed("time"), "before its time"),
    (seated(), happened.Closed("facilitator"), "not open"),
    ([*GATHERING, happened.Closed("facilitator")], happened.Closed("facilitator"), "twice"),
    (GATHERING, [after(-1), happened.Said(seat=ben)], "time went back"),
]


@pytest.mark.parametrize(("history", "planted", "why"), PLANTED)
def test_p10_an_illegal_entry_is_turned_down(history: History, planted: History, why: str):
    assert why in illegal(history, planted)


@pytest.mark.parametrize(
    "history", [SHARING, GATHERING, with_floor(ben), with_invited(ben), seated()]
)
def test_p10_what_the_illegal_entries_are_planted_in_is_legal(history: History):
    assert given(history).log


def test_fc_06_two_members_who_share_in_one_epoch_are_noticed():
    story = given(with_floor(ben), happened.Said(seat=ben, turn=1), happened.TurnEnded(ben, "done"))
    second = given(
        story.log_entries(), happened.Invited(chidi, by=ada), happened.FloorTaken(chidi, turn=2)
    )
    assert second.log_entries()[-1] == happened.FloorTaken(chidi, turn=2)
    without_the_end = [
        *with_floor(ben),
        happened.Said(seat=ben, turn=1),
        happened.Said(seat=chidi, turn=1),
    ]
    assert "somebody else's turn" in illegal(without_the_end)


# The floor in full: each history is legal, and what is planted behind it is not


@pytest.mark.parametrize(("history", "planted", "why"), BEHIND)
def test_p10_an_illegal_entry_behind_a_legal_history_is_turned_down(
    history: History, planted: History, why: str
):
    assert given(history).log
    assert why in illegal(history, planted)


def test_p10_logs_of_older_versions_are_still_legal():
    """They say nothing of a chair, nor of the time of an invitation, and call it `muted`."""
    opened: History = [
        *seated(),
        happened.Opened(),
        *(happened.PhaseBegan(phase) for phase in range(3)),
    ]
    turn: History = [
        happened.HandRaised(ben),
        happened.Invited(ben, by=ada),
        after(300),
        happened.FloorTaken(ben, turn=1),
    ]
    muted: History = [happened.TurnEnded(ben, "muted"), happened.Muted(ben, NOON + 600)]
    assert given(opened, turn, muted).state.chair is None
    assert "FC-22" in illegal(opened, happened.Muted(mo, NOON + 600))
