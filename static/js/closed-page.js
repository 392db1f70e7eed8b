/** A door that does not open: Help and Leave now work here too. */

import { data } from "./dom.js"
import { carry } from "./draft.js"
import { bindLeave } from "./leave.js"
import { guardAim } from "./views/aim.js"
import { bindHelp } from "./views/help.js"

const door = data("door")
// Signed out, and reloaded: what was being written in the room is taken along to where the link leads.
carry(history.state)
bindLeave()
guardAim()
bindHelp(() => ({ room: null, helplines: door.helplines ?? [], kept: door.case_kept ?? "" }))
