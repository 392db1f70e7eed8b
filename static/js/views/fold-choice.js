/** How I want what is folded: opened one by one, always shown, or always folded. For this tab, as the sound. */

import { el, find } from "../dom.js"
import * as rooms from "../standing.js"

/** @import { Folds } from "../draft.js" */
/** @import { Model } from "../model.js" */

/** @type {Record<Folds["show"], string>} */
const CHOICES = { opened: "I open them one by one", always: "Always show them", never: "Always keep them folded" }

export class FoldChoice {
  #element

  /** @param {Folds} folds @param {() => void} onchange */
  constructor(folds, onchange) {
    const select = /** @type {HTMLSelectElement} */ (
      el("select", { id: "fold-choice", onchange: () => {
        folds.show = /** @type {Folds["show"]} */ (select.value)
        onchange()
      } }, ...Object.entries(CHOICES).map(([value, label]) => el("option", { value }, label)))
    )
    select.value = folds.show
    this.#element = el("p", { class: "fold-choice" }, el("label", { for: "fold-choice" }, "Folded words"), select)
    find("#me").append(this.#element)
  }

  /** @param {Model} model */
  render({ room }) {
    this.#element.hidden = rooms.isOver(room)
  }
}
