"""Draws the customers of a crowd: each combination of character, matter and fate in turn."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.simulation.load.characters import (
    BY_TEXT,
    CHARACTERS,
    LATE,
    LEAVERS,
    PROMPT,
    QUIET,
    SCALES,
    Character,
)
from tests.simulation.load.outcomes import (
    FATES,
    MATTERS,
    OTHER_MATTERS,
    SECOND_WAVE,
    START,
    WAVE,
    WORDS,
    Person,
)
from tests.simulation.load.setting import DAY, LANGUAGES, ZONES


def draw_people(customers: int, seed: int) -> list[Person]:
    """Draw so many people: each character, matter and fate in turn, all else at random."""
    dice = Random(f"crowd {seed}")
    roles: list[tuple[str | None, Character | None, str]] = [
        *((None, character, "") for character in CHARACTERS),
        *(("resolved", character, "") for character in LEAVERS),
        *((matter, None, "") for matter in OTHER_MATTERS),
        *(("resolved", None, fate) for fate in FATES),
        *((matter, None, "") for matter in MATTERS),
    ]
    people = [_person(n, *roles[n % len(roles)], Random(dice.random())) for n in range(customers)]
    dead = [one.number for one in people if one.fate == "bounces" and not one.second_wave]
    return [
        replace(
            one,
            second_wave=True,
            touch=_touch(Random(one.number), one.zone, second=True),
            address_of=dice.choice(dead),
        )
        if one.matter == "dead address"
        else one
        for one in people
    ]


def _person(number: int, matter: str | None, character: Character | None, fate: str, dice: Random) -> Person:
    matter = matter or dice.choice(MATTERS)
    if fate:
        character = {"is full": QUIET, "bounces": QUIET}.get(fate) or dice.choice((PROMPT, QUIET))
        access = "email sms" if fate == "bounces, has a phone" else "email"
    else:
        character = character or dice.choice((*CHARACTERS[:6], QUIET))
        access = dice.choice(character.access)
    if matter == "no address":
        access = ""
    elif matter == "dead address":
        access = "email"
    elif matter == "reopened after":  # before the answer arrived
        character = LATE
    then = dice.choice([one for one in CHARACTERS if one not in BY_TEXT or access == "sms"])
    if fate == "is full":
        then = QUIET
    zone = dice.choice(ZONES)
    second_wave = not fate and dice.random() < 0.4
    return Person(
        number=number,
        matter=matter,
        access=access,
        first=replace(character, reminded=False) if fate == "complains" else character,
        then=then,
        fate=fate,
        second_wave=second_wave,
        zone=zone,
        language=dice.choice(LANGUAGES),
        opens_all=dice.random() < 0.3,
        touch=_touch(dice, zone, second=second_wave, by_day=matter == "told of delays"),
        scores={kind: tuple(dice.sample(scale, 2)) for kind, scale in SCALES.items()},  # type: ignore[misc]
        words=dice.choice(("", *WORDS)),
    )


def _touch(dice: Random, zone: str, *, second: bool, by_day: bool = False) -> datetime:
    """When they first contact the business: at any local hour, or in the morning."""
    hour = 10 if by_day else dice.randrange(24)
    day = (START + (SECOND_WAVE if second else DAY)).date() + timedelta(days=dice.randrange(WAVE.days))
    clock = time(hour, dice.randrange(60), dice.randrange(60))
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)
