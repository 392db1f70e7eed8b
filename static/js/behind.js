/** What a room's page loads behind itself: what nobody needs at first sight, a crowd's part, and what holds a meeting. */

import { fill, find, style, write } from "./dom.js"
import * as rooms from "./standing.js"

/** @import { Acts, Model, Panel } from "./model.js" */
/** @import { MeetingEntry, Room } from "./room.js" */
/** @import { CrowdView } from "./views/crowd.js" */
/** @import { Door } from "./views/door.js" */

const CHAIR = find("#chair")

/**
 * @typedef {object} Ways
 * @property {Acts} acts
 * @property {Door} door
 * @property {{ get: () => boolean, set: (isOn: boolean) => void }} sound Whether they asked for one when they are invited.
 * @property {(seats: number[]) => boolean} who Asks who somebody is; false where this socket does not answer.
 * @property {import("./draft.js").Folds} folds
 * @property {(words?: import("./views/word-acts.js").WordActs) => void} onfolds They chose otherwise; or what can be done with words is here.
 * @property {() => import("./views/help.js").Place} place
 * @property {() => void} onload
 */

export class Behind {
  #ways
  /** What nobody needs at first sight. @type {readonly { render: (model: Model, isCalled: boolean) => void }[] | "loading" | null} */
  #rest = null
  #restTries = 0
  /** What only a crowd needs. @type {CrowdView | null} */
  crowd = null
  #crowdTries = 0
  #isCrowdDue = false
  /** @type {Panel | "loading" | null} */
  #panel = null
  /** What is told of me, for who tells me; all of it, whenever the page begins afresh. @type {MeetingEntry[]} */
  mine = []
  /** Somebody came in by the door. */
  came = false
  /** The room as they found it. @type {Room | null} */
  #found = null
  /** @type {{ out: () => void } | null} */
  #arrived = null
  /** Own words that a facilitator has. @type {import("./views/waits.js").WaitsView | null} */
  #waits = null

  /** @param {Ways} ways */
  constructor(ways) {
    this.#ways = ways
  }

  /** The line is there: what failed for want of it is asked for again. */
  connected() {
    this.#isCrowdDue = true
    void this.#loadRest()
  }

  /** @param {MeetingEntry["entry"]} entry @param {Room} room */
  heard(entry, room) {
    if (this.#panel !== "loading") this.#panel?.heard(entry, room)
    this.#waits?.heard(entry)
  }

  /** @param {Model} model @param {boolean} isCrowd */
  render(model, isCrowd) {
    if (this.came) this.#found ??= model.room
    if (isCrowd) this.crowd?.render(model)
    if (isCrowd && this.crowd === null && this.#isCrowdDue) void this.#loadCrowd()
    const isCalled = this.#panel !== null && this.#panel !== "loading" && this.#panel.isCalled
    if (this.#rest !== "loading") for (const view of this.#rest ?? []) view.render(model, isCalled)
  }

  /** Own words that wait, at the end of the talk; whether some came. @param {Model} model */
  waits(model) {
    return this.#waits?.render(model) ?? false
  }

  /** Nothing of the meeting is to be seen any more, and nothing that it offered can be taken. */
  out() {
    this.#arrived?.out()
    fill(find("#offer"))
  }

  /** What holds a meeting is loaded for who holds it, and goes when they cease to. @param {Model} model */
  hold(model) {
    const holds = rooms.isFacilitator(model.room)
    CHAIR.hidden = !holds
    if (this.#panel === null && holds) void this.#loadPanel()
    if (this.#panel === null || this.#panel === "loading") return
    if (holds) return this.#panel.render(model)
    this.#panel.remove()
    this.#panel = null
  }

  /** Under another name each time, for a browser keeps it in mind that it failed. */
  async #loadRest() {
    if (this.#rest !== null) return
    this.#rest = "loading"
    const { acts, sound, folds, onfolds, place, onload } = this.#ways
    const tried = this.#restTries++ > 0 ? `?${this.#restTries}` : ""
    try {
      const [{ MeView }, { ReadingsView }, { AgendaView }, { OfferView }, { ThereView }, { HushView }, { FoldAwayView }, { NameNextView }, { TitleView }, { ArrivedView }, { WaitsView }, { WordActs }, { AppealsView }] = await Promise.all(
        ["me", "readings", "agenda", "offer", "there", "hush", "fold-away", "name-next", "title", "arrived", "waits", "word-acts", "appeals", "answer"].map((view) => import(`./views/${view}.js${tried}`)),
      )
      const me = new MeView(acts, { isOn: sound.get(), onchange: sound.set })
      const arrived = new ArrivedView(acts, () => this.#found)
      this.#arrived = arrived
      this.#waits = new WaitsView(acts)
      const words = new WordActs({ acts, folds, onchange: onfolds, place })
      onfolds(words)
      this.#rest = [me, words, arrived, new AppealsView(acts, this.mine), new ReadingsView(acts), new AgendaView(), new OfferView(acts), new ThereView(acts), new HushView(), new FoldAwayView(), new NameNextView(acts), new TitleView()]
      onload()
    } catch {
      this.#rest = null // The network is gone; it is asked for again once the line is back.
    }
  }

  async #loadCrowd() {
    this.#isCrowdDue = false
    const tried = this.#crowdTries++ > 0 ? `?${this.#crowdTries}` : ""
    try {
      const { CrowdView } = await import(`./views/crowd.js${tried}`)
      this.crowd ??= new CrowdView(this.#ways.who)
    } catch {
      // The network is gone, or a newer version runs; it is asked for again once the line is back.
    }
  }

  async #loadPanel() {
    this.#panel = "loading"
    const { acts, door, onload } = this.#ways
    try {
      const [{ ChairPanel }] = await Promise.all([import("./views/chair/panel.js"), style("../css/chair.css", import.meta.url)])
      this.#panel = new ChairPanel(acts, door)
      onload()
    } catch {
      // A newer version runs by now, or the network is gone.
      acts.announce("Reload the page to hold the meeting.")
      write(CHAIR, "Reload the page to hold the meeting.")
    }
  }
}
