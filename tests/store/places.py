"""Where a store may lie: a migrated database of its own for one test, on SQLite or on PostgreSQL."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chatroom.settings import Settings, load
from chatroom.store import database
from tests import servers
from tests.ground import settings_in

KINDS = ("sqlite", "postgres")


class Place(ABC):
    """A database, and a way to look into it that is not the store's."""

    settings: Settings

    @abstractmethod
    def ask(self, query: str, *values: object) -> list[Any]:
        """The rows of a query; `?` stands for a value."""

    @abstractmethod
    def tell(self, statement: str, *values: object) -> None:
        """Changes something, and commits."""

    @property
    @abstractmethod
    def environ(self) -> dict[str, str]:
        """What a server needs to serve it."""


class SqlitePlace(Place):
    """A file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = load(self.environ)

    @property
    def environ(self) -> dict[str, str]:
        return {"DATABASE_URL": f"sqlite:///{self.path}"}

    def ask(self, query: str, *values: object) -> list[Any]:
        with closing(database.connect(self.path)) as connection:
            return connection.execute(query, values).fetchall()

    def tell(self, statement: str, *values: object) -> None:
        self.ask(statement, *values)


class PostgresPlace(Place):
    """A database on the server that the tests share, or on one of their own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._secret_file = folder / "secret"
        self.settings = load(self.environ)

    @property
    def environ(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url, "SECRET_FILE": str(self._secret_file)}

    def ask(self, query: str, *values: object) -> list[Any]:
        return servers.asked(self.url, query, *values)

    def tell(self, statement: str, *values: object) -> None:
        self.ask(statement, *values)


@contextmanager
def place(kind: str, folder: Path) -> Iterator[Place]:
    """A migrated and empty database of that kind, and gone at the end."""
    if kind == "sqlite":
        path = folder / "test.db"
        path.write_bytes(migrated_file())
        yield SqlitePlace(path)
    else:
        with servers.database_url(_migrated_template()) as url:
            yield PostgresPlace(url, folder)


def migrate(settings: Settings) -> None:
    """In a thread: a test's own loop may be running here."""
    servers.aside(lambda: database.migrate(settings))


@cache
def migrated_file() -> bytes:
    """What a fresh SQLite file holds."""
    with TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        migrate(settings)
        return (Path(folder) / "test.db").read_bytes()


@cache
def _migrated_template() -> str:
    """The name of a database that the others are copied from."""
    url = servers.SESSION.enter_context(servers.database_url())
    migrate(load({"DATABASE_URL": url, "SECRET_FILE": "none"}))
    return url.rpartition("/")[2]
