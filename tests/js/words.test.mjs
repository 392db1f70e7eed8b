// What a member is told: whether they may write, why not, and when they will.
import assert from "node:assert/strict"
import { test } from "node:test"
import { NOON, ada, ben, chidi, dana, phase, snapshot } from "./a_room.mjs"
import * as fold from "./js/room.js"
import * as rooms from "./js/standing.js"
import * as words from "./js/words.js"

const seen = (part, more = {}, seats = {}, by = ben) => fold.start(snapshot(part, more, seats), by)
const queue = phase("queue", { turn: 3 })

const WHY = [
  ["not_open", seen(queue, { opened_at: null, phase: -1 }), /has not begun yet/],
  ["meeting_closed", seen(queue, { closed_at: NOON }), /has ended. What you were writing is still here/],
  ["muted", seen(queue, {}, { [ben]: { muted_until: NOON, mute_scope: "phase", mute_reason: "advice" } }), /until this part ends, as advice stays out/],
  ["muted", seen(queue, {}, { [ben]: { muted_until: NOON } }), /until \d\d.\d\d.*Help and the line to the facilitators stay open/],
  ["frozen", seen(queue, { frozen_at: NOON }), /stands still/],
  ["nobody_in_chair", seen(queue, { is_quiet: true }), /Staff have been called; Help stays open/],
  ["nobody_in_chair", fold.start(snapshot(queue, { is_quiet: true }), ada), /Take it, and the meeting goes on/],
  ["all_muted", seen(queue, { shield_at: NOON }), /keep the room quiet/],
  ["paused", seen(queue, { paused_at: NOON }), /paused the meeting for a moment/],
  ["quiet", seen(phase("silent")), /quiet moment/],
  ["said_already", seen(phase("self_id"), {}, { [ben]: { said: 1 } }), /Your line is in/],
  ["readers_only", seen(phase("reader"), {}, { [dana]: { services: ["reader"] } }), /Dana reads in this part/],
  ["readers_only", seen(phase("reader")), /for the readings/],
  ["speaker_only", seen(phase("speaker"), {}, { [dana]: { services: ["speaker"] } }), /Dana speaks in this part/],
  ["facilitators_only", seen(phase("facilitator")), /the facilitators write/],
  ["turn_running", seen(queue, { holder: ben, turns: 1, turn_began_at: NOON }, {}, ada), /Ben is sharing. You can write between turns/],
  ["not_your_turn", seen(queue), /Raise your hand when you would like to share/],
  ["not_your_turn", seen(queue, { queue_open: false }), /The queue is closed/],
  ["not_your_turn", seen(queue, { hands: [chidi, ben] }), /Your turn comes after Chidi/],
  ["not_your_turn", seen(queue, { invited: ben, hands: [ben] }), /press Accept when you are ready/],
  ["not_your_turn", seen(queue, {}, { [ben]: { listening: true } }), /here to listen today. Raise your hand whenever/],
  ["not_your_turn", seen(phase("queue", { urgent: "only" })), /press Burning desire/],
]

for (const [code, room, sentence] of WHY) {
  test(`who may not write is told why: ${code} ${sentence}`, () => {
    assert.equal(rooms.maySpeak(room), code)
    assert.match(words.whyComposer(room), sentence)
  })
}

const MAY = [
  [seen(phase("open")), /Everyone can write/],
  [fold.start(snapshot(phase("open"), { shield_at: NOON }), ada), /stands still; as facilitator/],
  [seen(phase("self_id", { lines: 2 }), {}, { [ben]: { said: 1 } }), /in one short line/],
  [seen(phase("reader"), {}, { [ben]: { services: ["reader"] } }), /You read in this part/],
  [seen(phase("speaker"), {}, { [ben]: { services: ["speaker"] } }), /This part is yours/],
  [seen(phase("discussion", { crosstalk: "questions_to_lead" })), /Questions go to whoever leads/],
  [seen(queue, { holder: ben, turns: 1, turn_began_at: NOON }), /then press Done/],
  [seen(phase("tag"), { holder: ben, turns: 1, turn_began_at: NOON }), /name who is next/],
]

for (const [room, sentence] of MAY) {
  test(`who may write is told how: ${sentence}`, () => {
    assert.equal(rooms.maySpeak(room), null)
    assert.match(words.whyComposer(room), sentence)
  })
}

test("the holder alone is told that the turn comes to its end, each thing at its time", () => {
  const held = { holder: ben, turns: 1, turn_began_at: NOON }
  const told = (at, more = {}) => words.turnNotice(seen(queue, { ...held, ...more }), NOON + at)
  assert.equal(told(119), null)
  assert.deepEqual([told(120)?.stage, told(165)?.stage, told(180)?.stage], [1, 2, 99])
  assert.match(told(120)?.line ?? "", /^About a minute left/)
  assert.match(told(165)?.line ?? "", /^About 15 seconds left/)
  assert.match(told(180)?.line ?? "", /Please finish your thought/)
  assert.match(told(242, { last_line_until: NOON + 245 })?.line ?? "", /One last line can still go/)
  assert.equal(told(180, { turn_extra: 120 }), null, "more time was given")
  assert.equal(told(900, { turn_stopped_at: NOON + 10, paused_at: NOON + 10 }), null, "its clock stands still")
  assert.equal(words.turnNotice(seen(queue, held, {}, chidi), NOON + 180), null)
})

test("an invitation says in steps of five how long there is to answer, and stands still with the room", () => {
  const more = { invited: ben, hands: [ben], invite_until: NOON + 45 }
  const card = (at, held = {}) => words.floorCard(seen(queue, { ...more, ...held }), NOON + at).more
  assert.match(card(0), /You have 45 seconds to answer. Passing is always fine/)
  assert.match(card(3), /45 seconds/)
  assert.match(card(11), /35 seconds/)
  assert.match(card(44), /5 seconds/)
  assert.equal(rooms.inviteLeft(seen(queue, { ...more, paused_at: NOON + 5 }), NOON + 30), 40)
})

test("who waits is told their place and about how long it may take", () => {
  const held = { holder: dana, turns: 1, turn_began_at: NOON, hands: [chidi, ben] }
  assert.equal(words.floorCard(seen(queue, held), NOON + 60).more, "You are 2nd · about 5 min")
  assert.equal(words.floorCard(seen(phase("round"), { ...held, hands: [ben] }), NOON).more, "You are next in the round")
})

test("why the queue stands as it does is said to all", () => {
  assert.match(words.queueHead(seen(phase("queue", { fairness: true }))).note, /^New voices first/)
  assert.match(words.queueHead(seen(queue, { queue_open: false })).note, /^The queue is closed/)
  assert.equal(words.queueHead(seen(phase("round"))).title, "The round")
})

test("only the server's role makes a badge", () => {
  const room = seen(queue, {}, { [chidi]: { name: "Chair", services: ["greeter"] } })
  assert.deepEqual(words.badges(room, ada), ["chair"])
  assert.deepEqual(words.badges(room, 5), ["co-chair"])
  assert.deepEqual(words.badges(room, chidi), ["greeter"])
})

test("the customs are what the server takes for them, as phones write them (FC-13)", () => {
  const typed = ["!", " ! ", "！", "done", "DONE", " Done\n", "[done]", "Done.", "Done!", "Done !", "[done].", "done！", "ｄｏｎｅ", "pass", "Pass.", "pass。"]
  for (const text of typed) assert.ok(rooms.isTypedCustom(seen(queue), text), text)
  for (const text of ["I am done.", "done?", "done...", "done!!", "!!", "!.", ".", "[pass]"]) assert.ok(!rooms.isTypedCustom(seen(queue), text), text)
  assert.ok(!rooms.isTypedCustom(seen(phase("open")), "done"))
})
