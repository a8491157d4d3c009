"""Signing in to the console by Cognito's pages, staying signed in, and signing out."""

import base64
import json
import urllib.request
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.integration.console import HOME, Browser, Page, signed_in
from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from tests.integration.shop import Shop, writes
from vaada.console.sign_in import PENDING, SESSION
from vaada.desk import open_desk
from vaada.gateways.user_pool import UserPool
from vaada.model.sessions import Session

SIGN_IN = ENVIRONMENT["SIGN_IN_URL"]


class FakePool:
    """A fake of Cognito, as far as the console uses it: the token endpoint, and two calls about users."""

    def __init__(self) -> None:
        self.groups: frozenset[str] | None = frozenset({"agents"})
        self.claims = {"sub": "sub-1", "cognito:username": "sub-1", "email": "amina@example.com"}
        self.exchanged: list[dict[str, list[str]]] = []
        self.revoked: list[str] = []

    def exchange(self, request: urllib.request.Request, *, timeout: int) -> BytesIO:
        assert timeout
        assert isinstance(request.data, bytes)
        self.exchanged.append(parse_qs(request.data.decode()))
        claims = {"aud": "console-client", "exp": 4102444800, "cognito:groups": ["agents"], **self.claims}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return BytesIO(json.dumps({"id_token": f"h.{payload}.s", "refresh_token": "refresh"}).encode())


@pytest.fixture
def pool(desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch) -> FakePool:
    assert desk
    fake = FakePool()
    monkeypatch.setattr(urllib.request, "urlopen", fake.exchange)
    monkeypatch.setattr(UserPool, "groups_of", lambda _self, _username: fake.groups)

    class Client:
        def revoke_token(self, **given: str) -> None:
            fake.revoked.append(given["Token"])

    real = open_desk().user_pool
    open_desk().__dict__["user_pool"] = replace(real, client=Client())  # type: ignore[arg-type]  # all that is called
    return fake


def cookie_of(page: Page, name: str) -> str:
    [found] = [cookie for cookie in page.cookies if cookie.startswith(f"{name}=")]
    return found.partition(";")[0].partition("=")[2]


def sign_in(desk: ScriptedDesk, path: str = "/desk/") -> tuple[Page, Browser]:
    """Begin at a page and come back from Cognito with a code. Returns the answer and the browser."""
    asked = Browser(desk).open(path)
    query = parse_qs(urlsplit(asked.headers["location"]).query)
    back = Browser(desk, headers={"cookie": f"{PENDING}={cookie_of(asked, PENDING)}"})
    answer = back.open(f"/desk/signed-in?code=abc&state={query['state'][0]}")
    secret = cookie_of(answer, SESSION) if answer.status == 303 else ""
    return answer, Browser(desk, secret)


def test_a_signed_out_user_is_led_to_the_sign_in_and_back(shop: Shop, pool: FakePool) -> None:
    asked = Browser(shop.desk).open("/desk/?agent=abc")
    query = parse_qs(urlsplit(asked.headers["location"]).query)

    assert asked.status == 303
    assert asked.headers["location"].startswith(f"{SIGN_IN}/oauth2/authorize?")
    assert (query["redirect_uri"], query["code_challenge_method"]) == ([f"{HOME}/desk/signed-in"], ["S256"])

    answer, browser = sign_in(shop.desk, "/desk/?agent=abc")
    assert (answer.status, answer.headers["location"]) == (303, "/desk/?agent=abc")
    assert pool.exchanged[0]["code"] == ["abc"]
    assert pool.revoked == ["refresh"]
    assert browser.open("/desk/").status == 200


def test_the_cookie_is_for_this_host_over_tls_and_not_for_scripts(shop: Shop, pool: FakePool) -> None:
    assert pool
    answer, browser = sign_in(shop.desk)
    [cookie] = [cookie for cookie in answer.cookies if cookie.startswith(f"{SESSION}=")]

    assert cookie.startswith("__Host-")
    assert all(part in cookie for part in ("; Path=/;", "; Secure", "; HttpOnly", "; SameSite=Lax"))
    assert len(base64.urlsafe_b64decode(browser.secret + "==")) == 32
    stored = open_desk().table.list_rows(Session, 10, None, agent_id="sub-1").rows
    assert browser.secret not in str(stored)


@pytest.mark.parametrize(
    "lure", ["https://evil.example/desk/", "//evil.example", "/desk/..//evil", "/desk/\\evil", "/api/x", ""]
)
def test_the_way_back_leads_nowhere_else(shop: Shop, pool: FakePool, lure: str) -> None:
    assert pool
    answer, _ = sign_in(shop.desk, f"/desk/sign-in?back={lure}")

    assert answer.headers["location"] == "/desk/"


def test_a_sign_in_that_another_browser_began_is_refused(shop: Shop, pool: FakePool) -> None:
    answer = Browser(shop.desk).open("/desk/signed-in?code=abc&state=guessed")

    assert answer.status == 403
    assert not any(cookie.startswith(f"{SESSION}=") for cookie in answer.cookies)
    assert pool.exchanged == []


def test_somebody_whom_the_desk_does_not_know_is_told_what_to_do(shop: Shop, pool: FakePool) -> None:
    pool.claims["email"] = "stranger@example.com"
    answer, _ = sign_in(shop.desk)

    assert answer.status == 403
    assert "Ask a manager to add you" in answer.words


def test_a_token_for_another_client_is_refused(shop: Shop, pool: FakePool) -> None:
    pool.claims["aud"] = "another-client"
    answer, _ = sign_in(shop.desk)

    assert answer.status == 403


def test_a_user_who_is_disabled_is_out_within_five_minutes(shop: Shop, pool: FakePool) -> None:
    _, browser = sign_in(shop.desk)
    pool.groups = None

    shop.desk.clock.shift(timedelta(minutes=4, seconds=59))

    assert browser.open("/desk/").status == 303
    pool.groups = frozenset({"agents"})
    assert browser.open("/desk/").status == 303


def test_a_new_manager_may_do_more_within_five_minutes(shop: Shop, pool: FakePool) -> None:
    _, browser = sign_in(shop.desk)
    assert "Manager" not in browser.open("/desk/").words
    pool.groups = frozenset({"managers"})
    shop.desk.clock.shift(timedelta(minutes=5))

    assert "Manager" in browser.open("/desk/").words


def test_a_sign_in_ends_after_twelve_idle_hours_and_after_seven_days(shop: Shop, pool: FakePool) -> None:
    assert pool
    _, idle = sign_in(shop.desk)
    shop.desk.clock.shift(timedelta(hours=12))
    assert idle.open("/desk/").status == 303

    _, busy = sign_in(shop.desk)
    for _ in range(15):
        assert busy.open("/desk/").status == 200
        shop.desk.clock.shift(timedelta(hours=11, minutes=12))
    assert busy.open("/desk/").status == 303


def test_a_user_signs_out_here_or_everywhere(shop: Shop, pool: FakePool) -> None:
    assert pool
    _, here = sign_in(shop.desk)
    _, there = sign_in(shop.desk)
    _, elsewhere = sign_in(shop.desk)
    page = here.open("/desk/sign-ins")
    assert page.words.count("Sign out there") == 2

    left = here.post("/desk/sign-out", page.form("/desk/sign-out").fields)
    assert left.headers["location"].startswith(f"{SIGN_IN}/logout?")
    assert here.open("/desk/").status == 303
    assert there.open("/desk/").status == 200

    everywhere = [form for form in there.open("/desk/sign-ins").forms if form.fields.get("which") == "all"]
    there.post("/desk/sign-out", everywhere[0].fields)
    assert [browser.open("/desk/").status for browser in (there, elsewhere)] == [303, 303]


def test_nobody_ends_the_sign_in_of_another_user(shop: Shop) -> None:
    amina, sana = signed_in(shop.desk, shop.agent_id), signed_in(shop.desk, shop.supervisor_id)
    [other] = open_desk().table.list_rows(Session, 10, None, agent_id=f"sub-of-{shop.supervisor_id}").rows
    assert sana.open("/desk/").status == 200

    form = amina.open("/desk/sign-ins").form("/desk/sign-out")
    amina.send(form, which=other.id)

    assert sana.open("/desk/").status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
    ],
)
def test_a_form_counts_only_from_this_site(shop: Shop, headers: dict[str, str], status: int) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open("/desk/sign-ins").form("/desk/sign-out")

    assert browser.post(form.action, form.fields, **headers).status == status


def test_an_old_browser_says_by_origin_where_a_form_comes_from(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open("/desk/sign-ins").form("/desk/sign-out")

    def sent_from(origin: dict[str, str]) -> int:
        return browser._ask("POST", form.action, f"token={form.fields['token']}", origin).status

    assert sent_from({}) == 403
    assert sent_from({"origin": "https://evil.example"}) == 403
    assert sent_from({"origin": HOME}) == 303


@pytest.mark.parametrize("token", ["", "x", "A" * 64, "é"])
def test_a_form_without_a_token_of_this_sign_in_changes_nothing(shop: Shop, token: str) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    other = signed_in(shop.desk, shop.supervisor_id).open("/desk/sign-ins").form("/desk/sign-out")
    before = writes(shop.desk)

    for sent in (token, other.fields["token"]):
        assert browser.post("/desk/sign-out", {"token": sent}).status == 403
    assert writes(shop.desk) == before


def test_the_token_of_forms_differs_on_each_page(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    tokens = {browser.open("/desk/sign-ins").form("/desk/sign-out").fields["token"] for _ in range(3)}

    assert len(tokens) == 3


def test_a_request_of_htmx_signed_out_leads_to_the_sign_in(shop: Shop) -> None:
    answer = Browser(shop.desk, headers={"hx-current-url": f"{HOME}/desk/?agent=1"}).part("/desk/")

    assert answer.status == 401
    assert answer.headers["hx-redirect"] == "/desk/sign-in?back=/desk/%3Fagent%3D1"


def test_every_page_has_its_headers(shop: Shop) -> None:
    headers = signed_in(shop.desk, shop.agent_id).open("/desk/").headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert f"form-action 'self' {SIGN_IN};" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"


def test_static_files_are_kept_for_ever_and_compressed(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    page = browser.open("/desk/").html
    paths = {part.partition('"')[0].partition("#")[0] for part in page.split('"/desk/static/')[1:]}

    assert {path.rpartition("/")[2] for path in paths} == {
        "console.css",
        "console.js",
        "htmx-4.min.js",
        "icon-192.png",
        "icons.svg",
        "mark.svg",
        "offline.js",
    }
    for path in paths:
        file = browser.open(f"/desk/static/{path}", **{"accept-encoding": "gzip"})
        assert (file.status, file.headers["content-encoding"]) == (200, "gzip")
        assert "immutable" in file.headers["cache-control"]
    assert browser.open("/desk/static/000000000000/console.css").status == 404


def test_a_page_that_is_not_there_says_so(shop: Shop) -> None:
    answer = signed_in(shop.desk, shop.agent_id).open("/desk/no-such-page")

    assert (answer.status, answer.title) == (404, "There is nothing here.")
