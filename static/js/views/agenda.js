/** The agenda: what is done, what is now, what comes. */

import { el, find, keyed, set, write } from "../dom.js"
import { minutesLeft, rules } from "../words.js"

/** @import { Model } from "../model.js" */
/** @import { Phase } from "../protocol.js" */

export class AgendaView {
  #list = find("#agenda ol")
  #rules = find("#rules")
  /** On a phone that column is in a sheet: the talk begins with how the meeting works. */
  #onPhone = el("ul", { class: "soft" })
  #fold = el("details", { class: "how" }, el("summary", {}, "How this meeting works"), this.#onPhone)

  constructor() {
    find("#log").before(this.#fold)
  }

  /** @param {Model} model */
  render({ room, now }) {
    const reached = room.closedAt !== null ? room.phases.length : room.phase
    const left = minutesLeft(room, now)
    const kept = room.closedAt === null ? rules(room) : []
    for (const list of [this.#rules, this.#onPhone]) keyed(list, kept, (rule) => rule, (rule) => el("li", {}, rule))
    this.#fold.hidden = kept.length === 0
    keyed(this.#list, room.phases, (phase) => phase.id, build, (element, phase) => {
      const index = room.phases.indexOf(phase)
      const state = index < reached ? "done" : index === reached ? "now" : "next"
      set(element, "data-state", state)
      set(element, "aria-current", state === "now" ? "step" : null)
      write(find(".mark", element), { done: "done: ", now: "now: ", next: "" }[state])
      write(find(".minutes", element), minutes(phase, state === "now" ? left : null, state))
    })
  }
}

/** @param {Phase} phase */
function build(phase) {
  return el(
    "li",
    {},
    el("span", { class: "title" }, el("span", { class: "mark unseen" }), phase.title),
    el("span", { class: "minutes" }),
  )
}

/** @param {Phase} phase @param {number | null} left @param {string} state */
function minutes(phase, left, state) {
  if (state === "done" || phase.minutes === 0) return ""
  return left !== null && left > 0 ? `${left} min` : `${phase.minutes} min`
}
