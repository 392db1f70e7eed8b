/** Where the meeting is, for who comes while it runs: loaded behind the page. */

import { el, fill, find, keyed } from "../dom.js"
import * as rooms from "../standing.js"
import { floorCard, minutesLeft, rules } from "../words.js"
import { isolated } from "../written.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Room } from "../room.js" */

/** For who comes while the meeting runs: where it is, and how it works; never what was said before. */
export class ArrivedView {
  #section = find("#arrived")
  #list = el("ul")
  #listen
  #found
  #isOut = false

  /** @param {Acts} acts @param {() => Room | null} found The room as somebody found it who has just come in by the door. */
  constructor({ send }, found) {
    this.#found = found
    this.#listen = el("button", { type: "button", onclick: () => void send({ type: "listen", on: true }) }, "Only listen today")
    const done = el("button", { type: "button", onclick: () => this.#away() }, "Close")
    this.#section.append(el("h3", {}, "Welcome. This is where the meeting is"), this.#list, el("div", { class: "acts" }, this.#listen, done))
  }

  #away() {
    this.out()
    find("#talk").focus()
  }

  /** There is no more to be told, or nobody to tell it to. */
  out() {
    this.#isOut = true
    this.#section.hidden = true
    fill(this.#list)
  }

  /** @param {Model} model */
  render({ room, now }) {
    const was = this.#section.hidden
    const found = this.#found()
    // Who was here before it began, or has just begun it, is not late.
    const isLate = found !== null && rooms.isOpen(found) && !this.#isOut
    this.#section.hidden = !isLate || !rooms.isOpen(room)
    if (this.#section.hidden || found === null) return
    // The talk is at its end by then; who has just come reads this first.
    if (was) requestAnimationFrame(() => this.#section.scrollIntoView({ block: "start" }))
    this.#listen.hidden = rooms.isListening(room)
    keyed(this.#list, whereItIs(room, now, found.turns), (line) => line, (line) => el("li", {}, line))
  }
}

/** @param {Room} room @param {number} now @param {number} turn The last that had begun when they came: of a later one they read everything. */
function whereItIs(room, now, turn) {
  const left = minutesLeft(room, now)
  const phase = rooms.phaseTitle(room)
  const hands = room.hands.length
  return [
    `Now: ${phase}${left !== null && left > 0 ? `, about ${left} min left` : ""}.`,
    room.topic?.words ? `Topic: ${isolated(room.topic.words)}` : "",
    // A turn that was on when they came is told as one, for what it holds already is not to be seen.
    room.holder === null || room.holder === room.seat || room.turns !== turn
      ? floorCard(room, now).main.replace(/[^?]$/, "$&.")
      : `${rooms.nameOf(room, room.holder)} is in the middle of a turn; you read on from here.`,
    rooms.hasTurns(room) && rooms.speak(room) !== "round" && hands > 0 ? (hands === 1 ? "One hand is up." : `${hands} hands are up.`) : "",
    ...rules(room),
    room.flags.history === "none" ? "What was shared before you came stays with those who were here." : "",
  ].filter((line) => line !== "")
}
