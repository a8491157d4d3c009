"""Phone numbers: one stored form for all spellings, and one comparable form for the same telephone.

Stored is E.164. Three countries have telephones with two numbers in E.164: Mexico's mobiles had a 1 after the
country code until 2019, Brazil's had no ninth digit until 2016, and Argentina's have a 9 only when they are
called from abroad.

Most functions only compare numbers, so the library is imported where a number is read.
"""

import re
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_SEPARATORS = re.compile(r"[\s().\-/]*")
_MEXICO = re.compile(r"\+52(?:1|01|044|045)(\d{10})")
_BRAZIL = re.compile(r"\+55(\d{2})([6-9]\d{7})")
_ARGENTINA_ABROAD = re.compile(r"\+549(\d{10})")
_ARGENTINA_TWICE = re.compile(r"\+549(\d{12})")  # with the 9 of calls from abroad and the 15 of calls at home


# Zones of a country whose clocks agree at these times are one: Berlin's and Büsingen's, for example.
_SEASONS = [datetime(2026, month, 15, tzinfo=UTC) for month in (1, 4, 7, 10)]


class BadPhoneNumber(ValueError):
    """The entered number cannot be called; the text says why."""


def to_e164(entered: str, country: str) -> str:
    """Return the number in E.164, by default of `country` (ISO 3166-1). Raises BadPhoneNumber."""
    import phonenumbers

    parsed = _parsed(entered, country)
    if parsed.extension:
        raise BadPhoneNumber("has an extension, which cannot be texted: leave it out, and note it elsewhere")
    number = _current(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    again = phonenumbers.parse(number, None)
    reason = phonenumbers.is_possible_number_with_reason(again)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise BadPhoneNumber(f"{_why_not(reason)} to be a phone number, such as +923001234567")
    # A zero that is dialled only at home is dropped when the number is read with its country code.
    return phonenumbers.format_number(again, phonenumbers.PhoneNumberFormat.E164)


def comparable(e164: str) -> str:
    """Return the form that all numbers of one telephone share. It is for comparing, not for calling."""
    return _ARGENTINA_ABROAD.sub(r"+54\1", _current(e164))


@cache
def time_zone(e164: str) -> str | None:
    """Return the IANA time zone of the number's country. None: it has several, or none."""
    import phonenumbers

    number = phonenumbers.parse(e164, None)
    country = phonenumbers.region_code_for_number(number)
    countries = [country] if country else phonenumbers.region_codes_for_country_code(number.country_code or 0)
    zones = [zone for one in countries for zone in _zones_by_country().get(one, ())]
    clocks = {tuple(at.astimezone(ZoneInfo(zone)).utcoffset() for at in _SEASONS) for zone in zones}
    return zones[0] if len(clocks) == 1 else None


@cache
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for row in files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines():
        if not row.startswith("#"):
            country, _, zone, *_ = row.split("\t")
            zones[country] = (*zones.get(country, ()), zone)
    return zones


def _parsed(entered: str, country: str) -> "PhoneNumber":
    import phonenumbers

    digits = _SEPARATORS.sub("", entered)
    if digits.startswith("00"):  # what most countries dial for the plus, whatever this one does
        entered = f"+{digits[2:]}"
    try:
        return phonenumbers.parse(entered, country)
    except phonenumbers.NumberParseException as error:
        reason = "must be a phone number, such as +923001234567"
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            known = _why_not(phonenumbers.ValidationResult.INVALID_COUNTRY_CODE)
            reason = known if entered.startswith("+") else "needs its country code, such as +923001234567"
        raise BadPhoneNumber(reason) from None


def _current(e164: str) -> str:
    """Return the number in its current form."""
    if found := _MEXICO.fullmatch(e164):
        return f"+52{found[1]}"
    if found := _BRAZIL.fullmatch(e164):
        return f"+55{found[1]}9{found[2]}"
    if found := _ARGENTINA_TWICE.fullmatch(e164):
        import phonenumbers

        at_home = phonenumbers.parse(f"+54{found[1]}", None)
        return phonenumbers.format_number(at_home, phonenumbers.PhoneNumberFormat.E164)
    return e164


def _why_not(reason: int) -> str:
    from phonenumbers import ValidationResult

    return {
        ValidationResult.INVALID_COUNTRY_CODE: "begins with a country code that no country has",
        ValidationResult.TOO_SHORT: "is too short",
        ValidationResult.TOO_LONG: "is too long",
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
        ValidationResult.INVALID_LENGTH: "has a number of digits that no number there has",
    }[reason]
