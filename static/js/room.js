/** The meeting as this seat sees it: the browser's copy of `evolve`, and what follows from it. No DOM. */

/** @import { AnyEntry, Crosstalk, Numbered, Phase, Reaction, Service, SeatView, Snapshot, Speak } from "./protocol.js" */

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
 * facilitators and empty for everybody else.
 *
 * @typedef {{ [K in Exclude<keyof Snapshot, "kind" | "seats" | "turn" | "why_silent"> as Camel<K>]-?: Fixed<Exclude<Snapshot[K], undefined>> }
 *   & { seat: number, people: ReadonlyMap<number, Person> }} Room
 */

/** @typedef {Omit<Numbered, "entry"> & { entry: AnyEntry }} MeetingEntry */

const TURNS = ["queue", "round", "tag"]
/** Seconds in which whoever had the floor names the next in a tag phase (FC-28). */
export const CHOOSING = 30

/**
 * @param {Snapshot} snapshot
 * @param {number} seat
 * @returns {Room}
 */
export function start(snapshot, seat) {
  const { kind: _kind, turn: _turn, why_silent: _why, seats, ...shown } = snapshot
  const people = new Map(seats.map((view) => [view.seat, person(view)]))
  return { ...camelled(shown), seat, people }
}

/** @param {SeatView} view @returns {Person} */
function person(view) {
  return { name: null, ...NOT_MUTED, removed: false, services: [], listening: false, shared: false, said: 0, ...camelled(view) }
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
      return said(room, entry.seat, entry.turn ?? 0)
    case "posted":
      return entry.kind === "topic" ? { ...room, topic: { number, words: entry.words ?? null } } : room
    case "redacted":
      return room.topic?.number === entry.number ? { ...room, topic: null } : room
    case "renamed":
      return withPerson(room, entry.seat, { name: entry.words ?? null })
    case "listening_chosen":
      return withPerson(room, entry.seat, { listening: entry.on })
    case "seat_taken":
      return seatTaken(room, person({ seat: entry.seat, role: entry.role, name: entry.words ?? null }))
    case "knocked":
      return { ...room, lobby: [...room.lobby, { knock: entry.knock, name: entry.words ?? null }] }
    case "knock_answered":
      return { ...room, lobby: room.lobby.filter(({ knock }) => knock !== entry.knock) }
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
    case "muted":
      return withPerson(room, entry.seat, {
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
      return removed(withPerson(room, entry.seat, { ...NOT_MUTED, removed: true, services: [] }), entry.seat)
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
        ? withPerson(room, entry.seat, { role: "member" })
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
    case "told":
    case "told_you":
    case "reacted":
    case "draft_announced":
    case "seat_given":
    case "knock_given":
      return room
    default:
      return later(room, entry)
  }
}

const NOBODY_INVITED = { invited: null, invitedBy: 0, inviteUntil: null }
const NO_TURN = {
  holder: null,
  turnBeganAt: null,
  turnPaused: 0,
  turnStoppedAt: null,
  turnExtra: 0,
  lastLineUntil: null,
  awayUntil: null,
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

/** @param {Room} room @param {number} seat @param {number} turn */
function said(room, seat, turn) {
  if (turn !== 0 && !hasShared(room, seat)) room = withPerson(room, seat, { shared: true })
  return speak(room) === "self_id" ? withPerson(room, seat, { said: (room.people.get(seat)?.said ?? 0) + 1 }) : room
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

/** @param {Room} room @param {number} seat @returns {Room} */
function removed(room, seat) {
  return {
    ...room,
    chair: room.chair === seat ? null : room.chair,
    offer: room.offer?.seat === seat ? null : room.offer,
  }
}

/** @param {Room} room @param {number} seat @returns {Room} */
function promoted(room, seat) {
  return room.people.get(seat)?.role === "member" ? withPerson(room, seat, { role: "facilitator" }) : room
}

/** @param {Room} room @param {number} seat @param {Service} service @param {boolean} on */
function withService(room, seat, service, on) {
  const services = (room.people.get(seat)?.services ?? []).filter((other) => other !== service)
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
  if (since === null || room.awayUntil !== null || stoppedAt(room) !== null) return room
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
    inviteUntil: later(room.inviteUntil),
    turnBeganAt: later(room.turnBeganAt),
    turnStoppedAt: later(room.turnStoppedAt),
    lastLineUntil: later(room.lastLineUntil),
    awayUntil: later(room.awayUntil),
    lastTurn: room.lastTurn && { seat: room.lastTurn.seat, at: room.lastTurn.at + seconds },
    pausedAt: later(room.pausedAt),
    shieldAt: later(room.shieldAt),
    allMutedAt: later(room.allMutedAt),
    allMutedUntil: later(room.allMutedUntil),
  }
}

// What follows from it

/** @param {Room} room */
export function isOpen(room) {
  return room.openedAt !== null && room.closedAt === null
}

/** @param {Room} room */
export function isOver(room) {
  return room.closedAt !== null
}

/** Whether `seat` is somebody's, and they were not removed. @param {Room} room @param {number} seat */
export function sits(room, seat) {
  return room.people.get(seat)?.removed === false
}

/** @param {Room} room @param {number} [seat] */
export function isFacilitator(room, seat = room.seat) {
  return sits(room, seat) && room.people.get(seat)?.role !== "member"
}

/** @param {Room} room @param {number} [seat] */
export function isChair(room, seat = room.seat) {
  return room.chair === seat
}

/** Nobody acts on somebody of the same or a higher rank (FC-22). @param {Room} room @param {number} [seat] */
export function rank(room, seat = room.seat) {
  const role = room.people.get(seat)?.role ?? "member"
  if (role === "staff") return 3
  return isChair(room, seat) ? 2 : role === "facilitator" ? 1 : 0
}

/** Whether I may mute, remove or demote `seat`. @param {Room} room @param {number} seat */
export function mayActOn(room, seat) {
  return isFacilitator(room) && sits(room, seat) && rank(room, seat) < rank(room)
}

/** The seats that have this seat of service. @param {Room} room @param {Service} service */
export function serving(room, service) {
  return [...room.people.values()].filter((one) => !one.removed && one.services.includes(service)).map(({ seat }) => seat)
}

/** Who may write now: nobody before the opening and after the close. @param {Room} room @returns {Speak} */
export function speak(room) {
  return isOpen(room) ? (room.phases[room.phase]?.speak ?? "silent") : "silent"
}

/** Whether one at a time has the floor now. @param {Room} room */
export function hasTurns(room) {
  return TURNS.includes(speak(room))
}

/** The running turn, 0 where nobody has the floor. @param {Room} room */
export function turn(room) {
  return room.holder !== null ? room.turns : 0
}

/** @param {Room} room @returns {Phase | null} */
export function currentPhase(room) {
  return room.phases[room.phase] ?? null
}

/** @param {Room} room @returns {Phase | null} */
export function nextPhase(room) {
  return isOpen(room) ? (room.phases[room.phase + 1] ?? null) : null
}

/** Since when the clocks of the floor stand still: a pause, the shield, a mute of all. @param {Room} room */
export function stoppedAt(room) {
  const since = [room.pausedAt, room.shieldAt, room.allMutedAt].filter((at) => at !== null)
  return since.length === 0 ? null : Math.min(...since)
}

/** Whether nobody but facilitators may write. @param {Room} room */
export function isHushed(room) {
  return room.shieldAt !== null || room.allMutedAt !== null
}

/** Where a hand stands: 1 is next, 0 is not up. @param {Room} room @param {number} [seat] */
export function place(room, seat = room.seat) {
  return room.hands.indexOf(seat) + 1
}

/** Whether the member of this hand lost connection (FC-17). @param {Room} room @param {number} seat */
export function isHandAway(room, seat) {
  return room.handsAway.some((away) => away.seat === seat)
}

/** The queue without those who are away: they are passed over, and keep their place. @param {Room} room */
export function waiting(room) {
  return room.hands.filter((hand) => !isHandAway(room, hand))
}

/** The first hand whose member is here: they are invited next. @param {Room} room */
export function nextHand(room) {
  return waiting(room).find((hand) => hand !== room.invited) ?? null
}

/** @param {Room} room @param {number | null} seat */
export function nameOf(room, seat) {
  return (seat !== null && room.people.get(seat)?.name) || "Somebody"
}

/** Until when a seat can't write, null where it can. @param {Room} room @param {number} [seat] */
export function mutedUntil(room, seat = room.seat) {
  return room.people.get(seat)?.mutedUntil ?? null
}

/** @param {Room} room @param {number} [seat] */
export function isListening(room, seat = room.seat) {
  return room.people.get(seat)?.listening ?? false
}

/** @param {Room} room @param {number} [seat] */
export function hasShared(room, seat = room.seat) {
  return room.people.get(seat)?.shared ?? false
}

/** Everybody who is in the meeting, facilitators first, the chair before all. @param {Room} room @returns {Person[]} */
export function circle(room) {
  const here = [...room.people.values()].filter((one) => !one.removed)
  const first = (/** @type {Person} */ { seat, role }) => (isChair(room, seat) ? 0 : role === "member" ? 2 : 1)
  return here.sort((a, b) => first(a) - first(b) || a.seat - b.seat)
}

/** @param {Room} room @returns {Person[]} */
export function facilitators(room) {
  return circle(room).filter(({ role }) => role !== "member")
}

/** Whether new voices go first now. @param {Room} room */
export function isFair(room) {
  return room.flags.fairness || (isOpen(room) && (currentPhase(room)?.fairness ?? false))
}

/** The phase's rule of who may answer whom, or else the group's. @param {Room} room @returns {Crosstalk} */
export function crosstalk(room) {
  return (isOpen(room) && currentPhase(room)?.crosstalk) || room.flags.crosstalk
}

/** The words that this seat may put under a line now. @param {Room} room @returns {readonly Reaction[]} */
export function reactions(room) {
  const phase = currentPhase(room)
  return phase === null || !room.flags.reactions || whyUnheard(room) !== null ? [] : phase.reactions
}

// Time

/** The moment up to which the floor's clocks have run. @param {Room} room @param {number} now */
function clock(room, now) {
  return Math.min(now, room.frozenAt ?? now, stoppedAt(room) ?? now)
}

/**
 * Seconds left of the running turn, below 0 in the time that it may run over; null without a limit.
 * While its clock stands still, they do too.
 *
 * @param {Room} room
 * @param {number} now
 */
export function turnLeft(room, now) {
  const limit = currentPhase(room)?.turn ?? 0
  if (limit === 0 || room.holder === null || room.turnBeganAt === null) return null
  return room.turnBeganAt + room.turnPaused + room.turnExtra + 60 * limit - ran(room, now)
}

/** The moment up to which the running turn's clock has run. @param {Room} room @param {number} now */
function ran(room, now) {
  return Math.min(now, room.frozenAt ?? now, room.turnStoppedAt ?? now)
}

/** Seconds until the turn is ended, the last line among them; null without a limit. @param {Room} room @param {number} now */
export function hardLeft(room, now) {
  if (room.lastLineUntil !== null) return room.lastLineUntil - ran(room, now)
  const left = turnLeft(room, now)
  return left === null ? null : left + (currentPhase(room)?.grace ?? 0)
}

/** Whether the running turn's clock stands still. @param {Room} room */
export function isTurnStopped(room) {
  return room.turnStoppedAt !== null || room.frozenAt !== null
}

/** Seconds for which a lost holder is still waited for; null where nobody is lost. @param {Room} room @param {number} now */
export function awayLeft(room, now) {
  return room.awayUntil === null ? null : room.awayUntil - Math.min(now, room.frozenAt ?? now)
}

/** Seconds in which an invitation waits for its answer; null where there is none. @param {Room} room @param {number} now */
export function inviteLeft(room, now) {
  return room.invited === null || room.inviteUntil === null ? null : room.inviteUntil - clock(room, now)
}

/** When the phase is over by time, null where a facilitator ends it. @param {Room} room */
export function phaseUntil(room) {
  const phase = currentPhase(room)
  if (!isOpen(room) || phase?.ends !== "time" || room.phaseBeganAt === null) return null
  return room.phaseBeganAt + 60 * phase.minutes
}

/** Whether nobody is invited any more, as the phase's time is over (FC-29). @param {Room} room @param {number} now */
export function isPhaseOver(room, now) {
  const until = phaseUntil(room)
  return until !== null && until <= Math.min(now, room.frozenAt ?? now)
}

/** Seconds by which the phase takes longer than it was meant to, else 0. @param {Room} room @param {number} now */
export function overrun(room, now) {
  const phase = currentPhase(room)
  if (!isOpen(room) || phase === null || phase.minutes === 0 || room.phaseBeganAt === null) return 0
  return Math.max(0, Math.min(now, room.frozenAt ?? now) - room.phaseBeganAt - 60 * phase.minutes)
}

// What I may

/**
 * The code of the reason why this seat may not write to the room now, null where it may: what
 * `moderation/meeting/talking.py why_silent` will say.
 *
 * @param {Room} room
 * @returns {Silence | null}
 */
export function maySpeak(room) {
  return whyUnheard(room) ?? whyNotInThisPhase(room)
}

/** @typedef {"meeting_closed" | "not_open" | "muted" | "frozen" | "nobody_in_chair" | "all_muted" | "paused"} Unheard */
/** @typedef {Unheard | "quiet" | "said_already" | "readers_only" | "speaker_only" | "facilitators_only" | "not_your_turn" | "turn_running"} Silence */

/** Why nothing of this seat reaches the room at all, whatever the phase. @param {Room} room @returns {Unheard | null} */
export function whyUnheard(room) {
  if (room.closedAt !== null) return "meeting_closed"
  if (room.openedAt === null) return "not_open"
  if (mutedUntil(room) !== null) return "muted"
  if (room.frozenAt !== null) return "frozen"
  if (room.isQuiet && room.holder !== room.seat) return "nobody_in_chair"
  if (isFacilitator(room)) return null
  if (isHushed(room)) return "all_muted"
  return room.pausedAt !== null ? "paused" : null
}

/** @param {Room} room @returns {Silence | null} */
function whyNotInThisPhase(room) {
  const holds = isFacilitator(room)
  switch (speak(room)) {
    case "silent":
      return "quiet"
    case "open":
    case "discussion":
      return null
    case "self_id":
      return holds || (room.people.get(room.seat)?.said ?? 0) < (currentPhase(room)?.lines ?? 1) ? null : "said_already"
    case "reader":
      return isAssigned(room, "reader") ? null : "readers_only"
    case "speaker":
      return isAssigned(room, "speaker") ? null : "speaker_only"
  }
  if (hasTurns(room) && room.holder === room.seat) return null
  if (!holds) return hasTurns(room) ? "not_your_turn" : "facilitators_only"
  return room.holder !== null && stoppedAt(room) === null ? "turn_running" : null
}

/** Those who were assigned; while nobody is, the facilitators. @param {Room} room @param {"reader" | "speaker"} service */
function isAssigned(room, service) {
  const assigned = serving(room, service)
  return assigned.length > 0 ? assigned.includes(room.seat) : isFacilitator(room)
}

/** Whether the others are shown that this seat is writing to the room: the holder, else where all may write. */
/** @param {Room} room */
export function showsWriting(room) {
  const all = ["open", "discussion", "self_id"].includes(speak(room))
  return maySpeak(room) === null && (room.holder === room.seat || all)
}

/** Whether a crowd is told of this seat by name. @param {Room} room @param {number} seat */
export function matters(room, seat) {
  return isFacilitator(room, seat) || room.hands.includes(seat) || seat === room.holder || seat === room.invited
}

/** @typedef {"meeting_closed" | "no_queue_now" | "frozen" | "muted" | "all_muted" | "up" | "no_urgent_lane" | "queue_closed" | "shared_already"} Handless */

/**
 * The code of the reason why a hand can't go up now, `up` where it is or has been answered; null
 * where it can (moderation/meeting/queue.py raise_hand).
 *
 * @param {Room} room
 * @param {boolean} [urgent] In the lane of burning desire.
 * @returns {Handless | null}
 */
export function whyNoHand(room, urgent = false) {
  if (room.closedAt !== null) return "meeting_closed"
  if (room.frozenAt !== null) return "frozen"
  if (!hasTurns(room)) return "no_queue_now"
  if (mutedUntil(room) !== null) return "muted"
  if (isHushed(room) && !isFacilitator(room)) return "all_muted"
  const lane = currentPhase(room)?.urgent ?? "off"
  if (urgent && lane === "off") return "no_urgent_lane"
  if (room.invited === room.seat || room.holder === room.seat) return "up"
  if (place(room) > 0) return urgent && !room.urgent.includes(room.seat) ? null : "up"
  if (urgent || lane === "only") return null
  if (!room.queueOpen) return "queue_closed"
  return room.flags.single_share && hasShared(room) ? "shared_already" : null
}

/** @param {Room} room @param {boolean} [urgent] */
export function mayRaise(room, urgent = false) {
  return whyNoHand(room, urgent) === null
}

/** Who names the next in a tag phase: the holder, or for a while whoever had the floor. @param {Room} room @param {number} now */
export function chooser(room, now) {
  if (speak(room) !== "tag" || room.invited !== null) return null
  if (room.holder !== null) return room.holder
  const last = room.lastTurn
  if (last === null || last.at <= (room.phaseBeganAt ?? 0)) return null
  if (!sits(room, last.seat) || mutedUntil(room, last.seat) !== null) return null
  return Math.min(now, room.frozenAt ?? now) - last.at < CHOOSING ? last.seat : null
}

/** Whether this seat may name who is next. @param {Room} room @param {number} now */
export function mayName(room, now) {
  const runs = room.frozenAt === null && !room.isQuiet && stoppedAt(room) === null && !isPhaseOver(room, now)
  return runs && chooser(room, now) === room.seat
}

/** Who can be named: neither only listening nor heard already. @param {Room} room */
export function nameable(room) {
  return circle(room).filter(
    ({ seat, shared, listening, mutedUntil }) =>
      seat !== room.seat && !shared && !listening && mutedUntil === null && !isHandAway(room, seat),
  )
}

/** The customs the server understands where there are turns (FC-13). @param {Room} room @param {string} text */
export function isTypedCustom(room, text) {
  return hasTurns(room) && ["!", "done", "[done]", "pass"].includes(text.trim().toLowerCase())
}
