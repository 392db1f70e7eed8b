// What was sent is settled once, under one id, and lines keep their order.
import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { fresh, newest, passes, resumed } from "./browser.mjs"
import { Connection } from "./js/connection.js"
import { Outbox } from "./js/outbox.js"

let connection, outbox, settled

beforeEach(() => {
  const all = []
  settled = all
  connection = new Connection("/rooms/evening/socket", {
    onframe: (frame) => outbox.take(frame),
    onstate: ({ name }) => name === "live" && outbox.resume(),
  })
  outbox = new Outbox(connection, ({ command, state }) => state !== "waiting" && all.push([command.text ?? command.type, state]))
  connection.start()
  newest().opens()
  newest().says(fresh(0))
})

afterEach(() => connection.stop())

const say = (text) => ({ type: "say", text })
const sent = () => newest().sent.filter(({ type }) => type === "command")
const texts = () => sent().map(({ command }) => command.text ?? command.type)
const receipt = (id) => ({ type: "receipt", id, stream: "room", number: 1 })

test("a line goes out when the one before is settled; other commands don't wait", () => {
  outbox.send(say("one"))
  outbox.send(say("two"))
  outbox.send({ type: "raise_hand" })
  assert.deepEqual(texts(), ["one", "raise_hand"])
  newest().says(receipt(sent()[0].id))
  assert.deepEqual(texts(), ["one", "raise_hand", "two"])
  newest().says({ type: "refusal", id: sent()[2].id, code: "quiet", words: "No." })
  assert.deepEqual(settled, [["one", "confirmed"], ["two", "refused"]])
})

test("after a reconnect the same id goes out again, and in order", () => {
  const command = say("one")
  const item = outbox.send(command)
  assert.equal(item.command, command)
  outbox.send(say("two"))
  newest().breaks()
  passes(6_000)
  newest().opens()
  newest().says(resumed)
  assert.deepEqual(sent().map(({ id }) => id), [item.id])
  newest().says(receipt(item.id))
  assert.deepEqual(texts(), ["one", "two"])
  newest().says(receipt(item.id))
  assert.deepEqual(settled, [["one", "confirmed"]], "a second receipt changes nothing")
})

test("sent again, a command names what was sent behind it, so that nothing is overtaken", () => {
  for (const type of ["unmute", "mute"]) outbox.send({ type, seat: 2 })
  outbox.send(say("one"))
  outbox.send(say("two"))
  outbox.send({ type: "raise_hand" })
  assert.deepEqual(sent().map((frame) => frame.followed_by), [undefined, undefined, undefined, undefined])
  const ids = sent().map(({ id }) => id)
  newest().says(receipt(ids[2]))
  assert.deepEqual(texts(), ["unmute", "mute", "one", "raise_hand", "two"])
  const { id: two } = sent()[4]
  newest().breaks()
  passes(6_000)
  newest().opens()
  newest().says(resumed)
  assert.deepEqual(texts(), ["unmute", "mute", "raise_hand", "two"], "as they went out, not as they were written")
  const [unmute, mute, , raise] = ids
  assert.deepEqual(sent().map((frame) => frame.followed_by ?? []), [[mute, raise, two], [raise, two], [two], []])
  newest().says({ type: "refusal", id: unmute, code: "overtaken", words: "Too late." })
  newest().says(receipt(mute))
  assert.deepEqual(settled, [["one", "confirmed"], ["unmute", "refused"], ["mute", "confirmed"]])
})

test("retry is the same id a little later", () => {
  const { id } = outbox.send(say("one"))
  newest().says({ type: "retry", id, after_ms: 200 })
  assert.equal(sent().length, 1)
  passes(250)
  assert.deepEqual(sent().map((frame) => frame.id), [id, id])
  newest().says(receipt(id))
  passes(70_000)
  assert.deepEqual(settled, [["one", "confirmed"]])
})

test("without an answer it is unsent after a minute, and again is the same id", () => {
  const item = outbox.send(say("one"))
  passes(61_000)
  assert.deepEqual(settled, [["one", "unsent"]])
  while (newest().code !== null) passes(50) // It was dialled again, and waits between two tries now and then.
  newest().opens()
  newest().says(resumed)
  assert.deepEqual(texts(), [], "it waits for somebody to say so")
  outbox.again(item)
  assert.deepEqual(sent().map(({ id }) => id), [item.id])
})

test("an answer to somebody else's command is not ours", () => {
  assert.equal(outbox.take(receipt("f".repeat(32))), false)
  assert.equal(outbox.take({ type: "refusal", id: null, code: "x", words: "x" }), false)
  assert.equal(outbox.take({ type: "heartbeat", head: "0.", now: 1 }), false)
})

test("what never went out can be taken back, and what did can't", () => {
  const first = outbox.send(say("one"))
  const second = outbox.send(say("two"))
  outbox.send(say("three"))
  assert.equal(outbox.withdraw(first), false)
  assert.equal(outbox.withdraw(second), true)
  assert.equal(outbox.withdraw(second), false)
  newest().says(receipt(first.id))
  assert.deepEqual(texts(), ["one", "three"])
  passes(61_000)
  assert.deepEqual(settled, [["one", "confirmed"], ["three", "unsent"]])
})

const limited = (id, retry_ms = 12_000) => ({ type: "refusal", id, code: "rate_limited", words: "A lot.", facts: { retry_ms } })

test("a line that was too much goes out again by itself, in its place, and is never called lost", () => {
  const item = outbox.send(say("one"))
  outbox.send(say("two"))
  newest().says(limited(item.id))
  assert.equal(item.state, "waiting")
  assert.equal(item.held, true)
  passes(11_900)
  assert.deepEqual(texts(), ["one"])
  passes(200)
  assert.deepEqual(texts(), ["one", "one"])
  assert.equal(sent()[1].id, item.id)
  assert.equal(sent()[1].followed_by, undefined, "the no was final: nothing can have overtaken it")
  newest().says(receipt(item.id))
  assert.deepEqual(texts(), ["one", "one", "two"])
  assert.deepEqual(settled, [["one", "confirmed"]])
})

test("a line that waits its time keeps its place over a reconnect", () => {
  const item = outbox.send(say("one"))
  outbox.send(say("two"))
  newest().says(limited(item.id, 20_000))
  newest().breaks()
  passes(6_000)
  newest().opens()
  newest().says(resumed)
  assert.deepEqual(texts(), [], "neither the line before its time, nor the one behind it")
  passes(14_100)
  assert.deepEqual(texts(), ["one"])
})

test("a line that waited for a minute in all is not sent by itself any more (A49)", () => {
  const item = outbox.send(say("one"))
  for (let times = 0; times < 3; times++) {
    newest().says(limited(item.id, 20_000))
    passes(20_100)
  }
  assert.deepEqual(settled, [["one", "unsent"]])
  assert.equal(item.held, false)
})

test("of wishes for the same thing that were too many, the last one goes out (A94)", () => {
  const up = outbox.send({ type: "raise_hand" })
  newest().says(limited(up.id))
  const seen = ["lower_hand", "raise_hand", "lower_hand"].map((type) => {
    const item = outbox.send({ type })
    newest().says(limited(item.id))
    return item
  })
  newest().says(receipt(outbox.send({ type: "react", number: 3, kind: "with_you", on: true }).id))
  passes(12_100)
  assert.deepEqual(texts().at(-1), "lower_hand")
  assert.equal(sent().at(-1).id, seen[2].id)
  assert.equal(sent().length, 6, "the others are over")
  assert.deepEqual(settled.slice(0, 3), [["raise_hand", "refused"], ["lower_hand", "refused"], ["raise_hand", "refused"]])
})

test("an act that was too much is refused to whoever asked, in words", () => {
  const item = outbox.send({ type: "rename", name: "Ben" })
  newest().says(limited(item.id))
  assert.deepEqual(settled, [["rename", "refused"]])
  assert.equal(item.refusal.words, "A lot.")
})
