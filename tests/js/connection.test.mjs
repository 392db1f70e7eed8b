// One socket that comes back by itself, and passes no hole and no double on.
import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"
import { entries, fresh, happens, id, newest, passes, resumed, sleeps, sockets } from "./browser.mjs"
import { Connection, stopAll } from "./js/connection.js"

const HELLO = { type: "hello", protocol: 1 }
let connection, frames, states

beforeEach(() => {
  frames = []
  states = []
  sockets.length = 0
  connection = new Connection("/rooms/evening/socket", {
    onframe: (frame) => frames.push(frame),
    onstate: ({ name }) => states.push(name),
    speed: 3,
  })
  connection.start()
  newest().opens()
})

afterEach(() => {
  connection.stop()
  mock.restoreAll()
})

const numbers = () => frames.flatMap((frame) => (frame.type === "entries" ? frame.entries.map(({ number }) => number) : []))

function isBack() {
  const before = sockets.length
  passes(6_000)
  assert.ok(sockets.length > before, "expected it to dial again")
  newest().opens()
  return newest()
}

test("it says hello and is live at the first answer", () => {
  assert.equal(newest().url, "ws://localhost:8000/rooms/evening/socket")
  assert.deepEqual(newest().sent, [HELLO])
  assert.equal(connection.isLive, false)
  newest().says(fresh(0))
  assert.equal(connection.isLive, true)
})

test("a double is dropped", () => {
  newest().says(fresh(0))
  newest().says(entries([1, 2]))
  newest().says(entries([2, 3]))
  newest().says(entries([3]))
  assert.deepEqual(numbers(), [1, 2, 3])
})

test("a hole is not passed on: it asks from where it is", () => {
  newest().says(fresh(0))
  newest().says(entries([1, 2]))
  const broken = newest()
  broken.says(entries([4]))
  assert.equal(broken.code, 4000)
  passes(50)
  newest().opens()
  assert.deepEqual(newest().sent, [{ ...HELLO, cursor: { room: `2.${id(2)}`, own: "0." } }])
  newest().says(resumed)
  newest().says(entries([3, 4]))
  assert.deepEqual(numbers(), [1, 2, 3, 4])
})

test("what an old socket still says is not heard", () => {
  newest().says(fresh(0))
  const old = newest()
  old.says(entries([2]))
  passes(50)
  old.says(entries([1]))
  assert.deepEqual(numbers(), [])
})

test("broken off in the middle of the history, it starts afresh", () => {
  newest().says(fresh(5, 3))
  newest().breaks()
  assert.deepEqual(isBack().sent, [HELLO])
})

test("a lost last entry is found by the heartbeat", () => {
  newest().says(fresh(1, 1))
  const beat = { type: "heartbeat", head: `2.${id(2)}`, now: 101 }
  newest().says(beat)
  const before = sockets.length
  passes(1_900)
  assert.equal(sockets.length, before, "the entry may be on its way")
  passes(300)
  assert.equal(sockets.length, before + 1)
})

test("an entry that was on its way is none that was lost", () => {
  newest().says(fresh(1, 1))
  newest().says({ type: "heartbeat", head: `2.${id(2)}`, now: 101 })
  newest().says(entries([2]))
  const before = sockets.length
  passes(3_000)
  assert.equal(sockets.length, before)
})

test("another entry at the same number is another history", () => {
  newest().says(fresh(1, 1))
  newest().says({ type: "heartbeat", head: `1.${id(9)}`, now: 101 })
  passes(50)
  assert.equal(sockets.length, 2)
})

test("a socket that says nothing is dead", () => {
  newest().says(fresh(0))
  passes(24_000)
  assert.equal(connection.isLive, true)
  passes(1_500)
  assert.equal(connection.isLive, false)
  passes(6_000)
  assert.ok(sockets.length > 1)
})

test("a refusal for good is for good", () => {
  for (const code of [1000, 4401, 4403, 4410]) {
    newest().says(fresh(0))
    newest().breaks(code)
    assert.deepEqual(connection.state, { name: "ended", code })
    const before = sockets.length
    passes(20_000)
    happens("online")
    passes(1_000)
    assert.equal(sockets.length, before)
    connection.start()
    newest().opens()
  }
})

test("a seat that changed comes back by itself and starts afresh", () => {
  newest().says(fresh(1, 1))
  states.length = 0
  newest().breaks(4411)
  assert.deepEqual(isBack().sent, [HELLO])
  newest().says(fresh(0))
  newest().says(entries([1]))
  assert.deepEqual(states, ["lost", "live"])
  assert.deepEqual(numbers(), [1], "what it had seen of other streams is forgotten")
})

/** How long it waits after this break. */
function waits() {
  const before = sockets.length
  newest().breaks()
  let waited = 0
  for (; sockets.length === before; waited += 50) passes(50)
  return waited
}

test("it dials less and less often, never later than 4 s, and soon again once it was live", () => {
  mock.method(Math, "random", () => 0.999)
  newest().says(fresh(0))
  assert.deepEqual(Array.from({ length: 7 }, waits), [400, 800, 1600, 3200, 4000, 4000, 4000])
  newest().opens()
  newest().says(resumed)
  assert.equal(waits(), 400)
})

test("those that lost it together don't come back together, not even at the first try", () => {
  for (const [chance, waited] of [[0, 200], [0.5, 300], [0.999, 400]]) {
    mock.method(Math, "random", () => chance)
    newest().says(fresh(0))
    assert.equal(waits(), waited)
    newest().opens()
  }
})

test("all are stopped at once, and nothing is heard or told after that", () => {
  const other = new Connection("/cases/1/socket", { onframe: (frame) => frames.push(frame), onstate: ({ name }) => states.push(name) })
  other.start()
  const both = sockets.slice(-2)
  for (const socket of both) socket.says(fresh(0))
  states.length = frames.length = 0
  stopAll()
  assert.deepEqual(both.map(({ code }) => code), [1000, 1000])
  for (const socket of both) {
    socket.says(entries([1]))
    socket.breaks(4401)
  }
  happens("online")
  passes(30_000)
  assert.deepEqual([states, frames, sockets.length], [[], [], 2])
})

test("the network's return is not waited out", () => {
  newest().says(fresh(0))
  newest().breaks()
  const before = sockets.length
  happens("online")
  passes(50)
  assert.equal(sockets.length, before + 1)
})

test("the network is gone: it says so at once, and goes on dialling", () => {
  newest().says(fresh(0))
  const before = sockets.length
  happens("offline")
  assert.equal(connection.state.name, "lost")
  assert.equal(sockets.at(-1).code, 4000)
  passes(1_000)
  assert.ok(sockets.length > before)
})

test("after 5 s without the answer to something sent the line is lost, and is dialled again", () => {
  newest().says(fresh(0))
  passes(3_000)
  connection.command({ type: "say" }, "first")
  passes(4_500)
  newest().says({ type: "heartbeat", head: "0.", now: 101 })
  assert.equal(connection.isLive, true, "it may still come")
  const before = sockets.length
  states.length = 0
  passes(1_600)
  assert.deepEqual(states, ["lost"], "a heartbeat is no answer")
  assert.equal(sockets.length, before + 1)
})

test("an answer in time is an answer, whatever it says; and a line that was not sent waits for none", () => {
  newest().says(fresh(0))
  const before = sockets.length
  for (const type of ["receipt", "refusal", "retry"]) {
    connection.command({ type: "say" }, type)
    passes(4_000)
    newest().says({ type, id: type })
  }
  passes(9_000)
  assert.equal(sockets.length, before)
  happens("offline")
  passes(1_000)
  newest().opens()
  connection.command({ type: "say" }, "kept back")
  newest().says(resumed)
  const after = sockets.length
  passes(9_000)
  assert.equal(sockets.length, after)
})

test("what an old socket did not answer, a new one is not asked about", () => {
  newest().says(fresh(0))
  connection.command({ type: "say" }, "lost with it")
  passes(1_000)
  newest().breaks()
  isBack()
  newest().says(resumed)
  const before = sockets.length
  passes(9_000)
  assert.equal(sockets.length, before)
})

test("a server that answers nothing is not stormed: each time it is waited for longer", () => {
  newest().says(fresh(0))
  const waits = [1, 2, 3, 4].map(() => {
    connection.command({ type: "say" }, "again")
    const before = sockets.length
    let waited = 0
    for (; sockets.length === before; waited += 1_000) {
      if (waited % 10_000 === 0) newest().says({ type: "heartbeat", head: "0.", now: 101 })
      passes(1_000)
    }
    newest().opens()
    newest().says(resumed)
    return waited
  })
  assert.deepEqual(waits.map((waited) => Math.floor(waited / 5_000) * 5), [5, 10, 20, 25])
})

test("a page that comes into view after 12 s without a frame is dialled again, and not before", () => {
  newest().says(fresh(0))
  const before = sockets.length
  passes(11_500)
  happens("visibilitychange")
  passes(50)
  assert.equal(sockets.length, before)
  passes(1_000)
  happens("visibilitychange")
  assert.equal(connection.isLive, false)
  passes(50)
  assert.equal(sockets.length, before + 1)
})

test("a machine that was asleep has lost the line, though no clock of the page says so", () => {
  newest().says(fresh(0))
  const before = sockets.length
  sleeps(4_000)
  passes(1_000)
  assert.equal(sockets.length, before, "clocks are set by a little now and then")
  sleeps(60_000)
  happens("visibilitychange")
  assert.equal(connection.isLive, false, "it does not wait for the next look")
  passes(50)
  newest().opens()
  newest().says(resumed)
  sleeps(60_000)
  passes(1_050)
  assert.equal(sockets.length, before + 2)
})

test("the clock is the server's, and runs as fast as it", () => {
  newest().says(fresh(0))
  assert.equal(connection.now(), 100)
  passes(2_000)
  assert.equal(Math.round(connection.now()), 106)
})

test("who is told to come back later stays away for so long, and no longer (A95)", () => {
  newest().says(fresh(0))
  newest().breaks()
  passes(6_000)
  newest().opens()
  newest().says({ type: "refusal", id: null, code: "rate_limited", words: "A lot.", facts: { retry_ms: 20_000 } })
  const before = sockets.length
  newest().breaks(4429)
  passes(19_900)
  assert.equal(sockets.length, before)
  passes(200)
  assert.equal(sockets.length, before + 1)
  newest().breaks()
  passes(6_000)
  assert.ok(sockets.length > before + 1)
})

test("a no that says no time keeps nobody away, and lets nobody storm", () => {
  newest().says(fresh(0))
  newest().says({ type: "refusal", id: null, code: "bad_json", words: "What?", facts: {} })
  const before = sockets.length
  newest().breaks()
  passes(100)
  assert.equal(sockets.length, before, "not at once, as setTimeout takes what is no number")
  passes(5_000)
  assert.equal(sockets.length, before + 1)
})

test("a socket that is one too many does not come back by itself (A64)", () => {
  const before = sockets.length
  newest().breaks(4413)
  passes(30_000)
  assert.equal(sockets.length, before)
  assert.deepEqual(connection.state, { name: "ended", code: 4413 })
})
