/** Building elements. Text enters the page here, as text and never as markup. */

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * `el("button", { class: "primary", onclick: send, disabled: true }, "Send")`
 *
 * A property whose name begins with `on` is a listener; `true` is an attribute without a value;
 * `false`, `null` and `undefined` leave it out.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) set(element, name, value)
  element.append(...nodes(children))
  return element
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
export function set(element, name, value) {
  if (typeof value === "function" && name.startsWith("on")) {
    element.addEventListener(name.slice(2), /** @type {EventListener} */ (value))
  } else if (value === false || value === null || value === undefined) {
    element.removeAttribute(name)
  } else {
    const text = value === true ? "" : String(value)
    if (element.getAttribute(name) !== text) element.setAttribute(name, text)
  }
}

/**
 * Turns an act off, for one of two reasons: it can't be done now (`off`), or it has only just come under
 * the finger (`held`, aim.js). It keeps its place and its focus.
 *
 * @param {Element} act
 * @param {"off" | "held"} why
 * @param {boolean} is
 */
export function turnOff(act, why, is) {
  act.toggleAttribute(`data-${why}`, is)
  set(act, "aria-disabled", act.hasAttribute("data-off") || act.hasAttribute("data-held") ? "true" : null)
}

/** Whether an act can't be done now. @param {Element} act */
export function isOff(act) {
  return act.hasAttribute("data-off")
}

/**
 * Replaces what an element holds.
 *
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children))
}

/**
 * Writes a text only where it differs, so that a screen reader is not told the same thing twice.
 *
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/**
 * Makes the children of `parent` those of `items`, in order. What is there already is kept, and with
 * it the focus; what goes does as `leave` says.
 *
 * @template T
 * @param {HTMLElement} parent
 * @param {readonly T[]} items
 * @param {(item: T) => string | number} key
 * @param {(item: T) => HTMLElement} build
 * @param {(element: HTMLElement, item: T) => void} [update]
 * @param {(element: HTMLElement) => void} [leave]
 */
export function keyed(parent, items, key, build, update = () => {}, leave = (element) => element.remove()) {
  const wanted = new Set(items.map((item) => String(key(item))))
  /** @type {Map<string, HTMLElement>} */
  const there = new Map()
  for (const child of /** @type {HTMLElement[]} */ ([...parent.children])) {
    if (isLeaving(child)) continue
    if (wanted.has(child.dataset.key ?? "")) there.set(child.dataset.key ?? "", child)
    else leave(child)
  }
  let next = staying(parent.firstElementChild)
  for (const item of items) {
    const name = String(key(item))
    const element = there.get(name) ?? build(item)
    element.dataset.key = name
    update(element, item)
    if (element === next) next = staying(next.nextElementSibling)
    else move(element, parent, next)
  }
}

/** Milliseconds for which a row that goes keeps its place: longer than two taps of one finger take. */
const LINGERS = 600

/** A row goes, and leaves its place a moment later: nothing slides under a finger. @param {HTMLElement} row */
export function linger(row) {
  row.inert = true
  row.dataset.leaving = ""
  setTimeout(() => row.remove(), LINGERS)
}

/** @param {Element} row */
function isLeaving(row) {
  return row instanceof HTMLElement && row.dataset.leaving !== undefined
}

/** The first from `row` on that stays. @param {Element | null} row */
function staying(row) {
  while (row !== null && isLeaving(row)) row = row.nextElementSibling
  return row
}

/**
 * Links a style sheet that only some pages need; resolves once it applies.
 *
 * @param {string} path
 * @param {string} base The module's own URL.
 * @returns {Promise<void>}
 */
export function style(path, base) {
  return new Promise((resolve, reject) => {
    const link = el("link", { rel: "stylesheet", href: new URL(path, base).href, onload: () => resolve(), onerror: reject })
    document.head.append(link)
  })
}

/** A row that goes elsewhere takes the focus along. @param {HTMLElement} element @param {Node} parent @param {Node | null} before */
function move(element, parent, before) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null
  parent.insertBefore(element, before)
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
}

/**
 * The element of the page that must be there.
 *
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement}
 */
export function find(selector, within = document) {
  const element = within.querySelector(selector)
  if (!(element instanceof HTMLElement)) throw new Error(`expected ${selector} in the page`)
  return element
}

/**
 * What the server wrote into a `<script type="application/json">` block.
 *
 * @param {string} id
 * @returns {any}
 */
export function data(id) {
  return JSON.parse(find(`#${id}`).textContent ?? "null")
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function nodes(children) {
  return children.flatMap((child) =>
    child === null || child === undefined || child === false
      ? []
      : [typeof child === "number" ? String(child) : child],
  )
}
