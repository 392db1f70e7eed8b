/** Names, and whatever else people chose, as they stand in a sentence of ours. No DOM. */

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
