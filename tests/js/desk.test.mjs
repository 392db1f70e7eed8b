// The desk: the most urgent first, of each the oldest; a late listing takes no case back.
import assert from "node:assert/strict"
import { test } from "node:test"
import { age, apply, begin, isMine, isWaiting, lostChairs, openCases, urgencyOf } from "./js/desk.js"

const listed = (name, triage, raised_at, more = {}) => ({ case: name, triage, raised_at, source: "help", room: null, status: "raised", ...more })
const view = (...cases) => ({ kind: "desk", seats: [{ seat: 1, name: "Sam" }], cases })
const tells = (desk, number, entry) => apply(desk, { number, at: 1, id: "", entry: { type: "case_listed", ...entry } })
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

test("a late listing takes no case back", () => {
  let desk = begin(view(listed("a", "urgent", 1, { status: "claimed", claimed_by: 2 })), 1, 0)
  desk = tells(desk, 1, listed("a", "urgent", 1, { status: "unanswered" }))
  assert.equal(openCases(desk)[0].status, "claimed")
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
