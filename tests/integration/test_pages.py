"""The public pages: GET and HEAD show, only POST writes, and a bad link writes nothing."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.pages.app import handler as pages
from tests.integration.people import Shop, links, words_of
from tests.integration.scripted_desk import Context, ScriptedDesk
from vaada.desk import open_desk
from vaada.model.times import text_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRITES = ("dynamodb.PutItem", "dynamodb.TransactWriteItems", "dynamodb.UpdateItem", "dynamodb.DeleteItem")


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    return Shop.opened(desk)


def all_links(shop: Shop) -> dict[str, str]:
    """A survey, an unsubscribe and an action link, as they were mailed."""
    survey = shop.survey_link()
    unsubscribe = links(words_of(shop.desk.mails[-1]), "/u/")[0]
    shop.contact(follow_up={"at": text_of(shop.desk.now), "reason": "Ask for the colour"})
    shop.desk.pass_time(HOUR)
    action = links(shop.desk.texts[-1][1], "/a/")[0]
    return {"survey": survey, "unsubscribe": unsubscribe, "action": action}


def written(desk: ScriptedDesk) -> int:
    return sum(desk.calls[call] for call in WRITES)


def test_scanners_open_every_link_and_nothing_changes(shop: Shop) -> None:
    found = all_links(shop)
    before = (written(shop.desk), shop.desk.timeline(shop.customer_id))

    for link in found.values():
        for method in ("GET", "HEAD") * 3:
            for asked in ("", "?score=1", "?do=done"):
                assert shop.desk.open(link + asked, method=method).status == 200

    assert (written(shop.desk), shop.desk.timeline(shop.customer_id)) == before


def test_head_answers_without_a_body_and_other_methods_are_refused(shop: Shop) -> None:
    link = shop.survey_link()

    assert shop.desk.open(link, method="HEAD").body == ""
    refused = shop.desk.open(link, method="DELETE")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, POST")


def test_a_link_serves_the_one_purpose_it_was_made_for(shop: Shop) -> None:
    found = all_links(shop)
    tokens = {name: link.rsplit("/", 1)[1] for name, link in found.items()}
    places = {"survey": "s", "unsubscribe": "u", "action": "a"}

    for name, token in tokens.items():
        for other, place in places.items():
            answer = shop.desk.open(f"https://desk.example.com/{place}/{token}")
            assert answer.status == (200 if name == other else 404)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "x.y",
        "x.y.z",
        "a" * 5000,
        "%00",
        "../../etc",
        "lRSpVxEkVM5nWgBppVGQO-aFRog.aaVtsA." + "A" * 22,
    ],
)
def test_a_made_up_link_is_told_kindly_and_writes_nothing(shop: Shop, token: str) -> None:
    before = written(shop.desk)

    for place in ("s", "a", "u"):
        link = f"https://desk.example.com/{place}/{token}"
        assert shop.desk.open(link).status == 404
        assert shop.desk.post(link, {"score": "5", "do": "done"}).status == 404
    assert written(shop.desk) == before


def test_every_letter_of_a_token_counts(shop: Shop) -> None:
    link = shop.survey_link()
    place, token = link.rsplit("/", 1)

    # The last letter of each part carries spare bits of base64, so it is left alone.
    spare = {token.index(".") - 1, token.rindex(".") - 1, len(token) - 1}
    for n, letter in enumerate(token):
        if letter != "." and n not in spare:
            changed = f"{place}/{token[:n]}{'A' if letter != 'A' else 'B'}{token[n + 1 :]}"
            assert shop.desk.open(changed).status == 404


def test_an_expired_link_says_so_and_writes_nothing(shop: Shop) -> None:
    found = all_links(shop)
    shop.desk.clock.shift(75 * DAY)
    before = written(shop.desk)

    for name in ("survey", "action"):
        assert shop.desk.open(found[name]).status == 410
        assert shop.desk.post(found[name], {"score": "5", "do": "done"}).status == 410
    assert written(shop.desk) == before


def test_who_has_no_supervisor_opens_a_follow_up_for_the_owner_and_promises_nobody(shop: Shop) -> None:
    shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {"supervisor_id": None})

    thanks = shop.desk.answer(shop.survey_link(), score="1")

    assert "somebody who can put it right" in thanks.body
    assert [row["told"] for row in shop.rows("follow_up")] == ["owner"]
    assert shop.rows("commitment") == []


def test_a_survey_that_closed_says_so(shop: Shop) -> None:
    link = shop.survey_link()
    shop.desk.pass_time(15 * DAY)

    assert shop.desk.open(link).status == 410
    assert shop.desk.post(link, {"score": "5"}).status == 410


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({}, "choose one of the five"),
        ({"score": "6"}, "choose one of the five"),
        ({"score": "5", "comment": "x" * 2001}, "too long"),
    ],
)
def test_an_answer_that_is_wrong_is_asked_for_again(shop: Shop, fields: dict[str, str], part: str) -> None:
    answer = shop.desk.post(shop.survey_link(), fields)

    assert answer.status == 422
    assert part in answer.body


def test_a_low_score_opens_a_follow_up_for_the_supervisor_in_the_same_write(shop: Shop) -> None:
    link = shop.survey_link()
    shop.desk.calls.clear()

    thanks = shop.desk.answer(link, score="2", comment="It was late")

    assert (thanks.status, written(shop.desk)) == (200, 1)
    assert "call you by Wednesday 4 March at 09:00" in thanks.body
    (follow_up,) = shop.rows("follow_up")
    (call,) = shop.rows("commitment")
    assert (call["agent_id"], call["settles_id"]) == (shop.supervisor_id, follow_up["follow_up_id"])
    assert follow_up["agent_id"] == shop.supervisor_id
    assert follow_up["reason"] == "Unhappy with Amina's service, 2 of 5: It was late"
    assert follow_up["due_at"] == "2026-03-04T09:00:02Z"  # the page was looked at for two seconds


def test_one_click_stops_surveys_and_twice_is_no_error(shop: Shop) -> None:
    shop.survey_link()
    mail = shop.desk.mails[-1]
    link = str(mail["list-unsubscribe"]).strip("<>")

    for _ in range(2):
        assert shop.desk.post(link, {"List-Unsubscribe": "One-Click"}).status == 200
    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)

    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert shop.rows("survey")[0]["withheld_because"] == "the customer did not agree to surveys"


def test_pages_are_sent_with_headers_that_keep_them_private(shop: Shop) -> None:
    headers = shop.desk.open(shop.survey_link()).headers

    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    "change",
    [
        {"body": "score=5&" * 20},
        {"body": "score=" + "5" * 40_000},
        {"body": "!!!", "isBase64Encoded": True},
        {"body": "/////w==", "isBase64Encoded": True},
    ],
)
def test_a_form_that_is_none_is_refused(shop: Shop, change: dict[str, Any]) -> None:
    path = shop.survey_link().removeprefix("https://desk.example.com")
    event = {"rawPath": path, "requestContext": {"http": {"method": "POST"}}, **change}

    assert pages(event, Context())["statusCode"] == 400


def test_links_live_on_while_their_key_is_rotated_and_end_with_it(shop: Shop) -> None:
    old = shop.survey_link()
    boto3.client("ssm").put_parameter(
        Name="/vaada/link-keys", Value='["newer", "newest"]', Type="SecureString", Overwrite=True
    )
    open_desk.cache_clear()

    assert shop.desk.open(old).status == 200
    boto3.client("ssm").put_parameter(
        Name="/vaada/link-keys", Value='["newest", "after"]', Type="SecureString", Overwrite=True
    )
    open_desk.cache_clear()
    assert shop.desk.open(old).status == 404
