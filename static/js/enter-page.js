/** The page an invitation link opens: the secret behind the # becomes a session, and leaves no trace. */

import { data, find, write } from "./dom.js"
import { RefusedError, arrivingAs, post, spread } from "./http.js"
import { bindLeave } from "./leave.js"
import { guardAim } from "./views/aim.js"
import { bindHelp, goOnTo } from "./views/help.js"

/** A secret that could not be exchanged for want of a network is tried again by a button. */
let secret = location.hash.slice(1)

/** Safari drops a sign-in that comes without https, from this very machine too, and says nothing of it. */
const KEEPS_NONE = "This browser keeps no sign-in without https, and Safari never does. Open the link in Firefox or Chrome."
const NOBODY = 403
const WHEN_ASKED = "Staff are being asked. The room opens then."
const WHEN_AWAY = "The room is ready, and opens when you put Help away."

async function enter() {
  write(find("#status"), "Opening the door…")
  find("#in-danger").hidden = find("#again").hidden = true
  try {
    const { url } = await post("/invitations/exchange", { secret, arrival: arrivingAs() })
    if (location.protocol === "http:" && (await fetch(url).catch(() => null))?.status === NOBODY) return closed(KEEPS_NONE)
    await goOnTo(url, (isAsking) => write(find("#status"), isAsking ? WHEN_ASKED : WHEN_AWAY))
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const { code, words, facts } = error.refusal
    closed(words)
    // Nobody has to stand there and press.
    if (facts?.retry_ms) setTimeout(() => void enter(), spread(Number(facts.retry_ms)))
    find("#again").hidden = code !== "unreachable" && code !== "unclear"
  }
}

/** Nobody is left alone with a no. @param {string} words */
function closed(words) {
  write(find("#status"), words)
  find("#in-danger").hidden = false
}

const door = data("door")
bindLeave()
guardAim()
history.replaceState(null, "", location.pathname)
bindHelp(() => ({ room: null, helplines: door.helplines ?? [], kept: door.case_kept ?? "" }))
find("#again").addEventListener("click", () => void enter())
// A second link opened in this tab changes the fragment only.
addEventListener("hashchange", () => {
  if (location.hash.length < 2) return
  secret = location.hash.slice(1)
  history.replaceState(null, "", location.pathname)
  void enter()
})
if (secret === "") closed("This page needs an invitation link. Open yours again, or ask for a new one.")
else void enter()
