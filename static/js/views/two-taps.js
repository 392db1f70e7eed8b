/** A button for what is grave: the first tap asks, the second does it. */

import { el, write } from "../dom.js"
import { isResting, rest } from "./rest.js"

/**
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
