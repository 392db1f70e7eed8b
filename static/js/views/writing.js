/** The line below the talk that says who is writing. Never read aloud: it comes and goes. */

import { el, find, write } from "../dom.js"
import { writing } from "../words.js"

/** @import { Room } from "../room.js" */

export class WritingView {
  #line = el("p", { class: "writing soft", dir: "auto", hidden: true })

  constructor() {
    find("#log").after(this.#line)
  }

  /** @param {Room} room @param {readonly number[]} seats */
  render(room, seats) {
    const words = writing(room, seats)
    write(this.#line, words)
    this.#line.hidden = words === ""
  }
}
