/** What a facilitator can do for one person, in a sheet with their name: talk, quieten, and what is rare. */

import { el, find, set, turnOff, write } from "../../dom.js"
import * as rooms from "../../standing.js"
import { openOver } from "../sheet.js"
import { twoTaps } from "../taps.js"
import { NOTES, ladder } from "./appeal-notices.js"
import { button, keepFocus } from "./buttons.js"
import { givesChair, isFree, moves } from "./sight.js"
import { MUTES, PURGED, REASONS, SERVICES, UNTIL_ITS_END, handLine, mutedBadge } from "./words.js"
import { isolated } from "../../written.js"

/** @import { Model } from "../../model.js" */
/** @import { MuteReason, NoteReason, SeatCommand, Service } from "../../protocol.js" */
/** @import { Person, Room } from "../../room.js" */
/** @import { Perform } from "./buttons.js" */

export class PersonSheet {
  #perform
  #tell
  /** @type {Model | null} */
  #model = null
  #seat = 0
  /** The name that the acts say. */
  #built = ""
  #title = el("h2", { id: "person-title", dir: "auto" })
  #state = el("p", { class: "soft", dir: "auto" })
  #line = el("p", { class: "chair-line", role: "status" })
  #body = el("div", { class: "body" })
  /** What each act of the sheet shows of the room as it is now. @type {((room: Room, person: Person, can: Can) => void)[]} */
  #updates = []
  #dialog = /** @type {HTMLDialogElement} */ (
    el(
      "dialog",
      { class: "sheet person", "aria-labelledby": "person-title" },
      el("div", { class: "sheet-head" }, button("Back", () => this.close())),
      el("div", { class: "person-head" }, this.#title, this.#state, this.#line),
      this.#body,
    )
  )

  /** @param {Perform} perform @param {(seat: number) => void} tell */
  constructor(perform, tell) {
    this.#perform = perform
    this.#tell = tell
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.close())
    document.body.append(this.#dialog)
  }

  get isOpen() {
    return this.#dialog.open
  }

  /** @param {number} seat */
  open(seat) {
    this.#seat = seat
    this.say("")
    this.#build()
    this.#update()
    openOver(this.#dialog)
  }

  close() {
    if (this.#dialog.open) this.#dialog.close()
  }

  /** What came of an act. @param {string} words */
  say(words) {
    write(this.#line, words)
  }

  /** @param {Model} model */
  render(model) {
    this.#model = model
    if (this.#dialog.open) this.#update()
  }

  #update() {
    const model = this.#model
    const person = model?.room.people.get(this.#seat)
    if (model === null || person === undefined || person.removed || model.room.closedAt !== null) return this.close()
    const can = what(model.room, person, model.now)
    if (this.#built !== this.#name) this.#build() // They go by another name now, and the acts say whose they are.
    write(this.#title, person.name ?? "Somebody")
    write(this.#state, stateOf(model.room, person))
    keepFocus(this.#body, () => {
      for (const update of this.#updates) update(model.room, person, can)
      for (const group of this.#body.children) {
        const acts = [...group.querySelectorAll("button")]
        set(group, "hidden", acts.every((act) => act.closest("[hidden]:not(section)") !== null))
      }
    })
  }

  #build() {
    this.#updates = []
    this.#built = this.#name
    this.#body.replaceChildren(group("Talk", this.#talk()), group("Quieten", this.#quieten()), group("Out of this meeting", this.#out()), group("Seats of service", this.#serving()))
  }

  /**
   * An act that is shown as long as it can be done.
   *
   * @param {HTMLElement} act
   * @param {(can: Can, room: Room, person: Person) => boolean} shown
   */
  #when(act, shown) {
    this.#updates.push((room, person, can) => set(act, "hidden", !shown(can, room, person)))
    return act
  }

  #talk() {
    const seat = this.#seat
    const name = this.#name
    const invite = button(`Invite ${name}`, () => this.#do({ type: "invite", epoch: this.#model?.room.epoch ?? 0, seat }), { class: "primary" })
    const line = button("Private line", () => (this.close(), this.#tell(seat)))
    const hand = el("div", { class: "person-hand" }, el("p", { class: "soft" }), el("div", { class: "acts" }, this.#move("Move up", "up"), this.#move("Move down", "down"), this.#lower()))
    this.#updates.push((room) => write(find("p", hand), handLine(room, seat)))
    return [
      el("div", { class: "acts" }, this.#when(invite, (can) => can.invite), line),
      this.#when(hand, (_can, room) => rooms.place(room, seat) > 0),
    ]
  }

  /** @param {string} label @param {"up" | "down"} way */
  #move(label, way) {
    const command = () => (this.#model === null ? null : moves(this.#model.room, this.#seat)[way])
    const act = button(label, () => {
      const to = command()
      if (to !== null) this.#do(to)
    })
    this.#updates.push(() => turnOff(act, "off", command() === null))
    return act
  }

  #lower() {
    const act = button("Lower the hand", () => this.#do({ type: "lower_hand", seat: this.#seat }))
    this.#updates.push((room) => write(act, rooms.speak(room) === "round" ? "Take out of the round" : "Lower the hand"))
    return act
  }

  #quieten() {
    const seat = this.#seat
    const name = this.#name
    const unmute = button(`Let ${name} write again`, () => this.#do({ type: "unmute", seat }, `${name} can write again.`))
    const purge = twoTaps(`Take out what ${name} wrote in the last ${PURGED / 60} minutes`, () =>
      this.#do({ type: "purge_recent", seat, seconds: PURGED }, `The recent words of ${name} are gone.`),
    )
    const rename = twoTaps(`Take the name ${name} away`, () => this.#do({ type: "take_name_out", seat }, "The name is gone."))
    const had = el("p", { class: "soft" })
    this.#updates.push((room) => write(had, ladder(room, seat)))
    return [
      had,
      this.#when(this.#noting(seat, name), (can) => can.act),
      this.#when(this.#muting(seat, name), (can, _room, { mutedUntil }) => can.act && mutedUntil === null),
      el("div", { class: "acts" }, this.#when(unmute, (can, _room, { mutedUntil }) => can.act && mutedUntil !== null), this.#when(purge, (can) => can.act), this.#when(rename, (can) => can.act)),
    ]
  }

  /** A word of warning that nobody else reads; it takes nothing from them. @param {number} seat @param {string} name */
  #noting(seat, name) {
    const chips = Object.entries(NOTES).map(([reason, label]) =>
      button(label, () => this.#do({ type: "note", seat, reason: /** @type {NoteReason} */ (reason) }, `${name} reads your note; nobody else in the room does.`), { "aria-label": `Give ${name} a note: ${label}` }),
    )
    return el("div", { class: "person-muting" }, el("p", {}, "A note in private: what they are asked to mind"), el("div", { class: "acts chips", role: "group", "aria-label": `Give ${name} a note` }, ...chips))
  }

  /** One tap on the reason mutes; how long, unless it is chosen, is a little while. @param {number} seat @param {string} name */
  #muting(seat, name) {
    const long = el("select", { "aria-label": `How long ${name} is muted`, autocomplete: "off" }, ...MUTES.map(({ id, label }) => el("option", { value: id }, label)))
    const chips = Object.entries(REASONS).map(([reason, label]) =>
      button(label, () => {
        const { until, minutes } = MUTES.find(({ id }) => id === long.value) ?? /** @type {typeof MUTES[0]} */ (MUTES[0])
        const command = /** @type {const} */ ({ type: "mute", seat, until, reason: /** @type {MuteReason} */ (reason) })
        this.#do({ ...command, ...(minutes === undefined ? {} : { minutes }) }, `${name} is muted.`)
      }, { "aria-label": `Mute ${name}: ${label}` }),
    )
    const why = el("p", {}, `Mute ${name} for`)
    const tap = el("p", {}, "A tap on the reason mutes at once; they read it, too.")
    return el("div", { class: "person-muting" }, el("div", { class: "person-long" }, why, long), tap, el("div", { class: "acts chips", role: "group", "aria-label": `Mute ${name}: why` }, ...chips))
  }

  #serving() {
    const seat = this.#seat
    const name = this.#name
    const hand = twoTaps(`Offer the chair to ${name}`, () => this.#do({ type: "handover", seat }, `The chair is offered to ${name}.`))
    this.#updates.push((room) => turnOff(hand, "off", room.offer !== null))
    const services = /** @type {Service[]} */ (Object.keys(SERVICES)).map((service) => this.#service(service))
    return [
      el("div", { class: "acts chips" }, ...services),
      el("div", { class: "acts" }, this.#when(hand, (can) => can.handover)),
    ]
  }

  #out() {
    const seat = this.#seat
    const name = this.#name
    const remove = twoTaps(`Remove ${name} from this meeting`, () => this.#do({ type: "remove", seat }, `${name} is out of this meeting.`))
    const acts = el("div", { class: "acts" }, this.#when(remove, (can) => can.act))
    return [this.#when(el("p", { class: "soft" }, UNTIL_ITS_END), (can) => can.act), acts]
  }

  /** Pressed where it is theirs. @param {Service} service */
  #service(service) {
    const has = ({ role, services } = /** @type {Person} */ (this.#model?.room.people.get(this.#seat))) =>
      service === "co_chair" ? role === "facilitator" : services.includes(service)
    const act = button(SERVICES[service], () => this.#do({ type: has() ? "dismiss" : "appoint", seat: this.#seat, service }))
    this.#updates.push((_room, person) => set(act, "aria-pressed", String(has(person))))
    return service === "co_chair" ? this.#when(act, (can) => can.coChair) : act
  }

  get #name() {
    return isolated(this.#model?.room.people.get(this.#seat)?.name ?? "them")
  }

  /** @param {SeatCommand} command @param {string} [done] */
  #do(command, done) {
    void this.#perform(command, done)
  }

  remove() {
    this.close()
    this.#dialog.remove()
  }
}

/** @param {string} title @param {HTMLElement[]} parts */
function group(title, parts) {
  return el("section", { "aria-label": title }, el("h3", {}, title), ...parts)
}

/** @typedef {{ act: boolean, coChair: boolean, invite: boolean, handover: boolean }} Can */

/** What can be done for somebody now. @param {Room} room @param {Person} person @param {number} now @returns {Can} */
function what(room, person, now) {
  const { seat, role } = person
  const act = rooms.mayActOn(room, seat)
  const first = rooms.nextHand(room)
  return {
    act,
    coChair: role === "facilitator" ? act && seat !== room.chair : role === "member" && givesChair(room),
    invite: isFree(room, now) && person.mutedUntil === null && (!person.listening || seat === first),
    handover: rooms.isOpen(room) && givesChair(room) && seat !== room.chair && person.mutedUntil === null,
  }
}

/** @param {Room} room @param {Person} person */
function stateOf(room, person) {
  const { seat, listening } = person
  const parts = [
    room.holder === seat && "has the floor",
    room.invited === seat && "is invited",
    room.offer?.seat === seat && "is offered the chair",
    listening && "is here to listen",
    mutedBadge(person),
  ]
  return parts.filter((part) => part !== false && part !== "").join(" · ")
}
