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
 * @param {"now" | "later" | "never"} when Lines can go out.
 * @param {() => void} onsend
 */
export function overlong(text, when, onsend) {
  const { length: lines } = parts(text)
  const can = lines <= MANY ? when : "never"
  const send = can === "now" ? el("button", { type: "button", class: "primary", onclick: onsend }, `Send as ${lines} lines`) : null
  return { words: tooLong(length(text) - LONGEST, lines, can), send }
}

/**
 * By how much it is too long, and in how many lines it can go out.
 *
 * @param {number} over
 * @param {number} [lines]
 * @param {"now" | "later" | "never"} [when]
 */
export function tooLong(over, lines = 0, when = "never") {
  const by = `This is ${over} character${over === 1 ? "" : "s"} too long.`
  switch (when) {
    case "now":
      return `${by} It can go out as ${lines} lines.`
    case "later":
      return `${by} Once you may write, it can go out as ${lines} lines; your words stay here.`
    case "never":
      return `${by} Shorten it by that much; your words stay here.`
  }
}

/** The end of what fits, and what does not, marked. @param {string} text */
export function overhang(text) {
  const letters = [...text]
  const before = letters.slice(LONGEST - BEFORE, LONGEST).join("")
  const rest = letters.slice(LONGEST)
  const behind = rest.slice(0, BEHIND).join("") + (rest.length > BEHIND ? "…" : "")
  return el("p", { class: "preview", dir: "auto" }, `…${before}`, el("mark", {}, behind))
}
