/** The list of open cases: urgency by word, edge and place. */

import { SOURCE, TRIAGE, age, isMine, isWaiting, openCases, roomOf } from "../../desk.js"
import { el, fill, set, write } from "../../dom.js"

/** @import { Desk, Listed } from "../../desk.js" */

/**
 * @typedef {object} Acts
 * @property {(listed: Listed) => void} claim
 * @property {(caseId: string) => void} show
 */

/** What the page knows beyond the desk's log, of the cases that are one's own. @typedef {{ name: string, wrote: boolean }} Known */

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

  /** @param {Desk} desk @param {string | null} shown @param {Map<string, Known>} known */
  render(desk, shown, known) {
    const cases = openCases(desk)
    for (const [id, row] of this.#rows) {
      if (desk.cases.has(id)) continue
      row.element.remove()
      this.#rows.delete(id)
    }
    cases.forEach((listed, place) => {
      const row = this.#rows.get(listed.case) ?? new Row(this.#acts)
      this.#rows.set(listed.case, row)
      row.render(listed, desk, listed.case === shown, known.get(listed.case))
      // A row that stands in its place is left alone, so that it keeps the focus.
      const there = this.#list.children[place]
      if (there !== row.element) this.#list.insertBefore(row.element, there ?? null)
    })
    this.#empty.hidden = cases.length > 0 || desk.chairs.size > 0
    write(this.#heading, cases.length > 0 ? `Open · ${cases.length}` : "Open cases")
  }

  /** @param {number} now */
  tick(now) {
    for (const row of this.#rows.values()) row.tick(now)
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
  #status = el("p", { class: "soft", role: "status" })
  #claim = el("button", { type: "button", class: "primary", onclick: () => this.#act() }, "Claim")
  #open = el("button", { type: "button", onclick: () => this.#act() }, "Open the line")
  element = el(
    "li",
    { class: "case-row" },
    el("p", { class: "case-row-head" }, this.#urgency, this.#name, el("span", { class: "unseen" }, "open for "), this.#age),
    this.#facts,
    this.#status,
    el("div", { class: "acts" }, this.#claim, this.#open),
  )

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts
  }

  /** @param {Listed} listed @param {Desk} desk @param {boolean} isShown @param {Known} [known] */
  render(listed, desk, isShown, known) {
    const hadFocus = this.element.contains(document.activeElement)
    const isNews = this.#listed?.status !== listed.status
    this.#listed = listed
    this.#isMine = isMine(desk, listed)
    set(this.element, "data-urgency", listed.triage)
    set(this.element, "aria-current", isShown ? "true" : null)
    write(this.#urgency, TRIAGE[listed.triage])
    write(this.#name, known?.name ?? "")
    fill(this.#facts, [SOURCE[listed.source], roomOf(listed.room)].filter(Boolean).join(" · "))
    if (isNews || this.#isMine) write(this.#status, statusOf(listed, desk, this.#isMine, known))
    this.#claim.hidden = !isWaiting(listed)
    this.#open.hidden = !this.#isMine || isShown
    this.busy(false)
    // By the clock and to the second: no two are called alike, and none is renamed under the focus.
    const since = `since ${new Date(listed.raised_at * 1000).toLocaleTimeString()}`
    const label = [TRIAGE[listed.triage], SOURCE[listed.source], roomOf(listed.room), since].filter(Boolean).join(", ")
    set(this.#claim, "aria-label", `Claim: ${label}`)
    set(this.#open, "aria-label", `Open the line: ${known?.name || label}`)
    if (hadFocus && !this.element.contains(document.activeElement) && !this.#open.hidden) this.#open.focus()
  }

  /** @param {number} now */
  tick(now) {
    if (this.#listed !== null) write(this.#age, age(now - this.#listed.raised_at))
  }

  /** @param {string} words */
  refuse(words) {
    write(this.#status, words)
    this.busy(false)
  }

  /** @param {boolean} isBusy */
  busy(isBusy) {
    set(this.#claim, "aria-disabled", isBusy ? "true" : null)
  }

  #act() {
    if (this.#listed === null || this.#claim.getAttribute("aria-disabled") === "true") return
    if (this.#isMine) this.#acts.show(this.#listed.case)
    else this.#acts.claim(this.#listed)
  }
}

/** @param {Listed} listed @param {Desk} desk @param {boolean} mine @param {Known} [known] */
function statusOf(listed, desk, mine, known) {
  if (mine) return known?.wrote ? "Yours · new words" : "Yours"
  switch (listed.status) {
    case "unanswered":
      return "Waits for somebody; they were told that nobody has come yet"
    case "claimed":
      return `${desk.names.get(listed.claimed_by ?? 0) || "Somebody"} is with them`
    default:
      return "Waits for somebody"
  }
}
