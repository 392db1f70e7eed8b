/** The meeting as this seat sees it: the browser's copy of `evolve`, and what follows from it. No DOM. */

/** @import { AnyEntry, Numbered, Phase, Role, Snapshot, Speak } from "./protocol.js" */

/**
 * @typedef {object} Person
 * @property {number} seat
 * @property {Role} role
 * @property {string | null} name
 * @property {number | null} mutedUntil
 * @property {boolean} removed
 */

/**
 * Times are the server's, in seconds since 1970.
 *
 * @typedef {object} Room
 * @property {number} seat Mine.
 * @property {readonly Phase[]} phases
 * @property {number} phase -1 before the meeting is open.
 * @property {number | null} phaseAt
 * @property {number | null} openedAt
 * @property {number | null} closedAt
 * @property {number} epoch
 * @property {number} turns
 * @property {number | null} holder
 * @property {number | null} turnAt
 * @property {number} turnPaused Seconds that do not count for the turn's limit.
 * @property {number | null} awayUntil
 * @property {number | null} awaySince
 * @property {number | null} invited
 * @property {readonly number[]} hands
 * @property {readonly number[]} handsAway Those of them whose members lost connection (FC-17).
 * @property {ReadonlyMap<number, Person>} people
 */

/** @typedef {Omit<Numbered, "entry"> & { entry: AnyEntry }} MeetingEntry */

/**
 * @param {Snapshot} snapshot
 * @param {number} seat
 * @returns {Room}
 */
export function start(snapshot, seat) {
  return {
    seat,
    phases: snapshot.phases,
    phase: snapshot.phase,
    phaseAt: snapshot.phase_began_at,
    openedAt: snapshot.opened_at,
    closedAt: snapshot.closed_at,
    epoch: snapshot.epoch,
    turns: snapshot.turns,
    holder: snapshot.holder,
    turnAt: snapshot.turn_began_at,
    turnPaused: snapshot.turn_paused,
    awayUntil: snapshot.away_until,
    awaySince: snapshot.away_since,
    invited: snapshot.invited,
    hands: snapshot.hands,
    handsAway: snapshot.hands_away.map(({ seat }) => seat),
    people: new Map(
      snapshot.seats.map((view) => [
        view.seat,
        {
          seat: view.seat,
          role: view.role === "facilitator" ? "facilitator" : "member",
          name: view.name ?? null,
          mutedUntil: view.muted_until ?? null,
          removed: view.removed ?? false,
        },
      ]),
    ),
  }
}

/**
 * The room after an entry. Entries of another stream than the room's leave it as it is.
 *
 * @param {Room} room
 * @param {MeetingEntry} numbered
 * @returns {Room}
 */
export function apply(room, { entry, at }) {
  switch (entry.type) {
    case "convened":
      return { ...room, phases: entry.phases }
    case "opened":
      return { ...room, openedAt: at }
    case "phase_began":
      return phaseBegan(room, entry.phase, at)
    case "closed":
      return { ...room, closedAt: at, hands: [], handsAway: [], epoch: room.epoch + 1 }
    case "seat_taken":
      return seatTaken(room, entry.seat, entry.role, entry.words ?? null)
    case "hand_raised":
      return { ...room, hands: [...room.hands, entry.seat] }
    case "hand_lowered":
      return { ...room, hands: without(room.hands, entry.seat), handsAway: without(room.handsAway, entry.seat) }
    case "hand_went_away":
      return { ...room, handsAway: [...room.handsAway, entry.seat] }
    case "hand_came_back":
      return { ...room, handsAway: without(room.handsAway, entry.seat) }
    case "invited":
      return { ...room, invited: entry.seat, handsAway: without(room.handsAway, entry.seat), epoch: room.epoch + 1 }
    case "invite_ended":
      return {
        ...room,
        invited: null,
        // Not of their own doing: the hand stays where it was.
        hands: ["withdrawn", "phase"].includes(entry.reason) ? room.hands : without(room.hands, entry.seat),
        epoch: room.epoch + 1,
      }
    case "floor_taken":
      return {
        ...room,
        hands: without(room.hands, entry.seat),
        invited: null,
        holder: entry.seat,
        turns: entry.turn,
        turnAt: at,
        turnPaused: 0,
        epoch: room.epoch + 1,
      }
    case "turn_ended":
      return { ...room, holder: null, turnAt: null, turnPaused: 0, awayUntil: null, awaySince: null, epoch: room.epoch + 1 }
    case "holder_went_away":
      return { ...room, awayUntil: entry.until, awaySince: at }
    case "holder_came_back":
      return { ...room, awayUntil: null, awaySince: null, turnPaused: room.turnPaused + at - (room.awaySince ?? at) }
    case "muted":
      return withPerson(room, entry.seat, { mutedUntil: entry.until })
    case "unmuted":
      return withPerson(room, entry.seat, { mutedUntil: null })
    case "removed":
      return withPerson(room, entry.seat, { removed: true, mutedUntil: null })
    case "said":
    case "told":
    case "told_you":
    case "redacted":
    case "seat_given":
      return room
    default:
      return later(room, entry)
  }
}

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

/** @param {Room} room @param {number} phase @param {number} at @returns {Room} */
function phaseBegan(room, phase, at) {
  const [hands, handsAway] = room.phases[phase]?.speak === "queue" ? [room.hands, room.handsAway] : [[], []]
  return { ...room, phase, phaseAt: at, hands, handsAway, epoch: room.epoch + 1 }
}

/** @param {Room} room @param {number} seat @param {Role} role @param {string | null} name @returns {Room} */
function seatTaken(room, seat, role, name) {
  const person = { seat, role, name, mutedUntil: null, removed: false }
  return { ...room, people: new Map(room.people).set(seat, person) }
}

/** @param {Room} room @param {number} seat @param {Partial<Person>} changes @returns {Room} */
function withPerson(room, seat, changes) {
  const person = room.people.get(seat)
  if (person === undefined) return room
  return { ...room, people: new Map(room.people).set(seat, { ...person, ...changes }) }
}

/** @param {readonly number[]} hands @param {number} seat */
function without(hands, seat) {
  return hands.filter((hand) => hand !== seat)
}

// What follows from it

/** @param {Room} room */
export function isOpen(room) {
  return room.openedAt !== null && room.closedAt === null
}

/** @param {Room} room @param {number} [seat] */
export function isFacilitator(room, seat = room.seat) {
  const person = room.people.get(seat)
  return person !== undefined && !person.removed && person.role === "facilitator"
}

/** Who may write now: nobody before the opening and after the close. @param {Room} room @returns {Speak} */
export function speak(room) {
  return isOpen(room) ? (room.phases[room.phase]?.speak ?? "silent") : "silent"
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

/** Where a hand stands: 1 is next, 0 is not up. @param {Room} room @param {number} [seat] */
export function place(room, seat = room.seat) {
  return room.hands.indexOf(seat) + 1
}

/** The first hand whose member is here: they are invited next. @param {Room} room */
export function nextHand(room) {
  return room.hands.find((hand) => !room.handsAway.includes(hand)) ?? null
}

/** @param {Room} room @param {number | null} seat */
export function nameOf(room, seat) {
  return (seat !== null && room.people.get(seat)?.name) || "Somebody"
}

/** Until when a seat can't write, null where it can. @param {Room} room @param {number} [seat] */
export function mutedUntil(room, seat = room.seat) {
  return room.people.get(seat)?.mutedUntil ?? null
}

/** Everybody who is in the meeting, facilitators first. @param {Room} room @returns {Person[]} */
export function circle(room) {
  const here = [...room.people.values()].filter((person) => !person.removed)
  const rank = (/** @type {Person} */ person) => (person.role === "facilitator" ? 0 : 1)
  return here.sort((a, b) => rank(a) - rank(b) || a.seat - b.seat)
}

/** @param {Room} room @returns {Person[]} */
export function facilitators(room) {
  return circle(room).filter((person) => person.role === "facilitator")
}

/**
 * Seconds left of the running turn, below 0 in the minute that it may run over; null without a
 * limit, and while its clock stands still.
 *
 * @param {Room} room
 * @param {number} now
 */
export function turnLeft(room, now) {
  const limit = room.phases[room.phase]?.turn ?? 0
  if (limit === 0 || room.holder === null || room.turnAt === null || room.awayUntil !== null) return null
  return room.turnAt + room.turnPaused + 60 * limit - now
}

/**
 * The code of the reason why this seat may not write to the room now, null where it may: what
 * `moderation/meeting/talking.py why_silent` will say.
 *
 * @param {Room} room
 * @returns {Silence | null}
 */
export function maySpeak(room) {
  if (room.closedAt !== null) return "meeting_closed"
  if (room.openedAt === null) return "not_open"
  if (mutedUntil(room) !== null) return "muted"
  const rule = speak(room)
  if (rule === "silent") return "quiet"
  if (rule === "open" || room.holder === room.seat) return null
  if (isFacilitator(room)) return room.holder !== null ? "turn_running" : null
  return rule === "queue" ? "not_your_turn" : "facilitators_only"
}

/** @typedef {"meeting_closed" | "not_open" | "muted" | "quiet" | "turn_running" | "not_your_turn" | "facilitators_only"} Silence */

/** Whether the others are shown that this seat is writing to the room: the holder, in an open phase anybody. */
/** @param {Room} room */
export function showsWriting(room) {
  return maySpeak(room) === null && (room.holder === room.seat || speak(room) === "open")
}

/** Whether a crowd is told of this seat by name. @param {Room} room @param {number} seat */
export function matters(room, seat) {
  return isFacilitator(room, seat) || room.hands.includes(seat) || seat === room.holder || seat === room.invited
}

/** Whether a hand can go up now. @param {Room} room */
export function mayRaise(room) {
  return (
    speak(room) === "queue" &&
    mutedUntil(room) === null &&
    place(room) === 0 &&
    room.holder !== room.seat &&
    room.invited !== room.seat
  )
}

/** The customs the server understands in a queue (FC-13). @param {Room} room @param {string} text */
export function isTypedCustom(room, text) {
  return speak(room) === "queue" && ["!", "done", "[done]", "pass"].includes(text.trim().toLowerCase())
}
