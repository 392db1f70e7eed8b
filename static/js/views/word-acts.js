/** What can be done with words: to open what is folded, take one's own back, report others', care for who wrote them. */

import { el, find, keyed, set, style, write } from "../dom.js"
import { foldLabel, toAuthor, without } from "../folds.js"
import * as rooms from "../standing.js"
import { markEdited, mayEdit, openEditor } from "./edit.js"
import { FoldChoice } from "./fold-choice.js"
import { askWhy } from "./report.js"
import { twoTaps } from "./taps.js"
import { askWhetherWorried } from "./worry.js"

/** @import { Folds } from "../draft.js" */
/** @import { Acts, Model } from "../model.js" */
/** @import { Room } from "../room.js" */
/** @import { CardItem, Line, TurnItem } from "../timeline.js" */
/** @import { Place } from "./help.js" */

/**
 * @typedef {object} Ways
 * @property {Acts} acts
 * @property {Folds} folds What this reader chose; changed here.
 * @property {() => void} onchange They chose otherwise: the talk is made anew.
 * @property {() => Place} place Where Help is asked for.
 */

/** @typedef {TurnItem | CardItem} Card */
/** @typedef {{ key: string, build: () => HTMLElement, update?: (button: HTMLElement) => void }} Act */

export class WordActs {
  #ways
  #choice
  /** The cards whose acts are open, by their keys. @type {Set<string>} */
  #open = new Set()
  /** @type {Room | null} */
  #room = null
  #now = 0
  /** The cards whose acts are open, and which of their lines can be changed. @type {Map<string, { card: HTMLElement, item: Card, edits: string }>} */
  #shown = new Map()

  /** @param {Ways} ways */
  constructor(ways) {
    this.#ways = ways
    this.#choice = new FoldChoice(ways.folds, ways.onchange)
    void style("../../css/word-acts.css", import.meta.url).catch(() => {})
  }

  /** @param {Model} model */
  render(model) {
    this.#choice.render(model)
    this.#now = model.now
    this.#room = model.room
    // What can't be changed any more is not offered any more.
    for (const { card, item, edits } of this.#shown.values()) if (edits !== this.#edits(item)) this.show(card, item, model.room)
  }

  /** @param {Card} item */
  #edits(item) {
    return item.lines.filter((line) => this.#mayEdit(item, line)).map(({ number }) => number).join()
  }

  /** @param {Card} item @param {Line} line */
  #mayEdit(item, line) {
    return this.#room !== null && mayEdit(this.#room, item, line, this.#now)
  }

  /** What stands on a card beside its words. @param {HTMLElement} card @param {Card} item @param {Room} room */
  show(card, item, room) {
    this.#room = room
    const mine = item.seat === room.seat
    const isOpen = this.#open.has(item.key)
    if (isOpen) this.#shown.set(item.key, { card, item, edits: this.#edits(item) })
    else this.#shown.delete(item.key)
    const lines = find(".shares", card)
    for (const line of item.lines) {
      const row = lines.querySelector(`[data-number="${line.number}"]`)
      if (!(row instanceof HTMLElement)) continue
      this.#showFold(row, line, item)
      markEdited(row, line, room)
      const acts = isOpen && line.words !== null ? this.#actsOn(line, item) : []
      place(row, "take", acts)
      // Of several lines in a card, which one an act is on; of one that is folded for this reader nothing is told.
      const which = foldLabel(line, this.#ways.folds) || (line.words ?? "").slice(0, 40)
      for (const button of row.querySelectorAll(":scope > .take > button")) set(button, "aria-description", which)
      if (acts.length === 0) row.querySelector(".asking:not(.editing)")?.remove()
    }
    const isThere = item.lines.some(({ words }) => words !== null)
    const cares = isOpen && isThere && !mine && rooms.sits(room, item.seat)
    place(lines, "take care", cares ? [this.#worry(lines, item)] : [])
    if (!cares) lines.querySelector(":scope > .asking")?.remove()
    this.#options(card, item).hidden = !isThere
  }

  /** What stands for words that this reader does not see; empty where they do. @param {Line} line */
  labelOf(line) {
    return foldLabel(line, this.#ways.folds)
  }

  /** The button that opens the acts of a card; not read aloud when the card comes in. @param {HTMLElement} card @param {Card} item */
  #options(card, item) {
    const isOpen = this.#open.has(item.key)
    let button = card.querySelector(".options")
    if (!(button instanceof HTMLElement)) {
      button = el("button", { type: "button", class: "quiet options", onclick: () => this.#toggle(card, item) }, el("span", { "aria-hidden": "true" }, "⋯"))
      find("header", card).append(el("span", { "aria-live": "off" }, button))
    }
    set(button, "aria-label", this.#isMine(item) ? "Options for your words" : `Options for the words of ${this.#nameOf(item)}`)
    set(button, "aria-expanded", String(isOpen))
    return /** @type {HTMLElement} */ (button)
  }

  /** @param {HTMLElement} card @param {Card} item */
  #toggle(card, item) {
    if (!this.#open.delete(item.key)) this.#open.add(item.key)
    if (this.#room !== null) this.show(card, item, this.#room)
    card.querySelector(".take")?.scrollIntoView({ block: "nearest" })
  }

  /** @param {Card} item */
  #isMine({ seat }) {
    return seat === this.#room?.seat
  }

  /** @param {Card} item */
  #nameOf({ seat }) {
    return this.#room === null || rooms.isUnknown(this.#room, seat) ? "Somebody" : rooms.nameOf(this.#room, seat)
  }

  // What is folded

  /** @param {HTMLElement} row @param {Line} line @param {Card} item */
  #showFold(row, line, item) {
    const { folds } = this.#ways
    const { number, words, fold } = line
    const isKept = folds.kept.includes(number)
    const mayOpen = words !== null && (isKept || (fold !== "" && folds.show === "opened"))
    const told = words !== null && fold !== "" && this.#isMine(item) ? toAuthor(line) : ""
    let way = row.querySelector(".way")
    if (!mayOpen && told === "") return way?.remove()
    if (way === null) {
      const button = el("button", { type: "button", class: "quiet", onclick: () => this.#turn(number) })
      way = el("div", { class: "way" }, el("p", { class: "soft" }), el("span", { "aria-live": "off" }, button))
      find("p", row).after(way)
    }
    const isFolded = foldLabel(line, folds) !== ""
    const button = find("button", way)
    button.hidden = !mayOpen
    write(button, isFolded ? "Open" : "Fold again")
    set(button, "aria-expanded", String(!isFolded))
    set(button, "aria-label", isFolded ? `Open what ${this.#isMine(item) ? "you" : this.#nameOf(item)} wrote` : null)
    write(find("p", way), told)
    find("p", way).hidden = told === ""
  }

  /** @param {number} number */
  #turn(number) {
    const { folds, onchange } = this.#ways
    if (folds.kept.includes(number)) folds.kept = without(folds.kept, number)
    else folds.opened = folds.opened.includes(number) ? without(folds.opened, number) : [...folds.opened, number]
    onchange()
  }

  // The acts on a line

  /** @param {Line} line @param {Card} item @returns {Act[]} */
  #actsOn(line, item) {
    if (this.#isMine(item)) return [...(this.#mayEdit(item, line) ? [this.#edit(line)] : []), this.#take("Take these words back for good", line)]
    const keep = this.#keep(line)
    if (this.#room === null || !rooms.isFacilitator(this.#room)) return [this.#report(line), keep]
    return [keep, ...this.#foldForAll(line), this.#take("Take these words out for everyone", line)]
  }

  /** @param {Line} line @returns {Act} */
  #edit(line) {
    const open = (/** @type {HTMLElement} */ button) => {
      const [row, card] = [button.closest(".share"), button.closest("article")]
      const back = () => (button.isConnected ? button : /** @type {HTMLElement | null | undefined} */ (card?.querySelector(".options")))?.focus()
      if (row instanceof HTMLElement) openEditor(row, line, this.#ways.acts, () => /** @type {Room} */ (this.#room), back)
    }
    return { key: "edit", build: () => opener("Edit", open) }
  }

  /** @param {string} label @param {Line} line @returns {Act} */
  #take(label, { number }) {
    const act = () => this.#ways.acts.send({ type: "redact", number })
    return { key: "take", build: () => twoTaps(label, act) }
  }

  /** For this reader alone. @param {Line} line @returns {Act} */
  #keep({ number }) {
    const { folds, onchange } = this.#ways
    const toggle = () => {
      folds.kept = folds.kept.includes(number) ? without(folds.kept, number) : [...folds.kept, number]
      folds.opened = without(folds.opened, number)
      onchange()
    }
    return {
      key: "keep",
      build: () => el("button", { type: "button", onclick: toggle }, "Keep folded for me"),
      update: (button) => set(button, "aria-pressed", String(folds.kept.includes(number))),
    }
  }

  /** @param {Line} line @returns {Act[]} */
  #foldForAll({ number, fold }) {
    if (this.#room === null || rooms.isOver(this.#room)) return []
    const type = fold === "" ? "fold" : "unfold"
    const label = fold === "" ? "Fold for everyone" : "Unfold for everyone"
    return [{ key: type, build: () => el("button", { type: "button", onclick: () => void this.#ways.acts.send({ type, number }) }, label) }]
  }

  /** @param {Line} line @returns {Act} */
  #report({ number }) {
    const ask = (/** @type {HTMLElement} */ button) => {
      const row = button.closest(".share")
      if (row !== null && row.querySelector(".asking") === null) row.append(askWhy(number, this.#ways.acts, button))
    }
    return { key: "report", build: () => opener("Report…", ask) }
  }

  /** @param {HTMLElement} lines @param {Card} item @returns {Act} */
  #worry(lines, item) {
    const name = this.#nameOf(item)
    const ask = (/** @type {HTMLElement} */ button) => {
      if (lines.querySelector(":scope > .asking") === null) lines.append(askWhetherWorried(item.seat, name, this.#ways.place, button))
    }
    return { key: `worry ${name}`, build: () => opener(`I'm worried about ${name}`, ask) }
  }
}

/** @param {string} label @param {(button: HTMLElement) => void} onopen */
function opener(label, onopen) {
  const button = el("button", { type: "button", onclick: () => onopen(button) }, label)
  return button
}

/** The acts in `parent`, and none of them where there are none. @param {HTMLElement} parent @param {string} name @param {Act[]} acts */
function place(parent, name, acts) {
  let row = parent.querySelector(`:scope > .${name.replace(" ", ".")}:not(.chair-part)`)
  if (acts.length === 0) return row?.remove()
  if (row === null) {
    row = el("div", { class: `acts ${name}`, "aria-live": "off" })
    parent.append(row)
  }
  keyed(/** @type {HTMLElement} */ (row), acts, ({ key }) => key, ({ build }) => build(), (button, { update }) => update?.(button))
}
