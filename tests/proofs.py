"""Pages that say which test proves what, made from the ids that the tests bear in their names."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

HOUSE = Path(__file__).parent.parent
NAME = re.compile(r"test_\w+|\w*fc_\d\d\w*")
"""A test, or an invariant of a state machine that bears an id of the floor."""


class Page(Struct, frozen=True):
    """One row for each behaviour. `open` says of one that has no test why."""

    path: Path
    module: str
    title: str
    prefix: str
    ids: re.Pattern[str]
    behaviours: Mapping[int, str]
    open: Mapping[int, str] = {}

    def proofs(self) -> dict[int, list[tuple[str, str]]]:
        """By id: the file and the name of each test that bears it."""
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for path in sorted((HOUSE / "tests").rglob("*.py")):
            for name in _tests(path):
                for id in sorted({int(digits) for digits in self.ids.findall(name)}):
                    found[id].append((path.relative_to(HOUSE).as_posix(), name))
        return found

    def text(self) -> str:
        proved = self.proofs()
        rows = "\n".join(
            f"| {self.prefix}{id:02} | {what} | {self._cell(id, proved.get(id, []))} |"
            for id, what in self.behaviours.items()
        )
        return (
            f"# {self.title}\n\n"
            f"Written by `python -m tests.{self.module}` from the names of the tests; "
            f"`tests/test_proofs.py` keeps it true.\n\n"
            f"| id | behaviour | proved by |\n| --- | --- | --- |\n{rows}\n"
        )

    def write(self) -> None:
        self.path.write_text(self.text(), "utf-8")

    def without_proof(self) -> set[int]:
        return set(self.behaviours) - set(self.proofs())

    def _cell(self, id: int, proved: list[tuple[str, str]]) -> str:
        """Each file with its tests, the words of the name left."""
        if not proved:
            return self.open.get(id, "")
        by_file: dict[str, list[str]] = defaultdict(list)
        for path, name in proved:
            by_file[path].append(name.removeprefix("test_").replace("_", " "))
        return "<br>".join(f"`{path}`: {'; '.join(names)}" for path, names in by_file.items())


def _tests(path: Path) -> Iterator[str]:
    """The tests and the invariants of a file, by name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and NAME.fullmatch(node.name):
            yield node.name
