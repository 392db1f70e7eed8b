/** What the views are given, and what they can ask for. Types only. */

/** @import { Item } from "./outbox.js" */
/** @import { SeatCommand } from "./protocol.js" */
/** @import { Room } from "./room.js" */

/**
 * @typedef {object} Model
 * @property {Room} room
 * @property {number} now The server's time, seconds since 1970.
 * @property {number} here How many are connected.
 * @property {(seat: number) => boolean} isHere
 * @property {(seat: number) => boolean} hasLeft Gone for long; a seat that comes back has not.
 * @property {readonly import("./timeline.js").Item[]} items What the talk shows, in its order.
 */

/**
 * What `send` and `ask` promise is the settled item: confirmed, refused (`refusal`), or unsent after a
 * minute without an answer. It never rejects.
 *
 * @typedef {object} Acts
 * @property {(command: SeatCommand) => Promise<Item<SeatCommand>>} send Shows a refusal above the field.
 * @property {(command: SeatCommand) => Promise<Item<SeatCommand>>} ask The refusal is the asker's to show.
 * @property {(words: string) => void} announce Says it to a screen reader.
 * @property {(words: string) => void} note Tells it in the talk, to this seat alone.
 * @property {(seat: number) => void} tell Turns the field to a private line to that seat.
 */

/**
 * The panel of whoever holds the meeting (views/chair/panel.js), mounted in `#chair` while they do.
 * It renders after everything else: the rows of `#queue ol` and `#people ul` are kept by their
 * `data-key`, the seat, and what the panel adds to them it takes away in `remove`.
 *
 * @typedef {object} Panel
 * @property {(model: Model) => void} render
 * @property {(entry: import("./room.js").MeetingEntry["entry"], room: Room) => void} heard What the room as it is then does not tell.
 * @property {boolean} isCalled Whether a member may need care, and no facilitator has written to them.
 * @property {() => void} remove
 */

export {}
