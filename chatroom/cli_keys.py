"""The command line about the keys of words: chatroom keys check | rotate."""

import asyncio
import json
import os
import sys

import click
from msgspec import Struct

from chatroom import server
from chatroom.live.timekeeper import Clock
from chatroom.people.audit import OPERATOR, Audit, Deed
from chatroom.people.secret import secret_key
from chatroom.settings import Settings, current
from chatroom.store.bodies import logs_with_words
from chatroom.store.database import reading, writing
from chatroom.store.keys import Directory, Installation


class Checked(Struct, frozen=True):
    """How the keys stand: how many open, of which logs with words the key is gone, and which no log needs."""

    open: int
    lost: tuple[int, ...]
    orphans: tuple[int, ...]


@click.group()
def keys() -> None:
    """The keys that seal what people write; they lie apart from the database, and are kept apart."""


@keys.command("check")
@click.option("--json", "as_json", is_flag=True, help="For a script.")
def check(as_json: bool) -> None:
    """Say whether every log with words has a key that opens; exit 1 where one has not."""
    found = asyncio.run(_checked(current()))
    if as_json:
        named = {
            name: [f"{log:016x}" for log in getattr(found, name)] for name in ("lost", "orphans")
        }
        click.echo(json.dumps({"open": found.open, **named}))
    else:
        click.echo(f"Keys that open: {found.open}")
        for log in found.lost:
            click.echo(f"{log:016x}: its key is gone or does not open, and so are its words")
        if found.orphans:
            click.echo(f"Of no log with words, and harmless: {len(found.orphans)}")
    sys.exit(1 if found.lost else 0)


@keys.command("rotate")
def rotate() -> None:
    """Wrap every key by a new installation key, beside a running server too. Cut off, it goes on when repeated."""
    settings = current()
    changed = _rotated(settings)
    asyncio.run(_tell(settings))
    click.echo(
        f"Wrapped by the new key: {changed}. Back up KEY_FILE again; the old one opens nothing."
    )


async def _checked(settings: Settings) -> Checked:
    async with server.opened(settings) as engine, reading(engine) as connection:
        worded = set(await logs_with_words(connection))
    store, installation = Directory(settings.keys), _installation(settings)
    there = set(store.logs())
    opens = {log for log in there if installation.opened(log, store.read(log) or b"")}
    return Checked(
        len(opens), tuple(sorted(worded - opens)), tuple(sorted((there & opens) - worded))
    )


async def _tell(settings: Settings) -> None:
    async with server.opened(settings) as engine, writing(engine) as connection:
        audit = Audit(engine, secret_key(settings.secret_file, os.urandom))
        await audit.tell(connection, Deed(OPERATOR, "keys_rotated", "key"), Clock().now())


def _rotated(settings: Settings) -> int:
    store, installation = Directory(settings.keys), _installation(settings)
    installation.begin_change()
    changed = 0
    for log in store.logs():
        wrapped = store.read(log)
        if wrapped is None or installation.is_newest(wrapped):
            continue
        key = installation.opened(log, wrapped)
        if key is None:
            raise server.CannotStart(
                f"The key of {log:016x} does not open; nothing is lost by that now, but put KEY_FILE"
                " back as it was, or delete that file if its words are gone for good"
            )
        changed += store.put(log, installation.wrapped(log, key))
    installation.end_change()
    return changed


def _installation(settings: Settings) -> Installation:
    return Installation(settings.key_file, os.urandom)
