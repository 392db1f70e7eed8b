/** Words under a turn: how many put which, and mine. Never read aloud by itself: it comes and goes. */

import { el, find, keyed, set, write } from "../dom.js"
import * as rooms from "../standing.js"
import { reacted } from "../timeline.js"
import { REACTIONS } from "../words.js"

/** @import { Acts } from "../model.js" */
/** @import { Reaction } from "../protocol.js" */
/** @import { Room } from "../room.js" */
/** @import { TurnItem } from "../timeline.js" */

/** @typedef {{ kind: Reaction, count: number, mine: number[], may: boolean }} Word */

export class ReactionsView {
  #item
  #send
  #isOpen = false
  /** @type {Room | null} */
  #room = null
  #words = el("div", { class: "words" })
  #menu = el("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: () => this.#toggle() }, "React")

  /** @param {TurnItem} item @param {Acts} acts */
  constructor(item, { send }) {
    this.#item = item
    this.#send = send
    this.element = el("div", { class: "with", "aria-live": "off" }, this.#words, this.#menu)
  }

  /** @param {Room} room */
  render(room) {
    this.#room = room
    const mayReact = this.#item.seat !== room.seat && this.#item.lines.some(({ words }) => words !== null)
    const allowed = mayReact ? rooms.reactions(room) : []
    const there = reacted(this.#item, room.seat)
    const shown = this.#isOpen ? [...new Set([...there.keys(), ...allowed])] : [...there.keys()]
    const words = shown.map((kind) => ({ kind, ...(there.get(kind) ?? { count: 0, mine: [] }), may: allowed.includes(kind) }))
    keyed(this.#words, words, ({ kind, may }) => `${kind} ${may}`, (word) => this.#build(word), update)
    this.#menu.hidden = allowed.every((kind) => there.has(kind))
    set(this.#menu, "aria-expanded", String(this.#isOpen))
    this.element.hidden = shown.length === 0 && this.#menu.hidden
  }

  /** @param {Word} word */
  #build({ kind, may }) {
    if (!may) return el("span", { class: "soft" }, el("span", { class: "word" }))
    return el("button", { type: "button", onclick: () => this.#press(kind) }, el("span", { class: "word" }))
  }

  /** Once for the whole turn: on at its first line, off wherever it is. @param {Reaction} kind */
  #press(kind) {
    const mine = this.#room === null ? [] : (reacted(this.#item, this.#room.seat).get(kind)?.mine ?? [])
    const first = this.#item.lines.find(({ words }) => words !== null)
    if (mine.length === 0 && first) void this.#send({ type: "react", number: first.number, kind, on: true })
    for (const number of mine) void this.#send({ type: "react", number, kind, on: false })
  }

  #toggle() {
    this.#isOpen = !this.#isOpen
    if (this.#room !== null) this.render(this.#room)
  }
}

/** @param {HTMLElement} element @param {Word} word */
function update(element, { kind, count, mine, may }) {
  write(find(".word", element), count > 0 ? `${REACTIONS[kind]} · ${count}` : REACTIONS[kind])
  if (may) set(element, "aria-pressed", String(mine.length > 0))
}
