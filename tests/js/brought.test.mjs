// A key does what it was meant for, or says that it did nothing: who brought the focus there decides.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ANSWERS, Focus, MOMENT } from "./js/views/brought.js"

const AT = 5_000
assert.equal(MOMENT, 400)
assert.equal(ANSWERS, 1_000)

test("a hand that goes there may press at once, whatever it pressed before", () => {
  const focus = new Focus()
  focus.pressed(AT - 1)
  focus.came(AT, true, true)
  assert.ok(!focus.isBrought(AT + 1))
})

test("assistive technology goes there without a hand, and may press at once", () => {
  const focus = new Focus()
  focus.pressed(AT - ANSWERS)
  focus.lost(AT - ANSWERS)
  focus.came(AT, false, false)
  assert.ok(!focus.isBrought(AT + 1))
})

test("what took the place of what had the focus takes no press for a moment, and then it does", () => {
  const focus = new Focus()
  focus.came(AT, false, true)
  assert.ok(focus.isBrought(AT + MOMENT - 1))
  assert.ok(!focus.isBrought(AT + MOMENT))
})

test("where the focus moves as the answer to a press, the next press has to be aimed anew", () => {
  const focus = new Focus()
  focus.pressed(AT + 1 - ANSWERS)
  focus.came(AT, false, false)
  assert.ok(focus.isBrought(AT + 1))
})

test("where the focus was lost a moment ago the page brings it on", () => {
  const focus = new Focus()
  focus.lost(AT + 1 - ANSWERS)
  focus.came(AT, false, false)
  assert.ok(focus.isBrought(AT + 1))
})

test("a finger that is told of after the focus has brought it", () => {
  const focus = new Focus()
  focus.came(AT, false, true)
  focus.byHand()
  assert.ok(!focus.isBrought(AT + 1))
  assert.equal(focus.at, AT)
})
