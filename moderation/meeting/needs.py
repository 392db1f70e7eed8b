"""What a rule asks for before it says yes: each raises `Refused` where it is not so."""

from moderation.meeting.state import Meeting
from moderation.refused import Refused


def needs_facilitator(meeting: Meeting, seat: int) -> None:
    if not meeting.is_facilitator(seat):
        raise Refused("facilitators_act")


def another_leads(meeting: Meeting, seat: int) -> bool:
    """Whether somebody else could decide what `seat` had better not decide about themselves (CM-19)."""
    return any(meeting.is_facilitator(one) for one in meeting.in_service if one != seat)


def needs_open(meeting: Meeting) -> None:
    if meeting.opened_at is None:
        raise Refused("not_open")


def needs_thawed(meeting: Meeting) -> None:
    if meeting.frozen_at is not None:
        raise Refused("frozen")


def needs_turns(meeting: Meeting) -> None:
    """A phase in which one at a time has the floor."""
    if not meeting.has_turns:
        raise Refused("no_queue_now")


def needs_running(meeting: Meeting) -> None:
    """The floor moves: nothing holds it up, and somebody is in the chair (FC-15, FC-24)."""
    if meeting.is_quiet:
        raise Refused("nobody_in_chair")
    if meeting.stopped_at is not None:
        raise Refused("paused")


def needs_epoch(meeting: Meeting, epoch: int) -> None:
    """After a race the loser is shown the new state, not a fault (FC-07)."""
    if epoch != meeting.epoch:
        raise Refused("stale_epoch")


def needs_seat(meeting: Meeting, seat: int) -> None:
    if not meeting.sits(seat):
        raise Refused("no_such_seat")


def may_act_on(meeting: Meeting, target: int, *, by: int, gone: bool = False) -> None:
    """A facilitator acts on those of lower rank (FC-22); never on themselves (A43).

    With `gone`, on somebody who has left too: what was done to them lasts.
    """
    needs_facilitator(meeting, by)
    if not (gone and target in meeting.seats and meeting.seats[target].left):
        needs_seat(meeting, target)
    if meeting.rank(target) >= meeting.rank(by):
        raise Refused("not_on_a_facilitator")
