// By which word the server knows a page that has no session yet.
import { happens } from "./browser.mjs"
import assert from "node:assert/strict"
import { test } from "node:test"
import { arrivingAs } from "./js/http.js"

test("what one page posts is of one person, as often as it is shown", () => {
  const first = arrivingAs()
  assert.match(first, /^[0-9a-f]{32}$/)
  happens("pageshow", { persisted: false })
  assert.equal(arrivingAs(), first)
})

test("a page that somebody comes back to by Back is another arrival", () => {
  const first = arrivingAs()
  happens("pageshow", { persisted: true })
  assert.notEqual(arrivingAs(), first)
})
