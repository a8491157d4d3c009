"""What is not set up yet in the account and at the desk. Each check returns a finding.

A finding is a key and values; `present/readiness.py` says them in words, with the remedy.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from vaada.model.aws_account import (
    Concurrency,
    KeyAge,
    MailAccount,
    MailIdentity,
    SignedInManagers,
    TextAccount,
)
from vaada.model.policy import PolicyDocument
from vaada.model.readiness import Finding

LATE = timedelta(minutes=15)
"""Several sweeps have missed a row that is due for longer than this."""

_FEW_FUNCTIONS = 50  # at once; a new account has ten
_KEYS_LAST = timedelta(days=100)  # they are made anew every 90 days
_DEFAULT_SPEND = Decimal(1)  # US dollars a month, what SNS allows a new account


def ready(key: str, **values: str | int) -> Finding:
    """Return a finding: nothing to do."""
    return Finding("ready", key, values)


def missing(key: str, **values: str | int) -> Finding:
    """Return a finding: something to do."""
    return Finding("missing", key, values)


def not_answered(asked: str, why: str) -> Finding:
    """Return a finding: the question was refused or got no answer."""
    return Finding("unknown", "not_answered", {"asked": asked, "why": why})


# ---------------------------------------------------------------- mail


def production_mail(mail: MailAccount) -> Finding:
    """Whether SES sends to anybody, not only to verified addresses."""
    if not mail.enabled:
        return missing("mail_paused")
    if mail.production:
        return ready("mail_to_anybody")
    match mail.review:
        case "PENDING":
            return missing("mail_sandbox_pending")
        case "DENIED":
            return missing("mail_sandbox_denied")
    return missing("mail_sandbox")


def sender(address: str, identities: Collection[MailIdentity]) -> Finding:
    """Whether SES accepts mail from the sender's address. `identities` are its own and its domain's."""
    if any(each.verified for each in identities):
        return ready("sender_verified")
    if not identities:
        return missing("sender_unknown", domain=domain_of(address))
    return missing("sender_unverified")


def signed_mail(address: str, identities: Collection[MailIdentity]) -> Finding:
    """Whether mail is signed for the sender's domain (Easy DKIM)."""
    domain = domain_of(address)
    if any(each.signed for each in identities):
        return ready("mail_signed")
    if any(each.name == domain for each in identities):
        return missing("mail_unsigned", domain=domain)
    return missing("domain_unverified", domain=domain)


def dmarc(address: str, record: str | None) -> Finding:
    """Whether the sender's domain says what to do with mail that is not signed."""
    return missing("dmarc_missing", domain=domain_of(address)) if record is None else ready("dmarc_found")


def mail_limits(mail: MailAccount, policy: PolicyDocument) -> Finding:
    """Whether the policy stays within what SES allows."""
    sending, second, day = policy.sending, int(mail.mails_a_second), int(mail.mails_a_day)
    if sending.mails_a_second <= second and (day < 0 or sending.mails_a_day <= day):  # -1: without a limit
        return ready("mail_limits_kept")
    return missing(
        "mail_limits_exceeded",
        policy_second=sending.mails_a_second,
        policy_day=sending.mails_a_day,
        second=second,
        day=day,
    )


def mail_events(*, reported: bool) -> Finding:
    """Whether the desk is told of bounces and complaints."""
    return ready("bounces_reported") if reported else missing("bounces_not_reported")


def mail_in_record(domain: str, hosts: Collection[str], ours: str) -> Finding:
    """Whether mail for the domain goes to SES, and nowhere else. `hosts` are its MX, `ours` is SES's."""
    if ours not in hosts:
        return missing("mx_missing", domain=domain, host=ours)
    others = [host for host in hosts if host != ours]
    return missing("mx_divided", hosts=_listed(others)) if others else ready("mx_found")


def mail_in_rules(*, active: bool, rule_set: str) -> Finding:
    """Whether SES stores the mail for the desk. `rule_set` is the stack's."""
    return ready("mail_rules_active") if active else missing("mail_rules_inactive", name=rule_set)


# ---------------------------------------------------------------- texts


def production_texts(texts: TextAccount) -> Finding:
    """Whether SNS texts anybody, not only verified numbers."""
    return missing("texts_sandbox") if texts.sandbox else ready("texts_to_anybody")


def text_spending(texts: TextAccount, policy: PolicyDocument) -> Finding:
    """Whether the policy stays within AWS's spending limit for SMS."""
    limit, allowed = texts.spend_limit or _DEFAULT_SPEND, policy.sending.texts_spend_a_month
    key = "text_spending_kept" if allowed <= limit else "text_spending_exceeded"
    return Finding(
        "ready" if allowed <= limit else "missing", key, {"policy": str(allowed), "aws": str(limit)}
    )


def text_log(texts: TextAccount, unread: Collection[str]) -> Finding:
    """Whether the desk is told of failed SMS. `unread` are logs of SNS that it does not read."""
    if not texts.logs_deliveries:
        return missing("text_log_missing")
    return missing("text_log_unread", logs=_listed(unread)) if unread else ready("text_log_read")


def opted_out_agents(agent_ids: Collection[str]) -> Finding:
    """Whether AWS sends SMS to all agents with a phone. `agent_ids` are the others."""
    return (
        missing("agents_opted_out", agents=_listed(agent_ids)) if agent_ids else ready("no_agent_opted_out")
    )


def incoming_texts(numbers: int) -> Finding:
    """Whether a number of the account passes customers' SMS to the desk."""
    return ready("texts_received") if numbers else missing("texts_not_received")


def whatsapp(*, published: bool | None) -> Finding:
    """Whether what comes to the number reaches the desk. None: the account has no such number."""
    if published is None:
        return missing("whatsapp_unlinked")
    return ready("whatsapp_received") if published else missing("whatsapp_not_received")


# ---------------------------------------------------------------- alarms and functions


def alarm_mail(state: Literal["confirmed", "pending", "none"]) -> Finding:
    """Whether somebody is told when something is wrong."""
    match state:
        case "confirmed":
            return ready("alarm_mail_confirmed")
        case "pending":
            return missing("alarm_mail_pending")
    return missing("alarm_mail_none")


def alarms(states: Mapping[str, str]) -> Finding:
    """Whether no alarm is raised or switched off. `states` are those that are."""
    if not states:
        return ready("no_alarm_raised")
    return missing("alarms_raised", alarms=_listed(f"{name} ({state})" for name, state in states.items()))


def concurrency(account: Concurrency) -> Finding:
    """Whether functions can run when they are needed."""
    stopped = [name for name, reserved in account.reserved.items() if reserved == 0]
    if stopped:
        return missing("functions_stopped", functions=_listed(stopped))
    if account.account < _FEW_FUNCTIONS:
        return missing("concurrency_low", count=account.account)
    return ready("concurrency_enough", count=account.account)


def triggers(switched_off: Collection[str]) -> Finding:
    """Whether all rules and event source mappings are on."""
    return missing("triggers_off", names=_listed(switched_off)) if switched_off else ready("triggers_on")


def dead_letters(counts: Mapping[str, int]) -> Finding:
    """Whether no failed work waits in a queue."""
    if not counts:
        return ready("no_dead_letters")
    return missing("dead_letters_wait", counts=_listed(f"{name}: {count}" for name, count in counts.items()))


def overdue_rows(count: int, *, more: bool = False) -> Finding:
    """Whether the sweep keeps up. `count` rows are due for longer than LATE; `more`: at least as many."""
    return missing("rows_late", count=f"{count}+" if more else count) if count else ready("nothing_late")


def schedules(stale: Collection[str], looked_at: int) -> Finding:
    """Whether all schedules belong to rows that still wait. `stale` are the names of the others."""
    if not stale:
        return ready("schedules_match", count=looked_at)
    return missing("schedules_stale", stale=len(stale), count=looked_at, example=min(stale))


# ---------------------------------------------------------------- people and data


def managers(found: SignedInManagers) -> Finding:
    """Whether somebody with all rights can sign in."""
    if found.ready:
        return ready("managers_ready", count=found.ready)
    if found.never_signed_in:
        return missing("manager_invited")
    return missing("managers_disabled" if found.disabled else "no_manager")


def people(agents: int, unsupervised: int) -> Finding:
    """Whether there is somebody to do the work. `unsupervised` agents have nobody above them."""
    if not agents:
        return missing("no_agent")
    return missing("no_supervisor") if agents > 1 and unsupervised == agents else ready("agents_ready")


def policy(stored: bool, problems: Collection[tuple[str, str]]) -> Finding:
    """Whether the business has put its own rules in force. `problems` are fields, and what is wrong."""
    if problems:
        return missing(
            "policy_broken", problems=_listed(f"{field}: {problem}" for field, problem in problems)
        )
    return ready("policy_own") if stored else missing("policy_default")


def sending(*, held: bool) -> Finding:
    """Whether messages are sent at all."""
    return missing("sending_held") if held else ready("sending_on")


def backup(*, backed_up: bool, protected: bool) -> Finding:
    """Whether the table can be restored, and cannot be deleted by mistake."""
    match backed_up, protected:
        case True, True:
            return ready("table_safe")
        case True, False:
            return missing("table_unprotected")
        case False, True:
            return missing("table_not_backed_up")
    return missing("table_unsafe")


def keys(age: KeyAge, now: datetime) -> Finding:
    """Whether links can be signed, and suppressed addresses can be found."""
    if age.links is None:
        return missing("link_keys_missing")
    if age.addresses is None:
        return missing("address_key_missing")
    if now - age.links > _KEYS_LAST:
        return missing("link_keys_old", days=(now - age.links).days)
    return ready("keys_ready")


def own_host(leads_somewhere: bool) -> Finding:
    """Whether the host of the links is in the DNS."""
    return ready("host_found") if leads_somewhere else missing("host_missing")


def domain_of(address: str) -> str:
    """The domain of an e-mail address, in lower case."""
    return address.rpartition("@")[2].lower()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
