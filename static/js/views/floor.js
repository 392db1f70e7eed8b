/** The floor card: who has the floor, where I stand, and what I am asked. */

import { el, find, keyed, set, write } from "../dom.js"
import * as rooms from "../standing.js"
import { floorCard, stopwatch, turnNotice } from "../words.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Room } from "../room.js" */
/** @import { SeatCommand } from "../protocol.js" */

/** @typedef {{ key: string, label: string, primary?: boolean, command: SeatCommand }} Act */

export class FloorView {
  #card = find("#floor .holder")
  #ring = find("#floor .ring")
  #main = find("#floor .main")
  #more = find("#floor .more")
  #list = find("#floor .acts")
  #acts
  /** What was said aloud of the running turn's end. */
  #told = { turn: 0, stage: 0 }

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts
  }

  /** @param {Model} model */
  render(model) {
    const { room, now } = model
    const { main, more } = floorCard(room, now)
    const notice = turnNotice(room, now)
    write(this.#main, main)
    write(this.#more, notice?.line ?? more)
    set(this.#card, "data-floor", rooms.turn(room) !== 0 || room.invited === room.seat)
    set(this.#card, "data-mine", room.holder === room.seat || room.invited === room.seat)
    const ring = ringTime(room, now)
    this.#ring.hidden = ring === ""
    write(this.#ring, ring)
    this.#renderActs(mine(room))
    this.#tell(rooms.turn(room), notice)
  }

  /** Each notice of a turn's end once. @param {number} turn @param {ReturnType<typeof turnNotice>} notice */
  #tell(turn, notice) {
    if (turn !== this.#told.turn) this.#told = { turn, stage: 0 }
    if (notice === null || notice.stage <= this.#told.stage) return
    this.#told.stage = notice.stage
    this.#acts.announce(notice.line)
  }

  /** @param {Act[]} acts */
  #renderActs(acts) {
    const hadFocus = this.#list.contains(document.activeElement)
    this.#list.hidden = acts.length === 0
    keyed(this.#list, acts, ({ key }) => key, (act) => this.#button(act))
    if (hadFocus && !this.#list.contains(document.activeElement)) (this.#list.querySelector("button") ?? this.#card).focus()
  }

  /** @param {Act} act */
  #button({ label, primary, command }) {
    return el("button", { type: "button", class: primary ? "primary" : null, onclick: () => void this.#acts.send(command) }, label)
  }
}

/** The acts of this seat now. The key holds the epoch, so that a button never sends an old one. */
/** @param {Room} room @returns {Act[]} */
function mine(room) {
  const { epoch } = room
  if (room.invited !== room.seat || room.frozenAt !== null) return []
  return [
    { key: `accept ${epoch}`, label: "Accept", primary: true, command: { type: "accept", epoch } },
    { key: `not yet ${epoch}`, label: "Not yet", command: { type: "not_yet", epoch } },
    { key: `pass ${epoch}`, label: "Pass", command: { type: "pass", epoch } },
  ]
}

/** How much is left of the turn; how long a lost holder is waited for; else, for who holds the meeting, how long it has lasted. */
/** @param {Room} room @param {number} now */
function ringTime(room, now) {
  if (room.holder === null) return ""
  const away = rooms.awayLeft(room, now)
  if (away !== null) return stopwatch(away)
  const left = rooms.turnLeft(room, now)
  if (left !== null) return stopwatch(left)
  return rooms.isFacilitator(room) && room.turnBeganAt !== null ? stopwatch(now - room.turnBeganAt) : ""
}
