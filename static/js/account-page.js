/** The account of somebody who serves: making ways in, and taking them away. */

import { data, fill, find, write } from "./dom.js"
import { begin, bindForms, rows, say, sending } from "./forms.js"
import { post } from "./http.js"
import { hasPasskeys, makePasskey, whyNot } from "./passkeys.js"

begin(data("door"))
bindForms()

const making = /** @type {HTMLFormElement} */ (find("#new-passkey"))
making.addEventListener("submit", (event) => {
  event.preventDefault()
  void sending(making, async () => {
    if (!hasPasskeys()) return say(making, "This browser knows no passkeys here. Take a password, or open the page by https.")
    const wanted = await post("/account/passkeys/challenge", {})
    const answer = await makePasskey(wanted).catch((error) => say(making, whyNot(error)))
    if (!answer) return
    const label = /** @type {HTMLInputElement} */ (find("#label")).value
    await post("/account/passkeys", { answer, label })
    location.reload()
  })
})

find("#show-square").addEventListener("click", () => {
  const box = /** @type {HTMLElement} */ (find("#square-said").parentElement)
  void sending(box, async () => {
    const { secret, square } = await post("/account/authenticator", {})
    const image = /** @type {HTMLImageElement} */ (find("#square"))
    image.src = square
    write(find("#typed"), secret.replace(/(.{4})(?=.)/g, "$1 "))
    const kept = /** @type {HTMLInputElement} */ (find("#secret"))
    kept.value = secret
    find("#password-form").hidden = false
    find("#app").hidden = true
    find("#handle").focus()
  })
})

find("#new-codes").addEventListener("click", () => {
  const box = /** @type {HTMLElement} */ (find("#codes-said").parentElement)
  void sending(box, async () => {
    const { codes } = await post("/account/recovery", {})
    fill(find("#codes"), ...rows(codes))
    find("#codes").hidden = false
    find("#codes").focus()
    find("#new-codes").hidden = true
  })
})
