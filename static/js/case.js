/** A case as its member and its claimer see it: snapshot and entries -> lines. No DOM in this file. */

/** @import { CaseEntry, CaseView, Numbered, Outcome, Source, Triage, Write } from "./protocol.js" */
/** @import { Item } from "./outbox.js" */

export const MEMBER = 1
export const CLAIMER = 2

/** The entries that stand in the conversation. */
/** @typedef {Exclude<CaseEntry, { type: "line_given" }>} Told */

/**
 * One line of the conversation. `words` is null where they were deleted, or where there are none.
 *
 * @typedef {object} Line
 * @property {number} number
 * @property {number} at
 * @property {Told["type"]} type
 * @property {number} seat Whose it is; 0 the server's.
 * @property {string | null} words
 */

/**
 * @typedef {object} Case
 * @property {number} seat Mine: MEMBER or CLAIMER.
 * @property {Source} source
 * @property {Triage} triage
 * @property {string | null} room
 * @property {string | null} member
 * @property {number | null} raisedAt
 * @property {boolean} told The member was told that nobody has come yet.
 * @property {number | null} claimedAt
 * @property {string | null} claimer
 * @property {number | null} closedAt
 * @property {Outcome | null} outcome
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
  return {
    seat,
    source: view.source,
    triage: view.triage,
    room: view.room,
    member: view.member,
    raisedAt: view.raised_at,
    told: view.told,
    claimedAt: view.claimed_at,
    claimer: view.claimer,
    closedAt: view.closed_at,
    outcome: null,
    lines: [],
  }
}

/**
 * The case after an entry of its stream. An entry that the snapshot holds already changes nothing
 * but the lines, so that the timeline may be replayed over it.
 *
 * @param {Case} state
 * @param {Numbered} numbered
 * @returns {Case}
 */
export function apply(state, { number, at, entry }) {
  /** @param {Told["type"]} type @param {number} seat @param {string | null} [words] */
  const line = (type, seat, words = null) => [...state.lines, { number, at, type, seat, words }]
  switch (entry.type) {
    case "case_raised":
      return {
        ...state,
        source: entry.source,
        triage: entry.triage,
        room: entry.room ?? null,
        member: entry.words ?? state.member,
        raisedAt: at,
        lines: line(entry.type, MEMBER),
      }
    case "excerpt":
      return { ...state, lines: line(entry.type, entry.seat, entry.words ?? null) }
    case "nobody_there":
    case "unanswered":
      return { ...state, told: true, lines: line(entry.type, 0) }
    case "claimed":
      return {
        ...state,
        claimedAt: at,
        claimer: entry.words ?? state.claimer,
        lines: line(entry.type, entry.seat, entry.words ?? null),
      }
    case "wrote":
      return { ...state, lines: line(entry.type, entry.seat, entry.words ?? null) }
    case "case_closed":
      return { ...state, closedAt: at, lines: line(entry.type, entry.by) }
    case "outcome_noted":
      return { ...state, outcome: entry.outcome }
    default:
      return state
  }
}

/** Whether nothing more comes: it is closed, and whoever of staff closed it knows as what. @param {Case} state */
export function isComplete({ seat, lines, outcome }) {
  const end = lines.find(({ type }) => type === "case_closed")
  if (end === undefined) return false
  return end.seat !== CLAIMER || seat !== CLAIMER || outcome !== null
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
