// A room for the tests of what is said about it: Ada chairs, Mo is her second, Ben, Chidi and Dana are members.
export const [ada, ben, chidi, dana, mo] = [1, 2, 3, 4, 5]
const NAMES = { [ada]: "Ada", [ben]: "Ben", [chidi]: "Chidi", [dana]: "Dana", [mo]: "Mo" }
export const NOON = 1_800_000_000

const seat = (number) => ({ seat: number, role: [ada, mo].includes(number) ? "facilitator" : "member", name: NAMES[number] })

/** One part of an agenda. */
export function phase(speak, more = {}) {
  return {
    id: "sharing",
    title: "Sharing",
    minutes: 30,
    speak,
    turn: 0,
    ends: "facilitator",
    calls: "facilitator",
    warn: [60, 15],
    grace: 60,
    lines: 1,
    fairness: false,
    urgent: "off",
    crosstalk: null,
    reactions: ["with_you", "thank_you"],
    ...more,
  }
}

/** The snapshot of an open meeting in one part; `more` is what is different. */
export function snapshot(part, more = {}, seats = {}) {
  return {
    kind: "meeting",
    format: "small",
    phases: [part],
    flags: { crosstalk: "none", reactions: true, history: "none", fairness: false, single_share: false },
    phase: 0,
    opened_at: NOON,
    phase_began_at: NOON,
    closed_at: null,
    epoch: 1,
    turn: 0,
    turns: 0,
    holder: null,
    turn_began_at: null,
    turn_paused: 0,
    turn_stopped_at: null,
    turn_extra: 0,
    last_line_until: null,
    away_until: null,
    last_turn: null,
    invited: null,
    invited_by: 0,
    invite_until: null,
    hands: [],
    urgent: [],
    put_off: [],
    queue_open: true,
    seats: Object.keys(NAMES).map((number) => ({ ...seat(Number(number)), ...seats[number] })),
    locked: false,
    paused_at: null,
    total_pause: 0,
    shield_at: null,
    all_muted_at: null,
    all_muted_until: null,
    frozen_at: null,
    chair: ada,
    offer: null,
    chair_away_until: null,
    is_quiet: false,
    topic: null,
    hands_away: [],
    lobby: [],
    ...more,
  }
}
