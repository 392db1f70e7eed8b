/** Whoever is needed and not known in a crowd is asked for: all of a moment at once, and each once. No DOM. */

/** Milliseconds in which those of one moment are gathered; and from one question to the next. */
const [GATHER, APART] = [50, 250]
/** In one question (chatroom/live/wire.py). */
const MOST = 200

export class Asking {
  #ask
  /** @type {Set<number>} */
  #wanted = new Set()
  /** Those who were asked for, or will be. @type {Set<number>} */
  #asked = new Set()
  /** Questions without an answer. @type {number[][]} */
  #open = []
  #timer = 0
  #freeAt = 0

  /** @param {(seats: number[]) => boolean} ask Whether it went out. */
  constructor(ask) {
    this.#ask = ask
  }

  /** @param {Iterable<number>} seats */
  need(seats) {
    for (const seat of seats) {
      if (!this.#asked.has(seat)) this.#wanted.add(seat)
      this.#asked.add(seat)
    }
    this.#soon()
  }

  /** Those came: of an answer, or somebody whom all are told of. A question is open until all of it came. @param {number[]} seats */
  met(seats) {
    for (const seat of seats) this.#wanted.delete(seat)
    if (seats.length === 0) this.#open.shift() // All are told of somebody: that is an answer, and there is nobody.
    const isLeft = (/** @type {number} */ seat) => !seats.includes(seat)
    this.#open = this.#open.map((asked) => asked.filter(isLeft)).filter(({ length }) => length > 0)
  }

  /** On a new socket what has no answer is asked for again; after a fresh start nobody is known any more. @param {boolean} isFresh */
  again(isFresh) {
    this.#wanted = new Set(isFresh ? [] : [...this.#open.flat(), ...this.#wanted])
    this.#open = []
    if (isFresh) this.#asked.clear()
    this.#soon()
  }

  #soon() {
    if (this.#timer !== 0 || this.#wanted.size === 0) return
    this.#timer = setTimeout(() => this.#send(), Math.max(GATHER, this.#freeAt - performance.now()))
  }

  #send() {
    this.#timer = 0
    const seats = [...this.#wanted].slice(0, MOST)
    if (seats.length === 0 || !this.#ask(seats)) return
    for (const seat of seats) this.#wanted.delete(seat)
    this.#open.push(seats)
    this.#freeAt = performance.now() + APART
    this.#soon()
  }
}
