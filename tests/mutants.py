"""Small mistakes planted into chatroom/, one at a time, to see that some test notices each.

python -m tests.mutants --each 12 live store bus      draws so many a file, by SEED, and tries them

A copy of the tree is spoilt, never the tree itself. A file's mistakes are tried against the tests in
TESTS that stand nearest to it; one that nobody notices is printed, unless docs/mutants.md says why it
may live.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.chance import SEED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOUSE = Path(__file__).parent.parent
PAGE = HOUSE / "docs" / "mutants.md"
REASON = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \|", re.MULTILINE)
PATIENCE = 4.0
"""A test that takes so many times as long as on the right tree has noticed too."""

# By the beginning of a path, and the longest that fits counts: what pytest is told. The nearest come first.
ON_SQLITE = ["-k", "not postgres"]
QUICK = ["-k", "not at_random and not race_for_500"]
TESTS = {
    "chatroom/live/book.py": ["tests/journal", *ON_SQLITE],
    "chatroom/live/hub.py": ["tests/live/test_hub.py", "tests/web/test_connection.py"],
    "chatroom/live/books.py": ["tests/journal", *ON_SQLITE],
    "chatroom/live/journal.py": ["tests/journal", *ON_SQLITE],
    "chatroom/live/proposals.py": ["tests/journal", *ON_SQLITE],
    "chatroom/live/presence.py": ["tests/live/test_presence.py", "tests/live/test_hub.py"],
    "chatroom/live/refusals.py": ["tests/test_refused.py", "tests/web/test_connection.py"],
    "chatroom/live/reviewing.py": ["tests/live/test_reviewing.py", "tests/web/test_reviewed.py"],
    "chatroom/live/rules.py": [
        *("tests/live/test_rules.py", "tests/live/test_hub.py", "tests/care"),
        *("tests/web/test_written.py", "tests/journal"),
        *ON_SQLITE,
    ],
    "chatroom/live/timekeeper.py": [
        *("tests/live/test_timekeeper.py", "tests/live/test_clock.py"),
        *("tests/live/test_missed.py", "tests/live/test_sweep.py"),
    ],
    "chatroom/live/transport.py": ["tests/live/test_transport.py", "tests/live/test_storm.py"],
    "chatroom/live/wire.py": ["tests/live/test_wire.py", "tests/web/test_connection.py"],
    "chatroom/store/": ["tests/store", "tests/test_store_tables.py", *QUICK],
    "chatroom/store/accounts.py": ["tests/people", "tests/web/test_doors.py"],
    "chatroom/store/cases.py": ["tests/care", "tests/web/test_help.py"],
    "chatroom/store/database.py": [
        "tests/test_store_tables.py",
        "tests/store",
        "tests/test_cli.py",
    ],
    "chatroom/store/formats.py": ["tests/groups", "tests/test_cli.py"],
    "chatroom/store/logs_sqlite.py": ["tests/store/test_logs.py", "tests/journal", *ON_SQLITE],
    "chatroom/store/logs": ["tests/store", *QUICK],
    "chatroom/store/presence.py": ["tests/live/test_presence.py", "tests/live/test_missed.py"],
    "chatroom/store/rooms.py": ["tests/groups", "tests/web/test_lobby.py", "tests/test_cli.py"],
    "chatroom/bus/": ["tests/bus"],
    "chatroom/bus/redis.py": [
        "tests/bus/test_redis.py",
        "tests/bus/test_bus.py",
        "tests/bus/test_shards.py",
    ],
    "chatroom/bus/shards.py": ["tests/bus/test_shards.py"],
    "chatroom/bus/local.py": ["tests/bus/test_bus.py"],
    "chatroom/bus/waiting.py": ["tests/bus/test_waiting.py", "tests/bus/test_bus.py"],
    "chatroom/people/": ["tests/people", "tests/web/test_doors.py", "tests/web/test_lobby.py"],
    "chatroom/care/": ["tests/care", "tests/web/test_help.py", "tests/web/test_crisis.py"],
    "chatroom/groups/": ["tests/groups", "tests/web/test_lobby.py", "tests/test_cli.py"],
    "chatroom/web/": ["tests/web"],
    "chatroom/web/connection.py": [
        *("tests/web/test_connection.py", "tests/web/test_resume.py", "tests/web/test_reviewed.py"),
        *("tests/web/test_crisis.py", "tests/web/test_lobby.py"),
    ],
    "chatroom/web/commands.py": [
        *("tests/web/test_connection.py", "tests/web/test_resume.py", "tests/web/test_reviewed.py"),
        *("tests/web/test_crisis.py", "tests/web/test_lobby.py"),
    ],
    "chatroom/web/cursors.py": [
        *("tests/web/test_connection.py", "tests/web/test_resume.py", "tests/web/test_reviewed.py"),
        *("tests/web/test_crisis.py", "tests/web/test_lobby.py"),
    ],
}
LEFT_OUT = ("migrations/", "__init__.py", "protocol_docs.py")
SWAPS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One mistake: what stands in which place of a file, and what is put there."""

    path: str
    where: str
    line: int
    start: int
    end: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str]:
        return (f"{self.path}:{self.where}", plain(self.before), plain(self.after))

    def spoil(self, source: bytes) -> bytes:
        return source[: self.start] + self.after.encode() + source[self.end :]


def plain(code: str) -> str:
    """Code on one line, as it stands in a table."""
    return " ".join(code.split()).replace("|", "¦").replace("`", "'")


# The mistakes


def mutants(path: str, source: bytes) -> list[Mutant]:
    """All the mistakes that can be planted into the functions of a file."""
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    found = []
    for where, node in _within_functions(ast.parse(source)):
        for part, after in _spoilt(node):
            assert part.end_lineno is not None
            assert part.end_col_offset is not None
            start = lines[part.lineno - 1] + part.col_offset
            end = lines[part.end_lineno - 1] + part.end_col_offset
            before = source[start:end].decode()
            found.append(
                Mutant(path, where, part.lineno, start, end, before, after.replace("{}", before))
            )
    return found


def _within_functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node of every function, with the name of the function."""

    def walk(node: ast.AST, names: tuple[str, ...], inside: bool) -> Iterator[tuple[str, ast.AST]]:
        match node:
            case ast.ClassDef(name=name, body=parts):
                names = (*names, name)
            case (
                ast.FunctionDef(name=name, body=parts) | ast.AsyncFunctionDef(name=name, body=parts)
            ):
                names, inside = (*names, name), True
            case ast.JoinedStr() | ast.arguments():
                return
            case ast.AnnAssign():
                parts = [part for part in (node.value,) if part is not None]  # type: ignore[misc]
            case _:
                parts = list(ast.iter_child_nodes(node))  # type: ignore[arg-type]
                if inside:
                    yield ".".join(names), node
        for part in parts:
            yield from walk(part, names, inside)

    return walk(tree, (), False)


def _spoilt(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """What may be put in the place of a node or of a part of it; {} is what stood there."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield test, "(not ({}))"
        case ast.While(test=test) if not isinstance(test, ast.Constant):
            yield test, "(not ({}))"
        case ast.comprehension(ifs=tests):
            yield from ((test, "(not ({}))") for test in tests)
        case ast.BoolOp(op=op, values=values):
            yield values[0], "True" if isinstance(op, ast.And) else "False"
            yield values[-1], "True" if isinstance(op, ast.And) else "False"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            yield node, f"{ast.unparse(left)} {SWAPS[type(op)]} {ast.unparse(right)}"
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right) if _counts(right):
            other = "-" if isinstance(op, ast.Add) else "+"
            yield node, f"({ast.unparse(left)} {other} {ast.unparse(right)})"
        case ast.Constant(value=bool() as value):
            yield node, str(not value)
        case ast.Constant(value=int() | float() as value):
            yield node, str(value + 1)
        case ast.Expr(value=ast.Call() | ast.Await()) if not _logs(node):
            yield node, "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) | ast.AugAssign():
            yield node, "pass"
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) not in ("None", "False"):
            yield value, "None"
        case ast.Raise() | ast.Break() | ast.Continue():
            yield node, "pass"
        case _:
            pass


def _counts(node: ast.expr) -> bool:
    return not isinstance(node, ast.List | ast.Tuple | ast.JoinedStr) and not (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _logs(node: ast.AST) -> bool:
    """What goes to the log file is looked at by tests of its own."""
    return bool(re.match(r"(await )?_?log(ger)?\.", ast.unparse(node)))


# Trying them


def draw(parts: Iterable[str], each: int) -> list[Mutant]:
    """Of every file of these wings so many by chance, the same at every run."""
    drawn = []
    for part in parts:
        folder = HOUSE / "chatroom" / part
        for file in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
            path = file.relative_to(HOUSE).as_posix()
            if not any(left in path for left in LEFT_OUT):
                chance = random.Random(f"{path} {SEED}")
                found = mutants(path, file.read_bytes())
                some = chance.sample(found, min(each, len(found)))
                drawn += sorted(some, key=lambda mutant: mutant.start)
    return drawn


def tests_of(path: str) -> list[str]:
    known = max((start for start in TESTS if path.startswith(start)), key=len)
    return TESTS[known]


class Copy:
    """A copy of the tree, in which the tests run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=HOUSE, capture_output=True, check=True,
        ).stdout.decode()  # fmt: skip
        for name in filter(None, listed.split("\0")):
            if (HOUSE / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(HOUSE / name, folder / name)
        self._took: dict[tuple[str, ...], float] = {}

    def noticed(self, mutant: Mutant) -> bool:
        tests = tests_of(mutant.path)
        if tuple(tests) not in self._took:
            began = time.monotonic()
            right = self._passes(tests, within=1200)
            assert right, self.said()
            self._took[tuple(tests)] = time.monotonic() - began
        file = self.folder / mutant.path
        source = file.read_bytes()
        file.write_bytes(mutant.spoil(source))
        try:
            return not self._passes(tests, within=30 + PATIENCE * self._took[tuple(tests)])
        finally:
            file.write_bytes(source)

    def _passes(self, tests: list[str], *, within: float) -> bool:
        """One that hangs does not."""
        words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        with (self.folder / "out").open("wb") as out:
            running = subprocess.Popen(
                words, cwd=self.folder, env=environ, stdout=out, stderr=out, start_new_session=True
            )
            with suppress(subprocess.TimeoutExpired):
                running.wait(within)
            with suppress(ProcessLookupError):  # Whatever it has left behind.
                os.killpg(running.pid, signal.SIGKILL)
        assert running.wait() not in (4, 5), self.said()
        return running.returncode == 0

    def said(self) -> str:
        return (self.folder / "out").read_text(errors="replace")


def reasons() -> set[tuple[str, ...]]:
    """The mistakes of which docs/mutants.md says why nobody need notice them."""
    return set(REASON.findall(PAGE.read_text())) if PAGE.is_file() else set()


def main(words: list[str]) -> int:
    """Tries them one after the other and tells of each; 1 where one lives that should not."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument(
        "parts", nargs="+", help="wings of chatroom, or files in it: live, web/help.py"
    )
    parser.add_argument("--each", type=int, default=8, help="mistakes in each file")
    chosen = parser.parse_args(words)
    excused, alive, tried = reasons(), 0, 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Copy(Path(folder))
        for mutant in draw(chosen.parts, chosen.each):
            tried += 1
            noticed = copy.noticed(mutant)
            why = "noticed" if noticed else "has a reason" if mutant.key in excused else "LIVES"
            alive += why == "LIVES"
            place, before, after = mutant.key
            print(f"{why:12} `{place}` | `{before}` | `{after}` ({mutant.line})", flush=True)
    print(f"{tried} planted, {alive} live")
    return min(1, alive)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
