"""Listening: to be here without being asked."""

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import floor
from moderation.meeting.needs import needs_thawed
from moderation.meeting.state import Meeting


def listen(meeting: Meeting, command: ask.Listen, seat: int, now: float) -> list[happened.AnyEntry]:
    """Who only listens has no hand up and is not invited; a running turn is theirs to end first."""
    needs_thawed(meeting)
    if meeting.is_listening(seat) == command.on:
        return []
    chosen = happened.ListeningChosen(seat, command.on)
    if not command.on:
        return [chosen]
    if seat == meeting.invited:
        ended = happened.InviteEnded(seat, reason="passed")
        return [chosen, ended, *floor.passed_on(meeting, seat, now)]
    return [chosen, happened.HandLowered(seat, by="self")] if seat in meeting.hands else [chosen]
