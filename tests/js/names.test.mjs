// Names that are written from right to left: every sentence that holds one keeps its own order.
import assert from "node:assert/strict"
import { test } from "node:test"
import { NOON, ada, ben, chidi, phase, snapshot } from "./a_room.mjs"
import * as cases from "./js/case.js"
import * as fold from "./js/room.js"
import * as rooms from "./js/standing.js"
import * as words from "./js/words.js"
import * as chair from "./js/views/chair/notices.js"
import { isolated } from "./js/written.js"

const NOA = "נועה ל."
const OMAR = "عمر"
const isolates = new RegExp(`\u2068(${NOA}|${OMAR})\u2069`)
const bare = new RegExp(`(?<!\u2068)(${NOA}|${OMAR})|(${NOA}|${OMAR})(?!\u2069)`)

const queue = phase("queue", { turn: 3 })
const NAMES = { [ada]: { name: OMAR }, [chidi]: { name: NOA } }
const seen = (more, by = ben) => fold.start(snapshot(queue, more, NAMES), by)

test("a name from right to left is isolated once, and any other stays as it is", () => {
  assert.equal(isolated(NOA), `\u2068${NOA}\u2069`)
  assert.equal(isolated(isolated(OMAR)), `\u2068${OMAR}\u2069`)
  for (const name of ["Ben", "Zoë", "Олег", "ゆき", "807", ""]) assert.equal(isolated(name), name)
})

const SENTENCES = {
  "the floor, held": words.floorCard(seen({ holder: chidi, turns: 1, turn_began_at: NOON }), NOON).main,
  "the floor, invited": words.floorCard(seen({ invited: chidi, hands: [chidi] }), NOON).main,
  "who comes next": words.floorCard(seen({ hands: [chidi] }), NOON).more,
  "who writes": words.writing(seen({}), [chidi, ada]),
  "who opens": words.floorCard(seen({ opened_at: null, phase: -1 }), NOON).more,
  "said aloud": words.aloud(seen({}), seen({ holder: chidi, turns: 1, turn_began_at: NOON })),
  "the one at the door": chair.notices(fold.start(snapshot(queue, { lobby: [{ knock: 1, name: NOA }] }, NAMES), ada), NOON).map(({ words }) => words).join(),
  "the helper": cases.begin({ source: "help", triage: "support", room: null, member: NOA, raised_at: 1, told: false, claimed_at: 2, claimer: OMAR, closed_at: null }, 1).claimer,
}

for (const [where, sentence] of Object.entries(SENTENCES)) {
  test(`isolated: ${where}`, () => {
    assert.match(sentence, isolates)
    assert.doesNotMatch(sentence, bare)
  })
}

test("the title of a part is isolated too", () => {
  const room = fold.start(snapshot(phase("open", { title: "שיתוף" })), ben)
  assert.equal(rooms.phaseTitle(room), "\u2068שיתוף\u2069")
  assert.equal(words.statusLine(room, NOON, 3)[0], "\u2068שיתוף\u2069")
})
