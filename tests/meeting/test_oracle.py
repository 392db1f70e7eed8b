"""The oracle can fail: it turns down whatever is illegal, and says why."""

import pytest

from moderation.meeting.entries import (
    Closed,
    Convened,
    FloorTaken,
    HandCameBack,
    HandLowered,
    HandRaised,
    HandWentAway,
    HolderCameBack,
    HolderWentAway,
    Invited,
    InviteEnded,
    Muted,
    Opened,
    PhaseBegan,
    Redacted,
    Removed,
    Said,
    SeatGiven,
    SeatTaken,
    Told,
    ToldYou,
    TurnEnded,
    Unmuted,
)
from tests.cast import SESSIONS, ada, ben, chidi, eve, mo
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

SHARING = in_phase("sharing")
GATHERING = in_phase("gathering")

PLANTED: list[tuple[History, History, str]] = [
    # Who may write (P8, P10)
    ([*GATHERING, Muted(ben, NOON + 60)], Said(seat=ben), "P8"),
    ([*GATHERING, Removed(ben)], Said(seat=ben), "no seat"),
    (GATHERING, Said(seat=eve), "no seat"),
    (GATHERING, Said(seat=ben, turn=1), "no turns"),
    (in_phase("opening"), Said(seat=ben), "only facilitators"),
    (in_phase("opening"), Said(seat=ada, turn=1), "no turns"),
    (SHARING, Said(seat=ben), "out of turn"),
    (SHARING, Said(seat=ada, turn=1), "nobody has the floor"),
    (with_invited(ben), Said(seat=ben, turn=1), "out of turn"),
    (with_floor(ben), Said(seat=chidi, turn=1), "somebody else's turn"),
    (with_floor(ben), Said(seat=ada), "somebody else's turn"),
    (with_floor(ben), Said(seat=ben), "another turn"),
    (in_phase("silence"), Said(seat=ada), "nobody writes"),
    (seated(), Said(seat=ada), "not open"),
    ([*GATHERING, Closed("facilitator")], Said(seat=ada), "not open"),
    # The floor (P11)
    (with_floor(ben), FloorTaken(chidi, turn=2), "without an invitation"),
    (with_hands(ben), FloorTaken(ben, turn=1), "without an invitation"),
    (with_invited(ben), FloorTaken(chidi, turn=1), "without an invitation"),
    (with_invited(ben), FloorTaken(ben, turn=2), "turns are counted"),
    ([*with_invited(ben), Invited(chidi, by=mo)], (), "floor is busy"),
    (with_floor(ben), Invited(chidi, by=ada), "floor is busy"),
    (SHARING, Invited(ben, by=chidi), "by a member"),
    (with_hands(ben, ada), Invited(ada, by=ada), "FC-25"),
    ([*SHARING, Muted(ben, NOON + 60)], Invited(ben, by=ada), "muted"),
    (GATHERING, Invited(ben, by=ada), "no queue"),
    (with_invited(ben), InviteEnded(chidi, "passed"), "not invited"),
    (with_floor(ben), TurnEnded(chidi, "done"), "not running"),
    ([*with_floor(ben), TurnEnded(ben, "done")], TurnEnded(ben, "away"), "not running"),
    ([*with_floor(ben), HolderWentAway(ben, NOON + 90)], TurnEnded(ben, "away"), "grace"),
    (with_floor(ben), TurnEnded(ben, "time"), "no limit"),
    (
        [*in_phase("more"), Invited(ben, by=ada), FloorTaken(ben, turn=1)],
        TurnEnded(ben, "time"),
        "FC-14",
    ),
    (in_phase("more"), PhaseBegan(4, by="time"), "FC-29"),
    (in_phase("silence"), Closed("time"), "before its time"),
    (with_floor(ben), HolderWentAway(ben, NOON + 60), "FC-16"),
    (with_floor(ben), HolderWentAway(chidi, NOON + 90), "not the holder"),
    (with_floor(ben), HolderCameBack(ben), "not away"),
    # Hands
    (with_hands(ben), HandRaised(ben), "FC-02"),
    (with_floor(ben), HandRaised(ben), "has the floor"),
    (GATHERING, HandRaised(ben), "no queue"),
    ([*SHARING, Muted(ben, NOON + 60)], HandRaised(ben), "muted"),
    (with_hands(ben), HandLowered(chidi, "self"), "no hand"),
    (SHARING, HandWentAway(ben, NOON + 120), "no hand"),
    (with_hands(ben), HandWentAway(ben, NOON + 60), "FC-17"),
    (with_invited(ben), HandWentAway(ben, NOON + 120), "invited"),
    ([*with_hands(ben), HandWentAway(ben, NOON + 120)], HandWentAway(ben, NOON + 120), "already"),
    (with_hands(ben), HandCameBack(ben), "not away"),
    (with_hands(ben), HandLowered(ben, "away"), "FC-17"),
    (
        [*with_hands(ben), HandWentAway(ben, NOON + 120), after(119)],
        HandLowered(ben, "away"),
        "FC-17",
    ),
    (
        [
            *[*with_hands(ben), HandWentAway(ben, NOON + 120), HandCameBack(ben), after(120)],
        ],
        HandLowered(ben, "away"),
        "FC-17",
    ),
    # Seats and conduct
    (GATHERING, Muted(mo, NOON + 60), "FC-22"),
    (GATHERING, Removed(ada), "FC-22"),
    (GATHERING, Muted(ben, NOON), "over already"),
    (with_floor(ben), Muted(ben, NOON + 60), "FC-19"),
    (with_invited(ben), Removed(ben), "FC-19"),
    (with_hands(ben), Muted(ben, NOON + 60), "hand"),
    (GATHERING, Unmuted(ben, "facilitator"), "not muted"),
    ([*GATHERING, Muted(ben, NOON + 60)], Unmuted(ben, "time"), "too early"),
    (
        [*GATHERING, Muted(ben, NOON + 60), Closed("facilitator"), after(60)],
        Unmuted(ben, "time"),
        "timers",
    ),
    (convened(), SeatTaken(seat=2, role="member", words="Ben"), "in order"),
    (convened(), SeatTaken(seat=1, role="member", words=" "), "nameless"),
    ([*convened(), SeatTaken(seat=1, role="member", words="Ben")], (), "ends before"),
    ([*convened(), SeatTaken(seat=1, role="member")], Opened(), "not given"),
    (
        [*seated(), SeatTaken(seat=6, role="member", words="Eve")],
        SeatGiven(6, SESSIONS[ben]),
        "two seats",
    ),
    (seated(), SeatGiven(ben, "session"), "without its other half"),
    (
        [*GATHERING, Closed("facilitator")],
        [SeatTaken(seat=6, role="member", words="Eve"), SeatGiven(6, "s")],
        "after the close",
    ),
    # Words
    (GATHERING, ToldYou(owner=ben, seat=ben, words="Psst"), "without its other half"),
    (GATHERING, [Told(seat=ben, words="a"), ToldYou(owner=ben, seat=ben, words="b")], "expected"),
    (
        GATHERING,
        [Told(seat=ben, words="a"), ToldYou(owner=chidi, seat=ben, words="a")],
        "expected",
    ),
    (GATHERING, Told(seat=ben, to=chidi, words="Psst"), "all facilitators"),
    (GATHERING, Told(seat=ada, to=eve, words="Psst"), "no seat"),
    ([*GATHERING, Closed("facilitator")], Told(seat=ben, words="Psst"), "after the close"),
    ([*GATHERING, Removed(ben)], Told(seat=ben, words="Psst"), "no seat"),
    ([*GATHERING, Said(seat=ben)], Redacted(1, by="self"), "no words"),
    # The agenda
    ([*convened(), Convened(FORMAT.id, FORMAT.phases)], (), "twice"),
    (Convened(FORMAT.id, ()), (), "no agenda"),
    (Opened(), (), "before it was convened"),
    ([*GATHERING, Opened()], (), "twice"),
    ([*seated(), Opened()], PhaseBegan(1), "expected"),
    (seated(), PhaseBegan(0), "with the opening"),
    (GATHERING, PhaseBegan(2), "skipped"),
    (in_phase("silence"), PhaseBegan(len(FORMAT.phases)), "no such phase"),
    (with_floor(ben), PhaseBegan(3), "floor is busy"),
    (with_invited(ben), Closed("facilitator"), "floor is busy"),
    (GATHERING, Closed("time"), "before its time"),
    (seated(), Closed("facilitator"), "not open"),
    ([*GATHERING, Closed("facilitator")], Closed("facilitator"), "twice"),
    (GATHERING, [after(-1), Said(seat=ben)], "time went back"),
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
    story = given(with_floor(ben), Said(seat=ben, turn=1), TurnEnded(ben, "done"))
    second = given(story.log_entries(), Invited(chidi, by=ada), FloorTaken(chidi, turn=2))
    assert second.log_entries()[-1] == FloorTaken(chidi, turn=2)
    without_the_end = [*with_floor(ben), Said(seat=ben, turn=1), Said(seat=chidi, turn=1)]
    assert "somebody else's turn" in illegal(without_the_end)
