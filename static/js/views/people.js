/** Who is here; and for each, what a facilitator can do. */

import { el, fill, find, keyed, set, write } from "../dom.js"
import * as rooms from "../room.js"
import { clock } from "../words.js"
import { twoTaps } from "./two-taps.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Person, Room } from "../room.js" */

const MUTE_MINUTES = 5

export class PeopleView {
  #list = find("#people ul")
  #acts
  /** @type {Room | null} */
  #room = null

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts
  }

  /** @param {Model} model */
  render({ room, isHere }) {
    this.#room = room
    keyed(
      this.#list,
      rooms.circle(room),
      ({ seat }) => seat,
      () => this.#build(),
      (element, person) => this.#update(element, person, room, isHere(person.seat)),
    )
  }

  #build() {
    return el("li", {}, el("div", { class: "who" }, el("span", { class: "name", dir: "auto" }), el("span", { class: "badges" })))
  }

  /** @param {HTMLElement} element @param {Person} person @param {Room} room @param {boolean} here */
  #update(element, person, room, here) {
    write(find(".name", element), person.name ?? "Somebody")
    set(element, "data-me", person.seat === room.seat)
    set(element, "data-away", !here)
    this.#badges(find(".badges", element), badges(person, room, here))
    this.#acting(element, person, room)
  }

  /** @param {HTMLElement} element @param {string[]} words */
  #badges(element, words) {
    keyed(element, words, (word) => word, (word) => el("span", { class: "badge" }, word))
  }

  /**
   * The acts on a member, folded away; their buttons are made anew only when what they say changes.
   *
   * @param {HTMLElement} element
   * @param {Person} person
   * @param {Room} room
   */
  #acting(element, person, room) {
    const shown = rooms.isFacilitator(room) && person.seat !== room.seat && room.closedAt === null
    let fold = element.querySelector("details")
    if (!shown) return fold?.remove()
    if (fold === null) {
      fold = el("details", { class: "grave" }, el("summary", {}, "Acts", el("span", { class: "unseen" })), el("div", { class: "acts" }))
      element.append(fold)
    }
    write(find("summary .unseen", fold), ` for ${person.name ?? "them"}`)
    const acts = find(".acts", fold)
    const free = rooms.speak(room) === "queue" && room.holder === null && room.invited === null
    const invitable = free && person.mutedUntil === null && !room.hands.includes(person.seat)
    const is = `${person.role} ${person.mutedUntil !== null} ${invitable}`
    if (acts.dataset.is === is) return
    acts.dataset.is = is
    fill(acts, ...this.#buttons(person, invitable))
  }

  /** @param {Person} person @param {boolean} invitable */
  #buttons({ seat, name, role, mutedUntil }, invitable) {
    const { send, tell } = this.#acts
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) => el("button", { type: "button", onclick }, label)
    const always = [
      invitable && button("Invite", () => send({ type: "invite", epoch: this.#room?.epoch ?? 0, seat })),
      button("Private line", () => tell(seat)),
    ]
    if (role === "facilitator") return always
    return [
      ...always,
      mutedUntil === null
        ? button(`Mute ${MUTE_MINUTES} min`, () => send({ type: "mute", seat, minutes: MUTE_MINUTES }))
        : button("Unmute", () => send({ type: "unmute", seat })),
      twoTaps("Remove", `Remove ${name ?? "them"} from this meeting`, () => send({ type: "remove", seat })),
    ]
  }
}

/** @param {Person} person @param {Room} room @param {boolean} here */
function badges(person, room, here) {
  const own = person.seat === room.seat
  return [
    own && "you",
    person.role === "facilitator" && "facilitator",
    // To the others a mute is nobody's business.
    person.mutedUntil !== null && (own || rooms.isFacilitator(room)) && `muted until ${clock(person.mutedUntil)}`,
    !here && "not connected",
  ].filter((badge) => badge !== false)
}
