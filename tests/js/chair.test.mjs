// What a facilitator's panel says and offers follows from the room alone, so that two of them see the same.
import assert from "node:assert/strict"
import { test } from "node:test"
import { start } from "./js/room.js"
import { cardsOf, load, mayPost, losers, moves, shouldClose, unanswered } from "./js/views/chair/sight.js"
import { closeAct, everyMinute, nextAct, onwards, phaseAct, remedies } from "./js/views/chair/acts.js"
import { closingNotices, lobbyNotes, notices, passedNotices } from "./js/views/chair/notices.js"
import { aloud, mutedBadge, phaseLine, raceLine, refusedLine } from "./js/views/chair/words.js"

const [ADA, MO, BEN, CHIDI, DANA] = [1, 2, 3, 4, 5]
const NOW = 1_000
const FREE = { slots: [], cues: [], ends: "facilitator", turn: 0, urgent: "off", fairness: false }
const PHASES = [
  { ...FREE, id: "opening", title: "Opening", minutes: 3, speak: "facilitator" },
  { ...FREE, id: "sharing", title: "Sharing", minutes: 12, speak: "queue", turn: 4 },
  { ...FREE, id: "burning", title: "Burning desire", minutes: 4, speak: "queue", turn: 3 },
  { ...FREE, id: "closing", title: "Closing", minutes: 3, speak: "facilitator" },
]
const SEATS = [
  { seat: ADA, role: "facilitator", name: "Ada" },
  { seat: MO, role: "facilitator", name: "Mo" },
  { seat: BEN, role: "member", name: "Ben" },
  { seat: CHIDI, role: "member", name: "Chidi" },
  { seat: DANA, role: "member", name: "Dana" },
]
const SNAPSHOT = {
  ...{ kind: "meeting", format: "small", phases: PHASES, flags: { door: "open" }, phase: 1, opened_at: 0, phase_began_at: NOW },
  ...{ closed_at: null, epoch: 7, turn: 0, turns: 0, holder: null, turn_began_at: null, turn_paused: 0, turn_stopped_at: null },
  ...{ turn_extra: 0, last_line_until: null, away_until: null, last_turn: null, invited: null, invited_by: 0, invite_until: null },
  ...{ hands: [], urgent: [], put_off: [], queue_open: true, seats: SEATS, locked: false, paused_at: null, total_pause: 0 },
  ...{ shield_at: null, all_muted_at: null, all_muted_until: null, frozen_at: null, chair: ADA, offer: null },
  ...{ chair_away_until: null, is_quiet: false, topic: null, hands_away: [], lobby: [], why_silent: null },
}

/** The room as Ada sees it, or whoever `seat` is. */
function room(changes = {}, seat = ADA) {
  return { ...start(SNAPSHOT, seat), ...changes }
}

const strip = (room, now) => Object.values(everyMinute(room, now)).map((act) => act?.label ?? "")
const keys = (notices) => notices.map(({ key }) => key)

test("while somebody has the floor, there is more time, a pause and an end", () => {
  const held = room({ holder: BEN, turns: 1, turnBeganAt: NOW, hands: [CHIDI] })
  assert.deepEqual(strip(held, NOW), ["+1 min", "Pause", "End turn"])
  assert.deepEqual(strip({ ...held, pausedAt: NOW }, NOW), ["+1 min", "Go on", "End turn"])
  assert.deepEqual(nextAct(held, NOW)?.command, { type: "next", epoch: 7 })
  assert.equal(nextAct(held, NOW)?.label, "End turn, invite Chidi")
  assert.equal(nextAct(room({ holder: BEN }), NOW), null)
  assert.equal(nextAct({ ...held, pausedAt: NOW }, NOW), null)
})

test("the first hand that is here is the next", () => {
  const waiting = room({ hands: [BEN, CHIDI], handsAway: [{ seat: BEN, until: NOW + 60 }] })
  assert.deepEqual(onwards(waiting, NOW)?.command, { type: "invite", epoch: 7, seat: CHIDI })
  assert.ok(keys(notices(waiting, NOW)).includes("away"))
})

test("in a tag phase whoever shared last names the next, and only then do facilitators invite (FC-28)", () => {
  const phases = PHASES.map((phase) => ({ ...phase, speak: phase.id === "sharing" ? "tag" : phase.speak }))
  const held = room({ phases, holder: BEN, turns: 1, turnBeganAt: NOW, hands: [CHIDI] })
  assert.equal(nextAct(held, NOW), null)
  const free = room({ phases, hands: [CHIDI], lastTurn: { seat: BEN, at: NOW + 10 } })
  assert.ok(!(onwards(free, NOW + 39)?.label === "Invite Chidi"))
  assert.match(notices(free, NOW + 39, 0).find(({ key }) => key === "naming")?.words ?? "", /^Ben may name who is next/)
  assert.ok((onwards(free, NOW + 40)?.label === "Invite Chidi"))
  assert.ok(!keys(notices(free, NOW + 40, 0)).includes("naming"))
  // It is nothing to tell to who is asked for a name.
  assert.ok(!keys(notices({ ...free, seat: BEN }, NOW + 39, 0)).includes("naming"))
})

test("once the time of a part is over, nobody else is offered to be invited (FC-29)", () => {
  const phases = PHASES.map((phase) => ({ ...phase, ends: "time" }))
  const held = room({ phases, holder: BEN, turns: 1, turnBeganAt: NOW, hands: [CHIDI] })
  assert.notEqual(nextAct(held, NOW + 12 * 60 - 1), null)
  assert.equal(nextAct(held, NOW + 12 * 60), null)
})

test("nobody is invited while the floor is held up", () => {
  for (const held of [{ pausedAt: NOW }, { shieldAt: NOW }, { allMutedAt: NOW, allMutedUntil: NOW + 60 }, { isQuiet: true }, { frozenAt: NOW }]) {
    assert.ok(onwards(room({ hands: [BEN], ...held }), NOW) === null, JSON.stringify(held))
  }
  assert.ok((onwards(room({ hands: [BEN] }), NOW)?.label === "Invite Ben"))
})

test("FC-10: for two minutes what undoes the end of a turn stands where the turn was ended", () => {
  const over = room({ lastTurn: { seat: BEN, at: NOW }, hands: [CHIDI] })
  const back = { type: "give_back", epoch: 7 }
  assert.deepEqual(strip(over, NOW + 119), ["", "Pause", "Give it back to Ben"])
  assert.deepEqual(everyMinute(over, NOW + 119).end?.command, back)
  assert.deepEqual(strip(over, NOW + 120), ["", "Pause", ""])
  assert.equal(everyMinute({ ...over, pausedAt: NOW }, NOW).end, null)
  assert.equal(onwards(over, NOW)?.label, "Invite Chidi")
  // Where one tap ended the turn and invited the next, it is undone there.
  const invited = { ...over, invited: CHIDI, invitedBy: ADA }
  assert.deepEqual(strip(invited, NOW), ["", "Pause", "Take invitation back"])
  assert.deepEqual(onwards(invited, NOW)?.command, back)
})

test("FC-10: the floor is not offered back to who has passed since", () => {
  const over = room({ turns: 3, lastTurn: { seat: BEN, at: NOW }, hands: [] })
  const passed = { seat: BEN, epoch: 7, at: NOW + 5, turns: 3 }
  assert.equal(everyMinute(over, NOW + 9, passed).end, null)
  assert.equal(onwards({ ...over, invited: CHIDI, invitedBy: ADA }, NOW + 9, passed), null)
  assert.equal(everyMinute(over, NOW + 9, { ...passed, seat: CHIDI }).end?.label, "Give it back to Ben")
  assert.equal(everyMinute({ ...over, turns: 4 }, NOW + 9, passed).end?.label, "Give it back to Ben", "they have shared after all")
})

test("before the end it is said that somebody has no answer yet, and that it is the last time", () => {
  const last = room({ phase: PHASES.length - 1 })
  assert.match(closingNotices(last, 1)[0]?.words ?? "", /^One person has no answer from you yet\. Once the meeting is closed, none can go out\.$/)
  assert.match(closingNotices(last, 2)[0]?.words ?? "", /^2 people have/)
  assert.deepEqual(closingNotices(last, 0), [])
  assert.deepEqual(closingNotices(room({ phase: 0 }), 1), [])
  assert.deepEqual(closingNotices({ ...last, closedAt: NOW }, 1), [])
})

test("FC-10: a turn that a mute has ended is given back with the unmute, by whoever may unmute", () => {
  const people = new Map([...room().people, [BEN, { ...room().people.get(BEN), mutedUntil: NOW + 300 }]])
  const over = room({ lastTurn: { seat: BEN, at: NOW }, people })
  const { end } = everyMinute(over, NOW)
  assert.equal(end?.label, "Unmute Ben, give it back")
  assert.deepEqual([end?.first, end?.command], [{ type: "unmute", seat: BEN }, { type: "give_back", epoch: 7 }])
  // A co-chair does not unmute the chair.
  const ofAda = new Map([...people, [ADA, { ...people.get(ADA), mutedUntil: NOW + 300 }]])
  assert.equal(everyMinute({ ...over, seat: MO, lastTurn: { seat: ADA, at: NOW }, people: ofAda }, NOW).end, null)
})

test("what ends a turn for good takes two taps and says whose", () => {
  assert.deepEqual([phaseAct(room())?.label, phaseAct(room())?.grave], ["Next: Burning desire", undefined])
  const held = phaseAct(room({ holder: BEN }))
  assert.deepEqual([held?.label, held?.grave], ["End Ben's turn, go on to Burning desire", true])
  assert.equal(phaseAct(room({ holder: ADA }))?.label, "End your turn, go on to Burning desire")
})

test("FC-26: more hands than there is time for, and the queue may be closed", () => {
  const three = room({ hands: [BEN, CHIDI, DANA] })
  assert.deepEqual(load(three, NOW), { minutes: 12, left: 12, tooMany: false })
  assert.ok(!shouldClose(three, NOW))
  assert.ok(shouldClose(three, NOW + 61))
  assert.ok(!shouldClose({ ...three, queueOpen: false }, NOW + 61))
})

test("FC-29: the overrun is lost by the phases that come next", () => {
  const late = room()
  assert.equal(phaseLine(late, NOW), "12 of 12 min left.")
  assert.equal(phaseLine(late, NOW + 12 * 60), "The time of this part is over.")
  const told = (minutes) => notices(late, NOW + (12 + minutes) * 60, 0).find(({ key }) => key === "over")?.words
  assert.equal(told(0), undefined)
  assert.equal(told(1), "Sharing is 1 minute over. Burning desire loses it.")
  assert.equal(told(4), "Sharing is 4 minutes over. Burning desire loses them.")
  assert.equal(told(5), "Sharing is 5 minutes over. Burning desire and Closing lose them.")
  assert.equal(told(9), "Sharing is 9 minutes over. Burning desire and Closing lose them.")
  assert.deepEqual(losers({ ...late, phase: 3 }, 5), [])
  // While the room is frozen no time passes.
  assert.equal(phaseLine({ ...late, frozenAt: NOW }, NOW + 800), "12 of 12 min left.")
})

test("FC-25: nobody moves their own hand ahead of others", () => {
  const mine = room({ hands: [BEN, ADA, CHIDI] })
  assert.equal(moves(mine, ADA).up, null)
  assert.deepEqual(moves(mine, ADA).down, { type: "move_hand", seat: ADA, place: 3 })
  assert.equal(moves(mine, BEN).up, null)
  assert.deepEqual(moves(mine, CHIDI).up, { type: "move_hand", seat: CHIDI, place: 2 })
  assert.equal(moves(mine, CHIDI).down, null)
})

test("FC-08: the loser of a race reads who did what", () => {
  assert.equal(raceLine(room({ invited: BEN }, MO), BEN, ADA), "Ben was invited by the chair.")
  assert.equal(raceLine(room({ invited: BEN }), BEN, MO), "Ben was invited by the co-chair.")
  assert.equal(raceLine(room({ invited: BEN }), BEN, ADA), "Ben was invited already.")
  assert.equal(raceLine(room({ invited: ADA }), ADA, MO), "You were invited by the co-chair.")
  assert.equal(raceLine(room({ holder: BEN }), BEN, 0), "Ben has the floor already.")
  const busy = { code: "floor_busy", words: "Somebody is invited.", facts: { seat: BEN, by: MO } }
  assert.equal(refusedLine(room({ invited: BEN, invitedBy: MO }), busy), "Ben was invited by the co-chair.")
  const stale = { code: "stale_epoch", words: "The meeting had just moved on." }
  assert.equal(refusedLine(room({ invited: BEN, invitedBy: MO }), stale), "Ben was invited by the co-chair.")
  assert.equal(refusedLine(room(), stale), "The meeting had just moved on.")
  assert.equal(refusedLine(room(), { code: "last_phase", words: "This is the last part." }), "This is the last part.")
})

test("what stands still is a notice with the way on", () => {
  const undo = (changes, key) => notices(room(changes), NOW).find((notice) => notice.key === key)?.acts[0]?.command.type
  assert.equal(undo({ frozenAt: NOW }, "frozen"), "thaw")
  // Where there are turns, the way on stands where the pause was pressed.
  assert.equal(undo({ pausedAt: NOW }, "paused"), undefined)
  assert.equal(everyMinute(room({ pausedAt: NOW }), NOW).pause?.command.type, "resume")
  assert.equal(undo({ pausedAt: NOW, phase: 0 }, "paused"), "resume")
  assert.equal(undo({ shieldAt: NOW }, "shield"), "lower_shield")
  assert.equal(undo({ allMutedAt: NOW, allMutedUntil: NOW + 60 }, "muted"), "unmute_all")
  assert.deepEqual(notices(room(), NOW), [])
})

test("FC-23, FC-24: the chair is taken by whom it is offered to, or where nobody has it", () => {
  const offer = { seat: MO, by: ADA, until: NOW + 30 }
  const [mine] = notices(room({ offer }, MO), NOW)
  assert.equal(mine?.words, "Ada offers you the chair.")
  assert.deepEqual(mine?.acts.map(({ command }) => command.type), ["accept_chair", "decline_chair"])
  assert.deepEqual(notices(room({ offer }), NOW).map(({ words, acts }) => [words, acts.length]), [["The chair is offered to Mo.", 0]])
  assert.deepEqual(keys(notices(room({ chair: null }, MO), NOW)), ["free"])
  assert.deepEqual(keys(notices(room({ isQuiet: true }), NOW)), ["free"])
})

test("who waits at the door is told, and let in from there where it is one", () => {
  const waits = (...lobby) => notices(room({ lobby }), NOW).find(({ key }) => key === "lobby")
  const [petra, otto] = [{ knock: 1, name: "Petra" }, { knock: 2, name: "Otto" }]
  assert.equal(waits(petra)?.words, "Petra waits at the door.")
  assert.deepEqual(waits(petra)?.acts[0]?.command, { type: "admit", knock: 1 })
  assert.equal(waits(petra, otto)?.words, "2 people wait at the door.")
  assert.deepEqual(waits(petra, otto)?.acts, [])
})

test("A47: of who waits it is said whose link they came by, how many share it, and whether they may have been here", () => {
  const knock = { knock: 1, name: "Petra", same_link: "", others: 0, ghost: 0 }
  const notes = (more, isHere = () => false, people = {}) => lobbyNotes(room({}, ADA, people), { ...knock, ...more }, isHere)
  assert.deepEqual(notes({}), { words: "", mayBeThem: false })
  assert.equal(notes({ same_link: "removed" }).words, "Same link as somebody who was removed, so they wait for your word.")
  assert.match(notes({ same_link: "muted", others: 1 }).words, /^Same link as somebody who is muted, so they wait for your word\. 1 here has it, too\.$/)
  assert.match(notes({ same_link: "muted", others: 3 }).words, / 3 here have it, too\.$/)
  assert.deepEqual(notes({ ghost: MO }), { words: "Somebody of that name was here and is gone.", mayBeThem: true })
  assert.equal(notes({ ghost: MO }, () => true).mayBeThem, false)
  const waits = notices(room({ lobby: [{ ...knock, same_link: "removed" }] }), NOW).find(({ key }) => key === "lobby")
  assert.equal(waits?.words, "Petra waits at the door. Same link as somebody who was removed.")
})

test("A92: where strangers came the shield is offered, by one tap, for a while, and not where it was put away", () => {
  const came = { strangersAt: NOW - 10 }
  const offer = (state, putAway = null, now = NOW) => notices(state, now, putAway).find(({ key }) => key === "raid")
  assert.deepEqual(offer(room(came))?.acts.map(({ command, grave }) => [command.type, grave]), [["raise_shield", false]])
  assert.equal(offer(room()), undefined)
  assert.equal(offer(room({ ...came, shieldAt: NOW })), undefined)
  assert.equal(offer(room(came), NOW - 10), undefined, "put away")
  assert.ok(offer(room(came), NOW - 700), "others came since")
  assert.ok(offer(room(came), null, NOW + 589))
  assert.equal(offer(room(came), null, NOW + 590), undefined, "a while ago")
})

test("CM-22: who holds the meeting is told that the door knocks by itself, and the shield is one tap away", () => {
  const [told] = notices(room({ strangersAt: NOW - 10, raided: true }), NOW).filter(({ key }) => key === "raid")
  assert.match(told?.words ?? "", /several wrote the same\. Everybody knocks from now on/)
  assert.deepEqual(told?.acts.map(({ command }) => command.type), ["raise_shield"])
})

test("A92: one act, of two taps, turns all strangers away; everybody where that is meant", () => {
  const [eve, gus, ida] = [{ knock: 1, name: "Eve" }, { knock: 2, name: "Gus" }, { knock: 3, name: "Ida", invited: true }]
  const acts = (...lobby) => remedies(room({ lobby })).map(({ act, does }) => [act.command, act.grave, does]).filter(([{ type }]) => type === "clear_lobby")
  assert.deepEqual(acts(), [])
  const [strangers, all] = acts(eve, gus, ida)
  assert.deepEqual(strangers?.slice(0, 2), [{ type: "clear_lobby" }, true])
  assert.equal(strangers?.[2], "2 wait whom nobody invited. Turned away, they can't knock again at this meeting; who was invited waits on.")
  assert.deepEqual(all?.slice(0, 2), [{ type: "clear_lobby", everybody: true }, true])
  assert.equal(all?.[2], "3 wait, and one was invited. Turned away, nobody of them can knock again at this meeting.")
  assert.deepEqual(acts(ida).map(([command]) => command), [{ type: "clear_lobby", everybody: true }])
  assert.equal(remedies(room({ lobby: [eve], openedAt: null })).length, 2, "before the meeting too")
  const waits = notices(room({ lobby: [eve, ida] }), NOW).find(({ key }) => key === "lobby")
  assert.equal(waits?.words, "2 people wait at the door; one of them was invited.")
})

test("what is grave asks first, and what is every minute's does not", () => {
  const asks = (acts) => acts.filter(({ grave }) => grave !== undefined).map(({ command }) => command.type)
  const acts = (state) => remedies(state).map(({ act }) => act)
  assert.deepEqual(asks([...acts(room()), closeAct(room())]), ["freeze", "raise_shield", "close"])
  assert.deepEqual(asks(acts(room({ frozenAt: NOW, shieldAt: NOW }))), ["thaw", "lower_shield"])
  assert.deepEqual(asks(Object.values(everyMinute(room({ holder: BEN, hands: [CHIDI], turnBeganAt: NOW }), NOW))), [])
})

test("a mute says how long and why, to those who hold the meeting", () => {
  const person = { mutedUntil: NOW, muteScope: "phase", muteReason: "advice" }
  assert.equal(mutedBadge(person), "muted for this part: advice")
  assert.equal(mutedBadge({ ...person, muteScope: "meeting", muteReason: "pause" }), "muted for this meeting")
  assert.equal(mutedBadge({ ...person, mutedUntil: null }), "")
})

test("the floor and the door are said aloud, and the queue is not", () => {
  const hands = room({ hands: [BEN, CHIDI] })
  assert.equal(aloud(room(), hands), "")
  assert.equal(aloud(hands, { ...hands, hands: [CHIDI, BEN] }), "")
  assert.equal(aloud(hands, { ...hands, invited: BEN }), "Ben is invited.")
  assert.equal(aloud({ ...hands, invited: BEN }, { ...hands, putOff: [BEN] }), "Ben is not ready yet.")
  assert.equal(aloud({ ...hands, holder: BEN }, hands), "The turn of Ben has ended.")
  assert.equal(aloud(hands, { ...hands, lobby: [{ knock: 1, name: "Petra" }] }), "Somebody waits at the door.")
})

test("FC-05: that somebody passed is told in words, for half a minute and until the floor moves on", () => {
  const invited = room({ hands: [BEN, CHIDI], invited: BEN })
  const after = { ...invited, invited: null, hands: [CHIDI], epoch: invited.epoch + 1 }
  const passed = { seat: BEN, epoch: after.epoch, at: NOW, turns: after.turns }
  const words = (state, at, who = passed) => passedNotices(state, at, who).map(({ words }) => words)
  assert.deepEqual([words(after, NOW), words(after, NOW + 29), words(after, NOW + 30)], [["Ben passed."], ["Ben passed."], []])
  assert.deepEqual(words({ ...after, epoch: after.epoch + 1 }, NOW), [])
  assert.deepEqual(words(after, NOW, null), [])
  assert.equal(aloud(invited, after, NOW, passed), "Ben passed.")
  assert.equal(aloud(invited, { ...after, invited: CHIDI }, NOW, passed), "Ben passed. Chidi is invited.")
  assert.equal(aloud(after, { ...after, hands: [] }, NOW, passed), "", "once")
  assert.equal(aloud(invited, after, NOW), "Ben is not invited any more.")
})

test("the readings and cards of a part are at hand, and go out between turns", () => {
  const slots = [
    { title: "Who we are", role: "reader", text: "We come as we are.", url: "https://example.org/who" },
    { title: "Left open", role: "reader", text: "", url: "" },
  ]
  const phases = PHASES.map((phase) => (phase.id === "sharing" ? { ...phase, slots, cues: ["short_lines"] } : phase))
  const cues = [
    { id: "welcome", title: "Welcome", text: "Welcome, everybody." },
    { id: "short_lines", title: "Write in short lines", text: "Send a few." },
  ]
  const sharing = room({ phases })
  assert.deepEqual(
    cardsOf(sharing, cues).map(({ kind, title, text }) => [kind, title, text]),
    [
      ["reading", "Who we are", "We come as we are.\nhttps://example.org/who"],
      ["cue", "Write in short lines", "Send a few."],
    ],
  )
  assert.deepEqual(cardsOf({ ...sharing, closedAt: NOW }, cues), [])
  assert.ok(mayPost(sharing))
  assert.ok(!mayPost({ ...sharing, holder: BEN }))
  assert.ok(mayPost({ ...sharing, holder: BEN, pausedAt: NOW }))
  assert.ok(!mayPost({ ...sharing, frozenAt: NOW }))
})

test("each remedy says what it does, and which are on", () => {
  const on = (state) => remedies(state).filter(({ isOn }) => isOn).map(({ key }) => key)
  assert.deepEqual(remedies(room()).map(({ key }) => key), ["door", "mute", "freeze", "shield"])
  for (const { does } of remedies(room())) assert.ok(does.length > 20 && does.endsWith("."), does)
  assert.deepEqual(on(room()), [])
  assert.deepEqual(on(room({ locked: true, allMutedAt: NOW, frozenAt: NOW, shieldAt: NOW })), ["door", "mute", "freeze", "shield"])
  assert.deepEqual(remedies(room({ openedAt: null })).map(({ key }) => key), ["door"])
  assert.deepEqual(remedies(room({ closedAt: NOW })), [])
})

test("a private line waits until any facilitator answers, or until it is put aside", () => {
  const line = (key, seat, to, words = `words of ${key}`) => ({ kind: "private", key, at: 0, seat, to, words })
  const open = (lines, aside = []) => unanswered(room(), lines, new Set(aside)).map(({ seat, words, count }) => [seat, words, count])
  const asked = [line("1", BEN, 0), line("2", CHIDI, 0), line("3", BEN, 0)]
  assert.deepEqual(open(asked), [[BEN, "words of 3", 2], [CHIDI, "words of 2", 1]])
  assert.deepEqual(open([...asked, line("4", MO, BEN)]), [[CHIDI, "words of 2", 1]])
  assert.deepEqual(open([...asked, line("4", MO, BEN), line("5", BEN, 0)]), [[CHIDI, "words of 2", 1], [BEN, "words of 5", 1]])
  assert.deepEqual(open(asked, ["1 0", "3 0"]), [[CHIDI, "words of 2", 1]])
  // What facilitators write to each other waits for nobody, and swept words can't be answered.
  assert.deepEqual(open([line("1", MO, 0), line("2", BEN, 0, null)]), [])
})
