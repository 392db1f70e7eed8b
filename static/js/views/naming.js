/** Asks once, where a name looks like a full one, whether the initial would do. */

import { el } from "../dom.js"
import { shorter } from "../initials.js"
import { isolated } from "../written.js"

/** @typedef {() => Promise<boolean>} Asks Whether the form may go on; the field holds what was chosen. */

/**
 * Holds a form back whose name looks like a full one until one of the two has been chosen.
 *
 * @param {HTMLInputElement} field
 * @param {(ask: HTMLElement | null) => void} show Puts the question in its place, or takes it away.
 * @returns {Asks}
 */
export function offersInitial(field, show) {
  /** What was kept although it was asked about. */
  let kept = ""
  return () => {
    const full = field.value.trim()
    const short = shorter(full)
    if (short === null || full === kept) return Promise.resolve(true)
    return new Promise((resolve) => {
      const chosen = (/** @type {string} */ name) => () => {
        field.removeEventListener("input", changed)
        field.value = name
        kept = name
        show(null)
        resolve(true)
      }
      const changed = () => {
        field.removeEventListener("input", changed)
        show(null)
        resolve(false)
      }
      field.addEventListener("input", changed)
      const take = el("button", { type: "button", class: "primary", onclick: chosen(short) }, `Use ${isolated(short)}`)
      const keep = el("button", { type: "button", onclick: chosen(full) }, `Keep ${isolated(full)}`)
      show(el("div", { role: "status" }, el("p", {}, "That looks like a full name. Everybody in the room would see it; the initial is enough."), el("div", { class: "acts" }, take, keep)))
      take.focus()
    })
  }
}
