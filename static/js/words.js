/** The sentences of the room page: plain, calm, no blame. No DOM. */

import * as rooms from "./standing.js"
import { isolated } from "./written.js"

/** @import { Crosstalk, Reaction, Service } from "./protocol.js" */
/** @import { Room } from "./room.js" */

/** @type {Record<Reaction, string>} */
export const REACTIONS = {
  with_you: "With you",
  thank_you: "Thank you",
  welcome: "Welcome",
  congratulations: "Congratulations",
}

/** @type {Record<Service, string>} */
const SERVICES = {
  co_chair: "co-chair",
  standby: "standby",
  greeter: "greeter",
  timekeeper: "timekeeper",
  reader: "reader",
  speaker: "speaker",
}

/** Who may answer whom, in plain words. @type {Record<Crosstalk, string>} */
export const CROSSTALK = {
  none: "We listen and don't answer each other's shares.",
  allowed: "You can answer each other; say “I” and leave advice out.",
  after_round: "Answers come once everybody has had their turn.",
  questions_to_lead: "Questions go to whoever leads.",
}

/** How the floor passes on, where that is not by hands alone. @type {Partial<Record<import("./protocol.js").Speak, string>>} */
const WHO_IS_NEXT = {
  round: "each is asked in turn",
  tag: "whoever has shared names who is next",
}

// Mutes

/** One sentence: until when, and the reason that was chosen. @param {Room} room */
export function muted(room) {
  const { mutedUntil, muteScope, muteReason } = /** @type {import("./room.js").Person} */ (room.people.get(room.seat))
  const end = { time: `until ${clock(mutedUntil ?? 0)}`, phase: "until this part ends", meeting: "until the meeting ends" }[muteScope]
  return `A facilitator has paused your writing ${end}${BECAUSE[muteReason] ?? ""}.`
}

/** @type {Record<string, string>} */
const BECAUSE = {
  crosstalk: ", as shares aren't answered here",
  advice: ", as advice stays out of this room",
  contact: ", as contact details stay out of this room",
  flood: ", so that others find room",
  raid: ", to keep the room safe",
}

// The floor card

/**
 * What the floor card says: what is on, who has the floor, and where I stand. What I may do about it
 * the field says (field-words.js); neither says what the other does.
 *
 * @param {Room} room
 * @param {number} now
 * @returns {{ main: string, more: string }}
 */
export function floorCard(room, now) {
  if (room.closedAt !== null) return { main: "The meeting has ended", more: "Thank you for being here." }
  if (room.openedAt === null) return { main: "The meeting has not begun yet", more: waitingFor(room) }
  const held = heldUp(room)
  if (held !== null) return held
  if (rooms.hasTurns(room)) return { main: queueMain(room), more: queueMore(room, now) }
  return { main: whoWrites(room), more: "" }
}

/** @param {Room} room */
function heldUp(room) {
  if (room.frozenAt !== null) return { main: "The room stands still", more: "Afterwards all goes on as it was." }
  if (room.isQuiet && room.holder === null) return { main: "The room is quiet", more: nobodyHere(room) }
  if (room.shieldAt !== null) return { main: "A moment of quiet", more: "The facilitators are looking after the room." }
  if (room.allMutedUntil !== null) return { main: "A moment of quiet", more: `Until ${clock(room.allMutedUntil)} at the latest.` }
  if (room.pausedAt !== null) return { main: "Paused for a moment", more: "Places and times stay as they are." }
  return null
}

/** @param {Room} room */
function nobodyHere(room) {
  return rooms.isFacilitator(room) ? "Nobody holds the meeting." : "No facilitator is here. Staff have been called."
}

/** @param {Room} room */
function whoWrites(room) {
  switch (rooms.speak(room)) {
    case "facilitator":
      return "The facilitators write"
    case "reader":
      return assigned(room, "reader", "reads", "read") ?? "This part is for the readings"
    case "speaker":
      return assigned(room, "speaker", "speaks", "speak") ?? "This part is the speaker's"
    case "self_id":
      return "Introductions, a line each"
    case "silent":
      return "A quiet moment"
    default:
      return "Everyone can write now"
  }
}

/** @param {Room} room @param {Service} service @param {string} one @param {string} many */
function assigned(room, service, one, many) {
  const seats = rooms.serving(room, service)
  if (seats.includes(room.seat)) return seats.length > 1 ? `You ${many} with others` : `You ${many}`
  return seats.length === 0 ? null : `${holders(seats.map((seat) => rooms.nameOf(room, seat)))} ${seats.length > 1 ? many : one}`
}

/** @param {Room} room */
function waitingFor(room) {
  const holding = rooms.facilitators(room)
  if (rooms.isFacilitator(room)) return "Open it when you are ready."
  return holding.length === 0 ? "A facilitator will open it." : `${holders(holding.map(({ name }) => name))} will open it.`
}

/** @param {Room} room */
function queueMain(room) {
  if (room.holder === room.seat) return "You have the floor"
  if (room.holder !== null && room.awayUntil !== null) return `Giving ${rooms.nameOf(room, room.holder)} a moment`
  if (room.holder !== null) return `${rooms.nameOf(room, room.holder)} has the floor`
  if (room.invited === room.seat) return "Would you like to share?"
  if (room.invited !== null) return `${rooms.nameOf(room, room.invited)} is invited`
  return "The floor is free"
}

/** @param {Room} room @param {number} now */
function queueMore(room, now) {
  if (room.holder === room.seat) return "Take your time. Press Done when you are finished."
  if (room.invited === room.seat) return `${timeToAnswer(room, now)} Not yet keeps you in line; passing is always fine.`
  const mine = rooms.place(room)
  if (mine > 0) return [myPlace(room, mine), wait(room, mine, now)].filter((part) => part !== "").join(" · ")
  if (room.holder !== null && room.awayUntil !== null) return "They lost connection."
  if (rooms.chooser(room, now) === room.seat) return "Would you like to name who is next?"
  const names = room.holder === null ? rooms.chooser(room, now) : null
  if (names !== null) return `${rooms.nameOf(room, names)} may name who is next.`
  const next = rooms.nextHand(room)
  if (next !== null) return `Next: ${rooms.nameOf(room, next)}`
  return rooms.mayRaise(room) && !rooms.isFacilitator(room) ? "No hand is up; yours is welcome." : noHand(room)
}

/** Nobody waits. @param {Room} room */
export function noHand(room) {
  return rooms.speak(room) === "round" ? "Everybody has been asked." : "No hand is up."
}

/** Calmly: in steps of five seconds, and nothing runs while the room is held up. @param {Room} room @param {number} now */
function timeToAnswer(room, now) {
  const left = rooms.inviteLeft(room, now)
  return left === null ? "You are invited." : `You have ${Math.max(5, 5 * Math.ceil(left / 5))} seconds to answer.`
}

/** @param {Room} room @param {number} place */
function myPlace(room, place) {
  const where = place === 1 ? "You are next" : `You are ${ordinal(place)}`
  return rooms.speak(room) === "round" ? `${where} in the round` : where
}

/** How long that may take, where turns have a limit. @param {Room} room @param {number} place @param {number} now */
function wait(room, place, now) {
  const turn = rooms.currentPhase(room)?.turn ?? 0
  if (turn === 0) return ""
  const running = Math.max(0, rooms.turnLeft(room, now) ?? 0) / 60
  const minutes = Math.round(running + turn * (place - 1))
  return minutes > 0 ? `about ${minutes} min` : ""
}

/** What the list of hands is headed by, and why it stands as it does. @param {Room} room */
export function queueHead(room) {
  const title = rooms.speak(room) === "round" ? "The round" : "Waiting"
  const notes = [
    rooms.isFair(room) && "New voices first: whoever has not shared yet comes before those who have.",
    rooms.hasTurns(room) && !room.queueOpen && "The queue is closed; those who wait keep their place.",
  ]
  return { title, note: notes.filter((note) => note !== false).join(" ") }
}

// My turn

/**
 * To the holder alone: that the turn comes to its end (FC-14). `stage` grows as it does, so that each
 * is said aloud once.
 *
 * @param {Room} room
 * @param {number} now
 * @returns {{ stage: number, line: string } | null}
 */
export function turnNotice(room, now) {
  const left = room.holder === room.seat ? rooms.turnLeft(room, now) : null
  if (left === null) return null
  if (room.lastLineUntil !== null) return { stage: 100, line: "Your time is over. One last line can still go." }
  if (left <= 0) return { stage: 99, line: "Your time is over. Please finish your thought." }
  const warned = (rooms.currentPhase(room)?.warn ?? []).filter((at) => left <= at)
  if (warned.length === 0) return null
  return { stage: warned.length, line: `About ${span(Math.min(...warned))} left. Take the time you need to end.` }
}

/** `a minute`, `2 minutes`, `15 seconds`. @param {number} seconds */
function span(seconds) {
  if (seconds < 60) return `${seconds} seconds`
  return seconds < 90 ? "a minute" : `${Math.round(seconds / 60)} minutes`
}

// The frame

/**
 * The line below the room's name, the weightiest part first: phase, time left, how many are here.
 *
 * @param {Room} room
 * @param {number} now
 * @param {number} here
 * @returns {string[]}
 */
export function statusLine(room, now, here) {
  const count = `${here.toLocaleString("en")} here`
  if (!rooms.isOpen(room)) return [count]
  const left = minutesLeft(room, now)
  return [rooms.phaseTitle(room), left !== null && left > 0 ? `${left} min left` : "", count].filter((part) => part !== "")
}

/** Who is writing now. @param {Room} room @param {readonly number[]} seats */
export function writing(room, seats) {
  if (room.closedAt !== null) return ""
  const [one, other] = seats.map((seat) => rooms.nameOf(room, seat))
  if (one === undefined) return ""
  if (seats.length > 2) return "Several people are writing…"
  return other === undefined ? `${one} is writing…` : `${one} and ${other} are writing…`
}

/** Whole minutes left of the phase; null where nobody can say. @param {Room} room @param {number} now */
export function minutesLeft(room, now) {
  const phase = rooms.currentPhase(room)
  if (phase === null || room.phaseBeganAt === null || phase.minutes === 0) return null
  return Math.max(0, Math.ceil(phase.minutes - ((room.frozenAt ?? now) - room.phaseBeganAt) / 60))
}

/**
 * The rules of this part, in plain words.
 *
 * @param {Room} room
 * @returns {string[]}
 */
export function rules(room) {
  const turn = rooms.currentPhase(room)?.turn ?? 0
  const kept = [
    CROSSTALK[rooms.crosstalk(room)],
    rooms.hasTurns(room) && `One person writes at a time; ${WHO_IS_NEXT[rooms.speak(room)] ?? "raise your hand to share"}. Passing is always fine.`,
    rooms.hasTurns(room) && turn > 0 && `A turn takes up to ${many(turn, "minute")}.`,
    room.flags.single_share && "Everybody shares once, so that all find time.",
    rooms.isFair(room) && "New voices come first.",
    room.flags.asks_if_used_today && "If you used today, you are welcome: please listen, and talk to somebody after.",
  ]
  return kept.filter((rule) => rule !== false)
}

/** What the server made of a seat, in words for a badge. @param {Room} room @param {number} seat */
export function badges(room, seat) {
  const person = room.people.get(seat)
  if (person === undefined) return []
  return [
    person.role === "staff" && "staff",
    person.role === "facilitator" && facilitatorBadge(room, seat),
    ...person.services.map((service) => SERVICES[service]),
  ].filter((badge) => badge !== false)
}

/** Which of two facilitators has the chair is for facilitators to know. @param {Room} room @param {number} seat */
function facilitatorBadge(room, seat) {
  const isOneOfTwo = rooms.isFacilitator(room) && room.chair !== null && rooms.facilitators(room).length > 1
  if (!isOneOfTwo) return "facilitator"
  return rooms.isChair(room, seat) ? "chair" : "co-chair"
}

/**
 * What is said aloud when the room moves from `before` to `room`: what concerns me, and nothing of
 * the queue's coming and going.
 *
 * @param {Room} before
 * @param {Room} room
 * @returns {string}
 */
export function aloud(before, room) {
  if (room.closedAt !== null && before.closedAt === null) return "The meeting has ended."
  const held = heldUp(room)
  if (held !== null && held.main !== heldUp(before)?.main) return `${held.main}. ${held.more}`
  if (held === null && heldUp(before) !== null) return "The meeting goes on."
  if (room.offer?.seat === room.seat && before.offer?.seat !== room.seat) return "You are asked to facilitate this meeting."
  if (room.holder === room.seat && before.holder !== room.seat) return "You have the floor."
  if (room.invited === room.seat && before.invited !== room.seat) {
    return "You are invited to share. Accept or write when you are ready, or pass."
  }
  if (before.holder === room.seat && room.holder !== room.seat) return "Your turn has ended. Thank you."
  const [was, is] = [rooms.mutedUntil(before), rooms.mutedUntil(room)]
  if (is !== null && was === null) return muted(room)
  if (is === null && was !== null) return "You can write again."
  if (room.holder !== null && room.holder !== before.holder) return `${rooms.nameOf(room, room.holder)} has the floor.`
  return ""
}

// Words in general

/** `Ada`, `Ada and Mo`, `Ada, Mo and Ida`. @param {readonly (string | null)[]} names */
export function holders(names) {
  const known = names.map((name) => isolated(name ?? "Somebody"))
  const last = known.pop() ?? ""
  return known.length === 0 ? last : `${known.join(", ")} and ${last}`
}

/** `1 minute`, `3 minutes`. @param {number} count @param {string} one */
function many(count, one) {
  return `${count} ${one}${count === 1 ? "" : "s"}`
}

/** @param {number} number */
function ordinal(number) {
  const teen = number % 100 > 10 && number % 100 < 14
  return `${number}${teen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th")}`
}

const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })

/** The time of day here. @param {number} at Seconds since 1970. */
export function clock(at) {
  return hours.format(at * 1000)
}

/** `2:04`. @param {number} seconds */
export function stopwatch(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
}
