/** The acts on a line that were opened go again: by Escape, with the next part, and with the meeting. */

import { find } from "../dom.js"
import { isChoosing } from "../enter.js"

/** @import { Model } from "../model.js" */

const OPEN = ".options[aria-expanded=true]"

export class FoldAwayView {
  #log = find("#log")
  #part = ""

  constructor() {
    this.#log.addEventListener("keydown", (event) => this.#key(event))
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || isChoosing(event) || !(event.target instanceof Element)) return
    const button = event.target.closest("article")?.querySelector(OPEN)
    if (!(button instanceof HTMLElement)) return
    event.preventDefault() // It closes nothing else.
    button.click()
    button.focus()
  }

  /** Own words can still be taken back once it is over; and nothing goes from under who is at it. @param {Model} model */
  render({ room: { phase, closedAt } }) {
    const part = `${phase} ${closedAt}`
    if (part === this.#part) return
    this.#part = part
    for (const button of this.#log.querySelectorAll(OPEN)) {
      const isInUse = button.closest("article")?.contains(document.activeElement) ?? false
      if (button instanceof HTMLElement && !isInUse) button.click()
    }
  }
}
