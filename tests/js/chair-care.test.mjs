// That a member may need care: each sentence is true where it stands, and what is put aside stays aside.
import assert from "node:assert/strict"
import { test } from "node:test"
import { NOON, ada, ben, chidi, mo, phase, snapshot } from "./a_room.mjs"
import { apply, start } from "./js/room.js"
import { Timeline } from "./js/timeline.js"
import { careNotice, careWords, needs } from "./js/views/chair/care.js"

const open = start(snapshot(phase("queue")), ada)
const HERE = [ada, ben, chidi]

/** What a facilitator's page holds after these entries of the facilitators' stream. */
function told(entries, room = open) {
  const timeline = new Timeline()
  entries.forEach((entry, number) => timeline.add("chair", { number: number + 1, id: "", at: NOON + number, entry }, room))
  return timeline.items
}

const cry = (seat, attended) => ({ type: "care_noticed", seat, ...(attended === undefined ? {} : { attended }) })
const told_to = (seat, to) => ({ type: "told", seat, to, words: "I am here." })
const plain = (words) => words.replaceAll(/[\u2066-\u2069]/g, "")
const says = (entries, { room = open, here = HERE, numbers = 2 } = {}) =>
  needs(told(entries), new Set()).map((need) => plain(careWords(room, need, (seat) => here.includes(seat), numbers)))
const acts = (entries, room = open) =>
  needs(told(entries), new Set()).flatMap((need) => careNotice(room, need, "", { tell: () => {}, putAside: () => {} }).acts.map(({ label }) => label))

const ALONE = "Ben may need care. Nobody from staff was at the desk: you are the one who is here."
const TO_CALL = "Write to them; numbers to call are under Help."

test("ce_10 staff are said to have been told only where somebody was at the desk", () => {
  assert.deepEqual(says([cry(ben, false)]), [`${ALONE} ${TO_CALL}`])
  assert.deepEqual(says([cry(ben, false)], { numbers: 0 }), [`${ALONE} Write to them.`])
  assert.deepEqual(says([cry(ben, true)]), ["Ben may need care. Staff at the desk were told. You can write to them, too."])
  const before = "Ben may need care. A call to staff was opened. You can write to them, too."
  assert.deepEqual(says([cry(ben)]), [before], "an entry from before it was noted promises nobody")
})

test("ce_10 two facilitators are told that it is they who are here", () => {
  const [words] = says([cry(ben, false)], { here: [...HERE, mo] })
  assert.match(words, /: you facilitators are the ones who are here\./)
})

test("ce_06 whoever cried and left does not go without a word, and nobody is told to write to them", () => {
  const left = apply(open, { number: 1, id: "", at: NOON, entry: { type: "seat_left", seat: ben } })
  const gone = "Nobody from staff was at the desk: if you know how to reach them, you are the one who can."
  assert.deepEqual(says([cry(ben, false)], { room: left }), [`Ben may need care, and is not in the meeting any more. ${gone}`])
  assert.deepEqual(says([cry(ben, false)], { room: { ...open, closedAt: NOON } }), [`Ben may need care, and the meeting is over. ${gone}`])
  assert.deepEqual(says([cry(ben, true)], { room: left }), ["Ben may need care, and is not in the meeting any more. Staff at the desk were told."])
  assert.deepEqual(acts([cry(ben, false)], left), ["Put aside"])
  assert.deepEqual(acts([cry(ben, false)]), ["Write privately", "Put aside"])
  const [away] = says([cry(ben, false)], { here: [ada] })
  assert.match(away, /They are not connected just now, and read it when they are back\.$/)
})

test("ce_06 whoever is one of a crowd and not known yet has not left for that", () => {
  const crowd = start(snapshot(phase("queue"), { crowd: 300 }), ada)
  assert.match(says([cry(99, false)], { room: crowd })[0], /^Somebody may need care\. Nobody from staff/)
})

test("once a facilitator has written to them that is said, and it stays until it is put aside", () => {
  assert.deepEqual(says([cry(ben, false), told_to(ada, ben)]), [`${ALONE} You have written to them.`])
  assert.match(says([cry(ben, false), told_to(mo, ben)])[0], /Mo has written to them\.$/)
  assert.deepEqual(says([told_to(ada, ben), cry(ben, false), told_to(ben, 0)]), [`${ALONE} ${TO_CALL}`], "what came before is no answer to it")
})

test("each is told of once, as it was the last time, and the newest stands first", () => {
  const cries = [cry(ben, true), cry(chidi, true), cry(ben, false)]
  assert.deepEqual(says(cries).map((words) => words.split(" ")[0]), ["Ben", "Chidi"])
  assert.match(says(cries)[0], /Nobody from staff/)
})

test("what was put aside stays aside, a new cry does not, and neither does that of another meeting", () => {
  const [first] = needs(told([cry(ben, true)]), new Set())
  const aside = new Set(first.keys)
  assert.deepEqual(needs(told([cry(ben, true)]), aside), [])
  assert.deepEqual(needs(told([cry(ben, true), cry(ben, false)]), aside).map(({ attended, keys }) => [attended, keys.length]), [[false, 1]])
  const later = told([cry(ben, true)]).map((item) => ({ ...item, at: item.at + 600 }))
  assert.equal(needs(later, aside).length, 1)
})
