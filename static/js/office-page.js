/** The office: its forms, and the links that they make, each shown once. */

import { data, find, write } from "./dom.js"
import { begin, bindForms } from "./forms.js"

/** @typedef {{ link: string, square: string }} Link */

begin(data("door"))

const box = /** @type {HTMLDialogElement} */ (find("#link"))
let onward = ""

bindForms((answer) => {
  if (answer?.member) return made(answer)
  if (answer?.link) return show(answer, answer.url ?? location.pathname)
  if (answer?.url && answer.url !== location.pathname) location.assign(answer.url)
  else location.reload()
})

/** @param {Link} link @param {string} url where to go when it is put away */
function show(link, url) {
  onward = url
  write(find("#link-text"), link.link)
  image("#link-square").src = link.square
  write(find("#link-copied"), "")
  box.showModal()
}

find("#link-copy").addEventListener("click", async () => {
  const said = find("#link-copied")
  try {
    await navigator.clipboard.writeText(find("#link-text").textContent ?? "")
    write(said, "Copied")
  } catch {
    write(said, "This browser does not let it be copied: mark the link yourself.")
  }
})
find("#link-done").addEventListener("click", () => box.close())
box.addEventListener("close", () => location.assign(onward))

/** @param {{ member: Link, facilitator: Link, url: string }} answer */
function made({ member, facilitator, url }) {
  write(find("#facilitator-link"), facilitator.link)
  image("#facilitator-square").src = facilitator.square
  write(find("#member-link"), member.link)
  image("#member-square").src = member.square
  const on = /** @type {HTMLAnchorElement} */ (find("#made-on"))
  on.href = url
  find("#first-hour").hidden = true
  find("#made").hidden = false
  find("#made").focus()
}

/** @param {string} name */
function image(name) {
  return /** @type {HTMLImageElement} */ (find(name))
}
