"""How the review does on HateCheck (Röttger and others, ACL 2021), from its CSV: python -m training.outside CSV.

Its texts are not in this repository. They are about hate against groups alone, and were not written for meetings.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from moderation.__main__ import HELPLINES, opened
from moderation.content.both import judge
from moderation.content.context import Context
from moderation.content.policy import Policy
from training.measure import WITHHELD


class Case(Struct, frozen=True):
    """One of its cases, and what the review made of it."""

    functionality: str
    is_hateful: bool
    is_found: bool
    is_withheld: bool


def judged(path: Path) -> list[Case]:
    lexicon, learned = opened()
    policy = Policy("measure", allowed_numbers=HELPLINES)
    cases = []
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            verdict = judge(row["test_case"], Context("member"), policy, lexicon, learned)
            kinds = {finding.kind for finding in verdict.findings}
            is_hateful, withheld = row["label_gold"] == "hateful", verdict.outcome in WITHHELD
            cases.append(Case(row["functionality"], is_hateful, "harassment" in kinds, withheld))
    return cases


def told(cases: Sequence[Case]) -> Iterator[str]:
    """A line for each thing that it looks at, hateful ones first, worst first."""
    yield "| cases | of them | taken for harassment | withheld |"
    yield "| --- | --- | --- | --- |"
    for is_hateful, name in ((True, "hateful"), (False, "not hateful")):
        some = [case for case in cases if case.is_hateful == is_hateful]
        yield _row(f"**{name}**", some)
        each = defaultdict[str, list[Case]](list)
        for case in some:
            each[case.functionality].append(case)
        worst = sorted(each.items(), key=lambda one: _share(one[1]) * (1 if is_hateful else -1))
        yield from (_row(name, some) for name, some in worst)


def _row(name: str, cases: Sequence[Case]) -> str:
    withheld = sum(case.is_withheld for case in cases) / len(cases)
    return f"| {name} | {len(cases)} | {_share(cases):.0%} | {withheld:.0%} |"


def _share(cases: Sequence[Case]) -> float:
    return sum(case.is_found for case in cases) / len(cases)


if __name__ == "__main__":
    print("\n".join(told(judged(Path(sys.argv[1])))))
