// Reads meetings from stdin: for each watcher a snapshot, the entries of every step, and what the
// server holds to be so after it.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import * as rooms from "./js/room.js"
import { Timeline } from "./js/timeline.js"
import * as words from "./js/words.js"

let steps = 0
let turns = 0

for (const meeting of JSON.parse(readFileSync(0))) for (const page of meeting) watch(page)
assert.ok(steps > 1000 && turns > 20, `too little happened: ${steps} steps, ${turns} turns`)

function watch({ seat, snapshot, steps: told }) {
  const timeline = new Timeline()
  const said = new Map()
  let room = rooms.start(snapshot, seat)
  for (const { entries, snapshot: fresh, silent } of told) {
    for (const { stream, numbered } of entries) {
      const before = room
      room = rooms.apply(room, numbered)
      timeline.add(stream, numbered, room)
      assert.equal(typeof words.aloud(before, room), "string")
      keep(said, numbered)
    }
    assert.deepEqual(plain(room), plain(rooms.start(fresh, seat)))
    for (const [who, why] of Object.entries(silent)) assert.equal(rooms.maySpeak({ ...room, seat: Number(who) }), why)
    speaks(room)
    steps += 1
  }
  shows(timeline, said)
}

/** Of those who are there, in one order. */
function plain(room) {
  return { ...room, hands: [...room.hands], people: [...room.people.values()].sort((a, b) => a.seat - b.seat) }
}

function keep(said, { number, entry }) {
  if (entry.type === "said") said.set(number, entry.words ?? null)
  if (entry.type === "redacted" && said.has(entry.number)) said.set(entry.number, null)
}

/** There is a sentence for every state. */
function speaks(room) {
  const { main, more } = words.floorCard(room)
  for (const text of [words.whyComposer(room), main, more, ...words.statusLine(room, room.openedAt ?? 0, 2)]) {
    assert.match(text, /\S/)
    assert.doesNotMatch(text, /undefined|null|NaN/)
  }
}

/** Every line once, a turn on one card, cards in the order of time. */
function shows({ items }, said) {
  const cards = items.filter(({ kind }) => kind === "turn")
  const lines = cards.flatMap((card) => card.lines).sort((a, b) => a.number - b.number)
  assert.deepEqual(lines.map(({ number, words }) => [number, words]), [...said])
  const seen = cards.map(({ turn }) => turn).filter((turn) => turn !== 0)
  assert.equal(new Set(seen).size, seen.length)
  turns += seen.length
  for (let index = 1; index < items.length; index += 1) assert.ok(items[index - 1].at <= items[index].at)
}
