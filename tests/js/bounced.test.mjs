// What can stand in place of a marked piece, so that one tap makes a line fit to go out (CM-15).
import assert from "node:assert/strict"
import { test } from "node:test"
import { initialled, replaced } from "./js/views/bounced.js"

test("cm_15 a full name becomes a first name and an initial", () => {
  assert.equal(initialled("Bill Wilson"), "Bill W.")
  assert.equal(initialled("María José García"), "María G.")
  assert.equal(initialled(" Ann "), "Ann")
})

test("cm_15 a number is taken out and leaves no gap, the words around it stay", () => {
  const number = "212 555 0123"
  assert.equal(replaced(`Call me on ${number} tonight`, number, ""), "Call me on tonight")
  assert.equal(replaced(`Call me on ${number}, please`, number, ""), "Call me on, please")
  assert.equal(replaced(`${number} is mine`, number, ""), "is mine")
  assert.equal(replaced(number, number, ""), "")
})

test("cm_15 an initial brings its own full stop, and a piece that is gone changes nothing", () => {
  assert.equal(replaced("I'm Bill Wilson. Hello", "Bill Wilson", "Bill W."), "I'm Bill W. Hello")
  assert.equal(replaced("I'm Bill Wilson, hello", "Bill Wilson", "Bill W."), "I'm Bill W., hello")
  assert.equal(replaced("Hello", "Bill Wilson", "Bill W."), "Hello")
})
