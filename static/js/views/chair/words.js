/** The sentences of the facilitator's panel: plain, calm, no blame. No DOM. */

import { isolated } from "../../names.js"
import * as rooms from "../../standing.js"
import { clock, holders } from "../../words.js"
import { givesBackTo, isFree, isHeldUp, isShieldOffered, load, losers, mayTakeChair, phaseTime, shouldClose } from "./sight.js"

/** @import { MuteReason, MuteScope, Refusal, Service } from "../../protocol.js" */
/** @import { Person, Room } from "../../room.js" */
/** @import { Act } from "./sight.js" */

/** How long somebody may be kept from writing; the first is what one tap does. */
/** @type {{ id: string, label: string, until: MuteScope, minutes?: number }[]} */
export const MUTES = [
  { id: "5", label: "5 min", until: "time", minutes: 5 },
  { id: "15", label: "15 min", until: "time", minutes: 15 },
  { id: "phase", label: "until this part ends", until: "phase" },
  { id: "meeting", label: "until the meeting ends", until: "meeting" },
]

/** @type {Record<MuteReason, string>} */
export const REASONS = {
  pause: "a pause",
  crosstalk: "crosstalk",
  advice: "advice",
  contact: "contact details",
  flood: "too many lines",
  raid: "a raid",
}

/** @type {Record<Service, string>} */
export const SERVICES = {
  co_chair: "Co-chair",
  standby: "Standby",
  greeter: "Greeter",
  timekeeper: "Timekeeper",
  reader: "Reader",
  speaker: "Speaker",
}

/** Seconds of words that are taken out at once. */
export const PURGED = 120

/** @param {Room} room @param {number | null} seat */
function they(room, seat) {
  return seat === room.seat ? "you" : rooms.nameOf(room, seat)
}

/** The same at the beginning of a sentence. @param {Room} room @param {number | null} seat */
function They(room, seat) {
  return seat === room.seat ? "You" : rooms.nameOf(room, seat)
}

/** `1 minute`, `3 minutes`. @param {number} count @param {string} one */
function many(count, one) {
  return `${count} ${one}${count === 1 ? "" : "s"}`
}

// The phase

/** How long the phase goes on. @param {Room} room @param {number} now */
export function phaseLine(room, now) {
  if (!rooms.isOpen(room)) return ""
  const time = phaseTime(room, now)
  if (time === null) return "This part has no set time."
  if (time.over > 0) return `${many(time.over, "minute")} over.`
  const whole = rooms.currentPhase(room)?.minutes ?? 0
  return time.left > 0 ? `${time.left} of ${whole} min left.` : "The time of this part is over."
}

/** By how much it has run over, and which phases lose the minutes (FC-29). @param {Room} room @param {number} over */
function overLine(room, over) {
  const title = rooms.phaseTitle(room) || "This part"
  const lose = losers(room, over).map(({ title }) => title)
  const them = over === 1 ? "it" : "them"
  const who = lose.length === 0 ? "" : ` ${holders(lose)} ${lose.length === 1 ? "loses" : "lose"} ${them}.`
  return `${title} is ${many(over, "minute")} over.${who}`
}

// The queue

/** What the hands that wait will take, of what is left. @param {Room} room @param {number} now */
export function queueLine(room, now) {
  const waits = load(room, now)
  return waits === null ? "" : `About ${waits.minutes} min of hands, ${waits.left} left.`
}

/** Where somebody's hand stands. @param {Room} room @param {number} seat */
export function handLine(room, seat) {
  return `The hand is number ${rooms.place(room, seat)} of ${room.hands.length}.`
}

// Private lines

/** What somebody wrote to the facilitators and nobody has answered. @param {Room} room @param {import("./sight.js").Unanswered} line */
export function lineWords(room, { seat, words, count }) {
  const start = [...words].slice(0, 80).join("")
  const more = count > 1 ? ` (${count} lines)` : ""
  return `${rooms.nameOf(room, seat)} to the facilitators${more}: “${start}${start.length < words.length ? "…" : ""}”`
}

// What stands below the acts as long as it is so

/**
 * `calm` where it can wait until the queue is looked at.
 *
 * @typedef {{ key: string, words: string, acts: Act[], calm?: boolean }} Notice
 */

/**
 * @param {Room} room
 * @param {number} now
 * @param {number | null} [putAway] When the strangers came for whom the shield is not wanted.
 * @returns {Notice[]}
 */
export function notices(room, now, putAway = null) {
  if (!rooms.isOpen(room)) return room.closedAt !== null ? [] : lobbyNotices(room)
  return [
    ...chairNotices(room),
    ...stops(room, isShieldOffered(room, now, putAway)),
    ...lobbyNotices(room),
    ...timeNotices(room, now),
    ...tagNotices(room, now),
    ...queueNotices(room, now),
  ]
}

/** @param {Room} room @returns {Notice[]} */
function chairNotices(room) {
  /** @type {Notice[]} */
  const found = []
  const { offer } = room
  if (offer !== null && offer.seat === room.seat) {
    const from = offer.by === 0 ? "The chair is offered to you." : `${rooms.nameOf(room, offer.by)} offers you the chair.`
    const take = `Take the chair`
    found.push({
      key: "offered",
      words: from,
      acts: [
        { key: "accept", label: take, primary: true, command: { type: "accept_chair" } },
        { key: "decline", label: "Not now", command: { type: "decline_chair" } },
      ],
    })
  } else if (mayTakeChair(room)) {
    found.push({
      key: "free",
      words: room.isQuiet ? "The room is quiet: no facilitator holds it." : "No facilitator holds this meeting.",
      acts: [{ key: "take", label: "Take the chair", primary: true, command: { type: "accept_chair" } }],
    })
  }
  if (offer !== null && offer.seat !== room.seat) {
    found.push({ key: "offering", words: `The chair is offered to ${rooms.nameOf(room, offer.seat)}.`, acts: [] })
  }
  return found
}

/** @param {Room} room @param {boolean} isOffered @returns {Notice[]} */
function stops(room, isOffered) {
  /** @type {Notice[]} */
  const found = []
  if (room.frozenAt !== null) {
    found.push({
      key: "frozen",
      words: "The room is frozen. Nothing moves but what you do, and Help.",
      acts: [thaw()],
    })
  }
  if (room.shieldAt !== null) {
    found.push({
      key: "shield",
      words: "The shield is up: members can't write, newcomers wait.",
      acts: [lowerShield()],
    })
  } else if (isOffered) {
    found.push({
      key: "raid",
      words: "Five or more came within a minute. In a raid, the shield quiets the room and holds the door.",
      acts: [{ ...raiseShield(), grave: false }],
    })
  }
  if (room.pausedAt !== null) {
    found.push({
      key: "paused",
      words: "The meeting is paused. Turns and invitations wait.",
      acts: rooms.hasTurns(room) ? [] : [{ key: "resume", label: "Go on", primary: true, command: { type: "resume" } }],
    })
  }
  if (room.allMutedAt !== null) {
    found.push({
      key: "muted",
      words: `Members can't write until ${clock(room.allMutedUntil ?? 0)}.`,
      acts: [unmuteAll()],
    })
  }
  return found
}

/** @returns {Act} */
export function raiseShield() {
  return { key: "raise", label: "Raise the shield", grave: true, command: { type: "raise_shield" } }
}

/** @type {Record<string, string>} */
const SAME_LINK = {
  removed: "They came by the same link as somebody who was removed",
  muted: "They came by the same link as somebody who is muted",
}

const INVITED = "They were invited."
const AS_FACILITATOR = "The link is a facilitator's: they come in as one."

/**
 * What is known of somebody who waits: whose link they came by, and whether they may have been here before.
 *
 * @param {Room} room
 * @param {Room["lobby"][number]} knock
 * @param {(seat: number) => boolean} isHere
 */
export function lobbyNotes(room, { same_link, others, ghost, role, invited }, isHere) {
  const before = ghost === 0 ? undefined : room.people.get(ghost)
  const mayBeThem = before !== undefined && !before.removed && (before.left || !isHere(ghost))
  const also = others === 0 ? "" : `, as did ${others} who ${others === 1 ? "is" : "are"} here: as long as that is so, all who come by it wait`
  const link = same_link === "" ? "" : `${SAME_LINK[same_link]}${also}.`
  const comesAs = role === "facilitator" ? AS_FACILITATOR : invited && link === "" ? INVITED : ""
  return { words: [link, comesAs, mayBeThem ? "Somebody of that name was here and is gone." : ""].filter(Boolean).join(" "), mayBeThem }
}

/** @typedef {{ seat: number, epoch: number }} Passed */

/** That somebody passed, until the floor moves on. @param {Room} room @param {Passed | null} passed @returns {Notice[]} */
export function passedNotices(room, passed) {
  if (passed === null || passed.epoch !== room.epoch) return []
  return [{ key: `passed ${passed.epoch}`, words: hasPassed(room, passed), acts: [] }]
}

/** @param {Room} room @param {Passed} passed */
function hasPassed(room, { seat }) {
  return `${rooms.nameOf(room, seat)} passed.`
}

/** Who waits at the door. @param {Room} room @returns {Notice[]} */
function lobbyNotices({ lobby }) {
  if (lobby.length === 0) return []
  const [first] = lobby
  const who = lobby.length === 1 ? `${isolated(first?.name ?? "Somebody")} waits` : `${lobby.length} people wait`
  const invited = lobby.filter((one) => one.invited).length
  const some = invited > 0 && invited < lobby.length ? `; ${invited === 1 ? "one of them was" : `${invited} of them were`} invited` : ""
  /** @type {Act[]} */
  const acts =
    lobby.length === 1 && first !== undefined
      ? [{ key: `admit ${first.knock}`, label: "Admit", name: `Admit ${isolated(first.name ?? "them")} now`, command: { type: "admit", knock: first.knock } }]
      : []
  const link = lobby.length === 1 ? SAME_LINK[first?.same_link ?? ""] : undefined
  const comesAs = lobby.length === 1 && first?.role === "facilitator" ? ` ${AS_FACILITATOR}` : ""
  return [{ key: "lobby", words: `${who} at the door${some}.${link === undefined ? "" : ` ${link}.`}${comesAs}`, acts }]
}

/** @param {Room} room @param {number} now @returns {Notice[]} */
function timeNotices(room, now) {
  const over = phaseTime(room, now)?.over ?? 0
  return over === 0 ? [] : [{ key: "over", words: overLine(room, over), acts: [] }]
}

/** For a while nobody else says who is next (FC-28). @param {Room} room @param {number} now @returns {Notice[]} */
function tagNotices(room, now) {
  const names = room.holder === null && !isHeldUp(room) ? rooms.chooser(room, now) : null
  if (names === null || names === room.seat) return []
  const words = `${rooms.nameOf(room, names)} may name who is next, for half a minute; then it is yours to invite.`
  return [{ key: "naming", words, acts: [] }]
}

/** @param {Room} room @param {number} now @returns {Notice[]} */
function queueNotices(room, now) {
  /** @type {Notice[]} */
  const found = []
  const late = room.putOff.filter((seat) => room.hands.includes(seat))
  if (late.length > 0) {
    const names = holders(late.map((seat) => They(room, seat)))
    const [were, hands] = late.length === 1 ? ["was", "the hand waits"] : ["were", "the hands wait"]
    found.push({ key: "put off", words: `${names} ${were} asked and did not take the floor; ${hands} at the end.`, acts: [], calm: true })
  }
  const away = room.handsAway.map(({ seat }) => seat)
  if (away.length > 0) {
    const names = holders(away.map((seat) => rooms.nameOf(room, seat)))
    const is = away.length === 1 ? "is" : "are"
    found.push({ key: "away", words: `${names} ${is} not connected and passed over for now; the place is kept.`, acts: [], calm: true })
  }
  if (shouldClose(room, now)) {
    const waits = load(room, now)
    found.push({
      key: "close",
      words: `The hands that wait take about ${waits?.minutes} min, and ${waits?.left} are left. Close the queue?`,
      acts: [{ key: "close queue", label: "Close the queue", command: { type: "close_queue" } }],
      calm: true,
    })
  }
  return found
}

// What is one tap away, every minute

/**
 * The three acts of the strip, each in its own place: more time, a pause, and what ends a turn. What
 * undoes one stands where it stood.
 *
 * @param {Room} room
 * @param {number} now
 * @returns {{ more: Act | null, pause: Act | null, end: Act | null }}
 */
export function everyMinute(room, now) {
  if (!rooms.hasTurns(room) || room.frozenAt !== null) return { more: null, pause: null, end: null } // To thaw stands in a notice.
  const { epoch } = room
  const hasLimit = room.holder !== null && (rooms.currentPhase(room)?.turn ?? 0) > 0
  return {
    more: hasLimit ? { key: `extend ${epoch}`, label: "+1 min", name: "+1 min for this turn", command: { type: "extend", epoch, minutes: 1 } } : null,
    pause:
      room.pausedAt === null
        ? { key: "pause", label: "Pause", command: { type: "pause" } }
        : { key: "resume", label: "Go on", primary: true, command: { type: "resume" } },
    end: ending(room) ?? giveBack(room, now),
  }
}

/** @param {Room} room @returns {Act | null} */
function ending({ holder, invited, epoch }) {
  if (holder === null && invited === null) return null
  return { key: `end ${epoch}`, label: holder === null ? "Take invitation back" : "End turn", command: { type: "end_turn", epoch } }
}

/** For two minutes a turn that was ended goes on, whoever was invited meanwhile (FC-10). @param {Room} room @param {number} now @returns {Act | null} */
function giveBack(room, now) {
  const seat = givesBackTo(room, now)
  if (seat === null) return null
  const { epoch } = room
  const isMuted = rooms.mutedUntil(room, seat) !== null
  return {
    key: `back ${epoch} ${isMuted}`,
    label: `${isMuted ? `Unmute ${they(room, seat)}, give it back` : `Give it back to ${they(room, seat)}`}`,
    ...(isMuted ? { first: { type: "unmute", seat } } : {}),
    command: { type: "give_back", epoch },
  }
}

/**
 * What brings the floor on, below the three: who is next, or, where they were just invited, back to
 * whose turn it was.
 *
 * @param {Room} room
 * @param {number} now
 * @returns {Act | null}
 */
export function onwards(room, now) {
  if (!rooms.isOpen(room)) return room.closedAt === null ? { key: "open", label: "Open meeting", primary: true, command: { type: "open" } } : null
  if (room.holder !== null) return nextAct(room, now)
  return room.invited === null ? inviteNext(room, now) : giveBack(room, now)
}

/** @param {Room} room @param {number} now @returns {Act | null} */
function inviteNext(room, now) {
  const next = isFree(room, now) ? rooms.nextHand(room) : null
  if (next === null) return null
  const { epoch } = room
  return { key: `invite ${epoch} ${next}`, label: `Invite ${they(room, next)}`, primary: true, command: { type: "invite", epoch, seat: next } }
}

/**
 * Ends the running turn and invites the next hand, in one; not where the holder names the next, nor
 * where the time of the phase is over and nobody is invited any more.
 *
 * @param {Room} room
 * @param {number} now
 * @returns {Act | null}
 */
export function nextAct(room, now) {
  const next = rooms.speak(room) === "tag" || rooms.isPhaseOver(room, now) ? null : rooms.nextHand(room)
  if (room.holder === null || next === null || isHeldUp(room)) return null
  const { epoch } = room
  return { key: `next ${epoch} ${next}`, label: `End turn, invite ${they(room, next)}`, command: { type: "next", epoch } }
}

/**
 * The next phase of the agenda. It ends the turn that is on, and no phase goes back: then it takes two
 * taps.
 *
 * @param {Room} room
 * @returns {Act | null}
 */
export function phaseAct(room) {
  const phase = rooms.nextPhase(room)
  if (phase === null || room.frozenAt !== null) return null
  const { epoch, holder } = room
  const command = /** @type {const} */ ({ type: "next_phase", epoch })
  if (holder === null) return { key: `phase ${epoch}`, label: `Next: ${isolated(phase.title)}`, command }
  const whose = holder === room.seat ? "your" : `${rooms.nameOf(room, holder)}'s`
  return { key: `phase ${epoch}`, label: `End ${whose} turn, go on to ${isolated(phase.title)}`, grave: true, command }
}

/** The end of the meeting: where the next phase stood, once there is none. @param {Room} room @returns {Act | null} */
export function closeAct(room) {
  if (!rooms.isOpen(room)) return null
  return { key: "close", label: "Close the meeting for everyone", grave: true, command: { type: "close" } }
}

/**
 * What there is where something is wrong in the room: what each does, whether it is on, and the way
 * there or back.
 *
 * @typedef {{ key: string, does: string, isOn: boolean, act: Act }} Remedy
 */

/** @param {Room} room @returns {Remedy[]} */
export function remedies(room) {
  if (room.closedAt !== null) return []
  const { locked } = room
  /** @type {Remedy} */
  const door = {
    key: "door",
    does: "Nobody new comes in. Who is here stays.",
    isOn: locked,
    act: locked ? { key: "unlock", label: "Unlock the door", command: { type: "unlock" } } : { key: "lock", label: "Lock the door", command: { type: "lock" } },
  }
  return [...crowd(room), ...(rooms.isOpen(room) ? [door, muteAll(room), freeze(room), shield(room)] : [door])]
}

/** Who waits at the door, turned away by one act (A92). @param {Room} room @returns {Remedy[]} */
function crowd({ lobby }) {
  const strangers = lobby.filter(({ invited }) => !invited).length
  const invited = lobby.length - strangers
  /** @type {Remedy[]} */
  const found = []
  if (strangers > 0) {
    const does = `${strangers === 1 ? "One waits" : `${strangers} wait`} whom nobody invited. Turned away, they can't knock again at this meeting${invited > 0 ? "; who was invited waits on" : ""}.`
    found.push({ key: "strangers", does, isOn: false, act: { key: "clear", label: "Turn away all strangers at the door", grave: true, command: { type: "clear_lobby" } } })
  }
  if (invited > 0) {
    const does = `${lobby.length === 1 ? "One waits, who was" : `${lobby.length} wait, and ${invited === 1 ? "one was" : `${invited} were`}`} invited. Turned away, nobody of them can knock again at this meeting.`
    found.push({ key: "crowd", does, isOn: false, act: { key: "clear all", label: "Turn away everybody at the door", grave: true, command: { type: "clear_lobby", everybody: true } } })
  }
  return found
}

/** @param {Room} room @returns {Remedy} */
function muteAll({ allMutedAt }) {
  const isOn = allMutedAt !== null
  const does = "Only facilitators write; turns wait. Help and the line to you stay open."
  return { key: "mute", does, isOn, act: isOn ? unmuteAll() : { key: "mute all", label: "Mute everybody for 10 min", command: { type: "mute_all", minutes: 10 } } }
}

/** @param {Room} room @returns {Remedy} */
function freeze({ frozenAt }) {
  const isOn = frozenAt !== null
  const does = "No words, no hands, no clocks. Afterwards all goes on as it was. Help stays open."
  return { key: "freeze", does, isOn, act: isOn ? thaw() : { key: "freeze", label: "Freeze the room", grave: true, command: { type: "freeze" } } }
}

/** @param {Room} room @returns {Remedy} */
function shield({ shieldAt }) {
  const isOn = shieldAt !== null
  const does = "Against a raid, all in one: members can't write, who comes waits at the door, names stay, and what strangers wrote last is folded."
  return { key: "shield", does, isOn, act: isOn ? lowerShield() : raiseShield() }
}

/** @returns {Act} */
function unmuteAll() {
  return { key: "unmute", label: "Let everybody write again", command: { type: "unmute_all" } }
}

/** @returns {Act} */
function thaw() {
  return { key: "thaw", label: "Let the room go on", grave: true, command: { type: "thaw" } }
}

/** @returns {Act} */
function lowerShield() {
  return { key: "lower", label: "Lower the shield, let members write", grave: true, command: { type: "lower_shield" } }
}

// People

/** That somebody is muted, and why: to the others it is nobody's business. @param {Person} person */
export function mutedBadge(person) {
  return person.mutedUntil === null ? "" : mutedWords(person)
}

/** @param {Person} person */
function mutedWords({ mutedUntil, muteScope, muteReason }) {
  const how = { phase: "for this part", meeting: "for this meeting", time: `until ${clock(mutedUntil ?? 0)}` }[muteScope]
  return muteReason === "pause" ? `muted ${how}` : `muted ${how}: ${REASONS[muteReason]}`
}

// After a race, and what is read aloud

/**
 * After a race the loser reads what is so now, and no error (FC-07, FC-08).
 *
 * @param {Room} room
 * @param {number | null} seat Who was invited, or has the floor.
 * @param {number} by Who invited them; 0 where nobody did.
 */
export function raceLine(room, seat, by) {
  if (seat === null) return "The meeting had just moved on."
  if (room.holder === seat) return `${They(room, seat)} ${seat === room.seat ? "have" : "has"} the floor already.`
  const were = seat === room.seat ? "were" : "was"
  if (by === room.seat || by === 0) return `${They(room, seat)} ${were} invited already.`
  return `${They(room, seat)} ${were} invited by ${office(room, by)}.`
}

/** @param {Room} room @param {number} seat */
function office(room, seat) {
  if (seat === room.chair) return "the chair"
  return room.people.get(seat)?.role === "member" ? rooms.nameOf(room, seat) : "the co-chair"
}

/**
 * What a facilitator reads of a no: what is so now, or the server's own words.
 *
 * @param {Room} room
 * @param {Refusal} refusal
 */
export function refusedLine(room, { code, words, facts = {} }) {
  if (code === "floor_busy" && typeof facts.seat === "number") {
    return raceLine(room, facts.seat, typeof facts.by === "number" ? facts.by : 0)
  }
  if (code === "stale_epoch") return raceLine(room, room.holder ?? room.invited, room.invitedBy)
  return words
}

/**
 * What is said aloud to who holds the meeting, besides what everybody hears: the floor and the door,
 * and nothing of the queue's coming and going.
 *
 * @param {Room} before
 * @param {Room} room
 * @param {number} [now] An invitation that has run out by then was not answered.
 * @param {Passed | null} [passed] Who passed last.
 */
export function aloud(before, room, now = -Infinity, passed = null) {
  const isNews = passed !== null && passed.epoch === room.epoch && before.epoch !== room.epoch
  const pass = isNews ? hasPassed(room, passed) : ""
  const moved = floorAloud(before, room, now)
  return pass === "" ? moved : room.invited === null ? pass : `${pass} ${moved}`
}

/** @param {Room} before @param {Room} room @param {number} now */
function floorAloud(before, room, now) {
  if (room.invited !== null && room.invited !== before.invited && room.invited !== room.seat) {
    return `${rooms.nameOf(room, room.invited)} is invited.`
  }
  if (before.invited !== null && room.invited === null && room.holder === null && before.invited !== room.seat) {
    const name = rooms.nameOf(room, before.invited)
    if (before.inviteUntil !== null && now >= before.inviteUntil - 0.5) return `${name} has not answered.`
    return room.putOff.includes(before.invited) ? `${name} is not ready yet.` : `${name} is not invited any more.`
  }
  if (before.holder !== null && room.holder === null && before.holder !== room.seat) {
    return `The turn of ${rooms.nameOf(room, before.holder)} has ended.`
  }
  if (room.lobby.length > 0 && before.lobby.length === 0) return "Somebody waits at the door."
  return ""
}
