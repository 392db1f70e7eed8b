/** The field: one sentence that says whether and when you may write; the words stay until they are in. */

import { find, set, write } from "../dom.js"
import { sends } from "../enter.js"
import { whyField } from "../field-words.js"
import { newId } from "../http.js"
import * as rooms from "../standing.js"
import { HEARD, LONGEST, beginning, length, written } from "../written.js"

/** @import { Model } from "../model.js" */
/** @import { Refusal, SeatCommand } from "../protocol.js" */
/** @import { Room } from "../room.js" */
/** @import { AnswerView } from "./answer.js" */
/** @import { Words } from "./pending.js" */

/**
 * @typedef {object} ComposerActs
 * @property {(command: import("../protocol.js").Say | import("../protocol.js").Tell) => Words} say
 * @property {(item: Words) => void} again
 * @property {import("../model.js").Acts["send"]} send
 * @property {(item: Words) => void} taken The row's words are in the field again.
 * @property {(item: Words) => string} recall Those words, and what was to go out behind them.
 * @property {() => void} onchange The draft changed.
 * @property {import("./helplines.js").Helpline[]} helplines
 */

const FACILITATORS = 0
/** Letters of a sentence that leaves room beside it on a phone. */
const BRIEF = 44

export class ComposerView {
  #form = /** @type {HTMLFormElement} */ (find("#say"))
  #field = /** @type {HTMLTextAreaElement} */ (find("#words"))
  #why = find("#why")
  /** @type {AnswerView | null} */
  #answer = null
  #answerTried = ""
  #sendButton = find("#send")
  #floorButton = find("#floor-act")
  #urgentButton = find("#urgent")
  #tellButton = find("#tell")
  #acts
  /** @type {Room | null} */
  #room = null
  /** null: the room; 0: the facilitators; else one seat. */
  /** @type {number | null} */
  #to = null
  /** Sent out of turn: its words stay in the field until the answer. */
  /** @type {Words | null} */
  #held = null
  /** Longer than a line can be: it went out to be heard, and its words stay in the field. @type {Words | null} */
  #long = null
  /** Its outcome is unknown: sent unchanged, it goes out with the same id. */
  /** @type {Words | null} */
  #unsent = null

  /** The epoch of an invitation that was answered from here, whose entry is still to come. @type {number | null} */
  #accepted = null
  /** The line that accepted it. @type {Words | null} */
  #accepting = null
  #wasOnlyTelling = false
  #wasMine = false

  /** @param {ComposerActs} acts */
  constructor(acts) {
    this.#acts = acts
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#submit()
    })
    this.#field.addEventListener("keydown", (event) => this.#key(event))
    this.#field.addEventListener("input", () => {
      this.#answer?.changed()
      this.#acts.onchange()
      // What may be needed is here before Send is pressed, and the connection perhaps gone.
      if (this.#field.value.length > LONGEST) import("./overlong.js").catch(() => {})
    })
    // The keyboard of a phone comes: the field stays in sight, with the talk above it and Send below.
    this.#field.addEventListener("focus", () => this.#inSight())
    addEventListener("resize", () => this.#inSight())
    this.#floorButton.addEventListener("click", () => this.#floorAct())
    this.#urgentButton.addEventListener("click", () => void this.#acts.send({ type: "raise_hand", urgent: true }))
    this.#tellButton.addEventListener("click", () => this.tell(this.#to === null ? FACILITATORS : null))
  }

  get text() {
    return this.#field.value
  }

  get to() {
    return this.#to
  }

  /** What a page before this one kept. @param {string} text @param {number | null} to */
  restore(text, to) {
    this.#field.value = text
    this.#to = to
  }

  focus() {
    this.#field.focus()
  }

  /** Turns the field to a private line, or back to the room (null). @param {number | null} to */
  tell(to) {
    this.#to = to
    this.#acts.onchange()
    if (this.#room !== null) this.#show(this.#room)
    this.#field.focus()
  }

  /** @param {Model} model */
  render({ room }) {
    this.#room = room
    // What was begun for one who has gone never turns to the room by itself.
    // Who has taken the floor means the room; who is only asked may be about to write to somebody alone.
    const isMine = room.holder === room.seat
    if ((this.#isGone(room) || (isMine && !this.#wasMine)) && this.#field.value === "") this.#to = null
    this.#wasMine = isMine
    this.#followMute(room)
    this.#answer?.render(room)
    this.#show(room)
  }

  /** Whether whom one writes to alone is not there any more. @param {Room} room */
  #isGone(room) {
    return this.#to !== null && this.#to !== FACILITATORS && !rooms.sits(room, this.#to)
  }

  /** Whose writing is paused writes to the facilitators; what they began to write there never turns to the room. @param {Room} room */
  #followMute(room) {
    const onlyTells = rooms.onlyTells(room)
    if (onlyTells && this.#to === null) this.#to = FACILITATORS
    if (!onlyTells && this.#wasOnlyTelling && this.#field.value === "") this.#to = null
    this.#wasOnlyTelling = onlyTells
  }

  /** An invitation was accepted, or that came to nothing (null). @param {number | null} epoch */
  accepted(epoch) {
    this.#accepted = epoch
  }

  /** @param {Room} room */
  #show(room) {
    const over = room.closedAt !== null
    this.#form.hidden = over && this.#field.value === ""
    const free = this.#isGone(room) ? false : this.#to !== null || rooms.maySpeak(room) === null || rooms.takesTheFloor(room)
    const onlyTells = rooms.onlyTells(room)
    write(this.#why, this.#to === null || onlyTells || over ? whyField(room) : this.#onlyThey(room, this.#to))
    set(this.#form, "data-brief", (this.#why.textContent ?? "").length <= BRIEF)
    set(this.#form, "data-private", this.#to !== null)
    set(this.#form, "data-free", free)
    // Not disabled out of turn: words that speak of danger must reach the review wherever they are typed.
    set(this.#sendButton, "class", free ? "primary" : null)
    this.#sendButton.hidden = over
    const act = floorAct(room)
    this.#floorButton.hidden = act === null
    write(this.#floorButton, act?.label ?? "")
    set(this.#floorButton, "class", act?.kind ?? "quiet")
    // A hand that is up already changes its lane.
    this.#urgentButton.hidden = !rooms.mayRaise(room, true)
    this.#tellButton.hidden = over || onlyTells || (rooms.isFacilitator(room) && this.#to === null)
    write(this.#tellButton, this.#to === null ? "To the facilitators" : "Back to the room")
  }

  /** @param {Room} room @param {number} to */
  #onlyThey(room, to) {
    if (to === FACILITATORS) return "A private line: only the facilitators read this."
    if (this.#isGone(room)) return `${rooms.nameOf(room, to)} has left, and this can't reach them. Your words stay here, and nobody reads them.`
    return `A private line: only ${rooms.nameOf(room, to)} and the facilitators read this.`
  }

  #floorAct() {
    const act = this.#room && floorAct(this.#room)
    if (act) void this.#acts.send(act.command)
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!sends(event)) return
    event.preventDefault()
    this.#submit()
  }

  /** @param {boolean} [anyway] As it is, though it was asked about (CM-10). */
  #submit(anyway = false) {
    const text = written(this.#field.value)
    const room = this.#room
    if (room === null || room.closedAt !== null || this.#held !== null) return
    if (text === "" || this.#isGone(room)) return this.#field.focus()
    this.#answer?.clear()
    if (length(text) > LONGEST) return this.#tooLong(text, room)
    const clears = this.#to !== null || rooms.maySpeak(room) === null || rooms.takesTheFloor(room) || rooms.isTypedCustom(room, text)
    const item = this.#sent(text, room, anyway)
    if (clears) this.#set("")
    else this.#held = item
    this.#field.focus()
  }

  /** The server says no, but hears a cry for help in it. @param {string} text @param {Room} room */
  #tooLong(text, room) {
    void this.#showLong(text, room)
    // No acceptance of an invitation: that is for the lines that do go out.
    const heard = beginning(text, HEARD)
    this.#long ??= this.#acts.say(this.#to === null ? { type: "say", text: heard, epoch: room.epoch } : { type: "tell", text: heard, to: this.#to || null })
    this.#field.focus()
  }

  /** @param {string} text @param {Room} room */
  async #showLong(text, room) {
    // Not where one line is all there is.
    const may = this.#to !== null || rooms.maySpeak(room) === null || rooms.takesTheFloor(room)
    const when = this.#to === null && rooms.speak(room) === "self_id" ? "never" : may ? "now" : "later"
    try {
      const { overhang, overlong } = await import("./overlong.js")
      const { words, send } = overlong(text, when, () => void this.#sendAll())
      void this.#told((view) => view.say(words, send === null ? [] : [send], overhang(text)))
    } catch {
      // A newer version runs by now, or the network is gone.
      void this.#told((view) => view.say("That is longer than one message can be. Send it in two parts."))
    }
  }

  /** In order; each is a line of its own, under an id of its own. */
  async #sendAll() {
    const { parts } = await import("../parts.js")
    const room = this.#room
    if (room === null) return
    const lines = parts(written(this.#field.value))
    this.#answer?.clear()
    this.#set("")
    const series = newId()
    for (const { lead, text } of lines) Object.assign(this.#sent(text, room), { series, lead })
    this.#field.focus()
  }

  /** @param {Words} item */
  #heard(item) {
    if (item.state === "waiting") return
    this.#long = null
    this.#acts.taken(item)
  }

  /** A line that accepts an invitation names its epoch, and what is sent behind it the turn that it takes. */
  /** @param {string} text @param {Room} room @param {boolean} [anyway] @returns {Words} */
  #sent(text, room, anyway = false) {
    const unsent = this.#unsent
    this.#unsent = null
    if (unsent !== null && unsent.command.text === text && toOf(unsent) === this.#to) {
      this.#acts.again(unsent)
      return unsent
    }
    if (this.#to !== null) return this.#acts.say({ type: "tell", text, to: this.#to || null })
    const takes = rooms.takesTheFloor(room)
    const isBehind = takes && this.#accepted === room.epoch
    const item = this.#acts.say({ type: "say", text, epoch: room.epoch + (isBehind ? 1 : 0), ...(anyway && { anyway }) })
    if (takes && !isBehind) {
      this.#accepted = room.epoch
      this.#accepting = item
    }
    return item
  }

  /** Whether a row is shown for it: not for words that stay in the field. @param {Words} item */
  shows(item) {
    return item !== this.#held && item !== this.#long
  }

  /** The answer to words of this field. @param {Words} item */
  settled(item) {
    if (item === this.#long) return this.#heard(item)
    const held = item === this.#held
    if (held) this.#held = null
    if (item === this.#accepting && item.state !== "confirmed") this.#accepted = null
    switch (item.state) {
      case "confirmed":
        if (held && written(this.#field.value) === item.command.text) this.#set("")
        return
      case "refused":
        this.#putBack(item)
        return this.refused(item.refusal, item.command.text)
      case "unsent":
        if (held || this.#field.value === "" || item.series !== undefined) this.back(item)
    }
  }

  /** Words whose outcome is unknown become a draft again. @param {Words} item */
  back(item) {
    this.#putBack(item)
    this.#acts.taken(item)
    this.#unsent = item
    this.#told((view) => view.say("This may not have arrived. Your words are here again."))
  }

  /** @param {Words} item */
  #putBack(item) {
    const now = this.#field.value
    const text = this.#acts.recall(item)
    if (written(now) === text) return
    // Of words for one and words for all in one field, none may reach all.
    if (now === "" || toOf(item) !== null) this.#to = toOf(item)
    this.#set(now === "" ? text : `${text}\n${now}`)
    if (this.#room !== null) this.#show(this.#room)
  }

  /** @param {string} text */
  #set(text) {
    this.#field.value = text
    this.#acts.onchange()
  }

  /**
   * A no, its words, and what can be done next.
   *
   * @param {Refusal | null} refusal
   * @param {string} [text] The words it is about.
   */
  refused(refusal, text = "") {
    if (refusal === null || this.#room === null) return
    const room = this.#room
    // What stands on the page already, a hand, the facilitators and Help, is not offered once more.
    this.#told((view) =>
      view.refuse(refusal, room, text, {
        helplines: this.#acts.helplines,
        send: (anyway) => (this.#answer?.clear(), this.#submit(anyway)),
        change: (change) => {
          this.#set(change(this.#field.value))
          this.#answer?.changed()
          this.#field.focus()
        },
        ask: rooms.isFacilitator(room) ? null : (words) => void this.#acts.say({ type: "tell", text: words, to: null }),
      }),
    )
  }

  /** What came back stands in a view of its own, which loads behind. @param {(view: AnswerView) => void} tell */
  async #told(tell) {
    try {
      const { AnswerView } = await import(`./answer.js${this.#answerTried}`)
      this.#answer ??= new AnswerView(this.#field)
      tell(/** @type {AnswerView} */ (this.#answer))
    } catch {
      this.#answerTried += "?" // Under another name, for a browser keeps it in mind that it failed.
    }
  }

  #inSight() {
    if (document.activeElement === this.#field) this.#field.scrollIntoView({ block: "nearest" })
  }
}

/** @param {Words} item */
function toOf({ command }) {
  return command.type === "say" ? null : (command.to ?? FACILITATORS)
}

/** @param {Room} room @returns {{ label: string, kind: string, command: SeatCommand } | null} */
function floorAct(room) {
  if (room.holder === room.seat) return { label: "Done", kind: "floor-done", command: { type: "done", epoch: room.epoch } }
  if (room.frozenAt !== null) return null
  if (rooms.place(room) > 0 && room.invited !== room.seat) {
    const label = rooms.speak(room) === "round" ? "Not this round" : "Lower hand"
    return { label, kind: "quiet", command: { type: "lower_hand" } }
  }
  if (!rooms.mayRaise(room) || rooms.currentPhase(room)?.urgent === "only") return null
  // To a member it is the thing to do; a facilitator has much else.
  return { label: "Raise hand", kind: rooms.isFacilitator(room) ? "quiet" : "primary first-act", command: { type: "raise_hand" } }
}
