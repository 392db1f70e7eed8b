"""The door: coming in, the lobby, and locking."""

from msgspec.structs import replace

from moderation.content.verdict import Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.naming import going_by, is_taken, named, seen, told_apart, with_look
from moderation.meeting.needs import needs_facilitator
from moderation.meeting.state import Knock, Meeting, Seat, Stamp
from moderation.refused import Refused

LOBBY = 200
"""Strangers who may wait in the lobby at a time; and as many who were invited, in places of their own (A92)."""
RAID = 5
"""So many strangers within a minute may be a raid (A92)."""
JOINS = 20
"""So many within a minute that an open door turns to knocking: more than come to a meeting that begins (CM-22)."""
LATELY = 60.0
TOLD_AGAIN = 600.0
"""Seconds for which facilitators who were offered the shield are not offered it again."""
CORRECTIONS = 10
"""How often who waits may correct their name."""


def take_seat(
    meeting: Meeting, command: ask.TakeSeat, now: float, verdict: Verdict
) -> list[happened.AnyEntry]:
    """A session has one seat in a meeting; who was removed does not get back in with it (P9).

    Where the door says so they knock. Who waits already leaves nothing more but a corrected name.
    """
    if _sits(meeting, command.session):
        return []
    command = _as_what(meeting, command)
    knock = _knock_of(meeting, command.session)
    waits = _must_wait(meeting, command, waits_already=knock is not None)
    if knock is not None:
        return _asked_again(meeting, command, verdict, knock, waits=waits)
    if not waits and not _asks_for_a_seat(meeting, command, verdict):
        seated = _seated(meeting, command, named(meeting, command.name, verdict))
        return [*seated, *_of_a_raid(meeting, command, now)]
    knocking = _knocking(meeting, command, verdict, meeting.knocks + 1)
    if _is_full(meeting, invited=_is_invited(command)):
        raise Refused("lobby_full")
    return [*knocking, *_of_a_raid(meeting, command, now)]


def _as_what(meeting: Meeting, command: ask.TakeSeat) -> ask.TakeSeat:
    """Who was taken from among the facilitators of this meeting comes back as one of its members."""
    if command.role != "facilitator":
        return command
    if not {command.session, command.invitation} & set(meeting.demoted):
        return command
    return replace(command, role="member", known=True)


def _is_invited(command: ask.TakeSeat) -> bool:
    return command.known or command.role != "member"


def _is_full(meeting: Meeting, *, invited: bool) -> bool:
    """Nobody who was invited ever queues behind strangers."""
    return sum(knock.invited == invited for knock in meeting.lobby.values()) >= LOBBY


def _may_be_of_a_raid(meeting: Meeting, role: ask.Role, *, invited: bool) -> bool:
    """Whom nobody invited; and at an open door all members, for a link of theirs may have leaked."""
    return not invited or (role == "member" and meeting.flags.door == "open")


def _of_a_raid(meeting: Meeting, command: ask.TakeSeat, now: float) -> list[happened.AnyEntry]:
    """With the fifth stranger in a minute facilitators are offered the shield; with the twentieth the door knocks."""
    if not _may_be_of_a_raid(meeting, command.role, invited=_is_invited(command)):
        return []
    lately = sum(now - at < LATELY for at in meeting.strangers) + 1
    if lately < RAID:
        return []
    return _told_of(meeting, now, same=False, knock=lately >= JOINS)


def notice_same(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    """The same words of several who came lately are as much of a raid as twenty who come at once (CM-22)."""
    return _told_of(meeting, now, same=True, knock=True)


def _told_of(meeting: Meeting, now: float, *, same: bool, knock: bool) -> list[happened.AnyEntry]:
    """Facilitators are told once in a while, and always where the door turns; under the shield it knocks already."""
    if not meeting.is_open or meeting.shield_at is not None:
        return []
    turns = knock and meeting.flags.door == "open" and not meeting.raided
    told = meeting.strangers_at
    if not turns and told is not None and now - told < TOLD_AGAIN:
        return []
    return [happened.StrangersCame(same, turns)]


def _sits(meeting: Meeting, session: str) -> bool:
    seat = meeting.sessions.get(session)
    if seat is not None and meeting.seats[seat].removed:
        raise Refused("removed")
    if seat is None and meeting.closed_at is not None:
        raise Refused("meeting_closed")
    return seat is not None


def _asks_for_a_seat(meeting: Meeting, command: ask.TakeSeat, verdict: Verdict) -> bool:
    """Whether they say that they were here, and somebody of that name was."""
    says_so = command.back and command.role == "member"
    return says_so and is_taken(meeting, seen(command.name, verdict))


def _knock_of(meeting: Meeting, session: str) -> int | None:
    knock = meeting.knockers.get(session)
    if knock is not None and knock not in meeting.lobby:
        raise Refused("turned_away")
    return knock


def _must_wait(meeting: Meeting, command: ask.TakeSeat, *, waits_already: bool) -> bool:
    """Whether the lobby comes first; raises `Refused` where they don't get in at all.

    A facilitator waits where their link let somebody in who is muted or was removed, as long as
    somebody else holds the meeting, who can let them in.
    """
    if command.role == "member":
        if waits_already:
            return True
        return must_knock(meeting, known=command.known, invitation=command.invitation)
    is_held = meeting.chair is not None and meeting.chair_away_until is None
    return is_held and not meeting.is_quiet and same_link(meeting, command.invitation) != ""


def must_knock(meeting: Meeting, *, known: bool, invitation: str = "") -> bool:
    """Whether a member waits in the lobby; raises `Refused` where they don't get in at all.

    A fresh browser is no way round a mute or a removal, by the same link neither (A47).
    """
    if meeting.locked:
        raise Refused("locked")
    door = meeting.flags.door
    if door == "invitation" and not known:
        raise Refused("not_yours")
    if meeting.shield_at is not None or door == "knock":
        return True
    if door == "open":
        return bool(meeting.mutes) or meeting.removals > 0 or meeting.raided
    return not known or same_link(meeting, invitation) != ""


def same_link(meeting: Meeting, invitation: str) -> ask.SameLink:
    """Whether somebody came by it who was removed, or is muted."""
    if invitation == "":
        return ""
    if invitation in meeting.removed_by:
        return "removed"
    came_by = (meeting.seats[seat].invitation for seat in meeting.mutes)
    return "muted" if invitation in came_by else ""


def _asked_again(
    meeting: Meeting, command: ask.TakeSeat, verdict: Verdict, knock: int, *, waits: bool
) -> list[happened.AnyEntry]:
    """Who waits may correct their name; who turns out to be a facilitator comes in by themselves.

    There may be nobody else to let them in.
    """
    if not waits:
        came_in = _seated(meeting, command, named(meeting, command.name, verdict))
        seat = len(meeting.seats) + 1
        return [*came_in, happened.KnockAnswered(knock, "admitted", by=seat)]
    waiting = meeting.lobby[knock]
    if waiting.corrections >= CORRECTIONS or seen(command.name, verdict) == waiting.name:
        return []
    return _knocking(meeting, command, verdict, knock)


def _knocking(
    meeting: Meeting, command: ask.TakeSeat, verdict: Verdict, knock: int
) -> list[happened.AnyEntry]:
    """What facilitators read of it; whose name is taken would tell who is here (A103)."""
    name, link = seen(command.name, verdict), same_link(meeting, command.invitation)
    knocked = happened.Knocked(
        knock=knock,
        words=name,
        same_link=link,
        others=_came_by(meeting, command.invitation) if link else 0,
        ghost=_ghost(meeting, name),
        role=command.role,
        invited=_is_invited(command),
    )
    return [knocked, happened.KnockGiven(knock, command.session, command.invitation)]


def _came_by(meeting: Meeting, invitation: str) -> int:
    """How many who sit here, and may write, came by this link: a whole group may have one."""
    return sum(
        place.invitation == invitation and meeting.sits(seat) and place.mute is None
        for seat, place in meeting.seats.items()
    )


def _ghost(meeting: Meeting, name: str) -> int:
    """The newest member's seat of this name, left or not: it may be theirs. 0 for none."""
    members = (
        seat
        for seat in going_by(meeting, name)
        if meeting.seats[seat].role == "member" and not meeting.seats[seat].removed
    )
    return max(members, default=0)


def _seated(meeting: Meeting, command: ask.TakeSeat, name: str | None) -> list[happened.AnyEntry]:
    seat = len(meeting.seats) + 1
    stranger = _may_be_of_a_raid(meeting, command.role, invited=_is_invited(command))
    given = happened.SeatGiven(seat, command.session, stranger=stranger)
    return _given(seat, command.role, name, given, command.invitation)


def _given(
    seat: int, role: ask.Role, name: str | None, given: happened.SeatGiven, invitation: str
) -> list[happened.AnyEntry]:
    taken = happened.SeatTaken(seat=seat, role=role, words=name)
    came_by = [happened.CameBy(seat, invitation)] if invitation else []
    return [taken, given, *came_by]


def admit(meeting: Meeting, command: ask.Admit, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    knock = waiting(meeting, command.knock)
    answered = happened.KnockAnswered(command.knock, "admitted", by=seat)
    name = None if knock.name is None else told_apart(meeting, knock.name)
    seat = len(meeting.seats) + 1
    given = happened.SeatGiven(seat, knock.session)
    return [answered, *_given(seat, knock.role, name, given, knock.invitation)]


def turn_away(meeting: Meeting, command: ask.TurnAway, seat: int) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    waiting(meeting, command.knock)
    return [happened.KnockAnswered(command.knock, "turned_away", by=seat)]


def clear_lobby(meeting: Meeting, command: ask.ClearLobby, seat: int) -> list[happened.AnyEntry]:
    """One act against a raid: who waits and was invited keeps the place, unless all are meant."""
    needs_facilitator(meeting, seat)
    if all(knock.invited and not command.everybody for knock in meeting.lobby.values()):
        return []
    return [happened.LobbyCleared(by=seat, everybody=command.everybody)]


def waiting(meeting: Meeting, knock: int) -> Knock:
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


def seat_taken(meeting: Meeting, entry: happened.SeatTaken, stamp: Stamp) -> Meeting:
    since = 1 if meeting.flags.history == "meeting" else stamp.number
    place = Seat(
        entry.role,
        since,
        meeting.chair_number + 1,
        name=entry.words,
        came_at=stamp.at,
        named_at=(stamp.number,),
    )
    meeting = with_look(meeting.placed(entry.seat, place), entry.seat)
    if meeting.speak != "round":
        return meeting
    return replace(meeting, hands=(*meeting.hands, entry.seat))  # Who comes late is last (FC-28).


def seat_given(meeting: Meeting, entry: happened.SeatGiven, stamp: Stamp) -> Meeting:
    meeting = meeting.with_seat(entry.seat, session=entry.session)
    if entry.stranger:
        meeting = _stranger_came(meeting, stamp)
    return replace(meeting, sessions=meeting.sessions.insert(entry.session, entry.seat))


def _stranger_came(meeting: Meeting, stamp: Stamp) -> Meeting:
    return replace(meeting, strangers=(*meeting.strangers, stamp.at)[1 - JOINS :])


def strangers_came(meeting: Meeting, entry: happened.StrangersCame, stamp: Stamp) -> Meeting:
    return replace(meeting, strangers_at=stamp.at, raided=meeting.raided or entry.knock)


def came_by(meeting: Meeting, entry: happened.CameBy) -> Meeting:
    return meeting.with_seat(entry.seat, invitation=entry.invitation)


def knocked(meeting: Meeting, entry: happened.Knocked, stamp: Stamp) -> Meeting:
    """Who corrects a name keeps the place in the lobby, and waits since the first knock."""
    before = meeting.lobby.get(entry.knock)
    knock = Knock(
        entry.words,
        since=stamp.at if before is None else before.since,
        same_link=entry.same_link,
        others=entry.others,
        ghost=entry.ghost,
        role=entry.role,
        corrections=0 if before is None else before.corrections + 1,
        invited=entry.invited,
    )
    if before is None and _may_be_of_a_raid(meeting, entry.role, invited=entry.invited):
        meeting = _stranger_came(meeting, stamp)
    lobby = meeting.lobby.insert(entry.knock, knock)
    return replace(meeting, lobby=lobby, knocks=max(meeting.knocks, entry.knock))


def knock_given(meeting: Meeting, entry: happened.KnockGiven) -> Meeting:
    knock = replace(meeting.lobby[entry.knock], session=entry.session, invitation=entry.invitation)
    return replace(
        meeting,
        lobby=meeting.lobby.insert(entry.knock, knock),
        knockers=meeting.knockers.insert(entry.session, entry.knock),
    )


def knock_answered(meeting: Meeting, entry: happened.KnockAnswered) -> Meeting:
    """Who stopped waiting may knock again; who was turned away may not."""
    knock, knockers = meeting.lobby.get(entry.knock), meeting.knockers
    if knock is not None and entry.answer == "withdrawn":
        knockers = knockers.discard(knock.session)
    return replace(meeting, lobby=meeting.lobby.discard(entry.knock), knockers=knockers)


def lobby_cleared(meeting: Meeting, entry: happened.LobbyCleared) -> Meeting:
    """Their knocks stay known, so that none of them may knock again."""
    lobby = meeting.lobby
    for number, knock in meeting.lobby.items():
        if entry.everybody or not knock.invited:
            lobby = lobby.discard(number)
    return replace(meeting, lobby=lobby)


def lock_set(meeting: Meeting, *, locked: bool) -> Meeting:
    return replace(meeting, locked=locked)


def listening_chosen(meeting: Meeting, seat: int, *, on: bool) -> Meeting:
    return meeting.with_seat(seat, listening=on)
