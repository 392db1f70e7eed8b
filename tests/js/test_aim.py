"""What a tap was aimed at, and a key: their scripts notice what somebody could break."""

import pytest

from tests.js.modules import Modules

MISTAKES = [
    ("there.length > 0 && ", ""),
    ("one.means === other.means && (", "("),
    ('one.is === other.is || (one.key !== "" && one.key === other.key)', "one.is === other.is"),
    ('(one.key !== "" && one.key === other.key)', "one.key !== other.key"),
    ("until > from", "until >= from"),
    ("    this.#past = []\n", ""),
    ("y < bottom", "true"),
    ("one.is === now.is && one.means !== now.means", "one.is === now.is"),
]


@pytest.mark.parametrize(("right", "wrong"), MISTAKES)
def test_a_mistake_in_the_aim_is_noticed(modules: Modules, right: str, wrong: str):
    modules.spoil("views/aim.js", right, wrong)
    modules.fails("aim.test.mjs")


FOCUS_MISTAKES = [
    ("export const MOMENT = 400", "export const MOMENT = 300"),
    ("export const MOMENT = 400", "export const MOMENT = 500"),
    ("export const ANSWERS = 1_000", "export const ANSWERS = 900"),
    ("export const ANSWERS = 1_000", "export const ANSWERS = 1_100"),
    ("!byHand && ", ""),
    ("isGone || ", ""),
    ("Math.max(this.#pressed, this.#lost)", "this.#pressed"),
    ("Math.max(this.#pressed, this.#lost)", "this.#lost"),
    ("    this.#byPage = false\n", ""),
    ("this.#byPage && ", ""),
    ("    this.#at = at\n", ""),
]


@pytest.mark.parametrize(("right", "wrong"), FOCUS_MISTAKES)
def test_a_mistake_in_who_brought_the_focus_is_noticed(modules: Modules, right: str, wrong: str):
    modules.spoil("views/brought.js", right, wrong)
    modules.fails("brought.test.mjs")
