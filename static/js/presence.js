/** Who is here, and who is writing, as far as anybody can say: hints, never in the log. No DOM. */

/** @import { Presence as PresenceFrame } from "./protocol.js" */

/** Seconds (FC-18). The server waits as long before it says that somebody is gone. */
export const GRACE = 15
/** Seconds after which somebody who is not here is not in the list any more: they have left. */
export const LEFT = 300
/** Seconds after which somebody is not writing any more. */
export const WRITING = 6

export class Presence {
  /** @type {ReadonlySet<number> | null} */
  #here = null
  /** @type {number | null} */
  #count = null
  #returning = -Infinity
  /** Who was here while this page was, and is not: since when. @type {Map<number, number>} */
  #leftAt = new Map()
  /** @type {Map<number, number>} */
  #goneAt = new Map()

  /** This page has a new socket. A server that was restarted may know of the others a little later. */
  /** @param {number} now */
  begin(now) {
    this.#returning = now + GRACE
  }

  /** @param {Pick<PresenceFrame, "here" | "count">} frame @param {number} now */
  set({ here, count }, now) {
    const before = this.#count === null ? this.#here : null
    this.#here = new Set(here)
    this.#count = count ?? null
    for (const seat of before ?? []) if (!this.#leftAt.has(seat)) this.#leftAt.set(seat, now)
    for (const seat of here) {
      this.#leftAt.delete(seat)
      this.#goneAt.delete(seat)
    }
    if (now >= this.#returning) return
    for (const seat of before ?? []) {
      if (!this.#here.has(seat) && !this.#goneAt.has(seat)) this.#goneAt.set(seat, now)
    }
  }

  /**
   * Whether somebody has been gone for so long that they have left, as far as this page can say. Who
   * was gone before it came was so for longer than it knows.
   *
   * @param {number} seat @param {number} now @param {boolean} [matters]
   */
  hasLeft(seat, now, matters = true) {
    if (this.isHere(seat, now, matters)) return false
    return now - (this.#leftAt.get(seat) ?? -Infinity) >= LEFT
  }

  /** How many are here, where it is a crowd; else null. */
  get count() {
    return this.#count
  }

  /** How many are here, known by name or not. */
  get size() {
    return this.#count ?? this.#here?.size ?? 0
  }

  /** @param {number} seat @param {number} now @param {boolean} [matters] Of a crowd only those are named who do. */
  isHere(seat, now, matters = true) {
    if (this.#here === null || this.#here.has(seat)) return true
    if (this.#count !== null) return !matters
    const gone = this.#goneAt.get(seat)
    return gone !== undefined && now - gone < GRACE
  }
}

export class Writing {
  /** @type {Map<number, number>} */
  #since = new Map()

  /** @param {number} seat @param {number} now */
  begin(seat, now) {
    this.#since.delete(seat)
    this.#since.set(seat, now)
  }

  /** @param {number} seat */
  end(seat) {
    this.#since.delete(seat)
  }

  clear() {
    this.#since.clear()
  }

  /** @param {number} now @returns {number[]} */
  seats(now) {
    for (const [seat, since] of this.#since) if (now - since >= WRITING) this.#since.delete(seat)
    return [...this.#since.keys()]
  }
}
