/** Words as the server keeps them (moderation/content/written.py), and how many fit in one line. No DOM. */

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
