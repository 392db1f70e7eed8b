/** Own words on their way: waiting, confirmed and not yet in the talk, or not sent. */

import { el, find, keyed, set, write } from "../dom.js"

/** @import { Item } from "../outbox.js" */
/** @import { Say, SeatCommand, Tell } from "../protocol.js" */

/**
 * Of many lines that one text went out as, each knows their `series`, and the space that stood before it.
 *
 * @typedef {Item<SeatCommand> & { command: Say | Tell, series?: string | undefined, lead?: string | undefined }} Words
 */

export class PendingView {
  #list = find("#pending")
  #again
  #back
  #hasNew = false

  /** @param {{ again: (item: Words) => void, back: (item: Words) => void }} acts */
  constructor({ again, back }) {
    this.#again = again
    this.#back = back
  }

  /**
   * @param {readonly Words[]} items
   * @param {boolean} live
   * @returns {boolean} Whether words came.
   */
  render(items, live) {
    this.#hasNew = false
    const isALot = items.some((item) => item.held)
    keyed(
      this.#list,
      items,
      ({ id }) => id,
      (item) => this.#build(item),
      (element, item) => {
        const unsent = item.state === "unsent"
        set(element, "data-state", item.state)
        write(find(".state", element), unsent ? "Not sent." : item.state === "confirmed" ? "Sent." : !live ? "Goes out when the connection is back." : isALot ? "A lot at once: goes out by itself soon." : "Sending…")
        find(".acts", element).hidden = !unsent
      },
    )
    return this.#hasNew
  }

  /** @param {Words} item */
  #build(item) {
    this.#hasNew = true
    const { command } = item
    return el(
      "article",
      { class: command.type === "tell" ? "turn private pending" : "turn pending", "aria-label": "Your words on their way" },
      el("p", { dir: "auto" }, command.text),
      el("p", { class: "soft state" }),
      el(
        "div",
        { class: "acts" },
        el("button", { type: "button", onclick: () => this.#again(item) }, "Try again"),
        el("button", { type: "button", onclick: () => this.#back(item) }, "Back to the draft"),
      ),
    )
  }
}
