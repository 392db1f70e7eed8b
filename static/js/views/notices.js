/** What stands between the talk and the field: who is writing, an offer of help, and an end. */

import { el, fill, find, write } from "../dom.js"
import { writing } from "../words.js"

/** @import { Room } from "../room.js" */

/** Close codes after which the meeting is not to be seen any more. @type {Record<number, { words: string, onward?: string }>} */
const OUT = {
  4401: { words: "You are not signed in here any more. Open your invitation link again to come back." },
  4403: { words: "You have no seat in this meeting.", onward: "Go to the door" },
  4410: { words: "A facilitator has taken you out of this meeting. Help stays open to you." },
}
const OTHERWISE = { words: "The connection was ended. Your words are kept.", onward: "Come back in" }
const OVER = { words: "You can stay and read as long as you like.", onward: "Come in to the next meeting" }

/** Who is writing. Never read aloud: it comes and goes. */
export class WritingView {
  #line = el("p", { class: "writing soft", dir: "auto", hidden: true })

  constructor() {
    find("#log").after(this.#line)
  }

  /** @param {Room} room @param {readonly number[]} seats */
  render(room, seats) {
    const words = writing(room, seats)
    write(this.#line, words)
    this.#line.hidden = words === ""
  }
}

/** Staff of the organisation, on a private line; it takes nobody's focus. */
export class CareView {
  #region = find("#care")
  #open

  /** @param {(caseId: string) => void} open */
  constructor(open) {
    this.#open = open
  }

  /** @param {string} caseId @param {string} words */
  offer(caseId, words) {
    fill(
      this.#region,
      el(
        "div",
        { class: "offer" },
        el("p", {}, words),
        el(
          "div",
          { class: "acts" },
          el("button", { type: "button", class: "help", onclick: () => this.#open(caseId) }, "Open the private line"),
          el("button", { type: "button", onclick: () => this.away() }, "Not now"),
        ),
      ),
    )
  }

  /** The line is open, or not wanted now. */
  away() {
    fill(this.#region)
  }
}

/** Nothing more comes: why, and the way on where there is one. */
export class EndView {
  #element = find("#ended")
  #words = find("#ended p")
  #acts = find("#ended .acts")
  #onward = find("#onward")

  constructor() {
    // The door of the next meeting, or of this one, is the same page asked for again.
    this.#onward.addEventListener("click", () => location.reload())
  }

  /** The meeting was closed. */
  over() {
    this.#show(OVER)
  }

  /**
   * The socket ended for good.
   *
   * @param {number} code
   * @returns {{ words: string, isOut: boolean }}
   */
  ended(code) {
    const end = OUT[code] ?? OTHERWISE
    this.#show(end)
    return { words: end.words, isOut: code in OUT }
  }

  /** @param {{ words: string, onward?: string }} end */
  #show({ words, onward = "" }) {
    this.#element.hidden = false
    write(this.#words, words)
    write(this.#onward, onward)
    this.#acts.hidden = onward === ""
  }
}
