/** The meeting as this seat sees it: the browser's copy of `evolve`. No DOM. */

/** @import { AnyEntry, Numbered, People as PeopleFrame, Service, SeatView, Snapshot } from "./protocol.js" */

import { speak, stoppedAt, hasShared } from "./standing.js"

/**
 * @template {string} S
 * @typedef {S extends `${infer A}_${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S} Camel
 */

/** @template T @typedef {T extends (infer Item)[] ? readonly Item[] : T} Fixed */

/** A seat as everybody sees it: the fields of `SeatView` in camelCase. */
/** @typedef {{ [K in keyof SeatView as Camel<K>]-?: Exclude<SeatView[K], undefined> }} Person */

/**
 * The fields of `Snapshot` in camelCase, with `people` for `seats`; times are the server's, in
 * seconds since 1970. `seat` is mine; `phase` is -1 before the meeting is open; `lobby` is for
 * facilitators and empty for everybody else. Of a `crowd`, as many as it said when it was last told,
 * `people` are those who are known; `unknown` collects who is needed and not known, `conduct` what
 * happened to people since the snapshot.
 *
 * @typedef {{ [K in Exclude<keyof Snapshot, "kind" | "seats" | "turn" | "why_silent" | "me"> as Camel<K>]-?: Fixed<Exclude<Snapshot[K], undefined>> }
 *   & { seat: number, people: ReadonlyMap<number, Person>, unknown: Set<number>, conduct: readonly AnyEntry[] }} Room
 */

/** @typedef {Omit<Numbered, "entry"> & { entry: AnyEntry }} MeetingEntry */


/**
 * @param {Snapshot} snapshot
 * @param {number} seat
 * @returns {Room}
 */
export function start(snapshot, seat) {
  const { kind: _kind, turn: _turn, why_silent: _why, seats, me, ...shown } = snapshot
  const people = new Map([...seats, ...(me ? [me] : [])].map((view) => [view.seat, person(view)]))
  // A server from before there were crowds, or held words, says nothing of them.
  return { ...camelled({ ...shown, crowd: shown.crowd ?? null, lately: shown.lately ?? [], reports: shown.reports ?? [], held: shown.held ?? [], waits: shown.waits ?? [] }), seat, people, conduct: [], unknown: new Set() }
}

/** The room in which some of a crowd are known, as they are at this place. @param {Room} room @param {PeopleFrame} frame @returns {Room} */
export function meet(room, { seats, crowd = 0 }) {
  const people = new Map([...room.people, ...seats.map((view) => /** @type {const} */ ([view.seat, person(view)]))])
  return { ...room, people, crowd: room.crowd && crowd }
}

/** @param {SeatView} view @returns {Person} */
function person(view) {
  return { name: null, ...NOT_MUTED, removed: false, left: false, services: [], listening: false, shared: false, said: 0, ...camelled(view) }
}

/**
 * The same with names as they are here.
 *
 * @template {object} T
 * @param {T} fields
 * @returns {{ [K in keyof T as K extends string ? Camel<K> : never]: T[K] }}
 */
function camelled(fields) {
  const name = (/** @type {string} */ key) => key.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
  return /** @type {any} */ (Object.fromEntries(Object.entries(fields).map(([key, value]) => [name(key), value])))
}

/**
 * The room after an entry of any stream that this seat reads.
 *
 * @param {Room} room
 * @param {MeetingEntry} numbered
 * @returns {Room}
 */
export function apply(room, { entry, at, number }) {
  switch (entry.type) {
    case "convened":
      return { ...room, format: entry.format, phases: entry.phases, flags: entry.flags ?? room.flags }
    case "opened":
      return { ...room, openedAt: at, chair: entry.by || null }
    case "phase_began":
      return phaseBegan(room, entry.phase, entry.order ?? [], at)
    case "closed":
      return { ...room, closedAt: at, hands: [], urgent: [], handsAway: [], offer: null, lobby: [], epoch: room.epoch + 1 }
    case "said":
      return said(wrote(room, entry.seat), entry)
    case "posted":
      room = wrote(room, entry.seat)
      return entry.kind === "topic" ? { ...room, topic: { number, words: entry.words ?? null } } : room
    case "redacted":
      return { ...room, topic: room.topic?.number === entry.number ? null : room.topic, reports: unreported(room, entry.number) }
    case "reported":
      return { ...room, reports: [...room.reports, entry] }
    case "reports_answered":
      return { ...room, reports: unreported(room, entry.number) }
    case "renamed":
    case "name_taken_out":
      return withPerson(room, entry.seat, { name: entry.words ?? null })
    case "listening_chosen":
      return withPerson(room, entry.seat, { listening: entry.on })
    case "seat_taken":
      return seatTaken(room, person({ seat: entry.seat, role: entry.role, name: entry.words ?? null }))
    case "seat_left":
      return out(withPerson(room, entry.seat, { left: true, services: [] }), entry.seat)
    case "came_back":
      return withPerson(room, entry.seat, { left: false, name: entry.words ?? null })
    case "knocked":
      return { ...room, lobby: knocked(room.lobby, entry) }
    case "knock_answered":
      return { ...room, lobby: room.lobby.filter(({ knock }) => knock !== entry.knock) }
    case "lobby_cleared":
      return { ...room, lobby: room.lobby.filter(({ invited }) => invited && !entry.everybody) }
    case "noted":
    case "appealed":
    case "appeal_answered":
      return kept(room, entry)
    case "removal_lifted":
      return withPerson(room, entry.seat, { removed: false, name: entry.words ?? null, services: entry.services ?? [] })
    case "strangers_came":
      return { ...room, strangersAt: at, raided: room.raided || entry.knock === true }
    case "held": {
      const { type: _type, ...one } = entry
      return { ...room, held: [...room.held, { words: null, ...one, number }] }
    }
    case "held_ended":
      return { ...room, held: room.held.filter((one) => one.number !== entry.number) }
    case "held_yours":
      return { ...room, waits: [...room.waits, { seat: room.seat, number, words: entry.words ?? null }] }
    case "held_yours_ended":
      return { ...room, waits: room.waits.filter((one) => one.number !== entry.number) }
    case "locked":
      return { ...room, locked: true }
    case "unlocked":
      return { ...room, locked: false }
    case "hand_raised":
      return handRaised(room, entry.seat, entry.place ?? 0, entry.urgent ?? false)
    case "hand_lowered":
      return withoutHand(room, entry.seat)
    case "hand_moved":
      return { ...room, hands: inserted(without(room.hands, entry.seat), entry.seat, entry.place) }
    case "hand_went_away":
      return { ...room, handsAway: [...room.handsAway, { seat: entry.seat, until: entry.until }] }
    case "hand_came_back":
      return notAway(room, entry.seat)
    case "queue_closed":
      return { ...room, queueOpen: false }
    case "queue_opened":
      return { ...room, queueOpen: true }
    case "invited":
      return {
        ...notAway(room, entry.seat),
        invited: entry.seat,
        invitedBy: entry.by,
        inviteUntil: entry.until || null,
        epoch: room.epoch + (entry.at_once ? 0 : 1),
      }
    case "invite_ended":
      return inviteEnded({ ...room, ...NOBODY_INVITED, epoch: room.epoch + 1 }, entry.seat, entry.reason)
    case "floor_taken":
      return {
        ...withoutHand(room, entry.seat),
        ...NOBODY_INVITED,
        holder: entry.seat,
        turns: entry.turn,
        turnBeganAt: at,
        epoch: room.epoch + 1,
      }
    case "turn_ended":
      return { ...room, ...NO_TURN, lastTurn: { seat: entry.seat, at: inRoom(room, at, at) }, epoch: room.epoch + 1 }
    case "turn_extended":
      return { ...room, turnExtra: room.turnExtra + 60 * entry.minutes, lastLineUntil: null }
    case "last_line_granted":
      return { ...room, lastLineUntil: entry.until }
    case "pause_began":
      return stopTurn({ ...room, pausedAt: at }, at)
    case "pause_ended":
      return goOn(room, { ...room, pausedAt: null, totalPause: room.totalPause + at - (room.pausedAt ?? at) }, at)
    case "holder_went_away":
      return stopTurn({ ...room, awayUntil: entry.until }, at)
    case "holder_came_back":
      return runTurn({ ...room, awayUntil: null }, at)
    case "moment_given":
      return stopTurn({ ...room, momentUntil: entry.until }, at)
    case "moment_ended":
      return runTurn({ ...room, momentUntil: null }, at)
    case "muted":
      return withPerson(kept(room, entry), entry.seat, {
        mutedUntil: inRoom(room, at, entry.until),
        muteScope: entry.scope ?? "time",
        muteReason: entry.reason ?? "pause",
      })
    case "unmuted":
      return withPerson(room, entry.seat, NOT_MUTED)
    case "all_muted":
      return stopTurn({ ...room, allMutedAt: room.allMutedAt ?? at, allMutedUntil: entry.until }, at)
    case "all_unmuted":
      return goOn(room, { ...room, allMutedAt: null, allMutedUntil: null }, at)
    case "removed":
      return out(withPerson(room, entry.seat, { ...NOT_MUTED, removed: true, services: [] }), entry.seat)
    case "frozen":
      return { ...room, frozenAt: at }
    case "thawed":
      return thawed(room, at - (room.frozenAt ?? at))
    case "shield_raised":
      return stopTurn({ ...room, shieldAt: at }, at)
    case "shield_lowered":
      return goOn(room, { ...room, shieldAt: null }, at)
    case "appointed":
      return entry.service === "co_chair" ? promoted(room, entry.seat) : withService(room, entry.seat, entry.service, true)
    case "dismissed":
      return entry.service === "co_chair"
        ? { ...withPerson(room, entry.seat, { role: "member" }), chair: room.chair === entry.seat ? null : room.chair }
        : withService(room, entry.seat, entry.service, false)
    case "chair_offered":
      return { ...room, offer: { seat: entry.seat, by: entry.by, until: entry.until } }
    case "chair_offer_ended":
      return { ...room, offer: null }
    case "chair_taken":
      return { ...promoted(room, entry.seat), chair: entry.seat, offer: null, chairAwayUntil: null, isQuiet: false }
    case "chair_went_away":
      return { ...room, chairAwayUntil: entry.until }
    case "chair_came_back":
      return { ...room, chairAwayUntil: null }
    case "went_quiet":
      return { ...room, chairAwayUntil: null, isQuiet: true }
    case "noted_you":
    case "appealed_you":
    case "appeal_answered_you":
    case "told":
    case "told_you":
    case "edited":
    case "replaced":
    case "history_gone":
    case "folded":
    case "unfolded":
    case "report_noted":
    case "need_seen":
    case "reacted":
    case "care_noticed":
    case "crosstalk_noticed":
    case "answered":
    case "strike_proposed":
    case "draft_announced":
    case "seat_given":
    case "knock_given":
    case "came_by":
      return room
    default:
      return later(room, entry)
  }
}

/** So many who wrote to a crowd are remembered (moderation/meeting/crowd.py). */
const LATELY = 50
const NOBODY_INVITED = { invited: null, invitedBy: 0, inviteUntil: null }
const NO_TURN = {
  holder: null,
  turnBeganAt: null,
  turnPaused: 0,
  turnStoppedAt: null,
  turnExtra: 0,
  lastLineUntil: null,
  awayUntil: null,
  momentUntil: null,
}
/** @satisfies {Partial<Person>} */
const NOT_MUTED = /** @type {const} */ ({ mutedUntil: null, muteScope: "time", muteReason: "pause" })

/**
 * An entry that a newer server knows and this page does not changes nothing here; one that the
 * protocol has and the switch above lacks is an error of tsc.
 *
 * @param {Room} room
 * @param {never} _entry
 */
function later(room, _entry) {
  return room
}

/** @param {Room} was @param {number} phase @param {readonly number[]} order @param {number} at @returns {Room} */
function phaseBegan(was, phase, order, at) {
  const people = new Map([...was.people].map(([seat, one]) => [seat, { ...one, said: 0 }]))
  const room = { ...was, phase, phaseBeganAt: at, epoch: was.epoch + 1, queueOpen: true, putOff: [], people }
  if (!["queue", "tag"].includes(speak(room))) return { ...room, hands: order, urgent: [], handsAway: [] }
  if (room.phases[phase]?.urgent !== "only" && speak(was) !== "round") return room
  const isUrgent = (/** @type {number} */ seat) => room.urgent.includes(seat)
  return { ...room, hands: room.hands.filter(isUrgent), handsAway: room.handsAway.filter(({ seat }) => isUrgent(seat)) }
}

/** @param {Room} room @param {number} number */
function unreported({ reports }, number) {
  return reports.filter((report) => report.number !== number)
}

/** @param {Room} room @param {import("./protocol.js").Said} entry */
function said(room, { seat, turn, late }) {
  if (turn && !hasShared(room, seat)) room = withPerson(room, seat, { shared: true })
  return speak(room) === "self_id" && !late ? withPerson(room, seat, { said: (room.people.get(seat)?.said ?? 0) + 1 }) : room
}

/** Of a crowd it is kept who wrote, the last of them last. @param {Room} room @param {number} seat @returns {Room} */
function wrote(room, seat) {
  return room.crowd === null ? room : { ...room, lately: [...without(room.lately, seat), seat].slice(-LATELY) }
}

/** @param {Room} room @param {Person} one @returns {Room} */
function seatTaken(room, one) {
  const people = new Map(room.people).set(one.seat, one)
  // Who comes late to a round is last (FC-28).
  return { ...room, people, hands: speak(room) === "round" ? [...room.hands, one.seat] : room.hands }
}

/** @param {Room} room @param {number} seat @param {number} place @param {boolean} urgent @returns {Room} */
function handRaised(room, seat, place, urgent) {
  return { ...room, hands: inserted(room.hands, seat, place), urgent: urgent ? [...room.urgent, seat] : room.urgent }
}

/** @param {Room} room @param {number} seat @param {string} reason @returns {Room} */
function inviteEnded(room, seat, reason) {
  const others = without(room.hands, seat)
  switch (reason) {
    case "withdrawn":
    case "phase":
    case "quiet":
      return room // Not of their own doing: the hand stays where it was.
    case "given_back":
      return { ...room, hands: [seat, ...others] }
    case "expired":
    case "not_yet":
      // Who was invited without a hand and says "not yet" has one now.
      if (reason === "expired" && !room.hands.includes(seat)) return room
      return { ...room, hands: [...others, seat], putOff: [...without(room.putOff, seat), seat] }
    default:
      return withoutHand(room, seat)
  }
}

/**
 * Who corrects a name keeps their place in the lobby.
 *
 * @param {Room["lobby"]} lobby
 * @param {import("./protocol.js").Knocked} entry
 */
function knocked(lobby, { knock, words = null, same_link = "", others = 0, ghost = 0, role = "member", invited = false }) {
  const one = { knock, name: words, same_link, others, ghost, role, invited }
  return lobby.some((other) => other.knock === knock) ? lobby.map((other) => (other.knock === knock ? one : other)) : [...lobby, one]
}

/** What becomes of people is counted by whoever asks (views/chair/strikes.js). @param {Room} room @param {AnyEntry} entry @returns {Room} */
function kept(room, entry) {
  return { ...room, conduct: [...room.conduct, entry] }
}

/** They serve no more, and have no chair. @param {Room} room @param {number} seat @returns {Room} */
function out(room, seat) {
  return {
    ...room,
    chair: room.chair === seat ? null : room.chair,
    offer: room.offer?.seat === seat ? null : room.offer,
  }
}

/** Who serves from here on is asked for, where they are not known. @param {Room} room @param {number} seat */
function servant(room, seat) {
  if (!room.people.has(seat)) room.unknown.add(seat)
  return room.people.get(seat)
}

/** @param {Room} room @param {number} seat @returns {Room} */
function promoted(room, seat) {
  return servant(room, seat)?.role === "member" ? withPerson(room, seat, { role: "facilitator" }) : room
}

/** @param {Room} room @param {number} seat @param {Service} service @param {boolean} on */
function withService(room, seat, service, on) {
  const services = (servant(room, seat)?.services ?? []).filter((other) => other !== service)
  return withPerson(room, seat, { services: on ? [...services, service] : services })
}

/** @param {Room} room @param {number} seat @returns {Room} */
function withoutHand(room, seat) {
  return {
    ...notAway(room, seat),
    hands: without(room.hands, seat),
    urgent: without(room.urgent, seat),
    putOff: without(room.putOff, seat),
  }
}

/** @param {Room} room @param {number} seat @returns {Room} */
function notAway(room, seat) {
  return { ...room, handsAway: room.handsAway.filter((away) => away.seat !== seat) }
}

/** @param {Room} room @param {number} seat @param {Partial<Person>} changes @returns {Room} */
function withPerson(room, seat, changes) {
  const one = room.people.get(seat)
  if (one === undefined) return room
  return { ...room, people: new Map(room.people).set(seat, { ...one, ...changes }) }
}

/** @param {readonly number[]} hands @param {number} seat */
function without(hands, seat) {
  return hands.filter((hand) => hand !== seat)
}

/** @param {readonly number[]} hands @param {number} seat @param {number} place 1 is next, 0 is the end. */
function inserted(hands, seat, place) {
  const at = place === 0 ? hands.length : place - 1
  return [...hands.slice(0, at), seat, ...hands.slice(at)]
}

// The clocks (moderation/meeting/clocks.py)

/** The running turn's clock stands still; twice is once. @param {Room} room @param {number} at @returns {Room} */
function stopTurn(room, at) {
  return room.holder === null || room.turnStoppedAt !== null ? room : { ...room, turnStoppedAt: at }
}

/** It goes on, unless something else still holds it up. @param {Room} room @param {number} at @returns {Room} */
function runTurn(room, at) {
  const since = room.turnStoppedAt
  if (since === null || room.awayUntil !== null || room.momentUntil || stoppedAt(room) !== null) return room
  const stood = at - since
  const lastLineUntil = room.lastLineUntil === null ? null : room.lastLineUntil + stood
  return { ...room, turnPaused: room.turnPaused + stood, turnStoppedAt: null, lastLineUntil }
}

/** @param {Room} before @param {Room} after @param {number} at @returns {Room} */
function goOn(before, after, at) {
  const since = stoppedAt(before)
  if (since === null) return after
  const stood = (stoppedAt(after) ?? at) - since
  const inviteUntil = after.inviteUntil === null ? null : after.inviteUntil + stood
  return runTurn({ ...after, inviteUntil }, at)
}

/** `time` by the room's own clock, which a thaw will set forward by the whole freeze (FC-21). @param {Room} room @param {number} at @param {number} time */
function inRoom(room, at, time) {
  return room.frozenAt === null ? time : time - (at - room.frozenAt)
}

/** Everything that was running goes on from where it stood (FC-21). @param {Room} room @param {number} seconds @returns {Room} */
function thawed(room, seconds) {
  const later = (/** @type {number | null} */ at) => (at === null ? null : at + seconds)
  return {
    ...room,
    frozenAt: null,
    people: new Map([...room.people].map(([seat, one]) => [seat, { ...one, mutedUntil: later(one.mutedUntil) }])),
    phaseBeganAt: later(room.phaseBeganAt),
    handsAway: room.handsAway.map(({ seat, until }) => ({ seat, until: until + seconds })),
    held: room.held.map((one) => ({ ...one, until: one.until + seconds })),
    inviteUntil: later(room.inviteUntil),
    turnBeganAt: later(room.turnBeganAt),
    turnStoppedAt: later(room.turnStoppedAt),
    lastLineUntil: later(room.lastLineUntil),
    awayUntil: later(room.awayUntil),
    momentUntil: later(room.momentUntil ?? null),
    lastTurn: room.lastTurn && { seat: room.lastTurn.seat, at: room.lastTurn.at + seconds },
    pausedAt: later(room.pausedAt),
    shieldAt: later(room.shieldAt),
    allMutedAt: later(room.allMutedAt),
    allMutedUntil: later(room.allMutedUntil),
  }
}
