"""docs/performance.md from what was measured: python -m tests.load.plot FIGURES...

Each file holds what `make bench` or `make bench-peers` told. Its figures take the place of those of the
same benchmark in docs/images/figures.jsonl; tables, charts and the verdicts on the targets follow from that.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.load._chart import svg
from tests.load._tables import charts, tables

if TYPE_CHECKING:
    from tests.load._tables import Row

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = DOCS / "performance.md"
IMAGES = DOCS / "images"
FIGURES = IMAGES / "figures.jsonl"


def read(text: str) -> list[Row]:
    """The lines that are figures; whatever else was printed is passed over."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def merged(kept: list[Row], new: list[Row]) -> list[Row]:
    """What was measured anew stands for all of its benchmark."""
    measured = {_which(row) for row in new}
    return [row for row in kept if _which(row) not in measured] + new


def _which(row: Row) -> tuple[str, str]:
    return row["benchmark"], row.get("run", "bench")


def written(page: str, found: dict[str, str]) -> str:
    """The page with each table in its place; a place without figures stays as it is."""
    for name, text in found.items():
        place = re.compile(rf"(<!-- figures: {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        page = place.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", page)  # type: ignore[misc]
    return page


def main(names: list[str]) -> None:
    """Reads, merges and writes."""
    told = read(FIGURES.read_text("utf-8")) if FIGURES.exists() else []
    for name in names:
        told = merged(told, read(Path(name).read_text("utf-8")))
    FIGURES.write_text("".join(f"{json.dumps(row)}\n" for row in told), "utf-8")
    for name, chart in charts(told).items():
        (IMAGES / f"load-{name}.svg").write_text(svg(chart), "utf-8")
    PAGE.write_text(written(PAGE.read_text("utf-8"), tables(told)), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
