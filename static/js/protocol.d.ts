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
/** What a reading or a cue card may hold, in code points. */
export type LongWords = string
/** A name as typed; what can't be one is refused by the rules, which say what to do. */
export type Name = string
/** Who may write in a phase (formats.md). */
export type Speak = "facilitator" | "reader" | "self_id" | "queue" | "round" | "tag" | "speaker" | "discussion" | "open" | "silent"
/** The small set of words that go under a line. */
export type Reaction = "with_you" | "thank_you" | "welcome" | "congratulations"
export type Crosstalk = "none" | "allowed" | "after_round" | "questions_to_lead"
/** Who comes in: everybody; everybody by the lobby; members, others by the lobby; members only. */
export type Door = "open" | "knock" | "members" | "invitation"
export type OnEnter = "lock" | "unlock" | "close_queue"
export type Id = string
export type Title = string
/** What somebody came in as; staff hold a meeting where nobody else does (FC-24). */
export type Role = "member" | "facilitator" | "staff"
/** A seat of service; `standby` is offered the chair when it is lost (FC-24). */
export type Service = "co_chair" | "standby" | "greeter" | "timekeeper" | "reader" | "speaker"
/** What a facilitator posts; the newest topic is pinned. */
export type Kind = "cue" | "reading" | "topic" | "announcement"
/** How long a mute lasts: some minutes, to the end of the phase, or of the meeting (FC-19). */
export type MuteScope = "time" | "phase" | "meeting"
export type MuteReason = "pause" | "crosstalk" | "advice" | "contact" | "flood" | "raid"
/** What a facilitator asks one member to mind (CM-18). */
export type NoteReason = "crosstalk" | "advice" | "contact" | "detail" | "length" | "unkind"
/** What a facilitator did to somebody that can be appealed; `words`: those that were taken out (CM-19). */
export type About = "note" | "mute" | "removal" | "words"
/** It hurts; it tells who somebody is; it tells of using in detail; it sells or advertises. */
export type ReportReason = "hurts" | "identifies" | "using" | "sells" | "other"
/** What a facilitator says of words with their release (CM-11). */
export type ReleaseNote = "" | "not_medical_advice"
/** What became of held words: only `released` ones were published. */
export type HeldEnd = "released" | "given_back" | "taken_back" | "time" | "muted" | "removed" | "left" | "closed"
/** Whose invitation somebody came by; empty where there is nothing to be said of it. */
export type SameLink = "" | "muted" | "removed"
export type Place = number
export type Knocking = number
export type SessionDigest = string
/** Which link somebody came by, as only this log knows it; empty where they came by none (A102). */
export type InvitationDigest = string
/** A member pressed Help, or the review noticed words (CE-06). */
export type Source = "help" | "signal"
/** Only a person raises a case to imminent. */
export type Triage = "imminent" | "urgent" | "support"
export type Outcome = "supported" | "handed_over" | "crisis_line" | "emergency_services" | "left" | "unreachable" | "false_alarm"
/** Why a claim holds no more: its holder has no socket; wrote nothing in time; was not heard of for minutes; or has put the case back (CE-12). */
export type Lapse = "away" | "no_word" | "untouched" | "put_back"
/** Why somebody takes a case that another has: it was their own in another window; they agreed on it; the other does not answer; it needs somebody else. */
export type TakeOver = "signed_in_anew" | "agreed" | "silent" | "graver"
export type Status = "raised" | "unanswered" | "claimed" | "closed"
/** How a meeting's chair stands: somebody has it, or the meeting is over; nobody is there; and the meeting went quiet for it (FC-24). */
export type Chair = "held" | "lost" | "quiet"
export type Session = string
export type CaseId = string
/** What a posted text can be marked up with, by the names that HTML has for it. */
export type MarkTag = "p" | "br" | "strong" | "em" | "ul" | "ol" | "li" | "a"
/** 128 random bits as hex, chosen by the client once per intent and kept when it sends again. */
export type CommandId = string
export type SeatNumber = number
/** `120.f3a9...`: a stream's number and the id of the entry there; `0.` before the first. */
export type Cursor = string
export type Stream = "room" | "chair" | "own"
/** Why a client starts afresh: `new` has no cursor; the others say why a cursor could not be resumed. `streams`: it is not of the streams that the seat reads now. */
export type Reason = "new" | "ahead" | "diverged" | "too_far" | "bad" | "streams"

export type SeatCommand = Open | Close | NextPhase | Say | Edit | Post | Tell | Redact | Report | Fold | Unfold | Release | GiveBackHeld | TakeBackHeld | React | Rename | TakeNameOut | Listen | AnnounceDraft | RaiseHand | LowerHand | LowerHands | MoveHand | CloseQueue | OpenQueue | Invite | Next | Accept | Pass | NotYet | Done | Tag | EndTurn | GiveBack | Extend | Pause | Resume | Mute | Unmute | MuteAll | UnmuteAll | Remove | PurgeRecent | Freeze | Thaw | RaiseShield | LowerShield | Note | Appeal | AnswerAppeal | Lock | Unlock | Admit | Reseat | TurnAway | ClearLobby | Appoint | Dismiss | Handover | AcceptChair | DeclineChair
export type CaseSeatCommand = Write | Touch | PutBack | CloseCase
export type AnyEntry = Convened | Opened | PhaseBegan | Closed | Said | Edited | Replaced | HistoryGone | Posted | Told | ToldYou | Held | HeldYours | HeldEnded | HeldYoursEnded | StrikeProposed | Redacted | Folded | Unfolded | Reported | ReportNoted | ReportsAnswered | NeedSeen | Reacted | Renamed | NameTakenOut | ListeningChosen | CareNoticed | Answered | CrosstalkNoticed | DraftAnnounced | SeatTaken | SeatGiven | CameBy | SeatLeft | CameBack | Knocked | KnockGiven | KnockAnswered | LobbyCleared | StrangersCame | Locked | Unlocked | HandRaised | HandLowered | HandMoved | HandWentAway | HandCameBack | QueueClosed | QueueOpened | Invited | InviteEnded | FloorTaken | TurnEnded | TurnExtended | LastLineGranted | PauseBegan | PauseEnded | HolderWentAway | HolderCameBack | MomentGiven | MomentEnded | Muted | Unmuted | AllMuted | AllUnmuted | Removed | Frozen | Thawed | ShieldRaised | ShieldLowered | Noted | NotedYou | Appealed | AppealedYou | AppealAnswered | AppealAnsweredYou | RemovalLifted | Appointed | Dismissed | ChairOffered | ChairOfferEnded | ChairTaken | ChairWentAway | ChairCameBack | WentQuiet
export type CaseEntry = CaseRaised | HelpPressedAgain | MemberNamed | MemberLeft | Excerpt | LineGiven | NobodyThere | SomebodyThere | Unanswered | Claimed | ClaimLapsed | ClaimResumed | Touched | Wrote | CaseClosed | OutcomeNoted
export type DeskEntry = CameToDesk | DeskSeatGiven | CaseListed | ChairListed | PressesListed | PressesPutAway
export type InboundFrame = Hello | Command | Typing | Who
export type OutboundFrame = Fresh | Resumed | Entries | Receipt | Refusal | Retry | Heartbeat | Presence | SeatTyping | Care | People

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
  | "all_muted"
  | "frozen"
  | "paused"
  | "nobody_in_chair"
  | "readers_only"
  | "speaker_only"
  | "said_already"
  | "one_short_line"
  | "no_reactions_now"
  | "contact_details"
  | "methods"
  | "link"
  | "full_name"
  | "may_identify"
  | "crosstalk"
  | "use_detail"
  | "think_again"
  | "own_phrase"
  | "sourcing"
  | "held_already"
  | "edit_held"
  | "edit_over"
  | "posted_stays"
  | "already_decided"
  | "too_long"
  | "empty"
  | "no_such_act"
  | "appealed_already"
  | "no_such_appeal"
  | "appeal_answered"
  | "not_your_own_act"
  | "no_such_line"
  | "own_words"
  | "not_your_line"
  | "no_queue_now"
  | "queue_closed"
  | "shared_already"
  | "no_urgent_lane"
  | "no_such_hand"
  | "no_limit"
  | "too_late"
  | "no_tag_now"
  | "tag_first"
  | "they_shared_already"
  | "they_listen"
  | "they_are_away"
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
  | "name_long"
  | "name_marks"
  | "name_reserved"
  | "name_hurts"
  | "name_contact"
  | "name_full"
  | "name_taken"
  | "no_such_seat"
  | "names_locked"
  | "locked"
  | "lobby_full"
  | "turned_away"
  | "next_not_begun"
  | "they_are_here"
  | "no_such_knock"
  | "chair_acts"
  | "chair_hands_over"
  | "no_offer"
  | "offer_open"
  | "facilitators_act"
  | "not_on_a_facilitator"
  | "last_phase"
  | "no_meeting"
  | "already_closed"
  | "already_claimed"
  | "case_taken"
  | "own_case"
  | "no_such_case"
  | "staff_only"
  | "not_recorded"
  | "invitation_unknown"
  | "invitation_expired"
  | "invitation_used_up"
  | "many_come"
  | "many_call"
  | "no_such_page"
  | "door_busy"
  | "many_at_door"
  | "sign_in_wrong"
  | "not_signed_in"
  | "case_open_here"
  | "passkey_wrong"
  | "password_short"
  | "password_long"
  | "code_wrong"
  | "handle_taken"
  | "last_way_in"
  | "not_set_up"
  | "leads_only"
  | "bad_setting"
  | "last_lead"
  | "no_such_person"
  | "room_unfit"
  | "no_such_way"
  | "no_session"
  | "not_yours"
  | "bad_command"
  | "bad_json"
  | "rate_limited"
  | "id_reused"
  | "overtaken"
  | "foreign_origin"
  | "secret_in_url"
  | "server_error"
  | "bad_request"

/** A facilitator opens the meeting and takes the chair: the first phase begins. */
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

/** A line to the room; `!`, `done` or `pass` alone are the typed customs (FC-13). `anyway`: its author was asked about it, and sends it as it is (CM-04, CM-10). */
export interface Say {
  type: "say"
  text: Words
  epoch: Epoch
  anyway?: boolean
}

/** Other words for line `number` of one's own, in one's own turn or for a while where everybody writes (CM-14). `anyway` as of a line. */
export interface Edit {
  type: "edit"
  number: Number
  text: Words
  epoch: Epoch
  anyway?: boolean
}

/** A facilitator posts a cue card, a reading, the topic or an announcement; a reader a reading. */
export interface Post {
  type: "post"
  kind: Kind
  text: LongWords
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

/** Asks the facilitators to look at line `number` of somebody else; nobody learns by whom (CM-20). */
export interface Report {
  type: "report"
  number: Number
  why?: ReportReason
}

/** A facilitator has line `number` stand behind a label that everybody may open, or leaves it there. */
export interface Fold {
  type: "fold"
  number: Number
}

/** A facilitator has everybody read line `number`, or leaves what was reported as it is. */
export interface Unfold {
  type: "unfold"
  number: Number
}

/** A facilitator publishes a held message, by its number in the facilitators' stream (CM-16). */
export interface Release {
  type: "release"
  number: Number
  note?: ReleaseNote
}

/** A facilitator gives a held message back to its author, by its number in the facilitators' stream. */
export interface GiveBackHeld {
  type: "give_back_held"
  number: Number
}

/** Takes back one's own message that waits for a facilitator, by its number in one's own stream. */
export interface TakeBackHeld {
  type: "take_back_held"
  number: Number
}

/** A word under line `number`, or, where `on` is false, no longer. */
export interface React {
  type: "react"
  number: Number
  kind: Reaction
  on?: boolean
}

/** Another name for oneself; it is speech and goes the same way (W12). */
export interface Rename {
  type: "rename"
  name: Name
}

/** A facilitator takes somebody's name out: the seat goes by a neutral one until they choose another. */
export interface TakeNameOut {
  type: "take_name_out"
  seat: SeatId
}

/** To be here to listen: not asked, not named, not in a round. Writing stays as it is. */
export interface Listen {
  type: "listen"
  on: boolean
}

/** The holder has words that are not sent yet; they may follow at the hard end (FC-14). */
export interface AnnounceDraft {
  type: "announce_draft"
  epoch: Epoch
}

/** Asks for the floor; `urgent` in the lane of burning desire, where the phase has one. */
export interface RaiseHand {
  type: "raise_hand"
  urgent?: boolean
}

/** Takes a hand down: one's own, or a facilitator another's (`seat`) (FC-03). */
export interface LowerHand {
  type: "lower_hand"
  seat?: SeatId | null
}

/** A facilitator takes all hands down (FC-03). */
export interface LowerHands {
  type: "lower_hands"
}

/** A facilitator gives a hand another place in the queue; 1 is next. */
export interface MoveHand {
  type: "move_hand"
  seat: SeatId
  place: Place
}

/** No further hands; those who wait keep their place, and the urgent lane stays open (FC-26). */
export interface CloseQueue {
  type: "close_queue"
}

/** Hands may be raised again. */
export interface OpenQueue {
  type: "open_queue"
}

/** A facilitator offers the floor to a seat, or to the first hand (FC-05). */
export interface Invite {
  type: "invite"
  epoch: Epoch
  seat?: SeatId | null
}

/** A facilitator ends the running turn, if there is one, and invites the next hand (FC-07). */
export interface Next {
  type: "next"
  epoch: Epoch
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

/** The invited seat would like to be asked again later: their hand goes to the end. */
export interface NotYet {
  type: "not_yet"
  epoch: Epoch
}

/** The holder ends the turn. */
export interface Done {
  type: "done"
  epoch: Epoch
}

/** In a tag phase: whoever has, or just had, the floor names who is next (FC-28). */
export interface Tag {
  type: "tag"
  epoch: Epoch
  seat: SeatId
}

/** A facilitator ends the running turn, or takes an open invitation back. */
export interface EndTurn {
  type: "end_turn"
  epoch: Epoch
}

/** A facilitator returns the floor to whoever had it last (FC-10). */
export interface GiveBack {
  type: "give_back"
  epoch: Epoch
}

/** A facilitator gives the running turn some minutes more (FC-15). */
export interface Extend {
  type: "extend"
  epoch: Epoch
  minutes: number
}

/** A facilitator stops the clocks of the floor; nobody but facilitators writes (FC-15). */
export interface Pause {
  type: "pause"
}

/** The floor goes on. */
export interface Resume {
  type: "resume"
}

/** A facilitator keeps a member from writing, for `minutes` or up to the end of `until` (FC-19). */
export interface Mute {
  type: "mute"
  seat: SeatId
  minutes?: Minutes
  until?: MuteScope
  reason?: MuteReason
}

/** A facilitator ends a mute before its time. */
export interface Unmute {
  type: "unmute"
  seat: SeatId
}

/** A facilitator keeps everybody but the facilitators from writing, for some minutes. */
export interface MuteAll {
  type: "mute_all"
  minutes?: Minutes
}

/** Everybody may write again as role, phase and floor say (FC-20). */
export interface UnmuteAll {
  type: "unmute_all"
}

/** A facilitator takes a member out of this meeting; Help and the case line stay open to them. */
export interface Remove {
  type: "remove"
  seat: SeatId
}

/** A facilitator takes the words of a seat's last `seconds` out. */
export interface PurgeRecent {
  type: "purge_recent"
  seat: SeatId
  seconds?: number
}

/** A facilitator stops everything but the facilitators' own acts and Help (FC-21). */
export interface Freeze {
  type: "freeze"
}

/** All is exactly as it was before the freeze. */
export interface Thaw {
  type: "thaw"
}

/** Against a raid, in one: members muted, the lobby on, names locked, strangers' last lines folded. */
export interface RaiseShield {
  type: "raise_shield"
}

/** The raid is over. */
export interface LowerShield {
  type: "lower_shield"
}

/** A facilitator asks one member to mind something; nobody else in the room reads it (CM-18). */
export interface Note {
  type: "note"
  seat: SeatId
  reason: NoteReason
}

/** Whom it befell asks another facilitator to look at it again, once (CM-19). `number` is that of the note, or of the line whose words were taken out; of a mute or a removal it is the one that stands. Of the removed this alone is heard, and of their removal. */
export interface Appeal {
  type: "appeal"
  about: About
  number?: Number | null
  text?: Words | null
}

/** A facilitator who did not decide it upholds an appeal, or lets the act stand; with a word to them. */
export interface AnswerAppeal {
  type: "answer_appeal"
  appeal: Number
  upheld: boolean
  text?: Words | null
}

/** Nobody new comes in. */
export interface Lock {
  type: "lock"
}

/** The door is as the group has set it. */
export interface Unlock {
  type: "unlock"
}

/** A facilitator lets somebody in from the lobby. */
export interface Admit {
  type: "admit"
  knock: Knocking
}

/** A facilitator says that who waits is who had this member's seat: they sit there again. */
export interface Reseat {
  type: "reseat"
  knock: Knocking
  seat: SeatId
}

/** A facilitator does not let somebody in. */
export interface TurnAway {
  type: "turn_away"
  knock: Knocking
}

/** A facilitator turns away all strangers who wait; with `everybody`, who was invited too (A92). */
export interface ClearLobby {
  type: "clear_lobby"
  everybody?: boolean
}

/** A facilitator gives a seat of service; a co-chair is given by the chair. */
export interface Appoint {
  type: "appoint"
  seat: SeatId
  service: Service
}

/** Takes a seat of service back; `co_chair` from any facilitator of lower role. */
export interface Dismiss {
  type: "dismiss"
  seat: SeatId
  service: Service
}

/** The chair offers the chair; until they accept nothing changes (FC-23). */
export interface Handover {
  type: "handover"
  seat: SeatId
}

/** Takes the chair that was offered. */
export interface AcceptChair {
  type: "accept_chair"
}

/** Would rather not have the chair. */
export interface DeclineChair {
  type: "decline_chair"
}

/** A line on the case line, by the member or by the one who claimed the case. */
export interface Write {
  type: "write"
  text: Words
}

/** The one who has the case is still with it, and has seen the line up to number `read` (CE-12). */
export interface Touch {
  type: "touch"
  read?: number
}

/** The one who has the case puts it back: it waits for all at the desk again (CE-14). */
export interface PutBack {
  type: "put_back"
}

/** The one who claimed the case closes it; the member closes it by saying they are all right. */
export interface CloseCase {
  type: "close_case"
  outcome: Outcome
}

/** The log begins: this is the agenda, and these are the group's ways. */
export interface Convened {
  type: "convened"
  format: string
  phases: Phase[]
  flags?: Flags
}

/** The meeting is open, in the first phase of its agenda; the facilitator `by` has the chair. */
export interface Opened {
  type: "opened"
  by?: number
}

/** The agenda moved to `phase`, an index from 0; `time` where the one before was over. `order` is that of a round, fixed now (FC-28). */
export interface PhaseBegan {
  type: "phase_began"
  phase: number
  by?: "facilitator" | "time"
  order?: number[]
}

/** The meeting is over; `by` says whether a facilitator closed it or it was left open too long. */
export interface Closed {
  type: "closed"
  by: "facilitator" | "time"
}

/** A line to the room; lines of one turn share `turn` (0 outside a turn) (FC-11). `fold`: the label that it stands behind for everybody, its author too, until somebody opens it; empty for none (CM-07). `late`: it was held, and released when its turn or its part of the meeting was over (CM-16). `note`: what the facilitator who released it says of it (CM-11). */
export interface Said {
  type: "said"
  words?: string | null
  seat: number
  turn?: number
  fold?: string
  late?: boolean
  note?: ReleaseNote
}

/** `seat` has changed line `number` of theirs: these are its words now (CM-14). Those of the entry `over`, its number in the room, are gone: of the line itself, or of the edit before. `fold`: the label that the new words stand behind, unless the line is folded already. */
export interface Edited {
  type: "edited"
  words?: string | null
  seat: number
  number: number
  over: number
  fold?: string
}

/** To the facilitators: what line `number` of the room read until its author changed it (CM-14). */
export interface Replaced {
  type: "replaced"
  words?: string | null
  number: number
}

/** To the facilitators: line `number` is taken out, and all that it read before, the entries `over` there. */
export interface HistoryGone {
  type: "history_gone"
  number: number
  over: number[]
}

/** A cue card, a reading, the topic or an announcement; `fold` and `late` as of a line. */
export interface Posted {
  type: "posted"
  words?: string | null
  seat: number
  kind: Kind
  fold?: string
  late?: boolean
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

/** To the facilitators: words of `seat` wait for one of them, until `until`; nobody else has them (CM-16). They would be a line of `turn`, or posted, or behind the label `fold`. */
export interface Held {
  type: "held"
  words?: string | null
  seat: number
  until: number
  turn?: number
  post?: Kind | ""
  fold?: string
  why?: Why[]
}

/** The same to their author: they wait for a facilitator, and nobody in the room has them (CM-17). */
export interface HeldYours {
  type: "held_yours"
  words?: string | null
  owner: number
}

/** To the facilitators: what became of the words of entry `number` there; they are gone from it. `by` is the seat that decided, 0 for nobody. */
export interface HeldEnded {
  type: "held_ended"
  number: number
  how: HeldEnd
  by?: number
}

/** The same to their author, of entry `number` there; the words where they are the author's again. */
export interface HeldYoursEnded {
  type: "held_yours_ended"
  words?: string | null
  owner: number
  number: number
  how: HeldEnd
}

/** To the facilitators: a rule refused words of this member's, of this kind, and nobody read them. No strike is given: whether there is to be one, a person says (CM-06, CM-18). */
export interface StrikeProposed {
  type: "strike_proposed"
  seat: number
  kind: string
}

/** The words of entry `number` of the room are gone. `along`: the first of the lines that were taken out with it in one act; 0 for that one, and one alone. `over`: the entry of the room that had its words by then, where it was changed; else 0. */
export interface Redacted {
  type: "redacted"
  number: number
  by: "self" | "facilitator"
  along?: number
  over?: number
}

/** The words of entry `number` of the room stand behind a label that anybody may open. By two members who reported them, until a facilitator decides; or by a facilitator (CM-20). */
export interface Folded {
  type: "folded"
  number: number
  by: "reports" | "facilitator"
}

/** A facilitator has everybody read the words of entry `number` of the room. */
export interface Unfolded {
  type: "unfolded"
  number: number
}

/** To the facilitators: a member asks them to look at line `number` of the room. Never which member. */
export interface Reported {
  type: "reported"
  number: number
  why: ReportReason
}

/** To nobody: who reported line `number` of the room, so that they count once (CM-20). */
export interface ReportNoted {
  type: "report_noted"
  seat: number
  number: number
}

/** To the facilitators: one of them, `by`, has decided about what was reported of line `number`. */
export interface ReportsAnswered {
  type: "reports_answered"
  number: number
  by: number
}

/** To nobody: in line `number`, 0 for the newest, `seat` tells of a need, so no report folds it (CM-20). */
export interface NeedSeen {
  type: "need_seen"
  seat: number
  number?: number
}

/** A word of `seat` under line `number` of the room; where `on` is false, no longer. */
export interface Reacted {
  type: "reacted"
  seat: number
  number: number
  kind: Reaction
  on?: boolean
}

/** `seat` goes by another name, the words. Who has not written yet leaves no old name behind: the words of the entries `over`, numbers of the room, are gone, and nobody is told of it. */
export interface Renamed {
  type: "renamed"
  words?: string | null
  seat: number
  over?: number[]
}

/** A facilitator took the name of `seat` out, with the entries `over` that told it; the words stand for it. */
export interface NameTakenOut {
  type: "name_taken_out"
  words?: string | null
  seat: number
  over?: number[]
}

/** `seat` is here to listen, or no longer only that. */
export interface ListeningChosen {
  type: "listening_chosen"
  seat: number
  on: boolean
}

/** To the facilitators: this member may need care, and has a case at the desk. No words (CE-06). `attended`: whether anybody was at the desk then; null where that was not noted. */
export interface CareNoticed {
  type: "care_noticed"
  seat: number
  attended?: boolean | null
}

/** To nobody: `seat` was asked whether their line answers a share, and sent it as it is (CM-10). */
export interface Answered {
  type: "answered"
  seat: number
}

/** To the facilitators: `seat` has answered what others shared several times (CM-10). */
export interface CrosstalkNoticed {
  type: "crosstalk_noticed"
  seat: number
}

/** To the holder alone: their unsent words may follow at the hard end (FC-14). */
export interface DraftAnnounced {
  type: "draft_announced"
  seat: number
}

/** Somebody came in; `words` is the name they chose. */
export interface SeatTaken {
  type: "seat_taken"
  words?: string | null
  seat: number
  role: Role
}

/** To one seat: the session (as a keyed digest for this log) that it belongs to. `stranger`: a member by an open door, whatever link they came by: it may have leaked. */
export interface SeatGiven {
  type: "seat_given"
  seat: number
  session: string
  stranger?: boolean
}

/** To nobody: the invitation, as a keyed digest for this log, that whoever has this seat came by. */
export interface CameBy {
  type: "came_by"
  seat: number
  invitation: string
}

/** The session of `seat` has ended: the seat is nobody's, and its name is free. */
export interface SeatLeft {
  type: "seat_left"
  seat: number
}

/** Whoever had `seat` sits there again, as a facilitator said; the words are their name. */
export interface CameBack {
  type: "came_back"
  words?: string | null
  seat: number
}

/** To the facilitators: somebody is in the lobby; `words` is the name they chose. `same_link`: they came by the invitation of somebody who is muted, or was removed, as did `others` who are here. Seat `ghost` has, or had, that very name. They come in as `role`. `invited`: the group let them in before. The same knock once more is a corrected name. */
export interface Knocked {
  type: "knocked"
  words?: string | null
  knock: number
  role?: Role
  same_link?: SameLink
  others?: number
  ghost?: number
  invited?: boolean
}

/** To nobody: the session that a knock belongs to, and the invitation it came by. */
export interface KnockGiven {
  type: "knock_given"
  knock: number
  session: string
  invitation?: string
}

/** To the facilitators: whoever knocked was let in, or turned away, by `by`; or they wait no longer. */
export interface KnockAnswered {
  type: "knock_answered"
  knock: number
  answer: "admitted" | "turned_away" | "withdrawn"
  by: number
}

/** To the facilitators: all strangers who waited were turned away by `by`; with `everybody`, all. */
export interface LobbyCleared {
  type: "lobby_cleared"
  by: number
  everybody?: boolean
}

/** To the facilitators: so many within a minute who may be of a raid; the shield is offered (A92). `same`: several who came lately wrote the same words. `knock`: from now on everybody knocks at the open door, until the meeting ends; who is in stays in, and nothing else changes for them (CM-22). */
export interface StrangersCame {
  type: "strangers_came"
  same?: boolean
  knock?: boolean
}

/** Nobody new comes in. */
export interface Locked {
  type: "locked"
}

/** The door is as the group has set it. */
export interface Unlocked {
  type: "unlocked"
}

/** A hand is up at `place` of the queue, 0 for its end; `server` where a lost turn is owed (FC-16). */
export interface HandRaised {
  type: "hand_raised"
  seat: number
  place?: number
  urgent?: boolean
  by?: "self" | "server"
}

/** A hand is down; `by` is the role that took it down (FC-03), or `away`: kept for long enough (FC-17). */
export interface HandLowered {
  type: "hand_lowered"
  seat: number
  by: "self" | "facilitator" | "away"
}

/** A facilitator gave a hand another place; 1 is next. */
export interface HandMoved {
  type: "hand_moved"
  seat: number
  place: number
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

/** No further hands but urgent ones (FC-26). */
export interface QueueClosed {
  type: "queue_closed"
}

/** Hands may be raised again. */
export interface QueueOpened {
  type: "queue_opened"
}

/** The floor is offered to `seat` by seat `by` (0: it passed on by itself), until `until`. `at_once`: it follows the end of a turn or invitation, and both are one change of the floor. */
export interface Invited {
  type: "invited"
  seat: number
  by: number
  until?: number
  at_once?: boolean
}

export interface InviteEnded {
  type: "invite_ended"
  seat: number
  reason: "passed" | "withdrawn" | "muted" | "removed" | "left" | "phase" | "not_yet" | "expired" | "given_back" | "quiet"
}

/** `seat` has the floor; this is turn number `turn` of the meeting. */
export interface FloorTaken {
  type: "floor_taken"
  seat: number
  turn: number
}

/** A turn is over; `muted` is what older logs call `revoked`. */
export interface TurnEnded {
  type: "turn_ended"
  seat: number
  reason: "done" | "passed" | "ended" | "revoked" | "muted" | "removed" | "left" | "phase" | "away" | "time"
}

/** A facilitator gave the running turn some minutes more (FC-15). */
export interface TurnExtended {
  type: "turn_extended"
  seat: number
  minutes: number
}

/** The turn's time is over; one line that was announced may still come, until `until` (FC-14). */
export interface LastLineGranted {
  type: "last_line_granted"
  seat: number
  until: number
}

/** The clocks of the floor stand still; facilitators write (FC-15). */
export interface PauseBegan {
  type: "pause_began"
}

/** The clocks of the floor run again. */
export interface PauseEnded {
  type: "pause_ended"
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

/** The turn's clock stands still for the holder until their next line, until `until` at the latest (CM-15). */
export interface MomentGiven {
  type: "moment_given"
  seat: number
  until: number
}

/** It runs again, unless something else holds it up. */
export interface MomentEnded {
  type: "moment_ended"
  seat: number
}

/** `seat` can't write until `until` (seconds since 1970), the end of the scope, or an unmute. */
export interface Muted {
  type: "muted"
  seat: number
  until: number
  scope?: MuteScope
  reason?: MuteReason
}

/** `seat` can write again; `phase` where the mute was for the phase. */
export interface Unmuted {
  type: "unmuted"
  seat: number
  by: "facilitator" | "time" | "phase" | "appeal"
}

/** Nobody but facilitators can write, until `until` at the latest. */
export interface AllMuted {
  type: "all_muted"
  until: number
}

/** The room's mute is over. */
export interface AllUnmuted {
  type: "all_unmuted"
  by: "facilitator" | "time"
}

export interface Removed {
  type: "removed"
  seat: number
}

/** Everything stands still (FC-21). */
export interface Frozen {
  type: "frozen"
}

/** All is as it was before the freeze; every clock goes on from where it stood. */
export interface Thawed {
  type: "thawed"
}

/** Against a raid: members muted, the lobby on, names locked; these numbers of the room folded. */
export interface ShieldRaised {
  type: "shield_raised"
  folded?: number[]
}

/** The raid is over. */
export interface ShieldLowered {
  type: "shield_lowered"
}

/** To the facilitators: `by` gave `seat` a note, the `note`-th of this meeting (CM-18). */
export interface Noted {
  type: "noted"
  note: number
  seat: number
  by: number
  reason: NoteReason
}

/** To whom it is for: the same note; `role` is that of whoever gave it. */
export interface NotedYou {
  type: "noted_you"
  owner: number
  note: number
  reason: NoteReason
  role: Role
}

/** To the facilitators: `seat` asks that somebody other than `decider` looks at an act again (CM-19). `number` is the act's: of its entry in the room, or of the note. `answer_by` is the time that was promised, in seconds since 1970; an appeal that is late stays open. `decider` is 0 where nobody knows. */
export interface Appealed {
  type: "appealed"
  words?: string | null
  appeal: number
  seat: number
  about: About
  number: number
  decider: number
  answer_by: number
}

/** To whoever appeals: the same, with who was asked; where nobody else holds the meeting it waits. */
export interface AppealedYou {
  type: "appealed_you"
  words?: string | null
  owner: number
  appeal: number
  about: About
  number: number
  answer_by: number
  asked?: "facilitators" | "nobody_yet"
}

/** To the facilitators: `by` upheld this appeal of `seat`, or let the act stand; the words are for them. */
export interface AppealAnswered {
  type: "appeal_answered"
  words?: string | null
  appeal: number
  seat: number
  by: number
  upheld: boolean
}

/** To whoever appealed: the same answer; `role` is that of whoever gave it. */
export interface AppealAnsweredYou {
  type: "appeal_answered_you"
  words?: string | null
  owner: number
  appeal: number
  upheld: boolean
  role: Role
}

/** An appeal was upheld: whoever had `seat` may come in there again; the words are their name. */
export interface RemovalLifted {
  type: "removal_lifted"
  words?: string | null
  seat: number
  services?: Service[]
}

export interface Appointed {
  type: "appointed"
  seat: number
  service: Service
}

export interface Dismissed {
  type: "dismissed"
  seat: number
  service: Service
}

/** The chair is offered to `seat` by seat `by` (0: the server), until `until` (FC-23, FC-24). */
export interface ChairOffered {
  type: "chair_offered"
  seat: number
  by: number
  until: number
}

export interface ChairOfferEnded {
  type: "chair_offer_ended"
  seat: number
  reason: "declined" | "expired" | "withdrawn"
}

/** `seat` has the chair; whoever had it is a co-chair now. */
export interface ChairTaken {
  type: "chair_taken"
  seat: number
}

/** No facilitator is connected; at `until` the meeting goes quiet (FC-24). */
export interface ChairWentAway {
  type: "chair_went_away"
  until: number
}

/** A facilitator is here again, in time. */
export interface ChairCameBack {
  type: "chair_came_back"
  seat: number
}

/** Nobody is in the chair: a running turn may finish, nobody is invited, staff are called (FC-24). */
export interface WentQuiet {
  type: "went_quiet"
}

/** The case is open; `words` is the member's name in the room, where they have one. `seat` is theirs in that `meeting`, 0 without one. */
export interface CaseRaised {
  type: "case_raised"
  words?: string | null
  source: Source
  triage: Triage
  room?: string | null
  meeting?: string | null
  seat?: number
}

/** The member pressed Help once more, and the desk is called once more. */
export interface HelpPressedAgain {
  type: "help_pressed_again"
}

/** The member goes by `words` now, in seat `seat` of a meeting. */
export interface MemberNamed {
  type: "member_named"
  words?: string | null
  room: string
  meeting: string
  seat: number
}

/** The member's session is over: nothing that is written here reaches them any more. */
export interface MemberLeft {
  type: "member_left"
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

/** The member is told at once: nobody is at the desk; these lines are there now (CE-10). After a claim that lapsed: nobody but whoever had it. */
export interface NobodyThere {
  type: "nobody_there"
}

/** The member, who was told that nobody is at the desk, is told that somebody is by now (CE-10). */
export interface SomebodyThere {
  type: "somebody_there"
}

/** The member is told: nobody has claimed the case in time; these lines are there now (CE-10). */
export interface Unanswered {
  type: "unanswered"
}

/** One of staff, from seat `desk_seat` at the desk, has the case; `words` is the name they go by. `replaces` is the seat that had it before and reads nothing after this; `reason` why, where that one had it still. */
export interface Claimed {
  type: "claimed"
  words?: string | null
  seat: number
  desk_seat?: number
  replaces?: number
  reason?: TakeOver | null
}

/** Nobody has the case any more: it waits for all at the desk, and the member is told so (CE-12). */
export interface ClaimLapsed {
  type: "claim_lapsed"
  why: Lapse
}

/** Who had the case last has it again. */
export interface ClaimResumed {
  type: "claim_resumed"
  seat: number
}

/** To the one who has the case: they were with it, and had seen the line up to number `read`. */
export interface Touched {
  type: "touched"
  seat: number
  read: number
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

/** How a case stands now. No words, no names. `position` says how far in the case's log that was, `seat` which one of its room the member has. Claimed: `since` when, and whether they have written. `lapsed`: `claimed_by` had it, until `since`. `unread` words of the member nobody has seen, the first `unread_since`; `pressed_at` says when Help was pressed last, `noticed` that the review had noticed words before, `left` that the member's session is over. `seat` is one of `meeting`. */
export interface CaseListed {
  type: "case_listed"
  case: string
  status: Status
  source: Source
  triage: Triage
  raised_at: number
  room?: string | null
  claimed_by?: number
  position?: number
  seat?: number
  lapsed?: Lapse | null
  since?: number | null
  has_word?: boolean
  unread?: number
  unread_since?: number | null
  pressed_at?: number | null
  noticed?: boolean
  left?: boolean
  meeting?: string | null
}

/** How the chair of a meeting in `room` stands, and since when nobody has it. No names. `position` says how far in the meeting's log that was. */
export interface ChairListed {
  type: "chair_listed"
  meeting: string
  room: string
  chair: Chair
  since: number
  position: number
}

/** Help was pressed so often by people without a seat, beyond what can be a case each (A98, A99). All those before one `room`, or before none, are one entry: the first at `since`, the last at `last`. Whoever pressed has the helplines, and whoever wrote words has a case of their own. */
export interface PressesListed {
  type: "presses_listed"
  presses: number
  since: number
  last: number
  room?: string | null
}

/** Somebody of staff, from seat `by`, has seen so many of them; what came since then stays. */
export interface PressesPutAway {
  type: "presses_put_away"
  presses: number
  by: number
  room?: string | null
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

/** Asks for those of a crowd whom a client does not know. `people` answers, at once while a client does not ask more than a few times in a second. */
export interface Who {
  type: "who"
  seats: SeatNumber[]
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

/** The cursor holds: every entry after it follows. `cursor` is the head. `crowd`: more than 200 have come to this meeting, and who is not known can be asked for by `who`. */
export interface Resumed {
  type: "resumed"
  seat: number
  cursor: { [key in Stream]?: string }
  now: number
  crowd?: boolean
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

/** The seats that are here; shown as gone 15 seconds after their last socket. A hint: never in the log, never kept. With `count`, so many are here and `here` names only those of them who matter, as `seats` of a snapshot does. A client is here itself. */
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

/** Some of a crowd, as they are after the last entry that was sent, and how many sit: the answer to `who`, without those who do not exist; and, to all, whoever is named for the first time in a while. */
export interface People {
  type: "people"
  seats: SeatView[]
  crowd?: number
}

/** An entry in its stream: gapless number, id, seconds since 1970. `marks` are the words of what was posted as their elements, where they are marked up: whoever does not make elements of them shows the words. */
export interface Numbered {
  number: number
  id: string
  at: number
  entry: AnyEntry | CaseEntry | DeskEntry
  marks?: Mark[]
}

/** One element of a text that is marked up; what it holds is text and more of them. `href` is of a link, http or https alone; `start` where a list begins with another number than 1. */
export interface Mark {
  tag: MarkTag
  inside?: (string | Mark)[]
  href?: string
  start?: number
}

/** The meeting as one seat sees it, in one frame (FC-04). `hands` is in the order of the queue. `crowd` is how many sit, where they are more than 200: `seats` are then only those who matter, the facilitators and seats of service, the floor and its queue, the muted, and who wrote `lately`, the last of them last. `me` is this seat there. Of anybody else a client asks `who`. `lobby` is for facilitators; nobody else is told that anybody waits, and `strangers_at`, when they were offered the shield last, and whether the open door turned to knocking by then (`raided`). `reports`, `appeals`, `strikes` and `held` are for facilitators too. `waits` is what this seat wrote that a facilitator has yet to release. `why_silent` is the code of the reason why this seat may not write to the room now, null where it may. */
export interface Snapshot {
  kind: "meeting"
  format: string
  phases: Phase[]
  flags: Flags
  phase: number
  opened_at: number | null
  phase_began_at: number | null
  closed_at: number | null
  epoch: number
  turn: number
  turns: number
  holder: number | null
  turn_began_at: number | null
  turn_paused: number
  turn_stopped_at: number | null
  turn_extra: number
  last_line_until: number | null
  away_until: number | null
  last_turn: Turn | null
  invited: number | null
  invited_by: number
  invite_until: number | null
  hands: number[]
  urgent: number[]
  put_off: number[]
  queue_open: boolean
  seats: SeatView[]
  locked: boolean
  paused_at: number | null
  total_pause: number
  shield_at: number | null
  all_muted_at: number | null
  all_muted_until: number | null
  frozen_at: number | null
  chair: number | null
  offer: Offer | null
  chair_away_until: number | null
  is_quiet: boolean
  topic: Topic | null
  hands_away: AwayHand[]
  moment_until: number | null
  crowd: number | null
  lately: number[]
  me: SeatView | null
  lobby: KnockView[]
  strangers_at: number | null
  raided: boolean
  appeals: AppealView[]
  strikes: StrikesView[]
  reports: Reported[]
  held: HeldView[]
  waits: WaitingView[]
  why_silent: string | null
}

/** A seat as everybody in the room sees it. `said`: lines written in a phase of introductions. */
export interface SeatView {
  seat: number
  role: Role
  name?: string | null
  muted_until?: number | null
  mute_scope?: MuteScope
  mute_reason?: MuteReason
  removed?: boolean
  left?: boolean
  services?: Service[]
  listening?: boolean
  shared?: boolean
  said?: number
}

/** Somebody in the lobby, as facilitators see them: what `Knocked` says. */
export interface KnockView {
  knock: number
  name: string | null
  same_link: SameLink
  others: number
  ghost: number
  role: Role
  invited: boolean
}

/** An appeal that nobody has answered, as facilitators see it: what `Appealed` says. */
export interface AppealView {
  appeal: number
  seat: number
  about: About
  number: number
  decider: number
  answer_by: number
  words: string | null
}

/** How many notes and mutes somebody had in this meeting, as facilitators see it (CM-18). */
export interface StrikesView {
  seat: number
  notes: number
  mutes: number
}

/** Words that wait, as facilitators see them: what `Held` says, and its number. */
export interface HeldView {
  number: number
  seat: number
  words: string | null
  until: number
  turn?: number
  post?: Kind | ""
  fold?: string
  why?: Why[]
}

/** Words of `seat`, whose snapshot it is, that wait for a facilitator, by their number in its own stream. */
export interface WaitingView {
  seat: number
  number: number
  words: string | null
}

/** One reason why words are held, and where: a rule, or the places of what weighed most. */
export interface Why {
  kind: string
  code: string
  start: number
  end: number
  weighed?: Span[]
}

/** A place in words, [start, end) in code points. */
export interface Span {
  start: number
  end: number
}

/** A hand whose member is not connected; its place is kept until then. */
export interface AwayHand {
  seat: number
  until: number
}

/** The last turn that ended: whose it was and when. */
export interface Turn {
  seat: number
  at: number
}

/** What is pinned: the number in the room it was posted at, and its words. */
export interface Topic {
  number: number
  words: string | null
}

/** The chair, offered to `seat` by seat `by` (0: the server), until `until`. */
export interface Offer {
  seat: number
  by: number
  until: number
}

/** One step of the agenda. `minutes` is what it is meant to take; where it `ends` by `time`, the next one begins then, once a running turn has ended (FC-29). `turn` is how many minutes one turn may take, 0 for no limit; the holder is reminded `warn` seconds before, and the turn is ended `grace` seconds after (FC-14). With `calls` `next` the floor passes on to the next hand by itself, else the facilitator calls. `lines` is how many each may write where all introduce themselves. `urgent` is the lane of burning desire. */
export interface Phase {
  id: Id
  title: Title
  minutes: number
  speak: Speak
  turn: number
  ends: "facilitator" | "time"
  calls: "facilitator" | "next"
  warn: number[]
  grace: number
  lines: number
  fairness: boolean
  urgent: "off" | "beside" | "only"
  crosstalk: Crosstalk | null
  reactions: Reaction[]
  slots: Slot[]
  cues: Id[]
  on_enter: OnEnter[]
}

/** A place for a reading that the group brings itself: its own text, or where to find it. */
export interface Slot {
  title: Title
  role: "reader" | "facilitator"
  text: string
  url: string
}

/** The ways of a group that hold in all phases; a room may set its own (formats.md). `declared` is what fellowships call an open or closed meeting; who comes in is the `door`. `explicit_using` is what becomes of a share that tells of using in detail, where the organisation's policy leaves that to groups (CM-07). `share_limit` is the minutes of one turn, 0 to leave them to the phases. `history` says whether who comes late may read what was said before, `signals` whether facilitators learn that staff were told of a member's words (CE-06); never the words. Who appeals against what a facilitator did is promised an answer within `appeal_minutes` (CM-19). */
export interface Flags {
  declared: "open" | "closed"
  crosstalk: Crosstalk
  asks_if_used_today: boolean
  share_limit: number
  single_share: boolean
  fairness: boolean
  explicit_using: "bounce" | "fold" | "hold"
  length: number
  links: "facilitators" | "everyone"
  reactions: boolean
  door: Door
  history: "none" | "meeting"
  signals: "facilitators" | "staff"
  appeal_minutes: number
}

/** The case as its two ends see it. `claimed_seat` had it last; `lapsed`, why not any more. `read` and `touched_at` are for staff alone: nobody is told what another has read. */
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
  meeting: string | null
  seat: number
  pressed_at: number | null
  claimed_seat: number
  has_word: boolean
  lapsed: Lapse | null
  lapsed_at: number | null
  read: number
  touched_at: number | null
  left_at: number | null
}

/** The desk as everybody at it sees it: open cases, meetings without a facilitator, presses; oldest first. */
export interface DeskView {
  kind: "desk"
  seats: StaffView[]
  cases: CaseListed[]
  chairs: ChairListed[]
  presses: PressesListed[]
}

export interface StaffView {
  seat: number
  name: string | null
}
