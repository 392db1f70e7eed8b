"""The command line: chatroom serve, migrate, check, room, format, policy, invite, person, audit, demo ..."""

import asyncio
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any, TextIO, cast

import click
import msgspec
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom import demo as plays
from chatroom import log_files, server
from chatroom.app import create_app
from chatroom.cli_keys import keys
from chatroom.cli_people import people, person, session
from chatroom.groups import fitness, trial, ways
from chatroom.groups.formats import open_formats
from chatroom.live.policies import default_text
from chatroom.live.refusals import REFUSALS
from chatroom.live.timekeeper import Clock, pause
from chatroom.people import chain, heads
from chatroom.people.accounts import Accounts
from chatroom.people.audit import OPERATOR, Act, Audit, Deed, Kind
from chatroom.people.invitations import DEFAULTS, Limits, handle, told
from chatroom.people.organisation import Organisation
from chatroom.people.secret import secret_key
from chatroom.settings import BadSetting, Settings, current, require_public
from chatroom.store import audit as told_of
from chatroom.store import database, rooms
from chatroom.store.accounts import ORGANISATION, Role
from chatroom.store.postgres import DatabaseAway
from moderation.content.trial import report
from moderation.meeting.format import Flags
from moderation.refused import Refused

SECONDS = {"m": 60, "h": 3600, "d": 86400}
YEAR = 365 * 86400.0


class Sentences(click.Group):
    """Says in one sentence why it can't start: exit 2 for a setting, 1 for the rest."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except BadSetting as stopped:
            click.echo(stopped, err=True)
            ctx.exit(2)
        except server.CannotStart as stopped:
            click.echo(stopped, err=True)
            ctx.exit(1)
        except DatabaseAway as away:
            click.echo(f"The database does not let us in ({away}); see DATABASE_URL", err=True)
            ctx.exit(1)


class Duration(click.ParamType[float]):
    """30m, 12h or 7d, as seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds of a text."""
        found = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", str(value))
        if found is None:
            self.fail(f"{value!r} is no duration; write 30m, 12h or 7d", param, ctx)
        return float(int(found[1]) * SECONDS[found[2]])


class Unlimited(click.ParamType[Any]):
    """A value of another kind, or the word for none at all."""

    def __init__(self, of: click.ParamType[Any], word: str) -> None:
        self.name = f"{of.name}|{word}"
        self._of = of
        self._word = word

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value, infinity for the word."""
        return inf if value == self._word else self._of.convert(value, param, ctx)


@click.group(cls=Sentences)
@click.version_option(package_name="chatroom", message="chatroom %(version)s")
def main() -> None:
    """Live, moderated meetings for peer support groups.

    Settings come from the environment, and from a file .env in this directory.
    """


@main.command()
def serve() -> None:
    """Serve meetings on HOST and PORT until a signal comes."""
    settings = current()
    require_public(settings)
    server.require_servers(settings)
    log_files.set_up()
    with database.sole_server(settings):
        text, app = asyncio.run(_welcome(settings)), create_app(settings)
        sockets = server.listening_sockets(settings.host, settings.port)
        server.run(app, sockets, lambda: click.echo(text))


@main.command()
def migrate() -> None:
    """Bring the database up to date. No server may be running on it."""
    settings = current()
    with database.sole_server(settings):
        asyncio.run(database.migrate(settings))


@main.command()
def check() -> None:
    """Say of each setting whether it is fit to go live; exit 1 if one is not."""
    found = asyncio.run(_findings(current()))
    for finding in found:
        click.echo(f"{'ok ' if finding.fit else 'NO '} {finding.name}: {finding.words}")
    sys.exit(0 if all(finding.fit for finding in found) else 1)


@main.group()
def room() -> None:
    """The rooms of this server."""


@room.command()
@click.argument("name")
@click.option("--format", required=True, help="The agenda that its meetings follow.")
@click.option("--door", help="Who comes in: open, knock, members or invitation.")
def create(name: str, format: str, door: str | None) -> None:
    """Make a room and print what it is called in URLs and commands."""
    if not name.strip() or len(name) > 80:
        raise click.BadParameter("a name has 1 to 80 characters")
    changes = _changes((f"door={door}",)) if door else {}
    click.echo(asyncio.run(_create_room(current(), name.strip(), format, changes)))


@room.command("set")
@click.argument("room")
@click.argument("settings", nargs=-1, required=True)
def set_(room: str, settings: tuple[str, ...]) -> None:
    """Set how ROOM's meetings are held, as in door=knock share_limit=4; door= for the format's again."""
    changes = _changes(settings)
    found = asyncio.run(_set_ways(current(), room, changes))
    click.echo(_told(*found))
    click.echo(ways.HOLDS)


@room.command("show")
@click.argument("room")
def show_room(room: str) -> None:
    """Print how ROOM's next meeting will be held."""
    click.echo(_told(*asyncio.run(_show_ways(current(), room))))


@room.command("list")
def list_() -> None:
    """Print every room: what it is called in commands, its format, its name."""
    for found in asyncio.run(_list_rooms(current())):
        click.echo(f"{found.slug}\t{found.format}\t{found.name}")


@main.group()
def format() -> None:
    """The agendas that meetings follow: those that are shipped, and your own."""


@format.command("list")
def list_formats() -> None:
    """Print every format: what it is called in commands, whose it is, its title."""
    for id, whose, title in asyncio.run(_list_formats(current())):
        click.echo(f"{id}\t{whose}\t{title}")


@format.command("show")
@click.argument("format")
def show_format(format: str) -> None:
    """Print FORMAT as TOML: change it, give it an id of its own, and add it."""
    text = asyncio.run(_format_text(current(), format))
    if text is None:
        raise click.BadParameter(f"there is no {format!r}; see: chatroom format list")
    click.echo(text, nl=False)


@format.command("add")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--from", "made_from", help="The format that it was made from.")
@click.option("--replace", is_flag=True, help="Put it in the place of yours of the same id.")
def add_format(file: TextIO, made_from: str | None, replace: bool) -> None:
    """Check FILE, keep it as a format of your own, and print its id."""
    settings = current()
    try:
        text = file.read()
        click.echo(asyncio.run(_add_format(settings, text, made_from, replace=replace)))
    except ValueError as wrong:  # UnicodeDecodeError is one.
        raise click.BadParameter(f"{file.name}: {wrong}") from None


@main.group()
def policy() -> None:
    """What becomes of what the review finds: POLICY names a file of your own."""


@policy.command("show")
def show_policy() -> None:
    """Print the shipped policy: what is so where yours says nothing."""
    click.echo(default_text(), nl=False)


@policy.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", default="", help="In meetings of this format, with its own ways.")
@click.option("--room", default="", help="In this room, as FILE calls it.")
@click.option("--phase", default="", help="In this part of the meeting.")
@click.option("--every", type=click.IntRange(1, 1000), default=1, help="Every n-th message alone.")
@click.option("--most", type=click.IntRange(0), default=10, help="Messages of a kind of change.")
def try_policy(file: Path, format: str, room: str, phase: str, every: int, most: int) -> None:
    """Show what FILE would change on the example messages, against the policy in use; it changes nothing.

    The messages are invented, by authors whom nothing was trained on. It takes some ten seconds.
    """
    try:
        found = trial.trial(current(), file, every=every, format=format, room=room, phase=phase)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong)) from None
    click.echo("\n".join(report(found, most)))


@main.command()
@click.argument("room", required=False)
@click.option("--as", "role", type=click.Choice(["member", "facilitator", "staff"]), required=True)
@click.option(
    "--uses", type=Unlimited(click.IntRange(1, 100_000), "any"), help="For how many people."
)
@click.option(
    "--expires", type=Unlimited(Duration(), "never"), help="30m, 12h, 7d from now, or never."
)
def invite(room: str | None, role: str, uses: float | None, expires: float | None) -> None:
    """Print a link that lets somebody into ROOM, or, for staff, to the desk.

    Unless you say otherwise a link of staff is for one person and 24 hours, one of a facilitator for
    one person and 7 days, and one of members for 30 people at a time and 7 days.
    """
    if room is None and role != "staff":
        raise click.UsageError("Name the room, as in: chatroom invite evening-group --as member")
    settings = current()
    limits = _limits(cast("Role", role), uses, expires)
    secret, made = asyncio.run(_invited(settings, room, cast("Role", role), limits))
    click.echo(f"{settings.origins[0]}/enter#{secret}")
    click.echo(made, err=True)  # Beside the link, which a script may want alone.


@main.group()
def invitation() -> None:
    """The links that there are; `chatroom invite` makes them."""


@invitation.command("list")
@click.argument("room", required=False)
def list_invitations(room: str | None) -> None:
    """Print every link, or those of ROOM: its handle, for whom and where, what is left of it."""
    for line in asyncio.run(_list_invitations(current(), room)):
        click.echo(line)


@invitation.command("revoke")
@click.argument("handle")
@click.option(
    "--let-stay", "stays", is_flag=True, help="Whoever came by it stays until they leave."
)
def revoke_invitation(handle: str, *, stays: bool) -> None:
    """Take the link HANDLE back: it opens nothing any more, and who came by it is out within seconds."""
    came = asyncio.run(_revoke(current(), handle, stays=stays))
    if came is None:
        raise server.CannotStart(f"There is no link {handle!r}; see: chatroom invitation list")
    what = "Signed in by it, until they leave" if stays else "Out within seconds, who came by it"
    click.echo(f"It opens nothing any more. {what}: {came}")


@main.command("verify-audit")
@click.option("--head", "file", type=click.Path(path_type=Path), help="What AUDIT_HEADS holds.")
@click.option("--json", "as_json", is_flag=True, help="For a script.")
def verify_audit(file: Path | None, as_json: bool) -> None:
    """Say whether the audit is whole; exit 1, and name the first row that is wrong, where it is not."""
    found = asyncio.run(_verified(current(), file))
    is_whole = isinstance(found, chain.Whole)
    if as_json:
        said = {"whole": is_whole, **msgspec.to_builtins(found)}
        click.echo(msgspec.json.encode(said).decode())
    else:
        click.echo(found.in_words)
    sys.exit(0 if is_whole else 1)


@main.group()
def audit() -> None:
    """What was done here, by whom; `chatroom verify-audit` says whether it is whole."""


@audit.command("list")
@click.option("--case", help="What was opened and read of one case, for whom it is about.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def list_audit(case: str | None, as_json: bool) -> None:
    """Print every row: when, who, what, to what, why, and what came of it. That is told of, too."""
    for row in asyncio.run(_list_audit(current(), case)):
        click.echo(msgspec.json.encode(row).decode() if as_json else row.in_words)


@audit.command("cut")
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), required=True, help="A day.")
def cut_audit(before: datetime) -> None:
    """Take away what is older than a day, a year ago or more; on PostgreSQL as the owner of the tables."""
    day = before.replace(tzinfo=UTC).timestamp()
    if day > Clock().now() - YEAR:
        raise click.BadParameter("the audit is kept for a year at least")
    click.echo(f"Taken away: {asyncio.run(_cut_audit(current(), day))} rows. The chain is whole.")


@main.command()
@click.option("--format", type=click.Choice(plays.formats()), default=plays.FORMAT)
@click.option("--speed", type=click.FloatRange(0.1, 10_000), default=1.0, help="20: half a minute.")
@click.option("--room", "slug", help="One of the demo's own rooms.")
@click.option("--server", "origin", help="Where it is served, if not under the first of ORIGINS.")
@click.option("--links", nargs=2, help="A member's link and a facilitator's, without a database.")
def demo(
    format: str,
    speed: float,
    slug: str | None,
    origin: str | None,
    links: tuple[str, str] | None,
) -> None:
    """Play a scripted meeting of a format into a room of its own; the usual one takes ten minutes."""
    slug = slug or plays.room(format)
    try:
        plays.require_own_room(slug)
        asyncio.run(_demo(links or _demo_links(slug, format, origin), speed, format))
    except plays.Stopped as stopped:
        raise server.CannotStart(str(stopped)) from None


def _demo_links(slug: str, format: str, origin: str | None) -> tuple[str, str]:
    settings = current()
    door = f"{origin or settings.origins[0]}/enter#"
    member, facilitator = asyncio.run(_demo_secrets(settings, slug, format))
    click.echo(f"Watch it: {door}{member}")
    return door + member, door + facilitator


async def _demo(links: tuple[str, str], speed: float, format: str) -> None:
    play = plays.Play(links, speed, pause, click.echo, format)
    await play.perform(plays.read_script(format))
    click.echo("The meeting has ended.")


async def _welcome(settings: Settings) -> str:
    """What is printed once the server listens; with the way into the office until somebody has taken it."""
    async with server.opened(settings) as engine:
        secret = await people(settings, engine).first_link(Clock().now())
    if secret is None:
        return server.listens(settings)
    link = f"{settings.origins[0]}/enter#{secret}"
    return f"{server.listens(settings)}\nSet this place up, by this link, which opens once: {link}"


async def _findings(settings: Settings) -> list[fitness.Finding]:
    """With what a lead has set, where the database can be asked."""
    with suppress(server.CannotStart, BadSetting, SQLAlchemyError):
        async with server.opened(settings) as engine:
            audit = _accounts(settings, engine).audit
            organisation = Organisation(settings, engine, audit)
            await organisation.learn()
            settings = organisation.settings()
    return await fitness.findings(settings)


def _changes(settings: Iterable[str]) -> dict[str, Any]:
    try:
        return dict(map(ways.read, settings))
    except ValueError as wrong:
        raise click.BadParameter(str(wrong)) from None


def _told(room: rooms.Room, flags: Flags) -> str:
    """Every way, and which of them the group set itself."""
    named = msgspec.structs.asdict(flags).items()
    return "\n".join(
        f"{name}\t{ways.in_words(value)}" + ("\tset here" if name in room.ways else "")
        for name, value in named
    )


async def _create_room(
    settings: Settings, name: str, format: str, changes: dict[str, Any] | None = None
) -> str:
    async with server.opened(settings) as engine:
        formats = open_formats(engine)
        found = await formats.get(format)
        if found is None:
            known = ", ".join(await formats.ids())
            raise click.BadParameter(f"there is no {format!r}, only {known}")
        own = ways.changed(found, {}, changes or {})
        now, tell = Clock().now(), _telling(settings, engine, "room_made", "room")
        made = await rooms.create_room(engine, name, format, now, os.urandom, own, tell)
    return made.slug


async def _room(engine: AsyncEngine, slug: str) -> rooms.Room:
    found = await rooms.room_by_slug(engine, slug)
    if found is None:
        raise server.CannotStart(f"There is no room {slug!r}; see: chatroom room list")
    return found


async def _set_ways(
    settings: Settings, slug: str, changes: dict[str, Any]
) -> tuple[rooms.Room, Flags]:
    async with server.opened(settings) as engine:
        room, formats = await _room(engine, slug), open_formats(engine)
        try:
            base = await formats.base(room)
            own = await rooms.change_ways(
                engine,
                room.id,
                lambda there: ways.changed(base, there, changes),
                _telling(settings, engine, "ways_changed", "room"),
            )
        except Refused:
            raise _unfit(room) from None
        except ValueError as wrong:
            raise server.CannotStart(f"{slug} can't be so: {wrong}") from None
        room = replace(room, ways=own)
        return room, (await formats.of(room)).flags


async def _show_ways(settings: Settings, slug: str) -> tuple[rooms.Room, Flags]:
    async with server.opened(settings) as engine:
        room = await _room(engine, slug)
        try:
            return room, (await open_formats(engine).of(room)).flags
        except Refused:
            raise _unfit(room) from None


def _unfit(room: rooms.Room) -> server.CannotStart:
    own = " ".join(f"{name}={ways.in_words(value)}" for name, value in room.ways.items())
    return server.CannotStart(
        f"{room.slug}: the format {room.format} is not there, or this does not fit: {own or 'nothing set'}"
    )


async def _list_formats(settings: Settings) -> list[tuple[str, str, str]]:
    async with server.opened(settings) as engine:
        return await open_formats(engine).listed()


async def _format_text(settings: Settings, id: str) -> str | None:
    async with server.opened(settings) as engine:
        return await open_formats(engine).text(id)


async def _add_format(
    settings: Settings, text: str, made_from: str | None, *, replace: bool
) -> str:
    async with server.opened(settings) as engine:
        formats, now = open_formats(engine), Clock().now()
        act: Act = "format_changed" if replace else "format_added"
        tell = _telling(settings, engine, act, "format")
        return await formats.add(text, made_from, now, replace=replace, tell=tell)


async def _list_rooms(settings: Settings) -> list[rooms.Room]:
    async with server.opened(settings) as engine:
        return await rooms.list_rooms(engine)


async def _demo_secrets(settings: Settings, slug: str, format: str) -> list[str]:
    """Invitations into the demo's room, which is made where there is none."""
    if slug == plays.room(format):
        async with server.opened(settings) as engine:
            if await rooms.room_by_slug(engine, slug) is None:
                made = (plays.room_name(format), format, Clock().now(), os.urandom)
                tell = _telling(settings, engine, "room_made", "room")
                await rooms.create_room(engine, *made, tell=tell)
    hour = float(SECONDS["h"])
    limits = Limits(None, hour)
    return [(await _invited(settings, slug, role, limits))[0] for role in plays.ROLES]


def _limits(role: Role, uses: float | None, expires: float | None) -> Limits:
    usual = DEFAULTS[role]
    return Limits(
        usual.uses if uses is None else None if uses == inf else int(uses),
        usual.lasts if expires is None else None if expires == inf else expires,
    )


async def _invited(
    settings: Settings, slug: str | None, role: Role, limits: Limits
) -> tuple[str, str]:
    """The secret of a new link, and what it is."""
    async with server.opened(settings) as engine:
        room = await _room(engine, slug) if slug and role != "staff" else None
        accounts, now = _accounts(settings, engine), Clock().now()
        ends = None if limits.lasts is None else now + limits.lasts
        where = room.id if room else ORGANISATION
        secret = await accounts.invite(where, role, limits.uses, ends, now)
        newest = (await accounts.invitations(where))[-1]
        return secret, told(newest, now)


async def _list_invitations(settings: Settings, slug: str | None) -> list[str]:
    async with server.opened(settings) as engine:
        room, now = await _room(engine, slug) if slug else None, Clock().now()
        links = await _accounts(settings, engine).invitations(room.id if room else None)
        return [told(each, now) for each in links]


async def _revoke(settings: Settings, name: str, *, stays: bool) -> int | None:
    async with server.opened(settings) as engine:
        accounts = _accounts(settings, engine)
        named = [each.id for each in await accounts.invitations() if handle(each.id) == name]
        now = Clock().now()
        return await accounts.revoke(named[0], now, stays=stays) if named else None


def _telling(settings: Settings, engine: AsyncEngine, act: Act, kind: Kind) -> told_of.Telling:
    """Tells of what is done here in the transaction in which it is done."""
    audit = _accounts(settings, engine).audit
    return audit.telling(Deed(OPERATOR, act, kind), Clock().now())


async def _verified(settings: Settings, file: Path | None) -> chain.Whole | chain.Broken:
    exported = _heads(file)
    async with server.opened(settings) as engine:
        return await chain.verify(engine, exported)


def _heads(file: Path | None) -> list[chain.Exported]:
    try:
        return [] if file is None else heads.read(file)
    except (OSError, ValueError) as wrong:
        raise server.CannotStart(f"{file} can't be used: {wrong}") from None


async def _list_audit(settings: Settings, case: str | None) -> list[told_of.Row]:
    deed = Deed(OPERATOR, "audit_read", "case" if case else "audit", case)
    async with server.opened(settings) as engine:
        try:
            await _accounts(settings, engine).audit.before(deed, Clock().now())
        except Refused as no:
            raise server.CannotStart(REFUSALS[no.code].words) from None
        async with database.reading(engine) as connection:
            found = [row async for row in told_of.rows(connection)]
        return [row for row in found if case is None or row.case_id == case]


async def _cut_audit(settings: Settings, before: float) -> int:
    async with server.opened(settings) as engine:
        found = await chain.verify(engine)
        if isinstance(found, chain.Broken):
            raise server.CannotStart(f"Nothing was taken away. {found.why}")
        audit: Audit = _accounts(settings, engine).audit
        async with database.writing(engine) as connection:
            last = await told_of.last_before(connection, round(before * 1000))
            return 0 if last is None else await audit.cut(connection, last, Clock().now())


def _accounts(settings: Settings, engine: AsyncEngine) -> Accounts:
    return Accounts(engine, secret_key(settings.secret_file, os.urandom), os.urandom)


main.add_command(keys)
main.add_command(person)
main.add_command(session)

if __name__ == "__main__":
    main()
