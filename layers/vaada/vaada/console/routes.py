"""The pages of the console by their paths. A page is a function of the visit and the values in the path.

The module of a page is imported when the page is first opened: a function that starts imports one of them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, Literal

from vaada.console.http import Answer

_NAME = re.compile("[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Route:
    """A page of the console. `{name}` in the pattern is an id or a word, which the page gets by that name.

    `page_name` is the module of the page in this package, and its function.
    """

    method: Literal["GET", "POST"]
    pattern: str
    page_name: str

    @cached_property
    def page(self) -> Callable[..., Answer]:
        """The function that shows the page."""
        module, _, function = self.page_name.partition(".")
        page: Any = getattr(import_module(f"vaada.console.{module}"), function)
        return page  # type: ignore[no-any-return]  # a test checks what each of them takes

    def match(self, path: str) -> Mapping[str, str] | None:
        """Return the values in the path, or None if it does not match this pattern."""
        parts, given = self.pattern.split("/"), path.split("/")
        if len(parts) != len(given):
            return None
        pairs = list(zip(parts, given, strict=True))
        fits = all(_NAME.fullmatch(one) if part.startswith("{") else part == one for part, one in pairs)
        return {part[1:-1]: one for part, one in pairs if part.startswith("{")} if fits else None


ROUTES = (
    Route("GET", "/desk/", "my_day.show"),
    Route("GET", "/desk", "my_day.show"),  # the local cloud passes the path above without its last slash
    Route("GET", "/desk/sign-in", "my_day.home"),
    Route("GET", "/desk/sign-ins", "sign_in.sign_ins"),
    Route("POST", "/desk/sign-out", "sign_in.sign_out"),
    Route("GET", "/desk/me", "me.show"),
    Route("POST", "/desk/me", "me.save"),
    Route("GET", "/desk/me/absence", "absences.show_own"),
    Route("POST", "/desk/me/absence", "absences.save_own"),
    Route("GET", "/desk/me/practice", "recognition.own"),
    Route("GET", "/desk/thanks", "recognition.show"),
    Route("POST", "/desk/thanks/{evidence_id}", "recognition.say"),
    Route("GET", "/desk/people", "people.show"),
    Route("GET", "/desk/people/new", "people.new"),
    Route("POST", "/desk/people/new", "people.invite"),
    Route("GET", "/desk/people/{agent_id}", "people.edit"),
    Route("POST", "/desk/people/{agent_id}", "people.save"),
    Route("GET", "/desk/people/{agent_id}/absence", "absences.show"),
    Route("POST", "/desk/people/{agent_id}/absence", "absences.save"),
    Route("GET", "/desk/people/{agent_id}/leave", "people.leave_form"),
    Route("POST", "/desk/people/{agent_id}/leave", "people.leave"),
    Route("POST", "/desk/people/{agent_id}/{action}", "people.act"),
    Route("GET", "/desk/setup", "setup.overview"),
    Route("GET", "/desk/setup/ready", "readiness.show"),
    Route("GET", "/desk/setup/{step}", "setup.show"),
    Route("POST", "/desk/setup/{step}", "setup.save"),
    Route("GET", "/desk/contacts/new", "contacts.show"),
    Route("POST", "/desk/contacts/new", "contacts.record"),
    Route("GET", "/desk/contacts/who", "contacts.who"),
    Route("GET", "/desk/contacts/about", "contacts.about"),
    Route("POST", "/desk/contacts/plan", "contacts.plan"),
    Route("GET", "/desk/customers", "customers.listed"),
    Route("GET", "/desk/customers/{customer_id}", "customers.show"),
    Route("GET", "/desk/customers/{customer_id}/edit", "customers.edit"),
    Route("POST", "/desk/customers/{customer_id}/edit", "customers.save"),
    Route("GET", "/desk/customers/{customer_id}/write", "writing.show"),
    Route("POST", "/desk/customers/{customer_id}/write", "writing.send"),
    Route("POST", "/desk/customers/{customer_id}/lift", "customers.lift"),
    Route("GET", "/desk/customers/{customer_id}/merge", "customers.merge_form"),
    Route("POST", "/desk/customers/{customer_id}/merge", "customers.merge"),
    Route("POST", "/desk/customers/{customer_id}/unmerge", "customers.unmerge"),
    Route("GET", "/desk/customers/{customer_id}/export", "customers.export"),
    Route("GET", "/desk/customers/{customer_id}/erase", "customers.erase_form"),
    Route("POST", "/desk/customers/{customer_id}/erase", "customers.erase"),
    Route("GET", "/desk/relationships", "relationships.listed"),
    Route("GET", "/desk/customers/{customer_id}/relationship", "relationships.show"),
    Route("GET", "/desk/customers/{customer_id}/relationship/letter", "relationships.letter"),
    Route("POST", "/desk/customers/{customer_id}/relationship/{action}", "relationships.act"),
    Route("GET", "/desk/cases/{case_id}", "cases.show"),
    Route("POST", "/desk/cases/{case_id}/unmerge", "cases.unmerge"),
    Route("POST", "/desk/cases/{case_id}/{action}", "cases.act"),
    Route("GET", "/desk/promises", "promises.show"),
    Route("POST", "/desk/promises/give", "promises.give"),
    Route("GET", "/desk/surveys", "surveys.show"),
    Route("POST", "/desk/surveys/{survey_id}/confirm", "surveys.confirm"),
    Route("POST", "/desk/surveys/{survey_id}/discard", "surveys.discard"),
    Route("GET", "/desk/report", "report.show"),
    Route("GET", "/desk/report/rows", "report.rows"),
    Route("GET", "/desk/report/csv/{table}", "report.csv"),
    Route("GET", "/desk/training", "training.show"),
    Route("POST", "/desk/training/{key}", "training.mark"),
    Route("GET", "/desk/report/weeks", "weekly_reports.listed"),
    Route("GET", "/desk/report/weeks/{week}", "weekly_reports.show"),
    Route("GET", "/desk/campaigns", "campaigns.listed"),
    Route("GET", "/desk/campaigns/new", "campaigns.new"),
    Route("POST", "/desk/campaigns/new", "campaigns.add"),
    Route("GET", "/desk/campaigns/{campaign_id}", "campaigns.show"),
    Route("POST", "/desk/campaigns/{campaign_id}/{action}", "campaigns.act"),
    Route("GET", "/desk/messages", "messages.show"),
    Route("POST", "/desk/messages/{message_id}/retry", "messages.retry"),
    Route("POST", "/desk/messages/{message_id}/lift", "messages.lift"),
    Route("GET", "/desk/files/{interaction_id}/{number}", "incoming_mail.save_file"),
    Route("GET", "/desk/mail", "incoming_mail.show"),
    Route("POST", "/desk/mail/{mail_id}/accept", "incoming_mail.accept"),
    Route("POST", "/desk/mail/{mail_id}/dismiss", "incoming_mail.dismiss"),
    Route("GET", "/desk/policy", "policy.show"),
    Route("POST", "/desk/policy", "policy.change"),
    Route("GET", "/desk/policy/replies", "saved_replies.show"),
    Route("POST", "/desk/policy/replies", "saved_replies.save"),
    Route("GET", "/desk/policy/versions", "policy.versions"),
    Route("GET", "/desk/policy/versions/{version_id}", "policy.version"),
    Route("POST", "/desk/policy/versions/{version_id}/restore", "policy.restore"),
    Route("GET", "/desk/help", "help.show"),
    Route("GET", "/desk/help/{name}", "help.page"),
    Route("GET", "/desk/help/pictures/{name}", "help.picture"),
    Route("GET", "/desk/find", "find.show"),
    Route("GET", "/desk/keys", "find.keys"),
    Route("POST", "/desk/keys", "find.switch_keys"),
    Route("GET", "/desk/work/{row_id}/{action}", "work.ask"),
    Route("POST", "/desk/work/{row_id}/undo", "work.take_back"),
    Route("POST", "/desk/work/{row_id}/{action}", "work.act"),
)
