"""The readiness checks, on a desk and an account that the test has set up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

import pytest
from botocore.exceptions import ClientError

from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from tests.integration.shop import Shop, change_agent, change_policy
from tests.times import DAY, HOUR
from vaada.desk import open_desk
from vaada.flows import readiness
from vaada.flows.policy import set_held
from vaada.gateways.aws_account import Account
from vaada.model.aws_account import (
    Concurrency,
    KeyAge,
    MailAccount,
    MailIdentity,
    SignedInManagers,
    TextAccount,
)
from vaada.model.readiness import Checked, Finding
from vaada.present.readiness import TITLES


@dataclass(frozen=True)
class WellSetUp(Account):
    """An account in which everything is set up. `refused` are calls for which the rights are missing."""

    desk: ScriptedDesk
    opted_out_numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    receipt_rules: str | None = "vaada-mail-in"
    refused: set[str] = field(default_factory=set)

    def mail(self) -> MailAccount:
        self._check("GetAccount")
        return MailAccount(production=True, enabled=True, review=None, mails_a_second=14, mails_a_day=50_000)

    def identity(self, name: str) -> MailIdentity | None:
        return MailIdentity(name, verified=True, signed=True) if "@" not in name else None

    def reports_mail_events(self) -> bool:
        return True

    @property
    def resources(self) -> dict[str, str]:
        return {"ReceiptRules": self.receipt_rules} if self.receipt_rules else {}

    def mail_host(self) -> str:
        return "inbound-smtp.eu-west-1.amazonaws.com"

    def receives_mail(self, domain: str) -> bool:
        return domain == "in.example.com" and self.receipt_rules is not None

    def texts(self) -> TextAccount:
        return TextAccount(sandbox=False, spend_limit=Decimal(500), logs_deliveries=True)

    def opted_out(self, phone: str) -> bool:
        return phone in self.opted_out_numbers

    def unread_text_logs(self) -> tuple[str, ...]:
        return ()

    def incoming_numbers(self) -> int:
        return 1

    def publishes_whatsapp(self, phone_number_id: str) -> bool:
        return phone_number_id == ENVIRONMENT["WHATSAPP_PHONE_NUMBER_ID"]

    def alarm_mail(self) -> Literal["confirmed", "pending", "none"]:
        return "confirmed"

    def alarms(self) -> dict[str, str]:
        return {}

    def concurrency(self) -> Concurrency:
        return Concurrency(1000, {})

    def triggers_off(self) -> tuple[str, ...]:
        return ()

    def dead_letters(self) -> dict[str, int]:
        return {}

    def schedules(self, at_most: int) -> tuple[str, ...]:
        return (*self.names, *self.desk.schedules())[:at_most]

    def managers(self) -> SignedInManagers:
        return SignedInManagers(ready=1, never_signed_in=0, disabled=0)

    def is_backed_up(self) -> bool:
        return True

    def is_protected(self) -> bool:
        return True

    def keys(self, links: str, addresses: str) -> KeyAge:
        assert (links, addresses) == ("/vaada/vaada/link-keys", "/vaada/vaada/address-key")
        return KeyAge(self.desk.now, self.desk.now)

    def _check(self, call: str) -> None:
        if call in self.refused:
            error: Any = {"Error": {"Code": "AccessDeniedException"}}
            raise ClientError(error, call)


@pytest.fixture(autouse=True)
def public_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces the domain name system."""
    monkeypatch.setattr(readiness, "dmarc_record", lambda _domain: "v=DMARC1; p=none")
    monkeypatch.setattr(readiness, "has_address", lambda _host: True)
    monkeypatch.setattr(readiness, "mail_hosts", lambda _domain: ("inbound-smtp.eu-west-1.amazonaws.com",))


def checked(shop: Shop, **account: Any) -> Iterator[Checked]:
    asked = WellSetUp("vaada", shop.desk, **account)
    return readiness.check_readiness(open_desk(), asked, shop.desk.now)


def findings(shop: Shop, **account: Any) -> dict[str, Finding]:
    return {one.check: one.finding for one in checked(shop, **account)}


def not_ready(shop: Shop, **account: Any) -> dict[str, Finding]:
    """What is not ready."""
    return {name: finding for name, finding in findings(shop, **account).items() if finding.state != "ready"}


def own_policy(shop: Shop) -> None:
    change_policy(shop.desk, follow_ups={"reminders_at_most": 6})


def test_a_desk_on_which_all_is_set_up_is_ready(shop: Shop) -> None:
    own_policy(shop)
    shop.promise(shop.desk.now + 3 * DAY)
    shop.desk.settle()

    assert not_ready(shop) == {}


def test_a_new_desk_lacks_a_policy_of_its_own(shop: Shop) -> None:
    assert not_ready(shop) == {"policy": Finding("missing", "policy_default")}


def test_a_question_that_is_refused_is_unknown_and_the_others_are_asked(shop: Shop) -> None:
    found = findings(shop, refused={"GetAccount"})

    refused = {"asked": "GetAccount", "why": "AccessDeniedException"}
    assert found["production_mail"] == Finding("unknown", "not_answered", refused)
    assert found["keys"].state == "ready"


def test_a_check_without_time_left_is_unknown(shop: Shop) -> None:
    asked = WellSetUp("vaada", shop.desk)
    times = iter([True, *[False] * 100])

    first, *others = readiness.check_readiness(open_desk(), asked, shop.desk.now, lambda: next(times))

    assert first.finding.state == "ready"
    assert {one.finding.key for one in others} == {"not_answered"}
    assert others[-1].finding.values == {"asked": "keys", "why": "Timeout"}


def test_a_held_desk_says_so(shop: Shop) -> None:
    own_policy(shop)
    set_held(open_desk(), shop.desk.now, held=True)

    assert not_ready(shop) == {"sending": Finding("missing", "sending_held")}


def test_rows_that_no_sweep_took_are_late(shop: Shop) -> None:
    own_policy(shop)
    shop.promise(shop.desk.now + 5 * HOUR)
    shop.desk.clock.shift(timedelta(hours=6))

    assert not_ready(shop)["overdue_rows"] == Finding("missing", "rows_late", {"count": 1})


def test_schedules_of_rows_that_wait_no_more_are_found(shop: Shop) -> None:
    own_policy(shop)
    gone = "a" * 32
    shop.promise(shop.desk.now + 3 * DAY)
    shop.desk.settle()

    assert not_ready(shop, names=(gone,))["schedules"].values["example"] == gone


def test_a_stack_without_receipt_rules_gets_no_mail(shop: Shop) -> None:
    own_policy(shop)

    found = not_ready(shop, receipt_rules=None)

    assert found == {"mail_in_rules": Finding("missing", "mail_rules_inactive", {"name": "ReceiptRules"})}


def test_an_agent_whom_sns_does_not_text_is_named_by_id(shop: Shop) -> None:
    own_policy(shop)
    number = "+447700900123"
    change_agent(shop.desk, shop.agent_id, phone=number)

    found = not_ready(shop, opted_out_numbers=(number,))["opted_out_agents"]

    assert found == Finding("missing", "agents_opted_out", {"agents": shop.agent_id})


def test_each_check_has_a_title(shop: Shop) -> None:
    assert set(findings(shop)) == TITLES.keys()


def test_a_desk_that_sends_no_texts_is_not_asked_about_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_ENABLED", "off")
    monkeypatch.setenv("TEXTS_ANSWERED", "off")
    monkeypatch.setenv("WHATSAPP_PHONE_NUMBER_ID", "")
    monkeypatch.setenv("PUBLIC_URL", "https://a1b2.execute-api.eu-west-1.amazonaws.com")
    open_desk.cache_clear()

    asked = set(findings(shop))

    assert {"dkim", "dmarc"} <= asked
    assert not {"text_spending", "text_log", "incoming_texts", "whatsapp", "own_host"} & asked


def test_nothing_is_written(shop: Shop) -> None:
    shop.desk.count_calls()

    findings(shop)

    assert {call.partition(".")[2] for call in shop.desk.calls} <= {"GetItem", "Query", "ListSchedules"}
