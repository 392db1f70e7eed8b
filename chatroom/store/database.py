"""The database: opened so that a receipt survives a crash. Where SQLite and PostgreSQL differ."""

import errno
import fcntl
import hashlib
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chatroom.settings import BadSetting, Settings
from chatroom.store import audit, postgres
from chatroom.store.postgres import AWAY, DatabaseAway
from chatroom.store.soundness import damage_in

PRAGMAS = (
    "PRAGMA busy_timeout=5000",  # First: the next one may have to wait for its lock.
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
)
READING: dict[str, dict[str, Any]] = {
    "sqlite": {"sqlite_begin": "BEGIN"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
MIGRATIONS = Path(__file__).with_name("migrations")
MIGRATE_WITHIN = "10min"
"""How long a release waits for another one that migrates."""


class Durability(msgspec.Struct, frozen=True):
    """How safely SQLite holds what it was given (P1)."""

    journal_mode: str
    synchronous: str

    @property
    def fit(self) -> bool:
        """Whether a committed entry survives a power cut."""
        return self.journal_mode == "wal" and self.synchronous in ("full", "extra")


class PostgresDurability(msgspec.Struct, frozen=True):
    """How safely PostgreSQL does."""

    synchronous_commit: str
    fsync: str

    @property
    def fit(self) -> bool:
        """Whether a committed entry survives a power cut."""
        return self.synchronous_commit in ("on", "remote_apply") and self.fsync == "on"


def open_engine(settings: Settings, *, answer_within: float | None = 3.0) -> AsyncEngine:
    """An engine for everything but the logs. Dispose of it at the end.

    Errors of this engine never quote parameters: they would carry words into a log file (P21).
    """
    if settings.database_path is None:
        return _postgres_engine(settings.database_url, answer_within)
    _create_private(settings.database_path)
    engine = create_async_engine(settings.database_url, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _postgres_engine(url: str, answer_within: float | None) -> AsyncEngine:
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: postgres.connect(url, answer_within=answer_within),
        hide_parameters=True,
        pool_size=5,
        max_overflow=5,
        pool_timeout=postgres.ANSWER_WITHIN,
        pool_pre_ping=True,  # After a restart of PostgreSQL nobody meets a dead connection.
    )


def connect(path: Path) -> sqlite3.Connection:
    """A bare connection with the same promises, for the journal's writer thread. BEGIN is its own."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    _pragmas(connection)
    return connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One moment of the database. It takes no lock, and so must not write: use `writing` for that."""
    moment = engine.execution_options(**READING[engine.dialect.name])
    async with _of_the_pool(moment) as connection, _answering(connection):
        yield connection


@asynccontextmanager
async def writing(engine: AsyncEngine, *alone: object) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed when the block ends, undone when it raises.

    Of those who name the same thing as `alone`, one is in the block at a time, so that what it has
    read is still so when it writes. SQLite has one writer anyway.
    """
    async with (
        _of_the_pool(engine) as connection,
        _answering(connection),  # The COMMIT.
        connection.begin(),
        _answering(connection),
    ):
        if alone and engine.dialect.name == "postgresql":
            await connection.execute(select(func.pg_advisory_xact_lock(_lock_key(*alone))))
        yield connection


@asynccontextmanager
async def _of_the_pool(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One that is asked first whether it still answers, and that may keep silent then, too."""
    try:
        async with engine.connect() as connection:
            yield connection
    except AWAY as error:
        raise DatabaseAway(type(error).__name__) from None


@asynccontextmanager
async def _answering(connection: AsyncConnection) -> AsyncIterator[None]:
    """A connection that broke or kept silent is not used again; nobody waits for its farewell."""
    try:
        yield
    except AWAY as error:
        await connection.invalidate()
        raise DatabaseAway(type(error).__name__) from None


def _lock_key(*what: object) -> int:
    digest = hashlib.blake2b(repr(what).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def new_id(random_bytes: Callable[[int], bytes]) -> int:
    """A random id for a row: positive, 63 bits, as both databases can hold it."""
    return (int.from_bytes(random_bytes(8), "big") >> 1) or 1


async def durability(engine: AsyncEngine) -> Durability | PostgresDurability:
    """Asks a connection of the engine; raises what the database raises when it is away."""
    async with reading(engine) as connection:
        if engine.dialect.name == "postgresql":
            commit, fsync = [
                (await connection.execute(text(f"SHOW {name}"))).scalar_one()
                for name in PostgresDurability.__struct_fields__
            ]
            return PostgresDurability(commit, fsync)
        mode = await connection.exec_driver_sql("PRAGMA journal_mode")
        synchronous = await connection.exec_driver_sql("PRAGMA synchronous")
        level = ("off", "normal", "full", "extra")[synchronous.scalar_one()]
        return Durability(journal_mode=mode.scalar_one(), synchronous=level)


async def assert_durable(engine: AsyncEngine) -> None:
    """Stops the start where a receipt would promise too much, as on some network file systems."""
    found = await durability(engine)
    if not found.fit:
        remedy = "put it on a local disk" if isinstance(found, Durability) else "set both to on"
        raise BadSetting(
            "DATABASE_URL", f"can't keep a receipt safely ({in_words(found)}); {remedy}"
        )


def in_words(found: Durability | PostgresDurability) -> str:
    """What was found, for an operator."""
    return ", ".join(f"{name} {value}" for name, value in msgspec.structs.asdict(found).items())


async def migrate(settings: Settings) -> None:
    """Brings the tables up to date, in one transaction. Run it while no server is running."""
    engine = open_engine(settings, answer_within=None)
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                await _be_the_only_one(connection)
            await connection.run_sync(_upgrade)
            await audit.guard(connection)
    finally:
        await engine.dispose()


async def _be_the_only_one(connection: AsyncConnection) -> None:
    """Two releases at once: the second waits, and finds nothing to do."""
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        await connection.execute(text(f"SET LOCAL {setting} = 0"))
    await connection.execute(text(f"SET LOCAL lock_timeout = '{MIGRATE_WITHIN}'"))
    await connection.execute(select(func.pg_advisory_xact_lock(_lock_key("migrate"))))


async def pending(settings: Settings) -> bool:
    """Whether `migrate` has something to do. Asking creates no file."""
    if settings.database_path is not None and not settings.database_path.exists():
        return True
    engine = open_engine(settings)
    try:
        async with reading(engine) as connection:
            return await connection.run_sync(_behind)
    finally:
        await engine.dispose()


def sole_server(settings: Settings) -> AbstractContextManager[object]:
    """What a server holds while it runs: on SQLite it is the only one, on PostgreSQL one of many."""
    path = settings.database_path
    if path is None:
        return nullcontext()
    with lock_one_process(path) as held:
        assert_whole(path)
        return held.pop_all()


def assert_whole(path: Path) -> None:
    """Stops where a SQLite file is damaged: what it would answer is not what was stored."""
    found = damage_in(path) if path.exists() else None
    if found is not None:
        raise BadSetting(
            "DATABASE_URL",
            f"{path} is damaged ({found}); put your last copy of it in its place, with no "
            "-wal or -shm beside it, and keep the damaged file for whoever may mend it",
        )


def lock_one_process(path: Path) -> ExitStack:
    """Makes this process the only server of a database until what is returned is closed (W11).

    By whatever name: a symlink leads to the same lock, and of a hard link the database itself is locked.
    """
    path = path.resolve()
    lock = Path(f"{path}.lock")
    _create_private(lock)
    with ExitStack() as held:
        for file in (lock, path) if path.exists() else (lock,):
            _lock(held.enter_context(file.open("r+b")), path)
        return held.pop_all()


def _lock(file: IO[bytes], path: Path) -> None:
    """Beside the locks of SQLite, which are of another kind (flock and fcntl)."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BadSetting(
            "DATABASE_URL", f"{path} is in use by another chatroom process; stop that one first"
        ) from None


def _create_private(path: Path) -> None:
    """SQLite gives -wal and -shm the mode of the file itself, so nobody else can read those either.

    What is there already is not opened: closing it again would take from SQLite every lock that this
    process has on it, and another one that looks in would take the -wal away (POSIX; sqlite.org/howtocorrupt).
    """
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise BadSetting("DATABASE_URL", f"{path} can't be opened: {error.strerror}") from None


def _prepare(connection: Any, _record: object) -> None:
    # sqlite3 would begin a deferred transaction of its own accord; `_begin` is the only one to begin.
    connection.isolation_level = None
    _pragmas(connection)


def _pragmas(connection: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns to writing fails at once when somebody else has written (W11).
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN IMMEDIATE"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _behind(connection: Connection) -> bool:
    wanted = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) != wanted
