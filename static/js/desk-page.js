/** The desk's page: a name, the open cases, and the lines of those that are one's own. */

import { Connection } from "./connection.js"
import { SOURCE, TRIAGE, apply, begin, isMine, isWaiting, lostChairs, openCases, roomOf, urgencyOf } from "./desk.js"
import { data, find, write } from "./dom.js"
import { RefusedError, post } from "./http.js"
import { newId } from "./ids.js"
import { bindLeave } from "./leave.js"
import { Cases } from "./views/desk/cases.js"
import { Chairs } from "./views/desk/chairs.js"
import { Door } from "./views/desk/door.js"
import { Work } from "./views/desk/work.js"
import { bindHelp, helplineList, openHelp } from "./views/help.js"

/** @import { OutboundFrame, Refusal } from "./protocol.js" */
/** @import { State } from "./connection.js" */
/** @import { Desk, Listed, Lost } from "./desk.js" */
/** @import { Line } from "./case.js" */
/** @import { Known } from "./views/desk/cases.js" */
/** @import { Helpline } from "./views/help.js" */

/**
 * The data block of desk.html.
 *
 * @typedef {{ seat: number | null, helplines: Helpline[], organisation: string, case?: string | null, speed?: number }} DeskData
 */

const GRACE = 1_000
const LOST = "Connection lost. Trying again. Cases that come in meanwhile show as soon as it is back."
const GONE = "You are not signed in at the desk any more. Open your staff link again."

class DeskPage {
  /** @type {DeskData} */
  #data = data("desk")
  #page = find("#main")
  #banner = find("#banner")
  #alarm = find("#alarm")
  #duty = find("#duty")
  #nothing = find("#no-line")
  #cases = new Cases({ claim: (listed) => this.#claim(listed), show: (id) => this.#show(id) })
  #chairs = new Chairs()
  #connection = new Connection("/desk/socket", {
    onframe: (frame) => this.#receive(frame),
    onstate: (state) => this.#connected(state),
    ...this.#speed(),
  })
  /** @type {Desk | null} */
  #desk = null
  /** The lines of the cases that are mine. @type {Map<string, Work>} */
  #works = new Map()
  /** @type {Map<string, Known>} */
  #known = new Map()
  /** @type {string | null} */
  #shown = null
  /** Ids of claims whose outcome is unknown: the same intent keeps its id. @type {Map<string, string>} */
  #claims = new Map()
  #lostTimer = 0
  #title = document.title

  start() {
    bindLeave()
    this.#bindHelplines()
    if (this.#data.seat === null) this.#showDoor()
    else this.#enter()
    setInterval(() => this.#desk !== null && this.#tick(), 1_000)
  }

  #speed() {
    return this.#data.speed === undefined ? {} : { speed: this.#data.speed }
  }

  #bindHelplines() {
    const { helplines, case: caseId = null } = this.#data
    find("#helplines").append(helplineList(helplines))
    bindHelp(() => ({ room: null, helplines }))
    if (caseId !== null) openHelp({ room: null, helplines, caseId })
  }

  #showDoor() {
    const door = new Door(() => {
      door.element.remove()
      this.#enter()
      this.#page.focus()
    })
    this.#page.prepend(door.element)
  }

  #enter() {
    this.#page.prepend(this.#cases.element)
    this.#cases.element.prepend(this.#chairs.element)
    this.#nothing.hidden = false
    this.#connection.start()
  }

  // The desk's stream

  /** @param {OutboundFrame} frame */
  #receive(frame) {
    if (frame.type === "fresh" && frame.snapshot.kind === "desk") {
      const through = Number(frame.cursor.room?.split(".")[0] ?? 0)
      this.#desk = begin(frame.snapshot, frame.seat, through)
      this.#render()
      this.#claimed()
    }
    if (frame.type === "entries" && frame.stream === "room" && this.#desk !== null) {
      const before = this.#desk
      this.#desk = frame.entries.reduce(apply, before)
      this.#announce(before, this.#desk)
      this.#render()
      this.#claimed()
    }
  }

  /** Only a new case that is urgent, or a room that went quiet, interrupts whoever is listening. @param {Desk} before @param {Desk} after */
  #announce(before, after) {
    const fresh = openCases(after).filter(
      (listed) => !before.cases.has(listed.case) && isWaiting(listed) && listed.triage !== "support",
    )
    const words = fresh.map((listed) => [TRIAGE[listed.triage], SOURCE[listed.source], roomOf(listed.room)].join(", "))
    const calls = words.length > 0 ? [`New case: ${words.join("; ")}`] : []
    const quiet = lostChairs(after).filter((lost) => isQuiet(lost) && before.chairs.get(lost.meeting)?.chair !== "quiet")
    calls.push(...quiet.map((lost) => `Nobody is in the chair in ${roomOf(lost.room)}, and the room went quiet`))
    if (calls.length > 0) write(this.#alarm, calls.join(". "))
  }

  /** The lines of my cases are open in every browser of mine. */
  #claimed() {
    if (this.#desk === null) return
    for (const listed of openCases(this.#desk)) {
      if (!isMine(this.#desk, listed) || this.#works.has(listed.case)) continue
      this.#open(listed.case)
    }
    if (this.#shown === null) {
      const mine = openCases(this.#desk).find((listed) => this.#works.has(listed.case))
      if (mine !== undefined) this.#show(mine.case, false)
    }
  }

  /** @param {State} state */
  #connected({ name, code }) {
    clearTimeout(this.#lostTimer)
    if (name === "lost") {
      this.#lostTimer = setTimeout(() => write(this.#banner, LOST), GRACE)
    } else if (name === "ended" && code === 4403) {
      this.#cases.element.remove()
      this.#nothing.hidden = true
      this.#showDoor()
    } else {
      write(this.#banner, name === "ended" ? GONE : "")
    }
  }

  // Claiming

  /** @param {Listed} listed */
  async #claim(listed) {
    const id = this.#claims.get(listed.case) ?? newId()
    this.#claims.set(listed.case, id)
    this.#cases.busy(listed.case, true)
    try {
      await post(`/cases/${listed.case}/claims`, { id })
      this.#claims.delete(listed.case)
      if (!this.#works.has(listed.case)) this.#open(listed.case)
      this.#show(listed.case)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      const { code, words, facts } = error.refusal
      if (code !== "unreachable" && code !== "unclear") this.#claims.delete(listed.case)
      this.#cases.refuse(listed.case, code === "already_claimed" ? hasIt(facts) : words)
    }
  }

  // The lines

  /** @param {string} caseId */
  #open(caseId) {
    const work = new Work(caseId, {
      helplines: this.#data.helplines,
      ...this.#speed(),
      onchange: (fresh) => this.#lineChanged(caseId, fresh),
      onback: () => this.#show(null),
      ondone: () => this.#finish(caseId),
    })
    work.element.hidden = true
    this.#works.set(caseId, work)
    this.#page.append(work.element)
    work.start()
  }

  /** @param {string} caseId @param {Line[]} fresh */
  #lineChanged(caseId, fresh) {
    const state = this.#works.get(caseId)?.state
    if (!state) return
    const theyWrote = fresh.some(({ type, seat }) => type === "wrote" && seat !== state.seat)
    const wrote = caseId !== this.#shown && (theyWrote || (this.#known.get(caseId)?.wrote ?? false))
    this.#known.set(caseId, { name: state.member ?? "", wrote })
    this.#render()
  }

  /** @param {string | null} caseId @param {boolean} [isByHand] */
  #show(caseId, isByHand = true) {
    this.#shown = caseId
    for (const [id, { element }] of this.#works) element.hidden = id !== caseId
    const known = this.#known.get(caseId ?? "")
    if (caseId !== null && known) this.#known.set(caseId, { ...known, wrote: false })
    this.#nothing.hidden = caseId !== null
    this.#page.toggleAttribute("data-line", caseId !== null)
    this.#render()
    if (!isByHand) return
    if (caseId === null) this.#page.focus()
    else this.#works.get(caseId)?.focus()
  }

  /** A closed case leaves the page, and its words with it. @param {string} caseId */
  #finish(caseId) {
    const work = this.#works.get(caseId)
    work?.stop()
    work?.element.remove()
    this.#works.delete(caseId)
    this.#known.delete(caseId)
    const next = this.#desk && openCases(this.#desk).find((listed) => this.#works.has(listed.case))
    this.#show(next?.case ?? null)
  }

  // Showing

  #tick() {
    const now = this.#connection.now()
    this.#cases.tick(now)
    this.#chairs.tick(now)
  }

  #render() {
    const desk = this.#desk
    if (desk === null) return
    this.#cases.render(desk, this.#shown, this.#known)
    this.#chairs.render(desk)
    this.#tick()
    write(this.#duty, `${desk.names.get(desk.seat) || "You"} at the desk`)
    const waiting = openCases(desk).filter(isWaiting).length + lostChairs(desk).filter(isQuiet).length
    document.title = waiting > 0 ? `${waiting} waiting · ${this.#title}` : this.#title
  }
}

/** @param {Lost} lost */
function isQuiet(lost) {
  return urgencyOf(lost) === "urgent"
}

/** @param {Refusal["facts"]} facts */
function hasIt({ name, at } = {}) {
  const since = typeof at === "number" ? `, since ${clock(at)}` : ""
  return `${name || "Somebody else"} has this case${since}.`
}

/** @param {number} at */
function clock(at) {
  return new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
}

new DeskPage().start()
