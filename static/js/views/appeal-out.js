/** For who was removed: asking another facilitator to look at it again, and what comes of it (CM-19). */

import { el, fill, set, write } from "../dom.js"
import { RefusedError, get, newId, post } from "../http.js"
import { clock } from "../words.js"

/** @typedef {{ removed: boolean, closed: boolean, asked: string | null, answer_by: number | null, upheld: boolean | null, words: string | null }} Stand */

/** Milliseconds between two looks at what came of it. */
const AGAIN = 5_000

/**
 * Puts it into `home`, and looks after it as long as the page is open.
 *
 * @param {HTMLElement} home
 * @param {string} slug
 */
export function offerAppeal(home, slug) {
  const path = `/rooms/${slug}/appeals`
  const id = newId()
  const said = el("p", { role: "status", dir: "auto" })
  const why = el("p", { class: "bounced", role: "alert", hidden: true })
  const field = /** @type {HTMLTextAreaElement} */ (el("textarea", { id: "appeal-out", rows: 2, maxlength: 2000, dir: "auto" }))
  const send = el("button", { class: "primary" }, "Ask another facilitator")
  const form = el("form", { hidden: true, onsubmit: (/** @type {Event} */ event) => void ask(event) }, el("label", { for: "appeal-out" }, "You can ask another facilitator, once, to look at it again. A few words, if you like"), why, field, el("div", { class: "acts" }, send))
  const back = el("button", { type: "button", class: "primary", hidden: true, onclick: () => location.reload() }, "Come back in")
  fill(home, said, form, el("div", { class: "acts" }, back))

  const show = (/** @type {Stand} */ stand) => {
    form.hidden = stand.asked !== null || stand.closed || !stand.removed
    back.hidden = stand.removed || stand.closed
    write(said, sentence(stand))
    if (stand.upheld === null && !stand.closed) setTimeout(look, AGAIN)
  }
  const look = () => void get(path).then(show, () => setTimeout(look, AGAIN))

  /** A refusal keeps what was typed. @param {Event} event */
  const ask = async (event) => {
    event.preventDefault()
    const text = field.value.trim()
    try {
      await post(path, { id, ...(text === "" ? {} : { text }) })
      refuse("")
      form.hidden = true
      write(said, "Asked.")
    } catch (no) {
      refuse(no instanceof RefusedError ? no.message : "The server did not answer. Your words are kept; try again.")
    }
  }
  const refuse = (/** @type {string} */ words) => {
    write(why, words)
    why.hidden = words === ""
    set(field, "aria-invalid", words === "" ? null : "true")
    if (words !== "") field.focus()
  }
  look()
}

/** @param {Stand} stand */
function sentence({ removed, closed, asked, answer_by: by, upheld, words }) {
  const said = words === null ? "" : ` They write: “${words}”`
  if (upheld === true && !removed) return `Another facilitator has looked at it again: you can come back in, to your own place.${said}`
  if (upheld === false) return `Another facilitator has looked at it again. It stays as it was decided.${said}`
  if (closed) return ""
  if (asked === "nobody_yet") return "You have asked. Nobody else held this meeting then, so it waits until another facilitator is here. This page says when there is an answer."
  if (asked === "facilitators") return `You have asked the facilitators who did not decide it. They were asked to answer by ${clock(by ?? 0)}, and this page says when they have.`
  return ""
}
