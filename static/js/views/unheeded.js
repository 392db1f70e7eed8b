/** A press of a key that did nothing says so beside what was pressed: who goes by key, or by ear, has not seen it come. */

import { el, style, write } from "../dom.js"

const WORDS = "That press did nothing: this had only just come here. Press again if you mean it."
/** Milliseconds in which it has been read. */
const READ = 6_000
/** Pixels between it and what was pressed. */
const GAP = 8

export class Unheeded {
  #said = el("p", { class: "unheeded", role: "status" })
  #timer = 0

  constructor() {
    // There before it says anything: what comes with its words is not read aloud by all.
    void style("../../css/unheeded.css", import.meta.url).then(() => document.body.append(this.#said), () => {})
  }

  /** Above a dialog that holds the page up nothing else is seen, or heard. @param {Element} act */
  tell(act) {
    const page = act.closest("dialog") ?? document.body
    if (this.#said.parentElement !== page) page.append(this.#said)
    write(this.#said, WORDS)
    const { top, bottom, left } = act.getBoundingClientRect()
    const { height, width } = this.#said.getBoundingClientRect()
    const below = bottom + GAP
    this.#said.style.top = `${below + height < innerHeight ? below : Math.max(0, top - height - GAP)}px`
    this.#said.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.end(), READ)
  }

  end() {
    write(this.#said, "")
  }
}
