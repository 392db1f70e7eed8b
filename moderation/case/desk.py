"""The desk: who of staff is here, how every open case stands, and who is without a facilitator.

Ids and enums only.
"""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace
from rpds import HashTrieMap

from moderation.case.commands import (
    Chair,
    ComeToDesk,
    DeskServerCommand,
    ListCase,
    ListChair,
    ListPresses,
    PutPressesAway,
)
from moderation.case.entries import (
    CameToDesk,
    CaseListed,
    ChairListed,
    DeskEntry,
    DeskSeatGiven,
    PressesListed,
    PressesPutAway,
)
from moderation.content.written import is_visible, written
from moderation.meeting.state import Stamp
from moderation.refused import Refused


class StaffSeat(Struct, frozen=True):
    """Somebody of staff: the name they go by, and the first number they may read back."""

    name: str | None
    since: int


class Desk(Struct, frozen=True):
    """Everything a rule of the desk may look at; `cases` holds the open ones.

    `chairs` holds those that nobody has; `held` where in a meeting's log it was seen to be held again.
    `presses` holds, by the room or "" for none, those of strangers that are no case each.
    """

    seats: HashTrieMap[int, StaffSeat] = HashTrieMap()
    sessions: HashTrieMap[str, int] = HashTrieMap()
    cases: HashTrieMap[str, CaseListed] = HashTrieMap()
    closed: HashTrieMap[str, bool] = HashTrieMap()
    chairs: HashTrieMap[str, ChairListed] = HashTrieMap()
    held: HashTrieMap[str, int] = HashTrieMap()
    presses: HashTrieMap[str, PressesListed] = HashTrieMap()


NEW = Desk()


def decide(desk: Desk, command: DeskServerCommand, seat: int, now: float) -> list[DeskEntry]:
    """The entries that `command` leaves; none where the desk knows already."""
    match command:
        case ComeToDesk():
            return _come(desk, command)
        case ListCase():
            return _list(desk, command)
        case ListPresses():
            return [_added(desk, command, now)]
        case PutPressesAway():
            return _seen(desk, command)
        case ListChair():
            return _list_chair(desk, command)
        case _:
            assert_never(command)


def _come(desk: Desk, command: ComeToDesk) -> list[DeskEntry]:
    if command.session in desk.sessions:
        return []
    if not is_visible(command.name):
        raise Refused("no_name")
    name = " ".join(written(command.name).text.split())
    seat = len(desk.seats) + 1
    return [CameToDesk(seat=seat, words=name), DeskSeatGiven(seat, command.session)]


def _list(desk: Desk, command: ListCase) -> list[DeskEntry]:
    """What was read before something that is known takes no case back to an earlier state."""
    known = desk.cases.get(command.case)
    if command.case in desk.closed:
        return []
    listed = CaseListed(**{name: getattr(command, name) for name in CaseListed.__struct_fields__})
    if known is None:
        return [listed]
    is_news = command.position > known.position and replace(known, position=0) != replace(
        listed, position=0
    )
    return [listed] if is_news else []


def _added(desk: Desk, command: ListPresses, now: float) -> PressesListed:
    """One entry for all, whichever process counted them."""
    known = desk.presses.get(command.room or "")
    before, since = (0, now) if known is None else (known.presses, known.since)
    return PressesListed(before + command.presses, since, now, command.room)


def _seen(desk: Desk, command: PutPressesAway) -> list[DeskEntry]:
    """Once for all who saw the same: what has come since one of them put it away is news to the others."""
    known = desk.presses.get(command.room or "")
    if known is None or command.since not in (None, known.since):
        return []
    return [PressesPutAway(min(command.presses, known.presses), command.by, command.room)]


def _list_chair(desk: Desk, command: ListChair) -> list[DeskEntry]:
    """What is not news is left out, and so is what was read before something that is known."""
    known = desk.chairs.get(command.meeting)
    chair: Chair = "held" if known is None else known.chair
    seen = desk.held.get(command.meeting, 0) if known is None else known.position
    if chair == command.chair or command.position <= seen:
        return []
    since = command.since if known is None else known.since
    return [
        ChairListed(command.meeting, command.room, command.chair, since, command.position),
    ]


def evolve(desk: Desk, entry: DeskEntry, stamp: Stamp) -> Desk:
    """The desk after `entry`."""
    match entry:
        case CameToDesk():
            place = StaffSeat(entry.words, stamp.number)
            return replace(desk, seats=desk.seats.insert(entry.seat, place))
        case DeskSeatGiven():
            return replace(desk, sessions=desk.sessions.insert(entry.session, entry.seat))
        case CaseListed(status="closed"):
            return replace(
                desk,
                cases=desk.cases.discard(entry.case),
                closed=desk.closed.insert(entry.case, True),
            )
        case CaseListed():
            return replace(desk, cases=desk.cases.insert(entry.case, entry))
        case PressesListed():
            return replace(desk, presses=desk.presses.insert(entry.room or "", entry))
        case PressesPutAway():
            return replace(desk, presses=_put_away(desk, entry))
        case ChairListed(chair="held"):
            return replace(
                desk,
                chairs=desk.chairs.discard(entry.meeting),
                held=desk.held.insert(entry.meeting, entry.position),
            )
        case ChairListed():
            return replace(desk, chairs=desk.chairs.insert(entry.meeting, entry))
        case _:
            assert_never(entry)


def _put_away(desk: Desk, entry: PressesPutAway) -> HashTrieMap[str, PressesListed]:
    known = desk.presses.get(entry.room or "")
    if known is None or known.presses <= entry.presses:
        return desk.presses.discard(entry.room or "")
    rest = replace(known, presses=known.presses - entry.presses, since=known.last)
    return desk.presses.insert(entry.room or "", rest)


def audience(entry: DeskEntry) -> int:
    """0: everybody at the desk; else the one seat that sees it."""
    return entry.seat if isinstance(entry, DeskSeatGiven) else 0


def streams(desk: Desk, seat: int) -> dict[int, int]:
    return {0: desk.seats[seat].since, seat: 1} if seat in desk.seats else {}


class StaffView(Struct, frozen=True):
    seat: int
    name: str | None


class DeskView(Struct, frozen=True, tag="desk", tag_field="kind"):
    """The desk as everybody at it sees it: open cases, meetings without a facilitator, presses; oldest first."""

    seats: tuple[StaffView, ...]
    cases: tuple[CaseListed, ...]
    chairs: tuple[ChairListed, ...] = ()
    presses: tuple[PressesListed, ...] = ()


def snapshot(desk: Desk, seat: int) -> DeskView:
    return DeskView(
        seats=tuple(StaffView(number, place.name) for number, place in sorted(desk.seats.items())),
        cases=tuple(sorted(desk.cases.values(), key=lambda listed: listed.raised_at)),
        chairs=tuple(sorted(desk.chairs.values(), key=lambda listed: listed.since)),
        presses=tuple(sorted(desk.presses.values(), key=lambda listed: listed.since)),
    )
