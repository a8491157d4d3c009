"""The bucket of incoming mail: what links to its files say."""

from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.session import Session

from vaada.gateways import aws
from vaada.gateways.mail_store import MailStore


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MailStore:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = Session().create_client("s3", region_name="eu-central-1", config=aws._LARGE)
    return MailStore(cast("Any", client), "a-bucket")


def test_a_link_is_to_the_host_of_the_region_and_works_for_a_minute(store: MailStore) -> None:
    link = urlsplit(store.link("attachments/x/1", "a.pdf"))

    assert link.netloc == "a-bucket.s3.eu-central-1.amazonaws.com"
    assert parse_qs(link.query)["X-Amz-Expires"] == ["60"]


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        ("Grüße.html", "attachment; filename=\"Gr__e.html\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.html"),
        ('a"b;c.svg', "attachment; filename=\"a_b_c.svg\"; filename*=UTF-8''a%22b%3Bc.svg"),
    ],
)
def test_a_browser_saves_a_file_under_its_name_and_never_shows_it(
    store: MailStore, name: str, saved_as: str
) -> None:
    asked = parse_qs(urlsplit(store.link("attachments/x/1", name)).query)

    assert asked["response-content-disposition"] == [saved_as]
    assert asked["response-content-type"] == ["application/octet-stream"]
