"""One visit to a public page, and what it is answered with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from vaada.desk import Desk


@dataclass(frozen=True)
class Visit:
    """Somebody opened a link. `fields` are those of the query for a GET, of the form for a POST."""

    desk: Desk
    token: str
    path: str
    fields: Mapping[str, str]
    now: datetime

    @property
    def business(self) -> str:
        """The name that signs the page."""
        return self.desk.policy.business.name


@dataclass(frozen=True)
class Page:
    """A status and a whole HTML document."""

    status: HTTPStatus
    html: str
