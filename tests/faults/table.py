"""The table of docs/reliability.md, from what the suite measured: python -m tests.faults.table FIGURES DOCUMENT.

With --add it says the worst of what was measured now and what the document says already.
"""

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


def table(figures: list[Figure], said: str = "") -> str:
    """One row for each fault, with the worst that was seen on each deployment, and in the table `said`."""
    faults, receipts = len(figures), sum(figure.receipts for figure in figures)
    if counted := re.search(r"(\d+) faults, (\d+) receipts", said):
        faults, receipts = faults + int(counted[1]), receipts + int(counted[2])
        figures = figures + [one for line in said.splitlines() for one in _read(line)]
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
    rows += ["", f"{faults} faults, {receipts} receipts among them."]
    return "\n".join(rows)


def _read(line: str) -> list[Figure]:
    """What a row of the table says of each of its deployments."""
    if not line.startswith("| F"):
        return []
    fault, names, *cells = [cell.strip() for cell in line.strip("|").split("|")]
    worst = [[float(part) for part in cell.split("/")] for cell in cells[len(JUDGED) - 1 :]]
    return [
        Figure(name, fault, answer, after_heal, at_head, 0, int(retries))
        for name, answer, after_heal, at_head, retries in zip(names, *worst, strict=True)
    ]


def _number(fault: str) -> tuple[int, str]:
    return int(re.findall(r"\d+", fault)[0]), fault


def _worst(seen: list[Figure], names: str, what: str) -> str:
    worst = [max(getattr(figure, what) for figure in seen if figure.on == name) for name in names]
    return " / ".join(f"{seconds:.1f}" for seconds in worst)


def main(figures: str, document: str, how: str = "") -> None:
    """Puts the table between its two marks."""
    lines = Path(figures).read_bytes().splitlines()
    found = [Figure(**msgspec.json.decode(line)) for line in lines]
    path = Path(document)
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    said, _, after = rest.partition(END)
    now = table(found, said if how == "--add" else "")
    path.write_text(f"{before}{BEGIN}\n{now}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
