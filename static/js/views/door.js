/** The door: who holds the meeting, what is kept, a name to come in under, and the lobby. */

import { el, fill, find, write } from "../dom.js"
import { onlyWhole } from "../enter.js"
import { RefusedError, arrivingAs, isUnknown, newId, post, postLast } from "../http.js"
import { Lookout } from "../lookout.js"
import { knockedAs, NOT_SURE, notYet, whatIsOn, whatIsSo, whoAnswers, whoComesIn } from "./door-words.js"
import { helplineList } from "./helplines.js"
import { appeals } from "./notices.js"

/** @import { Refusal } from "../protocol.js" */
/** @import { News } from "./door-words.js" */

/**
 * The data block of room.html.
 *
 * @typedef {News & Room} Door
 *
 * @typedef {object} Room
 * @property {{ slug: string, name: string }} room
 * @property {number | null} seat
 * @property {number | null} meeting When it was convened, where anybody may know: two that differ are two meetings.
 * @property {number} retention_hours
 * @property {string} kept
 * @property {import("./helplines.js").Helpline[]} helplines
 * @property {string} case_kept How long the words on the line to staff stay.
 * @property {string | null} case
 * @property {Waiting | null} waiting Where somebody waits in the lobby already.
 * @property {{ id: string, title: string, text: string }[]} [cues] For facilitators.
 * @property {number} [speed]
 */

/**
 * The answer of the door while somebody waits: under which name, and for how many seconds already.
 *
 * @typedef {{ again_ms: number, holders: string[], name: string | null, waited: number }} Waiting
 */

const AGAIN = 4_000
const LASTING = ["removed", "turned_away", "next_not_begun"]

export class DoorView {
  #door
  /** What was so when it was asked last. @type {News} */
  #news
  #oncome
  #lookout
  #hasEnded = false
  /** The no that stands in place of the form, and stays there. @type {Refusal | null} */
  #no = null
  #id = newId()
  #busy = false
  #name = el("input", {
    id: "name",
    name: "name",
    required: true,
    maxlength: 40,
    autocomplete: "off",
    autocapitalize: "words",
    spellcheck: "false",
    dir: "auto",
    "aria-describedby": "name-hint name-why",
    oninput: () => (this.#id = newId()),
    onkeydown: onlyWhole,
  })
  #why = el("p", { id: "name-why", class: "bounced", role: "alert", hidden: true })
  #submit = el("button", { class: "primary" })
  /** Loaded behind the page: a way in that has no network to spare waits for nothing. @type {Promise<import("./naming.js").Asks | null>} */
  #initial
  /** Asks whether the initial would do, or whether one was here before. */
  #ask = el("div", { class: "naming" })
  #mayAskBack = el("div", { class: "acts", hidden: true }, el("button", { type: "button", onclick: () => void this.#send(true) }, "That was me: ask a facilitator"))
  #form = el(
    "form",
    { onsubmit: (/** @type {Event} */ event) => void this.#come(event) },
    el("label", { for: "name" }, "Your name for this meeting"),
    el("p", { id: "name-hint", class: "soft" }, "A first name is enough, or one with an initial, as in Ben W. Everyone in the room sees it."),
    this.#why,
    this.#mayAskBack,
    this.#name,
    this.#ask,
    this.#submit,
  )
  /** In place of the form while one waits, and where the answer is no. */
  #lobby = el("div", { class: "lobby", role: "status", tabindex: "-1", hidden: true })
  #waited = el("p", { class: "soft" })
  #answers = el("span")
  #now = el("strong")
  #doubt = el("p", { class: "soft", role: "status", hidden: true }, NOT_SURE)
  #yet = el("p")
  #who = el("p", { class: "soft who" })
  /** Since when they wait (ms, the page's clock), and the next time that is asked. */
  #since = 0
  #next = 0
  #isWaiting = false
  /** Grows with each wait that ends: what is answered to one that is over counts no more. */
  #waits = 0
  /** The question that may still be on its way. @type {Promise<unknown>} */
  #asked = Promise.resolve()

  /** @param {Door} door @param {(seat: number) => void} oncome */
  constructor(door, oncome) {
    this.#door = this.#news = door
    this.#oncome = oncome
    find("#main").prepend(this.#build())
    this.#initial = import("./naming.js")
      .then(({ offersInitial }) => offersInitial(this.#name, (question) => this.#question(question)))
      .catch(() => null)
    this.#set({ busy: false, why: null })
    this.#show(door)
    if (door.waiting !== null) {
      this.#name.value = door.waiting.name ?? ""
      this.#wait(door.waiting)
    }
    addEventListener("pagehide", () => this.#goes())
    this.#lookout = new Lookout(`/rooms/${door.room.slug}/door`, (/** @type {News | null} */ news, why) => {
      if (news !== null) this.#heard(news)
      else this.#unheard(why)
    })
  }

  #build() {
    // Below the way in, which a small phone shows without scrolling; and not where one waits already.
    this.#form.append(this.#who)
    const { kept, helplines } = this.#door
    return el(
      "section",
      { class: "door", "aria-labelledby": "door-title" },
      el("h2", { id: "door-title" }, "At the door"),
      el("p", { class: "now" }, this.#now),
      this.#doubt,
      this.#yet,
      this.#form,
      this.#lobby,
      el("p", {}, kept),
      el(
        "p",
        { class: "soft" },
        "This is not a crisis service. If you are in danger now, ",
        helplines.length > 0 ? "press Help or turn to:" : "press Help.",
      ),
      helplines.length > 0 && helplineList(helplines),
    )
  }

  /** @param {News} news */
  #heard(news) {
    const before = whatIsOn(this.#news, this.#hasEnded)
    // One that was on and is not has ended; the next that begins is another.
    this.#hasEnded = !news.open && (this.#news.open || this.#hasEnded)
    this.#show(news)
    const now = whatIsOn(news, this.#hasEnded)
    if (now !== before) write(find("#aloud"), now)
  }

  /** What stands there stays, and is not said to be so now; a door that is closed by now says why. @param {unknown} why */
  #unheard(why) {
    if (!(why instanceof RefusedError)) throw why
    if (isUnknown(why.refusal)) this.#doubt.hidden = false
    else this.#show({ ...this.#news, open: false, phase: null, facilitators: [], here: null, no: why.refusal })
  }

  /** @param {News} news */
  #show(news) {
    this.#news = news
    this.#doubt.hidden = true
    const isClosed = news.no !== null && !LASTING.includes(news.no.code)
    write(this.#now, isClosed ? "" : whatIsSo(news, this.#hasEnded))
    write(this.#yet, news.open || news.no !== null ? "" : notYet(news))
    this.#yet.hidden = this.#yet.textContent === ""
    write(this.#who, whoComesIn(news))
    if (!this.#busy) this.#label()
    if (news.no !== null) this.#stands(news.no)
    else if (this.#no !== null) this.#mayComeAgain()
  }

  /** Takes the focus from what goes alone: nobody has asked for it. @param {Refusal} no */
  #stands(no) {
    if (this.#no?.code === no.code) return
    this.#waits += 1
    clearTimeout(this.#next)
    this.#no = no
    const wasIn = this.#form.contains(document.activeElement)
    this.#inPlace(el("p", {}, no.words))
    if (no.code === "removed") void appeals(this.#lobby, this.#door.room.slug)
    if (wasIn) this.#lobby.focus()
  }

  /** The meeting that had a no for them is over. */
  #mayComeAgain() {
    this.#no = null
    const wasIn = this.#lobby === document.activeElement
    this.#back()
    if (wasIn) this.#name.focus()
  }

  /** @param {Event} event */
  async #come(event) {
    event.preventDefault()
    if (this.#busy || this.#ask.firstChild !== null) return
    const mayGoOn = (await this.#initial) ?? (() => true)
    if (await mayGoOn()) await this.#send()
  }

  /** @param {boolean} [back] They say that they were here under this name. */
  async #send(back = false) {
    if (this.#busy) return
    this.#set({ busy: true, why: null })
    try {
      this.#answered(await this.#knock(back))
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      this.#refused(error.refusal)
    }
  }

  /** @param {boolean} [back] @returns {Promise<{ seat: number } | ({ waiting: true } & Waiting)>} */
  #knock(back = false) {
    const answer = post(`/rooms/${this.#door.room.slug}/seats`, { id: this.#id, name: this.#name.value, back, arrival: arrivingAs() })
    this.#asked = answer.catch(() => null)
    return answer
  }

  /** Whether the initial would do; the way in waits for the answer. @param {HTMLElement | null} question */
  #question(question) {
    fill(this.#ask, question)
    this.#submit.hidden = question !== null
    if (question === null) this.#name.focus()
  }

  /** @param {{ seat: number } | ({ waiting: true } & Waiting)} answer */
  #answered(answer) {
    if ("waiting" in answer) return this.#wait(answer)
    this.#isWaiting = false
    this.#lookout.stop()
    this.#name.closest("section")?.remove()
    this.#oncome(answer.seat)
  }

  /** The same question until there is a seat, or a no; a network that is gone is no answer. @param {Waiting} waiting */
  #wait(waiting) {
    this.#isWaiting = true
    this.#since = performance.now() - 1_000 * waiting.waited
    if (this.#lobby.hidden) this.#atTheDoor()
    write(this.#answers, whoAnswers(waiting.holders))
    write(this.#waited, knockedAs(waiting.name ?? this.#name.value.trim(), this.#since))
    this.#next = setTimeout(() => void this.#again(waiting), waiting.again_ms || AGAIN)
  }

  #atTheDoor() {
    this.#inPlace(
      el("p", {}, el("strong", {}, "You are at the door."), this.#answers),
      this.#waited,
      el(
        "div",
        { class: "acts" },
        el("button", { type: "button", onclick: () => this.#correct() }, "Change the name"),
        el("button", { type: "button", class: "quiet", onclick: () => void this.#stop() }, "Stop waiting"),
      ),
    )
    this.#lobby.focus()
  }

  /** @param {Waiting} waiting */
  async #again(waiting) {
    const waits = this.#waits
    try {
      const answer = await this.#knock()
      if (waits === this.#waits || "seat" in answer) this.#answered(answer)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      if (waits !== this.#waits) return
      const waited = (performance.now() - this.#since) / 1_000
      if (isUnknown(error.refusal)) this.#wait({ ...waiting, waited })
      else this.#refused(error.refusal)
    }
  }

  /** A page that is closed waits no longer; one that is loaded again asks again at once. */
  #goes() {
    if (this.#isWaiting) postLast(`/rooms/${this.#door.room.slug}/knocks/end`, { perhaps: true })
  }

  /** They wait on, under the old name, until they knock with another one. */
  #correct() {
    this.#waits += 1
    clearTimeout(this.#next)
    this.#toTheDoor()
    this.#name.select()
  }

  /** Nobody has to wait; the facilitators see them at the door no more. */
  async #stop() {
    this.#isWaiting = false
    this.#waits += 1
    clearTimeout(this.#next)
    const asked = this.#asked
    this.#inPlace(
      el("p", {}, "You are not waiting any more. You can come back whenever you like, and Help stays open."),
      el("div", { class: "acts" }, el("button", { type: "button", onclick: () => this.#toTheDoor() }, "Back to the door")),
    )
    this.#lobby.focus()
    await asked // Else it might arrive later, as one more knock.
    await post(`/rooms/${this.#door.room.slug}/knocks/end`, {}).catch(() => null)
  }

  /** A name can be mended; another no stands in place of the form. @param {Refusal} refusal */
  #refused(refusal) {
    this.#isWaiting = false
    const isOfTheName = refusal.next?.includes("edit") || isUnknown(refusal)
    this.#lobby.hidden = true
    this.#form.hidden = false
    this.#set({ busy: false, why: isOfTheName ? refusal : null })
    this.#mayAskBack.hidden = refusal.code !== "name_taken" || this.#news.role !== "member"
    if (isOfTheName) return
    if (LASTING.includes(refusal.code)) {
      this.#show({ ...this.#news, phase: null, facilitators: [], here: null, no: refusal })
    } else {
      const back = el("button", { type: "button", onclick: () => this.#toTheDoor() }, "Back to the door")
      this.#inPlace(el("p", {}, refusal.words), el("div", { class: "acts" }, back))
    }
    this.#lobby.focus()
  }

  /** @param {...import("../dom.js").Child} words */
  #inPlace(...words) {
    this.#form.hidden = true
    this.#lobby.hidden = false
    fill(this.#lobby, ...words)
  }

  #toTheDoor() {
    this.#back()
    this.#name.focus()
  }

  /** The name that was typed is still there. */
  #back() {
    this.#lobby.hidden = true
    fill(this.#lobby)
    this.#form.hidden = false
    this.#id = newId()
    this.#set({ busy: false, why: null })
  }

  #label() {
    const { locked, must_knock } = this.#news
    const isShut = locked && this.#door.role === "member"
    write(this.#submit, this.#busy ? "Coming in…" : isShut ? "Try the door" : must_knock ? "Ask to come in" : "Come in")
  }

  /** @param {{ busy: boolean, why: Refusal | null }} state */
  #set({ busy, why }) {
    this.#busy = busy
    this.#mayAskBack.hidden = true
    this.#label()
    write(this.#why, why?.words ?? "")
    this.#why.hidden = why === null
    if (why === null) return this.#name.removeAttribute("aria-invalid")
    if (why.next?.includes("edit")) {
      this.#name.setAttribute("aria-invalid", "true")
      this.#name.focus()
    }
  }
}
