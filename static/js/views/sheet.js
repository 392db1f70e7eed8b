/** Sheets: what opens over the page, with Leave now and Help in its head, and closes by Back. */

import { over } from "../back.js"
import { el, find, set } from "../dom.js"
import { leave } from "../leave.js"
import { helpButton } from "./help.js"

const DESK = "(min-width: 60rem)"

/**
 * Opens a `<dialog>` that has a `.sheet-head`. First in there are the way out and Help, by tap and by Tab.
 *
 * @param {HTMLDialogElement} dialog
 */
export function openOver(dialog) {
  if (dialog.open) return
  const head = find(".sheet-head", dialog)
  if (head.querySelector("[data-help]") === null) head.prepend(...reach())
  dialog.addEventListener("close", over(() => dialog.close()), { once: true })
  set(dialog, "tabindex", "-1")
  dialog.showModal()
  dialog.focus() // Not on the first thing in it: that leaves the meeting.
}

function reach() {
  const help = helpButton()
  // Its panel lies on the page, which a sheet keeps from being reached.
  help.addEventListener("click", () => closeAll())
  return [el("button", { type: "button", "data-leave": true, onclick: leave }, "Leave now"), help]
}

/** Of two sheets one lies over the other. */
function closeAll() {
  for (const dialog of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (dialog).close()
}

/** On a phone, agenda, queue and people open as a sheet; on a desk they stand beside the talk. */
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
    openOver(this.#dialog)
  }

  #giveBack() {
    this.#parts.forEach((part, index) => this.#homes[index]?.append(part))
  }
}
