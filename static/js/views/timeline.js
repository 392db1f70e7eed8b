/** The talk: a log of turns, phase rules, notices and private lines. */

import { el, fill, find, set, write } from "../dom.js"
import * as rooms from "../standing.js"
import { badges, clock } from "../words.js"
import { ReactionsView } from "./reactions.js"
import { Scroller } from "./scroller.js"

/** @import { Acts, Model } from "../model.js" */
/** @import { Room } from "../room.js" */
/** @import { Kind } from "../protocol.js" */
/** @import { Folds } from "../draft.js" */
/** @import { CardItem, Item, Line, PrivateItem, Timeline, TurnItem } from "../timeline.js" */

/** What a posted card is called; a cue is what a facilitator has to say. @type {Record<Kind, string>} */
const POSTS = { cue: "", reading: "Reading", topic: "Topic", announcement: "Announcement" }

/** To who can't see whether anything was written before. */
const NOTHING_SINCE = "Nothing has been written since you came."

/** Rows from which on words are long, at so many letters a row. */
const ROWS = 40
const LETTERS = 60

export class TimelineView {
  #log = find("#log")
  #below = find("#below")
  #scroller
  #acts
  /** @type {Map<string, HTMLElement>} */
  #elements = new Map()
  /** What is new or has changed, and whether the reader would want to see it. @type {Map<Item, boolean>} */
  #changed = new Map()
  /** @type {Map<string, ReactionsView>} */
  #reactions = new Map()
  /** Which words may be put under a line now. */
  #allowed = ""
  /** @type {TurnItem | null} */
  #live = null
  #folds
  /** What can be done with words, once it is here. @type {import("./word-acts.js").WordActs | null} */
  #words = null

  /** @param {Acts} acts @param {Folds} folds What this reader chose of them. */
  constructor(acts, folds) {
    this.#acts = acts
    this.#folds = folds
    const talk = find("#talk")
    this.#scroller = new Scroller(talk, (away) => (this.#below.hidden = !away), () => isReadingWelcome(talk))
    this.#below.addEventListener("click", () => {
      this.#scroller.end()
      talk.focus()
    })
  }

  /** A fresh start; what comes next until `settle` is history, and not read aloud. */
  clear() {
    this.#log.setAttribute("aria-live", "off")
    this.#elements.clear()
    this.#reactions.clear()
    this.#changed.clear()
    this.#live = null
    fill(this.#log)
  }

  /** The history is here, and the reader at its end; read aloud is what comes from the next turn of the loop on. */
  settle() {
    setTimeout(() => this.#log.setAttribute("aria-live", "polite"))
    this.#scroller.settle()
  }

  /** Somebody is known now: what stands there without their name is made anew. @param {Item[]} items */
  met(items) {
    for (const item of items) if (this.#elements.get(item.key)?.dataset.unknown) this.note(item, false)
  }

  /** All of it is made anew: by what can be done with words, or as this reader chose. @param {Item[]} items @param {import("./word-acts.js").WordActs} [words] */
  again(items, words) {
    this.#words ??= words ?? null
    for (const item of items) this.note(item, false)
  }

  /** @param {Item} item @param {boolean} [isNews] */
  note(item, isNews = true) {
    this.#changed.set(item, isNews || (this.#changed.get(item) ?? false))
  }

  /**
   * @param {Model} model
   * @param {Timeline} timeline
   * @param {() => boolean} [more] Other changes of the talk, made in the same breath; whether own words came.
   */
  render({ room }, timeline, more = () => false) {
    this.#scroller.change(() => {
      const news = this.#place(timeline.items, room)
      if (room.flags.history === "none") write(find(".empty"), NOTHING_SINCE)
      this.#markLive(timeline.items, room)
      this.#dropAnswers(room)
      // What one has just written oneself is in sight, wherever one was.
      if (more()) this.#scroller.end()
      return news
    })
  }

  /** @param {Item[]} items @param {Room} room @returns {boolean} Whether somebody else wrote. */
  #place(items, room) {
    let news = false
    for (const [item, isNews] of this.#changed) {
      const before = this.#elements.get(item.key)
      let element = before
      if (element === undefined || (element.dataset.unknown && !rooms.isUnknown(room, Number(element.dataset.unknown)))) {
        element = build(item, room, this.#acts)
        this.#elements.set(item.key, element)
        this.#log.insertBefore(element, this.#after(items, item))
        before?.remove()
        this.#reactions.delete(item.key)
        if (this.#live === item) this.#live = null
      }
      if (item.kind === "turn" || item.kind === "card") {
        this.#updateLines(element, item, room)
        this.#words?.show(element, item, room)
      }
      if (item.kind === "turn") this.#react(element, item, room)
      if (item.kind === "rule") write(find("span", element), item.news.map(({ text }) => text).join(" · "))
      news ||= isNews && (!("seat" in item) || item.seat !== room.seat)
    }
    this.#changed.clear()
    this.#allow(room)
    return news
  }

  /** Of what is folded the label alone is on the page. @param {HTMLElement} element @param {TurnItem | CardItem} item @param {Room} room */
  #updateLines(element, item, room) {
    const lines = find(".shares", element)
    for (const line of item.lines) {
      let row = lines.querySelector(`[data-number="${line.number}"]`)
      if (row === null) {
        row = el("div", { class: "share", "data-number": line.number }, el("p", { dir: "auto" }), line.note && el("p", { class: "soft" }, "A facilitator adds: this is one person's experience, and no medical advice."))
        lines.append(row)
      }
      const isFolded = line.fold !== "" || this.#folds.kept.includes(line.number)
      const hasMarks = line.marks !== undefined && line.words !== null && !isFolded
      const marked = row.querySelector(".marked")
      if (marked && hasMarks) continue
      marked?.replaceWith(el("p", { dir: "auto" }))
      const words = find("p", row)
      const label = isFolded ? (this.#words?.labelOf(line) ?? "Folded") : ""
      write(words, line.words === null ? taken(line, item.seat === room.seat) : label || line.words)
      set(words, "class", line.words === null || label ? "taken" : null)
      clip(words)
      if (hasMarks) void markUp(row, line)
    }
  }

  /** @param {HTMLElement} element @param {TurnItem} item @param {Room} room */
  #react(element, item, room) {
    let view = this.#reactions.get(item.key)
    if (view === undefined) {
      view = new ReactionsView(item, this.#acts)
      this.#reactions.set(item.key, view)
      element.append(view.element)
    }
    view.render(room)
  }

  /** Nobody answers who has gone: it would reach nobody. @param {Room} room */
  #dropAnswers(room) {
    for (const acts of /** @type {NodeListOf<HTMLElement>} */ (this.#log.querySelectorAll("[data-answers]"))) {
      if (!rooms.sits(room, Number(acts.dataset.answers))) acts.remove()
    }
  }

  /** Other words may be put under all lines from now on, or none. @param {Room} room */
  #allow(room) {
    const allowed = rooms.reactions(room).join()
    if (allowed === this.#allowed) return
    this.#allowed = allowed
    for (const view of this.#reactions.values()) view.render(room)
  }

  /** The element an item stands before: that of the next item which is on the page already. */
  /** @param {Item[]} items @param {Item} item */
  #after(items, item) {
    for (let index = items.lastIndexOf(item) + 1; index < items.length; index += 1) {
      const element = this.#elements.get(items[index]?.key ?? "")
      if (element !== undefined) return element
    }
    return null
  }

  /** @param {Item[]} items @param {Room} room */
  #markLive(items, room) {
    const turn = rooms.turn(room)
    const live = turn === 0 ? null : findLast(items, (item) => item.kind === "turn" && item.turn === turn)
    if (live === this.#live) return
    this.#show(this.#live, false)
    this.#live = live?.kind === "turn" ? live : null
    this.#show(this.#live, true)
  }

  /** @param {TurnItem | null} item @param {boolean} live */
  #show(item, live) {
    const element = item && this.#elements.get(item.key)
    if (!element) return
    set(element, "data-live", live)
    find(".sharing", element).hidden = !live
  }
}

/** @param {Item[]} items @param {(item: Item) => boolean} test */
function findLast(items, test) {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index]
    if (item !== undefined && test(item)) return item
  }
  return null
}

/** @param {Item} item @param {Room} room @param {Acts} acts @returns {HTMLElement} */
function build(item, room, acts) {
  switch (item.kind) {
    case "turn":
    case "card":
      return ofUnknown(buildTurn(item, room), item.seat, room)
    case "private":
      return ofUnknown(buildPrivate(item, room, acts), item.to === 0 ? item.seat : item.to, room)
    case "rule":
      return el("p", { class: "phase" }, el("span"))
    case "notice":
      return buildNotice(item, room)
  }
}

/** @param {import("../timeline.js").NoticeItem} item @param {Room} room */
function buildNotice({ about = 0, text }, room) {
  const [who, words] = about > 0 ? ["facilitators", `${rooms.nameOf(room, about)} ${text}`] : ["you", text]
  // Of somebody's need the panel says more, and aloud.
  const label = el("span", { class: "soft" }, `Only ${who} see this: `)
  return ofUnknown(el("p", { class: "only-you", "aria-live": about > 0 && "off" }, label, words), about, room)
}

/** Marks what stands under no name yet. @param {HTMLElement} element @param {number} seat @param {Room} room */
function ofUnknown(element, seat, room) {
  set(element, "data-unknown", rooms.isUnknown(room, seat) && seat)
  return element
}

/** @param {TurnItem | CardItem} item @param {Room} room */
function buildTurn(item, room) {
  const isUnknown = rooms.isUnknown(room, item.seat) // Asked for once it is in sight.
  const name = isUnknown ? "Somebody" : rooms.nameOf(room, item.seat)
  const what = item.kind === "card" ? POSTS[item.post] : ""
  const own = item.seat === room.seat
  const lines = el("div", { class: "shares" })
  const article = el(
    "article",
    { class: item.kind === "card" ? "turn card" : "turn", "data-seat": item.seat, "aria-label": what === "" ? name : `${what}, from ${name}` },
    el(
      "header",
      {},
      el(
        "div",
        { class: "who" },
        what !== "" && el("span", { class: "what" }, what),
        el("h3", { dir: "auto", "aria-label": isUnknown && name }, isUnknown ? "…" : name),
        own && el("span", { class: "badge" }, "you"),
        ...badges(room, item.seat).map((badge) => el("span", { class: "badge" }, badge)),
        item.kind === "turn" && item.late && el("span", { class: "badge" }, "written earlier"),
        el("span", { class: "soft sharing", hidden: true }, "is sharing"),
      ),
      time(item.at),
    ),
    lines,
  )
  return article
}

/** Until what it takes is here, and where it can't be had, the words stand as they were written. @param {Element} row @param {Line} line */
async function markUp(row, line) {
  const { mark } = await import("./marked.js").catch(() => ({ mark: null }))
  const words = line.words === null || line.fold !== "" ? null : mark?.(row, line.marks ?? [])
  if (words) clip(words)
}

/** @param {string} text */
function isLong(text) {
  let rows = 0
  for (const line of text.split("\n")) rows += Math.max(1, Math.ceil(line.length / LETTERS))
  return rows > ROWS
}

/** Clips words that are long, under a button that shows all of them; those that are not stay as they are. @param {HTMLElement} words */
function clip(words) {
  const button = words.nextElementSibling?.matches(".show-all") ? words.nextElementSibling : null
  if (!isLong(words.textContent ?? "")) {
    set(words, "data-clipped", null)
    button?.remove()
  } else if (button === null) {
    set(words, "data-clipped", true)
    words.after(showAll(words))
  }
}

/** @param {HTMLElement} words */
function showAll(words) {
  const button = el("button", { type: "button", class: "quiet show-all", "aria-expanded": "false", "aria-live": "off" }, "Show all")
  button.addEventListener("click", () => {
    const isClipped = words.toggleAttribute("data-clipped")
    set(button, "aria-expanded", String(!isClipped))
    write(button, isClipped ? "Show all" : "Show less")
  })
  return button
}

/** @param {Line} line @param {boolean} own */
function taken(line, own) {
  if (line.takenBy === "facilitator") return "A facilitator took these words out."
  if (line.takenBy === "self") return own ? "You took these words back." : "These words were taken back."
  return "These words are no longer kept."
}

/** @param {PrivateItem} item @param {Room} room @param {Acts} acts */
function buildPrivate(item, room, acts) {
  const from = item.seat === room.seat ? "You" : rooms.nameOf(room, item.seat)
  const to = item.to === 0 ? "the facilitators" : item.to === room.seat ? "you" : rooms.nameOf(room, item.to)
  const other = item.to === 0 ? item.seat : item.to
  const answers = rooms.isFacilitator(room) && item.seat !== room.seat
  const words = el("p", { dir: "auto", class: item.words === null ? "taken" : null }, item.words ?? "These words are no longer kept.")
  const article = el(
    "article",
    { class: "turn private", "data-key": item.key, "aria-label": `Private line from ${from} to ${to}` },
    el("header", {}, el("div", { class: "who" }, el("h3", {}, `${from}, to ${to}`)), time(item.at)),
    words,
    el(
      "p",
      { class: "soft" },
      rooms.isFacilitator(room) ? `Only the facilitators and ${rooms.nameOf(room, other)} see this.` : "Only you and the facilitators see this.",
    ),
    answers &&
      el(
        "div",
        { class: "acts", "aria-live": "off", "data-answers": item.seat },
        el("button", { type: "button", onclick: () => acts.tell(item.seat) }, `Answer ${from}`),
      ),
  )
  clip(words)
  return article
}

/** @param {number} at */
function time(at) {
  return el("time", { class: "soft", datetime: new Date(at * 1000).toISOString() }, clock(at))
}

/**
 * Whoever has just come begins the card at its beginning; below it there is nothing, or not all of it has been in sight.
 *
 * @param {HTMLElement} talk
 */
function isReadingWelcome(talk) {
  const card = document.getElementById("arrived")
  if (card === null || card.hidden) return false // A page that was left holds nothing.
  const isEmpty = find("#log").childElementCount + find("#pending").childElementCount === 0
  return isEmpty || card.getBoundingClientRect().bottom > talk.getBoundingClientRect().bottom
}
