"""Each sample in events/ is read by the function that it is for."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.api.app import handler as api
from functions.console.app import handler as console
from functions.flag_overdue.app import handler as flag_overdue
from functions.invite_owner import app as invite_owner
from functions.pages.app import handler as pages
from functions.plan_surveys.app import handler as plan_surveys
from functions.remind_agent.app import handler as remind_agent
from functions.rotate_link_keys import app as rotate_link_keys
from functions.send_survey.app import handler as send_survey
from functions.sweep_due.app import handler as sweep_due
from functions.sync_schedules.app import handler as sync_schedules
from tests.integration.aws_errors import refuse
from tests.integration.provider_events import EVENTS, sample
from tests.integration.scripted_desk import ENVIRONMENT, Context, ScriptedDesk, client
from tests.unit import rows
from vaada.desk import open_desk
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.receipts import EmailClaim
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Survey

ROOT = Path(__file__).parents[2]
PATHS = {"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'vaada'}"}
Handler = Callable[[dict[str, Any], Any], Any]


def stored(kind: type[Row], n: int) -> Any:
    return open_desk().table.get(kind, rows.row_id(n))


pytestmark = pytest.mark.usefixtures("desk", "stored_rows")


@pytest.fixture
def stored_rows(desk: ScriptedDesk) -> None:
    """The rows that the sample events are about."""
    assert desk.mails == []
    table = open_desk().table
    agent = rows.agent()
    table.write(agent, EmailClaim(email_claim_id=agent.email, agent_id=agent.agent_id))
    table.write(rows.customer())
    table.write(rows.interaction(wake_at=rows.MONDAY))
    table.write(rows.case(status="resolved", resolved_at=rows.MONDAY))


def test_an_unresolved_contact_is_marked_as_planned() -> None:
    answer = plan_surveys(sample("plan_surveys/unresolved_contact"), Context())

    assert answer == {"batchItemFailures": []}
    assert stored(Interaction, 1).wake_at is None


def test_a_resolved_contact_is_planned_once_however_often_its_record_comes(desk: ScriptedDesk) -> None:
    for _ in range(3):
        plan_surveys(sample("plan_surveys/resolved_contact"), Context())

    assert [row["row_kind"] for row in desk.timeline(rows.CUSTOMER_ID)].count("survey") == 1


def test_a_poison_record_is_reported_and_the_others_are_planned() -> None:
    open_desk().table.write(
        rows.interaction(interaction_id=rows.row_id(91), resolved=True, wake_at=rows.MONDAY)
    )
    event = sample("plan_surveys/poison_between_good_ones")

    answer = plan_surveys(event, Context())

    poison = event["Records"][1]["dynamodb"]["SequenceNumber"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": poison}]}
    assert stored(Interaction, 91).wake_at is None


def test_later_records_of_a_failed_item_wait_for_it() -> None:
    event = sample("plan_surveys/poison_between_good_ones")
    poison = event["Records"][1]
    same_item = {"dynamodb": {**event["Records"][0]["dynamodb"], "Keys": poison["dynamodb"]["Keys"]}}
    event["Records"] = [poison, same_item]

    assert len(plan_surveys(event, Context())["batchItemFailures"]) == 2


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("follow_up_came", "scheduler.CreateSchedule"),
        ("follow_up_due_already", "lambda.Invoke"),
        ("commitment_warned", "scheduler.UpdateSchedule"),
        ("follow_up_snoozed", "scheduler.UpdateSchedule"),
        ("follow_up_done", "scheduler.DeleteSchedule"),
    ],
)
def test_a_record_creates_updates_or_deletes_the_schedule_of_a_due_row(
    desk: ScriptedDesk, name: str, call: str
) -> None:
    desk.count_calls()

    answer = sync_schedules(sample(f"sync_schedules/{name}"), Context())

    assert answer == {"batchItemFailures": []}
    assert desk.calls[call] == 1


def test_the_payload_of_a_schedule_holds_the_id_and_version_only(desk: ScriptedDesk) -> None:
    sync_schedules(sample("sync_schedules/follow_up_came"), Context())
    sync_schedules(sample("sync_schedules/follow_up_came"), Context())

    ((name, schedule),) = desk.schedules().items()
    assert name == rows.row_id(4)
    assert json.loads(schedule.target["Input"]) == {"row_id": rows.row_id(4), "version": 1}


def test_a_schedule_is_for_its_minute_is_retried_for_an_hour_and_keeps_its_failure(
    desk: ScriptedDesk,
) -> None:
    sync_schedules(sample("sync_schedules/follow_up_came"), Context())

    (schedule,) = desk.schedules().values()
    target = {key: value for key, value in schedule.target.items() if key != "Input"}
    assert target == {
        "Arn": ENVIRONMENT["REMIND_AGENT_ARN"],
        "RoleArn": ENVIRONMENT["SCHEDULER_ROLE_ARN"],
        "DeadLetterConfig": {"Arn": ENVIRONMENT["REMIND_AGENT_DLQ_ARN"]},
        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 5},
    }
    assert schedule.schedule_expression_timezone == "UTC"
    assert schedule.flexible_time_window == {"Mode": "OFF"}
    assert schedule.action_after_completion == "DELETE"


def test_a_due_follow_up_is_reminded_of_once(desk: ScriptedDesk) -> None:
    open_desk().table.write(rows.follow_up())

    outcomes = [remind_agent(sample("remind_agent/follow_up_due"), Context()) for _ in range(3)]

    assert outcomes == ["fired", "stale", "stale"]
    assert len(desk.mails) == 1


def test_a_schedule_with_a_stale_version_changes_nothing(desk: ScriptedDesk) -> None:
    open_desk().table.write(rows.follow_up())

    assert remind_agent(sample("remind_agent/stale_version"), Context()) == "stale"
    assert desk.mails == []


def test_a_due_commitment_is_flagged() -> None:
    row = rows.commitment(rows.MONDAY, step="flag", wake_at=rows.MONDAY)
    open_desk().table.write(row)

    assert flag_overdue(sample("flag_overdue/commitment_due"), Context()) == "fired"
    assert stored(Commitment, 3).flagged_at == rows.MONDAY


def test_a_schedule_that_fires_early_changes_nothing(desk: ScriptedDesk) -> None:
    later = rows.MONDAY.replace(hour=10)
    open_desk().table.write(rows.commitment(later, step="flag", wake_at=later))

    assert flag_overdue(sample("flag_overdue/commitment_due"), Context()) == "early"
    assert desk.mails == []


def test_a_due_survey_is_sent(desk: ScriptedDesk) -> None:
    open_desk().table.write(rows.survey())

    assert send_survey(sample("send_survey/survey_due"), Context()) == "fired"
    assert str(desk.mails[0]["to"]) == "Bilal Khan <bilal@example.com>"


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (remind_agent, "remind_agent/follow_up_due"),
        (flag_overdue, "flag_overdue/commitment_due"),
        (send_survey, "send_survey/survey_due"),
    ],
)
def test_a_deleted_row_wakes_nothing(function: Handler, name: str) -> None:
    assert function(sample(name), Context()) == "gone"


def test_the_sweep_takes_due_rows_and_plans_contacts_that_the_stream_missed() -> None:
    open_desk().table.write(rows.follow_up())

    taken = sweep_due(sample("sweep_due/every_two_minutes"), Context())  # type: ignore[arg-type]  # enough of one

    assert taken == 2
    assert stored(FollowUp, 4).status == "due"
    assert stored(Interaction, 1).wake_at is None


def test_the_api_reads_events_of_api_gateway(desk: ScriptedDesk) -> None:
    def status(name: str) -> int:
        return int(api(sample(f"api/{name}"), Context())["statusCode"])  # type: ignore[arg-type]  # enough of one

    assert status("record_interaction") == 201
    assert status("record_interaction") == 201
    assert status("overdue_commitments") == 200
    assert status("unknown_field") == 422
    assert status("not_json") == 400
    assert status("not_text") == 400
    assert [row["row_kind"] for row in desk.timeline(rows.CUSTOMER_ID)].count("interaction") == 2


def test_the_console_reads_events_of_api_gateway(desk: ScriptedDesk) -> None:
    assert desk
    answer = console(sample("console/open_my_day"), Context())

    assert answer["statusCode"] == 303  # nobody has signed in with this cookie
    assert "lang=ur" in answer["headers"]["location"]


def test_the_pages_read_events_of_api_gateway(desk: ScriptedDesk) -> None:
    def status(name: str) -> int:
        return int(pages(sample(f"pages/{name}"), Context())["statusCode"])

    def answer() -> str:
        return sent_from(pages(sample("pages/open_survey"), Context()), "answer_survey")

    def sent_from(form: dict[str, Any], name: str) -> str:
        nonce = form["body"].partition('name="nonce" value="')[2].partition('"')[0]
        desk.clock.shift(1)
        event = sample(f"pages/{name}")
        page: str = pages({**event, "body": f"{event['body']}&nonce={nonce}"}, Context())["body"]
        return page

    open_desk().table.write(rows.survey(status="sent", step="remind"))
    open_desk().table.write(rows.follow_up(status="due"))

    assert status("open_survey") == 200
    assert status("answer_survey") == 200  # without the page: it asks to confirm
    assert (stored(Survey, 5).status, len(stored(Survey, 5).quarantined)) == ("sent", 1)
    desk.clock.shift(60)
    assert "Lovely cake" not in answer()
    unconfirmed = pages(sample("pages/follow_up_done"), Context())
    assert (unconfirmed["statusCode"], stored(FollowUp, 4).status) == (422, "due")  # without the page too
    assert "no more reminders" in sent_from(unconfirmed, "follow_up_done")
    assert status("one_click_unsubscribe") == 200
    assert status("tampered_link") == 404
    assert 'lang="ur" dir="rtl"' in pages(sample("pages/open_contact_form"), Context())["body"]
    assert (stored(Survey, 5).score, stored(Survey, 5).comment) == (5, "Lovely cake")
    assert stored(FollowUp, 4).status == "done"
    customer = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert customer is not None
    assert not customer.consent.survey


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The responses to CloudFormation."""
    answers: list[dict[str, Any]] = []

    class Accepted:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    def put(request: Any, timeout: int) -> Accepted:
        asked = {"method": request.get_method(), "content_type": request.get_header("Content-type")}
        answers.append({"url": request.full_url, "timeout": timeout, **asked, **json.loads(request.data)})
        return Accepted()

    monkeypatch.setattr(urllib.request, "urlopen", put)
    return answers


def test_link_keys_are_created_kept_rotated_and_deleted(answers: list[dict[str, Any]]) -> None:
    ssm = client("ssm")
    ssm.delete_parameter(Name="/vaada/vaada/link-keys")

    def keys() -> list[str]:
        value = ssm.get_parameter(Name="/vaada/vaada/link-keys", WithDecryption=True)["Parameter"]
        assert value["Type"] == "SecureString"
        found: list[str] = json.loads(value["Value"])
        return found

    rotate_link_keys.handler(sample("rotate_link_keys/stack_created"), None)
    (first,) = keys()
    rotate_link_keys.handler(sample("rotate_link_keys/stack_created"), None)
    assert keys() == [first]
    rotate_link_keys.handler(sample("rotate_link_keys/every_ninety_days"), None)
    rotate_link_keys.handler(sample("rotate_link_keys/every_ninety_days"), None)
    assert len(set(keys())) == 2
    assert first not in keys()
    rotate_link_keys.handler(sample("rotate_link_keys/stack_deleted"), None)
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        keys()
    assert [answer["Status"] for answer in answers] == ["SUCCESS"] * 3
    assert {answer["PhysicalResourceId"] for answer in answers[:2]} == {"LinkKeys"}
    # CloudFormation has signed the address for a PUT without a content type.
    assert {(answer["method"], answer["content_type"]) for answer in answers} == {("PUT", "")}


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("TIME_ZONE", "Asia/Karatchi", "TimeZone: 'Asia/Karatchi' is not an IANA time zone"),
        ("COUNTRY", "UK", "Country: 'UK' is not the two letters"),
        ("LANGUAGE_TAG", "urdu", "Language: 'urdu' is none of the languages ar, de, en, "),
        ("PUBLIC_URL", "https://desk.example.com/", "PublicUrl: String should match pattern"),
        ("OWNER_EMAIL", "ana@example", "OwnerEmail: must be an address that Amazon SES can"),
    ],
)
def test_a_wrong_setting_fails_the_deployment_and_the_rollback_works(
    variable: str,
    value: str,
    reason: str,
    answers: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(variable, value)
    open_desk.cache_clear()
    client("ssm").delete_parameter(Name="/vaada/vaada/link-keys")

    rotate_link_keys.handler(sample("rotate_link_keys/stack_created"), None)
    rotate_link_keys.handler(sample("rotate_link_keys/stack_deleted"), None)

    assert [answer["Status"] for answer in answers] == ["FAILED", "SUCCESS"]
    assert answers[0]["Reason"].startswith(reason)
    assert "link keys failed" in caplog.text


def test_all_wrong_settings_are_named_at_once(
    answers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIME_ZONE", "Karachi")
    monkeypatch.setenv("COUNTRY", "UK")

    rotate_link_keys.handler(sample("rotate_link_keys/stack_created"), None)

    assert "TimeZone" in answers[0]["Reason"]
    assert "Country" in answers[0]["Reason"]


@pytest.mark.parametrize("before", [{}, {"owner@example.com": "agents"}, {"owner@example.com": ""}])
def test_the_owner_becomes_a_manager_whether_or_not_they_are_a_user(
    desk: ScriptedDesk, answers: list[dict[str, Any]], before: dict[str, str]
) -> None:
    desk.groups |= before

    invite_owner.handler(sample("invite_owner/stack_created"), None)
    assert desk.groups == {"owner@example.com": "managers"}
    assert desk.calls["cognito-idp.AdminCreateUser"] == 1

    invite_owner.handler(sample("invite_owner/stack_deleted"), None)
    assert desk.groups == {"owner@example.com": "managers"}
    assert [answer["Status"] for answer in answers] == ["SUCCESS", "SUCCESS"]


def test_another_owner_is_invited_and_the_former_one_stays(
    desk: ScriptedDesk, answers: list[dict[str, Any]]
) -> None:
    desk.groups["former.owner@example.com"] = "managers"

    invite_owner.handler(sample("invite_owner/owner_changed"), None)

    assert desk.groups == {"former.owner@example.com": "managers", "owner@example.com": "managers"}
    assert [(answer["Status"], answer["PhysicalResourceId"]) for answer in answers] == [("SUCCESS", "Owner")]


def test_an_invitation_that_fails_fails_the_deployment_with_the_reason(
    desk: ScriptedDesk, answers: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    desk.before_call = refuse("cognito-idp.AdminCreateUser", code="CodeDeliveryFailureException")

    invite_owner.handler(sample("invite_owner/stack_created"), None)

    assert answers[0]["Status"] == "FAILED"
    assert "CodeDeliveryFailureException" in answers[0]["Reason"]
    assert "the log of the function InviteOwner" in answers[0]["Reason"]
    assert "the owner was not invited" in caplog.text


def test_a_library_that_cannot_be_loaded_fails_the_deployment_at_once(
    answers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vaada.checked_settings", None)

    rotate_link_keys.handler(sample("rotate_link_keys/stack_created"), None)

    assert answers[0]["Status"] == "FAILED"
    assert "vaada.checked_settings" in answers[0]["Reason"]
    assert "run sam build, then sam deploy again" in answers[0]["Reason"]


@pytest.mark.parametrize("function", ["invite_owner", "rotate_link_keys"])
def test_a_function_that_cloudformation_waits_for_loads_without_any_library(function: str) -> None:
    code = (
        f"import sys, functions.{function}.app; "
        "print([name for name in ('pydantic', 'boto3', 'aws_lambda_powertools') if name in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=PATHS
    )

    assert done.stdout.strip() == "[]"


def test_every_sample_event_is_used_by_a_test() -> None:
    samples = {str(path.relative_to(EVENTS).with_suffix("")) for path in EVENTS.rglob("*.json")}
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))

    assert {name for name in samples if f'{name.split("/")[1]}"' not in tests} == set()
