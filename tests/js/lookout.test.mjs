// A page that asks again by itself: while somebody looks, one question at a time, and at once when they look again.
import assert from "node:assert/strict"
import { beforeEach, mock, test } from "node:test"

mock.timers.enable({ apis: ["setTimeout"] })
AbortSignal.timeout = () => undefined

const page = Object.assign(new EventTarget(), { hidden: false })
const browser = new EventTarget()
globalThis.document = page
globalThis.addEventListener = (...how) => browser.addEventListener(...how)
const { RefusedError } = await import("./js/http.js")
const { Lookout } = await import("./js/lookout.js")

let asked = []
let heard = []
let lookout = null
const settled = () => new Promise((done) => setImmediate(done))
const json = (content, status = 200) => new Response(JSON.stringify(content), { status })

beforeEach(() => {
  lookout?.stop()
  asked = []
  heard = []
  page.hidden = false
  globalThis.fetch = (path, how) => new Promise((answers, fails) => asked.push({ path, how, answers, fails }))
  lookout = new Lookout("/rooms/evening/door", (news, why) => heard.push(news ?? why))
})

test("it asks every fifteen seconds, by a GET, and only once the last question was answered", async () => {
  mock.timers.tick(14_999)
  assert.equal(asked.length, 0)
  mock.timers.tick(1)
  assert.deepEqual([asked[0].path, asked[0].how.method ?? "GET"], ["/rooms/evening/door", "GET"])
  mock.timers.tick(60_000)
  assert.equal(asked.length, 1)
  asked[0].answers(json({ open: true }))
  await settled()
  assert.deepEqual(heard, [{ open: true }])
  mock.timers.tick(15_000)
  assert.equal(asked.length, 2)
})

test("out of view it asks nothing, and in view again at once", async () => {
  page.hidden = true
  page.dispatchEvent(new Event("visibilitychange"))
  mock.timers.tick(120_000)
  assert.equal(asked.length, 0)
  page.hidden = false
  page.dispatchEvent(new Event("visibilitychange"))
  assert.equal(asked.length, 1)
})

test("no answer is told as none, and asked for again, at once when the network is back", async () => {
  mock.timers.tick(15_000)
  asked[0].fails(new TypeError("no network"))
  await settled()
  assert.ok(heard[0] instanceof RefusedError)
  assert.equal(heard[0].refusal.code, "unreachable")
  browser.dispatchEvent(new Event("online"))
  assert.equal(asked.length, 2)
  asked[1].answers(json({ code: "not_yours", words: "No." }, 403))
  await settled()
  assert.equal(heard[1].refusal.code, "not_yours")
  mock.timers.tick(15_000)
  assert.equal(asked.length, 3)
})

test("stopped, it asks no more and tells nothing more", async () => {
  mock.timers.tick(15_000)
  lookout.stop()
  asked[0].answers(json({ open: true }))
  await settled()
  mock.timers.tick(60_000)
  browser.dispatchEvent(new Event("online"))
  assert.deepEqual([heard, asked.length], [[], 1])
})
