/** The line of a case, for both its ends: what was written, the field, what is on its way. */

import { MEMBER, apply, begin, isComplete, isHeld, lastNumber, otherEnd, unsettled } from "../case.js"
import { Connection } from "../connection.js"
import { el, fill, write } from "../dom.js"
import { sends } from "../enter.js"
import { Outbox } from "../outbox.js"
import { parts } from "../parts.js"
import { GRACE } from "../presence.js"
import { written } from "../written.js"
import { End } from "./scroller.js"

export { memberNote, memberSays, noticed } from "./case-words.js"
export { firstWords } from "./first-words.js"
export { isHeld, lastCall, standsAt } from "../case.js"

/** @import { CaseSeatCommand, OutboundFrame, Outcome, Refusal, Write } from "../protocol.js" */
/** @import { Case, Line, Pending } from "../case.js" */
/** @import { State } from "../connection.js" */
/** @import { Item } from "../outbox.js" */
/** @import { Child } from "../dom.js" */

/**
 * @typedef {object} Options
 * @property {string} label Of the field: to whom one writes.
 * @property {string} [kept] How long the words stay.
 * @property {(line: Line, state: Case) => string} note The words of a line that nobody wrote.
 * @property {Node[]} [above] Stands between the conversation and the field.
 * @property {Node[]} [acts] Stands beside Send.
 * @property {number} [speed]
 * @property {(state: Case, fresh: Line[]) => void} [onchange] With the lines that are new since a fresh start.
 * @property {(refusal: Refusal) => void} [onrefusal] Of a close.
 * @property {() => void} [onended] The line is not open any more, and does not come back.
 */

const NEAR = 80
const LOST = "The connection is gone for a moment. What you write is kept and goes out as soon as it is back."

/** Why the line does not come back by itself. @type {Record<number, string>} */
const ENDED = {
  1000: "",
  4401: "You are not signed in here any more. Open your invitation link again.",
  4403: "This line is not open to you any more.",
  4410: "Somebody else of staff has this case now.",
  4412: "Somebody else of staff has this case now.",
  4413: "This line is open in many places, or was a moment ago. Close one of them, then open it here again.",
}
/** It is not over: there is no place for one more socket of hers. */
const ONE_TOO_MANY = 4413
const RELOAD = "This line stopped. Reload the page to open it again."

export class CaseLine {
  #options
  #connection
  /** @type {Outbox<CaseSeatCommand>} */
  #outbox
  /** @type {Pending[]} */
  #sent = []
  /** @type {Case | null} */
  #state = null
  #through = 0
  /** The seats that are connected to this line, as far as anybody can say. @type {ReadonlySet<number> | null} */
  #here = null
  /** Who has been connected while this is open. @type {Set<number>} */
  #wereHere = new Set()
  /** Since when the other end is not. @type {number | null} */
  #goneAt = null
  #banner = el("p", { class: "line-banner", role: "status" })
  #openAgain = el("button", { type: "button", hidden: true, onclick: () => this.start() }, "Open it here again")
  #other = el("p", { class: "line-end soft", role: "status", hidden: true })
  #lines = el("div", { class: "line-list" })
  #onItsWay = el("div", { class: "line-list", "aria-live": "off" })
  #log
  #end
  #field
  #send
  #composer

  /** @param {string} id @param {Options} options */
  constructor(id, options) {
    this.#options = options
    this.#connection = new Connection(`/cases/${id}/socket`, {
      onframe: (frame) => this.#receive(frame),
      onstate: (state) => this.#connected(state),
      ...(options.speed === undefined ? {} : { speed: options.speed }),
    })
    this.#outbox = new Outbox(this.#connection, (item) => this.#settle(item))
    this.#log = el(
      "div",
      { class: "log", role: "log", "aria-live": "off", "aria-label": "Conversation", tabindex: "0" },
      this.#lines,
      this.#onItsWay,
    )
    this.#field = el("textarea", { rows: 2, dir: "auto", "aria-label": options.label, onkeydown: this.#key })
    this.#send = el("button", { type: "button", class: "primary", onclick: this.#write }, "Send")
    this.#composer = el(
      "div",
      { class: "line-composer" },
      ...(options.above ?? []),
      this.#field,
      el("div", { class: "acts" }, this.#send, ...(options.acts ?? [])),
    )
    const kept = el("p", { class: "line-kept soft", hidden: !options.kept }, options.kept ?? "")
    this.element = el("div", { class: "case-line" }, this.#banner, this.#openAgain, this.#other, this.#log, this.#composer, kept)
    this.#end = new End(this.#log, NEAR)
  }

  start() {
    this.#connection.start()
  }

  stop() {
    this.#connection.stop()
  }

  /** @returns {Case | null} */
  get state() {
    return this.#state
  }

  /** The server's time in seconds since 1970. */
  now() {
    return this.#connection.now()
  }

  focus() {
    if (this.#composer.hidden || this.#field.hidden) this.#log.focus()
    else this.#field.focus()
  }

  /** @param {string} label */
  rename(label) {
    this.#field.setAttribute("aria-label", label)
  }

  /**
   * Puts words at the end of what is being written.
   *
   * @param {string} words
   */
  insert(words) {
    const before = this.#field.value.trimEnd()
    this.#field.value = before === "" ? words : `${before}\n${words}`
    this.#field.focus()
    this.#grow()
  }

  /** Whether nothing that is written here reaches the member any more. */
  get #isOut() {
    return this.#state !== null && this.#state.seat !== MEMBER && this.#state.leftAt !== null
  }

  /** Whether the other end is connected; null while nobody can say, and while who has come is on the way here. */
  get isOtherHere() {
    if (this.#state === null || this.#here === null) return null
    const other = otherEnd(this.#state)
    if (this.#isOut) return false
    if (this.#here.has(other)) return true
    const isComing = this.#state.seat === MEMBER && !this.#wereHere.has(other) && this.now() < (this.#state.claimedAt ?? 0) + GRACE
    return isComing ? null : false
  }

  /** Whoever of staff has it is with it, and has seen all that is here. */
  touch() {
    if (this.#state !== null) this.#outbox.send({ type: "touch", read: lastNumber(this.#state) })
  }

  putBack() {
    this.#outbox.send({ type: "put_back" })
  }

  /** @param {Outcome} outcome */
  close(outcome) {
    this.#outbox.send({ type: "close_case", outcome })
  }

  /** The log is at its newest line again, after it was hidden. */
  toEnd() {
    this.#end.go()
  }

  // Writing

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (!sends(event)) return
    event.preventDefault()
    this.#write()
  }

  #write = () => {
    const text = written(this.#field.value)
    if (text === "" || this.#isOut) return
    this.#field.value = ""
    this.#field.focus()
    this.#grow()
    // What is longer than a line goes out as several: nobody is to count here.
    for (const part of parts(text)) {
      const item = /** @type {Item<Write>} */ (this.#outbox.send({ type: "write", text: part.text }))
      this.#sent.push({ item, after: this.#state === null ? 0 : lastNumber(this.#state) })
    }
    this.#renderOnItsWay()
    this.toEnd()
  }

  #grow() {
    const lines = this.#field.value.split("\n").length
    this.#field.rows = Math.min(6, Math.max(2, lines))
  }

  /** @param {Item<CaseSeatCommand>} item */
  #settle(item) {
    if (item.command.type === "close_case" && item.refusal !== null) this.#options.onrefusal?.(item.refusal)
    this.#renderOnItsWay()
  }

  // Receiving

  /** @param {OutboundFrame} frame */
  #receive(frame) {
    if (this.#outbox.take(frame)) return
    if (frame.type === "fresh" && frame.snapshot.kind === "case") {
      this.#state = begin(frame.snapshot, frame.seat)
      this.#through = Number(frame.cursor.room?.split(".")[0] ?? 0)
      this.#log.setAttribute("aria-live", "off")
      fill(this.#lines)
      this.#changed([])
    }
    if (frame.type === "presence") this.#seen(frame.here)
    if (frame.type === "entries" && this.#state !== null) {
      const before = this.#state
      this.#state = frame.entries.reduce(apply, before)
      if (otherEnd(this.#state) !== otherEnd(before)) this.#goneAt = null
      if (frame.stream === "room") this.#add(this.#state.lines.slice(before.lines.length))
      else if (this.#state.outcome !== before.outcome) this.#outcome(this.#state)
      else this.#changed([])
    }
  }

  /** The server waits for as long as a moment lasts before it says that somebody is gone. @param {readonly number[]} here */
  #seen(here) {
    const was = this.isOtherHere
    this.#here = new Set(here)
    for (const seat of here) this.#wereHere.add(seat)
    const is = this.isOtherHere
    if (was && !is) this.#goneAt = this.now() - GRACE
    if (is) this.#goneAt = null
    this.#changed([])
  }

  /** @param {Line[]} lines */
  #add(lines) {
    const atEnd = this.#end.isNear
    const fresh = lines.filter(({ number }) => number > this.#through)
    if (fresh.length > 0) this.#log.setAttribute("aria-live", "polite")
    this.#lines.append(...lines.map((line) => this.#line(line)))
    this.#renderOnItsWay()
    if (atEnd || fresh.length === 0) this.toEnd()
    this.#changed(fresh)
  }

  /** How it ended is told on a stream of its own, before the end or after it. @param {Case} state */
  #outcome(state) {
    const place = state.lines.findIndex(({ type }) => type === "case_closed")
    const line = state.lines[place]
    if (line === undefined) return
    this.#lines.children[place]?.replaceWith(this.#line(line))
    this.#changed([])
  }

  /** @param {Line[]} fresh */
  #changed(fresh) {
    if (this.#state === null) return
    this.#composer.hidden = this.#state.closedAt !== null
    this.#showField()
    this.#showOther(this.#state)
    if (isComplete(this.#state)) this.stop()
    this.#options.onchange?.(this.#state, fresh)
  }

  /** What was being written to somebody who has left stays in sight. */
  #showField() {
    const isOut = this.#isOut
    const hadFocus = isOut && this.#field === document.activeElement
    this.element.toggleAttribute("data-out", isOut)
    this.#field.readOnly = isOut
    this.#field.hidden = isOut && this.#field.value === ""
    this.#send.hidden = isOut
    if (hadFocus && this.#field.hidden) this.#log.focus()
  }

  /** Each end sees whether the other is connected, and staff that somebody has left. @param {Case} state */
  #showOther(state) {
    const isMember = state.seat === MEMBER
    const isShown = state.closedAt === null && (!isMember || isHeld(state))
    /** @type {boolean | null} */
    const is = isShown ? this.isOtherHere : null
    this.#other.toggleAttribute("data-here", is === true)
    this.#other.hidden = is === null && !(isShown && this.#isOut)
    if (is === null && !this.#isOut) return
    const name = (isMember ? state.claimer : state.member) ?? "They"
    if (this.#isOut) return write(this.#other, `${name} ${name === "They" ? "have" : "has"} left; this line can't reach them any more.`)
    const verb = name === "They" ? "are" : "is"
    if (is) return write(this.#other, `${name} ${verb} connected.`)
    const since = this.#goneAt === null ? "" : `, since ${clock(this.#goneAt)}`
    write(this.#other, `${name} ${verb} not connected now${since}. Your words wait here.`)
  }

  /** @param {State} state */
  #connected({ name, code }) {
    if (name === "live") this.#outbox.resume()
    const isClosed = this.#state !== null && this.#state.closedAt !== null
    if (isClosed) return write(this.#banner, "")
    if (name === "lost") this.#here = null // Nobody can say.
    if (name === "lost") write(this.#banner, LOST)
    else if (name === "ended") write(this.#banner, ENDED[code ?? 0] ?? RELOAD)
    else write(this.#banner, "")
    this.#openAgain.hidden = code !== ONE_TOO_MANY
    this.#renderOnItsWay()
    if (name === "ended" && code !== ONE_TOO_MANY) this.#options.onended?.()
  }

  // Showing

  /** @param {Line} line */
  #line(line) {
    const state = /** @type {Case} */ (this.#state)
    if (line.type !== "wrote" && line.type !== "excerpt") {
      return el("p", { class: "line-note" }, this.#options.note(line, state), " ", time(line.at))
    }
    const isMine = line.seat === state.seat
    const name = isMine ? "You" : ((line.seat === MEMBER ? state.member : line.name) ?? "They")
    const words = el("span", { dir: "auto", class: line.words === null ? "soft" : null }, line.words ?? "Deleted")
    if (line.type === "excerpt") {
      return el(
        "div",
        { class: "line-excerpt" },
        el("p", { class: "soft" }, this.#options.note(line, state)),
        el("blockquote", {}, words),
      )
    }
    // Whose it is stands there wherever it could be one of several people's.
    const isNamed = !isMine && line.seat !== MEMBER && (state.seat !== MEMBER || state.names.size > 1)
    return el(
      "p",
      { class: isMine ? "line mine" : isNamed ? "line named" : "line" },
      isNamed && el("span", { class: "line-name" }, name),
      el("span", { class: "unseen" }, isNamed ? ": " : `${name}: `),
      words,
      el("span", { class: "unseen" }, " "),
      time(line.at),
    )
  }

  #renderOnItsWay() {
    if (this.#state !== null) this.#sent = unsettled(this.#state, this.#sent)
    fill(this.#onItsWay, ...this.#sent.map((pending) => this.#pending(pending)))
  }

  /** @param {Pending} pending */
  #pending(pending) {
    const { item } = pending
    return el(
      "div",
      { class: "line mine", "data-state": item.state },
      el("span", { dir: "auto" }, item.command.text),
      el("span", { class: "line-state" }, ...this.#progress(pending)),
    )
  }

  /** @param {Pending} pending @returns {Child[]} */
  #progress(pending) {
    const { item } = pending
    const isOver = this.#state !== null && this.#state.closedAt !== null
    if (isOver && (item.state === "waiting" || item.state === "unsent")) return ["Not sent: the line is closed."]
    switch (item.state) {
      case "waiting":
        return [!this.#connection.isLive ? "Waits for the connection" : item.held ? "A lot at once: goes out by itself soon" : "Sending…"]
      case "confirmed":
        return ["Sent"]
      case "unsent":
        return ["Not sent. ", button("Send again", () => this.#outbox.again(item))]
      case "refused":
        return [`${item.refusal?.words ?? "Not sent."} `, button("Edit", () => this.#edit(pending))]
    }
  }

  /** The words are back in the field. @param {Pending} pending */
  #edit(pending) {
    this.#sent = this.#sent.filter((other) => other !== pending)
    this.insert(pending.item.command.text)
    this.#renderOnItsWay()
  }
}

/** @param {string} label @param {() => void} onclick */
function button(label, onclick) {
  return el("button", { type: "button", class: "small", onclick }, label)
}

/** @param {number} at Seconds since 1970. */
export function time(at) {
  return el("time", { datetime: new Date(at * 1000).toISOString() }, clock(at))
}

/** @param {number} at Seconds since 1970. */
export function clock(at) {
  return new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
}
