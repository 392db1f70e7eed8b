"""The language of the scripts: who does what, after how long a pause, and what is refused.

A script is a text with a line for each step, and `> part` where a shared part of the play goes:

    4 Ada: a line to the room                4 Ada (does something): its words
    4 Ben (refused quiet): a line            4 Ben (does something, refused its_code)
    4 Ben (has a turn): a line / another one

The seconds are the pause before it; what can be done: see `ACTS` in chatroom/demo/__init__.py.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

from msgspec import Struct
from msgspec.structs import replace

FORMAT = "small-discussion"
HOST = "Ada"
LINE = re.compile(
    r"(?P<wait>\d+) (?P<who>\w+)"
    r"(?: \((?P<act>[^,)]*?)(?:(?:, |(?<=\())refused (?P<refused>\w+))?\))?"
    r"(?:: (?P<words>.+))?"
)


class Step(Struct, frozen=True):
    """`who` does `act`, after a pause of `wait` seconds; without an act it is a line to the room.

    Where the script expects a no, `refused` is its code.
    """

    wait: float
    who: str
    act: str
    words: str
    refused: str = ""

    def __str__(self) -> str:
        does = f"{self.who} ({self.act})" if self.act else self.who
        return f"{does}: {self.words}" if self.words else does


def formats() -> list[str]:
    """The formats that there is a script for."""
    names = (path.name for path in (files("chatroom.demo") / "scripts").iterdir())
    return sorted(name.removesuffix(".txt") for name in names if name.endswith(".txt"))


def read_script(format: str = FORMAT) -> list[Step]:
    """The script of a meeting of `format` that is shipped."""
    return list(_steps("scripts", format))


def _steps(folder: str, name: str) -> Iterator[Step]:
    text = (files("chatroom.demo") / folder / f"{name}.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("> "):
            yield from _steps("parts", line.removeprefix("> "))
        elif line and not line.startswith("#"):
            yield from _spelt_out(_step(line))


def _step(line: str) -> Step:
    found = LINE.fullmatch(line)
    assert found is not None, f"no line of a script: {line}"
    assert found["act"] or found["words"], f"nothing is done: {line}"
    words, refused = found["words"] or "", found["refused"] or ""
    return Step(float(found["wait"]), found["who"], found["act"] or "", words, refused)


def _spelt_out(step: Step) -> Iterator[Step]:
    """A whole turn: the floor is taken, the lines are written, the turn is ended."""
    if step.act != "has a turn":
        yield step
        return
    yield replace(step, act="takes the floor", words="")
    for line in step.words.split(" / "):
        yield replace(step, act="", words=line)
    yield replace(step, act="ends the turn", words="")
