/** Above the field: what came back, and what can be done next. It goes when its reason has gone. */

import { el, fill, find } from "../dom.js"
import { bounced } from "./bounced.js"
import { helplineList } from "./helplines.js"
import { answer, standing, stillHolds } from "../answer-words.js"

/** @import { Refusal } from "../protocol.js" */
/** @import { Room } from "../room.js" */

/** Milliseconds in which the entry that a refusal is about may still be on its way. */
const ON_ITS_WAY = 1_500

export class AnswerView {
  #box = find("#bounced")
  #field
  #code = ""
  #at = 0
  #standing = ""
  #hasHeld = false
  /** The marked pieces of the words; while one of them is in the field, the reason is there. @type {string[]} */
  #pieces = []
  #words = ""

  /** @param {HTMLTextAreaElement} field */
  constructor(field) {
    this.#field = field
  }

  /**
   * @param {Refusal} refusal
   * @param {Room} room
   * @param {string} text The words it is about.
   * @param {import("./bounced.js").Ways} ways
   */
  refuse(refusal, room, text, ways) {
    const letters = [...text]
    this.#code = refusal.code
    this.#pieces = (refusal.spans ?? []).map(([from, to]) => letters.slice(from, to).join(""))
    this.#words = text
    this.#at = performance.now()
    this.#standing = standing(room)
    this.#hasHeld = false
    const { preview, offers } = bounced(refusal, text, ways)
    this.#fill(answer(refusal, room), offers, preview, offers.length === 0 || preview === null ? "OK" : "")
    if (refusal.code === "methods") find(".said", this.#box).after(helplineList(ways.helplines))
  }

  /**
   * What has no refusal behind it, and stays until the words are changed.
   *
   * @param {string} words @param {HTMLElement[]} [offers] @param {HTMLElement | null} [preview]
   */
  say(words, offers = [], preview = null) {
    this.#code = ""
    this.#pieces = []
    this.#words = this.#field.value
    this.#fill(words, offers, preview)
  }

  /** @param {string} words @param {HTMLElement[]} offers @param {HTMLElement | null} [preview] @param {string} [label] Of what puts it away; none where the offers do. */
  #fill(words, offers, preview = null, label = "OK") {
    const ok = el("button", { type: "button", onclick: () => (this.clear(), this.#field.focus()) }, label)
    fill(this.#box, el("p", { class: "said" }, words), preview, el("div", { class: "acts" }, ...offers, label && ok))
    this.#box.hidden = false
    // In a small window what came back may lie behind the field, or have pushed it out; where it does not fit it is read from its beginning.
    if (document.activeElement !== this.#field) return
    for (const part of [this.#field, this.#box]) part.scrollIntoView({ block: "nearest" })
  }

  clear() {
    if (this.#box.hidden) return
    this.#box.hidden = true
    fill(this.#box)
  }

  /** The words were changed: what was said of them may not be so any more. */
  changed() {
    if (this.#box.hidden) return
    const text = this.#field.value
    const isMended = this.#pieces.length > 0 && !this.#pieces.some((piece) => text.includes(piece))
    if (isMended || text.trim() === "" || (this.#pieces.length === 0 && this.#code === "" && text !== this.#words)) this.clear()
  }

  /** The room moved on. @param {Room} room */
  render(room) {
    if (this.#box.hidden || this.#code === "" || this.#pieces.length > 0) return
    const holds = stillHolds(this.#code, room)
    if (holds === true && !this.#hasHeld) {
      this.#hasHeld = true
      this.#standing = standing(room)
    }
    if (holds === true && standing(room) === this.#standing) return
    const isNew = performance.now() - this.#at < ON_ITS_WAY
    if (isNew && !this.#hasHeld) {
      if (holds === null) this.#standing = standing(room)
      return
    }
    if (holds === false || standing(room) !== this.#standing) this.clear()
  }
}
