/** POST with JSON, and what comes back: an answer, or a refusal with words. */

/** @import { Refusal } from "./protocol.js" */

const PATIENCE = 10_000

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
  const response = await send(path, body)
  if (response.status === 204) return null
  const answer = await response.json().catch(() => null)
  if (response.ok && answer !== null) return answer
  throw new RefusedError(isRefusal(answer) ? { ...answer, type: "refusal" } : refusal("unclear", UNCLEAR))
}

const UNCLEAR = "The server could not answer that. Wait a moment, then try again."
const UNREACHABLE = "The server can't be reached just now. Look at your connection, then try again."

/** @param {string} path @param {object} body */
async function send(path, body) {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE),
    })
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
