/** What the talk shows, made of entries: turns, cards, phase rules, notices, private lines. No DOM. */

import { nameOf, place } from "./standing.js"
import { isolated } from "./written.js"

/** @import { MeetingEntry, Room } from "./room.js" */
/** @import { Kind, Mark, Phase, Reaction, Say, Service, Stream, Tell } from "./protocol.js" */

/**
 * A line of the room. `words` is null where they were taken out; `fold` is by whom they stand behind
 * a label, empty where they don't, and `label` that of the review; `reactions` says who put which word under it.
 *
 * @typedef {object} Line
 * @property {number} number
 * @property {number} at
 * @property {string | null} words
 * @property {string} note What a facilitator says of it.
 * @property {"self" | "facilitator" | null} takenBy
 * @property {"" | "review" | "reports" | "facilitator" | "shield"} fold
 * @property {string} label
 * @property {Map<Reaction, Set<number>>} reactions
 * @property {readonly Mark[] | undefined} [marks] The words as their elements, where they are marked up.
 * @property {boolean} isEdited Their author has changed them.
 * @property {string[]} before What it read before, for who holds the meeting.
 */

/**
 * The lines of one turn, or lines that one person wrote one after another outside of turns (FC-11).
 *
 * @typedef {{ kind: "turn", key: string, at: number, seat: number, turn: number, late: boolean, lines: Line[] }} TurnItem
 */
/** What a facilitator or a reader posted. */
/** @typedef {{ kind: "card", key: string, at: number, seat: number, post: Kind, lines: Line[] }} CardItem */
/** What happened to the whole room, one thing after another with no words between them. */
/** @typedef {{ kind: "rule", key: string, at: number, news: News[] }} RuleItem */
/** A later one about the same takes the place of the one before. @typedef {{ about: string, text: string }} News */
/** `about`: what only facilitators read, of somebody who may need care; `attended`: whether anybody was at the desk then. `isCue`: of anything else. */
/** @typedef {{ kind: "notice", key: string, at: number, text: string, about?: number, attended?: boolean | null | undefined, isCue?: true }} NoticeItem */
/** @typedef {{ kind: "private", key: string, at: number, seat: number, to: number, words: string | null }} PrivateItem */
/** @typedef {TurnItem | CardItem | RuleItem | NoticeItem | PrivateItem} Item */

/** Outside of turns, lines this far apart are cards of their own (seconds). */
const PAUSE = 300
/** Of what happened in one stretch without words, the newest. */
const MOST_NEWS = 3

export class Timeline {
  /** @type {Item[]} */
  items = []
  /** @type {Map<number, Line>} */
  #lines = new Map()
  /** @type {Map<number, TurnItem | CardItem>} */
  #cards = new Map()
  /** What lines read before they were changed: another stream tells it, earlier or later. @type {Map<number, string[]>} */
  #past = new Map()
  /** @type {Map<number, TurnItem>} */
  #turns = new Map()
  /** Own words of the last while, by what they are and when they came (ms, the page's clock). */
  /** @type {{ words: string, kind: "say" | "tell", came: number }[]} */
  #own = []

  /**
   * Takes an entry in, and returns the items that are new or have changed.
   *
   * @param {Stream} stream
   * @param {MeetingEntry} numbered
   * @param {Room} room As it is after the entry.
   * @param {Room} [before]
   * @returns {Item[]}
   */
  add(stream, numbered, room, before = room) {
    const { entry } = numbered
    const folded = entry.type === "shield_raised" ? this.#fold(entry.folded ?? [], "shield") : []
    const item = this.#item(stream, numbered, room, before)
    return item === null ? folded : [...folded, item]
  }

  /** @param {Stream} stream @param {MeetingEntry} numbered @param {Room} room @param {Room} before @returns {Item | null} */
  #item(stream, { number, at, entry, marks }, room, before) {
    const key = `${stream} ${number}`
    switch (entry.type) {
      case "said":
        this.#keepOwn(entry.seat, room, entry.words ?? null, "say")
        return this.#say(line(number, at, entry, this.#before(number)), entry.seat, entry.late ? 0 : (entry.turn ?? 0), key, entry.late)
      case "posted":
        return this.#post({ ...line(number, at, entry), marks }, entry.seat, entry.kind, key)
      case "edited":
        return this.#edit(entry)
      case "replaced":
        if (entry.words) this.#before(entry.number).push(entry.words)
        return this.#cards.get(entry.number) ?? null
      case "folded":
      case "unfolded":
        return this.#fold([entry.number], "by" in entry ? entry.by : "")[0] ?? null
      case "reacted":
        return this.#react(entry.number, entry.seat, entry.kind, entry.on ?? true)
      case "redacted":
        return this.#redact(entry.number, entry.by)
      case "told":
      case "told_you":
        this.#keepOwn(entry.seat, room, entry.words ?? null, "tell")
        return this.#aside({ kind: "private", key, at, seat: entry.seat, to: entry.to ?? 0, words: entry.words ?? null })
      case "care_noticed":
        return this.#push({ kind: "notice", key, at, about: entry.seat, attended: entry.attended, text: "may need care." })
      case "held_yours":
        this.#keepOwn(room.seat, room, entry.words ?? null, "say")
        return null
      case "held_yours_ended":
        return entry.words ? this.#push({ kind: "notice", key, at, text: `${BACK[entry.how] ?? "This was not published."} “${isolated(entry.words)}”` }) : null
      case "strike_proposed":
        return this.#push({ kind: "notice", key, at, about: entry.seat, isCue: true, text: `tried to write what a rule refuses${entry.kind === "sourcing" ? ": getting or selling drugs" : ""}. Nobody read it; nothing was done.` })
      case "appeal_answered":
        return this.#push({ kind: "notice", key, at, about: entry.seat, isCue: true, text: `asked to have something looked at again: ${entry.by === room.seat ? "you" : nameOf(room, entry.by)} ${entry.upheld ? "undid it" : "let it stand"}.` })
      case "crosstalk_noticed":
        return this.#push({ kind: "notice", key, at, about: entry.seat, isCue: true, text: "has answered what others shared, several times." })
      default: {
        const news = toAll(entry, room, before)
        return news === null ? this.#notice(entry, room, key, at) : this.#tell(news, key, at)
      }
    }
  }

  /** News of the room are one line, until somebody writes again. @param {News} news @param {string} key @param {number} at */
  #tell(news, key, at) {
    const last = this.items.at(-1)
    if (last?.kind !== "rule") return this.#push({ kind: "rule", key, at, news: [news] })
    last.news = [...last.news.filter(({ about }) => about !== news.about), news].slice(-MOST_NEWS)
    return last
  }

  /** To me alone, of what this page did. @param {string} text @param {number} at @returns {Item} */
  note(text, at) {
    return this.#push({ kind: "notice", key: `note ${at}`, at, text })
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

  /** @param {Line} line @param {number} seat @param {Kind} post @param {string} key */
  #post(line, seat, post, key) {
    /** @type {CardItem} */
    const made = { kind: "card", key, at: line.at, seat, post, lines: [line] }
    this.#lines.set(line.number, line)
    this.#cards.set(line.number, made)
    return this.#push(made)
  }

  /** @param {number} number @param {number} seat @param {Reaction} kind @param {boolean} on */
  #react(number, seat, kind, on) {
    const { reactions } = this.#lines.get(number) ?? {}
    const who = reactions?.get(kind) ?? new Set()
    if (on) who.add(seat)
    else who.delete(seat)
    reactions?.set(kind, who)
    return this.#cards.get(number) ?? null
  }

  /** @param {readonly number[]} numbers @param {Line["fold"]} by */
  #fold(numbers, by) {
    const cards = new Set()
    for (const number of numbers) {
      const line = this.#lines.get(number)
      if (line !== undefined && (by !== "shield" || line.fold === "")) line.fold = by
      cards.add(this.#cards.get(number))
    }
    return [...cards].filter((card) => card !== undefined)
  }

  /** @param {Line} line @param {number} seat @param {number} turn @param {string} key @param {boolean} [late] Then it stands by itself. */
  #say(line, seat, turn, key, late = false) {
    this.#lines.set(line.number, line)
    const card = late ? null : this.#cardFor(line, seat, turn)
    if (card !== null) {
      card.lines.push(line)
      this.#cards.set(line.number, card)
      return card
    }
    /** @type {TurnItem} */
    const made = { kind: "turn", key, at: line.at, seat, turn, late, lines: [line] }
    this.#cards.set(line.number, made)
    if (turn !== 0) this.#turns.set(turn, made)
    return this.#push(made)
  }

  /** @param {Line} line @param {number} seat @param {number} turn @returns {TurnItem | null} */
  #cardFor(line, seat, turn) {
    if (turn !== 0) return this.#turns.get(turn) ?? null
    const last = this.items.at(-1)
    if (last?.kind !== "turn" || last.seat !== seat || last.turn !== 0 || last.late) return null
    return line.at - (last.lines.at(-1)?.at ?? last.at) < PAUSE ? last : null
  }

  /** @param {number} number */
  #before(number) {
    const before = this.#past.get(number) ?? []
    this.#past.set(number, before)
    return before
  }

  /** A fold that is there stays. @param {import("./protocol.js").Edited} entry */
  #edit({ number, words = null, fold = "" }) {
    const line = this.#lines.get(number)
    if (line === undefined) return null
    Object.assign(line, { words, isEdited: true, fold: line.fold || (fold && "review"), label: fold || line.label })
    return this.#cards.get(number) ?? null
  }

  /** @param {number} number @param {"self" | "facilitator"} by */
  #redact(number, by) {
    const line = this.#lines.get(number)
    if (line === undefined) return null
    line.words = null
    line.takenBy = by
    line.before.length = 0
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
   * Room items keep their stream's order; private lines and notices may come from another stream
   * and stand where their time puts them, after a reload as well.
   *
   * @param {Exclude<Item, PrivateItem>} item
   */
  #push(item) {
    if (item.kind === "notice") return this.#aside(item)
    let index = this.items.length
    while (index > 0 && this.#isAsideAfter(index - 1, item.at)) index -= 1
    this.items.splice(index, 0, item)
    return item
  }

  /** @param {number} index @param {number} at */
  #isAsideAfter(index, at) {
    const item = this.items[index]
    return (item?.kind === "private" || item?.kind === "notice") && item.at > at
  }

  /** @param {PrivateItem | NoticeItem} item */
  #aside(item) {
    let index = this.items.length
    while (index > 0 && (this.items[index - 1]?.at ?? 0) > item.at) index -= 1
    this.items.splice(index, 0, item)
    return item
  }
}

/** @param {number} number @param {number} at @param {{ words?: string | null, fold?: string, note?: string }} entry @param {string[]} [before] @returns {Line} */
function line(number, at, { words = null, fold: label = "", note = "" }, before = []) {
  return { number, at, words, note, takenBy: null, fold: label && "review", label, reactions: new Map(), isEdited: false, before }
}

/**
 * How many put which word under the lines of a card, each once; and which of the lines have mine.
 *
 * @param {TurnItem} item
 * @param {number} seat
 * @returns {Map<Reaction, { count: number, mine: number[] }>}
 */
export function reacted({ lines }, seat) {
  /** @type {Map<Reaction, { who: Set<number>, mine: number[] }>} */
  const found = new Map()
  for (const { number, words, reactions } of lines) {
    if (words === null) continue
    for (const [kind, seats] of reactions) {
      const { who, mine } = found.get(kind) ?? { who: new Set(), mine: [] }
      for (const one of seats) who.add(one)
      found.set(kind, { who, mine: seats.has(seat) ? [...mine, number] : mine })
    }
  }
  return new Map([...found].filter(([, { who }]) => who.size > 0).map(([kind, { who, mine }]) => [kind, { count: who.size, mine }]))
}

/**
 * What happens to the whole room. How it stands now the floor card says, and an end is in the log as
 * the last that it told: what began is not told here as well.
 *
 * @param {MeetingEntry["entry"]} entry
 * @param {Room} room
 * @param {Room} before
 * @returns {News | null}
 */
function toAll(entry, room, before) {
  switch (entry.type) {
    case "phase_began":
      return { about: "phase", text: begun(room.phases[entry.phase]) }
    case "chair_taken":
      return { about: "chair", text: `${entry.seat === room.seat ? "You facilitate" : `${nameOf(room, entry.seat)} facilitates`} now` }
    case "renamed": {
      const text = renamed(entry, nameOf(before, entry.seat), entry.seat === room.seat)
      return text === null ? null : { about: `name ${entry.seat}`, text }
    }
    case "pause_ended":
    case "thawed":
    case "all_unmuted":
    case "shield_lowered":
      return { about: "stop", text: "The meeting goes on" }
    case "chair_went_away":
      return { about: "chair", text: "No facilitator is connected just now; others are asked to step in" }
    case "chair_came_back":
      return { about: "chair", text: "A facilitator is here again" }
    case "queue_closed":
      return { about: "queue", text: "The queue is closed" }
    case "queue_opened":
      return { about: "queue", text: "The queue is open again" }
    default:
      return null
  }
}

/**
 * Of a name from before this page came nobody can say what it was; of one that had not written anything yet
 * nobody is to.
 *
 * @param {import("./protocol.js").Renamed} entry
 * @param {string} was
 * @param {boolean} mine
 */
function renamed({ words: is = "", over = [] }, was, mine) {
  if (!is || was === isolated(is) || (over.length > 0 && !mine)) return null
  return mine ? `You go by ${isolated(is)} now` : `${was} goes by ${isolated(is)} now`
}

/** @param {Phase | undefined} phase */
function begun(phase) {
  if (phase?.id === "after") return phase.title
  return `${isolated(phase?.title ?? "The next part")} has begun`
}

/** @param {MeetingEntry["entry"]} entry @param {Room} room @returns {string | null} */
function toMe(entry, room) {
  switch (entry.type) {
    case "hand_lowered":
      return LOWERED[entry.by] ?? null
    case "hand_raised":
      return entry.by === "server" ? "Your turn was cut short by the connection, so you are next." : null
    case "invite_ended":
      return uninvited(entry.reason, room)
    case "turn_ended":
      return ENDED[entry.reason] ?? null
    case "turn_extended":
      return `A facilitator gave you ${entry.minutes === 1 ? "one more minute" : `${entry.minutes} more minutes`}.`
    case "unmuted":
      return "You can write again."
    case "appointed":
      return APPOINTED[entry.service]
    case "dismissed":
      return `You are not ${SERVED[entry.service]} any more. Thank you for serving.`
    case "name_taken_out":
      return `A facilitator has taken your name out, so you are ${isolated(entry.words ?? "")} here. Choose another one: People, then Change my name.`
    case "chair_offer_ended":
      return entry.reason === "declined" ? null : "You are not asked to facilitate any more."
    default:
      return null
  }
}

/** @param {string} reason @param {Room} room */
function uninvited(reason, room) {
  const words = UNINVITED[reason]
  if (!words) return null
  return reason !== "phase" && place(room) > 0 ? `${words} You are still in line.` : words
}

/** @type {Record<string, string>} */
const BACK = {
  taken_back: "You took this back; the others have not read it.",
  given_back: "A facilitator gave this back to you; the others have not read it.",
  time: "Nobody decided in time, so this came back to you; the others have not read it.",
}

/** @type {Record<string, string>} */
const LOWERED = {
  facilitator: "A facilitator took your hand down. You can raise it again.",
  away: "Your place was given up after two minutes away. You can raise your hand again.",
}

/** @type {Record<string, string>} */
const UNINVITED = {
  expired: "The invitation has run out; nobody minds.",
  withdrawn: "A facilitator took the invitation back.",
  passed: "You passed, and that is fine.",
  given_back: "The floor went back to whoever had it before.",
  phase: "The invitation ended with this part of the meeting.",
  quiet: "The invitation ended, as no facilitator is here just now.",
}

/** @type {Record<string, string>} */
const ENDED = {
  ended: "A facilitator ended your turn. Thank you for sharing.",
  away: "Your turn ended while you were not connected. Once you are back in the sharing, you are next.",
  time: "The time of your turn was over. Thank you for sharing; raise your hand if you want to go on.",
  phase: "Your turn ended with this part of the meeting. Thank you for sharing.",
}

/** @type {Record<Service, string>} */
const APPOINTED = {
  co_chair: "You facilitate this meeting too now.",
  standby: "You are on standby: if no facilitator is here, you are asked to step in.",
  greeter: "You are the greeter of this meeting. Thank you for serving.",
  timekeeper: "You are the timekeeper of this meeting. Thank you for serving.",
  reader: "You are a reader: in the readings you write.",
  speaker: "You are the speaker: in that part you write.",
}

/** @type {Record<Service, string>} */
const SERVED = {
  co_chair: "a facilitator",
  standby: "on standby",
  greeter: "the greeter",
  timekeeper: "the timekeeper",
  reader: "a reader",
  speaker: "the speaker",
}
