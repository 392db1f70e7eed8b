/** The chair, offered to somebody who does not hold the meeting. */

import { el, find, write } from "../dom.js"
import * as rooms from "../standing.js"

/** @import { Acts, Model } from "../model.js" */

/** A member is asked to facilitate: a standby, or whom the chair names (FC-23, FC-24). */
export class OfferView {
  #region = find("#offer")
  #words = el("p")
  #card

  /** @param {Acts} acts */
  constructor({ send }) {
    this.#card = el(
      "div",
      { class: "offer" },
      this.#words,
      el(
        "div",
        { class: "acts" },
        el("button", { type: "button", class: "primary", onclick: () => void send({ type: "accept_chair" }) }, "Facilitate"),
        el("button", { type: "button", onclick: () => void send({ type: "decline_chair" }) }, "Not today"),
      ),
    )
  }

  /** To a facilitator the panel says it. @param {Model} model */
  render({ room }) {
    const offer = room.offer
    const isMine = offer !== null && offer.seat === room.seat && !rooms.isFacilitator(room)
    if (!isMine) return this.#card.remove()
    const by = offer.by === 0 ? "No facilitator is here, and you are asked" : `${rooms.nameOf(room, offer.by)} asks you`
    write(this.#words, `${by} to facilitate this meeting. You have half a minute, and it is fine to say no.`)
    if (!this.#card.isConnected) this.#region.append(this.#card)
  }
}
