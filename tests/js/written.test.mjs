// Words as they are kept.
import assert from "node:assert/strict"
import { test } from "node:test"
import { written } from "./js/written.js"

test("what nobody can see is nothing", () => {
  for (const text of ["", " \n ", "\u200b", "\u2800", "\u3164", "\u00ad", "\u202e", "\u0301", "\x1b", "\ufffc", "\ufeff"]) assert.equal(written(text), "")
  assert.equal(written("❤️"), "❤️")
})

test("blank lines fold, controls go, the ends are trimmed", () => {
  assert.equal(written("\n a\x07\r\n\r\n\u2800\r\n\nb \n"), "a\n\nb")
})
