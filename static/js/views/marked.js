/** What was posted with marks in it, as elements. Each is made by its name, so no words can be markup. */

import { el, fill, style } from "../dom.js"

/** @import { Mark, MarkTag } from "../protocol.js" */

style("../../css/marked.css", import.meta.url).catch(() => {}) // Without it the marks are there all the same.

/** @type {readonly MarkTag[]} */
const TAGS = ["p", "br", "strong", "em", "ul", "ol", "li", "a"]

/**
 * Puts marked words into the place of plain ones.
 *
 * @param {Element} row
 * @param {readonly Mark[]} marks
 * @returns {HTMLElement | null} Null where they stand there already.
 */
export function mark(row, marks) {
  const plain = row.querySelector(":scope > p")
  if (plain === null) return null
  const words = el("div", { class: "marked", dir: "auto" })
  fill(words, ...marks.map(element))
  row.querySelector(":scope > .show-all")?.remove()
  plain.replaceWith(words)
  return words
}

/** @param {Mark | string} mark @returns {Node | string} */
function element(mark) {
  if (typeof mark === "string") return mark
  const { tag, inside = [], href = "", start = 1 } = mark
  const held = inside.map(element)
  if (tag === "a") return link(href, held)
  if (!TAGS.includes(tag)) return el("span", {}, ...held)
  return el(tag, { start: tag === "ol" && start !== 1 && start }, ...held)
}

/** Leads out in a tab of its own, and says from where to nobody. @param {string} href @param {(Node | string)[]} held */
function link(href, held) {
  if (!/^https?:\/\//i.test(href)) return el("span", {}, ...held)
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...held)
}
