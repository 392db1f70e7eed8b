// What a reader sees of folded words, by who folded them and what the reader chose.
import assert from "node:assert/strict"
import { test } from "node:test"
import { foldLabel, toAuthor } from "./js/folds.js"

const line = (fold, label = "") => ({ number: 4, fold, label })
const folds = { show: "opened", opened: [], kept: [] }

test("cm 07 the label is what is seen first, and the words once they are opened", () => {
  const using = line("review", "mentions using in detail")
  assert.equal(foldLabel(using, folds), "Folded: mentions using in detail")
  assert.equal(foldLabel(using, { ...folds, opened: [3] }), "Folded: mentions using in detail")
  assert.equal(foldLabel(using, { ...folds, opened: [4] }), "")
  assert.equal(foldLabel(line(""), folds), "")
})

test("cm 07 always keep folded outweighs what was opened, and always show asks for no opening", () => {
  const using = line("review", "mentions using in detail")
  assert.equal(foldLabel(using, { ...folds, show: "never", opened: [4] }), "Folded: mentions using in detail")
  assert.equal(foldLabel(using, { ...folds, show: "always" }), "")
  assert.equal(foldLabel(line(""), { ...folds, show: "never" }), "")
})

test("what one has folded for oneself stays so whatever one chose", () => {
  for (const show of ["opened", "always", "never"]) assert.equal(foldLabel(line(""), { ...folds, show, kept: [4] }), "Folded by you")
})

test("cm 20 each fold says by whom, and its author is told of it in other words", () => {
  const by = ["reports", "facilitator", "shield"]
  assert.equal(new Set(by.map((fold) => foldLabel(line(fold), folds))).size, 3)
  for (const fold of [...by, "review"]) assert.match(toAuthor(line(fold)), /your words.*opens them/i)
})
