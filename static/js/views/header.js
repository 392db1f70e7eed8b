/** The line below the room's name, and the banner when the line is lost. */

import { el, fill, find, keyed, write } from "../dom.js"
import { statusLine } from "../words.js"

/** @import { Model } from "../model.js" */

/** A blip shorter than this is not worth anybody's attention. */
const GRACE = 1_000

export class HeaderView {
  #status = find("#status")
  #banner = find("#banner")
  #timer = 0

  /** @param {Model} model */
  render({ room, now, here }) {
    // Each in one piece: what finds no room on a phone goes whole, and leaves its dot behind.
    keyed(this.#status, statusLine(room, now, here), (part) => part, (part) => el("span", {}, part))
  }

  /** The meeting goes on without whoever looks at this. */
  out() {
    fill(this.#status)
  }

  /** @param {"connecting" | "live" | "lost" | "ended"} state */
  link(state) {
    clearTimeout(this.#timer)
    if (state === "lost") {
      this.#timer = setTimeout(() => this.#say("Connection lost. Your words are kept. Trying again."), GRACE)
    } else {
      this.#say("")
    }
  }

  /** @param {string} words */
  #say(words) {
    this.#banner.classList.toggle("shown", words !== "")
    write(this.#banner, words)
  }
}
