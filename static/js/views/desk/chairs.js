/** The meetings that nobody is in the chair of: one line each, and the way into the room. */

import { age, lostChairs, roomOf, urgencyOf } from "../../desk.js"
import { el, set, write } from "../../dom.js"

/** @import { Desk, Lost } from "../../desk.js" */

export class Chairs {
  element = el("ul", { class: "case-list chairs", "aria-label": "Rooms without a facilitator" })
  /** At the end of the page, where they are out of sight: how many they are, and the way to them. */
  way = el("button", { type: "button", class: "to-chairs", hidden: true, onclick: () => this.#go() })
  /** @type {Map<string, Row>} */
  #rows = new Map()
  #show
  #isSeen = false

  /** @param {() => void} show Brings the list before whoever is at a line. */
  constructor(show) {
    this.#show = show
    new IntersectionObserver((entries) => {
      this.#isSeen = entries.at(-1)?.isIntersecting ?? false
      this.#offer()
    }).observe(this.element)
  }

  #offer() {
    const count = this.#rows.size
    this.way.hidden = this.#isSeen || count === 0
    write(this.way, count === 1 ? "1 room without a facilitator" : `${count} rooms without a facilitator`)
  }

  #go() {
    this.#show()
    this.element.scrollIntoView({ block: "start" })
    this.element.querySelector("a")?.focus()
  }

  /** @param {Desk} desk */
  render(desk) {
    const lost = lostChairs(desk)
    for (const [meeting, row] of this.#rows) {
      if (desk.chairs.has(meeting)) continue
      row.element.remove()
      this.#rows.delete(meeting)
    }
    lost.forEach((each, place) => {
      const row = this.#rows.get(each.meeting) ?? new Row(each)
      this.#rows.set(each.meeting, row)
      row.render(each)
      const there = this.element.children[place]
      if (there !== row.element) this.element.insertBefore(row.element, there ?? null)
    })
    this.element.hidden = lost.length === 0
    this.#offer()
  }

  /** @param {number} now */
  tick(now) {
    for (const row of this.#rows.values()) row.tick(now)
  }
}

class Row {
  #since
  #urgency = el("span", { class: "urgency" })
  #age = el("span", { class: "age" })
  #words = el("p", {})

  /** @param {Lost} lost */
  constructor({ room, since }) {
    this.#since = since
    const name = roomOf(room)
    write(this.#words, `Nobody is in the chair in ${name}`)
    this.element = el(
      "li",
      { class: "case-row" },
      el("p", { class: "case-row-head" }, this.#urgency, el("span", { class: "unseen" }, "for "), this.#age),
      this.#words,
      el("div", { class: "acts" }, this.#way(room, name)),
    )
  }

  /** The desk stays open where it is: there is no other way back to it. @param {string} room @param {string} name */
  #way(room, name) {
    const label = "Go in (new tab)"
    const opens = { href: `/rooms/${room}`, target: "_blank", rel: "noopener" }
    return el("a", { class: "button", ...opens, "aria-label": `${label}: ${name}` }, label)
  }

  /** @param {Lost} lost */
  render(lost) {
    set(this.element, "data-urgency", urgencyOf(lost))
    write(this.#urgency, lost.chair === "quiet" ? "The room went quiet" : "Chair lost")
  }

  /** @param {number} now */
  tick(now) {
    write(this.#age, age(now - this.#since))
  }
}
