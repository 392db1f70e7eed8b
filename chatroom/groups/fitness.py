"""Whether this server may go live: one finding a setting."""

import asyncio
import os

import msgspec

from chatroom.groups.formats import open_formats
from chatroom.live.policies import open_policies
from chatroom.people.heads import read
from chatroom.settings import ALL_ROOMS, BadSetting, Settings, host_of, is_loopback
from chatroom.store.audit import may_change
from chatroom.store.database import (
    Durability,
    PostgresDurability,
    assert_whole,
    durability,
    in_words,
    open_engine,
    pending,
    reading,
)
from chatroom.store.keys import Directory, Installation
from chatroom.store.postgres import DatabaseAway
from chatroom.store.rooms import list_rooms


class Finding(msgspec.Struct, frozen=True):
    """What was found of one setting, in words for the operator."""

    name: str
    words: str
    fit: bool


async def findings(settings: Settings) -> list[Finding]:
    """Everything that strangers will rely on. Looking changes nothing."""
    return [
        database := await _database(settings),
        *([await _rooms(settings), await _compressed(settings)] if database.fit else []),
        *([await _audit(settings)] if database.fit else []),
        _heads(settings),
        _secret(settings),
        await _keys(settings),
        _file(settings),
        *map(_origin, settings.origins),
        _proxies(settings),
        _helplines(settings),
        _policy(settings),
        _retention(settings),
        fit("CASE_RETENTION_DAYS", f"cases are kept for {settings.case_retention_days} days"),
        fit("BUS", settings.bus),
        _time(settings),
    ]


def fit(name: str, words: str) -> Finding:
    """Good as it is."""
    return Finding(name, words, fit=True)


def unfit(name: str, words: str) -> Finding:
    """Has to be changed first."""
    return Finding(name, words, fit=False)


async def _database(settings: Settings) -> Finding:
    name = settings.database_path or "PostgreSQL"
    try:
        if settings.database_path is not None:
            assert_whole(settings.database_path)
        if await pending(settings):
            return unfit("DATABASE_URL", f"{name} is not up to date; run: chatroom migrate")
        found = await _durability(settings)
    except BadSetting as damaged:
        return unfit("DATABASE_URL", damaged.why)
    except DatabaseAway as away:
        return unfit("DATABASE_URL", f"{name} does not let us in ({away})")
    return Finding("DATABASE_URL", f"{name}, {in_words(found)}", fit=found.fit)


async def _durability(settings: Settings) -> Durability | PostgresDurability:
    engine = open_engine(settings)
    try:
        return await durability(engine)
    finally:
        await engine.dispose()


async def _rooms(settings: Settings) -> Finding:
    engine = open_engine(settings)
    try:
        unfit_rooms = await open_formats(engine).unfit()
    finally:
        await engine.dispose()
    if unfit_rooms:
        names = ", ".join(unfit_rooms)
        return unfit("ROOMS", f"no meeting can begin in {names}; see: chatroom room show ROOM")
    return fit("ROOMS", "the format and the settings of each fit together")


async def _compressed(settings: Settings) -> Finding:
    engine = open_engine(settings)
    try:
        known = {ALL_ROOMS, *(room.slug for room in await list_rooms(engine))}
    finally:
        await engine.dispose()
    unknown = [room for room in settings.compressed_rooms if room not in known]
    if unknown:
        return unfit("COMPRESSED_ROOMS", f"there is no room {', '.join(unknown)}")
    return fit("COMPRESSED_ROOMS", ", ".join(settings.compressed_rooms) or "none")


async def _audit(settings: Settings) -> Finding:
    engine = open_engine(settings)
    try:
        async with reading(engine) as connection:
            is_open = await may_change(connection)
    finally:
        await engine.dispose()
    if not is_open:
        return fit("AUDIT", "the role that asks can add to it, and change nothing in it")
    if settings.database_path is not None:
        return fit("AUDIT", "whoever has the file could change it; see AUDIT_HEADS")
    return unfit(
        "AUDIT", "the role that asks could change it; serve with one that owns nothing, and migrate"
    )


def _heads(settings: Settings) -> Finding:
    path = settings.audit_heads
    if path is None:
        return fit("AUDIT_HEADS", "not set, so nothing would tell that the audit's end is cut off")
    try:
        read(path)
    except FileNotFoundError:
        return fit("AUDIT_HEADS", f"{path} is made by the server")
    except (OSError, ValueError) as wrong:
        return unfit("AUDIT_HEADS", f"{path} can't be used: {wrong}")
    return fit("AUDIT_HEADS", str(path))


def _secret(settings: Settings) -> Finding:
    path = settings.secret_file
    if not path.exists():
        return fit("SECRET_FILE", f"{path} is made at the first start")
    if path.stat().st_mode & 0o077:
        return unfit("SECRET_FILE", f"others can read {path}; run: chmod 600 {path}")
    return fit("SECRET_FILE", str(path))


async def _keys(settings: Settings) -> Finding:
    """Whether what is sealed opens: a key that is lost makes its words unreadable for good."""
    path, store = settings.key_file, Directory(settings.keys)
    logs = await asyncio.to_thread(store.logs)
    if not path.exists():
        if logs:
            return unfit(
                "KEY_FILE", f"{path} is gone, and with it all that was written; put it back"
            )
        return fit("KEY_FILE", f"{path} is made at the first start")
    if path.stat().st_mode & 0o077:
        return unfit("KEY_FILE", f"others can read {path}; run: chmod 600 {path}")
    installation = Installation(path, os.urandom)
    lost = [log for log in logs if installation.opened(log, store.read(log) or b"") is None]
    if lost:
        return unfit(
            "KEY_FILE",
            f"{path} does not open {len(lost)} of {len(logs)} keys; see: chatroom keys check",
        )
    return fit("KEY_FILE", f"{path}, and {len(logs)} keys that open in {settings.keys}")


def _file(settings: Settings) -> Finding:
    path = settings.settings_file
    if not path.is_file():
        return fit("SETTINGS_FILE", f"there is no {path}, so all comes from the environment")
    if path.stat().st_mode & 0o077:
        return unfit("SETTINGS_FILE", f"others can read {path}; run: chmod 600 {path}")
    return fit("SETTINGS_FILE", str(path))


def _origin(origin: str) -> Finding:
    if is_loopback(host_of(origin)):
        return unfit("ORIGINS", f"{origin} leads to this machine alone")
    if not origin.startswith("https://"):
        return unfit("ORIGINS", f"{origin} is not https, so browsers would keep no session")
    return fit("ORIGINS", origin)


def _proxies(settings: Settings) -> Finding:
    if settings.proxies:
        return fit("PROXIES", f"{', '.join(map(str, settings.proxies))} say whom they let through")
    if any(origin.startswith("https://") for origin in settings.origins):
        # TLS ends before us, so somebody stands there.
        return unfit(
            "PROXIES",
            "none is named, so everybody seems to come from one address; name your proxy's",
        )
    return fit("PROXIES", "there is none")


def _helplines(settings: Settings) -> Finding:
    if not settings.helplines:
        return unfit("HELPLINES", "there are none; name those of your place")
    return fit("HELPLINES", ", ".join(line.label for line in settings.helplines))


def _policy(settings: Settings) -> Finding:
    if settings.policy is None:
        return fit("POLICY", "as shipped; see: chatroom policy show")
    try:
        open_policies(settings)
    except BadSetting as wrong:
        return unfit("POLICY", wrong.why)
    return fit("POLICY", str(settings.policy))


def _retention(settings: Settings) -> Finding:
    words = f"words are kept for {settings.retention_hours} hours after a meeting"
    if not settings.retention_chosen:
        return unfit("RETENTION_HOURS", f"{words}, which nobody decided; set it")
    return fit("RETENTION_HOURS", words)


def _time(settings: Settings) -> Finding:
    real = settings.time_speed == 1.0
    words = "real time" if real else f"{settings.time_speed} is for tests and demos"
    return Finding("TIME_SPEED", words, fit=real)
