/** How high the head and the floor are: on a phone they stay above what scrolls (room.css). */

import { find } from "../dom.js"

const parts = { head: find(".head"), floor: find("#floor") }
const watcher = new ResizeObserver(() => {
  for (const [name, part] of Object.entries(parts)) document.documentElement.style.setProperty(`--${name}-size`, `${part.offsetHeight}px`)
})
for (const part of Object.values(parts)) watcher.observe(part)
