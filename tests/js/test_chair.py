"""The facilitator's panel without DOM: its script notices what somebody could break."""

import pytest

from tests.js.modules import Modules

MISTAKES = [
    ("sight.js", "lost -= phase.minutes", "lost -= 1"),
    ("sight.js", "minutes > time.left", "minutes >= time.left"),
    ("sight.js", "export const RAID = 5", "export const RAID = 4"),
    ("sight.js", "place > 1 && seat !== room.seat", "place > 1"),
    ("sight.js", ">= GIVEN_BACK", "> GIVEN_BACK"),
    ("sight.js", 'room.flags.door === "open"', "true"),
    ("sight.js", "if (this.#began) ", ""),
    ("words.js", 'if (seat === room.chair) return "the chair"', ""),
    ("words.js", "room.holder === null || next === null || isHeldUp(room)", "next === null"),
    ("words.js", 'command: { type: "next", epoch }', 'command: { type: "next", epoch: epoch + 1 }'),
    ("sight.js", "rooms.chooser(room, now) === null", "true"),
    ("words.js", "names === room.seat", "false"),
    ("words.js", 'rooms.speak(room) === "tag" || ', ""),
    ("words.js", "|| rooms.isPhaseOver(room, now)", ""),
    ("words.js", "room.shieldAt !== null", "room.shieldAt === NaN"),
    ("sight.js", " || rooms.mayActOn(room, last.seat)", ""),
    ("words.js", "inviteNext(room, now) : giveBack(room, now)", "inviteNext(room, now) : null"),
    ("words.js", "ending(room) ?? giveBack(room, now)", "ending(room)"),
]


@pytest.mark.parametrize(("module", "right", "wrong"), MISTAKES)
def test_a_mistake_in_the_panel_is_noticed(modules: Modules, module: str, right: str, wrong: str):
    modules.spoil(f"views/chair/{module}", right, wrong)
    modules.fails("chair.test.mjs")


WAYS_MISTAKES = [
    ("=== USUAL ? null", "=== USUAL ? false"),
    ("value !== chosen(name, found)", "value !== USUAL"),
    ("const isUsual = !(name in found.set)", "const isUsual = true"),
    ("choices.most - choices.least + 1", "choices.most - choices.least"),
]


@pytest.mark.parametrize(("right", "wrong"), WAYS_MISTAKES)
def test_a_mistake_in_the_settings_is_noticed(modules: Modules, right: str, wrong: str):
    modules.spoil("views/chair/ways-words.js", right, wrong)
    modules.fails("chair-ways.test.mjs")
