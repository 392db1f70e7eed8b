/** What keeps a reader at the end of a conversation, or where else they are. */

/** Whoever was at the end of a box stays there when its size changes: a keyboard, a turned phone. */
export class End {
  #element
  #near
  #isHeld
  #was = true
  #size = ""

  /**
   * @param {HTMLElement} element
   * @param {number} near How far from the end still is at the end.
   * @param {() => boolean} [isHeld] Whether the reader is at something else, however near the end is.
   */
  constructor(element, near, isHeld = () => false) {
    this.#element = element
    this.#near = near
    this.#isHeld = isHeld
    element.addEventListener("scroll", () => this.isNear, { passive: true })
    new ResizeObserver(() => {
      this.#size = this.#measured()
      if (this.#was && !this.#isHeld()) this.go()
    }).observe(element)
  }

  get isHeld() {
    return this.#isHeld()
  }

  /** Whether the reader is there; until a new size has settled, whether they were. */
  get isNear() {
    if (this.#isHeld()) return (this.#was = false)
    // A change of size moves the end, and is heard of first as a scroll.
    if (this.#size !== this.#measured()) return this.#was
    const { scrollTop, clientHeight, scrollHeight } = this.#element
    this.#was = scrollHeight - scrollTop - clientHeight < this.#near
    return this.#was
  }

  go() {
    this.#element.scrollTop = this.#element.scrollHeight
    this.#was = true
  }

  #measured() {
    return `${this.#element.clientWidth} x ${this.#element.clientHeight}`
  }
}

const NEAR = 120

/** Everything that can move the talk goes through here, one after another. */
export class Scroller {
  #end
  #chain = Promise.resolve()
  #onaway

  /**
   * @param {HTMLElement} element
   * @param {(away: boolean) => void} onaway Called with true when something came in below what is seen.
   * @param {() => boolean} isHeld
   */
  constructor(element, onaway, isHeld) {
    this.#end = new End(element, NEAR, isHeld)
    this.#onaway = onaway
    element.addEventListener("scroll", () => this.#end.isNear && onaway(false), { passive: true })
  }

  /**
   * Runs `change`, which may add to the talk, and follows it only where the reader was at the end.
   *
   * @param {() => boolean} change Returns whether something came that the reader would want to see.
   */
  change(change) {
    this.#chain = this.#chain.then(() => {
      const near = this.#end.isNear
      const news = change()
      if (near) this.#jump()
      else if (news) this.#onaway(true)
    })
  }

  /** Goes to the last line. */
  end() {
    this.#chain = this.#chain.then(() => this.#jump())
  }

  /** The same, for nobody has asked for it, unless the reader is held. */
  settle() {
    this.#chain = this.#chain.then(() => {
      if (!this.#end.isHeld) this.#jump()
    })
  }

  #jump() {
    this.#end.go()
    this.#onaway(false)
  }
}
