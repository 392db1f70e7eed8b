/** Which lines are out of sight in the talk: what stands there to be read is not told beside it as well. */

import { find } from "../../dom.js"

/** Of the words of a line, that is to be seen. */
const SEEN = 0.6

export class Far {
  #log = find("#log")
  /** @type {Set<string>} */
  #keys = new Set()
  /** @type {WeakSet<Element>} */
  #watched = new WeakSet()
  #sight

  /** @param {() => void} onchange */
  constructor(onchange) {
    this.#sight = new IntersectionObserver(
      (looks) => {
        for (const { target, intersectionRatio } of looks) this.#note(target, intersectionRatio)
        onchange()
      },
      { threshold: [0, SEEN] },
    )
  }

  /** Whether it is; not before it is known. @param {string} key */
  has(key) {
    const words = this.#log.querySelector(`[data-key="${CSS.escape(key)}"] > p`)
    if (words !== null && !this.#watched.has(words)) {
      this.#watched.add(words)
      this.#sight.observe(words)
    }
    return this.#keys.has(key)
  }

  /** @param {Element} words @param {number} ratio */
  #note(words, ratio) {
    const key = words.parentElement?.dataset.key
    if (key === undefined || !words.isConnected) return // Another one stands in its place.
    if (ratio >= SEEN) this.#keys.delete(key)
    else this.#keys.add(key)
  }

  remove() {
    this.#sight.disconnect()
  }
}
