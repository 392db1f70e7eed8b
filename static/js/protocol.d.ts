// Written by `make docs` from the structs of the server; not by hand.

/** One person's place in one log, given in order from 1; 0 is the server itself. */
export type SeatId = number
/** Grows by 1 at every change of the floor (FC-07). */
export type Epoch = number
/** A gapless place in one stream, from 1. */
export type Number = number
export type Minutes = number
/** What one message may hold, in code points: not blank, and no NUL, which PostgreSQL can't store (W2). */
export type Words = string
/** A name as typed; blank ones are refused by the rules, which say what to do. */
export type Name = string
/** Who may write in a phase: everyone, the facilitators, the holder of the floor, nobody. */
export type Speak = "open" | "facilitator" | "queue" | "silent"
export type Role = "member" | "facilitator"
/** A member pressed Help, or the review noticed words (CE-06). */
export type Source = "help" | "signal"
/** Only a person raises a case to imminent. */
export type Triage = "imminent" | "urgent" | "support"
export type Outcome = "supported" | "handed_over" | "crisis_line" | "emergency_services" | "left" | "unreachable" | "false_alarm"
export type Status = "raised" | "unanswered" | "claimed" | "closed"
export type Session = string
export type CaseId = string
/** 128 random bits as hex, chosen by the client once per intent and kept when it sends again. */
export type CommandId = string
/** `120.f3a9...`: a stream's number and the id of the entry there; `0.` before the first. */
export type Cursor = string
export type Stream = "room" | "chair" | "own"
/** Why a client starts afresh: `new` has no cursor; the others say why a cursor could not be resumed. */
export type Reason = "new" | "ahead" | "diverged" | "too_far" | "bad"

export type SeatCommand = Open | Close | NextPhase | Say | Tell | Redact | RaiseHand | LowerHand | Invite | Accept | Pass | Done | EndTurn | Mute | Unmute | Remove
export type CaseSeatCommand = Write | CloseCase
export type AnyEntry = Convened | SeatTaken | SeatGiven | Opened | PhaseBegan | Closed | Said | Told | ToldYou | Redacted | HandRaised | HandLowered | HandWentAway | HandCameBack | Invited | InviteEnded | FloorTaken | TurnEnded | HolderWentAway | HolderCameBack | Muted | Unmuted | Removed
export type CaseEntry = CaseRaised | Excerpt | LineGiven | NobodyThere | Unanswered | Claimed | Wrote | CaseClosed | OutcomeNoted
export type DeskEntry = CameToDesk | DeskSeatGiven | CaseListed
export type InboundFrame = Hello | Command | Typing
export type OutboundFrame = Fresh | Resumed | Entries | Receipt | Refusal | Retry | Heartbeat | Presence | SeatTyping | Care

export type RefusalCode =
  | "not_open"
  | "meeting_closed"
  | "quiet"
  | "facilitators_only"
  | "not_your_turn"
  | "turn_ended"
  | "turn_running"
  | "stale_epoch"
  | "muted"
  | "contact_details"
  | "link"
  | "too_long"
  | "empty"
  | "no_such_line"
  | "not_your_line"
  | "no_queue_now"
  | "floor_busy"
  | "phase_over"
  | "no_hands"
  | "not_first"
  | "they_are_muted"
  | "not_invited"
  | "floor_free"
  | "no_seat"
  | "removed"
  | "no_name"
  | "name_taken"
  | "no_such_seat"
  | "facilitators_act"
  | "not_on_a_facilitator"
  | "last_phase"
  | "no_meeting"
  | "already_closed"
  | "already_claimed"
  | "own_case"
  | "no_such_case"
  | "staff_only"
  | "invitation_unknown"
  | "invitation_expired"
  | "invitation_used_up"
  | "no_session"
  | "not_yours"
  | "bad_command"
  | "id_reused"
  | "overtaken"
  | "foreign_origin"
  | "secret_in_url"
  | "server_error"
  | "bad_request"

/** A facilitator opens the meeting: its first phase begins. */
export interface Open {
  type: "open"
}

/** A facilitator closes the meeting; its words are kept for the retention time from now. */
export interface Close {
  type: "close"
}

/** A facilitator moves to the next phase of the agenda. */
export interface NextPhase {
  type: "next_phase"
  epoch: Epoch
}

/** A line to the room; exactly `!`, `done` or `pass` are the typed customs (FC-13). */
export interface Say {
  type: "say"
  text: Words
  epoch: Epoch
}

/** A private line: from a member to the facilitators, from a facilitator to one seat (`to`). */
export interface Tell {
  type: "tell"
  text: Words
  to?: SeatId | null
}

/** Takes the words of one entry of the room out again: one's own, or a facilitator anyone's. */
export interface Redact {
  type: "redact"
  number: Number
}

/** Asks for the floor. */
export interface RaiseHand {
  type: "raise_hand"
}

/** Takes a hand down: one's own, or a facilitator another's (`seat`) (FC-03). */
export interface LowerHand {
  type: "lower_hand"
  seat?: SeatId | null
}

/** A facilitator offers the floor to a seat, or to the first hand (FC-05). */
export interface Invite {
  type: "invite"
  epoch: Epoch
  seat?: SeatId | null
}

/** The invited seat takes the floor. */
export interface Accept {
  type: "accept"
  epoch: Epoch
}

/** The invited seat, or the holder, would rather not now. */
export interface Pass {
  type: "pass"
  epoch: Epoch
}

/** The holder ends the turn. */
export interface Done {
  type: "done"
  epoch: Epoch
}

/** A facilitator ends the running turn, or takes an open invitation back. */
export interface EndTurn {
  type: "end_turn"
  epoch: Epoch
}

/** A facilitator keeps a member from writing for some minutes (FC-19). */
export interface Mute {
  type: "mute"
  seat: SeatId
  minutes: Minutes
}

/** A facilitator ends a mute before its time. */
export interface Unmute {
  type: "unmute"
  seat: SeatId
}

/** A facilitator takes a member out of this meeting; Help and the case line stay open to them. */
export interface Remove {
  type: "remove"
  seat: SeatId
}

/** A line on the case line, by the member or by the one who claimed the case. */
export interface Write {
  type: "write"
  text: Words
}

/** The one who claimed the case closes it; the member closes it by saying they are all right. */
export interface CloseCase {
  type: "close_case"
  outcome: Outcome
}

/** The log begins: this is the agenda. */
export interface Convened {
  type: "convened"
  format: string
  phases: Phase[]
}

/** Somebody came in; `words` is the name they chose. */
export interface SeatTaken {
  type: "seat_taken"
  words?: string | null
  seat: number
  role: Role
}

/** To one seat: the session (as a keyed digest for this log) that it belongs to. */
export interface SeatGiven {
  type: "seat_given"
  seat: number
  session: string
}

/** The meeting is open, in the first phase of its agenda. */
export interface Opened {
  type: "opened"
}

/** The agenda moved to `phase`, an index from 0; `time` where the one before was over. */
export interface PhaseBegan {
  type: "phase_began"
  phase: number
  by?: "facilitator" | "time"
}

/** The meeting is over; `by` says whether a facilitator closed it or it was left open too long. */
export interface Closed {
  type: "closed"
  by: "facilitator" | "time"
}

/** A line to the room; lines of one turn share `turn` (0 outside a turn) (FC-11). */
export interface Said {
  type: "said"
  words?: string | null
  seat: number
  turn?: number
}

/** A private line, in the facilitators' stream: from a seat, or from a facilitator to seat `to`. */
export interface Told {
  type: "told"
  words?: string | null
  seat: number
  to?: number
}

/** The same private line in the stream of the member it is from or to. */
export interface ToldYou {
  type: "told_you"
  words?: string | null
  owner: number
  seat: number
  to?: number
}

/** The words of entry `number` of the room are gone. */
export interface Redacted {
  type: "redacted"
  number: number
  by: "self" | "facilitator"
}

export interface HandRaised {
  type: "hand_raised"
  seat: number
}

/** A hand is down; `by` is the role that took it down (FC-03), or `away`: kept for long enough (FC-17). */
export interface HandLowered {
  type: "hand_lowered"
  seat: number
  by: "self" | "facilitator" | "away"
}

/** Whoever has this hand up lost connection; its place is kept until `until` (seconds since 1970). */
export interface HandWentAway {
  type: "hand_went_away"
  seat: number
  until: number
}

export interface HandCameBack {
  type: "hand_came_back"
  seat: number
}

/** The floor is offered to `seat` by the facilitator in seat `by`. */
export interface Invited {
  type: "invited"
  seat: number
  by: number
}

export interface InviteEnded {
  type: "invite_ended"
  seat: number
  reason: "passed" | "withdrawn" | "muted" | "removed" | "phase"
}

/** `seat` has the floor; this is turn number `turn` of the meeting. */
export interface FloorTaken {
  type: "floor_taken"
  seat: number
  turn: number
}

export interface TurnEnded {
  type: "turn_ended"
  seat: number
  reason: "done" | "passed" | "ended" | "muted" | "removed" | "phase" | "away" | "time"
}

/** The holder lost connection and is given a moment, until `until` (seconds since 1970). */
export interface HolderWentAway {
  type: "holder_went_away"
  seat: number
  until: number
}

export interface HolderCameBack {
  type: "holder_came_back"
  seat: number
}

/** `seat` can't write until `until` (seconds since 1970) or an unmute. */
export interface Muted {
  type: "muted"
  seat: number
  until: number
}

export interface Unmuted {
  type: "unmuted"
  seat: number
  by: "facilitator" | "time"
}

export interface Removed {
  type: "removed"
  seat: number
}

/** The case is open; `words` is the member's name in the room, where they have one. */
export interface CaseRaised {
  type: "case_raised"
  words?: string | null
  source: Source
  triage: Triage
  room?: string | null
}

/** The words a signal was raised for. */
export interface Excerpt {
  type: "excerpt"
  words?: string | null
  seat: number
}

/** To one seat of the case: the session (as a keyed digest for this log) that it belongs to. */
export interface LineGiven {
  type: "line_given"
  seat: number
  session: string
}

/** The member is told at once: nobody is at the desk; these lines are there now (CE-10). */
export interface NobodyThere {
  type: "nobody_there"
}

/** The member is told: nobody has claimed the case in time; these lines are there now (CE-10). */
export interface Unanswered {
  type: "unanswered"
}

/** One of staff, from seat `desk_seat` at the desk, has the case; `words` is the name they go by. */
export interface Claimed {
  type: "claimed"
  words?: string | null
  seat: number
  desk_seat?: number
}

/** A line on the case line. */
export interface Wrote {
  type: "wrote"
  words?: string | null
  seat: number
}

/** The case is over; `by` is the seat that closed it. */
export interface CaseClosed {
  type: "case_closed"
  by: number
}

/** To the claimer alone: how the case ended, in staff's words for it. The member is not labelled. */
export interface OutcomeNoted {
  type: "outcome_noted"
  seat: number
  outcome: Outcome
}

/** Somebody of staff is on duty; `words` is the name they go by. */
export interface CameToDesk {
  type: "came_to_desk"
  words?: string | null
  seat: number
}

/** To one seat of the desk: the session (as a keyed digest for this log) that it belongs to. */
export interface DeskSeatGiven {
  type: "desk_seat_given"
  seat: number
  session: string
}

/** How a case stands now. No words, no names. */
export interface CaseListed {
  type: "case_listed"
  case: string
  status: Status
  source: Source
  triage: Triage
  raised_at: number
  room?: string | null
  claimed_by?: number
}

/** The first frame, within 5 seconds: who (a browser by its cookie) and what was seen last. */
export interface Hello {
  type: "hello"
  protocol?: number
  bearer?: string | null
  cursor?: { [key in Stream]?: Cursor } | null
}

/** One intent, under the id that makes it happen once however often it is sent. Sent again, it names in `followed_by` what had been sent behind it: once any of that is stored, it is too late for this one, and it is refused as `overtaken`. */
export interface Command {
  type: "command"
  id: CommandId
  command: SeatCommand | CaseSeatCommand
  followed_by?: CommandId[]
}

/** Whoever sits here is writing. At most one in 3 seconds is heard; nothing answers it. */
export interface Typing {
  type: "typing"
}

/** A fresh start: the state at `cursor`, then the entries after `starts` up to it, for the timeline. */
export interface Fresh {
  type: "fresh"
  reason: Reason
  seat: number
  snapshot: Snapshot | CaseView | DeskView
  cursor: { [key in Stream]?: string }
  starts: { [key in Stream]?: number }
  now: number
}

/** The cursor holds: every entry after it follows. `cursor` is the head. */
export interface Resumed {
  type: "resumed"
  seat: number
  cursor: { [key in Stream]?: string }
  now: number
}

/** The next entries of one stream. */
export interface Entries {
  type: "entries"
  stream: Stream
  entries: Numbered[]
}

/** Stored, under `number` of `stream`; without a number it was so already, and left no entry. */
export interface Receipt {
  type: "receipt"
  id: string
  stream?: Stream | null
  number?: number | null
}

/** A no; nothing is stored. `spans` are [start, end) in code points of the text that was sent. */
export interface Refusal {
  type: "refusal"
  id: string | null
  code: string
  words: string
  next?: string[]
  spans?: [number, number][]
  facts?: { [key in string]?: string | number | null }
}

/** Outcome unknown, or not tried: send again with the same id, after `after_ms` milliseconds. */
export interface Retry {
  type: "retry"
  id: string
  after_ms: number
}

/** The head of `room` as the database has it; resume if you are behind. */
export interface Heartbeat {
  type: "heartbeat"
  head: string
  now: number
}

/** The seats that are here; shown as gone 15 seconds after their last socket. A hint: never in the log, never kept. With `count`, so many are here and `here` names only those of them who matter: facilitators, raised hands, the holder, the invited. A client is here itself. */
export interface Presence {
  type: "presence"
  here: number[]
  count?: number | null
}

/** Somebody is writing: forget it after 6 seconds, or with their next entry. A hint, best effort. */
export interface SeatTyping {
  type: "typing"
  seat: number
}

/** To the sender alone: what was written opened a case; its line is at `/cases/<case>/socket`. */
export interface Care {
  type: "care"
  case: string
}

/** An entry in its stream: gapless number, id, seconds since 1970. */
export interface Numbered {
  number: number
  id: string
  at: number
  entry: AnyEntry | CaseEntry | DeskEntry
}

/** The meeting as one seat sees it, in one frame (FC-04). `hands` is in the order of the queue. */
export interface Snapshot {
  kind: "meeting"
  format: string
  phases: Phase[]
  phase: number
  opened_at: number | null
  phase_began_at: number | null
  turn_began_at: number | null
  turn_paused: number
  away_since: number | null
  closed_at: number | null
  epoch: number
  turn: number
  turns: number
  holder: number | null
  away_until: number | null
  invited: number | null
  hands: number[]
  seats: SeatView[]
  hands_away: AwayHand[]
}

/** A seat as everybody in the room sees it. */
export interface SeatView {
  seat: number
  role: string
  name?: string | null
  muted_until?: number | null
  removed?: boolean
}

/** A hand whose member is not connected; its place is kept until then. */
export interface AwayHand {
  seat: number
  until: number
}

/** One step of the agenda. `minutes` is what it is meant to take; where it `ends` by `time`, the next one begins then, once a running turn has ended (FC-29). `turn` is how many minutes one turn may take, 0 for no limit. */
export interface Phase {
  id: string
  title: string
  minutes: number
  speak: Speak
  turn: number
  ends: "facilitator" | "time"
}

/** The case as its member and its claimer see it. */
export interface CaseView {
  kind: "case"
  source: Source
  triage: Triage
  room: string | null
  member: string | null
  raised_at: number | null
  told: boolean
  claimed_at: number | null
  claimer: string | null
  closed_at: number | null
}

/** The desk as everybody at it sees it: open cases, oldest first. */
export interface DeskView {
  kind: "desk"
  seats: StaffView[]
  cases: CaseListed[]
}

export interface StaffView {
  seat: number
  name: string | null
}
