/** A soft sound when I am invited, for who asked for it: off until then, and for this tab alone. */

import { el, set } from "../dom.js"

/** @import { Room } from "../room.js" */

/** Milliseconds of buzzing and of stillness. */
const BUZZ = [180, 120, 180]
/** When each tone begins, in seconds, and its pitch. */
const TONES = /** @type {const} */ ([
  [0, 523],
  [0.25, 659],
])

export class SoundView {
  element = el("button", { type: "button", "aria-pressed": "false", onclick: () => this.#toggle() }, "Sound when I am invited")
  #wasInvited = false
  /** @type {AudioContext | null} */
  #audio = null
  #onchange

  /** @param {boolean} isOn @param {(isOn: boolean) => void} onchange */
  constructor(isOn, onchange) {
    this.#onchange = onchange
    this.#set(isOn)
  }

  get isOn() {
    return this.element.getAttribute("aria-pressed") === "true"
  }

  /** @param {boolean} isOn */
  #set(isOn) {
    set(this.element, "aria-pressed", String(isOn))
  }

  /** @param {Room} room */
  render(room) {
    const isInvited = room.invited === room.seat
    if (isInvited && !this.#wasInvited && this.isOn) this.#sound()
    this.#wasInvited = isInvited
  }

  /** What it is like is heard at once; and the tap is what browsers want before they make a sound. */
  #toggle() {
    this.#set(!this.isOn)
    this.#onchange(this.isOn)
    if (this.isOn) this.#sound()
  }

  /** And a buzz where the device can; where the browser lets neither, the page's title tells. */
  #sound() {
    navigator.vibrate?.(BUZZ)
    this.#audio ??= new AudioContext()
    const { currentTime, destination } = this.#audio
    void this.#audio.resume()
    for (const [at, frequency] of TONES) {
      const [tone, volume, from] = [new OscillatorNode(this.#audio, { frequency }), new GainNode(this.#audio, { gain: 0 }), currentTime + at]
      volume.gain.linearRampToValueAtTime(0.12, from + 0.03)
      volume.gain.linearRampToValueAtTime(0, from + 0.4)
      tone.connect(volume).connect(destination)
      tone.start(from)
      tone.stop(from + 0.45)
    }
  }
}
