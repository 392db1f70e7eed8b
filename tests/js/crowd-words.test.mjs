// Who is listed of a crowd, and in which words.
import assert from "node:assert/strict"
import { test } from "node:test"
import "./browser.mjs"
import { ada, ben, chidi, dana, mo, NOON, phase, snapshot } from "./a_room.mjs"
import { apply, meet, start } from "./js/room.js"
import { isUnknown, nameOf } from "./js/standing.js"
import { Timeline } from "./js/timeline.js"
import { listed, whoIsListed } from "./js/views/crowd.js"

const open = phase("open")
const all = [ada, ben, chidi, dana, mo]
const said = (seat, number) => ({ number, id: "", at: NOON, entry: { type: "said", seat, words: "Hello" } })

test("one sentence says how many are here and who of them is listed", () => {
  const to = (seat, here) => whoIsListed(start(snapshot(open, { crowd: 1204 }), seat), here)
  assert.equal(to(ben, 1204), "1,204 people are here. Listed are the facilitators and those who serve, the queue, and who wrote lately.")
  assert.match(to(ada, 1), /^1 person is here. .* the queue, the muted, and who wrote lately.$/)
})

test("listed are those who matter and oneself; to facilitators the muted as well", () => {
  const muted = { [dana]: { muted_until: NOON + 60 } }
  const of = (seat, more) => all.filter(listed(start(snapshot(open, { crowd: 300, ...more }, muted), seat), []))
  assert.deepEqual(of(ben, {}), [ada, ben, mo])
  assert.deepEqual(of(ben, { lately: [chidi] }), [ada, ben, chidi, mo])
  assert.deepEqual(of(ada, { hands: [ben] }), [ada, ben, dana, mo])
})

test("whoever writes is listed, on a page that was here before there was a crowd too", () => {
  for (const crowd of [300, null]) {
    const timeline = new Timeline()
    let room = start(snapshot(open, { crowd }), ben)
    room = apply(room, said(chidi, 1))
    timeline.add("room", said(chidi, 1), room)
    assert.deepEqual(all.filter(listed(room, timeline.items)), [ada, ben, chidi, mo], `crowd ${crowd}`)
  }
})

test("of a snapshot from before there were crowds everybody is known, and nobody is asked for", () => {
  const room = start(snapshot(open), ben)
  assert.ok(!isUnknown(room, 99))
  assert.equal(nameOf(room, 99), "Somebody")
  assert.deepEqual([...room.unknown], [])
})

test("whoever is not known is asked for, and has a name once they are", () => {
  let room = start(snapshot(open, { crowd: 300, me: { seat: 7, role: "member", name: "Rosa" } }), 7)
  assert.equal(nameOf(room, 7), "Rosa")
  assert.equal(nameOf(room, 99), "Somebody")
  room = apply(room, { number: 1, id: "", at: NOON, entry: { type: "appointed", seat: 98, service: "co_chair" } })
  assert.deepEqual([...room.unknown], [99, 98])
  room = meet(room, { type: "people", seats: [{ seat: 99, role: "member", name: "Eve" }], crowd: 301 })
  assert.deepEqual([nameOf(room, 99), room.crowd, isUnknown(room, 98)], ["Eve", 301, true])
})

test("that somebody may need care is told with their name, once it is known", () => {
  const timeline = new Timeline()
  const room = start(snapshot(open, { crowd: 300 }), ada)
  const [item] = timeline.add("chair", { number: 1, id: "", at: NOON, entry: { type: "care_noticed", seat: 99 } }, room)
  assert.deepEqual([item.about, item.text], [99, "may need care."])
})
