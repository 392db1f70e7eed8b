"""CM-22: a raid that writes the same turns an open door to knocking; who is in goes on."""

from tests.journal.town import GATHERING, Town
from tests.web.visitors import knock, shown, with_door

AD = "win big tonight, my system never loses"


async def test_cm_22_the_same_words_from_three_turn_the_open_door_and_who_is_in_goes_on(town: Town):
    room = await with_door(town, "open")
    ada = await room.open()
    ben, gus, ida, eve = [await room.seat(name) for name in ("Ben", "Gus", "Ida", "Eve")]
    assert not (await shown(room))["must_knock"]
    async with room.sit(ada) as leads, room.sit(ben) as member:
        for each in (gus, ida):
            async with room.sit(each) as line:
                assert (await line.say(AD, GATHERING))["type"] == "receipt"
        assert not (await shown(room))["must_knock"]
        async with room.sit(eve) as line:
            assert (await line.say("W I N big tonight... my systém never loses!", GATHERING))[
                "type"
            ] == "receipt"
        told = await leads.entry("strangers_came")
        assert (told["entry"]["same"], told["entry"]["knock"]) == (True, True)
        assert (await shown(room))["must_knock"]
        assert (await member.say("I am still here.", GATHERING))["type"] == "receipt"
    answer = await knock(room, "Mallory", Origin=town.origin)
    assert "seat" not in answer.json()
