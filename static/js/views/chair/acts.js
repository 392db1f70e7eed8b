/** What a facilitator can do now: every minute, with the agenda, and where something is wrong. No DOM. */

import * as rooms from "../../standing.js"
import { givesBackTo, isFree, isHeldUp } from "./sight.js"
import { they } from "./words.js"
import { isolated } from "../../written.js"

/** @import { Room } from "../../room.js" */
/** @import { Act } from "./sight.js" */
/** @import { Passed } from "./words.js" */

/**
 * The three acts of the strip, each in its own place: more time, a pause, and what ends a turn. What
 * undoes one stands where it stood.
 *
 * @param {Room} room
 * @param {number} now
 * @param {Passed | null} [passed] Who passed last.
 * @returns {{ more: Act | null, pause: Act | null, end: Act | null }}
 */
export function everyMinute(room, now, passed = null) {
  if (!rooms.hasTurns(room) || room.frozenAt !== null) return { more: null, pause: null, end: null } // To thaw stands in a notice.
  const { epoch } = room
  const hasLimit = room.holder !== null && (rooms.currentPhase(room)?.turn ?? 0) > 0
  return {
    more: hasLimit ? { key: `extend ${epoch}`, label: "+1 min", name: "+1 min for this turn", command: { type: "extend", epoch, minutes: 1 } } : null,
    pause:
      room.pausedAt === null
        ? { key: "pause", label: "Pause", command: { type: "pause" } }
        : { key: "resume", label: "Go on", primary: true, command: { type: "resume" } },
    end: ending(room) ?? giveBack(room, now, passed),
  }
}

/** @param {Room} room @returns {Act | null} */
function ending({ holder, invited, epoch }) {
  if (holder === null && invited === null) return null
  return { key: `end ${epoch}`, label: holder === null ? "Take invitation back" : "End turn", command: { type: "end_turn", epoch } }
}

/** For two minutes a turn that was ended goes on, whoever was invited meanwhile (FC-10); not to who has passed since. @param {Room} room @param {number} now @param {Passed | null} passed @returns {Act | null} */
function giveBack(room, now, passed) {
  const seat = givesBackTo(room, now)
  if (seat === null || (passed?.seat === seat && passed.turns === room.turns)) return null
  const { epoch } = room
  const isMuted = rooms.mutedUntil(room, seat) !== null
  return {
    key: `back ${epoch} ${isMuted}`,
    label: `${isMuted ? `Unmute ${they(room, seat)}, give it back` : `Give it back to ${they(room, seat)}`}`,
    ...(isMuted ? { first: { type: "unmute", seat } } : {}),
    command: { type: "give_back", epoch },
  }
}

/**
 * What brings the floor on, below the three: who is next, or, where they were just invited, back to
 * whose turn it was.
 *
 * @param {Room} room
 * @param {number} now
 * @param {Passed | null} [passed]
 * @returns {Act | null}
 */
export function onwards(room, now, passed = null) {
  if (!rooms.isOpen(room)) return room.closedAt === null ? { key: "open", label: "Open meeting", primary: true, command: { type: "open" } } : null
  if (room.holder !== null) return nextAct(room, now)
  return room.invited === null ? inviteNext(room, now) : giveBack(room, now, passed)
}

/** @param {Room} room @param {number} now @returns {Act | null} */
function inviteNext(room, now) {
  const next = isFree(room, now) ? rooms.nextHand(room) : null
  if (next === null) return null
  const { epoch } = room
  return { key: `invite ${epoch} ${next}`, label: `Invite ${they(room, next)}`, primary: true, command: { type: "invite", epoch, seat: next } }
}

/**
 * Ends the running turn and invites the next hand, in one; not where the holder names the next, nor
 * where the time of the phase is over and nobody is invited any more.
 *
 * @param {Room} room
 * @param {number} now
 * @returns {Act | null}
 */
export function nextAct(room, now) {
  const next = rooms.speak(room) === "tag" || rooms.isPhaseOver(room, now) ? null : rooms.nextHand(room)
  if (room.holder === null || next === null || isHeldUp(room)) return null
  const { epoch } = room
  return { key: `next ${epoch} ${next}`, label: `End turn, invite ${they(room, next)}`, command: { type: "next", epoch } }
}

/**
 * The next phase of the agenda. It ends the turn that is on, and no phase goes back: then it takes two
 * taps.
 *
 * @param {Room} room
 * @returns {Act | null}
 */
export function phaseAct(room) {
  const phase = rooms.nextPhase(room)
  if (phase === null || room.frozenAt !== null) return null
  const { epoch, holder } = room
  const command = /** @type {const} */ ({ type: "next_phase", epoch })
  if (holder === null) return { key: `phase ${epoch}`, label: `Next: ${isolated(phase.title)}`, command }
  const whose = holder === room.seat ? "your" : `${rooms.nameOf(room, holder)}'s`
  return { key: `phase ${epoch}`, label: `End ${whose} turn, go on to ${isolated(phase.title)}`, grave: true, command }
}

/** The end of the meeting: where the next phase stood, once there is none. @param {Room} room @returns {Act | null} */
export function closeAct(room) {
  if (!rooms.isOpen(room)) return null
  return { key: "close", label: "Close the meeting for everyone", grave: true, command: { type: "close" } }
}

/**
 * What there is where something is wrong in the room: what each does, whether it is on, and the way
 * there or back.
 *
 * @typedef {{ key: string, does: string, isOn: boolean, act: Act }} Remedy
 */

/** @param {Room} room @returns {Remedy[]} */
export function remedies(room) {
  if (room.closedAt !== null) return []
  const { locked } = room
  /** @type {Remedy} */
  const door = {
    key: "door",
    does: "Nobody new comes in. Who is here stays.",
    isOn: locked,
    act: locked ? { key: "unlock", label: "Unlock the door", command: { type: "unlock" } } : { key: "lock", label: "Lock the door", command: { type: "lock" } },
  }
  return [...crowd(room), ...(rooms.isOpen(room) ? [door, muteAll(room), freeze(room), shield(room)] : [door])]
}

/** Who waits at the door, turned away by one act (A92). @param {Room} room @returns {Remedy[]} */
function crowd({ lobby }) {
  const strangers = lobby.filter(({ invited }) => !invited).length
  const invited = lobby.length - strangers
  /** @type {Remedy[]} */
  const found = []
  if (strangers > 0) {
    const does = `${strangers === 1 ? "One waits" : `${strangers} wait`} whom nobody invited. Turned away, they can't knock again at this meeting${invited > 0 ? "; who was invited waits on" : ""}.`
    found.push({ key: "strangers", does, isOn: false, act: { key: "clear", label: "Turn away all strangers at the door", grave: true, command: { type: "clear_lobby" } } })
  }
  if (invited > 0) {
    const does = `${lobby.length === 1 ? "One waits, who was" : `${lobby.length} wait, and ${invited === 1 ? "one was" : `${invited} were`}`} invited. Turned away, nobody of them can knock again at this meeting.`
    found.push({ key: "crowd", does, isOn: false, act: { key: "clear all", label: "Turn away everybody at the door", grave: true, command: { type: "clear_lobby", everybody: true } } })
  }
  return found
}

/** @param {Room} room @returns {Remedy} */
function muteAll({ allMutedAt }) {
  const isOn = allMutedAt !== null
  const does = "Only facilitators write; turns wait. Help and the line to you stay open."
  return { key: "mute", does, isOn, act: isOn ? unmuteAll() : { key: "mute all", label: "Mute everybody for 10 min", command: { type: "mute_all", minutes: 10 } } }
}

/** @param {Room} room @returns {Remedy} */
function freeze({ frozenAt }) {
  const isOn = frozenAt !== null
  const does = "No words, no hands, no clocks. Afterwards all goes on as it was. Help stays open."
  return { key: "freeze", does, isOn, act: isOn ? thaw() : { key: "freeze", label: "Freeze the room", grave: true, command: { type: "freeze" } } }
}

/** @param {Room} room @returns {Remedy} */
function shield({ shieldAt }) {
  const isOn = shieldAt !== null
  const does = "Against a raid, all in one: members can't write, who comes waits at the door, names stay, and what strangers wrote last is folded."
  return { key: "shield", does, isOn, act: isOn ? lowerShield() : raiseShield() }
}

/** @returns {Act} */
export function unmuteAll() {
  return { key: "unmute", label: "Let everybody write again", command: { type: "unmute_all" } }
}

/** @returns {Act} */
export function thaw() {
  return { key: "thaw", label: "Let the room go on", grave: true, command: { type: "thaw" } }
}

/** @returns {Act} */
export function lowerShield() {
  return { key: "lower", label: "Lower the shield, let members write", grave: true, command: { type: "lower_shield" } }
}

/** @returns {Act} */
export function raiseShield() {
  return { key: "raise", label: "Raise the shield", grave: true, command: { type: "raise_shield" } }
}
