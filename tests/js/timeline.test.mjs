// What the talk shows of words under a turn, of folds, of what was posted, and of what happens to me.
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { ada, ben, chidi, dana, phase, snapshot } from "./a_room.mjs"
import { start } from "./js/room.js"
import { Timeline, reacted } from "./js/timeline.js"
import { needs } from "./js/views/chair/care.js"

let timeline, number
const room = start(snapshot(phase("queue")), ben)

beforeEach(() => {
  timeline = new Timeline()
  number = 0
})

const add = (entry) => {
  number += 1
  return timeline.add("room", { number, at: number, id: "", entry }, room)
}
const say = (words) => add({ type: "said", seat: chidi, turn: 1, words })
const react = (seat, line, on = true, kind = "with_you") => add({ type: "reacted", seat, number: line, kind, on })
const counts = (seat = ben) => [...reacted(timeline.items[0], seat)].map(([kind, { count, mine }]) => [kind, count, mine])

test("words are counted under the whole turn, each person once", () => {
  say("One.")
  say("Two.")
  assert.equal(react(ben, 1)[0], timeline.items[0])
  react(dana, 2)
  react(dana, 1)
  react(ada, 2, true, "thank_you")
  assert.deepEqual(counts(), [["with_you", 2, [1]], ["thank_you", 1, []]])
  assert.deepEqual(counts(dana)[0], ["with_you", 2, [1, 2]])
  react(ben, 1, false)
  assert.deepEqual(counts(), [["with_you", 1, []], ["thank_you", 1, []]])
})

test("what was under words that are gone is gone with them", () => {
  say("One.")
  say("Two.")
  react(ben, 1)
  add({ type: "redacted", number: 1, by: "self" })
  assert.deepEqual(counts(), [])
})

test("cm_14 a line that was changed reads as it was changed to, and its fold stays", () => {
  say("One.")
  assert.equal(add({ type: "edited", seat: chidi, number: 1, over: 1, words: "Two.", fold: "mentions using" })[0], timeline.items[0])
  add({ type: "edited", seat: chidi, number: 1, over: 2, words: "Three." })
  const [{ words, isEdited, fold, label, before }] = timeline.items[0].lines
  assert.deepEqual([words, isEdited, fold, label, before], ["Three.", true, "review", "mentions using", []])
  assert.deepEqual(add({ type: "edited", seat: chidi, number: 99, over: 99, words: "Of before this page." }), [])
})

test("cm_14 what a line read before is told in the facilitators' stream, earlier or later, and goes with it", () => {
  const inChair = (number, words) => timeline.add("chair", { number, at: 1, id: "", entry: { type: "replaced", number: 1, words } }, room)
  assert.deepEqual(inChair(1, "One."), [])
  say("Two.")
  assert.equal(inChair(2, "Two.")[0], timeline.items[0])
  inChair(3, undefined)
  assert.deepEqual(timeline.items[0].lines[0].before, ["One.", "Two."])
  add({ type: "redacted", number: 1, by: "self", over: 3 })
  assert.deepEqual(timeline.items[0].lines[0].before, [])
})

test("the shield folds what it names, and nothing else", () => {
  say("One.")
  say("Two.")
  const changed = add({ type: "shield_raised", folded: [2] })
  assert.ok(changed.includes(timeline.items[0]))
  assert.deepEqual(timeline.items[0].lines.map(({ fold }) => fold), ["", "shield"])
})

test("what is posted is a card of its own, and can be taken out again", () => {
  add({ type: "posted", seat: ada, kind: "reading", words: "A text." })
  assert.deepEqual([timeline.items[0].kind, timeline.items[0].post], ["card", "reading"])
  add({ type: "redacted", number: 1, by: "facilitator" })
  assert.deepEqual([timeline.items[0].lines[0].words, timeline.items[0].lines[0].takenBy], [null, "facilitator"])
})

const TO_ME = [
  [{ type: "hand_lowered", seat: ben, by: "facilitator" }, /took your hand down/],
  [{ type: "hand_lowered", seat: ben, by: "away" }, /given up after two minutes away/],
  [{ type: "hand_raised", seat: ben, by: "server", place: 1 }, /you are next/],
  [{ type: "invite_ended", seat: ben, reason: "expired" }, /^The invitation has run out; nobody minds\.$/],
  [{ type: "invite_ended", seat: ben, reason: "passed" }, /^You passed, and that is fine\.$/],
  [{ type: "turn_ended", seat: ben, reason: "time" }, /time of your turn was over/],
  [{ type: "turn_ended", seat: ben, reason: "away" }, /while you were not connected/],
  [{ type: "turn_extended", seat: ben, minutes: 2 }, /2 more minutes/],
  [{ type: "dismissed", seat: ben, service: "reader" }, /You are not a reader any more/],
  [{ type: "appointed", seat: ben, service: "reader" }, /You are a reader/],
]

for (const [entry, sentence] of TO_ME) {
  test(`it is told to whom it happens and to nobody else: ${entry.type} ${sentence}`, () => {
    assert.match(add(entry)[0]?.text ?? "", sentence)
    assert.equal(timeline.items[0]?.kind, "notice")
    assert.deepEqual(add({ ...entry, seat: chidi }), [])
  })
}

test("fc_05 what is said of a lost invitation is so of the hand, which the page knows", () => {
  const said = (reason, hands) =>
    timeline.add("room", { number: 1, at: 1, id: "", entry: { type: "invite_ended", seat: ben, reason } }, start(snapshot(phase("queue"), { hands }), ben))[0]?.text
  for (const reason of ["expired", "withdrawn", "quiet", "given_back"]) {
    assert.match(said(reason, [chidi, ben]), /\. You are still in line\.$/, reason)
    assert.doesNotMatch(said(reason, [chidi]), /in line/, reason)
  }
  assert.doesNotMatch(said("phase", [chidi, ben]), /in line/)
})

test("what the page did for me stands in the talk, for me alone", () => {
  say("One.")
  assert.deepEqual(timeline.note("You are writing, so the floor is yours.", 5), timeline.items[1])
  assert.equal(timeline.items[1].kind, "notice")
})

const told = () => timeline.items.map(({ news }) => news?.map(({ text }) => text))

test("what holds the room up the floor card says; that it goes on is told to all", () => {
  for (const type of ["opened", "closed", "pause_began", "frozen", "shield_raised", "all_muted", "went_quiet"]) assert.deepEqual(add({ type }), [])
  add({ type: "thawed" })
  assert.deepEqual(told(), [["The meeting goes on"]])
})

test("news of the room are one line until somebody writes, and the later of two about one thing stands", () => {
  add({ type: "queue_closed" })
  add({ type: "pause_ended" })
  add({ type: "queue_opened" })
  assert.deepEqual(told(), [["The meeting goes on", "The queue is open again"]])
  say("One.")
  add({ type: "queue_closed" })
  assert.deepEqual(told(), [["The meeting goes on", "The queue is open again"], undefined, ["The queue is closed"]])
})

test("of a stretch without words the three newest are told", () => {
  add({ type: "queue_closed" })
  add({ type: "pause_ended" })
  add({ type: "chair_came_back" })
  add({ type: "phase_began", phase: 0 })
  assert.deepEqual(told(), [["The meeting goes on", "A facilitator is here again", "Sharing has begun"]])
})

test("a name that changes is told with the one before", () => {
  const before = room
  const after = { ...room, people: new Map(room.people).set(chidi, { ...room.people.get(chidi), name: "Chidi W." }) }
  const numbered = { number: 1, at: 1, id: "", entry: { type: "renamed", seat: chidi, words: "Chidi W." } }
  assert.equal(timeline.add("room", numbered, after, before)[0].news[0].text, "Chidi goes by Chidi W. now")
  assert.deepEqual(timeline.add("room", { ...numbered, number: 2 }, after), [], "in the history nobody knows it any more")
})

test("cm_10 that somebody answers shares often is told to the facilitators, and calls nobody to care", () => {
  const [item] = timeline.add("chair", { number: 1, id: "", at: 1, entry: { type: "crosstalk_noticed", seat: chidi } }, room)
  assert.equal(item.kind, "notice")
  assert.equal(item.about, chidi)
  assert.deepEqual(needs(timeline.items, new Set()), [])
})
