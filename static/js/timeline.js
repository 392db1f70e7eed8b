/** What the talk shows, made of entries: turns, phase rules, notices, private lines. No DOM. */

import { place } from "./room.js"
import { clock } from "./words.js"

/** @import { MeetingEntry, Room } from "./room.js" */
/** @import { Phase, Say, Stream, Tell } from "./protocol.js" */

/**
 * A line of the room. `words` is null where they were taken out.
 *
 * @typedef {{ number: number, at: number, words: string | null, takenBy: "self" | "facilitator" | null }} Line
 */

/**
 * The lines of one turn, or lines that one person wrote one after another outside of turns (FC-11).
 *
 * @typedef {{ kind: "turn", key: string, at: number, seat: number, turn: number, lines: Line[] }} TurnItem
 */
/** @typedef {{ kind: "rule", key: string, at: number, text: string }} RuleItem */
/** @typedef {{ kind: "notice", key: string, at: number, text: string }} NoticeItem */
/** @typedef {{ kind: "private", key: string, at: number, seat: number, to: number, words: string | null }} PrivateItem */
/** @typedef {TurnItem | RuleItem | NoticeItem | PrivateItem} Item */

/** Outside of turns, lines this far apart are cards of their own (seconds). */
const PAUSE = 300

export class Timeline {
  /** @type {Item[]} */
  items = []
  /** @type {Map<number, Line>} */
  #lines = new Map()
  /** @type {Map<number, TurnItem>} */
  #cards = new Map()
  /** @type {Map<number, TurnItem>} */
  #turns = new Map()
  /** Own words of the last while, by what they are and when they came (ms, the page's clock). */
  /** @type {{ words: string, kind: "say" | "tell", came: number }[]} */
  #own = []

  /**
   * Takes an entry in, and returns the item that is new or has changed, if one has.
   *
   * @param {Stream} stream
   * @param {MeetingEntry} numbered
   * @param {Room} room As it is after the entry.
   * @returns {Item | null}
   */
  add(stream, { number, at, entry }, room) {
    const key = `${stream} ${number}`
    switch (entry.type) {
      case "said":
        this.#keepOwn(entry.seat, room, entry.words ?? null, "say")
        return this.#say({ number, at, words: entry.words ?? null, takenBy: null }, entry.seat, entry.turn ?? 0, key)
      case "redacted":
        return this.#redact(entry.number, entry.by)
      case "told":
      case "told_you":
        this.#keepOwn(entry.seat, room, entry.words ?? null, "tell")
        return this.#aside({ kind: "private", key, at, seat: entry.seat, to: entry.to ?? 0, words: entry.words ?? null })
      case "opened":
        return this.#push({ kind: "rule", key, at, text: "The meeting is open" })
      case "phase_began":
        return this.#push({ kind: "rule", key, at, text: begun(room.phases[entry.phase]) })
      case "closed":
        return this.#push({ kind: "rule", key, at, text: "The meeting has ended" })
      default:
        return this.#notice(entry, room, key, at)
    }
  }

  /** The line with this number in the room's stream. @param {number} number */
  line(number) {
    return this.#lines.get(number)
  }

  /**
   * Whether words that wait for their receipt are in already: after a reconnect the entry is here
   * first, and must not stand on the page twice until the receipt says so.
   *
   * @param {{ state: string, since: number, command: Say | Tell }} item
   */
  holds({ state, since, command }) {
    const isIt = (/** @type {{ words: string, kind: string, came: number }} */ own) =>
      own.kind === command.type && own.words === command.text && own.came > since
    return state === "waiting" && this.#own.some(isIt)
  }

  /** @param {number} seat @param {Room} room @param {string | null} words @param {"say" | "tell"} kind */
  #keepOwn(seat, room, words, kind) {
    if (seat !== room.seat || words === null) return
    this.#own = [...this.#own.slice(-20), { words, kind, came: performance.now() }]
  }

  /** @param {Line} line @param {number} seat @param {number} turn @param {string} key */
  #say(line, seat, turn, key) {
    this.#lines.set(line.number, line)
    const card = this.#cardFor(line, seat, turn)
    if (card !== null) {
      card.lines.push(line)
      this.#cards.set(line.number, card)
      return card
    }
    /** @type {TurnItem} */
    const made = { kind: "turn", key, at: line.at, seat, turn, lines: [line] }
    this.#cards.set(line.number, made)
    if (turn !== 0) this.#turns.set(turn, made)
    return this.#push(made)
  }

  /** @param {Line} line @param {number} seat @param {number} turn @returns {TurnItem | null} */
  #cardFor(line, seat, turn) {
    if (turn !== 0) return this.#turns.get(turn) ?? null
    const last = this.items.at(-1)
    if (last?.kind !== "turn" || last.seat !== seat || last.turn !== 0) return null
    return line.at - (last.lines.at(-1)?.at ?? last.at) < PAUSE ? last : null
  }

  /** @param {number} number @param {"self" | "facilitator"} by */
  #redact(number, by) {
    const line = this.#lines.get(number)
    if (line === undefined) return null
    line.words = null
    line.takenBy = by
    return this.#cards.get(number) ?? null
  }

  /**
   * What happened to me, so that nobody is left wondering. What happened to others stays with them.
   *
   * @param {MeetingEntry["entry"]} entry
   * @param {Room} room
   * @param {string} key
   * @param {number} at
   */
  #notice(entry, room, key, at) {
    const text = "seat" in entry && entry.seat === room.seat ? toMe(entry, room) : null
    return text === null ? null : this.#push({ kind: "notice", key, at, text })
  }

  /**
   * Room items keep their stream's order; private lines come from another stream and stand where
   * their time puts them.
   *
   * @param {Exclude<Item, PrivateItem>} item
   */
  #push(item) {
    let index = this.items.length
    while (index > 0 && this.#isAsideAfter(index - 1, item.at)) index -= 1
    this.items.splice(index, 0, item)
    return item
  }

  /** @param {number} index @param {number} at */
  #isAsideAfter(index, at) {
    const item = this.items[index]
    return item?.kind === "private" && item.at > at
  }

  /** @param {PrivateItem} item */
  #aside(item) {
    let index = this.items.length
    while (index > 0 && (this.items[index - 1]?.at ?? 0) > item.at) index -= 1
    this.items.splice(index, 0, item)
    return item
  }
}

/** @param {Phase | undefined} phase */
function begun(phase) {
  if (phase?.id === "after") return phase.title
  return `${phase?.title ?? "The next part"} has begun`
}

/** @param {MeetingEntry["entry"]} entry @param {Room} room @returns {string | null} */
function toMe(entry, room) {
  switch (entry.type) {
    case "hand_lowered":
      return LOWERED[entry.by] ?? null
    case "invite_ended":
      return entry.reason === "withdrawn" ? takenBack(room) : null
    case "turn_ended":
      return ENDED[entry.reason] ?? null
    case "muted":
      return `A facilitator has paused your writing until ${clock(entry.until)}. Help and the line to the facilitators stay open.`
    case "unmuted":
      return "You can write again."
    default:
      return null
  }
}

/** @param {Room} room */
function takenBack(room) {
  const hand = place(room) > 0 ? " Your hand stays where it was." : ""
  return `A facilitator took the invitation back.${hand}`
}

/** @type {Record<string, string>} */
const LOWERED = {
  facilitator: "A facilitator took your hand down. You can raise it again.",
  away: "Your hand came down while you were not connected. You can raise it again.",
}

/** @type {Record<string, string>} */
const ENDED = {
  ended: "A facilitator ended your turn. Thank you for sharing.",
  away: "Your turn ended while you were not connected. Raise your hand to be called again.",
  time: "The time of your turn was over. Thank you for sharing; raise your hand if you want to go on.",
  phase: "Your turn ended with this part of the meeting. Thank you for sharing.",
}
