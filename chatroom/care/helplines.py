"""Whom to turn to when nobody at the desk answers, and what is true of it where nobody is named."""

from collections.abc import Sequence

from chatroom.settings import Helpline, Settings

EUROPE = (
    "AD AL AT BA BE BG CH CY CZ DE DK EE ES FI FO FR GE GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO "
    "PL PT RO RS SE SI SK SM TR UA VA XK"
)
EMERGENCY = {
    **dict.fromkeys(EUROPE.split(), "112"),
    **dict.fromkeys(("US", "CA", "MX", "PR", "GU", "VI", "AS", "MP", "PH"), "911"),
    **dict.fromkeys(("GB", "GG", "IM", "JE", "GI"), "999"),
    **dict.fromkeys(("IN", "ZA"), "112"),
    "AU": "000",
    "NZ": "111",
}
"""By region, the one number that an ambulance comes by."""

CROWDED = "There are more people at this door than it can let in at once. Please try again in a few seconds."


def lines_of(settings: Settings) -> tuple[Helpline, ...]:
    """The helplines that were set; without any, the emergency number of the region, if that was set."""
    number = EMERGENCY.get(settings.region)
    if settings.helplines or number is None:
        return settings.helplines
    return (Helpline("Emergency number", number, f"tel:{number}"),)


def turn_to(lines: Sequence[Helpline]) -> str:
    """What to do besides waiting, in the words that are true of these lines."""
    if not lines:
        return "call the emergency number of the place where you are"
    if len(lines) > 1:
        return "contact one of those below"
    is_called = (lines[0].url or "").startswith("tel:")
    return "call the number below" if is_called else "contact the line below"


def crowded(lines: Sequence[Helpline]) -> str:
    """What somebody reads for whom there is no place at this moment: whoever they are, they may need it."""
    if not lines:
        return f"{CROWDED} If you are in danger, {turn_to(lines)}."
    return (
        f"{CROWDED} If you need somebody now: {'; '.join(f'{a.label}, {a.reach}' for a in lines)}."
    )


def case_kept(days: int) -> str:
    """What is said of the words on the line to staff, made from the setting itself."""
    if days == 0:
        return "What is written on this line is deleted as soon as it is closed."
    span = "1 day" if days == 1 else f"{days} days"
    return f"What is written on this line is deleted {span} after it is closed."
