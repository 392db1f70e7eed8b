/** The list of open cases: how urgent, since when, unread, and what comes next; by word, edge and place. */

import { OUTSIDE, REASONS, SOURCE, TRIAGE, age, comesNext, factsOf, hasLapsed, isMine, isWaiting, openCases, roomOf, unreadOf } from "../../desk.js"
import { el, isOff, set, turnOff, write } from "../../dom.js"

/** @import { Desk, Listed } from "../../desk.js" */
/** @import { TakeOver } from "../../protocol.js" */

/**
 * @typedef {object} Acts
 * @property {(listed: Listed, reason?: TakeOver) => void} claim
 * @property {(caseId: string) => void} show
 */

export class Cases {
  #acts
  #heading = el("h2", { id: "open-cases" }, "Open cases")
  #list = el("ul", { class: "case-list", "aria-labelledby": "open-cases" })
  #empty = el("p", { class: "nothing-open" }, "Nothing open. Thank you for being here.")
  /** @type {Map<string, Row>} */
  #rows = new Map()

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts
    this.element = el("section", { class: "cases", "aria-labelledby": "open-cases" }, this.#heading, this.#empty, this.#list)
  }

  /** @param {Desk} desk @param {string | null} shown @param {Map<string, string>} names Of members, as far as one has their line. */
  render(desk, shown, names) {
    const cases = openCases(desk)
    for (const [id, row] of this.#rows) {
      if (desk.cases.has(id)) continue
      row.element.remove()
      this.#rows.delete(id)
    }
    cases.forEach((listed, place) => {
      const row = this.#rows.get(listed.case) ?? new Row(this.#acts)
      this.#rows.set(listed.case, row)
      row.render(listed, desk, listed.case === shown, names.get(listed.case) ?? "")
      // A row that stands in its place is left alone, so that it keeps the focus.
      const there = this.#list.children[place]
      if (there !== row.element) this.#list.insertBefore(row.element, there ?? null)
    })
    this.#empty.hidden = cases.length > 0 || desk.chairs.size > 0 || desk.presses.size > 0
    write(this.#heading, cases.length > 0 ? `Open · ${cases.length}` : "Open cases")
  }

  /** @param {Desk} desk @param {number} now */
  tick(desk, now) {
    for (const row of this.#rows.values()) row.tick(desk, now)
  }

  /** Says at one case why it could not be claimed. @param {string} caseId @param {string} words */
  refuse(caseId, words) {
    this.#rows.get(caseId)?.refuse(words)
  }

  /** @param {string} caseId @param {boolean} isBusy */
  busy(caseId, isBusy) {
    this.#rows.get(caseId)?.busy(isBusy)
  }
}

class Row {
  #acts
  /** @type {Listed | null} */
  #listed = null
  #isMine = false
  #urgency = el("span", { class: "urgency" })
  #name = el("span", { class: "name", dir: "auto" })
  #age = el("span", { class: "age" })
  #facts = el("p", { class: "soft" })
  #unread = el("p", { class: "case-unread" })
  #next = el("p", { class: "soft" })
  #status = el("p", { class: "refusal", role: "status" })
  #claim = el("button", { type: "button", class: "primary", onclick: () => this.#act() }, "Claim")
  #open = el("button", { type: "button", onclick: () => this.#act() }, "Open the line")
  #over
  element

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts
    const reasons = Object.entries(REASONS).map(([reason, label]) =>
      el("button", { type: "button", onclick: () => this.#take(/** @type {TakeOver} */ (reason)) }, label),
    )
    this.#over = el(
      "details",
      { class: "take-over" },
      el("summary", {}, "Take over"),
      el("p", { class: "soft" }, "Why? Whoever has it reads this, and the line is closed to them."),
      el("div", { class: "acts" }, ...reasons),
    )
    this.element = el(
      "li",
      { class: "case-row" },
      el("p", { class: "case-row-head" }, this.#urgency, this.#name, el("span", { class: "unseen" }, "open for "), this.#age),
      this.#facts,
      this.#unread,
      this.#next,
      this.#status,
      el("div", { class: "acts" }, this.#claim, this.#open),
      this.#over,
    )
  }

  /** @param {Listed} listed @param {Desk} desk @param {boolean} isShown @param {string} name */
  render(listed, desk, isShown, name) {
    const hadFocus = this.element.contains(document.activeElement)
    const isNews = this.#listed?.status !== listed.status
    this.#listed = listed
    this.#isMine = isMine(desk, listed)
    set(this.element, "data-urgency", listed.triage)
    set(this.element, "data-waits", isWaiting(listed) ? (hasLapsed(listed) ? "again" : "first") : null)
    set(this.element, "aria-current", isShown ? "true" : null)
    write(this.#urgency, TRIAGE[listed.triage])
    write(this.#name, name)
    if (isNews || this.#isMine) write(this.#status, "")
    this.#claim.hidden = !isWaiting(listed)
    this.#open.hidden = !this.#isMine || isShown
    const isOthers = listed.status === "claimed" && !this.#isMine
    if (!isOthers) this.#over.open = false
    this.#over.hidden = !isOthers
    this.busy(false)
    // By the clock and to the second: no two are called alike, and none is renamed under the focus.
    const since = `since ${new Date(listed.raised_at * 1000).toLocaleTimeString()}`
    const label = [TRIAGE[listed.triage], SOURCE[listed.source], listed.room ? roomOf(listed.room) : OUTSIDE, since].filter(Boolean).join(", ")
    set(this.#claim, "aria-label", `Claim: ${label}`)
    set(this.#open, "aria-label", `Open the line: ${name || label}`)
    if (hadFocus && !this.element.contains(document.activeElement) && !this.#open.hidden) this.#open.focus()
  }

  /** @param {Desk} desk @param {number} now */
  tick(desk, now) {
    const listed = this.#listed
    if (listed === null) return
    write(this.#age, age(now - listed.raised_at))
    write(this.#facts, factsOf(listed, desk, now))
    write(this.#unread, unreadOf(listed, now))
    write(this.#next, comesNext(listed, desk, now))
  }

  /** @param {string} words */
  refuse(words) {
    write(this.#status, words)
    this.busy(false)
  }

  /** @param {boolean} isBusy */
  busy(isBusy) {
    turnOff(this.#claim, "off", isBusy)
  }

  #act() {
    if (this.#listed === null || isOff(this.#claim)) return
    if (this.#isMine) this.#acts.show(this.#listed.case)
    else this.#acts.claim(this.#listed)
  }

  /** @param {TakeOver} reason */
  #take(reason) {
    if (this.#listed !== null) this.#acts.claim(this.#listed, reason)
  }
}
