// What is held: facilitators read why and where, its author what came of it, and the slower of two who was faster.
import assert from "node:assert/strict"
import { test } from "node:test"
import { NOON, ada, ben, mo, phase, snapshot } from "./a_room.mjs"
import { apply, start } from "./js/room.js"
import { Timeline } from "./js/timeline.js"
import { decidedLine, heldNotices, pieces } from "./js/views/chair/held.js"

const WORDS = "😀 I know somebody who has some"
const why = [{ kind: "sourcing", code: "sourcing", start: 9, end: 17, weighed: [{ start: 9, end: 17 }] }]
const held = { type: "held", seat: ben, words: WORDS, until: NOON + 120, why }
const plain = (words) => words.replaceAll(/[\u2066-\u2069]/g, "")
const at = (number, entry) => ({ number, id: "", at: NOON, entry })
const open = start(snapshot(phase("open")), ada)

test("cm_16 facilitators read whose words wait, why, and where in them", () => {
  const room = apply(open, at(4, held))
  const [notice] = heldNotices(room)
  assert.match(plain(notice.words), /^What Ben wrote waits for you: it may be about getting or selling drugs\. What weighed most: “somebody”\. Only facilitators have read it; it goes back at /)
  assert.deepEqual(notice.quote, [
    { text: "😀 I know ", marked: false },
    { text: "somebody", marked: true },
    { text: " who has some", marked: false },
  ])
  assert.deepEqual(notice.acts.map(({ command }) => command), [{ type: "release", number: 4 }, { type: "give_back_held", number: 4 }])
  assert.deepEqual(heldNotices(apply(room, at(5, { type: "held_ended", number: 4, how: "time" }))), [])
})

test("cm_16 what weighed most is named as it stands in the words", () => {
  const weighed = [{ start: 9, end: 17 }, { start: 4, end: 8 }]
  const [notice] = heldNotices(apply(open, at(4, { ...held, why: [{ ...why[0], weighed }] })))
  assert.ok(notice.words.includes("What weighed most: “know”, “somebody”."))
})

test("cm_11 advice may be published with a note", () => {
  const room = apply(open, at(4, { ...held, why: [{ ...why[0], kind: "medical_advice" }] }))
  assert.deepEqual(heldNotices(room)[0].acts.map(({ label }) => label), ["Publish", "Publish, with a note", "Give back"])
})

test("cm_16 whoever is slower reads who was faster and what they did", () => {
  assert.equal(plain(decidedLine(open, { by: "facilitator", what: "released", seat: mo })), "Mo published it already.")
  assert.equal(plain(decidedLine(open, { by: "facilitator", what: "given_back", seat: ada })), "You gave it back already.")
  assert.equal(decidedLine(open, { by: "author", what: "taken_back", seat: ben }), "They took it back themselves.")
  assert.match(decidedLine(open, { by: "time", what: "time", seat: 0 }), /^The time was over/)
})

test("cm_17 its author reads that it waits, and has the words when it comes back", () => {
  const mine = start(snapshot(phase("open")), ben)
  const room = apply(mine, at(2, { type: "held_yours", owner: ben, words: WORDS }))
  assert.deepEqual(room.waits, [{ seat: ben, number: 2, words: WORDS }])
  const timeline = new Timeline()
  const back = { type: "held_yours_ended", owner: ben, number: 2, how: "time", words: WORDS }
  const after = apply(room, at(3, back))
  assert.deepEqual(after.waits, [])
  const [item] = timeline.add("own", at(3, back), after)
  assert.match(item.text, /^Nobody decided in time, so this came back to you; the others have not read it\. /)
  assert.ok(item.text.includes(WORDS))
  const [own] = new Timeline().add("own", at(3, { ...back, how: "taken_back" }), after)
  assert.match(own.text, /^You took this back; the others have not read it\. /)
})

test("cm_16 what is late stands by itself and does not join the turn it was of", () => {
  const timeline = new Timeline()
  const said = (number, more) => timeline.add("room", at(number, { type: "said", seat: ben, words: "x", turn: 1, ...more }), open)
  said(1)
  const [late] = said(2, { late: true })
  said(3)
  assert.deepEqual(timeline.items.map((item) => [item.late, item.lines.length]), [[false, 2], [true, 1]])
  assert.equal(late.turn, 0)
})

test("places are code points, and no words are no pieces", () => {
  assert.deepEqual(pieces("", why), [])
})

test("cm_17 what came back stands where its time puts it, also where the room was read before", () => {
  const said = (number, time) => [{ number, id: "", at: time, entry: { type: "said", seat: mo, words: "x", turn: number } }, "room"]
  const back = [{ number: 1, id: "", at: NOON + 5, entry: { type: "held_yours_ended", owner: ben, number: 2, how: "time", words: WORDS } }, "own"]
  for (const read of [[said(1, NOON), said(2, NOON + 9), back], [back, said(1, NOON), said(2, NOON + 9)]]) {
    const timeline = new Timeline()
    for (const [numbered, stream] of read) timeline.add(stream, numbered, open)
    assert.deepEqual(timeline.items.map(({ kind }) => kind), ["turn", "notice", "turn"])
  }
})
