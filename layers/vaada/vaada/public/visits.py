"""A request to a public page, and its response."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from vaada.desk import Desk
from vaada.flows.rate_counts import count_form, form_count_id
from vaada.flows.work import customer_of
from vaada.gateways.links import LinkPurpose
from vaada.model.campaigns import CampaignRecipient
from vaada.model.ids import customer_of as customer_id_of
from vaada.model.people import Customer
from vaada.model.policy import Business
from vaada.model.rate_limits import RateCount
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.present.i18n import preferred, readable
from vaada.rules import bot_detection


@dataclass(frozen=True)
class Visit:
    """A request by link. `fields` are those of the query (GET) or of the form (POST).

    `browser` tells visitors apart who use the same link; it is a hash, and names nobody.
    """

    desk: Desk
    token: str
    path: str
    fields: Mapping[str, str]
    now: datetime
    accept_language: str = ""
    browser: str = ""

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

    def language_of(self, row: Survey | CampaignRecipient) -> str:
        """Return the language of the row's customer. Raises NotFound if they were erased."""
        return readable(customer_of(self.desk, row).language, self.desk.policy.business.language)

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

    def read_ahead(self, purpose: LinkPurpose, kind: type[Row], row_id: str, *, counted: bool) -> None:
        """Read the row behind the link with its customer, and for a form that is counted, the count."""
        count = form_count_id(purpose, row_id, self.browser, self.now) if counted else None
        self.desk.read_ahead((kind, row_id), (Customer, customer_id_of(row_id)), (RateCount, count))

    def count_form(self, purpose: LinkPurpose, row_id: str) -> None:
        """Count the submitted form. Raises TooManyForms."""
        count_form(self.desk, purpose, row_id, self.browser, self.now)


@dataclass(frozen=True)
class Page:
    """A response: status, HTML document and extra headers."""

    status: HTTPStatus
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
