/** What a facilitator posts: cue cards and readings after a look at them, the topic, announcements. */

import { el, find, keyed, set, turnOff, write } from "../../dom.js"
import * as rooms from "../../standing.js"
import { button, keepFocus, showActs } from "./buttons.js"
import { cardsOf, cueCard, mayPost } from "./sight.js"
import { tooLong } from "../overlong.js"
import { LONGEST_POST, isolated, length, written } from "../../written.js"
import { closeAct, phaseAct } from "./acts.js"
import { phaseLine } from "./words.js"

/** @import { Model } from "../../model.js" */
/** @import { Room } from "../../room.js" */
/** @import { Perform } from "./buttons.js" */
/** @import { Card, Cue } from "./sight.js" */

export class CardsPart {
  #agenda = find("#agenda")
  #perform
  #cues
  #time = el("p", { class: "soft chair-time" })
  #phase = el("div", { class: "acts chair-phase" })
  #why = el("p", { class: "soft" }, "Cards go out between turns.")
  #now = el("ul", { class: "chair-cards", "aria-label": "For this part" })
  #others = el("ul", { class: "chair-cards", "aria-label": "All cue cards" })
  #othersFold = el("details", { class: "grave" }, el("summary", {}, "All cue cards"), this.#others)
  #own = /** @type {HTMLTextAreaElement} */ (el("textarea", { id: "chair-own", rows: 3, dir: "auto" }))
  #over = el("p", { class: "bounced", role: "alert", hidden: true })
  #topic = el("p", { class: "soft" })
  /** What came of it stands at the buttons. */
  #posted = el("p", { class: "soft", role: "status" })
  #title = el("h2", {}, "Cards for this part")
  #lead = el("div", { class: "chair-part chair-lead" }, this.#time, this.#phase)
  #top = el("div", { class: "chair-part chair-top" }, this.#title, this.#why, this.#now)
  #element

  /** @param {Perform} perform @param {readonly Cue[]} cues */
  constructor(perform, cues) {
    this.#perform = perform
    this.#cues = cues
    this.#element = el(
      "div",
      { class: "chair-part chair-side" },
      this.#othersFold,
      el(
        "details",
        { class: "grave chair-own" },
        el("summary", {}, "Topic and announcements"),
        this.#topic,
        el("label", { for: "chair-own" }, "In your own words"),
        this.#over,
        this.#own,
        el("p", { class: "soft" }, "**Bold**, *italic*, a list of lines that begin with - or 1., and links are shown as such in an announcement."),
        el(
          "div",
          { class: "acts" },
          button("Post as topic", () => this.#postOwn("topic", "The topic is posted.")),
          button("Post as announcement", () => this.#postOwn("announcement", "The announcement is posted.")),
        ),
        this.#posted,
      ),
    )
    find("ol", this.#agenda).before(this.#lead, this.#top)
    find("ol", this.#agenda).after(this.#element)
  }

  /** Who came to hold the meeting after the page was made is given the cards later. @param {readonly Cue[]} cues */
  give(cues) {
    this.#cues = cues
  }

  /** @param {Model} model */
  render({ room, now }) {
    keepFocus(this.#agenda, () => {
      write(this.#time, phaseLine(room, now))
      const phase = phaseAct(room) ?? (rooms.nextPhase(room) === null ? closeAct(room) : null)
      showActs(this.#phase, phase === null ? [] : [phase], this.#perform)
      this.#show(room)
    })
  }

  /** @param {Room} room */
  #show(room) {
    const free = mayPost(room)
    const mine = cardsOf(room, this.#cues)
    const shown = new Set(mine.map(({ key }) => key))
    const others = this.#cues.map(cueCard).filter(({ key }) => !shown.has(key))
    this.#list(this.#now, mine, free)
    this.#list(this.#others, others, free)
    this.#othersFold.hidden = others.length === 0
    this.#title.hidden = mine.length === 0
    this.#why.hidden = free || !rooms.isOpen(room) || mine.length === 0
    const topic = room.topic?.words ?? ""
    write(this.#topic, topic === "" ? "No topic is pinned." : `Pinned: ${isolated(topic)}`)
    for (const one of this.#element.querySelectorAll(".chair-own .acts button")) {
      turnOff(one, "off", !free)
    }
    set(this.#element, "hidden", room.closedAt !== null)
  }

  /** @param {HTMLElement} list @param {readonly Card[]} cards @param {boolean} free */
  #list(list, cards, free) {
    list.hidden = cards.length === 0
    keyed(list, cards, ({ key }) => key, (card) => this.#build(card), (row) => {
      turnOff(find("button", row), "off", !free)
    })
  }

  /** Its words are looked at before they go out. @param {Card} card */
  #build({ kind, title, text }) {
    const posted = el("p", { class: "soft", role: "status" })
    const post = button("Post this card", () => this.#perform({ type: "post", kind, text }, `${isolated(title)} is posted.`, posted), { "aria-label": `Post this card: ${isolated(title)}` })
    return el("li", {}, el("details", {}, el("summary", {}, title), el("p", { class: "chair-card", dir: "auto" }, text), el("div", { class: "acts" }, post), posted))
  }

  /** @param {"topic" | "announcement"} kind @param {string} done */
  async #postOwn(kind, done) {
    const text = written(this.#own.value)
    const over = length(text) - LONGEST_POST
    write(this.#over, over > 0 ? tooLong(over) : "")
    this.#over.hidden = over <= 0
    if (text === "" || over > 0) return this.#own.focus()
    if (await this.#perform({ type: "post", kind, text }, done, this.#posted)) this.#own.value = ""
  }

  remove() {
    this.#lead.remove()
    this.#top.remove()
    this.#element.remove()
  }
}
