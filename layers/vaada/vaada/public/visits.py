"""One visit to a public page, and what it is answered with."""

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
from vaada.rules.bot_detection import is_human


@dataclass(frozen=True)
class Visit:
    """Somebody opened a link. `fields` are those of the query for a GET, of the form for a POST."""

    desk: Desk
    token: str
    path: str
    fields: Mapping[str, str]
    now: datetime
    accept_language: str = ""

    @property
    def business(self) -> str:
        """The name that signs the page."""
        return self.desk.policy.business.name

    @property
    def deployed(self) -> Business:
        """The business as the stack was deployed, for pages that must not cost a look at the table."""
        return self.desk.first_policy.business

    @property
    def language(self) -> str:
        """The browser's language, for pages about nobody we know."""
        return preferred(self.accept_language) or self.deployed.language

    def language_of(self, survey: Survey) -> str:
        """The language of the customer who is asked. Raises NotThere once they are erased."""
        return customer_of(self.desk, survey).language or self.desk.policy.business.language

    def page_age(self, purpose: LinkPurpose, shown: str) -> timedelta | None:
        """How long the page that showed this was open.

        None: the form came without it, or had filled in what nobody sees.
        """
        if self.fields.get("website"):
            return None
        return self.desk.links.nonce_age(purpose, shown, self.fields.get("nonce", ""))

    def is_human(self, purpose: LinkPurpose, shown: str) -> bool:
        """Whether the form was sent from a page, in a person's time."""
        return is_human(self.page_age(purpose, shown))

    def nonce(self, purpose: LinkPurpose, shown: str) -> str:
        """What a page carries so that its form is known for a person's."""
        return self.desk.links.nonce(purpose, shown)

    def count(self, purpose: LinkPurpose, row_id: str) -> None:
        """Count the form that was sent. Raises TooOften."""
        count_form(self.desk, purpose, row_id, self.now)


@dataclass(frozen=True)
class Page:
    """A status, a whole HTML document, and headers of its own."""

    status: HTTPStatus
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
