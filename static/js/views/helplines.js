/** Whom to turn to: the lines to call or write to, and what is true of them, be they many, one or none. */

import { el } from "../dom.js"

/** @typedef {{ label: string, text: string, url: string | null }} Helpline */

const NONE = "call the emergency number of the place where you are"

/** @param {Helpline[]} helplines */
export function thereNow({ length }) {
  if (length === 0) return `If you can't wait, ${NONE}.`
  return length === 1 ? "This number is there now:" : "These numbers are there now:"
}

/** @param {Helpline[]} helplines */
export function noService({ length }) {
  const what = length === 0 ? NONE : length === 1 ? "call this number" : "call one of these numbers"
  return `This is not a crisis service. If somebody is in danger now, ${what} at once.`
}

/**
 * Each line as what it is for and where it is. All of the row is what is pressed.
 *
 * @param {Helpline[]} helplines
 */
export function helplineList(helplines) {
  return el("ul", { class: "helplines" }, ...helplines.map((line) => el("li", {}, row(line))))
}

/** @param {Helpline} line */
function row({ label, text, url }) {
  const words = [el("strong", {}, label), " ", el("span", {}, text)]
  return url === null ? el("span", {}, ...words) : el("a", { href: url, rel: "noreferrer" }, ...words)
}
