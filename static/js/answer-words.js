/** What became of what you sent: the sentence above the field, and as long as what it holds. No DOM. */

import * as rooms from "./standing.js"

/** @import { Refusal } from "./protocol.js" */
/** @import { Room } from "./room.js" */
/** @import { Silence } from "./standing.js" */

/** The reasons that the page shows by itself, as long as they hold. @type {ReadonlySet<string>} */
const SILENCES = new Set(
  /** @type {Silence[]} */ ([
    "meeting_closed",
    "not_open",
    "muted",
    "frozen",
    "nobody_in_chair",
    "all_muted",
    "paused",
    "quiet",
    "said_already",
    "readers_only",
    "speaker_only",
    "facilitators_only",
    "not_your_turn",
    "turn_running",
  ]),
)

/**
 * What a refusal says above the field. Where it is one that the page knows: that nothing went out, why,
 * and until when the words are kept; else the server's own words.
 *
 * @param {Refusal} refusal
 * @param {Room} room
 * @returns {string}
 */
export function answer(refusal, room) {
  const { code, words } = refusal
  return SILENCES.has(code) ? `Not sent: ${whyNotSent(code)}. Your words are kept ${keptUntil(code, room)}.` : words
}

/** @param {string} code */
function whyNotSent(code) {
  const [who, only] = code.split("_only")
  return only === "" ? `this part is for the ${who}` : (NOT_SENT[code] ?? "you can't write just now")
}

/** @type {Record<string, string>} */
const NOT_SENT = {
  meeting_closed: "it was over by then",
  not_open: "it is not open yet",
  said_already: "it is one line each in this part",
  not_your_turn: "it is not your turn",
  turn_running: "a member has the floor",
}

/** @param {string} code @param {Room} room */
function keptUntil(code, room) {
  if (code === "meeting_closed") return "here"
  if (code !== "not_your_turn") return "until you can send them"
  if (rooms.place(room) > 0) return "until it is"
  return rooms.mayRaise(room) && !rooms.isListening(room) ? "until then: raise your hand" : "here"
}

/**
 * Whether what a refusal said is so: `true` as long as it holds, `false` once it does not, null where
 * it was said of a moment that has passed.
 *
 * @param {string} code
 * @param {Room} room
 * @returns {boolean | null}
 */
export function stillHolds(code, room) {
  if (rooms.takesTheFloor(room)) return false
  if (SILENCES.has(code)) return rooms.maySpeak(room) === code
  if (code === "turn_ended") return rooms.maySpeak(room) === "not_your_turn" && rooms.place(room) === 0
  return null
}

/** What may be written and asked for now, to see that it changed. @param {Room} room */
export function standing(room) {
  const { phase, holder, invited, queueOpen, seat } = room
  return [rooms.maySpeak(room), rooms.whyNoHand(room), phase, holder === seat, invited === seat, rooms.place(room) > 0, queueOpen].join()
}
