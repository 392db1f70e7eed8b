/** The sentences of the facilitator's panel: plain, calm, no blame. No DOM. */

import { decidedLine } from "./held.js"
import * as rooms from "../../standing.js"
import { clock } from "../../words.js"
import { load, phaseTime } from "./sight.js"

/** @import { MuteReason, MuteScope, Refusal, Service } from "../../protocol.js" */
/** @import { Person, Room } from "../../room.js" */

/** How long somebody may be kept from writing; the first is what one tap does. */
/** @type {{ id: string, label: string, until: MuteScope, minutes?: number }[]} */
export const MUTES = [
  { id: "5", label: "5 min", until: "time", minutes: 5 },
  { id: "15", label: "15 min", until: "time", minutes: 15 },
  { id: "phase", label: "until this part ends", until: "phase" },
  { id: "meeting", label: "until the meeting ends", until: "meeting" },
]

/** @type {Record<MuteReason, string>} */
export const REASONS = {
  pause: "no reason given",
  crosstalk: "crosstalk",
  advice: "advice",
  contact: "contact details",
  flood: "too many lines",
  raid: "a raid",
}

/** @type {Record<Service, string>} */
export const SERVICES = {
  co_chair: "Co-chair",
  standby: "Standby",
  greeter: "Greeter",
  timekeeper: "Timekeeper",
  reader: "Reader",
  speaker: "Speaker",
}

/** Seconds of words that are taken out at once. */
export const PURGED = 120

/** What a removal is, and what is left to do about it. */
export const UNTIL_ITS_END =
  "It holds until this meeting ends, unless they ask and another facilitator lets them come back. If it was a mistake, they can ask to come in from another browser, and you let them in."

/** @param {Room} room @param {number | null} seat */
export function they(room, seat) {
  return seat === room.seat ? "you" : rooms.nameOf(room, seat)
}

/** The same at the beginning of a sentence. @param {Room} room @param {number | null} seat */
export function They(room, seat) {
  return seat === room.seat ? "You" : rooms.nameOf(room, seat)
}

/** `1 minute`, `3 minutes`. @param {number} count @param {string} one */
export function many(count, one) {
  return `${count} ${one}${count === 1 ? "" : "s"}`
}

// The phase

/** How long the phase goes on. @param {Room} room @param {number} now */
export function phaseLine(room, now) {
  if (!rooms.isOpen(room)) return ""
  const time = phaseTime(room, now)
  if (time === null) return "This part has no set time."
  if (time.over > 0) return `${many(time.over, "minute")} over.`
  const whole = rooms.currentPhase(room)?.minutes ?? 0
  return time.left > 0 ? `${time.left} of ${whole} min left.` : "The time of this part is over."
}

// The queue

/** What the hands that wait will take, of what is left. @param {Room} room @param {number} now */
export function queueLine(room, now) {
  const waits = load(room, now)
  return waits === null ? "" : `About ${waits.minutes} min of hands, ${waits.left} left.`
}

/** Where somebody's hand stands. @param {Room} room @param {number} seat */
export function handLine(room, seat) {
  return `The hand is number ${rooms.place(room, seat)} of ${room.hands.length}.`
}

// Private lines

/** What somebody wrote to the facilitators and nobody has answered. @param {Room} room @param {import("./sight.js").Unanswered} line */
export function lineWords(room, { seat, words, count }) {
  const start = [...words].slice(0, 80).join("")
  const more = count > 1 ? ` (${count} lines)` : ""
  return `${rooms.nameOf(room, seat)} to the facilitators${more}: “${start}${start.length < words.length ? "…" : ""}”`
}

// People

/** That somebody is muted, and why: to the others it is nobody's business. @param {Person} person */
export function mutedBadge(person) {
  return person.mutedUntil === null ? "" : mutedWords(person)
}

/** @param {Person} person */
function mutedWords({ mutedUntil, muteScope, muteReason }) {
  const how = { phase: "for this part", meeting: "for this meeting", time: `until ${clock(mutedUntil ?? 0)}` }[muteScope]
  return muteReason === "pause" ? `muted ${how}` : `muted ${how}: ${REASONS[muteReason]}`
}

// After a race, and what is read aloud

/** `at` is when, in the server's seconds; `turns` how many had begun by then. @typedef {{ seat: number, epoch: number, at: number, turns: number }} Passed */

/** @param {Room} room @param {Passed} passed */
export function hasPassed(room, { seat }) {
  return `${rooms.nameOf(room, seat)} passed.`
}

/**
 * After a race the loser reads what is so now, and no error (FC-07, FC-08).
 *
 * @param {Room} room
 * @param {number | null} seat Who was invited, or has the floor.
 * @param {number} by Who invited them; 0 where nobody did.
 */
export function raceLine(room, seat, by) {
  if (seat === null) return "The meeting had just moved on."
  if (room.holder === seat) return `${They(room, seat)} ${seat === room.seat ? "have" : "has"} the floor already.`
  const were = seat === room.seat ? "were" : "was"
  if (by === room.seat || by === 0) return `${They(room, seat)} ${were} invited already.`
  return `${They(room, seat)} ${were} invited by ${office(room, by)}.`
}

/** @param {Room} room @param {number} seat */
function office(room, seat) {
  if (seat === room.chair) return "the chair"
  return room.people.get(seat)?.role === "member" ? rooms.nameOf(room, seat) : "the co-chair"
}

/**
 * What a facilitator reads of a no: what is so now, or the server's own words.
 *
 * @param {Room} room
 * @param {Refusal} refusal
 */
export function refusedLine(room, { code, words, facts = {} }) {
  if (code === "floor_busy" && typeof facts.seat === "number") {
    return raceLine(room, facts.seat, typeof facts.by === "number" ? facts.by : 0)
  }
  if (code === "already_decided" && facts.what) return decidedLine(room, facts)
  if (code === "stale_epoch") return raceLine(room, room.holder ?? room.invited, room.invitedBy)
  return words
}

/**
 * What is said aloud to who holds the meeting, besides what everybody hears: the floor and the door,
 * and nothing of the queue's coming and going.
 *
 * @param {Room} before
 * @param {Room} room
 * @param {number} [now] An invitation that has run out by then was not answered.
 * @param {Passed | null} [passed] Who passed last.
 */
export function aloud(before, room, now = -Infinity, passed = null) {
  const isNews = passed !== null && passed.epoch === room.epoch && before.epoch !== room.epoch
  const pass = isNews ? hasPassed(room, passed) : ""
  const moved = floorAloud(before, room, now)
  return pass === "" ? moved : room.invited === null ? pass : `${pass} ${moved}`
}

/** @param {Room} before @param {Room} room @param {number} now */
function floorAloud(before, room, now) {
  if (room.invited !== null && room.invited !== before.invited && room.invited !== room.seat) {
    return `${rooms.nameOf(room, room.invited)} is invited.`
  }
  if (before.invited !== null && room.invited === null && room.holder === null && before.invited !== room.seat) {
    const name = rooms.nameOf(room, before.invited)
    if (before.inviteUntil !== null && now >= before.inviteUntil - 0.5) return `${name} has not answered.`
    return room.putOff.includes(before.invited) ? `${name} is not ready yet.` : `${name} is not invited any more.`
  }
  if (before.holder !== null && room.holder === null && before.holder !== room.seat) {
    return `The turn of ${rooms.nameOf(room, before.holder)} has ended.`
  }
  if (room.lobby.length > 0 && before.lobby.length === 0) return "Somebody waits at the door."
  return ""
}
