/** Aim: a tap does what it was aimed at, or nothing. One guard for a whole page, by finger and by key. */

import { turnOff } from "../dom.js"
import { Focus, MOMENT } from "./brought.js"
import { Unheeded } from "./unheeded.js"

/**
 * Something that can be tapped, as it stands: `means` is what a tap on it would do, in words; `key` is
 * that of its row, by which it is the same although it was built anew.
 *
 * @typedef {{ is: object, key: string, means: string, left: number, top: number, right: number, bottom: number }} Place
 */

/** What lay where, in the last moments. No DOM; times are the page's, in milliseconds. */
export class Layout {
  /** @type {{ until: number, places: readonly Place[] }[]} */
  #past = []
  /** @type {readonly Place[]} */
  #now = []

  /** What can be tapped from now on. @param {number} at @param {readonly Place[]} places */
  saw(at, places) {
    this.#past = this.#past.filter(({ until }) => at - until < 2 * MOMENT)
    if (!isEqual(this.#now, places)) this.#past.push({ until: at, places: this.#now })
    this.#now = places
  }

  /** What moved since without a change of the page, as in a transition: when it did is not known, and it is not now. @param {readonly Place[]} places */
  settled(places) {
    this.#now = places
  }

  /** Who scrolls moves things under their own finger, and sees them come. @param {readonly Place[]} places */
  scrolled(places) {
    this.#past = []
    this.#now = places
  }

  /**
   * Whether a tap was aimed at something else: at this point, at any time since `from`, something lay
   * that can be tapped, and not what would be tapped now.
   *
   * @param {number} from
   * @param {number} x
   * @param {number} y
   * @param {Place} now
   */
  isAstray(from, x, y, now) {
    return this.#since(from).some((places) => {
      const there = places.filter(({ left, top, right, bottom }) => left <= x && x < right && top <= y && y < bottom)
      return there.length > 0 && !there.some((one) => isSame(one, now))
    })
  }

  /** Whether a press would do something else than at some time since `from`. @param {number} from @param {Place} now */
  isOther(from, now) {
    return this.#since(from).some((places) => places.some((one) => one.is === now.is && one.means !== now.means))
  }

  /** @param {number} from */
  #since(from) {
    return this.#past.filter(({ until }) => until > from).map(({ places }) => places)
  }
}

/** @param {Place} one @param {Place} other */
function isSame(one, other) {
  return one.means === other.means && (one.is === other.is || (one.key !== "" && one.key === other.key))
}

/** @param {readonly Place[]} some @param {readonly Place[]} others */
function isEqual(some, others) {
  return some.length === others.length && some.every((one, index) => isStill(one, others[index]))
}

/** @param {Place} one @param {Place | undefined} other */
function isStill(one, other) {
  if (other === undefined || one.is !== other.is || one.means !== other.means) return false
  return one.left === other.left && one.top === other.top && one.right === other.right && one.bottom === other.bottom
}

// The page

const ACTS = "button, a[href], [role=button]"
/** What a finger may be meant for besides. It takes every tap: what comes of it is undone by another. */
const OTHERS = "summary, input, select, textarea"
/** Out, and Help: whatever moves, they are meant. */
const ALWAYS = "#leave, [data-leave], [data-help]"
/** Keys that bring the focus somewhere. */
const BRINGS = /^(Tab|Arrow|Home|End|Page)/
/** Keys that write or press; assistive technology holds others down while it goes somewhere. */
const PRESSES = /^(.|Enter|Escape|Backspace|Delete)$/u
/** Milliseconds after rows came or went in which a scroll is not the reader's own, but follows of them. */
const FOLLOWS = 150
/** Where on an act a finger may come down, in shares of its box: a part of it may lie where another act lay. */
const POINTS = /** @type {const} */ ([[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]])
/** Milliseconds after a change in which what it set moving stands still. */
const SETTLES = 250
/** Pixels that lie between a finger's coming and its tap, at most. */
const SLIPS = 24

/** Holds back each tap and key of this page that meets something else than it was meant for. */
export function guardAim() {
  const guard = new Guard()
  const seen = { capture: true, passive: true }
  addEventListener("click", (event) => guard.click(event), true)
  addEventListener("keydown", (event) => guard.key(event), true)
  addEventListener("pointerdown", (event) => guard.down(event), seen)
  addEventListener("mousedown", () => guard.brings(), seen)
  addEventListener("scroll", ({ target }) => guard.scrolled(target), seen)
  addEventListener("focusin", ({ target }) => guard.focus(target), seen)
  addEventListener("resize", () => guard.look(), seen)
  for (const end of ["transitionend", "animationend"]) addEventListener(end, () => guard.settle(), seen)
}

class Guard {
  #layout = new Layout()
  /** Where a finger came down last. */
  #finger = { at: -Infinity, x: 0, y: 0 }
  /** How far each box was scrolled. @type {WeakMap<Element, number>} */
  #tops = new WeakMap()
  /** Where rows came or went last. @type {{ at: number, in: Node[] }} */
  #rows = { at: -Infinity, in: [] }
  /** Whether a hand brings the focus somewhere, in this very task. */
  #brings = false
  /** Whether it has moved in this very task. */
  #isFresh = false
  #focus = new Focus()
  /** What has the focus. @type {EventTarget | null} */
  #on = null
  #unheeded = new Unheeded()
  /** @type {Set<Element>} */
  #held = new Set()
  #timer = 0
  #settling = 0
  #watch = new MutationObserver((changes) => this.#changed(changes))

  constructor() {
    this.#watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    this.look()
  }

  /** @param {MutationRecord[]} changes */
  #changed(changes) {
    const rows = changes.filter(({ type, target }) => type === "childList" && target instanceof Element && target.childElementCount > 0)
    if (rows.length > 0) this.#rows = { at: performance.now(), in: rows.map(({ target }) => target) }
    this.look()
  }

  /** Something may lie elsewhere now, or mean something else. */
  look() {
    const places = placesNow()
    this.#layout.saw(performance.now(), places)
    this.#tell(places)
    this.#lose()
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => this.settle(), SETTLES)
  }

  /** Things lie where a transition, a clamped scroll or the focus has brought them, and have for a while. */
  settle() {
    const places = placesNow()
    this.#layout.settled(places)
    this.#tell(places)
    this.#lose()
  }

  /** What had the focus went without leaving it to anything. */
  #lose() {
    if (this.#on === null || document.activeElement !== document.body) return
    this.#on = null
    this.#focus.lost(performance.now())
  }

  /** @param {PointerEvent} event */
  down({ clientX, clientY }) {
    this.#finger = { at: performance.now(), x: clientX, y: clientY }
    this.#focus.pressed(performance.now())
  }

  /** What a hand does to the focus follows in the same task; or goes before, where assistive technology presses. */
  brings() {
    this.#brings = true
    setTimeout(() => (this.#brings = false))
    if (this.#isFresh) this.#focus.byHand()
  }

  /** Who scrolls moves things under their own finger; where rows came or went the page does. @param {EventTarget | null} box */
  scrolled(box) {
    if (box instanceof Element) this.#tops.set(box, box.scrollTop)
    const { at, in: within } = this.#rows
    if (performance.now() - at < FOLLOWS && within.some((row) => box instanceof Node && box.contains(row))) return this.look()
    const places = placesNow()
    this.#layout.scrolled(places)
    this.#tell(places)
  }

  /** A scroll is told of a frame later than it is done. @param {Element} act */
  #catchUp(act) {
    for (let box = act.parentElement; box !== null; box = box.parentElement) {
      if (box.scrollTop !== (this.#tops.get(box) ?? 0)) this.scrolled(box)
    }
  }

  /** @param {EventTarget | null} on */
  focus(on) {
    if (on === this.#on) return // It moved, and took the focus along.
    this.#focus.came(performance.now(), this.#brings, this.#on instanceof Element && isGone(this.#on))
    this.#on = on
    this.#isFresh = true
    setTimeout(() => (this.#isFresh = false))
  }

  /** A key that is held down is one press. @param {KeyboardEvent} event */
  key(event) {
    if (BRINGS.test(event.key)) this.brings()
    if (PRESSES.test(event.key)) this.#focus.pressed(performance.now())
    if (event.repeat && /^(Enter| )$/.test(event.key) && actOf(event.target) !== null) event.preventDefault()
  }

  /** @param {MouseEvent} event */
  click(event) {
    const act = actOf(event.target)
    if (act === null || act.matches(ALWAYS)) return
    // What takes no tap has said so before: whoever asks first, as a screen reader does, never taps in vain.
    if (event.detail !== 0 && !this.#held.has(act)) return
    this.#catchUp(act)
    this.#layout.settled(placesNow())
    const byKey = event.detail === 0
    if (byKey) this.#unheeded.end()
    if (byKey ? this.#isMeantByKey(act) : this.#isMeantByFinger(act, event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (byKey) this.#unheeded.tell(act)
  }

  /** @param {Element} act @param {MouseEvent} event */
  #isMeantByFinger(act, { clientX, clientY }) {
    const { at, x, y } = this.#finger
    const now = performance.now()
    // Aimed before the finger came down; what a screen reader taps has none.
    const came = Math.hypot(clientX - x, clientY - y) < SLIPS ? at : now
    const place = placeOf(act)
    // The browser finds what a broad finger meant beside it.
    const [left, top] = [within(clientX, place.left, place.right), within(clientY, place.top, place.bottom)]
    return !this.#layout.isAstray(came - MOMENT, left, top, place)
  }

  /** @param {Element} act */
  #isMeantByKey(act) {
    if (document.activeElement !== act) return true // Enter in a field sends its form.
    const now = performance.now()
    if (this.#focus.isBrought(now)) return false
    return !this.#layout.isOther(Math.max(this.#focus.at, now - MOMENT), placeOf(act))
  }

  /** What takes no tap for now says so, to whoever asks before they tap. @param {readonly Placed[]} places */
  #tell(places) {
    const since = performance.now() - MOMENT
    const astray = places.filter((place) => {
      if (!place.is.matches(ACTS) || place.is.matches(ALWAYS)) return false
      return POINTS.some(([x, y]) => this.#layout.isAstray(since, between(place.left, place.right, x), between(place.top, place.bottom, y), place))
    })
    const held = new Set(astray.map(({ is }) => is))
    for (const act of this.#held) if (!held.has(act)) turnOff(act, "held", false)
    for (const act of held) if (!this.#held.has(act)) turnOff(act, "held", true)
    this.#held = held
    clearTimeout(this.#timer)
    if (held.size > 0) this.#timer = setTimeout(() => this.look(), MOMENT)
    this.#watch.takeRecords()
  }
}

/** @typedef {Place & { is: Element }} Placed */

/** What can be tapped now and is to be seen; below a dialog that holds the page up nothing is. @returns {Placed[]} */
function placesNow() {
  const page = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document
  const places = [...page.querySelectorAll(`${ACTS}, ${OTHERS}`)].map(placeOf)
  return places.filter((place) => place.right > place.left && place.bottom > 0 && place.top < innerHeight && isOnTop(place))
}

/** Whether nothing lies over it. What goes is there still, for who was aiming at it. @param {Placed} place */
function isOnTop({ is, left, top, right, bottom }) {
  if (is.closest("[inert]") !== null) return true
  const over = document.elementFromPoint(within((left + right) / 2, 0, innerWidth), within((top + bottom) / 2, 0, innerHeight))
  return over === null || is.contains(over) || over.contains(is)
}

/** Whether it can't have the focus any more: hidden, on its way out, or below a dialog that holds the page up. @param {Element} one */
function isGone(one) {
  const page = [...document.querySelectorAll("dialog:modal")].at(-1)
  return !one.isConnected || !one.checkVisibility() || one.closest("[inert]") !== null || page?.contains(one) === false
}

/** @param {Element} is @returns {Placed} */
function placeOf(is) {
  const { left, top, right, bottom } = is.getBoundingClientRect()
  const row = is.closest("[data-key]")
  return { is, key: row instanceof HTMLElement ? (row.dataset.key ?? "") : "", means: meaning(is), left, top, right, bottom }
}

/** What it says and whether it is on; that one more says the same is no other meaning. @param {Element} act */
function meaning(act) {
  if (act.matches(OTHERS) || act instanceof HTMLDialogElement) return ""
  const label = (act.getAttribute("aria-label") ?? act.textContent ?? "").replace(/\d+/g, "").trim()
  return [label, act.getAttribute("aria-pressed"), act.getAttribute("aria-expanded")].join("\n")
}

/** What a tap on `target` would set going: also the ground behind a dialog, which closes it. @param {EventTarget | null} target */
function actOf(target) {
  if (target instanceof HTMLDialogElement) return target
  return target instanceof Element ? target.closest(ACTS) : null
}

/** @param {number} from @param {number} to @param {number} share */
function between(from, to, share) {
  return from + (to - from) * share
}

/** @param {number} at @param {number} least @param {number} most */
function within(at, least, most) {
  return Math.min(Math.max(at, least), most - 1)
}
