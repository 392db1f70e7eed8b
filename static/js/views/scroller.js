/** Everything that can move the talk goes through here, one after another. */

const NEAR = 120

export class Scroller {
  #element
  #chain = Promise.resolve()
  #onaway

  /**
   * @param {HTMLElement} element
   * @param {(away: boolean) => void} onaway Called with true when something came in below what is seen.
   */
  constructor(element, onaway) {
    this.#element = element
    this.#onaway = onaway
    element.addEventListener("scroll", () => this.#isNearEnd() && onaway(false), { passive: true })
    // A field that grows or a keyboard that opens must not cover the last line.
    new ResizeObserver(() => this.#stay()).observe(element)
  }

  #wasNear = true

  /**
   * Runs `change`, which may add to the talk, and follows it only where the reader was at the end.
   *
   * @param {() => boolean} change Returns whether something came that the reader would want to see.
   */
  change(change) {
    this.#chain = this.#chain.then(() => {
      const near = this.#isNearEnd()
      const news = change()
      this.#wasNear = near
      if (near) this.#jump()
      else if (news) this.#onaway(true)
    })
  }

  /** Goes to the last line. */
  end() {
    this.#chain = this.#chain.then(() => this.#jump())
  }

  #jump() {
    this.#element.scrollTop = this.#element.scrollHeight
    this.#wasNear = true
    this.#onaway(false)
  }

  #stay() {
    if (this.#wasNear) this.#element.scrollTop = this.#element.scrollHeight
  }

  #isNearEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.#element
    const near = scrollHeight - scrollTop - clientHeight < NEAR
    this.#wasNear = near
    return near
  }
}
