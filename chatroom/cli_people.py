"""The command line about people: chatroom person | session."""

import asyncio
import json
import os
from typing import Any, cast

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom import server
from chatroom.live.timekeeper import Clock
from chatroom.people.audit import Audit
from chatroom.people.persons import Persons
from chatroom.people.secret import secret_key
from chatroom.settings import Settings, current
from chatroom.store import rooms
from chatroom.store.accounts import Role
from chatroom.store.persons import Duty, Person
from moderation.refused import Refused

ROLES = click.Choice(["facilitator", "staff", "lead"])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One object a line, for scripts.")


@click.group()
def person() -> None:
    """Those who serve: facilitators, staff, and leads, who run the office."""


@person.command("add")
@click.argument("name")
@click.option("--as", "role", type=ROLES, required=True)
@click.option("--room", help="Which room's meetings a facilitator holds.")
@AS_JSON
def add(name: str, role: str, room: str | None, as_json: bool) -> None:
    """Make an account for NAME, and print the link by which they come in, once, within seven days."""
    if not name.strip() or len(name) > 80:
        raise click.BadParameter("a name has 1 to 80 characters")
    settings = current()
    id, secret = asyncio.run(_added(settings, name.strip(), cast("Role", role), room))
    _print_link(settings, id, secret, as_json=as_json)


@person.command("list")
@AS_JSON
def list_people(as_json: bool) -> None:
    """Print everybody: their handle, name, what they do, and whether they can sign in."""
    for one in asyncio.run(_everybody(current())):
        click.echo(json.dumps(_as_json(one)) if as_json else _told(one))


@person.command("link")
@click.argument("handle")
@AS_JSON
def link(handle: str, as_json: bool) -> None:
    """Print another link for HANDLE: for a new device, or who has lost every way in."""
    settings = current()
    id, secret = asyncio.run(_linked(settings, handle))
    _print_link(settings, id, secret, as_json=as_json)


@person.command("give")
@click.argument("handle")
@click.option("--as", "role", type=ROLES, required=True)
@click.option("--room")
def give(handle: str, role: str, room: str | None) -> None:
    """Let HANDLE do more from now on, in a meeting that is on too."""
    asyncio.run(_changed(current(), handle, cast("Role", role), room, gives=True))


@person.command("take")
@click.argument("handle")
@click.option("--as", "role", type=ROLES, required=True)
@click.option("--room")
def take(handle: str, role: str, room: str | None) -> None:
    """Let HANDLE do less from now on, within seconds and wherever they are."""
    asyncio.run(_changed(current(), handle, cast("Role", role), room, gives=False))


@person.command("off")
@click.argument("handle")
def off(handle: str) -> None:
    """HANDLE is out everywhere within seconds, and no way in opens to them."""
    asyncio.run(_switched(current(), handle, on=False))


@person.command("on")
@click.argument("handle")
def on(handle: str) -> None:
    """HANDLE may sign in again, with what they had."""
    asyncio.run(_switched(current(), handle, on=True))


@click.group()
def session() -> None:
    """Where those who serve are signed in."""


@session.command("list")
@click.argument("handle")
@AS_JSON
def list_sessions(handle: str, as_json: bool) -> None:
    """Print each device on which HANDLE is signed in."""
    for device, since, until in asyncio.run(_devices(current(), handle)):
        found = {"device": device, "since": since, "until": until}
        click.echo(json.dumps(found) if as_json else f"{device}\tsince {since:.0f}")


@session.command("end")
@click.argument("handle")
def end_sessions(handle: str) -> None:
    """Sign HANDLE out everywhere, within seconds."""
    ended = asyncio.run(_signed_out(current(), handle))
    click.echo(f"Signed out: {ended}")


def named(id: int) -> str:
    """How a person is named in commands and addresses: it opens nothing."""
    return f"{id:016x}"


def _print_link(settings: Settings, id: int, secret: str, *, as_json: bool) -> None:
    link = f"{settings.origins[0]}/enter#{secret}"
    if as_json:
        click.echo(json.dumps({"handle": named(id), "link": link, "lasts_seconds": 7 * 86400}))
        return
    click.echo(link)
    click.echo(f"{named(id)}\topens once, within 7 days", err=True)


def _told(one: Person) -> str:
    duties = ", ".join(f"{duty.role} {duty.slug or ''}".strip() for duty in one.duties) or "nothing"
    state = "off" if one.off_at else "on" if one.seen_at else "has not come yet"
    return "\t".join((named(one.id), one.name, duties, state))


def _as_json(one: Person) -> dict[str, Any]:
    return {
        "handle": named(one.id),
        "name": one.name,
        "duties": [{"role": duty.role, "room": duty.slug} for duty in one.duties],
        "off": one.off_at is not None,
        "seen_at": one.seen_at,
    }


def people(settings: Settings, engine: AsyncEngine) -> Persons:
    """Those of a database."""
    audit = Audit(engine, secret_key(settings.secret_file, os.urandom))
    return Persons(engine, audit, os.urandom)


async def _duty(engine: AsyncEngine, role: Role, slug: str | None) -> Duty:
    if role != "facilitator":
        if slug is not None:
            raise click.UsageError(f"Whoever is {role} is so for all rooms: leave --room away")
        return Duty(role, 0)
    room = await rooms.room_by_slug(engine, slug or "")
    if room is None:
        raise click.UsageError("Name the room of a facilitator, as in: --room evening-group")
    return Duty(role, room.id)


async def _one(them: Persons, handle: str) -> Person:
    found = [one for one in await them.everybody() if named(one.id) == handle]
    if not found:
        raise server.CannotStart(f"There is no person {handle!r}; see: chatroom person list")
    return found[0]


async def _added(settings: Settings, name: str, role: Role, slug: str | None) -> tuple[int, str]:
    async with server.opened(settings) as engine:
        duty = await _duty(engine, role, slug)
        return await people(settings, engine).add(name, [duty], Clock().now())


async def _everybody(settings: Settings) -> list[Person]:
    async with server.opened(settings) as engine:
        return await people(settings, engine).everybody()


async def _linked(settings: Settings, handle: str) -> tuple[int, str]:
    async with server.opened(settings) as engine:
        them = people(settings, engine)
        one = await _one(them, handle)
        if one.off_at is not None:
            raise server.CannotStart(
                f"{one.name} is switched off, and a link would open nothing: chatroom person on {handle}"
            )
        try:
            return one.id, await them.link(one.id, Clock().now())
        except Refused as no:
            raise _cannot(no) from None


async def _changed(
    settings: Settings, handle: str, role: Role, slug: str | None, *, gives: bool
) -> None:
    async with server.opened(settings) as engine:
        them, duty = people(settings, engine), await _duty(engine, role, slug)
        one, now = await _one(them, handle), Clock().now()
        has = any((each.role, each.room) == (duty.role, duty.room) for each in one.duties)
        if not gives and not has:
            where = f" in {slug}" if slug else ""
            raise server.CannotStart(f"They are no {role}{where}: nothing was taken")
        try:
            await (them.give(one.id, duty, now) if gives else them.take(one.id, duty, now))
        except Refused as no:
            raise _cannot(no) from None


async def _switched(settings: Settings, handle: str, *, on: bool) -> None:
    async with server.opened(settings) as engine:
        them = people(settings, engine)
        id, now = (await _one(them, handle)).id, Clock().now()
        try:
            await (them.switch_on(id, now) if on else them.switch_off(id, now))
        except Refused as no:
            raise _cannot(no) from None


async def _devices(settings: Settings, handle: str) -> list[tuple[str, float, float]]:
    async with server.opened(settings) as engine:
        them, now = people(settings, engine), Clock().now()
        found = await them.devices((await _one(them, handle)).id, now)
        return [(one.device, one.created_at, one.expires_at) for one in found]


async def _signed_out(settings: Settings, handle: str) -> int:
    async with server.opened(settings) as engine:
        them = people(settings, engine)
        return len(await them.end_others((await _one(them, handle)).id, Clock().now()))


def _cannot(no: Refused) -> server.CannotStart:
    if no.code == "no_such_person":
        return server.CannotStart("There is no such person any more; see: chatroom person list")
    assert no.code == "last_lead", "nothing else is refused here"
    return server.CannotStart(
        "Nobody else could run the office then: make another person a lead first"
    )
