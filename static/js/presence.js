/** Who is connected now. Somebody is shown as away only after a while, so that no blip is seen. No DOM. */

/** Seconds (FC-18). */
export const GRACE = 15

export class Presence {
  /** @type {Set<number> | null} */
  #here = null
  /** @type {Map<number, number>} */
  #goneAt = new Map()

  /** @param {readonly number[]} here @param {number} now */
  set(here, now) {
    const before = this.#here
    this.#here = new Set(here)
    for (const seat of here) this.#goneAt.delete(seat)
    for (const seat of before ?? []) {
      if (!this.#here.has(seat) && !this.#goneAt.has(seat)) this.#goneAt.set(seat, now)
    }
  }

  /** @param {number} seat @param {number} now */
  isHere(seat, now) {
    if (this.#here === null || this.#here.has(seat)) return true
    const gone = this.#goneAt.get(seat)
    return gone !== undefined && now - gone < GRACE
  }
}
