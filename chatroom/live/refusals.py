"""Every refusal and every close code: its name, its words, what to do next."""

from msgspec import Struct


class Words(Struct, frozen=True):
    """What a person reads when a command is refused, and what the page may offer them next.

    `next` names acts of the page, in the order they are offered: `raise_hand`, `keep_draft`, `edit`,
    `tell` (write to the facilitators), `help`, `again` (the same words can be sent once more), `anyway`
    (they can be sent as they are).
    """

    words: str
    next: tuple[str, ...] = ("keep_draft",)


REFUSALS: dict[str, Words] = {
    # Talking
    "not_open": Words(
        "The meeting has not begun yet. Your words are kept here.", ("keep_draft", "help")
    ),
    "meeting_closed": Words("The meeting has ended. Your words are still here for you.", ("help",)),
    "quiet": Words("This is a quiet moment. Keep your words for what comes next."),
    "facilitators_only": Words(
        "In this part only the facilitators write. Keep your words for what comes next.",
        ("keep_draft", "tell"),
    ),
    "not_your_turn": Words(
        "Someone else may have the floor. Raise a hand, or write to the facilitators.",
        ("raise_hand", "keep_draft", "tell", "help"),
    ),
    "turn_ended": Words(
        "Your turn had ended. Ask for the floor back?", ("tell", "raise_hand", "keep_draft")
    ),
    "turn_running": Words("A member has the floor. You can write between turns.", ("keep_draft",)),
    "stale_epoch": Words(
        "The meeting had just moved on. Look again, then send if it still fits.", ("again",)
    ),
    "muted": Words(
        "A facilitator has paused your writing for a while. Help and the line to the facilitators stay open.",
        ("keep_draft", "tell", "help"),
    ),
    "all_muted": Words(
        "The facilitators have paused everybody's writing for a moment. Help stays open.",
        ("keep_draft", "tell", "help"),
    ),
    "frozen": Words(
        "The room stands still for a moment; all goes on as it was. Help stays open.",
        ("keep_draft", "tell", "help"),
    ),
    "paused": Words(
        "The facilitators have paused the meeting for a moment. Your words are kept here.",
        ("keep_draft", "tell"),
    ),
    "nobody_in_chair": Words(
        "No facilitator is here just now, so the room is quiet. Staff have been called; Help stays open.",
        ("keep_draft", "help"),
    ),
    "readers_only": Words(
        "This part is for the readings. Keep your words for what comes next.",
        ("keep_draft", "tell"),
    ),
    "speaker_only": Words(
        "This part is the speaker's. Keep your words for what comes next.", ("keep_draft", "tell")
    ),
    "said_already": Words(
        "In this part everybody writes one line, and yours is there. There is time to share later.",
        ("keep_draft", "tell"),
    ),
    "one_short_line": Words(
        "One short line is enough here. Make it shorter, then send.", ("edit",)
    ),
    "no_reactions_now": Words("There are no reactions in this part.", ()),
    "contact_details": Words(
        "Contact details stay out of the room, to keep everyone safe. Change the marked part, then send.",
        ("edit",),
    ),
    "methods": Words(
        "Ways of harming oneself stay out of the room: somebody here may be close to it. Change the marked part, "
        "then send. If it is about you, now, press Help: somebody is there for you.",
        ("edit", "help"),
    ),
    "link": Words(
        "Only facilitators post links. Take the marked part out, then send.", ("edit", "tell")
    ),
    "full_name": Words(
        "Full names stay out of the room, to keep everyone safe. A first name is enough, with an initial if you like.",
        ("edit",),
    ),
    "may_identify": Words(
        "This may tell people here who you are outside. Leave it out, or send it as it is.",
        ("edit", "anyway"),
    ),
    "crosstalk": Words(
        "This may read as an answer to what somebody shared, and shares aren't answered here. "
        "Speak from your own experience, or send it as it is.",
        ("edit", "anyway"),
    ),
    "use_detail": Words(
        "The marked part may tell of using in detail, and shares leave that out here. Tell it without, or send it as "
        "it is: then it stands folded, and each reader opens it for themselves.",
        ("edit", "anyway"),
    ),
    "think_again": Words(
        "The marked part may not fit in here. Change it, or send it as it is.", ("edit", "anyway")
    ),
    "own_phrase": Words(
        "The marked part stays out of the rooms of this group. Change it, then send.",
        ("edit", "tell"),
    ),
    "sourcing": Words(
        "Nothing is bought, sold, traded or found here, to keep everyone safe. Take the marked part out, then send. "
        "If you need it now, or somebody offers it to you, Help and the facilitators are there.",
        ("edit", "tell", "help"),
    ),
    "held_already": Words(
        "Some of your words wait for a facilitator already. Send this once they have been looked at.",
        ("keep_draft", "tell"),
    ),
    "edit_held": Words(
        "A facilitator would have to look at this first, so your line reads as it did. Send it as a line of its own, "
        "and it waits for a facilitator.",
        ("keep_draft", "tell"),
    ),
    "edit_over": Words(
        "Your line reads as it did: it can be changed during your turn, or for two minutes where everybody writes. "
        "You can say it anew, or take it back.",
        ("keep_draft", "tell"),
    ),
    "posted_stays": Words(
        "What is posted can't be changed. Take it back, and post it anew.", ("keep_draft",)
    ),
    "already_decided": Words("That was decided already.", ()),
    "too_long": Words("That is longer than one message can be. Send it in two parts.", ("edit",)),
    "empty": Words("There are no words in it yet.", ("edit",)),
    "no_such_act": Words(
        "There is nothing to look at again: it is over, or it was not about you.", ("tell",)
    ),
    "appealed_already": Words(
        "You have asked about this already. One look is what there is; the answer comes here.",
        ("tell", "help"),
    ),
    "no_such_appeal": Words("There is no such appeal in this meeting.", ()),
    "appeal_answered": Words("Another facilitator has just answered this appeal.", ()),
    "not_your_own_act": Words(
        "Somebody else answers this: nobody decides about what they did, or asked for, themselves.",
        (),
    ),
    "no_such_line": Words("Those words are not there any more.", ()),
    "own_words": Words("Those are your own words. You can take them back.", ()),
    "not_your_line": Words("You can change or take back your own words only.", ()),
    # The floor
    "no_queue_now": Words(
        "Hands are raised in the sharing part only. Your words are kept here.",
        ("keep_draft", "tell"),
    ),
    "queue_closed": Words(
        "The queue is closed, so that everybody who waits has their time. Your words are kept here.",
        ("keep_draft", "tell"),
    ),
    "shared_already": Words(
        "You have shared already; others come first today. A facilitator can still invite you.",
        ("keep_draft", "tell"),
    ),
    "no_urgent_lane": Words(
        "There is no lane for burning desire in this part. Raise a hand, or press Help.",
        ("raise_hand", "tell", "help"),
    ),
    "no_such_hand": Words("That hand is not up any more.", ()),
    "no_limit": Words("This turn has no limit.", ()),
    "too_late": Words("That turn ended too long ago. Invite them instead.", ()),
    "no_tag_now": Words("In this part nobody is named; raise a hand.", ("raise_hand",)),
    "tag_first": Words("Whoever shared last may name the next, for half a minute.", ()),
    "they_shared_already": Words("They have shared already. Name somebody else.", ()),
    "they_listen": Words("They are here to listen today. Ask somebody else.", ()),
    "they_are_away": Words("They are not connected now. Ask somebody else.", ()),
    "floor_busy": Words("Somebody is invited or has the floor already.", ()),
    "phase_over": Words("The time of this part is over; the next one begins at once.", ()),
    "no_hands": Words("No hand is up. You can invite somebody by name.", ()),
    "not_first": Words("Others asked before you. Invite them first.", ()),
    "they_are_muted": Words("They can't write now. Unmute them first.", ()),
    "not_invited": Words(
        "The invitation is not open any more. Raise a hand to be called again.", ("raise_hand",)
    ),
    "floor_free": Words("Nobody has the floor now.", ()),
    # Seats and conduct
    "no_seat": Words("You have no seat in this meeting. Come in by the door.", ("help",)),
    "removed": Words(
        "A facilitator has taken you out of this meeting. "
        "If that was a mistake, or you would like to talk about it, turn to whoever gave you the link, "
        "or runs your group. Help stays open to you.",
        ("help",),
    ),
    "no_name": Words("Choose a name first; a first name is enough.", ("edit",)),
    "name_long": Words("That name is too long to show. A first name is enough.", ("edit",)),
    "name_marks": Words(
        "Something in that name can't be shown here. Letters and figures, spaces and . ' - are fine.",
        ("edit",),
    ),
    "name_reserved": Words(
        "That name could be taken for a role, or for help itself. Choose another one; a first name is enough.",
        ("edit",),
    ),
    "name_hurts": Words(
        "That name can't be shown here. Choose another one; a first name is enough.", ("edit",)
    ),
    "name_contact": Words(
        "Numbers to call, addresses and links stay out of names, to keep everyone safe. A first name is enough.",
        ("edit",),
    ),
    "name_full": Words(
        "Full names stay out of the room, to keep everyone safe. A first name and an initial are enough.",
        ("edit",),
    ),
    "name_taken": Words("Somebody here has that name. Add a letter, as in Ben W.", ("edit",)),
    "no_such_seat": Words("They are not in this meeting.", ()),
    "names_locked": Words("Names can't be changed just now.", ("tell",)),
    "locked": Words(
        "The door is closed for now. You can try again later, and Help is open to you.", ("help",)
    ),
    "lobby_full": Words("Too many people are waiting. Try again in a few minutes.", ("help",)),
    "turned_away": Words(
        "The facilitators can't let you into this meeting. Help is open to you.", ("help",)
    ),
    "next_not_begun": Words(
        "The meeting that you knocked at has ended. You can ask to come in again once the next one has begun: "
        "this page says so. Help is open to you.",
        ("help",),
    ),
    "they_are_here": Words(
        "Whoever has that seat is connected now, so it is not theirs. Let them in under another name.",
        (),
    ),
    "no_such_knock": Words("Nobody waits there any more.", ()),
    "chair_acts": Words("Only whoever has the chair can do that.", ()),
    "chair_hands_over": Words("Hand the chair over first.", ()),
    "no_offer": Words("The chair is not offered to you now.", ()),
    "offer_open": Words("The chair is offered to somebody already.", ()),
    "facilitators_act": Words("Only a facilitator can do that.", ()),
    "not_on_a_facilitator": Words("That can't be done to a facilitator.", ()),
    # The agenda
    "last_phase": Words("This is the last part. You can close the meeting.", ()),
    "no_meeting": Words("There is no meeting in this room now.", ("help",)),
    # Cases and the desk
    "already_closed": Words(
        "This case is closed. Press Help again whenever you need to.", ("help",)
    ),
    "already_claimed": Words("Somebody else has taken this case.", ()),
    "case_taken": Words("Somebody else of staff has this case by now.", ()),
    "own_case": Words("This is your own case; somebody else has to take it.", ()),
    "no_such_case": Words("There is no such case.", ()),
    "staff_only": Words("Only staff can do that.", ()),
    "not_recorded": Words(
        "It can't be written down just now who opens this, so it stays closed. Try again in a moment; if it goes on, "
        "tell whoever runs the server.",
        ("again",),
    ),
    # The door and the wire
    "invitation_unknown": Words(
        "This link does not open a room. Ask whoever gave it to you, or whoever runs your group, for a new one.",
        ("help",),
    ),
    "invitation_expired": Words(
        "This link has run out. Ask whoever gave it to you, or whoever runs your group, for a new one.",
        ("help",),
    ),
    "invitation_used_up": Words(
        "This link is used up. Ask whoever gave it to you, or whoever runs your group, for a new one.",
        ("help",),
    ),
    "many_come": Words(
        "Many people are coming in just now. Leave this page open: it goes on by itself, in a moment or in some "
        "minutes.",
        ("help",),
    ),
    "many_call": Words(
        "Many calls for help come from here just now, and the desk counts yours among them. This page is from an "
        "earlier version and can't go on from here. Reload it, press Help again and write a few words: then you "
        "have a line of your own.",
        ("help",),
    ),
    "no_such_page": Words(
        "There is nothing at this address. Open your invitation link again.", ("help",)
    ),
    "door_busy": Words(
        "Many people have come to this door from where you are, so it is closed to new ones for some minutes. "
        "Please try again then. If you were invited, open your link: it lets you in. Help is open to you.",
        ("help",),
    ),
    "many_at_door": Words(
        "Many new people have come to this door just now, so it is closed to new ones for some minutes. "
        "Please try again then. If you were invited, open your link: it lets you in. Help is open to you.",
        ("help",),
    ),
    # Those who serve
    "sign_in_wrong": Words(
        "That did not open. Look at each part, and use a code that is fresh. If nothing helps, whoever runs your "
        "office can send you a new link.",
        ("help",),
    ),
    "not_signed_in": Words("You are not signed in any more. Sign in, then do that again.", ()),
    "case_open_here": Words(
        "In this browser somebody talks with staff. Sign in with another one, or when that is over.",
        ("help",),
    ),
    "passkey_wrong": Words(
        "That passkey could not be used here. Try again, or use another device or a password.", ()
    ),
    "password_short": Words("Take a longer password: 12 characters at least.", ()),
    "password_long": Words("Take a shorter password: 200 characters at most.", ()),
    "code_wrong": Words(
        "That code is not the one the app shows now. Wait for the next one and type it.", ()
    ),
    "handle_taken": Words("Somebody signs in by that name already. Choose another one.", ()),
    "last_way_in": Words(
        "That is the only way in that you have. Make another one first, then take this one away.",
        (),
    ),
    "not_set_up": Words(
        "This place is not open yet. Your link stays good: open it again later.", ("help",)
    ),
    "leads_only": Words("Only a lead can do that. Whoever runs your office can make you one.", ()),
    "bad_setting": Words("That can't be so. Look at it again, then keep it.", ("keep_draft",)),
    "last_lead": Words(
        "Nobody else could run the office then. Make another person a lead first.", ()
    ),
    "no_such_person": Words("There is no such person any more. Load the page again.", ()),
    "room_unfit": Words(
        "This room's settings need a hand before it can meet. Whoever runs the server can see to it.",
        ("help",),
    ),
    "no_such_way": Words("That setting can't be so. Choose another value.", ()),
    "no_session": Words("You are not signed in here. Open your invitation link again.", ("help",)),
    "not_yours": Words("That is not open to you.", ("help",)),
    "bad_command": Words(
        "The server did not understand that. Reload the page and try again.", ("keep_draft",)
    ),
    "bad_json": Words(
        "The server did not understand that. Reload the page and try again.", ("keep_draft",)
    ),
    "rate_limited": Words(
        "That was a lot at once. Nothing is lost: wait a moment, then try again.",
        ("keep_draft",),
    ),
    "id_reused": Words("That was sent before with other words. Send it again.", ("again",)),
    "overtaken": Words(
        "What you sent after this was done before it, so it was left out. Send it again if it still fits.",
        ("again",),
    ),
    "foreign_origin": Words("That came from another page. Open this one again.", ()),
    "secret_in_url": Words(
        "A secret must not stand in an address. Open your invitation link as it is.", ()
    ),
    "server_error": Words(
        "Something went wrong on the server. Your words are kept here.", ("again", "keep_draft")
    ),
    "bad_request": Words("The server did not understand that. Reload the page and try again.", ()),
}


ASK_AFTER = 3
"""Times that one line comes back before its author is told to ask (CM-15)."""
ASK = Words("The marked part can't go out. The facilitators can help: ask them.", ("edit", "tell"))
"""What is said then; why, was said before."""


class CloseCode(Struct, frozen=True):
    """Why the server ends a socket, and whether the client comes back by itself."""

    code: int
    words: str
    again: bool


CLOSE_CODES: dict[str, CloseCode] = {
    "leaving": CloseCode(1000, "The log is over, or the client left.", False),
    "not_text": CloseCode(1003, "Frames are text.", False),
    "bad_frame": CloseCode(1008, "A first frame that is no hello, or a second hello.", False),
    "restart": CloseCode(1012, "The server restarts; come back with the cursor.", True),
    "no_session": CloseCode(4401, "No session, or no hello within 5 seconds.", False),
    "no_seat": CloseCode(4403, "The session has no seat here; go through the door.", False),
    "removed": CloseCode(4410, "A facilitator took the seat out of the meeting.", False),
    "case_taken": CloseCode(4412, "Somebody else of staff has this case now.", False),
    "too_many_sockets": CloseCode(
        4413, "The seat has as many sockets as one can have; close another one.", False
    ),
    "rate_limited": CloseCode(
        4429, "The seat came in too often; a refusal before this says when it may again.", True
    ),
    "seat_changed": CloseCode(
        4411, "The seat reads other streams from here on; come back for them.", True
    ),
}
