/** Worried about somebody in the room: staff are called to a line with whoever worries, and nobody is told by whom (CE-05). */

import { el, fill, write } from "../dom.js"
import { RefusedError, arrivingAs, insist, newId } from "../http.js"
import { openHelp } from "./help.js"
import { helplineList, noService } from "./helplines.js"
import { afterwards, onEscape } from "./report.js"

/** @import { Place } from "./help.js" */

const PATIENCE = 5_000
const CALLING = "Telling staff now…"
const NO_ANSWER = "There is no answer yet. This page keeps asking by itself."
/** By whether anybody was at the desk. */
const KNOW = "Staff have been told, and your line to them is under Help. It is good that you said so; look after yourself, too."
const NOBODY = "Nobody is at the desk right now. What you said stays open, and whoever comes to the desk sees it. If it can't wait, turn to these:"

/**
 * @param {number} seat
 * @param {string} name
 * @param {() => Place} place
 * @param {HTMLElement} opener Where the focus goes back to.
 */
export function askWhetherWorried(seat, name, place, opener) {
  const { helplines } = place()
  const said = el(
    "p",
    { role: "status", tabindex: "-1" },
    `This calls staff to a line with you alone, where you can say more. ${name} is not told by whom, and the room sees nothing. The facilitators learn that ${name} may need care.`,
  )
  const buttons = el(
    "div",
    { class: "acts" },
    el("button", { type: "button", class: "help", onclick: () => void tell() }, "Tell staff now"),
    el("button", { type: "button", class: "quiet", onclick: close }, "Cancel"),
  )
  const danger = el("div", {}, el("p", { class: "soft" }, noService(helplines)), helplineList(helplines))
  const box = el("div", { class: "asking", role: "group", "aria-label": `Worried about ${name}`, "aria-live": "off", onkeydown: onEscape(close) }, said, buttons, danger)
  afterwards(said)
  return box

  function close() {
    box.remove()
    opener.focus()
  }

  async function tell() {
    fill(buttons)
    write(said, CALLING)
    said.focus()
    const tooLong = setTimeout(() => write(said, NO_ANSWER), PATIENCE)
    try {
      const answer = await insist("/help", { id: newId(), room: place().room, arrival: arrivingAs(), about: seat })
      write(said, answer.attended ? KNOW : NOBODY)
      openHelp({ ...place(), caseId: answer.case }, false)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      write(said, error.refusal.words)
      fill(buttons, el("button", { type: "button", class: "help", onclick: () => void tell() }, "Try again"))
    } finally {
      clearTimeout(tooLong)
    }
  }
}
