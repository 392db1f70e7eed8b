/** My own words that wait for a facilitator, below the talk; and those that come back, in the field. Loaded behind the page. */

import { el, find, keyed, write } from "../dom.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { MeetingEntry } from "../room.js" */

const FIELD = /** @type {HTMLTextAreaElement} */ (find("#words"))
const SAY = find("#say")

export class WaitsView {
  #acts
  #list = el("div", { id: "waits" })
  #hasNew = false

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts
    find("#pending").after(this.#list)
  }

  /** @param {Model} model @returns {boolean} Whether words came. */
  render({ room }) {
    this.#hasNew = false
    keyed(this.#list, room.waits, ({ number }) => number, (one) => this.#build(one))
    return this.#hasNew
  }

  /** What comes back is a draft again, where nothing else is being written. @param {MeetingEntry["entry"]} entry */
  heard(entry) {
    if (entry.type !== "held_yours_ended" || !entry.words) return
    if (FIELD.value !== "" || SAY.hasAttribute("data-private")) return
    FIELD.value = entry.words
    FIELD.dispatchEvent(new Event("input", { bubbles: true }))
  }

  /** @param {Model["room"]["waits"][number]} one */
  #build({ number, words }) {
    this.#hasNew = true
    const said = el("p", { class: "soft state", role: "status" })
    const back = el("button", { type: "button" }, "Take it back")
    back.addEventListener("click", async () => {
      const { refusal, state } = await this.#acts.ask({ type: "take_back_held", number })
      if (state === "unsent") write(said, "The server did not answer. Try once more.")
      else if (refusal !== null) write(said, refusal.words)
    })
    write(said, "Waits for a facilitator. Nobody else has read it; if nobody decides within two minutes, you have it back.")
    return el("article", { class: "turn pending", "aria-label": "Your words, which wait for a facilitator" }, el("p", { dir: "auto" }, words ?? ""), said, el("div", { class: "acts" }, back))
  }
}
