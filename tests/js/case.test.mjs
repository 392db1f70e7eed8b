// A case: what was sent is among the lines once, whichever of receipt and entry comes first.
import assert from "node:assert/strict"
import { test } from "node:test"
import { apply, begin, lastNumber, unsettled } from "./js/case.js"

const VIEW = { kind: "case", source: "help", triage: "urgent", room: "evening", member: "Ben", raised_at: 1, told: false, claimed_at: null, claimer: null, closed_at: null }
const wrote = (number, seat, words) => ({ number, at: number, id: "", entry: { type: "wrote", seat, words } })
const sent = (text, after = 0, number = null) => ({ item: { command: { type: "write", text }, number }, after })

test("a case is raised, claimed and closed", () => {
  let state = begin(VIEW, 1)
  state = apply(state, { number: 1, at: 5, id: "", entry: { type: "case_raised", source: "signal", triage: "support", room: null } })
  state = apply(state, { number: 2, at: 6, id: "", entry: { type: "claimed", seat: 2, words: "Sam" } })
  assert.deepEqual([state.source, state.member, state.claimer, state.claimedAt], ["signal", "Ben", "Sam", 6])
  state = apply(state, { number: 3, at: 7, id: "", entry: { type: "case_closed", by: 2, outcome: "supported" } })
  assert.equal(state.closedAt, 7)
  assert.equal(lastNumber(state), 3)
})

test("an entry of a newer server changes nothing", () => {
  const state = begin(VIEW, 1)
  assert.equal(apply(state, { number: 1, at: 1, id: "", entry: { type: "something_new" } }), state)
})

test("with a receipt it is the line of that number", () => {
  const state = apply(begin(VIEW, 1), wrote(3, 1, "hello"))
  assert.deepEqual(unsettled(state, [sent("hello", 0, 3)]), [])
  assert.equal(unsettled(state, [sent("hello", 0, 4)]).length, 1)
})

test("without one it is my words in a later line, each line for one", () => {
  const state = apply(begin(VIEW, 1), wrote(3, 1, "hello"))
  assert.deepEqual(unsettled(state, [sent("hello", 2)]), [])
  assert.equal(unsettled(state, [sent("hello", 3)]).length, 1, "that one was there before")
  assert.equal(unsettled(state, [sent("hello", 2), sent("hello", 2)]).length, 1)
  assert.equal(unsettled(apply(begin(VIEW, 1), wrote(3, 2, "hello")), [sent("hello")]).length, 1, "theirs is not mine")
})
