"""`make run`: a meeting on this machine. Migrates, makes a room and three links, and serves."""

import asyncio
import logging
import os
import sys

from msgspec.structs import replace

from chatroom import log_files, server
from chatroom.app import create_app
from chatroom.live.timekeeper import Clock
from chatroom.people.accounts import Accounts
from chatroom.people.audit import OPERATOR, Deed
from chatroom.people.persons import Persons
from chatroom.people.secret import secret_key
from chatroom.settings import BadSetting, Helpline, Settings, current, require_public
from chatroom.store import database, rooms
from chatroom.store.accounts import Role
from chatroom.store.postgres import DatabaseAway

ROOM = ("Evening group", "small-discussion")
LINKS_LAST = 24 * 3600.0
EXAMPLES = (
    Helpline("EXAMPLE helpline, nobody answers", "+1 202 555 0100", "tel:+12025550100"),
    Helpline(
        "EXAMPLE text line, nobody answers",
        "text EXAMPLE to +1 202 555 0101",
        "sms:+12025550101?&body=EXAMPLE",
    ),
)
"""What Help looks like with lines that were set. Numbers of fiction, and marked, so that nobody relies on one."""
WHO: dict[Role, str] = {
    "member": "a member",
    "facilitator": "the facilitator",
    "staff": "staff at the desk",
}


def main() -> int:
    """Serves until a signal; the exit code is that of the command line."""
    try:
        _run(current())
    except BadSetting as stopped:
        print(stopped, file=sys.stderr)
        return 2
    except server.CannotStart as stopped:
        print(stopped, file=sys.stderr)
        return 1
    except DatabaseAway as away:
        print(f"The database does not let us in ({away}); see DATABASE_URL", file=sys.stderr)
        return 1
    return 0


def _run(settings: Settings) -> None:
    require_public(settings)
    log_files.set_up(level=logging.WARNING)
    with database.sole_server(settings):
        sockets = server.listening_sockets(settings.host, settings.port)
        ipv6 = server.has_ipv6(sockets)
        settings = replace(
            settings,
            origins=three_origins(settings, ipv6=ipv6),
            helplines=settings.helplines or EXAMPLES,
        )
        secrets, office = asyncio.run(_prepare(settings))
        text = welcome(settings, secrets, office, ipv6=ipv6)
        app = create_app(settings)
        server.run(app, sockets, lambda: print(text, flush=True))


def three_origins(settings: Settings, *, ipv6: bool) -> tuple[str, ...]:
    """One origin for each link, so that one browser can hold three people apart.

    Where [::1] leads nowhere, a third name of this machine stands in for it. An operator's own
    origins stay as they are.
    """
    if ipv6:
        return settings.origins
    return tuple(origin.replace("[::1]", "staff.localhost") for origin in settings.origins)


def welcome(settings: Settings, secrets: dict[Role, str], office: str | None, *, ipv6: bool) -> str:
    """What is printed once the server listens."""
    lines = [server.listens(settings), f'The room "{ROOM[0]}" is open. Enter as', ""]
    for number, (role, secret) in enumerate(secrets.items()):
        origin = settings.origins[number % len(settings.origins)]
        lines.append(f"  {WHO[role]:<18} {origin}/enter#{secret}")
    lines += ["", "The links differ in their address, so one browser can hold all three people."]
    if len(settings.origins) < len(secrets):
        lines[-1] = "ORIGINS names fewer than three addresses: use a browser for each person."
    elif not ipv6:
        lines.append("This machine has no [::1]; staff.localhost stands in for it.")
    lines.append("The member's link is for everybody: each browser that opens it is somebody else.")
    if settings.helplines == EXAMPLES:
        lines.append("Help shows EXAMPLE lines that nobody answers, until HELPLINES names yours.")
    if settings.origins[0].startswith("http:"):
        lines.append("Safari keeps no sign-in without https: use Firefox or Chrome here.")
    lines.append("They last for a day. Ctrl+C ends the server.")
    if office is not None:
        link = f"{settings.origins[0]}/enter#{office}"
        lines += [
            "",
            "The office, where a lead sets all this up. In a private window, once:",
            f"  {link}",
        ]
    return "\n".join(lines)


async def _prepare(settings: Settings) -> tuple[dict[Role, str], str | None]:
    """The secrets of three fresh invitations to a migrated server that has a room, and the office's."""
    await database.migrate(settings)
    engine = database.open_engine(settings)
    try:
        now = Clock().now()
        accounts = Accounts(engine, secret_key(settings.secret_file, os.urandom), os.urandom)
        tell = accounts.audit.telling(Deed(OPERATOR, "room_made", "room"), now)
        room = await rooms.room_by_slug(engine, rooms.slug_of(ROOM[0]))
        room = room or await rooms.create_room(engine, *ROOM, now, os.urandom, tell=tell)
        links = {
            role: await accounts.invite(room.id, role, None, now + LINKS_LAST, now) for role in WHO
        }
        people = Persons(engine, accounts.audit, os.urandom)
        return links, await people.first_link(now)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
