/** What a facilitator reads of appeals and of the ladder: a note, a mute, a removal; nothing is given by itself. No DOM. */

import * as rooms from "../../standing.js"
import { clock } from "../../words.js"
import { isolated } from "../../written.js"
import { stand } from "./strikes.js"
import { They, many } from "./words.js"

/** @import { About, AppealView, NoteReason } from "../../protocol.js" */
/** @import { Room } from "../../room.js" */
/** @import { Notice } from "./notices.js" */

/** @type {Record<NoteReason, string>} */
export const NOTES = {
  crosstalk: "crosstalk",
  advice: "advice",
  contact: "contact details",
  detail: "details of using",
  length: "length",
  unkind: "tone",
}

/** @type {Record<About, string>} */
const ACTS = { note: "a note", mute: "a mute", removal: "their removal", words: "words that were taken out" }

/** What upholding each does, on its button. @type {Record<About, string>} */
export const UNDO = { note: "Take the note back", mute: "Undo the mute", removal: "Let them come back", words: "Say they could have stayed" }

/** @param {Room} room @param {AppealView} appeal */
export function appealTitle(room, { seat, about }) {
  return `${rooms.nameOf(room, seat)} asks about ${ACTS[about]}`
}

/** Who decided it, what they write, and by when they are answered. @param {Room} room @param {AppealView} appeal @param {number} now */
export function appealWords(room, { decider, words, answer_by: by }, now) {
  const who = decider === 0 ? "" : `${They(room, decider)} decided it. `
  const said = words === null ? "They wrote nothing with it." : `They write: “${isolated(words)}”`
  const when = now >= by ? "An answer was promised by now." : `They were promised an answer by ${clock(by)}.`
  return `${who}${said} ${when}`
}

/**
 * Whoever may answer is asked to; who decided it reads that somebody else does.
 *
 * @param {Room} room
 * @param {(appeal: number) => void} look
 * @returns {Notice[]}
 */
export function appealNotices(room, look) {
  if (room.closedAt !== null) return []
  const { appeals } = stand(room)
  return appeals.filter(({ seat }) => seat !== room.seat).map((appeal) => {
    const key = `appeal ${appeal.appeal}`
    const title = appealTitle(room, appeal)
    if (appeal.decider !== room.seat) {
      return { key, words: `${title}. You did not decide it, so you can answer it.`, acts: [{ key: "look", label: "Look at it", name: title, primary: true, command: () => look(appeal.appeal) }] }
    }
    const others = rooms.facilitators(room).some(({ seat }) => seat !== room.seat && seat !== appeal.seat)
    const who = others ? "Another facilitator answers it." : "Nobody else holds this meeting, so it waits for another facilitator."
    return { key, words: `${title}. You decided it. ${who}`, acts: [] }
  })
}

/**
 * How often, and what would be the next step; whether it is taken is a person's to decide (CM-18).
 *
 * @param {Room} room
 * @param {number} seat
 */
export function ladder(room, seat) {
  const had = stand(room).strikes.find((one) => one.seat === seat)
  if (had === undefined) return ""
  const so_far = [had.notes > 0 && many(had.notes, "note"), had.mutes > 0 && many(had.mutes, "mute")].filter(Boolean).join(", ")
  return `In this meeting: ${so_far}. If more is needed, the next step is ${had.mutes > 0 ? "a longer mute, or a removal" : "a mute for a time"}.`
}
