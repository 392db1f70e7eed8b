// What the modules need of a browser: sockets that a test holds the other end of, and a clock it moves.
import { mock } from "node:test"

/** @type {Socket[]} */
export const sockets = []

export class Socket {
  sent = []
  code = null

  constructor(url) {
    this.url = String(url)
    sockets.push(this)
  }

  send(text) {
    this.sent.push(JSON.parse(text))
  }

  close(code) {
    this.code = code
  }

  opens() {
    this.onopen?.()
  }

  says(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }

  breaks(code = 1006) {
    this.onclose?.({ code })
  }
}

/** @type {Map<string, () => void>} */
const listeners = new Map()
const listening = {
  addEventListener: (name, listener) => listeners.set(name, listener),
  removeEventListener: (name) => listeners.delete(name),
}
let now = 0
let wall = 1_800_000_000_000

Object.assign(globalThis, {
  WebSocket: Socket,
  document: { ...listening, visibilityState: "visible" },
  location: { href: "http://localhost:8000/rooms/evening" },
  ...listening,
})
performance.now = () => now
Date.now = () => wall
mock.timers.enable({ apis: ["setTimeout", "setInterval"] })

/** Something happens to the page: `online`, `visibilitychange`. */
export function happens(name, event = {}) {
  listeners.get(name)?.(event)
}

/** @param {number} ms */
export function passes(ms) {
  for (let left = ms; left > 0; left -= 50) {
    now += Math.min(50, left)
    wall += Math.min(50, left)
    mock.timers.tick(Math.min(50, left))
  }
}

/** The machine sleeps: the page's clock stands still meanwhile, and no timer runs. @param {number} ms */
export function sleeps(ms) {
  wall += ms
}

export function newest() {
  return sockets.at(-1)
}

export const id = (number) => `${"a".repeat(14)}${String(number).padStart(2, "0")}`

export function entries(numbers, stream = "room") {
  const all = numbers.map((number) => ({ number, id: id(number), at: 1, entry: { type: "opened" } }))
  return { type: "entries", stream, entries: all }
}

export function fresh(head, start = 0, more = {}) {
  const snapshot = { kind: "meeting" }
  const cursor = { room: `${head}.${head > 0 ? id(head) : ""}`, own: "0." }
  return { type: "fresh", reason: "new", seat: 1, snapshot, cursor, starts: { room: start, own: 0 }, now: 100, ...more }
}

export const resumed = { type: "resumed", seat: 1, cursor: {}, now: 200 }
