// Somebody is shown as away only after a while.
import assert from "node:assert/strict"
import { test } from "node:test"
import { GRACE, Presence } from "./js/presence.js"

test("a blip is seen by nobody, an absence is", () => {
  const presence = new Presence()
  assert.ok(presence.isHere(1, 0), "nothing is known yet")
  presence.set([1, 2], 0)
  presence.set([1], 10)
  assert.ok(presence.isHere(2, 10 + GRACE - 1))
  assert.ok(!presence.isHere(2, 10 + GRACE + 1))
  presence.set([1, 2], 40)
  assert.ok(presence.isHere(2, 40))
})

test("who was never here is not here", () => {
  const presence = new Presence()
  presence.set([1], 0)
  assert.ok(!presence.isHere(2, 0))
})
