/**
 * Words that are not sent yet. They live in this tab's history entry: they outlast a reload, are
 * never in any storage of the site, and go with `Leave now`.
 */

/** @import { SeatCommand } from "./protocol.js" */

/**
 * @typedef {object} Kept
 * @property {string} text What stands in the field.
 * @property {number | null} to null: the room; 0: the facilitators; else one seat.
 * @property {{ id: string, command: SeatCommand, unsent: boolean, series?: string | undefined, lead?: string | undefined }[]} waiting
 *   What was sent and has no answer yet.
 */

/** Browsers allow about a hundred changes in half a minute. */
const PAUSE = 400

export class Draft {
  #room
  #timer = 0
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
    const kept = history.state?.room === this.#room ? history.state.kept : null
    return { text: "", to: null, waiting: [], ...kept }
  }

  /** To be called whenever it changed. */
  save() {
    if (this.#timer !== 0) return
    this.#timer = setTimeout(() => this.#write(), PAUSE)
  }

  #write() {
    clearTimeout(this.#timer)
    this.#timer = 0
    // After `Leave now` the page is empty, and nothing may be written again.
    if (!document.body.firstChild) return
    history.replaceState({ ...history.state, room: this.#room, kept: this.#current() }, "")
  }
}
