/** The queue in a facilitator's hands: inviting, reordering, lowering, closing. And who waits at the door. */

import { el, fill, find, keyed, linger, set, write } from "../../dom.js"
import * as rooms from "../../standing.js"
import { twoTaps } from "../taps.js"
import { button, keepFocus } from "./buttons.js"
import { isFree } from "./sight.js"
import { showNotices } from "./strip.js"
import { lobbyNotes, notices } from "./notices.js"
import { queueLine } from "./words.js"
import { isolated } from "../../written.js"

/** @import { Model } from "../../model.js" */
/** @import { SeatCommand } from "../../protocol.js" */
/** @import { Room } from "../../room.js" */
/** @import { Perform } from "./buttons.js" */

/** Adds to the rows that everybody has; `remove` takes it away again. */
export class QueuePart {
  #section = find("#queue")
  #list = find("#queue ol")
  #perform
  #open
  /** @type {Room | null} */
  #room = null
  #line = el("p", { class: "soft chair-part chair-load" })
  #notices = el("ul", { class: "chair-notices chair-part", "aria-label": "About the queue" })
  #close = button("Close queue", () => this.#perform(this.#room?.queueOpen ? { type: "close_queue" } : { type: "open_queue" }))
  #lower
  #acts

  /** @param {Perform} perform @param {(seat: number) => void} open */
  constructor(perform, open) {
    this.#perform = perform
    this.#open = open
    this.#lower = twoTaps("Lower every hand", () => perform({ type: "lower_hands" }))
    this.#acts = el("div", { class: "acts chair-part" }, this.#close, this.#lower)
    // Above the list: it may be long.
    this.#list.before(this.#line, this.#notices)
    this.#section.append(this.#acts)
  }

  /** @param {Model} model */
  render({ room, now }) {
    this.#room = room
    const calm = notices(room, now).filter((notice) => notice.calm)
    keepFocus(this.#section, () => {
      for (const row of this.#rows()) this.#update(row, Number(row.dataset.key), room, now)
      showNotices(this.#notices, calm, this.#perform)
      // The notice says it, and asks for it, already.
      const isAsked = calm.some(({ key }) => key === "close")
      write(this.#line, isAsked ? "" : queueLine(room, now))
      this.#close.hidden = isAsked
      write(this.#close, room.queueOpen ? "Close queue" : "Open queue")
      // A round ends with its part; nobody has raised a hand there.
      this.#lower.hidden = rooms.speak(room) === "round" || room.hands.every((hand) => hand === room.invited)
    }, find("h2", this.#section))
  }

  #rows() {
    return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll(":scope > :not([inert])")])
  }

  /** @param {HTMLElement} row @param {number} seat @param {Room} room @param {number} now */
  #update(row, seat, room, now) {
    const name = rooms.nameOf(room, seat)
    let part = /** @type {HTMLElement | null} */ (row.querySelector(".chair-part"))
    if (part === null) {
      part = this.#build(seat)
      row.append(part)
    }
    const invite = find(".chair-invite", part)
    const isFirst = seat === rooms.nextHand(room)
    // Nobody calls on themselves ahead of others (FC-25).
    invite.hidden = !isFree(room, now) || (seat === room.seat && !isFirst) || rooms.mutedUntil(room, seat) !== null
    set(invite, "aria-label", seat === room.seat ? "Invite yourself" : `Invite ${name}`)
    set(invite, "class", isFirst ? "chair-invite primary" : "chair-invite")
    const more = find(".more-acts", part)
    more.hidden = seat === room.seat
    set(more, "aria-label", `More for ${name}`)
  }

  /** @param {number} seat */
  #build(seat) {
    return el(
      "div",
      { class: "chair-part chair-row" },
      button("Invite", () => this.#invite(seat), { class: "chair-invite" }),
      button("More", () => this.#open(seat), { class: "quiet more-acts" }),
    )
  }

  /** @param {number} seat */
  #invite(seat) {
    if (this.#room !== null) void this.#perform({ type: "invite", epoch: this.#room.epoch, seat })
  }

  remove() {
    for (const part of this.#section.querySelectorAll(".chair-part")) part.remove()
  }
}

/** Who waits in the lobby; only facilitators know. */
export class LobbyPart {
  #home = find("#people")
  #perform
  #title = el("h2", { id: "lobby-title" }, "At the door")
  #list = el("ul", { class: "queue", "aria-labelledby": "lobby-title" })
  #element = el("div", { class: "chair-part chair-lobby" }, this.#title, this.#list)

  /** @param {Perform} perform */
  constructor(perform) {
    this.#perform = perform
    this.#home.prepend(this.#element)
  }

  /** @param {Model} model */
  render({ room, isHere }) {
    // Who was invited stands before strangers, of whom there may be many.
    const inOrder = [...room.lobby].sort((a, b) => Number(b.invited) - Number(a.invited) || a.knock - b.knock)
    const rows = inOrder.map((one) => ({ ...one, ...lobbyNotes(room, one, isHere) }))
    keepFocus(this.#element, () => {
      keyed(this.#list, rows, ({ knock }) => knock, () => el("li"), (item, row) => this.#fill(item, row), linger)
    })
  }

  /** Made anew only where something is to be read anew. @param {HTMLElement} item @param {Room["lobby"][number] & ReturnType<typeof lobbyNotes>} row */
  #fill(item, row) {
    const is = JSON.stringify(row)
    if (item.dataset.is === is) return
    item.dataset.is = is
    const { knock, ghost, words, mayBeThem } = row
    const name = isolated(row.name ?? "Somebody")
    const act = (/** @type {SeatCommand} */ command, /** @type {string} */ done) => () => this.#perform(command, done)
    fill(
      item,
      el("span", { class: "name", dir: "auto" }, name),
      words !== "" && el("p", { class: "soft lobby-note" }, words),
      el(
        "div",
        { class: "chair-row" },
        button("Admit", act({ type: "admit", knock }, `${name} is in.`), { class: "chair-invite", "aria-label": `Admit ${name}` }),
        mayBeThem && button("It is them: give them their seat back", act({ type: "reseat", knock, seat: ghost }, `${name} is back.`), { class: "quiet" }),
        button("Turn away", act({ type: "turn_away", knock }, `${name} was turned away.`), { class: "quiet", "aria-label": `Turn away ${name}` }),
      ),
    )
  }

  remove() {
    this.#element.remove()
  }
}
