/** Something is wrong in the room: what there is against it, what each does, and what is on. */

import { el, find, keyed, write } from "../../dom.js"
import { openOver } from "../sheet.js"
import { button, keepFocus, showActs } from "./buttons.js"
import { remedies } from "./acts.js"

/** @import { Model } from "../../model.js" */
/** @import { Perform } from "./buttons.js" */
/** @import { Remedy } from "./acts.js" */

const WRONG = "Something is wrong in the room"

export class Trouble {
  #perform
  #line = el("p", { class: "chair-line", role: "status" })
  #list = el("ul", { class: "remedies", "aria-labelledby": "trouble-title" })
  #dialog = /** @type {HTMLDialogElement} */ (
    el(
      "dialog",
      { class: "sheet person", "aria-labelledby": "trouble-title" },
      el("div", { class: "sheet-head" }, button("Back", () => this.close())),
      el("div", { class: "person-head" }, el("h2", { id: "trouble-title" }, WRONG), this.#line),
      el("div", { class: "body" }, this.#list),
    )
  )
  /** In the strip at a desk, above the people in the sheet of a phone. */
  #buttons = [button(WRONG, () => this.open(), { class: "chair-trouble" }), button(WRONG, () => this.open(), { class: "chair-part chair-trouble" })]

  /** @param {HTMLElement} chair @param {Perform} perform */
  constructor(chair, perform) {
    this.#perform = perform
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.close())
    document.body.append(this.#dialog)
    const [inStrip, inSheet] = this.#buttons
    if (inStrip !== undefined) chair.append(inStrip)
    if (inSheet !== undefined) find("#people").prepend(inSheet)
  }

  get isOpen() {
    return this.#dialog.open
  }

  open() {
    this.say("")
    openOver(this.#dialog)
  }

  close() {
    if (this.#dialog.open) this.#dialog.close()
  }

  /** @param {string} words */
  say(words) {
    write(this.#line, words)
  }

  /** @param {Model} model */
  render({ room }) {
    const found = remedies(room)
    for (const one of this.#buttons) one.hidden = found.length === 0
    if (found.length === 0) this.close()
    keepFocus(this.#list, () => keyed(this.#list, found, ({ key }) => key, build, (row, remedy) => this.#show(row, remedy)))
  }

  /** @param {HTMLElement} row @param {Remedy} remedy */
  #show(row, { does, isOn, act }) {
    write(find(".does", row), does)
    find(".badge", row).hidden = !isOn
    showActs(find(".acts", row), [act], this.#perform)
  }

  remove() {
    this.close()
    this.#dialog.remove()
    for (const one of this.#buttons) one.remove()
  }
}

function build() {
  return el("li", {}, el("div", { class: "acts" }), el("p", {}, el("span", { class: "badge" }, "On now"), " ", el("span", { class: "does soft" })))
}
