/** For one of very many who press Help at once: a few words, and there is a line of one's own. */

import { el } from "../dom.js"
import { sends } from "../enter.js"

const MOST = 2000

/** @param {(words: string) => void} send */
export function firstWords(send) {
  /** @type {HTMLTextAreaElement} */
  const field = el("textarea", { rows: 3, dir: "auto", maxlength: MOST, "aria-label": "A few words to staff", onkeydown: key })
  function go() {
    const words = field.value.trim()
    if (words === "") field.focus()
    else send(words)
  }
  /** @param {KeyboardEvent} event */
  function key(event) {
    if (!sends(event)) return
    event.preventDefault()
    go()
  }
  requestAnimationFrame(() => field.focus()) // Where it is to be seen.
  return el("div", { class: "line-composer" }, field, el("div", { class: "acts" }, el("button", { type: "button", class: "primary", onclick: go }, "Send")))
}
