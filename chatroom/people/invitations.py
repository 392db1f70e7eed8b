"""Invitations in an operator's hands: how many they let in and how long, what they are, and an end to them."""

from datetime import UTC, datetime

from msgspec import Struct

from chatroom.store.accounts import Made, Role

HOUR, DAY = 3600.0, 86_400.0


class Limits(Struct, frozen=True):
    """How many people a link lets in, at a time, and for how long (seconds); None for without end."""

    uses: int | None
    lasts: float | None


DEFAULTS: dict[Role, Limits] = {
    # Whoever finds the link reads what people in danger wrote: for one person, who opens it today.
    "staff": Limits(1, DAY),
    # Whoever finds it holds the meeting: for one person, until the next one of a weekly group.
    "facilitator": Limits(1, 7 * DAY),
    # A group and who comes along, until its next meeting; a link that leaked is no door for ever.
    "member": Limits(30, 7 * DAY),
}


def told(made: Made, now: float) -> str:
    """A link in one line for its operator, without the secret, which is kept nowhere."""
    where = "the desk" if made.role == "staff" else (made.slug or "a room that is gone")
    return "\t".join((handle(made.id), made.role, where, _uses(made), _ends(made, now)))


def handle(id: int) -> str:
    """What an invitation is called in commands: it opens nothing."""
    return f"{id:016x}"


def _uses(made: Made) -> str:
    if made.uses_left is None:
        return "any number of uses"
    return f"{made.uses_left} use{'' if made.uses_left == 1 else 's'} left"


def _ends(made: Made, now: float) -> str:
    if made.expires_at is None:
        return "no end"
    if made.expires_at <= now:
        return "over"
    return f"until {datetime.fromtimestamp(made.expires_at, UTC):%Y-%m-%d %H:%M} UTC"
