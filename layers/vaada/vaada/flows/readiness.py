"""Is this desk ready? Ask the account and the table what is not set up yet."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from vaada.desk import Desk
from vaada.gateways.aws_account import Account, NotAnswered, translate_refusals
from vaada.gateways.domain_records import dmarc_record, has_address, mail_hosts
from vaada.model.aws_account import MailIdentity
from vaada.model.people import Agent
from vaada.model.policy import Policy
from vaada.model.readiness import Checked, Finding
from vaada.model.rows import DueRow
from vaada.rules import policy_checks, readiness
from vaada.rules.readiness import LATE, domain_of
from vaada.rules.schedules import needs_schedule

Check = Callable[[Desk, Account, datetime], Finding]

_PAGE = 100  # rows or schedules that one check looks at
_SAMPLE = 25  # schedules whose rows are read one by one


def check_readiness(
    desk: Desk, account: Account, now: datetime, has_time: Callable[[], bool] = lambda: True
) -> Iterator[Checked]:
    """Make each check. A check that gets no answer is unknown, and the others go on.

    Once there is no time for another one, the others are unknown, too.
    """
    for name, check in checks(desk).items():
        if not has_time():
            yield Checked(name, readiness.not_answered(name, "Timeout"))
            continue
        try:
            with translate_refusals():
                finding = check(desk, account, now)
        except NotAnswered as refusal:
            finding = readiness.not_answered(refusal.asked, refusal.why)
        yield Checked(name, finding)


def checks(desk: Desk) -> dict[str, Check]:
    """Return the checks by name, without those for features that the stack's parameters switch off."""
    sends_texts, own_host = desk.settings.sms_enabled, not _is_aws_host(desk)
    return {
        "production_mail": lambda _, account, __: readiness.production_mail(account.mail()),
        "sender": _sender,
        "dkim": _signed_mail,
        "dmarc": _dmarc,
        "mail_limits": lambda desk, account, _: readiness.mail_limits(account.mail(), desk.policy),
        **(_MAIL_IN_CHECKS if desk.settings.inbound_domain else {}),
        "bounces": lambda _, account, __: readiness.mail_events(reported=account.reports_mail_events()),
        **(_TEXT_CHECKS if sends_texts else {}),
        **({"incoming_texts": _incoming_texts} if desk.settings.texts_answered else {}),
        **({"whatsapp": _whatsapp} if desk.settings.whatsapp_phone_number_id else {}),
        **({"own_host": _own_host} if own_host else {}),
        "alarm_mail": lambda _, account, __: readiness.alarm_mail(account.alarm_mail()),
        "alarms": lambda _, account, __: readiness.alarms(account.alarms()),
        "concurrency": lambda _, account, __: readiness.concurrency(account.concurrency()),
        "triggers": lambda _, account, __: readiness.triggers(account.triggers_off()),
        "dead_letters": lambda _, account, __: readiness.dead_letters(account.dead_letters()),
        "overdue_rows": _overdue_rows,
        "schedules": _schedules,
        "managers": lambda _, account, __: readiness.managers(account.managers()),
        "agents": _people,
        "policy": _policy,
        "sending": lambda desk, _, __: readiness.sending(held=desk.policy.sending.held),
        "backup": lambda _, account, __: readiness.backup(
            backed_up=account.is_backed_up(), protected=account.is_protected()
        ),
        "keys": _keys,
    }


def _identities(desk: Desk, account: Account) -> list[MailIdentity]:
    address = desk.settings.sender_email
    names = (address, domain_of(address))
    return [identity for name in names if (identity := account.identity(name)) is not None]


def _sender(desk: Desk, account: Account, _: datetime) -> Finding:
    return readiness.sender(desk.settings.sender_email, _identities(desk, account))


def _signed_mail(desk: Desk, account: Account, _: datetime) -> Finding:
    return readiness.signed_mail(desk.settings.sender_email, _identities(desk, account))


def _dmarc(desk: Desk, _: Account, __: datetime) -> Finding:
    address = desk.settings.sender_email
    return readiness.dmarc(address, dmarc_record(domain_of(address)))


def _mail_in_record(desk: Desk, account: Account, _: datetime) -> Finding:
    domain = desk.settings.inbound_domain
    return readiness.mail_in_record(domain, mail_hosts(domain), account.mail_host())


def _mail_in_rules(desk: Desk, account: Account, _: datetime) -> Finding:
    rule_set = account.resources.get("ReceiptRules", "ReceiptRules")  # the local cloud has none
    return readiness.mail_in_rules(
        active=account.receives_mail(desk.settings.inbound_domain), rule_set=rule_set
    )


_MAIL_IN_CHECKS: dict[str, Check] = {"mail_in_record": _mail_in_record, "mail_in_rules": _mail_in_rules}


def _text_log(_: Desk, account: Account, __: datetime) -> Finding:
    texts = account.texts()
    return readiness.text_log(texts, account.unread_text_logs() if texts.logs_deliveries else ())


def _opted_out_agents(desk: Desk, account: Account, _: datetime) -> Finding:
    return readiness.opted_out_agents(
        [agent.id for agent in _agents(desk) if agent.phone and account.opted_out(agent.phone)]
    )


_TEXT_CHECKS: dict[str, Check] = {
    "production_texts": lambda _, account, __: readiness.production_texts(account.texts()),
    "text_spending": lambda desk, account, _: readiness.text_spending(account.texts(), desk.policy),
    "text_log": _text_log,
    "opted_out_agents": _opted_out_agents,
}


def _incoming_texts(_: Desk, account: Account, __: datetime) -> Finding:
    return readiness.incoming_texts(account.incoming_numbers())


def _whatsapp(desk: Desk, account: Account, _: datetime) -> Finding:
    number = desk.settings.whatsapp_phone_number_id
    return readiness.whatsapp(published=account.publishes_whatsapp(number))


def _own_host(desk: Desk, _: Account, __: datetime) -> Finding:
    return readiness.own_host(has_address(urlsplit(desk.settings.public_url).hostname or ""))


def _is_aws_host(desk: Desk) -> bool:
    return ".execute-api." in desk.settings.public_url


def _overdue_rows(desk: Desk, _: Account, now: datetime) -> Finding:
    late = list(islice(desk.table.due(now - LATE), _PAGE))
    return readiness.overdue_rows(len(late), more=len(late) == _PAGE)


def _schedules(desk: Desk, account: Account, _: datetime) -> Finding:
    names = account.schedules(_SAMPLE)
    rows = {name: desk.table.get_any(name) for name in names}
    stale = [
        name
        for name, row in rows.items()
        if not isinstance(row, DueRow) or row.wake_at is None or not needs_schedule(row)
    ]
    return readiness.schedules(stale, len(names))


def _people(desk: Desk, _: Account, __: datetime) -> Finding:
    agents = _agents(desk)
    return readiness.people(len(agents), sum(agent.supervisor_id is None for agent in agents))


def _agents(desk: Desk) -> list[Agent]:
    """Return up to a hundred of the agents."""
    return [row for row in desk.table.list_rows(Agent, _PAGE, None).rows if isinstance(row, Agent)]


def _policy(desk: Desk, _: Account, now: datetime) -> Finding:
    stored = desk.table.get(Policy, "policy") is not None
    return readiness.policy(stored, policy_checks.problems(desk.policy, now))


def _keys(desk: Desk, account: Account, now: datetime) -> Finding:
    settings = desk.settings
    return readiness.keys(account.keys(settings.link_keys_parameter, settings.address_key_parameter), now)
