/** What a facilitator can do about each person: a private line, a mute, a seat of service, the chair. */

import { el, fill, find, keyed, set, write } from "../../dom.js"
import { isolated } from "../../names.js"
import * as rooms from "../../standing.js"
import { twoTaps } from "../taps.js"
import { button, fold, keepFocus, nameFold } from "./buttons.js"
import { givesChair, isFree } from "./sight.js"
import { MUTES, PURGED, REASONS, SERVICES, mutedBadge } from "./words.js"

/** @import { Model } from "../../model.js" */
/** @import { MuteReason, Service } from "../../protocol.js" */
/** @import { Person, Room } from "../../room.js" */
/** @import { Perform } from "./buttons.js" */

/** Adds to the rows that everybody has; `remove` takes it away again. */
export class PeoplePart {
  #section = find("#people")
  #list = find("#people ul:not(.chair-part ul)")
  #perform
  #tell
  /** @type {Model | null} */
  #model = null
  /** What each row showed last: in a raid there are many rows, and few of them change. @type {WeakMap<Element, Person>} */
  #shown = new WeakMap()
  /** Those who were taken out: their last words can still be. */
  #gone = el("ul", { class: "queue", "aria-label": "Taken out" })
  #goneFold = fold("Taken out of this meeting", (inside) => inside.append(this.#gone), { class: "grave chair-part", hidden: true })

  /** @param {Perform} perform @param {(seat: number) => void} tell */
  constructor(perform, tell) {
    this.#perform = perform
    this.#tell = tell
    this.#list.after(this.#goneFold)
  }

  /** @param {Model} model */
  render(model) {
    this.#model = model
    const { room } = model
    keepFocus(this.#section, () => {
      for (const row of /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll(":scope > :not([inert])")])) {
        const person = room.people.get(Number(row.dataset.key))
        const isOpen = row.querySelector("details[open]") !== null
        const isSame = this.#shown.get(row) === person && row.querySelector(".chair-part") !== null
        if (person === undefined || (isSame && !isOpen && room.closedAt === null)) continue
        this.#shown.set(row, person)
        this.#update(row, person, model)
      }
      this.#showGone(room)
    })
  }

  /** @param {HTMLElement} row @param {Person} person @param {Model} model */
  #update(row, person, { room, now }) {
    this.#showMute(row, mutedBadge(person))
    let details = /** @type {HTMLDetailsElement | null} */ (row.querySelector("details.chair-part"))
    const shown = person.seat !== room.seat && room.closedAt === null
    if (!shown) return details?.remove()
    if (details === null) {
      details = fold("Acts", () => this.#fill(row, person.seat), { class: "grave chair-part" })
      row.append(details)
    }
    nameFold(details, ` for ${isolated(person.name ?? "them")}`)
    if (details.open) this.#fill(row, person.seat, now)
  }

  /** @param {HTMLElement} row @param {string} words */
  #showMute(row, words) {
    let badge = row.querySelector(".badge.chair-part")
    if (words === "") return badge?.remove()
    if (badge === null) {
      badge = el("span", { class: "badge chair-part" })
      find(".name", row).after(badge)
    }
    write(badge, words)
  }

  /** Made anew only when what can be done has changed. @param {HTMLElement} row @param {number} seat @param {number} [now] */
  #fill(row, seat, now = this.#model?.now ?? 0) {
    const room = this.#model?.room
    const person = room?.people.get(seat)
    if (room === undefined || person === undefined) return
    const inside = find("details.chair-part .inside", row)
    const can = what(room, person, now)
    const is = JSON.stringify([can, person.name, person.role, person.services, person.mutedUntil !== null])
    if (inside.dataset.is === is) return
    inside.dataset.is = is
    fill(inside, ...this.#acts(person, can))
  }

  /** @param {Person} person @param {ReturnType<typeof what>} can */
  #acts(person, can) {
    const { seat } = person
    const name = isolated(person.name ?? "them")
    const perform = this.#perform
    return [
      el(
        "div",
        { class: "acts" },
        can.invite && button("Invite", () => perform({ type: "invite", epoch: this.#model?.room.epoch ?? 0, seat }), { "aria-label": `Invite ${name}` }),
        button("Private line", () => this.#tell(seat)),
        can.act && person.mutedUntil !== null && button("Unmute", () => perform({ type: "unmute", seat }, `${name} can write again.`)),
      ),
      can.act && person.mutedUntil === null && this.#muting(seat, name),
      this.#serving(person, can),
      el(
        "div",
        { class: "acts" },
        can.handover && twoTaps(`Offer the chair to ${name}`, () => perform({ type: "handover", seat })),
        can.act && twoTaps(`Take the name ${name} out`, () => perform({ type: "take_name_out", seat }, "Their name is taken out.")),
        can.act && twoTaps(`Take out what ${name} wrote in the last ${PURGED / 60} minutes`, () => perform({ type: "purge_recent", seat, seconds: PURGED }, `The recent words of ${name} are gone.`)),
        can.act && twoTaps(`Remove ${name} from this meeting`, () => perform({ type: "remove", seat }, `${name} is out of this meeting.`)),
      ),
    ]
  }

  /** How long, why, and the act, which says what it will do. @param {number} seat @param {string} name */
  #muting(seat, name) {
    const long = select(`How long ${name} is muted`, MUTES.map(({ id, label }) => [id, label]))
    const why = select(`Why ${name} is muted`, Object.entries(REASONS))
    const chosen = () => MUTES.find(({ id }) => id === long.value) ?? /** @type {typeof MUTES[0]} */ (MUTES[0])
    const act = button(`Mute ${chosen().label}`, () => {
      const { until, minutes } = chosen()
      const reason = /** @type {MuteReason} */ (why.value)
      void this.#perform({ type: "mute", seat, until, reason, ...(minutes === undefined ? {} : { minutes }) }, `${name} is muted.`)
    })
    long.addEventListener("change", () => fill(act, `Mute ${chosen().label}`))
    return el("div", { class: "chair-muting" }, long, why, act)
  }

  /** Seats of service, pressed where they are theirs. @param {Person} person @param {ReturnType<typeof what>} can */
  #serving({ seat, role, services }, can) {
    const one = (/** @type {Service} */ service) => {
      const has = service === "co_chair" ? role === "facilitator" : services.includes(service)
      const type = has ? "dismiss" : "appoint"
      return button(SERVICES[service], () => this.#perform({ type, seat, service }), { "aria-pressed": has ? "true" : "false" })
    }
    const offered = /** @type {Service[]} */ (Object.keys(SERVICES)).filter((service) => service !== "co_chair" || can.coChair)
    return el("div", { class: "acts chair-services", role: "group", "aria-label": "Seats of service" }, ...offered.map(one))
  }

  /** @param {Room} room */
  #showGone(room) {
    const gone = [...room.people.values()].filter(({ removed }) => removed)
    this.#goneFold.hidden = gone.length === 0 || room.closedAt !== null
    keyed(this.#gone, gone, ({ seat }) => seat, ({ seat, name }) => {
      const purge = () => this.#perform({ type: "purge_recent", seat, seconds: PURGED }, "Their recent words are gone.")
      const who = isolated(name ?? "somebody")
      return el("li", {}, el("span", { class: "name", dir: "auto" }, who), twoTaps(`Take out what ${who} wrote in the last ${PURGED / 60} minutes`, purge))
    })
  }

  remove() {
    for (const part of this.#section.querySelectorAll(".chair-part")) part.remove()
  }
}

/** What can be done about somebody now. @param {Room} room @param {Person} person @param {number} now */
function what(room, person, now) {
  const { seat, role } = person
  const act = rooms.mayActOn(room, seat)
  const coChair = role === "facilitator" ? act && seat !== room.chair : role === "member" && givesChair(room)
  return {
    act,
    coChair,
    invite: isFree(room, now) && person.mutedUntil === null && !person.listening && !room.hands.includes(seat),
    handover: rooms.isOpen(room) && givesChair(room) && seat !== room.chair && room.offer === null && person.mutedUntil === null,
  }
}

/** @param {string} name @param {[string, string][]} options */
function select(name, options) {
  const made = el("select", { "aria-label": name }, ...options.map(([value, label]) => el("option", { value }, label)))
  set(made, "autocomplete", "off")
  return made
}
