/** Who is writing when their invitation is about to run out is there: it is accepted for them. */

import { find } from "../dom.js"
import * as rooms from "../standing.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Room } from "../room.js" */

/** Seconds before an invitation runs out from which on it is accepted for who is writing. */
const ABOUT = 10
/** Seconds for which a letter tells that somebody is writing. */
const LATELY = 5

/**
 * Whether somebody is writing an answer that would come too late.
 *
 * @param {Room} room
 * @param {number} now
 * @param {{ text: string, isPrivate: boolean, ago: number }} field Its words, whether they are for few,
 * and how many seconds ago the last of them was typed.
 */
export function isThere(room, now, { text, isPrivate, ago }) {
  const left = rooms.inviteLeft(room, now)
  const isDue = rooms.takesTheFloor(room) && left !== null && left <= ABOUT
  return isDue && !isPrivate && ago <= LATELY && text.trim() !== "" && !rooms.isTypedCustom(room, text)
}

export class ThereView {
  #field = /** @type {HTMLTextAreaElement} */ (find("#words"))
  #form = find("#say")
  #pending = find("#pending")
  #typedAt = -Infinity
  #acts
  /** The last that was accepted from here. */
  #epoch = 0

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts
    this.#field.addEventListener("input", () => (this.#typedAt = performance.now()))
  }

  /** @param {Model} model */
  render({ room, now }) {
    const ago = (performance.now() - this.#typedAt) / 1_000
    const field = { text: this.#field.value, isPrivate: this.#form.hasAttribute("data-private"), ago }
    // A line that is on its way accepts it.
    if (this.#epoch === room.epoch || this.#pending.firstChild !== null || !isThere(room, now, field)) return
    this.#epoch = room.epoch
    void this.#accept(room.epoch)
  }

  /** @param {number} epoch */
  async #accept(epoch) {
    const { state } = await this.#acts.send({ type: "accept", epoch })
    if (state === "confirmed") this.#acts.note("You are writing, so the floor is yours.")
  }
}
