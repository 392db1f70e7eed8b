/** That a member may need care: what a facilitator reads of it, and the one thing to do. No DOM. */

import * as rooms from "../../standing.js"
import { asideKey } from "./sight.js"

/** @import { Item } from "../../timeline.js" */
/** @import { Room } from "../../room.js" */
/** @import { Act } from "./sight.js" */
/** @import { Notice } from "./notices.js" */

/**
 * `attended`: whether anybody was at the desk then, null where that was not noted; `by` is the
 * facilitator who has written to them since, 0 for nobody yet.
 *
 * @typedef {{ seat: number, key: string, keys: string[], attended: boolean | null, by: number }} Need
 */

/**
 * Of whom it was noticed and not put aside here, each once, as it was the last time; the newest first.
 *
 * @param {readonly Item[]} items
 * @param {ReadonlySet<string>} aside The keys of what somebody put aside here.
 * @returns {Need[]}
 */
export function needs(items, aside) {
  /** @type {Map<number, Need>} */
  const found = new Map()
  for (const item of items) {
    const need = item.kind === "private" ? found.get(item.to) : undefined
    if (item.kind === "private" && need !== undefined) need.by = item.seat
    const key = asideKey(item)
    if (item.kind !== "notice" || item.about === undefined || item.isCue || aside.has(key)) continue
    const keys = [...(found.get(item.about)?.keys ?? []), key]
    found.delete(item.about)
    found.set(item.about, { seat: item.about, key: item.key, keys, attended: item.attended ?? null, by: 0 })
  }
  return [...found.values()].reverse()
}

/** Whom else of the facilitators they have. @param {Room} room @param {(seat: number) => boolean} isHere */
function areOthersHere(room, isHere) {
  return rooms.facilitators(room).some(({ seat }) => seat !== room.seat && isHere(seat))
}

/**
 * What is so of one of them.
 *
 * @param {Room} room
 * @param {Need} need
 * @param {(seat: number) => boolean} isHere
 * @param {number} numbers How many there are to call.
 */
export function careWords(room, { seat, attended, by }, isHere, numbers) {
  const name = rooms.nameOf(room, seat)
  if (!isReached(room, seat)) {
    const gone = isIn(room, seat) ? "the meeting is over" : "is not in the meeting any more"
    return `${name} may need care, and ${gone}. ${ofTheDesk(attended, "if you know how to reach them, you are the one who can.")}`
  }
  const away = !isHere(seat) ? " They are not connected just now, and read it when they are back." : ""
  const written = by === 0 ? "" : `${by === room.seat ? "You have" : `${rooms.nameOf(room, by)} has`} written to them.`
  const alone = areOthersHere(room, isHere) ? "you facilitators are the ones who are here." : "you are the one who is here."
  const write = attended === false ? `Write to them${numbers > 0 ? "; numbers to call are under Help" : ""}.` : "You can write to them, too."
  return `${name} may need care. ${ofTheDesk(attended, alone)} ${written || write}${away}`
}

/** Whether they are of the meeting still; of a crowd's one who is not known yet nobody says otherwise. @param {Room} room @param {number} seat */
function isIn(room, seat) {
  return rooms.sits(room, seat) || rooms.isUnknown(room, seat)
}

/** Whether a private line goes to them. @param {Room} room @param {number} seat */
function isReached(room, seat) {
  return room.closedAt === null && isIn(room, seat)
}

/** @param {boolean | null} attended @param {string} alone Where nobody was there. */
function ofTheDesk(attended, alone) {
  if (attended === null) return "A call to staff was opened."
  return attended ? "Staff at the desk were told." : `Nobody from staff was at the desk: ${alone}`
}

/**
 * Stands first until it is put aside.
 *
 * @param {Room} room
 * @param {Need} need
 * @param {string} words
 * @param {{ tell: (seat: number) => void, putAside: (keys: readonly string[]) => void }} ways
 * @returns {Notice}
 */
export function careNotice(room, { seat, key, keys, by }, words, { tell, putAside }) {
  const name = rooms.nameOf(room, seat)
  /** @type {Act} */
  const write = { key: `write ${seat} ${by === 0}`, label: "Write privately", name: `Write privately to ${name}`, primary: by === 0, command: () => tell(seat) }
  /** @type {Act} */
  const aside = { key: `aside ${key}`, label: "Put aside", name: `Put aside that ${name} may need care`, command: () => putAside(keys) }
  return { key: `care ${seat}`, words, acts: isReached(room, seat) ? [write, aside] : [aside] }
}
