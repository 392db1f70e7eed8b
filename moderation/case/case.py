"""A case: raised, claimed by one of staff, a line between the two, closed."""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace
from rpds import HashTrieMap

from moderation.case.commands import (
    AnyCaseCommand,
    Claim,
    CloseCase,
    Outcome,
    Raise,
    Source,
    Status,
    TickCase,
    Triage,
    Write,
)
from moderation.case.entries import (
    CaseClosed,
    CaseEntry,
    CaseRaised,
    Claimed,
    Excerpt,
    LineGiven,
    NobodyThere,
    OutcomeNoted,
    Unanswered,
    Wrote,
)
from moderation.meeting.state import Stamp
from moderation.refused import Refused

CLAIM_WITHIN = 60.0
"""Seconds after which the member is told that nobody has claimed the case (CE-10)."""
GRAVITY = {"support": 0, "urgent": 1, "imminent": 2}
MEMBER = 1
CLAIMER = 2


class Case(Struct, frozen=True):
    """Everything a rule of a case may look at; seat 1 is the member, seat 2 the one who claimed."""

    source: Source = "help"
    triage: Triage = "urgent"
    room: str | None = None
    member: str | None = None
    raised_at: float | None = None
    told: bool = False
    claimed_at: float | None = None
    claimer: str | None = None
    desk_seat: int = 0
    closed_at: float | None = None
    outcome: Outcome | None = None
    sessions: HashTrieMap[str, int] = HashTrieMap()

    @property
    def status(self) -> Status:
        if self.closed_at is not None:
            return "closed"
        if self.claimed_at is not None:
            return "claimed"
        return "unanswered" if self.told else "raised"


NEW = Case()


def decide(case: Case, command: AnyCaseCommand, seat: int, now: float) -> list[CaseEntry]:
    """The entries that `command` of `seat` (0: the server) leaves; raises `Refused` for a no."""
    match command:
        case Raise():
            return _raise(case, command)
        case Claim():
            return _claim(case, command)
        case TickCase():
            return _tick(case, now)
        case Write():
            return _write(case, command, seat)
        case CloseCase():
            return _close(case, command, seat)
        case _:
            assert_never(command)


def _raise(case: Case, command: Raise) -> list[CaseEntry]:
    """Raised once; a further signal adds its words to the open case, and Help makes it more urgent."""
    if case.closed_at is not None:
        raise Refused("already_closed")
    left: list[CaseEntry] = []
    if case.raised_at is None:
        left += [_raised(case, command), LineGiven(MEMBER, command.session)]
    elif _is_graver(command, case):
        left += [_raised(case, command)]
    if command.excerpt:
        left += [Excerpt(seat=MEMBER, words=command.excerpt)]
    if not command.attended and not case.told and case.claimed_at is None:
        left += [NobodyThere()]
    return left


def _raised(case: Case, command: Raise) -> CaseRaised:
    """What is known of the case already is never made less of."""
    if case.raised_at is None:
        return CaseRaised(
            source=command.source, triage=command.triage, room=command.room, words=command.name
        )
    return CaseRaised(
        source="help" if "help" in (case.source, command.source) else "signal",
        triage=max(case.triage, command.triage, key=GRAVITY.__getitem__),
        room=command.room or case.room,
        words=command.name or case.member,
    )


def _is_graver(command: Raise, case: Case) -> bool:
    """A member who presses Help, or a graver signal, in a case that the review has opened."""
    pressed = command.source == "help" and case.source == "signal"
    return pressed or GRAVITY[command.triage] > GRAVITY[case.triage]


def _claim(case: Case, command: Claim) -> list[CaseEntry]:
    if case.closed_at is not None:
        raise Refused("already_closed")
    if case.raised_at is None:
        raise Refused("no_such_case")
    if case.sessions.get(command.session) == CLAIMER:
        return []
    if case.claimed_at is not None:
        raise Refused("already_claimed", name=case.claimer, at=case.claimed_at)
    if command.session in case.sessions:
        raise Refused("own_case")
    claimed = Claimed(seat=CLAIMER, desk_seat=command.desk_seat, words=command.name)
    return [claimed, LineGiven(CLAIMER, command.session)]


def _tick(case: Case, now: float) -> list[CaseEntry]:
    at = due(case)
    return [Unanswered()] if at is not None and at <= now else []


def _write(case: Case, command: Write, seat: int) -> list[CaseEntry]:
    """Nothing written here is ever withheld: it is the line to staff."""
    _needs_place(case, seat)
    if case.closed_at is not None:
        raise Refused("already_closed")
    return [Wrote(seat=seat, words=command.text)]


def _close(case: Case, command: CloseCase, seat: int) -> list[CaseEntry]:
    _needs_place(case, seat)
    if case.closed_at is not None:
        return []
    if seat == MEMBER and command.outcome != "left":
        raise Refused("staff_only")
    noted: list[CaseEntry] = [OutcomeNoted(seat, command.outcome)] if seat == CLAIMER else []
    return [*noted, CaseClosed(by=seat)]


def _needs_place(case: Case, seat: int) -> None:
    if seat not in case.sessions.values():
        raise Refused("no_seat")


def evolve(case: Case, entry: CaseEntry, stamp: Stamp) -> Case:
    """The case after `entry`."""
    match entry:
        case CaseRaised():
            return replace(
                case,
                source=entry.source,
                triage=entry.triage,
                room=entry.room,
                member=entry.words,
                raised_at=case.raised_at or stamp.at,
            )
        case LineGiven():
            return replace(case, sessions=case.sessions.insert(entry.session, entry.seat))
        case NobodyThere() | Unanswered():
            return replace(case, told=True)
        case Claimed():
            return replace(
                case, claimed_at=stamp.at, claimer=entry.words, desk_seat=entry.desk_seat
            )
        case CaseClosed():
            return replace(case, closed_at=stamp.at)
        case OutcomeNoted():
            return replace(case, outcome=entry.outcome)
        case Excerpt() | Wrote():
            return case
        case _:
            assert_never(entry)


def due(case: Case) -> float | None:
    """When the member is to be told that nobody has claimed the case; seconds since 1970."""
    if (
        case.raised_at is None
        or case.told
        or case.claimed_at is not None
        or case.closed_at is not None
    ):
        return None
    return case.raised_at + CLAIM_WITHIN


def audience(entry: CaseEntry) -> int:
    """0: both ends of the line; else the one seat that sees it."""
    return entry.seat if isinstance(entry, LineGiven | OutcomeNoted) else 0


def streams(case: Case, seat: int) -> dict[int, int]:
    """Member and claimer read the whole line; nobody else reads any of it."""
    return {0: 1, seat: 1} if seat in case.sessions.values() else {}


class CaseView(Struct, frozen=True, tag="case", tag_field="kind"):
    """The case as its member and its claimer see it."""

    source: Source
    triage: Triage
    room: str | None
    member: str | None
    raised_at: float | None
    told: bool
    claimed_at: float | None
    claimer: str | None
    closed_at: float | None


def snapshot(case: Case, seat: int) -> CaseView:
    return CaseView(
        source=case.source,
        triage=case.triage,
        room=case.room,
        member=case.member,
        raised_at=case.raised_at,
        told=case.told,
        claimed_at=case.claimed_at,
        claimer=case.claimer,
        closed_at=case.closed_at,
    )
