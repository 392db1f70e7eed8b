/** Two taps for what is grave. */

import { el, isOff, write } from "../dom.js"

/**
 * A button for what is grave: the first tap asks, the second does it. Both say the same: what it does,
 * and to whom. That the second is not the first once more, aim.js sees to.
 *
 * @param {string} label Begins with what it does.
 * @param {() => void} act
 * @param {Record<string, unknown>} [props]
 */
export function twoTaps(label, act, props = {}) {
  let isAsked = false
  const ask = (/** @type {boolean} */ asked) => {
    isAsked = asked
    write(button, asked ? yes(label) : label)
    button.toggleAttribute("data-sure", asked)
  }
  const button = el(
    "button",
    {
      type: "button",
      class: "grave-act",
      ...props,
      onblur: () => ask(false),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape" || !isAsked) return
        event.preventDefault() // It takes the question back, and does not close what the button stands in.
        ask(false)
      },
      onclick: () => {
        if (isOff(button)) return
        button.focus() // Safari doesn't focus a clicked button, and a blur takes the question back.
        const isSure = isAsked
        ask(!isSure)
        if (isSure) act()
      },
    },
    label,
  )
  return button
}

/** `Yes, freeze the room`. @param {string} label */
function yes(label) {
  return `Yes, ${label.charAt(0).toLowerCase()}${label.slice(1)}`
}
