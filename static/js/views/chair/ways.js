/** The group's own ways: how its next meetings will be held. */

import { el, fill, set, turnOff, write } from "../../dom.js"
import { RefusedError, post } from "../../http.js"
import { WAYS, changes, chosen, intro, options } from "./ways-words.js"

/** @import { Refusal } from "../../protocol.js" */
/** @import { Found, Name } from "./ways-words.js" */

const PATIENCE = 10_000
const NOT_HERE = "This can't be had just now. Look at your connection, then try again."

export class WaysForm {
  #path
  /** What the server said last. @type {Found | null} */
  #found = null
  #isSaving = false
  #intro = el("p", { class: "soft" })
  #rows = WAYS.map(row)
  #why = el("p", { class: "bounced", role: "alert", hidden: true })
  #again = el("button", { type: "button", hidden: true, onclick: () => this.#lookAgain() }, "Try again")
  #save = el("button", { class: "primary" }, "Save for the next meetings")
  #line = el("p", { class: "ways-line", role: "status" })
  #form = el(
    "form",
    { class: "chair-ways", autocomplete: "off", hidden: true, onsubmit: (/** @type {Event} */ event) => void this.#submit(event) },
    ...this.#rows.map(({ element }) => element),
    el("div", { class: "acts" }, this.#save),
  )
  element = el("div", {}, this.#intro, this.#form, this.#why, this.#again, this.#line)

  /** @param {string} room Its slug. */
  constructor(room) {
    this.#path = `/rooms/${room}/ways`
  }

  /** Asks how they are now, as another facilitator may have changed them; what is not saved yet stays. */
  async look() {
    if (this.#isSaving || Object.keys(this.#changes()).length > 0) return
    this.#tell("")
    const before = this.#picked()
    try {
      const response = await fetch(this.#path, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) })
      const answer = await response.json()
      if (response.ok) this.#show(answer, before)
      else this.#refuse(answer.words ?? NOT_HERE)
    } catch {
      this.#refuse(NOT_HERE)
    }
    this.#again.hidden = this.#found !== null
  }

  async #lookAgain() {
    await this.look()
    if (this.#found !== null) this.#rows[0]?.select.focus()
  }

  /** @returns {Map<Name, string>} */
  #picked() {
    return new Map(this.#rows.map(({ name, select }) => [name, select.value]))
  }

  #changes() {
    return this.#found === null ? {} : changes(this.#found, this.#picked())
  }

  /** A way that was chosen anew while the answer was on its way stays so. @param {Found} found @param {ReadonlyMap<Name, string>} before */
  #show(found, before) {
    this.#found = found
    write(this.#intro, intro(found))
    for (const { name, select } of this.#rows) {
      const value = select.value === before.get(name) ? chosen(name, found) : select.value
      fill(select, ...options(name, found).map(({ value, label }) => el("option", { value }, label)))
      select.value = value
    }
    this.#form.hidden = false
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault()
    if (this.#isSaving) return
    const [ways, picked] = [this.#changes(), this.#picked()]
    if (Object.keys(ways).length === 0) return this.#tell("They are so already.")
    this.#saving(true)
    this.#tell("")
    try {
      this.#show(await post(this.#path, { ways }), picked)
      this.#tell("Saved. They hold from the next meeting on.")
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      this.#refuse(error.refusal.words, error.refusal)
    } finally {
      this.#saving(false)
    }
  }

  /** @param {boolean} is */
  #saving(is) {
    this.#isSaving = is
    turnOff(this.#save, "off", is)
  }

  /** What was chosen stays. @param {string} words @param {Refusal} [refusal] */
  #refuse(words, refusal) {
    write(this.#why, words)
    this.#why.hidden = false
    const about = this.#rows.find(({ name }) => String(refusal?.facts?.why ?? "").startsWith(`${name}:`))
    if (about === undefined) return
    set(about.select, "aria-invalid", "true")
    about.select.focus()
  }

  /** @param {string} words */
  #tell(words) {
    write(this.#why, "")
    this.#why.hidden = true
    for (const { select } of this.#rows) set(select, "aria-invalid", null)
    write(this.#line, words)
  }
}

/** @param {typeof WAYS[number]} way */
function row({ name, title, hint }) {
  const id = `way-${name}`
  const select = el("select", { id, autocomplete: "off", "aria-describedby": `${id}-hint` })
  const element = el("div", {}, el("label", { for: id }, title), select, el("p", { id: `${id}-hint`, class: "soft" }, hint))
  return { name, select, element }
}
