/** Asks again, by itself, for as long as somebody looks: it writes nothing, and keeps no session alive. */

import { get } from "./http.js"

/** Milliseconds between two looks. */
const EVERY = 15_000

export class Lookout {
  #path
  #tell
  #timer = 0
  #isAsking = false
  #end = new AbortController()

  /**
   * @param {string} path
   * @param {(news: any, why?: unknown) => void} tell Hears each answer, or null and why there is none.
   */
  constructor(path, tell) {
    this.#path = path
    this.#tell = tell
    const { signal } = this.#end
    document.addEventListener("visibilitychange", () => void this.#look(), { signal })
    addEventListener("online", () => void this.#look(), { signal })
    this.#later()
  }

  stop() {
    this.#end.abort()
    clearTimeout(this.#timer)
  }

  #later() {
    clearTimeout(this.#timer)
    if (!this.#end.signal.aborted) this.#timer = setTimeout(() => void this.#look(), EVERY)
  }

  async #look() {
    if (this.#isAsking || document.hidden) return
    this.#isAsking = true
    const answer = await get(this.#path).catch((why) => ({ why }))
    this.#isAsking = false
    if (this.#end.signal.aborted) return
    if ("why" in answer) this.#tell(null, answer.why)
    else this.#tell(answer)
    this.#later()
  }
}
