/** `Leave now`: nothing of the meeting stays on the screen or in this tab, whatever the network does. */

import { leaveFor } from "./back.js"
import { stopAll } from "./connection.js"
import { dropCarried } from "./draft.js"

export function leave() {
  const path = location.pathname
  stopAll()
  dropCarried()
  document.title = "\u2060"
  document.body.dataset.state = "out" // What a page still draws would bring its title back.
  document.body.replaceChildren()
  // `keepalive`: the session ends although this page is gone by then.
  fetch("/session/end", {
    method: "POST",
    keepalive: true,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ room: /^\/rooms\/([^/]+)$/.exec(path)?.[1] ?? null }),
  }).catch(() => {})
  void leaveFor("/left")
}

/** Leave now, and what leads past things by Tab: neither leaves a place in the history. */
export function bindLeave() {
  document.getElementById("leave")?.addEventListener("click", (event) => {
    event.preventDefault()
    leave()
  })
  document.addEventListener("click", (event) => {
    const skip = event.target instanceof Element && event.target.closest("a.skip:not([data-help])")
    if (!(skip instanceof HTMLAnchorElement)) return
    event.preventDefault()
    document.getElementById(skip.hash.slice(1))?.focus()
  })
}
