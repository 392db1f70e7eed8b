/** What a facilitator put aside on this page. It outlasts a reload, and goes with `Leave now`, as a draft does. */

/** So many are kept; no meeting has more of them open. */
const MOST = 200

export class Aside {
  /** @type {Set<string>} */
  #keys = new Set(history.state?.aside ?? [])

  /** @returns {ReadonlySet<string>} */
  get keys() {
    return this.#keys
  }

  /** Here alone: the other facilitators still have it in sight. @param {readonly string[]} keys */
  put(keys) {
    for (const key of keys) this.#keys.add(key)
    history.replaceState({ ...history.state, aside: [...this.#keys].slice(-MOST) }, "")
  }
}
