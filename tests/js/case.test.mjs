// A case: what was sent is among the lines once, whichever of receipt and entry comes first.
import assert from "node:assert/strict"
import { test } from "node:test"
import { apply, begin, isComplete, isHeld, lastNumber, otherEnd, unread, unsettled } from "./js/case.js"

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

const at = (number, entry) => ({ number, at: number, id: "", entry })

test("a claim lapses, is taken up again, and is another's", () => {
  let state = begin(VIEW, 1)
  assert.deepEqual([isHeld(state), otherEnd(state)], [false, 0])
  state = apply(state, at(2, { type: "claimed", seat: 2, words: "Sam" }))
  assert.deepEqual([isHeld(state), otherEnd(state), state.hasWord], [true, 2, false])
  state = apply(state, wrote(3, 2, "I'm here"))
  assert.deepEqual([state.hasWord, state.touchedAt], [true, 3])
  state = apply(state, at(4, { type: "claim_lapsed", why: "away" }))
  assert.deepEqual([isHeld(state), state.lapsed, state.lapsedAt, state.told], [false, "away", 4, true])
  assert.equal(isHeld(apply(state, at(5, { type: "claim_resumed", seat: 2 }))), true)
  state = apply(state, at(5, { type: "claimed", seat: 3, words: "Kim", replaces: 2 }))
  assert.deepEqual([isHeld(state), state.claimer, otherEnd(state)], [true, "Kim", 3])
  assert.deepEqual(state.lines.map(({ name }) => name), ["Sam", "Sam", "Sam", "Kim"], "what Sam wrote stays Sam's")
  assert.equal(otherEnd({ ...state, seat: 3 }), 1)
})

test("pressed again, nobody has told them anything yet", () => {
  const told = apply(begin(VIEW, 1), at(2, { type: "unanswered" }))
  assert.equal(apply(told, at(3, { type: "help_pressed_again" })).told, false)
})

test("ce_17 whoever has left can't come back to the line", () => {
  assert.deepEqual([begin(VIEW, 2).leftAt, begin({ ...VIEW, left_at: 9 }, 2).leftAt], [null, 9])
  const state = apply(begin(VIEW, 2), at(4, { type: "member_left" }))
  assert.equal(state.leftAt, 4)
  assert.deepEqual(state.lines.map(({ type, seat }) => [type, seat]), [["member_left", 1]])
})

test("who presses Help for the first time is told anew, while nobody has the case", () => {
  const raise = (number, source) => at(number, { type: "case_raised", source, triage: "urgent" })
  const told = [raise(1, "signal"), at(2, { type: "nobody_there" })].reduce(apply, begin({ ...VIEW, told: true }, 1))
  assert.equal(told.told, true)
  assert.equal(apply(told, raise(3, "help")).told, false)
  assert.equal(apply(told, raise(3, "signal")).told, true)
  assert.equal(apply(apply(told, at(3, { type: "claimed", seat: 2, words: "Sam" })), raise(4, "help")).told, true)
})

test("the member's words are unread until staff have seen them", () => {
  let state = apply(begin({ ...VIEW, claimed_seat: 2 }, 2), at(2, { type: "excerpt", seat: 1, words: "I can't" }))
  state = [wrote(3, 1, "hello?"), wrote(4, 2, "I'm here"), wrote(5, 1, "good")].reduce(apply, state)
  assert.deepEqual(unread(state).map(({ number }) => number), [2, 3, 5])
  const touched = at(1, { type: "touched", seat: 2, read: 3 })
  assert.deepEqual(unread(apply(state, touched)).map(({ number }) => number), [5])
  assert.equal(apply(apply(state, touched), at(2, { type: "touched", seat: 2, read: 2 })).read, 3)
})

test("a name given later is theirs", () => {
  const state = apply(begin({ ...VIEW, member: null, room: null }, 2), at(2, { type: "member_named", words: "Ben", room: "evening", seat: 4 }))
  assert.deepEqual([state.member, state.room, state.place], ["Ben", "evening", 4])
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
