"""Connections to PostgreSQL: none waits for ever, and none holds a lock while its process is stopped."""

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

CONNECT_WITHIN = 2.0
ANSWER_WITHIN = 3.0
SESSION = {
    # The fence behind the append: what a stopped process holds is free after 2 s (W1, F5).
    "idle_in_transaction_session_timeout": "2s",
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    # What a machine held that is gone without a word is free after about 10 s.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "jit": "off",  # Our statements are short; compiling one takes longer than many of them.
    "application_name": "chatroom",
}
AWAY = (
    OSError,  # TimeoutError is one.
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # Also raised by a terminated connection.
)


class DatabaseAway(SQLAlchemyError):
    """PostgreSQL can't be reached, lets nobody in, or does not answer. It quotes no argument (P21)."""


async def told(connection: asyncpg.Connection, statement: str) -> None:
    """A statement without an answer; `DatabaseAway` where it can't be told, and the connection is gone."""
    try:
        await connection.execute(statement, timeout=CONNECT_WITHIN)
    except AWAY as error:
        connection.terminate()
        raise DatabaseAway(type(error).__name__) from None


async def connect(
    url: str, *, within: float = CONNECT_WITHIN, answer_within: float | None = ANSWER_WITHIN
) -> asyncpg.Connection:
    """A connection with the settings above, or `DatabaseAway`."""
    try:
        return await asyncpg.connect(
            url.replace("+asyncpg", "", 1),
            timeout=within,
            command_timeout=answer_within,
            server_settings=SESSION,
        )
    except AWAY as error:
        raise DatabaseAway(type(error).__name__) from None
