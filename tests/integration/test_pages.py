"""The public pages: GET and HEAD write nothing, and a bad link writes nothing."""

import re
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest

from tests.integration.scripted_desk import READS, Response, ScriptedDesk, client
from tests.integration.shop import Shop, add_customer, change_agent, links, nonce_of, words_of, writes
from tests.times import DAY, HOUR, SECOND
from vaada.desk import open_desk
from vaada.flows.rate_counts import count_form
from vaada.gateways.links import PATHS, LinkPurpose, Links
from vaada.gateways.table import Table
from vaada.model.ids import new_row_id
from vaada.model.times import text_of


def all_links(shop: Shop) -> dict[str, str]:
    """A survey, an unsubscribe and an action link, as they were mailed."""
    survey = shop.survey_link()
    unsubscribe = links(words_of(shop.desk.mails[-1]), "/u/")[0]
    shop.follow_up(shop.desk.now)
    shop.desk.pass_time(HOUR)
    action = links(shop.desk.texts[-1][1], "/a/")[0]
    return {"survey": survey, "unsubscribe": unsubscribe, "action": action}


def test_a_get_or_head_of_any_link_changes_nothing(shop: Shop) -> None:
    found = all_links(shop)
    before = (writes(shop.desk), shop.desk.timeline(shop.customer_id))

    for link in found.values():
        for method in ("GET", "HEAD") * 3:
            for asked in ("", "?score=1", "?do=done"):
                assert shop.desk.open(link + asked, method=method).status == 200

    assert (writes(shop.desk), shop.desk.timeline(shop.customer_id)) == before


def test_head_has_no_body_and_other_methods_are_refused(shop: Shop) -> None:
    link = shop.survey_link()

    assert shop.desk.open(link, method="HEAD").body == ""
    refused = shop.desk.open(link, method="DELETE")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, POST")


def test_a_link_is_valid_for_its_own_purpose_only(shop: Shop) -> None:
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
def test_a_made_up_link_is_not_found_and_writes_nothing(shop: Shop, token: str) -> None:
    before = writes(shop.desk)

    for place in ("s", "a", "u"):
        link = f"https://desk.example.com/{place}/{token}"
        assert shop.desk.open(link).status == 404
        assert shop.desk.post(link, {"score": "5", "do": "done"}).status == 404
    assert writes(shop.desk) == before


def test_a_token_with_any_letter_changed_is_not_found(shop: Shop) -> None:
    link = shop.survey_link()
    place, token = link.rsplit("/", 1)

    # The last letter of each part carries spare bits of base64, so it is left alone.
    spare = {token.index(".") - 1, token.rindex(".") - 1, len(token) - 1}
    for n, letter in enumerate(token):
        if letter != "." and n not in spare:
            changed = f"{place}/{token[:n]}{'A' if letter != 'A' else 'B'}{token[n + 1 :]}"
            assert shop.desk.open(changed).status == 404


def test_an_expired_link_is_gone_and_writes_nothing(shop: Shop) -> None:
    found = all_links(shop)
    shop.desk.clock.shift(75 * DAY)
    before = writes(shop.desk)

    for name in ("survey", "action"):
        assert shop.desk.open(found[name]).status == 410
        assert shop.desk.post(found[name], {"score": "5", "do": "done"}).status == 410
    assert writes(shop.desk) == before


def test_a_low_score_without_a_supervisor_is_for_the_owner_and_promises_no_call(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, supervisor_id=None)

    thanks = shop.desk.answer(shop.survey_link(), score="1")

    assert "somebody who can put it right" in thanks.body
    assert [row["told"] for row in shop.rows("follow_up")] == ["owner"]
    assert shop.rows("commitment") == []


def test_a_closed_survey_is_gone(shop: Shop) -> None:
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
def test_an_invalid_answer_is_asked_for_again(shop: Shop, fields: dict[str, str], part: str) -> None:
    answer = shop.desk.post(shop.survey_link(), fields)

    assert answer.status == 422
    assert part in answer.body


def test_a_low_score_opens_follow_up_and_promise_in_the_same_write(shop: Shop) -> None:
    link = shop.survey_link()
    shop.desk.count_calls()

    thanks = shop.desk.answer(link, score="2", comment="It was late")

    assert (thanks.status, writes(shop.desk)) == (200, 1)
    assert "call you by Wednesday 4 March at 09:00" in thanks.body
    (follow_up,) = shop.rows("follow_up")
    (call,) = shop.rows("commitment")
    assert (call["agent_id"], call["settles_id"]) == (shop.supervisor_id, follow_up["follow_up_id"])
    assert follow_up["agent_id"] == shop.supervisor_id
    assert follow_up["reason"] == "Unhappy with Amina's service, 2 of 5: It was late"
    assert follow_up["due_at"] == "2026-03-04T09:00:02Z"  # the page was looked at for two seconds


def test_pages_have_headers_that_keep_them_private(shop: Shop) -> None:
    headers = shop.desk.open(shop.survey_link()).headers

    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


# ---------------------------------------------------------------- requests that are refused


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"body": "score=5&" * 20}, 400, "could not read it"),
        ({"body": "!!!", "isBase64Encoded": True}, 400, "could not read it"),
        ({"body": "/////w==", "isBase64Encoded": True}, 400, "could not read it"),
        ({"body": "score=" + "5" * 40_000}, 413, "too long"),
        ({"body": "QUFB" * 20_000, "isBase64Encoded": True}, 413, "too long"),
        ({"body": "{}", "headers": {"content-type": "application/json"}}, 415, "could not read it"),
        ({"body": "a", "headers": {"content-type": "text/plain"}}, 415, "could not read it"),
        (
            {"body": "a", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            415,
            "could not read",
        ),
    ],
)
@pytest.mark.parametrize("place", ["s", "a"])
def test_an_invalid_form_is_refused_without_reading_the_table(
    desk: ScriptedDesk, place: str, change: dict[str, Any], status: int, words: str
) -> None:
    answer = desk.post_body(f"/{place}/x", **{"body": "", "headers": {}, **change})

    assert (answer.status, words in answer.body) == (status, True)
    assert not [call for call in desk.calls if call.startswith("dynamodb.")]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\t", "\x0b"])
def test_a_comment_with_odd_line_ends_is_accepted_with_its_score(shop: Shop, end: str) -> None:
    comment = end.join(["w" * 18] * 105)  # 1,994 characters, as browsers count them
    assert shop.desk.answer(shop.survey_link(), score="4", comment=f"{comment}\x00\x07").status == 200

    (survey,) = shop.rows("survey")
    assert (survey["score"], survey["status"]) == (4, "answered")
    assert survey["comment"] == ("\t" if end == "\t" else "\n").join(["w" * 18] * 105)


def test_a_survey_link_may_have_what_mail_programs_add(shop: Shop) -> None:
    survey = shop.survey_link()
    added = "".join(f"&utm_{n}=%ff&gclid" for n in range(400))
    queries = (f"score=4{added}", f"mc_eid=1&score=4{added}", "score=4&score=1", "score=4&&=&%zz=1&a;b")

    for query in queries:
        page = shop.desk.open(f"{survey}?{query}")

        assert page.status == 200
        assert re.search(r'value="4"[^>]*checked', page.body)


@pytest.mark.parametrize("character", ["a", "ü", "क", "😀"])
def test_the_longest_comment_is_accepted_in_any_script(shop: Shop, character: str) -> None:
    assert shop.desk.answer(shop.survey_link(), score="5", comment=character * 2000).status == 200
    assert shop.rows("survey")[0]["comment"] == character * 2000


def test_an_error_page_is_in_the_language_of_the_browser(shop: Shop) -> None:
    asked = {"ur": "ur", "de-AT,de;q=0.9,en;q=0.8": "de", "xx, pt-BR;q=0.5": "pt", "xx": "en", "*": "en"}

    for accepted, language in asked.items():
        page = shop.desk.open("https://desk.example.com/s/x", language=accepted)
        assert f'<html lang="{language}"' in page.body


@pytest.mark.parametrize("link", ["survey", "action", "unsubscribe"])
def test_a_link_takes_thirty_forms_an_hour(shop: Shop, link: str) -> None:
    found = all_links(shop)
    shop.desk.clock.move_to(shop.desk.now.replace(minute=10, second=0))

    statuses = [shop.desk.post(found[link], {}).status for _ in range(30)]
    refused = shop.desk.post(found[link], {})
    before = shop.desk.calls.copy()
    again = shop.desk.post(found[link], {"score": "5"})
    writes = [call for call in (shop.desk.calls - before) if call not in READS]
    shop.desk.clock.shift(timedelta(minutes=50))

    assert 429 not in statuses
    assert (refused.status, refused.headers["retry-after"]) == (429, "3000")
    assert "Please try again later." in refused.body
    assert (again.status, writes) == (429, [])
    assert shop.desk.post(found[link], {}).status == statuses[0]


def test_the_form_limit_counts_each_link_apart_and_no_get(shop: Shop) -> None:
    found = all_links(shop)
    shop.desk.clock.move_to(shop.desk.now.replace(minute=10, second=0))
    for _ in range(31):
        shop.desk.post(found["survey"], {})

    assert shop.desk.post(found["survey"], {"score": "5"}).status == 429
    assert shop.desk.open(found["survey"]).status == 200
    assert shop.desk.post(found["action"], {}).status == 422
    assert shop.desk.post(found["unsubscribe"], {}).status == 200


def test_a_stranger_with_the_link_does_not_shut_out_the_customer(shop: Shop) -> None:
    survey = shop.survey_link()
    statuses = [shop.desk.post(survey, {}, browser="a stranger's").status for _ in range(40)]
    nonce = nonce_of(shop.desk.open(survey))
    shop.desk.clock.shift(timedelta(seconds=3))

    answer = shop.desk.post(survey, {"score": "5", "nonce": nonce}, browser="the customer's")

    assert statuses.count(429) == 10
    assert (answer.status, shop.rows("survey")[0]["score"]) == (200, 5)


def test_two_concurrent_forms_are_both_counted(shop: Shop) -> None:
    row_id, desk = new_row_id(shop.customer_id, shop.desk.now), open_desk()
    others = iter([None])

    def somebody_else(call: str) -> None:
        if call == "dynamodb.PutItem" and next(others, "done") is None:
            count_form(desk, "survey", row_id, "browser", shop.desk.now)

    shop.desk.before_call = somebody_else
    count_form(desk, "survey", row_id, "browser", shop.desk.now)

    (pace,) = (row for row in all_paces() if row_id in row["pace_id"]["S"])
    assert pace["count"]["N"] == "2"
    assert int(pace["expires_at"]["N"]) > shop.desk.now.timestamp()


def all_paces() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client("dynamodb").scan(TableName="vaada")["Items"]
    return [item for item in items if item["row_kind"]["S"] == "pace"]


def test_a_bad_or_expired_link_makes_no_call_to_the_table(shop: Shop) -> None:
    found = all_links(shop)
    shop.desk.clock.shift(75 * DAY)
    open_desk.cache_clear()  # a new process, which has no policy cached
    shop.desk.count_calls()

    for place in ("s", "a", "u"):
        for token in ("", "x.y.z", found["survey"].rsplit("/", 1)[1][:-3] + "AAA"):
            link = f"https://desk.example.com/{place}/{token}"
            for answer in (shop.desk.open(link), shop.desk.post(link, {"score": "5", "do": "new_link"})):
                assert answer.status == 404
    for name in ("survey", "action"):
        for answer in (
            shop.desk.open(found[name]),
            shop.desk.post(found[name], {"score": "5", "do": "done"}),
        ):
            assert answer.status == 410

    assert set(shop.desk.calls) == {"ssm.GetParameters"}


def test_a_survey_keeps_its_latest_twenty_amendments(shop: Shop) -> None:
    link = shop.survey_link()
    shop.desk.clock.move_to(shop.desk.now.replace(minute=1, second=0))
    nonce = nonce_of(shop.desk.open(link))
    for n in range(26):  # always going back to the page
        shop.desk.clock.shift(2 * SECOND)
        said = {"score": "5", "comment": f"Thought {n}", "nonce": nonce}
        assert shop.desk.post(link, said).status == 200

    (row,) = shop.rows("survey")
    assert row["comment"] == "Thought 0"
    assert [said["comment"] for said in row["amendments"]] == [f"Thought {n}" for n in range(6, 26)]


# ---------------------------------------------------------------- guessing reveals nothing


def test_every_wrong_link_gets_the_same_response(shop: Shop) -> None:
    found, desk = all_links(shop), open_desk()
    gone = add_customer(shop.desk, name="Dua", email="dua@example.com")
    shop.contact(customer_id=gone, resolved=True, follow_up={"at": text_of(shop.desk.now), "reason": "Ask"})
    erased = {row["row_kind"]: row[f"{row['row_kind']}_id"] for row in shop.desk.timeline(gone)}
    nobody = new_row_id(shop.customer_id, shop.desk.now)
    others: dict[LinkPurpose, LinkPurpose] = {
        "survey": "action",
        "action": "unsubscribe",
        "unsubscribe": "survey",
    }
    _erase(gone)

    for purpose in others:
        place = PATHS[purpose]
        kind = "follow_up" if purpose == "action" else "survey"
        wrong = {
            "bad signature": found[purpose][:-4] + "AAAA",
            "wrong purpose": f"/{place}/{found[others[purpose]].rsplit('/', 1)[1]}",
            "unknown row": desk.links.url(purpose, nobody),
            "another kind of row": desk.links.url(purpose, erased["interaction"]),
            "erased row": desk.links.url(purpose, erased[kind]),
            "nonsense": f"/{place}/x",
        }
        for look in (_get, _head, _post):
            answers = {what: look(shop.desk, link) for what, link in wrong.items()}
            assert {answer.status for answer in answers.values()} == {404}, answers
            assert len({(answer.body, tuple(answer.headers.items())) for answer in answers.values()}) == 1
    assert not [row for row in all_paces() if nobody in row["pace_id"]["S"] or gone in row["pace_id"]["S"]]


def test_an_expired_link_with_a_wrong_signature_is_not_found(shop: Shop) -> None:
    found = all_links(shop)
    shop.desk.clock.shift(75 * DAY)

    assert shop.desk.open(found["survey"]).status == 410
    assert shop.desk.open(found["survey"][:-4] + "AAAA").status == 404
    assert shop.desk.open(found["survey"].replace("/s/", "/a/")).status == 404


def test_head_equals_get_without_the_body(shop: Shop) -> None:
    for link in (*all_links(shop).values(), "https://desk.example.com/s/x"):
        get, head = shop.desk.open(link), shop.desk.open(link, method="HEAD")
        assert (head.status, head.headers, head.body) == (get.status, get.headers, "")


def _get(desk: ScriptedDesk, link: str) -> Response:
    return desk.open(link)


def _head(desk: ScriptedDesk, link: str) -> Response:
    return desk.open(link, method="HEAD")


def _post(desk: ScriptedDesk, link: str) -> Response:
    return desk.post(link, {"score": "5", "do": "done"})


def _erase(customer_id: str) -> None:
    """Delete every row of the customer."""
    dynamodb = client("dynamodb")
    for item in dynamodb.scan(TableName="vaada")["Items"]:
        if item["pk"]["S"] == f"CUSTOMER#{customer_id}":
            dynamodb.delete_item(TableName="vaada", Key={"pk": item["pk"], "sk": item["sk"]})


def test_a_link_survives_one_key_rotation_and_not_two(shop: Shop) -> None:
    old = shop.survey_link()
    client("ssm").put_parameter(
        Name="/vaada/vaada/link-keys", Value='["newer", "newest"]', Type="SecureString", Overwrite=True
    )
    open_desk.cache_clear()

    assert shop.desk.open(old).status == 200
    client("ssm").put_parameter(
        Name="/vaada/vaada/link-keys", Value='["newest", "after"]', Type="SecureString", Overwrite=True
    )
    open_desk.cache_clear()
    assert shop.desk.open(old).status == 404


def test_a_nonce_signed_with_a_newer_key_is_accepted(shop: Shop) -> None:
    link = shop.survey_link()
    assert shop.desk.open(link).status == 200  # this function knows the keys from now on
    keys = open_desk().keys
    client("ssm").put_parameter(
        Name="/vaada/vaada/link-keys", Value='["newer", "newest"]', Type="SecureString", Overwrite=True
    )
    another = replace(keys, _link_keys=[])  # of a function that was started after they were rotated
    nonce = Links(another, "").nonce("survey", shop.rows("survey")[0]["survey_id"])
    keys.clock = lambda: monotonic() + 60
    shop.desk.clock.shift(2 * SECOND)

    answer = shop.desk.post(link, {"score": "5", "nonce": nonce})

    assert (answer.status, shop.rows("survey")[0]["status"]) == (200, "answered")


def test_one_of_two_concurrent_answers_counts_and_the_other_gets_503(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = shop.survey_link()
    nonce = nonce_of(shop.desk.open(link))
    shop.desk.clock.shift(2 * SECOND)
    write = Table.write
    others: list[int] = []

    def another_first(table: Table, *rows: Any, **more: Any) -> None:
        if rows[0].kind_of_row == "survey" and not others:
            others.append(0)
            others[:] = [shop.desk.post(link, {"score": "1", "nonce": nonce, "confirm": "1"}).status]
        write(table, *rows, **more)

    monkeypatch.setattr(Table, "write", another_first)
    answer = shop.desk.post(link, {"score": "2", "nonce": nonce, "confirm": "1"})

    assert others == [200]
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert shop.rows("survey")[0]["score"] == 1
