/** What a facilitator sees of the meeting, beside what everybody sees. No DOM. */

import * as rooms from "../../standing.js"

/** @import { Kind, Phase, SeatCommand } from "../../protocol.js" */
/** @import { Room } from "../../room.js" */

/** Seconds after a turn's end in which it may be given back (FC-10). */
export const GIVEN_BACK = 120
/** Seconds for which the shield is offered once it is; the server does not offer it again before (A92). */
const OFFERED = 600
const MINUTE = 60

/**
 * An act that is one tap away. The key holds the epoch, so that a button never sends an old one; what
 * is `grave` takes two taps.
 *
 * @typedef {object} Act
 * @property {string} key
 * @property {string} label
 * @property {string} [name] Where the label says less than a screen reader should.
 * @property {boolean} [primary]
 * @property {boolean} [grave]
 * @property {SeatCommand} [first] What has to be so before.
 * @property {SeatCommand | (() => unknown)} command Or what this page does by itself.
 */

/**
 * The time of the phase: whole minutes left, and how many it runs over.
 *
 * @param {Room} room
 * @param {number} now
 * @returns {{ left: number, over: number } | null} null where it has no time of its own.
 */
export function phaseTime(room, now) {
  const phase = rooms.currentPhase(room)
  if (!rooms.isOpen(room) || phase === null || room.phaseBeganAt === null || phase.minutes === 0) return null
  const left = phase.minutes - (Math.min(now, room.frozenAt ?? now) - room.phaseBeganAt) / MINUTE
  return { left: Math.max(0, Math.ceil(left)), over: Math.max(0, Math.floor(-left)) }
}

/**
 * The phases that lose the minutes by which this one runs over: those that come next (FC-29).
 *
 * @param {Room} room
 * @param {number} over
 * @returns {Phase[]}
 */
export function losers(room, over) {
  const lose = []
  let lost = over
  for (const phase of room.phases.slice(room.phase + 1)) {
    if (lost <= 0) break
    if (phase.minutes === 0) continue
    lose.push(phase)
    lost -= phase.minutes
  }
  return lose
}

/**
 * How many minutes the hands that wait will take, and whether that is more than the phase has (FC-26).
 *
 * @param {Room} room
 * @param {number} now
 * @returns {{ minutes: number, left: number, tooMany: boolean } | null} null where nobody can say.
 */
export function load(room, now) {
  const [phase, time] = [rooms.currentPhase(room), phaseTime(room, now)]
  if (phase === null || time === null || phase.turn === 0 || room.hands.length === 0) return null
  const minutes = room.hands.length * phase.turn
  return { minutes, left: time.left, tooMany: minutes > time.left }
}

/** Whether to offer that the queue be closed now (FC-26). @param {Room} room @param {number} now */
export function shouldClose(room, now) {
  return rooms.hasTurns(room) && room.queueOpen && (load(room, now)?.tooMany ?? false)
}

/** To whom the floor may be given back now (FC-10). @param {Room} room @param {number} now */
export function givesBackTo(room, now) {
  const last = room.lastTurn
  if (last === null || !rooms.hasTurns(room) || room.holder !== null || isHeldUp(room)) return null
  if (Math.min(now, room.frozenAt ?? now) - last.at >= GIVEN_BACK) return null
  if (!rooms.sits(room, last.seat)) return null
  // A mute that ended the turn is undone with it.
  return rooms.mutedUntil(room, last.seat) === null || rooms.mayActOn(room, last.seat) ? last.seat : null
}

/** Whether nobody is invited now, whoever waits. @param {Room} room */
export function isHeldUp(room) {
  return room.isQuiet || room.frozenAt !== null || rooms.stoppedAt(room) !== null
}

/** Whether somebody can be invited now. @param {Room} room @param {number} now */
export function isFree(room, now) {
  const free = rooms.hasTurns(room) && room.holder === null && room.invited === null
  // In a tag phase whoever shared last names the next first (FC-28).
  return free && rooms.chooser(room, now) === null && !isHeldUp(room) && !rooms.isPhaseOver(room, now)
}

/** Whether this seat gives co-chairs and hands the chair over. @param {Room} room */
export function givesChair(room) {
  return room.chair === null || rooms.rank(room) >= 2
}

/** Whether the chair is there to be taken. @param {Room} room */
export function mayTakeChair(room) {
  return rooms.isOpen(room) && (room.chair === null || room.isQuiet)
}

/** The commands by which a hand goes one place up or down. @param {Room} room @param {number} seat */
export function moves(room, seat) {
  const place = rooms.place(room, seat)
  /** @param {number} to @returns {SeatCommand} */
  const to = (to) => ({ type: "move_hand", seat, place: to })
  return {
    // Nobody puts themselves ahead of others (FC-25).
    up: place > 1 && seat !== room.seat ? to(place - 1) : null,
    down: place < room.hands.length ? to(place + 1) : null,
  }
}

/** Whether words can be posted now: between turns, and while the floor is held up. @param {Room} room */
export function mayPost(room) {
  const running = room.holder !== null && rooms.stoppedAt(room) === null
  return rooms.isOpen(room) && room.frozenAt === null && !room.isQuiet && !running && rooms.mutedUntil(room) === null
}

/** @import { Item } from "../../timeline.js" */

/** By what somebody puts it aside: that of another meeting is another, after a reload too. @param {Item} item */
export function asideKey({ key, at }) {
  return `${key} ${at}`
}

/** `last` is the key of the newest. @typedef {{ seat: number, words: string, count: number, keys: string[], last: string }} Unanswered */

/**
 * Who wrote to the facilitators and was answered by none of them: the oldest first, each with their
 * newest words. `aside` holds the keys of lines that somebody put aside here.
 *
 * @param {Room} room
 * @param {readonly Item[]} items
 * @param {ReadonlySet<string>} aside
 * @returns {Unanswered[]}
 */
export function unanswered(room, items, aside) {
  /** @type {Map<number, Unanswered>} */
  const open = new Map()
  for (const item of items) {
    if (item.kind !== "private") continue
    const { seat, to, words } = item
    const key = asideKey(item)
    if (to !== 0) open.delete(to)
    else if (words !== null && seat !== room.seat && !rooms.isFacilitator(room, seat) && rooms.sits(room, seat) && !aside.has(key)) {
      const { count = 0, keys = [] } = open.get(seat) ?? {}
      open.set(seat, { seat, words, count: count + 1, keys: [...keys, key], last: item.key })
    }
  }
  return [...open.values()]
}

/** @typedef {{ id: string, title: string, text: string }} Cue */
/** @typedef {{ key: string, kind: Kind, title: string, text: string }} Card */

/** The readings and cue cards that belong to this phase. @param {Room} room @param {readonly Cue[]} cues @returns {Card[]} */
export function cardsOf(room, cues) {
  const phase = rooms.isOpen(room) ? rooms.currentPhase(room) : null
  if (phase === null) return []
  const slots = phase.slots.flatMap(({ title, text, url }, index) => {
    const words = [text, url].filter((part) => part !== undefined && part !== "").join("\n")
    /** @type {Card[]} */
    const card = words === "" ? [] : [{ key: `${phase.id} ${index}`, kind: "reading", title, text: words }]
    return card
  })
  const named = phase.cues.flatMap((id) => cues.filter((cue) => cue.id === id))
  return [...slots, ...named.map(cueCard)]
}

/** A prepared card as what would be posted. @param {Cue} cue @returns {Card} */
export function cueCard({ id, title, text }) {
  return { key: `cue ${id}`, kind: "cue", title, text }
}

/**
 * Whether the shield is offered: strangers came, a while ago at most, and nobody has put that away here (A92).
 *
 * @param {Room} room
 * @param {number} now
 * @param {number | null} putAway When those came whose offer was put away.
 */
export function isShieldOffered({ strangersAt, shieldAt }, now, putAway) {
  return strangersAt !== null && shieldAt === null && strangersAt !== putAway && now - strangersAt < OFFERED
}
