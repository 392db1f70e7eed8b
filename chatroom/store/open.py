"""Which store of logs it is: SQLite or PostgreSQL, as DATABASE_URL says; and the keys that seal its words."""

import os
import time

from chatroom.settings import BadSetting, Settings
from chatroom.store.keys import Directory, Installation, Keys
from chatroom.store.logs import Logs
from chatroom.store.sealed import Sealed

LOOKED_AT = 20
"""Keys that are tried at the start: one that opens shows that the installation's is the right one."""


def open_logs(settings: Settings) -> Logs:
    """The store that DATABASE_URL names, sealed. Nothing is connected before it is asked."""
    return Sealed(bare_logs(settings), open_keys(settings), os.urandom)


def bare_logs(settings: Settings) -> Logs:
    """The same without the seal: words as they lie in the database."""
    # Imported only where it is used: nobody needs both drivers.
    if settings.database_path is None:
        from chatroom.store.logs_postgres import PostgresLogs

        return PostgresLogs(settings.database_url)
    from chatroom.store.logs_sqlite import SqliteLogs

    return SqliteLogs(settings.database_path)


def open_keys(settings: Settings) -> Keys:
    """The keys of words; raises `BadSetting` where the installation's can't be used, or opens none of them."""
    store, path = Directory(settings.keys), settings.key_file
    logs = store.logs()
    if logs and not path.exists():
        raise BadSetting(
            "KEY_FILE",
            f"{path} is gone, and with it all that was written; put your copy in its place",
        )
    installation = Installation(path, os.urandom)
    newest = logs[-LOOKED_AT:]
    if newest and not any(installation.opened(log, store.read(log) or b"") for log in newest):
        raise BadSetting(
            "KEY_FILE",
            f"{path} opens none of the keys in {settings.keys}; put the right one in its place",
        )
    return Keys(store, installation, os.urandom, time.monotonic)
