/** The queue: whose hand is up, in the order the server gave. */

import { el, find, keyed, set, write } from "../dom.js"
import * as rooms from "../room.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Room } from "../room.js" */

export class QueueView {
  #section = find("#queue")
  #list = find("#queue ol")
  #none = find("#queue .none")
  #send
  /** @type {Room | null} */
  #room = null

  /** @param {Acts} acts */
  constructor(acts) {
    this.#send = acts.send
  }

  /** @param {Model} model */
  render({ room }) {
    this.#room = room
    this.#section.hidden = rooms.speak(room) !== "queue"
    this.#none.hidden = room.hands.length > 0
    keyed(
      this.#list,
      room.hands,
      (seat) => seat,
      (seat) => this.#build(seat),
      (element, seat) => this.#update(element, seat, room),
    )
  }

  /** @param {number} seat */
  #build(seat) {
    return el(
      "li",
      {},
      el("span", { class: "name", dir: "auto" }),
      el("span", { class: "badge you", hidden: true }, "you"),
      el("span", { class: "badge away", hidden: true }, "not connected"),
      el("button", { type: "button", class: "invite", onclick: () => this.#invite(seat) }, "Invite"),
      el("button", { type: "button", class: "lower", onclick: () => this.#send({ type: "lower_hand", seat }) }, "Lower"),
    )
  }

  /** @param {HTMLElement} element @param {number} seat @param {Room} room */
  #update(element, seat, room) {
    const mine = seat === room.seat
    const name = rooms.nameOf(room, seat)
    const holds = rooms.isFacilitator(room)
    write(find(".name", element), name)
    set(element, "data-me", mine)
    find(".you", element).hidden = !mine
    find(".away", element).hidden = !room.handsAway.includes(seat)
    const invite = find(".invite", element)
    invite.hidden = !holds || room.holder !== null || room.invited !== null || (mine && rooms.nextHand(room) !== seat)
    set(invite, "aria-label", `Invite ${name}`)
    const lower = find(".lower", element)
    lower.hidden = !holds || mine
    set(lower, "aria-label", `Lower the hand of ${name}`)
  }

  /** @param {number} seat */
  #invite(seat) {
    if (this.#room !== null) this.#send({ type: "invite", epoch: this.#room.epoch, seat })
  }
}
