// A page that has no session yet: by which word the server knows it, and when it comes again.
import { happens } from "./browser.mjs"
import assert from "node:assert/strict"
import { test } from "node:test"
import { arrivingAs, spread } from "./js/http.js"

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

test("those who hear the same no at the same moment come back one by one, and none of them too early (A64)", () => {
  for (const [wait, most] of [[100, 1_100], [60_000, 75_000]]) {
    const waits = Array.from({ length: 200 }, () => spread(wait))
    assert.ok(Math.min(...waits) >= wait && Math.max(...waits) <= most)
    assert.ok(Math.max(...waits) - Math.min(...waits) > 0.8 * (most - wait))
  }
})
