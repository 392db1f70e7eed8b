/** Notes, mutes and appeals of this meeting, for who holds it: what the snapshot told and what came since. No DOM. */

/** @import { AppealView, StrikesView } from "../../protocol.js" */
/** @import { Room } from "../../room.js" */

/**
 * The appeals that nobody has answered, oldest first; and how often whom something befell, by seat.
 *
 * @param {Room} room
 * @returns {{ appeals: AppealView[], strikes: StrikesView[] }}
 */
export function stand(room) {
  /** @type {Map<number, AppealView>} */
  const appeals = new Map((room.appeals ?? []).map((one) => [one.appeal, one]))
  /** @type {Map<number, StrikesView>} */
  const strikes = new Map((room.strikes ?? []).map((one) => [one.seat, one]))
  const add = (/** @type {number} */ seat, /** @type {number} */ notes, /** @type {number} */ mutes) => {
    const had = strikes.get(seat)
    strikes.set(seat, { seat, notes: (had?.notes ?? 0) + notes, mutes: (had?.mutes ?? 0) + mutes })
  }
  for (const entry of room.conduct) {
    if (entry.type === "noted") add(entry.seat, 1, 0)
    if (entry.type === "muted") add(entry.seat, 0, 1)
    if (entry.type === "appealed") {
      const { type: _type, words = null, ...asked } = entry
      appeals.set(entry.appeal, { ...asked, words })
    }
    if (entry.type === "appeal_answered") {
      const about = appeals.get(entry.appeal)?.about
      appeals.delete(entry.appeal)
      if (entry.upheld) add(entry.seat, about === "note" ? -1 : 0, about === "mute" ? -1 : 0)
    }
  }
  const all = [...strikes.values()].filter(({ notes, mutes }) => notes + mutes > 0)
  return { appeals: [...appeals.values()], strikes: all.sort((one, other) => one.seat - other.seat) }
}
