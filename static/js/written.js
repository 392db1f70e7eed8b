/** What people wrote: as the server keeps it (moderation/content/written.py), how much fits in a line, and in a sentence of ours. No DOM. */

/** Code points of one line, of a post (moderation/bounds.py), and those in which a cry for help is heard (chatroom/live/wire.py). */
export const LONGEST = 2000
export const LONGEST_POST = 6000
export const HEARD = 6000

const BREAK = /\r\n?|[\v\f\x85\u2028\u2029]/g
const CONTROL = /[\x00-\x08\x0e-\x1f\x7f-\x9f]/g
/** Letters, signs and unassigned places that show something. */
const SHOWS = /(?![\p{DI}\p{NChar}\u2800\ufffc])[\p{L}\p{N}\p{P}\p{S}\p{Co}\p{Cn}]/u

/** @param {string} text */
export function isVisible(text) {
  return SHOWS.test(text)
}

/** What is kept of a text: blank lines one at a time, nothing invisible alone; "" where nothing can be seen. @param {string} sent */
export function written(sent) {
  /** @type {string[]} */
  const kept = []
  for (const line of sent.replace(BREAK, "\n").replace(CONTROL, "").split("\n")) {
    if (isVisible(line)) kept.push(line)
    else if (kept.length > 0 && kept.at(-1) !== "") kept.push("")
  }
  return kept.join("\n").trim()
}

/** Code points, as the server counts. @param {string} text */
export function length(text) {
  return [...text].length
}

/** The first code points of a text. @param {string} text @param {number} count */
export function beginning(text, count) {
  return text.length <= count ? text : [...text].slice(0, count).join("")
}

// In a sentence of ours

/** Letters that are written from right to left. */
const LEFTWARD = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const [FIRST_STRONG, POP] = ["\u2068", "\u2069"]

/**
 * A name that turns nothing round but itself: between isolates, where it is written from right to left.
 *
 * @param {string} name
 */
export function isolated(name) {
  return LEFTWARD.test(name) && !name.startsWith(FIRST_STRONG) ? FIRST_STRONG + name + POP : name
}
