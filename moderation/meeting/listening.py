"""Listening: to be here without being asked."""

from moderation.meeting import floor
from moderation.meeting.commands import Listen
from moderation.meeting.entries import AnyEntry, HandLowered, InviteEnded, ListeningChosen
from moderation.meeting.needs import needs_thawed
from moderation.meeting.state import Meeting


def listen(meeting: Meeting, command: Listen, seat: int, now: float) -> list[AnyEntry]:
    """Who only listens has no hand up and is not invited; a running turn is theirs to end first."""
    needs_thawed(meeting)
    if meeting.is_listening(seat) == command.on:
        return []
    chosen = ListeningChosen(seat, command.on)
    if not command.on:
        return [chosen]
    if seat == meeting.invited:
        ended = InviteEnded(seat, reason="passed")
        return [chosen, ended, *floor.passed_on(meeting, seat, now)]
    return [chosen, HandLowered(seat, by="self")] if seat in meeting.hands else [chosen]
