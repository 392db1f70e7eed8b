/** Folded words: what stands for them to this reader, and what their author is told. No DOM. */

/** @import { Folds } from "./draft.js" */
/** @import { ReportReason } from "./protocol.js" */
/** @import { Line } from "./timeline.js" */

/** Why words are reported. @type {Record<ReportReason, string>} */
export const REASONS = {
  hurts: "It hurts somebody",
  identifies: "It tells who somebody is, or how to reach them",
  using: "It tells of using in detail",
  sells: "It sells or advertises",
  other: "Something else",
}

/** @type {Record<string, string>} */
const FOLDED = {
  reports: "Folded until a facilitator has looked at it",
  facilitator: "Folded by a facilitator",
  shield: "Folded, as it came just before the shield",
}

/** @type {Record<string, string>} */
const TO_AUTHOR = {
  reports: "Members asked a facilitator to look at your words. Until one has, whoever wants to read them opens them.",
  facilitator: "A facilitator has folded your words. Whoever wants to read them opens them.",
}
const BY_ITSELF = "Your words are in the room, behind this label. Whoever wants to read them opens them."

/**
 * What stands for words that this reader does not see; empty where they do.
 *
 * @param {Line} line
 * @param {Folds} folds
 */
export function foldLabel({ number, fold, label }, { show, opened, kept }) {
  if (kept.includes(number)) return "Folded by you"
  if (fold === "" || (show !== "never" && (show === "always" || opened.includes(number)))) return ""
  return FOLDED[fold] ?? `Folded: ${label}`
}

/** @param {Line} line */
export function toAuthor({ fold }) {
  return TO_AUTHOR[fold] ?? BY_ITSELF
}

/** @param {readonly number[]} numbers @param {number} number */
export function without(numbers, number) {
  return numbers.filter((other) => other !== number)
}
