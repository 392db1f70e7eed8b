"""A cry that the second look was late to see: it is heard all the same, as nobody waits for it any more (CM-23)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from chatroom.live.proposals import RetryLater
from chatroom.live.reviewing import Text
from chatroom.live.second_look import Looked
from chatroom.store.logs import OutcomeUnknown
from chatroom.web.house import House
from moderation.content.seen import Look
from moderation.content.verdict import ALLOW, Verdict
from moderation.meeting.state import Meeting
from moderation.refused import Refused

NOT_NOW = Refused, RetryLater, OutcomeUnknown, SQLAlchemyError
"""Why a signal may not be raised now."""

_log = structlog.get_logger()


def hear_late(
    house: House,
    looked: Looked | None,
    text: Text,
    room: str,
    meeting: Callable[[], Meeting],
    hear: Callable[[Verdict], Coroutine[Any, Any, None]],
) -> None:
    """Where the look at `text` is still coming, `hear` is asked to raise what it finds, in the `meeting` of then."""

    def seen(done: "asyncio.Future[Look | None]") -> None:
        look = done.result()
        if look is None:
            return
        verdict = house.reviewer.after(Looked(look), ALLOW, text, meeting(), room)
        if verdict.signal is not None:
            house.begin(_heard(hear(verdict)))

    if looked is not None and looked.later is not None:
        looked.later.add_done_callback(seen)


async def _heard(hearing: Coroutine[Any, Any, None]) -> None:
    try:
        await hearing
    except NOT_NOW as no:
        _log.error("late_cry_not_heard", error=type(no).__name__)
    except Exception as error:  # A bug must not end the server, and log no words.
        _log.error("late_cry_failed", error=type(error).__name__)
