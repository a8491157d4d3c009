"""Undo the merge of two records of one person, within a day.

Each record gets back what it had. What changed since the merge stays with the record that remained, and of
consent the stricter counts for both: nobody is written to who objected meanwhile.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from vaada.model.folding import fold
from vaada.model.people import Consent, Customer, MergedRecord
from vaada.model.phone_numbers import comparable
from vaada.model.policy import PolicyDocument
from vaada.rules import check_ins
from vaada.rules.customer_merge import distinct, merge, stricter
from vaada.rules.errors import NotPossible
from vaada.rules.undo import require_recent

_SINGLE_FACTS = (
    "language",
    "time_zone",
    "preferred_channel",
    "agent_id",
    "notes",
    "check_in_every_days",
    "anchor",
    "nps_id",
    "unsubscribed_at",
    "news_unsubscribed_at",
    "parted_at",
    "referred_by",
    "recommendation_asked_at",
)


def unmerge(
    gone: Customer, remaining: Customer, served_since: Collection[str], policy: PolicyDocument, now: datetime
) -> tuple[Customer, Customer]:
    """Return both records as two customers again: the merged one, and the one that remained.

    `served_since` are the agents of the contacts since the merge. Raises NotPossible if they are not merged,
    were merged more than a day ago, or others were merged into the same customer since.
    """
    record, own, into = _merge_of(gone, remaining)
    require_recent("merge", record.at, now)
    after = merge(own, into, policy, record.at, record.by)[1]
    unchanged = {name for name in _SINGLE_FACTS if getattr(remaining, name) == getattr(after, name)}
    emails = _without(str.casefold, remaining.emails, own.emails, into.emails)
    phones = _without(comparable, remaining.phones, own.phones, into.phones)
    names = (own.name, *own.other_names)
    check_in_is_new = remaining.check_in_id not in {own.check_in_id, into.check_in_id}
    gone_ids = {own.id, *(one.customer_id for one in own.merged)}
    rest = remaining.changed(
        **{name: getattr(into, name) for name in unchanged},
        email=emails[0] if emails else None,
        other_emails=emails[1:],
        phone=phones[0] if phones else None,
        other_phones=phones[1:],
        other_names=_without(fold, remaining.other_names, names, into.other_names),
        tags=_without(str, remaining.tags, own.tags, into.tags),
        served_by=_without(str, remaining.served_by, own.served_by, (*into.served_by, *served_since)),
        consent=_consent(remaining, after, into),
        check_in_id=remaining.check_in_id if check_in_is_new else into.check_in_id,
        merged=tuple(one for one in remaining.merged if one.customer_id not in gone_ids),
    )
    back = _given_back(gone, remaining, own, record.at, unchanged)
    back = back.model_copy(
        update={
            "consent": _consent(remaining, after, own),
            "nps_id": None if into.nps_id else own.nps_id,
        }
    )
    return _with_check_in(back, policy, now), _with_check_in(rest, policy, now)


def _given_back(
    gone: Customer, remaining: Customer, own: Customer, merged_at: datetime, unchanged: Collection[str]
) -> Customer:
    """Return the merged record as it was, with when the customer was written to and asked since."""
    ends = ("unsubscribed_at", "news_unsubscribed_at")
    return own.model_copy(
        update={
            "version": gone.version + 1,
            "search_index": gone.search_index,
            **{name: getattr(own if name in unchanged else remaining, name) for name in ends},
            "asked_at": own.asked_at
            | {kind: at for kind, at in remaining.asked_at.items() if at > merged_at},
            "news_at": own.news_at | {one: at for one, at in remaining.news_at.items() if at > merged_at},
            "written_at": (*own.written_at, *(at for at in remaining.written_at if at > merged_at)),
        }
    )


def not_undone(into: Customer, own: Customer, contacts_since: int) -> tuple[str, ...]:
    """Return what a separation does not undo, in sentences. The records are those before the merge."""
    contacts = f"{contacts_since} contact{'s' if contacts_since > 1 else ''}"
    sentences = (
        (contacts_since, f"What was recorded since the merge stays with {into.name}: {contacts}."),
        (into.check_in_id and own.check_in_id, f"A check-in of {own.name} may have been cancelled."),
        (into.nps_id and own.nps_id, f"The survey of {own.name} about the business was withheld."),
    )
    return tuple(sentence for applies, sentence in sentences if applies)


def _merge_of(gone: Customer, remaining: Customer) -> tuple[MergedRecord, Customer, Customer]:
    """Return the merge, and both records as they were before. Raises NotPossible unless it can be undone."""
    before = gone.before_merge
    record = next((one for one in remaining.merged if one.customer_id == gone.id), None)
    if before is None or record is None:
        raise NotPossible("customer", "not merged", "separated")
    earlier = {gone.id, *(one.customer_id for one in (*before.customer.merged, *before.into.merged))}
    later = [one for one in remaining.merged if one.customer_id not in earlier]
    if later:
        raise NotPossible("merge", "followed by another", "undone")
    return record, before.customer, before.into


def _without(
    key: Callable[[str], str], now: Iterable[str], other: Iterable[str], own: Iterable[str]
) -> tuple[str, ...]:
    """Return the current values, without those that came from the other record only."""
    foreign = set(map(key, other)) - set(map(key, own))
    return tuple(value for value in distinct(key, *now) if key(value) not in foreign)


def _consent(remaining: Customer, after: Customer, before: Customer) -> Consent:
    """Return the consent before the merge. If it has changed since, only what both allow."""
    return before.consent if remaining.consent == after.consent else stricter((before, remaining))


def _with_check_in(customer: Customer, policy: PolicyDocument, now: datetime) -> Customer:
    stopped = customer.waiting(None, anchor=None)
    return check_ins.plan_from(stopped, customer.anchor or now, policy)
