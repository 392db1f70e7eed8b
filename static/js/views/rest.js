/** A button that has just changed its meaning rests for a moment: a double tap is one tap. */

const MOMENT = 400

/** @param {HTMLElement} button */
export function rest(button) {
  button.setAttribute("aria-disabled", "true")
  setTimeout(() => button.removeAttribute("aria-disabled"), MOMENT)
}

/** @param {HTMLElement} button */
export function isResting(button) {
  return button.getAttribute("aria-disabled") === "true"
}
