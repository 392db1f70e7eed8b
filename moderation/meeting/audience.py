"""Who may see what: the one stream of an entry, the streams of a seat, and the meeting as a seat sees it."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from rpds import HashTrieMap

from moderation.meeting import commands as ask
from moderation.meeting import crowd
from moderation.meeting import entries as happened
from moderation.meeting.format import Flags, Phase
from moderation.meeting.state import (
    Appeal,
    AwayHand,
    HeldWords,
    Knock,
    Meeting,
    Mute,
    Offer,
    Seat,
    Strikes,
    Topic,
    Turn,
)
from moderation.meeting.talking import why_silent

ROOM = 0
CHAIR = -1
NOBODY = -2


def audience(entry: happened.AnyEntry) -> int:
    """The one stream an entry belongs to: ROOM, CHAIR, NOBODY, or the number of the only seat that sees it."""
    match entry:
        case (
            happened.Told()
            | happened.CareNoticed()
            | happened.CrosstalkNoticed()
            | happened.Knocked()
            | happened.KnockAnswered()
            | happened.LobbyCleared()
            | happened.StrangersCame()
            | happened.Noted()
            | happened.Appealed()
            | happened.AppealAnswered()
            | happened.Reported()
            | happened.ReportsAnswered()
            | happened.Held()
            | happened.HeldEnded()
            | happened.StrikeProposed()
            | happened.Replaced()
            | happened.HistoryGone()
        ):
            return CHAIR
        case (
            happened.KnockGiven()
            | happened.CameBy()
            | happened.Answered()
            | happened.ReportNoted()
            | happened.NeedSeen()
        ):
            return NOBODY
        case (
            happened.ToldYou(owner=owner)
            | happened.NotedYou(owner=owner)
            | happened.AppealedYou(owner=owner)
            | happened.AppealAnsweredYou(owner=owner)
            | happened.HeldYours(owner=owner)
            | happened.HeldYoursEnded(owner=owner)
        ):
            return owner
        case happened.SeatGiven(seat=seat) | happened.DraftAnnounced(seat=seat):
            return seat
        case _:
            return ROOM


def streams(meeting: Meeting, seat: int) -> dict[int, int]:
    """The streams that `seat` may read, each with the first number it may ever read back.

    Empty for somebody who has no seat, or was removed.
    """
    if not meeting.sits(seat):
        return {}
    place = meeting.seats[seat]
    theirs = {ROOM: place.since, seat: 1}
    if place.role != "member":
        theirs[CHAIR] = place.since_chair
    return theirs


def changes_streams(entry: happened.AnyEntry) -> int | None:
    """The seat that reads other streams after this entry than before; it comes back for them (A48)."""
    match entry:
        case (
            happened.Appointed(seat=seat, service="co_chair")
            | happened.Dismissed(seat=seat, service="co_chair")
        ):
            return seat
        case happened.ChairTaken(seat=seat):
            return seat
        case _:
            return None


class SeatView(Struct, frozen=True, omit_defaults=True):
    """A seat as everybody in the room sees it. `said`: lines written in a phase of introductions."""

    seat: int
    role: ask.Role
    name: str | None = None
    muted_until: float | None = None
    mute_scope: ask.MuteScope = "time"
    mute_reason: ask.MuteReason = "pause"
    removed: bool = False
    left: bool = False
    services: tuple[ask.Service, ...] = ()
    listening: bool = False
    shared: bool = False
    said: int = 0


class KnockView(Struct, frozen=True):
    """Somebody in the lobby, as facilitators see them: what `Knocked` says."""

    knock: int
    name: str | None
    same_link: ask.SameLink = ""
    others: int = 0
    ghost: int = 0
    role: ask.Role = "member"
    invited: bool = False


class AppealView(Struct, frozen=True):
    """An appeal that nobody has answered, as facilitators see it: what `Appealed` says."""

    appeal: int
    seat: int
    about: ask.About
    number: int
    decider: int
    answer_by: float
    words: str | None


class StrikesView(Struct, frozen=True):
    """How many notes and mutes somebody had in this meeting, as facilitators see it (CM-18)."""

    seat: int
    notes: int
    mutes: int


class HeldView(Struct, frozen=True, omit_defaults=True):
    """Words that wait, as facilitators see them: what `Held` says, and its number."""

    number: int
    seat: int
    words: str | None
    until: float
    turn: int = 0
    post: ask.Kind | Literal[""] = ""
    fold: str = ""
    why: tuple[happened.Why, ...] = ()


class WaitingView(Struct, frozen=True):
    """Words of `seat`, whose snapshot it is, that wait for a facilitator, by their number in its own stream."""

    seat: int
    number: int
    words: str | None


class Snapshot(Struct, frozen=True, tag="meeting", tag_field="kind"):
    """The meeting as one seat sees it, in one frame (FC-04). `hands` is in the order of the queue.

    `crowd` is how many sit, where they are more than 200: `seats` are then only those who matter, the
    facilitators and seats of service, the floor and its queue, the muted, and who wrote `lately`, the
    last of them last. `me` is this seat there. Of anybody else a client asks `who`.
    `lobby` is for facilitators; nobody else is told that anybody waits, and `strangers_at`, when they
    were offered the shield last, and whether the open door turned to knocking by then (`raided`). `reports`, `appeals`,
    `strikes` and `held` are for facilitators too. `waits` is what this seat wrote that a facilitator has yet to
    release. `why_silent` is the code of the reason why this seat may not write to the room now, null where it may.
    """

    format: str
    phases: tuple[Phase, ...]
    flags: Flags
    phase: int
    opened_at: float | None
    phase_began_at: float | None
    closed_at: float | None
    epoch: int
    turn: int
    turns: int
    holder: int | None
    turn_began_at: float | None
    turn_paused: float
    turn_stopped_at: float | None
    turn_extra: float
    last_line_until: float | None
    away_until: float | None
    last_turn: Turn | None
    invited: int | None
    invited_by: int
    invite_until: float | None
    hands: tuple[int, ...]
    urgent: tuple[int, ...]
    put_off: tuple[int, ...]
    queue_open: bool
    seats: tuple[SeatView, ...]
    locked: bool
    paused_at: float | None
    total_pause: float
    shield_at: float | None
    all_muted_at: float | None
    all_muted_until: float | None
    frozen_at: float | None
    chair: int | None
    offer: Offer | None
    chair_away_until: float | None
    is_quiet: bool
    topic: Topic | None
    hands_away: tuple[AwayHand, ...] = ()
    moment_until: float | None = None
    crowd: int | None = None
    lately: tuple[int, ...] = ()
    me: SeatView | None = None
    lobby: tuple[KnockView, ...] = ()
    strangers_at: float | None = None
    raided: bool = False
    appeals: tuple[AppealView, ...] = ()
    strikes: tuple[StrikesView, ...] = ()
    reports: tuple[happened.Reported, ...] = ()
    held: tuple[HeldView, ...] = ()
    waits: tuple[WaitingView, ...] = ()
    why_silent: str | None = None


class Own(Struct, frozen=True):
    """The last fields of `Snapshot`, which are one seat's own; all before them is the same for many."""

    me: SeatView | None = None
    lobby: tuple[KnockView, ...] = ()
    strangers_at: float | None = None
    raided: bool = False
    appeals: tuple[AppealView, ...] = ()
    strikes: tuple[StrikesView, ...] = ()
    reports: tuple[happened.Reported, ...] = ()
    held: tuple[HeldView, ...] = ()
    waits: tuple[WaitingView, ...] = ()
    why_silent: str | None = None


def own(meeting: Meeting, seat: int) -> Own:
    """What of the snapshot is this seat's alone."""
    holds = meeting.is_facilitator(seat)
    is_of_many = crowd.is_crowd(meeting) and seat in meeting.seats
    return Own(
        me=_seat_view(meeting, seat, since(meeting, seat)) if is_of_many else None,
        lobby=_lobby(meeting) if holds else (),
        strangers_at=meeting.strangers_at if holds else None,
        raided=meeting.raided and holds,
        appeals=_appeals(meeting) if holds else (),
        strikes=_strikes(meeting) if holds else (),
        reports=meeting.reports if holds else (),
        held=_held(meeting) if holds else (),
        waits=_waits(meeting, seat),
        why_silent=why_silent(meeting, seat) if meeting.sits(seat) else None,
    )


def since(meeting: Meeting, seat: int) -> int:
    """The first number that a seat may read; of those who had gone before it, it has no name."""
    return meeting.seats[seat].since if seat in meeting.seats else 0


def gone(meeting: Meeting) -> list[int]:
    """When somebody left or was removed: the numbers, in order.

    Seats before whose `since` there are as many of them have all but `own` in common.
    """
    places = (meeting.seats[seat] for seat in _shown(meeting))
    numbers = (place.removed or place.left for place in places)
    return sorted(number for number in numbers if number)


def _shown(meeting: Meeting) -> list[int]:
    return crowd.listed(meeting) if crowd.is_crowd(meeting) else sorted(meeting.seats)


def snapshot(meeting: Meeting, seat: int) -> Snapshot:
    """What a fresh client of `seat` is sent: what the streams that it reads tell everybody in them.

    Of those who were removed, or had left, before `seat` came, it has no name.
    """
    first, theirs = since(meeting, seat), own(meeting, seat)
    is_crowd, shown = crowd.is_crowd(meeting), _shown(meeting)
    return Snapshot(
        format=meeting.format,
        phases=meeting.phases,
        flags=meeting.flags,
        phase=meeting.phase,
        opened_at=meeting.opened_at,
        phase_began_at=meeting.phase_began_at,
        closed_at=meeting.closed_at,
        epoch=meeting.epoch,
        turn=meeting.turn,
        turns=meeting.turns,
        holder=meeting.holder,
        turn_began_at=meeting.turn_began_at,
        turn_paused=meeting.turn_paused,
        turn_stopped_at=meeting.turn_stopped_at,
        turn_extra=meeting.turn_extra,
        last_line_until=meeting.last_line_until,
        away_until=meeting.away_until,
        last_turn=meeting.last_turn,
        invited=meeting.invited,
        invited_by=meeting.invited_by,
        invite_until=meeting.invite_until,
        hands=meeting.hands,
        urgent=meeting.urgent,
        put_off=meeting.put_off,
        queue_open=meeting.queue_open,
        seats=tuple(_seat_view(meeting, number, first) for number in shown),
        locked=meeting.locked,
        paused_at=meeting.paused_at,
        total_pause=meeting.total_pause,
        shield_at=meeting.shield_at,
        all_muted_at=meeting.all_muted_at,
        all_muted_until=meeting.all_muted_until,
        frozen_at=meeting.frozen_at,
        chair=meeting.chair,
        offer=meeting.offer,
        chair_away_until=meeting.chair_away_until,
        is_quiet=meeting.is_quiet,
        topic=meeting.topic,
        hands_away=meeting.hands_away,
        moment_until=meeting.moment_until,
        crowd=meeting.sitting if is_crowd else None,
        lately=meeting.lately if is_crowd else (),
        me=theirs.me,
        lobby=theirs.lobby,
        strangers_at=theirs.strangers_at,
        raided=theirs.raided,
        appeals=theirs.appeals,
        strikes=theirs.strikes,
        reports=theirs.reports,
        held=theirs.held,
        waits=theirs.waits,
        why_silent=theirs.why_silent,
    )


def people(meeting: Meeting, seat: int, asked: Iterable[int]) -> tuple[SeatView, ...]:
    """Those of the seats that `seat` asks for whom there are, as its snapshot would show them."""
    first = since(meeting, seat)
    return tuple(_seat_view(meeting, one, first) for one in asked if one in meeting.seats)


def introduced(meeting: Meeting, seats: Iterable[int]) -> tuple[SeatView, ...]:
    """Those of the seats that sit, as everybody in the room sees them."""
    return tuple(_seat_view(meeting, one, 0) for one in seats if meeting.sits(one))


def from_snapshot(shown: Snapshot) -> Meeting:
    """A meeting that looks like `shown` and goes on from there; what nobody is shown is left empty."""
    names = set(Snapshot.__struct_fields__) & set(Meeting.__struct_fields__) - {
        "seats",
        "lobby",
        "turn",
        "appeals",
        "strikes",
        "held",
        "waits",
    }
    meeting = Meeting(
        **{name: getattr(shown, name) for name in names},
        lobby=HashTrieMap({view.knock: _knock_of(view) for view in shown.lobby}),
        appeals=HashTrieMap({view.appeal: _appeal_of(view) for view in shown.appeals}),
        strikes=HashTrieMap({one.seat: Strikes(one.notes, one.mutes) for one in shown.strikes}),
        held=HashTrieMap({view.number: _held_of(view) for view in shown.held}),
        waits=HashTrieMap({(view.seat, view.number): view.words for view in shown.waits}),
    )
    mine = () if shown.me is None else (shown.me,)
    return with_people(meeting, (*shown.seats, *mine), shown.crowd)


def with_people(meeting: Meeting, views: Iterable[SeatView], sitting: int | None) -> Meeting:
    """The meeting with these seats as they look, and with `sitting` in all, where that is told."""
    mutes, shared, said = meeting.mutes, meeting.shared, meeting.said
    for view in views:
        seat, until = view.seat, view.muted_until
        meeting = meeting.placed(seat, _seat_of(view))
        mutes = mutes.discard(seat) if until is None else mutes.insert(seat, until)
        shared = shared.insert(seat) if view.shared else shared.discard(seat)
        said = said.insert(seat, view.said) if view.said else said.discard(seat)
    count = meeting.sitting if sitting is None else sitting
    return replace(meeting, mutes=mutes, shared=shared, said=said, sitting=count)


def _seat_of(view: SeatView) -> Seat:
    muted = view.muted_until
    return Seat(
        view.role,
        since=1,
        since_chair=1,
        name=view.name,
        mute=None if muted is None else Mute(muted, view.mute_scope, view.mute_reason),
        removed=int(view.removed),
        left=int(view.left),
        services=view.services,
        listening=view.listening,
    )


def _seat_view(meeting: Meeting, number: int, since: int) -> SeatView:
    place = meeting.seats[number]
    mute = place.mute
    return SeatView(
        number,
        place.role,
        None if 0 < (place.removed or place.left) < since else place.name,
        None if mute is None else mute.until,
        "time" if mute is None else mute.scope,
        "pause" if mute is None else mute.reason,
        place.removed > 0,
        place.left > 0,
        place.services,
        place.listening,
        number in meeting.shared,
        meeting.said.get(number, 0),
    )


def _lobby(meeting: Meeting) -> tuple[KnockView, ...]:
    return tuple(
        KnockView(
            number,
            knock.name,
            knock.same_link,
            knock.others,
            knock.ghost,
            knock.role,
            knock.invited,
        )
        for number, knock in sorted(meeting.lobby.items())
    )


def _appeals(meeting: Meeting) -> tuple[AppealView, ...]:
    return tuple(
        AppealView(
            number,
            one.seat,
            one.about,
            one.number,
            one.decider,
            one.answer_by,
            one.words,
        )
        for number, one in sorted(meeting.appeals.items())
        if one.upheld is None
    )


def _strikes(meeting: Meeting) -> tuple[StrikesView, ...]:
    return tuple(
        StrikesView(seat, one.notes, one.mutes)
        for seat, one in sorted(meeting.strikes.items())
        if one.notes or one.mutes
    )


def _appeal_of(view: AppealView) -> Appeal:
    return Appeal(
        view.seat,
        view.about,
        view.number,
        view.decider,
        view.answer_by,
        view.words,
    )


def _knock_of(view: KnockView) -> Knock:
    return Knock(
        view.name,
        same_link=view.same_link,
        others=view.others,
        ghost=view.ghost,
        role=view.role,
        invited=view.invited,
    )


def _held(meeting: Meeting) -> tuple[HeldView, ...]:
    return tuple(
        HeldView(number, one.seat, one.words, one.until, one.turn, one.post, one.fold, one.why)
        for number, one in sorted(meeting.held.items())
    )


def _held_of(view: HeldView) -> HeldWords:
    return HeldWords(
        view.seat,
        view.words,
        view.until,
        view.turn,
        post=view.post,
        fold=view.fold,
        why=view.why,
    )


def _waits(meeting: Meeting, seat: int) -> tuple[WaitingView, ...]:
    return tuple(
        WaitingView(author, number, words)
        for (author, number), words in sorted(meeting.waits.items())
        if author == seat
    )
