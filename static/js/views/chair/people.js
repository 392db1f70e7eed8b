/** Each person in a facilitator's list: whether they are muted, and the way to all that can be done for them. */

import { el, fill, find, keyed, set, write } from "../../dom.js"
import { twoTaps } from "../taps.js"
import { button, fold, keepFocus } from "./buttons.js"
import { PURGED, UNTIL_ITS_END, mutedBadge } from "./words.js"
import { isolated } from "../../written.js"

/** @import { Model } from "../../model.js" */
/** @import { Person, Room } from "../../room.js" */
/** @import { Perform } from "./buttons.js" */

/** Adds to the rows that everybody has; `remove` takes it away again. */
export class PeoplePart {
  #section = find("#people")
  #list = find("#people ul:not(.chair-part ul)")
  #perform
  #open
  /** What each row showed last: in a raid there are many rows, and few of them change. @type {WeakMap<Element, Person>} */
  #shown = new WeakMap()
  /** Those who were taken out: their last words can still be. */
  #gone = el("ul", { class: "queue", "aria-label": "Taken out" })
  /** When each was seen to be gone first, the server's seconds. @type {Map<number, number>} */
  #goneAt = new Map()
  #goneFold = fold("Taken out of this meeting", (inside) => fill(inside, el("p", { class: "soft" }, UNTIL_ITS_END), this.#gone), { class: "grave chair-part", hidden: true })

  /** Those who have left and are muted still: while they are, others who come by their link wait at the door. */
  #left = el("ul", { class: "queue", "aria-label": "Left, and still muted" })
  #leftFold = fold("Left, and still muted", (inside) => inside.append(this.#left), { class: "grave chair-part", hidden: true })

  /** @param {Perform} perform @param {(seat: number) => void} open */
  constructor(perform, open) {
    this.#perform = perform
    this.#open = open
    this.#list.after(this.#leftFold, this.#goneFold)
  }

  /** @param {Model} model */
  render({ room, now }) {
    keepFocus(this.#section, () => {
      for (const row of /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll(":scope > :not([inert])")])) {
        const person = room.people.get(Number(row.dataset.key))
        const isSame = this.#shown.get(row) === person && room.closedAt === null
        if (person === undefined || isSame) continue
        this.#shown.set(row, person)
        this.#update(row, person, room)
      }
      this.#showGone(room, now)
      this.#showLeft(room)
    })
  }

  /** @param {HTMLElement} row @param {Person} person @param {Room} room */
  #update(row, person, room) {
    this.#showMute(row, mutedBadge(person))
    let more = row.querySelector("button.chair-part")
    if (person.seat === room.seat || room.closedAt !== null) return more?.remove()
    if (more === null) {
      more = button("More", () => this.#open(person.seat), { class: "quiet more-acts chair-part" })
      row.append(more)
    }
    set(more, "aria-label", `More for ${isolated(person.name ?? "them")}`)
  }

  /** @param {HTMLElement} row @param {string} words */
  #showMute(row, words) {
    let badge = row.querySelector(".badge.chair-part")
    if (words === "") return badge?.remove()
    if (badge === null) {
      badge = el("span", { class: "badge chair-part" })
      find(".name", row).after(badge)
    }
    write(badge, words)
  }

  /** Their last words can be taken out as long as there can be any. @param {Room} room @param {number} now */
  #showGone(room, now) {
    const gone = [...room.people.values()].filter(({ removed }) => removed)
    this.#goneFold.hidden = gone.length === 0 || room.closedAt !== null
    for (const { seat } of gone) if (!this.#goneAt.has(seat)) this.#goneAt.set(seat, now)
    const build = (/** @type {Person} */ { seat, name }) => {
      const purge = () => this.#perform({ type: "purge_recent", seat, seconds: PURGED }, "Their recent words are gone.")
      const who = isolated(name ?? "somebody")
      return el("li", {}, el("span", { class: "name", dir: "auto" }, who), twoTaps(`Take out what ${who} wrote in the last ${PURGED / 60} minutes`, purge))
    }
    keyed(this.#gone, gone, ({ seat }) => seat, build, (row, { seat }) => set(find("button", row), "hidden", now - (this.#goneAt.get(seat) ?? 0) >= PURGED))
  }

  /** @param {Room} room */
  #showLeft(room) {
    const left = [...room.people.values()].filter(({ left, removed, mutedUntil }) => left && !removed && mutedUntil !== null)
    this.#leftFold.hidden = left.length === 0 || room.closedAt !== null
    keyed(
      this.#left,
      left,
      ({ seat }) => seat,
      ({ seat, name }) => {
        const who = isolated(name ?? "them")
        const unmute = () => this.#perform({ type: "unmute", seat }, `${who} is not muted any more.`)
        return el("li", {}, el("span", { class: "name", dir: "auto" }, who), el("span", { class: "badge" }), button(`Lift the mute of ${who}`, unmute))
      },
      (row, person) => write(find(".badge", row), mutedBadge(person)),
    )
  }

  remove() {
    for (const part of this.#section.querySelectorAll(".chair-part")) part.remove()
  }
}
