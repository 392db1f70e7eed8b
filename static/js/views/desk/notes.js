/** What happened in a case, in one sentence each, as whoever of staff has it reads it. */

import { MEMBER, hadLeft } from "../../case.js"
import { OUTCOMES } from "../../desk.js"

/** @import { Case, Line } from "../../case.js" */
/** @import { Lapse } from "../../protocol.js" */

/** Why somebody has a case no more: of oneself, and of a colleague. @type {Record<Lapse, [string, (name: string) => string]>} */
const LAPSED = {
  away: ["Your connection was gone for half a minute", (name) => `${name} was not connected any more`],
  no_word: ["You wrote nothing within a minute", (name) => `${name} wrote nothing within a minute`],
  untouched: ["Nothing was heard from you for five minutes", (name) => `Nothing was heard from ${name} for five minutes`],
  put_back: ["You put it back", (name) => `${name} put it back`],
}

/** @param {Line} line @param {Case} state @returns {string} */
export function noteForStaff(line, state) {
  const name = state.member ?? "They"
  const isMine = line.seat === state.seat
  const staff = isMine ? "You" : (line.name ?? "Somebody")
  const isOut = hadLeft(state, line)
  switch (line.type) {
    case "case_raised":
      return line.source === "help" ? `${name} pressed Help.` : "The review noticed words."
    case "help_pressed_again":
      return `${name} pressed Help again.`
    case "excerpt":
      return `${name} wrote this:`
    case "member_left":
      return `${name} left.`
    case "nobody_there":
      return line.why === undefined ? "They were told that nobody was at the desk." : "They were told that nobody else was at the desk."
    case "somebody_there":
      return "They were told that somebody is at the desk."
    case "unanswered":
      return "They were told that nobody had come yet."
    case "claimed":
      return isMine ? `You took this case.${isOut ? "" : ` They read your name, ${line.name ?? ""}, when they look at the line.`}` : `${staff} took this case.`
    case "claim_lapsed": {
      const [mine, ofColleague] = LAPSED[line.why ?? "away"]
      return `${isMine ? mine : ofColleague(staff)}${isOut ? "" : ", and they were told"}.`
    }
    case "claim_resumed":
      return `${staff} took it up again.`
    case "case_closed": {
      const outcome = state.outcome === null ? "" : `: ${OUTCOMES[state.outcome]}`
      if (line.seat === MEMBER) return `${name} ended the line.`
      return isMine ? `You closed it${outcome}.` : `Closed${outcome}.`
    }
    default:
      return ""
  }
}
