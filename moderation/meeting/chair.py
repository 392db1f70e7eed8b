"""The chair and the seats of service: giving, handing over, and a chair that is lost."""

from msgspec.structs import replace

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.needs import needs_facilitator, needs_open, needs_seat
from moderation.meeting.state import CHAIR_RANK, Meeting, Offer
from moderation.refused import Refused

OFFERED = 30.0
"""Seconds in which an offer of the chair waits for its answer (FC-23)."""
QUIET_AFTER = 60.0
"""Seconds from the notice that the chair is lost until the meeting goes quiet (FC-24)."""


def appoint(meeting: Meeting, command: ask.Appoint, seat: int) -> list[happened.AnyEntry]:
    """A co-chair is given by whoever has the chair; the other seats of service by any facilitator."""
    needs_facilitator(meeting, seat)
    needs_seat(meeting, command.seat)
    if command.service == "co_chair":
        _needs_chair(meeting, seat)
    if _has(meeting, command.seat, command.service):
        return []
    return [happened.Appointed(command.seat, command.service)]


def dismiss(meeting: Meeting, command: ask.Dismiss, seat: int) -> list[happened.AnyEntry]:
    """Anybody steps down by themselves; the chair hands over first."""
    needs_seat(meeting, command.seat)
    if command.seat != seat:
        needs_facilitator(meeting, seat)
    if not _has(meeting, command.seat, command.service):
        return []
    if command.service == "co_chair":
        _may_demote(meeting, command.seat, by=seat)
    return [happened.Dismissed(command.seat, command.service)]


def set_role(meeting: Meeting, command: ask.SetRole) -> list[happened.AnyEntry]:
    """As if by the chair, be it of the chair; whoever helps out as staff stays what they are."""
    seat = meeting.sessions.get(command.session)
    if meeting.closed_at is not None or seat is None or not meeting.sits(seat):
        return []
    if meeting.seats[seat].role in (command.role, "staff"):
        return []
    if command.role == "facilitator":
        return [happened.Appointed(seat, "co_chair")]
    return [happened.Dismissed(seat, "co_chair")]


def _has(meeting: Meeting, seat: int, service: str) -> bool:
    if service == "co_chair":
        return meeting.is_facilitator(seat)
    return service in meeting.seats[seat].services


def _may_demote(meeting: Meeting, target: int, *, by: int) -> None:
    """Staff stay what they are: nobody of them sits here as one of the members (A111)."""
    if target == meeting.chair:
        raise Refused("chair_hands_over")
    is_above = target != by and meeting.rank(target) >= meeting.rank(by)
    if is_above or meeting.seats[target].role == "staff":
        raise Refused("not_on_a_facilitator")


def _needs_chair(meeting: Meeting, seat: int) -> None:
    """The chair, staff, or any facilitator while the chair is free."""
    if meeting.rank(seat) < CHAIR_RANK and meeting.chair is not None:
        raise Refused("chair_acts")


def handover(
    meeting: Meeting, command: ask.Handover, seat: int, now: float
) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    needs_open(meeting)
    _needs_chair(meeting, seat)
    needs_seat(meeting, command.seat)
    if meeting.offer is not None:
        raise Refused("offer_open")
    if command.seat == meeting.chair:
        return []
    if meeting.is_muted(command.seat):
        raise Refused("they_are_muted")
    return [happened.ChairOffered(command.seat, by=seat, until=now + OFFERED)]


def accept_chair(meeting: Meeting, command: ask.AcceptChair, seat: int) -> list[happened.AnyEntry]:
    """Whom it was offered; and any facilitator where nobody has it, or the room went quiet."""
    needs_open(meeting)
    offered = meeting.offer is not None and meeting.offer.seat == seat
    is_free = meeting.chair is None or meeting.is_quiet
    if not offered and not (is_free and meeting.is_facilitator(seat)):
        raise Refused("no_offer")
    if meeting.is_muted(seat):
        raise Refused("muted")
    return [happened.ChairTaken(seat)]


def decline_chair(
    meeting: Meeting, command: ask.DeclineChair, seat: int
) -> list[happened.AnyEntry]:
    if meeting.offer is None or meeting.offer.seat != seat:
        raise Refused("no_offer")
    return [happened.ChairOfferEnded(seat, reason="declined")]


def chair_away(meeting: Meeting, command: ask.ChairAway, now: float) -> list[happened.AnyEntry]:
    """The room is told, and the chair is offered to the first standby who is here (FC-24)."""
    if not meeting.is_open or any(meeting.is_facilitator(seat) for seat in command.here):
        return []
    left: list[happened.AnyEntry] = []
    if meeting.chair_away_until is None and not meeting.is_quiet:
        left.append(happened.ChairWentAway(until=now + QUIET_AFTER))
    standby = _standby(meeting, command.here)
    if meeting.offer is None and standby is not None:
        left.append(happened.ChairOffered(standby, by=0, until=now + OFFERED))
    return left


def _standby(meeting: Meeting, here: tuple[int, ...]) -> int | None:
    asked = (
        seat
        for seat in meeting.serving("standby")
        if seat in here and seat not in meeting.offered and not meeting.is_muted(seat)
    )
    return next(asked, None)


def chair_back(meeting: Meeting, command: ask.ChairBack, now: float) -> list[happened.AnyEntry]:
    """In time all is as before; later control is offered and not snatched back (FC-24)."""
    seat = command.seat
    if not meeting.is_open or not meeting.is_facilitator(seat):
        return []
    if meeting.is_quiet:
        is_new = meeting.offer is None and seat not in meeting.offered
        return [happened.ChairOffered(seat, by=0, until=now + OFFERED)] if is_new else []
    if meeting.chair_away_until is not None:
        return [*_withdrawn(meeting), happened.ChairCameBack(seat)]
    if seat == meeting.former_chair and meeting.offer is None:
        return [happened.ChairOffered(seat, by=0, until=now + OFFERED)]
    return []


def _withdrawn(meeting: Meeting) -> list[happened.AnyEntry]:
    if meeting.offer is None or meeting.offer.by != 0:
        return []
    return [happened.ChairOfferEnded(meeting.offer.seat, reason="withdrawn")]


def tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    """An offer runs out; and a meeting whose chair stays lost goes quiet."""
    left: list[happened.AnyEntry] = []
    if meeting.offer is not None and meeting.offer.until <= now:
        left.append(happened.ChairOfferEnded(meeting.offer.seat, reason="expired"))
    if meeting.chair_away_until is not None and meeting.chair_away_until <= now:
        if meeting.invited is not None:
            left.append(happened.InviteEnded(meeting.invited, reason="quiet"))
        left.append(happened.WentQuiet())
    return left


def due(meeting: Meeting) -> list[float]:
    offer = [] if meeting.offer is None else [meeting.offer.until]
    return offer if meeting.chair_away_until is None else [*offer, meeting.chair_away_until]


def appointed(meeting: Meeting, entry: happened.Appointed) -> Meeting:
    if entry.service == "co_chair":
        return _promoted(meeting, entry.seat)
    services = (*meeting.seats[entry.seat].services, entry.service)
    return meeting.with_seat(entry.seat, services=services)


def dismissed(meeting: Meeting, entry: happened.Dismissed) -> Meeting:
    if entry.service == "co_chair":
        return _demoted(meeting, entry.seat)
    services = tuple(
        service for service in meeting.seats[entry.seat].services if service != entry.service
    )
    return meeting.with_seat(entry.seat, services=services)


def _promoted(meeting: Meeting, seat: int) -> Meeting:
    """A member becomes a facilitator; what facilitators heard before stays unread."""
    place = meeting.seats[seat]
    if place.role != "member":
        return meeting
    demoted = meeting.demoted.discard(place.session).discard(place.invitation)
    return replace(
        meeting.with_seat(seat, role="facilitator", since_chair=meeting.chair_number + 1),
        demoted=demoted,
    )


def _demoted(meeting: Meeting, seat: int) -> Meeting:
    """In this meeting neither they nor their link come in as a facilitator again."""
    place = meeting.seats[seat]
    known = (one for one in (place.session, place.invitation) if one)
    demoted = meeting.demoted
    for one in known:
        demoted = demoted.insert(one)
    left = meeting.with_seat(seat, role="member")
    return replace(left, demoted=demoted, chair=None if left.chair == seat else left.chair)


def chair_offered(meeting: Meeting, entry: happened.ChairOffered) -> Meeting:
    offered = (*meeting.offered, entry.seat) if entry.by == 0 else meeting.offered
    former = None if entry.seat == meeting.former_chair else meeting.former_chair
    offer = Offer(entry.seat, entry.by, entry.until)
    return replace(meeting, offer=offer, offered=offered, former_chair=former)


def chair_offer_ended(meeting: Meeting) -> Meeting:
    return replace(meeting, offer=None)


def chair_taken(meeting: Meeting, entry: happened.ChairTaken) -> Meeting:
    was_lost = meeting.chair_away_until is not None or meeting.is_quiet
    former = meeting.chair if was_lost and meeting.chair != entry.seat else None
    return replace(
        _promoted(meeting, entry.seat),
        chair=entry.seat,
        former_chair=former,
        offer=None,
        offered=(),
        chair_away_until=None,
        is_quiet=False,
    )


def chair_went_away(meeting: Meeting, entry: happened.ChairWentAway) -> Meeting:
    return replace(meeting, chair_away_until=entry.until, offered=())


def chair_came_back(meeting: Meeting) -> Meeting:
    return replace(meeting, chair_away_until=None, offered=())


def went_quiet(meeting: Meeting) -> Meeting:
    return replace(meeting, chair_away_until=None, is_quiet=True, offered=())
