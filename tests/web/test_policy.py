"""A policy that the operator changes holds in a meeting that is on, without a restart."""

import asyncio
import time
from pathlib import Path

from chatroom.people.limits import BUDGETS
from tests.journal.town import GATHERING, town_in

HERE = "we meet at the blue house"
OWN = '[[phrases]]\nwords = ["the blue house"]\nkind = "anonymity"\nthen = "bounce"\n'
WITHIN = 30.0


async def test_a_policy_that_is_changed_holds_in_the_meeting_that_is_on(tmp_path: Path):
    path = tmp_path / "policy.toml"
    path.write_text("")
    server, furnish = town_in(tmp_path, POLICY=str(path))
    with server.running():
        town = furnish()
        room = await town.room()
        await room.open()
        ben = await room.seat("Ben")
        async with room.sit(ben) as line:
            assert (await line.say(HERE, GATHERING))["type"] == "receipt"
            path.write_text(f'[[where]]\nrooms = ["elsewhere"]\nlinks = "nobody"\n{OWN}')
            until = time.monotonic() + WITHIN
            while (answer := await line.say(HERE, GATHERING))["type"] == "receipt":
                assert time.monotonic() < until, "the new policy holds by now"
                await asyncio.sleep(0.5)
            ((start, end),) = answer["spans"]
            assert (answer["code"], HERE[start:end]) == ("own_phrase", "the blue house")
            assert answer["next"] == ["edit", "tell"]
        await town.close()


async def test_ce_06_whoever_was_refused_many_times_is_told_of_when_they_cry_for_help(
    tmp_path: Path,
):
    path = tmp_path / "policy.toml"
    path.write_text(OWN.replace("bounce", "refuse").replace("anonymity", "sourcing"))
    server, furnish = town_in(tmp_path, POLICY=str(path), LIMITS="1")
    with server.running():
        town = furnish()
        room = await town.room()
        ada, ben = await room.open(), await room.seat("Ben")
        times = BUDGETS["strikes"].amount + 2
        async with room.sit(ada) as chair, room.sit(ben) as line:
            for number in range(times):
                answer = await line.say(f"{HERE} {number}", GATHERING)
                assert answer["code"] == "own_phrase"
            await line.say("I want to kill myself tonight", GATHERING)
            assert (await chair.entry("care_noticed"))["entry"]["seat"] == 2
            proposed = [
                one for one in chair.entries("chair") if one["entry"]["type"] == "strike_proposed"
            ]
            assert len(proposed) == BUDGETS["strikes"].amount, "they are not told of each of many"
        await town.close()
