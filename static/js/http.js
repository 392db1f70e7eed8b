/** JSON there and back: an answer, or a refusal with words; and the id of an intent, the same when it is sent again. */

/** @import { Refusal } from "./protocol.js" */

const PATIENCE = 10_000
const SOONEST = 500
const LATEST = 4_000

/** @returns {string} 128 random bits as hex. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** What this page posts before it has a session is of one person, in whatever order it arrives. */
let arrival = newId()

/** Who comes back to a page that they had left, by Back, may be somebody else by then. */
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) arrival = newId()
})

/** @returns {string} By which word the server knows this page. */
export function arrivingAs() {
  return arrival
}

/** A no, in words for a person. `refusal.code` is `unreachable` where there was no answer at all. */
export class RefusedError extends Error {
  /** @param {Refusal} refusal */
  constructor(refusal) {
    super(refusal.words)
    this.refusal = refusal
  }
}

/**
 * Resolves with the answer; rejects with `RefusedError` and nothing else.
 *
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  return answered(await send(path, asPost(body)))
}

/** From a page that goes: nobody waits for what comes of it. @param {string} path @param {object} body */
export function postLast(path, body) {
  send(path, { ...asPost(body), keepalive: true }).catch(() => {})
}

/** @param {object} body @returns {RequestInit} */
function asPost(body) {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
}

/** The same for what only looks. @param {string} path @returns {Promise<any>} */
export async function get(path) {
  return answered(await send(path, {}))
}

/** @param {Response} response */
async function answered(response) {
  if (response.status === 204) return null
  const answer = await response.json().catch(() => null)
  if (response.ok && answer !== null) return answer
  throw new RefusedError(isRefusal(answer) ? { ...answer, type: "refusal" } : refusal("unclear", UNCLEAR))
}

/**
 * Posts until there is an answer. The body holds an id: however often it is asked, it happens once.
 *
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function insist(path, body) {
  for (let wait = SOONEST; ; wait = Math.min(LATEST, wait * 2)) {
    try {
      return await post(path, body)
    } catch (error) {
      if (!(error instanceof RefusedError) || !isUnknown(error.refusal)) throw error
    }
    await network(wait)
  }
}

/** Whether it may have arrived all the same. @param {Refusal} refusal */
export function isUnknown({ code }) {
  return code === "unreachable" || code === "unclear"
}

/** Milliseconds after a no that many hear at the same moment: they come back one by one. @param {number} wait */
export function spread(wait) {
  return wait + Math.random() * Math.max(2 * SOONEST, wait / 4)
}

/** Waits, or until the browser says that the network is back. @param {number} wait */
export function network(wait) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, wait)
    addEventListener("online", done)
    function done() {
      clearTimeout(timer)
      removeEventListener("online", done)
      resolve(undefined)
    }
  })
}

const UNCLEAR = "The server could not answer that. Wait a moment, then try again."
const UNREACHABLE = "The server can't be reached just now. Look at your connection, then try again."

/** @param {string} path @param {RequestInit} how */
async function send(path, how) {
  try {
    return await fetch(path, { ...how, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) })
  } catch {
    throw new RefusedError(refusal("unreachable", UNREACHABLE))
  }
}

/** @param {any} answer @returns {answer is Refusal} */
function isRefusal(answer) {
  return answer !== null && typeof answer.code === "string" && typeof answer.words === "string"
}

/** @param {string} code @param {string} words @returns {Refusal} */
function refusal(code, words) {
  return { type: "refusal", id: null, code, words, next: ["again"], spans: [], facts: {} }
}
