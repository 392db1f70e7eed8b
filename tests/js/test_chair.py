"""The facilitator's panel without DOM: its script notices what somebody could break."""

import re
from typing import get_args

import pytest

from moderation.meeting import commands as ask
from tests.js.modules import STATIC, Modules

MISTAKES = [
    ("sight.js", "lost -= phase.minutes", "lost -= 1"),
    ("sight.js", "minutes > time.left", "minutes >= time.left"),
    ("sight.js", "const OFFERED = 600", "const OFFERED = 599"),
    ("sight.js", "place > 1 && seat !== room.seat", "place > 1"),
    ("sight.js", ">= GIVEN_BACK", "> GIVEN_BACK"),
    ("sight.js", "strangersAt !== putAway && ", ""),
    ("acts.js", "; who was invited waits on", ""),
    ("words.js", 'if (seat === room.chair) return "the chair"', ""),
    ("acts.js", "room.holder === null || next === null || isHeldUp(room)", "next === null"),
    ("acts.js", 'command: { type: "next", epoch }', 'command: { type: "next", epoch: epoch + 1 }'),
    ("sight.js", "rooms.chooser(room, now) === null", "true"),
    ("notices.js", "names === room.seat", "false"),
    ("acts.js", 'rooms.speak(room) === "tag" || ', ""),
    ("acts.js", "|| rooms.isPhaseOver(room, now)", ""),
    ("notices.js", "room.shieldAt !== null", "room.shieldAt === NaN"),
    ("sight.js", " || rooms.mayActOn(room, last.seat)", ""),
    (
        "acts.js",
        "inviteNext(room, now) : giveBack(room, now, passed)",
        "inviteNext(room, now) : null",
    ),
    ("acts.js", "ending(room) ?? giveBack(room, now, passed)", "ending(room)"),
]


@pytest.mark.parametrize(("module", "right", "wrong"), MISTAKES)
def test_a_mistake_in_the_panel_is_noticed(modules: Modules, module: str, right: str, wrong: str):
    modules.spoil(f"views/chair/{module}", right, wrong)
    modules.fails("chair.test.mjs")


CARE_MISTAKES = [
    ("attended === null", "attended === false"),
    ("item.attended ?? null", "item.attended ?? true"),
    (" || aside.has(key)", ""),
    ("seat !== room.seat && isHere(seat)", "isHere(seat)"),
    (" || rooms.isUnknown(room, seat)", ""),
    ("found.delete(item.about)", ""),
    ("need.by = item.seat", "need.by = item.to"),
    ("room.closedAt === null && ", ""),
    ("numbers > 0", "true"),
]


@pytest.mark.parametrize(("right", "wrong"), CARE_MISTAKES)
def test_ce_10_a_mistake_in_what_is_said_of_a_cry_is_noticed(
    modules: Modules, right: str, wrong: str
):
    modules.spoil("views/chair/care.js", right, wrong)
    modules.fails("chair-care.test.mjs")


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


def test_every_command_that_a_seat_may_send_is_some_act_of_the_page():
    """What the rules allow and no button does is no act of a facilitator."""
    pages = [path.read_text() for path in STATIC.rglob("*.js") if path.name != "protocol.js"]
    acts = set(re.findall(r'type: "(\w+)"', "".join(pages)))
    # A seat of service is pressed where it is theirs.
    acts |= set(re.findall(r'type: \w+\(\) \? "(\w+)" : "\w+"', "".join(pages)))
    acts |= set(re.findall(r'type: \w+\(\) \? "\w+" : "(\w+)"', "".join(pages)))
    known = {command.__struct_config__.tag for command in get_args(ask.SeatCommand)}
    assert len(known) > 40, "this test looks at what the wire takes"
    assert known - acts == set()
