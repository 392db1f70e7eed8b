/** The desk's door: the name by which staff are known to members. */

import { el, write } from "../../dom.js"
import { onlyWhole } from "../../enter.js"
import { RefusedError, newId, post } from "../../http.js"

export class Door {
  #onseat
  #id = newId()
  #name = el("input", { id: "staff-name", name: "name", autocomplete: "given-name", maxlength: 40, required: true, dir: "auto", onkeydown: onlyWhole })
  #refusal = el("p", { class: "refusal", role: "alert" })

  /** @param {(seat: number) => void} onseat */
  constructor(onseat) {
    this.#onseat = onseat
    this.element = el(
      "form",
      { class: "desk-door", onsubmit: this.#come, novalidate: true },
      el("h2", {}, "Come to the desk"),
      el("p", {}, "Members who ask for help read this name. A first name is enough."),
      el("label", { for: "staff-name" }, "Your name"),
      this.#name,
      this.#refusal,
      el("div", { class: "acts" }, el("button", { class: "primary" }, "Come to the desk")),
    )
  }

  /** @param {SubmitEvent} event */
  #come = async (event) => {
    event.preventDefault()
    write(this.#refusal, "")
    try {
      const { seat } = await post("/desk/seats", { id: this.#id, name: this.#name.value })
      this.#onseat(seat)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      this.#id = error.refusal.code === "unreachable" ? this.#id : newId()
      write(this.#refusal, error.refusal.words)
      this.#name.focus()
    }
  }
}
