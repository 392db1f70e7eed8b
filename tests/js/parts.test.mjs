// Long words: the lines they go out as, in order, and nothing of them lost.
import assert from "node:assert/strict"
import { test } from "node:test"
import { parts } from "./js/parts.js"
import { beginning, length, written } from "./js/written.js"

const texts = (text, longest) => parts(text, longest).map((part) => part.text)
const whole = (found) => found.map(({ lead, text }) => lead + text).join("")

test("what fits is one line", () => {
  assert.deepEqual(parts("I am here", 20), [{ lead: "", text: "I am here" }])
  assert.deepEqual(texts("One two. Three\nfour.", 20), ["One two. Three\nfour."])
})

test("it is cut between paragraphs, else between lines, sentences, words", () => {
  assert.deepEqual(texts("One two. Three\n\nfour five.\nSix", 20), ["One two. Three", "four five.\nSix"])
  assert.deepEqual(texts("One two. Three\nfour five six", 20), ["One two. Three", "four five six"])
  assert.deepEqual(texts("One two three. Four five six", 20), ["One two three.", "Four five six"])
  assert.deepEqual(texts("one two three four five six", 20), ["one two three four", "five six"])
  assert.deepEqual(texts("one two three four f", 18), ["one two three four", "f"])
})

test("a cut is in the second half, so that lines are not many", () => {
  assert.deepEqual(texts("a. " + "x".repeat(30), 20), ["a. " + "x".repeat(17), "x".repeat(13)])
})

test("an emoji is one code point, and what clings to a letter stays with it", () => {
  assert.equal(length("👩‍👩‍👧"), 5)
  assert.deepEqual(texts("aaaaaaaaa👩‍👩‍👧bb", 12), ["aaaaaaaaa", "👩‍👩‍👧bb"])
  assert.deepEqual(texts("aaaaaaaaaae\u0301bbb", 11), ["aaaaaaaaaa", "e\u0301bbb"])
  assert.equal(beginning("👩👩👩", 2), "👩👩")
})

test("nothing is lost, whatever it is made of", () => {
  const words = ["word", "Sentence.", "\n\n", "\n", "👩‍👩‍👧", "x".repeat(31), "e\u0301".repeat(9), "(so!)"]
  let seed = 7
  for (let round = 0; round < 300; round += 1) {
    let text = ""
    for (let count = 0; count < 40; count += 1) {
      seed = (seed * 1103515245 + 12345) % 2147483648
      text += (seed % 3 === 0 ? "" : " ") + words[Math.floor(seed / 7) % words.length]
    }
    text = written(text)
    const found = parts(text, 30)
    assert.equal(whole(found), text)
    for (const part of found) {
      assert.ok(length(part.text) <= 30)
      assert.equal(part.text, part.text.trim())
    }
  }
})
