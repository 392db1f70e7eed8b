"""The oracle can fail: it turns down whatever is illegal, and says why."""

from typing import Any

import pytest

from moderation.meeting.entries import (
    AllMuted,
    AllUnmuted,
    AnyEntry,
    Appointed,
    ChairCameBack,
    ChairOffered,
    ChairOfferEnded,
    ChairTaken,
    ChairWentAway,
    Closed,
    Convened,
    Dismissed,
    DraftAnnounced,
    FloorTaken,
    Frozen,
    HandCameBack,
    HandLowered,
    HandMoved,
    HandRaised,
    HandWentAway,
    HolderCameBack,
    HolderWentAway,
    Invited,
    InviteEnded,
    KnockAnswered,
    Knocked,
    KnockGiven,
    LastLineGranted,
    ListeningChosen,
    Locked,
    Muted,
    Opened,
    PauseBegan,
    PauseEnded,
    PhaseBegan,
    Posted,
    QueueClosed,
    QueueOpened,
    Reacted,
    Redacted,
    Removed,
    Renamed,
    Said,
    SeatGiven,
    SeatTaken,
    ShieldLowered,
    ShieldRaised,
    Thawed,
    Told,
    ToldYou,
    TurnEnded,
    TurnExtended,
    Unlocked,
    Unmuted,
    WentQuiet,
)
from moderation.meeting.format import Phase, Speak
from tests.cast import EVES_SESSION, SESSIONS, ada, ben, chidi, dana, eve, mo
from tests.meeting.spec import (
    FORMAT,
    NEXT,
    NOON,
    After,
    History,
    after,
    called,
    convened,
    given,
    illegal,
    in_phase,
    sam_comes_in,
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
    (with_floor(ben), FloorTaken(chidi, turn=2), "floor is busy"),
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
    (GATHERING, Muted(ada, NOON + 60), "FC-22"),
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


# The floor in full: each history is legal, and what is planted behind it is not


def phase(speak: Speak, **changes: Any) -> tuple[Phase, ...]:
    """An agenda of a gathering, this phase, and an end."""
    here = Phase("here", "Here", 20, speak, **changes)
    return (Phase("gathering", "Gathering", 10, "open"), here, Phase("end", "End", 5, "open"))


def here(
    speak: Speak, *entries: Any, ways: dict[str, Any] | None = None, **changes: Any
) -> list[Any]:
    """All the cast is in such a phase."""
    return [*in_phase("here", phase(speak, **changes), **(ways or {})), *entries]


def turn(*entries: Any, speak: Speak = "queue", **changes: Any) -> list[Any]:
    """Ben has the floor in such a phase, since noon."""
    return here(speak, called(ben), FloorTaken(ben, turn=1), *entries, **changes)


def number(name: str) -> int:
    return [phase.id for phase in FORMAT.phases].index(name)


def line(history: list[Any]) -> int:
    """The number that the next entry of the room has."""
    private = SeatGiven | Told | ToldYou | DraftAnnounced | Knocked | KnockGiven | KnockAnswered
    return 1 + sum(not isinstance(entry, private | After) for entry in history)


TURN = turn(turn=2)
DRAFTED = turn(DraftAnnounced(ben), turn=2)
LAST_LINE = [*DRAFTED, after(180), LastLineGranted(ben, NOON + 185)]
SHARED: list[AnyEntry] = [Said(seat=ben, turn=1), TurnEnded(ben, "done")]
ROUND = in_phase("round")
TAGGED = turn(after(1), *SHARED, speak="tag")
PASSING = turn(turn=2, calls="next")
ENDED = [*TURN, TurnEnded(ben, "done")]
OWED = [*TURN, HolderWentAway(ben, NOON + 90), after(90), TurnEnded(ben, "away")]
DOOR = in_phase("gathering", door="members")
LOBBY = [*DOOR, Knocked(knock=1, words="Eve"), KnockGiven(1, EVES_SESSION)]
EVE: list[AnyEntry] = [
    SeatTaken(seat=NEXT, role="member", words="Eve"),
    SeatGiven(NEXT, EVES_SESSION),
]
ALONE: list[AnyEntry] = [SeatTaken(seat=1, role="member", words="Eve"), SeatGiven(1, EVES_SESSION)]
OVER = NOON + 12 * 3600.0
LOST = [*GATHERING, ChairWentAway(NOON + 60)]
QUIET = [*SHARING, ChairWentAway(NOON + 60), after(60), WentQuiet()]
OFFERED = [*GATHERING, ChairOffered(ben, by=ada, until=NOON + 30)]
SAID = [*GATHERING, Said(seat=ben, words="Hello")]
WORD = Reacted(ben, line(GATHERING), "with_you")

BEHIND: list[tuple[History, History, str]] = [
    # The agenda
    (seated(), Opened(by=ben), "what facilitators do"),
    (GATHERING, PhaseBegan(1, order=(ben,)), "order of a round"),
    (in_phase("tag"), PhaseBegan(number("round"), order=(ben, chidi)), "order of a round"),
    (
        [*in_phase("tag"), ListeningChosen(ben, True)],
        PhaseBegan(number("round"), order=(ben, chidi, dana, ada, mo)),
        "order of a round",
    ),
    (
        in_phase("tag"),
        PhaseBegan(number("round"), order=(ben, chidi, dana, ada, mo)),
        "ends before Invited",
    ),
    (
        in_phase("gathering", phase("open", on_enter=("lock",))),
        [PhaseBegan(1), Said(seat=ben)],
        "expected Locked",
    ),
    ([*GATHERING, Muted(ben, OVER, "phase")], PhaseBegan(1), "mute of the phase before"),
    (
        [*turn(turn=30, ends="time"), after(1200)],
        [TurnEnded(ben, "phase"), PhaseBegan(2, by="time")],
        "the end of the phase",
    ),
    ([*here("open", ends="time"), Frozen(), after(1200)], PhaseBegan(2, by="time"), "FC-21"),
    (
        [*here("open", ends="time"), Frozen(), after(1200), Thawed(), after(1199)],
        PhaseBegan(2, by="time"),
        "FC-29",
    ),
    (
        [*here("queue", HandRaised(ben), ends="time"), after(1201)],
        called(ben, at=NOON + 1201),
        "FC-29",
    ),
    # Words
    ([*GATHERING, Frozen()], Said(seat=ada), "FC-21"),
    ([*GATHERING, PauseBegan()], Said(seat=ben), "FC-15"),
    ([*GATHERING, AllMuted(NOON + 60)], Said(seat=ben), "room is muted"),
    ([*GATHERING, ShieldRaised()], Said(seat=ben), "room is muted"),
    (QUIET, Said(seat=ada), "FC-24"),
    (in_phase("lead"), Said(seat=ben), "not the speaker"),
    ([*in_phase("lead"), Appointed(ben, "speaker")], Said(seat=ada), "not the speaker"),
    (in_phase("readings"), Said(seat=ben), "not the reader"),
    ([*in_phase("newcomers"), Said(seat=ben)], Said(seat=ben), "one line each"),
    (in_phase("newcomers"), Said(seat=ben, words="x" * 281), "not short"),
    (in_phase("talk"), Said(seat=ben, turn=1), "no turns"),
    (LAST_LINE, [Said(seat=ben, turn=1), Said(seat=ben, turn=1)], "expected TurnEnded"),
    (GATHERING, Posted(seat=ben, kind="topic"), "not theirs"),
    ([*GATHERING, Appointed(ben, "reader")], Posted(seat=ben, kind="reading"), "not theirs"),
    ([*in_phase("readings"), Appointed(ben, "reader")], Posted(seat=ben, kind="cue"), "not theirs"),
    (TURN, Posted(seat=ada, kind="cue"), "FC-11"),
    ([*GATHERING, Muted(mo, NOON + 60)], Posted(seat=mo, kind="cue"), "P8"),
    (GATHERING, WORD, "no such line"),
    ([*SAID, WORD], WORD, "twice"),
    (SAID, Reacted(ben, line(GATHERING), "with_you", on=False), "twice"),
    (SAID, Reacted(ben, line(GATHERING), "congratulations"), "FC-11"),
    ([*SAID, Muted(ben, NOON + 60)], WORD, "P8"),
    ([*SAID, Frozen()], WORD, "FC-21"),
    ([*seated(), Muted(ben, NOON + 60)], Renamed(seat=ben, words="Bob"), "P8"),
    (GATHERING, Renamed(seat=ben, words="Ada"), "else's name"),
    (GATHERING, Renamed(seat=ben, words=" "), "nameless"),
    (GATHERING, ListeningChosen(ben, False), "listens already, or not"),
    ([*GATHERING, Frozen()], ListeningChosen(ben, True), "FC-21"),
    (with_hands(ben), ListeningChosen(ben, True), "ends before HandLowered"),
    (with_invited(ben), ListeningChosen(ben, True), "ends before InviteEnded"),
    (TURN, DraftAnnounced(chidi), "not the holder"),
    (DRAFTED, DraftAnnounced(ben), "announced already"),
    # The queue
    (with_hands(ben), HandRaised(chidi, place=1), "FC-01"),
    (turn(*SHARED, HandRaised(ben), ways={"fairness": True}), HandRaised(chidi), "FC-27"),
    (here("queue", HandRaised(ben), urgent="beside"), HandRaised(chidi, urgent=True), "FC-27"),
    (SHARING, HandRaised(ben, urgent=True), "no urgent lane"),
    (here("queue", urgent="only"), HandRaised(ben), "all hands are urgent"),
    (here("queue", QueueClosed(), urgent="beside"), HandRaised(ben), "FC-26"),
    (turn(*SHARED, ways={"single_share": True}), HandRaised(ben), "shared already"),
    ([*SHARING, AllMuted(NOON + 60)], HandRaised(ben), "room is muted"),
    ([*SHARING, ListeningChosen(ben, True)], HandRaised(ben), "listens"),
    ([*SHARING, Frozen()], HandRaised(ben), "FC-21"),
    (SHARING, HandRaised(ben, place=1, by="server"), "FC-16"),
    ([*OWED, HandRaised(chidi)], HandRaised(ben, by="server"), "FC-16"),
    ([*OWED, HandRaised(chidi)], HandRaised(ben), "FC-16"),
    (SHARING, HandMoved(ben, 1), "no hand to move"),
    (with_hands(ben), HandMoved(ben, 2), "no such place"),
    (with_hands(ben, chidi), HandMoved(ben, 1), "stands there"),
    ([*with_hands(ben, chidi), Frozen()], HandMoved(ben, 2), "FC-21"),
    ([*with_hands(ben), Frozen()], HandLowered(ben, "self"), "FC-21"),
    ([*with_hands(ben), Frozen()], HandLowered(ben, "facilitator"), "ends before a mute"),
    (
        [*with_hands(ben), HandWentAway(ben, NOON + 120), Frozen(), after(120)],
        HandLowered(ben, "away"),
        "FC-21",
    ),
    (
        [*with_hands(ben), HandWentAway(ben, NOON + 120), Frozen(), after(120), Thawed()],
        HandLowered(ben, "away"),
        "FC-17",
    ),
    ([*with_hands(ben), Frozen()], HandWentAway(ben, NOON + 120), "FC-21"),
    ([*SHARING, QueueClosed()], QueueClosed(), "closed already"),
    (SHARING, QueueOpened(), "open already"),
    # The floor
    (with_hands(ben), Invited(ben, by=ada, until=NOON + 60), "FC-05"),
    ([*with_hands(ben), PauseBegan()], called(ben), "FC-15"),
    ([*with_hands(ben), Frozen()], called(ben), "FC-21"),
    (QUIET, called(ben, at=NOON + 60), "FC-24"),
    ([*SHARING, ListeningChosen(ben, True)], called(ben), "who listens"),
    (with_hands(ben), called(ben, at_once=True), "FC-07"),
    ([*ENDED, Said(seat=ada)], called(chidi, at_once=True), "FC-07"),
    (ENDED, called(chidi, by=0, at_once=True), "by itself"),
    ([*with_invited(ben), after(44)], InviteEnded(ben, "expired"), "FC-05"),
    ([*with_invited(ben), PauseBegan(), after(45)], InviteEnded(ben, "expired"), "FC-15"),
    (
        [*with_invited(ben), PauseBegan(), AllMuted(NOON + 600), after(45), PauseEnded()],
        [after(45), InviteEnded(ben, "expired")],
        "FC-15",
    ),
    (
        [*with_invited(ben), PauseBegan(), after(45), PauseEnded(), after(44)],
        InviteEnded(ben, "expired"),
        "FC-05",
    ),
    ([*with_invited(ben), Frozen(), after(45)], InviteEnded(ben, "expired"), "FC-21"),
    (
        [*with_invited(ben), Frozen(), after(45), Thawed(), after(44)],
        InviteEnded(ben, "expired"),
        "FC-05",
    ),
    (
        [*with_hands(ben), Invited(ben, by=ada), after(99)],
        InviteEnded(ben, "expired"),
        "without an end",
    ),
    (with_invited(ben), InviteEnded(ben, "given_back"), "FC-10"),
    ([*ENDED, called(chidi)], InviteEnded(chidi, "given_back"), "ends before FloorTaken"),
    (with_invited(ben), InviteEnded(ben, "quiet"), "ends before WentQuiet"),
    (with_invited(ben), InviteEnded(ben, "muted"), "ends before Muted"),
    (with_floor(ben), TurnEnded(ben, "removed"), "ends before Removed"),
    (with_floor(ben), TurnEnded(ben, "phase"), "ends before the end of the phase"),
    ([*PASSING, HandRaised(chidi)], TurnEnded(ben, "done"), "ends before Invited"),
    (
        [*PASSING, HandRaised(chidi), HandRaised(dana)],
        [TurnEnded(ben, "done"), called(dana, by=0, at_once=True)],
        "expected Invited",
    ),
    (
        [*PASSING, HandRaised(chidi)],
        [TurnEnded(ben, "done"), called(chidi, by=0)],
        "expected Invited",
    ),
    (ROUND, [InviteEnded(ben, "passed"), called(dana, by=0, at_once=True)], "expected Invited"),
    ([*ENDED, after(121)], FloorTaken(ben, turn=2), "FC-10"),
    (ENDED, FloorTaken(chidi, turn=2), "FC-05"),
    ([*ENDED, called(chidi)], FloorTaken(ben, turn=2), "FC-05"),
    ([*with_invited(ben), PauseBegan()], FloorTaken(ben, turn=1), "FC-15"),
    ([*with_invited(ben), Frozen()], FloorTaken(ben, turn=1), "FC-21"),
    ([*TURN, Frozen()], TurnEnded(ben, "done"), "FC-21"),
    ([*DRAFTED, after(180)], TurnEnded(ben, "time"), "FC-14"),
    ([*LAST_LINE, after(4)], TurnEnded(ben, "time"), "FC-14"),
    ([*LAST_LINE, PauseBegan(), after(9), PauseEnded()], TurnEnded(ben, "time"), "FC-14"),
    ([*TURN, TurnExtended(ben, 1), after(239)], TurnEnded(ben, "time"), "FC-14"),
    ([*TURN, PauseBegan(), after(180)], TurnEnded(ben, "time"), "FC-15"),
    ([*TURN, PauseBegan(), after(99), PauseEnded(), after(99)], TurnEnded(ben, "time"), "FC-14"),
    ([*TURN, Frozen(), after(99), Thawed(), after(99)], TurnEnded(ben, "time"), "FC-14"),
    (
        [*TURN, HolderWentAway(ben, NOON + 90), Frozen(), after(90), Thawed()],
        TurnEnded(ben, "away"),
        "grace",
    ),
    ([*TURN, Frozen()], HolderWentAway(ben, NOON + 90), "FC-21"),
    (TURN, TurnExtended(chidi, 1), "not the holder"),
    (TURN, TurnExtended(ben, 6), "five minutes"),
    (turn(), TurnExtended(ben, 1), "five minutes"),
    ([*TURN, after(180)], LastLineGranted(ben, NOON + 185), "no line was announced"),
    ([*DRAFTED, after(179)], LastLineGranted(ben, NOON + 184), "FC-14"),
    ([*DRAFTED, after(180)], LastLineGranted(ben, NOON + 190), "FC-14"),
    (LAST_LINE, LastLineGranted(ben, NOON + 185), "again"),
    ([*GATHERING, PauseBegan()], PauseBegan(), "paused already"),
    (GATHERING, PauseEnded(), "not paused"),
    # Tag
    (TAGGED, called(dana, by=chidi, at=NOON + 1), "FC-28"),
    (TAGGED, called(dana, by=ada, at=NOON + 1), "FC-28"),
    (TAGGED, called(ben, by=ben, at=NOON + 1), "FC-28"),
    ([*TAGGED, ListeningChosen(chidi, True)], called(chidi, by=ben, at=NOON + 1), "who listens"),
    (
        [*TAGGED, HandRaised(chidi), HandWentAway(chidi, NOON + 121)],
        called(chidi, by=ben, at=NOON + 1),
        "absent",
    ),
    ([*TAGGED, after(31)], called(chidi, by=ben, at=NOON + 32), "by a member"),
    # Conduct
    ([*GATHERING, *sam_comes_in()], Muted(NEXT, NOON + 60), "FC-22"),
    (GATHERING, Muted(ben, NOON + 60, "phase"), "end of the scope"),
    (GATHERING, Muted(ben, NOON + 60, "meeting"), "end of the scope"),
    ([*GATHERING, Muted(ben, NOON + 60)], Unmuted(ben, "phase"), "FC-19"),
    ([*GATHERING, Muted(ben, OVER, "phase")], Unmuted(ben, "phase"), "ends before the next phase"),
    ([*GATHERING, Muted(ben, NOON + 60), Frozen(), after(60)], Unmuted(ben, "time"), "FC-21"),
    (
        [*GATHERING, Muted(ben, NOON + 60), Frozen(), after(60), Thawed()],
        Unmuted(ben, "time"),
        "too early",
    ),
    (GATHERING, AllMuted(NOON), "over already"),
    (GATHERING, AllUnmuted("facilitator"), "was not muted"),
    ([*GATHERING, AllMuted(NOON + 60), after(59)], AllUnmuted("time"), "too early"),
    ([*GATHERING, Frozen()], AllMuted(NOON + 60), "FC-21"),
    ([*GATHERING, Frozen()], Frozen(), "frozen already"),
    (GATHERING, Thawed(), "not frozen"),
    ([*GATHERING, ShieldRaised()], ShieldRaised(), "up already"),
    (GATHERING, ShieldLowered(), "not up"),
    (SAID, ShieldRaised(), "strangers"),
    ([*GATHERING, Said(seat=ada)], ShieldRaised(folded=(line(GATHERING),)), "strangers"),
    ([*SAID, after(61)], ShieldRaised(folded=(line(GATHERING),)), "strangers"),
    # The door
    ([*GATHERING, Locked()], EVE, "door was shut"),
    ([*GATHERING, ShieldRaised()], EVE, "door was shut"),
    ([*in_phase("gathering", door="open"), Muted(ben, NOON + 60)], EVE, "door was shut"),
    ([*GATHERING, Locked()], Locked(), "locked already"),
    (GATHERING, Unlocked(), "not locked"),
    (GATHERING, SeatTaken(seat=NEXT, role="member", words="Ada"), "else's name"),
    ([*DOOR, Locked()], Knocked(knock=1, words="Eve"), "locked door"),
    (DOOR, Knocked(knock=2, words="Eve"), "in order"),
    (DOOR, Knocked(knock=1, words=" "), "nameless"),
    (in_phase("gathering", door="open"), Knocked(knock=1, words="Eve"), "door is open"),
    (GATHERING, Knocked(knock=1, words="Eve"), "no lobby"),
    (DOOR, Knocked(knock=1, words="Eve"), "ends before the session of knock"),
    (DOOR, [Knocked(knock=1, words="Eve"), KnockGiven(1, SESSIONS[ben])], "P9"),
    (DOOR, KnockGiven(1, EVES_SESSION), "without its other half"),
    (
        [*LOBBY, KnockAnswered(1, "turned_away", by=ada)],
        [Knocked(knock=2, words="Eve"), KnockGiven(2, EVES_SESSION)],
        "P9",
    ),
    (LOBBY, KnockAnswered(1, "turned_away", by=ben), "what facilitators do"),
    (LOBBY, KnockAnswered(2, "turned_away", by=ada), "nobody waits"),
    (LOBBY, KnockAnswered(1, "admitted", by=ada), "ends before the seat of knock"),
    (
        LOBBY,
        [KnockAnswered(1, "admitted", by=ada), SeatTaken(seat=NEXT, role="staff", words="Eve")],
        "the seat of knock",
    ),
    (
        LOBBY,
        [KnockAnswered(1, "admitted", by=ada), EVE[0], SeatGiven(NEXT, "another")],
        "the session of knock",
    ),
    # The chair
    ([*GATHERING, Appointed(ben, "reader")], Appointed(ben, "reader"), "already"),
    (GATHERING, Appointed(mo, "co_chair"), "already"),
    ([*convened(), *ALONE], Appointed(1, "reader"), "FC-22"),
    (GATHERING, Dismissed(ben, "reader"), "does not have"),
    (GATHERING, Dismissed(ada, "co_chair"), "FC-22"),
    (OFFERED, ChairOffered(chidi, by=ada, until=NOON + 30), "two offers"),
    (GATHERING, ChairOffered(ben, by=ada, until=NOON + 60), "FC-23"),
    (GATHERING, ChairOffered(ben, by=mo, until=NOON + 30), "FC-23"),
    (GATHERING, ChairOffered(ben, by=chidi, until=NOON + 30), "what facilitators do"),
    (GATHERING, ChairOffered(ada, by=ada, until=NOON + 30), "has the chair"),
    ([*GATHERING, Muted(ben, NOON + 60)], ChairOffered(ben, by=ada, until=NOON + 30), "muted"),
    (GATHERING, ChairOffered(ben, by=0, until=NOON + 30), "FC-24"),
    ([*GATHERING, Appointed(ben, "standby")], ChairOffered(ben, by=0, until=NOON + 30), "FC-24"),
    (LOST, ChairOffered(ben, by=0, until=NOON + 30), "FC-24"),
    (LOST, ChairOffered(mo, by=0, until=NOON + 30), "FC-24"),
    (GATHERING, ChairOfferEnded(ben, "declined"), "no such offer"),
    (OFFERED, ChairOfferEnded(chidi, "declined"), "no such offer"),
    ([*OFFERED, after(29)], ChairOfferEnded(ben, "expired"), "FC-23"),
    (OFFERED, ChairOfferEnded(ben, "withdrawn"), "nobody but the server"),
    (GATHERING, ChairTaken(ben), "FC-23"),
    (GATHERING, ChairTaken(mo), "FC-23"),
    ([*OFFERED, Muted(ben, NOON + 60)], ChairTaken(ben), "the muted"),
    (LOST, ChairWentAway(NOON + 60), "lost already"),
    (GATHERING, ChairWentAway(NOON + 90), "FC-24"),
    (GATHERING, ChairCameBack(ada), "FC-24"),
    (LOST, ChairCameBack(ben), "what facilitators do"),
    ([*LOST, after(59)], WentQuiet(), "FC-24"),
    ([*with_invited(ben), ChairWentAway(NOON + 60), after(60)], WentQuiet(), "FC-24"),
]


@pytest.mark.parametrize(("history", "planted", "why"), BEHIND)
def test_p10_an_illegal_entry_behind_a_legal_history_is_turned_down(
    history: History, planted: History, why: str
):
    assert given(history).log
    assert why in illegal(history, planted)


def test_p10_logs_of_older_versions_are_still_legal():
    """They say nothing of a chair, nor of the time of an invitation, and call it `muted`."""
    opened: History = [*seated(), Opened(), *(PhaseBegan(phase) for phase in range(3))]
    turn: History = [HandRaised(ben), Invited(ben, by=ada), after(300), FloorTaken(ben, turn=1)]
    muted: History = [TurnEnded(ben, "muted"), Muted(ben, NOON + 600)]
    assert given(opened, turn, muted).state.chair is None
    assert "FC-22" in illegal(opened, Muted(mo, NOON + 600))
