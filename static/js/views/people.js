/** Who is here, and whose hand is up. The panel of who holds the meeting adds to the rows. */

import { el, find, keyed, linger, set, write } from "../dom.js"
import * as rooms from "../standing.js"
import { badges, clock, floorCard, noHand, queueHead } from "../words.js"

/** @import { Model } from "../model.js" */
/** @import { Person, Room } from "../room.js" */

/** The hands, in the order the server gave. */
export class QueueView {
  #section = find("#queue")
  #title = find("#queue-title")
  #note = find("#queue .note")
  #list = find("#queue ol")
  #none = find("#queue .none")

  /** @param {Model} model */
  render({ room, now }) {
    const { title, note } = queueHead(room)
    this.#section.hidden = !rooms.hasTurns(room)
    this.#none.hidden = room.hands.length > 0
    write(this.#none, noHand(room))
    // The floor card stands beside it at a desk, and is behind the sheet on a phone.
    set(this.#section, "data-said", room.hands.length === 0 && floorCard(room, now).more === noHand(room))
    write(this.#title, title)
    write(this.#note, note)
    keyed(this.#list, room.hands, (seat) => seat, row, (element, seat) => {
      set(element, "data-me", seat === room.seat)
      write(find(".name", element), rooms.nameOf(room, seat))
      showBadges(element, ofHand(room, seat))
    }, linger)
  }
}

/** Why a hand stands where it stands. @param {Room} room @param {number} seat */
function ofHand(room, seat) {
  return [
    seat === room.seat && "you",
    seat === room.invited && "invited",
    room.urgent.includes(seat) && "burning desire",
    rooms.isFair(room) && !rooms.hasShared(room, seat) && "new voice",
    rooms.isHandAway(room, seat) && "not connected",
  ].filter((badge) => badge !== false)
}

/** All who have come. */
export class PeopleView {
  #list = find("#people > ul")

  /** @param {Model} model */
  render({ room, isHere, hasLeft }) {
    keyed(this.#list, rooms.circle(room).filter(({ seat }) => !hasLeft(seat)), ({ seat }) => seat, row, (element, person) => {
      const here = isHere(person.seat)
      write(find(".name", element), person.name ?? "Somebody")
      set(element, "data-me", person.seat === room.seat)
      set(element, "data-away", !here)
      showBadges(element, ofPerson(person, room, here))
    }, linger)
  }
}

/** @param {Person} person @param {Room} room @param {boolean} here */
function ofPerson({ seat, mutedUntil, listening }, room, here) {
  return [
    seat === room.seat && "you",
    ...badges(room, seat),
    listening && "here to listen",
    // To the others a mute is nobody's business.
    mutedUntil !== null && seat === room.seat && `muted until ${clock(mutedUntil)}`,
    !here && "not connected",
  ].filter((badge) => badge !== false)
}

function row() {
  return el("li", {}, el("div", { class: "who" }, el("span", { class: "name", dir: "auto" }), el("span", { class: "badges" })))
}

/** @param {HTMLElement} element @param {string[]} words */
function showBadges(element, words) {
  keyed(find(".badges", element), words, (word) => word, (word) => el("span", { class: "badge" }, word))
}
