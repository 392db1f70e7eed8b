/** Why words are reported: the facilitators read the reason, and nobody learns by whom. */

import { el, fill } from "../dom.js"
import { REASONS } from "../folds.js"

/** @import { Acts } from "../model.js" */
/** @import { ReportReason } from "../protocol.js" */

const TAKEN = "The facilitators have your report. Nobody learns that it was you."
const UNSENT = "The server did not answer. Try once more."

/**
 * @param {number} number The line's.
 * @param {Acts} acts
 * @param {HTMLElement} opener Where the focus goes back to.
 */
export function askWhy(number, acts, opener) {
  const said = el("p", { role: "status", tabindex: "-1" }, "Why? The facilitators read the reason. Nobody learns that it was you.")
  const buttons = el("div", { class: "acts" })
  const box = el("div", { class: "asking", role: "group", "aria-label": "Report these words", "aria-live": "off", onkeydown: onEscape(close) }, said, buttons)
  fill(
    buttons,
    ...Object.entries(REASONS).map(([why, label]) => el("button", { type: "button", onclick: () => void send(/** @type {ReportReason} */ (why)) }, label)),
    el("button", { type: "button", class: "quiet", onclick: close }, "Cancel"),
  )
  afterwards(said)
  return box

  function close() {
    box.remove()
    opener.focus()
  }

  /** @param {ReportReason} why */
  async function send(why) {
    const { state, refusal } = await acts.ask({ type: "report", number, why })
    said.textContent = state === "confirmed" ? TAKEN : (refusal?.words ?? UNSENT)
    said.focus()
    if (state === "confirmed") fill(buttons, el("button", { type: "button", onclick: close }, "All right"))
  }
}

/** A question that has just come takes the focus, and is in sight. @param {HTMLElement} said */
export function afterwards(said) {
  queueMicrotask(() => {
    said.focus()
    said.parentElement?.scrollIntoView({ block: "nearest" })
  })
}

/** Escape takes the question back, and closes nothing else. @param {() => void} close */
export function onEscape(close) {
  return (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return
    event.preventDefault()
    close()
  }
}
