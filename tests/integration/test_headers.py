"""Every response of the pages and the API, whatever its status, has the security headers."""

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import Shop, fields_of, links, token_of, words_of
from tests.times import DAY, HOUR
from vaada.flows import surveys as answers
from vaada.flows.optimistic_write import Busy
from vaada.model.times import text_of

PRIVATE = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def is_private(answer: Response) -> bool:
    headers = answer.headers
    policy = headers["content-security-policy"]
    return (
        headers.items() >= PRIVATE.items()
        and all(
            part in policy for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
        )
        and "unsafe" not in policy
        and headers["strict-transport-security"].startswith("max-age=63072000")
        and "camera=()" in headers["permissions-policy"]
    )


def use_links(desk: ScriptedDesk, survey: str, action: str, unsubscribe: str) -> list[Response]:
    """Open the links and send their forms, in right ways and in wrong ones."""
    return [
        *(
            desk.open(link, method=method)
            for link in (survey, action, unsubscribe)
            for method in ("GET", "HEAD")
        ),
        *(
            desk.open(link, method=method)
            for link in (survey, action)
            for method in ("PUT", "DELETE", "OPTIONS")
        ),
        desk.open("https://desk.example.com/s/x"),
        desk.post(survey, {f"field_{n}": "x" for n in range(12)}),
        desk.post(survey, {"comment": "x" * 30_000}),
        desk.post(survey, {}),
        desk.post(action, {"do": "done"}),
        desk.answer(action, do="done"),
        desk.answer(action, do="done"),
        desk.post(unsubscribe, {}),
        desk.post(unsubscribe, {"do": "undo"}),
        *(desk.post(unsubscribe, {}) for _ in range(30)),
    ]


def test_pages_of_every_status_have_security_headers(
    desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop.opened(desk)
    survey = shop.survey_link()
    unsubscribe = links(words_of(desk.mails[-1]), "/u/")[0]
    shop.follow_up(desk.now)
    desk.pass_time(HOUR)
    action = links(desk.texts[-1][1], "/a/")[0]

    def busy(*_: object, **__: object) -> None:
        raise Busy("row")

    seen = use_links(desk, survey, action, unsubscribe)
    with monkeypatch.context() as patched:
        patched.setattr(answers, "retry_on_conflict", busy)
        seen.append(desk.answer(survey, score="5"))
    desk.clock.shift(75 * DAY)
    seen += [desk.open(survey), desk.open(action)]

    assert {answer.status for answer in seen} == {200, 400, 404, 405, 409, 410, 413, 422, 429, 503}
    assert [answer for answer in seen if not is_private(answer)] == []
    assert {answer.headers["content-type"] for answer in seen} == {"text/html; charset=utf-8"}
    assert all(answer.headers["allow"] == "GET, HEAD, POST" for answer in seen if answer.status == 405)
    assert all(int(answer.headers["retry-after"]) > 0 for answer in seen if answer.status in {429, 503})


def test_api_responses_of_every_status_have_security_headers(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    promise = shop.promise(desk.now + DAY)
    desk.call(f"POST /api/commitments/{promise}/keep")

    seen = [
        desk.call("GET /api/agents"),
        desk.call("POST /api/agents", {"name": "Eva", "email": "eva@example.com"}),
        desk.call("POST /api/agents", "{"),
        desk.call("GET /api/agents", user=token_of("nobody@example.com", "nobodies")),
        desk.call("GET /api/nothing"),
        desk.call("GET /api/customers/0000000000000000"),
        desk.call(f"POST /api/commitments/{promise}/withdraw", {"reason": "Too late"}),
        desk.call("POST /api/agents", {"name": "x" * 70_000}),
        desk.call("POST /api/agents", "name=Eva", content_type="application/x-www-form-urlencoded"),
        desk.call("POST /api/agents", {"name": ""}),
    ]

    assert {answer.status for answer in seen} == {200, 201, 400, 403, 404, 409, 413, 415, 422}
    assert [answer for answer in seen if not is_private(answer)] == []


@pytest.mark.parametrize(
    ("route", "field", "most"),
    [
        ("POST /api/agents", "name", 200),
        ("POST /api/customers", "name", 200),
        ("POST /api/customers", "notes", 4000),
        ("POST /api/interactions", "summary", 4000),
    ],
)
def test_text_that_is_too_long_is_refused_and_the_field_named(
    desk: ScriptedDesk, route: str, field: str, most: int
) -> None:
    shop = Shop.opened(desk)
    bodies: dict[str, dict[str, object]] = {
        "POST /api/agents": {"name": "Eva", "email": "eva@example.com"},
        "POST /api/customers": {"name": "Dua"},
        "POST /api/interactions": shop.contact_body(),
    }
    body = bodies[route]

    over = desk.call(route, {**body, field: "x" * (most + 1)})
    huge = desk.call(route, {**body, field: "x" * 1_000_000})
    just = desk.call(route, {**body, field: "x" * most})

    assert (over.status, huge.status, just.status) == (422, 413, 201)
    assert fields_of(over) == [field]


def test_a_promise_or_follow_up_that_is_too_long_is_refused_and_the_field_named(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    due_at = text_of(desk.now + DAY)
    promised = shop.contact_body(commitments=[{"what": "x" * 501, "due_at": due_at}])
    reminded = shop.contact_body(follow_up={"at": due_at, "reason": "x" * 501})

    answers = [desk.call("POST /api/interactions", body) for body in (promised, reminded)]

    assert [answer.status for answer in answers] == [422, 422]
    assert [fields_of(answer) for answer in answers] == [["commitments.0.what"], ["follow_up.reason"]]


def test_the_api_tells_its_rate_limit_and_lets_a_browser_ask(desk: ScriptedDesk) -> None:
    for answer in (desk.call("GET /api/policy"), desk.call("GET /api/nothing"), desk.call("GET /api/x", [])):
        assert answer.headers["ratelimit-policy"] == '"requests";q=50;w=1'
    preflight = desk.call("OPTIONS /api/customers/x")
    assert (preflight.status, preflight.body) == (204, "")
