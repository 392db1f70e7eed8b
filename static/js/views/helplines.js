/** Whom to turn to: the lines to call or write to, and what is true of them, be they many, one or none. */

import { el } from "../dom.js"

/** @typedef {{ label: string, text: string, url: string | null }} Helpline */

const NONE = "call the emergency number of the place where you are"

/** @param {Helpline[]} helplines */
export function thereNow({ length }) {
  if (length === 0) return `If you can't wait, ${NONE}.`
  return length === 1 ? "This number is there now:" : "These numbers are there now:"
}

/** Others are written to. @param {Helpline[]} helplines */
function isCalled([line]) {
  return line?.url?.startsWith("tel:")
}

/** What to do where nobody is there, above the numbers (turn_to in chatroom/care/helplines.py). @param {Helpline[]} helplines */
export function turnNow(helplines) {
  const one = isCalled(helplines) ? "call the number" : "contact the line"
  return `Please ${helplines.length === 0 ? NONE : `${helplines.length === 1 ? one : "contact one of those"} below`} now.`
}

/** @param {Helpline[]} helplines */
export function noService(helplines) {
  const one = isCalled(helplines) ? "call this number" : "contact this line"
  const what = helplines.length === 0 ? NONE : helplines.length === 1 ? one : "contact one of these lines"
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
