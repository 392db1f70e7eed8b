/** What waits for a facilitator: whose words, why, the words with the place marked, and the two things to do. No DOM. */

import * as rooms from "../../standing.js"
import { clock } from "../../words.js"

/** @import { HeldView } from "../../protocol.js" */
/** @import { Room } from "../../room.js" */
/** @import { Refusal } from "../../protocol.js" */
/** @import { Act } from "./sight.js" */
/** @import { Notice } from "./notices.js" */

/** What a finding is in plain words: it may be so. @type {Record<string, string>} */
const MAY = {
  anonymity: "may tell who somebody is",
  sourcing: "may be about getting or selling drugs",
  harassment: "may hurt somebody",
  sexual: "may be sexual",
  spam: "may advertise something",
  medical_advice: "may give medical or legal advice",
  use_detail: "may tell of using in detail",
  methods: "may tell of ways of self-harm",
  crosstalk: "may answer what somebody shared",
}
const MEDICAL = "medical_advice"

/**
 * The oldest first.
 *
 * @param {Room} room
 * @returns {Notice[]}
 */
export function heldNotices(room) {
  return room.held.map((one) => notice(room, one))
}

/** @param {Room} room @param {HeldView} held @returns {Notice} */
function notice(room, held) {
  const { number, seat, words, until, why = [] } = held
  const name = rooms.nameOf(room, seat)
  const kinds = [...new Set(why.map(({ kind }) => kind))]
  const may = kinds.map((kind) => MAY[kind]).filter(Boolean).join(", and ") || "may not fit in here"
  const weighed = weighing(held)
  /** @type {Act[]} */
  const acts = [{ key: "release", label: "Publish", name: `Publish what ${name} wrote`, command: { type: "release", number } }]
  if (kinds.includes(MEDICAL)) {
    acts.push({ key: "noted", label: "Publish, with a note", name: `Publish what ${name} wrote, with a note that it is no medical advice`, command: { type: "release", number, note: "not_medical_advice" } })
  }
  acts.push({ key: "back", label: "Give back", name: `Give back to ${name} what they wrote`, command: { type: "give_back_held", number } })
  return {
    key: `held ${number}`,
    words: `What ${name} wrote waits for you: it ${may}.${weighed} Only facilitators have read it; it goes back at ${clock(until)}.`,
    quote: pieces(words ?? "", why),
    acts,
  }
}

/** As they stand in the words. @param {HeldView} held */
function weighing({ words, why = [] }) {
  const letters = [...(words ?? "")]
  const weighed = why
    .flatMap(({ weighed = [] }) => weighed)
    .sort((one, other) => one.start - other.start)
    .map(({ start, end }) => `“${letters.slice(start, end).join("")}”`)
  return weighed.length === 0 ? "" : ` What weighed most: ${[...new Set(weighed)].join(", ")}.`
}

/**
 * The words in pieces, those that a finding is about marked. Places are code points.
 *
 * @param {string} words
 * @param {NonNullable<HeldView["why"]>} why
 * @returns {{ text: string, marked: boolean }[]}
 */
export function pieces(words, why) {
  /** @type {{ text: string, marked: boolean }[]} */
  const found = []
  ;[...words].forEach((letter, at) => {
    const marked = why.some(({ start, end }) => start <= at && at < end)
    const last = found.at(-1)
    if (last?.marked === marked) last.text += letter
    else found.push({ text: letter, marked })
  })
  return found
}

/** Who was faster, and what they did. @param {Room} room @param {NonNullable<Refusal["facts"]>} facts */
export function decidedLine(room, { by, what, seat }) {
  if (by === "author") return what === "left" ? "They have left, and their words with them." : "They took it back themselves."
  if (by === "time") return "The time was over: it went back to whoever wrote it."
  const who = typeof seat !== "number" || seat === 0 ? "A facilitator" : seat === room.seat ? "You" : rooms.nameOf(room, seat)
  return what === "released" ? `${who} published it already.` : `${who} gave it back already.`
}
