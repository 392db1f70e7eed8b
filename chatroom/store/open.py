"""Which store of logs it is: SQLite or PostgreSQL, as DATABASE_URL says."""

from chatroom.settings import Settings
from chatroom.store.logs import Logs


def open_logs(settings: Settings) -> Logs:
    """The store that DATABASE_URL names. Nothing is connected before it is asked."""
    # Imported only where it is used: nobody needs both drivers.
    if settings.database_path is None:
        from chatroom.store.logs_postgres import PostgresLogs

        return PostgresLogs(settings.database_url)
    from chatroom.store.logs_sqlite import SqliteLogs

    return SqliteLogs(settings.database_path)
