// Reads meetings of a crowd from stdin: for each watcher a snapshot, the entries of every step, whom it
// asked for and was told of, and everybody as they are. It agrees on whomever it knows, and invents nobody.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import * as fold from "./js/room.js"
import * as rooms from "./js/standing.js"
import * as words from "./js/words.js"
import { whyField } from "./js/field-words.js"
import { Timeline } from "./js/timeline.js"

let [unknown, met] = [0, 0]

for (const page of JSON.parse(readFileSync(0))) watch(page)
assert.ok(unknown > 50 && met > 50, `too little happened: ${unknown} unknown, ${met} met`)

function watch({ seat, snapshot, steps }) {
  let room = fold.start(snapshot, seat)
  assert.ok(room.people.has(seat), "everybody knows themselves")
  const timeline = new Timeline()
  for (const { entries, asked, people, crowd, now } of steps) {
    for (const { stream, numbered } of entries) {
      const before = room
      room = fold.apply(room, numbered)
      timeline.add(stream, numbered, room, before)
      assert.equal(typeof words.aloud(before, room), "string")
    }
    speaks(room, now)
    unknown += room.unknown.size
    room.unknown.clear()
    if (asked.length > 0) {
      met += asked.length
      room = fold.meet(room, { type: "people", seats: asked, crowd })
      assert.equal(room.crowd, crowd)
      for (const { seat } of asked) assert.ok(!rooms.isUnknown(room, seat))
    }
    agrees(room, people)
  }
}

function speaks(room, now) {
  const { main, more } = words.floorCard(room, now)
  for (const text of [main, more, whyField(room), ...words.statusLine(room, now, 2)]) assert.doesNotMatch(text, /undefined|null|NaN/)
  for (const number of [...room.hands, room.invited, room.holder]) assert.match(rooms.nameOf(room, number), /\S/)
}

function agrees(room, people) {
  const all = fold.start({ seats: people }, room.seat).people
  for (const [number, one] of room.people) assert.deepEqual(plain(one), plain(all.get(number)), `seat ${number}`)
}

function plain(person) {
  return { ...person, mutedUntil: person.mutedUntil && Math.round(person.mutedUntil * 1e3) / 1e3 }
}
