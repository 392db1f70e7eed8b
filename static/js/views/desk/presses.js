/** Help that strangers pressed beyond what can be a case each: below the cases, one entry for each room. */

import { listedPresses, pressesWords } from "../../desk.js"
import { el, find, keyed, linger, write } from "../../dom.js"

/** @import { Desk, Presses } from "../../desk.js" */

export class PressesView {
  element = el("ul", { class: "case-list presses", "aria-label": "Many presses of Help", hidden: true })
  #putAway
  /** @type {Presses[]} */
  #shown = []

  /** @param {(many: Presses) => void} putAway */
  constructor(putAway) {
    this.#putAway = putAway
  }

  /** @param {Desk} desk @param {number} now */
  render(desk, now) {
    this.#shown = listedPresses(desk)
    this.element.hidden = this.#shown.length === 0
    this.tick(now)
  }

  /** @param {number} now */
  tick(now) {
    keyed(this.element, this.#shown, ({ room }) => room ?? "", (many) => this.#build(many.room ?? ""), (row, many) => write(find(".words", row), pressesWords(many, now)), linger)
  }

  /** @param {string} room */
  #build(room) {
    const away = () => {
      const many = this.#shown.find((each) => (each.room ?? "") === room)
      if (many !== undefined) this.#putAway(many)
    }
    return el(
      "li",
      { class: "case-row" },
      el("p", { class: "case-row-head" }, el("span", { class: "urgency" }, "Many presses")),
      el("p", { class: "words" }),
      el("div", { class: "acts" }, el("button", { type: "button", onclick: away }, "Seen, put this away")),
    )
  }
}
