// What both ends of a line read of a case: true in the state that it is in, and of each thing what it was.
import assert from "node:assert/strict"
import { test } from "node:test"
import { apply, begin, standsAt } from "./js/case.js"
import { memberNote, memberSays, noticed } from "./js/views/case-words.js"
import { noService } from "./js/views/helplines.js"
import { noteForStaff } from "./js/views/desk/notes.js"

const VIEW = { kind: "case", source: "help", triage: "urgent", room: "evening", member: "Ben", raised_at: 1, told: false, claimed_at: null, claimer: null, closed_at: null }
const HELPLINES = [{ label: "Helpline", text: "116 123", url: "tel:116123" }, { label: "Emergency", text: "112", url: "tel:112" }]
const CONTACT = "Please contact one of those below now."
const NUMBERS = "These numbers are there now:"

const raised = (source) => ({ type: "case_raised", source, triage: "urgent", words: "Ben" })
const claimed = (seat = 2, words = "Kim") => ({ type: "claimed", seat, words })
const lapsed = (why) => ({ type: "claim_lapsed", why })
const pressed = { type: "help_pressed_again" }
const nobody = { type: "nobody_there" }
const unanswered = { type: "unanswered" }
const left = { type: "member_left" }

const fold = (entries, seat = 1) => entries.reduce((state, entry, n) => apply(state, { number: n + 1, at: 10 * n, id: "", entry }), begin(VIEW, seat))
const says = (...entries) => memberSays(fold(entries), null, HELPLINES)
const notes = (note, entries, seat) => {
  const state = fold(entries, seat)
  return state.lines.map((line) => note(line, state))
}
const plain = (words) => words.map((each) => each.replaceAll(/[\u2066-\u2069]/g, ""))

const GONE = {
  away: "Kim's connection is gone.",
  no_word: "Kim took your call and has not written to you.",
  untouched: "Nothing was heard from Kim for a while.",
  put_back: "Kim can't go on with you just now.",
}

for (const [why, gone] of Object.entries(GONE)) {
  const waits = [raised("help"), claimed(), lapsed(why)]

  test(`ce_12 ${why}: the call waits for everybody at the desk only where somebody is there`, () => {
    const [busy, empty] = plain([says(...waits), says(...waits, nobody)])
    assert.equal(busy, `${gone} Your call waits for everybody at the desk again, first in their list. ${NUMBERS}`)
    assert.equal(empty, `${gone} Nobody else is at the desk right now. Your call for help stays open, and whoever comes to the desk sees it. ${NUMBERS}`)
    assert.deepEqual([standsAt(fold(waits)), standsAt(fold([...waits, nobody]))], ["again", "alone"])
  })

  test(`ce_10 ${why}: words that the review notices meanwhile call nobody`, () => {
    assert.equal(says(...waits, nobody, { ...raised("help"), triage: "imminent" }), says(...waits, nobody))
  })

  test(`ce_10 ${why}: Call again is answered as the first press is`, () => {
    for (const before of [waits, [...waits, nobody]]) {
      assert.match(says(...before, pressed), /^Staff have been called\./)
      assert.match(says(...before, pressed, nobody), /^Nobody is at the desk right now\. .*These numbers are there now:$/)
      assert.match(says(...before, pressed, unanswered), /^Nobody from staff has come yet\./)
    }
  })

  test(`ce_12 ${why}: the room's card says no more than is so`, () => {
    const [again, alone] = plain([noticed(fold(waits), HELPLINES), noticed(fold([...waits, nobody]), HELPLINES)])
    assert.equal(again, `${gone} Everybody at the desk is called again. ${CONTACT}`)
    assert.equal(alone, `${gone} Nobody else is at the desk right now. ${CONTACT} Whoever comes to the desk reads what you wrote.`)
  })
}

test("ce_10 with nobody there from the start, nobody is said to see anything", () => {
  assert.match(says(raised("help"), nobody), /^Nobody is at the desk right now\. Your call for help stays open/)
  assert.equal(noticed(fold([raised("signal"), nobody]), HELPLINES), `Nobody is at the desk right now. ${CONTACT} Whoever comes to the desk reads what you wrote.`)
  assert.match(says(raised("signal"), nobody, raised("help")), /^Staff have been called\./, "who asks is told anew")
})

test("ce_10 nobody is said to be at the desk for longer than that is so", () => {
  const alone = [raised("help"), nobody]
  const there = [...alone, { type: "somebody_there" }]
  assert.equal(says(...there), "Somebody from staff is at the desk now. Your call is open to them, and this page says when somebody comes.")
  assert.equal(noticed(fold([raised("signal"), nobody, { type: "somebody_there" }]), HELPLINES), "Somebody from staff is at the desk now. Whoever comes reads what you wrote.")
  assert.deepEqual([standsAt(fold(there)), fold(there).told], ["there", false])
  assert.match(says(...there, nobody), /^Nobody is at the desk right now\./)
  assert.match(says(...there, unanswered), /^Nobody from staff has come yet\./)
  assert.deepEqual(notes(memberNote, there).slice(1), ["Nobody was at the desk.", "Somebody came to the desk."])
  assert.equal(notes(noteForStaff, there, 2).at(-1), "They were told that somebody is at the desk.")
})

test("ce_12 why somebody had a case no more stands in the record, at both ends", () => {
  const RECORD = {
    away: ["Kim's connection was gone.", "Your connection was gone for half a minute, and they were told.", "Kim was not connected any more, and they were told."],
    no_word: ["Kim had not written to you within a minute.", "You wrote nothing within a minute, and they were told.", "Kim wrote nothing within a minute, and they were told."],
    untouched: ["Nothing had been heard from Kim for five minutes.", "Nothing was heard from you for five minutes, and they were told.", "Nothing was heard from Kim for five minutes, and they were told."],
    put_back: ["Kim could not go on.", "You put it back, and they were told.", "Kim put it back, and they were told."],
  }
  for (const [why, [bens, kims, sams]] of Object.entries(RECORD)) {
    const waits = [raised("help"), claimed(), lapsed(why)]
    assert.equal(plain(notes(memberNote, waits)).at(-1), bens)
    assert.equal(plain(notes(noteForStaff, waits, 2)).at(-1), kims)
    assert.equal(plain(notes(noteForStaff, [...waits, claimed(3, "Sam")], 3)).at(2), sams)
    assert.equal(notes(memberNote, [...waits, nobody]).at(-1), "Nobody else was at the desk.")
    const again = [...waits, { type: "claim_resumed", seat: 2 }]
    assert.equal(plain(notes(memberNote, again)).at(-1), "Kim has your call again.", "wherever they were meanwhile")
    assert.deepEqual([2, 3].map((seat) => plain(notes(noteForStaff, again, seat)).at(-1)), ["You took it up again.", "Kim took it up again."])
  }
})

test("ce_12 of a desk that may be empty nobody is promised while somebody's connection is gone", () => {
  const held = fold([raised("help"), claimed()])
  assert.equal(memberSays(held, true, HELPLINES), "")
  const gone = `Kim is not connected just now. Unless they are back within half a minute, your call is open to everybody from staff again. ${NUMBERS}`
  assert.equal(memberSays(held, false, HELPLINES), gone)
})

test("ce_06 the first line of the record stays what it was, and the press is one of its own", () => {
  const story = [raised("signal"), { type: "excerpt", seat: 1, words: "I can't" }, raised("help"), pressed]
  assert.deepEqual(plain(notes(noteForStaff, story, 2)), ["The review noticed words.", "Ben wrote this:", "Ben pressed Help.", "Ben pressed Help again."])
  assert.deepEqual(notes(memberNote, story), ["A call to staff was opened for you.", "Because of these words:", "You asked for help.", "You asked for help again."])
  assert.equal(fold(story).raisedAt, 0, "open since the first")
  const graver = [raised("help"), { ...raised("help"), triage: "imminent" }]
  assert.deepEqual(plain(notes(noteForStaff, graver, 2)), ["Ben pressed Help.", "The review noticed words."], "words that are graver are no press")
})

test("ce_17 whoever has left was told nothing more, and reads no name", () => {
  const story = [raised("help"), left, claimed(), lapsed("untouched")]
  assert.deepEqual(plain(notes(noteForStaff, story, 2)), ["Ben pressed Help.", "Ben left.", "You took this case.", "Nothing was heard from you for five minutes."])
})

test("ce_06 before a claim nobody is said to see the words, and staff to have been told only where somebody is there", () => {
  const signal = raised("signal")
  const before = [null, fold([signal]), fold([signal, nobody]), fold([signal, unanswered]), fold([signal, nobody, { type: "somebody_there" }])]
  const said = before.map((state) => noticed(state, HELPLINES))
  for (const words of said) assert.doesNotMatch(words, /\bsees? (these words|what you wrote)|Staff saw/)
  assert.deepEqual(said.map((words) => words.includes("Staff were told")), [false, true, false, false, false])
  assert.equal(said[0], "A call to staff is open. Whoever comes reads what you wrote.", "until it is known whether anybody is there")
  assert.equal(said[3], `Nobody from staff has come yet. ${CONTACT} Your call stays open.`)
  assert.doesNotMatch(says(signal), /see (these words|what)/)
  const ended = { type: "case_closed", by: 1 }
  assert.match(noticed(fold([signal, nobody, ended]), HELPLINES), /^The line is closed\./, "nobody had come by then")
  assert.match(noticed(fold([signal, claimed(), ended]), HELPLINES), /^Staff saw what you wrote/)
})

test("ce_10 the numbers are named by what they are: some are called, others are written to", () => {
  const alone = fold([raised("signal"), nobody])
  const text = { label: "Text line", text: "text HELLO to 85258", url: "sms:85258" }
  const said = (...lines) => [noticed(alone, lines), noService(lines)]
  const [one, written, none] = [said(HELPLINES[0]), said(text), said()]
  assert.match(one.join(), /Please call the number below now\..*call this number at once\./)
  assert.match(written.join(), /Please contact the line below now\..*contact this line at once\./)
  assert.match(none.join(), /Please call the emergency number of the place where you are now\./)
  assert.match(said(...HELPLINES, text).join(), /contact one of those below now\..*contact one of these lines at once\./)
})
