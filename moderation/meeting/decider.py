"""Decides a command into entries, and folds entries into the meeting."""

from typing import assert_never

from msgspec.structs import replace

from moderation.content.verdict import ALLOW, Verdict
from moderation.meeting import agenda, chair, conduct, door, floor, listening, queue, talking, turn
from moderation.meeting.audience import CHAIR, audience
from moderation.meeting.commands import (
    Accept,
    AcceptChair,
    Admit,
    AnnounceDraft,
    AnyCommand,
    Appoint,
    ChairAway,
    ChairBack,
    Close,
    CloseQueue,
    Convene,
    DeclineChair,
    Dismiss,
    Done,
    EndTurn,
    Extend,
    Freeze,
    GiveBack,
    HandAway,
    HandBack,
    Handover,
    HolderAway,
    HolderBack,
    Invite,
    Listen,
    Lock,
    LowerHand,
    LowerHands,
    LowerShield,
    MoveHand,
    Mute,
    MuteAll,
    Next,
    NextPhase,
    NotYet,
    Open,
    OpenQueue,
    Pass,
    Pause,
    Post,
    PurgeRecent,
    RaiseHand,
    RaiseShield,
    React,
    Redact,
    Remove,
    Rename,
    Resume,
    Say,
    SeatCommand,
    ServerCommand,
    Tag,
    TakeSeat,
    Tell,
    Thaw,
    Tick,
    TurnAway,
    Unlock,
    Unmute,
    UnmuteAll,
)
from moderation.meeting.entries import (
    AllMuted,
    AllUnmuted,
    AnyEntry,
    Appointed,
    ChairCameBack,
    ChairOffered,
    ChairOfferEnded,
    ChairTaken,
    ChairWentAway,
    Closed,
    Convened,
    Dismissed,
    DraftAnnounced,
    FloorTaken,
    Frozen,
    HandCameBack,
    HandLowered,
    HandMoved,
    HandRaised,
    HandWentAway,
    HolderCameBack,
    HolderWentAway,
    Invited,
    InviteEnded,
    KnockAnswered,
    Knocked,
    KnockGiven,
    LastLineGranted,
    ListeningChosen,
    Locked,
    Muted,
    Opened,
    PauseBegan,
    PauseEnded,
    PhaseBegan,
    Posted,
    QueueClosed,
    QueueOpened,
    Reacted,
    Redacted,
    Removed,
    Renamed,
    Said,
    SeatGiven,
    SeatTaken,
    ShieldLowered,
    ShieldRaised,
    Thawed,
    Told,
    ToldYou,
    TurnEnded,
    TurnExtended,
    Unlocked,
    Unmuted,
    WentQuiet,
)
from moderation.meeting.needs import needs_thawed
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

NEW = Meeting()

FROZEN_OUT = (
    Say | RaiseHand | LowerHand | LowerHands | MoveHand | CloseQueue | OpenQueue
    | Invite | Next | Accept | Pass | NotYet | Done | Tag | EndTurn | GiveBack | Extend | Pause | Resume
    | AnnounceDraft | MuteAll | UnmuteAll
)  # fmt: skip
"""What waits while the room is frozen (FC-21)."""

TAKING_BACK = Redact | PurgeRecent
"""What is still possible after the close: words can be taken out until they are swept (A50)."""


def decide(
    meeting: Meeting, command: AnyCommand, seat: int, now: float, verdict: Verdict = ALLOW
) -> list[AnyEntry]:
    """The entries that `command` of `seat` (0: the server) leaves; none where all is so already.

    `now` is in seconds since 1970. Raises `Refused` where a rule says no.
    """
    if isinstance(command, ServerCommand):
        assert seat == 0, "a seat can't ask for what only the server proposes"
        return _decide_for_server(meeting, command, now, verdict)
    if not meeting.sits(seat):
        raise Refused("removed" if seat in meeting.seats else "no_seat")
    if meeting.closed_at is not None and not isinstance(command, TAKING_BACK):
        raise Refused("meeting_closed")
    if isinstance(command, FROZEN_OUT):
        needs_thawed(meeting)
    return _decide_for_seat(meeting, command, seat, now, verdict)


def _decide_for_server(
    meeting: Meeting, command: ServerCommand, now: float, verdict: Verdict
) -> list[AnyEntry]:
    match command:
        case Convene():
            return agenda.convene(meeting, command)
        case TakeSeat():
            return door.take_seat(meeting, command, verdict)
        case HolderAway():
            return floor.holder_away(meeting, command, now)
        case HolderBack():
            return floor.holder_back(meeting, command)
        case HandAway():
            return queue.hand_away(meeting, command, now)
        case HandBack():
            return queue.hand_back(meeting, command)
        case ChairAway():
            return chair.chair_away(meeting, command, now)
        case ChairBack():
            return chair.chair_back(meeting, command, now)
        case Tick():
            return _tick(meeting, now)
        case _:
            assert_never(command)


def _tick(meeting: Meeting, now: float) -> list[AnyEntry]:
    """All that is due: one tick proposed twice leaves its entries once (P12)."""
    at = due(meeting)
    if at is None or at > now:
        return []
    closing = agenda.tick(meeting, now)
    if closing:
        return closing
    held = chair.tick(meeting, now)
    if meeting.frozen_at is not None:
        return held
    if any(isinstance(entry, WentQuiet) for entry in held):
        meeting = chair.went_quiet(meeting)  # In the same tick nobody is invited any more (FC-24).
    left = [*held, *_floor_over(meeting, now, held), *queue.tick(meeting, now)]
    left.extend(conduct.tick(meeting, now))
    if meeting.holder is None or floor.ends_in(left):
        left.extend(agenda.phase_over(meeting, now, left))
    return left


def _floor_over(meeting: Meeting, now: float, held: list[AnyEntry]) -> list[AnyEntry]:
    """A turn's or an invitation's end, unless the chair's loss has just ended it."""
    ended = [] if floor.ends_in(held) else floor.tick(meeting, now)
    return [*turn.tick(meeting, now), *ended]


def _decide_for_seat(
    meeting: Meeting, command: SeatCommand, seat: int, now: float, verdict: Verdict
) -> list[AnyEntry]:
    match command:
        case Open():
            return agenda.open_(meeting, command, seat, now)
        case Close():
            return agenda.close(meeting, command, seat)
        case NextPhase():
            return agenda.next_phase(meeting, command, seat, now)
        case Say():
            return talking.say(meeting, command, seat, now, verdict)
        case Post():
            return talking.post(meeting, command, seat, verdict)
        case Tell():
            return talking.tell(meeting, command, seat, verdict)
        case Redact():
            return talking.redact(meeting, command, seat)
        case React():
            return talking.react(meeting, command, seat)
        case Rename():
            return door.rename(meeting, command, seat, verdict)
        case Listen():
            return listening.listen(meeting, command, seat, now)
        case AnnounceDraft():
            return turn.announce_draft(meeting, command, seat)
        case RaiseHand():
            return queue.raise_hand(meeting, command, seat)
        case LowerHand():
            return queue.lower_hand(meeting, command, seat)
        case LowerHands():
            return queue.lower_hands(meeting, command, seat)
        case MoveHand():
            return queue.move_hand(meeting, command, seat)
        case CloseQueue():
            return queue.close_queue(meeting, command, seat)
        case OpenQueue():
            return queue.open_queue(meeting, command, seat)
        case Invite():
            return floor.invite(meeting, command, seat, now)
        case Next():
            return floor.next_(meeting, command, seat, now)
        case Accept():
            return floor.accept(meeting, command, seat)
        case Pass():
            return floor.pass_(meeting, command, seat, now)
        case NotYet():
            return floor.not_yet(meeting, command, seat, now)
        case Done():
            return floor.done(meeting, command, seat, now)
        case Tag():
            return floor.tag(meeting, command, seat, now)
        case EndTurn():
            return floor.end_turn(meeting, command, seat)
        case GiveBack():
            return floor.give_back(meeting, command, seat, now)
        case Extend():
            return turn.extend(meeting, command, seat)
        case Pause():
            return turn.pause(meeting, command, seat)
        case Resume():
            return turn.resume(meeting, command, seat)
        case Mute():
            return conduct.mute(meeting, command, seat, now)
        case Unmute():
            return conduct.unmute(meeting, command, seat)
        case MuteAll():
            return conduct.mute_all(meeting, command, seat, now)
        case UnmuteAll():
            return conduct.unmute_all(meeting, command, seat)
        case Remove():
            return conduct.remove(meeting, command, seat, now)
        case PurgeRecent():
            return talking.purge_recent(meeting, command, seat, now)
        case Freeze():
            return conduct.freeze(meeting, command, seat)
        case Thaw():
            return conduct.thaw(meeting, command, seat)
        case RaiseShield():
            return conduct.raise_shield(meeting, command, seat, now)
        case LowerShield():
            return conduct.lower_shield(meeting, command, seat)
        case Lock():
            return door.lock(meeting, command, seat)
        case Unlock():
            return door.unlock(meeting, command, seat)
        case Admit():
            return door.admit(meeting, command, seat)
        case TurnAway():
            return door.turn_away(meeting, command, seat)
        case Appoint():
            return chair.appoint(meeting, command, seat)
        case Dismiss():
            return chair.dismiss(meeting, command, seat)
        case Handover():
            return chair.handover(meeting, command, seat, now)
        case AcceptChair():
            return chair.accept_chair(meeting, command, seat)
        case DeclineChair():
            return chair.decline_chair(meeting, command, seat)
        case _:
            assert_never(command)


def evolve(meeting: Meeting, entry: AnyEntry, stamp: Stamp) -> Meeting:
    """The meeting after `entry`. Every entry that was ever stored folds, whatever the rules are today."""
    if audience(entry) == CHAIR:
        meeting = replace(meeting, chair_number=stamp.number)
    match entry:
        case Told() | ToldYou():
            return meeting
        case Convened():
            return agenda.convened(meeting, entry, stamp)
        case Opened():
            return agenda.opened(meeting, entry, stamp)
        case PhaseBegan():
            return agenda.phase_began(meeting, entry, stamp)
        case Closed():
            return agenda.closed(meeting, stamp)
        case Said():
            return talking.said(meeting, entry, stamp)
        case Posted():
            return talking.posted(meeting, entry, stamp)
        case Redacted():
            return talking.redacted(meeting, entry)
        case Reacted():
            return talking.reacted(meeting, entry)
        case Renamed():
            return door.renamed(meeting, entry)
        case ListeningChosen():
            return door.listening_chosen(meeting, entry.seat, on=entry.on)
        case DraftAnnounced():
            return turn.draft_announced(meeting)
        case SeatTaken():
            return door.seat_taken(meeting, entry, stamp)
        case SeatGiven():
            return door.seat_given(meeting, entry)
        case Knocked():
            return door.knocked(meeting, entry)
        case KnockGiven():
            return door.knock_given(meeting, entry)
        case KnockAnswered():
            return door.knock_answered(meeting, entry)
        case Locked():
            return door.lock_set(meeting, locked=True)
        case Unlocked():
            return door.lock_set(meeting, locked=False)
        case HandRaised():
            return queue.hand_raised(meeting, entry)
        case HandLowered():
            return queue.hand_lowered(meeting, entry)
        case HandMoved():
            return queue.hand_moved(meeting, entry)
        case HandWentAway():
            return queue.hand_went_away(meeting, entry)
        case HandCameBack():
            return queue.hand_came_back(meeting, entry)
        case QueueClosed():
            return queue.queue_set(meeting, is_open=False)
        case QueueOpened():
            return queue.queue_set(meeting, is_open=True)
        case Invited():
            return floor.invited(meeting, entry)
        case InviteEnded():
            return floor.invite_ended(meeting, entry)
        case FloorTaken():
            return floor.floor_taken(meeting, entry, stamp)
        case TurnEnded():
            return floor.turn_ended(meeting, entry, stamp)
        case TurnExtended():
            return turn.turn_extended(meeting, entry)
        case LastLineGranted():
            return turn.last_line_granted(meeting, entry)
        case PauseBegan():
            return turn.paused(meeting, stamp)
        case PauseEnded():
            return turn.resumed(meeting, stamp)
        case HolderWentAway():
            return floor.holder_went_away(meeting, entry, stamp)
        case HolderCameBack():
            return floor.holder_came_back(meeting, entry, stamp)
        case Muted():
            return conduct.muted(meeting, entry, stamp)
        case Unmuted():
            return conduct.unmuted(meeting, entry)
        case AllMuted():
            return conduct.all_muted(meeting, entry, stamp)
        case AllUnmuted():
            return conduct.all_unmuted(meeting, stamp)
        case Removed():
            return conduct.removed(meeting, entry, stamp)
        case Frozen():
            return conduct.frozen(meeting, stamp)
        case Thawed():
            return conduct.thaw_all(meeting, stamp)
        case ShieldRaised():
            return conduct.shield_raised(meeting, stamp)
        case ShieldLowered():
            return conduct.shield_lowered(meeting, stamp)
        case Appointed():
            return chair.appointed(meeting, entry)
        case Dismissed():
            return chair.dismissed(meeting, entry)
        case ChairOffered():
            return chair.chair_offered(meeting, entry)
        case ChairOfferEnded():
            return chair.chair_offer_ended(meeting)
        case ChairTaken():
            return chair.chair_taken(meeting, entry)
        case ChairWentAway():
            return chair.chair_went_away(meeting, entry)
        case ChairCameBack():
            return chair.chair_came_back(meeting)
        case WentQuiet():
            return chair.went_quiet(meeting)
        case _:
            assert_never(entry)


def due(meeting: Meeting) -> float | None:
    """When the next `Tick` has something to do, in seconds since 1970."""
    if meeting.closed_at is not None or meeting.convened_at is None:
        return None
    ends = [agenda.left_open_until(meeting), *chair.due(meeting)]
    return min(ends if meeting.frozen_at is not None else [*ends, *_running(meeting)])


def _running(meeting: Meeting) -> list[float]:
    """The ends of what runs unless the room is frozen."""
    holder = turn.turn_until(meeting)[0] if meeting.holder is not None else meeting.phase_until
    invite = meeting.invite_until if meeting.stopped_at is None else None
    hands = [away.until for away in meeting.hands_away]
    some = (holder, invite, meeting.all_muted_until)
    return [*meeting.mutes.values(), *hands, *(at for at in some if at is not None)]
