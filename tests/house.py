"""The shape of the house: which file imports which, which wing stands on which, and what is long.

python -m tests.house          draws the arrows, and measures; with a folder, those of another copy
python -m tests.house write    puts the arrows into docs/architecture.md
"""

from __future__ import annotations

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(__file__).parent.parent
PAGE = HOUSE / "docs" / "architecture.md"
DRAWN = re.compile(r"(?<=<!-- by python -m tests.house -->\n```\n).*?(?=```)", re.DOTALL)

# The wings of chatroom, outermost first; a module imports from its own wing and from those further in.
WINGS = (
    {"cli", "cli_keys", "cli_people", "run", "__main__"},
    {"app", "server", "log_files"},
    {"web"},
    {"groups"},
    {"care"},
    {"live", "people"},
    {"store", "bus"},
    {"settings"},
)
# These two stand beside the house: they speak the protocol and know nothing of the server.
BESIDE = {"client", "demo"}
# A function or a method as it is written in static/js: it ends at the brace that stands as far in.
JS_FUNCTION = re.compile(
    r"^( *)(?:export |default |async |static |get |set |const |function |\*)*"
    r"([\w$#]+)(?: = (?:async )?\(?[^;]*=>|\() ?.*\{$"
)
JS_WORDS = ("if", "for", "while", "switch", "catch", "return")


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((HOUSE / package).rglob("*.py")):
            if "artifacts" not in path.parts:
                yield path.relative_to(HOUSE).as_posix(), ast.parse(path.read_text(), str(path))


def imports(path: str, tree: ast.AST) -> Iterator[str]:
    """Every imported thing by its full name: `from a import b` is a.b."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = [*base, *([node.module] if node.module else [])]
            yield from (".".join([*start, alias.name]) for alias in node.names)


def arrows(*packages: str) -> dict[str, set[str]]:
    """Which file imports which, of these packages (chatroom alone if none is named)."""
    trees = dict(modules(*(packages or ("chatroom",))))
    return {
        path: {target for name in imports(path, tree) if (target := file_of(name)) in trees}
        - {path}
        for path, tree in trees.items()
    }


def file_of(name: str) -> str | None:
    """The file that an imported name stands in: of `chatroom.store.logs.Row`, chatroom/store/logs.py."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        base = "/".join(parts[:length])
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if (HOUSE / path).is_file():
                return path
    return None


def circle_in(graph: dict[str, set[str]]) -> list[str] | None:
    """A way that leads back to where it began; None where there is none."""
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as found:
        way: list[str] = found.args[1]
        return way[::-1]
    return None


def wing_of(path: str) -> str:
    """The wing of a file of chatroom, or its own name where it stands at the top."""
    return path.removeprefix("chatroom/").removesuffix(".py").split("/")[0]


def goes_down(path: str, target: str) -> bool:
    here, there = wing_of(path), wing_of(target)
    if there == "__init__" or here in BESIDE or (there in BESIDE and here == "cli"):
        return True
    return depth(there) >= depth(here)


def depth(wing: str) -> int:
    return next(depth for depth, wings in enumerate(WINGS) if wing in wings)


# Drawing


def drawn() -> str:
    """Each wing and those that it imports from, outermost first."""
    order = [name for wings in WINGS for name in sorted(wings - {"__main__"})]
    order[-1:-1] = sorted(BESIDE)
    stand_on: dict[str, set[str]] = {name: set() for name in order}
    for path, targets in arrows().items():
        for target in targets:
            stand_on.setdefault(wing_of(path), set()).add(wing_of(target))
    lines = []
    for name in order:
        below = [other for other in order if other in stand_on[name] - {name}]
        lines.append(f"{name:<10}-> {' '.join(below)}" if below else name)
    return "".join(f"{line}\n" for line in lines)


def write() -> None:
    """The page, with the arrows as they are."""
    PAGE.write_text(DRAWN.sub(lambda _: drawn(), PAGE.read_text("utf-8")), "utf-8")


# Measuring


class Long(NamedTuple):
    """Something and its lines."""

    lines: int
    name: str


def longest(house: Path, part: str) -> tuple[int, Long, Long]:
    """The lines of all files of a part, the longest file, and the longest function."""
    files, functions = [], []
    for path in sorted(chain((house / part).rglob("*.py"), (house / part).rglob("*.js"))):
        text, name = path.read_text("utf-8"), path.relative_to(house).as_posix()
        if "migrations" in path.parts:
            continue  # They are history.
        files.append(Long(text.count("\n"), name))
        found = _functions(text) if path.suffix == ".py" else _js_functions(text)
        functions += [Long(one.lines, f"{name}:{one.name}") for one in found]
    return sum(one.lines for one in files), max(files), max(functions)


def _functions(text: str) -> Iterator[Long]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield Long(node.end_lineno - node.lineno + 1, node.name)


def _js_functions(text: str) -> Iterator[Long]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = JS_FUNCTION.match(line)
        if found and found[2] not in JS_WORDS:
            end = f"{found[1]}}}"
            rest = (n for n, other in enumerate(lines[number:], 1) if other.startswith(end))
            yield Long(next(rest, 1), found[2])


def main(words: list[str]) -> None:
    """Draws, writes or measures."""
    if words == ["write"]:
        return write()
    house = Path(words[0]) if words else HOUSE
    if not words:
        print(drawn())
    for part in ("chatroom", "moderation", "static"):
        lines, file, function = longest(house, part)
        print(f"{part}: {lines} lines; {file.name} {file.lines}; {function.name} {function.lines}")
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
