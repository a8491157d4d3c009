"""Each check finds whether something is set up, and if not, what its words need to say."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.times import DAY
from tests.unit import rows
from vaada.model.aws_account import (
    Concurrency,
    KeyAge,
    MailAccount,
    MailIdentity,
    SignedInManagers,
    TextAccount,
)
from vaada.model.readiness import Finding
from vaada.rules import readiness

SENDER = "desk@Shop.example"
MAIL = MailAccount(production=True, enabled=True, review=None, mails_a_second=14, mails_a_day=50_000)
SANDBOX = MailAccount(production=False, enabled=True, review=None, mails_a_second=1, mails_a_day=200)
TEXTS = TextAccount(sandbox=False, spend_limit=Decimal(200), logs_deliveries=True)
NEW_TEXTS = TextAccount(sandbox=True, spend_limit=None, logs_deliveries=False)
ADDRESS = MailIdentity(SENDER, verified=True, signed=False)
DOMAIN = MailIdentity("shop.example", verified=True, signed=True)
UNSIGNED_DOMAIN = MailIdentity("shop.example", verified=False, signed=False)
POLICY, NOW = rows.policy(), rows.MONDAY
SES_HOST = "inbound-smtp.eu-west-1.amazonaws.com"
FAILURE_LOG = "sns/eu-west-1/123456789012/DirectPublishToPhoneNumber/Failure"


def managers(ready: int = 0, never: int = 0, disabled: int = 0) -> SignedInManagers:
    return SignedInManagers(ready=ready, never_signed_in=never, disabled=disabled)


READY = {
    "out of the sandbox": readiness.production_mail(MAIL),
    "the address is verified": readiness.sender(SENDER, [ADDRESS]),
    "the domain is verified": readiness.sender(SENDER, [UNSIGNED_DOMAIN, DOMAIN]),
    "the domain signs": readiness.signed_mail(SENDER, [ADDRESS, DOMAIN]),
    "there is a DMARC record": readiness.dmarc(SENDER, "v=DMARC1; p=none"),
    "the policy keeps to the limits": readiness.mail_limits(MAIL, POLICY),
    "SES has no limit a day": readiness.mail_limits(
        MailAccount(production=True, enabled=True, review=None, mails_a_second=14, mails_a_day=-1), POLICY
    ),
    "mail goes to SES": readiness.mail_in_record("in.example.com", [SES_HOST], SES_HOST),
    "mail is stored": readiness.mail_in_rules(active=True, rule_set="vaada-mail-in"),
    "events are reported": readiness.mail_events(reported=True),
    "texts to anybody": readiness.production_texts(TEXTS),
    "the money is there": readiness.text_spending(TEXTS, POLICY),
    "both logs are read": readiness.text_log(TEXTS, ()),
    "nobody said STOP": readiness.opted_out_agents([]),
    "a number hands texts on": readiness.incoming_texts(1),
    "a number hands WhatsApp on": readiness.whatsapp(published=True),
    "alarms are confirmed": readiness.alarm_mail("confirmed"),
    "no alarm": readiness.alarms({}),
    "many functions at once": readiness.concurrency(Concurrency(1000, {"SweepDue": 5})),
    "all is on": readiness.triggers([]),
    "no letters": readiness.dead_letters({}),
    "nothing is late": readiness.overdue_rows(0),
    "each schedule has its row": readiness.schedules([], 25),
    "a manager": readiness.managers(managers(ready=1)),
    "one agent works alone": readiness.people(1, 1),
    "two agents, one above the other": readiness.people(2, 1),
    "a policy": readiness.policy(stored=True, problems=[]),
    "it sends": readiness.sending(held=False),
    "backed up": readiness.backup(backed_up=True, protected=True),
    "keys": readiness.keys(KeyAge(NOW - 90 * DAY, NOW - 900 * DAY), NOW),
    "the host is there": readiness.own_host(leads_somewhere=True),
}

MISSING = [
    (readiness.production_mail(SANDBOX), "mail_sandbox", {}),
    (readiness.production_mail(MailAccount(False, True, "PENDING", 1, 200)), "mail_sandbox_pending", {}),
    (readiness.production_mail(MailAccount(False, True, "DENIED", 1, 200)), "mail_sandbox_denied", {}),
    (readiness.production_mail(MailAccount(True, False, None, 1, 200)), "mail_paused", {}),
    (readiness.sender(SENDER, []), "sender_unknown", {"domain": "shop.example"}),
    (readiness.sender(SENDER, [UNSIGNED_DOMAIN]), "sender_unverified", {}),
    (readiness.signed_mail(SENDER, [ADDRESS]), "domain_unverified", {"domain": "shop.example"}),
    (readiness.signed_mail(SENDER, [UNSIGNED_DOMAIN]), "mail_unsigned", {"domain": "shop.example"}),
    (readiness.dmarc(SENDER, None), "dmarc_missing", {"domain": "shop.example"}),
    (
        readiness.mail_limits(SANDBOX, POLICY),
        "mail_limits_exceeded",
        {"policy_second": 10, "policy_day": POLICY.sending.mails_a_day, "second": 1, "day": 200},
    ),
    (
        readiness.mail_in_record("in.example.com", ["mx.example.net"], SES_HOST),
        "mx_missing",
        {"domain": "in.example.com", "host": SES_HOST},
    ),
    (
        readiness.mail_in_record("in.example.com", [SES_HOST, "mx.example.net"], SES_HOST),
        "mx_divided",
        {"hosts": "mx.example.net"},
    ),
    (readiness.mail_in_rules(active=False, rule_set="v-in"), "mail_rules_inactive", {"name": "v-in"}),
    (readiness.mail_events(reported=False), "bounces_not_reported", {}),
    (readiness.production_texts(NEW_TEXTS), "texts_sandbox", {}),
    (readiness.text_spending(NEW_TEXTS, POLICY), "text_spending_exceeded", {"policy": "100.00", "aws": "1"}),
    (readiness.text_log(NEW_TEXTS, ()), "text_log_missing", {}),
    (readiness.text_log(TEXTS, [FAILURE_LOG]), "text_log_unread", {"logs": FAILURE_LOG}),
    (readiness.opted_out_agents(["b", "a"]), "agents_opted_out", {"agents": "a, b"}),
    (readiness.incoming_texts(0), "texts_not_received", {}),
    (readiness.whatsapp(published=None), "whatsapp_unlinked", {}),
    (readiness.whatsapp(published=False), "whatsapp_not_received", {}),
    (readiness.alarm_mail("pending"), "alarm_mail_pending", {}),
    (readiness.alarm_mail("none"), "alarm_mail_none", {}),
    (
        readiness.alarms({"SweepAlarm": "ALARM", "ErrorsAlarm": "OFF"}),
        "alarms_raised",
        {"alarms": "ErrorsAlarm (OFF), SweepAlarm (ALARM)"},
    ),
    (readiness.concurrency(Concurrency(10, {})), "concurrency_low", {"count": 10}),
    (
        readiness.concurrency(Concurrency(1000, {"SweepDue": 0})),
        "functions_stopped",
        {"functions": "SweepDue"},
    ),
    (readiness.triggers(["SweepDueEveryTwoMinutes"]), "triggers_off", {"names": "SweepDueEveryTwoMinutes"}),
    (readiness.dead_letters({"StreamFailures": 2}), "dead_letters_wait", {"counts": "StreamFailures: 2"}),
    (readiness.overdue_rows(1), "rows_late", {"count": 1}),
    (readiness.overdue_rows(100, more=True), "rows_late", {"count": "100+"}),
    (readiness.schedules(["b", "a"], 25), "schedules_stale", {"stale": 2, "count": 25, "example": "a"}),
    (readiness.managers(managers()), "no_manager", {}),
    (readiness.managers(managers(disabled=1)), "managers_disabled", {}),
    (readiness.managers(managers(never=1)), "manager_invited", {}),
    (readiness.people(0, 0), "no_agent", {}),
    (readiness.people(2, 2), "no_supervisor", {}),
    (readiness.policy(stored=False, problems=[]), "policy_default", {}),
    (
        readiness.policy(stored=True, problems=[("closed_days", "never")]),
        "policy_broken",
        {"problems": "closed_days: never"},
    ),
    (readiness.sending(held=True), "sending_held", {}),
    (readiness.backup(backed_up=False, protected=False), "table_unsafe", {}),
    (readiness.backup(backed_up=False, protected=True), "table_not_backed_up", {}),
    (readiness.backup(backed_up=True, protected=False), "table_unprotected", {}),
    (readiness.keys(KeyAge(None, NOW), NOW), "link_keys_missing", {}),
    (readiness.keys(KeyAge(NOW, None), NOW), "address_key_missing", {}),
    (readiness.keys(KeyAge(NOW - 101 * DAY, NOW), NOW), "link_keys_old", {"days": 101}),
    (readiness.own_host(leads_somewhere=False), "host_missing", {}),
]


def findings() -> list[Finding]:
    """One finding of each key."""
    refused = readiness.not_answered("GetAccount", "AccessDeniedException")
    found = [refused, *READY.values(), *(finding for finding, _, _ in MISSING)]
    return list({finding.key: finding for finding in found}.values())


@pytest.mark.parametrize("finding", READY.values(), ids=READY)
def test_what_is_set_up_is_ready(finding: Finding) -> None:
    assert finding.state == "ready"


@pytest.mark.parametrize(("finding", "key", "values"), MISSING, ids=lambda one: str(one)[:60])
def test_what_is_not_set_up_is_missing(finding: Finding, key: str, values: dict[str, str | int]) -> None:
    assert finding == Finding("missing", key, values)


@pytest.mark.parametrize("finding", findings(), ids=lambda one: one.key)
def test_a_finding_holds_no_address(finding: Finding) -> None:
    assert "@" not in str(finding)


def test_a_question_that_was_refused_is_neither_ready_nor_missing() -> None:
    assert readiness.not_answered("GetAccount", "AccessDeniedException") == Finding(
        "unknown", "not_answered", {"asked": "GetAccount", "why": "AccessDeniedException"}
    )


def test_a_row_is_late_only_after_several_sweeps() -> None:
    assert timedelta(minutes=6) < readiness.LATE
