/** What stands on the facilitator's screen at all times: what is done every minute, and notices. */

import { el, find, keyed, linger, set, write } from "../../dom.js"
import * as rooms from "../../standing.js"
import { appealNotices } from "./appeal-notices.js"
import { Aside } from "./aside.js"
import { keepFocus, showActs } from "./buttons.js"
import { Far } from "./far.js"
import { careNotice, careWords, needs } from "./care.js"
import { unanswered } from "./sight.js"
import { closeAct, everyMinute, onwards, phaseAct } from "./acts.js"
import { closingNotices, notices, passedNotices } from "./notices.js"
import { heldNotices } from "./held.js"
import { reportNotices } from "./reports.js"
import { lineWords } from "./words.js"

/** @import { Model } from "../../model.js" */
/** @import { Room } from "../../room.js" */
/** @import { Perform } from "./buttons.js" */
/** @import { Act, Unanswered } from "./sight.js" */
/** @import { Notice } from "./notices.js" */

/** The notices of words that wait for a decision. */
const DECIDED = '[data-kind^="held"], [data-kind^="report"]'

export class Strip {
  #perform
  #tell
  #look
  #draw
  #numbers
  #aside = new Aside()
  #far = new Far(() => this.#draw())
  /** That somebody may need care is said aloud once. @type {Set<string>} */
  #said = new Set()
  /** What of it is to be said now. */
  news = ""
  /** Whether no facilitator has written to one of them yet. */
  isCalled = false
  /** When the strangers came for whom the shield is not wanted. @type {number | null} */
  #strangersAt = null
  /** Who passed at this change of the floor. @type {import("./words.js").Passed | null} */
  #passed = null
  /** Each act has a place of its own, which no other moves. */
  #more = el("div", { class: "chair-more" })
  #pause = el("div", { class: "chair-pause" })
  #end = el("div", { class: "chair-end" })
  #acts = el("div", { class: "chair-acts" }, this.#more, this.#pause, this.#end)
  #onwards = el("div", { class: "acts chair-next" })
  #phase = el("div", { class: "acts chair-phase" })
  /** Below the acts: one that comes moves none of them. */
  #notices = el("ul", { class: "chair-notices", "aria-label": "Notices" })
  #line = el("p", { class: "chair-line soft", role: "status" })
  #element = el("div", { class: "chair-strip" }, this.#acts, this.#onwards, this.#phase, this.#notices, this.#line)

  /**
   * @param {HTMLElement} chair
   * @param {Perform} perform
   * @param {{ tell: (seat: number) => void, look: (appeal: number) => void }} open
   * @param {() => void} draw
   * @param {number} numbers How many there are to call.
   */
  constructor(chair, perform, { tell, look }, draw, numbers) {
    this.#numbers = numbers
    this.#perform = perform
    this.#tell = tell
    this.#look = look
    this.#draw = draw
    chair.append(this.#element)
  }

  /** Who may need care, before all else. @param {Model} model @returns {Notice[]} */
  #needs({ room, items, isHere }) {
    const ways = { tell: this.#tell, putAside: this.#putAside }
    const found = needs(items, this.#aside.keys).map((need) => ({ need, words: careWords(room, need, isHere, this.#numbers) }))
    const news = found.filter(({ need }) => !this.#said.has(need.key))
    for (const { need } of news) this.#said.add(need.key)
    this.isCalled = found.some(({ need }) => need.by === 0)
    this.news = news.map(({ words }) => words).join(" ")
    return found.map(({ need, words }) => careNotice(room, need, words, ways))
  }

  /** What waits for a decision, and what was reported; each is said aloud once. @param {Model} model @returns {Notice[]} */
  #asked({ room, items }) {
    const found = [...heldNotices(room), ...reportNotices(room, items)]
    const news = found.filter(({ key }) => !this.#said.has(key))
    for (const { key } of news) this.#said.add(key)
    this.news = [this.news, ...news.map(({ words }) => words)].filter(Boolean).join(" ")
    return found
  }

  /** @param {Room} room @param {Unanswered} line @returns {Notice} */
  #lineNotice(room, line) {
    return {
      key: `line ${line.seat}`,
      words: lineWords(room, line),
      acts: [
        { key: "answer", label: "Answer", name: `Answer ${rooms.nameOf(room, line.seat)}`, command: () => this.#tell(line.seat) },
        { key: `aside ${line.count}`, label: "Put aside", command: () => this.#putAside(line.keys) },
      ],
    }
  }

  /** @param {readonly string[]} keys */
  #putAside = (keys) => {
    this.#aside.put(keys)
    this.#draw()
  }

  get hasPassed() {
    return this.#passed
  }

  /** @param {import("./words.js").Passed} passed */
  passed(passed) {
    this.#passed = passed
  }

  /** @param {string} words */
  say(words) {
    write(this.#line, words)
  }

  remove() {
    this.#far.remove()
  }

  /** Put away here alone, as a line is. @param {Room} room @param {Notice} notice @returns {Notice} */
  #canBePutAway({ strangersAt }, notice) {
    if (notice.key !== "raid") return notice
    const away = () => {
      this.#strangersAt = strangersAt
      this.#draw()
    }
    return { ...notice, acts: [...notice.acts, { key: `away ${strangersAt}`, label: "No raid", command: away }] }
  }

  /** @param {Model} model */
  render(model) {
    const { room, now } = model
    const { more, pause, end } = everyMinute(room, now, this.#passed)
    const [next, phase] = [onwards(room, now, this.#passed), phaseAct(room) ?? closing(room)]
    const open = room.closedAt !== null ? [] : unanswered(room, model.items, this.#aside.keys)
    const standing = [
      ...this.#needs(model),
      ...this.#asked(model),
      ...notices(room, now, this.#strangersAt).filter(({ calm }) => !calm).map((notice) => this.#canBePutAway(room, notice)),
      ...appealNotices(room, this.#look),
      ...passedNotices(room, now, this.#passed),
      ...closingNotices(room, open.length),
      // They stay in sight until they are answered: in the talk, or else here.
      ...open.filter(({ last }) => this.#far.has(last)).map((line) => this.#lineNotice(room, line)),
    ]
    const isOver = standing.some(({ key }) => key === "over")
    keepFocus(this.#element, () => {
      this.#acts.hidden = pause === null
      showActs(this.#more, several(more), this.#perform)
      showActs(this.#pause, several(pause), this.#perform)
      showActs(this.#end, several(end), this.#perform)
      showActs(this.#onwards, several(next), this.#perform)
      showActs(this.#phase, several(phase), this.#perform)
      showNotices(this.#notices, standing, this.#perform)
      // A row that goes keeps its place, and so does what made room for it.
      const isAsked = this.#notices.querySelector(DECIDED) !== null
      set(this.#element, "data-asked", isAsked)
      // On a phone there is room for one of the two: where the phase has run over it is that one, unless words wait for a decision.
      set(this.#element, "data-busy", room.holder !== null && (isAsked || (next !== null && !isOver)))
    })
  }
}

/** Only where no part comes any more: else it is folded away. @param {Room} room */
function closing(room) {
  return rooms.nextPhase(room) === null ? closeAct(room) : null
}

/** @param {Act | null} act */
function several(act) {
  return act === null ? [] : [act]
}

/** @param {HTMLElement} list @param {readonly Notice[]} standing @param {Perform} perform */
export function showNotices(list, standing, perform) {
  const update = (/** @type {HTMLElement} */ row, /** @type {Notice} */ notice) => {
    write(find("p", row), notice.words)
    showActs(find(".acts", row), notice.acts, perform)
  }
  keyed(list, standing, ({ key }) => key, ({ key, quote }) => noticeRow(key, quote), update, linger)
}

/** @param {string} kind @param {Notice["quote"]} quote */
function noticeRow(kind, quote) {
  const words = quote?.map(({ text, marked }) => (marked ? el("mark", {}, text) : text))
  return el("li", { "data-kind": kind }, el("p"), words !== undefined && el("blockquote", { dir: "auto" }, ...words), el("div", { class: "acts" }))
}
