// What a group's settings say and send follows from the server's answer alone.
import assert from "node:assert/strict"
import { test } from "node:test"
import { USUAL, WAYS, changes, chosen, intro, options } from "./js/views/chair/ways-words.js"

const FOUND = {
  format: { id: "small", title: "Small discussion" },
  set: { door: "open", share_limit: 4 },
  ways: { fairness: false, share_limit: 4, door: "open", history: "none" },
  choices: {
    ...{ fairness: [true, false], door: ["open", "knock", "members", "invitation"], history: ["none", "meeting"] },
    share_limit: { least: 0, most: 30 },
  },
  holds: "From the next meeting on.",
}

const labels = (name, found = FOUND) => options(name, found).map(({ label }) => label)

test("a way that the format has is told in words; one of the group's own can be put back", () => {
  assert.deepEqual(labels("fairness"), ["Usual: in order of hands", "New voices first", "In order of hands"])
  assert.deepEqual(labels("door"), ["Usual", "Everybody", "Everybody knocks first", "Members; others knock", "Members only"])
  assert.equal(chosen("fairness", FOUND), USUAL)
  assert.equal(chosen("door", FOUND), '"open"')
})

test("a number is one of minutes, from the least to the most", () => {
  const minutes = labels("share_limit")
  assert.deepEqual([minutes.length, minutes[1], minutes[2], minutes.at(-1)], [32, "As each part says", "1 min", "30 min"])
})

test("only what is not so already is sent, and what is left to the format is null", () => {
  const picked = new Map([["fairness", "true"], ["door", USUAL], ["history", USUAL], ["share_limit", "4"]])
  assert.deepEqual(changes(FOUND, picked), { fairness: true, door: null })
  assert.deepEqual(changes(FOUND, new Map([["fairness", "false"]])), { fairness: false })
})

test("what this page has no words for is shown as it is", () => {
  const newer = { ...FOUND, choices: { ...FOUND.choices, door: ["open", "garden"] } }
  assert.equal(labels("door", newer).at(-1), "garden")
})

test("from when on it holds is said first", () => {
  assert.match(intro(FOUND), /^From the next meeting on\. .*Small discussion/)
})

test("each way is told in one short line", () => {
  assert.ok(WAYS.length === 12)
  for (const { hint } of WAYS) assert.ok(hint.length > 20 && hint.length < 80 && hint.endsWith("."), hint)
})
