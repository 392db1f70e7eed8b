// The desk: the most urgent first, of each the oldest; a late listing takes no case back.
import assert from "node:assert/strict"
import { test } from "node:test"
import { age, apply, begin, comesNext, factsOf, isMine, isWaiting, lostChairs, onDuty, openCases, unreadIn, unreadOf, urgencyOf, listedPresses, pressesToTell, pressesWords } from "./js/desk.js"

const listed = (name, triage, raised_at, more = {}) => ({ case: name, triage, raised_at, source: "help", room: null, status: "raised", ...more })
const view = (...cases) => ({ kind: "desk", seats: [{ seat: 1, name: "Sam" }], cases })
const tells = (desk, number, entry) => apply(desk, { number, at: 1, id: "", entry: { type: "case_listed", ...entry } })
const NONE = begin(view(), 1, 0)
const names = (desk) => openCases(desk).map((each) => each.case)

test("urgency comes before age, and age before nothing", () => {
  const desk = begin(view(listed("s", "support", 1), listed("u2", "urgent", 3), listed("u1", "urgent", 2), listed("i", "imminent", 4)), 1, 0)
  assert.deepEqual(names(desk), ["i", "u1", "u2", "s"])
})

test("a case is claimed, and goes when it is closed", () => {
  let desk = begin(view(listed("a", "urgent", 1)), 1, 0)
  assert.ok(isWaiting(openCases(desk)[0]))
  desk = tells(desk, 1, listed("a", "urgent", 1, { status: "claimed", claimed_by: 1 }))
  assert.ok(isMine(desk, openCases(desk)[0]))
  assert.ok(!isWaiting(openCases(desk)[0]))
  desk = tells(desk, 2, listed("a", "urgent", 1, { status: "closed" }))
  assert.deepEqual(names(desk), [])
})

test("a late listing takes no case back, and one that waits again does", () => {
  let desk = begin(view(listed("a", "urgent", 1, { status: "claimed", claimed_by: 2, position: 5 })), 1, 0)
  desk = tells(desk, 1, listed("a", "urgent", 1, { status: "unanswered", position: 4 }))
  assert.equal(openCases(desk)[0].status, "claimed")
  desk = tells(desk, 2, listed("a", "urgent", 1, { status: "unanswered", claimed_by: 2, lapsed: "away", since: 40, position: 6 }))
  assert.ok(isWaiting(openCases(desk)[0]))
})

test("what somebody had and has no more stands first among its like, and what waits before what is taken", () => {
  const again = listed("again", "urgent", 9, { status: "unanswered", lapsed: "away", since: 20 })
  const desk = begin(view(listed("old", "urgent", 1), again, listed("i", "imminent", 4), listed("taken", "imminent", 0, { status: "claimed" })), 1, 0)
  assert.deepEqual(names(desk), ["i", "again", "old", "taken"])
})

test("each case says what comes next by itself", () => {
  const desk = begin({ ...view(), seats: [{ seat: 1, name: "Sam" }, { seat: 2, name: "Kim" }] }, 1, 0)
  const says = (more, now) => comesNext(listed("a", "urgent", 100, more), desk, now)
  assert.equal(says({}, 119), "Waits for somebody. In 0:41 they are told that nobody has come")
  assert.equal(says({}, 161), "Waits for somebody")
  assert.equal(says({ pressed_at: 150 }, 160), "Waits for somebody. In 0:50 they are told that nobody has come")
  assert.equal(says({ status: "unanswered" }, 170), "Waits for somebody; they were told that nobody has come yet")
  assert.equal(says({ status: "claimed", claimed_by: 1, since: 110 }, 120), "Yours. Write within 0:50, or it waits for all again")
  assert.equal(says({ status: "claimed", claimed_by: 1, since: 110, has_word: true }, 120), "Yours")
  assert.equal(says({ status: "claimed", claimed_by: 2, since: 110 }, 120), "Kim has it; first word due in 0:50")
  assert.equal(says({ status: "claimed", claimed_by: 2, since: 110, has_word: true }, 120), "Kim is with them")
  const again = { status: "unanswered", claimed_by: 2, since: 110 }
  assert.match(says({ ...again, lapsed: "away" }, 151), /^Waits again for 0:41: Kim had it and is not connected/)
  assert.match(says({ ...again, lapsed: "no_word" }, 151), /wrote nothing in time. They were told$/)
  const left = { left: true }
  assert.match(says({ ...again, ...left, lapsed: "away" }, 151), /is not connected any more$/, "they were told nothing")
  assert.equal(says(left, 119), "Waits for somebody to read and close it")
  assert.equal(says({ ...left, status: "claimed", claimed_by: 1, since: 110 }, 120), "Yours")
  assert.equal(says({ ...left, status: "claimed", claimed_by: 2, since: 110 }, 120), "Kim has it")
})

test("words that nobody has read are counted, and for how long", () => {
  const desk = begin(view(listed("a", "urgent", 1, { unread: 2, unread_since: 10 }), listed("b", "urgent", 2)), 1, 0)
  assert.equal(unreadIn(desk), 2)
  assert.deepEqual(openCases(desk).map((each) => unreadOf(each, 80)), ["2 messages unread, for 1:10", ""])
  assert.equal(unreadOf({ unread: 1, unread_since: 10 }, 15), "1 message unread, for 0:05")
})

test("a case says what they did, where they are, and that they pressed again", () => {
  const at = { room: "evening-group", seat: 4, raised_at: 100, pressed_at: 100 }
  assert.equal(factsOf(listed("a", "urgent", 100, at), NONE, 110), "Pressed Help · Evening group · seat 4")
  assert.equal(factsOf(listed("a", "urgent", 100, { ...at, pressed_at: 160 }), NONE, 180), "Pressed Help, again 0:20 ago · Evening group · seat 4")
  assert.equal(factsOf(listed("a", "urgent", 100, { source: "signal" }), NONE, 110), "Review noticed words · from outside a room")
  assert.equal(factsOf(listed("a", "urgent", 100, { noticed: true, pressed_at: 160 }), NONE, 180), "Review noticed words, pressed Help 0:20 ago · from outside a room")
  assert.equal(factsOf(listed("a", "urgent", 100, { left: true }), NONE, 110), "Pressed Help · from outside a room · they have left")
})

test("who is on duty is said, and that nobody else is", () => {
  const desk = begin({ ...view(), seats: [{ seat: 1, name: "Sam" }, { seat: 2, name: "Kim" }, { seat: 3, name: "Mo" }] }, 1, 0)
  assert.equal(onDuty(desk, null), "Sam at the desk")
  assert.equal(onDuty(desk, new Set([1])), "Sam at the desk · alone")
  assert.equal(onDuty(desk, new Set([1, 3])), "Sam at the desk · with Mo")
})

test("what the snapshot holds already is not told twice", () => {
  const desk = begin(view(), 1, 5)
  assert.deepEqual(names(tells(desk, 5, listed("a", "urgent", 1))), [])
  assert.deepEqual(names(tells(desk, 6, listed("a", "urgent", 1))), ["a"])
})

test("an age is read at a glance", () => {
  assert.deepEqual([-1, 41, 725, 3840].map(age), ["0:00", "0:41", "12:05", "1 h 04"])
})

test("a room that went quiet is as urgent as a call for help, and gone when somebody holds it", () => {
  const chair = (meeting, chair, since) => ({ type: "chair_listed", meeting, room: `room-${meeting}`, chair, since, position: 1 })
  let desk = begin({ ...view(), chairs: [chair("a", "lost", 1), chair("b", "lost", 2)] }, 1, 0)
  assert.deepEqual(lostChairs(desk).map(urgencyOf), ["support", "support"])
  desk = tells(desk, 1, chair("b", "quiet", 2))
  assert.deepEqual(lostChairs(desk).map(({ meeting }) => meeting), ["b", "a"])
  assert.deepEqual(lostChairs(desk).map(urgencyOf), ["urgent", "support"])
  desk = tells(desk, 2, chair("b", "held", 2))
  assert.deepEqual(lostChairs(desk).map(({ meeting }) => meeting), ["a"])
  assert.deepEqual(lostChairs(begin(view(), 1, 0)), [], "of an older server")
})

test("a98, a99: who has a seat or has written words stands before presses without either, and many of these are one entry below", () => {
  const more = { room: "evening", meeting: "m" }
  const some = [listed("1", "urgent", 1, more), listed("2", "urgent", 2, more), listed("words", "urgent", 3, { ...more, unread: 1 }), listed("seat", "urgent", 4, { ...more, seat: 4 })]
  let desk = begin(view(...some, listed("i", "imminent", 9)), 1, 0)
  assert.deepEqual(names(desk), ["i", "words", "seat", "1", "2"])
  const tell = (number, entry) => (desk = apply(desk, { number, at: 1, id: "", entry }))
  tell(1, { type: "presses_listed", presses: 300, since: 10, last: 12, room: "evening" })
  tell(2, { type: "presses_listed", presses: 1, since: 11, last: 11 })
  assert.deepEqual(listedPresses(desk).map((many) => pressesWords(many, 20).split(" ago.")[0]), [
    "Help was pressed 300 times more by people without a seat, at Evening, the last 0:08",
    "Help was pressed once more by people without a seat, the last 0:09",
  ])
  tell(3, { type: "presses_listed", presses: 304, since: 10, last: 30, room: "evening" })
  tell(4, { type: "presses_put_away", presses: 300, by: 1, room: "evening" })
  assert.deepEqual(listedPresses(desk).map(({ presses, since }) => [presses, since]), [[1, 11], [4, 30]])
  tell(5, { type: "presses_put_away", presses: 4, by: 1, room: "evening" })
  tell(6, { type: "presses_put_away", presses: 4, by: 1, room: "evening" })
  assert.deepEqual(listedPresses(desk).map(({ presses }) => presses), [1])
})

test("a99: many presses are told of when they begin, and once a minute while they grow", () => {
  const pressed = (last, presses) => begin({ ...view(), presses: [{ presses, since: 10, last, room: "evening" }, { presses: 1, since: 11, last: 11 }] }, 1, 0)
  const rooms = (desk, told) => pressesToTell(desk, new Map(told)).map(({ room }) => room)
  assert.deepEqual(rooms(NONE, []), [])
  assert.deepEqual(rooms(pressed(12, 3), []), ["evening", undefined])
  assert.deepEqual(rooms(pressed(70, 30), [["evening", 12], ["", 11]]), [])
  assert.deepEqual(rooms(pressed(73, 31), [["evening", 12], ["", 11]]), ["evening"])
})

test("a second line of one visit is said to be one where the seat is the same, and nowhere else", () => {
  const seat = { room: "evening", meeting: "m", seat: 4 }
  const [first, second] = [listed("a", "urgent", 1, seat), listed("b", "urgent", 2, seat)]
  const desk = begin(view(first, second, listed("c", "urgent", 3, { room: "evening", meeting: "other", seat: 4 }), listed("d", "urgent", 4, { room: "evening" })), 1, 0)
  const said = Object.fromEntries(openCases(desk).map((each) => [each.case, factsOf(each, desk, 10).includes("their second line here")]))
  assert.deepEqual(said, { a: false, b: true, c: false, d: false })
})
