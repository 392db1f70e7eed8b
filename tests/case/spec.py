"""Given, when, then for a case and for the desk; tests/meeting/spec.py says how it reads."""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from moderation.case import case, desk
from moderation.case.case import MEMBER, Case
from moderation.case.commands import AnyCaseCommand, DeskServerCommand
from moderation.case.desk import Desk
from moderation.case.entries import (
    CaseEntry,
    CaseRaised,
    Claimed,
    ClaimLapsed,
    ClaimResumed,
    DeskEntry,
    HelpPressedAgain,
    LineGiven,
    MemberLeft,
    NobodyThere,
    SomebodyThere,
    Unanswered,
)
from tests.cast import NAMES, SAMS_SESSION, SESSIONS, ben
from tests.meeting.spec import NOON, After, Rules, Situation, after, flat, tell_history

CLAIMER = 2
"""The seat of the first of staff who claims a case."""
__all__ = ["CLAIMER", "MEMBER", "NOON", "after"]

CASE: Rules[Case, AnyCaseCommand, CaseEntry] = Rules(
    new=case.NEW,
    decide=lambda state, command, seat, now, _: case.decide(state, command, seat, now),
    evolve=case.evolve,
    audience=case.audience,
    codec=msgspec.msgpack.Decoder(CaseEntry),
    judge=lambda stamped: judge_case([entry for entry, _ in stamped]),
)
DESK: Rules[Desk, DeskServerCommand, DeskEntry] = Rules(
    new=desk.NEW,
    decide=lambda state, command, seat, now, _: desk.decide(state, command, seat, now),
    evolve=desk.evolve,
    audience=desk.audience,
    codec=msgspec.msgpack.Decoder(DeskEntry),
    judge=lambda _: None,
)

CaseHistory: TypeAlias = CaseEntry | After | Iterable[CaseEntry | After]
CaseSituation: TypeAlias = Situation[Case, AnyCaseCommand, CaseEntry]
DeskSituation: TypeAlias = Situation[Desk, DeskServerCommand, DeskEntry]


def given_case(*history: CaseHistory) -> CaseSituation:
    """A case to which all this has happened, at noon and after."""
    situation = tell_history(CASE, history)
    CASE.judge(situation.log)
    return situation


def given_desk(*history: DeskEntry | After | Iterable[DeskEntry | After]) -> DeskSituation:
    """A desk to which all this has happened, at noon and after."""
    return tell_history(DESK, history)


def raised() -> list[CaseEntry]:
    """Ben pressed Help, and somebody is at the desk."""
    return [
        CaseRaised(source="help", triage="urgent", room="evening", words=NAMES[ben]),
        LineGiven(MEMBER, SESSIONS[ben]),
    ]


def claimed() -> list[CaseEntry]:
    """Sam has taken Ben's case."""
    return [
        *raised(),
        Claimed(seat=CLAIMER, desk_seat=1, words="Sam"),
        LineGiven(CLAIMER, SAMS_SESSION),
    ]


def judge_case(entries: list[CaseEntry]) -> None:
    """What any case's log has to be like, by its entries alone (CE-10 to CE-13)."""
    tags = [str(entry.__struct_config__.tag) for entry in flat(entries)]
    assert tags[:1] in ([], ["case_raised"]), "a case begins with its raise"
    assert "case_closed" not in tags[:-1], "something after the close"
    is_told, held, last, source, left = False, False, 0, "", False
    # Somebody had it, or is at the desk by now; told that nobody is there, and not otherwise since.
    lapsed, came, alone = False, False, False
    for entry in flat(entries):
        match entry:
            case CaseRaised():
                asks = (source, entry.source) == ("signal", "help")
                is_told, source = is_told and (held or not asks), entry.source
                alone = alone and not asks
            case Claimed():
                assert not held or entry.reason, "taken from who has it, without a reason"
                assert last in (0, entry.seat, entry.replaces), "two read what is for one"
                held, last, lapsed = True, entry.seat, False
            case ClaimLapsed():
                assert held, "nobody had it"
                held, is_told, lapsed, alone = False, True, True, False
            case ClaimResumed():
                assert not held, "they have it"
                assert entry.seat == last, "somebody else had it"
                held, lapsed = True, False
            case NobodyThere() | Unanswered():
                assert not held, "told that nobody has it, after the claim"
                assert not left, "told to somebody who has left"
                anew = (lapsed or came) and not alone and isinstance(entry, NobodyThere)
                assert anew or not is_told, "told twice that nobody comes"
                is_told, alone = True, isinstance(entry, NobodyThere)
            case SomebodyThere():
                assert not held, "told that somebody may come, after the claim"
                assert alone, "nobody was told that nobody is there"
                assert not left, "told to somebody who has left"
                is_told, came, alone = False, True, False
            case MemberLeft():
                assert not left, "left twice"
                left = True
            case HelpPressedAgain():
                is_told, alone = held and is_told, False
            case _:
                pass
