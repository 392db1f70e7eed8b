/** Taps: one that comes too soon after another, and two for what is grave. */

import { el, write } from "../dom.js"

const MOMENT = 400

/**
 * A button that has just changed its meaning rests for a moment: a double tap is one tap.
 *
 * @param {HTMLElement} button
 */
export function rest(button) {
  button.setAttribute("aria-disabled", "true")
  setTimeout(() => button.removeAttribute("aria-disabled"), MOMENT)
}

/** @param {HTMLElement} button */
export function isResting(button) {
  return button.getAttribute("aria-disabled") === "true"
}

/**
 * A button for what is grave: the first tap asks, the second does it.
 *
 * @param {string} label
 * @param {string} sure What it says after the first tap.
 * @param {() => void} act
 * @param {Record<string, unknown>} [props]
 */
export function twoTaps(label, sure, act, props = {}) {
  let isAsked = false
  const ask = (/** @type {boolean} */ asked) => {
    isAsked = asked
    write(button, asked ? sure : label)
    button.toggleAttribute("data-sure", asked)
  }
  const button = el(
    "button",
    {
      type: "button",
      class: "grave-act",
      ...props,
      onblur: () => ask(false),
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && ask(false),
      onclick: () => {
        if (isResting(button)) return
        if (!isAsked) {
          button.focus() // Safari doesn't focus a clicked button, and a blur takes the question back.
          ask(true)
          rest(button)
        } else {
          ask(false)
          act()
        }
      },
    },
    label,
  )
  return button
}
