/** What members asked the facilitators to look at: the words, how many asked and why, and what to do. No DOM. */

import { REASONS } from "../../folds.js"
import * as rooms from "../../standing.js"
import { isolated } from "../../written.js"

/** @import { Item, Line } from "../../timeline.js" */
/** @import { Room } from "../../room.js" */
/** @import { Notice } from "./notices.js" */

/** Letters of the words that stand here; all of them are in the talk. */
const SHOWN = 160

/**
 * The oldest first; nothing of words that are gone.
 *
 * @param {Room} room
 * @param {readonly Item[]} items
 * @returns {Notice[]}
 */
export function reportNotices(room, items) {
  if (!rooms.isOpen(room)) return []
  const numbers = [...new Set(room.reports.map(({ number }) => number))].sort((a, b) => a - b)
  return numbers.flatMap((number) => {
    const found = lineOf(items, number)
    return found !== null && found.line.words === null ? [] : [notice(room, number, found)]
  })
}

/** @param {readonly Item[]} items @param {number} number @returns {{ seat: number, line: Line } | null} */
function lineOf(items, number) {
  for (const item of items) {
    const line = item.kind === "turn" || item.kind === "card" ? item.lines.find((one) => one.number === number) : undefined
    if (line !== undefined && "seat" in item) return { seat: item.seat, line }
  }
  return null
}

/** @param {Room} room @param {number} number @param {{ seat: number, line: Line } | null} found @returns {Notice} */
function notice(room, number, found) {
  const whys = room.reports.filter((report) => report.number === number).map(({ why }) => why)
  const who = whys.length === 1 ? "Somebody reported" : `${whys.length} people reported`
  const reasons = [...new Set(whys)].map((why) => REASONS[why]).join("; ")
  const [what, words] = found === null ? ["a line from before you came", "."] : [`what ${rooms.nameOf(room, found.seat)} wrote`, quoted(found.line.words ?? "")]
  const isFolded = found !== null && found.line.fold !== ""
  const isAnothers = found?.seat === room.seat && rooms.facilitators(room).some(({ seat }) => seat !== room.seat)
  const state = isAnothers ? ` Another facilitator decides${isFolded ? ", and until then it is folded" : ""}.` : isFolded ? " It is folded until you decide." : ""
  /** @type {Notice["acts"]} */
  const decide = [
    { key: `leave ${isFolded}`, label: isFolded ? "Unfold it" : "Leave it as it is", command: { type: "unfold", number } },
    { key: `keep ${isFolded}`, label: isFolded ? "Keep it folded" : "Fold it", command: { type: "fold", number } },
  ]
  return {
    key: `report ${number} ${whys.length}`,
    words: `${who} ${what}${words} ${reasons}.${state}`,
    acts: [...(isAnothers ? [] : decide), { key: "out", label: "Take the words out", grave: true, command: { type: "redact", number } }],
  }
}

/** @param {string} words */
function quoted(words) {
  const whole = words.replace(/\s+/g, " ").trim()
  return `: “${isolated(whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole)}”`
}
