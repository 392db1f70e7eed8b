/** What I choose for myself: to listen today, another name, a sound, an end of my service. */

import "./in-sight.js" // With this, what is not needed at first sight.
import { el, fill, find, keyed, set, write } from "../dom.js"
import { onlyWhole } from "../enter.js"
import * as rooms from "../standing.js"
import { SoundView } from "./sound.js"
import { twoTaps } from "./taps.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Service } from "../protocol.js" */
/** @import { Room } from "../room.js" */

export class MeView {
  #section = find("#me")
  #acts
  /** @type {Room | null} */
  #room = null
  #listen = el("button", { type: "button", onclick: () => this.#toggleListening() }, "I am here to listen today")
  #rename = el("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: () => this.#toggleForm() }, "Change my name")
  #services = el("div", { class: "acts" })
  #name = el("input", { id: "new-name", maxlength: 40, autocomplete: "off", spellcheck: "false", dir: "auto", "aria-describedby": "new-name-why", onkeydown: onlyWhole })
  #why = el("p", { id: "new-name-why", class: "bounced", role: "alert", hidden: true })
  #question = el("div", { class: "naming" })
  /** @type {import("./naming.js").Asks | null} */
  #initial = null
  #form = el(
    "form",
    { hidden: true, onsubmit: (/** @type {Event} */ event) => void this.#save(event) },
    el("label", { for: "new-name" }, "Your name for this meeting"),
    this.#why,
    this.#name,
    this.#question,
    el("div", { class: "acts" }, el("button", { class: "primary" }, "Save"), el("button", { type: "button", onclick: () => this.#close() }, "Cancel")),
  )

  #sound

  /** @param {Acts} acts @param {{ isOn: boolean, onchange: (isOn: boolean) => void }} sound */
  constructor(acts, { isOn, onchange }) {
    this.#acts = acts
    this.#sound = new SoundView(isOn, onchange)
    this.#section.append(el("div", { class: "acts" }, this.#listen, this.#rename, this.#sound.element), this.#form, this.#services)
  }

  /** @param {Model} model */
  render({ room }) {
    this.#room = room
    this.#section.hidden = rooms.isOver(room)
    this.#sound.render(room)
    set(this.#listen, "aria-pressed", String(rooms.isListening(room)))
    keyed(this.#services, served(room), (service) => service, (service) => this.#stepDown(service, room))
    this.#services.hidden = this.#services.childElementCount === 0
  }

  #toggleListening() {
    if (this.#room !== null) void this.#acts.send({ type: "listen", on: !rooms.isListening(this.#room) })
  }

  #toggleForm() {
    if (!this.#form.hidden) return this.#close()
    this.#form.hidden = false
    void this.#loadInitial()
    set(this.#rename, "aria-expanded", "true")
    this.#name.value = this.#room?.people.get(this.#room.seat)?.name ?? ""
    this.#name.select()
    this.#name.focus()
  }

  async #loadInitial() {
    const loaded = await import("./naming.js").catch(() => null)
    this.#initial ??= loaded?.offersInitial(this.#name, (question) => fill(this.#question, question)) ?? null
  }

  #close() {
    this.#form.hidden = true
    set(this.#rename, "aria-expanded", "false")
    fill(this.#question)
    this.#refuse("")
    this.#rename.focus()
  }

  /** A refusal keeps what was typed. @param {Event} event */
  async #save(event) {
    event.preventDefault()
    if (this.#question.firstChild !== null || (this.#initial !== null && !(await this.#initial()))) return
    const { state, refusal } = await this.#acts.ask({ type: "rename", name: this.#name.value })
    if (state === "confirmed") return this.#close()
    this.#refuse(refusal?.words ?? "The server did not answer. Try again.")
    this.#name.focus()
  }

  /** @param {string} words */
  #refuse(words) {
    write(this.#why, words)
    this.#why.hidden = words === ""
    set(this.#name, "aria-invalid", words === "" ? null : "true")
  }

  /** @param {Service} service @param {Room} room */
  #stepDown(service, room) {
    const name = service === "co_chair" ? "facilitator" : service
    const act = () => void this.#acts.send({ type: "dismiss", seat: room.seat, service })
    return twoTaps(`Step down as ${name}`, act)
  }
}

/** The seats of service that I can give back; the chair is handed over first. @param {Room} room @returns {Service[]} */
function served(room) {
  const { role, services = [] } = room.people.get(room.seat) ?? {}
  return role === "facilitator" && !rooms.isChair(room) && rooms.isOpen(room) ? ["co_chair", ...services] : [...services]
}
