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
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import ROOM, audience
from moderation.meeting.decider import decide, evolve
from moderation.meeting.format import Flags, Phase
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

TABLE = Path(__file__).parent / "rights.csv"
NOW = 1_800_000_000.0

chair, holder, invited, member, co_chair, staff = 1, 2, 3, 4, 5, 6
observer, newcomer, speaker, removed, muted, left, stranger = 7, 8, 9, 10, 11, 12, 99

FACILITATORS = (chair, co_chair, staff)

ROLES = {
    "none": stranger, "left": left, "removed": removed, "muted": muted, "observer": observer, "newcomer": newcomer,
    "member": member, "speaker": speaker, "invited": invited, "holder": holder,
    "co_chair": co_chair, "chair": chair, "staff": staff,
}  # fmt: skip
"""Who waits in the lobby has no seat: `none`."""

HELD, HELD_YOURS = 2, 2
"""The number of what the member wrote and is held, in the facilitators' stream and in the member's own."""

PHASES = (
    Phase("gathering", "Gathering", 10, "open"),
    Phase("opening", "Opening", 3, "facilitator"),
    Phase("sharing", "Sharing", 35, "queue", turn=5),
    Phase("open_talk", "Open talk", 10, "discussion"),
)
COLUMNS = (
    "not_open", "gathering", "opening", "sharing", "open_talk", "frozen", "quiet", "closed",
)  # fmt: skip

COMMANDS: dict[str, Callable[[Meeting, int], ask.SeatCommand]] = {
    "open": lambda m, me: ask.Open(),
    "close": lambda m, me: ask.Close(),
    "next_phase": lambda m, me: ask.NextPhase(m.epoch),
    "say": lambda m, me: ask.Say("hello", m.epoch),
    "say_stale": lambda m, me: ask.Say("hello", max(0, m.epoch - 1)),
    "post_topic": lambda m, me: ask.Post("topic", "Patience"),
    "tell": lambda m, me: ask.Tell(
        "hello", chair if me >= 0 and me not in FACILITATORS else member
    ),
    "redact_own": lambda m, me: ask.Redact(_line_of(m, me)),
    "redact_other": lambda m, me: ask.Redact(_line_of(m, newcomer if me == member else member)),
    "edit_own": lambda m, me: ask.Edit(_line_of(m, me), "hello", m.epoch),
    "edit_other": lambda m, me: ask.Edit(
        _line_of(m, newcomer if me == member else member), "hello", m.epoch
    ),
    "report_own": lambda m, me: ask.Report(_line_of(m, me)),
    "report_other": lambda m, me: ask.Report(_line_of(m, newcomer if me == member else member)),
    "fold": lambda m, me: ask.Fold(_line_of(m, newcomer if me == member else member)),
    "unfold": lambda m, me: ask.Unfold(_line_of(m, newcomer if me == member else member)),
    "release": lambda m, me: ask.Release(HELD),
    "give_back_held": lambda m, me: ask.GiveBackHeld(HELD),
    "take_back_held": lambda m, me: ask.TakeBackHeld(HELD_YOURS),
    "react": lambda m, me: ask.React(_line_of(m, member), "with_you"),
    "rename": lambda m, me: ask.Rename("Robin"),
    "listen": lambda m, me: ask.Listen(me != observer),
    "announce_draft": lambda m, me: ask.AnnounceDraft(m.epoch),
    "raise_hand": lambda m, me: ask.RaiseHand(),
    "raise_urgent": lambda m, me: ask.RaiseHand(urgent=True),
    "lower_own": lambda m, me: ask.LowerHand(),
    "lower_other": lambda m, me: ask.LowerHand(newcomer if me == member else member),
    "lower_all": lambda m, me: ask.LowerHands(),
    "move_hand": lambda m, me: ask.MoveHand(member, 2),
    "close_queue": lambda m, me: ask.CloseQueue(),
    "open_queue": lambda m, me: ask.OpenQueue(),
    "invite_first": lambda m, me: ask.Invite(m.epoch),
    "invite_self": lambda m, me: ask.Invite(m.epoch, me),
    "next": lambda m, me: ask.Next(m.epoch),
    "accept": lambda m, me: ask.Accept(m.epoch),
    "pass": lambda m, me: ask.Pass(m.epoch),
    "not_yet": lambda m, me: ask.NotYet(m.epoch),
    "done": lambda m, me: ask.Done(m.epoch),
    "tag": lambda m, me: ask.Tag(m.epoch, member),
    "end_turn": lambda m, me: ask.EndTurn(m.epoch),
    "give_back": lambda m, me: ask.GiveBack(m.epoch),
    "extend": lambda m, me: ask.Extend(m.epoch, 1),
    "pause": lambda m, me: ask.Pause(),
    "resume": lambda m, me: ask.Resume(),
    "mute_member": lambda m, me: ask.Mute(member),
    "mute_co_chair": lambda m, me: ask.Mute(co_chair),
    "mute_chair": lambda m, me: ask.Mute(chair),
    "mute_staff": lambda m, me: ask.Mute(staff),
    "mute_self": lambda m, me: ask.Mute(max(me, 1)),
    "unmute_muted": lambda m, me: ask.Unmute(muted),
    "unmute_left": lambda m, me: ask.Unmute(left),
    "mute_all": lambda m, me: ask.MuteAll(),
    "unmute_all": lambda m, me: ask.UnmuteAll(),
    "remove_member": lambda m, me: ask.Remove(member),
    "remove_chair": lambda m, me: ask.Remove(chair),
    "purge_newcomer": lambda m, me: ask.PurgeRecent(newcomer),
    "note_member": lambda m, me: ask.Note(member, "advice"),
    "note_co_chair": lambda m, me: ask.Note(co_chair, "advice"),
    "appeal_mute": lambda m, me: ask.Appeal("mute"),
    "appeal_removal": lambda m, me: ask.Appeal("removal"),
    "appeal_of_another": lambda m, me: ask.Appeal("note", 1 if me != newcomer else 2),
    "answer_appeal": lambda m, me: ask.AnswerAppeal(1, upheld=True),
    "freeze": lambda m, me: ask.Freeze(),
    "thaw": lambda m, me: ask.Thaw(),
    "raise_shield": lambda m, me: ask.RaiseShield(),
    "lower_shield": lambda m, me: ask.LowerShield(),
    "lock": lambda m, me: ask.Lock(),
    "unlock": lambda m, me: ask.Unlock(),
    "admit": lambda m, me: ask.Admit(1),
    "turn_away": lambda m, me: ask.TurnAway(1),
    "clear_lobby": lambda m, me: ask.ClearLobby(),
    "reseat_left": lambda m, me: ask.Reseat(1, left),
    "reseat_removed": lambda m, me: ask.Reseat(1, removed),
    "reseat_co_chair": lambda m, me: ask.Reseat(1, co_chair),
    "take_name_out": lambda m, me: ask.TakeNameOut(member),
    "take_name_of_co_chair": lambda m, me: ask.TakeNameOut(co_chair),
    "appoint_reader": lambda m, me: ask.Appoint(newcomer, "reader"),
    "appoint_co_chair": lambda m, me: ask.Appoint(newcomer, "co_chair"),
    "dismiss_speaker": lambda m, me: ask.Dismiss(speaker, "speaker"),
    "demote_co_chair": lambda m, me: ask.Dismiss(co_chair, "co_chair"),
    "demote_chair": lambda m, me: ask.Dismiss(chair, "co_chair"),
    "handover": lambda m, me: ask.Handover(newcomer),
    "accept_chair": lambda m, me: ask.AcceptChair(),
    "decline_chair": lambda m, me: ask.DeclineChair(),
}
"""The commands of the table, each with what it is aimed at."""


def _line_of(meeting: Meeting, seat: int) -> int:
    """The number of the line of a seat that has one; everybody in the room has said a line."""
    return min((n for n, line in meeting.lines.items() if line.seat == seat), default=1)


def _people() -> list[happened.AnyEntry]:
    taken: list[happened.AnyEntry] = []
    for role, seat in sorted(ROLES.items(), key=lambda item: item[1]):
        if seat != stranger:
            kind = {chair: "facilitator", co_chair: "facilitator", staff: "staff"}.get(
                seat, "member"
            )
            taken += [
                happened.SeatTaken(seat=seat, role=kind, words=role),  # type: ignore[arg-type]
                happened.SeatGiven(seat, role),
            ]
    return taken


@cache
def situation(phase: str, role: str) -> Meeting:
    """The room in this phase, with everybody in it; in a queue the hands of a newcomer and a member are up.

    The floor is free, but for the holder, who has it, and the invited, who was just asked; a room that
    goes quiet takes the invitation back.
    """
    ways = Flags(door="knock")
    log: list[happened.AnyEntry] = [happened.Convened("rights", PHASES, ways), *_people()]
    log += [
        happened.Knocked(knock=1, words="Eve"),
        happened.KnockGiven(1, "eve"),
        happened.Appointed(speaker, "speaker"),
    ]
    log.append(happened.ListeningChosen(observer, on=True))
    if phase != "not_open":
        log += [happened.Opened(by=chair), happened.PhaseBegan(0)]
        log += [
            happened.Said(seat=seat, words="Here") for seat in ROLES.values() if seat != stranger
        ]
        log += [
            happened.Held(seat=member, words="Held", until=NOW + 120),
            happened.HeldYours(owner=member, words="Held"),
        ]
    log += [happened.Removed(removed), happened.SeatLeft(left), happened.Muted(muted, NOW + 600)]
    log += _appeal_of_newcomer()
    names = [each.id for each in PHASES]
    at = {"frozen": "sharing", "quiet": "sharing", "closed": "open_talk"}.get(phase, phase)
    if at != "not_open":
        log += [happened.PhaseBegan(number) for number in range(1, names.index(at) + 1)]
    if at == "sharing":
        log += [happened.HandRaised(newcomer), happened.HandRaised(member), *_floor(role)]
    if phase == "quiet" and role == "invited":
        log.append(happened.InviteEnded(invited, reason="quiet"))
    last: dict[str, happened.AnyEntry] = {
        "frozen": happened.Frozen(),
        "quiet": happened.WentQuiet(),
        "closed": happened.Closed(by="facilitator"),
    }
    return _folded([*log, last[phase]] if phase in last else log)


def _appeal_of_newcomer() -> list[happened.AnyEntry]:
    """The chair gave the newcomer a note, and they ask somebody else about it."""
    asked = happened.Appealed(
        appeal=1, seat=newcomer, about="note", number=1, decider=chair, answer_by=NOW + 600
    )
    yours = happened.AppealedYou(
        owner=newcomer, appeal=1, about="note", number=1, answer_by=NOW + 600
    )
    return [
        happened.NotedYou(newcomer, 1, "advice", "facilitator"),
        happened.Noted(1, newcomer, by=chair, reason="advice"),
        asked,
        yours,
    ]


def _floor(role: str) -> list[happened.AnyEntry]:
    if role == "holder":
        return [
            happened.Invited(holder, by=chair, until=NOW + 45),
            happened.FloorTaken(holder, turn=1),
        ]
    if role == "invited":
        return [happened.Invited(invited, by=chair, until=NOW + 45)]
    return []


def _folded(log: list[happened.AnyEntry]) -> Meeting:
    meeting, numbers = Meeting(), dict.fromkeys(range(-2, 13), 0)
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
    assert asked == set(get_args(ask.SeatCommand))


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
