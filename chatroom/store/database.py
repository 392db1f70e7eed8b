"""The database: opened so that a receipt survives a crash, by one process alone on SQLite."""

import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chatroom.settings import BadSetting, Settings

PRAGMAS = (
    "PRAGMA busy_timeout=5000",  # First: the next one may have to wait for its lock.
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
)
MIGRATIONS = Path(__file__).with_name("migrations")


class Durability(msgspec.Struct, frozen=True):
    """How safely this database holds what it was given (P1)."""

    journal_mode: str
    synchronous: str

    @property
    def fit(self) -> bool:
        """Whether a committed entry survives a power cut."""
        return self.journal_mode == "wal" and self.synchronous in ("full", "extra")


def open_engine(settings: Settings) -> AsyncEngine:
    """An engine whose transactions are BEGIN IMMEDIATE, but for `reading`. Dispose of it at the end.

    Errors of this engine never quote parameters: they would carry words into a log file (P21).
    """
    _create_private(sqlite_path(settings))
    engine = create_async_engine(settings.database_url, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def connect(path: Path) -> sqlite3.Connection:
    """A bare connection with the same promises, for the journal's writer thread. BEGIN is its own."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    _pragmas(connection)
    return connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One moment of the database. It takes no lock, and so must not write: use `writing` for that."""
    async with engine.execution_options(sqlite_begin="BEGIN").connect() as connection:
        yield connection


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed when the block ends, undone when it raises."""
    async with engine.begin() as connection:
        yield connection


def new_id(random_bytes: Callable[[int], bytes]) -> int:
    """A random id for a row: positive, 63 bits, as both databases can hold it."""
    return (int.from_bytes(random_bytes(8), "big") >> 1) or 1


async def durability(engine: AsyncEngine) -> Durability:
    """Asks a connection of the engine; raises what the database raises when it is away."""
    async with reading(engine) as connection:
        mode = await connection.exec_driver_sql("PRAGMA journal_mode")
        synchronous = await connection.exec_driver_sql("PRAGMA synchronous")
        level = ("off", "normal", "full", "extra")[synchronous.scalar_one()]
        return Durability(journal_mode=mode.scalar_one(), synchronous=level)


async def assert_durable(engine: AsyncEngine) -> None:
    """Stops the start where a receipt would promise too much, as on some network file systems."""
    found = await durability(engine)
    if not found.fit:
        raise BadSetting(
            "DATABASE_URL",
            f"the file can't be kept safely here (journal {found.journal_mode}, "
            f"synchronous {found.synchronous}); put it on a local disk",
        )


async def migrate(settings: Settings) -> None:
    """Brings the tables up to date, in one transaction. Run it while no server is running."""
    engine = open_engine(settings)
    try:
        async with writing(engine) as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def pending(settings: Settings) -> bool:
    """Whether `migrate` has something to do. Asking creates no file."""
    if not sqlite_path(settings).exists():
        return True
    engine = open_engine(settings)
    try:
        async with reading(engine) as connection:
            return await connection.run_sync(_behind)
    finally:
        await engine.dispose()


def lock_one_process(path: Path) -> IO[bytes]:
    """Makes this process the only server of a database for as long as the returned file is open."""
    _create_private(Path(f"{path}.lock"))
    file = open(f"{path}.lock", "r+b")  # noqa: SIM115 - it stays open for the life of the process
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise BadSetting(
            "DATABASE_URL", f"{path} is in use by another chatroom process; stop that one first"
        ) from None
    return file


def sqlite_path(settings: Settings) -> Path:
    """The database file, or `BadSetting` where there is none."""
    if settings.database_path is None:
        raise BadSetting(
            "DATABASE_URL", "PostgreSQL can't be used yet; name a file, as in sqlite:///chatroom.db"
        )
    return settings.database_path


def _create_private(path: Path) -> None:
    """SQLite gives -wal and -shm the mode of the file itself, so nobody else can read those either."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
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
