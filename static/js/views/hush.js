/** What was said aloud goes again: whoever comes upon it later would take it for what is so now. */

import { find, write } from "../dom.js"

/** @import { Model } from "../model.js" */

/** Milliseconds in which it has been read. */
const READ = 10_000

export class HushView {
  #aloud = find("#aloud")
  #said = ""
  #at = 0
  #epoch = 0

  /** @param {Model} model */
  render({ room: { epoch } }) {
    const now = performance.now()
    const words = this.#aloud.textContent ?? ""
    if (words !== this.#said) {
      this.#said = words
      this.#at = now
      this.#epoch = epoch
    } else if (words !== "" && (epoch !== this.#epoch || now - this.#at >= READ)) {
      this.#said = ""
      write(this.#aloud, "")
    }
  }
}
