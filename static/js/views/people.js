/** Who is here, and whose hand is up; and for each, what a facilitator can do. */

import { el, fill, find, keyed, set, write } from "../dom.js"
import * as rooms from "../room.js"
import { clock } from "../words.js"
import { twoTaps } from "./taps.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Person, Room } from "../room.js" */

const MUTE_MINUTES = 5

/** The hands, in the order the server gave. */
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
    find(".away", element).hidden = !rooms.isHandAway(room, seat)
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

/** All who have come. */
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
