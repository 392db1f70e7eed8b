/** Audits the page as it is laid out now. Evaluated in the page by fit.py. */
(() => {
  const SLACK = 1.5
  /** Of the window, that may be held by what does not scroll with the page; more where a reader spaces the words out. */
  const FIXED = document.adoptedStyleSheets.length > 0 ? 0.4 : 1 / 3
  const TARGET = 44
  const TARGETS = "button, textarea, input, select, summary, a.button"

  const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest(".unseen")
  const called = (e) => `<${e.localName}${e.id ? `#${e.id}` : ""}${e.className ? `.${String(e.className).replaceAll(" ", ".")}` : ""}> “${(e.getAttribute("aria-label") ?? e.textContent ?? "").trim().slice(0, 40)}”`
  const style = (e) => getComputedStyle(e)
  const scrolls = (e) => /auto|scroll/.test(style(e).overflowY) && e !== document.documentElement
  /** The topmost: of several, the others take no point. */
  const modal = () => {
    const open = [...document.querySelectorAll("dialog:modal")]
    const takes = (e) => {
      const r = e.getBoundingClientRect()
      return e.contains(document.elementFromPoint(r.left + r.width / 2, r.top + Math.min(r.height, innerHeight) / 2))
    }
    return open.find(takes) ?? open.at(-1) ?? null
  }
  /** A sheet over all else: only what is in it counts. */
  const ground = () => modal() ?? document.querySelector(".help-panel:not([hidden]), .desk-numbers[open]") ?? document.body
  /** One tap away in full: the fold's own head shows its beginning. */
  const isStart = (e) => e.closest(".topic:not([open]) > summary") !== null

  function* texts(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const node = walker.currentNode
      const parent = node.parentElement
      if (node.data.trim() === "" || /script|style|noscript|option/i.test(parent.localName) || !shown(parent)) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      yield { node, parent, range }
    }
  }

  function sideways(wrong) {
    const page = document.scrollingElement
    if (page.scrollWidth > innerWidth) {
      const wide = [...ground().querySelectorAll("*")].filter((e) => shown(e) && (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1))
      wrong.push(`the page is ${page.scrollWidth} px wide in ${innerWidth}: ${wide.slice(0, 3).map(called).join(", ")}`)
    }
    for (const e of ground().querySelectorAll("*")) {
      if (shown(e) && scrolls(e) && e.scrollWidth > e.clientWidth + 1) wrong.push(`${called(e)} is scrolled sideways: ${e.scrollWidth} px in ${e.clientWidth}`)
    }
  }

  function cut(wrong) {
    for (const { parent, range } of texts(ground())) {
      if (isStart(parent)) continue
      const rects = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1)
      if (rects.length === 0) continue
      const left = Math.min(...rects.map((r) => r.left))
      const right = Math.max(...rects.map((r) => r.right))
      const top = Math.min(...rects.map((r) => r.top))
      const bottom = Math.max(...rects.map((r) => r.bottom))
      for (let box = parent; box !== null && box !== document.documentElement; box = box.parentElement) {
        const { overflowX, overflowY, borderInlineStartWidth } = style(box)
        const b = box.getBoundingClientRect()
        const hides = overflowX !== "visible" && (!/auto|scroll/.test(overflowX) || box.scrollWidth > box.clientWidth + 1)
        const edge = hides || borderInlineStartWidth !== "0px" || box.matches(TARGETS)
        if (edge && (left < b.left - SLACK || right > b.right + SLACK)) {
          wrong.push(`“${parent.textContent.trim().slice(0, 40)}” stands out of ${called(box)} sideways: ${left | 0}..${right | 0} in ${b.left | 0}..${b.right | 0}`)
          break
        }
        if (/hidden|clip/.test(overflowY) && (top < b.top - SLACK || bottom > b.bottom + SLACK)) {
          wrong.push(`“${parent.textContent.trim().slice(0, 40)}” is cut by ${called(box)}`)
          break
        }
        if (box.matches(TARGETS) && (top < b.top - SLACK || bottom > b.bottom + SLACK)) {
          wrong.push(`“${parent.textContent.trim().slice(0, 40)}” stands out of ${called(box)}`)
          break
        }
        if (style(box).position === "fixed") break
      }
      // A column of slivers: words broken where there would be room, letter by letter.
      const longest = Math.max(...parent.textContent.trim().split(/[\s\u00a0-]+/).map((word) => word.length))
      const box = parent.closest("p, button, li, h1, h2, h3, summary") ?? parent
      const em = parseFloat(style(parent).fontSize)
      if (longest > 3 && rects.length > 2 && box.getBoundingClientRect().width < Math.min(3.2, longest * 0.5) * em && innerWidth > 3.5 * em) {
        wrong.push(`“${parent.textContent.trim().slice(0, 40)}” is a column of slivers, ${box.getBoundingClientRect().width | 0} px wide`)
      }
    }
  }

  /** What lies over the middle of a rectangle, or null. */
  function over(e, { left, top, right, bottom }) {
    const x = (left + right) / 2
    for (const y of [top + Math.min(4, (bottom - top) / 2), (top + bottom) / 2, bottom - Math.min(4, (bottom - top) / 2)]) {
      const found = document.elementFromPoint(x, y)
      if (found === null) return "nothing, it is outside"
      if (!e.contains(found) && !found.contains(e)) return called(found)
      if (!e.contains(found) && found.contains(e) && e.matches(TARGETS)) return called(found)
    }
    return null
  }

  const isIn = (r, slack = SLACK) => r.top >= -slack && r.left >= -slack && r.bottom <= innerHeight + slack && r.right <= innerWidth + slack

  function targets(wrong) {
    const before = document.activeElement
    for (const e of ground().querySelectorAll(TARGETS)) {
      // A row that goes keeps its place for a moment, and takes nothing any more.
      if (!shown(e) || e.matches(".skip") || e.closest("[inert]") !== null) continue
      const { width, height } = e.getBoundingClientRect()
      if (width < TARGET - 0.5 || height < TARGET - 0.5) wrong.push(`${called(e)} is small: ${width | 0} x ${height | 0}`)
      // By keyboard: where the focus lands is seen whole, or from its beginning where it is higher than the window.
      document.activeElement.blur()
      e.focus()
      if (document.activeElement !== e && !e.disabled) {
        wrong.push(`${called(e)} takes no focus`)
        continue
      }
      const r = e.getBoundingClientRect()
      if (r.height > innerHeight * 0.6) continue
      // Of a field, the line that one writes.
      if (e.localName === "textarea" && r.top > 0 && innerHeight - r.top >= TARGET) continue
      const what = !isIn(r) ? `outside: ${r.top | 0}..${r.bottom | 0} of ${innerHeight}` : over(e, r)
      if (what !== null) wrong.push(`${called(e)} with the focus is covered by ${what}`)
    }
    if (before instanceof HTMLElement && before !== document.body) before.focus({ preventScroll: true })
    else document.activeElement?.blur()
  }

  /** Every paragraph can be brought to where nothing lies over it, and no two lie over one another. */
  function overlaps(wrong) {
    const seen = new Set()
    for (const { parent, range } of texts(ground())) {
      const box = parent.closest("p, blockquote, li, h1, h2, h3, button, summary, strong, small, time, span") ?? parent
      // What sticks is looked at with the focus on it.
      if (seen.has(box) || isStart(parent) || box.closest(".sheet-head")) continue
      seen.add(box)
      box.scrollIntoView({ block: box.getBoundingClientRect().height > Math.min(innerHeight / 5, (box.closest("#talk")?.clientHeight ?? innerHeight) / 2) ? "start" : "center" })
      const rect = range.getClientRects()[0]
      if (rect === undefined || rect.width < 2) continue
      const x = rect.left + rect.width / 2
      const y = rect.top + rect.height / 2
      const found = document.elementFromPoint(x, y)
      if (found === null) wrong.push(`“${box.textContent.trim().slice(0, 40)}” can't be scrolled into sight`)
      else if (!parent.contains(found) && !found.contains(parent)) wrong.push(`“${box.textContent.trim().slice(0, 40)}” lies under ${called(found)}`)
    }
  }

  /** How much of the window does not move with the page. */
  function fixed(wrong) {
    if (modal()) return
    const rows = new Uint8Array(innerHeight)
    for (const e of document.body.querySelectorAll("*")) {
      if (!shown(e) || !/fixed|sticky/.test(style(e).position)) continue
      if (e.matches(".help-panel, dialog") || e.closest(".help-panel, dialog, .side, .floor, .say, .offer, .arrived")) continue
      const { top, bottom } = e.getBoundingClientRect()
      for (let y = Math.max(0, Math.ceil(top)); y < Math.min(innerHeight, bottom); y++) rows[y] = 1
    }
    const held = rows.reduce((sum, row) => sum + row, 0)
    const scrolled = document.scrollingElement.scrollHeight > innerHeight + 1
    if (scrolled && held > innerHeight * FIXED) wrong.push(`${held} of ${innerHeight} px do not scroll with the page`)
  }

  /** Help and Leave now: in sight wherever the page stands, over it too. */
  function inReach(wrong, when) {
    const leave = modal() === null ? "#leave" : ".sheet-head > button"
    const help = ".help[data-help]"
    const isOpen = document.querySelector(".help-panel:not([hidden])") !== null
    for (const selector of isOpen ? [leave] : [leave, help]) {
      const e = (modal() ?? document).querySelector(selector)
      if (e === null) {
        if (document.querySelector("nav.leave")) wrong.push(`${when}, ${selector} is missing`)
        continue
      }
      const r = e.getBoundingClientRect()
      const what = !shown(e) ? "hidden" : !isIn(r) ? `outside: ${r.top | 0}..${r.bottom | 0} of ${innerHeight}` : over(e, r)
      if (what !== null) wrong.push(`${when}, ${called(e)} is out of reach: ${what}`)
    }
  }

  /** Upright and not large for its window, a phone holds the field and Send wherever the page stands; not where a reader spaces the words out. */
  function fieldInSight(wrong, when) {
    const isFramed = matchMedia("(min-width: 17.01rem) and (max-width: 59.99rem) and (min-height: 28rem)").matches
    if (!isFramed || document.adoptedStyleSheets.length > 0 || ground() !== document.body) return
    // What came back, or who is to name the next, goes before what a card asks.
    const asks = document.querySelector("#naming[open]:not([hidden]), .bounced:not([hidden])") === null ? [".offer .acts > button"] : []
    for (const selector of ["#words", "#send", "#floor-act", ...asks]) {
      for (const e of document.querySelectorAll(selector)) {
        if (!shown(e)) continue
        const r = e.getBoundingClientRect()
        const what = !isIn(r) ? `outside: ${r.top | 0}..${r.bottom | 0} of ${innerHeight}` : over(e, r)
        if (what !== null) wrong.push(`${when}, ${called(e)} is not whole in sight: ${what}`)
      }
    }
  }

  /** What can be done, by what it says; while one writes, a low window holds some of it back. */
  window.acts = () => {
    const field = document.activeElement
    field?.blur()
    const found = [...ground().querySelectorAll("button, summary, a.button, select")].filter((e) => shown(e) && !e.matches(".skip, .below")).map((e) => (e.getAttribute("aria-label") ?? e.textContent).trim())
    field?.focus({ preventScroll: true })
    return found
  }

  window.fit = () => {
    const wrong = []
    const y = scrollY
    const boxes = [...document.querySelectorAll("*")].filter((e) => e.scrollTop > 0).map((e) => [e, e.scrollTop])
    sideways(wrong)
    cut(wrong)
    scrollTo(0, 0)
    inReach(wrong, "at the top")
    fieldInSight(wrong, "at the top")
    fixed(wrong)
    scrollTo(0, document.scrollingElement.scrollHeight)
    modal()?.scrollTo(0, 1e6)
    inReach(wrong, "at the end")
    fieldInSight(wrong, "at the end")
    fixed(wrong)
    targets(wrong)
    overlaps(wrong)
    for (const [e, top] of boxes) e.scrollTop = top
    scrollTo(0, y)
    return [...new Set(wrong)]
  }

  window.fitWhileWriting = () => {
    const wrong = []
    const talk = document.querySelector("#talk")
    const field = document.querySelector("#words")
    const t = talk.getBoundingClientRect()
    if (document.querySelector("#send").hidden) return wrong
    let seen = 0
    for (let line = Math.max(0, Math.ceil(t.top)); line < Math.min(innerHeight, t.bottom); line++) {
      const found = document.elementFromPoint(t.left + t.width / 2, line + 0.5)
      if (found !== null && talk.contains(found)) seen += 1
    }
    // An offer of help, or of the chair, is seen before the talk; so is what one reads out.
    if (seen < innerHeight / 3 - 1 && document.querySelector(".offer, .readings [open]") === null) wrong.push(`while one writes, ${seen} of ${innerHeight} px are the talk's`)
    for (const selector of ["#words", "#send", ".help[data-help]", "#leave"]) {
      const e = document.querySelector(selector)
      const r = e.getBoundingClientRect()
      const what = !shown(e) ? "hidden" : !isIn(r) ? `outside: ${r.top | 0}..${r.bottom | 0} of ${innerHeight}` : over(e, r)
      if (what !== null) wrong.push(`while one writes, ${called(e)} is out of reach: ${what}`)
    }
    if (document.querySelector("#floor > .acts:not([hidden])") !== null) {
      const accepts = [...document.querySelectorAll("button")].filter((e) => e.textContent === "Accept" && shown(e))
      if (!accepts.some((e) => isIn(e.getBoundingClientRect()) && over(e, e.getBoundingClientRect()) === null)) wrong.push("while one writes, an invitation is nowhere to be seen")
    }
    return wrong
  }
})()
