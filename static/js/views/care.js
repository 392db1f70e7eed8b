/** An offer of help that takes nobody's focus: staff of the organisation, on a private line. */

import { el, fill, find } from "../dom.js"

export class CareView {
  #region = find("#care")
  #open

  /** @param {(caseId: string) => void} open */
  constructor(open) {
    this.#open = open
  }

  /** @param {string} caseId @param {string} words */
  offer(caseId, words) {
    fill(
      this.#region,
      el(
        "div",
        { class: "offer" },
        el("p", {}, words),
        el(
          "div",
          { class: "acts" },
          el("button", { type: "button", class: "help", onclick: () => this.#open(caseId) }, "Open the private line"),
          el("button", { type: "button", onclick: () => this.away() }, "Not now"),
        ),
      ),
    )
  }

  /** The line is open, or not wanted now. */
  away() {
    fill(this.#region)
  }
}
