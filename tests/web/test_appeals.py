"""Whoever was removed asks somebody else to look at it again, by the session that they have (CM-19)."""

import secrets
from typing import Any

from tests.journal.town import Room


async def asks(room: Room, token: str, text: str | None = None) -> tuple[int, Any]:
    body = {"id": secrets.token_hex(16), **({"text": text} if text else {})}
    answer = await room.town.post(f"/rooms/{room.slug}/appeals", body, token)
    return answer.status_code, answer.json()


async def test_cm_19_who_was_removed_is_heard_by_another_facilitator_and_comes_back(room: Room):
    ada, mo, ben = await room.open(), await room.seat("Mo", "facilitator"), await room.seat("Ben")
    async with room.sit(ada) as adas, room.sit(mo) as mos:
        async with room.sit(ben) as bens:
            assert (await asks(room, ben))[0] == 403, "nothing was done to them"
            await adas.ask({"type": "remove", "seat": 3})
            assert await bens.code() == 4410
        status, told = await asks(room, ben, "It was my brother at the keys")
        assert (status, told["removed"], told["asked"], told["upheld"]) == (
            200,
            True,
            "facilitators",
            None,
        )
        assert (await asks(room, ben))[1]["code"] == "appealed_already"
        appeal = (await mos.entry("appealed"))["entry"]
        assert (appeal["seat"], appeal["words"]) == (3, "It was my brother at the keys")
        answers = {
            "type": "answer_appeal",
            "appeal": appeal["appeal"],
            "upheld": True,
            "text": "Come in.",
        }
        assert (await adas.ask(answers))["code"] == "not_your_own_act"
        assert (await mos.ask(answers))["type"] == "receipt"
        async with room.sit(ben) as again:
            said = await again.say("Thank you", 2)
            assert said["type"] in ("receipt", "refusal")
