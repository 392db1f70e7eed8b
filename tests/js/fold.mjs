// Reads meetings from stdin: for each watcher a snapshot, the entries of every step, and what the
// server holds to be so after it.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import * as fold from "./js/room.js"
import * as rooms from "./js/standing.js"
import { Timeline } from "./js/timeline.js"
import { stand } from "./js/views/chair/strikes.js"
import { whyField } from "./js/field-words.js"
import * as words from "./js/words.js"
import { twice } from "./said.mjs"

/** A page may not know what was announced, or a fraction of a millisecond. */
const NEARLY = 1e-3

let steps = 0
let turns = 0

for (const meeting of JSON.parse(readFileSync(0))) for (const page of meeting) watch(page)
assert.ok(steps > 1000 && turns > 0, `too little happened: ${steps} steps, ${turns} turns`)

function watch({ seat, snapshot, steps: told }) {
  const timeline = new Timeline()
  const said = new Map()
  let room = fold.start(snapshot, seat)
  for (const { entries, snapshot: fresh, ...truth } of told) {
    for (const { stream, numbered } of entries) {
      const before = room
      room = fold.apply(room, numbered)
      timeline.add(stream, numbered, room)
      assert.equal(typeof words.aloud(before, room), "string")
      keep(said, numbered)
    }
    const anew = fold.start({ ...fresh, phases: snapshot.phases }, seat)
    assert.deepEqual(plain(room), plain(anew))
    judges(anew, truth)
    speaks(room, truth)
    steps += 1
  }
  shows(timeline, said)
}

/** Of those who are there, in one order; and times to the millisecond, as sums differ in their last bits. */
function plain(room) {
  const conduct = rooms.isFacilitator(room) ? stand(room) : { appeals: [], strikes: [] }
  const whole = { ...room, ...conduct, conduct: [], people: [...room.people.values()].sort((a, b) => a.seat - b.seat) }
  return JSON.parse(JSON.stringify(whole, (_, value) => (typeof value === "number" ? Math.round(value * 1e3) / 1e3 : value)))
}

/** What each seat may, as the server says it. */
function judges(room, { now, seats, left, reactions, tagged }) {
  for (const [number, { silent, hand, urgent, rank }] of Object.entries(seats)) {
    const theirs = { ...room, seat: Number(number) }
    assert.equal(rooms.maySpeak(theirs), silent)
    assert.equal(rooms.whyNoHand(theirs), hand)
    assert.equal(rooms.whyNoHand(theirs, true), urgent)
    assert.equal(rooms.rank(theirs), rank)
  }
  if (left !== null) assert.ok(Math.abs(rooms.hardLeft(room, now) - left) < NEARLY, "the turn's end")
  if (reactions !== null) assert.deepEqual([...rooms.reactions(room)].sort(), reactions.sort())
  const names = rooms.mayName(room, now) ? rooms.nameable(room).map(({ seat }) => seat) : []
  assert.deepEqual(names.sort(), tagged.sort())
}

function keep(said, { number, entry }) {
  if (entry.type === "said") said.set(number, entry.words ?? null)
  if (entry.type === "edited" && said.has(entry.number)) said.set(entry.number, entry.words)
  if (entry.type === "redacted" && said.has(entry.number)) said.set(entry.number, null)
}

/** There is a sentence for every state. */
function speaks(room, { now }) {
  const { main, more } = words.floorCard(room, now)
  const { line } = words.turnNotice(room, now) ?? { line: "none" }
  const why = whyField(room)
  for (const text of [main, line, ...words.statusLine(room, now, 2)]) assert.match(text, /\S/)
  for (const text of [why, main, more, line]) assert.doesNotMatch(text, /undefined|null|NaN/)
  const names = [...room.people.values()].map(({ name }) => name ?? "")
  // The meeting may be paused, and my writing for longer.
  assert.deepEqual(twice([main, more, why], [...names, "paused"]), [], `${main} | ${more} | ${why}`)
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
