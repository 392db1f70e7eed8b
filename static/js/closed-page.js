/** A door that does not open: Help and Leave now work here too. */

import { data, find } from "./dom.js"
import { bindLeave } from "./leave.js"
import { openHelp } from "./views/help.js"

bindLeave()
find("[data-help]").addEventListener("click", () => openHelp({ room: null, helplines: data("door").helplines ?? [] }))
