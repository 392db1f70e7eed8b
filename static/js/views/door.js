/** The door: who holds the meeting, what is kept, and a name to come in under. */

import { el, find, write } from "../dom.js"
import { post, RefusedError } from "../http.js"
import { newId } from "../ids.js"
import { holders } from "../words.js"

/** @import { Refusal } from "../protocol.js" */

/**
 * The data block of room.html.
 *
 * @typedef {object} Door
 * @property {{ slug: string, name: string }} room
 * @property {"member" | "facilitator"} role
 * @property {number | null} seat
 * @property {boolean} open
 * @property {string | null} phase
 * @property {string[]} facilitators
 * @property {number} retention_hours
 * @property {string} kept
 * @property {{ label: string, text: string, url: string | null }[]} helplines
 * @property {string | null} case
 * @property {{ id: string, title: string, text: string }[]} [cues] For facilitators.
 * @property {number} [speed]
 */

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
  })
  #why = el("p", { id: "name-why", class: "bounced", role: "alert", hidden: true })
  #submit = el("button", { class: "primary" }, "Come in")

  /** @param {Door} door @param {(seat: number) => void} oncome */
  constructor(door, oncome) {
    this.#door = door
    this.#oncome = oncome
    find("#main").prepend(this.#build())
  }

  #build() {
    const { kept, helplines } = this.#door
    return el(
      "section",
      { class: "door", "aria-labelledby": "door-title" },
      el("h2", { id: "door-title" }, "At the door"),
      el("p", {}, this.#door.open ? isOpen(this.#door) : notYet(this.#door)),
      el(
        "form",
        { onsubmit: (/** @type {Event} */ event) => void this.#come(event) },
        el("label", { for: "name" }, "Your name for this meeting"),
        el("p", { id: "name-hint", class: "soft" }, "A first name is enough, or one with an initial, as in Ben W. Everyone in the room sees it."),
        this.#why,
        this.#name,
        this.#submit,
      ),
      el("p", {}, kept),
      el(
        "p",
        { class: "soft" },
        "This is not a crisis service. If you are in danger now, ",
        helplines.length > 0 ? "press Help or turn to:" : "press Help.",
      ),
      helplines.length > 0 && el("ul", { class: "numbers" }, ...helplines.map(helpline)),
    )
  }

  /** @param {Event} event */
  async #come(event) {
    event.preventDefault()
    if (this.#busy) return
    this.#set({ busy: true, why: null })
    try {
      const { seat } = await post(`/rooms/${this.#door.room.slug}/seats`, { id: this.#id, name: this.#name.value })
      this.#name.closest("section")?.remove()
      this.#oncome(seat)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      this.#set({ busy: false, why: error.refusal })
    }
  }

  /** @param {{ busy: boolean, why: Refusal | null }} state */
  #set({ busy, why }) {
    this.#busy = busy
    write(this.#submit, busy ? "Coming in…" : "Come in")
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
function isOpen(door) {
  return `The meeting is open${door.phase ? `: ${door.phase}` : ""}. ${heldBy(door, ".")}`.trimEnd()
}

/** @param {Door} door */
function notYet(door) {
  if (door.role === "facilitator") return `The meeting has not begun yet. You can open it once you are in. ${heldBy(door, " too.")}`
  const opens = heldBy(door, " and will open it") || "A facilitator will open it"
  return `The meeting has not begun yet. ${opens}; that may take a while. You can come in and wait, or come back later.`
}

/** Who holds the meeting, where they have come already. @param {Door} door @param {string} more */
function heldBy({ facilitators }, more) {
  if (facilitators.length === 0) return ""
  return `${holders(facilitators)} ${facilitators.length > 1 ? "hold" : "holds"} it${more}`
}

/** @param {Door["helplines"][number]} line */
function helpline({ label, text, url }) {
  return el("li", {}, el("strong", {}, label), " ", url ? el("a", { href: url, rel: "noreferrer" }, text) : text)
}
