/** Whether the page brought the focus to where it is, under a hand that meant something else. No DOM; times are the page's, in milliseconds. */

/** Milliseconds in which nobody can have aimed anew: what has come under a finger, or a key, takes no press. */
export const MOMENT = 400
/** Milliseconds after a press, or after what had the focus is gone, in which a focus that moves is the page's answer. */
export const ANSWERS = 1_000

/**
 * A hand brings the focus by Tab or by a finger, and assistive technology brings it without either: both
 * mean what they press then. The page brings it as the answer to a press, or because what had it is gone.
 */
export class Focus {
  #at = -Infinity
  #byPage = false
  #pressed = -Infinity
  #lost = -Infinity

  /** Something was pressed, whatever it was. @param {number} at */
  pressed(at) {
    this.#pressed = at
  }

  /** What had the focus is gone, and nothing has it. @param {number} at */
  lost(at) {
    this.#lost = at
  }

  /** @param {number} at @param {boolean} byHand @param {boolean} isGone Whether what had it before can't have it any more. */
  came(at, byHand, isGone) {
    this.#byPage = !byHand && (isGone || at - Math.max(this.#pressed, this.#lost) < ANSWERS)
    this.#at = at
  }

  /** It was a hand after all. */
  byHand() {
    this.#byPage = false
  }

  /** Whether a press now was meant for something else. @param {number} at */
  isBrought(at) {
    return this.#byPage && at - this.#at < MOMENT
  }

  get at() {
    return this.#at
  }
}
