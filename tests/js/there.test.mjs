// Who is writing when their invitation is about to run out is there.
import assert from "node:assert/strict"
import { test } from "node:test"
import { NOON, ben, chidi, phase, snapshot } from "./a_room.mjs"
import * as fold from "./js/room.js"
import { isThere } from "./js/views/there.js"

const invited = (more = {}) => fold.start(snapshot(phase("queue"), { invited: ben, hands: [ben], invite_until: NOON + 45, ...more }), ben)
const writes = { text: "It has been a hard week", isPrivate: false, ago: 1 }
const there = (at, field = {}, more = {}) => isThere(invited(more), NOON + at, { ...writes, ...field })

test("fc_05 in its last seconds an invitation is accepted for who is writing, and not before", () => {
  assert.deepEqual([0, 34, 35, 44].map((at) => there(at)), [false, false, true, true])
})

test("fc_05 who has stopped, has written nothing or writes to few accepts nothing", () => {
  assert.ok(there(40, { ago: 5 }))
  for (const field of [{ ago: 6 }, { ago: Infinity }, { text: " " }, { isPrivate: true }]) assert.ok(!there(40, field), JSON.stringify(field))
})

test("fc_05 who has written that they pass does not accept", () => {
  for (const text of ["pass", "Pass.", "!"]) assert.ok(!there(40, { text }), text)
})

test("fc_05 where the floor can't be taken, or is another's to take, nothing is accepted", () => {
  for (const more of [{ invited: chidi }, { invited: null, invite_until: null }, { frozen_at: NOON + 40 }, { paused_at: NOON + 40 }]) assert.ok(!there(40, {}, more), JSON.stringify(more))
})
