/** What stands on the facilitator's screen at all times: notices, and what is done every minute. */

import { el, find, keyed, set, write } from "../../dom.js"
import { keepFocus, showActs } from "./buttons.js"
import { everyMinute, nextAct, notices, phaseAct } from "./words.js"

/** @import { Model } from "../../model.js" */
/** @import { Perform } from "./buttons.js" */
/** @import { Act } from "./sight.js" */
/** @import { Notice } from "./words.js" */

export class Strip {
  #perform
  #notices = el("ul", { class: "chair-notices", "aria-label": "Notices" })
  #acts = el("div", { class: "acts chair-acts" })
  #next = el("div", { class: "acts chair-next" })
  #phase = el("div", { class: "acts chair-phase" })
  #line = el("p", { class: "chair-line soft", role: "status" })
  #element = el("div", { class: "chair-strip" }, this.#notices, this.#acts, this.#next, this.#phase, this.#line)

  /** @param {HTMLElement} chair @param {Perform} perform */
  constructor(chair, perform) {
    this.#perform = perform
    chair.append(this.#element)
  }

  /** @param {string} words */
  say(words) {
    write(this.#line, words)
  }

  /** @param {Model} model @param {number} arrived */
  render({ room, now }, arrived) {
    const [next, phase] = [nextAct(room, now), phaseAct(room)]
    const standing = notices(room, now, arrived).filter(({ calm }) => !calm)
    // On a phone there is room for one of the two; where the phase has run over it is that one.
    set(this.#element, "data-busy", next !== null && !standing.some(({ key }) => key === "over"))
    keepFocus(this.#element, () => {
      showNotices(this.#notices, standing, this.#perform)
      showActs(this.#acts, everyMinute(room, now), this.#perform)
      showActs(this.#next, several(next), this.#perform)
      showActs(this.#phase, several(phase), this.#perform)
    })
  }
}

/** @param {Act | null} act */
function several(act) {
  return act === null ? [] : [act]
}

/** @param {HTMLElement} list @param {readonly Notice[]} standing @param {Perform} perform */
export function showNotices(list, standing, perform) {
  list.hidden = standing.length === 0
  keyed(list, standing, ({ key }) => key, ({ key }) => noticeRow(key), (row, notice) => {
    write(find("p", row), notice.words)
    showActs(find(".acts", row), notice.acts, perform)
  })
}

/** @param {string} kind */
function noticeRow(kind) {
  return el("li", { "data-kind": kind }, el("p", { dir: "auto" }), el("div", { class: "acts" }))
}
