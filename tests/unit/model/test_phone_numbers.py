"""A phone number is found in any notation; an invalid one is refused with the reason."""

from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vaada.model.phone_numbers import BadPhoneNumber, comparable, time_zone, to_e164

COUNTRIES = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
PUNCTUATION = st.sampled_from([" ", "-", ".", " (", ") ", "/", ""])


@pytest.mark.parametrize(
    "spelling",
    [
        "0300 1234567",
        "0300-123-4567",
        "(0300) 1234567",
        "3001234567",
        "923001234567",
        "00923001234567",
        "00 92 300 1234567",
        "+92 (300) 123-4567",
        "+92 (0)300 1234567",
        "٠٣٠٠١٢٣٤٥٦٧",
        "۰۳۰۰ ۱۲۳۴۵۶۷",
        "०३०० १२३४५६७",
    ],
)
def test_a_number_is_stored_in_one_form_whatever_its_spelling(spelling: str) -> None:
    assert to_e164(spelling, "PK") == "+923001234567"


@pytest.mark.parametrize("country", ["US", "GB", "MX", "PK"])
def test_a_number_with_its_country_code_is_the_same_in_every_country(country: str) -> None:
    assert to_e164("00923001234567", country) == to_e164("+92 300 1234567", country) == "+923001234567"


@pytest.mark.parametrize(
    ("country", "stored", "spellings"),
    [
        (
            "MX",
            "+525512345678",
            ["+52 1 55 1234 5678", "+52 55 1234 5678", "044 55 1234 5678", "01 55 1234 5678", "55 1234 5678"],
        ),
        (
            "AR",
            "+5491123456789",
            [
                "+54 9 11 2345-6789",
                "+54 11 15 2345-6789",
                "+54 9 11 15 2345-6789",
                "011 15 2345-6789",
                "9 11 2345 6789",
            ],
        ),
        (
            "BR",
            "+5511987654321",
            [
                "+55 11 98765-4321",
                "+55 11 8765-4321",
                "(11) 8765-4321",
                "011 98765-4321",
                "0 15 11 98765-4321",
            ],
        ),
    ],
)
def test_mobiles_that_were_renumbered_are_stored_as_they_are_called_today(
    country: str, stored: str, spellings: list[str]
) -> None:
    assert {to_e164(spelling, country) for spelling in spellings} == {stored}


def test_a_landline_in_brazil_keeps_its_eight_digits() -> None:
    assert to_e164("(11) 3265-4321", "BR") == "+551132654321"


def test_a_mobile_in_argentina_is_the_same_with_and_without_its_nine() -> None:
    assert comparable("+5491123456789") == comparable("+541123456789")


@pytest.mark.parametrize(
    ("entered", "country", "reason"),
    [
        ("+92 300 1234567 ext. 5", "PK", "has an extension"),
        ("0300 1234567 x12", "PK", "has an extension"),
        ("+92 300 1234567;ext=3", "PK", "has an extension"),
        ("4567", "PK", "is too short"),
        ("+92 300 123456789012", "PK", "is too long"),
        ("555-0100", "US", "lacks its area code"),
        ("+999 1234567", "PK", "begins with a country code that no country has"),
        ("0300 1234567", "ZZ", "needs its country code"),
        ("ask at the door", "PK", "must be a phone number"),
        ("0300 1234567 or 0301 7654321", "PK", "must be a phone number"),
    ],
)
def test_what_cannot_be_called_is_refused_with_the_reason(entered: str, country: str, reason: str) -> None:
    with pytest.raises(BadPhoneNumber, match=reason):
        to_e164(entered, country)


@example("CX", "010000")
@given(COUNTRIES, st.text("0123456789", min_size=4, max_size=12))
def test_a_stored_number_stays_as_it_is_when_it_is_entered_again(country: str, digits: str) -> None:
    try:
        stored = to_e164(digits, country)
    except BadPhoneNumber:
        return
    assert {to_e164(stored, anywhere) for anywhere in (country, "PK", "US", "AR")} == {stored}
    assert comparable(comparable(stored)) == comparable(stored)


@given(COUNTRIES, st.data())
def test_punctuation_changes_no_number(country: str, data: st.DataObject) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return
    stored = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    spelt = "+" + "".join(digit + data.draw(PUNCTUATION) for digit in stored[1:])

    assert to_e164(spelt, "PK") == stored


@given(st.text(max_size=40))
def test_whatever_is_entered_is_a_number_or_refused(entered: str) -> None:
    try:
        number = to_e164(entered, "PK")
    except BadPhoneNumber:
        return
    assert number.removeprefix("+").isdigit()


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_an_example_of_every_country_is_found_as_it_is_dialled_at_home(country: str) -> None:
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
        example = phonenumbers.example_number_for_type(country, kind)
        if example is not None:
            at_home = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
            stored = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            assert comparable(to_e164(at_home, country)) == comparable(stored)


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        *(
            ("+923001234567", "Asia/Karachi"),
            ("+971501234567", "Asia/Dubai"),
            ("+919876543210", "Asia/Kolkata"),
        ),
        *(
            ("+4915112345678", "Europe/Berlin"),
            ("+447400123456", "Europe/London"),
            ("+447700900123", "Europe/London"),
        ),
        # Countries whose parts keep different times, and numbers of no country.
        *(("+12125550101", None), ("+34612345678", None), ("+61412345678", None), ("+80012345678", None)),
    ],
)
def test_the_time_zone_is_that_of_the_country_where_it_has_only_one(number: str, zone: str | None) -> None:
    assert time_zone(number) == zone


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_every_time_zone_of_a_number_is_known(country: str) -> None:
    example_number = phonenumbers.example_number(country)
    assert example_number is not None
    zone = time_zone(phonenumbers.format_number(example_number, phonenumbers.PhoneNumberFormat.E164))
    assert zone is None or ZoneInfo(zone)
