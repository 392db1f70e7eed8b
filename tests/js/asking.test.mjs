// Whoever is not known in a crowd is asked for in batches, and once.
import assert from "node:assert/strict"
import { test } from "node:test"
import { passes } from "./browser.mjs"
import { Asking } from "./js/asking.js"

function begun() {
  const asked = []
  const line = { isLive: true }
  const asking = new Asking((seats) => line.isLive && asked.push(seats) > 0)
  return { asked, line, asking }
}

test("all who are needed in one moment are one question", () => {
  const { asked, asking } = begun()
  asking.need([7, 8])
  asking.need([8, 9])
  assert.deepEqual(asked, [])
  passes(50)
  assert.deepEqual(asked, [[7, 8, 9]])
})

test("nobody is asked for twice, whether they came or there is nobody", () => {
  const { asked, asking } = begun()
  asking.need([7, 99])
  passes(50)
  asking.met([7])
  asking.need([7, 99])
  passes(1000)
  assert.equal(asked.length, 1)
})

test("whom all are told of meanwhile is not asked for", () => {
  const { asked, asking } = begun()
  asking.need([7])
  asking.met([7])
  passes(1000)
  assert.deepEqual(asked, [])
})

test("a long timeline is asked for by two hundred, four times a second", () => {
  const { asked, asking } = begun()
  asking.need(Array.from({ length: 450 }, (_, n) => n + 1))
  passes(50)
  assert.deepEqual(asked.map(({ length }) => length), [200])
  passes(200)
  assert.equal(asked.length, 1)
  passes(50)
  assert.equal(asked.length, 2)
  passes(250)
  assert.deepEqual(asked.map(({ length }) => length), [200, 200, 50])
  assert.equal(new Set(asked.flat()).size, 450)
})

test("what had no answer is asked for again on the next socket, and only that", () => {
  const { asked, line, asking } = begun()
  asking.need([7])
  passes(50)
  asking.met([7])
  asking.need([8])
  passes(250)
  line.isLive = false
  asking.need([9])
  passes(1000)
  assert.deepEqual(asked, [[7], [8]])
  line.isLive = true
  asking.again(false)
  passes(250)
  assert.deepEqual(asked, [[7], [8], [8, 9]])
})

test("one of a question whom all are told of is no answer to the others of it", () => {
  const { asked, asking } = begun()
  asking.need([5, 6])
  passes(50)
  asking.met([5])
  asking.again(false)
  asking.need([6])
  passes(250)
  assert.deepEqual(asked, [[5, 6], [6]])
})

test("many questions are open, and each goes on without those of it who came", () => {
  const { asked, asking } = begun()
  asking.need([5, 6])
  passes(50)
  asking.need([7, 8])
  passes(250)
  asking.met([8, 5])
  asking.met([6])
  asking.again(false)
  passes(250)
  assert.deepEqual(asked, [[5, 6], [7, 8], [7]])
})

test("an answer with nobody in it is one: who does not exist is not asked for on every socket", () => {
  const { asked, asking } = begun()
  asking.need([99])
  passes(50)
  asking.met([])
  asking.again(false)
  passes(1000)
  assert.deepEqual(asked, [[99]])
})

test("after a fresh start nobody is known, and whoever is needed is asked for", () => {
  const { asked, asking } = begun()
  asking.need([7])
  passes(50)
  asking.met([7])
  asking.again(true)
  asking.need([7])
  passes(250)
  assert.deepEqual(asked, [[7], [7]])
})
