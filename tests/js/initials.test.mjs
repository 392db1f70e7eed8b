// Whether a name looks like a full one, and the one that the door offers for it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { shorter } from "./js/initials.js"

const FULL = [
  ["Benjamin Harrison", "Benjamin H."],
  ["  Benjamin   Harrison ", "Benjamin H."],
  ["Mary Ann", "Mary A."],
  ["María José García", "María G."],
  ["Ana de la Cruz", "Ana C."],
  ["Jan van der Berg", "Jan B."],
  ["Ludwig van Beethoven", "Ludwig B."],
  ["Benjamin F. Harrison", "Benjamin H."],
  ["Sinéad O’Connor", "Sinéad O."],
  ["Anne-Marie Weber", "Anne-Marie W."],
  ["Øyvind Ås", "Øyvind Å."],
  ["Андрей Петров", "Андрей П."],
  ["Ελένη Παππά", "Ελένη Π."],
  ["Leopold Staff", "Leopold S."],
]
const FINE = ["Ben", "Ben W.", "Ben W", "B. W.", "ben", "Ann 2", "Anne-Marie", "Big Mike 7", "new here", "Just listening", "Scared", "王伟", "مريم علي", "Ben from Leeds", "Mother of two", "", " "]

test("a full name has its initial offered, whatever its alphabet and the small words in it", () => {
  for (const [name, offered] of FULL) assert.equal(shorter(name), offered, name)
})

test("a first name, one with an initial and what is no name at all are left alone", () => {
  for (const name of FINE) assert.equal(shorter(name), null, name)
})

test("what is offered is not asked about again", () => {
  for (const [, offered] of FULL) assert.equal(shorter(offered), null, offered)
})
