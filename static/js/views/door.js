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
 * @property {string | null} phase
 * @property {string[]} facilitators
 * @property {number} retention_hours
 * @property {string} kept
 * @property {import("./helplines.js").Helpline[]} helplines
 * @property {string} case_kept How long the words on the line to staff stay.
 * @property {string | null} case
 * @property {{ id: string, title: string, text: string }[]} [cues] For facilitators.
 * @property {number} [speed]
 */

/** The answer of the door while somebody waits. @typedef {{ again_ms: number, holders: string[] }} Waiting */

/** Who comes in here. @type {Record<import("../protocol.js").Door, string>} */
const MODES = {
  open: "The door is open: everybody who has this page's address can come in.",
  knock: "A facilitator lets everybody in, one by one.",
  members: "Members of the group come straight in; everybody else is let in by a facilitator.",
  invitation: "Only those who were invited come in.",
}
const LOCKED = "The door is closed for now. You can try again later; Help is open to you."
const KNOCK = "A facilitator will let you in, so that may take a moment."
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
  #form = el(
    "form",
    { onsubmit: (/** @type {Event} */ event) => void this.#come(event) },
    el("label", { for: "name" }, "Your name for this meeting"),
    el("p", { id: "name-hint", class: "soft" }, "A first name is enough, or one with an initial, as in Ben W. Everyone in the room sees it."),
    this.#why,
    this.#name,
    this.#submit,
  )
  /** In place of the form while one waits, and where the answer is no. */
  #lobby = el("div", { class: "lobby", role: "status", tabindex: "-1", hidden: true })

  /** @param {Door} door @param {(seat: number) => void} oncome */
  constructor(door, oncome) {
    this.#door = door
    this.#oncome = oncome
    find("#main").prepend(this.#build())
    this.#set({ busy: false, why: null })
  }

  #build() {
    const { kept, helplines } = this.#door
    return el(
      "section",
      { class: "door", "aria-labelledby": "door-title" },
      el("h2", { id: "door-title" }, "At the door"),
      el("p", {}, this.#door.open ? isOpen(this.#door) : notYet(this.#door)),
      el("p", { class: "soft" }, whoComesIn(this.#door)),
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
    if (this.#busy) return
    this.#set({ busy: true, why: null })
    try {
      this.#answered(await this.#ask())
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      this.#refused(error.refusal)
    }
  }

  /** @returns {Promise<{ seat: number } | ({ waiting: true } & Waiting)>} */
  #ask() {
    return post(`/rooms/${this.#door.room.slug}/seats`, { id: this.#id, name: this.#name.value })
  }

  /** @param {{ seat: number } | ({ waiting: true } & Waiting)} answer */
  #answered(answer) {
    if ("waiting" in answer) return this.#wait(answer)
    this.#name.closest("section")?.remove()
    this.#oncome(answer.seat)
  }

  /** The same question until there is a seat, or a no; a network that is gone is no answer. @param {Waiting} waiting */
  #wait({ again_ms = AGAIN, holders: names }) {
    if (this.#lobby.hidden) {
      const who = names.length > 0 ? holders(names) : "a facilitator"
      this.#inPlace(
        el("p", {}, el("strong", {}, "You are at the door."), ` Keep this page open: ${who} will let you in. That may take a few minutes.`),
        el("p", { class: "soft" }, `You knocked as ${isolated(this.#name.value.trim())}.`),
      )
    }
    setTimeout(() => void this.#again(again_ms, names), again_ms)
  }

  /** @param {number} again_ms @param {string[]} names */
  async #again(again_ms, names) {
    try {
      this.#answered(await this.#ask())
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      if (isUnknown(error.refusal)) this.#wait({ again_ms, holders: names })
      else this.#refused(error.refusal)
    }
  }

  /** A name can be mended; another no stands in place of the form. @param {Refusal} refusal */
  #refused(refusal) {
    const isOfTheName = refusal.next?.includes("edit") || isUnknown(refusal)
    this.#lobby.hidden = true
    this.#form.hidden = false
    this.#set({ busy: false, why: isOfTheName ? refusal : null })
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
    this.#name.focus()
  }

  /** @param {{ busy: boolean, why: Refusal | null }} state */
  #set({ busy, why }) {
    this.#busy = busy
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

/** @param {Door} door */
function isOpen(door) {
  return `The meeting is open${door.phase ? `: ${door.phase}` : ""}. ${heldBy(door, ".")}`.trimEnd()
}

/** @param {Door} door */
function notYet(door) {
  if (door.role === "facilitator") return `The meeting has not begun yet. You can open it once you are in. ${heldBy(door, " too.")}`
  const opens = heldBy(door, " and will open it") || "A facilitator will open it"
  return `The meeting has not begun yet. ${opens}; that may take a while. You can ${door.must_knock ? "knock" : "come in"} and wait, or come back later.`
}

/** Who holds the meeting, where they have come already. @param {Door} door @param {string} more */
function heldBy({ facilitators }, more) {
  if (facilitators.length === 0) return ""
  return `${holders(facilitators)} ${facilitators.length > 1 ? "hold" : "holds"} it${more}`
}
