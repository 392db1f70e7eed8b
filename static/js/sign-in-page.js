/** Signing in: a passkey first, and two other ways. */

import { data, find } from "./dom.js"
import { begin, bindForms, say, sending } from "./forms.js"
import { RefusedError, post } from "./http.js"
import { hasPasskeys, usePasskey, whyNot } from "./passkeys.js"

begin(data("door"))
bindForms()

const button = find("#passkey")
const box = /** @type {HTMLElement} */ (button.closest("section"))
button.addEventListener("click", () => {
  void sending(box, async () => {
    if (!hasPasskeys()) return say(box, "This browser knows no passkeys here. Take another way, or open the page by https.")
    const wanted = await post("/sign-in/passkey/challenge", {})
    const answer = await usePasskey(wanted).catch((error) => {
      if (error instanceof RefusedError) throw error
      say(box, whyNot(error))
    })
    if (!answer) return
    const { url } = await post("/sign-in/passkey", { answer })
    location.assign(url)
  })
})
