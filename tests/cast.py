"""The cast of every test: who they are, and the seat each of them has in a meeting.

Ada facilitates and Mo is her second; Ben, Chidi and Dana are members. Eve is outside, and Sam is
staff: they have no seat.
"""

ada = 1
ben = 2
chidi = 3
dana = 4
mo = 5
eve = 99

NAMES = {ada: "Ada", ben: "Ben", chidi: "Chidi", dana: "Dana", mo: "Mo"}
FACILITATORS = (ada, mo)
MEMBERS = (ben, chidi, dana)

# Sessions, as the journal would hand them over: keyed digests.
SESSIONS = {seat: f"session-of-{name.lower()}" for seat, name in NAMES.items()}
EVES_SESSION = "session-of-eve"
SAMS_SESSION = "session-of-sam"
