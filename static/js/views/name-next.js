/** In a tag phase: who is next, named by whoever has the floor or just had it (FC-28). */

import { el, find, keyed, write } from "../dom.js"
import * as rooms from "../standing.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Person, Room } from "../room.js" */

export class NameNextView {
  #fold = /** @type {HTMLDetailsElement} */ (find("#naming"))
  #list = find("#naming .acts")
  #send
  #turn = -1
  /** @type {Room | null} */
  #room = null

  /** @param {Acts} acts */
  constructor({ send }) {
    this.#send = send
  }

  /** @param {Model} model */
  render({ room, now, isHere }) {
    this.#room = room
    const names = rooms.mayName(room, now)
    const hadFocus = this.#fold.contains(document.activeElement)
    this.#fold.hidden = !names
    if (!names && hadFocus) find("#floor .holder").focus()
    if (!names) return
    // To who has the floor it is a fold; once the turn has ended it is the one thing they are asked.
    if (room.holder === null && this.#turn !== room.turns) {
      this.#fold.open = true
      this.#turn = room.turns
    }
    const people = rooms.nameable(room).filter(({ seat }) => isHere(seat))
    people.sort((a, b) => asked(room, a) - asked(room, b))
    write(find(".none", this.#fold), people.length === 0 ? "Everybody here has shared or listens today." : "")
    keyed(this.#list, people, ({ seat }) => seat, ({ seat }) => this.#build(seat), (button, { name }) => write(button, name ?? "Somebody"))
  }

  /** @param {number} seat */
  #build(seat) {
    const act = () => this.#room !== null && void this.#send({ type: "tag", epoch: this.#room.epoch, seat })
    return el("button", { type: "button", dir: "auto", onclick: act })
  }
}

/** Whose hand is up comes first. @param {Room} room @param {Person} person */
function asked(room, { seat }) {
  return rooms.place(room, seat) || Infinity
}
