/** An appeal, and the two answers to it, with a word to whom it befell. */

import { el, find, write } from "../../dom.js"
import { openOver } from "../sheet.js"
import { appealTitle, appealWords, UNDO } from "./appeal-notices.js"
import { button } from "./buttons.js"
import { stand } from "./strikes.js"

/** @import { Model } from "../../model.js" */
/** @import { Perform } from "./buttons.js" */

const ANSWERED = "Another facilitator has answered this appeal."

export class AppealSheet {
  #perform
  #appeal = 0
  #title = el("h2", { id: "appeal-title", dir: "auto" })
  #words = el("p", { dir: "auto" })
  #line = el("p", { class: "chair-line", role: "status" })
  #field = /** @type {HTMLTextAreaElement} */ (el("textarea", { id: "appeal-answer", rows: 2, maxlength: 2000, dir: "auto" }))
  #undo = button("", () => void this.#answer(true))
  #stands = button("It stands", () => void this.#answer(false))
  #body = el(
    "div",
    { class: "body" },
    this.#words,
    el("label", { for: "appeal-answer" }, "A word to them, if you like"),
    this.#field,
    el("div", { class: "acts" }, this.#undo, this.#stands),
  )
  #dialog = /** @type {HTMLDialogElement} */ (
    el(
      "dialog",
      { class: "sheet person", "aria-labelledby": "appeal-title" },
      el("div", { class: "sheet-head" }, button("Back", () => this.close())),
      el("div", { class: "person-head" }, this.#title, this.#line),
      this.#body,
    )
  )
  /** @type {Model | null} */
  #model = null

  /** @param {Perform} perform */
  constructor(perform) {
    this.#perform = perform
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.close())
    document.body.append(this.#dialog)
  }

  /** @param {number} appeal */
  open(appeal) {
    if (this.#appeal !== appeal) this.#field.value = ""
    this.#appeal = appeal
    write(this.#line, "")
    this.#update()
    openOver(this.#dialog)
  }

  close() {
    if (this.#dialog.open) this.#dialog.close()
  }

  /** @param {Model} model */
  render(model) {
    this.#model = model
    if (this.#dialog.open) this.#update()
  }

  #update() {
    if (this.#model === null) return
    const { room, now } = this.#model
    const appeal = stand(room).appeals.find((one) => one.appeal === this.#appeal)
    for (const part of [this.#undo, this.#stands]) part.hidden = appeal === undefined
    if (appeal === undefined) return write(this.#line, ANSWERED)
    write(this.#title, appealTitle(room, appeal))
    write(this.#words, appealWords(room, appeal, now))
    write(this.#undo, UNDO[appeal.about])
  }

  /** A refusal keeps what was typed. @param {boolean} upheld */
  async #answer(upheld) {
    const text = this.#field.value.trim()
    const command = /** @type {const} */ ({ type: "answer_appeal", appeal: this.#appeal, upheld })
    if (!(await this.#perform({ ...command, ...(text === "" ? {} : { text }) }, "", this.#line))) return
    this.#field.value = ""
    this.close()
    find("#words").focus()
  }

  remove() {
    this.close()
    this.#dialog.remove()
  }
}
