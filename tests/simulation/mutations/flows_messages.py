"""Bugs of messages: creating, holding, sending and recording them, and choosing recipients."""

from datetime import datetime
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.flows import commitments
from vaada.flows.messages import (
    compose,
    create,
    delivery_status,
    recipients,
    release,
    suppression,
    tasks,
    unsubscribing,
)
from vaada.flows.messages.rate_limits import count_mail
from vaada.flows.messages.send import attempt
from vaada.rules.messages import lifecycle, personal
from vaada.rules.messages.media import medium_for_customer
from vaada.rules.time.availability import customer_reachable_at, is_away


@mutation()
def records_before_it_sends() -> Planted:
    def recorded_first(desk: Any, message: Any, now: datetime) -> None:
        desk.table.write(lifecycle.mark_sent(message, "sure", now))
        send = compose.compose(desk, message, now)
        if message.medium == "email":
            count_mail(desk, now)
        send()

    return replaced(attempt, recorded_first)


@mutation()
def forgets_messages_between_claim_and_record() -> Planted:
    original = create.messages_of

    def without_lease(*facts: Any) -> Any:
        for message in original(*facts):
            yield message if message.status == "held" else message.model_copy(update={"wake_at": None})

    return replaced(original, without_lease)


@mutation()
def holds_for_ever() -> Planted:
    original = create.messages_of

    def held(*facts: Any) -> Any:
        for message in original(*facts):
            yield message.model_copy(update={"wake_at": None}) if message.status == "held" else message

    return replaced(original, held)


@mutation(seed=12)
def never_holds() -> Planted:
    return replaced(create._release_at, lambda *_: None)


@mutation(seed=12)
def releases_without_another_look() -> Planted:
    return replaced(tasks.obsolete_ids, lambda *_: frozenset())


@mutation(seed=96)
def writes_to_absent_agents() -> Planted:
    return replaced(is_away, lambda *_: False, within=(recipients,))


@mutation(seed=120)
def writes_to_dead_addresses_of_staff() -> Planted:
    return replaced(recipients.can_receive, lambda *_: True, within=(recipients,))


@mutation(seed=78)
def ignores_who_covers_an_absence() -> Planted:
    original = recipients._first_reachable

    def uncovered(desk: Any, agent: Any, *facts: Any) -> Any:
        return original(desk, agent and agent.model_copy(update={"covered_by": None}), *facts)

    return replaced(original, uncovered)


@mutation(seed=24)
def prefers_mail_for_everybody() -> Planted:
    def medium(customer: Any, *facts: Any, texts: bool) -> Any:
        by_mail = customer.model_copy(update={"preferred_channel": "email"})
        return medium_for_customer(by_mail, *facts, texts=texts)

    return replaced(medium_for_customer, medium)


@mutation(seed=42)
def mails_those_who_did_not_agree_to_it() -> Planted:
    def medium(customer: Any, *facts: Any, texts: bool) -> Any:
        agreed = customer.consent.model_copy(update={"email": True})
        return medium_for_customer(customer.model_copy(update={"consent": agreed}), *facts, texts=texts)

    return replaced(medium_for_customer, medium)


@mutation(seed=12)
def writes_to_customers_at_night() -> Planted:
    at_once = (commitments, personal)
    return replaced(customer_reachable_at, lambda _customer, _policy, now: now, within=at_once)


@mutation(seed=24)
def sends_the_old_date() -> Planted:
    original = compose._late_notice

    def old(promise: Any, *facts: Any) -> Any:
        moved = [change for change in promise.history if change.due_before]
        due_at = moved[-1].due_before if moved else promise.due_at
        return original(promise.model_copy(update={"due_at": due_at}), *facts)

    return replaced(original, old)


@mutation(seed=6)
def ignores_stop() -> Planted:
    return replaced(suppression.suppress_id, lambda *_: None, within=(suppression,))


@mutation(seed=6)
def ignores_start() -> Planted:
    return replaced(suppression.lift_texted_stop, lambda *_: None)


@mutation(seed=36)
def writes_to_those_who_complained() -> Planted:
    original = suppression.suppress_id

    def unless_complained(desk: Any, medium: Any, suppression_id: str, reason: Any, now: datetime) -> None:
        if reason != "complained":
            original(desk, medium, suppression_id, reason, now)

    return replaced(original, unless_complained, within=(delivery_status,))


@mutation(seed=192)
def leaves_addresses_open_to_surveys() -> Planted:
    return replaced(suppression.suppress, lambda *_: None, within=(unsubscribing,))


@mutation(seed=210)
def unsubscribes_only_mail_addresses() -> Planted:
    def mails(person: Any) -> Any:
        return (one for one in suppression.addresses_of(person) if one[0] == "email")

    return replaced(suppression.addresses_of, mails, within=(unsubscribing,))


@mutation(seed=264)
def writes_to_who_has_left() -> Planted:
    def away_but_here(agent: Any, now: datetime) -> bool:
        return is_away(agent.model_copy(update={"left_at": None}), now)

    return replaced(is_away, away_but_here, within=(recipients, release))
