/** What a facilitator did to me, what I asked of it, and what came of that (CM-18, CM-19). No DOM. */

import * as rooms from "../standing.js"
import { clock } from "../words.js"

/** @import { About, NoteReason, Role } from "../protocol.js" */
/** @import { Model } from "../model.js" */
/** @import { MeetingEntry } from "../room.js" */

/** What is told of me alone, and where: my own stream, and of the room's who was muted and what was taken out. */
/** @typedef {Pick<MeetingEntry, "entry" | "number" | "at">} Told */

/** `number` names the act to the server, null for the one that stands; `mayAsk`: nobody was asked about it yet. */
/** @typedef {{ key: string, words: string, about: About, number: number | null, mayAsk: boolean }} Matter */

/** @type {Record<NoteReason, string>} */
const MIND = {
  crosstalk: "shares aren't answered here, so please speak of yourself.",
  advice: "please leave advice out, and speak of what you did yourself.",
  contact: "please leave out what others could be reached or known by.",
  detail: "please leave out details of using.",
  length: "please keep it shorter, so that others find room.",
  unkind: "please be gentler with the others.",
}

/** @type {Record<Role, string>} */
const BY = { member: "A facilitator", facilitator: "A facilitator", staff: "Somebody of staff" }

/** @type {Record<About, string>} */
export const ACTS = { note: "the note", mute: "the mute", removal: "the removal", words: "the words that were taken out" }

/** @type {Record<About, string>} */
const UNDONE = {
  note: "It is taken back.",
  mute: "That mute is undone.",
  removal: "You are in the meeting again.",
  words: "They could have stayed. They were deleted and can't be brought back; you can write them again.",
}

/**
 * Whatever is so now of what was done to me, the newest last.
 *
 * @param {readonly Told[]} told Each stream in its order; how they stand to each other, their times say.
 * @param {Model} model
 * @returns {Matter[]}
 */
export function matters(told, { room, now, items }) {
  /** @type {Map<string, Matter>} */
  const found = new Map()
  /** @type {Map<number, import("../protocol.js").AppealedYou>} */
  const asked = new Map()
  const isMine = (/** @type {number} */ line) =>
    items.some((item) => item.kind === "turn" && item.seat === room.seat && item.lines.some(({ number }) => number === line))
  const add = (/** @type {Matter} */ matter) => found.set(matter.key, matter)
  /** The act that each line went with. @type {Map<number, number>} */
  const acts = new Map()
  for (const { entry, number } of [...told].sort((one, other) => one.at - other.at)) {
    if (entry.type === "noted_you") {
      const words = `${BY[entry.role]} asks you, and you alone read it: ${MIND[entry.reason]} Nothing else follows from it.`
      add({ key: `note ${entry.note}`, words, about: "note", number: entry.note, mayAsk: true })
    }
    if (entry.type === "muted" && entry.seat === room.seat) {
      const words = "If the mute seems wrong to you, another facilitator can look at it again."
      for (const key of found.keys()) if (key.startsWith("mute ")) found.delete(key)
      if (rooms.mutedUntil(room) !== null) add({ key: `mute ${number}`, words, about: "mute", number: null, mayAsk: true })
    }
    if (entry.type === "redacted" && entry.by === "facilitator" && isMine(entry.number)) {
      const act = acts.get(entry.along ?? 0) ?? number
      acts.set(entry.number, act)
      const words = "A facilitator has taken words of yours out. They are deleted."
      add({ key: `words ${act}`, words, about: "words", number: entry.number, mayAsk: true })
    }
    if (entry.type === "appealed_you") {
      asked.set(entry.appeal, entry)
      found.delete(`${entry.about} ${entry.number}`)
      add({ key: `asked ${entry.appeal}`, words: waits(entry, now, rooms.isOver(room)), about: entry.about, number: null, mayAsk: false })
    }
    if (entry.type === "appeal_answered_you") {
      const { about = "note" } = asked.get(entry.appeal) ?? {}
      found.delete(`asked ${entry.appeal}`)
      add({ key: `answer ${entry.appeal}`, words: answer(entry, about), about, number: null, mayAsk: false })
    }
  }
  const all = [...found.values()]
  return rooms.isOver(room) ? all.filter(({ mayAsk }) => !mayAsk) : all
}

/** @param {import("../protocol.js").AppealedYou} entry @param {number} now @param {boolean} isOver */
function waits({ about, answer_by: by, asked }, now, isOver) {
  const about_it = `You have asked about ${ACTS[about]}.`
  if (isOver) return `${about_it} The meeting ended before anybody answered. You can turn to whoever runs your group.`
  if (asked === "nobody_yet") return `${about_it} Nobody else held this meeting then, so it waits until another facilitator is here.`
  if (now >= by) return `${about_it} Nobody has answered yet. It stays with the facilitators who did not decide it.`
  return `${about_it} The facilitators who did not decide it were asked, and you have an answer by ${clock(by)}.`
}

/** @param {import("../protocol.js").AppealAnsweredYou} entry @param {About} about */
function answer({ upheld, role, words = null }, about) {
  const who = role === "staff" ? "Somebody of staff" : "Another facilitator"
  const came = upheld ? UNDONE[about] : "It stays as it was decided."
  return `${who} has looked at ${ACTS[about]} again. ${came}${words === null ? "" : ` They write: “${words}”`}`
}
