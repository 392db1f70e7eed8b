/** A case as its member and whoever of staff has it see it: snapshot and entries -> lines. No DOM in this file. */

import { isolated } from "./written.js"

/** @import { CaseEntry, CaseView, Lapse, Numbered, Outcome, Source, Triage, Write } from "./protocol.js" */
/** @import { Item } from "./outbox.js" */

export const MEMBER = 1

/** The entries that stand in the conversation. */
/** @typedef {Exclude<CaseEntry, { type: "line_given" | "member_named" | "touched" | "outcome_noted" }>} Told */

/**
 * One line of the conversation. `words` is null where they were deleted, or where there are none.
 *
 * @typedef {object} Line
 * @property {number} number
 * @property {number} at
 * @property {Told["type"]} type
 * @property {number} seat Whose it is; 0 the server's.
 * @property {string | null} words
 * @property {string | null} name Of whoever of staff it is about.
 * @property {Source} [source] Of a raise: a press, or words that the review noticed.
 * @property {Lapse} [why] Of a lapse, and of an empty desk that was found behind one.
 */

/**
 * @typedef {object} Case
 * @property {number} seat Mine: MEMBER, or one of staff's.
 * @property {Source} source
 * @property {Triage} triage
 * @property {string | null} room
 * @property {number} place The member's seat in the room; 0 for none.
 * @property {string | null} member
 * @property {number | null} raisedAt
 * @property {boolean} told The member was told that nobody has come yet.
 * @property {number | null} claimedAt
 * @property {string | null} claimer Who has it, or had it last.
 * @property {number} holder Their seat; 0 for nobody yet.
 * @property {boolean} hasWord They have written to the member.
 * @property {Lapse | null} lapsed Why they have it no more.
 * @property {number | null} lapsedAt
 * @property {number} read The line was seen up to this number; known to staff alone.
 * @property {number} touchedAt When anything was heard last of whoever has it.
 * @property {number | null} leftAt Since when the member can't come back to this line.
 * @property {number | null} closedAt
 * @property {Outcome | null} outcome
 * @property {Map<number, string>} names Of staff, by their seats.
 * @property {Line[]} lines
 */

/**
 * Words on their way: what was sent, and the last number that was there then.
 *
 * @typedef {{ item: Item<Write>, after: number }} Pending
 */

/**
 * @param {CaseView} view
 * @param {number} seat
 * @returns {Case}
 */
export function begin(view, seat) {
  const holder = view.claimed_seat ?? (view.claimed_at === null ? 0 : MEMBER + 1)
  return {
    seat,
    source: view.source,
    triage: view.triage,
    room: view.room,
    place: view.seat ?? 0,
    member: named(view.member),
    raisedAt: view.raised_at,
    told: view.told,
    claimedAt: view.claimed_at,
    claimer: named(view.claimer),
    holder,
    hasWord: view.has_word ?? true,
    lapsed: view.lapsed ?? null,
    lapsedAt: view.lapsed_at ?? null,
    read: view.read ?? 0,
    touchedAt: view.touched_at ?? view.claimed_at ?? 0,
    leftAt: view.left_at ?? null,
    closedAt: view.closed_at,
    outcome: null,
    names: new Map(view.claimer === null ? [] : [[holder, isolated(view.claimer)]]),
    lines: [],
  }
}

/** As it stands in the sentences of both ends. @param {string | null} name */
function named(name) {
  return name === null ? null : isolated(name)
}

/**
 * The case after an entry of its stream. The timeline is replayed over the snapshot from its first
 * entry on, and ends where the snapshot stands.
 *
 * @param {Case} state
 * @param {Numbered} numbered
 * @returns {Case}
 */
export function apply(state, { number, at, entry }) {
  /** @param {Told["type"]} type @param {number} seat @param {string | null} [words] @param {Pick<Line, "source" | "why">} [more] */
  const line = (type, seat, words = null, more = {}) => [
    ...state.lines,
    { number, at, type, seat, words, name: state.names.get(seat) ?? state.claimer, ...more },
  ]
  switch (entry.type) {
    case "case_raised": {
      const isFirst = !state.lines.some(({ type }) => type === "case_raised")
      const isPress = entry.source === "help" && (isFirst || state.source === "signal")
      return {
        ...state,
        told: state.told && (isFirst || !isPress || isHeld(state)),
        source: entry.source,
        triage: entry.triage,
        room: entry.room ?? null,
        place: entry.seat ?? 0,
        member: named(entry.words ?? null) ?? state.member,
        raisedAt: isFirst ? at : state.raisedAt,
        lines: line(entry.type, MEMBER, null, { source: isPress ? "help" : "signal" }),
      }
    }
    case "help_pressed_again":
      return { ...state, told: state.told && isHeld(state), lines: line(entry.type, MEMBER) }
    case "member_named":
      return { ...state, member: named(entry.words ?? null) ?? state.member, room: entry.room, place: entry.seat }
    case "excerpt":
      return { ...state, lines: line(entry.type, entry.seat, entry.words ?? null) }
    case "member_left":
      return { ...state, leftAt: at, lines: line(entry.type, MEMBER) }
    case "nobody_there": {
      const last = lastCall(state)
      return { ...state, told: true, lines: line(entry.type, 0, null, last?.type === "claim_lapsed" && last.why ? { why: last.why } : {}) }
    }
    case "somebody_there":
      return { ...state, told: false, lines: line(entry.type, 0) }
    case "unanswered":
      return { ...state, told: true, lines: line(entry.type, 0) }
    case "claimed":
      return claimed(state, number, at, entry.seat, entry.words ?? null)
    case "claim_lapsed":
      return { ...state, lapsed: entry.why, lapsedAt: at, told: true, lines: line(entry.type, state.holder, null, { why: entry.why }) }
    case "claim_resumed":
      return { ...state, lapsed: null, lapsedAt: null, claimedAt: at, touchedAt: at, lines: line(entry.type, entry.seat) }
    case "touched":
      return { ...state, read: Math.max(state.read, entry.read), touchedAt: Math.max(state.touchedAt, at) }
    case "wrote": {
      const lines = line(entry.type, entry.seat, entry.words ?? null)
      return entry.seat === MEMBER ? { ...state, lines } : { ...state, hasWord: true, touchedAt: Math.max(state.touchedAt, at), lines }
    }
    case "case_closed":
      return { ...state, closedAt: at, lines: line(entry.type, entry.by) }
    case "outcome_noted":
      return { ...state, outcome: entry.outcome }
    default:
      return state
  }
}

/** @param {Case} state @param {number} number @param {number} at @param {number} seat @param {string | null} words @returns {Case} */
function claimed(state, number, at, seat, words) {
  const name = named(words) ?? state.names.get(seat) ?? null
  return {
    ...state,
    claimedAt: at,
    touchedAt: at,
    claimer: name,
    holder: seat,
    hasWord: false,
    lapsed: null,
    lapsedAt: null,
    names: name === null ? state.names : new Map(state.names).set(seat, name),
    lines: [...state.lines, { number, at, type: "claimed", seat, words, name }],
  }
}

/** Whether somebody of staff has it now. @param {Case} state */
export function isHeld({ claimedAt, lapsed, closedAt }) {
  return claimedAt !== null && lapsed === null && closedAt === null
}

/** The lines that say how a call stands. @type {readonly Line["type"][]} */
const OF_THE_CALL = ["case_raised", "help_pressed_again", "nobody_there", "somebody_there", "unanswered", "claimed", "claim_lapsed", "claim_resumed"]

/** The last line that says how the call stands; words that the review noticed change nothing in it. @param {Case} state */
export function lastCall({ lines }) {
  return lines.findLast(({ type, source }) => OF_THE_CALL.includes(type) && source !== "signal")
}

/**
 * How the call of a member stands.
 *
 * @param {Case} state
 * @returns {"closed" | "held" | "alone" | "there" | "again" | "unanswered" | "called"} `alone`: nobody is at
 * the desk; `there`: somebody is by now; `again`: whoever had it has it no more.
 */
export function standsAt(state) {
  if (state.closedAt !== null) return "closed"
  if (isHeld(state)) return "held"
  const type = lastCall(state)?.type
  if (type === "nobody_there") return "alone"
  if (type === "somebody_there") return "there"
  if (type === "claim_lapsed") return "again"
  return state.told ? "unanswered" : "called"
}

/** Whether the review opened the case, Help pressed since or not. @param {Case} state */
export function wasNoticedFirst({ lines }) {
  return lines.find(({ type }) => type === "case_raised")?.source === "signal"
}

/** Whether the member had left before a line. @param {Case} state @param {Line} line */
export function hadLeft({ lines }, { number }) {
  return lines.some((line) => line.type === "member_left" && line.number < number)
}

/** The seat at the other end of the line; 0 while nobody is there yet. @param {Case} state */
export function otherEnd({ seat, holder }) {
  return seat === MEMBER ? holder : MEMBER
}

/** The member's words that nobody of staff has seen. @param {Case} state @returns {Line[]} */
export function unread({ lines, read }) {
  return lines.filter(({ type, seat, number }) => (type === "wrote" || type === "excerpt") && seat === MEMBER && number > read)
}

/** Whether nothing more comes: it is closed, and whoever of staff closed it knows as what. @param {Case} state */
export function isComplete({ seat, lines, outcome }) {
  const end = lines.find(({ type }) => type === "case_closed")
  if (end === undefined) return false
  return end.seat === MEMBER || seat === MEMBER || outcome !== null
}

/** @param {Case} state */
export function lastNumber(state) {
  return state.lines.at(-1)?.number ?? 0
}

/**
 * What was sent and is not among the lines yet. Receipt and entry come in either order: without a
 * receipt, the same words of mine in a later line are taken for the ones that were sent.
 *
 * @param {Case} state
 * @param {Pending[]} sent
 * @returns {Pending[]}
 */
export function unsettled(state, sent) {
  /** @type {Set<number>} */
  const met = new Set()
  return sent.filter(({ item, after }) => {
    const line = state.lines.find(({ number, type, seat, words }) => {
      if (type !== "wrote" || seat !== state.seat || met.has(number)) return false
      if (item.number !== null) return number === item.number
      return number > after && words === item.command.text
    })
    if (line !== undefined) met.add(line.number)
    return line === undefined
  })
}
