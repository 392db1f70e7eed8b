// Which Enter sends: the orders of events in which browsers end a composition, as they were recorded.
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { isChoosing, onlyWhole, sends } from "./js/enter.js"

let coarse = false
globalThis.matchMedia = () => ({ matches: coarse })
beforeEach(() => (coarse = false))

const key = (more) => ({ type: "keydown", key: "Enter", shiftKey: false, isComposing: false, keyCode: 13, ...more })
const ends = { type: "compositionend" }

// An Enter picks the word, the next one is meant to send it.
const ORDERS = {
  "Chrome on a Mac": [key({ isComposing: true, keyCode: 229 }), ends, key({})],
  "Chrome elsewhere": [key({ key: "Process", isComposing: true, keyCode: 229 }), ends, key({})],
  "Firefox on a Mac": [key({ isComposing: true, keyCode: 229 }), ends, key({})],
  "Firefox elsewhere": [key({ key: "Process", isComposing: true, keyCode: 229 }), ends, key({})],
  "Firefox before 65": [key({ isComposing: true, keyCode: 13 }), ends, key({})],
  Safari: [ends, key({ isComposing: false, keyCode: 229 }), key({})],
}

for (const [browser, order] of Object.entries(ORDERS)) {
  test(`${browser}: the Enter that ends a composition sends nothing, the next one does`, () => {
    const sent = order.map((event) => event.type === "keydown" && sends(event))
    assert.deepEqual(sent, [false, false, true])
  })

  test(`${browser}: a form goes out with the second Enter alone`, () => {
    const kept = order.map((event) => {
      let isKept = false
      if (event.type === "keydown") onlyWhole({ ...event, preventDefault: () => (isKept = true) })
      return isKept
    })
    const picks = order.map((event) => event.type === "keydown" && event.key === "Enter" && isChoosing(event))
    assert.deepEqual(kept, picks)
    assert.equal(kept.at(-1), false)
  })
}

test("Shift and Enter is a new line, and so is Enter on a phone", () => {
  assert.equal(sends(key({ shiftKey: true })), false)
  coarse = true
  assert.equal(sends(key({})), false)
})

test("any other key sends nothing", () => {
  assert.equal(sends(key({ key: "a", keyCode: 65 })), false)
  assert.equal(isChoosing(key({ key: "Escape", keyCode: 27 })), false)
  assert.equal(isChoosing(key({ key: "Escape", keyCode: 229 })), true)
})
