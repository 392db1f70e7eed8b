/** The sentences around the field: whether you may write now, and what became of what you sent. No DOM. */

import * as rooms from "./standing.js"
import { CROSSTALK, muted } from "./words.js"

/** @import { Refusal } from "./protocol.js" */
/** @import { Room } from "./room.js" */
/** @import { Silence } from "./standing.js" */

const AHEAD = "write ahead if you like, only you see it."
const AHEAD_ALONE = "Write ahead if you like, only you see it."
const STAY_OPEN = "Help and the line to the facilitators stay open."

/**
 * The sentence above the field: what you may do with it now. What is on in the room the floor card
 * says beside it; empty where there is nothing to add.
 *
 * @param {Room} room
 * @returns {string}
 */
export function whyField(room) {
  if (rooms.takesTheFloor(room)) return "Your first line accepts the invitation."
  const why = rooms.maySpeak(room)
  return why === null ? mayWrite(room) : mayNotWrite(room, why)
}

/** @param {Room} room */
function mayWrite(room) {
  if (room.holder === room.seat) return holds(room)
  // Who may write while the floor stands still is a facilitator.
  if (rooms.stoppedAt(room) !== null) return "As facilitator you can write."
  const speak = rooms.speak(room)
  switch (speak) {
    case "open":
      return ""
    case "discussion":
      return CROSSTALK[rooms.crosstalk(room)]
    case "self_id":
      return rooms.isFacilitator(room) ? "You can welcome them." : introduce(room)
    case "reader":
      return "What you send, everybody reads."
    case "speaker":
      return "Send as many lines as you like."
    case "facilitator":
      return "Members read along."
    default:
      return "As facilitator you can write between turns."
  }
}

/** @param {Room} room */
function holds(room) {
  if (room.lastLineUntil !== null) return "Press Send for it; it closes your turn."
  return rooms.speak(room) === "tag" ? "Send line by line. Then press Done, or name who is next." : "Send line by line, as it comes."
}

/** @param {Room} room */
function introduce(room) {
  const lines = (rooms.currentPhase(room)?.lines ?? 1) - (room.people.get(room.seat)?.said ?? 0)
  return `If you like, introduce yourself in ${lines > 1 ? `up to ${lines} short lines` : "one short line"}.`
}

/** @param {Room} room @param {Silence} why @returns {string} */
function mayNotWrite(room, why) {
  switch (why) {
    case "meeting_closed":
      return "What you were writing is still here for you."
    case "muted":
      return rooms.isFacilitator(room) ? muted(room) : `${muted(room).slice(0, -1)}; what you send now, only the facilitators read.`
    case "frozen":
    case "all_muted":
      return STAY_OPEN
    case "nobody_in_chair":
      return rooms.isFacilitator(room) ? "Take the chair, and the meeting goes on." : AHEAD_ALONE
    case "said_already":
      return `Your line is in. There is time to share later; ${AHEAD}`
    case "readers_only":
    case "speaker_only":
      return `Listen for now, or ${AHEAD}`
    case "turn_running":
      return `You can write between turns; ${AHEAD}`
    case "not_your_turn":
      return mayAsk(room)
    default:
      return AHEAD_ALONE
  }
}

/** @param {Room} room */
function mayAsk(room) {
  switch (rooms.whyNoHand(room)) {
    case "queue_closed":
      return "The queue is closed, so that everybody who waits has their time."
    case "shared_already":
      return "You have shared already, and others come first today."
    case null:
      if (rooms.isListening(room)) return "You are here to listen today; raise your hand whenever you like."
      if (rooms.currentPhase(room)?.urgent === "only") {
        return "This part is for whoever must share now, or whose sobriety is at risk: press Burning desire."
      }
      return AHEAD_ALONE
    default:
      return AHEAD_ALONE
  }
}

// What came back

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
