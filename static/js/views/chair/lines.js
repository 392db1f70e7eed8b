/** From a line in the talk to all that can be done for whoever wrote it: of a crowd not everybody is listed. */

import { el, find } from "../../dom.js"
import * as rooms from "../../standing.js"
import { button } from "./buttons.js"

/** @import { Model } from "../../model.js" */

/** Where the acts on a line are opened, one more leads to its author. */
export class LinesPart {
  #log = find("#log")
  #open
  /** @type {Model | null} */
  #model = null

  /** @param {(seat: number) => void} open */
  constructor(open) {
    this.#open = open
    this.#log.addEventListener("click", this.#pressed)
  }

  /** @param {Model} model */
  render(model) {
    this.#model = model
  }

  /** @param {MouseEvent} event */
  #pressed = ({ target }) => {
    const options = target instanceof Element ? target.closest(".options") : null
    const article = options?.closest("article")
    const room = this.#model?.room
    if (!options || !article || !room) return
    article.querySelector(".chair-part")?.remove()
    const seat = Number(article.dataset.seat)
    if (options.getAttribute("aria-expanded") !== "true" || seat === room.seat || !rooms.sits(room, seat)) return
    const more = button(`More for ${rooms.nameOf(room, seat)}`, () => this.#open(seat), { class: "quiet" })
    find(".shares", article).append(el("p", { class: "take chair-part", "aria-live": "off" }, more))
  }

  remove() {
    this.#log.removeEventListener("click", this.#pressed)
    for (const part of this.#log.querySelectorAll(".chair-part")) part.remove()
  }
}
