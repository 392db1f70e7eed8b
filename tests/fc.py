"""The acceptance behaviours of the floor, and the tests that prove each: docs/floor.md.

python -m tests.fc          writes the page
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

HOUSE = Path(__file__).parent.parent
PAGE = HOUSE / "docs" / "floor.md"
IDS = re.compile(r"fc_(\d\d)")

BEHAVIOURS = {
    1: "Hands stand in the order in which the server stored them",
    2: "Raising twice is raising once",
    3: "A hand comes down from any device; a facilitator lowers one or all",
    4: "Who comes late gets everything in one frame",
    5: "An invitation needs consent, and runs out",
    6: "Exactly one holder",
    7: "`done` and `next` at once: one step, one invited",
    8: "Two facilitators invite at once: one invitation",
    9: "A late line comes back as a draft",
    10: "The floor is given back",
    11: "Many short lines are one turn",
    12: "Text out of turn is refused kindly",
    13: "Typed customs",
    14: "The turn's time, and its last line",
    15: "Extend and pause",
    16: "The holder loses connection",
    17: "Somebody in the queue loses connection",
    18: "Presence is true",
    19: "Mutes act by number, and end",
    20: "Rights are derived",
    21: "Freezing the room",
    22: "Nobody acts on a higher role, and a no never ejects",
    23: "Handing over the chair",
    24: "The chair is lost",
    25: "Facilitators share too, and wait like all",
    26: "Closing the queue",
    27: "New voices first",
    28: "Round and tag",
    29: "A phase's time ends in the middle of a turn",
    30: "A crash loses nothing",
}
RACES = (1, 6, 7, 8, 16, 17, 18, 19, 21, 23, 24, 30)
"""Those that have to hold over real sockets on two processes."""


def proofs() -> dict[int, list[tuple[str, str]]]:
    """By id: the file and the name of each test that bears it."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted((HOUSE / "tests").rglob("*.py")):
        for name in _tests(path):
            for id in sorted({int(digits) for digits in IDS.findall(name)}):
                found[id].append((path.relative_to(HOUSE).as_posix(), name))
    return found


def _tests(path: Path) -> Iterator[str]:
    """The tests and the invariants of a file, by name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and IDS.search(node.name):
            yield node.name


def page() -> str:
    proved = proofs()
    rows = "\n".join(
        f"| FC-{id:02} | {what} | {_cell(proved.get(id, []))} |" for id, what in BEHAVIOURS.items()
    )
    return (
        "# The floor: what it does, and what proves it\n\n"
        "Written by `python -m tests.fc` from the names of the tests; `tests/test_fc.py` keeps it true.\n\n"
        f"| id | behaviour | proved by |\n| --- | --- | --- |\n{rows}\n"
    )


def _cell(proved: list[tuple[str, str]]) -> str:
    """Each file with its tests, the id and the words of the name left."""
    by_file: dict[str, list[str]] = defaultdict(list)
    for path, name in proved:
        by_file[path].append(name.removeprefix("test_").replace("_", " "))
    return "<br>".join(f"`{path}`: {'; '.join(names)}" for path, names in by_file.items())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    missing = sorted(set(BEHAVIOURS) - set(proofs()))
    sys.exit(f"no test bears {missing}" if missing else 0)
