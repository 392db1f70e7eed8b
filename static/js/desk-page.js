/** The desk's page: a name, the open cases, and the lines of those that are one's own. */

import { Connection } from "./connection.js"
import { SOURCE, TRIAGE, apply, begin, hasLapsed, isMine, isWaiting, listedPresses, lostChairs, nameRooms, onDuty, openCases, pressesToTell, roomOf, unreadIn, urgencyOf } from "./desk.js"
import { data, fill, find, write } from "./dom.js"
import { RefusedError, isUnknown, newId, post } from "./http.js"
import { bindLeave } from "./leave.js"
import { guardAim } from "./views/aim.js"
import { Cases } from "./views/desk/cases.js"
import { Chairs } from "./views/desk/chairs.js"
import { Door } from "./views/desk/door.js"
import { PressesView } from "./views/desk/presses.js"
import { Work } from "./views/desk/work.js"
import { bindHelp, openHelp } from "./views/help.js"
import { helplineList, noService } from "./views/helplines.js"
import { isolated } from "./written.js"

/** @import { OutboundFrame, Refusal, TakeOver } from "./protocol.js" */
/** @import { State } from "./connection.js" */
/** @import { Desk, Lost } from "./desk.js" */
/** @import { Helpline } from "./views/helplines.js" */

/**
 * The data block of desk.html.
 *
 * @typedef {{ seat: number | null, helplines: Helpline[], case_kept: string, organisation: string, rooms?: Record<string, string>, case?: string | null, speed?: number }} DeskData
 */

const GRACE = 1_000
/** There a line stands in place of the list. */
const isPhone = matchMedia("(max-width: 59.99rem)")
/** Milliseconds for which somebody counts as looking, after they moved anything. */
const LOOKING = 60_000
const LOST = "Connection lost. Trying again. Cases that come in meanwhile show as soon as it is back."
const GONE = "You are not signed in at the desk any more. Open your staff link again, or sign in."

class DeskPage {
  /** @type {DeskData} */
  #data = data("desk")
  #page = find("#main")
  #banner = find("#banner")
  #alarm = find("#alarm")
  #duty = find("#duty")
  #nothing = find("#no-line")
  #cases = new Cases({ claim: (listed, reason) => this.#claim(listed.case, reason), show: (id) => this.#show(id) })
  #chairs = new Chairs(() => this.#page.hasAttribute("data-line") && isPhone.matches && this.#show(null))
  #presses = new PressesView((many) => void this.#putAway(many))
  #connection = new Connection("/desk/socket", {
    onframe: (frame) => this.#receive(frame),
    onstate: (state) => this.#connected(state),
    ...this.#speed(),
  })
  /** @type {Desk | null} */
  #desk = null
  /** The lines of the cases that are mine. @type {Map<string, Work>} */
  #works = new Map()
  /** Names of members, as far as their line is open here. @type {Map<string, string>} */
  #members = new Map()
  /** The seats that are at the desk, as far as anybody can say. @type {ReadonlySet<number> | null} */
  #here = null
  #movedAt = -Infinity
  /** @type {string | null} */
  #shown = null
  /** Ids of claims whose outcome is unknown: the same intent keeps its id. @type {Map<string, string>} */
  #claims = new Map()
  /** When the last press before each room was that was told of, by room. @type {Map<string, number>} */
  #told = new Map()
  #lostTimer = 0
  #title = document.title

  start() {
    nameRooms(this.#data.rooms ?? {})
    bindLeave()
    guardAim()
    this.#bindHelplines()
    if (this.#data.seat === null) this.#showDoor()
    else this.#enter()
    for (const move of ["pointerdown", "pointermove", "keydown", "wheel"]) addEventListener(move, () => this.#moved(), { passive: true })
    setInterval(() => this.#desk !== null && this.#tick(), 1_000)
  }

  #speed() {
    return this.#data.speed === undefined ? {} : { speed: this.#data.speed }
  }

  #bindHelplines() {
    const { helplines, case_kept: kept, case: caseId = null } = this.#data
    const service = document.createElement("p")
    write(service, noService(helplines))
    find("#helplines").append(helplineList(helplines), service)
    const place = { room: null, helplines, kept, isDesk: true, ...this.#speed() }
    bindHelp(() => place)
    if (caseId !== null) openHelp({ ...place, caseId })
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
    find(".bar").prepend(this.#chairs.way)
    this.#cases.element.append(this.#presses.element)
    this.#nothing.hidden = false
    this.#connection.start()
  }

  // The desk's stream

  /** @param {OutboundFrame} frame */
  #receive(frame) {
    if (frame.type === "fresh" && frame.snapshot.kind === "desk") {
      const through = Number(frame.cursor.room?.split(".")[0] ?? 0)
      this.#desk = begin(frame.snapshot, frame.seat, through)
      this.#told = new Map(listedPresses(this.#desk).map(({ room, last }) => [room ?? "", last]))
      this.#render()
      this.#claimed()
    }
    if (frame.type === "presence") {
      this.#here = new Set(frame.here)
      this.#render()
    }
    if (frame.type === "entries" && frame.stream === "room" && this.#desk !== null) {
      const before = this.#desk
      this.#desk = frame.entries.reduce(apply, before)
      this.#announce(before, this.#desk)
      this.#render()
      this.#claimed()
    }
  }

  /**
   * What is urgent interrupts whoever is listening: a new case, one that waits again, one more press,
   * many presses of strangers, a room that went quiet.
   *
   * @param {Desk} before
   * @param {Desk} after
   */
  #announce(before, after) {
    /** @type {string[]} */
    const calls = []
    for (const listed of openCases(after)) {
      const was = before.cases.get(listed.case)
      const what = [TRIAGE[listed.triage], SOURCE[listed.source], roomOf(listed.room)].filter(Boolean).join(", ")
      if (!isWaiting(listed) || listed.triage === "support") continue
      if (was === undefined) calls.push(`New case: ${what}`)
      else if (hasLapsed(listed) && !isWaiting(was)) calls.push(`Waits again: ${what}`)
      else if ((listed.pressed_at ?? 0) > (was.pressed_at ?? 0)) calls.push(`Help pressed${was.source === "help" ? " again" : ""}: ${what}`)
    }
    calls.push(...this.#ofPresses(after))
    const quiet = lostChairs(after).filter((lost) => isQuiet(lost) && before.chairs.get(lost.meeting)?.chair !== "quiet")
    calls.push(...quiet.map((lost) => `Nobody is in the chair in ${roomOf(lost.room)}, and the room went quiet`))
    if (calls.length === 0) return
    fill(this.#alarm) // The same words once more are one more call.
    setTimeout(() => write(this.#alarm, calls.join(". ")))
  }

  /** @param {Desk} desk */
  #ofPresses(desk) {
    for (const room of this.#told.keys()) if (!desk.presses.has(room)) this.#told.delete(room)
    return pressesToTell(desk, this.#told).map(({ room, last }) => {
      const many = this.#told.has(room ?? "") ? "More" : "Many"
      this.#told.set(room ?? "", last)
      return `${many} presses of Help${room ? ` at ${roomOf(room)}` : ""}`
    })
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
      write(this.#banner, "")
      this.#cases.element.remove()
      this.#nothing.hidden = true
      this.#showDoor()
    } else {
      write(this.#banner, name === "ended" ? GONE : "")
    }
  }

  // Claiming

  /** @param {string} caseId @param {TakeOver} [reason] */
  async #claim(caseId, reason) {
    const intent = `${caseId} ${reason ?? ""}`
    const id = this.#claims.get(intent) ?? newId()
    this.#claims.set(intent, id)
    this.#cases.busy(caseId, true)
    try {
      await post(`/cases/${caseId}/claims`, { id, ...(reason === undefined ? {} : { reason }) })
      this.#claims.delete(intent)
      if (this.#works.get(caseId)?.isOver) this.#drop(caseId)
      if (!this.#works.has(caseId)) this.#open(caseId)
      this.#show(caseId)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      const { code, words, facts } = error.refusal
      if (!isUnknown(error.refusal)) this.#claims.delete(intent)
      this.#cases.refuse(caseId, code === "already_claimed" ? hasIt(facts) : words)
    }
  }

  /** Until the desk hears of it, or a network that is gone is back, it stands there. @param {import("./desk.js").Presses} many */
  async #putAway({ presses, room, since }) {
    await post("/desk/presses/away", { presses, room: room ?? null, since }).catch(() => null)
  }

  // The lines

  /** @param {string} caseId */
  #open(caseId) {
    const work = new Work(caseId, {
      helplines: this.#data.helplines,
      kept: this.#data.case_kept,
      ...this.#speed(),
      onchange: () => this.#lineChanged(caseId),
      onagain: () => void this.#claim(caseId),
      onback: () => this.#show(null),
      ondone: () => this.#finish(caseId),
    })
    work.element.hidden = true
    this.#works.set(caseId, work)
    this.#page.append(work.element)
    work.start()
  }

  /** @param {string} caseId */
  #lineChanged(caseId) {
    const state = this.#works.get(caseId)?.state
    if (!state) return
    this.#members.set(caseId, state.member ?? "")
    this.#look()
    this.#render()
  }

  #moved() {
    const isBack = performance.now() - this.#movedAt > 1_000
    this.#movedAt = performance.now()
    if (isBack) this.#look()
  }

  /** What is on the screen has been seen only while somebody is at it. */
  #look() {
    const isSeen = document.visibilityState === "visible" && performance.now() - this.#movedAt < LOOKING
    if (isSeen && this.#shown !== null) this.#works.get(this.#shown)?.look()
  }

  /** @param {string | null} caseId @param {boolean} [isByHand] */
  #show(caseId, isByHand = true) {
    this.#shown = caseId
    for (const [id, { element }] of this.#works) element.hidden = id !== caseId
    this.#nothing.hidden = caseId !== null
    this.#page.toggleAttribute("data-line", caseId !== null)
    this.#look()
    this.#render()
    if (!isByHand) return
    if (caseId === null) this.#page.focus()
    else this.#works.get(caseId)?.focus()
  }

  /** A case that is closed, or another's, leaves the page, and its words with it. @param {string} caseId */
  #finish(caseId) {
    this.#drop(caseId)
    const next = this.#desk && openCases(this.#desk).find((listed) => this.#works.has(listed.case))
    this.#show(next?.case ?? null)
  }

  /** @param {string} caseId */
  #drop(caseId) {
    const work = this.#works.get(caseId)
    work?.stop()
    work?.element.remove()
    this.#works.delete(caseId)
    this.#members.delete(caseId)
  }

  // Showing

  #tick() {
    const now = this.#connection.now()
    if (this.#desk !== null) this.#cases.tick(this.#desk, now)
    this.#chairs.tick(now)
    this.#presses.tick(now)
    for (const work of this.#works.values()) work.tick(now)
    this.#look()
  }

  #render() {
    const desk = this.#desk
    if (desk === null || document.body.dataset.state === "out") return
    const now = this.#connection.now()
    this.#cases.render(desk, this.#shown, this.#members)
    this.#cases.tick(desk, now)
    this.#chairs.render(desk)
    this.#chairs.tick(now)
    this.#presses.render(desk, now)
    write(this.#duty, onDuty(desk, this.#here))
    const waiting = openCases(desk).filter(isWaiting).length + lostChairs(desk).filter(isQuiet).length + desk.presses.size
    const unread = unreadIn(desk)
    const counts = [waiting > 0 ? `${waiting} waiting` : "", unread > 0 ? `${unread} unread` : "", this.#title]
    document.title = counts.filter(Boolean).join(" · ")
  }
}

/** @param {Lost} lost */
function isQuiet(lost) {
  return urgencyOf(lost) === "urgent"
}

/** @param {Refusal["facts"]} facts */
function hasIt({ name, at } = {}) {
  const since = typeof at === "number" ? `, since ${clock(at)}` : ""
  return `${isolated(String(name || "Somebody else"))} has this case${since}.`
}

/** @param {number} at */
function clock(at) {
  return new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
}

new DeskPage().start()
