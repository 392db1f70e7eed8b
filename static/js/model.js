/** What the views are given, and what they can ask for. Types only. */

/** @import { Room } from "./room.js" */
/** @import { SeatCommand } from "./protocol.js" */

/**
 * @typedef {object} Model
 * @property {Room} room
 * @property {number} now The server's time, seconds since 1970.
 * @property {number} here How many are connected.
 * @property {(seat: number) => boolean} isHere
 */

/**
 * @typedef {object} Acts
 * @property {(command: SeatCommand) => void} send
 * @property {(seat: number) => void} tell Turns the field to a private line to that seat.
 */

export {}
