"""Who may open and send what in the console: two users try every page and form."""

from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from tests.integration.console import Browser, Page, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, add_customer, change_agent
from tests.times import DAY, HOUR
from tests.unit.present.hostile_text import MARKUP
from vaada.console.routes import ROUTES
from vaada.model.times import text_of

PAGES = (
    "/desk/contacts/new?customer_id={customer_id}",
    "/desk/contacts/about?customer_id={customer_id}",
    "/desk/customers/{customer_id}",
    "/desk/customers/{customer_id}/edit",
    "/desk/customers/{customer_id}/merge",
    "/desk/customers/{customer_id}/write",
    "/desk/cases/{case_id}",
    "/desk/work/{row_id}/{action}",
)
"""The pages that show a customer or their work."""

FORMS: dict[str, dict[str, str]] = {
    "/desk/contacts/plan": {"customer_id": "{customer_id}", "summary": "Mine"},
    "/desk/contacts/new": {"customer_id": "{customer_id}", "summary": "Mine", "do": "save"},
    "/desk/customers/{customer_id}/edit": {"name": "Mine"},
    "/desk/customers/{customer_id}/write": {"text": "Mine"},
    "/desk/customers/{customer_id}/merge": {"other_id": "{his_customer_id}"},
    "/desk/customers/{customer_id}/unmerge": {},
    "/desk/cases/{case_id}/unmerge": {},
    "/desk/cases/{case_id}/{action}": {"reason": "Mine"},
    "/desk/work/{row_id}/undo": {},
    "/desk/work/{row_id}/{action}": {"reason": "Mine"},
}
FOR_MANAGERS = (
    "POST /desk/customers/{customer_id}/lift",
    "GET /desk/customers/{customer_id}/export",
    "GET /desk/customers/{customer_id}/erase",
    "POST /desk/customers/{customer_id}/erase",
    "GET /desk/training",
    "POST /desk/training/{key}",
    "GET /desk/thanks",
    "POST /desk/thanks/{evidence_id}",
    "GET /desk/report/weeks",
    "GET /desk/report/weeks/{week}",
    "GET /desk/relationships",
    "GET /desk/campaigns",
    *("GET /desk/campaigns/new", "POST /desk/campaigns/new"),
    *("GET /desk/campaigns/{campaign_id}", "POST /desk/campaigns/{campaign_id}/{action}"),
    "GET /desk/customers/{customer_id}/relationship",
    "GET /desk/customers/{customer_id}/relationship/letter",
    "POST /desk/customers/{customer_id}/relationship/{action}",
)
SETUP = ("GET /desk/setup", "GET /desk/setup/{step}", "POST /desk/setup/{step}", "GET /desk/setup/ready")
"""For managers; test_console_setup and test_console_readiness try them as an agent."""

RULES = (
    *("GET /desk/policy", "POST /desk/policy", "GET /desk/policy/versions"),
    *("GET /desk/policy/replies", "POST /desk/policy/replies"),
    *("GET /desk/policy/versions/{version_id}", "POST /desk/policy/versions/{version_id}/restore"),
)
"""Read by everybody, changed by managers; test_console_policy tries them as an agent."""

COLLEAGUES = (
    *("GET /desk/people/new", "POST /desk/people/new"),
    *("GET /desk/people/{agent_id}", "POST /desk/people/{agent_id}"),
    *("GET /desk/people/{agent_id}/absence", "POST /desk/people/{agent_id}/absence"),
    *("GET /desk/people/{agent_id}/leave", "POST /desk/people/{agent_id}/leave"),
    "POST /desk/people/{agent_id}/{action}",
)
"""For managers; test_console_people tries them as an agent."""

LISTS = (
    *("/desk/", "/desk", "/desk/customers", "/desk/customers?q=bilal", "/desk/find?q=bilal"),
    *("/desk/promises", "/desk/report", "/desk/report/rows?count=promises"),
    *("/desk/surveys", "/desk/messages", "/desk/mail"),
)
LISTS_AS_ONE_TYPES = ("/desk/contacts/who?q=bilal",)
OTHERS = (
    *("POST /desk/promises/give", "GET /desk/report/csv/{table}"),
    *("GET /desk/files/{interaction_id}/{number}", "POST /desk/mail/{mail_id}/accept"),
    "POST /desk/mail/{mail_id}/dismiss",
    *("POST /desk/messages/{message_id}/retry", "POST /desk/messages/{message_id}/lift"),
    *("POST /desk/surveys/{survey_id}/confirm", "POST /desk/surveys/{survey_id}/discard"),
)
"""Tried in the tests of promises, the report, surveys, and mail that came in."""

EVERYBODY = (
    *("GET /desk/sign-in", "GET /desk/sign-ins", "POST /desk/sign-out"),
    *("GET /desk/keys", "POST /desk/keys", "GET /desk/me", "POST /desk/me", "GET /desk/people"),
    *("GET /desk/me/absence", "POST /desk/me/absence", "GET /desk/me/practice"),
    *("GET /desk/help", "GET /desk/help/{name}", "GET /desk/help/pictures/{name}"),
)
ACTIONS = {
    "/desk/cases/{case_id}/{action}": ("step", "resolve", "reopen", "wait", "assign", "merge", "goodwill"),
    "/desk/work/{row_id}/{action}": ("kept", "new_date", "running_late", "withdraw", "assign", "done"),
}


@dataclass(frozen=True)
class Pair:
    """Amina with a customer, and Omar, who has nothing to do with them. `ids` are hers, and his customer."""

    desk: ScriptedDesk
    shop: Shop
    omar_id: str
    ids: dict[str, str]

    def read(self, browser: Browser) -> dict[str, Page]:
        """Every page with her ids, as this browser gets it."""
        return {path: browser.open(self._path(path, "new_date")) for path in PAGES}

    def send(self, browser: Browser) -> dict[str, Page]:
        """Every form with her ids, sent by this browser."""
        token = browser.open("/desk/keys").form("/desk/keys").fields["token"]
        return {
            f"{path} {action}": browser.post(self._path(path, action), self._filled(fields, token))
            for path, fields in FORMS.items()
            for action in ACTIONS.get(path, ("",))
        }

    def _path(self, path: str, action: str) -> str:
        return path.format(action=action, **self.ids)

    def _filled(self, fields: dict[str, str], token: str) -> dict[str, str]:
        return {"token": token, **{name: value.format(**self.ids) for name, value in fields.items()}}


@pytest.fixture
def pair(desk: ScriptedDesk) -> Pair:
    shop = Shop.opened(desk)
    omar = add_agent(desk, "Omar")
    promised = {"what": "Call Bilal back", "due_at": text_of(desk.now + DAY)}
    recorded = shop.contact(kind="complaint", commitments=[promised])
    ids = {
        "customer_id": shop.customer_id,
        "case_id": recorded["case_id"],
        "row_id": recorded["commitments"][0]["commitment_id"],
        "his_customer_id": add_customer(desk, name="Dana", email="dana@example.com", agent_id=omar),
    }
    return Pair(desk, shop, omar, ids)


def test_every_page_and_form_of_the_console_is_covered_here() -> None:
    covered = {
        *(f"GET {path.partition('?')[0]}" for path in (*PAGES, *LISTS, *LISTS_AS_ONE_TYPES)),
        *(f"POST {path}" for path in FORMS),
        *FOR_MANAGERS,
        *COLLEAGUES,
        *SETUP,
        *RULES,
        *OTHERS,
        *EVERYBODY,
    }

    assert {f"{route.method} {route.pattern}" for route in ROUTES} == covered


def test_another_agents_customer_and_work_can_be_neither_seen_nor_changed(pair: Pair) -> None:
    omar, before = signed_in(pair.desk, pair.omar_id), _stored()

    answers = {**pair.read(omar), **pair.send(omar)}

    assert {each: page.status for each, page in answers.items()} == dict.fromkeys(answers, 403)
    assert not [each for each, page in answers.items() if "Bilal" in page.html]
    assert _stored() == before


def test_lists_and_searches_leave_out_another_agents_customer(pair: Pair) -> None:
    omar = signed_in(pair.desk, pair.omar_id)

    assert not [path for path in LISTS if pair.ids["customer_id"] in omar.open(path).html]
    for path in LISTS_AS_ONE_TYPES:
        assert pair.ids["customer_id"] not in omar.part(path).html


def test_a_supervisor_and_who_stands_in_see_and_do_what_the_api_lets_them(pair: Pair) -> None:
    omar, boss = pair.omar_id, add_agent(pair.desk, "Zara")
    change_agent(pair.desk, pair.shop.agent_id, covered_by=omar)
    change_agent(pair.desk, pair.shop.supervisor_id, supervisor_id=boss)

    for agent_id in (omar, pair.shop.supervisor_id, boss):
        browser = signed_in(pair.desk, agent_id)
        answers = pair.read(browser)
        assert {each: page.status for each, page in answers.items()} == dict.fromkeys(answers, 200)
        for path in FOR_MANAGERS:
            if path.startswith("GET "):
                others = {"week": "2026-W10", "campaign_id": "c" * 16}
                assert browser.open(path[4:].format(**pair.ids, **others)).status == 403
        kept = browser.open("/desk/customers/{customer_id}".format(**pair.ids)).form("/kept")
        assert browser.post(kept.action, kept.fields).status == 303
        undo = browser.open("/desk/customers/{customer_id}".format(**pair.ids)).form("/undo")
        assert browser.post(undo.action, undo.fields).status == 303


def test_hostile_words_are_escaped_on_every_page(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190], notes=MARKUP, tags=[MARKUP[:40].lower()])
    change_agent(desk, shop.agent_id, name=MARKUP[:90])
    change_agent(desk, shop.supervisor_id, name=MARKUP[:90])
    promised = {"what": MARKUP[:490], "due_at": text_of(desk.now + HOUR)}
    recorded = shop.contact(kind="complaint", summary=MARKUP, commitments=[promised])
    ids = {
        "customer_id": shop.customer_id,
        "case_id": recorded["case_id"],
        "row_id": recorded["commitments"][0]["commitment_id"],
        "action": "running_late",
    }
    desk.pass_time(2 * HOUR)
    manager = signed_in(desk, shop.supervisor_id, manager=True)

    shown = (*PAGES, *LISTS, "/desk/find?q=scr", "/desk/customers/{customer_id}/erase", "/desk/sign-ins")
    for path in (*shown, f"/desk/?agent={shop.agent_id}", *LISTS_AS_ONE_TYPES, "/desk/contacts/who?q=scr"):
        page = manager.open(path.format(**ids))
        assert page.status == 200, path
        assert "<script>alert" not in page.html, path
        assert "<img src=x" not in page.html, path


def _stored() -> list[dict[str, Any]]:
    return boto3.client("dynamodb").scan(TableName="vaada")["Items"]
