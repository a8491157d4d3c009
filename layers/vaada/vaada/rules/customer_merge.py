"""Merge two records of one person: which facts, addresses and consents remain."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from vaada.model.folding import fold
from vaada.model.people import MOST_ADDRESSES, BeforeMerge, Consent, Customer, MergedRecord
from vaada.model.phone_numbers import comparable
from vaada.model.policy import PolicyDocument
from vaada.rules import check_ins
from vaada.rules.messages import frequency_cap

_MOST_TAGS = 20
_LONGEST_NOTES = 4000
_MOST_MERGED = 20  # records; each is a row of the transaction that merges or erases them


class CannotMerge(Exception):
    """The two customers cannot be merged; the text says why."""


def distinct(key: Callable[[str], str], *values: str | None) -> list[str]:
    """Return the values that exist, in order. Of values with the same `key` only the first stays."""
    found: dict[str, str] = {}
    for value in values:
        if value is not None:
            found.setdefault(key(value), value)
    return list(found.values())


def merge(
    customer: Customer, into: Customer, policy: PolicyDocument, now: datetime, by: str
) -> tuple[Customer, Customer]:
    """Return both records of one person after the merge: the merged one, and the remaining one.

    The stricter consent counts, and the surveys and messages to both. Facts of the remaining one go first.
    Raises CannotMerge.
    """
    emails = distinct(str.casefold, *into.emails, *customer.emails)
    phones = distinct(comparable, *into.phones, *customer.phones)
    names = distinct(fold, into.name, *into.other_names, customer.name, *customer.other_names)
    merged = (*into.merged, MergedRecord(customer_id=customer.id, at=now, by=by), *customer.merged)
    _require_room(emails, phones, merged)
    stays = into.changed(
        other_names=tuple(names[1:]),
        email=emails[0] if emails else None,
        other_emails=tuple(emails[1:]),
        phone=phones[0] if phones else None,
        other_phones=tuple(phones[1:]),
        consent=stricter((into, customer)),
        notes=_notes(into.notes, customer.notes),
        tags=tuple(dict.fromkeys((*into.tags, *customer.tags)))[:_MOST_TAGS],
        served_by=tuple(dict.fromkeys((*into.served_by, *customer.served_by))),
        referred_by=_referred_by(into, customer),
        merged=merged,
        **_first_facts(into, customer),
        **_times_of_both(into, customer),
    )
    anchor = max((one.anchor for one in (into, customer) if one.anchor), default=now)
    return _gone(customer, into), check_ins.plan_from(stays, anchor, policy)


def _require_room(emails: Sequence[str], phones: Sequence[str], merged: Sequence[MergedRecord]) -> None:
    for what, count, most in (
        ("e-mail addresses", len(emails), MOST_ADDRESSES),
        ("phone numbers", len(phones), MOST_ADDRESSES),
        ("merged records", len(merged), _MOST_MERGED),
    ):
        if count > most:
            raise CannotMerge(f"Together they have {count} {what}, and {most} are kept: remove some first.")


def _first_facts(into: Customer, customer: Customer) -> dict[str, Any]:
    """Return the facts of which a customer has one: those of the remaining record, if it has any."""
    intervals = (one.check_in_every_days for one in (into, customer))
    return {
        "language": into.language or customer.language,
        "time_zone": into.time_zone or customer.time_zone,
        "preferred_channel": into.preferred_channel or customer.preferred_channel,
        "agent_id": into.agent_id or customer.agent_id,
        "nps_id": into.nps_id or customer.nps_id,
        "parted_at": into.parted_at or customer.parted_at,
        "check_in_every_days": min(filter(None, intervals), default=None),
    }


def _times_of_both(into: Customer, customer: Customer) -> dict[str, Any]:
    """Return when they were written to and asked, and when they unsubscribed, by both records."""
    both = (into, customer)
    return {
        "asked_at": frequency_cap.last_asked(both),
        "written_at": tuple(sorted((*into.written_at, *customer.written_at))),
        "news_at": {**customer.news_at, **into.news_at},
        "unsubscribed_at": _ended_at((one.consent.survey, one.unsubscribed_at) for one in both),
        "news_unsubscribed_at": _ended_at((one.consent.news, one.news_unsubscribed_at) for one in both),
        "recommendation_asked_at": max(
            (one.recommendation_asked_at for one in both if one.recommendation_asked_at), default=None
        ),
    }


def _gone(customer: Customer, into: Customer) -> Customer:
    """Return the merged record: nothing of it is due, and it may not be written to."""
    gone = customer.changed(
        merged_into=into.id,
        before_merge=BeforeMerge(customer=customer, into=into),
        merged=(),
        consent=Consent(),
        anchor=None,
        check_in_id=None,
        nps_id=None,
    )
    return gone.waiting(None)


def stricter(both: Iterable[Customer]) -> Consent:
    """Return the consent that both records gave."""
    consents = [one.consent for one in both]
    return Consent(
        email=all(consent.email for consent in consents),
        sms=all(consent.sms for consent in consents),
        survey=all(consent.survey for consent in consents),
        news=all(consent.news for consent in consents),
    )


def _ended_at(both: Iterable[tuple[bool, datetime | None]]) -> datetime | None:
    """Return when they unsubscribed, by the consents of both records and their unsubscribe links.

    None where undoing that would give a consent that one record never had.
    """
    records = list(both)
    if not all(agrees or ended_at for agrees, ended_at in records):
        return None
    return max((ended_at for _, ended_at in records if ended_at), default=None)


def _referred_by(into: Customer, customer: Customer) -> str | None:
    """Return who referred them, unless one record was referred by the other."""
    own = {*into.record_ids, *customer.record_ids}
    return next((one.referred_by for one in (into, customer) if one.referred_by not in {None, *own}), None)


def _notes(own: str | None, other: str | None) -> str | None:
    """Return the notes of both. Without room for them, those of the other record stay in its own row."""
    together = "\n\n".join(filter(None, (own, other))) or None
    return together if together is None or len(together) <= _LONGEST_NOTES else own or other
