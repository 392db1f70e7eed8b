/** What the door says: what is on, who holds it, and who comes in. */

import { holders } from "../words.js"
import { isolated } from "../written.js"

/** @import { Refusal } from "../protocol.js" */

/**
 * What may be another thing in a minute, and is asked again.
 *
 * @typedef {object} News
 * @property {import("../protocol.js").Role} role
 * @property {import("../protocol.js").Door} mode
 * @property {string} declared Whom the meeting is for, in words; who comes in is the mode.
 * @property {boolean} must_knock
 * @property {boolean} locked
 * @property {boolean} open
 * @property {string | null} phase Of what is on and who is there a stranger is told nothing more.
 * @property {string[]} facilitators
 * @property {number | null} here How many are connected.
 * @property {Refusal | null} no Stands until this meeting ends, if they were taken out or turned away.
 */

/** Who comes in here. @type {Record<import("../protocol.js").Door, string>} */
const MODES = {
  open: "The door is open: everybody who has this page's address can come in.",
  knock: "A facilitator lets everybody in, one by one.",
  members: "Members of the group come straight in; everybody else is let in by a facilitator.",
  invitation: "Only those who were invited come in.",
}
const LOCKED = "The door is closed for now. You can try again later; Help is open to you."
const KNOCK = "A facilitator answers each knock, so that may take a moment."

/** What stands at the door was so, and may be so no more. */
export const NOT_SURE = "This is how it was when this page last heard. The server can't be reached just now; it is asked again by itself."

/** @param {News} news */
export function whoComesIn({ mode, declared, role, locked, must_knock }) {
  const isLet = role !== "member" || !(locked || must_knock)
  return `${declared} ${isLet ? MODES[mode] : locked ? LOCKED : KNOCK}`
}

/** What is on; who has seen one end is told so. @param {News} news @param {boolean} hasEnded */
export function whatIsOn({ open, phase }, hasEnded) {
  if (!open) return hasEnded ? "The meeting has ended; the next one has not begun yet" : "The meeting has not begun yet"
  if (phase === null) return "The meeting is open"
  return phase.startsWith("After") ? phase : `${isolated(phase)} has begun`
}

/** The same, with who holds it and how many are there. @param {News} news @param {boolean} hasEnded */
export function whatIsSo(news, hasEnded) {
  return [whatIsOn(news, hasEnded), heldBy(news), count(news.here)].filter((part) => part !== "").join(" · ")
}

/** @param {News} news */
export function notYet({ role, facilitators, must_knock }) {
  if (role === "facilitator") return "You can open it once you are in."
  const who = facilitators.length > 0 ? holders(facilitators) : "A facilitator"
  return `${who} will open it; that may take a while. You can ${must_knock ? "knock" : "come in"} and wait, or come back later.`
}

/** Who answers the door to those who wait. @param {string[]} names */
export function whoAnswers(names) {
  const who = names.length > 0 ? holders(names) : "a facilitator"
  return ` Keep this page open: ${who} ${names.length > 1 ? "answer" : "answers"} the door. That may take a few minutes.`
}

/** The name they wait under, and for how long. @param {string} name @param {number} since */
export function knockedAs(name, since) {
  const minutes = Math.floor((performance.now() - since) / 60_000)
  const long = minutes < 1 ? "less than a minute" : minutes === 1 ? "a minute" : `${minutes} minutes`
  return `You knocked as ${isolated(name)}, and have waited for ${long}.`
}

/** Who holds the meeting, where they have come already. @param {News} news */
function heldBy({ facilitators }) {
  if (facilitators.length === 0) return ""
  return `${holders(facilitators)} ${facilitators.length > 1 ? "hold" : "holds"} it`
}

/** @param {number | null} here */
function count(here) {
  if (!here) return ""
  return here === 1 ? "1 person here" : `${here.toLocaleString("en")} people here`
}
