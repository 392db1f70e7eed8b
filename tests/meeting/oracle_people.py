"""The half of the oracle that judges who is here: seats, the door, the chair, and conduct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.format import Flags
from tests.meeting.oracle_clocks import Awaited, Clocks, about, must

if TYPE_CHECKING:
    from moderation.meeting.format import Phase

LEFT_OPEN = 12 * 3600.0
OFFERED = 30.0
QUIET_AFTER = 60.0
LOBBY = 200
RAID = 5
JOINS = 20
LATELY = 60.0
TOLD_AGAIN = 600.0
FOLDED = 60.0
STRANGER = 15 * 60.0


class People:
    """What the entries told of the meeting so far, and the judge of those about its people."""

    def __init__(self) -> None:
        self.clocks = Clocks()
        self.awaited: list[Awaited] = []  # What has to come next.
        # The agenda
        self.phases: tuple[Phase, ...] = ()
        self.flags = Flags()
        self.phase: int | None = None
        self.convened: float | None = None
        self.opened: float | None = None
        self.closed = False
        # The floor
        self.epoch = 0
        self.holders: list[int] = []
        self.offered: int | None = None
        self.queue: list[int] = []
        # People
        self.roles: dict[int, str] = {}
        self.names: dict[int, str | None] = {}
        self.came: dict[int, float] = {}
        self.came_by: dict[int, int] = {}  # The number in the room at which they did.
        self.sessions: dict[str, int] = {}
        self.gone: set[int] = set()  # Removed.
        self.left: set[int] = set()  # Their session has ended.
        self.named_at: dict[int, list[int]] = {}  # Numbers in the room that tell their names.
        self.links: dict[int, str] = {}
        self.seated: int | None = None  # Who was given a seat by the entry before.
        self.by_the_door: int | None = None  # Who came in last without being let in.
        self.services: set[tuple[int, str]] = set()
        self.listeners: set[int] = set()
        self.muted: dict[int, float] = {}  # Until when, by the clock of the room.
        self.scopes: dict[int, str] = {}
        # The door
        self.locked = False
        self.knocks = 0
        self.lobby: dict[int, str | None] = {}
        self.knocked: happened.Knocked | None = None
        self.knockers: dict[str, int] = {}
        self.comes_as: dict[int, ask.Role] = {}  # Who waits.
        """The knocks of who comes in as a facilitator."""
        self.invited: set[int] = set()
        """The knocks of those whom the group had let in before."""
        self.strangers: list[float] = []  # When each came whom nobody had invited.
        self.strangers_told: float | None = None
        self.raided = False
        # The chair
        self.chair: int | None = None
        self.former: int | None = None
        self.offer: happened.ChairOffered | None = None
        self.asked: set[int] = set()  # To whom the server offered it since it was lost.
        self.lost: float | None = None
        self.quiet = False
        # What holds everything up
        self.frozen = False
        self.paused = False
        self.shielded = False
        self.all_muted: float | None = None  # Until when, by the clock of the room.
        # Words
        self.room = 0  # The newest number of the room.
        self.lines: dict[int, int] = {}
        self.said_at: dict[int, float] = {}
        self.edited_at: dict[int, float] = {}  # Of lines that read otherwise since.
        self.folds: dict[int, str] = {}  # By whom each folded line is.
        self.needs: set[int] = set()  # The lines that tell of one.

    # Seats

    def _seat_taken(self, entry: happened.SeatTaken) -> None:
        must(not self.closed, "a seat after the close")
        must(entry.seat == len(self.roles) + 1, "seats are numbered in order")
        must(entry.words is None or entry.words.strip() != "", "nobody is nameless")
        self._needs_own_name(entry.words)
        self.roles[entry.seat], self.names[entry.seat] = entry.role, entry.words
        self.named_at[entry.seat] = [self.room]
        self.came[entry.seat] = self.clocks.at
        self.came_by[entry.seat] = self.room
        if self._speak() == "round":
            self.queue.append(entry.seat)
        if not self.awaited:  # Who is let in from the lobby does not come in by the door.
            must(entry.role != "member" or not self._door_is_shut(), "the door was shut to them")
            self.by_the_door = entry.seat
            given = about(happened.SeatGiven, entry.seat)
            self.awaited = [Awaited(f"a seat was taken and not given: {given}", given.fits)]

    def _door_is_shut(self) -> bool:
        troubled = self.flags.door == "open" and bool(self.muted or self.gone or self.raided)
        return self.locked or self.shielded or self.flags.door == "knock" or troubled

    def _seat_given(self, entry: happened.SeatGiven) -> None:
        must(entry.session not in self.sessions, "one session, two seats")
        self.sessions[entry.session] = self.seated = entry.seat
        if entry.stranger:
            by_itself = entry.seat == self.by_the_door and self.roles[entry.seat] == "member"
            must(by_itself and self.flags.door == "open", "a stranger by a door that is not open")
            self.strangers.append(self.clocks.at)

    def _came_by(self, entry: happened.CameBy) -> None:
        must(entry.seat == self.seated, "an invitation of somebody who did not just come in")
        if entry.seat == self.by_the_door and self._link(entry.invitation):
            held = self.chair is not None and self.lost is None and not self.quiet
            must(self.roles[entry.seat] != "member" and not held, "the same link again (A47)")
        self.links[entry.seat] = entry.invitation

    def _link(self, invitation: str) -> str:
        """Whose it was: somebody's who was removed, or is muted."""
        if invitation in {self.links.get(seat) for seat in self.gone}:
            return "removed"
        return "muted" if invitation in {self.links.get(seat) for seat in self.muted} else ""

    def _seat_left(self, entry: happened.SeatLeft) -> None:
        must(not self.closed, "nobody leaves what is over")
        self._sits(entry.seat)
        must(entry.seat not in (*self.holders, self.offered), "their turn had to end first")
        must(entry.seat not in self.queue, "their hand had to come down first")
        self._nothing_held_of(entry.seat)
        self.left.add(entry.seat)
        self._has_no_session(entry.seat)
        self.services = {served for served in self.services if served[0] != entry.seat}
        self.chair = None if self.chair == entry.seat else self.chair
        if self.offer is not None and self.offer.seat == entry.seat:
            self.offer = None

    def _came_back(self, entry: happened.CameBack) -> None:
        must(entry.seat in self.roles and entry.seat not in self.gone, "the removed stay out")
        must(self.roles[entry.seat] == "member", "a facilitator's seat is not given away")
        self.by_the_door = None
        self.left.discard(entry.seat)
        self._has_no_session(entry.seat)
        self._needs_own_name(entry.words, besides=entry.seat)
        self.names[entry.seat] = entry.words
        self.named_at[entry.seat].append(self.room)

    def _has_no_session(self, seat: int) -> None:
        for session in [who for who, one in self.sessions.items() if one == seat]:
            del self.sessions[session]
            self.knockers.pop(session, None)

    def _name_taken_out(self, entry: happened.NameTakenOut) -> None:
        self._sits(entry.seat)
        above = any(self._rank(other) > self._rank(entry.seat) for other in self.roles)
        must(above and not self.closed, "nobody could take it out (FC-22)")
        must(entry.words is None or entry.words.startswith("Guest "), "not a neutral name")
        must(list(entry.over) == self.named_at[entry.seat], "a name is left behind")
        self._needs_own_name(entry.words, besides=entry.seat)
        self.names[entry.seat], self.named_at[entry.seat] = entry.words, [self.room]

    def _renamed(self, entry: happened.Renamed) -> None:
        self._sits(entry.seat)
        if self.opened is not None:
            self._heard(entry.seat)
        must(not self.frozen and entry.seat not in self.muted, "a name is speech (P8)")
        must(entry.words is None or entry.words.strip() != "", "nobody is nameless")
        self._needs_own_name(entry.words)
        has_written = entry.seat in self.lines.values()
        told = self.named_at[entry.seat]
        must(list(entry.over) == ([] if has_written else told), "a name is left behind, or lost")
        self.names[entry.seat] = entry.words
        self.named_at[entry.seat] = [*(told if has_written else []), self.room]

    def _needs_own_name(self, name: str | None, besides: int = 0) -> None:
        must(name is None or name not in self._names_here(besides), "somebody else's name")

    def _names_here(self, besides: int = 0) -> set[str | None]:
        here = self.roles.keys() - self.gone - self.left - {besides}
        return {self.names[seat] for seat in here}

    def _listening_chosen(self, entry: happened.ListeningChosen) -> None:
        self._sits(entry.seat)
        self._moves()
        must(not self.closed, "the meeting is over")
        must((entry.seat in self.listeners) != entry.on, "listens already, or not")
        if not entry.on:
            self.listeners.remove(entry.seat)
            return
        self.listeners.add(entry.seat)
        if entry.seat == self.offered:
            self.awaited = [about(happened.InviteEnded, entry.seat)]
        elif entry.seat in self.queue:
            self.awaited = [about(happened.HandLowered, entry.seat)]

    # The door

    def _knocked(self, entry: happened.Knocked) -> None:
        must(not self.closed, "nobody knocks at what is over")
        must(entry.words is None or entry.words.strip() != "", "nobody is nameless")
        must(entry.ghost == 0 or self.roles.get(entry.ghost) == "member", "the seat of nobody here")
        must(entry.ghost not in self.gone, "the seat of somebody removed")
        # Who says that they were here may be somebody who serves: that seat is given to nobody by one tap.
        was_here = entry.ghost != 0 or entry.words in self._names_here()
        waits = entry.knock in self.lobby  # Who waits already corrects a name.
        has_cause = waits or entry.same_link != "" or was_here or self.shielded
        must(self.flags.door != "open" or self._door_is_shut() or has_cause, "the door is open")
        must(self.flags.door != "invitation" or has_cause, "there is no lobby")
        self.knocked = entry
        if waits:
            must(entry.words is None or self.lobby[entry.knock] != entry.words, "knocked twice")
        else:
            serves = entry.role != "member"
            must(not self.locked or serves, "no member knocks at a locked door")
            must(entry.knock == self.knocks + 1, "knocks are numbered in order")
            places = sum((knock in self.invited) == entry.invited for knock in self.lobby)
            must(places < LOBBY, "the lobby is full (A92)")
            self.knocks = entry.knock
            if not entry.invited or (self.flags.door == "open" and entry.role == "member"):
                self.strangers.append(self.clocks.at)
        self.lobby[entry.knock] = entry.words
        self.comes_as[entry.knock] = entry.role
        if entry.invited:
            self.invited.add(entry.knock)
        self.awaited = [
            Awaited(
                f"the session of knock {entry.knock}",
                lambda next_: isinstance(next_, happened.KnockGiven) and next_.knock == entry.knock,
            )
        ]

    def _knock_given(self, entry: happened.KnockGiven) -> None:
        before = self.knockers.get(entry.session, entry.knock)
        known = entry.session in self.sessions or before != entry.knock
        must(not known, "a session that is in, or was turned away (P9)")
        self.knockers[entry.session] = entry.knock
        assert self.knocked is not None, "it was expected after a knock"
        link = self._link(entry.invitation)
        here = self.links.keys() - self.gone - self.left - self.muted.keys()
        others = sum(self.links[seat] == entry.invitation for seat in here) if link else 0
        must(
            (self.knocked.same_link, self.knocked.others) == (link, others), "not whose link it was"
        )

    def _knock_answered(self, entry: happened.KnockAnswered) -> None:
        must(entry.knock in self.lobby, "nobody waits under this number")
        name = self.lobby.pop(entry.knock)
        role = self.comes_as[entry.knock]
        session = next(who for who, knock in self.knockers.items() if knock == entry.knock)
        if entry.answer == "withdrawn":
            must(entry.by == 0, "nobody stops waiting for another")
            del self.knockers[session]
            return
        self._leads(entry.by)
        if entry.answer == "turned_away":
            return
        if self.sessions.get(session) == entry.by:
            return  # A facilitator who waited has come in by themselves.
        self.awaited = [
            Awaited(
                f"the seat of knock {entry.knock}",
                lambda next_: (
                    isinstance(next_, happened.CameBack)
                    or (
                        isinstance(next_, happened.SeatTaken)
                        and next_.role == role
                        and _is_name_of(name, next_.words)
                    )
                ),
            ),
            Awaited(
                f"the session of knock {entry.knock}",
                lambda next_: isinstance(next_, happened.SeatGiven) and next_.session == session,
            ),
        ]

    def _lobby_cleared(self, entry: happened.LobbyCleared) -> None:
        self._leads(entry.by)
        gone = [knock for knock in self.lobby if entry.everybody or knock not in self.invited]
        must(gone != [], "nobody waits whom it could turn away")
        for knock in gone:
            del self.lobby[knock]

    def _strangers_came(self, entry: happened.StrangersCame) -> None:
        self._running()
        must(not self.shielded, "the shield is up already")
        lately = [at for at in self.strangers if self.clocks.at - at < LATELY]
        if not entry.same:
            came = len(lately) >= RAID and lately[-1] == self.clocks.at
            must(came, "no strangers came just now (A92)")
        told = self.strangers_told
        is_new = told is None or self.clocks.at - told >= TOLD_AGAIN
        must(is_new or entry.knock, "told of them a while ago (A92)")
        is_raid = entry.same or len(lately) >= JOINS
        turns = is_raid and self.flags.door == "open" and not self.raided
        must(entry.knock == turns, "an open door turns at a raid, once (CM-22)")
        self.strangers_told = self.clocks.at
        self.raided = self.raided or entry.knock

    def _locked(self, _: happened.Locked) -> None:
        must(not self.locked, "locked already")
        self.locked = True

    def _unlocked(self, _: happened.Unlocked) -> None:
        must(self.locked, "not locked")
        self.locked = False

    # The chair and the seats of service

    def _appointed(self, entry: happened.Appointed) -> None:
        self._sits(entry.seat)
        must(not self._serves(entry.seat, entry.service), "has this seat of service already")
        must(any(self._is_leader(seat) for seat in self.roles), "nobody could appoint (FC-22)")
        if entry.service == "co_chair":
            self.roles[entry.seat] = "facilitator"
        else:
            self.services.add((entry.seat, entry.service))

    def _dismissed(self, entry: happened.Dismissed) -> None:
        self._sits(entry.seat)
        must(self._serves(entry.seat, entry.service), "does not have this seat of service")
        if entry.service == "co_chair":
            self.roles[entry.seat] = "member"
            self.chair = None if self.chair == entry.seat else self.chair
        else:
            self.services.remove((entry.seat, entry.service))

    def _serves(self, seat: int, service: str) -> bool:
        if service == "co_chair":
            return self._is_leader(seat)
        return (seat, service) in self.services

    def _chair_offered(self, entry: happened.ChairOffered) -> None:
        self._running()
        self._sits(entry.seat)
        must(self.offer is None, "two offers of one chair (FC-23)")
        must(entry.until == self.clocks.at + OFFERED, "not the time that was promised (FC-23)")
        if entry.by == 0:
            must(self._may_be_asked(entry.seat), "not theirs to be offered (FC-24)")
            self.asked.add(entry.seat)
        else:
            self._leads(entry.by)
            gives = entry.by == self.chair or self.roles[entry.by] == "staff"
            must(gives or self.chair is None, "offered by who does not have it (FC-23)")
            must(entry.seat != self.chair, "has the chair already")
            must(entry.seat not in self.muted, "the muted are not asked")
        if entry.seat == self.former:
            self.former = None
        self.offer = entry

    def _may_be_asked(self, seat: int) -> bool:
        """The server offers a chair only where it was lost, each time once to each."""
        if self._is_leader(seat):
            return seat == self.former or (self.quiet and seat not in self.asked)
        is_standby = (seat, "standby") in self.services and seat not in self.muted
        is_lost = self.lost is not None or self.quiet
        return is_standby and is_lost and seat not in self.asked

    def _chair_offer_ended(self, entry: happened.ChairOfferEnded) -> None:
        offer = self.offer
        must(offer is not None and offer.seat == entry.seat, "there is no such offer")
        assert offer is not None
        if entry.reason == "expired":
            must(not self.closed and self.clocks.at >= offer.until, "expired too early (FC-23)")
        if entry.reason == "withdrawn":
            must(offer.by == 0, "nobody but the server takes an offer back")
            self.awaited = [
                Awaited("who came back", lambda next_: isinstance(next_, happened.ChairCameBack))
            ]
        self.offer = None

    def _chair_taken(self, entry: happened.ChairTaken) -> None:
        self._running()
        self._sits(entry.seat)
        must(entry.seat not in self.muted, "the muted do not take the chair")
        offered = self.offer is not None and self.offer.seat == entry.seat
        free = self._is_leader(entry.seat) and (self.chair is None or self.quiet)
        must(offered or free, "took a chair that was not theirs to take (FC-23)")
        lost = self.lost is not None or self.quiet
        self.former = self.chair if lost and self.chair != entry.seat else None
        if self.roles[entry.seat] == "member":
            self.roles[entry.seat] = "facilitator"
        self.chair, self.offer, self.lost, self.quiet = entry.seat, None, None, False
        self.asked.clear()

    def _chair_went_away(self, entry: happened.ChairWentAway) -> None:
        self._running()
        must(self.lost is None and not self.quiet, "lost already")
        must(entry.until == self.clocks.at + QUIET_AFTER, "not the time that was promised (FC-24)")
        self.lost = entry.until
        self.asked.clear()

    def _chair_came_back(self, entry: happened.ChairCameBack) -> None:
        self._leads(entry.seat)
        must(self.lost is not None and not self.closed, "the chair was not lost (FC-24)")
        self.lost = None
        self.asked.clear()

    def _went_quiet(self, _: happened.WentQuiet) -> None:
        self._running()
        must(self.lost is not None and self.clocks.at >= self.lost, "quiet too early (FC-24)")
        must(self.offered is None, "nobody is invited in a quiet room (FC-24)")
        self.lost, self.quiet = None, True
        self.asked.clear()

    # Conduct

    def _muted(self, entry: happened.Muted) -> None:
        self._target(entry.seat)
        is_now = entry.scope != "time" or entry.until > self.clocks.at
        must(is_now, "a mute that is over already")
        began = self.opened if self.opened is not None else self.convened
        if entry.scope != "time":
            must(began is not None and entry.until == began + LEFT_OPEN, "not the end of the scope")
        self.muted[entry.seat] = self._in_room(entry.until)
        self.scopes[entry.seat] = entry.scope

    def _unmuted(self, entry: happened.Unmuted) -> None:
        must(entry.seat in self.muted, "was not muted")
        if entry.by == "time":
            must(not self.closed, "timers end with the meeting")
            self._moves()
            must(self.clocks.room.over(self.muted[entry.seat]), "unmuted too early")
        if entry.by == "phase":
            must(self.scopes[entry.seat] == "phase", "muted for longer than the phase (FC-19)")
            self._awaits_phase(happened.Unmuted)
        del self.muted[entry.seat], self.scopes[entry.seat]

    def _awaits_phase(self, *after: type[happened.Entry]) -> None:
        self.awaited = [
            Awaited("the next phase", lambda next_: isinstance(next_, happened.PhaseBegan), after)
        ]

    def _all_muted(self, entry: happened.AllMuted) -> None:
        self._running()
        self._moves()
        must(entry.until > self.clocks.at, "a mute that is over already")
        self.all_muted = self._in_room(entry.until)

    def _all_unmuted(self, entry: happened.AllUnmuted) -> None:
        self._running()
        self._moves()
        must(self.all_muted is not None, "the room was not muted")
        if entry.by == "time":
            must(self.clocks.room.over(self.all_muted), "unmuted too early")
        self.all_muted = None

    def _removed(self, entry: happened.Removed) -> None:
        self._target(entry.seat)
        self.gone.add(entry.seat)
        self.muted.pop(entry.seat, None)
        self.scopes.pop(entry.seat, None)
        self.services = {served for served in self.services if served[0] != entry.seat}
        self.chair = None if self.chair == entry.seat else self.chair
        if self.offer is not None and self.offer.seat == entry.seat:
            self.offer = None

    def _target(self, seat: int) -> None:
        """Who acts is not in the entry; somebody must be here who may (FC-22)."""
        self._sits(seat)
        above = any(self._rank(other) > self._rank(seat) for other in self.roles)
        must(above, "nothing is done to those of the highest role (FC-22)")
        must(seat not in (*self.holders, self.offered), "their turn had to end first (FC-19)")
        must(seat not in self.queue, "their hand had to come down first")
        self._nothing_held_of(seat)

    def _nothing_held_of(self, *seats: int) -> None:
        """What is held is judged in oracle_held.py."""

    def _rank(self, seat: int) -> int:
        if seat in self.gone | self.left:
            return -1
        if self.roles[seat] == "staff":
            return 3
        return 2 if seat == self.chair else int(self._is_leader(seat))

    def _frozen(self, _: happened.Frozen) -> None:
        self._running()
        must(not self.frozen, "frozen already")
        self.frozen = True

    def _thawed(self, _: happened.Thawed) -> None:
        self._running()
        must(self.frozen, "not frozen")
        self.frozen = False

    def _shield_raised(self, entry: happened.ShieldRaised) -> None:
        self._running()
        self._moves()
        must(not self.shielded, "the shield is up already")
        at = self.clocks.at
        strangers = {
            number
            for number, seat in self.lines.items()
            if number not in self.needs
            and at - self.edited_at.get(number, self.said_at[number]) <= FOLDED
            and at - self.came[seat] <= STRANGER
            and self.roles[seat] == "member"
        }
        must(
            entry.folded == tuple(sorted(strangers)[-500:]),
            "folded others than strangers' last lines",
        )
        for number in entry.folded:
            self.folds.setdefault(number, "shield")
        self.shielded = True

    def _shield_lowered(self, _: happened.ShieldLowered) -> None:
        self._running()
        self._moves()
        must(self.shielded, "the shield is not up")
        self.shielded = False

    # What the above asks

    def _in_room(self, until: float) -> float:
        """A moment as the clock of the room will read then, if nothing holds it up."""
        return self.clocks.room.reads + until - self.clocks.at

    def _speak(self) -> str:
        return "silent" if self.phase is None or self.closed else self.phases[self.phase].speak

    def _running(self) -> None:
        must(self.opened is not None and not self.closed, "the meeting is not open")

    def _moves(self) -> None:
        must(not self.frozen, "the room is frozen (FC-21)")

    def _sits(self, seat: int) -> None:
        must(seat in self.roles and seat not in self.gone | self.left, "has no seat")

    def _is_leader(self, seat: int) -> bool:
        return seat not in self.gone | self.left and self.roles.get(seat, "member") != "member"

    def _leads(self, seat: int) -> None:
        self._sits(seat)
        must(self._is_leader(seat), "a member does what facilitators do")

    def _heard(self, seat: int) -> None:
        """What holds for a line holds for all speech: reactions, names, what is posted (P8)."""
        self._running()
        self._sits(seat)
        must(seat not in self.muted, "speech of a muted member (P8)")
        self._moves()
        must(not self.quiet or self.holders == [seat], "nobody is in the chair (FC-24)")
        if not self._is_leader(seat):
            must(not self.shielded and self.all_muted is None, "the room is muted")
            must(not self.paused, "only facilitators write in a pause (FC-15)")


def _is_name_of(knocked: str | None, seated: str | None) -> bool:
    """The name somebody knocked with, or that name and a number where another here goes by it."""
    if knocked is None or seated is None or seated == knocked:
        return True
    name, _, number = seated.rpartition(" ")
    return number.isdigit() and knocked.startswith(name)
