"""A request to a public page, and its response."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from vaada.desk import Desk
from vaada.flows.form_rate_limit import count_form
from vaada.flows.work import customer_of
from vaada.gateways.links import LinkPurpose
from vaada.model.policy import Business
from vaada.model.work import Survey
from vaada.present.i18n import preferred
from vaada.rules import bot_detection


@dataclass(frozen=True)
class Visit:
    """A request by link. `fields` are those of the query for a GET, of the form for a POST."""

    desk: Desk
    token: str
    path: str
    fields: Mapping[str, str]
    now: datetime
    accept_language: str = ""

    @property
    def business(self) -> str:
        """The business's name, to show on the page."""
        return self.desk.policy.business.name

    @property
    def deployed_business(self) -> Business:
        """The business from the stack's parameters, for pages that must not read the table."""
        return self.desk.first_policy.business

    @property
    def language(self) -> str:
        """The browser's language, for pages without a known customer."""
        return preferred(self.accept_language) or self.deployed_business.language

    def language_of(self, survey: Survey) -> str:
        """Return the language of the survey's customer. Raises NotFound once they are erased."""
        return customer_of(self.desk, survey).language or self.desk.policy.business.language

    def page_age(self, purpose: LinkPurpose, shown: str) -> timedelta | None:
        """Return how long the page that showed `shown` was open.

        None: the form came without a page, or has the hidden field filled in.
        """
        if self.fields.get("website"):
            return None
        return self.desk.links.nonce_age(purpose, shown, self.fields.get("nonce", ""))

    def is_human(self, purpose: LinkPurpose, shown: str) -> bool:
        """Whether the form came from a page that was open as long as a person needs."""
        return bot_detection.is_human(self.page_age(purpose, shown))

    def nonce(self, purpose: LinkPurpose, shown: str) -> str:
        """Return the nonce for a page that shows `shown`; `page_age` reads it."""
        return self.desk.links.nonce(purpose, shown)

    def count_form(self, purpose: LinkPurpose, row_id: str) -> None:
        """Count the submitted form. Raises TooManyForms."""
        count_form(self.desk, purpose, row_id, self.now)


@dataclass(frozen=True)
class Page:
    """A response: status, HTML document and extra headers."""

    status: HTTPStatus
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
