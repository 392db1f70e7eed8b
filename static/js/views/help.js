/** Help: one tap and one confirm, in every state; then the line to staff, over a socket of its own. */

import { leaveFor, over } from "../back.js"
import { el, fill, set, write } from "../dom.js"
import { isChoosing } from "../enter.js"
import { RefusedError, arrivingAs, insist, network, newId } from "../http.js"
import { helplineList, noService, thereNow } from "./helplines.js"
import { twoTaps } from "./taps.js"

/** @import { Case, Line } from "../case.js" */
/** @import { CaseLine } from "./case-line.js" */
/** @import { Helpline } from "./helplines.js" */

/**
 * @typedef {object} Place
 * @property {string | null} room Its slug; null at the desk and where there is no room.
 * @property {Helpline[]} helplines From the page itself, so that they are there without a network.
 * @property {string} kept How long the words on the line stay, in a sentence.
 * @property {string | null} [caseId] A case that is open already: its line is shown at once.
 * @property {boolean} [isDesk] Whoever asks is of staff.
 * @property {number} [speed]
 */

const PATIENCE = 5_000

/** Whom one asks, from a room and at the desk. */
const OF_A_MEMBER = {
  title: "Ask staff for help?",
  about: "This calls staff to a line with you alone, and says so if nobody is there. You don't need a reason, and no meeting sees it.",
  ask: "Ask for help now",
  asking: "Asking staff now…",
}
const OF_STAFF = {
  title: "Do you need help yourself?",
  about: "This calls your colleagues, and says so if nobody is there.",
  ask: "Ask a colleague",
  asking: "Asking staff now…",
}
const NO_ANSWER = "There is no answer yet. This page keeps asking by itself."
const OFFLINE = "This device is offline. This page asks as soon as it is back."

/** What is told above the field while the line is open behind it: the Help button itself stays as it is. */
const ARE_CALLED = "Staff are called"
const WROTE = "Staff wrote to you"
const IS_CLOSED = "The line is closed"
/** @type {Record<string, string>} */
const NEWS = { alone: "Nobody is there yet", unanswered: "Nobody came yet", held: "Staff are here", closed: IS_CLOSED }

/** @type {HelpPanel | null} */
let panel = null
/** What a line is made of, as soon as the page is shown: before anybody needs it. @type {Promise<typeof import("./case-line.js")> | null} */
let lineParts = null
let back = "Back"
/** Where the panel stands beside the page, and both can be used. */
const BESIDE = matchMedia("(min-width: 60rem)")

/** With this behind its address a page opens Help at once: it was pressed on the way there. */
const PRESSED = "?help"

/**
 * Every Help button of the page opens it, those in a sheet too; and one that was pressed before this was here.
 *
 * @param {() => Place} place
 */
export function bindHelp(place) {
  addEventListener("load", () => void loadLine())
  const wasOnTheWay = location.search === PRESSED
  if (wasOnTheWay) history.replaceState(history.state, "", location.pathname)
  if (wasOnTheWay || wasPressed()) openHelp(place(), true)
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
        await network(Math.min(4_000, 500 * 2 ** tries))
      }
    }
  })()
  return lineParts
}

/** One more Help button. */
export function helpButton() {
  return el("button", { type: "button", class: "help", "data-help": true }, "Help")
}

/** A page that still waits for its script takes no press. A finger leaves the focus there, or on some phones this alone. */
function wasPressed() {
  if (!navigator.userActivation?.hasBeenActive) return false
  const finger = matchMedia("(hover: none)").matches ? ", button[data-help]:hover" : ""
  return document.querySelector(`button[data-help]:focus${finger}`) !== null
}

/**
 * Shows Help: the question, or the line where there is one already.
 *
 * @param {Place} place
 * @param {boolean} [isByHand] It takes the focus.
 * @returns {void}
 */
export function openHelp(place, isByHand = wasOpenedByHand()) {
  panel ??= new HelpPanel(place)
  panel.show(place, isByHand)
}

/**
 * The page goes on to `url`, as soon as it takes no line away: who has not asked yet finds the question there again.
 *
 * @param {string} url
 * @param {(isAsking: boolean) => void} onwait
 */
export async function goOnTo(url, onwait) {
  await panel?.untilNoLine(onwait)
  await leaveFor(panel?.isShown ? `${url}${PRESSED}` : url)
}

/**
 * Opens the line of a case behind the page: what comes of it is told, and nothing is put before anybody.
 *
 * @param {Place & { caseId: string }} place
 * @param {(words: string, isShown: boolean) => void} tell What a card in the room says of it, and whether
 * the line itself is before them.
 */
export function attend(place, tell) {
  panel ??= new HelpPanel(place)
  panel.attend(place, tell)
}

/** What one comes back to from Help, where it is something: the meeting. @param {string | null} place */
export function backTo(place) {
  back = place === null ? "Back" : `Back to ${place}`
  panel?.name()
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
  #again = el("button", { type: "button", class: "help", hidden: true, onclick: () => void this.#callAgain() }, "Call again")
  #element
  /** @type {typeof import("./case-line.js") | null} */
  #parts = null
  /** @type {CaseLine | null} */
  #line = null
  /** @type {string | null} */
  #caseId = null
  /** Cases that are over: the page may still name one of them. @type {Set<string>} */
  #over = new Set()
  #isAsking = false
  /** What the answer to the press said; true until somebody comes, or it is known that nobody does. */
  #told = ""
  /** What is told beside the page while the panel is hidden; empty where there is no line. */
  #news = ""
  /** Where it lies over the page. @type {(() => void) | null} */
  #away = null
  /** @type {(words: string, isShown: boolean) => void} */
  #tell = () => {}
  /** It was put away, or a call is answered. @type {(value?: unknown) => void} */
  #onnews = () => {}

  /** @param {Place} place */
  constructor(place) {
    this.#place = place
    this.#element = el(
      "section",
      { class: "help-panel", role: "dialog", "aria-labelledby": "help-title", hidden: true },
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
    document.addEventListener("keydown", this.#key)
    BESIDE.addEventListener("change", () => this.#cover())
  }

  name() {
    write(this.#back, back)
  }

  get isShown() {
    return !this.#element.hidden
  }

  /** Resolves once nobody is being called, and no line is before them. @param {(isAsking: boolean) => void} onwait */
  async untilNoLine(onwait) {
    while (this.#isAsking || (this.isShown && (this.#caseId ?? this.#main.firstChild) !== null && !this.#isClosed())) {
      onwait(this.#isAsking)
      await new Promise((resolve) => (this.#onnews = resolve))
    }
  }

  /** @param {Place} place @param {boolean} isByHand */
  show(place, isByHand) {
    this.#place = place
    const wasShown = !this.#element.hidden
    this.#element.hidden = false
    this.#cover()
    this.#away ??= over(this.#hide)
    write(this.#aloud, "")
    // A line that ended while the panel was hidden is still to be read.
    if (wasShown && this.#isClosed()) this.#forget()
    const { caseId } = place
    if (caseId && caseId !== this.#caseId && !this.#over.has(caseId)) this.#open(caseId)
    else if (this.#caseId === null && !this.#isAsking && this.#main.firstChild === null) this.#ask()
    this.#line?.toEnd()
    this.#tellBeside(this.#line === null ? this.#news : this.#newsOf(this.#line.state))
    this.#tellCard()
    if (isByHand) this.#focus()
  }

  /** @param {Place & { caseId: string }} place @param {(words: string, isShown: boolean) => void} tell */
  attend(place, tell) {
    this.#place = place
    this.#tell = tell
    if (place.caseId !== this.#caseId) this.#open(place.caseId)
    this.#tellCard()
  }

  #hide = () => {
    const hadFocus = this.#element.contains(document.activeElement)
    this.#element.hidden = true
    this.#cover()
    this.#away?.()
    this.#away = null
    if (this.#isClosed()) this.#forget()
    this.#tellBeside(this.#news)
    this.#onnews()
    if (hadFocus) [...helpButtons()].find((button) => button.matches("button:not(.help-news)") && button.checkVisibility())?.focus()
  }

  /** Wherever the focus is: what has opened over the page, or asks for a second tap, takes its own Escape. @param {KeyboardEvent} event */
  #key = (event) => {
    const isTaken = event.defaultPrevented || isChoosing(event) || document.querySelector("dialog[open]") !== null
    if (event.key === "Escape" && this.isShown && !isTaken) this.#hide()
  }

  #focus() {
    const ask = this.#act.querySelector("button")
    if (ask === null) this.#title.focus()
    else ask.focus()
  }

  // Asking

  get #words() {
    return this.#place.isDesk ? OF_STAFF : OF_A_MEMBER
  }

  #ask() {
    fill(this.#main)
    write(this.#title, this.#words.title)
    this.#say(`${this.#words.about} ${this.#place.kept}`)
    this.#offer(this.#words.ask)
    this.#showHelplines(true)
  }

  /** @param {string} [words] */
  async #confirm(words) {
    if (this.#isAsking) return
    if (this.#isClosed()) this.#forget()
    if (words === undefined) fill(this.#main)
    this.#isAsking = true
    write(this.#title, "Help")
    this.#say(this.#words.asking)
    fill(this.#act)
    this.#title.focus()
    const tooLong = setTimeout(() => this.#unanswered(), navigator.onLine ? PATIENCE : 0)
    try {
      const answer = await this.#post(words)
      await this.#answered(answer)
    } catch (error) {
      this.#refused(error, words === undefined)
    } finally {
      clearTimeout(tooLong)
      this.#isAsking = false
      this.#onnews()
    }
  }

  /** The desk is called once more; what is true then is said. */
  async #callAgain() {
    this.#again.hidden = true
    this.#say(this.#words.asking)
    try {
      const answer = await this.#post()
      if (answer.case !== this.#caseId) return this.#answered(answer)
      this.#told = answer.words
      this.#render()
    } catch (error) {
      this.#refused(error)
    }
  }

  /** Where very many press Help there is no case until one writes a few words. @param {{ case: string | null, words: string }} answer */
  async #answered(answer) {
    if (answer.case !== null) return this.#open(answer.case, answer.words)
    this.#say(answer.words)
    this.#showHelplines(true)
    const { firstWords } = await loadLine()
    fill(this.#main, firstWords((words) => void this.#confirm(words)))
  }

  /** @param {string} [words] */
  async #post(words) {
    const answer = await insist("/help", { id: newId(), room: this.#place.room, arrival: arrivingAs(), words })
    this.#place.helplines = answer.helplines ?? this.#place.helplines
    return answer
  }

  /** The page knows the numbers by itself; it goes on asking all the same (CE-03). */
  #unanswered() {
    this.#say(`${navigator.onLine ? NO_ANSWER : OFFLINE} ${thereNow(this.#place.helplines)}`)
    this.#showHelplines(true)
  }

  /** @param {unknown} error @param {boolean} [again] Words that were not taken stand in the field still. */
  #refused(error, again = true) {
    if (!(error instanceof RefusedError)) throw error
    this.#say(error.refusal.words)
    this.#showHelplines(true)
    if (again) this.#offer("Try again")
  }

  /** @param {string} label */
  #offer(label) {
    const button = el("button", { type: "button", class: "help", onclick: () => void this.#confirm() }, label)
    fill(this.#act, button)
  }

  // The line

  /** @param {string} caseId @param {string} [told] */
  #open(caseId, told = "") {
    this.#line?.stop()
    this.#line = null
    this.#caseId = caseId
    this.#told = told
    write(this.#title, "Help")
    fill(this.#act)
    fill(this.#main)
    this.#say(told)
    this.#showHelplines(true)
    this.#tellBeside(ARE_CALLED)
    void this.#begin(caseId)
  }

  /** @param {string} caseId */
  async #begin(caseId) {
    this.#parts = await loadLine()
    if (this.#caseId !== caseId || this.#line !== null) return
    this.#line = new this.#parts.CaseLine(caseId, {
      label: "To staff",
      note: this.#parts.memberNote,
      kept: this.#place.kept ?? "",
      acts: [this.#again, this.#farewell()],
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
    this.#render()
    this.#tellCard()
    const theyWrote = fresh.some(({ type, seat }) => type === "wrote" && seat !== state.seat)
    if (!this.#element.hidden) this.#tellBeside(this.#newsOf(state))
    else if (fresh.length > 0) {
      this.#tellBeside(theyWrote || this.#news === WROTE ? WROTE : this.#newsOf(state))
      write(this.#aloud, this.#news)
    }
  }

  /** What is so, and with it the numbers wherever nobody is there. */
  #render() {
    const state = this.#line?.state
    if (!state || this.#parts === null) return
    const held = this.#parts.isHeld(state)
    const isThere = this.#line?.isOtherHere ?? null
    const closed = state.closedAt !== null
    write(this.#title, held && isThere !== false ? `${state.claimer ?? "Somebody from staff"} is here` : "Help")
    // What the last press was answered with stays true until there is news.
    const last = this.#parts.lastCall(state)
    const isNews = held || closed || last?.type === "unanswered" || last?.type === "somebody_there" || last?.why !== undefined
    if (isNews) this.#told = ""
    this.#say(this.#told === "" ? this.#parts.memberSays(state, isThere, this.#place.helplines) : this.#told)
    this.#again.hidden = held || closed || !state.told
    if (closed && this.#act.childElementCount === 0) this.#offer("Ask for help again")
    this.#showHelplines(!held || isThere === false)
    this.#line?.rename(`To ${held ? (state.claimer ?? "staff") : "staff"}`)
  }

  /** @param {Case | null} state */
  #newsOf(state) {
    return (state && this.#parts && NEWS[this.#parts.standsAt(state)]) ?? ARE_CALLED
  }

  #tellCard() {
    if (this.#parts !== null) this.#tell(this.#parts.noticed(this.#line?.state ?? null, this.#place.helplines), !this.#element.hidden)
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
    return twoTaps("End the line: I'm all right now", end, { class: "quiet" })
  }

  /** A closed line makes room for the next call. */
  #forget() {
    this.#line?.stop()
    this.#line = null
    if (this.#caseId !== null) this.#over.add(this.#caseId)
    this.#caseId = null
    this.#told = ""
    this.#tell = () => {}
    this.#tellBeside("")
  }

  // Showing

  /** On a phone it lies over all but the head of the page: nothing goes on behind it. */
  #cover() {
    const covers = !this.#element.hidden && !BESIDE.matches
    const behind = document.querySelectorAll("body > :is(main, section:not(.help-panel), .bar), .skip:not([data-help])")
    for (const part of behind) /** @type {HTMLElement} */ (part).inert = covers
  }

  /** @param {string} text */
  #say(text) {
    write(this.#status, text)
  }

  /** Open where they are what is there now; folded where somebody is. @param {boolean} isNow */
  #showHelplines(isNow) {
    const { helplines } = this.#place
    const shown = JSON.stringify([isNow, this.#caseId === null, helplines])
    if (this.#lines.dataset.shown === shown) return // Who is about to press one keeps the focus.
    this.#lines.dataset.shown = shown
    const list = helplineList(helplines)
    const kept = el("p", { class: "soft" }, noService(helplines))
    if (!isNow) fill(this.#lines, el("details", {}, el("summary", {}, helplines.length > 0 ? "Numbers you can call" : "In danger now"), list, kept))
    // Beside an open line the words above the numbers say it.
    else fill(this.#lines, list, this.#caseId === null && kept)
  }

  /** @param {string} news */
  #tellBeside(news) {
    this.#news = news
    const isShown = !this.#element.hidden
    for (const button of helpButtons()) {
      if (button.matches("a")) continue
      set(button, "aria-expanded", String(isShown))
      // A button that changed its size would push the others: its news stand above the field.
      if (!button.matches(".help-news")) continue
      button.hidden = isShown || news === ""
      write(button, news === "" ? "" : `${news} · open ${news === IS_CLOSED ? "Help" : "the line"}`)
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
