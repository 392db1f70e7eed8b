"""The browser keeps of a text what the server keeps of it."""

import json
import random
from unicodedata import category

import pytest

from moderation.content.written import is_visible, written
from tests.content.test_written import INVISIBLE
from tests.js.modules import Modules

LETTERS = [
    *"ab .\t\n\n\n\r\v\x1b\x85\ufeff",
    "\u2028",
    "\u200b",
    "\u2800",
    "\u3164",
    "\u0301",
    "👩",
    "\u200d",
    "你",
    "\ufdd0",
]


def texts() -> list[str]:
    chance = random.Random(11)
    made = ["".join(chance.choices(LETTERS, k=chance.randint(1, 30))) for _ in range(3000)]
    # What is unassigned here may be assigned there.
    blocks = [chr(code) for code in range(0x3200) if category(chr(code)) != "Cn"]
    return INVISIBLE + made + blocks


def kept(sent: str) -> str:
    return written(sent).text if is_visible(sent) else ""


def test_both_keep_the_same(modules: Modules):
    told = [[sent, kept(sent)] for sent in texts()]
    modules.passes("written.mjs", json.dumps(told).encode())


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("\\u2800", ""), ("|[\\v\\f\\x85\\u2028\\u2029]", ""), ('.at(-1) !== ""', '.at(-1) !== " "')],
)
def test_a_difference_is_noticed(modules: Modules, right: str, wrong: str):
    told = [[sent, kept(sent)] for sent in texts()]
    modules.spoil("written.js", right, wrong)
    modules.fails("written.mjs", json.dumps(told).encode())
