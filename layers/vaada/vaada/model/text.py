"""Types for text that people enter: trimmed, bounded, no control characters; addresses normalised."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema


class Input(BaseModel):
    """Base class for request bodies. Unknown fields are rejected, so that a misspelt one is noticed.

    Its validators are built when the first one is read: only the API reads any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} for character in text):
        raise ValueError("must be one line, without control characters")
    return text


def _several_lines(text: str) -> str:
    text = text.replace("\r\n", "\n")
    _one_line(text.replace("\n", " ").replace("\t", " "))
    return text


def _email(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        parsed = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    if parsed.ascii_email is None or "." not in parsed.domain:
        raise ValueError("must be an address that Amazon SES can deliver to, such as name@example.com")
    return parsed.ascii_email


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
]
Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=50),
    AfterValidator(_one_line),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_one_line),
]
Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_several_lines),
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

Language = Annotated[
    str,
    Field(pattern=r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, description="BCP 47, such as ur"),
]
