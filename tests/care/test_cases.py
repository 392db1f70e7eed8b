"""Cases: Help is one case however often it is pressed, one of many gets it, and the desk hears of each."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.care.cases import Cases, Place, case_id, log_of
from chatroom.live.book import Book, Record
from chatroom.live.proposals import Answer
from chatroom.people.accounts import Accounts, Session
from chatroom.store import cases as store
from chatroom.store import database, rooms
from moderation.case.case import CLAIM_WITHIN, Case
from moderation.case.commands import CloseCase, PutBack, TickCase, Write
from moderation.case.desk import Desk
from moderation.case.entries import CaseListed
from moderation.meeting import commands as ask
from moderation.refused import Refused
from tests.cast import NAMES, SESSIONS, ada, ben
from tests.ground import NOON, dice, settings_in
from tests.journal.stage import KEY, PHASES, Office, asked, at_work, migrated, until

KEEP = 90 * 86400.0
IN_THE_GROUP = Place(slug="evening-group", name="Ben")


class Service:
    """The cases of an organisation, with as many staff at the desk as the test says."""

    def __init__(self, office: Office, engine: AsyncEngine, seed: str) -> None:
        self.office = office
        self.engine = engine
        self.accounts = Accounts(engine, KEY, dice("accounts" + seed))
        self.at_desk = 1
        self.cases = Cases(
            engine,
            office.journal,
            self.accounts,
            KEEP,
            office.clock.now,
            dice("cases" + seed),
            lambda _: range(1, self.at_desk + 1),
        )
        self.pauses: list[float] = []
        office.audience = self.published

    def published(self, book: Book, records: list[Record]) -> None:
        self.cases.changed(book, records)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def session(self) -> Session:
        now = self.office.clock.now()
        session = await self.accounts.session(await self.accounts.new_session(now), now)
        assert session is not None
        return session

    async def staff(self, name: str) -> Session:
        session = await self.session()
        await self.cases.come_to_desk(session, name)
        return session

    async def help(self, session: Session, id: bytes = b"h" * 16) -> str:
        return await self.cases.help(session, id, IN_THE_GROUP)

    async def case(self, case: str) -> Case:
        book = await self.office.book(log_of(case))
        assert isinstance(book.fold.state, Case)
        return book.fold.state

    async def desk(self) -> Desk:
        state: Desk = (await self.office.book(self.cases.desk)).fold.state
        return state

    def listed(self, case: str) -> list[str]:
        """As what the desk was told of a case, one after the other."""
        return [
            record.entry.status
            for _, record in self.office.published
            if isinstance(record.entry, CaseListed) and record.entry.case == case
        ]

    def last_listed(self, case: str) -> CaseListed:
        records = [record for _, record in self.office.published]
        listed = [record.entry for record in records if isinstance(record.entry, CaseListed)]
        return next(entry for entry in reversed(listed) if entry.case == case)

    def kinds(self, case: str) -> list[str]:
        rows = asked(
            self.office.path, "SELECT type FROM entry WHERE log = ? ORDER BY position", log_of(case)
        )
        return [row[0] for row in rows]

    async def close(self, case: str, seat: int = 1) -> None:
        close = CloseCase("left" if seat == 1 else "supported")
        await self.office.journal.submit(log_of(case), seat, close)


@asynccontextmanager
async def on_duty(path: Path, seed: str = "", *, listing: bool = True) -> AsyncIterator[Service]:
    """A service at work; without `listing` it is one that dies before the desk is told."""
    engine = database.open_engine(settings_in(path.parent))
    try:
        async with at_work(path, seed="office" + seed) as office, asyncio.TaskGroup() as tasks:
            service = Service(office, engine, seed)
            await service.cases.open_desk()
            work = tasks.create_task(service.cases.run(service.pause)) if listing else None
            yield service
            if work is not None:
                assert not work.done(), work
                work.cancel()
    finally:
        await engine.dispose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return migrated(tmp_path)


@pytest.fixture
async def service(path: Path) -> AsyncIterator[Service]:
    async with on_duty(path) as service:
        yield service


async def code(asking: Any) -> str:
    with pytest.raises(Refused) as refused:
        await asking
    return refused.value.code


def test_a_case_is_named_by_16_hex_digits():
    assert case_id(7) == "0000000000000007"
    assert log_of(case_id(2**63 - 1)) == 2**63 - 1


# Raising


async def test_help_pressed_twice_is_one_case_ce01(service: Service):
    ben = await service.session()
    cases = await asyncio.gather(*(service.help(ben, bytes([n]) * 16) for n in range(5)))
    assert len(set(cases)) == 1
    assert service.kinds(cases[0]).count("case_raised") == 1
    assert await service.cases.of(ben) == cases[0]


async def test_two_people_have_two_cases(service: Service):
    ben, chidi = await service.session(), await service.session()
    assert await service.help(ben) != await service.help(chidi)


async def test_words_and_the_button_meet_in_one_case_ce06(service: Service):
    ben = await service.session()
    signal = await service.cases.signal(ben, b"m" * 16, IN_THE_GROUP, "canary", "support")
    assert await service.help(ben) == signal
    case = await service.case(signal)
    assert (case.source, case.triage) == ("help", "urgent")
    again = await service.cases.signal(ben, b"m" * 16, IN_THE_GROUP, "canary", "support")
    assert again == signal
    assert service.kinds(signal).count("excerpt") == 1, "the same command is one signal"


async def test_a_new_case_is_at_the_desk_ce01(service: Service):
    case = await service.help(await service.session())
    await until(lambda: service.listed(case) == ["raised"])
    assert (await service.desk()).cases[case].room == "evening-group"


async def test_nobody_at_the_desk_is_said_at_once_ce10(service: Service):
    service.at_desk = 0
    assert service.cases.is_attended() is False
    case = await service.help(await service.session())
    assert service.kinds(case)[-1] == "nobody_there"
    assert (await service.case(case)).status == "unanswered"
    await until(lambda: service.listed(case) == ["unanswered"])


async def test_somebody_at_the_desk_is_said_as_well_ce10(service: Service):
    assert service.cases.is_attended() is True
    assert "nobody_there" not in service.kinds(await service.help(await service.session()))


async def test_a_case_that_nobody_claims_is_said_to_be_unanswered_once_ce10(service: Service):
    case = await service.help(await service.session())
    tick = service.office.journal.submit
    service.office.clock.at = NOON + CLAIM_WITHIN - 0.001
    assert await service.office.logs.due(service.office.clock.at) == []
    await tick(log_of(case), 0, TickCase())
    assert (await service.case(case)).status == "raised"
    service.office.clock.at = NOON + CLAIM_WITHIN
    due = await service.office.logs.due(service.office.clock.at)
    assert [head.log for head in due] == [log_of(case)]
    await asyncio.gather(*(tick(log_of(case), 0, TickCase()) for _ in range(3)))
    assert service.kinds(case).count("unanswered") == 1
    await until(lambda: service.listed(case)[-1:] == ["unanswered"])


async def test_a_claimed_case_is_not_unanswered(service: Service):
    case = await service.help(await service.session())
    await service.cases.claim(await service.staff("Sam"), case, b"c" * 16)
    assert await service.office.logs.due(NOON + CLAIM_WITHIN) == []


# Claiming


async def has(service: Service, case: str, *tail: str) -> None:
    """The case's log ends so."""
    await until(lambda: tuple(service.kinds(case)[-len(tail) :]) == tail)


async def put_back(service: Service, case: str) -> None:
    await service.office.journal.submit(log_of(case), 2, PutBack())


async def test_ce_10_a_case_that_waits_again_at_an_empty_desk_says_so(service: Service):
    case = await service.help(await service.session())
    await service.cases.claim(await service.staff("Kim"), case, b"c" * 16)
    await put_back(service, case)  # Kim is there, and is nobody else.
    await has(service, case, "claim_lapsed", "nobody_there")


async def test_ce_10_with_somebody_else_at_the_desk_nobody_is_told_that_it_is_empty(
    service: Service,
):
    case = await service.help(await service.session())
    await service.cases.claim(await service.staff("Kim"), case, b"c" * 16)
    service.at_desk = 2
    await put_back(service, case)
    await until(lambda: service.listed(case)[-1:] == ["unanswered"])  # It is listed after the look.
    assert service.kinds(case)[-1] == "claim_lapsed"


async def test_ce_10_who_of_staff_waits_for_a_colleague_counts_as_nobody_at_the_desk(
    service: Service,
):
    kim, sam = await service.staff("Kim"), await service.staff("Sam")
    service.at_desk = 2
    case = await service.help(sam)
    await service.cases.claim(kim, case, b"c" * 16)
    await put_back(service, case)
    await has(service, case, "claim_lapsed", "nobody_there")


async def test_ce_14_whose_session_ends_has_no_case_any_more_and_their_own_line_reaches_nobody(
    service: Service,
):
    service.at_desk = 2
    kim, ben = await service.staff("Kim"), await service.session()
    mine, bens = await service.help(kim), await service.help(ben)
    closed = await service.help(await service.session())
    for case in (bens, closed):
        await service.cases.claim(kim, case, case.encode())
    await until(lambda: service.listed(bens)[-1:] == ["claimed"])
    await service.close(closed, 2)
    await service.cases.over(kim)
    assert service.kinds(bens)[-1] == "claim_lapsed"
    assert service.kinds(mine)[-1] == "member_left"
    assert service.kinds(closed)[-1] == "case_closed"
    await service.cases.over(ben)
    assert service.kinds(bens)[-1] == "member_left"
    heard = len(service.kinds(bens))
    await service.cases.over(await service.session())
    assert len(service.kinds(bens)) == heard
    await until(lambda: service.last_listed(bens).left)


async def test_of_five_who_claim_at_once_one_gets_it_ce11(service: Service):
    case = await service.help(await service.session())
    staff = [await service.staff(f"Sam {n}") for n in range(5)]
    claims = await asyncio.gather(
        *(service.cases.claim(one, case, bytes([n]) * 16) for n, one in enumerate(staff)),
        return_exceptions=True,
    )
    assert [claim for claim in claims if not isinstance(claim, BaseException)] == [2]
    lost = [claim for claim in claims if isinstance(claim, Refused)]
    assert [(no.code, no.facts["at"]) for no in lost] == [("already_claimed", NOON)] * 4
    winner = next(n for n, claim in enumerate(claims) if claim == 2)
    assert {no.facts["name"] for no in lost} == {f"Sam {winner}"}
    assert await service.cases.claim(staff[winner], case, b"again" + bytes(11)) == 2
    await until(lambda: service.listed(case)[-1:] == ["claimed"])
    listed = (await service.desk()).cases[case]
    assert listed.claimed_by == winner + 1


async def test_nobody_claims_their_own_case_or_one_that_is_not_there(service: Service):
    sam = await service.staff("Sam")
    case = await service.help(sam)
    assert await code(service.cases.claim(sam, case, b"c" * 16)) == "own_case"
    assert await code(service.cases.claim(sam, case_id(12345), b"d" * 16)) == "no_such_case"
    assert await code(service.cases.claim(sam, case_id(service.cases.desk), b"e" * 16)) == (
        "no_such_case"
    )


async def test_who_has_no_seat_at_the_desk_claims_nothing(service: Service):
    case = await service.help(await service.session())
    assert await code(service.cases.claim(await service.session(), case, b"c" * 16)) == "no_seat"


async def test_a_seat_at_the_desk_is_the_same_however_often_it_is_asked_for(service: Service):
    sam = await service.staff("Sam")
    mira = await service.session()
    seats = [
        await service.cases.come_to_desk(session, "somebody") for session in (sam, mira, sam, mira)
    ]
    assert seats == [1, 2, 1, 2]


# Closing


async def test_a_closed_case_leaves_the_list_and_frees_the_session_for_another(service: Service):
    ben = await service.session()
    case = await service.help(ben)
    await service.close(case)
    await until(lambda: service.listed(case) == ["raised", "closed"])
    await until(lambda: case not in files(service))
    assert case not in (await service.desk()).cases
    assert await service.cases.of(ben) is None
    assert await service.help(ben, b"n" * 16) != case


async def test_help_is_answered_in_the_moment_in_which_a_case_closes_a99(path: Path):
    """The desk's list is a moment behind the case: the member must not hear "already closed"."""
    async with on_duty(path, listing=False) as service:
        ben = await service.session()
        case = await service.help(ben)
        await service.close(case)
        assert case in files(service), "need a file that is still open for this test"
        again = await service.help(ben, b"n" * 16)
        assert again != case
        assert (await service.case(again)).status == "raised"
        assert await service.cases.of(ben) == again


def files(service: Service) -> set[str]:
    rows = asked(service.office.path, "SELECT log FROM case_file WHERE open")
    return {case_id(row[0]) for row in rows}


# After a crash


async def test_the_desk_hears_of_a_case_that_a_crash_kept_from_it(path: Path):
    async with on_duty(path, listing=False) as before:
        case = await before.help(await before.session())
        assert before.listed(case) == []
    async with on_duty(path, "after") as after:
        await until(lambda: after.listed(case) == ["raised"])
        assert case in (await after.desk()).cases


async def test_the_desk_hears_of_a_close_that_a_crash_kept_from_it(path: Path):
    async with on_duty(path) as before:
        ben = await before.session()
        case = await before.help(ben)
        await until(lambda: before.listed(case) == ["raised"])
    async with on_duty(path, "between", listing=False) as between:
        await between.close(case)
    async with on_duty(path, "after") as after:
        await until(lambda: after.listed(case) == ["closed"])
        await until(lambda: not files(after))


async def test_a_case_that_a_crash_left_empty_is_raised_by_the_next_press(path: Path):
    async with on_duty(path, listing=False) as before:
        ben = await before.session()
        log = await store.open_case_file(before.engine, 4711, ben.id, None, NOON, KEEP)
    async with on_duty(path, "after") as after:
        assert await after.help(ben) == case_id(log)
        await until(lambda: after.listed(case_id(log)) == ["raised"])


async def test_nothing_is_listed_twice_after_a_restart(path: Path):
    async with on_duty(path) as before:
        case = await before.help(await before.session())
        await until(lambda: before.listed(case) == ["raised"])
    async with on_duty(path, "after") as after:
        other = await after.help(await after.session(), b"o" * 16)
        await until(lambda: after.listed(other) == ["raised"])
        assert after.listed(case) == []


# The list goes on


async def test_a_case_is_listed_once_the_database_is_back_p17(service: Service):
    tries = 0

    def away(sql: str) -> None:
        nonlocal tries
        tries += sql == "BEGIN IMMEDIATE"
        if sql == "BEGIN IMMEDIATE" and 1 < tries <= 4:  # The case itself is stored.
            raise sqlite3.OperationalError("disk I/O error")

    service.office.seam.before = away
    case = await service.help(await service.session())
    await until(lambda: service.listed(case) == ["raised"])
    assert service.pauses


async def test_a_bug_at_the_desk_ends_no_server(service: Service):
    desk = await service.office.book(service.cases.desk)
    right = desk.rules

    def wrong(*_: object) -> Any:
        raise ZeroDivisionError

    desk.rules = replace(right, decide=wrong)
    case = await service.help(await service.session())
    await until(lambda: len(service.pauses) > 2)
    desk.rules = right
    await until(lambda: service.listed(case) == ["raised"])


async def test_a_case_never_touches_the_log_of_a_meeting_ce02(service: Service):
    room = await rooms.create_room(
        service.engine, "Evening group", "small-discussion", NOON, dice("room")
    )
    await service.office.furnish()
    position = service.office.position()
    ben = await service.session()
    case = await service.cases.help(ben, b"h" * 16, Place(room.id, room.slug, name="Ben"))
    write: Callable[..., asyncio.Future[Answer]] = service.office.journal.submit
    await write(log_of(case), 1, Write("canary"))
    await service.close(case)
    assert service.office.position() == position


# Nobody in the chair


@asynccontextmanager
async def a_meeting(service: Service) -> AsyncIterator[tuple[int, Book]]:
    """Ada has opened it in the evening group, and Ben is there; its log, and its book in memory."""
    made = await rooms.create_room(service.engine, "Evening group", "small", NOON, dice("room"))
    log = int.from_bytes(dice("log")(6), "big")
    await rooms.add_meeting(service.engine, made.id, 1, log, KEEP)
    submit = service.office.journal.submit
    await submit(log, 0, ask.Convene("small", PHASES))
    for seat, role in ((ada, "facilitator"), (ben, "member")):
        await submit(log, 0, ask.TakeSeat(SESSIONS[seat], role, NAMES[seat]))  # type: ignore[arg-type]
    await submit(log, ada, ask.Open())
    yield log, await service.office.book(log)


async def lose_the_chair(service: Service, log: int, *, until_quiet: bool = False) -> None:
    await service.office.journal.submit(log, 0, ask.ChairAway((ben,)))
    if until_quiet:
        service.office.clock.at += 60.0
        await service.office.journal.submit(log, 0, ask.Tick())


def chairs(desk: Desk) -> list[tuple[str, str, float]]:
    return [(lost.room, lost.chair, lost.since) for lost in desk.chairs.values()]


async def test_fc_24_the_desk_is_told_of_a_lost_chair_until_somebody_has_it(path: Path):
    async with on_duty(path) as service, a_meeting(service) as (log, _):
        lost_at = service.office.clock.at
        for loses, back in (
            ("lost", ask.ChairBack(ada)),
            ("quiet", ask.AcceptChair()),
            ("quiet", ask.Close()),
        ):
            await lose_the_chair(service, log, until_quiet=loses == "quiet")
            await told(service, [("evening-group", loses, lost_at)])
            by = 0 if isinstance(back, ask.ChairBack) else ada
            await service.office.journal.submit(log, by, back)
            await told(service, [])
            lost_at = service.office.clock.at


async def told(service: Service, wanted: list[tuple[str, str, float]]) -> None:
    desk = await service.office.book(service.cases.desk)
    await until(lambda: chairs(desk.fold.state) == wanted)


@pytest.mark.parametrize("back", [False, True])
async def test_fc_24_what_the_desk_was_not_told_before_a_crash_it_is_told_after_it(
    path: Path, back: bool
):
    async with on_duty(path, listing=back) as service, a_meeting(service) as (log, _):
        await lose_the_chair(service, log, until_quiet=True)
        if back:
            await told(service, [("evening-group", "quiet", NOON)])
    if back:
        async with on_duty(path, "second", listing=False) as service:
            await service.office.journal.submit(log, ada, ask.AcceptChair())
    async with on_duty(path, "after") as service:
        desk = await service.office.book(service.cases.desk)
        wanted = [] if back else ["quiet"]
        await until(lambda: [lost.chair for lost in desk.fold.state.chairs.values()] == wanted)


async def test_fc_24_two_processes_tell_the_desk_once(path: Path):
    async with on_duty(path, "here") as here, on_duty(path, "there") as there:
        async with a_meeting(here) as (log, _):
            book = await there.office.book(log)
            await lose_the_chair(here, log)
            await there.office.journal.catch_up(log)
            assert book.fold.state.chair_away_until is not None
            await told(here, [("evening-group", "lost", NOON)])
            await there.office.journal.catch_up(there.cases.desk)
            await until(there.cases._to_do.empty)
        kinds = asked(path, "SELECT type FROM entry WHERE log = ?", here.cases.desk)
        assert kinds.count(("chair_listed",)) == 1


async def test_a_line_in_a_meeting_is_nothing_to_the_desk(path: Path):
    async with on_duty(path, listing=False) as service, a_meeting(service) as (log, _):
        while not service.cases._to_do.empty():
            service.cases._to_do.get_nowait()
        await service.office.say(ben, "hello", log=log)
        assert service.cases._to_do.empty()


async def test_the_desk_is_told_of_which_meeting_a_seat_is_and_so_which_two_lines_are_of_one_visit(
    service: Service,
):
    """Who has left and was given the seat back has a new session, and a new line."""
    seat = Place(slug="evening-group", meeting=case_id(7), seat=2, name="Ben")
    first = await service.cases.help(await service.session(), b"h" * 16, seat)
    second = await service.cases.help(await service.session(), b"i" * 16, seat)
    await until(lambda: bool(service.listed(first) and service.listed(second)))
    told = [service.last_listed(case) for case in (first, second)]
    assert first != second
    assert {(listed.meeting, listed.seat) for listed in told} == {(case_id(7), 2)}
