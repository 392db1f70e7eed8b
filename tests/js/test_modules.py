"""The browser's modules without DOM, each by a script beside this file; and each script sees a mistake."""

import pytest

from tests.js.modules import HERE, Modules

SCRIPTS = sorted(path.name for path in HERE.glob("*.test.mjs"))

# What somebody could break, and the script that notices.
MISTAKES = [
    ("views/bounced.js", "others.at(-1)", "others.at(0)"),
    ("views/bounced.js", 'behind.replace(/^\\./, "")', "behind"),
    ("views/bounced.js", '? "" : " ")', '? " " : " ")'),
    ("connection.js", "entry.number > seen.number)", "entry.number >= seen.number)"),
    ("connection.js", "entry.number !== seen.number + 1", "entry.number < seen.number"),
    ("connection.js", "< number) this.redial()", "< 0) this.redial()"),
    ("connection.js", "const SILENCE = 25_000", "const SILENCE = 250_000"),
    ("connection.js", "4403, 4410, 4412, 4413])", "4403, 4412, 4413])"),
    ("connection.js", "number === 0 || id)", "true)"),
    ("connection.js", "if (code === SEAT_CHANGED) this.#seen.clear()", ""),
    ("connection.js", "passed * this.#speed", "passed"),
    ("connection.js", "this.#attempts = 0\n", ""),
    ("connection.js", "const LATEST = 4_000", "const LATEST = 5_000"),
    ("connection.js", "Math.random()", "0.5"),
    ("connection.js", "wanted.add(this)", ""),
    (
        "connection.js",
        'addEventListener("offline", this.#gone)\n    addEventListener',
        "addEventListener",
    ),
    ("connection.js", "const PATIENCE = 5_000", "const PATIENCE = 50_000"),
    ("connection.js", "const STALE = 12_000", "const STALE = 25_000"),
    ("connection.js", "const ASLEEP = 5_000", "const ASLEEP = 500_000"),
    ("connection.js", "Math.min(2 * this.#patience, SILENCE)", "PATIENCE"),
    ("connection.js", "this.#unanswered.clear()", ""),
    ("outbox.js", 'this.#inFlight === "" ||', "true ||"),
    ("outbox.js", "this.#go(item, true)", "this.#go(item)"),
    (
        "outbox.js",
        "return this.restored(newId(), command)",
        "return this.restored(newId(), { ...command })",
    ),
    ("outbox.js", 'this.#settle(item, "unsent")', 'this.#settle(item, "refused")'),
    ("outbox.js", "if (next !== undefined) this.#go(next)", ""),
    ("desk.js", "URGENCY[a.triage] - URGENCY[b.triage] ||", ""),
    ("desk.js", "(known.position ?? 0) > (listed.position ?? 0)", "false"),
    ("desk.js", "Number(isWaiting(b)) - Number(isWaiting(a)) ||", ""),
    ("desk.js", "Number(hasLapsed(b)) - Number(hasLapsed(a)) ||", ""),
    ("desk.js", 'listed.has_word ? "Yours" :', ""),
    ("desk.js", "number <= desk.through", "number < 0"),
    ("desk.js", " + TOLD)", " + 1)"),
    ("desk.js", " ?? -Infinity) + ", " ?? Infinity) + "),
    ("case.js", "met.has(number)", "false"),
    ("case.js", "seat === MEMBER || outcome !== null", "true"),
    ("case.js", "lapsed === null && closedAt", "closedAt"),
    ("case.js", "number > read", "number >= read"),
    ("case.js", "seat === MEMBER ? holder : MEMBER", "holder"),
    ("case.js", "number > after && ", ""),
    ("case.js", "seat !== state.seat || ", ""),
    ("asking.js", "if (!this.#asked.has(seat)) ", ""),
    ("asking.js", ".slice(0, MOST)", ""),
    ("asking.js", "this.#freeAt - performance.now()", "0"),
    ("asking.js", "if (isFresh) this.#asked.clear()", ""),
    ("asking.js", "this.#open.shift()", "void 0"),
    ("asking.js", "for (const seat of seats) this.#wanted.delete(seat)\n    if", "if"),
    ("asking.js", "asked.filter(isLeft)", "asked"),
    ("asking.js", "filter(({ length }) => length > 0)", "slice(1)"),
    ("timeline.js", "if (words === null) continue", ""),
    ("initials.js", "words.length < 2 || ", ""),
    ("initials.js", "BETWEEN.has(word.toLowerCase())", "false"),
    ("timeline.js", "else who.delete(seat)", ""),
    ("timeline.js", "line.fold = by", "line.fold = line.fold"),
    ("timeline.js", "&& entry.seat === room.seat ? toMe", "? toMe"),
    ("words.js", "left <= at)", "left < at)"),
    ("words.js", "if (left <= 0) return { stage: 99", "if (left <= -60) return { stage: 99"),
    ("words.js", "Math.max(5, 5 * Math.ceil(left / 5))", "Math.ceil(left)"),
    ("words.js", "running + turn * (place - 1)", "running + turn * place"),
    ("words.js", 'phase: "until this part ends"', 'phase: "for now"'),
    (
        "words.js",
        'more: "Thank you for being here."',
        'more: "What you were writing is still here."',
    ),
    ("timeline.js", "about !== news.about", "about === news.about"),
    ("timeline.js", "&& place(room) > 0 ? `${words}", "? `${words}"),
    ("views/there.js", "!isPrivate && ", ""),
    ("views/there.js", "left <= ABOUT", "true"),
    ("views/there.js", "ago <= LATELY", "true"),
    ("presence.js", "this.#leftAt.delete(seat)", ""),
    ("enter.js", "|| keyCode === TO_INPUT_METHOD", ""),
    ("outbox.js", "|| this.#tried.has(item.id)", ""),
    ("parts.js", "rest.length <= longest ?", "rest.length < longest ?"),
    ("parts.js", "longest + 1)", "longest + 2)"),
    ("parts.js", "letters[end - 1] !== ", "letters[end] !== "),
    ("written.js", "\\u2800", ""),
    ("enter.js", "isComposing || ", ""),
    ("case.js", "isFirst || !isPress || isHeld(state)", "isFirst || !isPress"),
    ("presence.js", "now - gone < GRACE", "now - gone <= 0"),
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_module_keeps_what_its_script_asks(modules: Modules, script: str):
    modules.passes(script)


@pytest.mark.parametrize(("module", "right", "wrong"), MISTAKES)
def test_a_planted_mistake_is_noticed(modules: Modules, module: str, right: str, wrong: str):
    modules.spoil(module, right, wrong)
    modules.fails(module.rpartition("/")[2].replace(".js", ".test.mjs"))
