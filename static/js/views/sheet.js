/** On a phone, agenda, queue and people open as a sheet; on a desk they stand beside the talk. */

import { find } from "../dom.js"

const DESK = "(min-width: 60rem)"

export class Sheet {
  #dialog = /** @type {HTMLDialogElement} */ (find("#sheet"))
  #parts = ["#queue", "#people", "#agenda"].map((selector) => find(selector))
  #homes = this.#parts.map((part) => part.parentElement ?? document.body)
  #wide = matchMedia(DESK)

  constructor() {
    find("#more").addEventListener("click", () => this.#open())
    find("#sheet-close").addEventListener("click", () => this.#dialog.close())
    this.#dialog.addEventListener("close", () => this.#giveBack())
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close())
    this.#wide.addEventListener("change", () => this.close())
  }

  close() {
    if (this.#dialog.open) this.#dialog.close()
  }

  #open() {
    find(".body", this.#dialog).append(...this.#parts)
    this.#dialog.showModal()
  }

  #giveBack() {
    this.#parts.forEach((part, index) => this.#homes[index]?.append(part))
  }
}
