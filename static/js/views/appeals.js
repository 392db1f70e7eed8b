/** What was done to me, one thing at a time, and the way to have another facilitator look at it again. */

import { el, find, write } from "../dom.js"
import { matters } from "./appeal-words.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Matter, Told } from "./appeal-words.js" */

export class AppealsView {
  #acts
  #told
  /** What I have read, or want no more of. @type {Set<string>} */
  #away = new Set()
  /** @type {Matter | null} */
  #matter = null
  /** @type {Model | null} */
  #model = null
  #words = el("p", { dir: "auto" })
  #why = el("p", { class: "bounced", role: "alert", hidden: true })
  #field = /** @type {HTMLTextAreaElement} */ (el("textarea", { id: "appeal-words", rows: 2, maxlength: 2000, dir: "auto" }))
  #send = el("button", { class: "primary" }, "Ask")
  #form = el(
    "form",
    { hidden: true, onsubmit: (/** @type {Event} */ event) => void this.#ask(event) },
    el("label", { for: "appeal-words" }, "A few words about it, if you like"),
    this.#why,
    this.#field,
    el("div", { class: "acts" }, this.#send, el("button", { type: "button", onclick: () => this.#open(false) }, "Cancel")),
  )
  #begin = el("button", { type: "button", "aria-expanded": "false", onclick: () => this.#open(true) }, "Ask another facilitator")
  #done = el("button", { type: "button", onclick: () => this.#putAway() }, "All right")
  #buttons = el("div", { class: "acts" }, this.#begin, this.#done)
  #card = el("div", { class: "offer appeal" }, this.#words, this.#form, this.#buttons)

  /** @param {Acts} acts @param {readonly Told[]} told Grows as more is. */
  constructor(acts, told) {
    this.#acts = acts
    this.#told = told
  }

  /** @param {Model} model */
  render(model) {
    this.#model = model
    const matter = matters(this.#told, model).filter(({ key }) => !this.#away.has(key)).at(-1) ?? null
    if (matter?.key !== this.#matter?.key) this.#open(false, false)
    this.#matter = matter
    if (matter === null) return this.#card.remove()
    write(this.#words, matter.words)
    this.#begin.hidden = !matter.mayAsk
    if (!this.#card.isConnected) find("#offer").append(this.#card)
  }

  /** What was typed stays. @param {boolean} isOpen @param {boolean} focuses */
  #open(isOpen, focuses = true) {
    this.#form.hidden = !isOpen
    this.#buttons.hidden = isOpen
    if (!isOpen) this.#refuse("")
    if (focuses && isOpen) {
      this.#field.focus()
      this.#form.scrollIntoView({ block: "nearest" })
    } else if (focuses) this.#begin.focus()
  }

  #putAway() {
    if (this.#matter !== null) this.#away.add(this.#matter.key)
    if (this.#model !== null) this.render(this.#model)
    if (!this.#card.isConnected) find("#words").focus()
  }

  /** A refusal keeps what was typed. @param {Event} event */
  async #ask(event) {
    event.preventDefault()
    const matter = this.#matter
    if (matter === null) return
    const { about, number } = matter
    const text = this.#field.value.trim()
    const { state, refusal } = await this.#acts.ask({ type: "appeal", about, ...(number === null ? {} : { number }), ...(text === "" ? {} : { text }) })
    if (state !== "confirmed") return this.#refuse(refusal?.words ?? "The server did not answer. Your words are kept; try again.")
    this.#field.value = ""
    this.#open(false, false)
    this.#done.focus()
  }

  /** @param {string} words */
  #refuse(words) {
    write(this.#why, words)
    this.#why.hidden = words === ""
    if (words !== "") this.#field.focus()
  }
}
