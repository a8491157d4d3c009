"""A visit: who requests a page of the console, in which language, and when."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from vaada.api.access import User
from vaada.console.forms import new_token
from vaada.console.http import Answer, Fields, Request
from vaada.desk import Desk
from vaada.model.people import Agent
from vaada.model.sessions import Session
from vaada.present.console.shell import Shell, page
from vaada.present.i18n import preferred, readable, words
from vaada.present.times import Times
from vaada.rules.time.zones import zone_of

KEYS_OFF = "__Host-vaada-keys"
"""The cookie of a browser in which single keys are turned off."""


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in. `secret` is that of their cookie."""

    desk: Desk
    request: Request
    now: datetime
    session: Session
    secret: str

    @property
    def user(self) -> User:
        """The reader, as access is checked."""
        return User(self.session.user_id, self.session.is_manager, self.session.agent_id)

    @cached_property
    def agent(self) -> Agent | None:
        """The reader's own row. A manager does not have to have one."""
        return self.desk.table.get(Agent, self.session.agent_id) if self.session.agent_id else None

    @cached_property
    def times(self) -> Times:
        """The reader's language and zone."""
        return Times(words(self.language), ZoneInfo(zone_of(self.agent, self.desk.policy)), self.now)

    @property
    def language(self) -> str:
        """The reader's language: their own, else that of their browser, else that of the business."""
        browsers = preferred(self.request.headers.get("accept-language", ""))
        return readable(self.agent.language if self.agent else None, browsers or self._business_language)

    @property
    def business_zone(self) -> ZoneInfo:
        """The zone in which the business counts days."""
        return ZoneInfo(self.desk.policy.business.time_zone)

    @property
    def _business_language(self) -> str:
        return self.desk.policy.business.language

    def shell(self, here: str = "") -> Shell:
        """Return what surrounds the page. `here` is the path of its navigation entry."""
        name = self.agent.name if self.agent else self.session.email
        return Shell(
            business=self.desk.policy.business.name,
            times=self.times,
            token=new_token(self.secret),
            here=here,
            reader_name=name,
            reader_key=self.session.subject,
            is_manager=self.user.is_manager,
            single_keys=KEYS_OFF not in self.request.cookies,
        )

    def after(self, address: str, **told: str) -> "Visit":
        """Return the visit that follows a form: the page it redirects to, with these fields in the query."""
        path, _, query = address.partition("?")
        fields = Fields((*parse_qsl(query), *told.items()))
        return replace(self, request=replace(self.request, method="GET", path=path, query=fields))

    def page(
        self, name: str, here: str = "", *, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> Answer:
        """Return a page, or a part of one."""
        return Answer(status, page(name, self.shell(here), **values))
