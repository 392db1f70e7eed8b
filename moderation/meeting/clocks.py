"""The clocks of a meeting: what stands still in a pause, while the holder is away or has a moment, in a freeze."""

from msgspec.structs import replace

from moderation.meeting.state import AwayHand, Meeting, Mute, Stamp, Turn


def stop_turn(meeting: Meeting, at: float) -> Meeting:
    """The running turn's clock stands still; twice is once."""
    if meeting.holder is None or meeting.turn_stopped_at is not None:
        return meeting
    return replace(meeting, turn_stopped_at=at)


def run_turn(meeting: Meeting, at: float) -> Meeting:
    """It goes on, unless something else still holds it up."""
    stopped = meeting.turn_stopped_at
    if stopped is None or meeting.away_until is not None or meeting.stopped_at is not None:
        return meeting
    if meeting.moment_until is not None:
        return meeting
    stood = at - stopped
    line = meeting.last_line_until
    return replace(
        meeting,
        turn_paused=meeting.turn_paused + stood,
        turn_stopped_at=None,
        last_line_until=None if line is None else line + stood,
    )


def go_on(before: Meeting, after: Meeting, at: float) -> Meeting:
    """The floor's clocks after one of the reasons why they stood still is gone (FC-15)."""
    since, still = before.stopped_at, after.stopped_at
    assert since is not None, "something held it up"
    until = after.invite_until
    if until is not None:
        stood = (at if still is None else still) - since
        after = replace(after, invite_until=until + stood)
    return run_turn(after, at)


def in_room(meeting: Meeting, stamp: Stamp, at: float) -> float:
    """The time `at` by the room's own clock, which a thaw will set forward by the whole freeze (FC-21)."""
    return at if meeting.frozen_at is None else at - (stamp.at - meeting.frozen_at)


def thawed(meeting: Meeting, seconds: float) -> Meeting:
    """Everything that was running goes on from where it stood (FC-21). The chair's clocks never stood."""

    def later(at: float | None) -> float | None:
        return None if at is None else at + seconds

    for seat, until in meeting.mutes.items():
        mute = meeting.seats[seat].mute
        assert mute is not None, "who is in `mutes` is muted"
        moved = Mute(until + seconds, mute.scope, mute.reason)
        meeting = replace(meeting, mutes=meeting.mutes.insert(seat, moved.until))
        meeting = meeting.with_seat(seat, mute=moved)
    for number, held in meeting.held.items():
        later_on = replace(held, until=held.until + seconds)
        meeting = replace(meeting, held=meeting.held.insert(number, later_on))
    last = meeting.last_turn
    return replace(
        meeting,
        frozen_at=None,
        phase_began_at=later(meeting.phase_began_at),
        hands_away=tuple(AwayHand(a.seat, a.until + seconds) for a in meeting.hands_away),
        invite_until=later(meeting.invite_until),
        turn_began_at=later(meeting.turn_began_at),
        turn_stopped_at=later(meeting.turn_stopped_at),
        last_line_until=later(meeting.last_line_until),
        away_until=later(meeting.away_until),
        moment_until=later(meeting.moment_until),
        last_turn=None if last is None else Turn(last.seat, last.at + seconds),
        paused_at=later(meeting.paused_at),
        shield_at=later(meeting.shield_at),
        all_muted_at=later(meeting.all_muted_at),
        all_muted_until=later(meeting.all_muted_until),
    )
