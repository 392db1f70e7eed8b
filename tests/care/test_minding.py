"""A claim outlives no claimer: who is connected nowhere for half a minute has the case no more (CE-12)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import BindParameter, Double, bindparam

from chatroom.care.cases import log_of
from chatroom.care.minding import AWAY_AFTER, Claims
from chatroom.live.presence import GRACE, Presence
from chatroom.people.accounts import Session
from chatroom.store.presence import HELD, DatabaseLeases
from moderation.case.case import CLAIM_WITHIN
from moderation.case.commands import ClaimerBack, CloseCase, PutBack, Write
from tests.care.test_cases import Service, on_duty
from tests.ground import dice
from tests.journal.stage import migrated, until

NOBODY = 99


class Watch:
    """The claims as one process minds them, whenever the test says so."""

    def __init__(self, service: Service, presence: Presence) -> None:
        self.service = service
        self.presence = presence
        self.claims = Claims(
            service.office.journal,
            presence,
            service.office.clock.now,
            lambda: service.cases.desk,
            service.cases.tell_of_desk,
        )

    async def look(self, later: float = 0.0) -> None:
        """What the timekeeper does once a second, and whatever it has proposed is decided."""
        office = self.service.office
        office.clock.at += later
        await office.journal.notice(await office.logs.heads(self.claims.logs()))
        await self.presence.look(self.claims.logs())
        await self.claims.mind()
        for log in self.claims.logs()[1:]:
            await office.journal.submit(log, 0, ClaimerBack(NOBODY))

    async def claimed(self) -> tuple[str, Session]:
        """Ben's case is Sam's, who is at the desk and on the line and has written."""
        service = self.service
        case, sam = await service.help(await service.session()), await service.staff("Sam")
        self.presence.came(service.cases.desk, 1)
        assert await service.cases.claim(sam, case, b"c" * 16) == 2
        self.presence.came(log_of(case), 2)
        await service.office.journal.submit(log_of(case), 2, Write("I am here"))
        await until(lambda: service.listed(case)[-1:] == ["claimed"])
        await self.look()
        return case, sam

    def leaves(self, case: str) -> None:
        """Sam's laptop dies."""
        self.presence.left(log_of(case), 2)
        self.presence.left(self.service.cases.desk, 1)

    async def status(self, case: str) -> str:
        return (await self.service.case(case)).status


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    async with on_duty(migrated(tmp_path)) as service:
        yield Watch(service, Presence(None, service.office.clock.now))


async def test_ce_12_a_claimer_without_a_socket_for_half_a_minute_is_away(watch: Watch):
    case, _ = await watch.claimed()
    watch.leaves(case)
    await watch.look()
    await watch.look(AWAY_AFTER - 0.1)
    assert await watch.status(case) == "claimed"
    await watch.look(0.1)
    assert await watch.status(case) == "unanswered"
    await until(lambda: watch.service.listed(case)[-1:] == ["unanswered"])
    listed = (await watch.service.desk()).cases[case]
    assert (listed.lapsed, listed.claimed_by) == ("away", 1)
    assert watch.service.kinds(case).count("claim_lapsed") == 1
    await watch.look(1.0)
    assert watch.service.kinds(case).count("claim_lapsed") == 1


@pytest.mark.parametrize("stays", ["desk", "line"])
async def test_ce_12_who_is_at_the_desk_or_on_the_line_is_not_away(watch: Watch, stays: str):
    case, _ = await watch.claimed()
    log, seat = (log_of(case), 2) if stays == "desk" else (watch.service.cases.desk, 1)
    watch.presence.left(log, seat)
    for _ in range(3):
        await watch.look(AWAY_AFTER)
    assert await watch.status(case) == "claimed"


async def test_ce_12_who_comes_back_takes_it_up_again_and_a_blip_is_none(watch: Watch):
    case, _ = await watch.claimed()
    watch.leaves(case)
    await watch.look()
    await watch.look(AWAY_AFTER - 1.0)
    watch.presence.came(log_of(case), 2)
    await watch.look()
    watch.presence.left(log_of(case), 2)
    await watch.look(GRACE)
    assert await watch.status(case) == "claimed", "half a minute counts from the last time"
    await watch.look(AWAY_AFTER)
    assert await watch.status(case) == "unanswered"
    watch.presence.came(watch.service.cases.desk, 1)
    await watch.look(1.0)
    assert await watch.status(case) == "claimed"
    assert watch.service.kinds(case)[-1] == "claim_resumed"


async def test_ce_12_who_comes_back_finds_it_with_whoever_took_it_meanwhile(watch: Watch):
    case, _ = await watch.claimed()
    watch.leaves(case)
    await watch.look()
    await watch.look(AWAY_AFTER)
    kim = await watch.service.staff("Kim")
    assert await watch.service.cases.claim(kim, case, b"k" * 16) == 3
    watch.presence.came(watch.service.cases.desk, 2)
    watch.presence.came(watch.service.cases.desk, 1)
    for _ in range(3):
        await watch.look(1.0)
    lease = (await watch.service.case(case)).lease
    assert lease is not None
    assert (lease.name, lease.lapsed) == ("Kim", None)


async def test_who_takes_a_case_over_is_given_half_a_minute_of_their_own(watch: Watch):
    case, _ = await watch.claimed()
    watch.leaves(case)
    await watch.look()
    await watch.look(AWAY_AFTER - 1.0)
    kim = await watch.service.staff("Kim")
    await watch.service.cases.claim(kim, case, b"k" * 16, "silent")
    await watch.look(1.0)
    await watch.look(1.0)
    assert await watch.status(case) == "claimed"


async def test_ce_10_who_waits_for_others_at_the_desk_is_told_when_the_last_of_them_has_gone(
    watch: Watch,
):
    watch.service.at_desk = 2
    case, _ = await watch.claimed()
    watch.presence.came(watch.service.cases.desk, 2)
    await watch.service.office.journal.submit(log_of(case), 2, PutBack())
    await until(lambda: watch.service.listed(case)[-1:] == ["unanswered"])
    watch.leaves(case)
    await watch.look()
    await watch.look(GRACE)
    assert watch.service.kinds(case)[-1] == "claim_lapsed", "Kim is still there"
    watch.presence.left(watch.service.cases.desk, 2)
    await watch.look()
    await watch.look(GRACE - 0.1)
    assert watch.service.kinds(case)[-1] == "claim_lapsed", (
        "a page that is loaded again is not gone"
    )
    for _ in range(3):
        await watch.look(0.1)
        await until(lambda: watch.service.kinds(case)[-1] == "nobody_there")
    assert watch.service.kinds(case).count("nobody_there") == 1


async def test_what_is_given_back_or_closed_is_minded_no_more(watch: Watch):
    case, _ = await watch.claimed()
    assert watch.claims.logs() == [watch.service.cases.desk, log_of(case)]
    await watch.service.office.journal.submit(log_of(case), 2, PutBack())
    await until(lambda: watch.service.listed(case)[-1:] == ["unanswered"])
    await watch.look(1.0)
    assert watch.claims.logs() == [watch.service.cases.desk]
    assert await watch.status(case) == "unanswered", "being there is not to take it again"
    await watch.service.office.journal.submit(log_of(case), 2, CloseCase("supported"))
    await until(lambda: watch.service.listed(case)[-1:] == ["closed"])
    await watch.look(CLAIM_WITHIN)
    assert watch.claims.logs() == [watch.service.cases.desk]


def process(service: Service, seed: str) -> Presence:
    """Of several that know of each other by their leases."""
    clock = service.office.clock
    time: BindParameter[float] = bindparam(None, callable_=lambda: clock.at, type_=Double())
    return Presence(DatabaseLeases(service.engine, dice(seed), time), clock.now)


async def test_ce_12_whoever_was_lost_with_their_process_is_away_once_its_lease_has_run_out(
    tmp_path: Path,
):
    """And not half a minute later: nothing has been heard of them for as long already."""
    async with on_duty(migrated(tmp_path)) as service:
        here, there = process(service, "here"), process(service, "there")
        watch, dying = Watch(service, here), Watch(service, there)
        case, _ = await dying.claimed()
        for _ in range(2):
            await watch.look(1.0)
        for _ in range(int(HELD) - 3):  # The other one is killed: it looks and renews no more.
            await watch.look(1.0)
        assert await watch.status(case) == "claimed"
        for _ in range(4):
            await watch.look(1.0)
        assert await watch.status(case) == "unanswered"


async def test_ce_12_who_came_here_from_a_process_that_ended_is_given_half_a_minute_as_ever(
    tmp_path: Path,
):
    async with on_duty(migrated(tmp_path)) as service:
        here, there = process(service, "here"), process(service, "there")
        watch, dying = Watch(service, here), Watch(service, there)
        case, _ = await dying.claimed()
        for _ in range(2):
            await watch.look(1.0)
        here.came(service.cases.desk, 1)  # The other one has ended, and Sam's page dials again.
        here.came(log_of(case), 2)
        for _ in range(int(HELD) + 5):
            await watch.look(1.0)
        watch.leaves(case)
        for _ in range(int(AWAY_AFTER) - 1):
            await watch.look(1.0)
        assert await watch.status(case) == "claimed"
        await watch.look(2.0)
        assert await watch.status(case) == "unanswered"


async def test_ce_10_who_was_told_that_nobody_is_there_is_told_when_somebody_is_and_when_they_go(
    watch: Watch,
):
    service = watch.service
    service.at_desk = 0
    case = await service.help(await service.session())
    await until(lambda: service.listed(case)[-1:] == ["unanswered"])
    await watch.look()
    await watch.look(GRACE)
    assert service.kinds(case)[-1] == "nobody_there"
    watch.presence.came(service.cases.desk, 1)
    await watch.look()
    await until(lambda: service.kinds(case)[-1] == "somebody_there")
    await until(lambda: service.listed(case)[-1:] == ["raised"])
    watch.presence.left(service.cases.desk, 1)
    await watch.look(GRACE - 0.1)
    assert service.kinds(case)[-1] == "somebody_there", "a page that is loaded again is not gone"
    for _ in range(3):
        await watch.look(GRACE)
        await until(lambda: service.kinds(case)[-1] == "nobody_there")
    assert service.kinds(case).count("nobody_there") == 2


async def test_ce_10_nobody_counts_for_the_help_that_they_ask_for_themselves(watch: Watch):
    """Sam is alone at the desk, and presses Help."""
    service = watch.service
    sam = await service.staff("Sam")
    watch.presence.came(service.cases.desk, 1)
    case = await service.help(sam)
    await until(lambda: service.listed(case)[-1:] == ["unanswered"])
    for _ in range(3):
        await watch.look(GRACE)
    assert service.kinds(case)[-1] == "nobody_there"
    await service.staff("Kim")
    watch.presence.came(service.cases.desk, 2)
    await watch.look()
    await until(lambda: service.kinds(case)[-1] == "somebody_there")
