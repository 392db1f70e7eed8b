// What was done to me, what I asked of it and what came of that: each sentence is true where it stands.
import assert from "node:assert/strict"
import { test } from "node:test"
import { NOON, ada, ben, mo, phase, snapshot } from "./a_room.mjs"
import { apply, start } from "./js/room.js"
import { Timeline } from "./js/timeline.js"
import { matters } from "./js/views/appeal-words.js"
import { appealNotices, appealTitle, appealWords, ladder } from "./js/views/chair/appeal-notices.js"
import { stand } from "./js/views/chair/strikes.js"

const plain = (words) => words.replaceAll(/[\u2066-\u2069]/g, "")
const told = (...entries) => entries.map((entry, index) => ({ entry, number: index + 1, at: NOON + index }))

function mine(entries, { now = NOON + 10, items = [], closed = false } = {}) {
  let room = start(snapshot(phase("queue")), ben)
  for (const one of entries) if (one.entry.type === "muted") room = apply(room, one)
  if (closed) room = { ...room, closedAt: NOON + 5 }
  return matters(entries, { room, now, items, here: 3, isHere: () => true, hasLeft: () => false })
}

const NOTE = { type: "noted_you", owner: ben, note: 1, reason: "advice", role: "facilitator" }
const MUTED = { type: "muted", seat: ben, until: NOON + 600 }
const asked = (more = {}) => ({ type: "appealed_you", owner: ben, appeal: 1, about: "mute", number: 1, answer_by: NOON + 600, ...more })
const answered = (more = {}) => ({ type: "appeal_answered_you", owner: ben, appeal: 1, upheld: true, role: "facilitator", ...more })

test("cm_18 a note says who gave it, why, and that it can be asked about", () => {
  const [note] = mine(told(NOTE))
  assert.match(note.words, /^A facilitator asks you, and you alone read it: please leave advice out/)
  assert.deepEqual([note.about, note.number, note.mayAsk], ["note", 1, true])
})

test("cm_19 a mute is asked about once, and by when there is an answer is said", () => {
  assert.deepEqual(mine(told(MUTED)).map(({ about, mayAsk }) => [about, mayAsk]), [["mute", true]])
  const [waits] = mine(told(MUTED, asked()))
  assert.match(waits.words, /^You have asked about the mute\. The facilitators who did not decide it were asked, and you have an answer by /)
  assert.equal(waits.mayAsk, false)
  // Of two streams either may come first.
  assert.equal(mine([...told(MUTED, asked())].reverse()).length, 1)
})

test("cm_19 whoever waits is not promised what is not so", () => {
  const says = (more, ways) => mine(told(MUTED, asked(more)), ways)[0].words
  assert.match(says({}, { now: NOON + 601 }), /Nobody has answered yet\. It stays with the facilitators who did not decide it\.$/)
  assert.match(says({ asked: "nobody_yet" }), /Nobody else held this meeting then, so it waits until another facilitator is here\.$/)
  assert.match(says({}, { closed: true }), /The meeting ended before anybody answered\./)
})

test("cm_19 an answer says who looked, what came of it, and their word", () => {
  const says = (more, about = "mute") => mine(told(asked({ about }), answered(more)))[0].words
  assert.equal(says({ words: "A mistake." }), "Another facilitator has looked at the mute again. That mute is undone. They write: “A mistake.”")
  assert.equal(says({ upheld: false, role: "staff" }), "Somebody of staff has looked at the mute again. It stays as it was decided.")
  assert.match(says({}, "words"), /deleted and can't be brought back; you can write them again\.$/)
})

test("cm_19 of my own words that were taken out I read so, those of one act once", () => {
  const line = (number) => ({ number, at: NOON, words: null, takenBy: "facilitator", folded: false, reactions: new Map() })
  const items = [{ kind: "turn", key: "room 5", at: NOON, seat: ben, turn: 0, lines: [line(5), line(6)] }]
  const out = (number, more = {}) => ({ type: "redacted", number, by: "facilitator", ...more })
  const found = mine(told(out(4), out(5), out(6, { along: 5 })), { items })
  assert.deepEqual(found.map(({ about, number }) => [about, number]), [["words", 6]])
  assert.equal(mine(told(out(5), asked({ about: "words", number: 1 })), { items }).length, 1)
})

// What facilitators read

const open = (seat) => start(snapshot(phase("queue")), seat)
const APPEALED = { type: "appealed", appeal: 1, seat: ben, about: "mute", number: 9, decider: ada, answer_by: NOON + 600, words: "Why?" }
const after = (seat, ...entries) => told(...entries).reduce(apply, open(seat))

test("cm_19 who did not decide it is asked, and who did reads that somebody else is", () => {
  const looks = []
  const [forMo] = appealNotices(after(mo, APPEALED), (appeal) => looks.push(appeal))
  forMo.acts[0].command()
  assert.deepEqual([forMo.acts.map(({ label }) => label), looks], [["Look at it"], [1]])
  const [forAda] = appealNotices(after(ada, APPEALED), () => {})
  assert.deepEqual(forAda.acts, [])
  assert.match(plain(forAda.words), /^Ben asks about a mute\. You decided it\. /)
  assert.deepEqual(appealNotices(after(mo, APPEALED, { type: "appeal_answered", appeal: 1, seat: ben, by: ada, upheld: false }), () => {}), [])
})

test("cm_19 whose decision was looked at again reads by whom and what came of it", () => {
  const entry = { type: "appeal_answered", appeal: 1, seat: ben, by: mo, upheld: true }
  const read = (seat) => new Timeline().add("facilitators", { number: 9, id: "", at: NOON, entry }, after(seat, APPEALED))[0]
  assert.equal(plain(read(ada).text), "asked to have something looked at again: Mo undid it.")
  assert.equal(plain(read(mo).text), "asked to have something looked at again: you undid it.")
  assert.equal(read(ada).about, ben)
})

test("cm_19 an appeal is shown with who decided and what they write", () => {
  const room = after(mo, APPEALED)
  const [appeal] = stand(room).appeals
  assert.equal(plain(appealTitle(room, appeal)), "Ben asks about a mute")
  assert.match(plain(appealWords(room, appeal, NOON)), /^Ada decided it\. They write: “Why\?” They were promised an answer by /)
  assert.match(plain(appealWords(room, { ...appeal, words: null, decider: 0 }, NOON + 700)), /^They wrote nothing with it\. An answer was promised by now\.$/)
})

test("cm_18 the next step is told and what was undone counts no more", () => {
  const note = { type: "noted", note: 1, seat: ben, by: ada, reason: "advice" }
  assert.equal(ladder(open(mo), ben), "")
  assert.match(ladder(after(mo, note), ben), /^In this meeting: 1 note\. .* a mute for a time\.$/)
  assert.match(ladder(after(mo, note, MUTED), ben), /1 note, 1 mute\. .* a longer mute, or a removal\.$/)
  const undone = { type: "appeal_answered", appeal: 1, seat: ben, by: mo, upheld: true }
  assert.equal(ladder(after(mo, MUTED, APPEALED, undone), ben), "")
})
