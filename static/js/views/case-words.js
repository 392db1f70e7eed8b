/** What a member reads of their own case, in the state that it is in. */

import { MEMBER, isHeld } from "../case.js"
import { thereNow } from "./helplines.js"

/** @import { Case, Line } from "../case.js" */
/** @import { Lapse } from "../protocol.js" */
/** @import { Helpline } from "./helplines.js" */

const WAITS = "Your call waits for everybody at the desk again, first in their list."

/** Why somebody who had come is not there. @type {Record<Lapse, (name: string) => string>} */
const LAPSED = {
  away: (name) => `${name}'s connection is gone. ${WAITS}`,
  no_word: (name) => `${name} took your call and has not written to you. ${WAITS}`,
  untouched: (name) => `Nothing was heard from ${name} for a while. ${WAITS}`,
  put_back: (name) => `${name} can't go on with you just now. ${WAITS}`,
}

/**
 * The sentence above the line; empty where somebody is there, and all is said by their being there.
 *
 * @param {Case} state
 * @param {boolean | null} isThere Whether whoever has it is connected.
 * @param {Helpline[]} helplines
 */
export function memberSays(state, isThere, helplines) {
  if (state.closedAt !== null) return "This line is closed. Help is here again whenever you need it."
  const name = state.claimer ?? "Whoever came"
  if (isHeld(state)) {
    return isThere === false
      ? `${name} is not connected just now. Unless they are back within half a minute, everybody at the desk is called. ${thereNow(helplines)}`
      : ""
  }
  if (state.lapsed !== null) return `${LAPSED[state.lapsed](name)} ${thereNow(helplines)}`
  const last = state.lines.findLast(({ type }) => type === "nobody_there" || type === "unanswered")
  if (state.told) {
    const why = last?.type === "unanswered" ? "Nobody from staff has come yet." : "Nobody is at the desk right now."
    return `${why} Your call for help stays open. ${thereNow(helplines)}`
  }
  if (state.source === "signal") return "Staff were told, because of what you wrote, and see these words. You can write to them here if you like. The room sees nothing of this."
  return "Staff have been called. You can write here already; they read it when they come."
}

/**
 * What the room's card says, in one sentence or two, once something that was written has opened a case.
 *
 * @param {Case | null} state
 */
export function noticed(state) {
  if (state !== null && state.closedAt !== null) return "Staff saw these words, and the line is closed. Help is here again whenever you need it."
  if (state === null || (!isHeld(state) && !state.told)) return "Staff were told, and see these words."
  if (isHeld(state)) {
    const hasWritten = state.lines.some(({ type, seat }) => type === "wrote" && seat !== state.seat)
    return `${state.claimer ?? "Somebody"} from staff ${hasWritten ? "has written to you" : "is there for you"}, on a line that nobody in the room sees.`
  }
  if (state.lapsed !== null) return `${state.claimer ?? "Whoever came"} is not there any more. Staff see these words, and everybody at the desk is called again.`
  return "Staff see these words, and nobody from staff has come yet. Your call stays open."
}

/** @param {Line} line @param {Case} state */
export function memberNote(line, state) {
  const name = line.name ?? "Staff"
  switch (line.type) {
    case "case_raised":
      return state.source === "help" ? "You asked for help." : "Staff were told."
    case "help_pressed_again":
      return "You asked for help again."
    case "excerpt":
      return "They were told because of these words:"
    case "nobody_there":
      return "Nobody was at the desk."
    case "unanswered":
      return "Nobody had come yet."
    case "claimed":
      return `${line.words ?? name} is here.`
    case "claim_lapsed":
      return `${name} was not there any more.`
    case "claim_resumed":
      return `${name} is here again.`
    case "case_closed":
      return line.seat === MEMBER ? "You ended the line." : "Staff ended the line."
    default:
      return ""
  }
}
