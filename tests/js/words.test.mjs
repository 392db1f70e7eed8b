// What a member is told: whether they may write, why not, and when they will.
import assert from "node:assert/strict"
import { test } from "node:test"
import { NOON, ada, ben, chidi, dana, phase, snapshot } from "./a_room.mjs"
import { answer, standing, stillHolds } from "./js/answer-words.js"
import { whyField } from "./js/field-words.js"
import * as fold from "./js/room.js"
import * as rooms from "./js/standing.js"
import * as words from "./js/words.js"
import { twice } from "./said.mjs"

const seen = (part, more = {}, seats = {}, by = ben) => fold.start(snapshot(part, more, seats), by)
const queue = phase("queue", { turn: 3 })
const held = { holder: chidi, turns: 1, turn_began_at: NOON }
const mine = { holder: ben, turns: 1, turn_began_at: NOON }
const muted = (more) => ({ [ben]: { muted_until: NOON, ...more } })

/**
 * For each state: why one may not write (null: one may), what the floor card says, what the line above
 * the field says, and what stands in the box after Send. Empty is silence, and nothing is said twice.
 */
const SAID = [
  ["not begun", "not_open", seen(queue, { opened_at: null, phase: -1 }), /^The meeting has not begun yet\. Ada and Mo will open it\.$/, /^Write ahead/, /^Not sent: it is not open yet\. Your words are kept until you can send them\.$/],
  ["ended", "meeting_closed", seen(queue, { closed_at: NOON }), /^The meeting has ended\. Thank you/, /^What you were writing is still here/, /^Not sent: it was over by then\. Your words are kept here\.$/],
  ["frozen", "frozen", seen(queue, { frozen_at: NOON }), /^The room stands still\. Afterwards all goes on as it was/, /^Help and the line to the facilitators stay open/, /kept/],
  ["nobody facilitates", "nobody_in_chair", seen(queue, { is_quiet: true }), /^The room is quiet\. No facilitator is here\. Staff have been called/, /^Write ahead/, /kept/],
  ["nobody facilitates, to Ada", "nobody_in_chair", seen(queue, { is_quiet: true }, {}, ada), /^The room is quiet\. Nobody holds/, /^Take the chair/, /kept/],
  ["shield", "all_muted", seen(queue, { shield_at: NOON }), /^A moment of quiet\. The facilitators are looking after/, /^Help and the line/, /kept/],
  ["all muted", "all_muted", seen(queue, { all_muted_at: NOON, all_muted_until: NOON }), /^A moment of quiet\. Until \d\d.\d\d.* at the latest/, /^Help and the line/, /kept/],
  ["paused", "paused", seen(queue, { ...held, paused_at: NOON }), /^Paused for a moment\. Places and times/, /^Write ahead/, /^Not sent: you can't write just now\. Your words are kept until you can send them\.$/],
  ["muted for a part", "muted", seen(queue, held, muted({ mute_scope: "phase", mute_reason: "advice" })), /^Chidi has the floor/, /^A facilitator has paused your writing until this part ends, as advice stays out of this room; what you send now/, /kept/],
  ["muted for a time", "muted", seen(queue, {}, muted()), /^The floor is free/, /^A facilitator has paused your writing until \d\d.\d\d.*; what you send now, only the facilitators read\.$/, /kept/],
  ["silence", "quiet", seen(phase("silent")), /^A quiet moment$/, /^Write ahead/, /kept/],
  ["introduced", "said_already", seen(phase("self_id"), {}, { [ben]: { said: 1 } }), /^Introductions, a line each$/, /^Your line is in/, /kept/],
  ["Dana reads", "readers_only", seen(phase("reader"), {}, { [dana]: { services: ["reader"] } }), /^Dana reads$/, /^Listen for now/, /^Not sent: this part is for the readers\. Your/],
  ["readings", "readers_only", seen(phase("reader")), /^This part is for the readings$/, /^Listen for now/, /kept/],
  ["Dana speaks", "speaker_only", seen(phase("speaker"), {}, { [dana]: { services: ["speaker"] } }), /^Dana speaks$/, /^Listen for now/, /^Not sent: this part is for the speaker\. Your/],
  ["facilitators", "facilitators_only", seen(phase("facilitator")), /^The facilitators write$/, /^Write ahead/, /^Not sent: this part is for the facilitators\. Your words are kept until you can send them\.$/],
  ["Ada, in a turn", "turn_running", seen(queue, held, {}, ada), /^Chidi has the floor/, /^You can write between turns/, /^Not sent: a member has the floor\. Your words are kept until you can send them\.$/],
  ["free floor", "not_your_turn", seen(queue), /^The floor is free\. No hand is up; yours is welcome\./, /^Write ahead/, /^Not sent: it is not your turn\. Your words are kept until then: raise your hand\.$/],
  ["closed queue", "not_your_turn", seen(queue, { ...held, queue_open: false }), /^Chidi has the floor\. No hand is up/, /^The queue is closed, so that/, /kept here/],
  ["my hand is up", "not_your_turn", seen(queue, { ...held, hands: [dana, ben] }), /^Chidi has the floor\. You are 2nd/, /^Write ahead/, /^Not sent: it is not your turn\. Your words are kept until it is\.$/],
  ["I am next", "not_your_turn", seen(queue, { ...held, hands: [ben] }), /You are next/, /^Write ahead/, /^Not sent: it is not your turn\. Your words are kept until it is\.$/],
  ["invited", "not_your_turn", seen(queue, { invited: ben, hands: [ben], invite_until: NOON + 45 }), /^Would you like to share\?\. You have 45 seconds to answer\. Not yet keeps you in line; passing is always fine\./, /^Your first line accepts the invitation/, /kept/],
  ["I listen today", "not_your_turn", seen(queue, {}, { [ben]: { listening: true } }), /^The floor is free/, /^You are here to listen today; raise your hand whenever/, /kept here/],
  ["burning desire", "not_your_turn", seen(phase("queue", { urgent: "only" })), /^The floor is free/, /press Burning desire/, /kept/],
  ["shared already", "not_your_turn", fold.start({ ...snapshot(queue, held, { [ben]: { shared: true } }), flags: { crosstalk: "none", single_share: true } }, ben), /^Chidi has the floor/, /^You have shared already/, /kept here/],
  ["open", null, seen(phase("open")), /^Everyone can write now$/, /^$/, null],
  ["Ada, shield", null, seen(phase("open"), { shield_at: NOON }, {}, ada), /^A moment of quiet/, /^As facilitator you can write/, null],
  ["introductions", null, seen(phase("self_id", { lines: 2 }), {}, { [ben]: { said: 1 } }), /^Introductions/, /in one short line/, null],
  ["I read", null, seen(phase("reader"), {}, { [ben]: { services: ["reader"] } }), /^You read$/, /^What you send/, null],
  ["I speak", null, seen(phase("speaker"), {}, { [ben]: { services: ["speaker"] } }), /^You speak$/, /^Send as many lines/, null],
  ["discussion", null, seen(phase("discussion", { crosstalk: "questions_to_lead" })), /^Everyone can write now$/, /^Questions go to whoever leads/, null],
  ["my turn", null, seen(queue, mine), /^You have the floor\. Take your time/, /^Send line by line/, null],
  ["my turn, in a tag", null, seen(phase("tag"), mine), /^You have the floor/, /name who is next/, null],
  ["my last line", null, seen(queue, { ...mine, last_line_until: NOON + 5 }), /^You have the floor/, /^Press Send for it/, null],
]
const LOST = "Connection lost. Your words are kept. Trying again."

for (const [state, code, room, card, why, box] of SAID) {
  test(`one true thing in one place: ${state}`, () => {
    const { main, more } = words.floorCard(room, NOON)
    const notice = words.turnNotice(room, NOON)
    const [above, back] = [whyField(room), code === null ? "" : answer({ code, words: "of the server" }, room)]
    assert.equal(rooms.maySpeak(room), code)
    assert.match([main, notice?.line ?? more].filter((text) => text !== "").join(". "), card)
    assert.match(above, why)
    if (box !== null) assert.match(back, box)
    assert.deepEqual(twice([main, notice?.line ?? more, above, back]), [])
    assert.deepEqual(twice([LOST, main, more, above]).filter((word) => word !== "words"), [])
  })
}

test("a refusal holds as long as its reason does, and of a moment that has passed nobody can say", () => {
  const free = seen(queue)
  assert.equal(stillHolds("not_your_turn", free), true)
  assert.equal(stillHolds("not_your_turn", seen(queue, { invited: ben, invite_until: NOON + 45 })), false, "what is sent now is taken")
  assert.equal(stillHolds("not_your_turn", seen(queue, mine)), false)
  assert.equal(stillHolds("not_open", free), false)
  assert.equal(stillHolds("muted", seen(queue, {}, muted())), true)
  assert.equal(stillHolds("muted", seen(queue, { closed_at: NOON }, muted())), false, "the end is another reason")
  assert.equal(stillHolds("turn_ended", free), true)
  assert.equal(stillHolds("turn_ended", seen(queue, { hands: [ben] })), false, "the floor was asked for")
  assert.equal(stillHolds("stale_epoch", free), null)
})

test("whatever changes what may be written or asked for is another standing", () => {
  const all = [seen(queue), seen(queue, { queue_open: false }), seen(queue, { hands: [ben] }), seen(queue, mine), seen(queue, { invited: ben }), seen(queue, { paused_at: NOON })]
  assert.equal(new Set(all.map(standing)).size, all.length)
  assert.equal(standing(seen(queue, held)), standing(seen(queue, { ...held, hands: [dana] })), "another's hand is none of mine")
})

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
  assert.match(card(0), /You have 45 seconds to answer. Not yet keeps you in line; passing is always fine/)
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
  assert.deepEqual(words.badges(room, ada), ["facilitator"])
  assert.deepEqual(words.badges(room, 5), ["facilitator"], "which of them has the chair is no member's matter")
  assert.deepEqual(words.badges({ ...room, seat: ada }, ada), ["chair"])
  assert.deepEqual(words.badges({ ...room, seat: ada }, 5), ["co-chair"])
  assert.deepEqual(words.badges(room, chidi), ["greeter"])
})

test("the customs are what the server takes for them, as phones write them (FC-13)", () => {
  const typed = ["!", " ! ", "！", "done", "DONE", " Done\n", "[done]", "Done.", "Done!", "Done !", "[done].", "done！", "ｄｏｎｅ", "pass", "Pass.", "pass。"]
  for (const text of typed) assert.ok(rooms.isTypedCustom(seen(queue), text), text)
  for (const text of ["I am done.", "done?", "done...", "done!!", "!!", "!.", ".", "[pass]"]) assert.ok(!rooms.isTypedCustom(seen(queue), text), text)
  assert.ok(!rooms.isTypedCustom(seen(phase("open")), "done"))
})

test("where the group asks it, who used today is asked to listen, and is told that they are welcome", () => {
  const asks = "If you used today, you are welcome: please listen, and talk to somebody after."
  const flags = { crosstalk: "none", reactions: true, history: "none", fairness: false, single_share: false }
  assert.ok(!words.rules(seen(queue)).includes(asks))
  assert.ok(words.rules(seen(queue, { flags: { ...flags, asks_if_used_today: true } })).includes(asks))
})
