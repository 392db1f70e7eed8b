"""A case: raised, claimed by one of staff, a line between the two, closed. A claim is a lease."""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from moderation.case.commands import (
    AnyCaseCommand,
    Claim,
    ClaimerAway,
    ClaimerBack,
    CloseCase,
    DeskAttended,
    DeskEmpty,
    Lapse,
    NameMember,
    PutBack,
    Raise,
    SessionOver,
    Source,
    TickCase,
    Touch,
    Triage,
    Write,
)
from moderation.case.entries import (
    CaseClosed,
    CaseEntry,
    CaseRaised,
    Claimed,
    ClaimLapsed,
    ClaimResumed,
    Excerpt,
    HelpPressedAgain,
    LineGiven,
    MemberLeft,
    MemberNamed,
    NobodyThere,
    OutcomeNoted,
    SomebodyThere,
    Touched,
    Unanswered,
    Wrote,
)
from moderation.case.state import MEMBER, NEW, Case, Lease, Unread
from moderation.meeting.state import Stamp
from moderation.refused import Refused

__all__ = ["MEMBER", "NEW", "Case"]

CLAIM_WITHIN = 60.0
"""Seconds after which the member is told that nobody has claimed the case (CE-10)."""
WORD_WITHIN = 60.0
"""Seconds that whoever claimed a case has for a first word to the member (CE-12)."""
TOUCH_WITHIN = 300.0
"""Seconds for which a claim holds without anything being heard of its holder (CE-12)."""
MERCY = 1.0
"""Seconds for which a word that comes just then wins over the end of a claim (CE-12)."""
TOUCHED_LATELY = 30.0
"""Seconds in which a further touch says nothing new."""
PRESSED_LATELY = 10.0
"""Seconds in which pressing Help again is the same press."""
GRAVITY = {"support": 0, "urgent": 1, "imminent": 2}


def decide(case: Case, command: AnyCaseCommand, seat: int, now: float) -> list[CaseEntry]:
    """The entries that `command` of `seat` (0: the server) leaves; raises `Refused` for a no."""
    match command:
        case Raise():
            return _raise(case, command, now)
        case NameMember():
            return _name(case, command)
        case Claim():
            return _claim(case, command)
        case ClaimerAway():
            return [ClaimLapsed("away")] if _holds(case, command.desk_seat) else []
        case ClaimerBack():
            return _back(case, command)
        case SessionOver():
            return _over(case, command)
        case DeskEmpty():
            return [NobodyThere()] if _waits_for_the_desk(case) and not case.alone else []
        case DeskAttended():
            return [SomebodyThere()] if _waits(case) and case.alone else []
        case TickCase():
            return _tick(case, now)
        case Write():
            return _write(case, command, seat)
        case Touch():
            return _touch(case, command, seat, now)
        case PutBack():
            return _put_back(case, seat)
        case CloseCase():
            return _close(case, command, seat)
        case _:
            assert_never(command)


# Raised


def _raise(case: Case, command: Raise, now: float) -> list[CaseEntry]:
    """Raised once; a further signal adds its words to the open case, and Help makes it more urgent."""
    if case.closed_at is not None:
        raise Refused("already_closed")
    left: list[CaseEntry] = []
    if case.raised_at is None:
        left += [_raised(case, command), LineGiven(MEMBER, command.session)]
    elif _is_graver(command, case):
        left += [_raised(case, command)]
    elif command.source == "help" and now - (case.pressed_at or 0.0) >= PRESSED_LATELY:
        left += [HelpPressedAgain()]
    if command.excerpt:
        left += [Excerpt(seat=MEMBER, words=command.excerpt)]
    is_news = not case.told or HelpPressedAgain() in left or _asks_first(command.source, case)
    if not command.attended and is_news and not case.is_held:
        left += [NobodyThere()]
    return left


def _raised(case: Case, command: Raise) -> CaseRaised:
    """What is known of the case already is never made less of."""
    raised = CaseRaised(
        source=command.source,
        triage=command.triage,
        room=command.room or case.room,
        meeting=command.meeting if command.seat else case.meeting,
        seat=command.seat or case.seat,
        words=command.name or case.member,
    )
    if case.raised_at is None:
        return raised
    return replace(
        raised,
        source="help" if "help" in (case.source, command.source) else "signal",
        triage=max(case.triage, command.triage, key=GRAVITY.__getitem__),
    )


def _is_graver(command: Raise, case: Case) -> bool:
    """A member who presses Help, or a graver signal, in a case that the review has opened."""
    return _asks_first(command.source, case) or GRAVITY[command.triage] > GRAVITY[case.triage]


def _asks_first(source: str, case: Case) -> bool:
    """Whether a member presses Help for the first time in a case that the review has opened."""
    return source == "help" and case.source == "signal"


def _name(case: Case, command: NameMember) -> list[CaseEntry]:
    known = (case.member, case.room, case.meeting, case.seat)
    new = (command.name, command.room, command.meeting, command.seat)
    if case.raised_at is None or case.closed_at is not None or known == new:
        return []
    return [
        MemberNamed(
            words=command.name, room=command.room, meeting=command.meeting, seat=command.seat
        )
    ]


# Claimed, for as long as something is heard of who has it


def _claim(case: Case, command: Claim) -> list[CaseEntry]:
    """One gets it; who is not heard of any more loses it to the next, and anybody with a reason."""
    if case.closed_at is not None:
        raise Refused("already_closed")
    if case.raised_at is None:
        raise Refused("no_such_case")
    seat = case.sessions.get(command.session)
    if seat == MEMBER:
        raise Refused("own_case")
    before = case.lease
    if before is not None and before.seat != seat and case.is_held and command.reason is None:
        raise Refused("already_claimed", name=before.name, at=before.at)
    if before is not None and before.seat == seat and case.is_held:
        return []
    replaces = before.seat if before is not None and before.seat != seat else 0
    claimed = Claimed(
        seat=seat or _next_seat(case),
        desk_seat=command.desk_seat,
        replaces=replaces,
        reason=command.reason if case.is_held else None,
        words=command.name,
    )
    return [claimed] if seat else [claimed, LineGiven(claimed.seat, command.session)]


def _next_seat(case: Case) -> int:
    return max((MEMBER, *case.sessions.values())) + 1


def _holds(case: Case, desk_seat: int) -> bool:
    """Whether somebody has the case from that seat at the desk."""
    is_open = case.closed_at is None and case.is_held
    return is_open and case.lease is not None and case.lease.desk_seat == desk_seat


def _back(case: Case, command: ClaimerBack) -> list[CaseEntry]:
    """Who was only away takes the case up again, unless somebody did before."""
    lease = case.lease
    if case.closed_at is not None or lease is None or lease.lapsed != "away":
        return []
    return [ClaimResumed(lease.seat)] if lease.desk_seat == command.desk_seat else []


def _over(case: Case, command: SessionOver) -> list[CaseEntry]:
    """Whoever leaves by an act puts back what they had; the member can't come back to this line."""
    seat = case.sessions.get(command.session)
    if seat is None or case.closed_at is not None:
        return []
    if seat == MEMBER:
        return [] if case.left_at is not None else [MemberLeft()]
    has_it = case.is_held and case.lease is not None and case.lease.seat == seat
    return [ClaimLapsed("put_back")] if has_it else []


def _waits_for_the_desk(case: Case) -> bool:
    """Whether the member was told that somebody is at the desk to come: again, or by now."""
    return _waits(case) and (case.lease is not None or case.was_alone)


def _waits(case: Case) -> bool:
    """Whether nobody has the case, and the member is there to be told."""
    return (
        case.raised_at is not None
        and case.closed_at is None
        and case.left_at is None
        and not case.is_held
    )


def _tick(case: Case, now: float) -> list[CaseEntry]:
    at = due(case)
    if at is None or at > now:
        return []
    if case.lease is None or case.lease.lapsed is not None:
        return [Unanswered()]
    return [ClaimLapsed("no_word" if _owes_word(case, case.lease) else "untouched")]


def _touch(case: Case, command: Touch, seat: int, now: float) -> list[CaseEntry]:
    """A touch takes up what lapsed for want of one; for want of a word, only a word does."""
    lease = _lease_of(case, seat)
    if case.closed_at is not None:
        return []
    resumes = lease.lapsed in ("away", "untouched")
    if not resumes and command.read <= case.read and now - lease.touched_at < TOUCHED_LATELY:
        return []
    touched = Touched(seat, max(command.read, case.read))
    return [ClaimResumed(seat), touched] if resumes else [touched]


def _put_back(case: Case, seat: int) -> list[CaseEntry]:
    lease = _lease_of(case, seat)
    if case.closed_at is not None or lease.lapsed is not None:
        return []
    return [ClaimLapsed("put_back")]


def _lease_of(case: Case, seat: int) -> Lease:
    _needs_place(case, seat)
    if case.lease is None or case.lease.seat != seat:
        raise Refused("case_taken" if seat != MEMBER else "staff_only")
    return case.lease


# The line


def _write(case: Case, command: Write, seat: int) -> list[CaseEntry]:
    """Nothing written here is ever withheld: it is the line to staff."""
    _needs_place(case, seat)
    if case.closed_at is not None:
        raise Refused("already_closed")
    wrote = Wrote(seat=seat, words=command.text)
    if seat == MEMBER:
        return [wrote]
    lapsed = _lease_of(case, seat).lapsed is not None
    return [ClaimResumed(seat), wrote] if lapsed else [wrote]


def _close(case: Case, command: CloseCase, seat: int) -> list[CaseEntry]:
    _needs_place(case, seat)
    if case.closed_at is not None:
        return []
    if seat == MEMBER:
        if command.outcome != "left":
            raise Refused("staff_only")
        return [CaseClosed(by=seat)]
    _lease_of(case, seat)
    return [OutcomeNoted(seat, command.outcome), CaseClosed(by=seat)]


def _needs_place(case: Case, seat: int) -> None:
    if seat not in case.sessions.values():
        raise Refused("no_seat")


# The fold


def evolve(case: Case, entry: CaseEntry, stamp: Stamp) -> Case:
    """The case after `entry`."""
    match entry:
        case CaseRaised():
            return _after_raise(case, entry, stamp)
        case HelpPressedAgain():
            waits_since = case.waits_since if case.is_held else stamp.at
            told = case.told and case.is_held
            return replace(
                case, pressed_at=stamp.at, waits_since=waits_since, told=told, alone=False
            )
        case MemberNamed():
            return replace(
                case,
                member=entry.words,
                room=entry.room,
                meeting=entry.meeting,
                seat=entry.seat,
            )
        case LineGiven():
            return replace(case, sessions=case.sessions.insert(entry.session, entry.seat))
        case MemberLeft():
            return replace(case, left_at=stamp.at)
        case NobodyThere():
            return replace(case, told=True, alone=True, was_alone=True)
        case SomebodyThere():
            return replace(case, told=False, alone=False, waits_since=stamp.at)
        case Unanswered():
            return replace(case, told=True)
        case Claimed():
            lease = Lease(entry.seat, entry.desk_seat, entry.words, stamp.at, stamp.at)
            return replace(case, lease=lease)
        case ClaimLapsed():
            return _lapsed(case, entry.why, stamp.at)
        case ClaimResumed():
            return _with_lease(case, at=stamp.at, touched_at=stamp.at, lapsed=None, lapsed_at=None)
        case Touched():
            unread = tuple(line for line in case.unread if line.number > entry.read)
            return _with_lease(replace(case, read=entry.read, unread=unread), touched_at=stamp.at)
        case Excerpt() | Wrote():
            return _after_words(case, entry, stamp)
        case CaseClosed():
            return replace(case, closed_at=stamp.at)
        case OutcomeNoted():
            return replace(case, outcome=entry.outcome)
        case _:
            assert_never(entry)


def _after_raise(case: Case, entry: CaseRaised, stamp: Stamp) -> Case:
    """Who was told that nobody is there, for a signal of theirs, and then asks, waits from then on."""
    asks = case.told and _asks_first(entry.source, case) and not case.is_held
    return replace(
        case,
        source=entry.source,
        triage=entry.triage,
        room=entry.room,
        meeting=entry.meeting,
        seat=entry.seat,
        member=entry.words,
        raised_at=case.raised_at or stamp.at,
        pressed_at=case.pressed_at or (stamp.at if entry.source == "help" else None),
        waits_since=stamp.at if asks else case.waits_since or stamp.at,
        told=case.told and not asks,
        alone=case.alone and not asks,
        noticed=case.noticed or entry.source == "signal",
    )


def _after_words(case: Case, entry: Excerpt | Wrote, stamp: Stamp) -> Case:
    if entry.seat == MEMBER:
        return replace(case, unread=(*case.unread, Unread(stamp.number, stamp.at)))
    return _with_lease(case, touched_at=stamp.at, has_word=True)


def _lapsed(case: Case, why: Lapse, at: float) -> Case:
    """The member is told by this very entry that somebody else may come."""
    waits = replace(case, told=True, alone=False, waits_since=at)
    return _with_lease(waits, lapsed=why, lapsed_at=at)


def _with_lease(case: Case, **changes: object) -> Case:
    assert case.lease is not None, "what happens to a claim comes after it"
    return replace(case, lease=replace(case.lease, **changes))


def due(case: Case) -> float | None:
    """When something follows though nobody does anything; seconds since 1970.

    The member, unless they have left, is told that nobody has come; or a claim lapses of whose
    holder nothing is heard.
    """
    if case.raised_at is None or case.closed_at is not None:
        return None
    lease = case.lease
    if lease is not None and lease.lapsed is None:
        if _owes_word(case, lease):
            return lease.at + WORD_WITHIN + MERCY
        return lease.touched_at + TOUCH_WITHIN + MERCY
    waits_since = case.waits_since or case.raised_at
    return None if case.told or case.left_at is not None else waits_since + CLAIM_WITHIN


def _owes_word(case: Case, lease: Lease) -> bool:
    """Whether a first word is waited for: not for somebody whom none reaches."""
    return not lease.has_word and case.left_at is None


# Who sees what


def audience(entry: CaseEntry) -> int:
    """0: both ends of the line; else the one seat that sees it."""
    return entry.seat if isinstance(entry, LineGiven | OutcomeNoted | Touched) else 0


def streams(case: Case, seat: int) -> dict[int, int]:
    """The member and who has the case read the whole line; nobody else reads any of it."""
    ends = {MEMBER} if case.lease is None else {MEMBER, case.lease.seat}
    return {0: 1, seat: 1} if seat in ends and seat in case.sessions.values() else {}


class CaseView(Struct, frozen=True, tag="case", tag_field="kind"):
    """The case as its two ends see it. `claimed_seat` had it last; `lapsed`, why not any more.

    `read` and `touched_at` are for staff alone: nobody is told what another has read.
    """

    source: Source
    triage: Triage
    room: str | None
    member: str | None
    raised_at: float | None
    told: bool
    claimed_at: float | None
    claimer: str | None
    closed_at: float | None
    meeting: str | None = None
    seat: int = 0
    pressed_at: float | None = None
    claimed_seat: int = 0
    has_word: bool = False
    lapsed: Lapse | None = None
    lapsed_at: float | None = None
    read: int = 0
    touched_at: float | None = None
    left_at: float | None = None


def snapshot(case: Case, seat: int) -> CaseView:
    lease = case.lease
    view = CaseView(
        source=case.source,
        triage=case.triage,
        room=case.room,
        member=case.member,
        raised_at=case.raised_at,
        told=case.told,
        claimed_at=lease.at if lease else None,
        claimer=lease.name if lease else None,
        closed_at=case.closed_at,
        meeting=case.meeting,
        seat=case.seat,
        pressed_at=case.pressed_at,
        claimed_seat=lease.seat if lease else 0,
        has_word=lease is not None and lease.has_word,
        lapsed=lease.lapsed if lease else None,
        lapsed_at=lease.lapsed_at if lease else None,
        left_at=case.left_at,
    )
    if seat == MEMBER or lease is None:
        return view
    return replace(view, read=case.read, touched_at=lease.touched_at)
