// What was reported, as a facilitator reads it: the words, how many and why, never by whom.
import assert from "node:assert/strict"
import { test } from "node:test"
import { NOON, ada, ben, phase, snapshot } from "./a_room.mjs"
import { apply, start } from "./js/room.js"
import { Timeline } from "./js/timeline.js"
import { reportNotices } from "./js/views/chair/reports.js"

const open = start(snapshot(phase("queue")), ada)
const LINE = { type: "said", seat: ben, words: "Some words." }
const report = (why) => ({ type: "reported", number: 1, why })
const plain = (words) => words.replaceAll(/[⁦-⁩]/g, "")

/** The notices after these entries. */
function told(...entries) {
  const timeline = new Timeline()
  let [room, number] = [open, 0]
  for (const entry of entries) {
    const inChair = ["reported", "reports_answered"].includes(entry.type)
    const numbered = { number: inChair ? 1 : ++number, id: "", at: NOON, entry }
    const before = room
    room = apply(room, numbered)
    timeline.add(inChair ? "chair" : "room", numbered, room, before)
  }
  return reportNotices(room, timeline.items).map(({ words, acts }) => [plain(words), ...acts.map(({ label }) => label)])
}

test("cm 20 one report is told with the words and the reason, and may be left as it is", () => {
  assert.deepEqual(told(LINE, report("hurts")), [
    ["Somebody reported what Ben wrote: “Some words.” It hurts somebody.", "Leave it as it is", "Fold it", "Take the words out"],
  ])
})

test("cm 20 two that fold are told as two, each reason once", () => {
  const folded = { type: "folded", number: 1, by: "reports" }
  const [[words, ...acts]] = told(LINE, report("other"), report("other"), folded)
  assert.equal(words, "2 people reported what Ben wrote: “Some words.” Something else. It is folded until you decide.")
  assert.deepEqual(acts, ["Unfold it", "Keep it folded", "Take the words out"])
})

test("cm 20 what was decided, and what is gone, waits no more", () => {
  assert.deepEqual(told(LINE, report("hurts"), { type: "reports_answered", number: 1, by: ada }), [])
  assert.deepEqual(told(LINE, report("hurts"), { type: "redacted", number: 1, by: "self" }), [])
  assert.deepEqual(told(LINE, { type: "redacted", number: 1, by: "self" }, report("hurts")), [], "whichever stream came first")
})

test("cm 20 of a line from before they came a facilitator is told, too", () => {
  assert.match(told(report("sells"))[0][0], /^Somebody reported a line from before you came\. It sells/)
})

test("cm 19 of their own words another facilitator decides where one is, and they can take them back", () => {
  const mine = { ...LINE, seat: ada }
  const [[words, ...acts]] = told(mine, report("hurts"), { type: "folded", number: 1, by: "reports" })
  assert.match(words, /It hurts somebody\. Another facilitator decides, and until then it is folded\.$/)
  assert.deepEqual(acts, ["Take the words out"])
})
