/** The desk as everybody at it sees it: snapshot and entries -> open cases. No DOM in this file. */

import { isolated } from "./written.js"

/** @import { CaseListed, Chair, ChairListed, DeskView, Lapse, PressesListed, PressesPutAway, Numbered, Outcome, Source, TakeOver, Triage } from "./protocol.js" */

/**
 * @typedef {object} Desk
 * @property {number} seat Mine.
 * @property {number} through The entries up to this number are part of the snapshot.
 * @property {Map<number, string>} names Who has come to the desk, by seat.
 * @property {Map<string, Listed>} cases The open ones.
 * @property {Map<string, Lost>} chairs The meetings that nobody is in the chair of.
 * @property {Map<string, Presses>} presses Of strangers, too many to be a case each; by room, "" for none.
 */

/** @typedef {Omit<CaseListed, "type">} Listed */

/** @typedef {Omit<ChairListed, "type">} Lost */

/** @typedef {Omit<PressesListed, "type">} Presses */

/** Seconds in which presses that grow in number are told of once. */
const TOLD = 60

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
    names: new Map(view.seats.map((staff) => [staff.seat, isolated(staff.name ?? "")])),
    cases: new Map(view.cases.map((listed) => [listed.case, listed])),
    chairs: new Map((view.chairs ?? []).map((lost) => [lost.meeting, lost])),
    presses: new Map((view.presses ?? []).map((many) => [many.room ?? "", many])),
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
      return { ...desk, names: new Map(desk.names).set(entry.seat, isolated(entry.words ?? "")) }
    case "case_listed":
      return list(desk, entry)
    case "chair_listed":
      return listChair(desk, entry)
    case "presses_listed":
      return { ...desk, presses: new Map(desk.presses).set(entry.room ?? "", entry) }
    case "presses_put_away":
      return { ...desk, presses: putAway(desk.presses, entry) }
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
  if (known !== undefined && (known.position ?? 0) > (listed.position ?? 0)) return desk
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

/** What came since it was looked at stays. @param {Desk["presses"]} presses @param {PressesPutAway} entry */
function putAway(presses, { room, presses: seen }) {
  const left = new Map(presses)
  const many = presses.get(room ?? "")
  left.delete(room ?? "")
  return many !== undefined && many.presses > seen ? left.set(room ?? "", { ...many, presses: many.presses - seen, since: many.last }) : left
}

/** The presses of strangers, room by room, the oldest first. @param {Desk} desk */
export function listedPresses({ presses }) {
  return [...presses.values()].sort((a, b) => a.since - b.since || ((a.room ?? "") < (b.room ?? "") ? -1 : 1))
}

/**
 * The presses that staff are to be told of: those that are new, and those that have grown in number for a while since.
 *
 * @param {Desk} desk
 * @param {ReadonlyMap<string, number>} told By room, when the last press was that staff were told of.
 */
export function pressesToTell(desk, told) {
  return listedPresses(desk).filter(({ room, last }) => last > (told.get(room ?? "") ?? -Infinity) + TOLD)
}

/** @param {Presses} many @param {number} now */
export function pressesWords({ presses, room, last }, now) {
  const where = room ? `, at ${roomOf(room)}` : ""
  const times = presses === 1 ? "once more" : `${presses} times more`
  return `Help was pressed ${times} by people without a seat${where}, the last ${age(now - last)} ago. Each was shown the helplines; whoever writes words is a case above.`
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
 * What waits before what somebody has; imminent, urgent, support; of each first what somebody had
 * already and has no more, then who has a seat or has written words, then the oldest.
 *
 * @param {Desk} desk
 * @returns {Listed[]}
 */
export function openCases(desk) {
  return [...desk.cases.values()].sort(
    (a, b) =>
      Number(isWaiting(b)) - Number(isWaiting(a)) ||
      URGENCY[a.triage] - URGENCY[b.triage] ||
      Number(hasLapsed(b)) - Number(hasLapsed(a)) ||
      Number(isSomebody(b)) - Number(isSomebody(a)) ||
      a.raised_at - b.raised_at ||
      (a.case < b.case ? -1 : 1),
  )
}

/** Somebody had it, and it waits again. @param {Listed} listed */
export function hasLapsed({ lapsed }) {
  return (lapsed ?? null) !== null
}

/** More is known than that a button was pressed: a seat, or words. @param {Listed} listed */
function isSomebody({ seat, unread, source }) {
  return Boolean(seat) || Boolean(unread) || source === "signal"
}

/**
 * Whether somebody of the same seat has an earlier line open: a second one of the same visit.
 *
 * @param {Desk} desk
 * @param {Listed} listed
 */
export function isSecondLine({ cases }, { case: id, meeting, seat, raised_at }) {
  if (!meeting || !seat) return false
  return [...cases.values()].some((other) => other.case !== id && other.meeting === meeting && other.seat === seat && other.raised_at <= raised_at)
}

/** Words that nobody has read, over all open cases. @param {Desk} desk */
export function unreadIn(desk) {
  return [...desk.cases.values()].reduce((sum, { unread }) => sum + (unread ?? 0), 0)
}

/** @param {Listed} listed */
export function isWaiting(listed) {
  return listed.status === "raised" || listed.status === "unanswered"
}

/** @param {Desk} desk @param {Listed} listed */
export function isMine(desk, listed) {
  return listed.status === "claimed" && listed.claimed_by === desk.seat
}

/** What the rooms are called, as far as this page was told, by their slugs. @type {Map<string, string>} */
const ROOMS = new Map()

/** Where somebody calls from who is in no room. */
export const OUTSIDE = "from outside a room"

/** @param {Record<string, string>} names */
export function nameRooms(names) {
  for (const [slug, name] of Object.entries(names)) ROOMS.set(slug, isolated(name))
}

/** A room's name; one made since then as it stands in its address: `tuesday-evening` -> `Tuesday evening`. @param {string | null | undefined} slug */
export function roomOf(slug) {
  const name = ROOMS.get(slug ?? "")
  if (name !== undefined) return name
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

/** Seconds that are given for a claim, and for a first word to the member (moderation/case/case.py). */
const WITHIN = 60

/** Why somebody who had a case has it no more, in the words of the desk. @type {Record<Lapse, (name: string) => string>} */
const LAPSED = {
  away: (name) => `${name} had it and is not connected any more`,
  no_word: (name) => `${name} had it and wrote nothing in time`,
  untouched: (name) => `${name} had it, and nothing was heard from them`,
  put_back: (name) => `${name} put it back`,
}

/** Why somebody takes a case that another one has. @type {Record<TakeOver, string>} */
export const REASONS = {
  signed_in_anew: "It is mine: I signed in anew",
  agreed: "We agreed on it",
  silent: "They don't answer",
  graver: "It needs somebody else",
}

/**
 * How a case stands, and what comes next by itself.
 *
 * @param {Listed} listed
 * @param {Desk} desk
 * @param {number} now
 */
export function comesNext(listed, desk, now) {
  const name = desk.names.get(listed.claimed_by ?? 0) || "Somebody"
  const since = listed.since ?? now
  const word = `${age(since + WITHIN - now)}`
  const { left } = listed
  if (listed.lapsed) return `Waits again for ${age(now - since)}: ${LAPSED[listed.lapsed](name)}${left ? "" : ". They were told"}`
  if (listed.status === "claimed") {
    if (isMine(desk, listed)) return left || listed.has_word ? "Yours" : `Yours. Write within ${word}, or it waits for all again`
    if (left) return `${name} has it`
    return listed.has_word ? `${name} is with them` : `${name} has it; first word due in ${word}`
  }
  if (left) return "Waits for somebody to read and close it"
  if (listed.status === "unanswered") return "Waits for somebody; they were told that nobody has come yet"
  const told = Math.max(listed.raised_at, listed.pressed_at ?? 0) + WITHIN - now
  return told > 0 ? `Waits for somebody. In ${age(told)} they are told that nobody has come` : "Waits for somebody"
}

/** What they did, and where they are. @param {Listed} listed @param {Desk} desk @param {number} now */
export function factsOf(listed, desk, now) {
  const { room, seat, left } = listed
  const second = isSecondLine(desk, listed) ? "their second line here" : ""
  return [causeOf(listed, now), room ? roomOf(room) : OUTSIDE, seat ? `seat ${seat}` : "", second, left ? "they have left" : ""].filter(Boolean).join(" · ")
}

/** @param {Listed} listed @param {number} now */
function causeOf({ source, noticed, raised_at, pressed_at }, now) {
  const ago = `${age(now - (pressed_at ?? now))} ago`
  if (source === "help" && noticed) return `${SOURCE.signal}, pressed Help ${ago}`
  return source === "help" && (pressed_at ?? 0) > raised_at + 1 ? `${SOURCE.help}, again ${ago}` : SOURCE[source]
}

/** @param {Listed} listed @param {number} now */
export function unreadOf({ unread, unread_since }, now) {
  if (!unread) return ""
  return `${unread === 1 ? "1 message" : `${unread} messages`} unread, for ${age(now - (unread_since ?? now))}`
}

/**
 * Who is at the desk: oneself first, then whoever else is connected.
 *
 * @param {Desk} desk
 * @param {ReadonlySet<number> | null} here null while nobody can say.
 */
export function onDuty({ names, seat }, here) {
  const others = [...(here ?? [])].filter((each) => each !== seat).map((each) => names.get(each) || "Somebody")
  const with_ = here === null ? "" : others.length > 0 ? ` · with ${[...new Set(others)].join(", ")}` : " · alone"
  return `${names.get(seat) || "You"} at the desk${with_}`
}
