"""Which logs have sealed words: what their keys are checked against."""

from sqlalchemy import LargeBinary, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatroom.store import tables
from chatroom.store.sealed import MARK


async def logs_with_words(connection: AsyncConnection) -> list[int]:
    """The logs in which somebody's words lie sealed."""
    body = tables.body.c
    begins = func.substr(body.words, 1, len(MARK)) == cast(literal(MARK), LargeBinary)
    query = select(body.log).where(begins).distinct().order_by(body.log)
    return list(await connection.scalars(query))
