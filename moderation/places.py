"""TOML that people write by hand: whatever is wrong with it is said with its line."""

import re
import tomllib
from typing import Any

Path = tuple[str | int, ...]
"""From the top of a text down to a value: names of tables and fields, indexes from 0."""


def read(text: str) -> dict[str, Any]:
    """The tables of a text; raises `ValueError` with the line and the reason where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        why, _, where = str(wrong).rpartition(" (at ")
        found = re.match(r"line (\d+)", where)
        line = int(found[1]) if found else len(text.rstrip().splitlines())
        raise ValueError(f"line {line}: {why}") from None
    except RecursionError:
        raise ValueError("line 1: brackets within brackets go too deep") from None


def path_of(wrong: str) -> Path:
    """The path that msgspec speaks of, as in "... - at `$.phases[0].minutes`"."""
    steps = re.findall(r"\.(\w+)|\[(\d+)\]", wrong.rpartition(" - at `$")[2])
    return tuple(name or int(index) for name, index in steps)


def line_of(text: str, path: Path) -> int:
    """The line on which the value at `path` is complete, or, where there is none, what it is missing in."""
    lines = text.splitlines()
    while path:
        for number in range(1, len(lines) + 1):
            if _is_in(_begun("\n".join(lines[:number])), path):
                return number
        path = path[:-1]
    return 1


def _begun(text: str) -> object:
    """What the beginning of a text says so far, be it in the middle of a list."""
    for end in ("", "]"):
        try:
            return tomllib.loads(text + end)
        except tomllib.TOMLDecodeError:
            continue
    return None


def _is_in(value: object, path: Path) -> bool:
    try:
        for step in path:
            value = value[step]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return False
    return True
