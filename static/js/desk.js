/** The desk as everybody at it sees it: snapshot and entries -> open cases. No DOM in this file. */

/** @import { CaseListed, Chair, ChairListed, DeskView, Numbered, Outcome, Source, Status, Triage } from "./protocol.js" */

/**
 * @typedef {object} Desk
 * @property {number} seat Mine.
 * @property {number} through The entries up to this number are part of the snapshot.
 * @property {Map<number, string>} names Who is at the desk, by seat.
 * @property {Map<string, Listed>} cases The open ones.
 * @property {Map<string, Lost>} chairs The meetings that nobody is in the chair of.
 */

/** @typedef {Omit<CaseListed, "type">} Listed */

/** @typedef {Omit<ChairListed, "type">} Lost */

/** @type {Record<Triage, string>} */
export const TRIAGE = { imminent: "Imminent", urgent: "Urgent", support: "Support" }

/** @type {Record<Source, string>} */
export const SOURCE = { help: "Pressed Help", signal: "Review noticed words" }

/** @type {Record<Outcome, string>} */
export const OUTCOMES = {
  supported: "Supported, and carries on",
  handed_over: "Handed to a counsellor",
  crisis_line: "Crisis line connected",
  emergency_services: "Emergency services",
  left: "They left",
  unreachable: "Could not be reached",
  false_alarm: "False alarm",
}

/** @type {Record<Triage, number>} */
const URGENCY = { imminent: 0, urgent: 1, support: 2 }

/** @type {Record<Status, number>} */
const PROGRESS = { raised: 0, unanswered: 1, claimed: 2, closed: 3 }

/**
 * @param {DeskView} view
 * @param {number} seat
 * @param {number} through
 * @returns {Desk}
 */
export function begin(view, seat, through) {
  return {
    seat,
    through,
    names: new Map(view.seats.map((staff) => [staff.seat, staff.name ?? ""])),
    cases: new Map(view.cases.map((listed) => [listed.case, listed])),
    chairs: new Map((view.chairs ?? []).map((lost) => [lost.meeting, lost])),
  }
}

/**
 * @param {Desk} desk
 * @param {Numbered} numbered
 * @returns {Desk}
 */
export function apply(desk, { number, entry }) {
  if (number <= desk.through) return desk
  switch (entry.type) {
    case "came_to_desk":
      return { ...desk, names: new Map(desk.names).set(entry.seat, entry.words ?? "") }
    case "case_listed":
      return list(desk, entry)
    case "chair_listed":
      return listChair(desk, entry)
    default:
      return desk
  }
}

/**
 * A late listing never takes a case back to an earlier state.
 *
 * @param {Desk} desk
 * @param {CaseListed} listed
 * @returns {Desk}
 */
function list(desk, listed) {
  const known = desk.cases.get(listed.case)
  if (known !== undefined && PROGRESS[known.status] > PROGRESS[listed.status]) return desk
  const cases = new Map(desk.cases)
  if (listed.status === "closed") cases.delete(listed.case)
  else cases.set(listed.case, listed)
  return { ...desk, cases }
}

/** @param {Desk} desk @param {ChairListed} listed @returns {Desk} */
function listChair(desk, listed) {
  const chairs = new Map(desk.chairs)
  if (listed.chair === "held") chairs.delete(listed.meeting)
  else chairs.set(listed.meeting, listed)
  return { ...desk, chairs }
}

/** @type {Record<Exclude<Chair, "held">, Triage>} */
const OF_A_CHAIR = { quiet: "urgent", lost: "support" }

/**
 * Where nobody is in the chair: the rooms that went quiet for it first, of each the oldest.
 *
 * @param {Desk} desk
 * @returns {Lost[]}
 */
export function lostChairs(desk) {
  return [...desk.chairs.values()].sort(
    (a, b) => URGENCY[urgencyOf(a)] - URGENCY[urgencyOf(b)] || a.since - b.since || (a.room < b.room ? -1 : 1),
  )
}

/** A room that went quiet is as urgent as a call for help. @param {Lost} lost @returns {Triage} */
export function urgencyOf({ chair }) {
  return chair === "held" ? "support" : OF_A_CHAIR[chair]
}

/**
 * Imminent, urgent, support; of each the oldest first.
 *
 * @param {Desk} desk
 * @returns {Listed[]}
 */
export function openCases(desk) {
  return [...desk.cases.values()].sort(
    (a, b) => URGENCY[a.triage] - URGENCY[b.triage] || a.raised_at - b.raised_at || (a.case < b.case ? -1 : 1),
  )
}

/** @param {Listed} listed */
export function isWaiting(listed) {
  return listed.status === "raised" || listed.status === "unanswered"
}

/** @param {Desk} desk @param {Listed} listed */
export function isMine(desk, listed) {
  return listed.status === "claimed" && listed.claimed_by === desk.seat
}

/** The room as it stands in its address: `tuesday-evening` -> `Tuesday evening`. @param {string | null | undefined} slug */
export function roomOf(slug) {
  const words = (slug ?? "").replaceAll("-", " ")
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/**
 * How long a case has been open: `0:41`, `12:05`, `1 h 04`.
 *
 * @param {number} seconds
 */
export function age(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${String(whole % 60).padStart(2, "0")}`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`
}
