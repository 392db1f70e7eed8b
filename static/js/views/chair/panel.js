/** The facilitator's panel: beside what everybody sees, all that holding a meeting takes. */

import { el, find, write } from "../../dom.js"
import * as rooms from "../../standing.js"
import { fold, keepFocus, showActs, showWhole } from "./buttons.js"
import { AppealSheet } from "./appeal-sheet.js"
import { CardsPart } from "./cards.js"
import { LinesPart } from "./lines.js"
import { PeoplePart } from "./people.js"
import { PersonSheet } from "./person.js"
import { LobbyPart, QueuePart } from "./queue.js"
import { Strip } from "./strip.js"
import { Trouble } from "./trouble.js"
import { closeAct } from "./acts.js"
import { aloud, refusedLine } from "./words.js"

/** @import { Acts, Model } from "../../model.js" */
/** @import { Refusal, SeatCommand } from "../../protocol.js" */
/** @import { Room } from "../../room.js" */
/** @import { Cue } from "./sight.js" */

/** @typedef {{ room: { slug: string }, helplines: readonly unknown[], cues?: readonly Cue[], sets_ways?: boolean }} Door */

/** @typedef {{ render: (model: Model) => void, remove: () => void }} Part */

/** Milliseconds for which a line about what came of an act stays. */
const SAID = 12_000

export class ChairPanel {
  #chair = find("#chair")
  #acts
  #strip
  #person
  #trouble
  /** @type {Part[]} */
  #parts
  /** @type {Model | null} */
  #model = null
  /** A no whose reason is an entry that has not come yet. @type {{ refusal: Refusal, epoch: number } | null} */
  #late = null
  /** The same line where the sheet covers the strip. */
  #line = el("p", { class: "chair-line soft", role: "status" })
  #timer = 0
  /** Where something was said of an act at its own button. @type {HTMLElement | null} */
  #place = null

  /** @param {Acts} acts @param {Door} door */
  constructor(acts, door) {
    this.#acts = acts
    /** @type {import("./buttons.js").Perform} */
    const perform = (command, done = "", place = null) => this.#perform(command, done, place)
    const draw = () => this.#model !== null && this.render(this.#model)
    const appeals = new AppealSheet(perform)
    this.#strip = new Strip(this.#chair, perform, { tell: acts.tell, look: (appeal) => appeals.open(appeal) }, draw, door.helplines.length)
    this.#person = new PersonSheet(perform, acts.tell)
    const open = (/** @type {number} */ seat) => this.#person.open(seat)
    const cards = new CardsPart(perform, door.cues ?? [])
    this.#parts = [this.#person, appeals, new QueuePart(perform, open), new LobbyPart(perform), new PeoplePart(perform, open), new LinesPart(open), cards, new ClosingPart(perform)]
    this.#trouble = new Trouble(this.#chair, perform)
    this.#parts.push(this.#trouble)
    if (door.sets_ways) this.#parts.push(new WaysPart(door.room.slug))
    if (door.cues === undefined) void getCues(door.room.slug).then((cues) => cards.give(cues))
    find("#sheet .sheet-head").prepend(this.#line)
    document.body.dataset.chair = ""
  }

  /** Somebody would rather not: it is told for a while. @param {import("../../room.js").MeetingEntry["entry"]} entry @param {Room} room */
  heard(entry, room) {
    const isPass = (entry.type === "invite_ended" || entry.type === "turn_ended") && entry.reason === "passed"
    if (isPass && entry.seat !== room.seat) this.#strip.passed({ seat: entry.seat, epoch: room.epoch, turns: room.turns, at: this.#model?.now ?? -Infinity })
  }

  get isCalled() {
    return this.#strip.isCalled
  }

  /** @param {Model} model */
  render(model) {
    const before = this.#model?.room ?? null
    this.#model = model
    const { room, now } = model
    const moved = before === null || before === room ? "" : aloud(before, room, now, this.#strip.hasPassed)
    if (this.#late !== null && room.epoch !== this.#late.epoch) this.#explain(room, this.#late.refusal)
    this.#strip.render(model)
    const words = [this.#strip.news, moved].filter(Boolean).join(" ")
    if (words !== "") this.#acts.announce(words)
    for (const part of this.#parts) part.render(model)
  }

  /**
   * @param {SeatCommand} command
   * @param {string} done What is said where it is not to be seen.
   * @param {HTMLElement | null} place Where, if not in the strip.
   * @returns {Promise<boolean>} Whether it is so now.
   */
  async #perform(command, done, place) {
    this.#say("")
    this.#place = place
    const { state, refusal } = await this.#acts.ask(command)
    if (state === "refused" && refusal !== null) this.#refused(refusal, command)
    else if (state === "unsent") this.#say("The server did not answer. Look again, then try once more.")
    else this.#say(done)
    return state === "confirmed"
  }

  /**
   * After a race the loser is shown the new state and no error: the line waits for the entry that
   * made the command late, so that it can say who did what (FC-07, FC-08).
   *
   * @param {Refusal} refusal
   * @param {SeatCommand} command
   */
  #refused(refusal, command) {
    const room = this.#model?.room
    if (room === undefined) return
    const isBehind = refusal.code === "stale_epoch" && "epoch" in command && room.epoch === command.epoch
    if (isBehind) this.#late = { refusal, epoch: room.epoch }
    else this.#explain(room, refusal)
  }

  /** @param {Room} room @param {Refusal} refusal */
  #explain(room, refusal) {
    this.#late = null
    this.#say(refusedLine(room, refusal))
  }

  /** @param {string} words */
  #say(words) {
    clearTimeout(this.#timer)
    if (words !== "") this.#timer = setTimeout(() => this.#say(""), SAID)
    if (this.#place !== null) return write(this.#place, words)
    const isSheet = /** @type {HTMLDialogElement} */ (find("#sheet")).open
    const over = this.#person.isOpen ? this.#person : this.#trouble.isOpen ? this.#trouble : null
    for (const sheet of [this.#person, this.#trouble]) sheet.say(sheet === over ? words : "")
    this.#strip.say(over === null && !isSheet ? words : "")
    write(this.#line, over === null && isSheet ? words : "")
  }

  /** Nothing of it is left: this seat does not hold the meeting any more. */
  remove() {
    clearTimeout(this.#timer)
    for (const part of [this.#strip, ...this.#parts]) part.remove()
    this.#line.remove()
    this.#chair.replaceChildren()
    delete document.body.dataset.chair
  }
}

/**
 * The cue cards, for somebody who came to hold the meeting after the page was made; none where they
 * can't be had: the meeting is held without them just as well.
 *
 * @param {string} slug
 * @returns {Promise<Cue[]>}
 */
async function getCues(slug) {
  try {
    const response = await fetch(`/rooms/${slug}/cues`, { credentials: "same-origin" })
    return response.ok ? (await response.json()).cues : []
  } catch {
    return []
  }
}

/** The end before its time, folded away: it is grave. */
class ClosingPart {
  #perform
  #acts = el("div", { class: "acts" })
  #element = showWhole(el("details", { class: "grave chair-part chair-closing" }, el("summary", {}, "End the meeting now"), this.#acts))

  /** @param {import("./buttons.js").Perform} perform */
  constructor(perform) {
    this.#perform = perform
    find("#people").append(this.#element)
  }

  /** @param {Model} model */
  render({ room }) {
    const act = rooms.nextPhase(room) === null ? null : closeAct(room)
    this.#element.hidden = act === null
    keepFocus(this.#element, () => showActs(this.#acts, act === null ? [] : [act], this.#perform))
  }

  remove() {
    this.#element.remove()
  }
}

/** How the group holds its meetings, to whom that is to set: loaded when somebody looks. */
class WaysPart {
  #room
  /** @type {import("./ways.js").WaysForm | null} */
  #form = null
  #element = fold("How we hold our meetings", (inside) => void this.#open(inside), { class: "grave chair-part chair-our-ways" })

  /** @param {string} room Its slug. */
  constructor(room) {
    this.#room = room
    find("#people").append(this.#element)
  }

  /** @param {HTMLElement} inside */
  async #open(inside) {
    if (this.#form === null) {
      const loaded = await import("./ways.js").catch(() => null)
      // A newer version runs by now, or the network is gone; or it was opened twice.
      if (loaded === null) return write(inside, "Reload the page to see how we hold our meetings.")
      this.#form ??= new loaded.WaysForm(this.#room)
      inside.replaceChildren(this.#form.element)
    }
    await this.#form.look()
    if (this.#element.open) this.#element.scrollIntoView({ block: "nearest" })
  }

  render() {}

  remove() {
    this.#element.remove()
  }
}
