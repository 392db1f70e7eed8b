/** Whether a name looks like a full one, and what could stand for it. No DOM. */

/** Small words within a surname. */
const BETWEEN = new Set("af al am auf ben bin d da dal de del den der des di do dos du e el la las le los ten ter van vom von y zu zum zur".split(" "))
const CAPITAL = /^\p{Lu}[\p{L}\p{M}'’-]+$/u

/**
 * `Benjamin H.` for Benjamin Harrison; null for a first name, one with an initial, and whatever is no name of
 * two words with their capitals. Mary Ann is asked too, and keeps hers.
 *
 * @param {string} name
 * @returns {string | null}
 */
export function shorter(name) {
  const words = name.trim().split(/\s+/)
  const [first = "", last = ""] = [words[0], words.at(-1)]
  if (words.length < 2 || ![first, last].every((word) => CAPITAL.test(word))) return null
  const isName = words.slice(1, -1).every((word) => CAPITAL.test(word) || /^\p{L}\.?$/u.test(word) || BETWEEN.has(word.toLowerCase()))
  return isName ? `${first} ${[...last][0]}.` : null
}
