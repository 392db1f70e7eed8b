/** One claimed case: who it is, the conversation, prepared questions, the close. */

import { CLAIMER, MEMBER } from "../../case.js"
import { OUTCOMES, SOURCE, TRIAGE, roomOf } from "../../desk.js"
import { el, write } from "../../dom.js"
import { CaseLine } from "../case-line.js"

/** @import { Case, Line } from "../../case.js" */
/** @import { Outcome } from "../../protocol.js" */
/** @import { Helpline } from "../help.js" */

const QUESTIONS = ["Are you safe right now?", "Are you alone?"]
const ON_RECORD = "That this line was open is on record; its words are not. Don't press for identifying details."

/**
 * @typedef {object} Options
 * @property {Helpline[]} helplines
 * @property {number} [speed]
 * @property {(fresh: Line[]) => void} onchange
 * @property {() => void} onback To the list.
 * @property {() => void} ondone The case is closed and may leave the page.
 */

export class Work {
  #options
  #title = el("h2", { class: "work-title", tabindex: "-1" }, "Opening the line…")
  #facts = el("p", { class: "facts" })
  #closing
  #refusal = el("p", { role: "status", class: "soft" })
  #done
  #line

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
      acts: [el("button", { type: "button", class: "close-case", onclick: () => this.#ask(true) }, "Close the case")],
      onchange: (state, fresh) => this.#changed(state, fresh),
      onrefusal: (refusal) => write(this.#refusal, refusal.words),
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
      this.#line.element,
      this.#closing,
      this.#refusal,
      this.#done,
      el("p", { class: "soft on-record" }, ON_RECORD),
    )
  }

  start() {
    this.#line.start()
  }

  stop() {
    this.#line.stop()
  }

  get state() {
    return this.#line.state
  }

  /** It was opened by hand: on to writing. */
  focus() {
    this.#line.toEnd()
    this.#line.focus()
  }

  #prepared() {
    return el(
      "div",
      { class: "prepared", role: "group", "aria-label": "Prepared words" },
      ...QUESTIONS.map((words) => this.#offer(words, words)),
      this.#offer("Numbers for tonight", helplinesAsText(this.#options.helplines)),
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
    const place = state.room === null ? "from outside a room" : `in ${roomOf(state.room)}`
    write(this.#facts, `${TRIAGE[state.triage]} · ${SOURCE[state.source]}, ${place}. The room sees nothing of this.`)
    this.#line.rename(`To ${state.member ?? "them"}`)
    if (state.closedAt !== null) {
      const hadFocus = this.element.contains(document.activeElement)
      this.#closing.hidden = true
      write(this.#refusal, "")
      this.#done.hidden = false
      if (hadFocus) this.#done.focus()
    }
    this.#options.onchange(fresh)
  }
}

/** @param {Line} line @param {Case} state */
function noteForStaff(line, state) {
  const name = state.member ?? "They"
  switch (line.type) {
    case "case_raised":
      return state.source === "help" ? `${name} pressed Help.` : "The review noticed words."
    case "excerpt":
      return `${name} wrote this:`
    case "nobody_there":
      return "They were told that nobody was at the desk."
    case "unanswered":
      return "They were told that nobody had come yet."
    case "claimed":
      return "You are here. They know your name."
    case "case_closed": {
      const outcome = state.outcome === null ? "" : `: ${OUTCOMES[state.outcome]}`
      if (line.seat === MEMBER) return `${name} ended the line.`
      return line.seat === CLAIMER ? `You closed it${outcome}.` : `Closed${outcome}.`
    }
    default:
      return ""
  }
}

/** @param {Helpline[]} helplines */
function helplinesAsText(helplines) {
  return helplines.map(({ label, text }) => `${label}: ${text}`).join("\n")
}
