"""Log files: one JSON object a line, with ids, codes and durations, and never a person's words."""

import logging
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HOUSE = f"{Path(__file__).parents[1]}/"
OURS = (f"{HOUSE}chatroom/", f"{HOUSE}moderation/")
ONE_A_MINUTE = {"uvicorn.error", "uvicorn.error.sockets", "asyncio"}
MINUTE = 60.0
MOST_KINDS = 100
# Coming, going and being refused, of a socket: it would hold the address and the query (W17), and make
# a register of when people were here.
SOCKETS = (
    '%s - "WebSocket ',
    "connection open",
    "connection closed",
    "connection rejected",
    "ASGI callable returned without completing handshake.",
)


def set_up(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Sends all loggers of this process through the filter below to one stream."""
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_words,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(Quiet(time.monotonic))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[counted, *before],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Whatever was set up before: uvicorn's lines go the same way as all others.
    uvicorn = logging.getLogger("uvicorn")
    uvicorn.handlers, uvicorn.propagate = [], True
    # Set for each by name: uvicorn asks a logger for its own level, and 0 would mean to trace.
    for name in ("uvicorn.error", "uvicorn.error.sockets", "aiosqlite", "alembic"):
        logging.getLogger(name).setLevel(max(level, _least(name)))


class Quiet(logging.Filter):
    """Keeps out what must not be logged, and more than one line a minute of what peers can cause."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._kinds: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record becomes a line; one that stands for several says for how many (`count`)."""
        message = str(record.msg).partition("\n")[0]
        if record.name.startswith("uvicorn.error") and message.startswith(SOCKETS):
            return False
        if record.name not in ONE_A_MINUTE or record.levelno < logging.WARNING:
            return True
        now = self._monotonic()
        told, more = self._kinds.get(message, (-MINUTE, 0))
        is_due = now - told >= MINUTE
        if message not in self._kinds and len(self._kinds) >= MOST_KINDS:
            self._kinds.clear()
        self._kinds[message] = (now, 0) if is_due else (told, more + 1)
        record.count = more + 1
        return is_due


def counted(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """How many there were of this since the last line, where it is more than this one."""
    count = getattr(line.get("_record"), "count", 1)
    if count > 1:
        line["count"] = count
    return line


def without_words(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """An exception becomes its class and its place: its text may quote what somebody wrote (P21)."""
    found = line.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["error"] = type(error).__name__
        line["where"] = _frames(error)
    line["event"] = _one_line(str(line["event"]))
    return line


def _frames(error: BaseException) -> list[str]:
    """Our own lines on the way to the error, and the one that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    shown = [frame for frame in frames if frame.filename.startswith(OURS)] + frames[-1:]
    places = [f"{f.filename.removeprefix(HOUSE)}:{f.lineno} {f.name}" for f in shown]
    return list(dict.fromkeys(places))


def _one_line(text: str) -> str:
    """The first line says what happened; what libraries put below it quotes objects."""
    first, *more = text.strip().splitlines() or [""]
    if first.startswith("Traceback") and more:
        return f"failed with {more[-1].partition(':')[0]}"
    return first


def _least(name: str) -> int:
    return logging.INFO if name == "uvicorn.error" else logging.WARNING
