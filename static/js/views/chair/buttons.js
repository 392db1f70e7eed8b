/** Acts as buttons; what is there already is kept, and with it the focus. */

import { el, find, isOff, keyed, set, write } from "../../dom.js"
import { twoTaps } from "../taps.js"

/** @import { SeatCommand } from "../../protocol.js" */
/** @import { Act } from "./sight.js" */

/** Does a command, and says what came of it where that is not to be seen. */
/** @typedef {(command: SeatCommand, done?: string, place?: HTMLElement | null) => Promise<boolean>} Perform */

/**
 * Makes the buttons of `element` those of `acts`.
 *
 * @param {HTMLElement} element
 * @param {readonly Act[]} acts
 * @param {Perform} perform
 */
export function showActs(element, acts, perform) {
  element.hidden = acts.length === 0
  keyed(element, acts, ({ key }) => key, (act) => actButton(act, perform))
}

/** @param {Act} act @param {Perform} perform */
function actButton({ label, name, primary, grave, first, command }, perform) {
  const act = async () => {
    if (typeof command === "function") return command()
    return (first === undefined || (await perform(first))) && perform(command)
  }
  if (grave) return twoTaps(label, act)
  return button(label, act, { class: primary ? "primary" : null, "aria-label": name ?? null })
}

/**
 * @param {string} label
 * @param {() => unknown} act
 * @param {Record<string, unknown>} [props]
 */
export function button(label, act, props = {}) {
  /** @type {HTMLButtonElement} */
  const made = el("button", { type: "button", ...props, onclick: () => !isOff(made) && act() }, label)
  return made
}

/**
 * A fold that is filled whenever it is opened: most are never.
 *
 * @param {string} label
 * @param {(inside: HTMLElement) => void} build
 * @param {Record<string, unknown>} [props]
 */
export function fold(label, build, props = {}) {
  const inside = el("div", { class: "inside" })
  const summary = el("summary", {}, label, el("span", { class: "unseen" }))
  const details = el("details", { class: "grave", ...props }, summary, inside)
  details.addEventListener("toggle", () => details.open && build(inside))
  return showWhole(details)
}

/** What a fold holds comes into sight when it is opened. @param {HTMLDetailsElement} details */
export function showWhole(details) {
  details.addEventListener("toggle", () => details.open && details.scrollIntoView({ block: "nearest" }))
  return details
}

/** What a screen reader hears behind the label of a fold. @param {HTMLElement} details @param {string} words */
export function nameFold(details, words) {
  write(find("summary .unseen", details), words)
}

/**
 * Draws, and brings the focus back to where it was: a row that moves in its list loses it, and a
 * button that goes leaves it to its neighbour, or else to `home`.
 *
 * @param {HTMLElement} within
 * @param {() => void} draw
 * @param {HTMLElement} [home]
 */
export function keepFocus(within, draw, home = within) {
  const before = document.activeElement
  const had = before instanceof HTMLElement && within.contains(before)
  draw()
  // A browser takes the focus from what is hidden only later.
  if (!had || (document.activeElement === before && canFocus(before))) return
  if (canFocus(before)) return before.focus({ preventScroll: true })
  const next = [...within.querySelectorAll("button, summary")].find(canFocus)
  if (next instanceof HTMLElement) return next.focus({ preventScroll: true })
  set(home, "tabindex", "-1")
  home.focus({ preventScroll: true })
}

/** Whether it is to be seen, and does not belong to a row that goes. @param {Element} one */
function canFocus(one) {
  return one.isConnected && one.checkVisibility() && one.closest("[inert]") === null
}
