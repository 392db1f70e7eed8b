/** The door: who holds the meeting, what is kept, a name to come in under, and the lobby. */

import { el, fill, find, write } from "../dom.js"
import { onlyWhole } from "../enter.js"
import { isUnknown, post, RefusedError } from "../http.js"
import { newId } from "../ids.js"
import { isolated } from "../names.js"
import { holders } from "../words.js"
import { helplineList } from "./helplines.js"

/** @import { Refusal } from "../protocol.js" */

/**
 * The data block of room.html.
 *
 * @typedef {object} Door
 * @property {{ slug: string, name: string }} room
 * @property {import("../protocol.js").Role} role
 * @property {import("../protocol.js").Door} mode
 * @property {boolean} must_knock
 * @property {boolean} locked
 * @property {number | null} seat
 * @property {boolean} open
 * @property {number | null} meeting When it was convened, for who has a seat: two that differ are two meetings.
 * @property {string | null} phase Of what is on and who is there a stranger is told nothing more.
 * @property {number | null} here How many are connected.
 * @property {string[]} facilitators
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

/** Who comes in here. @type {Record<import("../protocol.js").Door, string>} */
const MODES = {
  open: "The door is open: everybody who has this page's address can come in.",
  knock: "A facilitator lets everybody in, one by one.",
  members: "Members of the group come straight in; everybody else is let in by a facilitator.",
  invitation: "Only those who were invited come in.",
}
const LOCKED = "The door is closed for now. You can try again later; Help is open to you."
const KNOCK = "A facilitator answers each knock, so that may take a moment."
const AGAIN = 4_000

export class DoorView {
  #door
  #oncome
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
  /** Since when they wait (ms, the page's clock), and the next time that is asked. */
  #since = 0
  #next = 0
  /** Grows with each wait that ends: what is answered to one that is over counts no more. */
  #waits = 0
  /** The question that may still be on its way. @type {Promise<unknown>} */
  #asked = Promise.resolve()

  /** @param {Door} door @param {(seat: number) => void} oncome */
  constructor(door, oncome) {
    this.#door = door
    this.#oncome = oncome
    find("#main").prepend(this.#build())
    this.#initial = import("./naming.js")
      .then(({ offersInitial }) => offersInitial(this.#name, (question) => this.#question(question)))
      .catch(() => null)
    this.#set({ busy: false, why: null })
    if (door.waiting !== null) {
      this.#name.value = door.waiting.name ?? ""
      this.#wait(door.waiting)
    }
  }

  #build() {
    // Below the way in, which a small phone shows without scrolling; and not where one waits already.
    this.#form.append(el("p", { class: "soft who" }, whoComesIn(this.#door)))
    const { kept, helplines } = this.#door
    return el(
      "section",
      { class: "door", "aria-labelledby": "door-title" },
      el("h2", { id: "door-title" }, "At the door"),
      el("p", { class: "now" }, el("strong", {}, whatIsOn(this.#door))),
      !this.#door.open && el("p", {}, notYet(this.#door)),
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
    const answer = post(`/rooms/${this.#door.room.slug}/seats`, { id: this.#id, name: this.#name.value, back })
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
    this.#name.closest("section")?.remove()
    this.#oncome(answer.seat)
  }

  /** The same question until there is a seat, or a no; a network that is gone is no answer. @param {Waiting} waiting */
  #wait(waiting) {
    this.#since = performance.now() - 1_000 * waiting.waited
    if (this.#lobby.hidden) this.#atTheDoor(waiting)
    write(this.#waited, knockedAs(waiting.name ?? this.#name.value.trim(), this.#since))
    this.#next = setTimeout(() => void this.#again(waiting), waiting.again_ms || AGAIN)
  }

  /** @param {Waiting} waiting */
  #atTheDoor({ holders: names }) {
    const who = names.length > 0 ? holders(names) : "a facilitator"
    const answers = names.length > 1 ? "answer" : "answers"
    this.#inPlace(
      el("p", {}, el("strong", {}, "You are at the door."), ` Keep this page open: ${who} ${answers} the door. That may take a few minutes.`),
      this.#waited,
      el(
        "div",
        { class: "acts" },
        el("button", { type: "button", onclick: () => this.#correct() }, "Change the name"),
        el("button", { type: "button", class: "quiet", onclick: () => void this.#stop() }, "Stop waiting"),
      ),
    )
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

  /** They wait on, under the old name, until they knock with another one. */
  #correct() {
    this.#waits += 1
    clearTimeout(this.#next)
    this.#back()
    this.#name.select()
  }

  /** Nobody has to wait; the facilitators see them at the door no more. */
  async #stop() {
    this.#waits += 1
    clearTimeout(this.#next)
    const asked = this.#asked
    this.#inPlace(
      el("p", {}, "You are not waiting any more. You can come back whenever you like, and Help stays open."),
      el("div", { class: "acts" }, el("button", { type: "button", onclick: () => this.#back() }, "Back to the door")),
    )
    await asked // Else it might arrive later, as one more knock.
    await post(`/rooms/${this.#door.room.slug}/knocks/end`, {}).catch(() => null)
  }

  /** A name can be mended; another no stands in place of the form. @param {Refusal} refusal */
  #refused(refusal) {
    const isOfTheName = refusal.next?.includes("edit") || isUnknown(refusal)
    this.#lobby.hidden = true
    this.#form.hidden = false
    this.#set({ busy: false, why: isOfTheName ? refusal : null })
    this.#mayAskBack.hidden = refusal.code !== "name_taken" || this.#door.role !== "member"
    if (isOfTheName) return
    const back = el("button", { type: "button", onclick: () => this.#back() }, "Back to the door")
    this.#inPlace(el("p", {}, refusal.words), refusal.code !== "turned_away" && el("div", { class: "acts" }, back))
  }

  /** @param {...import("../dom.js").Child} words */
  #inPlace(...words) {
    this.#form.hidden = true
    this.#lobby.hidden = false
    fill(this.#lobby, ...words)
    this.#lobby.focus()
  }

  /** The name that was typed is still there. */
  #back() {
    this.#lobby.hidden = true
    this.#form.hidden = false
    this.#id = newId()
    this.#set({ busy: false, why: null })
    this.#name.focus()
  }

  /** @param {{ busy: boolean, why: Refusal | null }} state */
  #set({ busy, why }) {
    this.#busy = busy
    this.#mayAskBack.hidden = true
    write(this.#submit, busy ? "Coming in…" : this.#door.must_knock ? "Ask to come in" : "Come in")
    write(this.#why, why?.words ?? "")
    this.#why.hidden = why === null
    if (why === null) return this.#name.removeAttribute("aria-invalid")
    if (why.next?.includes("edit")) {
      this.#name.setAttribute("aria-invalid", "true")
      this.#name.focus()
    }
  }
}

/** @param {Door} door */
function whoComesIn({ mode, role, locked, must_knock }) {
  if (role !== "member") return MODES[mode]
  return locked ? LOCKED : must_knock ? KNOCK : MODES[mode]
}

/** What is on, who holds it, and how many are there. @param {Door} door */
function whatIsOn(door) {
  const parts = [door.open ? begun(door.phase) : "The meeting has not begun yet", heldBy(door), count(door.here)]
  return parts.filter((part) => part !== "").join(" · ")
}

/** @param {string | null} phase */
function begun(phase) {
  if (phase === null) return "The meeting is open"
  return phase.startsWith("After") ? phase : `${isolated(phase)} has begun`
}

/** @param {number | null} here */
function count(here) {
  if (!here) return ""
  return here === 1 ? "1 person here" : `${here} people here`
}

/** @param {Door} door */
function notYet(door) {
  if (door.role === "facilitator") return "You can open it once you are in."
  const who = door.facilitators.length > 0 ? holders(door.facilitators) : "A facilitator"
  return `${who} will open it; that may take a while. You can ${door.must_knock ? "knock" : "come in"} and wait, or come back later.`
}

/** The name they wait under, and for how long. @param {string} name @param {number} since */
function knockedAs(name, since) {
  const minutes = Math.floor((performance.now() - since) / 60_000)
  const long = minutes < 1 ? "less than a minute" : minutes === 1 ? "a minute" : `${minutes} minutes`
  return `You knocked as ${isolated(name)}, and have waited for ${long}.`
}

/** Who holds the meeting, where they have come already. @param {Door} door */
function heldBy({ facilitators }) {
  if (facilitators.length === 0) return ""
  return `${holders(facilitators)} ${facilitators.length > 1 ? "hold" : "holds"} it`
}
