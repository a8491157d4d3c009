"""Forms of the console, each sent until there is an answer, like somebody who reloads the page."""

from collections.abc import Mapping
from urllib.parse import urlencode

from functions.console.app import handler as console
from functions.receive_mail.app import handler as receive_mail
from tests.mail_samples import a_mail
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import AGAIN, ScenarioWorld, Setup
from tests.simulation.crash_points.scenarios.api import POLICY, one_row_of_each_kind
from tests.simulation.crash_points.scenarios.inbound_events import mail_came
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE, MONDAY
from tests.simulation.fake_aws.items import parsed
from tests.simulation.world.http import request
from vaada.console.forms import new_token
from vaada.console.policy import fields_of
from vaada.console.sign_in import SESSION
from vaada.flows import sessions
from vaada.gateways.items import to_item
from vaada.model.hours import WEEKDAYS
from vaada.model.incoming_mail import SetAsideMail
from vaada.model.policy import PolicyDocument, PolicyVersion
from vaada.model.relationship_input import NewLetter
from vaada.model.relationships import relationship_id
from vaada.model.sessions import Session
from vaada.model.times import text_of

Fields = Mapping[str, str]

SECRET = "the secret of a manager's cookie"  # noqa: S105 - of nobody
HEADERS = {
    "cookie": f"{SESSION}={SECRET}",
    "sec-fetch-site": "same-origin",
    "content-type": "application/x-www-form-urlencoded",
}
ANSWERED = {303, 404, 409}  # done; done already, of an erased customer or another row
LATER = text_of(MONDAY + 3 * DAY)

RULES = PolicyDocument.model_validate(POLICY)
EARLIER = "20260301T090000Z-1"

LETTER = dict.fromkeys(NewLetter.model_fields, "Thank you")

FORMS: tuple[tuple[str, Fields], ...] = (
    (
        "/desk/contacts/new",
        {
            **{"new_name": "Zoe", "new_email": "zoe@example.com", "summary": "A wheel"},
            **{"what": "Send a price", "at": LATER, "direction": "outbound", "next": "wait"},
            **{"agent_id": "{agent}", "do": "save"},
        },
    ),
    ("/desk/customers/{customer}/edit", {"name": "Bilal Khan", "email": "bilal@example.com"}),
    ("/desk/customers/{customer}/write", {"medium": "email", "text": "Your wheel is ready.", "do": "send"}),
    ("/desk/customers/{customer}/lift", {}),
    ("/desk/customers/{customer}/merge", {"other_id": "{other_customer}"}),
    ("/desk/customers/{other_customer}/unmerge", {}),
    ("/desk/customers/{customer}/erase", {"name": "Bilal"}),
    ("/desk/cases/{case}/step", {"step": "apologised", "note": "by phone"}),
    ("/desk/cases/{case}/resolve", {"outcome": "repaired", "agreed": "end"}),
    ("/desk/cases/{case}/reopen", {"reason": "it came back"}),
    ("/desk/cases/{case}/wait", {}),
    ("/desk/cases/{case}/go-on", {}),
    ("/desk/cases/{case}/assign", {"agent_id": "{supervisor}"}),
    ("/desk/cases/{case}/merge", {"into": "{other_case}"}),
    ("/desk/cases/{case}/unmerge", {}),
    ("/desk/cases/{case}/goodwill", {"amount": "10", "reason": "A late cake"}),
    ("/desk/work/{promise}/kept", {}),
    ("/desk/work/{promise}/new_date", {"at": LATER, "reason": "agreed"}),
    ("/desk/work/{promise}/running_late", {"at": LATER, "reason": "a part is missing"}),
    ("/desk/work/{promise}/withdraw", {"reason": "no longer wanted"}),
    ("/desk/work/{promise}/assign", {"agent_id": "{supervisor}"}),
    ("/desk/work/{promise}/undo", {}),
    ("/desk/work/{follow_up}/done", {}),
    ("/desk/work/{follow_up}/pick_date", {"at": LATER}),
    ("/desk/work/{reply}/answered", {}),
    ("/desk/work/{reply}/undo", {}),
    ("/desk/work/{goodwill}/approve", {}),
    ("/desk/promises/give", {"row": "{promise}", "agent_id": "{supervisor}"}),
    ("/desk/me", {"notify_email": "on", "hours": "own", **dict.fromkeys(WEEKDAYS, "8-18")}),
    ("/desk/me/absence", {"from_date": "2026-03-05", "until_date": "2026-03-09"}),
    (
        "/desk/people/new",
        {"name": "Omar", "email": "omar@example.com", "notify_email": "on", "role": "manager"},
    ),
    (
        "/desk/people/{agent}",
        {"name": "Amina", "email": "amina.m@example.com", "notify_email": "on", "role": "agent"},
    ),
    ("/desk/people/{agent}/absence", {"from_date": "2026-03-05", "covered_by": "{supervisor}"}),
    ("/desk/people/{agent}/leave", {"to": "{supervisor}"}),
    ("/desk/people/{agent}/return", {}),
    ("/desk/training/{topic}", {"what": "A checklist"}),
    ("/desk/thanks/{praised}", {"note": "Well done"}),
    ("/desk/surveys/{survey}/confirm", {"at": text_of(MONDAY)}),
    ("/desk/surveys/{survey}/discard", {}),
    ("/desk/messages/{message}/retry", {}),
    ("/desk/mail/{mail}/accept", {}),
    ("/desk/mail/{mail}/dismiss", {}),
    ("/desk/customers/{customer}/relationship/note", {"kind": "unethical", "words": "No receipt"}),
    ("/desk/customers/{customer}/relationship/remove", {"note": "{note}"}),
    ("/desk/customers/{customer}/relationship/talk", {"words": "They see it alike"}),
    ("/desk/customers/{customer}/relationship/keep", {"words": "They are sorry"}),
    ("/desk/customers/{customer}/relationship/end", {"words": "It is no fit"}),
    ("/desk/customers/{customer}/relationship/letter", LETTER),
    ("/desk/customers/{customer}/relationship/part", {**LETTER, "by": "email"}),
    ("/desk/policy", {**fields_of(RULES), "warn": "3", "do": "save", "version": "0"}),
    (
        "/desk/policy/replies",
        {"number": "new", "name": "Ready", "language": "en", "text": "It is ready.", "do": "save"}
        | {"version": "0"},
    ),
    (f"/desk/policy/versions/{EARLIER}/restore", {"version": "0"}),
    ("/desk/campaigns/new", {"subject_en": "Winter is near", "text_en": "Oil the chain, Bilal."}),
    ("/desk/campaigns/{campaign}/schedule", {"when": "now"}),
    ("/desk/messages/{message}/lift", {"status": "failed"}),
    ("/desk/setup/business", {**POLICY["business"], "name": "Noor Cycles"}),
    ("/desk/setup/hours", {**dict.fromkeys(WEEKDAYS, "8-18"), "observed": "on"}),
    ("/desk/setup/colleagues", {"name_0": "Omar", "email_0": "omar@example.com"}),
    ("/desk/setup/customers", {"lines": "Zoe; zoe@example.com\nYusuf; yusuf@example.com", "do": "bring"}),
    ("/desk/setup/message", {}),
    ("/desk/sign-out", {"which": "all"}),
    ("/desk/keys", {"keys": "off"}),
)
FIRST = {
    "/desk/customers/{other_customer}/unmerge": "/desk/customers/{customer}/merge",
    "/desk/cases/{case}/reopen": "/desk/cases/{case}/resolve",
    "/desk/cases/{case}/go-on": "/desk/cases/{case}/wait",
    "/desk/cases/{case}/unmerge": "/desk/cases/{case}/merge",
    "/desk/work/{promise}/undo": "/desk/work/{promise}/kept",
    "/desk/people/{agent}/return": "/desk/people/{agent}/leave",
    "/desk/work/{reply}/undo": "/desk/work/{reply}/answered",
}
"""The forms that must be sent before other ones."""


def sent(path: str, fields: Fields) -> Setup:
    """A form of the console in a world with one row of each kind."""

    def set_up(world: ScenarioWorld) -> None:
        ids = one_row_of_each_kind(
            world,
            complaint=path.endswith("/step"),
            goodwill="{goodwill}" in path,
            others="merge" in path,
            failed="{message}" in path,
            quarantined="{survey}" in path,
            proposed="/relationship/" in path,
            praised="{praised}" in path,
            ended=path.endswith(("/letter", "/part")),
            topic="{topic}" in path,
            campaign="{campaign}" in path,
        )
        if "{mail}" in path:
            ids["mail"] = a_set_aside_mail(world)
        world.do_now(lambda: sign_in(world))
        if EARLIER in path:
            put_earlier_policy(world)
        if first := FIRST.get(path):
            send(world, ids, first, dict(FORMS)[first])
        world.pass_time(20 * MINUTE)  # so that what the form brings falls due with nothing else
        world.watch_next_run("POST")
        send(world, ids, path, fields)

    return set_up


def sign_in(world: ScenarioWorld) -> None:
    """Begin the session of a manager who need not be looked up again."""
    session = Session(
        session_id=sessions.id_of(SECRET),
        subject="sub",
        username="maryam",
        email="maryam@example.com",
        user_id=world.supervisor_id,
        is_manager=True,
        agent_id=world.supervisor_id,
        browser="Firefox, Linux",
        started_at=world.now,
        used_at=world.now,
        checked_at=world.now + 30 * DAY,
        expires_at=int((world.now + 30 * DAY).timestamp()),
    )
    world.aws.table.put_item(Item=to_item(session))


def put_earlier_policy(world: ScenarioWorld) -> None:
    """Keep a policy as one that was in force before."""
    version = PolicyVersion(
        policy_version_id=EARLIER, document=RULES, changed_at=MONDAY - DAY, changed_by="manager sub"
    )
    world.aws.table.put_item(Item=to_item(version))


def a_set_aside_mail(world: ScenarioWorld) -> str:
    """Let a mail come in that looks like spam. Returns the id of its row."""
    event = mail_came(world, a_mail(sender="bilal@example.com", spam="FAIL", files={"a.txt": b"x"}))
    world.do_now(lambda: world.events.deliver(receive_mail, event, "a mail"))
    rows = map(parsed, world.aws.table.items.values())
    (mail,) = (row for row in rows if isinstance(row, SetAsideMail))
    return mail.id


def version_of(world: ScenarioWorld, row_id: str) -> int:
    """The version of a row, as a page would show it; 0 if there is none yet."""
    rows = map(parsed, world.aws.table.items.values())
    return next((row.version for row in rows if row.id == row_id), 0)


def send(world: ScenarioWorld, ids: dict[str, str], path: str, fields: Fields) -> None:
    """Send a form, with the version of what it was shown with, until there is an answer."""
    shown = next((row_id for name, row_id in ids.items() if f"{{{name}}}" in path), "")
    if path == "/desk/me":
        shown = world.supervisor_id
    if "/relationship/" in path:
        shown = relationship_id(world.customer_id)
    said = {
        "token": new_token(SECRET),
        "key": f"{'key':-<32}",
        "version": str(version_of(world, shown)) if shown else "",
        **{name: value.format(**ids) for name, value in fields.items()},
    }
    event = request(f"POST {path.format(**ids)}", urlencode(said), HEADERS)

    def attempt() -> None:
        answer = world.runtime.run(console, event)
        if answer is None or int(answer["statusCode"]) >= 500:
            world.loop.after(AGAIN, "again: the form", attempt)
        else:
            assert int(answer["statusCode"]) in ANSWERED, f"refused: {path} {answer['body']}"

    world.do_now(attempt)


SCENARIOS = tuple(Scenario(console, path, sent(path, fields), 7 * HOUR) for path, fields in FORMS)
