"""The door: coming in, the lobby, locking, and names."""

from msgspec.structs import replace
from rpds import HashTrieSet

from moderation.content.names import LONGEST, alike, looks, shown
from moderation.content.verdict import Verdict
from moderation.masks import MASK, masked
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.needs import needs_facilitator
from moderation.meeting.state import Knock, Meeting, Seat, Stamp
from moderation.meeting.talking import why_unheard
from moderation.refused import Refused

LOBBY = 200
"""Who may wait in the lobby at a time (A92)."""
NOBODY: "HashTrieSet[int]" = HashTrieSet()


def take_seat(meeting: Meeting, command: ask.TakeSeat, verdict: Verdict) -> list[happened.AnyEntry]:
    """A session has one seat in a meeting; who was removed does not get back in with it (P9).

    Where the door says so they knock: nothing is left for whoever waits already.
    """
    knock = meeting.knockers.get(command.session)
    if _is_known(meeting, command.session):
        may_come_in = command.role != "member" and command.session not in meeting.sessions
        return _let_oneself_in(meeting, command, verdict, knock or 0) if may_come_in else []
    if command.role != "member" or not must_knock(meeting, known=command.known):
        name = named(meeting, command.name, verdict)
        return _seated(meeting, command.session, command.role, name)
    name = _seen(command.name, verdict)  # Whose name is taken would tell who is here (A103).
    if len(meeting.lobby) >= LOBBY:
        raise Refused("lobby_full")
    number = meeting.knocks + 1
    return [
        happened.Knocked(knock=number, words=name),
        happened.KnockGiven(number, command.session),
    ]


def _let_oneself_in(
    meeting: Meeting, command: ask.TakeSeat, verdict: Verdict, knock: int
) -> list[happened.AnyEntry]:
    """Who waits and turns out to be a facilitator: there may be nobody else to let them in."""
    name = named(meeting, command.name, verdict)
    seat = len(meeting.seats) + 1
    seated = _seated(meeting, command.session, command.role, name)
    return [*seated, happened.KnockAnswered(knock, "admitted", by=seat)]


def _is_known(meeting: Meeting, session: str) -> bool:
    theirs, knock = meeting.sessions.get(session), meeting.knockers.get(session)
    if theirs is not None and meeting.seats[theirs].removed:
        raise Refused("removed")
    if theirs is not None:
        return True
    if meeting.closed_at is not None:
        raise Refused("meeting_closed")
    if knock is not None and knock not in meeting.lobby:
        raise Refused("turned_away")
    return knock is not None


def must_knock(meeting: Meeting, *, known: bool) -> bool:
    """Whether a member waits in the lobby; raises `Refused` where they don't get in at all."""
    if meeting.locked:
        raise Refused("locked")
    door = meeting.flags.door
    if door == "invitation" and not known:
        raise Refused("not_yours")
    if meeting.shield_at is not None or door == "knock":
        return True
    if door == "open":  # A fresh browser is no way round a mute or a removal (A47).
        return bool(meeting.mutes) or meeting.removals > 0
    return not known


def _seated(
    meeting: Meeting, session: str, role: ask.Role, name: str | None
) -> list[happened.AnyEntry]:
    seat = len(meeting.seats) + 1
    return [happened.SeatTaken(seat=seat, role=role, words=name), happened.SeatGiven(seat, session)]


def admit(meeting: Meeting, command: ask.Admit, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    knock = _waiting(meeting, command.knock)
    answered = happened.KnockAnswered(command.knock, "admitted", by=seat)
    name = None if knock.name is None else _told_apart(meeting, knock.name)
    return [answered, *_seated(meeting, knock.session, "member", name)]


def turn_away(meeting: Meeting, command: ask.TurnAway, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    _waiting(meeting, command.knock)
    return [happened.KnockAnswered(command.knock, "turned_away", by=seat)]


def _waiting(meeting: Meeting, knock: int) -> Knock:
    found = meeting.lobby.get(knock)
    if found is None:
        raise Refused("no_such_knock")
    return found


def lock(meeting: Meeting, command: ask.Lock, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    return [] if meeting.locked else [happened.Locked()]


def unlock(meeting: Meeting, command: ask.Unlock, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    return [happened.Unlocked()] if meeting.locked else []


def rename(
    meeting: Meeting, command: ask.Rename, seat: int, verdict: Verdict
) -> list[happened.AnyEntry]:
    """A name is speech: who is not heard does not get another one (W12)."""
    why = "muted" if meeting.is_muted(seat) else why_unheard(meeting, seat)
    if why is not None and why != "not_open":
        raise Refused("names_locked" if why == "all_muted" else why)
    name = named(meeting, command.name, verdict, besides=seat)
    return [] if name == meeting.seats[seat].name else [happened.Renamed(seat=seat, words=name)]


def named(meeting: Meeting, name: str, verdict: Verdict, besides: int = 0) -> str:
    """The name as it is shown; raises `Refused` where it can't be one, or looks like another's."""
    seen = _seen(name, verdict)
    if _is_taken(meeting, seen, besides):
        raise Refused("name_taken")
    return seen


def _seen(name: str, verdict: Verdict) -> str:
    """The name as it is shown, whoever has it; raises `Refused` where it can't be one."""
    if verdict.outcome == "bounce":
        spans = [(finding.start, finding.end) for finding in verdict.findings]
        raise Refused(verdict.findings[0].code, spans=spans)
    return shown(masked(name, verdict.masks).replace(MASK, ""))


def _told_apart(meeting: Meeting, name: str) -> str:
    """Ben, or else Ben 2, or Ben 3: who knocked did not learn that there is a Ben."""
    free, number = name, 1
    while _is_taken(meeting, free):
        number += 1
        free = f"{name[: LONGEST - 4]} {number}"
    return free


def _is_taken(meeting: Meeting, name: str, besides: int = 0) -> bool:
    """Somebody here goes by it, or by one that looks the same; of thousands few are looked at."""
    twins = {seat for look in looks(name) for seat in meeting.looks.get(look, ())}
    return any(_goes_by(meeting, seat, name) for seat in twins - {besides})


def _goes_by(meeting: Meeting, seat: int, name: str) -> bool:
    theirs = meeting.seats[seat].name
    return theirs is not None and meeting.sits(seat) and alike(name, theirs)


def seat_taken(meeting: Meeting, entry: happened.SeatTaken, stamp: Stamp) -> Meeting:
    since = 1 if meeting.flags.history == "meeting" else stamp.number
    place = Seat(entry.role, since, meeting.chair_number + 1, name=entry.words, came_at=stamp.at)
    meeting = replace(meeting, seats=meeting.seats.insert(entry.seat, place))
    meeting = _with_look(meeting, entry.seat)
    if meeting.speak != "round":
        return meeting
    return replace(meeting, hands=(*meeting.hands, entry.seat))  # Who comes late is last (FC-28).


def seat_given(meeting: Meeting, entry: happened.SeatGiven) -> Meeting:
    meeting = meeting.with_seat(entry.seat, session=entry.session)
    return replace(meeting, sessions=meeting.sessions.insert(entry.session, entry.seat))


def knocked(meeting: Meeting, entry: happened.Knocked) -> Meeting:
    lobby = meeting.lobby.insert(entry.knock, Knock(entry.words))
    return replace(meeting, lobby=lobby, knocks=entry.knock)


def knock_given(meeting: Meeting, entry: happened.KnockGiven) -> Meeting:
    knock = meeting.lobby[entry.knock]
    lobby = meeting.lobby.insert(entry.knock, replace(knock, session=entry.session))
    return replace(
        meeting, lobby=lobby, knockers=meeting.knockers.insert(entry.session, entry.knock)
    )


def knock_answered(meeting: Meeting, entry: happened.KnockAnswered) -> Meeting:
    return replace(meeting, lobby=meeting.lobby.discard(entry.knock))


def lock_set(meeting: Meeting, *, locked: bool) -> Meeting:
    return replace(meeting, locked=locked)


def renamed(meeting: Meeting, entry: happened.Renamed) -> Meeting:
    return _with_look(meeting.with_seat(entry.seat, name=entry.words), entry.seat)


def _with_look(meeting: Meeting, seat: int) -> Meeting:
    """Their name is found by how it looks; an earlier one of theirs still leads to them."""
    name, found = meeting.seats[seat].name, meeting.looks
    for look in looks(name) if name is not None else ():
        found = found.insert(look, found.get(look, NOBODY).insert(seat))
    return replace(meeting, looks=found)


def listening_chosen(meeting: Meeting, seat: int, *, on: bool) -> Meeting:
    return meeting.with_seat(seat, listening=on)
