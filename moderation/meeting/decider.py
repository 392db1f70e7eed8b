"""Decides a command into entries, and folds entries into the meeting."""

from typing import assert_never

from msgspec.structs import replace

from moderation.content.verdict import ALLOW, Verdict
from moderation.meeting import (
    agenda,
    chair,
    conduct,
    door,
    editing,
    floor,
    holding,
    leaving,
    listening,
    moment,
    naming,
    nudge,
    queue,
    reporting,
    strikes,
    talking,
    turn,
)
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import CHAIR, audience
from moderation.meeting.needs import needs_thawed
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

NEW = Meeting()

FROZEN_OUT = (
    ask.Say | ask.Edit | ask.Release | ask.RaiseHand | ask.LowerHand | ask.LowerHands | ask.MoveHand
    | ask.CloseQueue | ask.OpenQueue | ask.Invite | ask.Next | ask.Accept | ask.Pass | ask.NotYet
    | ask.Done | ask.Tag | ask.EndTurn | ask.GiveBack | ask.Extend | ask.Pause | ask.Resume
    | ask.AnnounceDraft | ask.MuteAll | ask.UnmuteAll
)  # fmt: skip
"""What waits while the room is frozen (FC-21)."""

TAKING_BACK = ask.Redact | ask.PurgeRecent
"""What is still possible after the close: words can be taken out until they are swept (A50)."""


def decide(
    meeting: Meeting, command: ask.AnyCommand, seat: int, now: float, verdict: Verdict = ALLOW
) -> list[happened.AnyEntry]:
    """The entries that `command` of `seat` (0: the server) leaves; none where all is so already.

    `now` is in seconds since 1970. Raises `Refused` where a rule says no.
    """
    if isinstance(command, ask.ServerCommand):
        assert seat == 0, "a seat can't ask for what only the server proposes"
        return _decide_for_server(meeting, command, now, verdict)
    if not meeting.sits(seat):
        _may_be_heard_outside(meeting, command, seat)
    if meeting.closed_at is not None and not isinstance(command, TAKING_BACK):
        raise Refused("meeting_closed")
    if isinstance(command, FROZEN_OUT):
        needs_thawed(meeting)
    return _decide_for_seat(meeting, command, seat, now, verdict)


def _may_be_heard_outside(meeting: Meeting, command: ask.SeatCommand, seat: int) -> None:
    """Of the removed an appeal of that is heard, and nothing else (CM-19)."""
    is_removed = seat in meeting.seats and meeting.seats[seat].removed > 0
    appeals = isinstance(command, ask.Appeal) and command.about == "removal"
    if not (is_removed and appeals):
        raise Refused("removed" if is_removed else "no_seat")


def _decide_for_server(
    meeting: Meeting, command: ask.ServerCommand, now: float, verdict: Verdict
) -> list[happened.AnyEntry]:
    match command:
        case ask.Convene():
            return agenda.convene(meeting, command)
        case ask.TakeSeat():
            return door.take_seat(meeting, command, now, verdict)
        case ask.Leave():
            return leaving.leave(meeting, command, now)
        case ask.SetRole():
            return chair.set_role(meeting, command)
        case ask.NoticeSame():
            return door.notice_same(meeting, now)
        case ask.NoticeCare():
            return talking.notice_care(meeting, command)
        case ask.GiveMoment():
            return moment.give_moment(meeting, command, now)
        case ask.ProposeStrike():
            return talking.propose_strike(meeting, command)
        case ask.HolderAway():
            return floor.holder_away(meeting, command, now)
        case ask.HolderBack():
            return floor.holder_back(meeting, command)
        case ask.HandAway():
            return queue.hand_away(meeting, command, now)
        case ask.HandBack():
            return queue.hand_back(meeting, command)
        case ask.ChairAway():
            return chair.chair_away(meeting, command, now)
        case ask.ChairBack():
            return chair.chair_back(meeting, command, now)
        case ask.Tick():
            return _tick(meeting, now)
        case _:
            assert_never(command)


def _tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
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
    if any(isinstance(entry, happened.WentQuiet) for entry in held):
        meeting = chair.went_quiet(meeting)  # In the same tick nobody is invited any more (FC-24).
    left = [*held, *_floor_over(meeting, now, held), *queue.tick(meeting, now)]
    left.extend([*conduct.tick(meeting, now), *holding.tick(meeting, now)])
    if meeting.holder is None or floor.ends_in(left):
        left.extend(agenda.phase_over(meeting, now, left))
    return left


def _floor_over(
    meeting: Meeting, now: float, held: list[happened.AnyEntry]
) -> list[happened.AnyEntry]:
    """A turn's or an invitation's end, unless the chair's loss has just ended it."""
    ended = [] if floor.ends_in(held) else floor.tick(meeting, now)
    return [*(turn.tick(meeting, now) or moment.tick(meeting, now)), *ended]


def _decide_for_seat(
    meeting: Meeting, command: ask.SeatCommand, seat: int, now: float, verdict: Verdict
) -> list[happened.AnyEntry]:
    match command:
        case ask.Open():
            return agenda.open_(meeting, command, seat, now)
        case ask.Close():
            return agenda.close(meeting, command, seat)
        case ask.NextPhase():
            return agenda.next_phase(meeting, command, seat, now)
        case ask.Say():
            return talking.say(meeting, command, seat, now, verdict)
        case ask.Edit():
            return editing.edit(meeting, command, seat, now, verdict)
        case ask.Post():
            return talking.post(meeting, command, seat, now, verdict)
        case ask.Tell():
            return talking.tell(meeting, command, seat, verdict)
        case ask.Redact():
            return talking.redact(meeting, command, seat)
        case ask.Report():
            return reporting.report(meeting, command, seat)
        case ask.Fold():
            return reporting.fold(meeting, command, seat)
        case ask.Unfold():
            return reporting.unfold(meeting, command, seat)
        case ask.Release():
            return holding.release(meeting, command, seat)
        case ask.GiveBackHeld():
            return holding.give_back_held(meeting, command, seat)
        case ask.TakeBackHeld():
            return holding.take_back_held(meeting, command, seat)
        case ask.React():
            return talking.react(meeting, command, seat)
        case ask.Rename():
            return naming.rename(meeting, command, seat, verdict)
        case ask.TakeNameOut():
            return naming.take_name_out(meeting, command, seat)
        case ask.Listen():
            return listening.listen(meeting, command, seat, now)
        case ask.AnnounceDraft():
            return turn.announce_draft(meeting, command, seat)
        case ask.RaiseHand():
            return queue.raise_hand(meeting, command, seat)
        case ask.LowerHand():
            return queue.lower_hand(meeting, command, seat)
        case ask.LowerHands():
            return queue.lower_hands(meeting, command, seat)
        case ask.MoveHand():
            return queue.move_hand(meeting, command, seat)
        case ask.CloseQueue():
            return queue.close_queue(meeting, command, seat)
        case ask.OpenQueue():
            return queue.open_queue(meeting, command, seat)
        case ask.Invite():
            return floor.invite(meeting, command, seat, now)
        case ask.Next():
            return floor.next_(meeting, command, seat, now)
        case ask.Accept():
            return floor.accept(meeting, command, seat)
        case ask.Pass():
            return floor.pass_(meeting, command, seat, now)
        case ask.NotYet():
            return floor.not_yet(meeting, command, seat, now)
        case ask.Done():
            return floor.done(meeting, command, seat, now)
        case ask.Tag():
            return floor.tag(meeting, command, seat, now)
        case ask.EndTurn():
            return floor.end_turn(meeting, command, seat)
        case ask.GiveBack():
            return floor.give_back(meeting, command, seat, now)
        case ask.Extend():
            return turn.extend(meeting, command, seat)
        case ask.Pause():
            return turn.pause(meeting, command, seat)
        case ask.Resume():
            return turn.resume(meeting, command, seat)
        case ask.Mute():
            return conduct.mute(meeting, command, seat, now)
        case ask.Unmute():
            return conduct.unmute(meeting, command, seat)
        case ask.MuteAll():
            return conduct.mute_all(meeting, command, seat, now)
        case ask.UnmuteAll():
            return conduct.unmute_all(meeting, command, seat)
        case ask.Remove():
            return conduct.remove(meeting, command, seat, now)
        case ask.PurgeRecent():
            return talking.purge_recent(meeting, command, seat, now)
        case ask.Note():
            return strikes.note(meeting, command, seat)
        case ask.Appeal():
            return strikes.appeal(meeting, command, seat, now, verdict)
        case ask.AnswerAppeal():
            return strikes.answer_appeal(meeting, command, seat, verdict)
        case ask.Freeze():
            return conduct.freeze(meeting, command, seat)
        case ask.Thaw():
            return conduct.thaw(meeting, command, seat)
        case ask.RaiseShield():
            return conduct.raise_shield(meeting, command, seat, now)
        case ask.LowerShield():
            return conduct.lower_shield(meeting, command, seat)
        case ask.Lock():
            return door.lock(meeting, command, seat)
        case ask.Unlock():
            return door.unlock(meeting, command, seat)
        case ask.Admit():
            return door.admit(meeting, command, seat)
        case ask.Reseat():
            return leaving.reseat(meeting, command, seat)
        case ask.TurnAway():
            return door.turn_away(meeting, command, seat)
        case ask.ClearLobby():
            return door.clear_lobby(meeting, command, seat)
        case ask.Appoint():
            return chair.appoint(meeting, command, seat)
        case ask.Dismiss():
            return chair.dismiss(meeting, command, seat)
        case ask.Handover():
            return chair.handover(meeting, command, seat, now)
        case ask.AcceptChair():
            return chair.accept_chair(meeting, command, seat)
        case ask.DeclineChair():
            return chair.decline_chair(meeting, command, seat)
        case _:
            assert_never(command)


def evolve(meeting: Meeting, entry: happened.AnyEntry, stamp: Stamp) -> Meeting:
    """The meeting after `entry`. Every entry that was ever stored folds, whatever the rules are today."""
    if audience(entry) == CHAIR:
        meeting = replace(meeting, chair_number=stamp.number)
    match entry:
        case happened.Told() | happened.ToldYou():
            return meeting
        case happened.CareNoticed() | happened.CrosstalkNoticed() | happened.StrikeProposed():
            return meeting
        case happened.Answered():
            return nudge.counted(meeting, entry)
        case happened.NotedYou() | happened.AppealAnsweredYou():
            return meeting
        case happened.Held():
            return holding.held(meeting, entry, stamp)
        case happened.HeldYours():
            return holding.held_yours(meeting, entry, stamp)
        case happened.HeldEnded():
            return holding.held_ended(meeting, entry, stamp)
        case happened.HeldYoursEnded():
            return holding.held_yours_ended(meeting, entry, stamp)
        case happened.Convened():
            return agenda.convened(meeting, entry, stamp)
        case happened.Opened():
            return agenda.opened(meeting, entry, stamp)
        case happened.PhaseBegan():
            return agenda.phase_began(meeting, entry, stamp)
        case happened.Closed():
            return agenda.closed(meeting, stamp)
        case happened.Said():
            return talking.said(meeting, entry, stamp)
        case happened.Edited():
            return editing.edited(meeting, entry, stamp)
        case happened.Replaced():
            return editing.replaced(meeting, entry, stamp)
        case happened.HistoryGone():
            return meeting
        case happened.Posted():
            return talking.posted(meeting, entry, stamp)
        case happened.Redacted():
            return talking.redacted(strikes.words_taken(meeting, entry, stamp), entry)
        case happened.Folded():
            return reporting.folded(meeting, entry)
        case happened.Unfolded():
            return reporting.unfolded(meeting, entry)
        case happened.Reported():
            return reporting.reported(meeting, entry)
        case happened.ReportNoted():
            return reporting.report_noted(meeting, entry)
        case happened.ReportsAnswered():
            return reporting.reports_answered(meeting, entry)
        case happened.NeedSeen():
            return reporting.need_was_seen(meeting, entry)
        case happened.Reacted():
            return talking.reacted(meeting, entry)
        case happened.Renamed():
            return naming.renamed(meeting, entry, stamp)
        case happened.NameTakenOut():
            return naming.renamed(meeting, entry, stamp)
        case happened.ListeningChosen():
            return door.listening_chosen(meeting, entry.seat, on=entry.on)
        case happened.DraftAnnounced():
            return turn.draft_announced(meeting)
        case happened.SeatTaken():
            return door.seat_taken(meeting, entry, stamp)
        case happened.SeatGiven():
            return door.seat_given(meeting, entry, stamp)
        case happened.CameBy():
            return door.came_by(meeting, entry)
        case happened.SeatLeft():
            return leaving.seat_left(meeting, entry, stamp)
        case happened.CameBack():
            return leaving.came_back(meeting, entry, stamp)
        case happened.Knocked():
            return door.knocked(meeting, entry, stamp)
        case happened.KnockGiven():
            return door.knock_given(meeting, entry)
        case happened.KnockAnswered():
            return door.knock_answered(meeting, entry)
        case happened.LobbyCleared():
            return door.lobby_cleared(meeting, entry)
        case happened.StrangersCame():
            return door.strangers_came(meeting, entry, stamp)
        case happened.Locked():
            return door.lock_set(meeting, locked=True)
        case happened.Unlocked():
            return door.lock_set(meeting, locked=False)
        case happened.HandRaised():
            return queue.hand_raised(meeting, entry)
        case happened.HandLowered():
            return queue.hand_lowered(meeting, entry)
        case happened.HandMoved():
            return queue.hand_moved(meeting, entry)
        case happened.HandWentAway():
            return queue.hand_went_away(meeting, entry)
        case happened.HandCameBack():
            return queue.hand_came_back(meeting, entry)
        case happened.QueueClosed():
            return queue.queue_set(meeting, is_open=False)
        case happened.QueueOpened():
            return queue.queue_set(meeting, is_open=True)
        case happened.Invited():
            return floor.invited(meeting, entry)
        case happened.InviteEnded():
            return floor.invite_ended(meeting, entry)
        case happened.FloorTaken():
            return floor.floor_taken(meeting, entry, stamp)
        case happened.TurnEnded():
            return floor.turn_ended(meeting, entry, stamp)
        case happened.TurnExtended():
            return turn.turn_extended(meeting, entry)
        case happened.LastLineGranted():
            return turn.last_line_granted(meeting, entry)
        case happened.PauseBegan():
            return turn.paused(meeting, stamp)
        case happened.PauseEnded():
            return turn.resumed(meeting, stamp)
        case happened.MomentGiven():
            return moment.moment_given(meeting, entry, stamp)
        case happened.MomentEnded():
            return moment.moment_ended(meeting, stamp)
        case happened.HolderWentAway():
            return floor.holder_went_away(meeting, entry, stamp)
        case happened.HolderCameBack():
            return floor.holder_came_back(meeting, entry, stamp)
        case happened.Muted():
            return strikes.muted(conduct.muted(meeting, entry, stamp), entry, stamp)
        case happened.Unmuted():
            return strikes.act_over(conduct.unmuted(meeting, entry), entry.seat)
        case happened.AllMuted():
            return conduct.all_muted(meeting, entry, stamp)
        case happened.AllUnmuted():
            return conduct.all_unmuted(meeting, stamp)
        case happened.Removed():
            return strikes.removed(meeting, conduct.removed(meeting, entry, stamp), entry, stamp)
        case happened.RemovalLifted():
            return strikes.removal_lifted(meeting, entry, stamp)
        case happened.Noted():
            return strikes.noted(meeting, entry)
        case happened.Appealed():
            return strikes.appealed(meeting, entry)
        case happened.AppealedYou():
            return strikes.appealed_you(meeting, entry)
        case happened.AppealAnswered():
            return strikes.appeal_answered(meeting, entry)
        case happened.Frozen():
            return conduct.frozen(meeting, stamp)
        case happened.Thawed():
            return conduct.thaw_all(meeting, stamp)
        case happened.ShieldRaised():
            return conduct.shield_raised(meeting, entry, stamp)
        case happened.ShieldLowered():
            return conduct.shield_lowered(meeting, stamp)
        case happened.Appointed():
            return chair.appointed(meeting, entry)
        case happened.Dismissed():
            return chair.dismissed(meeting, entry)
        case happened.ChairOffered():
            return chair.chair_offered(meeting, entry)
        case happened.ChairOfferEnded():
            return chair.chair_offer_ended(meeting)
        case happened.ChairTaken():
            return chair.chair_taken(meeting, entry)
        case happened.ChairWentAway():
            return chair.chair_went_away(meeting, entry)
        case happened.ChairCameBack():
            return chair.chair_came_back(meeting)
        case happened.WentQuiet():
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
    waiting = [one.until for one in meeting.held.values()]
    some = (holder, invite, meeting.all_muted_until, meeting.moment_until)
    return [*meeting.mutes.values(), *hands, *waiting, *(at for at in some if at is not None)]
