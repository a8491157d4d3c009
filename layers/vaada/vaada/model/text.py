"""Types for text that people enter: trimmed, bounded, no control characters; addresses normalised."""

import re
import unicodedata
from collections.abc import Hashable
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)


class Input(BaseModel):
    """Base class for request bodies. Unknown fields are rejected, so that a misspelt one is noticed.

    Its validators are built when the first one is read: only the API reads any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} for character in text):
        raise ValueError("must be one line, without control characters")
    return text


_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that are invisible: the fillers of Hangul, and the empty Braille pattern."""


def is_visible(text: str) -> bool:
    """Whether the text has a visible character, not only spaces, marks and direction controls."""
    return any(unicodedata.category(one)[0] in "LNPS" and one not in _BLANK for one in text)


def _visible(text: str) -> str:
    if not is_visible(text):
        raise ValueError("has no visible character")
    return text


def _no_switch(value: object) -> object:
    if value is True or value is False:  # which Python takes for 1 and 0
        raise ValueError("must be a whole number")
    return value


Whole = Annotated[int, BeforeValidator(_no_switch)]
"""A whole number, which is neither true nor false."""


def left_out() -> Any:
    """Return the default of a field that may be left out of a request but cannot be null."""
    return None


def distinct(values: tuple[H, ...]) -> tuple[H, ...]:
    """Return the values. Raises ValueError if one of them occurs twice."""
    if len(set(values)) < len(values):
        raise ValueError("has the same value twice")
    return values


def clean_lines(text: T) -> T | str:
    """Return the text with LF for every separator of lines, and without control characters but tab.

    Devices and programs put them in, not people: a text is not refused for their sake. What is no text is
    returned as it is, for the validator to refuse.
    """
    if not isinstance(text, str):
        return text
    return "".join(filter(_is_kept, _LINE_ENDS.sub("\n", text)))


def _clean_line(text: T) -> T | str:
    """Return the text on one line, without control characters."""
    cleaned = clean_lines(text)
    return re.sub(r"[\n\t]+", " ", cleaned.strip()) if isinstance(cleaned, str) else cleaned


def _is_kept(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}


def _composed(text: T) -> T | str:
    """Return the text with each accent and its letter as one character, where there is one (NFC)."""
    return unicodedata.normalize("NFC", text) if isinstance(text, str) else text


def _with_hyphens(tag: T) -> T | str:
    return tag.replace("_", "-") if isinstance(tag, str) else tag


def _email(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        parsed = validate_email(address, check_deliverability=False, globally_deliverable=False, strict=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    if parsed.ascii_email is None or "." not in parsed.domain:
        raise ValueError("must be an address that Amazon SES can deliver to, such as name@example.com")
    return parsed.ascii_email


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
    AfterValidator(_visible),
]
Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=50),
    BeforeValidator(_composed),
    AfterValidator(_one_line),
    AfterValidator(_visible),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    BeforeValidator(_clean_line),
    AfterValidator(_visible),
]
Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    BeforeValidator(clean_lines),
    AfterValidator(_visible),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
    AfterValidator(_one_line),
    Field(description="With its country code, or as it is dialled in the country of the business"),
]
"""A phone number as people write it. It is stored in E.164, see `phone_numbers`."""

LANGUAGE_PATTERN = r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*$"
Language = Annotated[
    str,
    Field(pattern=LANGUAGE_PATTERN, max_length=35, description="BCP 47, such as ur"),
    BeforeValidator(_with_hyphens),
]
