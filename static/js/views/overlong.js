/** What is longer than it may be: by how much, which part of it, and as how many lines it can go out. */

import { el } from "../dom.js"
import { parts } from "../parts.js"
import { LONGEST, length } from "../written.js"

/** Lines that one text may go out as; what is longer still is for its writer to shorten. */
const MANY = 10
/** Letters that are shown before the place where it is too long, and behind it. */
const BEFORE = 20
const BEHIND = 60

/**
 * @param {string} text
 * @param {boolean} free Whether lines can go out now.
 * @param {() => void} onsend
 */
export function overlong(text, free, onsend) {
  const { length: lines } = parts(text)
  const offer = free && lines <= MANY
  const send = offer ? el("button", { type: "button", class: "primary", onclick: onsend }, `Send as ${lines} lines`) : null
  return { words: tooLong(length(text) - LONGEST, offer ? lines : 0), send }
}

/** By how much it is too long, and in how many lines it can go out; 0 where it can't. @param {number} over @param {number} [lines] */
export function tooLong(over, lines = 0) {
  const by = `This is ${over} character${over === 1 ? "" : "s"} too long.`
  return lines === 0 ? `${by} Shorten it by that much; your words stay here.` : `${by} It can go out as ${lines} lines.`
}

/** The end of what fits, and what does not, marked. @param {string} text */
export function overhang(text) {
  const letters = [...text]
  const before = letters.slice(LONGEST - BEFORE, LONGEST).join("")
  const rest = letters.slice(LONGEST)
  const behind = rest.slice(0, BEHIND).join("") + (rest.length > BEHIND ? "…" : "")
  return el("p", { class: "preview", dir: "auto" }, `…${before}`, el("mark", {}, behind))
}
