/** What came back: where its place is marked, and the ways to go on from there (CM-04, CM-10, CM-15). */

import { el } from "../dom.js"

/** @import { Refusal } from "../protocol.js" */

/** Times that a line comes back before the facilitators are offered (chatroom/live/refusals.py). */
const ASK_AFTER = 3
/** What one tap tells them. */
const ASKED = "My line came back a few times, and I don't get it through. Can you help me?"

/** What can stand in place of a marked piece, by the refusal. @type {Record<string, (piece: string) => string>} */
const INSTEAD = { contact_details: () => "", link: () => "", full_name: initialled }
/** How to send it as it is. @type {Record<string, string>} */
const ANYWAY = { crosstalk: "I speak from my own experience: send it" }

/**
 * @typedef {object} Ways
 * @property {(change: (text: string) => string) => void} change What stands in the field, another way.
 * @property {(anyway?: boolean) => void} send Once more, or as it is.
 * @property {((words: string) => void) | null} ask The facilitators are asked; null for who is one.
 * @property {import("./helplines.js").Helpline[]} helplines
 */

/**
 * Spans count code points of the words as they were sent, as the server does.
 *
 * @param {Refusal} refusal @param {string} text @param {Ways} ways
 * @returns {{ preview: HTMLElement | null, offers: HTMLElement[] }}
 */
export function bounced({ code, spans = [], next = [], facts = {} }, text, ways) {
  const letters = [...text]
  const pieces = spans.map(([from, to]) => letters.slice(from, to).join(""))
  /** @type {HTMLElement[]} */
  const offers = []
  const offer = (/** @type {string} */ label, /** @type {() => void} */ onclick) => offers.push(el("button", { type: "button", onclick }, label))
  if (next.includes("again")) offer("Send again", () => ways.send())
  const instead = INSTEAD[code]
  if (instead) offer(insteadLabel(pieces, instead), () => ways.change((words) => pieces.reduce((left, piece) => replaced(left, piece, instead(piece)), words)))
  if (next.includes("anyway")) offer("Change it", () => ways.change((words) => words))
  if (next.includes("anyway")) offer(ANYWAY[code] ?? "Send it as it is", () => ways.send(true))
  const { ask } = ways
  if (ask !== null && Number(facts["times"]) >= ASK_AFTER) offers.push(asks(ask))
  return { preview: spans.length > 0 ? marked(letters, spans) : null, offers }
}

/** Once; what it says stands in the talk from then on. @param {(words: string) => void} ask */
function asks(ask) {
  const button = el("button", { type: "button", class: "primary" }, "Ask the facilitators")
  button.addEventListener("click", () => {
    button.remove()
    ask(ASKED)
  })
  return button
}

/** @param {string[]} pieces @param {(piece: string) => string} instead */
function insteadLabel(pieces, instead) {
  const [first = ""] = pieces.map(instead)
  if (first !== "" && pieces.length === 1) return `Write “${first}” instead`
  return first === "" ? "Take it out" : "Write initials instead"
}

/** A first name, and an initial of each that follows. @param {string} name */
export function initialled(name) {
  const [first = "", ...others] = name.trim().split(/\s+/)
  const last = others.at(-1)
  return last === undefined ? first : `${first} ${[...last][0]}.`
}

/**
 * The words with something else in place of a piece; nothing leaves no gap.
 *
 * @param {string} words @param {string} piece @param {string} instead
 */
export function replaced(words, piece, instead) {
  const at = words.indexOf(piece)
  if (at < 0) return words
  const [before, behind] = [words.slice(0, at), words.slice(at + piece.length)]
  if (instead !== "") return before + instead + (instead.endsWith(".") ? behind.replace(/^\./, "") : behind)
  return [before.trimEnd(), behind.trimStart()].filter(Boolean).join(/^[.,;:!?)]/.test(behind) ? "" : " ")
}

/** @param {readonly string[]} letters @param {readonly (readonly [number, number])[]} spans */
function marked(letters, spans) {
  const preview = el("p", { class: "preview", dir: "auto" })
  let end = 0
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (from < end) continue
    preview.append(letters.slice(end, from).join(""), el("mark", {}, letters.slice(from, to).join("")))
    end = to
  }
  preview.append(letters.slice(end).join(""))
  return preview
}
