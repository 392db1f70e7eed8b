/** What stands before a facilitator as long as it is so, with what can be done about it. No DOM. */

import * as rooms from "../../standing.js"
import { clock, holders } from "../../words.js"
import { lowerShield, raiseShield, thaw, unmuteAll } from "./acts.js"
import { isHeldUp, isShieldOffered, load, losers, mayTakeChair, phaseTime, shouldClose } from "./sight.js"
import { They, hasPassed, many } from "./words.js"
import { isolated } from "../../written.js"

/** @import { Room } from "../../room.js" */
/** @import { Act } from "./sight.js" */
/** @import { Passed } from "./words.js" */

/**
 * `calm` where it can wait until the queue is looked at; `quote` are somebody's words, in pieces.
 *
 * @typedef {{ key: string, words: string, acts: Act[], calm?: boolean, quote?: readonly { text: string, marked: boolean }[] }} Notice
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
      words: room.raided
        ? "A raid, it seems: very many came at once, or several wrote the same. Everybody knocks from now on; the shield quiets the room, too."
        : "Several came at once, or wrote the same. In a raid, the shield quiets the room and holds the door.",
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

/** @type {Record<string, string>} */
const SAME_LINK = {
  removed: "Same link as somebody who was removed",
  muted: "Same link as somebody who is muted",
}

/** Seconds for which it is told that somebody passed. */
const TOLD = 30

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
  const also = others === 0 ? "" : ` ${others} here ${others === 1 ? "has" : "have"} it, too.`
  const link = same_link === "" ? "" : `${SAME_LINK[same_link]}, so they wait for your word.${also}`
  const comesAs = role === "facilitator" ? AS_FACILITATOR : invited && link === "" ? INVITED : ""
  return { words: [link, comesAs, mayBeThem ? "Somebody of that name was here and is gone." : ""].filter(Boolean).join(" "), mayBeThem }
}

/** That somebody passed, for a while and until the floor moves on. @param {Room} room @param {number} now @param {Passed | null} passed @returns {Notice[]} */
export function passedNotices(room, now, passed) {
  if (passed === null || passed.epoch !== room.epoch || now - passed.at >= TOLD) return []
  return [{ key: `passed ${passed.epoch}`, words: hasPassed(room, passed), acts: [] }]
}

/** Before the end, that somebody still waits for an answer. @param {Room} room @param {number} open Lines that nobody has answered. @returns {Notice[]} */
export function closingNotices(room, open) {
  if (open === 0 || !rooms.isOpen(room) || rooms.nextPhase(room) !== null) return []
  const words = `${open === 1 ? "One person has" : `${open} people have`} no answer from you yet. Once the meeting is closed, none can go out.`
  return [{ key: "unanswered", words, acts: [] }]
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

/** By how much it has run over, and which phases lose the minutes (FC-29). @param {Room} room @param {number} over */
function overLine(room, over) {
  const title = rooms.phaseTitle(room) || "This part"
  const lose = losers(room, over).map(({ title }) => title)
  const them = over === 1 ? "it" : "them"
  const who = lose.length === 0 ? "" : ` ${holders(lose)} ${lose.length === 1 ? "loses" : "lose"} ${them}.`
  return `${title} is ${many(over, "minute")} over.${who}`
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
