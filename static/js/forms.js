/** Forms of the plain pages: what was typed goes out as JSON, and a no stands beside it, with everything kept. */

import { el, isOff, turnOff, write } from "./dom.js"
import { RefusedError, post } from "./http.js"
import { bindLeave } from "./leave.js"
import { guardAim } from "./views/aim.js"
import { bindHelp } from "./views/help.js"

/** @typedef {(answer: any, form: HTMLFormElement) => void} Done */

/** Milliseconds between the two taps of what is grave. */
const SURE_AFTER = 600

/** What every page of those who serve has. @param {Record<string, any>} door */
export function begin(door) {
  bindLeave()
  guardAim()
  bindHelp(() => ({ room: null, helplines: door.helplines ?? [], kept: door.case_kept ?? "" }))
  for (const time of document.querySelectorAll("time[data-time]")) showTime(/** @type {HTMLTimeElement} */ (time))
}

/** Each form with `data-post` goes there. @param {Done} [done] */
export function bindForms(done = follow) {
  for (const form of document.querySelectorAll("form[data-post]")) bindForm(/** @type {HTMLFormElement} */ (form), done)
}

/** @param {HTMLFormElement} form @param {Done} done */
export function bindForm(form, done) {
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("button:not([type=button])"))
    if (button?.dataset.sure && !isSure(button)) return
    void sending(form, async () => done(await post(form.dataset.post ?? "", content(form)), form))
  })
}

/** What is grave takes two taps, and the second says what it does. @param {HTMLButtonElement} button */
function isSure(button) {
  if (button.dataset.asked) return !isOff(button)
  button.dataset.asked = "1"
  button.removeAttribute("aria-label")
  write(button, button.dataset.sure ?? "")
  turnOff(button, "off", true)
  setTimeout(() => turnOff(button, "off", false), SURE_AFTER)
  return false
}

/** One at a time; a no is said in the form. @param {HTMLElement} form @param {() => Promise<void>} send */
export async function sending(form, send) {
  if (form.dataset.sending) return
  form.dataset.sending = "1"
  say(form, "")
  try {
    await send()
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const why = error.refusal.facts?.why
    say(form, typeof why === "string" && why !== "" ? `${error.message} (${why})` : error.message)
  } finally {
    delete form.dataset.sending
  }
}

/** @param {Element} form @param {string} words */
export function say(form, words) {
  const said = form.querySelector(".said")
  if (said !== null) write(said, words)
}

/** @param {any} answer */
function follow(answer) {
  if (answer?.url) location.assign(answer.url)
  else location.reload()
}

/**
 * The fields by their names. A box that is ticked is true; several with one value each, and those of
 * `data-list`, are a list; what has `data-number` is a number, and empty it is null.
 *
 * @param {HTMLFormElement} form
 */
export function content(form) {
  /** @type {Record<string, any>} */
  const found = {}
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement)) continue
    if (!field.name) continue
    if (field instanceof HTMLInputElement && field.type === "checkbox") ticked(found, field)
    else if (field instanceof HTMLInputElement && field.type === "radio") field.checked && (found[field.name] = field.value)
    else if (field.dataset.number !== undefined) found[field.name] = field.value === "" ? null : Number(field.value)
    else found[field.name] = field.value
  }
  return found
}

/** @param {Record<string, any>} found @param {HTMLInputElement} box */
function ticked(found, box) {
  if (box.dataset.list === undefined) {
    found[box.name] = box.checked
    return
  }
  found[box.name] ??= []
  if (box.checked) found[box.name].push(box.value)
}

/** A moment as people here write it. @param {HTMLTimeElement} time */
export function showTime(time) {
  const at = new Date(Number(time.dateTime) * 1000)
  time.dateTime = at.toISOString()
  const isToday = at.toDateString() === new Date().toDateString()
  write(time, isToday ? at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) : at.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" }))
}

/** @param {readonly string[]} items */
export function rows(items) {
  return items.map((item) => el("li", {}, item))
}
