"""The settings that a person types into the stack's parameters, checked when the stack is deployed.

They are not in `settings`, because then every function would load the libraries that only these checks need.
"""

from typing import Annotated

from pydantic import Field, ValidationError

from vaada.model.localities import Country, WrittenLanguage
from vaada.model.text import Email, Name
from vaada.model.times import TimeZone
from vaada.settings import Settings


class CheckedSettings(Settings):
    """The settings, each valid."""

    business_name: Name
    owner_email: Email
    sender_email: Email
    time_zone: TimeZone
    country: Country
    language_tag: WrittenLanguage
    inbound_domain: Annotated[str, Field(pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)+)?$")]
    whatsapp_phone_number_id: Annotated[str, Field(pattern=r"^(phone-number-id-[0-9a-zA-Z]+)?$")]
    public_url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?$")]


class WrongSettings(ValueError):
    """Some parameters of the stack are wrong: each by its name in template.yaml, with the reason."""


def check_settings() -> None:
    """Raises WrongSettings."""
    try:
        CheckedSettings.from_environment()
    except ValidationError as error:
        wrong = (
            f"{_parameter(str(one['loc'][0]))}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        )
        raise WrongSettings("; ".join(wrong)) from None


def _parameter(variable: str) -> str:
    return "Language" if variable == "language_tag" else variable.title().replace("_", "")
