// A case: what was sent is among the lines once, whichever of receipt and entry comes first.
import assert from "node:assert/strict"
import { test } from "node:test"
import { apply, begin, isComplete, lastNumber, unsettled } from "./js/case.js"

const VIEW = { kind: "case", source: "help", triage: "urgent", room: "evening", member: "Ben", raised_at: 1, told: false, claimed_at: null, claimer: null, closed_at: null }
const wrote = (number, seat, words) => ({ number, at: number, id: "", entry: { type: "wrote", seat, words } })
const sent = (text, after = 0, number = null) => ({ item: { command: { type: "write", text }, number }, after })

test("a case is raised, claimed and closed", () => {
  let state = begin(VIEW, 1)
  state = apply(state, { number: 1, at: 5, id: "", entry: { type: "case_raised", source: "signal", triage: "support", room: null } })
  state = apply(state, { number: 2, at: 6, id: "", entry: { type: "claimed", seat: 2, words: "Sam" } })
  assert.deepEqual([state.source, state.member, state.claimer, state.claimedAt], ["signal", "Ben", "Sam", 6])
  state = apply(state, { number: 3, at: 7, id: "", entry: { type: "case_closed", by: 2 } })
  assert.equal(state.closedAt, 7)
  assert.equal(lastNumber(state), 3)
})

test("how it ended is known to whoever closed it, in either order", () => {
  const closed = (by) => ({ number: 1, at: 7, id: "", entry: { type: "case_closed", by } })
  const noted = { number: 1, at: 7, id: "", entry: { type: "outcome_noted", seat: 2, outcome: "supported" } }
  for (const order of [[closed(2), noted], [noted, closed(2)]]) {
    const [first, both] = [order.slice(0, 1), order].map((entries) => entries.reduce(apply, begin(VIEW, 2)))
    assert.equal(isComplete(first), false, "the other half is still to come")
    assert.equal(isComplete(both), true)
    assert.equal(both.outcome, "supported")
    assert.equal(lastNumber(both), 1, "the outcome is no line")
  }
  assert.equal(isComplete(apply(begin(VIEW, 1), closed(2))), true, "the member is told of no outcome")
  assert.equal(isComplete(apply(begin(VIEW, 2), closed(1))), true, "the member ended it: there is none")
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
