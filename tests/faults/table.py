"""The table of docs/reliability.md, from what the suite measured: python -m tests.faults.table FIGURES DOCUMENT."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec

from tests.faults.figures import Figure

BEGIN, END = "<!-- measured: make soak -->", "<!-- end of what was measured -->"
JUDGED = ("P1", "P2", "P3, P4", "P5", "P6", "P8, P9", "P10-P12", "P21")
"""What the judge looks at in every run; a run with a fault leaves no figures."""
MEASURED = ("slowest answer, s", "all answered after the heal, s", "at the head then, s", "retries")


def table(figures: list[Figure]) -> str:
    """One row for each fault, with the worst that was seen on each deployment."""
    heads = ("fault", *JUDGED, *MEASURED)
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for fault in sorted({figure.fault for figure in figures}, key=_number):
        seen = [figure for figure in figures if figure.fault == fault]
        names = "".join(sorted({figure.on for figure in seen}))
        cells = [
            _worst(seen, names, "answer"),
            _worst(seen, names, "after_heal"),
            _worst(seen, names, "at_head"),
            " / ".join(str(max(f.retries for f in seen if f.on == name)) for name in names),
        ]
        rows.append(f"| {fault} | {' | '.join([names] * len(JUDGED))} | {' | '.join(cells)} |")
    receipts = sum(figure.receipts for figure in figures)
    rows += ["", f"{len(figures)} faults, {receipts} receipts among them."]
    return "\n".join(rows)


def _number(fault: str) -> tuple[int, str]:
    return int(re.findall(r"\d+", fault)[0]), fault


def _worst(seen: list[Figure], names: str, what: str) -> str:
    worst = [max(getattr(figure, what) for figure in seen if figure.on == name) for name in names]
    return " / ".join(f"{seconds:.1f}" for seconds in worst)


def main(figures: str, document: str) -> None:
    """Puts the table between its two marks."""
    lines = Path(figures).read_bytes().splitlines()
    found = [Figure(**msgspec.json.decode(line)) for line in lines]
    path = Path(document)
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
