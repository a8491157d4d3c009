"""Records of the domain name system, with a resolver that has a small zone."""

from typing import Any

import pytest
from dns.exception import Timeout
from dns.resolver import NXDOMAIN
from dns.rrset import RRset, from_text

from vaada.gateways import domain_records
from vaada.gateways.aws_account import NotAnswered
from vaada.gateways.domain_records import dmarc_record, has_address, mail_hosts

ZONE = {
    ("_dmarc.shop.example", "TXT"): ['"some other text"', '"v=DMARC1; " "p=none"'],
    ("_dmarc.mail.bakery.example", "TXT"): ['"v=DMARC1; p=reject"'],
    ("_dmarc.bakery.example", "TXT"): ['"v=DMARC1; p=none"'],
    ("desk.shop.example", "AAAA"): ["2001:db8::1"],
    ("in.shop.example", "MX"): ["10 Inbound-SMTP.eu-west-1.amazonaws.com."],
}


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(name: str, kind: str, **_: Any) -> RRset:
        if (name, kind) not in ZONE:
            raise NXDOMAIN
        return from_text(name, 300, "IN", kind, *ZONE[name, kind])

    monkeypatch.setattr(domain_records, "resolve", resolve)


@pytest.mark.parametrize(
    ("domain", "record"),
    [
        ("shop.example", "v=DMARC1; p=none"),
        ("news.shop.example", "v=DMARC1; p=none"),
        ("mail.bakery.example", "v=DMARC1; p=reject"),
        ("plumber.example", None),
        ("example", None),
    ],
)
def test_the_nearest_dmarc_record_counts(domain: str, record: str | None) -> None:
    assert dmarc_record(domain) == record


def test_a_host_with_any_address_leads_somewhere() -> None:
    assert has_address("desk.shop.example")
    assert not has_address("www.shop.example")


def test_the_hosts_of_mail_are_those_of_its_mx_records() -> None:
    assert mail_hosts("in.shop.example") == ("inbound-smtp.eu-west-1.amazonaws.com",)
    assert mail_hosts("shop.example") == ()


def test_a_resolver_that_does_not_answer_leaves_it_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> RRset:
        raise Timeout

    monkeypatch.setattr(domain_records, "resolve", resolve)

    with pytest.raises(NotAnswered, match="DNS: Timeout"):
        dmarc_record("shop.example")
