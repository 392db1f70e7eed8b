/** The sentence above the field: whether you may write now. No DOM. */

import * as rooms from "./standing.js"
import { CROSSTALK, muted } from "./words.js"

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
