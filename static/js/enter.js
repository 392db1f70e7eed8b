/** Enter: whether it sends what stands in a field, or belongs to whoever is still choosing a word. No DOM. */

/**
 * What keydown says of a key; `keyCode` alone tells in Safari.
 *
 * @typedef {Pick<KeyboardEvent, "key" | "shiftKey" | "isComposing" | "keyCode">} Key
 */

/** The key code of what goes to an input method and not to the page. */
const TO_INPUT_METHOD = 229

/**
 * Whether a key picks or ends a word of an input method. Safari ends the composition first and says
 * `isComposing: false` of the very Enter that ended it.
 *
 * @param {Key} event
 */
export function isChoosing({ isComposing, keyCode }) {
  return isComposing || keyCode === TO_INPUT_METHOD
}

/** Whether this key sends, in a field of several lines: on a phone Enter is a new line. @param {Key} event */
export function sends(event) {
  return event.key === "Enter" && !event.shiftKey && !isChoosing(event) && !matchMedia("(pointer: coarse)").matches
}

/** On the keydown of a field whose form goes out with Enter: half a word does not. @param {KeyboardEvent} event */
export function onlyWhole(event) {
  if (event.key === "Enter" && isChoosing(event)) event.preventDefault()
}
