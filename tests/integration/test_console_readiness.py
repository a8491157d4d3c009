"""The readiness page: the function makes the checks; the page says what is missing and what to do."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.check_readiness.app import handler as check_readiness
from tests.integration.console import Browser, signed_in
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import ENVIRONMENT, Context, ScriptedDesk
from tests.integration.shop import Shop, change_agent, change_policy
from tests.integration.well_set_up import well_set_up
from tests.unit.present.builders import LANGUAGES
from vaada.gateways import aws

READY = "/desk/setup/ready"
SANDBOX = {"ProductionAccessEnabled": False, "SendingEnabled": True, "SendQuota": {"MaxSendRate": 14.0}}


class Functions:
    """A fake of Lambda, which runs the function itself."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Callable[[], dict[str, Any]] = self._run

    def invoke(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"FunctionName": ENVIRONMENT["CHECK_READINESS_ARN"], "Payload": b"{}"}
        self.asked += 1
        return self.answer()

    def _run(self) -> dict[str, Any]:
        found = check_readiness(sample("check_readiness/asked_by_the_console"), Context())  # type: ignore[arg-type]
        return {"Payload": BytesIO(json.dumps(found).encode())}


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Functions:
    found = Functions()
    monkeypatch.setattr(aws, "slow_functions", lambda: found)
    return found


@pytest.fixture
def owner(desk: ScriptedDesk) -> Browser:
    return signed_in(desk, None, manager=True)


def test_missing_things_stand_first_with_their_remedies(owner: Browser, functions: Functions) -> None:
    with well_set_up(GetAccount=SANDBOX, DescribeRule={"State": "DISABLED"}):
        page = owner.open(READY)

    assert (page.status, page.title, functions.asked) == (200, "Is this desk ready?", 1)
    missing, ready = page.words.split("Not set up yet")[1].split(" Ready ", 1)
    assert "SES is in its sandbox: only verified addresses get mail, 200 a day." in missing
    assert "Ask for production access. aws sesv2 put-account-details" in missing
    assert "Switched off: SweepDueEveryTwoMinutes. Switch it on again." in missing
    assert "Invite a colleague, or yourself." in missing
    assert 'href="/desk/people"' in page.html
    assert "Alarms reach somebody by mail." in ready
    assert "Could not be asked" not in page.words


def test_a_desk_on_which_all_is_set_up_is_ready(shop: Shop, owner: Browser, functions: Functions) -> None:
    change_policy(shop.desk, follow_ups={"reminders_at_most": 6})
    change_agent(shop.desk, shop.agent_id, phone="+447700900123")
    with well_set_up():
        page = owner.open(READY)

    assert "Everything is set up." in page.words
    assert "Not set up yet" not in page.words
    assert functions.asked == 1


def test_the_response_of_the_function_names_nobody(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, phone="+447700900123")
    with well_set_up(CheckIfPhoneNumberIsOptedOut={"isOptedOut": True}):
        found = json.dumps(check_readiness({}, Context()))  # type: ignore[arg-type]

    assert shop.agent_id in found
    assert not [one for one in ("+4477", "@", "Amina", ENVIRONMENT["BUSINESS_NAME"]) if one in found]


def test_the_page_names_the_agents_whom_the_function_knows_by_their_ids(
    shop: Shop, owner: Browser, functions: Functions
) -> None:
    change_agent(shop.desk, shop.agent_id, phone="+447700900123", name="<b>Amina</b> %(x)s")
    with well_set_up(CheckIfPhoneNumberIsOptedOut={"isOptedOut": True}):
        page = owner.open(READY)

    assert functions.asked == 1
    assert shop.agent_id not in page.html
    assert "since their numbers said STOP" in page.words
    assert "&lt;b&gt;Amina&lt;/b&gt; %(x)s" in page.html


def test_a_result_is_shown_for_five_minutes_unless_a_new_check_is_asked_for(
    owner: Browser, functions: Functions
) -> None:
    with well_set_up():
        for _ in range(2):
            owner.open(READY)
        assert functions.asked == 1
        owner.open(f"{READY}?again=1")
        assert functions.asked == 2
        owner.desk.clock.shift(timedelta(minutes=5))
        owner.open(READY)
        assert functions.asked == 3


def failed() -> dict[str, Any]:
    return {"FunctionError": "Unhandled", "Payload": BytesIO(b'{"errorMessage": "amina@example.com"}')}


def refused() -> dict[str, Any]:
    raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")


def silent() -> dict[str, Any]:
    raise ReadTimeoutError(endpoint_url="https://lambda.example.com")


@pytest.mark.parametrize(
    ("answer", "why"),
    [(failed, "Unhandled"), (refused, "TooManyRequestsException"), (silent, "ReadTimeoutError")],
)
def test_a_check_that_could_not_be_made_says_so_and_what_to_do(
    owner: Browser, functions: Functions, answer: Callable[[], dict[str, Any]], why: str
) -> None:
    functions.answer = answer

    page = owner.open(READY)

    assert page.status == 502
    assert f"could not be asked: {why}." in page.words
    assert "make doctor" in page.words
    assert "amina@example.com" not in page.html


def test_the_next_visit_after_a_failed_check_asks_again(owner: Browser, functions: Functions) -> None:
    run, functions.answer = functions.answer, refused
    assert owner.open(READY).status == 502

    functions.answer = run
    with well_set_up():
        assert owner.open(READY).status == 200


def test_an_agent_may_not_see_it_and_nothing_is_asked(shop: Shop, functions: Functions) -> None:
    assert signed_in(shop.desk, shop.agent_id).open(READY).status == 403
    assert functions.asked == 0


def test_setup_leads_to_it(owner: Browser) -> None:
    assert f'href="{READY}"' in owner.open("/desk/setup?all=1").html


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_are_in_the_language_of_the_reader(
    desk: ScriptedDesk, functions: Functions, language: str
) -> None:
    owner = signed_in(desk, None, manager=True, language=language)
    with well_set_up(GetAccount=SANDBOX):
        page = owner.open(READY)

    assert functions.asked == 1
    assert f'lang="{language}"' in page.html
    assert ("SES is in its sandbox" in page.words) == (language == "en")
    assert '<code dir="ltr">aws sesv2 put-account-details</code>' in page.html
