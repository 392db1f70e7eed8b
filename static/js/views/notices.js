/** What stands between the talk and the field: who is writing, an offer of help, and an end. */

import { el, fill, find, set, write } from "../dom.js"
import * as rooms from "../standing.js"
import { writing } from "../words.js"
import { helplineList } from "./helplines.js"

/** @import { Model } from "../model.js" */
/** @import { Room } from "../room.js" */
/** @import { Helpline } from "./helplines.js" */

const TOLD = "A call to staff is open. Whoever comes reads what you wrote."

/** Close codes after which the meeting is not to be seen any more. @type {Record<number, { words: string, onward?: string }>} */
const OUT = {
  4401: { words: "You are not signed in here any more. Open your invitation link again to come back, or sign in if you have an account." },
  4403: { words: "You have no seat in this meeting.", onward: "Go to the door" },
  4410: {
    words:
      "A facilitator has taken you out of this meeting. If that was a mistake, or you would like to talk about it, turn to whoever gave you the link, or runs your group. Help stays open to you.",
  },
  4413: { words: "This meeting is open in many places under your name. Close one of them, then come back in here.", onward: "Come back in" },
}
const OTHERWISE = { words: "The connection was ended. Your words are kept.", onward: "Come back in" }
const OVER = { words: "You can read on here for as long as this page stays open. Loaded again, it leads to the next meeting; there you wait until it begins.", onward: "Wait for the next meeting" }
const TAKE = "There are words of yours in the field. Take them along to the next meeting?"

/** Who is writing. Never read aloud: it comes and goes. */
export class WritingView {
  #line = el("p", { class: "writing soft", hidden: true })

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

/** Staff were told of something I wrote: what is so, by and by, and whom to turn to. It takes nobody's focus. */
export class CareView {
  #region = find("#care")
  #words = el("p")
  #open
  #card = el("div", { class: "offer" })
  #isPutAway = false

  /** @param {(caseId: string) => void} open */
  constructor(open) {
    this.#open = open
  }

  /** @param {string} caseId @param {Helpline[]} helplines */
  offer(caseId, helplines) {
    const acts = [
      el("button", { type: "button", class: "help", onclick: () => this.#open(caseId) }, "Open the private line"),
      el("button", { type: "button", onclick: () => this.away() }, "Not now"),
    ]
    if (!this.#card.isConnected) write(this.#words, TOLD)
    fill(this.#card, this.#words, helplineList(helplines), el("div", { class: "acts" }, ...acts))
    this.#show()
    this.#isPutAway = false
  }

  /** News of it brings the card back, unless the line itself is before them. @param {string} words @param {boolean} isShown */
  tell(words, isShown) {
    const isNews = words !== this.#words.textContent
    write(this.#words, words)
    if (isShown) return fill(this.#region)
    if (!this.#card.isConnected && (isNews || !this.#isPutAway)) this.#show()
  }

  /** In a small window it would stand behind the field. */
  #show() {
    if (this.#card.isConnected) return
    fill(this.#region, this.#card)
    this.#card.scrollIntoView({ block: "nearest" })
  }

  /** The line is open, or not wanted now. */
  away() {
    this.#isPutAway = true
    fill(this.#region)
  }
}

/** The topic that was posted last, above the talk. */
export class TopicView {
  #fold = find("#topic")

  /** It goes with the talk. */
  out() {
    this.#fold.hidden = true
    for (const words of [find(".start", this.#fold), find("p", this.#fold)]) write(words, "")
  }

  /** @param {Model} model */
  render({ room }) {
    const words = room.topic?.words ?? ""
    this.#fold.hidden = words === "" || rooms.isOver(room)
    write(find(".start", this.#fold), words)
    write(find("p", this.#fold), words)
  }
}

/** Nothing more comes: why, and the way on where there is one. */
export class EndView {
  #element = find("#ended")
  #words = find("#ended p")
  #acts = find("#ended .acts")
  #onward = find("#onward")
  #lines
  #field
  #room
  #isAsked = false
  #without = el("button", { type: "button", hidden: true, onclick: () => this.#goWithout() }, "Go without them")

  /**
   * @param {Helpline[]} helplines Stay on the page of who is out, whatever becomes of the network.
   * @param {{ text: () => string, drop: () => void }} field
   * @param {string} room Its slug.
   */
  constructor(helplines, field, room) {
    this.#room = room
    this.#lines = helplines.length > 0 ? helplineList(helplines) : null
    this.#field = field
    this.#acts.append(this.#without)
    this.#onward.addEventListener("click", () => this.#go())
  }

  /** The meeting was closed. */
  over() {
    if (!this.#isAsked) this.#show(OVER)
  }

  /** The door of the next meeting, or of this one, is the same page asked for again; words go along or not, as one says. */
  #go() {
    const asks = this.#onward.textContent === OVER.onward && this.#field.text().trim() !== ""
    if (!asks) return location.reload()
    this.#isAsked = true
    this.#show({ words: TAKE, onward: "Take them along" })
    this.#without.hidden = false
  }

  #goWithout() {
    this.#field.drop()
    location.reload()
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
    if (code in OUT && this.#lines !== null) this.#words.after(this.#lines)
    if (code === 4410) void appeals(this.#element, this.#room)
    return { words: end.words, isOut: code in OUT }
  }

  /** @param {{ words: string, onward?: string }} end */
  #show({ words, onward = "" }) {
    this.#element.hidden = false
    write(this.#words, words)
    write(this.#onward, onward)
    set(this.#onward, "class", onward === OVER.onward ? null : "primary")
    this.#acts.hidden = onward === ""
  }
}

/** Loaded for who was removed alone; without a network they read whom to turn to. @param {HTMLElement} beside @param {string} room */
export async function appeals(beside, room) {
  const loaded = await import("./appeal-out.js").catch(() => null)
  const home = el("div", { class: "appeal" })
  beside.append(home)
  loaded?.offerAppeal(home, room)
}
