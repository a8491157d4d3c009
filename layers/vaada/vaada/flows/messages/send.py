"""Send one claimed message and record the result."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages import fallback
from vaada.flows.messages.compose import compose
from vaada.flows.messages.rate_limits import count_mail, count_text, count_whatsapp, refund
from vaada.flows.messages.suppression import suppress
from vaada.flows.messages.unbatch import hold_again
from vaada.flows.messages.unsent_personal import follow_up_of_unsent
from vaada.flows.optimistic_write import NotFound, retry_on_conflict
from vaada.flows.rate_counts import Counted
from vaada.gateways.send_errors import OutcomeUnknown, Refused
from vaada.gateways.table import Conflict
from vaada.log import logger
from vaada.model.messages import Message
from vaada.model.work import FollowUp, Survey
from vaada.present.gsm_alphabet import parts
from vaada.rules import surveys
from vaada.rules.messages import lifecycle


def attempt(desk: Desk, message: Message, now: datetime) -> None:
    """Send a claimed message and record the result.

    If the outcome is unknown, nothing is recorded: the lease expires, and `resume` decides. After an error
    before the provider was called, the message is recorded as refused, and the error is raised again.
    """
    counted: Counted = {}
    try:
        send = compose(desk, message, now)
        if message.medium == "whatsapp":
            counted = count_whatsapp(desk, send.keywords["to_phone"], now)
        elif message.medium == "sms":
            counted = count_text(desk, send.keywords["to_phone"], parts(send.args[0]), now)
        else:
            counted = count_mail(desk, now)
        provider_id = send()
    except OutcomeUnknown as error:
        logger.warning("no answer from the provider", message_id=message.id, error=str(error))
    except Refused as refusal:
        logger.warning("message refused", message_id=message.id, reason=refusal.reason)
        if refusal.opted_out:  # START lifts it, as it lifts AWS's, see docs/operations.md
            suppress(desk, "sms", send.keywords["to_phone"], "texted_stop", now)
        record(desk, *_after_refusal(desk, message, refusal, now), now=now)
        refund(desk, counted)
    except NotFound:
        others = hold_again(desk, message.id, message.carries, now)
        record(desk, lifecycle.withhold(message, "its customer was erased"), *others, now=now)
    except Exception:
        record(desk, lifecycle.mark_refused(message, "it could not be written", now, for_good=False), now=now)
        raise
    else:
        record(desk, lifecycle.mark_sent(message, provider_id, now), now=now)


def _after_refusal(desk: Desk, message: Message, refusal: Refused, now: datetime) -> tuple[Message, ...]:
    """Return the refused message, and its replacement if it was refused for good."""
    if refusal.throttled:
        return (lifecycle.mark_throttled(message, refusal.reason, now, for_now=refusal.for_now),)
    if refusal.for_good:
        if fallback.is_sent_otherwise(desk, message):
            return (lifecycle.withhold(message, refusal.reason),)
        why = f"the first one could not be sent: {refusal.reason}"
        if (other := fallback.fallback_message(desk, message, now, why)) is not None:
            withheld = lifecycle.withhold(message, refusal.reason)
            return lifecycle.replaced(withheld, other), other
    return (lifecycle.mark_refused(message, refusal.reason, now, for_good=refusal.for_good),)


def record(desk: Desk, message: Message, *instead: Message, now: datetime) -> None:
    """Write the message, and the messages sent `instead` of it. Raises Busy."""
    if message.status in {"failed", "unknown"}:
        logger.error("message not sent", message_id=message.id, status=message.status, reason=message.why_not)

    def attempt() -> None:
        desk.table.write(message, *instead, *_rows_if_undelivered(desk, message, instead, now))

    try:
        retry_on_conflict(message.id, attempt, is_final=lambda conflict: message in conflict.rows)
    except Conflict:
        # The lease expired and another function resumed the message. Its record counts.
        logger.warning(
            "message already recorded by another function", message_id=message.id, status=message.status
        )


def _rows_if_undelivered(
    desk: Desk, message: Message, instead: tuple[Message, ...], now: datetime
) -> Iterator[Survey | FollowUp]:
    """Yield what changes because no message will reach the customer any more: the survey, or a follow-up."""
    if message.status not in {"failed", "withheld", "unknown"} or instead:
        return
    if message.purpose == "survey" and message.status != "unknown":
        survey = desk.table.get(Survey, message.about_id)
        if survey is not None and survey.status == "sent":
            yield surveys.mark_undelivered(survey, message.why_not)
    elif message.purpose == "personal":
        yield from follow_up_of_unsent(desk, message, now)
