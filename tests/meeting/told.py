"""A meeting told as a story in the words of spec.py, which can be pasted into a test."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec import structs

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests import cast
from tests.meeting import spec
from tests.meeting.generated import SHIPPED, SWIFT
from tests.meeting.promises import Moment, deadlines, seat_name
from tests.meeting.spec import FORMAT, NOON

AGENDAS = {"small": FORMAT.phases, "swift": SWIFT, **SHIPPED}


def told(
    name: str,
    what: str,
    beginning: str,
    history: list[tuple[happened.AnyEntry, float]],
    moment: Moment,
    then: str,
) -> str:
    """A test that says what should have come of the last command, to be pasted and looked at."""
    events, at = [beginning], NOON
    for entry, when in (*history, (None, moment.now)):
        if when > at:
            events.append(f"after({when - at})")
        if entry is not None:
            events.append(written(entry))
        at = when
    asker, command = seat_name(moment.seat), written(moment.command)
    epoch = moment.before.epoch
    command = command.replace(f"epoch={epoch}", "epoch=CURRENT")
    command = command.replace(f"epoch={epoch - 1}", "epoch=STALE")
    lines = "".join(f"        {event},\n" for event in events)
    story = "story = " if "story" in then else ""
    return (
        f"def test_{name}_shrunk():\n"
        f"    # {what}\n"
        f"    before = given(\n{lines}    )\n"
        f"    {story}before.when({asker}, {command}){then}\n"
    )


def written(struct: Any) -> str:
    """A command or an entry as it is written in a story."""
    fields = [
        f"{field.name}={value_of(field.name, getattr(struct, field.name))}"
        for field in structs.fields(struct)
        if field.required or getattr(struct, field.name) != field.default
    ]
    module = "ask" if type(struct).__module__ == ask.__name__ else "happened"
    return f"{module}.{type(struct).__name__}({', '.join(fields)})"


def value_of(name: str, value: Any) -> str:
    if name in ("seat", "by", "to", "owner") and isinstance(value, int):
        return seat_name(value)
    if name == "until" and isinstance(value, float):
        return f"NOON + {value - NOON}"
    return repr(value)


STORY = re.compile(r"^def test_\w+_shrunk\(\):\n(?:    .*\n)+", re.MULTILINE)
WORDS = {
    **vars(spec), **vars(ask), **vars(happened), **vars(cast), "ask": ask, "happened": happened,
    "AGENDAS": AGENDAS,
    "deadlines": deadlines, "pytest": pytest,
}  # fmt: skip


def tells_again(story: str) -> None:
    """Runs a story that was printed, as if it had been pasted into a test."""
    names = dict(WORDS)
    exec(story, names)
    test = next(value for name, value in names.items() if name.endswith("_shrunk"))
    test()
