/** The floor card: who has the floor, where I stand, and what a facilitator does every minute. */

import { el, find, keyed, set, write } from "../dom.js"
import * as rooms from "../room.js"
import { floorCard, stopwatch } from "../words.js"
import { isResting, rest, twoTaps } from "./taps.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Room } from "../room.js" */
/** @import { SeatCommand } from "../protocol.js" */

/** @typedef {{ key: string, label: string, primary?: boolean, command: SeatCommand }} Act */

export class FloorView {
  #card = find("#floor .holder")
  #ring = find("#floor .ring")
  #main = find("#floor .main")
  #more = find("#floor .more")
  #acts = find("#floor .acts")
  #grave = find("#grave")
  #send

  /** @param {Acts} acts */
  constructor(acts) {
    this.#send = acts.send
    this.#grave.append(
      el(
        "div",
        { class: "acts" },
        twoTaps("Close the meeting", "Close it for everyone", () => this.#send({ type: "close" })),
      ),
    )
  }

  /** @param {Model} model */
  render({ room, now }) {
    const { main, more } = floorCard(room, now)
    write(this.#main, main)
    write(this.#more, timeNotice(room, now) ?? more)
    set(this.#card, "data-mine", room.holder === room.seat || room.invited === room.seat)
    const ring = ringTime(room, now)
    this.#ring.hidden = ring === ""
    write(this.#ring, ring)
    this.#renderActs(mine(room))
    this.#grave.hidden = !(rooms.isFacilitator(room) && rooms.isOpen(room))
  }

  /** @param {Act[]} acts */
  #renderActs(acts) {
    const hadFocus = this.#acts.contains(document.activeElement)
    this.#acts.hidden = acts.length === 0
    keyed(this.#acts, acts, ({ key }) => key, (act) => this.#button(act, hadFocus))
    if (hadFocus && !this.#acts.contains(document.activeElement)) (this.#acts.querySelector("button") ?? this.#card).focus()
  }

  /**
   * One that takes the place of another under somebody's finger rests first: a double tap on
   * `Next` must not go on by two.
   *
   * @param {Act} act
   * @param {boolean} isReplacing
   */
  #button({ label, primary, command }, isReplacing) {
    const onclick = () => !isResting(button) && this.#send(command)
    const button = el("button", { type: "button", class: primary ? "primary" : null, onclick }, label)
    if (isReplacing) rest(button)
    return button
  }
}

/** The acts of this seat now. The key holds the epoch, so that a button never sends an old one. */
/** @param {Room} room @returns {Act[]} */
function mine(room) {
  const acts = room.invited === room.seat ? invitedActs(room) : []
  return rooms.isFacilitator(room) ? [...acts, ...facilitatorActs(room)] : acts
}

/** @param {Room} room @returns {Act[]} */
function invitedActs({ epoch }) {
  return [
    { key: `accept ${epoch}`, label: "Accept", primary: true, command: { type: "accept", epoch } },
    { key: `pass ${epoch}`, label: "Pass", command: { type: "pass", epoch } },
  ]
}

/** @param {Room} room @returns {Act[]} */
function facilitatorActs(room) {
  const { epoch } = room
  if (room.closedAt !== null) return []
  if (room.openedAt === null) return [{ key: "open", label: "Open meeting", primary: true, command: { type: "open" } }]
  /** @type {Act[]} */
  const acts = []
  const next = rooms.nextHand(room)
  if (room.holder !== null && room.holder !== room.seat) {
    acts.push({ key: `end ${epoch}`, label: "End turn", command: { type: "end_turn", epoch } })
  } else if (room.invited !== null && room.invited !== room.seat) {
    acts.push({ key: `end ${epoch}`, label: "Take invitation back", command: { type: "end_turn", epoch } })
  } else if (next !== null && room.holder === null && room.invited === null) {
    const label = `Invite next: ${next === room.seat ? "you" : rooms.nameOf(room, next)}`
    acts.push({ key: `invite ${epoch} ${next}`, label, primary: true, command: { type: "invite", epoch, seat: next } })
  }
  const phase = rooms.nextPhase(room)
  if (phase !== null) {
    acts.push({ key: `next ${epoch}`, label: `Next: ${phase.title}`, command: { type: "next_phase", epoch } })
  }
  return acts
}

/**
 * To the holder alone: that the turn comes to its end (FC-14).
 *
 * @param {Room} room
 * @param {number} now
 */
function timeNotice(room, now) {
  const left = room.holder === room.seat ? rooms.turnLeft(room, now) : null
  if (left === null || left > 60) return null
  if (left > 15) return "About a minute left."
  return left > 0 ? "A few seconds left." : "Your time is over. Please finish your thought."
}

/** How much is left of the turn; how long a lost holder is waited for; else, for who holds the meeting, how long it has lasted. */
/** @param {Room} room @param {number} now */
function ringTime(room, now) {
  if (room.holder === null) return ""
  if (room.awayUntil !== null) return stopwatch(room.awayUntil - now)
  const left = rooms.turnLeft(room, now)
  if (left !== null) return stopwatch(Math.max(0, left))
  return rooms.isFacilitator(room) && room.turnBeganAt !== null ? stopwatch(now - room.turnBeganAt) : ""
}
