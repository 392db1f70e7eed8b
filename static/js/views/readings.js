/** For an assigned reader: the texts of this part, each to be looked at and then posted for everybody. */

import { el, find, isOff, keyed, turnOff } from "../dom.js"
import * as rooms from "../standing.js"
import { isolated } from "../written.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Room } from "../room.js" */

/** @typedef {{ key: string, title: string, text: string }} Reading */

export class ReadingsView {
  #list = el("ul", { class: "readings", "aria-label": "To read in this part", hidden: true })
  #send

  /** @param {Acts} acts */
  constructor({ send }) {
    this.#send = send
    find("#say").before(this.#list)
  }

  /** @param {Model} model */
  render({ room }) {
    const mine = readings(room)
    this.#list.hidden = mine.length === 0
    keyed(this.#list, mine, ({ key }) => key, (reading) => this.#build(reading), (row) => {
      turnOff(find("button", row), "off", rooms.maySpeak(room) !== null)
    })
  }

  /** @param {Reading} reading */
  #build({ title, text }) {
    const summary = el("summary", {}, `To read: ${isolated(title)}`)
    let isSending = false
    const act = async () => {
      if (isSending || isOff(button)) return
      isSending = true
      const { state } = await this.#send({ type: "post", kind: "reading", text })
      isSending = false
      if (state !== "confirmed") return
      details.open = false
      summary.focus()
    }
    const button = el("button", { type: "button", class: "primary", "aria-label": `Post this reading: ${title}`, onclick: act }, "Post this reading")
    const words = el("p", { dir: "auto", tabindex: "0" }, text)
    const details = el("details", {}, summary, words, el("div", { class: "acts" }, button))
    return el("li", {}, details)
  }
}

/** The panel has them for a facilitator. @param {Room} room @returns {Reading[]} */
function readings(room) {
  const phase = rooms.currentPhase(room)
  const reads = rooms.isOpen(room) && phase?.speak === "reader" && rooms.serving(room, "reader").includes(room.seat)
  if (!reads || rooms.isFacilitator(room)) return []
  return phase.slots.flatMap(({ title, role, text, url }, index) => {
    const words = [text, url].filter((part) => part !== undefined && part !== "").join("\n")
    return words === "" || role === "facilitator" ? [] : [{ key: `${phase.id} ${index}`, title, text: words }]
  })
}
