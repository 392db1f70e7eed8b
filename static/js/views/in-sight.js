/** On a phone: how high is what stays in sight above and below what scrolls (in-sight.css), and an invitation where its card is not. */

import { el, find, style } from "../dom.js"

const [head, floor, say, bar] = [find(".head"), find("#floor"), find("#say"), find(".bar")]
const [acts, field] = [find("#floor > .acts"), /** @type {HTMLTextAreaElement} */ (find("#words"))]

/** Lines that have to fit between what stays above and below, so that anything else may stay in sight, too. */
const LINES = 6

const watcher = new ResizeObserver(() => {
  const { style } = document.documentElement
  const between = innerHeight - head.offsetHeight - floor.offsetHeight - bar.offsetHeight - say.offsetHeight
  document.documentElement.toggleAttribute("data-cramped", between < LINES * 1.5 * parseFloat(getComputedStyle(document.documentElement).fontSize))
  style.setProperty("--head", `${head.offsetHeight}px`)
  style.setProperty("--top", `${head.offsetHeight + floor.offsetHeight}px`)
  style.setProperty("--bar", `${bar.offsetHeight}px`)
  style.setProperty("--foot", `${bar.offsetHeight + say.offsetHeight}px`)
  style.setProperty("--field", `${field.offsetHeight}px`)
  // Whoever writes goes on seeing what they write.
  requestAnimationFrame(() => {
    const writing = document.activeElement
    if (writing?.matches("textarea") && !isSeen(writing)) writing.scrollIntoView({ block: "nearest" })
  })
})

/** What sticks above the bar is: scrolled to, it would stay, and what is read above it would go. @param {Element} element */
function isSeen(element) {
  const { top, bottom } = element.getBoundingClientRect()
  return top >= head.offsetHeight && bottom <= (visualViewport?.height ?? innerHeight) - bar.offsetHeight
}
for (const part of [head, floor, say, field, bar]) watcher.observe(part)

// One waits at the field: where that leaves the floor card out of sight, the field asks, and Send has Accept beside it.
const accept = el("button", { type: "button", class: "primary", hidden: true, onclick: () => acts.querySelector("button")?.click() }, "Accept")
find("#send").after(accept)
const sight = new IntersectionObserver(
  (looks) => {
    // Of several since the last time the newest is what is so.
    accept.hidden = acts.hidden || (looks.at(-1)?.intersectionRatio ?? 0) > 0.6
    field.placeholder = accept.hidden ? "" : "You are invited"
  },
  // Below the head, or the band in its place.
  { rootMargin: "-50px 0px 0px", threshold: [0, 0.6, 1] },
)
sight.observe(acts)
// An act that comes out of sight crosses no edge.
new MutationObserver(() => {
  sight.unobserve(acts)
  sight.observe(acts)
}).observe(acts, { attributeFilter: ["hidden"] })

style("../../css/in-sight.css", import.meta.url).catch(() => {}) // Without it the page is as good as before.
