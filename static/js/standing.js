/** How the meeting stands: what follows from the fold of room.js. No DOM. */

import { isolated } from "./written.js"

/** @import { Crosstalk, Phase, Reaction, Service, Speak } from "./protocol.js" */
/** @import { Person, Room } from "./room.js" */

const TURNS = ["queue", "round", "tag"]
/** Seconds in which whoever had the floor names the next in a tag phase (FC-28). */
export const CHOOSING = 30

/** @param {Room} room */
export function isOpen(room) {
  return room.openedAt !== null && room.closedAt === null
}

/** @param {Room} room */
export function isOver(room) {
  return room.closedAt !== null
}

/** Whether `seat` is somebody's: they were not removed, and have not left for good. @param {Room} room @param {number} seat */
export function sits(room, seat) {
  const one = room.people.get(seat)
  return one !== undefined && !one.removed && !one.left
}

/** @param {Room} room @param {number} [seat] */
export function isFacilitator(room, seat = room.seat) {
  return sits(room, seat) && room.people.get(seat)?.role !== "member"
}

/** @param {Room} room @param {number} [seat] */
export function isChair(room, seat = room.seat) {
  return room.chair === seat
}

/** Nobody acts on somebody of the same or a higher rank (FC-22). @param {Room} room @param {number} [seat] */
export function rank(room, seat = room.seat) {
  const role = room.people.get(seat)?.role ?? "member"
  if (role === "staff") return 3
  return isChair(room, seat) ? 2 : role === "facilitator" ? 1 : 0
}

/** Whether I may mute, remove or demote `seat`. @param {Room} room @param {number} seat */
export function mayActOn(room, seat) {
  return isFacilitator(room) && sits(room, seat) && rank(room, seat) < rank(room)
}

/** The seats that have this seat of service. @param {Room} room @param {Service} service */
export function serving(room, service) {
  return [...room.people.values()].filter((one) => !one.removed && !one.left && one.services.includes(service)).map(({ seat }) => seat)
}

/** Who may write now: nobody before the opening and after the close. @param {Room} room @returns {Speak} */
export function speak(room) {
  return isOpen(room) ? (room.phases[room.phase]?.speak ?? "silent") : "silent"
}

/** Whether one at a time has the floor now. @param {Room} room */
export function hasTurns(room) {
  return TURNS.includes(speak(room))
}

/** The running turn, 0 where nobody has the floor. @param {Room} room */
export function turn(room) {
  return room.holder !== null ? room.turns : 0
}

/** @param {Room} room @returns {Phase | null} */
export function currentPhase(room) {
  return room.phases[room.phase] ?? null
}

/** @param {Room} room @returns {Phase | null} */
export function nextPhase(room) {
  return isOpen(room) ? (room.phases[room.phase + 1] ?? null) : null
}

/** Since when the clocks of the floor stand still: a pause, the shield, a mute of all. @param {Room} room */
export function stoppedAt(room) {
  const since = [room.pausedAt, room.shieldAt, room.allMutedAt].filter((at) => at !== null)
  return since.length === 0 ? null : Math.min(...since)
}

/** Whether nobody but facilitators may write. @param {Room} room */
export function isHushed(room) {
  return room.shieldAt !== null || room.allMutedAt !== null
}

/** Where a hand stands: 1 is next, 0 is not up. @param {Room} room @param {number} [seat] */
export function place(room, seat = room.seat) {
  return room.hands.indexOf(seat) + 1
}

/** Whether the member of this hand lost connection (FC-17). @param {Room} room @param {number} seat */
export function isHandAway(room, seat) {
  return room.handsAway.some((away) => away.seat === seat)
}

/** The queue without those who are away: they are passed over, and keep their place. @param {Room} room */
export function waiting(room) {
  return room.hands.filter((hand) => !isHandAway(room, hand))
}

/** The first hand whose member is here: they are invited next. @param {Room} room */
export function nextHand(room) {
  return waiting(room).find((hand) => hand !== room.invited) ?? null
}

/** As it stands in a sentence; whoever is not known in a crowd is asked for. @param {Room} room @param {number | null} seat */
export function nameOf(room, seat) {
  if (isUnknown(room, seat)) room.unknown.add(seat ?? 0)
  return isolated((seat !== null && room.people.get(seat)?.name) || "Somebody")
}

/** Whether there is somebody in a crowd who is not known here. @param {Room} room @param {number | null} seat */
export function isUnknown(room, seat) {
  return room.crowd !== null && (seat ?? 0) > 0 && !room.people.has(seat ?? 0)
}

/** What the part is called, in a sentence. @param {Room} room */
export function phaseTitle(room) {
  return isolated(currentPhase(room)?.title ?? "")
}

/** Until when a seat can't write, null where it can. @param {Room} room @param {number} [seat] */
export function mutedUntil(room, seat = room.seat) {
  return room.people.get(seat)?.mutedUntil ?? null
}

/** @param {Room} room @param {number} [seat] */
export function isListening(room, seat = room.seat) {
  return room.people.get(seat)?.listening ?? false
}

/** @param {Room} room @param {number} [seat] */
export function hasShared(room, seat = room.seat) {
  return room.people.get(seat)?.shared ?? false
}

/** Everybody who is in the meeting, facilitators first, the chair before all. @param {Room} room @returns {Person[]} */
export function circle(room) {
  const here = [...room.people.values()].filter((one) => !one.removed && !one.left)
  const first = (/** @type {Person} */ { seat, role }) => (isChair(room, seat) ? 0 : role === "member" ? 2 : 1)
  return here.sort((a, b) => first(a) - first(b) || a.seat - b.seat)
}

/** @param {Room} room @returns {Person[]} */
export function facilitators(room) {
  return circle(room).filter(({ role }) => role !== "member")
}

/** Whether new voices go first now. @param {Room} room */
export function isFair(room) {
  return room.flags.fairness || (isOpen(room) && (currentPhase(room)?.fairness ?? false))
}

/** The phase's rule of who may answer whom, or else the group's. @param {Room} room @returns {Crosstalk} */
export function crosstalk(room) {
  return (isOpen(room) && currentPhase(room)?.crosstalk) || room.flags.crosstalk
}

/** The words that this seat may put under a line now. @param {Room} room @returns {readonly Reaction[]} */
export function reactions(room) {
  const phase = currentPhase(room)
  return phase === null || !room.flags.reactions || whyUnheard(room) !== null ? [] : phase.reactions
}

// Time

/** The moment up to which the floor's clocks have run. @param {Room} room @param {number} now */
function clock(room, now) {
  return Math.min(now, room.frozenAt ?? now, stoppedAt(room) ?? now)
}

/**
 * Seconds left of the running turn, below 0 in the time that it may run over; null without a limit.
 * While its clock stands still, they do too.
 *
 * @param {Room} room
 * @param {number} now
 */
export function turnLeft(room, now) {
  const limit = currentPhase(room)?.turn ?? 0
  if (limit === 0 || room.holder === null || room.turnBeganAt === null) return null
  return room.turnBeganAt + room.turnPaused + room.turnExtra + 60 * limit - ran(room, now)
}

/** The moment up to which the running turn's clock has run. @param {Room} room @param {number} now */
function ran(room, now) {
  return Math.min(now, room.frozenAt ?? now, room.turnStoppedAt ?? now)
}

/** Seconds until the turn is ended, the last line among them; null without a limit. @param {Room} room @param {number} now */
export function hardLeft(room, now) {
  if (room.lastLineUntil !== null) return room.lastLineUntil - ran(room, now)
  const left = turnLeft(room, now)
  return left === null ? null : left + (currentPhase(room)?.grace ?? 0)
}

/** Whether the running turn's clock stands still. @param {Room} room */
export function isTurnStopped(room) {
  return room.turnStoppedAt !== null || room.frozenAt !== null
}

/** Seconds for which a lost holder is still waited for; null where nobody is lost. @param {Room} room @param {number} now */
export function awayLeft(room, now) {
  return room.awayUntil === null ? null : room.awayUntil - Math.min(now, room.frozenAt ?? now)
}

/** Seconds in which an invitation waits for its answer; null where there is none. @param {Room} room @param {number} now */
export function inviteLeft(room, now) {
  return room.invited === null || room.inviteUntil === null ? null : room.inviteUntil - clock(room, now)
}

/** When the phase is over by time, null where a facilitator ends it. @param {Room} room */
export function phaseUntil(room) {
  const phase = currentPhase(room)
  if (!isOpen(room) || phase?.ends !== "time" || room.phaseBeganAt === null) return null
  return room.phaseBeganAt + 60 * phase.minutes
}

/** Whether nobody is invited any more, as the phase's time is over (FC-29). @param {Room} room @param {number} now */
export function isPhaseOver(room, now) {
  const until = phaseUntil(room)
  return until !== null && until <= Math.min(now, room.frozenAt ?? now)
}

/** Seconds by which the phase takes longer than it was meant to, else 0. @param {Room} room @param {number} now */
export function overrun(room, now) {
  const phase = currentPhase(room)
  if (!isOpen(room) || phase === null || phase.minutes === 0 || room.phaseBeganAt === null) return 0
  return Math.max(0, Math.min(now, room.frozenAt ?? now) - room.phaseBeganAt - 60 * phase.minutes)
}

// What I may

/**
 * The code of the reason why this seat may not write to the room now, null where it may: what
 * `moderation/meeting/talking.py why_silent` will say.
 *
 * @param {Room} room
 * @returns {Silence | null}
 */
export function maySpeak(room) {
  return whyUnheard(room) ?? whyNotInThisPhase(room)
}

/** @typedef {"meeting_closed" | "not_open" | "muted" | "frozen" | "nobody_in_chair" | "all_muted" | "paused"} Unheard */
/** @typedef {Unheard | "quiet" | "said_already" | "readers_only" | "speaker_only" | "facilitators_only" | "not_your_turn" | "turn_running"} Silence */

/** Why nothing of this seat reaches the room at all, whatever the phase. @param {Room} room @returns {Unheard | null} */
export function whyUnheard(room) {
  if (room.closedAt !== null) return "meeting_closed"
  if (room.openedAt === null) return "not_open"
  if (mutedUntil(room) !== null) return "muted"
  if (room.frozenAt !== null) return "frozen"
  if (room.isQuiet && room.holder !== room.seat) return "nobody_in_chair"
  if (isFacilitator(room)) return null
  if (isHushed(room)) return "all_muted"
  return room.pausedAt !== null ? "paused" : null
}

/** @param {Room} room @returns {Silence | null} */
function whyNotInThisPhase(room) {
  const holds = isFacilitator(room)
  switch (speak(room)) {
    case "silent":
      return "quiet"
    case "open":
    case "discussion":
      return null
    case "self_id":
      return holds || (room.people.get(room.seat)?.said ?? 0) < (currentPhase(room)?.lines ?? 1) ? null : "said_already"
    case "reader":
      return isAssigned(room, "reader") ? null : "readers_only"
    case "speaker":
      return isAssigned(room, "speaker") ? null : "speaker_only"
  }
  if (hasTurns(room) && room.holder === room.seat) return null
  if (!holds) return hasTurns(room) ? "not_your_turn" : "facilitators_only"
  return room.holder !== null && stoppedAt(room) === null ? "turn_running" : null
}

/**
 * Whether a line of this seat would be the acceptance of an invitation and the first line in one
 * (moderation/meeting/talking.py, FC-05).
 *
 * @param {Room} room
 */
export function takesTheFloor(room) {
  return room.invited === room.seat && stoppedAt(room) === null && whyUnheard(room) === null
}

/** A member whose writing was paused writes to the facilitators alone. @param {Room} room */
export function onlyTells(room) {
  return mutedUntil(room) !== null && room.closedAt === null && !isFacilitator(room)
}

/** Those who were assigned; while nobody is, the facilitators. @param {Room} room @param {"reader" | "speaker"} service */
function isAssigned(room, service) {
  const assigned = serving(room, service)
  return assigned.length > 0 ? assigned.includes(room.seat) : isFacilitator(room)
}

/** Whether the others are shown that this seat is writing to the room: the holder, else where all may write. */
/** @param {Room} room */
export function showsWriting(room) {
  const all = ["open", "discussion", "self_id"].includes(speak(room))
  return maySpeak(room) === null && (room.holder === room.seat || all)
}

/** Whether a crowd is told of this seat by name. @param {Room} room @param {number} seat */
export function matters(room, seat) {
  return isFacilitator(room, seat) || room.hands.includes(seat) || seat === room.holder || seat === room.invited
}

/** @typedef {"meeting_closed" | "no_queue_now" | "frozen" | "muted" | "all_muted" | "up" | "no_urgent_lane" | "queue_closed" | "shared_already"} Handless */

/**
 * The code of the reason why a hand can't go up now, `up` where it is or has been answered; null
 * where it can (moderation/meeting/queue.py raise_hand).
 *
 * @param {Room} room
 * @param {boolean} [urgent] In the lane of burning desire.
 * @returns {Handless | null}
 */
export function whyNoHand(room, urgent = false) {
  if (room.closedAt !== null) return "meeting_closed"
  if (room.frozenAt !== null) return "frozen"
  if (!hasTurns(room)) return "no_queue_now"
  if (mutedUntil(room) !== null) return "muted"
  if (isHushed(room) && !isFacilitator(room)) return "all_muted"
  const lane = currentPhase(room)?.urgent ?? "off"
  if (urgent && lane === "off") return "no_urgent_lane"
  if (room.invited === room.seat || room.holder === room.seat) return "up"
  if (place(room) > 0) return urgent && !room.urgent.includes(room.seat) ? null : "up"
  if (urgent || lane === "only") return null
  if (!room.queueOpen) return "queue_closed"
  return room.flags.single_share && hasShared(room) ? "shared_already" : null
}

/** @param {Room} room @param {boolean} [urgent] */
export function mayRaise(room, urgent = false) {
  return whyNoHand(room, urgent) === null
}

/** Who names the next in a tag phase: the holder, or for a while whoever had the floor. @param {Room} room @param {number} now */
export function chooser(room, now) {
  if (speak(room) !== "tag" || room.invited !== null) return null
  if (room.holder !== null) return room.holder
  const last = room.lastTurn
  if (last === null || last.at <= (room.phaseBeganAt ?? 0)) return null
  if (!sits(room, last.seat) || mutedUntil(room, last.seat) !== null) return null
  return Math.min(now, room.frozenAt ?? now) - last.at < CHOOSING ? last.seat : null
}

/** Whether this seat may name who is next. @param {Room} room @param {number} now */
export function mayName(room, now) {
  const runs = room.frozenAt === null && !room.isQuiet && stoppedAt(room) === null && !isPhaseOver(room, now)
  return runs && chooser(room, now) === room.seat
}

/** Who can be named: neither only listening nor heard already. @param {Room} room */
export function nameable(room) {
  return circle(room).filter(
    ({ seat, shared, listening, mutedUntil }) =>
      seat !== room.seat && !shared && !listening && mutedUntil === null && !isHandAway(room, seat),
  )
}

/** The customs the server understands where there are turns, and the stop a phone puts behind them (FC-13). */
const CUSTOM = /^(!|(done|\[done\]|pass)\s*[.!。]?)$/

/** @param {Room} room @param {string} text */
export function isTypedCustom(room, text) {
  return hasTurns(room) && CUSTOM.test(text.normalize("NFKC").trim().toLowerCase())
}
