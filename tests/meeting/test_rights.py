"""Who may do what, when: every command by every role in every phase, as rights.csv says (A42-A53).

The table was written from the design's acceptance behaviours, not from the rules. A cell is `yes`, or
the code of the refusal; roles and phases that share a row are joined by `|`. Every cell is tried.
"""

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from chatroom.live.refusals import REFUSALS
from moderation.meeting.audience import ROOM, audience
from moderation.meeting.commands import (
    Accept,
    AcceptChair,
    Admit,
    AnnounceDraft,
    Appoint,
    Close,
    CloseQueue,
    DeclineChair,
    Dismiss,
    Done,
    EndTurn,
    Extend,
    Freeze,
    GiveBack,
    Handover,
    Invite,
    Listen,
    Lock,
    LowerHand,
    LowerHands,
    LowerShield,
    MoveHand,
    Mute,
    MuteAll,
    Next,
    NextPhase,
    NotYet,
    Open,
    OpenQueue,
    Pass,
    Pause,
    Post,
    PurgeRecent,
    RaiseHand,
    RaiseShield,
    React,
    Redact,
    Remove,
    Rename,
    Resume,
    Say,
    SeatCommand,
    Tag,
    Tell,
    Thaw,
    TurnAway,
    Unlock,
    Unmute,
    UnmuteAll,
)
from moderation.meeting.decider import decide, evolve
from moderation.meeting.entries import (
    AnyEntry,
    Appointed,
    Closed,
    Convened,
    FloorTaken,
    Frozen,
    HandRaised,
    Invited,
    InviteEnded,
    Knocked,
    KnockGiven,
    ListeningChosen,
    Muted,
    Opened,
    PhaseBegan,
    Removed,
    Said,
    SeatGiven,
    SeatTaken,
    WentQuiet,
)
from moderation.meeting.format import Flags, Phase
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

TABLE = Path(__file__).parent / "rights.csv"
NOW = 1_800_000_000.0

chair, holder, invited, member, co_chair, staff = 1, 2, 3, 4, 5, 6
observer, newcomer, speaker, removed, muted, stranger = 7, 8, 9, 10, 11, 99

FACILITATORS = (chair, co_chair, staff)

ROLES = {
    "none": stranger, "removed": removed, "muted": muted, "observer": observer, "newcomer": newcomer,
    "member": member, "speaker": speaker, "invited": invited, "holder": holder,
    "co_chair": co_chair, "chair": chair, "staff": staff,
}  # fmt: skip
"""Who waits in the lobby has no seat: `none`."""

PHASES = (
    Phase("gathering", "Gathering", 10, "open"),
    Phase("opening", "Opening", 3, "facilitator"),
    Phase("sharing", "Sharing", 35, "queue", turn=5),
    Phase("open_talk", "Open talk", 10, "discussion"),
)
COLUMNS = (
    "not_open", "gathering", "opening", "sharing", "open_talk", "frozen", "quiet", "closed",
)  # fmt: skip

COMMANDS: dict[str, Callable[[Meeting, int], SeatCommand]] = {
    "open": lambda m, me: Open(),
    "close": lambda m, me: Close(),
    "next_phase": lambda m, me: NextPhase(m.epoch),
    "say": lambda m, me: Say("hello", m.epoch),
    "say_stale": lambda m, me: Say("hello", max(0, m.epoch - 1)),
    "post_topic": lambda m, me: Post("topic", "Patience"),
    "tell": lambda m, me: Tell("hello", chair if me >= 0 and me not in FACILITATORS else member),
    "redact_own": lambda m, me: Redact(_line_of(m, me)),
    "redact_other": lambda m, me: Redact(_line_of(m, newcomer if me == member else member)),
    "react": lambda m, me: React(_line_of(m, member), "with_you"),
    "rename": lambda m, me: Rename("Robin"),
    "listen": lambda m, me: Listen(me != observer),
    "announce_draft": lambda m, me: AnnounceDraft(m.epoch),
    "raise_hand": lambda m, me: RaiseHand(),
    "raise_urgent": lambda m, me: RaiseHand(urgent=True),
    "lower_own": lambda m, me: LowerHand(),
    "lower_other": lambda m, me: LowerHand(newcomer if me == member else member),
    "lower_all": lambda m, me: LowerHands(),
    "move_hand": lambda m, me: MoveHand(member, 2),
    "close_queue": lambda m, me: CloseQueue(),
    "open_queue": lambda m, me: OpenQueue(),
    "invite_first": lambda m, me: Invite(m.epoch),
    "invite_self": lambda m, me: Invite(m.epoch, me),
    "next": lambda m, me: Next(m.epoch),
    "accept": lambda m, me: Accept(m.epoch),
    "pass": lambda m, me: Pass(m.epoch),
    "not_yet": lambda m, me: NotYet(m.epoch),
    "done": lambda m, me: Done(m.epoch),
    "tag": lambda m, me: Tag(m.epoch, member),
    "end_turn": lambda m, me: EndTurn(m.epoch),
    "give_back": lambda m, me: GiveBack(m.epoch),
    "extend": lambda m, me: Extend(m.epoch, 1),
    "pause": lambda m, me: Pause(),
    "resume": lambda m, me: Resume(),
    "mute_member": lambda m, me: Mute(member),
    "mute_co_chair": lambda m, me: Mute(co_chair),
    "mute_chair": lambda m, me: Mute(chair),
    "mute_staff": lambda m, me: Mute(staff),
    "mute_self": lambda m, me: Mute(max(me, 1)),
    "unmute_muted": lambda m, me: Unmute(muted),
    "mute_all": lambda m, me: MuteAll(),
    "unmute_all": lambda m, me: UnmuteAll(),
    "remove_member": lambda m, me: Remove(member),
    "remove_chair": lambda m, me: Remove(chair),
    "purge_newcomer": lambda m, me: PurgeRecent(newcomer),
    "freeze": lambda m, me: Freeze(),
    "thaw": lambda m, me: Thaw(),
    "raise_shield": lambda m, me: RaiseShield(),
    "lower_shield": lambda m, me: LowerShield(),
    "lock": lambda m, me: Lock(),
    "unlock": lambda m, me: Unlock(),
    "admit": lambda m, me: Admit(1),
    "turn_away": lambda m, me: TurnAway(1),
    "appoint_reader": lambda m, me: Appoint(newcomer, "reader"),
    "appoint_co_chair": lambda m, me: Appoint(newcomer, "co_chair"),
    "dismiss_speaker": lambda m, me: Dismiss(speaker, "speaker"),
    "demote_co_chair": lambda m, me: Dismiss(co_chair, "co_chair"),
    "demote_chair": lambda m, me: Dismiss(chair, "co_chair"),
    "handover": lambda m, me: Handover(newcomer),
    "accept_chair": lambda m, me: AcceptChair(),
    "decline_chair": lambda m, me: DeclineChair(),
}
"""The commands of the table, each with what it is aimed at."""


def _line_of(meeting: Meeting, seat: int) -> int:
    """The number of the line of a seat that has one; everybody in the room has said a line."""
    return min((n for n, line in meeting.lines.items() if line.seat == seat), default=1)


def _people() -> list[AnyEntry]:
    taken: list[AnyEntry] = []
    for role, seat in sorted(ROLES.items(), key=lambda item: item[1]):
        if seat != stranger:
            kind = {chair: "facilitator", co_chair: "facilitator", staff: "staff"}.get(
                seat, "member"
            )
            taken += [SeatTaken(seat=seat, role=kind, words=role), SeatGiven(seat, role)]  # type: ignore[arg-type]
    return taken


@cache
def situation(phase: str, role: str) -> Meeting:
    """The room in this phase, with everybody in it; in a queue the hands of a newcomer and a member are up.

    The floor is free, but for the holder, who has it, and the invited, who was just asked; a room that
    goes quiet takes the invitation back.
    """
    ways = Flags(door="knock")
    log: list[AnyEntry] = [Convened("rights", PHASES, ways), *_people()]
    log += [Knocked(knock=1, words="Eve"), KnockGiven(1, "eve"), Appointed(speaker, "speaker")]
    log.append(ListeningChosen(observer, on=True))
    if phase != "not_open":
        log += [Opened(by=chair), PhaseBegan(0)]
        log += [Said(seat=seat, words="Here") for seat in ROLES.values() if seat != stranger]
    log += [Removed(removed), Muted(muted, NOW + 600)]
    names = [each.id for each in PHASES]
    at = {"frozen": "sharing", "quiet": "sharing", "closed": "open_talk"}.get(phase, phase)
    if at != "not_open":
        log += [PhaseBegan(number) for number in range(1, names.index(at) + 1)]
    if at == "sharing":
        log += [HandRaised(newcomer), HandRaised(member), *_floor(role)]
    if phase == "quiet" and role == "invited":
        log.append(InviteEnded(invited, reason="quiet"))
    last: dict[str, AnyEntry] = {
        "frozen": Frozen(),
        "quiet": WentQuiet(),
        "closed": Closed(by="facilitator"),
    }
    return _folded([*log, last[phase]] if phase in last else log)


def _floor(role: str) -> list[AnyEntry]:
    if role == "holder":
        return [Invited(holder, by=chair, until=NOW + 45), FloorTaken(holder, turn=1)]
    if role == "invited":
        return [Invited(invited, by=chair, until=NOW + 45)]
    return []


def _folded(log: list[AnyEntry]) -> Meeting:
    meeting, numbers = Meeting(), dict.fromkeys(range(-2, 12), 0)
    for entry in log:
        stream = audience(entry)
        numbers[stream] += 1
        meeting = evolve(meeting, entry, Stamp(numbers[stream], NOW))
    assert numbers[ROOM] > len(ROLES), "the premise: the room is full"
    return meeting


def answered(phase: str, role: str, command: str) -> str:
    """`yes`, or the code of the refusal."""
    meeting, seat = situation(phase, role), ROLES[role]
    try:
        decide(meeting, COMMANDS[command](meeting, seat), seat, NOW)
    except Refused as refused:
        return refused.code
    return "yes"


def expected() -> dict[tuple[str, str, str], str]:
    """By command, role and phase; a later row of the table is never about a cell of an earlier one."""
    cells: dict[tuple[str, str, str], str] = {}
    with TABLE.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            for role in row["role"].split("|"):
                for phase in COLUMNS:
                    cell = (row["command"], role, phase)
                    assert cell not in cells, f"{cell} stands twice"
                    cells[cell] = row[phase]
    return cells


CELLS = expected() if TABLE.exists() else {}


def test_the_table_knows_every_command_that_a_seat_may_send():
    """A command that is new gets its rows before it gets its rule."""
    meeting = situation("sharing", "holder")
    asked = {type(make(meeting, seat)) for make in COMMANDS.values() for seat in ROLES.values()}
    assert asked == set(get_args(SeatCommand))


def test_every_refusal_of_the_table_has_its_words():
    assert set(CELLS.values()) - {"yes"} <= set(REFUSALS)


@pytest.mark.parametrize("phase", COLUMNS)
def test_the_premise_of_every_column_is_so(phase: str):
    """In each room the roles are what they are called; the floor is somebody's in a queue alone."""
    held, asked = situation(phase, "holder"), situation(phase, "invited")
    assert held.holder == (holder if phase in ("sharing", "frozen", "quiet") else None)
    assert asked.invited == (invited if phase in ("sharing", "frozen") else None)
    room = situation(phase, "member")
    assert (room.holder, room.invited) == (None, None)
    assert [room.is_facilitator(seat) for seat in (*FACILITATORS, member)] == [True] * 3 + [False]
    assert (room.is_muted(muted), room.is_listening(observer)) == (True, True)
    assert not room.sits(removed)
    assert (room.frozen_at is not None, room.is_quiet) == (phase == "frozen", phase == "quiet")
    assert (room.opened_at is None) == (phase == "not_open")
    assert (room.closed_at is not None) == (phase == "closed")
    assert room.chair == (None if phase == "not_open" else chair)


def test_the_table_has_a_cell_for_every_command_role_and_phase():
    every = {(c, role, phase) for c in COMMANDS for role in ROLES for phase in COLUMNS}
    assert set(CELLS) == every


@pytest.mark.parametrize("command", COMMANDS)
def test_r_every_role_is_answered_in_every_phase_as_the_table_says(command: str):
    wrong = [
        f"{role} in {phase}: the table says {CELLS[command, role, phase]}, the rules {was}"
        for role in ROLES
        for phase in COLUMNS
        if (was := answered(phase, role, command)) != CELLS[command, role, phase]
    ]
    assert not wrong, "\n".join(wrong)
