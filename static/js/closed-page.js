/** A door that does not open: Help and Leave now work here too. */

import { data } from "./dom.js"
import { bindLeave } from "./leave.js"
import { guardAim } from "./views/aim.js"
import { bindHelp } from "./views/help.js"

const door = data("door")
bindLeave()
guardAim()
bindHelp(() => ({ room: null, helplines: door.helplines ?? [], kept: door.case_kept ?? "" }))
