/**
 * Back closes what lies over the page, and not the page: each such layer has a place in the history,
 * which knows its depth. Nobody else moves the history.
 */

/** What lies over the page, the topmost last: how each is closed. @type {(() => void)[]} */
const layers = []
/** Until when a step back is this page's own, and closes nothing that has opened meanwhile (ms, the page's clock). */
let ours = -Infinity
/** Milliseconds in which a browser takes a step back. */
const STEP = 500
/** Whether this page has places in the history beside its own. */
let isUsed = depth() > 0

addEventListener("popstate", settle)
// A reload inside of something that does not open by itself.
addEventListener("load", () => setTimeout(comeDown))

/**
 * Something opens over the page: Back closes it, by `close`.
 *
 * @param {() => void} close
 * @returns {() => void} To be called when it is closed in another way.
 */
export function over(close) {
  layers.push(close)
  onceTouched(remember)
  return () => {
    const place = layers.indexOf(close)
    if (place < 0) return // It was Back.
    layers.splice(place, 1)
    if (depth() <= layers.length) return
    ours = performance.now() + STEP
    history.back()
  }
}

/**
 * The page goes to `url`, and none of its places leads back to it, or knows anything of it.
 *
 * @param {string} url
 */
export async function leaveFor(url) {
  const behind = depth() + 1
  history.replaceState(null, "")
  if (isUsed) {
    removeEventListener("popstate", settle)
    history.replaceState(null, "", url)
    history.pushState(null, "", url) // What lay ahead is gone with this.
    for (let steps = behind; steps > 0 && (await stepBack()); steps--) history.replaceState(null, "", url)
  }
  location.replace(url)
}

/** Back, or Forward. */
function settle() {
  const isOurs = performance.now() < ours
  ours = -Infinity
  if (isOurs && layers.length > depth()) return remember()
  while (layers.length > depth()) layers.pop()?.()
  comeDown()
}

/** What a place was for is closed by now: there is nothing there. */
function comeDown() {
  if (depth() > layers.length) history.go(layers.length - depth())
}

/** Unless a reload has left a place for it. What is being written goes along. */
function remember() {
  if (depth() >= layers.length) return
  isUsed = true
  history.pushState({ ...history.state, over: layers.length }, "")
}

/** Browsers pass over a place that a page made before anybody touched it. @param {() => void} then */
function onceTouched(then) {
  if (navigator.userActivation?.hasBeenActive ?? true) then()
  else for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, then, { once: true, capture: true })
}

function depth() {
  return Number(history.state?.over ?? 0)
}

/** False where there is nowhere to go. @returns {Promise<boolean>} */
function stepBack() {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 500)
    addEventListener("popstate", () => (clearTimeout(timer), resolve(true)), { once: true })
    history.back()
  })
}
