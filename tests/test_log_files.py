"""What stands in a log file: ids, codes and places, one line at a time, and no words (P21)."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from chatroom import log_files

CANARY = "my sponsor's number"


class Lines:
    """The log file of a test."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    names = ("uvicorn.error", "aiosqlite", "alembic")
    before = (root.handlers, root.level)
    levels = [logging.getLogger(name).level for name in names]
    lines = Lines()
    log_files.set_up(lines.stream)
    yield lines
    root.handlers, level = before
    root.setLevel(level)
    for name, own in zip(names, levels, strict=True):
        logging.getLogger(name).setLevel(own)
    structlog.reset_defaults()


def test_a_line_is_one_object_with_its_time(lines: Lines):
    structlog.stdlib.get_logger("chatroom.live.journal").info("committed", log=7, entries=3)
    (line,) = lines.read()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "committed",
        "level": "info",
        "logger": "chatroom.live.journal",
        "log": 7,
        "entries": 3,
    }


def test_a78_a_line_stays_one_line_whatever_stands_in_it(lines: Lines):
    structlog.stdlib.get_logger("chatroom").info("a", code='x\r\n{"event": "forged"}\x1b[2J\u2028')
    assert len(lines.stream.getvalue().splitlines()) == 1
    assert "\x1b" not in lines.stream.getvalue()


@pytest.mark.parametrize("name", ["chatroom", "uvicorn.error", "asyncio"])
def test_a87_an_error_is_its_class_and_its_place(lines: Lines, name: str):
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger(name).exception("Exception in ASGI application\n")
    (line,) = lines.read()
    assert (line["event"], line["error"]) == ("Exception in ASGI application", "ValueError")
    assert line["where"][-1].startswith("tests/test_log_files.py:")
    assert CANARY not in lines.stream.getvalue()


def test_our_own_logger_hides_the_text_of_an_error_too(lines: Lines):
    logger = structlog.stdlib.get_logger("chatroom")
    try:
        raise ValueError(CANARY)
    except ValueError:
        logger.exception("failed")
    assert lines.read()[0]["error"] == "ValueError"
    assert CANARY not in lines.stream.getvalue()


def test_an_error_without_a_place_is_named_all_the_same(lines: Lines):
    structlog.stdlib.get_logger("chatroom").error("failed", exc_info=ValueError(CANARY))
    line = lines.read()[0]
    assert (line["error"], line["where"]) == ("ValueError", [])


def test_asyncio_quotes_no_objects(lines: Lines):
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=ValueError('%s')>", CANARY
    )
    assert lines.read()[0]["event"] == "Task exception was never retrieved"


def test_a_failed_start_names_the_error_alone(lines: Lines):
    logging.getLogger("uvicorn.error").error(
        'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: %s\n', CANARY
    )
    assert lines.read()[0]["event"] == "failed with ValueError"


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ('%s - "WebSocket %s" [accepted]', ("127.0.0.1:35770", "/?token=SECRET")),
        ('%s - "WebSocket %s" 403', ("127.0.0.1:35770", "/?token=SECRET")),
        ('%s - "WebSocket %s" %d', ("127.0.0.1:35770", "/?token=SECRET", 400)),
    ],
)
def test_a8_addresses_and_queries_of_sockets_are_not_written(
    lines: Lines, form: str, values: tuple[object, ...]
):
    logging.getLogger("uvicorn.error").info(form, *values)
    assert lines.read() == []


def test_sql_and_its_values_are_not_written(lines: Lines):
    logging.getLogger("aiosqlite").info("executing %s", CANARY)
    logging.getLogger("alembic.runtime.migration").info("Context impl")
    assert lines.read() == []


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("connection open", ()),
        ("connection closed", ()),
        ("connection rejected (%d %s)", (403, "Forbidden")),
        ("ASGI callable returned without completing handshake.", ()),
    ],
)
def test_w17_no_line_says_when_somebody_came_or_went_or_was_refused(
    lines: Lines, form: str, values: tuple[object, ...]
):
    logging.getLogger("uvicorn.error").error(form, *values)
    assert lines.read() == []


class Watch:
    now = 100.0


def passes(quiet: log_files.Quiet, message: str, name: str = "uvicorn.error") -> int:
    """For how many the line stands, 0 for none."""
    record = logging.makeLogRecord({"name": name, "levelno": logging.WARNING, "msg": message})
    return record.count if quiet.filter(record) else 0  # type: ignore[attr-defined]


def test_w16_w18_what_a_peer_can_cause_is_written_once_a_minute_and_counted():
    watch = Watch()
    quiet = log_files.Quiet(lambda: watch.now)
    odd = "Invalid HTTP request received."
    assert [passes(quiet, odd) for _ in range(5)] == [1, 0, 0, 0, 0]
    accept = "socket.accept() out of system resource\nsocket: {}"
    assert [passes(quiet, accept.format(n), "asyncio") for n in range(3)] == [1, 0, 0]
    watch.now += 59.0
    assert passes(quiet, odd) == 0
    watch.now += 1.0
    assert passes(quiet, odd) == 6
    assert passes(quiet, odd) == 0


def test_a_line_that_stands_for_several_says_so(lines: Lines):
    filters = [one for handler in logging.getLogger().handlers for one in handler.filters]
    quiet = next(one for one in filters if isinstance(one, log_files.Quiet))
    watch = Watch()
    quiet._monotonic = lambda: watch.now
    for _ in range(3):
        logging.getLogger("asyncio").error("socket.accept() out of system resource")
    watch.now += 60.0
    logging.getLogger("asyncio").error("socket.accept() out of system resource")
    assert [line.get("count") for line in lines.read()] == [None, 3]


def test_our_own_lines_are_never_dropped():
    quiet = log_files.Quiet(lambda: 100.0)
    ours = {"name": "chatroom", "levelno": logging.WARNING, "msg": "committed"}
    assert all(quiet.filter(logging.makeLogRecord(ours)) for _ in range(3))
    start = {"name": "uvicorn.error", "levelno": logging.INFO, "msg": "Started"}
    assert all(quiet.filter(logging.makeLogRecord(start)) for _ in range(3))


def test_the_memory_of_what_was_written_is_bounded():
    quiet = log_files.Quiet(lambda: 100.0)
    for number in range(1000):
        record = {"name": "asyncio", "levelno": logging.ERROR, "msg": f"failed {number}"}
        assert quiet.filter(logging.makeLogRecord(record))
    assert len(quiet._kinds) <= log_files.MOST_KINDS
