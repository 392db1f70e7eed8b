/** A text that is longer than a line may be, in lines that fit. No DOM. */

import { LONGEST, isVisible, length } from "./written.js"

/** What stays with the letter before it: an accent, a tone of skin, the rest of a family. */
const CLINGS = /^[\p{M}\u200d\u{1f3fb}-\u{1f3ff}]/u

/**
 * One of the lines that a long text goes out as; `lead` is the space that stood before it.
 *
 * @typedef {{ lead: string, text: string }} Part
 */

/**
 * A text in lines that fit, in order: cut between paragraphs, else lines, sentences, words.
 *
 * @param {string} text
 * @param {number} [longest]
 * @returns {Part[]}
 */
export function parts(text, longest = LONGEST) {
  /** @type {Part[]} */
  const found = []
  let lead = ""
  for (let rest = [...text]; rest.length > 0; ) {
    const end = rest.length <= longest ? rest.length : cut(rest, longest)
    const part = rest.slice(0, end).join("")
    if (isVisible(part)) found.push({ lead, text: part.trimEnd() })
    rest = rest.slice(end)
    const space = rest.findIndex((char) => char.trim() !== "")
    lead = part.slice(part.trimEnd().length) + rest.splice(0, Math.max(0, space)).join("")
  }
  return found
}

/** Where the first line ends: at the best place in its second half. @param {string[]} letters @param {number} longest */
function cut(letters, longest) {
  const half = Math.ceil(longest / 2)
  const late = letters.slice(half, longest + 1).join("")
  for (const end of [/\n\n(?!.*\n\n)/s, /\n(?!.*\n)/s, /[.!?…。！？]["'”’)]*\s(?!.*[.!?…。！？]["'”’)]*\s)/s, /\s(?!.*\s)/s]) {
    const match = end.exec(late)
    if (match !== null) return half + length(late.slice(0, match.index + match[0].trimEnd().length))
  }
  return unbroken(letters, longest)
}

/** A place where no letter is torn from what clings to it. @param {string[]} letters @param {number} longest */
function unbroken(letters, longest) {
  for (let end = longest; end > longest - 40; end -= 1) {
    if (!CLINGS.test(letters[end] ?? "") && letters[end - 1] !== "\u200d") return end
  }
  return longest
}
