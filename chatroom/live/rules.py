"""The kinds of logs, and the rules of `moderation` that each is decided by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from moderation.case import case, desk
from moderation.case.commands import CaseSeatCommand, TickCase, Write
from moderation.case.entries import (
    CaseEntry,
    CaseListed,
    ChairListed,
    Claimed,
    ClaimLapsed,
    ClaimResumed,
    DeskEntry,
    HelpPressedAgain,
    MemberLeft,
    MemberNamed,
    PressesListed,
    PressesPutAway,
    SomebodyThere,
    Touched,
)
from moderation.content.verdict import Verdict
from moderation.content.written import Written, written
from moderation.meeting import audience, crowd, decider
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Stamp

# States, commands and entries differ by kind; what is generic here handles them without looking.
State = Any
Command = Any
Entry = Any


class NoCommand(msgspec.Struct, frozen=True, tag="none", tag_field="type"):
    """Nothing can be asked of this log over a socket."""


@dataclass(frozen=True)
class OwnPart:
    """Which snapshots of one state differ in their last fields alone, and what these are for a seat."""

    part: Callable[[State, int], msgspec.Struct]
    since: Callable[[State, int], int]
    gone: Callable[[State], list[int]]


@dataclass(frozen=True)
class Rules:
    """One kind of log. Every function is pure; times are in seconds since 1970."""

    kind: str
    commands: "msgspec.json.Decoder[Any]"
    entries: "msgspec.msgpack.Decoder[Any]"
    new: State
    tick: Command | None
    decide: Callable[[State, Command, int, float, Verdict], list[Entry]]
    evolve: Callable[[State, Entry, Stamp], State]
    audience: Callable[[Entry], int]
    streams: Callable[[State, int], dict[int, int]]
    snapshot: Callable[[State, int], Any]
    due: Callable[[State], float | None]
    ended: Callable[[State], float | None]
    reader: Callable[[Entry], int] = lambda entry: 1
    """Which reader may decide in a log that has this entry (W10)."""
    is_arrival: Callable[[Entry], bool] = lambda entry: False
    """Whether who starts afresh in a crowd can do without this entry: it is in the snapshot, and in no timeline."""
    own: OwnPart | None = None
    """None where snapshots are few: each is made for itself."""

    def seat_of(self, state: State, session: str) -> int | None:
        """The seat of a session's digest, None for a stranger."""
        seat: int | None = state.sessions.get(session)
        return seat


def words_of(command: Command) -> str | None:
    """The words of a command that the review has to see. A case line is never reviewed."""
    match command:
        case ask.Appeal(text=words) | ask.AnswerAppeal(text=words):
            return words
        case (
            ask.Say(text=words)
            | ask.Edit(text=words)
            | ask.Post(text=words)
            | ask.Tell(text=words)
            | ask.Rename(name=words)
        ):
            return words
        case _:
            return None


def as_written(command: Command) -> tuple[Command, Written | None]:
    """The command with its words as they are kept, and how they were sent.

    Raises `Refused("empty")` where nothing of them can be seen. A name has rules of its own.
    """
    match command:
        case ask.Say() | ask.Edit() | ask.Post() | ask.Tell() | Write():
            words = written(command.text)
            return replace(command, text=words.text), words
        case ask.Appeal(text=str(text)) | ask.AnswerAppeal(text=str(text)):
            words = written(text)
            return replace(command, text=words.text), words
        case _:
            return command, None


def erased_by(entry: Entry) -> tuple[tuple[int, int], ...]:
    """The entries whose words this one takes out: their streams and numbers.

    Held words are in no more than one place: published, or with their author again, or nowhere (P19).
    """
    match entry:
        case happened.Redacted(number=number, over=place):
            return tuple((audience.ROOM, one) for one in (number, place) if one)
        case happened.Edited(over=place):
            return ((audience.ROOM, place),)
        case happened.HistoryGone(over=numbers):
            return tuple((audience.CHAIR, number) for number in numbers)
        case happened.Renamed(over=over) | happened.NameTakenOut(over=over):
            return tuple((audience.ROOM, number) for number in over)
        case happened.HeldEnded(number=number):
            return ((audience.CHAIR, number),)
        case happened.HeldYoursEnded(owner=owner, number=number):
            return ((owner, number),)
        case _:
            return ()


def let_go_by(entry: Entry) -> tuple[int, str] | None:
    """The seat whose sockets end with this entry, and the name of the close code.

    It reads nothing more after it (P9), or other streams than before (A48).
    """
    match entry:
        case happened.Removed(seat=seat):
            return seat, "removed"
        case happened.SeatLeft(seat=seat):
            return seat, "no_session"
        case happened.CameBack(seat=seat):
            return seat, "no_seat"  # It belongs to another session from here on.
        case Claimed(replaces=seat) if seat:
            return seat, "case_taken"
        case _:
            changed = audience.changes_streams(entry)
            return None if changed is None else (changed, "seat_changed")


def _is_of_a_lease(entry: Entry) -> bool:
    of_a_lease = ClaimLapsed | ClaimResumed | Touched | HelpPressedAgain | MemberNamed | MemberLeft
    return isinstance(entry, of_a_lease) or (isinstance(entry, Claimed) and entry.replaces > 0)


def _reader_of_a_case(entry: Entry) -> int:
    """A case is for every reader until its claim is treated as a lease: Help waits for no upgrade."""
    if isinstance(entry, SomebodyThere):
        return 4
    return 3 if _is_of_a_lease(entry) else 1


def _reader_of_the_desk(entry: Entry) -> int:
    """Readers before the third hold a case for claimed that waits again; those before the fourth know no presses."""
    if isinstance(entry, PressesListed | PressesPutAway):
        return 4
    if isinstance(entry, CaseListed):
        return 3
    return 2 if isinstance(entry, ChairListed) else 1


MEETING = Rules(
    kind="meeting",
    commands=msgspec.json.Decoder(ask.SeatCommand),
    entries=msgspec.msgpack.Decoder(happened.AnyEntry),
    new=decider.NEW,
    tick=ask.Tick(),
    decide=decider.decide,
    evolve=decider.evolve,
    audience=audience.audience,
    streams=audience.streams,
    snapshot=audience.snapshot,
    due=decider.due,
    ended=lambda meeting: meeting.closed_at,
    # Whatever the entry is: it was decided by rules that the readers before these do not have.
    reader=lambda entry: 6,
    is_arrival=crowd.is_arrival,
    own=OwnPart(audience.own, audience.since, audience.gone),
)
CASE = Rules(
    kind="case",
    commands=msgspec.json.Decoder(CaseSeatCommand),
    entries=msgspec.msgpack.Decoder(CaseEntry),
    new=case.NEW,
    tick=TickCase(),
    decide=lambda state, command, seat, now, _: case.decide(state, command, seat, now),
    evolve=case.evolve,
    audience=case.audience,
    streams=case.streams,
    snapshot=case.snapshot,
    due=case.due,
    ended=lambda state: state.closed_at,
    reader=_reader_of_a_case,
)
DESK = Rules(
    kind="desk",
    commands=msgspec.json.Decoder(NoCommand),
    entries=msgspec.msgpack.Decoder(DeskEntry),
    new=desk.NEW,
    tick=None,
    decide=lambda state, command, seat, now, _: desk.decide(state, command, seat, now),
    evolve=desk.evolve,
    audience=desk.audience,
    streams=desk.streams,
    snapshot=desk.snapshot,
    due=lambda _: None,
    ended=lambda _: None,
    reader=_reader_of_the_desk,
)

RULES = {rules.kind: rules for rules in (MEETING, CASE, DESK)}

STREAMS = {0: "room", -1: "chair"}


def stream_name(audience: int) -> Any:
    """`room`, `chair`, or `own`: one seat's stream has that name to the seat itself."""
    return STREAMS.get(audience, "own")
