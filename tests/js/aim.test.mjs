// A tap does what it was aimed at, or nothing: what lay under the finger a moment ago decides.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Layout } from "./js/views/aim.js"
import { MOMENT } from "./js/views/brought.js"

const row = (top) => ({ left: 0, top, right: 100, bottom: top + 44 })
const admit = { is: "admit", key: "7", means: "Admit Petra" }
const end = { is: "end", key: "end 5", means: "End turn" }
/** In the middle of the row at 100. */
const [X, Y] = [50, 120]
const BEFORE = 1_000
assert.equal(MOMENT, 400)

/** Admit stood at 100 and End turn at 200; at 1,000 Admit went, and End turn came up. */
function slid() {
  const layout = new Layout()
  layout.saw(0, [{ ...admit, ...row(100) }, { ...end, ...row(200) }])
  layout.saw(BEFORE, [{ ...end, ...row(100) }])
  return layout
}

const tapped = (layout, at, place = { ...end, ...row(100) }, x = X, y = Y) => layout.isAstray(at - MOMENT, x, y, place)

test("what has slid under the finger takes no tap for a moment, and then it does", () => {
  assert.ok(tapped(slid(), BEFORE + 1))
  assert.ok(tapped(slid(), BEFORE + MOMENT - 1))
  assert.ok(!tapped(slid(), BEFORE + MOMENT))
})

test("beside the place that changed nothing is held back", () => {
  const layout = new Layout()
  layout.saw(0, [{ ...admit, ...row(100) }])
  layout.saw(BEFORE, [{ ...end, ...row(300) }])
  assert.ok(!tapped(layout, BEFORE + 1, { ...end, ...row(300) }, X, 320))
})

test("what moves and stays under the finger takes the tap", () => {
  const layout = new Layout()
  layout.saw(0, [{ ...end, ...row(110) }])
  layout.saw(BEFORE, [{ ...end, ...row(100) }])
  assert.ok(!tapped(layout, BEFORE + 1))
})

test("the same place with another meaning is another act", () => {
  const layout = new Layout()
  layout.saw(0, [{ ...end, ...row(100) }])
  layout.saw(BEFORE, [{ ...end, means: "Give it back to Ben", ...row(100) }])
  assert.ok(tapped(layout, BEFORE + 1, { ...end, means: "Give it back to Ben", ...row(100) }))
})

test("what was built anew for the same row is the same, and for another row it is not", () => {
  const layout = new Layout()
  layout.saw(0, [{ ...admit, ...row(100) }])
  layout.saw(BEFORE, [{ ...admit, is: "admit again", ...row(100) }])
  assert.ok(!tapped(layout, BEFORE + 1, { ...admit, is: "admit again", ...row(100) }))
  assert.ok(tapped(layout, BEFORE + 1, { ...admit, is: "another", key: "8", ...row(100) }))
})

test("where nothing lay nobody aimed", () => {
  const layout = new Layout()
  layout.saw(0, [])
  layout.saw(BEFORE, [{ ...end, ...row(100) }])
  assert.ok(!tapped(layout, BEFORE + 1))
})

test("several changes within a moment are all looked at", () => {
  const layout = slid()
  layout.saw(BEFORE + 50, [])
  layout.saw(BEFORE + 100, [{ ...end, ...row(100) }])
  assert.ok(tapped(layout, BEFORE + 150))
})

test("who scrolls moves things under their own finger", () => {
  const layout = slid()
  layout.scrolled([{ ...end, ...row(100) }])
  assert.ok(!tapped(layout, BEFORE + 1))
})

test("nothing is held back as long as nothing changes", () => {
  const layout = slid()
  const still = [{ ...end, ...row(100) }]
  for (let at = BEFORE + 10; at < BEFORE + 5_000; at += 10) layout.saw(at, still)
  assert.ok(!tapped(layout, BEFORE + 5_000))
})

test("a key does what it would have done a moment ago, wherever the act stands", () => {
  const now = { ...end, means: "Give it back to Ben" }
  const layout = new Layout()
  layout.saw(0, [{ ...end, ...row(200) }])
  layout.saw(BEFORE, [{ ...end, ...row(100) }])
  assert.ok(!layout.isOther(BEFORE + 1 - MOMENT, { ...end, ...row(100) }))
  layout.saw(BEFORE + 10, [{ ...now, ...row(100) }])
  assert.ok(layout.isOther(BEFORE + 20 - MOMENT, { ...now, ...row(100) }))
  assert.ok(!layout.isOther(BEFORE + 10, { ...now, ...row(100) }))
})
