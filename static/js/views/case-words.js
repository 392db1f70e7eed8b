/** What a member reads of their own case, in the state that it is in. */

import { MEMBER, lastCall, standsAt } from "../case.js"
import { thereNow, turnNow } from "./helplines.js"

/** @import { Case, Line } from "../case.js" */
/** @import { Lapse } from "../protocol.js" */
/** @import { Helpline } from "./helplines.js" */

const WAITS = "Your call waits for everybody at the desk again, first in their list."
const ALONE = "Nobody is at the desk right now."
const THERE = "Somebody from staff is at the desk now."
/** Before a claim the desk sees that there are words and where they come from, and not the words. */
const WHOEVER = "Whoever comes reads what you wrote."
const OPENED = `A call to staff is open. ${WHOEVER}`
const ALONE_AGAIN = "Nobody else is at the desk right now."

/** Why somebody who had come is not there. @type {Record<Lapse, (name: string) => string>} */
const LAPSED = {
  away: (name) => `${name}'s connection is gone.`,
  no_word: (name) => `${name} took your call and has not written to you.`,
  untouched: (name) => `Nothing was heard from ${name} for a while.`,
  put_back: (name) => `${name} can't go on with you just now.`,
}

/** The same, in the record. @type {Record<Lapse, (name: string) => string>} */
const HAD_LAPSED = {
  away: (name) => `${name}'s connection was gone.`,
  no_word: (name) => `${name} had not written to you within a minute.`,
  untouched: (name) => `Nothing had been heard from ${name} for five minutes.`,
  put_back: (name) => `${name} could not go on.`,
}

/**
 * The sentence above the line; empty where somebody is there, and all is said by their being there.
 *
 * @param {Case} state
 * @param {boolean | null} isThere Whether whoever has it is connected.
 * @param {Helpline[]} helplines
 */
export function memberSays(state, isThere, helplines) {
  const name = state.claimer ?? "Whoever came"
  switch (standsAt(state)) {
    case "closed":
      return "This line is closed. Help is here again whenever you need it."
    case "held":
      return isThere === false
        ? `${name} is not connected just now. Unless they are back within half a minute, your call is open to everybody from staff again. ${thereNow(helplines)}`
        : ""
    case "alone":
      return `${alone(state)} Your call for help stays open, and whoever comes to the desk sees it. ${thereNow(helplines)}`
    case "there":
      return `${THERE} Your call is open to them, and this page says when somebody comes.`
    case "again":
      return `${lapsed(state)} ${WAITS} ${thereNow(helplines)}`
    case "unanswered":
      return `Nobody from staff has come yet. Your call for help stays open. ${thereNow(helplines)}`
    case "called":
      return called(state)
  }
}

/** That nobody is at the desk; where somebody had come, what became of them first. @param {Case} state */
function alone(state) {
  const isAgain = lastCall(state)?.why !== undefined
  return isAgain ? `${lapsed(state)} ${ALONE_AGAIN}` : ALONE
}

/** @param {Case} state */
function lapsed(state) {
  const why = lastCall(state)?.why
  return why === undefined ? "" : LAPSED[why](state.claimer ?? "Whoever came")
}

/** @param {Case} state */
function called(state) {
  if (state.source === "signal") return `Staff were told. ${WHOEVER} You can write to them here if you like. The room sees nothing of this.`
  return "Staff have been called. You can write here already; they read it when they come."
}

/**
 * What the room's card says above the numbers, once something that was written has opened a case. Where
 * nobody is there it says to turn to them, as the Help panel does.
 *
 * @param {Case | null} state null until it is known whether anybody is at the desk.
 * @param {Helpline[]} helplines
 */
export function noticed(state, helplines) {
  if (state === null) return OPENED
  switch (standsAt(state)) {
    case "closed":
      return `${state.holder === 0 ? "The" : "Staff saw what you wrote, and the"} line is closed. Help is here again whenever you need it.`
    case "called":
      return `Staff were told. ${WHOEVER}`
    case "held":
      return `${state.claimer ?? "Somebody"} from staff ${hasWritten(state) ? "has written to you" : "is there for you"}, on a line that nobody in the room sees.`
    case "again":
      return `${lapsed(state)} Everybody at the desk is called again. ${turnNow(helplines)}`
    case "alone":
      return `${alone(state)} ${turnNow(helplines)} Whoever comes to the desk reads what you wrote.`
    case "there":
      return `${THERE} ${WHOEVER}`
    case "unanswered":
      return `Nobody from staff has come yet. ${turnNow(helplines)} Your call stays open.`
  }
}

/** @param {Case} state */
function hasWritten({ lines, seat: mine }) {
  return lines.some(({ type, seat }) => type === "wrote" && seat !== mine)
}

/** @param {Line} line */
export function memberNote(line) {
  const name = line.name ?? "Staff"
  switch (line.type) {
    case "case_raised":
      return line.source === "help" ? "You asked for help." : "A call to staff was opened for you."
    case "help_pressed_again":
      return "You asked for help again."
    case "excerpt":
      return "Because of these words:"
    case "nobody_there":
      return line.why === undefined ? "Nobody was at the desk." : "Nobody else was at the desk."
    case "somebody_there":
      return "Somebody came to the desk."
    case "unanswered":
      return "Nobody had come yet."
    case "claimed":
      return `${line.words ?? name} is here.`
    case "claim_lapsed":
      return HAD_LAPSED[line.why ?? "away"](name)
    case "claim_resumed":
      return `${name} has your call again.`
    case "case_closed":
      return line.seat === MEMBER ? "You ended the line." : "Staff ended the line."
    default:
      return ""
  }
}
