// Who is here and who is writing are hints; nobody flickers.
import assert from "node:assert/strict"
import { test } from "node:test"
import { GRACE, LEFT, Presence, WRITING, Writing } from "./js/presence.js"

test("before anything is known everybody is here", () => {
  assert.ok(new Presence().isHere(1, 0))
})

test("the server waits before it says that somebody is gone, and then it is so at once", () => {
  const presence = new Presence()
  presence.set({ here: [1, 2] }, 0)
  presence.set({ here: [1] }, 10)
  assert.ok(!presence.isHere(2, 10))
  presence.set({ here: [1, 2] }, 20)
  assert.ok(presence.isHere(2, 20))
})

test("after this page came back, the others have as long to come back", () => {
  const presence = new Presence()
  presence.set({ here: [1, 2, 3] }, 0)
  presence.begin(100)
  presence.set({ here: [1] }, 100)
  presence.set({ here: [1, 3] }, 105)
  assert.ok(presence.isHere(2, 100 + GRACE - 1))
  assert.ok(!presence.isHere(2, 100 + GRACE + 1))
  assert.ok(presence.isHere(3, 100 + GRACE + 1))
})

test("who was never here is not here", () => {
  const presence = new Presence()
  presence.begin(0)
  presence.set({ here: [1] }, 0)
  assert.ok(!presence.isHere(2, 0))
})

test("who is gone for long has left, and who was gone before this page came; a seat that comes back is there again", () => {
  const presence = new Presence()
  presence.set({ here: [1, 2] }, 0)
  assert.ok(presence.hasLeft(3, 0))
  presence.set({ here: [1] }, 10)
  presence.set({ here: [1, 4] }, 20)
  assert.ok(!presence.hasLeft(2, 9 + LEFT))
  assert.ok(presence.hasLeft(2, 10 + LEFT))
  assert.ok(!presence.hasLeft(1, 10 + LEFT))
  presence.set({ here: [1, 2] }, 11 + LEFT)
  assert.ok(!presence.hasLeft(2, 11 + LEFT))
  presence.set({ here: [1] }, 12 + LEFT)
  assert.ok(!presence.hasLeft(2, 13 + LEFT), "it begins anew")
})

test("of a crowd nobody is said to be gone but who matters", () => {
  const presence = new Presence()
  presence.set({ here: [1], count: 300 }, 0)
  assert.equal(presence.count, 300)
  assert.ok(presence.isHere(1, 0, true))
  assert.ok(!presence.isHere(2, 0, true))
  assert.ok(presence.isHere(3, 0, false))
  presence.set({ here: [1, 3] }, 10)
  assert.equal(presence.count, null)
  assert.ok(!presence.isHere(2, 10, false))
})

test("somebody is writing for a while, and until they wrote", () => {
  const writing = new Writing()
  writing.begin(2, 0)
  writing.begin(3, 1)
  writing.begin(2, 4)
  assert.deepEqual(writing.seats(4), [3, 2])
  assert.deepEqual(writing.seats(1 + WRITING), [2])
  writing.end(2)
  assert.deepEqual(writing.seats(1 + WRITING), [])
  writing.begin(2, 20)
  writing.clear()
  assert.deepEqual(writing.seats(20), [])
})
