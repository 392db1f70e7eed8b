/** A button for what is grave: the first tap asks, the second does it. */

import { el, write } from "../dom.js"

/** A double click is one tap. */
const TOO_SOON = 400

/**
 * @param {string} label
 * @param {string} sure What it says after the first tap.
 * @param {() => void} act
 * @param {Record<string, unknown>} [props]
 */
export function twoTaps(label, sure, act, props = {}) {
  let askedAt = 0
  const rest = () => {
    askedAt = 0
    write(button, label)
    button.removeAttribute("data-sure")
  }
  const button = el(
    "button",
    {
      type: "button",
      class: "grave-act",
      ...props,
      onblur: rest,
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && rest(),
      onclick: () => {
        if (askedAt === 0) {
          askedAt = performance.now()
          write(button, sure)
          button.dataset.sure = ""
          button.focus() // Safari doesn't focus a clicked button, and a blur takes the question back.
        } else if (performance.now() - askedAt > TOO_SOON) {
          rest()
          act()
        }
      },
    },
    label,
  )
  return button
}
