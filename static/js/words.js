/** The sentences of the room page: plain, calm, no blame. No DOM. */

import * as rooms from "./room.js"

/** @import { Room, Silence } from "./room.js" */

const AHEAD = "write ahead if you like, only you see it."

/**
 * The sentence above the field: whether you may write now, and if not, when.
 *
 * @param {Room} room
 * @returns {string}
 */
export function whyComposer(room) {
  const why = rooms.maySpeak(room)
  return why === null ? mayWrite(room) : mayNotWrite(room, why)
}

/** @param {Room} room */
function mayWrite(room) {
  if (room.holder === room.seat) return "You have the floor. Send as many lines as you like, then press Done."
  if (rooms.speak(room) === "open") return "Everyone can write now."
  if (rooms.speak(room) === "queue") return "As facilitator you can write between turns."
  return "In this part you write, and the members read."
}

/** @param {Room} room @param {Silence} why */
function mayNotWrite(room, why) {
  switch (why) {
    case "not_open":
      return rooms.isFacilitator(room)
        ? `Open the meeting when you are ready; until then ${AHEAD}`
        : `The meeting has not begun yet; ${AHEAD}`
    case "meeting_closed":
      return "The meeting has ended. What you were writing is still here for you."
    case "muted":
      return `A facilitator has paused your writing until ${clock(rooms.mutedUntil(room) ?? 0)}. Help and the line to the facilitators stay open.`
    case "quiet":
      return `This is a quiet moment; ${AHEAD}`
    case "facilitators_only":
      return `In this part the facilitators write; ${AHEAD}`
    case "turn_running":
      return `${floorNow(room)} You can write between turns; ${AHEAD}`
    case "not_your_turn":
      return notYourTurn(room)
  }
}

/** @param {Room} room */
function notYourTurn(room) {
  if (room.invited === room.seat) {
    return `It is your turn if you like: press Accept when you are ready, or Pass. Until then ${AHEAD}`
  }
  const before = room.hands[rooms.place(room) - 2]
  if (before !== undefined) return `${floorNow(room)} Your turn comes after ${rooms.nameOf(room, before)}; ${AHEAD}`
  if (rooms.place(room) === 1) return `${floorNow(room)} Your turn comes next; ${AHEAD}`
  return `${floorNow(room)} Raise your hand when you would like to share; ${AHEAD}`
}

/** @param {Room} room */
function floorNow(room) {
  if (room.holder !== null && room.awayUntil !== null) {
    return `${rooms.nameOf(room, room.holder)} lost connection and is given a moment.`
  }
  if (room.holder !== null) return `${rooms.nameOf(room, room.holder)} is sharing.`
  if (room.invited !== null) return `${rooms.nameOf(room, room.invited)} is invited to share.`
  return "Nobody has the floor."
}

/**
 * What the floor card says: who has the floor, and where I stand.
 *
 * @param {Room} room
 * @returns {{ main: string, more: string }}
 */
export function floorCard(room) {
  if (room.closedAt !== null) return { main: "The meeting has ended", more: "Thank you for being here." }
  if (room.openedAt === null) return { main: "The meeting has not begun yet", more: waitingFor(room) }
  const title = rooms.currentPhase(room)?.title ?? ""
  switch (rooms.speak(room)) {
    case "open":
      return { main: title, more: "Everyone can write." }
    case "facilitator":
      return { main: title, more: "The facilitators write." }
    case "silent":
      return { main: title, more: "A quiet moment." }
    case "queue":
      return { main: queueMain(room), more: queueMore(room) }
  }
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

/** @param {Room} room */
function queueMore(room) {
  if (room.holder === room.seat) return "Take your time. Press Done when you are finished."
  if (room.invited === room.seat) return "You are invited. Passing is always fine."
  const mine = rooms.place(room)
  if (mine === 1) return "You are next"
  if (mine > 1) return `You are ${ordinal(mine)}`
  if (room.holder !== null && room.awayUntil !== null) return "They lost connection."
  const next = rooms.nextHand(room)
  return next === null ? "No hand is up." : `Next: ${rooms.nameOf(room, next)}`
}

/**
 * The line below the room's name, the weightiest part first: phase, time left, how many are here.
 *
 * @param {Room} room
 * @param {number} now
 * @param {number} here
 * @returns {string[]}
 */
export function statusLine(room, now, here) {
  const count = `${here} here`
  if (room.closedAt !== null) return ["Ended"]
  if (room.openedAt === null) return ["Not begun yet", count]
  const phase = rooms.currentPhase(room)
  const left = minutesLeft(room, now)
  return [phase?.title ?? "", left !== null && left > 0 ? `${left} min left` : "", count].filter((part) => part !== "")
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
  return Math.max(0, Math.ceil(phase.minutes - (now - room.phaseBeganAt) / 60))
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
  if (room.holder === room.seat && before.holder !== room.seat) return "You have the floor."
  if (room.invited === room.seat && before.invited !== room.seat) {
    return "You are invited to share. Accept when you are ready, or pass."
  }
  if (before.holder === room.seat && room.holder !== room.seat) return "Your turn has ended. Thank you."
  const [was, is] = [rooms.mutedUntil(before), rooms.mutedUntil(room)]
  if (is !== null && is !== was) return `A facilitator has paused your writing until ${clock(is)}.`
  if (is === null && was !== null) return "You can write again."
  if (room.holder !== null && room.holder !== before.holder) return `${rooms.nameOf(room, room.holder)} has the floor.`
  return ""
}

/** `Ada`, `Ada and Mo`, `Ada, Mo and Ida`. @param {readonly (string | null)[]} names */
export function holders(names) {
  const known = names.map((name) => name ?? "Somebody")
  const last = known.pop() ?? ""
  return known.length === 0 ? last : `${known.join(", ")} and ${last}`
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
