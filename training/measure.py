"""Figures on whole authors that nothing was trained, chosen or cut on: python -m training.measure [AUTHOR ...]."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from moderation.__main__ import HELPLINES, opened
from moderation.content.both import judge
from moderation.content.context import Context
from moderation.content.learned import HEADS, LABELS
from moderation.content.policy import Policy
from moderation.content.verdict import Verdict
from training import ngrams
from training.corpus import FINAL, Example, examples, trained, truth

Mask = NDArray[np.bool_]
KINDS = {label: frozenset({label}) for label in LABELS} | {"crisis, either": HEADS["crisis"]}
NEED = HEADS["need"]
WITHHELD = ("bounce", "hold")


class Judged(Struct, frozen=True):
    """One message and what the review made of it."""

    row: Example
    verdict: Verdict

    def has(self, labels: frozenset[str]) -> bool:
        return bool(self.row.labels & labels)

    def found(self, labels: frozenset[str]) -> bool:
        return any(reason.kind in labels for reason in self.verdict.findings)

    @property
    def withheld(self) -> bool:
        return self.verdict.outcome in WITHHELD


def judged(rows: list[Example]) -> tuple[list[Judged], float]:
    """And the median cost of one, in milliseconds of CPU."""
    lexicon, learned = opened()
    policy = Policy("measure", allowed_numbers=HELPLINES)
    found, spent = [], []
    for row in rows:
        began = time.process_time_ns()
        found.append(Judged(row, judge(row.text, Context("member"), policy, lexicon, learned)))
        spent.append(time.process_time_ns() - began)
    return found, float(np.median(spent)) / 1e6


def table(found: Sequence[Judged]) -> Iterator[str]:
    """Recall, precision and F1 of each kind, with the ranges that 95 of 100 samples of this size would give."""
    yield "| finding | messages | recall | precision | F1 | plain | veiled | obfuscated |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for kind, labels in KINDS.items():
        is_so = np.array([one.has(labels) for one in found])
        said = np.array([one.found(labels) for one in found])
        figures = " | ".join(_ranged(is_so, said, figure) for figure in (_recall, _precision, _f1))
        styles = (
            np.array([one.row.style == style for one in found]) & is_so
            for style in ("plain", "veiled", "obfuscated")
        )
        apart = " | ".join(
            f"{said[style].mean():.2f} of {style.sum()}" if style.any() else "-" for style in styles
        )
        yield f"| {kind} | {is_so.sum()} | {figures} | {apart} |"


def alarms(found: Sequence[Judged]) -> Iterator[str]:
    """What happens to those who said nothing of the kind."""
    yield "| messages without label | of them | a finding | a crisis signal | withheld | folded |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, hard in (("ordinary", False), ("hard negatives", True)):
        some = [one for one in found if not one.row.labels and one.row.hard == hard]
        shares = (
            _share(some, lambda one: bool(one.verdict.findings)),
            _share(some, lambda one: one.verdict.signal is not None),
            _share(some, lambda one: one.withheld),
            _share(some, lambda one: one.verdict.outcome == "allow_folded"),
        )
        yield f"| {name} | {len(some)} | {' | '.join(shares)} |"


def languages(found: Sequence[Judged]) -> Iterator[str]:
    yield "| language | messages | crisis recall | a finding where there is a label | one where there is none |"
    yield "| --- | --- | --- | --- | --- |"
    for lang in sorted({one.row.lang for one in found}):
        some = [one for one in found if one.row.lang == lang]
        needs = [one for one in some if one.has(HEADS["crisis"])]
        labelled = [one for one in some if one.row.labels]
        bare = [one for one in some if not one.row.labels]
        shares = (
            f"{_share(needs, lambda one: one.verdict.signal is not None)} of {len(needs)}",
            _share(labelled, lambda one: one.found(one.row.labels)),
            _share(bare, lambda one: bool(one.verdict.findings)),
        )
        yield f"| {lang} | {len(some)} | {' | '.join(shares)} |"


def withheld_needs(found: Sequence[Judged]) -> list[Judged]:
    """Never one of these."""
    return [one for one in found if one.has(NEED) and one.withheld]


def curve(test: list[Example]) -> Iterator[str]:
    """The n-grams alone, for the encoder takes half an hour each time: the mean of the best F1 over all labels."""
    rows = trained()
    authors = sorted({row.author for row in rows})
    yield "| trained on | messages | mean F1, n-grams alone |"
    yield "| --- | --- | --- |"
    for count in (1, 2, 4, len(authors)):
        some = [row for row in rows if row.author in authors[-count:]]
        yield f"| {count} author{'s' * (count > 1)} | {len(some)} | {_mean_f1(some, test):.2f} |"
    for every in (8, 4, 2):
        some = rows[::every]
        yield f"| all authors, every {every}th message | {len(some)} | {_mean_f1(some, test):.2f} |"


def _mean_f1(rows: list[Example], test: list[Example]) -> float:
    counted = ngrams.trained(rows)
    scores = np.array([counted.score(row.read.split()) for row in test])
    goal = truth(test)
    return float(
        np.mean([_best_f1(goal[:, place] > 0, scores[:, place]) for place in range(len(LABELS))])
    )


def _best_f1(is_so: Mask, score: NDArray[np.float32]) -> float:
    right = np.cumsum(is_so[np.argsort(-score, kind="stable")])
    return float((2 * right / (np.arange(1, len(right) + 1) + is_so.sum())).max())


def _recall(is_so: Mask, said: Mask) -> NDArray[np.float64]:
    return _part((is_so & said).sum(-1), is_so.sum(-1))


def _precision(is_so: Mask, said: Mask) -> NDArray[np.float64]:
    return _part((is_so & said).sum(-1), said.sum(-1))


def _f1(is_so: Mask, said: Mask) -> NDArray[np.float64]:
    return _part(2 * (is_so & said).sum(-1), is_so.sum(-1) + said.sum(-1))


def _part(some: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return some / np.maximum(whole, 1)


def _ranged(is_so: Mask, said: Mask, figure: Callable[[Mask, Mask], NDArray[np.float64]]) -> str:
    samples = np.random.default_rng(7).integers(0, len(is_so), (1000, len(is_so)))
    low, high = np.quantile(figure(is_so[samples], said[samples]), (0.025, 0.975))
    return f"{float(figure(is_so, said)):.2f} ({low:.2f}-{high:.2f})"


def _share(some: Sequence[Judged], is_so: Callable[[Judged], bool]) -> str:
    return f"{sum(map(is_so, some)) / len(some):.1%}" if some else "-"


def main() -> None:
    names = sys.argv[1:] or list(FINAL)
    rows = examples(names)
    found, cost = judged(rows)
    print(
        f"{len(rows)} messages of {', '.join(names)}; {cost:.2f} ms of CPU a message at the median\n"
    )
    for part in (table(found), alarms(found), languages(found), curve(rows)):
        print("\n".join(part), end="\n\n")
    cries = withheld_needs(found)
    print(f"Withheld with crisis, harm or relapse: {len(cries)}")
    for one in cries:
        print(
            f"  {one.row.id} {one.verdict.outcome} {[reason.kind for reason in one.verdict.findings]}"
        )


if __name__ == "__main__":
    main()
