/** A group's own ways in plain words, and what changes when some are chosen. No DOM. */

import { isolated } from "../../written.js"

/** @import { Flags } from "../../protocol.js" */

/** @typedef {string | number | boolean} Value */
/** @typedef {"fairness" | "single_share" | "share_limit" | "crosstalk" | "reactions" | "explicit_using" | "asks_if_used_today" | "links" | "declared" | "door" | "history" | "signals"} Name */
/** @typedef {readonly Value[] | { least: number, most: number }} Choices */

/**
 * What the server answers: the ways the next meeting will have, those of them that the group `set`
 * itself, what each may be, and from when on a change `holds`.
 *
 * @typedef {object} Found
 * @property {{ id: string, title: string }} format
 * @property {Partial<Record<Name, Value>>} set
 * @property {Required<Flags>} ways
 * @property {Record<Name, Choices>} choices
 * @property {string} holds
 */

/** `values` are named as the server's are; a number that has no name here is one of minutes. */
/** @type {readonly { name: Name, title: string, hint: string, values: Record<string, string> }[]} */
export const WAYS = [
  {
    name: "fairness",
    title: "Who comes next",
    hint: "New voices are those who have not shared yet in this meeting.",
    values: { true: "New voices first", false: "In order of hands" },
  },
  {
    name: "single_share",
    title: "How often somebody shares",
    hint: "Once leaves time for all. A facilitator can still invite somebody again.",
    values: { true: "Once", false: "As often as time allows" },
  },
  {
    name: "share_limit",
    title: "How long a share is",
    hint: "It holds in every part of the meeting that has a limit.",
    values: { 0: "As each part says" },
  },
  {
    name: "crosstalk",
    title: "Answers to a share",
    hint: "Whether people answer each other in the room.",
    values: {
      none: "Nobody answers a share",
      allowed: "People may answer",
      after_round: "After everybody's turn",
      questions_to_lead: "Questions to the lead",
    },
  },
  {
    name: "reactions",
    title: "Words under a line",
    hint: "Small signs, such as Thank you or With you.",
    values: { true: "On", false: "Off" },
  },
  {
    name: "explicit_using",
    title: "Using told in detail",
    hint: "Of a share that dwells on it. A relapse or a cry is never held back.",
    values: {
      fold: "Folded; each opens it",
      bounce: "Asked about first, then folded",
      hold: "A facilitator decides",
    },
  },
  {
    name: "asks_if_used_today",
    title: "Who used today",
    hint: "Whether the rules ask them to listen, and to talk to somebody after.",
    values: { true: "Is asked to listen", false: "Shares like everybody" },
  },
  {
    name: "links",
    title: "Who posts links",
    hint: "A link leads out of the room, to where nobody here looks after people.",
    values: { facilitators: "Facilitators only", everyone: "Everybody" },
  },
  {
    name: "declared",
    title: "Whom it is for",
    hint: "Closed: for those who come for themselves. It is said, and keeps nobody out.",
    values: { open: "An open meeting", closed: "A closed meeting" },
  },
  {
    name: "door",
    title: "Who comes in",
    hint: "Whoever knocks waits until a facilitator lets them in.",
    values: {
      open: "Everybody",
      knock: "Everybody knocks first",
      members: "Members; others knock",
      invitation: "Members only",
    },
  },
  {
    name: "signals",
    title: "Who is told when words speak of danger",
    hint: "A call to staff is opened always. Facilitators learn who, and never the words.",
    values: { facilitators: "Staff and facilitators", staff: "Staff alone" },
  },
  {
    name: "history",
    title: "What late-comers read",
    hint: "What was shared before they came, or only what comes after.",
    values: { none: "From when they come in", meeting: "The whole meeting" },
  },
]

/** A group that leaves a way to its format. */
export const USUAL = ""

/** @param {Found} found */
export function intro({ format, holds }) {
  return `${holds} Usual is what the format, ${isolated(format.title)}, brings along.`
}

/**
 * What can be chosen for a way: first to leave it to the format, told in words where they are known.
 *
 * @param {Name} name
 * @param {Found} found
 * @returns {{ value: string, label: string }[]}
 */
export function options(name, found) {
  const isUsual = !(name in found.set)
  const usual = isUsual ? `Usual: ${lower(inWords(name, found.ways[name]))}` : "Usual"
  const each = several(found.choices[name]).map((value) => ({ value: JSON.stringify(value), label: inWords(name, value) }))
  return [{ value: USUAL, label: usual }, ...each]
}

/** Which option a way has now. @param {Name} name @param {Found} found */
export function chosen(name, { set }) {
  const value = set[name]
  return value === undefined ? USUAL : JSON.stringify(value)
}

/**
 * What the server is sent: what was chosen and is not so already, null for what is the format's again.
 *
 * @param {Found} found
 * @param {ReadonlyMap<Name, string>} picked
 * @returns {Record<string, Value | null>}
 */
export function changes(found, picked) {
  const changed = [...picked].filter(([name, value]) => value !== chosen(name, found))
  return Object.fromEntries(changed.map(([name, value]) => [name, value === USUAL ? null : JSON.parse(value)]))
}

/** @param {Choices} choices @returns {readonly Value[]} */
function several(choices) {
  if (!("least" in choices)) return choices
  return Array.from({ length: choices.most - choices.least + 1 }, (_, index) => choices.least + index)
}

/** @param {Name} name @param {Value} value */
function inWords(name, value) {
  const words = WAYS.find((way) => way.name === name)?.values[String(value)]
  return words ?? (typeof value === "number" ? `${value} min` : String(value))
}

/** @param {string} words */
function lower(words) {
  return words.charAt(0).toLowerCase() + words.slice(1)
}
