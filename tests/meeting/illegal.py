"""Legal histories in every corner of the floor, and the entry behind each that must be turned down."""

from typing import Any

from moderation.meeting import entries as happened
from moderation.meeting.format import Phase, Speak
from tests.cast import EVES_SESSION, SESSIONS, ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    FORMAT,
    NEXT,
    NOON,
    After,
    History,
    after,
    called,
    convened,
    in_phase,
    sam_comes_in,
    seated,
    with_floor,
    with_hands,
    with_invited,
)

SHARING = in_phase("sharing")
GATHERING = in_phase("gathering")


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
    return here(speak, called(ben), happened.FloorTaken(ben, turn=1), *entries, **changes)


def number(name: str) -> int:
    return [phase.id for phase in FORMAT.phases].index(name)


def line(history: list[Any]) -> int:
    """The number that the next entry of the room has."""
    private = (
        happened.SeatGiven
        | happened.CareNoticed
        | happened.Told
        | happened.ToldYou
        | happened.DraftAnnounced
        | happened.Knocked
        | happened.KnockGiven
        | happened.KnockAnswered
    )
    return 1 + sum(not isinstance(entry, private | After) for entry in history)


TURN = turn(turn=2)
DRAFTED = turn(happened.DraftAnnounced(ben), turn=2)
LAST_LINE = [*DRAFTED, after(180), happened.LastLineGranted(ben, NOON + 185)]
MOMENT = [*TURN, happened.MomentGiven(ben, NOON + 60)]
SHARED: list[happened.AnyEntry] = [happened.Said(seat=ben, turn=1), happened.TurnEnded(ben, "done")]
ROUND = in_phase("round")
TAGGED = turn(after(1), *SHARED, speak="tag")
PASSING = turn(turn=2, calls="next")
ENDED = [*TURN, happened.TurnEnded(ben, "done")]
OWED = [*TURN, happened.HolderWentAway(ben, NOON + 90), after(90), happened.TurnEnded(ben, "away")]
DOOR = in_phase("gathering", door="members")
LOBBY = [*DOOR, happened.Knocked(knock=1, words="Eve"), happened.KnockGiven(1, EVES_SESSION)]
EVE: list[happened.AnyEntry] = [
    happened.SeatTaken(seat=NEXT, role="member", words="Eve"),
    happened.SeatGiven(NEXT, EVES_SESSION),
]
ALONE: list[happened.AnyEntry] = [
    happened.SeatTaken(seat=1, role="member", words="Eve"),
    happened.SeatGiven(1, EVES_SESSION),
]
OVER = NOON + 12 * 3600.0
LOST = [*GATHERING, happened.ChairWentAway(NOON + 60)]
QUIET = [*SHARING, happened.ChairWentAway(NOON + 60), after(60), happened.WentQuiet()]
OFFERED = [*GATHERING, happened.ChairOffered(ben, by=ada, until=NOON + 30)]
SAID = [*GATHERING, happened.Said(seat=ben, words="Hello")]
WORD = happened.Reacted(ben, line(GATHERING), "with_you")

BEHIND: list[tuple[History, History, str]] = [
    # The agenda
    (seated(), happened.Opened(by=ben), "what facilitators do"),
    (GATHERING, happened.PhaseBegan(1, order=(ben,)), "order of a round"),
    (in_phase("tag"), happened.PhaseBegan(number("round"), order=(ben, chidi)), "order of a round"),
    (
        [*in_phase("tag"), happened.ListeningChosen(ben, True)],
        happened.PhaseBegan(number("round"), order=(ben, chidi, dana, ada, mo)),
        "order of a round",
    ),
    (
        in_phase("tag"),
        happened.PhaseBegan(number("round"), order=(ben, chidi, dana, ada, mo)),
        "ends before Invited",
    ),
    (
        in_phase("gathering", phase("open", on_enter=("lock",))),
        [happened.PhaseBegan(1), happened.Said(seat=ben)],
        "expected Locked",
    ),
    (
        [*GATHERING, happened.Muted(ben, OVER, "phase")],
        happened.PhaseBegan(1),
        "mute of the phase before",
    ),
    (
        [*turn(turn=30, ends="time"), after(1200)],
        [happened.TurnEnded(ben, "phase"), happened.PhaseBegan(2, by="time")],
        "the end of the phase",
    ),
    (
        [*here("open", ends="time"), happened.Frozen(), after(1200)],
        happened.PhaseBegan(2, by="time"),
        "FC-21",
    ),
    (
        [
            *here("open", ends="time"),
            happened.Frozen(),
            after(1200),
            happened.Thawed(),
            after(1199),
        ],
        happened.PhaseBegan(2, by="time"),
        "FC-29",
    ),
    (
        [*here("queue", happened.HandRaised(ben), ends="time"), after(1201)],
        called(ben, at=NOON + 1201),
        "FC-29",
    ),
    # Words
    ([*GATHERING, happened.Frozen()], happened.Said(seat=ada), "FC-21"),
    ([*GATHERING, happened.PauseBegan()], happened.Said(seat=ben), "FC-15"),
    ([*GATHERING, happened.AllMuted(NOON + 60)], happened.Said(seat=ben), "room is muted"),
    ([*GATHERING, happened.ShieldRaised()], happened.Said(seat=ben), "room is muted"),
    (QUIET, happened.Said(seat=ada), "FC-24"),
    (in_phase("lead"), happened.Said(seat=ben), "not the speaker"),
    (
        [*in_phase("lead"), happened.Appointed(ben, "speaker")],
        happened.Said(seat=ada),
        "not the speaker",
    ),
    (in_phase("readings"), happened.Said(seat=ben), "not the reader"),
    ([*in_phase("newcomers"), happened.Said(seat=ben)], happened.Said(seat=ben), "one line each"),
    (in_phase("newcomers"), happened.Said(seat=ben, words="x" * 281), "not short"),
    (in_phase("talk"), happened.Said(seat=ben, turn=1), "no turns"),
    (
        LAST_LINE,
        [happened.Said(seat=ben, turn=1), happened.Said(seat=ben, turn=1)],
        "expected TurnEnded",
    ),
    (GATHERING, happened.Posted(seat=ben, kind="topic"), "not theirs"),
    (
        [*GATHERING, happened.Appointed(ben, "reader")],
        happened.Posted(seat=ben, kind="reading"),
        "not theirs",
    ),
    (
        [*in_phase("readings"), happened.Appointed(ben, "reader")],
        happened.Posted(seat=ben, kind="cue"),
        "not theirs",
    ),
    (TURN, happened.Posted(seat=ada, kind="cue"), "FC-11"),
    ([*GATHERING, happened.Muted(mo, NOON + 60)], happened.Posted(seat=mo, kind="cue"), "P8"),
    (GATHERING, WORD, "no such line"),
    ([*SAID, WORD], WORD, "twice"),
    (SAID, happened.Reacted(ben, line(GATHERING), "with_you", on=False), "twice"),
    (SAID, happened.Reacted(ben, line(GATHERING), "congratulations"), "FC-11"),
    ([*SAID, happened.Muted(ben, NOON + 60)], WORD, "P8"),
    ([*SAID, happened.Frozen()], WORD, "FC-21"),
    ([*seated(), happened.Muted(ben, NOON + 60)], happened.Renamed(seat=ben, words="Bob"), "P8"),
    (GATHERING, happened.Renamed(seat=ben, words="Ada"), "else's name"),
    (GATHERING, happened.Renamed(seat=ben, words=" "), "nameless"),
    (GATHERING, happened.ListeningChosen(ben, False), "listens already, or not"),
    ([*GATHERING, happened.Frozen()], happened.ListeningChosen(ben, True), "FC-21"),
    (with_hands(ben), happened.ListeningChosen(ben, True), "ends before HandLowered"),
    (with_invited(ben), happened.ListeningChosen(ben, True), "ends before InviteEnded"),
    (TURN, happened.DraftAnnounced(chidi), "not the holder"),
    (DRAFTED, happened.DraftAnnounced(ben), "announced already"),
    # The queue
    (with_hands(ben), happened.HandRaised(chidi, place=1), "FC-01"),
    (
        turn(*SHARED, happened.HandRaised(ben), ways={"fairness": True}),
        happened.HandRaised(chidi),
        "FC-27",
    ),
    (
        here("queue", happened.HandRaised(ben), urgent="beside"),
        happened.HandRaised(chidi, urgent=True),
        "FC-27",
    ),
    (SHARING, happened.HandRaised(ben, urgent=True), "no urgent lane"),
    (here("queue", urgent="only"), happened.HandRaised(ben), "all hands are urgent"),
    (here("queue", happened.QueueClosed(), urgent="beside"), happened.HandRaised(ben), "FC-26"),
    (turn(*SHARED, ways={"single_share": True}), happened.HandRaised(ben), "shared already"),
    ([*SHARING, happened.AllMuted(NOON + 60)], happened.HandRaised(ben), "room is muted"),
    ([*SHARING, happened.ListeningChosen(ben, True)], happened.HandRaised(ben), "listens"),
    ([*SHARING, happened.Frozen()], happened.HandRaised(ben), "FC-21"),
    (SHARING, happened.HandRaised(ben, place=1, by="server"), "FC-16"),
    ([*OWED, happened.HandRaised(chidi)], happened.HandRaised(ben, by="server"), "FC-16"),
    ([*OWED, happened.HandRaised(chidi)], happened.HandRaised(ben), "FC-16"),
    (SHARING, happened.HandMoved(ben, 1), "no hand to move"),
    (with_hands(ben), happened.HandMoved(ben, 2), "no such place"),
    (with_hands(ben, chidi), happened.HandMoved(ben, 1), "stands there"),
    ([*with_hands(ben, chidi), happened.Frozen()], happened.HandMoved(ben, 2), "FC-21"),
    ([*with_hands(ben), happened.Frozen()], happened.HandLowered(ben, "self"), "FC-21"),
    (
        [*with_hands(ben), happened.Frozen()],
        happened.HandLowered(ben, "facilitator"),
        "ends before a mute",
    ),
    (
        [*with_hands(ben), happened.HandWentAway(ben, NOON + 120), happened.Frozen(), after(120)],
        happened.HandLowered(ben, "away"),
        "FC-21",
    ),
    (
        [
            *with_hands(ben),
            happened.HandWentAway(ben, NOON + 120),
            happened.Frozen(),
            after(120),
            happened.Thawed(),
        ],
        happened.HandLowered(ben, "away"),
        "FC-17",
    ),
    ([*with_hands(ben), happened.Frozen()], happened.HandWentAway(ben, NOON + 120), "FC-21"),
    ([*SHARING, happened.QueueClosed()], happened.QueueClosed(), "closed already"),
    (SHARING, happened.QueueOpened(), "open already"),
    # The floor
    (with_hands(ben), happened.Invited(ben, by=ada, until=NOON + 60), "FC-05"),
    ([*with_hands(ben), happened.PauseBegan()], called(ben), "FC-15"),
    ([*with_hands(ben), happened.Frozen()], called(ben), "FC-21"),
    (QUIET, called(ben, at=NOON + 60), "FC-24"),
    ([*SHARING, happened.ListeningChosen(ben, True)], called(ben), "who listens"),
    (with_hands(ben), called(ben, at_once=True), "FC-07"),
    ([*ENDED, happened.Said(seat=ada)], called(chidi, at_once=True), "FC-07"),
    (ENDED, called(chidi, by=0, at_once=True), "by itself"),
    ([*with_invited(ben), after(44)], happened.InviteEnded(ben, "expired"), "FC-05"),
    (
        [*with_invited(ben), happened.PauseBegan(), after(45)],
        happened.InviteEnded(ben, "expired"),
        "FC-15",
    ),
    (
        [
            *with_invited(ben),
            happened.PauseBegan(),
            happened.AllMuted(NOON + 600),
            after(45),
            happened.PauseEnded(),
        ],
        [after(45), happened.InviteEnded(ben, "expired")],
        "FC-15",
    ),
    (
        [*with_invited(ben), happened.PauseBegan(), after(45), happened.PauseEnded(), after(44)],
        happened.InviteEnded(ben, "expired"),
        "FC-05",
    ),
    (
        [*with_invited(ben), happened.Frozen(), after(45)],
        happened.InviteEnded(ben, "expired"),
        "FC-21",
    ),
    (
        [*with_invited(ben), happened.Frozen(), after(45), happened.Thawed(), after(44)],
        happened.InviteEnded(ben, "expired"),
        "FC-05",
    ),
    (
        [*with_hands(ben), happened.Invited(ben, by=ada), after(99)],
        happened.InviteEnded(ben, "expired"),
        "without an end",
    ),
    (with_invited(ben), happened.InviteEnded(ben, "given_back"), "FC-10"),
    ([*ENDED, called(chidi)], happened.InviteEnded(chidi, "given_back"), "ends before FloorTaken"),
    (with_invited(ben), happened.InviteEnded(ben, "quiet"), "ends before WentQuiet"),
    (with_invited(ben), happened.InviteEnded(ben, "muted"), "ends before Muted"),
    (with_floor(ben), happened.TurnEnded(ben, "removed"), "ends before Removed"),
    (with_floor(ben), happened.TurnEnded(ben, "phase"), "ends before the end of the phase"),
    (
        [*PASSING, happened.HandRaised(chidi)],
        happened.TurnEnded(ben, "done"),
        "ends before Invited",
    ),
    (
        [*PASSING, happened.HandRaised(chidi), happened.HandRaised(dana)],
        [happened.TurnEnded(ben, "done"), called(dana, by=0, at_once=True)],
        "expected Invited",
    ),
    (
        [*PASSING, happened.HandRaised(chidi)],
        [happened.TurnEnded(ben, "done"), called(chidi, by=0)],
        "expected Invited",
    ),
    (
        ROUND,
        [happened.InviteEnded(ben, "passed"), called(dana, by=0, at_once=True)],
        "expected Invited",
    ),
    ([*ENDED, after(121)], happened.FloorTaken(ben, turn=2), "FC-10"),
    (ENDED, happened.FloorTaken(chidi, turn=2), "FC-05"),
    ([*ENDED, called(chidi)], happened.FloorTaken(ben, turn=2), "FC-05"),
    ([*with_invited(ben), happened.PauseBegan()], happened.FloorTaken(ben, turn=1), "FC-15"),
    ([*with_invited(ben), happened.Frozen()], happened.FloorTaken(ben, turn=1), "FC-21"),
    ([*TURN, happened.Frozen()], happened.TurnEnded(ben, "done"), "FC-21"),
    ([*DRAFTED, after(180)], happened.TurnEnded(ben, "time"), "FC-14"),
    ([*LAST_LINE, after(4)], happened.TurnEnded(ben, "time"), "FC-14"),
    (
        [*LAST_LINE, happened.PauseBegan(), after(9), happened.PauseEnded()],
        happened.TurnEnded(ben, "time"),
        "FC-14",
    ),
    ([*TURN, happened.TurnExtended(ben, 1), after(239)], happened.TurnEnded(ben, "time"), "FC-14"),
    ([*TURN, happened.PauseBegan(), after(180)], happened.TurnEnded(ben, "time"), "FC-15"),
    (
        [*TURN, happened.PauseBegan(), after(99), happened.PauseEnded(), after(99)],
        happened.TurnEnded(ben, "time"),
        "FC-14",
    ),
    (
        [*TURN, happened.Frozen(), after(99), happened.Thawed(), after(99)],
        happened.TurnEnded(ben, "time"),
        "FC-14",
    ),
    (
        [
            *TURN,
            happened.HolderWentAway(ben, NOON + 90),
            happened.Frozen(),
            after(90),
            happened.Thawed(),
        ],
        happened.TurnEnded(ben, "away"),
        "grace",
    ),
    ([*TURN, happened.Frozen()], happened.HolderWentAway(ben, NOON + 90), "FC-21"),
    (TURN, happened.TurnExtended(chidi, 1), "not the holder"),
    (TURN, happened.TurnExtended(ben, 6), "five minutes"),
    (turn(), happened.TurnExtended(ben, 1), "five minutes"),
    ([*TURN, after(180)], happened.LastLineGranted(ben, NOON + 185), "no line was announced"),
    ([*DRAFTED, after(179)], happened.LastLineGranted(ben, NOON + 184), "FC-14"),
    ([*DRAFTED, after(180)], happened.LastLineGranted(ben, NOON + 190), "FC-14"),
    (LAST_LINE, happened.LastLineGranted(ben, NOON + 185), "again"),
    ([*GATHERING, happened.PauseBegan()], happened.PauseBegan(), "paused already"),
    (GATHERING, happened.PauseEnded(), "not paused"),
    # Tag
    (TAGGED, called(dana, by=chidi, at=NOON + 1), "FC-28"),
    (TAGGED, called(dana, by=ada, at=NOON + 1), "FC-28"),
    (TAGGED, called(ben, by=ben, at=NOON + 1), "FC-28"),
    (
        [*TAGGED, happened.ListeningChosen(chidi, True)],
        called(chidi, by=ben, at=NOON + 1),
        "who listens",
    ),
    (
        [*TAGGED, happened.HandRaised(chidi), happened.HandWentAway(chidi, NOON + 121)],
        called(chidi, by=ben, at=NOON + 1),
        "absent",
    ),
    ([*TAGGED, after(31)], called(chidi, by=ben, at=NOON + 32), "by a member"),
    # Conduct
    ([*GATHERING, *sam_comes_in()], happened.Muted(NEXT, NOON + 60), "FC-22"),
    (GATHERING, happened.Muted(ben, NOON + 60, "phase"), "end of the scope"),
    (GATHERING, happened.Muted(ben, NOON + 60, "meeting"), "end of the scope"),
    ([*GATHERING, happened.Muted(ben, NOON + 60)], happened.Unmuted(ben, "phase"), "FC-19"),
    (
        [*GATHERING, happened.Muted(ben, OVER, "phase")],
        happened.Unmuted(ben, "phase"),
        "ends before the next phase",
    ),
    (
        [*GATHERING, happened.Muted(ben, NOON + 60), happened.Frozen(), after(60)],
        happened.Unmuted(ben, "time"),
        "FC-21",
    ),
    (
        [
            *GATHERING,
            happened.Muted(ben, NOON + 60),
            happened.Frozen(),
            after(60),
            happened.Thawed(),
        ],
        happened.Unmuted(ben, "time"),
        "too early",
    ),
    (GATHERING, happened.AllMuted(NOON), "over already"),
    (GATHERING, happened.AllUnmuted("facilitator"), "was not muted"),
    (
        [*GATHERING, happened.AllMuted(NOON + 60), after(59)],
        happened.AllUnmuted("time"),
        "too early",
    ),
    ([*GATHERING, happened.Frozen()], happened.AllMuted(NOON + 60), "FC-21"),
    ([*GATHERING, happened.Frozen()], happened.Frozen(), "frozen already"),
    (GATHERING, happened.Thawed(), "not frozen"),
    ([*GATHERING, happened.ShieldRaised()], happened.ShieldRaised(), "up already"),
    (GATHERING, happened.ShieldLowered(), "not up"),
    (SAID, happened.ShieldRaised(), "strangers"),
    (
        [*GATHERING, happened.Said(seat=ada)],
        happened.ShieldRaised(folded=(line(GATHERING),)),
        "strangers",
    ),
    ([*SAID, after(61)], happened.ShieldRaised(folded=(line(GATHERING),)), "strangers"),
    # A moment to change a line
    (GATHERING, happened.MomentGiven(ben, NOON + 60), "CM-15"),
    (TURN, happened.MomentGiven(chidi, NOON + 60), "CM-15"),
    (TURN, happened.MomentGiven(ben, NOON + 61), "CM-15"),
    (turn(), happened.MomentGiven(ben, NOON + 60), "CM-15"),
    ([*TURN, happened.PauseBegan()], happened.MomentGiven(ben, NOON + 60), "CM-15"),
    ([*TURN, after(181)], happened.MomentGiven(ben, NOON + 241), "turn was over"),
    (MOMENT, happened.MomentGiven(ben, NOON + 60), "once a line"),
    (
        [*MOMENT, after(60), happened.MomentEnded(ben)],
        happened.MomentGiven(ben, NOON + 120),
        "once a line",
    ),
    (TURN, happened.MomentEnded(ben), "no moment"),
    (MOMENT, happened.MomentEnded(chidi), "no moment"),
    ([*MOMENT, after(59)], happened.MomentEnded(ben), "before their next line"),
    (MOMENT, happened.Said(seat=ben, turn=1), "ends before"),
    ([*MOMENT, after(180)], happened.TurnEnded(ben, "time"), "for a moment"),
    (
        [*DRAFTED, happened.MomentGiven(ben, NOON + 60), after(180)],
        happened.LastLineGranted(ben, NOON + 185),
        "for a moment",
    ),
    (GATHERING, happened.StrangersCame(), "no strangers came"),
    (in_phase("gathering", door="open"), happened.StrangersCame(same=True), "turns at a raid"),
    (GATHERING, happened.StrangersCame(same=True, knock=True), "turns at a raid"),
    # What somebody was asked about
    (GATHERING, happened.Answered(ben), "CM-10"),
    (TURN, happened.Answered(ben), "CM-10"),
    ([*in_phase("opening"), happened.Said(seat=ada)], happened.Answered(ada), "CM-10"),
    ([*TURN, happened.Said(seat=ben, turn=1)], happened.CrosstalkNoticed(ben), "CM-10"),
    ([*TURN, happened.Said(seat=ben, turn=1), after(1)], happened.Answered(ben), "CM-10"),
    # The door
    ([*GATHERING, happened.Locked()], EVE, "door was shut"),
    ([*GATHERING, happened.ShieldRaised()], EVE, "door was shut"),
    ([*in_phase("gathering", door="open"), happened.Muted(ben, NOON + 60)], EVE, "door was shut"),
    ([*GATHERING, happened.Locked()], happened.Locked(), "locked already"),
    (GATHERING, happened.Unlocked(), "not locked"),
    (GATHERING, happened.SeatTaken(seat=NEXT, role="member", words="Ada"), "else's name"),
    ([*DOOR, happened.Locked()], happened.Knocked(knock=1, words="Eve"), "locked door"),
    (DOOR, happened.Knocked(knock=2, words="Eve"), "in order"),
    (DOOR, happened.Knocked(knock=1, words=" "), "nameless"),
    (in_phase("gathering", door="open"), happened.Knocked(knock=1, words="Eve"), "door is open"),
    (GATHERING, happened.Knocked(knock=1, words="Eve"), "no lobby"),
    (DOOR, happened.Knocked(knock=1, words="Eve"), "ends before the session of knock"),
    (DOOR, [happened.Knocked(knock=1, words="Eve"), happened.KnockGiven(1, SESSIONS[ben])], "P9"),
    (DOOR, happened.KnockGiven(1, EVES_SESSION), "without its other half"),
    (
        [*LOBBY, happened.KnockAnswered(1, "turned_away", by=ada)],
        [happened.Knocked(knock=2, words="Eve"), happened.KnockGiven(2, EVES_SESSION)],
        "P9",
    ),
    (LOBBY, happened.KnockAnswered(1, "turned_away", by=ben), "what facilitators do"),
    (LOBBY, happened.KnockAnswered(2, "turned_away", by=ada), "nobody waits"),
    (LOBBY, happened.KnockAnswered(1, "admitted", by=ada), "ends before the seat of knock"),
    (
        LOBBY,
        [
            happened.KnockAnswered(1, "admitted", by=ada),
            happened.SeatTaken(seat=NEXT, role="staff", words="Eve"),
        ],
        "the seat of knock",
    ),
    (
        LOBBY,
        [
            happened.KnockAnswered(1, "admitted", by=ada),
            EVE[0],
            happened.SeatGiven(NEXT, "another"),
        ],
        "the session of knock",
    ),
    # The chair
    ([*GATHERING, happened.Appointed(ben, "reader")], happened.Appointed(ben, "reader"), "already"),
    (GATHERING, happened.Appointed(mo, "co_chair"), "already"),
    ([*convened(), *ALONE], happened.Appointed(1, "reader"), "FC-22"),
    (GATHERING, happened.Dismissed(ben, "reader"), "does not have"),
    (OFFERED, happened.ChairOffered(chidi, by=ada, until=NOON + 30), "two offers"),
    (GATHERING, happened.ChairOffered(ben, by=ada, until=NOON + 60), "FC-23"),
    (GATHERING, happened.ChairOffered(ben, by=mo, until=NOON + 30), "FC-23"),
    (GATHERING, happened.ChairOffered(ben, by=chidi, until=NOON + 30), "what facilitators do"),
    (GATHERING, happened.ChairOffered(ada, by=ada, until=NOON + 30), "has the chair"),
    (
        [*GATHERING, happened.Muted(ben, NOON + 60)],
        happened.ChairOffered(ben, by=ada, until=NOON + 30),
        "muted",
    ),
    (GATHERING, happened.ChairOffered(ben, by=0, until=NOON + 30), "FC-24"),
    (
        [*GATHERING, happened.Appointed(ben, "standby")],
        happened.ChairOffered(ben, by=0, until=NOON + 30),
        "FC-24",
    ),
    (LOST, happened.ChairOffered(ben, by=0, until=NOON + 30), "FC-24"),
    (LOST, happened.ChairOffered(mo, by=0, until=NOON + 30), "FC-24"),
    (GATHERING, happened.ChairOfferEnded(ben, "declined"), "no such offer"),
    (OFFERED, happened.ChairOfferEnded(chidi, "declined"), "no such offer"),
    ([*OFFERED, after(29)], happened.ChairOfferEnded(ben, "expired"), "FC-23"),
    (OFFERED, happened.ChairOfferEnded(ben, "withdrawn"), "nobody but the server"),
    (GATHERING, happened.ChairTaken(ben), "FC-23"),
    (GATHERING, happened.ChairTaken(mo), "FC-23"),
    ([*OFFERED, happened.Muted(ben, NOON + 60)], happened.ChairTaken(ben), "the muted"),
    (LOST, happened.ChairWentAway(NOON + 60), "lost already"),
    (GATHERING, happened.ChairWentAway(NOON + 90), "FC-24"),
    (GATHERING, happened.ChairCameBack(ada), "FC-24"),
    (LOST, happened.ChairCameBack(ben), "what facilitators do"),
    ([*LOST, after(59)], happened.WentQuiet(), "FC-24"),
    (
        [*with_invited(ben), happened.ChairWentAway(NOON + 60), after(60)],
        happened.WentQuiet(),
        "FC-24",
    ),
]
