/** How high the head is, and with the floor below it: on a high phone both stay above what scrolls (in-sight.css). */

import { find, style } from "../dom.js"

const [head, floor] = [find(".head"), find("#floor")]
const watcher = new ResizeObserver(() => {
  const { style } = document.documentElement
  style.setProperty("--head", `${head.offsetHeight}px`)
  style.setProperty("--top", `${head.offsetHeight + floor.offsetHeight}px`)
  // Whoever writes goes on seeing what they write.
  requestAnimationFrame(() => document.activeElement?.matches("textarea") && document.activeElement.scrollIntoView({ block: "nearest" }))
})
watcher.observe(head)
watcher.observe(floor)
style("../../css/in-sight.css", import.meta.url).catch(() => {}) // Without it the page is as good as before.
