"""A79, CM-12: no text takes the rules long, raises, or is shown otherwise than it was written.

In the size of CI; all of it with FULL=1. How long it takes is told and not asserted, for a machine may be busy.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.content import Context, review

from .corpus import LEXICON, MEMBER, POLICY

FULL = bool(os.environ.get("FULL"))
LONGEST = 2000
"""Characters of the longest line that a member may send."""
SEEDS = (
    *(
        "a",
        "a ",
        " ",
        ".",
        "w",
        "@",
        "_",
        "-",
        "1",
        "1 ",
        "0 ",
        "555 ",
        "one ",
        "five five ",
        "a.",
        "a@",
        "a@b.",
        "@a",
        "a_b",
        "a-",
    ),
    *(
        "www.",
        "http://",
        "x.com/",
        "a dot ",
        "a at ",
        "my insta is ",
        "add me on ",
        "find me ",
        "g m a i l ",
        "under score ",
    ),
    *(
        "i want to ",
        "i want to die ",
        "kill my",
        "just just just ",
        "really ",
        "i took all the pills ",
        "quiero morir ",
        "ja",
    ),
    *(
        "h\u0301\u0302\u0303\u0304",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\U0001f600",
        "\u0430",
        "ﷺ",
        "ß",
        "İ",
        "\n",
        "(",
        "))",
        "1-800-",
        "+1 (",
    ),
    *(
        "quatre vingt ",
        "double ",
        "has anyone heard from ",
        "eight hundred ",
        "insta: ",
        "8 0 0 ",
        "#1234",
        "i am ",
        "a b c ",
    ),
)


def crafted(chance: random.Random, longest: int) -> str:
    """A few seeds again and again, in turn or mixed, as who looks for a slow pattern writes."""
    parts = chance.sample(SEEDS, chance.randint(1, 4))
    text = "".join(parts) if chance.random() < 0.5 else "".join(chance.choices(parts, k=50))
    return (text * (longest // max(1, len(text)) + 1))[:longest]


def scattered(chance: random.Random, longest: int) -> str:
    """Any code points, the ones for half a surrogate pair as well."""
    ends = chance.choice((0x7F, 0x24F, 0x2FFF, 0xFFFF, 0x10FFFF))
    return "".join(chr(chance.randint(0, ends)) for _ in range(chance.randint(1, longest)))


def texts(count: int, longest: int) -> Iterator[str]:
    chance = random.Random(7)
    yield from (seed * (longest // len(seed)) for seed in SEEDS)
    while True:
        yield crafted(chance, longest)
        yield scattered(chance, longest)


def judged(text: str) -> float:
    """Milliseconds of CPU; what is found lies within the text, and the text is as it was."""
    before = "".join(text)
    began = time.thread_time_ns()
    verdict = review(text, MEMBER, POLICY, LEXICON)
    spent = (time.thread_time_ns() - began) / 1e6
    assert text == before
    assert all(0 <= one.start < one.end <= len(text) for one in verdict.findings + verdict.masks)
    return spent


@settings(max_examples=10_000 if FULL else 300, deadline=None)
@given(st.text(max_size=400))
def test_a79_no_text_raises_or_is_pointed_at_beyond_its_end(text: str):
    judged(text)
    review(text, Context("member", before=(text, text), kind="name"), POLICY, LEXICON)


@pytest.mark.parametrize("longest", [LONGEST, *([65_536] if FULL else [])])
def test_a79_cm_12_no_crafted_text_raises_and_the_slowest_is_told(longest: int):
    count = 10_000 if longest == LONGEST and FULL else 150
    spent = sorted((judged(text), text[:40]) for text in islice(texts(count, longest), count))
    slowest = "; ".join(f"{one:.1f} ms {text!r}" for one, text in spent[:-6:-1])
    sys.stderr.write(
        f"{count} of up to {longest}: median {spent[count // 2][0]:.2f} ms; {slowest}\n"
    )


def test_a79_eight_times_the_length_is_not_64_times_the_work():
    """What a backtracking pattern would ask for; what lies between is left to a busy machine."""
    for seed in SEEDS:
        short, long = (
            min(judged((seed * size)[:size]) for _ in range(2)) for size in (2000, 16_000)
        )
        assert long < 32 * max(short, 0.5), seed
