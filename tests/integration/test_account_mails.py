"""The mails of Cognito, written by the product in the reader's language."""

from typing import Any

import pytest

from functions.write_account_mail.app import handler
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A shop whose agent reads Urdu."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, language="ur")
    assert desk.call("PUT /api/policy", desk.call("GET /api/policy").json).status == 200
    desk.calls.clear()
    return shop


def written(name: str, **asked: object) -> dict[str, Any]:
    """What the function responds to a sample, with these changes of the request."""
    event = sample(f"write_account_mail/{name}")
    event["request"] |= asked
    response: dict[str, Any] = handler(event, None)["response"]
    return response


def test_an_invited_colleague_reads_their_language_before_their_address_is_known(shop: Shop) -> None:
    mail = written("colleague_invited", clientMetadata={"agent_id": shop.agent_id})

    assert 'lang="ur" dir="rtl"' in mail["emailMessage"]
    assert "{username}" in mail["emailMessage"]
    assert "{####}" in mail["emailMessage"]
    assert "ڈیسک" in mail["emailSubject"]
    assert "https://desk.example.com/desk/" in mail["emailMessage"]
    assert shop.desk.calls == {"dynamodb.BatchGetItem": 1}


@pytest.mark.usefixtures("shop")
def test_a_user_without_a_password_is_found_by_any_spelling_of_the_address() -> None:
    mail = written("password_forgotten")

    assert 'lang="ur" dir="rtl"' in mail["emailMessage"]
    assert "{####}" in mail["emailMessage"]
    assert "{username}" not in mail["emailMessage"]


@pytest.mark.parametrize("metadata", [None, {}, {"agent_id": "0000000000000000"}])
def test_a_user_who_is_no_agent_reads_the_language_of_the_business(
    shop: Shop, metadata: dict[str, str] | None
) -> None:
    policy = shop.desk.call("GET /api/policy").json
    policy["business"] |= {"language": "de", "name": "Noor Räder"}
    assert shop.desk.call("PUT /api/policy", policy).status == 200

    mail = written("colleague_invited", clientMetadata=metadata)

    assert mail["emailSubject"] == "Noor Räder: Ihr Zugang zum Desk"
    assert 'lang="de" dir="ltr"' in mail["emailMessage"]


def test_a_code_by_text_keeps_the_words_of_cognito(shop: Shop) -> None:
    assert set(written("code_asked_at_sign_in").values()) == {None}
    assert shop.desk.calls == {}


@pytest.mark.usefixtures("shop")
def test_the_address_of_a_reader_is_not_logged(capfd: pytest.CaptureFixture[str]) -> None:
    written("password_forgotten")

    assert "amina" not in "".join(capfd.readouterr()).casefold()
