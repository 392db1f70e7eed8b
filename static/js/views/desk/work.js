/** One claimed case: who it is, the conversation, prepared questions, what comes next, the close. */

import { hadLeft, isHeld, unread, wasNoticedFirst } from "../../case.js"
import { OUTCOMES, OUTSIDE, SOURCE, TRIAGE, age, roomOf } from "../../desk.js"
import { noteForStaff } from "./notes.js"
import { el, write } from "../../dom.js"
import { CaseLine } from "../case-line.js"
import { twoTaps } from "../taps.js"

/** @import { Case, Line } from "../../case.js" */
/** @import { Lapse, Outcome } from "../../protocol.js" */
/** @import { Helpline } from "../helplines.js" */

const QUESTIONS = ["Are you safe right now?", "Are you alone?"]
const ON_RECORD = "The room sees nothing of this. That this line was open stays on record. Don't press for identifying details."

/** Seconds, as in moderation/case/case.py: for a first word, and without anything heard. */
const WORD_WITHIN = 60
const TOUCH_WITHIN = 300
/** Seconds before the end of a claim from which on it is said. */
const SOON = 120
/** Seconds between two touches that say nothing but that somebody is there. */
const TOUCH_EVERY = 60

/** @type {Record<Lapse, string>} */
const LAPSED = {
  away: "Your connection was gone for half a minute",
  no_word: "A minute went by without a word to them",
  untouched: "Nothing was heard from you for five minutes",
  put_back: "You put it back",
}

/**
 * @typedef {object} Options
 * @property {Helpline[]} helplines
 * @property {string} kept
 * @property {number} [speed]
 * @property {(fresh: Line[]) => void} onchange
 * @property {() => void} onagain The case is to be claimed again.
 * @property {() => void} onback To the list.
 * @property {() => void} ondone The case is closed, or another's, and may leave the page.
 */

export class Work {
  #options
  #title = el("h2", { class: "work-title", tabindex: "-1" }, "Opening the line…")
  #facts = el("p", { class: "facts" })
  #next = el("p", { class: "next" })
  #still = el("button", { type: "button", hidden: true, onclick: () => this.#line.touch() }, "I'm still with them")
  #again = el("button", { type: "button", class: "primary", hidden: true, onclick: () => this.#options.onagain() }, "Take it up again")
  #closing
  #refusal = el("p", { role: "status", class: "soft" })
  #done
  #line
  #touched = { at: 0, read: 0 }
  #isTaken = false

  /** @param {string} caseId @param {Options} options */
  constructor(caseId, options) {
    this.#options = options
    this.#closing = el(
      "div",
      { class: "outcomes", role: "group", "aria-label": "Close the case", hidden: true },
      el("p", {}, "How does it end? The line closes for both of you."),
      ...Object.entries(OUTCOMES).map(([outcome, label]) =>
        el("button", { type: "button", onclick: () => this.#close(/** @type {Outcome} */ (outcome)) }, label),
      ),
      el("button", { type: "button", class: "quiet", onclick: () => this.#ask(false) }, "Keep it open"),
    )
    this.#done = el("button", { type: "button", class: "primary work-closed", hidden: true, onclick: options.ondone }, "Back to the desk")
    this.#line = new CaseLine(caseId, {
      label: "To them",
      note: noteForStaff,
      above: [this.#prepared()],
      acts: [
        twoTaps("Put it back for all", () => this.#line.putBack(), { class: "quiet put-back" }),
        el("button", { type: "button", class: "close-case", onclick: () => this.#ask(true) }, "Close the case"),
      ],
      onchange: (state, fresh) => this.#changed(state, fresh),
      onrefusal: (refusal) => write(this.#refusal, refusal.words),
      onended: () => this.#taken(),
      ...(options.speed === undefined ? {} : { speed: options.speed }),
    })
    this.element = el(
      "section",
      { class: "work", "aria-label": "The case" },
      el(
        "div",
        { class: "work-head" },
        el("button", { type: "button", class: "to-list", "aria-label": "All cases", onclick: options.onback }, "‹ All cases"),
        this.#title,
      ),
      this.#facts,
      el("div", { class: "next-row" }, this.#next, this.#still, this.#again),
      this.#line.element,
      this.#closing,
      this.#refusal,
      this.#done,
      el("p", { class: "soft on-record" }, `${options.kept} ${ON_RECORD}`),
    )
  }

  start() {
    this.#line.start()
  }

  stop() {
    this.#line.stop()
  }

  /** Closed, or another's by now. */
  get isOver() {
    return this.#isTaken || (this.#line.state?.closedAt ?? null) !== null
  }

  get state() {
    return this.#line.state
  }

  /** It was opened by hand: on to writing. */
  focus() {
    this.#line.toEnd()
    this.#line.focus()
  }

  /** Somebody looks at this and is there: what is here has been seen, and the claim holds on. */
  look() {
    const state = this.#line.state
    if (state === null || state.closedAt !== null || state.seat !== state.holder) return
    const now = this.#line.now()
    const newest = unread(state).at(-1)?.number ?? 0
    const isNews = newest > this.#touched.read
    const isTime = isHeld(state) && now - Math.max(state.touchedAt, this.#touched.at) >= TOUCH_EVERY
    if (!isNews && !isTime) return
    this.#touched = { at: now, read: Math.max(newest, this.#touched.read) }
    this.#line.touch()
  }

  /** @param {number} now */
  tick(now) {
    const state = this.#line.state
    if (state === null) return
    const { words, isLate } = comesNext(state, now)
    write(this.#next, words)
    this.#still.hidden = !isLate
    this.#again.hidden = state.lapsed === null || state.closedAt !== null || this.#isTaken
  }

  #prepared() {
    const { helplines } = this.#options
    const numbers = helplines.length > 0 ? [this.#offer("Numbers for tonight", helplinesAsText(helplines))] : []
    return el(
      "div",
      { class: "prepared", role: "group", "aria-label": "Prepared words" },
      ...QUESTIONS.map((words) => this.#offer(words, words)),
      ...numbers,
    )
  }

  /** @param {string} label @param {string} words */
  #offer(label, words) {
    return el("button", { type: "button", onclick: () => this.#line.insert(words) }, label)
  }

  /** @param {boolean} isOpen */
  #ask(isOpen) {
    this.#closing.hidden = !isOpen
    this.#line.element.toggleAttribute("data-closing", isOpen)
    if (isOpen) this.#closing.querySelector("button")?.focus()
    else this.#line.focus()
  }

  /** @param {Outcome} outcome */
  #close(outcome) {
    write(this.#refusal, "Closing…")
    this.#ask(false)
    this.#line.close(outcome)
  }

  /** @param {Case} state @param {Line[]} fresh */
  #changed(state, fresh) {
    const name = state.member ?? "Somebody without a name"
    write(this.#title, state.closedAt === null ? name : `${name} · closed`)
    write(this.#facts, [TRIAGE[state.triage], causeOf(state), placeOf(state)].join(" · "))
    this.#line.rename(`To ${state.member ?? "them"}`)
    if (state.closedAt !== null) this.#isOver()
    this.tick(this.#line.now())
    this.#options.onchange(fresh)
  }

  /** Another one has the case by now: this line is closed to whoever had it. */
  #taken() {
    this.#isTaken = true
    this.#isOver()
  }

  #isOver() {
    const hadFocus = this.element.contains(document.activeElement)
    this.#line.element.toggleAttribute("data-over", true)
    this.#closing.hidden = true
    write(this.#refusal, "")
    this.#done.hidden = false
    if (hadFocus) this.#done.focus()
  }
}

/** @param {Case} state */
function causeOf(state) {
  return state.source === "help" && wasNoticedFirst(state) ? `${SOURCE.signal}, then pressed Help` : SOURCE[state.source]
}

/** @param {Case} state */
function placeOf({ room, place }) {
  if (room === null) return OUTSIDE
  return `${roomOf(room)}${place > 0 ? `, seat ${place}` : ""}`
}

/** Whether the member was still there to read that the claim holds no more. @param {Case} state */
function wereTold(state) {
  const lapse = state.lines.findLast(({ type }) => type === "claim_lapsed")
  return lapse !== undefined && !hadLeft(state, lapse)
}

/** @param {Case} state @param {number} now */
function comesNext(state, now) {
  const { claimedAt, hasWord, lapsed, touchedAt, leftAt, closedAt, seat, holder } = state
  if (closedAt !== null || claimedAt === null || seat !== holder) return { words: "", isLate: false }
  if (lapsed !== null) {
    const told = wereTold(state) ? " They were told." : ""
    return { words: `${LAPSED[lapsed]}, so the case waits for everybody at the desk.${told}`, isLate: false }
  }
  if (!hasWord && leftAt === null) return { words: `Write to them within ${age(claimedAt + WORD_WITHIN - now)}, or the case waits for everybody again.`, isLate: false }
  const left = touchedAt + TOUCH_WITHIN - now
  if (left > SOON) return { words: "", isLate: false }
  return { words: `Are you there? In ${age(left)} the case waits for everybody again.`, isLate: true }
}

/** @param {Helpline[]} helplines */
function helplinesAsText(helplines) {
  return helplines.map(({ label, text }) => `${label}: ${text}`).join("\n")
}
