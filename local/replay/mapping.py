"""The mapping: which column of a CSV holds what."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from local.errors import CloudError

HERE = Path(__file__).parent
BOSTON = HERE / "boston311.toml"

Channel = Literal["phone", "email", "sms", "chat", "social", "web", "in_person"]


class BadMapping(CloudError):
    """The mapping cannot be used; the message says why."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone such as America/New_York") from None
    return name


class MappingPart(BaseModel):
    """A part of the mapping. What is misspelt is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Columns(MappingPart):
    """Where each fact of a request is."""

    id: str
    opened: str
    promised: str
    kept: str
    summary: tuple[str, ...] = Field(min_length=1)


class ChannelColumn(MappingPart):
    """Where the channel is, and what its values mean."""

    column: str
    default: Channel
    values: dict[str, Channel] = {}


class OverdueColumn(MappingPart):
    """Where the file's own verdict is, and which values mean that it was late."""

    column: str
    values: tuple[str, ...] = Field(min_length=1)


class Mapping(MappingPart):
    """A whole mapping."""

    time_zone: Annotated[str, AfterValidator(_known_zone)]
    time_format: str
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    columns: Columns
    channel: ChannelColumn | None = None
    overdue: OverdueColumn | None = None

    def needed(self) -> list[str]:
        """The columns that must be there."""
        columns = self.columns
        names = [columns.id, columns.opened, columns.promised, columns.kept, *columns.summary]
        names += [part.column for part in (self.channel, self.overdue) if part]
        return list(dict.fromkeys(names))

    def time(self, text: str) -> datetime:
        """A time of the file, in UTC. Raises ValueError."""
        at = datetime.strptime(text, self.time_format)  # noqa: DTZ007 - the zone is the mapping's
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.time_zone))).astimezone(UTC)

    def channel_of(self, row: dict[str, str]) -> Channel:
        """How the contact took place."""
        if self.channel is None:
            return "phone"
        return self.channel.values.get(row[self.channel.column].strip(), self.channel.default)

    def was_overdue(self, row: dict[str, str]) -> bool | None:
        """The file's own verdict. None: it has none."""
        return row[self.overdue.column].strip() in self.overdue.values if self.overdue else None


def read_mapping(file: Path) -> Mapping:
    """Read a mapping. Raises BadMapping that names the file and what to change."""
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
    assert isinstance(error, dict)  # noqa: S101  # nosec B101 # pydantic's own form
    name = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"{name} is missing; add it"
        case "extra_forbidden":
            return f"{name} is not known; remove it or mend its spelling"
    return f"{name}: {str(error['msg']).removeprefix('Value error, ')}"
