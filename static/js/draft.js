/**
 * Words that are not sent yet. They live in this tab's history entry: they outlast a reload, and go with
 * `Leave now`. Only from being signed out to being back they lie in the tab's own storage.
 */

/** @import { SeatCommand } from "./protocol.js" */

/**
 * Of folded words: whether they show when they are opened, always, or never; which lines are open,
 * and which this reader has folded (numbers in the room).
 *
 * @typedef {{ show: "opened" | "always" | "never", opened: number[], kept: number[] }} Folds
 */

/**
 * @typedef {object} Kept
 * @property {number | null} meeting Which one of the room's it was written in; null where that was not known.
 * @property {string} text What stands in the field.
 * @property {number | null} to null: the room; 0: the facilitators; else one seat.
 * @property {{ id: string, command: SeatCommand, unsent: boolean, series?: string | undefined, lead?: string | undefined }[]} waiting
 *   What was sent and has no answer yet.
 * @property {boolean} sound Whether they asked for a sound when they are invited.
 * @property {Partial<Folds>} [folds]
 */

/** Under which name the tab's own storage holds words from where somebody was signed out to where they are back. */
const CARRIED = "draft"
const CARRIED_FOR = 3_600_000

/** Browsers allow about a hundred changes in half a minute. */
const PAUSE = 400

export class Draft {
  #room
  #timer = 0
  /** At the door of a meeting the words of the one before are kept as they are. */
  #isLoaded = false
  /** @type {() => Kept} */
  #current

  /** @param {string} room @param {() => Kept} current */
  constructor(room, current) {
    this.#room = room
    this.#current = current
    // What `pagehide` writes comes too late for a reload now and then; a phone knows no `beforeunload`.
    addEventListener("beforeunload", () => this.#write())
    addEventListener("pagehide", () => this.#write())
  }

  /** What was kept of this room by the page that was here before the reload. @returns {Kept} */
  load() {
    this.#isLoaded = true
    const along = carried(this.#room)
    const kept = history.state?.room === this.#room ? history.state.kept : null
    const found = { meeting: null, text: "", to: null, waiting: [], sound: false, ...(kept ?? along) }
    const is = this.#current().meeting
    return found.meeting !== null && found.meeting !== is ? fromAnother(found) : found
  }

  /** To be called whenever it changed. */
  save() {
    if (this.#timer !== 0) return
    this.#timer = setTimeout(() => this.#write(), PAUSE)
  }

  /** Signed out: the way back leads over another entry of this tab's history. */
  carry() {
    carry({ room: this.#room, kept: this.#current() })
  }

  #write() {
    clearTimeout(this.#timer)
    this.#timer = 0
    // After `Leave now` the page is empty, and nothing may be written again.
    if (!document.body.firstChild || !this.#isLoaded) return
    history.replaceState({ ...history.state, room: this.#room, kept: this.#current() }, "")
  }
}

/**
 * In another meeting they are nobody's yet: whom they were for may be another person there. What was
 * not for the room is for the facilitators then, and never for the room.
 *
 * @param {Kept} kept @returns {Kept}
 */
function fromAnother({ text, to, waiting, sound, folds: { show = "opened" } = {} }) {
  const words = waiting.map(({ command }) => ("text" in command ? command.text : ""))
  const isPrivate = to !== null || waiting.some(({ command }) => command.type === "tell")
  return { meeting: null, text: [...words, text].filter(Boolean).join("\n"), to: isPrivate ? 0 : null, waiting: [], sound, folds: { show } }
}

/**
 * Takes words along in this tab, until they are taken up again, for an hour at most.
 *
 * @param {{ room?: string, kept?: Kept } | null} state
 */
export function carry(state) {
  if (!state?.kept || (state.kept.text === "" && state.kept.waiting.length === 0)) return
  sessionStorage.setItem(CARRIED, JSON.stringify({ ...state, at: Date.now() }))
}

/** `Leave now`: nothing is taken along. */
export function dropCarried() {
  sessionStorage.removeItem(CARRIED)
}

/** @param {string} room @returns {Kept | null} */
function carried(room) {
  const found = JSON.parse(sessionStorage.getItem(CARRIED) ?? "null")
  if (found?.room !== room) return null
  dropCarried()
  return Date.now() - found.at < CARRIED_FOR ? found.kept : null
}
