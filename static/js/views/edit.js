/** A line of one's own, said otherwise: when that can be, the field for it, and what it read before (CM-14). */

import { el, write } from "../dom.js"
import { sends } from "../enter.js"
import * as rooms from "../standing.js"
import { HEARD, beginning, written } from "../written.js"
import { bounced } from "./bounced.js"

/** @import { Acts } from "../model.js" */
/** @import { Refusal } from "../protocol.js" */
/** @import { Room } from "../room.js" */
/** @import { CardItem, Line, TurnItem } from "../timeline.js" */

/** Seconds for which it can be where everybody writes (moderation/meeting/editing.py). */
const WINDOW = 120

/** Other words that were begun and not sent, by the number of the line. @type {Map<number, string>} */
const begun = new Map()

/** @param {Room} room @param {TurnItem | CardItem} item @param {Line} line @param {number} now */
export function mayEdit(room, item, { at, words }, now) {
  if (item.kind !== "turn" || item.seat !== room.seat || item.late || words === null || rooms.maySpeak(room) !== null) return false
  if (item.turn !== 0) return item.turn === rooms.turn(room) && room.holder === room.seat
  return ["open", "discussion"].includes(rooms.speak(room)) && now - at <= WINDOW
}

/**
 * The field under the line, with its words.
 *
 * @param {HTMLElement} row @param {Line} line @param {Acts} acts @param {() => Room} room @param {() => void} onleave
 */
export function openEditor(row, { number, words }, acts, room, onleave) {
  const there = row.querySelector(".editing textarea")
  if (there instanceof HTMLElement) return there.focus()
  const field = el("textarea", { "aria-label": "Your words, to be changed", dir: "auto", rows: 3 })
  const said = el("div", { role: "status" })
  const save = el("button", { type: "submit", class: "primary" }, "Save")
  const keep = el("button", { type: "button", onclick: () => leave() }, "Keep it as it was")
  const form = el("form", { class: "asking editing", "aria-live": "off" }, field, said, el("div", { class: "acts" }, save, keep))
  field.value = begun.get(number) ?? words ?? ""
  let isSent = false

  function leave() {
    form.remove()
    onleave()
  }

  async function send(anyway = false) {
    const text = written(field.value)
    if (isSent || text === "") return field.focus()
    isSent = true
    said.replaceChildren()
    const { state, refusal } = await acts.ask({ type: "edit", number, text: beginning(text, HEARD), epoch: room().epoch, ...(anyway && { anyway }) })
    isSent = false
    if (state === "unsent") return write(said, "The server did not answer. Try once more.")
    if (refusal !== null) return tell(refusal, text)
    if (written(field.value) !== text) return // They wrote on meanwhile.
    begun.delete(number)
    leave()
  }

  /** A no, where its place is, and the ways to go on from there. @param {Refusal} refusal @param {string} text */
  function tell(refusal, text) {
    const change = (/** @type {(text: string) => string} */ change) => {
      field.value = change(field.value)
      keepBegun()
      field.focus()
    }
    const { preview, offers } = bounced(refusal, text, { change, send: (anyway) => void send(anyway), ask: null, helplines: [] })
    said.replaceChildren(el("p", {}, refusal.words), ...(preview ? [preview] : []), el("div", { class: "acts" }, ...offers))
    field.focus()
    form.scrollIntoView({ block: "end" }) // The ways out are in sight; in a small window it is read from its beginning, though.
    const { left, top } = said.getBoundingClientRect()
    if (!said.contains(document.elementFromPoint(left + 2, top + 2))) said.scrollIntoView({ block: "start" })
  }

  function keepBegun() {
    if (field.value === words) begun.delete(number)
    else begun.set(number, field.value)
  }

  field.addEventListener("input", keepBegun)
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    void send()
  })
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault()
      event.stopPropagation()
      leave()
    } else if (event.target === field && sends(event)) {
      event.preventDefault()
      void send()
    }
  })
  row.append(form)
  field.focus()
  form.scrollIntoView({ block: "nearest" })
}

/** That a line was changed; who holds the meeting opens what it read before. @param {HTMLElement} row @param {Line} line @param {Room} room */
export function markEdited(row, { isEdited, words, before }, room) {
  let mark = row.querySelector(":scope > .edited")
  if (!isEdited || words === null) {
    row.querySelector(".editing")?.remove()
    return mark?.remove()
  }
  const opens = rooms.isFacilitator(room) && before.length > 0
  if (mark === null || mark.matches("details") !== opens) {
    mark?.remove()
    const word = el(opens ? "summary" : "span", {}, "edited")
    mark = opens ? el("details", { class: "soft edited" }, word) : el("p", { class: "soft edited" }, word)
    row.insertBefore(mark, row.querySelector(":scope > .take, :scope > .asking"))
  }
  if (!opens) return
  const shown = mark.querySelectorAll("p")
  if (shown.length === before.length) return
  for (const one of shown) one.remove()
  mark.append(...before.map((text) => el("p", { dir: "auto", "aria-live": "off" }, el("span", {}, "Before: "), el("bdi", {}, text))))
}
