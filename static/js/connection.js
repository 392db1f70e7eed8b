/** One WebSocket that comes back by itself, and never passes a hole or a double on. */

import { newId } from "./http.js"

/** @import { Entries, Fresh, Heartbeat, OutboundFrame, Resumed } from "./protocol.js" */

/**
 * `connecting`: the first dial. `live`: commands go out. `lost`: it comes back by itself.
 * `ended`: it does not; `code` is the close code that said so.
 *
 * @typedef {{ name: "connecting" | "live" | "lost" | "ended", code: number | null }} State
 */

/**
 * @typedef {object} Options
 * @property {(frame: OutboundFrame) => void} onframe Every frame; of entries only those not seen yet.
 * @property {(state: State) => void} [onstate]
 * @property {number} [speed] How fast the server's clock runs (1 but for tests and demos).
 */

const PROTOCOL = 1
const SOONEST = 200
/** Everybody is back within 5 s of a restart: the wait before the last dial, and the dial itself. */
const LATEST = 4_000
const DIAL_PATIENCE = 10_000
const SILENCE = 25_000
/** A heartbeat comes every 10 s (chatroom/live/timekeeper.py): without one, who looks again looks at an old page. */
const STALE = 12_000
/** For the answer to a command. Each dial that brings none doubles it, so that a slow server is not stormed. */
const PATIENCE = 5_000
/** By so much the wall clock is ahead of the page's where the machine was asleep. */
const ASLEEP = 5_000
const LOOK = 1_000
const BEHIND = 2_000

/** Close codes after which coming back changes nothing (chatroom/live/refusals.py, `again=False`). */
const FOR_GOOD = new Set([1000, 1003, 1008, 4401, 4403, 4410, 4412, 4413])

/** The seat reads other streams from now on: the cursor is of no use, and all begins afresh. */
const SEAT_CHANGED = 4411

/** We close with it when we mean to come back. */
const REDIAL = 4000

/** Those that are on, or mean to come back. @type {Set<Connection>} */
const wanted = new Set()

/** Ends all of this page's, for good: nothing comes in any more, and nobody is told. */
export function stopAll() {
  for (const connection of wanted) connection.stop()
}

export class Connection {
  #url
  #onframe
  #onstate
  #speed
  /** @type {WebSocket | null} */
  #socket = null
  /** @type {State} */
  #state = { name: "connecting", code: null }
  /** Per stream: the last number seen, and its entry's id (empty where it is not known). */
  /** @type {Map<string, { number: number, id: string }>} */
  #seen = new Map()
  #attempts = 0
  #wanted = false
  #dialTimer = 0
  #silenceTimer = 0
  #behindTimer = 0
  #roomAtLastBeat = -1
  #lastFrame = 0
  /** Since when the oldest command of this socket waits for its answer, by id. @type {Map<string, number>} */
  #unanswered = new Map()
  #patience = PATIENCE
  #lookTimer = 0
  #looked = { wall: 0, page: 0 }
  /** Milliseconds that the server asked us to stay away for. */
  #away = 0
  #clock = { server: Date.now() / 1000, local: performance.now() }

  /** @param {string} path @param {Options} options */
  constructor(path, { onframe, onstate = () => {}, speed = 1 }) {
    const url = new URL(path, location.href)
    url.protocol = url.protocol.replace("http", "ws")
    this.#url = url
    this.#onframe = onframe
    this.#onstate = onstate
    this.#speed = speed
  }

  /** @returns {State} */
  get state() {
    return this.#state
  }

  get isLive() {
    return this.#state.name === "live"
  }

  /** The server's time in seconds since 1970. */
  now() {
    const passed = (performance.now() - this.#clock.local) / 1000
    return this.#clock.server + passed * this.#speed
  }

  start() {
    if (this.#wanted) return
    this.#wanted = true
    wanted.add(this)
    this.#looked = { wall: Date.now(), page: performance.now() }
    this.#lookTimer = setInterval(this.#look, LOOK)
    addEventListener("offline", this.#gone)
    addEventListener("online", this.#wake)
    document.addEventListener("visibilitychange", this.#wake)
    addEventListener("pageshow", this.#wake)
    this.#dial()
  }

  stop() {
    this.#wanted = false
    wanted.delete(this)
    clearInterval(this.#lookTimer)
    removeEventListener("offline", this.#gone)
    removeEventListener("online", this.#wake)
    document.removeEventListener("visibilitychange", this.#wake)
    removeEventListener("pageshow", this.#wake)
    this.#drop(1000)
  }

  /** Closes the socket and dials again at once; what was missed follows by cursor. */
  redial() {
    if (!this.#wanted) return
    this.#drop(REDIAL)
    this.#become("lost")
    this.#dialIn(0)
  }

  /**
   * Sends a command if the socket is live, and returns its id. Whoever needs it to arrive keeps the
   * id and sends it again (outbox.js).
   *
   * @param {object} command
   * @param {string} [id]
   * @param {string[]} [behind] The ids of what had been sent after it, now that it is sent again.
   * @returns {string}
   */
  command(command, id = newId(), behind = []) {
    const frame = { type: "command", id, command, ...(behind.length > 0 && { followed_by: behind }) }
    if (!this.isLive) return id
    this.#socket?.send(JSON.stringify(frame))
    this.#unanswered.set(id, performance.now())
    return id
  }

  /** Says that whoever sits here is writing. It may be lost. */
  typing() {
    if (this.isLive) this.#socket?.send(JSON.stringify({ type: "typing" }))
  }

  /** Asks who has these seats; false where nothing went out. @param {number[]} seats */
  who(seats) {
    if (this.isLive) this.#socket?.send(JSON.stringify({ type: "who", seats }))
    return this.isLive
  }

  // Dialling

  #dial() {
    clearTimeout(this.#dialTimer)
    this.#attempts += 1
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    // A listener of a socket that was given up must not touch the one after it.
    const ours = () => this.#socket === socket
    socket.onopen = () => ours() && socket.send(JSON.stringify(this.#hello()))
    socket.onmessage = (event) => ours() && this.#receive(event.data)
    socket.onclose = (event) => ours() && this.#closed(event.code)
    this.#watch(DIAL_PATIENCE)
  }

  #hello() {
    const streams = [...this.#seen]
    const known = streams.length > 0 && streams.every(([, { number, id }]) => number === 0 || id)
    if (!known) return { type: "hello", protocol: PROTOCOL }
    const cursor = Object.fromEntries(streams.map(([stream, { number, id }]) => [stream, `${number}.${id}`]))
    return { type: "hello", protocol: PROTOCOL, cursor }
  }

  /** @param {number} code */
  #closed(code) {
    this.#drop(REDIAL)
    if (FOR_GOOD.has(code)) {
      this.stop()
      this.#become("ended", code)
    } else {
      if (code === SEAT_CHANGED) this.#seen.clear()
      this.#become("lost", code)
      this.#dialIn(Math.max(this.#backOff(), this.#away))
      this.#away = 0
    }
  }

  /** Full jitter above the soonest, so that a thousand clients don't come back in one breath. */
  #backOff() {
    const most = Math.min(LATEST, 2 * SOONEST * 2 ** Math.min(this.#attempts, 10))
    return SOONEST + Math.random() * (most - SOONEST)
  }

  /** @param {number} delay */
  #dialIn(delay) {
    clearTimeout(this.#dialTimer)
    this.#dialTimer = setTimeout(() => this.#wanted && this.#dial(), delay)
  }

  /** The network is back, or somebody looks at the page again: no waiting. */
  #wake = () => {
    if (!this.#wanted || document.visibilityState === "hidden") return
    this.#look()
    if (this.#socket === null) this.#dialIn(0)
    else if (performance.now() - this.#lastFrame > STALE) this.redial()
  }

  /** The browser knows of no network any more; it may be wrong, so that dialling goes on. */
  #gone = () => {
    if (!this.#wanted) return
    this.#drop(REDIAL)
    this.#become("lost")
    this.#dialIn(this.#backOff())
  }

  /** What no event tells: an answer that does not come, and a machine that was asleep. */
  #look = () => {
    const before = this.#looked
    this.#looked = { wall: Date.now(), page: performance.now() }
    const slept = this.#looked.wall - before.wall - (this.#looked.page - before.page) > ASLEEP
    const [since = Infinity] = this.#unanswered.values()
    const isKeptWaiting = this.#looked.page - since >= this.#patience
    if (isKeptWaiting) this.#patience = Math.min(2 * this.#patience, SILENCE)
    if (this.isLive && (slept || isKeptWaiting)) this.redial()
  }

  /** @param {number} code */
  #drop(code) {
    clearTimeout(this.#dialTimer)
    clearTimeout(this.#silenceTimer)
    clearTimeout(this.#behindTimer)
    this.#behindTimer = 0
    this.#unanswered.clear()
    const socket = this.#socket
    this.#socket = null
    if (socket === null) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close(code)
  }

  /** @param {State["name"]} name @param {number | null} [code] */
  #become(name, code = null) {
    if (this.#state.name === name && this.#state.code === code) return
    this.#state = { name, code }
    this.#onstate(this.#state)
  }

  /** A socket that says nothing for so long is dead, whatever the browser believes. */
  #watch(patience = SILENCE) {
    this.#lastFrame = performance.now()
    clearTimeout(this.#silenceTimer)
    this.#silenceTimer = setTimeout(() => {
      this.#drop(REDIAL)
      this.#become("lost")
      this.#dialIn(this.#backOff())
    }, patience)
  }

  // Receiving

  /** @param {string} text */
  #receive(text) {
    this.#watch()
    /** @type {OutboundFrame} */
    const frame = JSON.parse(text)
    switch (frame.type) {
      case "fresh":
        return this.#begin(frame)
      case "resumed":
        return this.#live(frame)
      case "entries":
        return this.#entries(frame)
      case "heartbeat":
        return this.#beat(frame)
      case "receipt":
      case "refusal":
      case "retry":
        if (frame.type === "refusal" && frame.id === null) this.#away = Number(frame.facts?.retry_ms) || 0
        this.#answered(frame.id)
        return this.#onframe(frame)
      default:
        return this.#onframe(frame)
    }
  }

  /** @param {string | null} id */
  #answered(id) {
    if (id !== null) this.#unanswered.delete(id)
    this.#patience = PATIENCE
  }

  /** @param {Fresh} frame */
  #begin(frame) {
    this.#seen.clear()
    for (const [stream, head] of Object.entries(frame.cursor)) {
      const number = frame.starts[/** @type {keyof Fresh["starts"]} */ (stream)] ?? 0
      const { number: top, id } = parseCursor(head)
      this.#seen.set(stream, { number, id: number === top ? id : "" })
    }
    this.#live(frame)
  }

  /** @param {Fresh | Resumed} frame */
  #live(frame) {
    this.#attempts = 0
    this.#roomAtLastBeat = -1
    this.#setClock(frame.now)
    this.#onframe(frame)
    this.#become("live")
  }

  /** @param {Entries} frame */
  #entries(frame) {
    const seen = this.#seen.get(frame.stream) ?? { number: 0, id: "" }
    const fresh = frame.entries.filter((entry) => entry.number > seen.number)
    for (const entry of fresh) {
      if (entry.number !== seen.number + 1) return this.redial()
      seen.number = entry.number
      seen.id = entry.id
    }
    this.#seen.set(frame.stream, seen)
    if (fresh.length > 0) this.#onframe({ ...frame, entries: fresh })
  }

  /**
   * The last entry can be the lost one, and no later number tells: the head in the database does.
   *
   * @param {Heartbeat} frame
   */
  #beat(frame) {
    this.#setClock(frame.now)
    const head = parseCursor(frame.head)
    const room = this.#seen.get("room")
    if (room !== undefined) {
      const stoodStill = this.#roomAtLastBeat === room.number
      if (head.number > room.number) this.#expect(head.number)
      // A head behind a room that stood still, or another entry at the same number: another history.
      else if (head.number < room.number ? stoodStill : head.id !== room.id && room.id !== "") this.redial()
      this.#roomAtLastBeat = room.number
    }
    this.#onframe(frame)
  }

  /** @param {number} number */
  #expect(number) {
    if (this.#behindTimer !== 0) return
    this.#behindTimer = setTimeout(() => {
      this.#behindTimer = 0
      if ((this.#seen.get("room")?.number ?? 0) < number) this.redial()
    }, BEHIND)
  }

  /** @param {number} now */
  #setClock(now) {
    this.#clock = { server: now, local: performance.now() }
  }
}

/**
 * @param {string} cursor
 * @returns {{ number: number, id: string }}
 */
export function parseCursor(cursor) {
  const [number = "0", id = ""] = cursor.split(".")
  return { number: Number(number), id }
}
