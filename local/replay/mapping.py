"""The mapping: what each column of a CSV contains."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from local.errors import CloudError

HERE = Path(__file__).parent
BOSTON = HERE / "boston311.toml"

Channel = Literal["phone", "email", "sms", "whatsapp", "chat", "social", "web", "in_person"]


class BadMapping(CloudError):
    """The mapping is invalid. The message says why."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone such as America/New_York") from None
    return name


class MappingPart(BaseModel):
    """Base class for the parts of the mapping. Unknown fields are rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Columns(MappingPart):
    """The columns of a request."""

    id: str
    opened: str
    promised: str
    kept: str
    summary: tuple[str, ...] = Field(min_length=1)


class ChannelColumn(MappingPart):
    """The column of the channel, and the meaning of its values."""

    column: str
    default: Channel
    values: dict[str, Channel] = {}


class OverdueColumn(MappingPart):
    """The column that says whether it was late, and the values that mean late."""

    column: str
    values: tuple[str, ...] = Field(min_length=1)


class Mapping(MappingPart):
    """The whole mapping."""

    time_zone: Annotated[str, AfterValidator(_known_zone)]
    time_format: str
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    columns: Columns
    channel: ChannelColumn | None = None
    overdue: OverdueColumn | None = None

    def required_columns(self) -> list[str]:
        """Return the required columns."""
        columns = self.columns
        names = [columns.id, columns.opened, columns.promised, columns.kept, *columns.summary]
        names += [part.column for part in (self.channel, self.overdue) if part]
        return list(dict.fromkeys(names))

    def time(self, text: str) -> datetime:
        """Parse a time of the file. Returns it in UTC. Raises ValueError."""
        at = datetime.strptime(text, self.time_format)  # noqa: DTZ007 - the zone is the mapping's
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.time_zone))).astimezone(UTC)

    def channel_of(self, row: dict[str, str]) -> Channel:
        """Return the channel of the row."""
        if self.channel is None:
            return "phone"
        return self.channel.values.get(row[self.channel.column].strip(), self.channel.default)

    def was_overdue(self, row: dict[str, str]) -> bool | None:
        """Return whether the file says that it was late. None: the file does not say."""
        return row[self.overdue.column].strip() in self.overdue.values if self.overdue else None


def read_mapping(file: Path) -> Mapping:
    """Read a mapping. Raises BadMapping, which names the file and what to change."""
    try:
        return Mapping.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BadMapping(f"There is no mapping {file}. Copy {BOSTON.name} and change it.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadMapping(f"The mapping {file} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"{file} is not TOML: {error}.") from error
    except ValidationError as error:
        raise BadMapping(f"{file}: " + "; ".join(_message(one) for one in error.errors())) from error


def _message(error: object) -> str:
    assert isinstance(error, dict)  # noqa: S101  # nosec B101 # as pydantic returns them
    name = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"{name} is missing; add it"
        case "extra_forbidden":
            return f"{name} is not known; remove it or correct its spelling"
    return f"{name}: {str(error['msg']).removeprefix('Value error, ')}"
