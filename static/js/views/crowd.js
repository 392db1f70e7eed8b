/** What only a page in a crowd needs: who is listed, in one sentence, and names that come when they are in sight. */

import { el, find, write } from "../dom.js"
import * as rooms from "../standing.js"
import { Asking } from "../asking.js"

/** @import { Model } from "../model.js" */
/** @import { Room } from "../room.js" */
/** @import { Item } from "../timeline.js" */

/** So many of the last cards say who wrote lately, where the server does not. */
const LATELY = 100
/** Above and below what is seen of the talk. */
const SOON_IN_SIGHT = "400px 0px"

export class CrowdView {
  #note = el("p", { class: "soft" })
  #asking
  #sight = new IntersectionObserver((seen) => this.#seen(seen), { root: find("#talk"), rootMargin: SOON_IN_SIGHT })
  #log = find("#log")

  /** @param {(seats: number[]) => boolean} ask */
  constructor(ask) {
    this.#asking = new Asking(ask)
    find("#people > ul").before(this.#note)
  }

  /** @param {boolean} isFresh */
  again(isFresh) {
    this.#asking.again(isFresh)
  }

  /** @param {number[]} seats */
  met(seats) {
    this.#asking.met(seats)
  }

  /** @param {Room} room @param {readonly Item[]} items */
  listed(room, items) {
    return listed(room, items)
  }

  /** @param {Model} model */
  render({ room, here }) {
    write(this.#note, whoIsListed(room, here))
    this.#asking.need(room.unknown)
    room.unknown.clear()
    for (const element of this.#log.querySelectorAll("[data-unknown]:not([data-watched])")) {
      element.setAttribute("data-watched", "")
      this.#sight.observe(element)
    }
  }

  /** @param {IntersectionObserverEntry[]} seen */
  #seen(seen) {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue
      this.#sight.unobserve(target)
      this.#asking.need([Number(target.dataset.unknown)])
    }
  }
}

/** @param {Room} room @param {number} here */
export function whoIsListed(room, here) {
  const muted = rooms.isFacilitator(room) ? ", the muted" : ""
  const count = here === 1 ? "1 person is" : `${here.toLocaleString("en")} people are`
  return `${count} here. Listed are the facilitators and those who serve, the queue${muted}, and who wrote lately.`
}

/**
 * Whom the list of people names. A page that was here before there was a crowd knows by its cards who wrote lately.
 *
 * @param {Room} room
 * @param {readonly Item[]} items
 * @returns {(seat: number) => boolean}
 */
export function listed(room, items) {
  const wrote = room.crowd === null ? items.slice(-LATELY).map((item) => ("lines" in item ? item.seat : 0)) : room.lately
  const lately = new Set([room.seat, ...wrote])
  const serves = (/** @type {number} */ seat) => (room.people.get(seat)?.services.length ?? 0) > 0
  const isMuted = (/** @type {number} */ seat) => rooms.isFacilitator(room) && rooms.mutedUntil(room, seat) !== null
  return (seat) => lately.has(seat) || rooms.matters(room, seat) || serves(seat) || isMuted(seat)
}
