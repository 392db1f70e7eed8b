/** What was sent and is not settled yet. Every command has one id, however often it goes out. */

import { newId } from "./http.js"

/** @import { Connection } from "./connection.js" */
/** @import { OutboundFrame, Refusal, Stream } from "./protocol.js" */

/**
 * waiting -> confirmed | refused; `retry` and `rate_limited` send it again. `unsent` after a minute without an answer:
 * its outcome is unknown, so that `again` goes out with the same id and is stored once.
 *
 * @template {object} C
 * @typedef {object} Item
 * @property {string} id
 * @property {C} command
 * @property {"waiting" | "confirmed" | "refused" | "unsent"} state
 * @property {Stream | null} stream Of the receipt; null where the command left no entry.
 * @property {number | null} number
 * @property {Refusal | null} refusal
 * @property {number} since When it was handed over, on the page's own clock (ms).
 * @property {boolean} held It was too much, and waits its time.
 */

const PATIENCE = 60_000

/** These keep the order they were written in: the next goes out when the one before is settled. */
const IN_ORDER = new Set(["say", "edit", "tell", "write", "done", "pass"])

/** Of these the last one counts. @param {{ type: string, number?: number, kind?: string }} command */
const wish = ({ type, number, kind }) => (type === "react" ? type + number + kind : /^(raise|lower)_hand$/.test(type) ? "hand" : "")

/** @param {{ type: string }} command */
const goesAgain = (command) => IN_ORDER.has(command.type) || wish(command)

/** Commands that may be named as sent behind another (chatroom/live/wire.py). */
const WINDOW = 32

/** @template {{ type: string }} C */
export class Outbox {
  #connection
  #onchange
  /** @type {Map<string, Item<C>>} */
  #items = new Map()
  /** @type {Map<string, number>} */
  #timers = new Map()
  #inFlight = ""
  /** @type {Set<string>} What went out at least once, in that order. */
  #tried = new Set()

  /**
   * @param {Connection} connection
   * @param {(item: Item<C>) => void} onchange
   */
  constructor(connection, onchange) {
    this.#connection = connection
    this.#onchange = onchange
  }

  /** Everything that waits for its answer, oldest first. */
  get waiting() {
    return [...this.#items.values()].filter((item) => item.state === "waiting")
  }

  /**
   * @param {C} command
   * @returns {Item<C>}
   */
  send(command) {
    return this.restored(newId(), command)
  }

  /**
   * What a page before this one had sent, under the id it had then.
   *
   * @param {string} id
   * @param {C} command
   * @param {boolean} [unsent] It had given up, and waits for somebody to say `again`.
   * @returns {Item<C>}
   */
  restored(id, command, unsent = false) {
    /** @type {Item<C>} */
    const item = {
      id,
      command,
      state: unsent ? "unsent" : "waiting",
      stream: null,
      number: null,
      refusal: null,
      since: performance.now(),
      held: false,
    }
    if (!unsent) this.#take(item)
    return item
  }

  /**
   * The same intent once more, after `unsent`.
   *
   * @param {Item<C>} item
   */
  again(item) {
    item.state = "waiting"
    item.since = performance.now()
    this.#take(item)
  }

  /**
   * Takes back what never went out; false where it may be stored by now.
   *
   * @param {Item<C>} item
   */
  withdraw(item) {
    if (item.state !== "waiting" || this.#tried.has(item.id)) return false
    clearTimeout(this.#timers.get(item.id))
    this.#timers.delete(item.id)
    return this.#items.delete(item.id)
  }

  /**
   * The socket is live again: what is not settled goes out again, in the order in which it went out first.
   */
  resume() {
    this.#inFlight = ""
    const inOrder = new Set([...this.#tried, ...this.#items.keys()])
    for (const id of inOrder) this.#go(/** @type {Item<C>} */ (this.#items.get(id)))
  }

  /**
   * To be called with every frame; true where it was an answer to one of ours.
   *
   * @param {OutboundFrame} frame
   * @returns {boolean}
   */
  take(frame) {
    if (frame.type !== "receipt" && frame.type !== "refusal" && frame.type !== "retry") return false
    const item = frame.id === null ? undefined : this.#items.get(frame.id)
    if (item === undefined) return false
    const wait = frame.type === "retry" ? frame.after_ms : frame.type === "refusal" && goesAgain(item.command) ? Number(frame.facts?.retry_ms) : 0
    if (frame.type === "retry" || wait > 0) {
      if (frame.type === "refusal") {
        // Nothing of it is stored: nothing can have overtaken it.
        this.#tried.delete(item.id)
        item.held = true
        this.#onchange(item)
      }
      clearTimeout(this.#timers.get(`retry ${item.id}`))
      this.#timers.set(`retry ${item.id}`, setTimeout(() => ((item.held = false), this.#go(item, true)), wait))
      return true
    }
    if (frame.type === "receipt") {
      item.stream = frame.stream ?? null
      item.number = frame.number ?? null
    } else {
      item.refusal = frame
    }
    this.#settle(item, frame.type === "receipt" ? "confirmed" : "refused")
    return true
  }

  /** @param {Item<C>} item */
  #take(item) {
    const mine = wish(item.command)
    for (const other of this.waiting) if (mine && other.held && wish(other.command) === mine) this.#settle(other, "refused")
    this.#items.set(item.id, item)
    this.#timers.set(
      item.id,
      setTimeout(() => this.#settle(item, "unsent"), PATIENCE),
    )
    this.#onchange(item)
    this.#go(item)
  }

  /** @param {Item<C>} item @param {boolean} [again] */
  #go(item, again = false) {
    if (item.state !== "waiting" || !this.#connection.isLive) return
    if (IN_ORDER.has(item.command.type)) {
      const free = this.#inFlight === "" || (again && this.#inFlight === item.id)
      if (!free) return
      this.#inFlight = item.id
    }
    if (item.held) return
    this.#tried.add(item.id)
    const sent = [...this.#tried]
    // Once anything that was sent behind it is stored, it is too late for this one.
    const behind = sent.slice(sent.indexOf(item.id) + 1).slice(0, WINDOW)
    this.#connection.command(item.command, item.id, behind)
  }

  /** @param {Item<C>} item @param {"confirmed" | "refused" | "unsent"} state */
  #settle(item, state) {
    clearTimeout(this.#timers.get(item.id))
    clearTimeout(this.#timers.get(`retry ${item.id}`))
    this.#timers.delete(item.id)
    this.#timers.delete(`retry ${item.id}`)
    this.#items.delete(item.id)
    this.#tried.delete(item.id)
    item.state = state
    item.held = false
    this.#onchange(item)
    if (this.#inFlight !== item.id) return
    this.#inFlight = ""
    const next = this.waiting.find((other) => IN_ORDER.has(other.command.type))
    if (next !== undefined) this.#go(next)
  }
}
