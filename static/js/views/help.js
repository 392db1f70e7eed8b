/** Help: one tap and one confirm, in every state; then the line to staff, over a socket of its own. */

import { over } from "../back.js"
import { el, fill, set, write } from "../dom.js"
import { isChoosing } from "../enter.js"
import { RefusedError, insist, network } from "../http.js"
import { newId } from "../ids.js"
import { twoTaps } from "./taps.js"

/** @import { Case, Line } from "../case.js" */
/** @import { CaseLine } from "./case-line.js" */

/** @typedef {{ label: string, text: string, url: string | null }} Helpline */

/**
 * @typedef {object} Place
 * @property {string | null} room Its slug; null at the desk and where there is no room.
 * @property {Helpline[]} helplines From the page itself, so that they are there without a network.
 * @property {string | null} [caseId] A case that is open already: its line is shown at once.
 * @property {number} [speed]
 */

const PATIENCE = 5_000

const ASK = "Somebody from staff will write with you here. You don't need a reason. The others in the meeting see nothing of it."
const NO_SERVICE = "This is not a crisis service. If somebody is in danger now, call one of the numbers or the emergency number."
const ASKING = "Asking staff now…"
const NO_ANSWER = "There is no answer yet. This page keeps asking by itself until it comes through. These numbers are there now:"
const OFFLINE = "This device is offline. This page asks by itself as soon as it is back. These numbers are there now:"
const NOBODY = "Nobody is at the desk right now. Your call for help stays open. These numbers are there now:"
const UNANSWERED = "Nobody from staff has come yet. Your call for help stays open. These numbers are there now:"
const CLOSED = "This line is closed. Help is here again whenever you need it."
const NOTICED = "Staff were told, because of what you wrote. You can write to them here if you like. The room sees nothing of this."
const CALLED = "Staff have been called. You can write here already; they read it when they come."

/** What the Help button says while the line is open behind it. */
const ARE_CALLED = "Help · staff are called"
const ARE_HERE = "Help · staff are here"
const WROTE = "Help · staff wrote to you"
const IS_CLOSED = "Help · the line is closed"

const SOONEST = 500
const LATEST = 4_000

/** @type {HelpPanel | null} */
let panel = null
/** What a line is made of, as soon as the page is shown: before anybody needs it. @type {Promise<typeof import("./case-line.js")> | null} */
let lineParts = null
let back = "Back"

/**
 * Every Help button of the page opens it, those in a sheet too.
 *
 * @param {() => Place} place
 */
export function bindHelp(place) {
  addEventListener("load", () => void loadLine())
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || event.target.closest("[data-help]") === null) return
    event.preventDefault() // One of them is a link: the way to Help for whoever goes by Tab.
    openHelp(place())
  })
}

/** Asks until it is there; under another name each time, for a browser keeps it in mind that it failed. */
function loadLine() {
  lineParts ??= (async () => {
    for (let tries = 0; ; tries++) {
      try {
        return await import(`./case-line.js${tries > 0 ? `?${tries}` : ""}`)
      } catch {
        await network(Math.min(LATEST, SOONEST * 2 ** tries))
      }
    }
  })()
  return lineParts
}

/** One more Help button, which says what the others say. */
export function helpButton() {
  return el("button", { type: "button", class: "help", "data-help": true }, panel?.label ?? "Help")
}

/**
 * Shows Help: the question, or the line where there is one already.
 *
 * @param {Place} place
 * @returns {void}
 */
export function openHelp(place) {
  panel ??= new HelpPanel(place)
  panel.show(place)
}

/** What one comes back to from Help, where it is something: the meeting. @param {string | null} place */
export function backTo(place) {
  back = place === null ? "Back" : `Back to ${place}`
  panel?.name()
}

/** Whether the panel holds the line of this case. @param {string} caseId */
export function isLineOpen(caseId) {
  return panel?.caseId === caseId
}

class HelpPanel {
  #place
  #title = el("h2", { id: "help-title", tabindex: "-1" }, "Help")
  #back = el("button", { type: "button", onclick: () => this.#hide() }, back)
  #status = el("div", { class: "help-status", role: "status" })
  #act = el("div", { class: "acts help-act" })
  #lines = el("div", { class: "help-lines" })
  /** For whoever listens to the page and has hidden the panel. */
  #aloud = el("p", { class: "unseen", role: "status" })
  #main = el("div", { class: "help-main" })
  #element
  /** @type {CaseLine | null} */
  #line = null
  /** @type {string | null} */
  #caseId = null
  /** Cases that are over: the page may still name one of them. @type {Set<string>} */
  #over = new Set()
  #isAsking = false
  /** What stands on the Help button behind the panel. */
  #label = "Help"
  /** Where it lies over the page. @type {(() => void) | null} */
  #away = null

  /** @param {Place} place */
  constructor(place) {
    this.#place = place
    this.#element = el(
      "section",
      { class: "help-panel", role: "dialog", "aria-labelledby": "help-title", hidden: true, onkeydown: this.#key },
      el(
        "div",
        { class: "help-head" },
        this.#title,
        this.#back,
      ),
      this.#status,
      this.#act,
      this.#lines,
      this.#main,
    )
    document.body.append(this.#element, this.#aloud)
  }

  name() {
    write(this.#back, back)
  }

  get caseId() {
    return this.#caseId
  }

  get label() {
    return this.#label
  }

  /** @param {Place} place */
  show(place) {
    this.#place = place
    const isByHand = wasOpenedByHand()
    const wasShown = !this.#element.hidden
    this.#element.hidden = false
    this.#away ??= over(this.#hide)
    write(this.#aloud, "")
    // A line that ended while the panel was hidden is still to be read.
    if (wasShown && this.#isClosed()) this.#forget()
    const { caseId } = place
    if (caseId && caseId !== this.#caseId && !this.#over.has(caseId)) this.#open(caseId)
    else if (this.#caseId === null && !this.#isAsking) this.#ask()
    this.#line?.toEnd()
    this.#relabel(this.#line === null ? this.#label : labelOf(this.#line.state))
    if (isByHand) this.#focus()
  }

  #hide = () => {
    const hadFocus = this.#element.contains(document.activeElement)
    this.#element.hidden = true
    this.#away?.()
    this.#away = null
    if (this.#isClosed()) this.#forget()
    this.#relabel(this.#label)
    if (hadFocus) [...helpButtons()].find((button) => button.matches("button") && button.checkVisibility())?.focus()
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.key !== "Escape" || isChoosing(event)) return
    event.stopPropagation()
    this.#hide()
  }

  #focus() {
    const ask = this.#act.querySelector("button")
    if (ask === null) this.#title.focus()
    else ask.focus()
  }

  // Asking

  #ask() {
    fill(this.#main)
    write(this.#title, "Ask staff for help?")
    this.#say(ASK)
    this.#offer("Ask for help now")
    this.#showHelplines(true)
  }

  #confirm = async () => {
    if (this.#isClosed()) this.#forget()
    fill(this.#main)
    this.#isAsking = true
    write(this.#title, "Help")
    this.#say(ASKING)
    fill(this.#act)
    this.#title.focus()
    const tooLong = setTimeout(() => this.#unanswered(), navigator.onLine ? PATIENCE : 0)
    try {
      const answer = await insist("/help", { id: newId(), room: this.#place.room })
      this.#place.helplines = answer.helplines ?? this.#place.helplines
      this.#open(answer.case, answer.words, answer.attended)
    } catch (error) {
      this.#refused(error)
    } finally {
      clearTimeout(tooLong)
      this.#isAsking = false
    }
  }

  /** The page knows the numbers by itself; it goes on asking all the same (CE-03). */
  #unanswered() {
    this.#say(navigator.onLine ? NO_ANSWER : OFFLINE)
    this.#showHelplines(true)
  }

  /** @param {unknown} error */
  #refused(error) {
    if (!(error instanceof RefusedError)) throw error
    this.#say(error.refusal.words)
    this.#showHelplines(true)
    this.#offer("Try again")
  }

  /** @param {string} label */
  #offer(label) {
    const button = el("button", { type: "button", class: "help", onclick: this.#confirm }, label)
    fill(this.#act, button)
  }

  // The line

  /** @param {string} caseId @param {string} [told] @param {boolean} [attended] */
  #open(caseId, told = "", attended = true) {
    this.#line?.stop()
    this.#line = null
    this.#caseId = caseId
    write(this.#title, "Help")
    fill(this.#act)
    fill(this.#main)
    this.#say(told || (attended ? "" : NOBODY))
    this.#showHelplines(true)
    this.#relabel(ARE_CALLED)
    void this.#begin(caseId)
  }

  /** @param {string} caseId */
  async #begin(caseId) {
    const { CaseLine } = await loadLine()
    if (this.#caseId !== caseId || this.#line !== null) return
    this.#line = new CaseLine(caseId, {
      label: "To staff",
      note: noteForMember,
      acts: [this.#farewell()],
      onchange: (state, fresh) => this.#changed(state, fresh),
      onrefusal: (refusal) => this.#say(refusal.words),
      onended: () => this.#ended(),
      ...(this.#place.speed === undefined ? {} : { speed: this.#place.speed }),
    })
    fill(this.#main, this.#line.element)
    this.#line.start()
  }

  /** @param {Case} state @param {Line[]} fresh */
  #changed(state, fresh) {
    const isHere = state.claimedAt !== null
    if (state.closedAt !== null) {
      write(this.#title, "Help")
      this.#say(CLOSED)
      this.#offer("Ask for help again")
      this.#showHelplines(true)
    } else if (isHere) {
      write(this.#title, state.claimer === null ? "Staff are here" : `${state.claimer} is here`)
      this.#say("")
      this.#showHelplines(false)
      this.#line?.rename(`To ${state.claimer ?? "staff"}`)
    } else if (state.lines.some(({ type }) => type === "unanswered")) {
      this.#say(UNANSWERED)
    } else if (this.#status.textContent === "") {
      this.#say(state.told ? NOBODY : state.source === "signal" ? NOTICED : CALLED)
    }
    const theyWrote = fresh.some(({ type, seat }) => type === "wrote" && seat !== state.seat)
    if (!this.#element.hidden) this.#relabel(labelOf(state))
    else if (fresh.length > 0) {
      this.#relabel(theyWrote || this.#label === WROTE ? WROTE : labelOf(state))
      write(this.#aloud, this.#label)
    }
  }

  #isClosed() {
    return this.#line !== null && this.#line.state !== null && this.#line.state.closedAt !== null
  }

  /** The server does not open this line, or not any more: Help is there to be asked for again. */
  #ended() {
    if (this.#isClosed()) return
    this.#forget()
    this.#ask()
  }

  #farewell() {
    const end = () => this.#line?.close("left")
    return twoTaps("I'm all right now", "Tap again to end the line", end, { class: "quiet" })
  }

  /** A closed line makes room for the next call. */
  #forget() {
    this.#line?.stop()
    this.#line = null
    if (this.#caseId !== null) this.#over.add(this.#caseId)
    this.#caseId = null
    this.#relabel("Help")
  }

  // Showing

  /** @param {string} text */
  #say(text) {
    write(this.#status, text)
  }

  /** Open where they are what is there now; folded where somebody is. @param {boolean} isNow */
  #showHelplines(isNow) {
    const list = helplineList(this.#place.helplines)
    const kept = el("p", { class: "soft" }, NO_SERVICE)
    if (!isNow) fill(this.#lines, el("details", {}, el("summary", {}, "Numbers you can call"), list, kept))
    // Beside an open line the words above the numbers say it.
    else fill(this.#lines, list, this.#caseId === null && kept)
  }

  /** @param {string} label */
  #relabel(label) {
    this.#label = label
    for (const button of helpButtons()) {
      if (button.matches("a")) continue
      // Where the text is large there is room for the first word alone.
      if (button.textContent !== label) fill(button, "Help", el("span", { class: "news" }, label.slice("Help".length)))
      set(button, "aria-expanded", String(!this.#element.hidden))
    }
  }
}

/** Whoever is writing keeps the focus; a page that opens Help by itself takes none. */
function wasOpenedByHand() {
  const isWriting = document.activeElement?.matches("input, textarea, [contenteditable]") ?? false
  return !isWriting && navigator.userActivation.isActive
}

/** @returns {NodeListOf<HTMLElement>} */
function helpButtons() {
  return document.querySelectorAll("[data-help]")
}

/** @param {Case | null} state */
function labelOf(state) {
  if (state === null) return ARE_CALLED
  if (state.closedAt !== null) return IS_CLOSED
  return state.claimedAt === null ? ARE_CALLED : ARE_HERE
}

/** @param {Line} line @param {Case} state */
function noteForMember(line, state) {
  switch (line.type) {
    case "case_raised":
      return state.source === "help" ? "You asked for help." : "Staff were told."
    case "excerpt":
      return "They were told because of these words:"
    case "nobody_there":
      return "Nobody was at the desk."
    case "unanswered":
      return "Nobody had come yet."
    case "claimed":
      return `${line.words ?? "Staff"} is here.`
    case "case_closed":
      return line.seat === state.seat ? "You ended the line." : "Staff ended the line."
    default:
      return ""
  }
}

/**
 * The numbers to call, each as what it is for and where it is.
 *
 * @param {Helpline[]} helplines
 */
export function helplineList(helplines) {
  return el(
    "ul",
    { class: "helplines" },
    ...helplines.map(({ label, text, url }) =>
      el(
        "li",
        {},
        el("strong", {}, label),
        " ",
        url === null ? el("span", {}, text) : el("a", { href: url, rel: "noreferrer" }, text),
      ),
    ),
  )
}
