/** The page of a room: the door, then the meeting. Wires the socket, the folded room and the views. */

import { Behind } from "./behind.js"
import { Connection, parseCursor } from "./connection.js"
import { data, find, write } from "./dom.js"
import { Draft } from "./draft.js"
import { bindLeave } from "./leave.js"
import { Outbox } from "./outbox.js"
import { Presence, Writing } from "./presence.js"
import { apply, meet, start } from "./room.js"
import * as rooms from "./standing.js"
import { Timeline } from "./timeline.js"
import { ComposerView } from "./views/composer.js"
import { FloorView } from "./views/floor.js"
import { HeaderView } from "./views/header.js"
import { attend, backTo, bindHelp, openHelp } from "./views/help.js"
import { CareView, EndView, TopicView, WritingView } from "./views/notices.js"
import { PendingView } from "./views/pending.js"
import { PeopleView, QueueView } from "./views/people.js"
import { Sheet } from "./views/sheet.js"
import { TimelineView } from "./views/timeline.js"
import { aloud } from "./words.js"

/** @import { State } from "./connection.js" */
/** @import { Acts, Model } from "./model.js" */
/** @import { Item } from "./outbox.js" */
/** @import { Entries, Fresh, OutboundFrame, SeatCommand, Stream } from "./protocol.js" */
/** @import { MeetingEntry, Room } from "./room.js" */
/** @import { Door } from "./views/door.js" */
/** @import { Words } from "./views/pending.js" */

/** Milliseconds between two words to the server that I am writing. */
const TYPING = 3_000

/** Seconds before the end of a turn from which on unsent words are announced. */
const END_IS_NEAR = 30

/** Milliseconds for which words under a line are gathered before they are shown. */
const GATHER = 400

class RoomPage {
  #door
  #connection
  #outbox
  #draft
  #timeline = new Timeline()
  #presence = new Presence()
  #writing = new Writing()
  #wroteAt = -Infinity
  /** The turn whose unsent words were announced. */
  #announced = 0
  /** @type {Room | null} */
  #room = null
  /** Own words that are not in the talk yet. */
  /** @type {Words[]} */
  #pending = []
  /** The last number seen of each stream, and the one the snapshot holds already. */
  /** @type {Map<Stream, number>} */
  #seen = new Map()
  /** @type {Map<Stream, number>} */
  #heads = new Map()
  #isSettled = false
  #isDrawing = false
  #soon = 0
  /** Who waits for the answer to a command, and whether they show a refusal themselves. */
  /** @type {Map<string, { tell: (item: Item<SeatCommand>) => void, quiet: boolean }>} */
  #asked = new Map()
  #behind

  #header = new HeaderView()
  #floor
  #queue = new QueueView()
  #people = new PeopleView()
  #talk
  #composer
  #waiting
  #writers = new WritingView()
  #care
  /** Whether this socket answers who somebody is. */
  #mayAsk = false
  /** Whether they asked for a sound when they are invited. */
  #sound = false
  /** @type {import("./draft.js").Folds} */
  #folds = { show: "opened", opened: [], kept: [] }
  #topic = new TopicView()
  #sheet = new Sheet()
  #end
  #aloud = find("#aloud")

  /** @param {Door} door */
  constructor(door) {
    this.#door = door
    this.#connection = new Connection(`/rooms/${door.room.slug}/socket`, {
      onframe: (frame) => this.#receive(frame),
      onstate: (state) => this.#linked(state),
      ...(door.speed === undefined ? {} : { speed: door.speed }),
    })
    /** @type {Outbox<SeatCommand>} */
    this.#outbox = new Outbox(this.#connection, (item) => this.#settled(item))
    /** @type {Acts} */
    const acts = {
      send: (command) => {
        const answered = this.#ask(command)
        if (command.type === "accept") {
          this.#composer.accepted(command.epoch)
          void answered.then(({ state }) => state !== "confirmed" && this.#composer.accepted(null))
          this.#composer.focus()
        }
        return answered
      },
      ask: (command) => this.#ask(command, true),
      announce: (words) => this.#announce(words),
      note: (words) => this.#talk.note(this.#timeline.note(words, this.#connection.now())),
      tell: (seat) => {
        this.#sheet.close()
        this.#composer.tell(seat)
      },
    }
    this.#behind = new Behind({
      acts,
      door,
      sound: {
        get: () => this.#sound,
        set: (isOn) => {
          this.#sound = isOn
          this.#draft.save()
        },
      },
      folds: this.#folds,
      onfolds: (words) => {
        this.#draft.save()
        this.#talk.again(this.#timeline.items, words)
        this.#draw()
      },
      place: () => this.place(null),
      who: (seats) => this.#mayAsk && this.#connection.who(seats),
      onload: () => this.#draw(),
    })
    this.#floor = new FloorView(acts)
    this.#talk = new TimelineView(acts, this.#folds)
    this.#composer = new ComposerView({
      helplines: door.helplines,
      say: (command) => /** @type {Words} */ (this.#outbox.send(command)),
      again: (item) => this.#outbox.again(item),
      send: acts.send,
      taken: (item) => this.#forget(item),
      recall: (item) => this.#recall(item),
      onchange: () => {
        this.#draft.save()
        this.#tellWriting()
      },
    })
    this.#waiting = new PendingView({
      again: (item) => this.#outbox.again(item),
      back: (item) => {
        this.#composer.back(item)
        this.#composer.focus()
        this.#draw()
      },
    })
    this.#end = new EndView(door.helplines, { text: () => this.#composer.text, drop: () => this.#composer.restore("", null) }, door.room.slug)
    this.#care = new CareView((caseId) => this.help(caseId))
    this.#draft = new Draft(door.room.slug, () => this.#kept())
  }

  /** @param {string | null} [caseId] */
  help(caseId = null) {
    openHelp(this.place(caseId))
  }

  /** Where Help is asked for, and the line that is open already. @param {string | null} caseId */
  place(caseId) {
    if (caseId !== null) this.#care.away()
    const { room, helplines, case_kept: kept, speed } = this.#door
    return { room: room.slug, helplines, kept, ...(caseId === null ? {} : { caseId }), ...(speed === undefined ? {} : { speed }) }
  }

  /** The review has told staff of something I wrote: what comes of it is shown here. @param {string} caseId */
  #noticed(caseId) {
    this.#door.case = caseId
    this.#care.offer(caseId, this.#door.helplines)
    attend({ ...this.place(null), caseId }, (words, isShown) => this.#care.tell(words, isShown))
  }

  /** @param {"room" | "out"} place */
  #isAt(place) {
    document.body.dataset.state = place
    backTo(place === "room" ? "the meeting" : null)
  }

  /** Somebody comes in by the door, and is told where the meeting is. */
  came() {
    this.#behind.came = true
  }

  /** There is a seat. */
  enter() {
    this.#isAt("room")
    const { text, to, waiting, sound, folds } = this.#draft.load()
    Object.assign(this.#folds, folds)
    this.#composer.restore(text, to)
    this.#sound = sound
    for (const { id, command, unsent, series, lead } of waiting) {
      const item = /** @type {Words} */ (this.#outbox.restored(id, command, unsent))
      Object.assign(item, { series, lead })
      if (!this.#pending.includes(item)) this.#pending.push(item)
    }
    this.#connection.start()
    setInterval(() => this.#draw(), 1_000)
  }

  // Frames

  /** @param {OutboundFrame} frame */
  #receive(frame) {
    if (this.#outbox.take(frame)) return
    switch (frame.type) {
      case "fresh":
        this.#begin(frame)
        break
      case "entries":
        this.#entries(frame)
        // A full room may put many words under one line.
        if (frame.entries.every(({ entry }) => entry.type === "reacted")) return this.#drawSoon()
        break
      case "presence":
        this.#presence.set(frame, this.#connection.now())
        break
      case "typing":
        if (frame.seat !== this.#room?.seat) this.#writing.begin(frame.seat, this.#connection.now())
        break
      case "care":
        this.#noticed(frame.case)
        break
      case "resumed":
        this.#presence.begin(this.#connection.now())
        this.#mayAsk = frame.crowd ?? false
        this.#behind.crowd?.again(false)
        break
      case "people":
        this.#room = this.#room && meet(this.#room, frame)
        this.#talk.met(this.#timeline.items)
        this.#behind.crowd?.met(frame.seats.map(({ seat }) => seat))
        break
      case "heartbeat":
      case "receipt":
      case "refusal":
      case "retry":
        break
    }
    this.#draw()
  }

  /** @param {Fresh} frame */
  #begin(frame) {
    if (frame.snapshot.kind !== "meeting") return
    this.#room = start(frame.snapshot, frame.seat)
    this.#mayAsk = this.#room.crowd !== null
    this.#behind.crowd?.again(true)
    this.#presence.begin(frame.now)
    this.#writing.clear()
    this.#timeline = new Timeline()
    this.#behind.mine.length = 0
    this.#talk.clear()
    this.#isSettled = false
    this.#heads.clear()
    this.#seen.clear()
    for (const [stream, cursor] of Object.entries(frame.cursor)) {
      this.#heads.set(/** @type {Stream} */ (stream), parseCursor(cursor).number)
      this.#seen.set(/** @type {Stream} */ (stream), frame.starts[/** @type {Stream} */ (stream)] ?? 0)
    }
    this.#settle()
  }

  /** @param {Entries} frame */
  #entries({ stream, entries }) {
    if (this.#room === null) return
    const before = this.#room
    for (const numbered of /** @type {MeetingEntry[]} */ (entries)) {
      const was = this.#room
      const isHistory = numbered.number <= (this.#heads.get(stream) ?? 0)
      if (!isHistory) {
        this.#room = apply(this.#room, numbered)
        this.#behind.heard(numbered.entry, this.#room)
      }
      if ("seat" in numbered.entry) this.#writing.end(numbered.entry.seat)
      if (stream === "own" || ["muted", "redacted"].includes(numbered.entry.type)) this.#behind.mine.push(numbered)
      const isNews = numbered.entry.type !== "reacted"
      for (const item of this.#timeline.add(stream, numbered, this.#room, was)) this.#talk.note(item, isNews)
      this.#seen.set(stream, numbered.number)
    }
    if (this.#isSettled) this.#announce(aloud(before, this.#room))
    else this.#settle()
  }

  /** All that was missed is here: from now on things are read aloud. */
  #settle() {
    const isBehind = [...this.#heads].some(([stream, head]) => (this.#seen.get(stream) ?? 0) < head)
    if (isBehind) return
    this.#isSettled = true
    this.#talk.settle()
  }

  /** @param {string} words */
  #announce(words) {
    if (words !== "") write(this.#aloud, words)
  }

  // Commands and their answers

  /** Words that the holder has not sent may follow once the turn is over, if they are announced before. */
  /** @param {Model} model */
  #announceDraft({ room, now }) {
    const left = room.holder === room.seat ? rooms.hardLeft(room, now) : null
    const isNear = left !== null && left < END_IS_NEAR && room.lastLineUntil === null && !rooms.isTurnStopped(room)
    const { text, to } = this.#composer
    if (!isNear || text.trim() === "" || to !== null || this.#announced === room.turns) return
    this.#announced = room.turns
    void this.#ask({ type: "announce_draft", epoch: room.epoch }, true)
  }

  /** The room sees that I write to it. A private line is nobody's business. */
  #tellWriting() {
    const { text, to } = this.#composer
    const now = performance.now()
    if (text === "" || to !== null || this.#room === null || !rooms.showsWriting(this.#room)) return
    if (now - this.#wroteAt < TYPING) return
    this.#wroteAt = now
    this.#connection.typing()
  }

  /**
   * @param {SeatCommand} command
   * @param {boolean} [quiet] Whoever asks shows the refusal.
   * @returns {Promise<Item<SeatCommand>>}
   */
  #ask(command, quiet = false) {
    return new Promise((tell) => {
      const { id } = this.#outbox.send(command)
      this.#asked.set(id, { tell, quiet })
    })
  }

  /** @param {Item<SeatCommand>} item */
  #settled(item) {
    const asked = this.#asked.get(item.id)
    if (item.state !== "waiting") {
      this.#asked.delete(item.id)
      asked?.tell(item)
    }
    const words = asWords(item)
    if (words !== null) this.#wordsSettled(words)
    // After a race the loser is shown the new state and no error (FC-07).
    else if (item.state === "refused" && item.refusal?.code !== "stale_epoch" && !asked?.quiet) this.#composer.refused(item.refusal)
    this.#draft.save()
    this.#draw()
  }

  /** @param {Words} item */
  #wordsSettled(item) {
    if (item.state === "waiting" && !this.#pending.includes(item)) this.#pending.push(item)
    this.#composer.settled(item)
    if (item.state === "refused") this.#forget(item)
  }

  /** The words of a row, and what was to go out behind them as lines of the same text. @param {Words} item */
  #recall(item) {
    const behind = this.#pending.slice(this.#pending.indexOf(item) + 1)
    const rest = behind.filter((other) => item.series !== undefined && other.series === item.series && this.#outbox.withdraw(other))
    for (const other of rest) this.#forget(other)
    return item.command.text + rest.map(({ lead = "", command }) => lead + command.text).join("")
  }

  /** @param {Words} item */
  #forget(item) {
    this.#pending = this.#pending.filter((other) => other !== item)
  }

  /** Confirmed and in the talk, or an entry that stands elsewhere: the row has done its work. */
  /** @param {Words} item */
  #isIn({ state, stream, number }) {
    if (state !== "confirmed") return false
    const seen = stream === null ? undefined : this.#seen.get(stream)
    return number === null || seen === undefined || number <= seen
  }

  /** What outlasts a reload of this tab. */
  #kept() {
    const waiting = this.#pending
      .filter((item) => item.state !== "confirmed" && this.#composer.shows(item))
      .map(({ id, command, state, series, lead }) => ({ id, command, unsent: state === "unsent", series, lead }))
    return { meeting: this.#door.meeting, text: this.#composer.text, to: this.#composer.to, waiting, sound: this.#sound, folds: this.#folds }
  }

  // The link

  /** @param {State} state */
  #linked({ name, code }) {
    this.#header.link(name)
    document.body.dataset.link = name
    if (name === "live") {
      this.#outbox.resume()
      this.#behind.connected()
    }
    if (name === "ended") this.#ended(code ?? 0)
    this.#draw()
  }

  /** @param {number} code */
  #ended(code) {
    if (this.#room !== null && this.#room.closedAt !== null && code === 1000) return
    const { words, isOut } = this.#end.ended(code)
    if (isOut) this.#draft.carry()
    if (isOut) {
      this.#isAt("out")
      this.#talk.clear()
      this.#header.out()
      this.#topic.out()
      this.#behind.out()
    }
    this.#sheet.close()
    this.#announce(words)
  }

  // Drawing

  #drawSoon() {
    if (this.#soon !== 0) return
    this.#soon = setTimeout(() => {
      this.#soon = 0
      this.#draw()
    }, GATHER)
  }

  #draw() {
    if (this.#isDrawing || this.#room === null || document.body.dataset.state === "out") return
    this.#isDrawing = true
    queueMicrotask(() => {
      this.#isDrawing = false
      if (this.#room !== null && document.body.dataset.state !== "out") this.#show(this.#room)
    })
  }

  /** @param {Room} room */
  #show(room) {
    const now = this.#connection.now()
    const isHere = (/** @type {number} */ seat) =>
      seat === room.seat || this.#presence.isHere(seat, now, rooms.matters(room, seat))
    const isCrowd = room.crowd !== null || this.#presence.count !== null
    const here = isCrowd ? this.#presence.size : rooms.circle(room).filter(({ seat }) => isHere(seat)).length
    const isListed = this.#behind.crowd?.listed(room, this.#timeline.items) ?? (() => true)
    const hasLeft = (/** @type {number} */ seat) =>
      isCrowd ? !isListed(seat) : seat !== room.seat && !rooms.matters(room, seat) && this.#presence.hasLeft(seat, now, false)
    /** @type {Model} */
    const model = { room, now, isHere, hasLeft, here, items: this.#timeline.items }
    document.body.dataset.meeting = room.closedAt !== null ? "over" : rooms.isOpen(room) ? "open" : "before"
    this.#header.render(model)
    this.#floor.render(model)
    this.#queue.render(model)
    this.#people.render(model)
    this.#behind.render(model, isCrowd)
    this.#topic.render(model)
    this.#announceDraft(model)
    this.#composer.render(model)
    this.#behind.hold(model)
    if (room.closedAt !== null && document.body.dataset.state === "room") this.#end.over()
    this.#pending = this.#pending.filter((item) => !this.#isIn(item))
    const rows = this.#pending.filter((item) => this.#composer.shows(item) && !this.#timeline.holds(item))
    this.#talk.render(model, this.#timeline, () => {
      this.#writers.render(room, this.#writing.seats(now))
      const hasHeld = this.#behind.waits(model)
      return this.#waiting.render(rows, this.#connection.isLive) || hasHeld
    })
  }
}

/** @param {Item<SeatCommand>} item @returns {Words | null} */
function asWords(item) {
  const isOurs = item.command.type === "say" || item.command.type === "tell"
  return isOurs ? /** @type {Words} */ (item) : null
}

async function begin() {
  bindLeave()
  // Nobody taps twice before there is anything to tap; and without it a page is as good as any other.
  addEventListener("load", () => import("./views/aim.js").then(({ guardAim }) => guardAim()).catch(() => {}))
  /** @type {Door} */
  const door = data("door")
  const page = new RoomPage(door)
  bindHelp(() => page.place(door.case))
  // A line that was open before this page came reconnects by itself, and takes no focus.
  if (door.case !== null) page.help(door.case)
  if (door.seat !== null) {
    page.enter()
  } else {
    document.body.dataset.state = "door"
    // Whoever has a seat needs no door; for whoever has none, the page has asked for it already.
    const { DoorView } = await import("./views/door.js")
    new DoorView(door, () => {
      page.came()
      page.enter()
      find("#main").focus()
    })
  }
}

void begin()
